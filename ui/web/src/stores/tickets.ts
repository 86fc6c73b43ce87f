// The board: which orders hang in the kitchen, in which order, and what a tap does to a line.
// A ticket keeps its place in the row; the clock never decides it, for clocks can be wrong.

import { effect, signal } from "@preact/signals";

import { me, request, whole } from "../socket";
import type { LineState, LineView, OrderId, OrderView } from "../wire.gen";
import { keep, recallAs } from "./memory";
import { clockAhead, orders } from "./room";

/** How long a new ticket is framed. */
const FRESH_MS = 10_000;
/** How long a finished one stays. */
const DONE_MS = 5_000;
/** Nothing leaves, and so nothing moves, just after a finger was on the board. */
const STILL_MS = 1_200;
/** How long a refusal stands on its ticket. */
const FAULT_MS = 8_000;

export interface Ticket {
  order: OrderView;
  /** Framed as new until then, by this device's clock. */
  freshUntil: number;
  /** When it was finished, by this device's clock. */
  doneAt: number | null;
}

export const tickets = signal<readonly Ticket[]>([]);
/** This device's clock, a step a second. */
export const now = signal(Date.now());
/** Steps that were tapped and that the hub has not confirmed, by "order/line". */
export const moves = signal<ReadonlyMap<string, LineState>>(new Map());
export const faults = signal<ReadonlyMap<OrderId, string>>(new Map());
/** The last thing worth saying aloud: a new ticket or a cancelled one. */
export const news = signal<{ kind: "new" | "cancelled"; order: OrderView } | null>(null);

const BOARD = "kasir.kitchen.board";
/** Whether the board was complete once: what comes now is new. */
let primed = false;
/** What hung here when the page was last open. */
let before = new Set(recallAs(BOARD, strings) ?? []);
let touchedAt = 0;

export function startTickets(): void {
  effect(() => {
    const known = orders.value;
    const complete = whole.value;
    if (me.value?.who === "employee") hang(known, complete);
    else clear();
  });
  window.setInterval(() => {
    now.value = Date.now();
    tidy();
  }, 1_000);
  window.addEventListener("pointerdown", () => {
    touchedAt = Date.now();
  }, { passive: true });
}

/** The hub's own count in an order's id. */
function serial(order: OrderView): number {
  return Number(order.id.slice(1)) || 0;
}

function clear(): void {
  primed = false;
  if (tickets.peek().length > 0) tickets.value = [];
}

function hang(known: ReadonlyMap<OrderId, OrderView>, complete: boolean): void {
  const at = Date.now();
  const next: Ticket[] = [];
  const hung = new Set<OrderId>();
  for (const ticket of tickets.peek()) {
    const order = known.get(ticket.order.id);
    hung.add(ticket.order.id);
    if (!order) {
      // Gone from the hub's board, unless it is still to come; a cancellation must be seen.
      if (!complete || ticket.order.state === "cancelled") next.push(ticket);
      continue;
    }
    if (order.state === "cancelled" && ticket.order.state !== "cancelled") news.value = { kind: "cancelled", order };
    next.push({
      order,
      freshUntil: ticket.freshUntil,
      doneAt: order.state === "done" ? (ticket.doneAt ?? at) : null,
    });
  }
  const arrived = [...known.values()]
    .filter((order) => !hung.has(order.id))
    // Cancelled while this screen was reloading: the cook may still be at it.
    .filter((order) => order.state === "in_process" || (order.state === "cancelled" && before.has(order.id)))
    .sort((a, b) => serial(a) - serial(b));
  for (const order of arrived) {
    next.push({ order, freshUntil: primed ? at + FRESH_MS : 0, doneAt: null });
    if (primed) news.value = { kind: "new", order };
  }
  // What hung here before the page was loaded is news to nobody.
  if (complete && !primed) {
    primed = true;
    before = new Set();
  }
  tickets.value = next;
  if (primed) remember();
}

function strings(value: unknown): string[] | null {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : null;
}

function put(next: readonly Ticket[]): void {
  tickets.value = next;
  remember();
}

function remember(): void {
  keep(BOARD, JSON.stringify(tickets.peek().map((t) => t.order.id)));
}

function tidy(): void {
  const at = Date.now();
  if (at - touchedAt < STILL_MS && at >= touchedAt) return;
  const left = tickets.value.filter((t) => t.doneAt === null || at - t.doneAt < DONE_MS);
  if (left.length !== tickets.value.length) put(left);
}

/** Takes a cancelled ticket off the board. */
export function dismiss(order: OrderId): void {
  put(tickets.value.filter((t) => t.order.id !== order));
}

const STATES: LineState[] = ["queued", "cooking", "ready", "served"];

/** Where a line is, a tap that is still on its way included. */
export function stateOf(order: OrderId, line: LineView): LineState {
  return moves.value.get(`${order}/${line.no}`) ?? line.state;
}

/** One step on, or back. */
export function step(order: OrderView, line: LineView, by: 1 | -1): void {
  if (order.state !== "in_process") return;
  const to = STATES[STATES.indexOf(stateOf(order.id, line)) + by];
  if (!to) return;
  const key = `${order.id}/${line.no}`;
  moves.value = new Map([...moves.value, [key, to]]);
  void request({ name: "line.move", order: order.id, line: line.no, to }, { as: "employee" }).then((answer) => {
    // A later tap on the same line has its own answer.
    if (moves.value.get(key) === to || !answer.ok) {
      const left = new Map(moves.value);
      left.delete(key);
      moves.value = left;
    }
    if (!answer.ok) blame(order.id, answer.message);
  });
}

function blame(order: OrderId, message: string): void {
  faults.value = new Map([...faults.value, [order, message]]);
  window.setTimeout(() => {
    const left = new Map(faults.value);
    if (left.get(order) === message) left.delete(order);
    faults.value = left;
  }, FAULT_MS);
}

/** Whole minutes since the kitchen got it, by the hub's clock. */
export function age(order: OrderView): number {
  return Math.max(0, Math.floor((now.value + clockAhead.value - order.since_ms) / 60_000));
}
