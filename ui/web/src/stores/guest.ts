// The guest at this table: how they came in, what is theirs, what they ask for.

import { batch, computed, effect, signal } from "@preact/signals";

import { become, me, request, said, start, up } from "../socket";
import type { Op, OrderView, VisitView } from "../wire.gen";
import { openCartOf } from "./cart";
import * as carts from "./cart";
import { followLanguage, language } from "./language";
import { keep, onOtherTab, recall } from "./memory";
import { giveUp, openOutboxOf, send } from "./outbox";
import { go, openSheet, place, wide } from "./place";
import { orders, visits } from "./room";

/** The table's secret out of the address; null on the start page. */
export const table: string | null = codeOf(location.pathname);

function codeOf(path: string): string | null {
  const match = /^\/t\/([^/]+)\/?$/.exec(path);
  if (!match?.[1]) return null;
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return match[1];
  }
}

const sessionKey = `kasir.session.${table ?? ""}`;
/** The guest who wants to leave for good, until that is done. */
export const leavingKey = `kasir.leaving.${table ?? ""}`;

/** The guest looks around before giving a name. */
export const looking = signal(false);
/** "Send" was tapped before a name was given: it goes out once there is one. */
export const sendAfter = signal(false);
export const joining = signal(false);
export const joinFault = signal<string | null>(null);
/** What the hub said no to, beside the order or the bill it was about. */
export const orderFaults = signal<ReadonlyMap<string, string>>(new Map());
export const billFault = signal<string | null>(null);
/** Requests under way, by what they concern. */
export const busy = signal<ReadonlySet<string>>(new Set());
/** Counts who was here and is not any more: what the page has in hand was theirs. */
export const departed = signal(0);

export const guest = computed(() => (me.value?.who === "guest" ? me.value : null));
/** The table's number as it stands on the table; undefined when the code is not known. */
export const tableNumber = computed(() => {
  const who = me.value;
  if (who?.who === "stranger") return who.table;
  return visit.value?.place;
});
export const visit = computed<VisitView | null>(() => (guest.value && visits.value.get(guest.value.visit)) ?? null);
/** The party has paid and gone: nothing more can be asked for. */
export const over = computed(() => visit.value !== null && !visit.value.open);
export const unknownCode = computed(() => table !== null && me.value?.who === "stranger" && me.value.table === undefined);
export const needsName = computed(() =>
  me.value?.who === "stranger" && me.value.table !== undefined && (!looking.value || sendAfter.value));

/** The visit's orders: what the guest waits for first, then the newest. */
export const ofVisit = computed<OrderView[]>(() => {
  const who = guest.value;
  const awaited = (o: OrderView) => Number(o.guest === who?.guest && (o.state === "waiting" || o.state === "in_process"));
  return [...orders.value.values()]
    .filter((o) => o.visit === who?.visit)
    .sort((a, b) => awaited(b) - awaited(a) || serial(b) - serial(a));
});

/** Ids carry the hub's own count; the clock may be wrong, that never is. */
export function serial(order: OrderView): number {
  return Number(order.id.slice(1)) || 0;
}

export const running = computed(() => ofVisit.value.filter((o) => o.state === "waiting" || o.state === "in_process"));

export function startGuest(): void {
  followLanguage();
  if (table === null) {
    start({ language: language.value });
    return;
  }
  openCartOf(table);
  openOutboxOf(table, showCart);
  onOtherTab(sessionKey, mindOtherTab);
  start({ table, session: recall(sessionKey) ?? undefined, language: language.value });
  effect(mindSession);
  effect(sendOnceNamed);
}

/** Brings the guest to the cart, wherever it is on this screen. */
function showCart(): void {
  go("menu");
  if (!wide.value) openSheet("cart");
}

/** Follows what the hub makes of the session that the page gave. */
function mindSession(): void {
  const who = me.value;
  if (!up.value || !who) return;
  const given = said().session;
  if (given !== undefined) joining.value = false;
  if (who.who !== "stranger") return;
  const kept = recall(sessionKey);
  if (kept !== null && kept !== given) {
    // Another tab came in meanwhile.
    become({ session: kept });
  } else if (given !== undefined) {
    // The hub does not know it (any more): the name is asked for again.
    forget();
  }
}

/** In another tab the guest has left, or the party's end was seen. */
function mindOtherTab(): void {
  if (guest.value && recall(sessionKey) === null) forget();
  else mindSession();
}

/** This device is nobody's from here on. The cart stays, but not of somebody who left for good. */
export function forget(): void {
  const forGood = recall(leavingKey) !== null;
  batch(() => {
    keep(sessionKey, null);
    keep(leavingKey, null);
    become({ session: undefined });
    giveUp();
    if (forGood) carts.empty();
    looking.value = false;
    sendAfter.value = false;
    joinFault.value = null;
    orderFaults.value = new Map();
    billFault.value = null;
    busy.value = new Set();
    departed.value += 1;
    const { page, sheet } = place.peek();
    if (forGood || page === "orders" || sheet === "profile") go("menu");
  });
}

function sendOnceNamed(): void {
  if (!guest.value || !sendAfter.value) return;
  sendAfter.value = false;
  // Not while the effect runs: sending reads what it must not depend on.
  queueMicrotask(sendCart);
}

export async function join(name: string, mail: string, phone: string): Promise<void> {
  if (table === null || joining.value) return;
  joining.value = true;
  joinFault.value = null;
  const answer = await request({ name: "guest.join", table, guest: name, mail, phone });
  if (answer.ok && answer.result.kind === "session") {
    keep(sessionKey, answer.result.token);
    // Still joining: the hub's word on the new session ends it.
    become({ session: answer.result.token });
  } else {
    sendAfter.value = false;
    joinFault.value = answer.ok ? null : answer.message;
    joining.value = false;
  }
}

/** Sends the cart, after asking for a name if there is none. */
export function sendCart(): void {
  if (guest.value) {
    send();
    go("orders");
  } else {
    carts.fault.value = null;
    sendAfter.value = true;
  }
}

/** Closes the sheet that asks for a name. */
export function lookAround(): void {
  looking.value = true;
  sendAfter.value = false;
  joinFault.value = null;
}

/** The old party is gone; somebody else sits down. */
export function startOver(): void {
  forget();
  go("menu");
}

export async function cancel(order: OrderView): Promise<void> {
  const message = await once(order.id, () => own({ name: "order.cancel", order: order.id, reason: "" }));
  const faults = new Map(orderFaults.value);
  if (message) faults.set(order.id, message);
  else faults.delete(order.id);
  orderFaults.value = faults;
}

export async function askBill(): Promise<void> {
  billFault.value = null;
  billFault.value = await once("bill", () => own({ name: "bill.ask" }));
}

/** Asks in the guest's own name: whoever sits down here next has not asked for it. */
export function own(op: Op, how: { id?: string; before?: () => void } = {}): ReturnType<typeof request> {
  const who = guest.value?.guest;
  const before = () => {
    if (guest.value?.guest !== who) return false;
    how.before?.();
    return true;
  };
  return request(op, { id: how.id, as: "guest", before });
}

/** Runs one request at a time for `what`; brings the refusal's sentence, if any. */
export async function once(what: string, ask: () => ReturnType<typeof request>): Promise<string | null> {
  if (busy.value.has(what)) return null;
  busy.value = new Set([...busy.value, what]);
  const answer = await ask();
  busy.value = new Set([...busy.value].filter((one) => one !== what));
  return answer.ok ? null : answer.message;
}
