// The house's settings, and what depends on them everywhere: money and times.

import { computed } from "@preact/signals";

import { call } from "./api";
import type { Answer, Site } from "./api";
import { CURRENCIES, RUPIAH, brief, figures, format } from "./currency";
import { language, words } from "./language";
import { shelf, then } from "./shelf";

export const site = shelf("/site", (a: Site) => a);

export const currency = computed(() => CURRENCIES.find((c) => c.code === site.value.value?.currency) ?? RUPIAH);

export function money(amount: number): string {
  return format(amount, currency.value);
}

/** The figures alone, for a table that says their currency once. */
export function sum(amount: number): string {
  return figures(amount, currency.value);
}

/** "Rp1,5 jt": for an axis. */
export function shortMoney(amount: number): string {
  const w = words.value;
  const c = currency.value;
  const { figure, thousands } = brief(amount, c, w.decimalSign);
  return w.shortMoney(figure, thousands, c.symbol);
}

/** "1.204": how many, with the groups of the house's amounts. */
export function count(n: number): string {
  return figures(n, { ...currency.value, digits: 0 });
}

/** "12,4%" of a whole. */
export function percent(part: number, whole: number): string {
  const tenths = Math.round((part * 1_000) / whole);
  if (tenths === 0 && part !== 0) return `<0${words.value.decimalSign}1%`;
  return `${(tenths / 10).toFixed(Math.abs(tenths) < 1_000 ? 1 : 0).replace(/\.0$/, "").replace(".", words.value.decimalSign)}%`;
}

export function saveSite(next: Site): Promise<Answer<unknown>> {
  return then(call("PUT", "/site", next), site);
}

/** Path of the house's logo; null when it has none. */
export const logo = computed(() => {
  const hash = site.value.value?.logo;
  return hash === undefined ? null : `/pictures/${hash}`;
});

export function setLogo(picture: Blob): Promise<Answer<unknown>> {
  return then(call("PUT", "/site/logo", picture), site);
}

export function removeLogo(): Promise<Answer<unknown>> {
  return then(call("DELETE", "/site/logo"), site);
}

/** A moment by the house's clock: "22 Nov 2025, 14.05". */
export function moment(ms: number): string {
  return byHouse(ms, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
}

/** "14.05" */
export function clock(ms: number): string {
  return byHouse(ms, { hour: "2-digit", minute: "2-digit" });
}

function byHouse(ms: number, look: Intl.DateTimeFormatOptions): string {
  const tongue = language.value === "en" ? "en-GB" : "id-ID";
  try {
    return new Date(ms).toLocaleString(tongue, { ...look, timeZone: site.value.value?.timezone });
  } catch {
    // A zone that this browser does not know.
    return new Date(ms).toLocaleString(tongue, look);
  }
}

/** The office's address, as somebody types it. */
export function address(path: string): string {
  return `${location.origin}${path}`;
}
