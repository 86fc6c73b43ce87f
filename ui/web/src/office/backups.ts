// Backups: how they do, which there are, and where they go.

import { call } from "./api";
import type { Answer, BackupSettings, BackupSetup, BackupState } from "./api";
import { shelf, then } from "./shelf";

export const state = shelf("/backups", (a: BackupState) => a);
export const setup = shelf("/backups/settings", (a: BackupSetup) => a);

/** Without a passphrase the one that is kept stays. */
export function saveBackups(next: BackupSettings & { passphrase?: string }): Promise<Answer<unknown>> {
  return then(call("PUT", "/backups/settings", next), setup, state);
}

/** At every place that is there; the list says when it is done. */
export function backUpNow(): Promise<Answer<unknown>> {
  return then(call("POST", "/backups"), state);
}
