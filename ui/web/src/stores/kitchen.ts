// The kitchen's screen: how it is enrolled, who works at it, and which station it shows.

import { batch, computed, effect, signal } from "@preact/signals";

import { become, me, notice, request, said, start, up } from "../socket";
import type { EmployeeId } from "../wire.gen";
import { followLanguage, language } from "./language";
import { keep, recall } from "./memory";
import { employees } from "./room";
import { startTickets } from "./tickets";

const DEVICE = "kasir.device";
const SESSION = "kasir.staff";
const STATION = "kasir.kitchen.station";

export const fault = signal<string | null>(null);
export const busy = signal(false);
/** The station whose lines are shown; null shows all. */
export const station = signal<string | null>(recall(STATION));
/** The code that came with the address. */
export const invitation = new URLSearchParams(location.search).get("enrol") ?? "";

export const staff = computed(() => [...employees.value.values()]
  .sort((a, b) => Number(b.role === "kitchen") - Number(a.role === "kitchen") || a.name.localeCompare(b.name)));

export function startKitchen(): void {
  followLanguage();
  startTickets();
  start({ device: recall(DEVICE) ?? undefined, session: recall(SESSION) ?? undefined, language: language.value });
  effect(mindTokens);
  effect(() => {
    if (notice.value?.code !== "device-unknown") return;
    const message = notice.value.message;
    notice.value = null;
    forgetDevice(message);
  });
}

/** Follows what the hub makes of the tokens that the page gave. */
function mindTokens(): void {
  const who = me.value?.who;
  if (!up.value || !who) return;
  const given = said();
  if (who === "employee") return;
  if (given.session !== undefined) {
    keep(SESSION, null);
    become({ session: undefined });
  } else if (who === "stranger" && given.device !== undefined) {
    forgetDevice(null);
  }
}

function forgetDevice(message: string | null): void {
  keep(DEVICE, null);
  keep(SESSION, null);
  fault.value = message;
  become({ device: undefined, session: undefined });
}

export async function enrol(code: string, screen: string): Promise<void> {
  if (busy.value) return;
  busy.value = true;
  fault.value = null;
  const answer = await request({ name: "device.enrol", code, screen });
  busy.value = false;
  if (answer.ok && answer.result.kind === "device") {
    keep(DEVICE, answer.result.token);
    // The code is used up: a reload must not offer it again.
    if (location.search) history.replaceState(null, "", location.pathname);
    become({ device: answer.result.token });
  } else if (!answer.ok) {
    fault.value = answer.message;
  }
}

export async function logIn(employee: EmployeeId, pin: string): Promise<boolean> {
  if (busy.value) return false;
  busy.value = true;
  fault.value = null;
  const answer = await request({ name: "staff.log_in", employee, pin }, { as: "device" });
  busy.value = false;
  if (answer.ok && answer.result.kind === "session") {
    keep(SESSION, answer.result.token);
    become({ session: answer.result.token });
    return true;
  }
  if (!answer.ok) fault.value = answer.message;
  return false;
}

/** Ends the session at the hub; the screen asks who works once that is done. */
export function logOut(): void {
  void request({ name: "staff.log_out" }, { as: "employee" }).then(() => {
    batch(() => {
      keep(SESSION, null);
      become({ session: undefined });
    });
  });
}

export function show(next: string | null): void {
  station.value = next;
  keep(STATION, next);
}
