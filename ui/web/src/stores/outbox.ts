// The order that the hub has not answered yet. It is on disk before it goes out and leaves
// only with the answer: a reload, a locked phone or a second tab send it again under the same
// id, and the hub takes it once. It may be taken back only while it certainly never went out.

import { computed, signal } from "@preact/signals";

import { request, withdraw } from "../socket";
import type { Answer } from "../socket";
import type { NewLine } from "../wire.gen";
import * as carts from "./cart";
import { keep, onOtherTab, recallAs } from "./memory";
import { products } from "./room";
import { uuid7 } from "./uuid";

interface Unsent {
  /** The request's id. */
  id: string;
  /** The order's own id. */
  order: string;
  lines: NewLine[];
  /** Whether a byte of it may have reached the hub. */
  sent: boolean;
}

export const unsent = signal<Unsent | null>(null);
/** It may be taken back: it never left this device. */
export const revocable = computed(() => unsent.value !== null && !unsent.value.sent);

let key = "";
let refused: () => void = () => {};

/** Takes up what an earlier page left behind. `onRefused` brings the guest to the cart. */
export function openOutboxOf(table: string, onRefused: () => void): void {
  key = `kasir.unsent.${table}`;
  refused = onRefused;
  onOtherTab(key, follow);
  const left = load();
  if (left) ask(left);
}

function load(): Unsent | null {
  return recallAs(key, (value) => {
    const it = value as Partial<Unsent> | null;
    const lines = carts.readLines(it?.lines);
    if (typeof it?.id !== "string" || typeof it.order !== "string" || !lines) return null;
    return { id: it.id, order: it.order, lines, sent: it.sent !== false };
  });
}

function store(next: Unsent | null): void {
  unsent.value = next;
  keep(key, next ? JSON.stringify(next) : null);
}

/** Sends what is in the cart. */
export function send(): void {
  if (unsent.value || carts.cart.value.length === 0) return;
  const order: Unsent = {
    id: uuid7(),
    order: uuid7(),
    lines: carts.cart.value.map((line) => ({ ...line, note: line.note.trim() })),
    sent: false,
  };
  store(order);
  carts.empty();
  ask(order);
}

function ask(order: Unsent): void {
  unsent.value = order;
  const before = () => {
    // Another tab may have taken it back or got its answer meanwhile.
    const now = load();
    if (now?.id !== order.id) {
      if (unsent.value?.id === order.id) unsent.value = now;
      return false;
    }
    if (!now.sent) store({ ...now, sent: true });
    return true;
  };
  void request({ name: "order.place", order: order.order, lines: order.lines }, { id: order.id, as: "guest", before })
    .then((answer) => answered(order, answer));
}

function answered(order: Unsent, answer: Answer): void {
  // A second tab asks too and hears the same; the first to hear tidies up.
  if (load()?.id !== order.id) {
    if (unsent.value?.id === order.id) unsent.value = null;
    return;
  }
  store(null);
  if (answer.ok) return;
  carts.putBack(order.lines);
  carts.fault.value = answer.message;
  const named = answer.params["product"];
  if (named !== undefined) {
    const hit = order.lines.filter((line) => products.value.get(line.product)?.name === named);
    carts.faults.value = new Map(hit.map((line) => [line.product, answer.message]));
  }
  refused();
}

/** Takes the order back into the cart, if it never went out. */
export function takeBack(): void {
  const now = load();
  if (!now || now.sent) return;
  withdraw(now.id);
  store(null);
  carts.putBack(now.lines);
}

/** The session that it belonged to is gone for good: the guest decides anew. */
export function giveUp(): void {
  const now = unsent.value;
  if (!now) return;
  withdraw(now.id);
  store(null);
  carts.putBack(now.lines);
}

function follow(): void {
  const now = load();
  const held = unsent.value;
  if (held && now?.id === held.id) unsent.value = now;
  else if (!held && now) ask(now);
}
