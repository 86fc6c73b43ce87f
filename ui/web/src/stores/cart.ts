// What the guest has picked and not sent. Ids, quantities and notes only: names and prices
// are the menu's. Kept per table over a reload, and in step with other tabs.

import { computed, signal } from "@preact/signals";

import type { NewLine, ProductId } from "../wire.gen";
import { keep, onOtherTab, recallAs } from "./memory";
import { products, site } from "./room";

/** Longest note to the kitchen, in characters. */
export const NOTE_MAX = 140;

export const cart = signal<readonly NewLine[]>([]);
/** Products that the hub refused, with its sentence, until they are changed. */
export const faults = signal<ReadonlyMap<ProductId, string>>(new Map());
/** Why the last try to send failed, in the hub's words. */
export const fault = signal<string | null>(null);

let key = "";

export function openCartOf(table: string): void {
  key = `kasir.cart.${table}`;
  cart.value = load();
  onOtherTab(key, () => {
    cart.value = load();
  });
}

function load(): NewLine[] {
  return recallAs(key, readLines) ?? [];
}

/** Lines out of storage, which anybody may have written. */
export function readLines(value: unknown): NewLine[] | null {
  if (!Array.isArray(value)) return null;
  const lines: NewLine[] = [];
  for (const one of value as Partial<NewLine>[]) {
    if (typeof one?.product !== "string" || !Number.isInteger(one.quantity) || (one.quantity ?? 0) < 1) return null;
    lines.push({ product: one.product, quantity: one.quantity ?? 1, note: typeof one.note === "string" ? one.note : "" });
  }
  return lines;
}

function set(lines: readonly NewLine[]): void {
  cart.value = lines;
  keep(key, lines.length > 0 ? JSON.stringify(lines) : null);
  fault.value = null;
}

/** Most portions of one dish that the house takes from a guest. */
export const most = computed(() => site.value?.guest_quantity_max ?? 20);

export const quantities = computed(() => new Map(cart.value.map((line) => [line.product, line.quantity])));
export const count = computed(() => cart.value.reduce((sum, line) => sum + line.quantity, 0));

/** Lines with their product; one that left the menu has none. */
export const lines = computed(() => cart.value.map((line) => ({ ...line, view: products.value.get(line.product) })));

/** What the menu asks for it all, before service and tax: those are the hub's to reckon. */
export const sum = computed(() => lines.value.reduce((all, line) => all + (line.view?.price ?? 0) * line.quantity, 0));

export function change(product: ProductId, by: number): void {
  if (faults.value.has(product)) {
    const left = new Map(faults.value);
    left.delete(product);
    faults.value = left;
  }
  const now = cart.value;
  const line = now.find((one) => one.product === product);
  if (!line) {
    if (by > 0) set([...now, { product, quantity: Math.min(by, most.value), note: "" }]);
    return;
  }
  const quantity = Math.min(line.quantity + by, Math.max(most.value, line.quantity));
  set(quantity < 1
    ? now.filter((one) => one !== line)
    : now.map((one) => (one === line ? { ...line, quantity } : one)));
}

export function write(product: ProductId, note: string): void {
  set(cart.value.map((line) => (line.product === product ? { ...line, note } : line)));
}

export function empty(): void {
  set([]);
  faults.value = new Map();
}

/** Puts lines back that were not sent after all, beside what was picked since. */
export function putBack(back: readonly NewLine[]): void {
  const now = [...cart.value];
  for (const line of back) {
    const at = now.findIndex((one) => one.product === line.product);
    const same = now[at];
    if (same) now[at] = { ...same, quantity: same.quantity + line.quantity, note: same.note || line.note };
    else now.push(line);
  }
  set(now);
}
