// Leaving the table for good, so that the next one at this screen starts clean. That it is
// wanted is on disk before it goes out: a page that is loaded anew while nothing is certain
// asks again. It may be taken back only while it certainly never went out.

import { effect, signal } from "@preact/signals";

import { me, withdraw } from "../socket";
import { departed, forget, guest, leavingKey, own } from "./guest";
import { keep, recall } from "./memory";
import { unsent } from "./outbox";
import { uuid7 } from "./uuid";

/** Between its yes and our next hello the hub takes us for nobody, at no table. */
const NOBODY_MS = 3_000;

/** Not wanted, wanted on this device, on its way to the hub, done but not seen yet. */
export const leaving = signal<"no" | "asked" | "sent" | "gone">("no");
export const leaveFault = signal<string | null>(null);

/** The request's id. */
let id = "";

export async function leave(): Promise<void> {
  const who = guest.value?.guest;
  // An order on its way would come back to a cart that nobody has any more.
  if (who === undefined || leaving.value !== "no" || unsent.value) return;
  id = uuid7();
  leaving.value = "asked";
  leaveFault.value = null;
  keep(leavingKey, who);
  const before = () => {
    leaving.value = "sent";
  };
  const answer = await own({ name: "guest.leave" }, { id, before });
  if (answer.ok) {
    forget();
    leaving.value = "gone";
  } else if (answer.code !== "not-logged-in") {
    keep(leavingKey, null);
    leaving.value = "no";
    leaveFault.value = answer.message;
  }
  // Without a session the guest has left already: the hub's word on who we are ends it.
}

/** Stays after all, if the hub cannot have heard. */
export function stay(): boolean {
  if (leaving.value === "asked") {
    withdraw(id);
    keep(leavingKey, null);
    leaving.value = "no";
  }
  return leaving.value === "no";
}

effect(() => {
  if (departed.value === 0) return;
  leaving.value = "no";
  leaveFault.value = null;
});

effect(() => {
  if (guest.value && recall(leavingKey) === guest.value.guest) queueMicrotask(() => void leave());
});

effect(() => {
  const who = me.value;
  if (leaving.value !== "gone" || who?.who !== "stranger") return undefined;
  const timer = window.setTimeout(() => {
    leaving.value = "no";
  }, who.table === undefined ? NOBODY_MS : 0);
  return () => window.clearTimeout(timer);
});
