// Head office's copy: how it does, and where it goes.

import { call } from "./api";
import type { Answer, SyncSettings, SyncSetup, SyncState } from "./api";
import { shelf, then } from "./shelf";

export const state = shelf("/sync", (a: SyncState) => a);
export const setup = shelf("/sync/settings", (a: SyncSetup) => a);

/** The hub has tried the new settings by then. */
const TRIED_MS = 2_000;

/** Without a password the one that is kept stays. */
export async function saveSync(next: SyncSettings & { password?: string }): Promise<Answer<unknown>> {
  const answer = await then(call("PUT", "/sync/settings", next), setup, state);
  if (answer.ok) window.setTimeout(() => void state.load(), TRIED_MS);
  return answer;
}
