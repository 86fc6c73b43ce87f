// What the house sold: the open day, any period, and every receipt; and which of it is asked.

import { computed, signal } from "@preact/signals";
import type { ReadonlySignal, Signal } from "@preact/signals";

import { call } from "./api";
import type { Answer, Dashboard, PaidReceipt, ReceiptPage, Sales } from "./api";
import { spanOf } from "./days";
import type { Quick, Span } from "./days";
import { book, shelf, then } from "./shelf";

export const dashboard = shelf("/reports/dashboard", (a: Dashboard) => a);

/** The open business day, once the hub has said it. */
export const today = computed(() => dashboard.value.value?.day ?? null);

export interface Period {
  /** By name it moves on with the day. */
  choice: Signal<Quick | Span>;
  /** Null until the day is known. */
  span: ReadonlySignal<Span | null>;
  /** It ends before it begins. */
  wrong: ReadonlySignal<boolean>;
}

function period(first: Quick): Period {
  const choice = signal<Quick | Span>(first);
  const span = computed(() => {
    if (typeof choice.value === "object") return choice.value;
    return today.value === null ? null : spanOf(choice.value, today.value);
  });
  return { choice, span, wrong: computed(() => span.value !== null && span.value.from > span.value.to) };
}

function query(span: Span | null): string {
  return new URLSearchParams({ ...span }).toString();
}

export const salesPeriod = period("7");
export const sales = shelf(() => `/reports/sales?${query(salesPeriod.span.peek())}`, (a: Sales) => a);

/** Where the hub has the same as a file. */
export function fileOf(file: string, span: Span): string {
  return `/api/v1/reports/${file}?${query(span)}`;
}

/** To the owner's addresses. */
export function mailReport(span: Span): Promise<Answer<unknown>> {
  return call("POST", "/reports/mail", span);
}

export const historyPeriod = period("30");
/** Part of a number, table, guest, cashier or product. */
export const wanted = signal("");

export const history = book<ReceiptPage>((before) => {
  const search = wanted.peek().trim();
  return `/receipts?${new URLSearchParams({
    ...historyPeriod.span.peek(), ...(search === "" ? {} : { search }), ...(before === null ? {} : { before }),
  }).toString()}`;
});

const opened = signal("");
/** The one that lies open. */
export const receipt = shelf(() => of(opened.peek()), (a: PaidReceipt) => a);

function of(id: string): string {
  return `/receipts/${encodeURIComponent(id)}`;
}

/** Which one is read from now on. */
export function openReceipt(id: string): void {
  if (opened.peek() === id) return;
  opened.value = id;
  receipt.value.value = null;
  receipt.fault.value = null;
}

export function reprint(id: string): Promise<Answer<unknown>> {
  return then(call("POST", `${of(id)}/reprint`), receipt);
}

export function mailReceipt(id: string, address: string): Promise<Answer<unknown>> {
  return call("POST", `${of(id)}/mail`, { address });
}
