// Setting the house up: what the hub is asked for with the one-time code. Nothing is stored there
// before the last question.

import { signal } from "@preact/signals";

import { call } from "../office/api";
import type { Answer, FoundPrinter } from "../office/api";
import type { Founding, PrinterSettings } from "../wire.gen";

interface Machine {
  now_ms: number;
  clock_trusted: boolean;
  address: string;
  reachable: boolean;
}

/** "code": it is asked for. "open": it fits. */
export const stage = signal<"asking" | "unreachable" | "code" | "open" | "done" | "founded">("asking");
export const machine = signal<Machine | null>(null);
/** How far the till's clock is ahead of this device's, in milliseconds. */
export const ahead = signal(0);

let code = "";

/** From the picture that was scanned: what stands behind the mark no browser sends on. */
export function scanned(): string {
  const text = location.hash.slice(1);
  return /^\d{8}$/.test(text) ? text : "";
}

export async function arrive(): Promise<void> {
  const answer = await call<{ founded: boolean }>("GET", "/setup");
  if (!answer.ok) {
    stage.value = "unreachable";
    return;
  }
  stage.value = answer.value.founded ? "founded" : "code";
  const given = scanned();
  if (stage.value === "code" && given !== "") await show(given);
}

/** Shows the code; the hub says how the machine stands. */
export async function show(given: string): Promise<Answer<unknown>> {
  const answer = await call<Machine>("POST", "/setup/look", { code: given });
  if (answer.ok) {
    code = given;
    // It opens nothing for whoever looks at the history later.
    history.replaceState(null, "", location.pathname);
    machine.value = answer.value;
    ahead.value = answer.value.now_ms - Date.now();
    stage.value = "open";
  } else if (answer.problem.code === "founded") {
    stage.value = "founded";
  }
  return answer;
}

export function scan(): Promise<Answer<{ found: FoundPrinter[] }>> {
  return call("POST", "/setup/scan", { code });
}

export function tryPrinter(printer: PrinterSettings): Promise<Answer<unknown>> {
  return call("POST", "/setup/print", { code, printer });
}

export async function found(house: Founding): Promise<Answer<unknown>> {
  const answer = await call("POST", "/setup", { code, house });
  if (answer.ok) stage.value = "done";
  else if (answer.problem.code === "founded") stage.value = "founded";
  return answer;
}
