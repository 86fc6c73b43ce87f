// The house's settings, and what depends on them everywhere: money and times.

import { computed } from "@preact/signals";

import { call } from "./api";
import type { Answer, Site } from "./api";
import { CURRENCIES, RUPIAH, format } from "./currency";
import { language } from "./language";
import { shelf, then } from "./shelf";

export const site = shelf("/site", (a: Site) => a);

export const currency = computed(() => CURRENCIES.find((c) => c.code === site.value.value?.currency) ?? RUPIAH);

export function money(amount: number): string {
  return format(amount, currency.value);
}

export function saveSite(next: Site): Promise<Answer<unknown>> {
  return then(call("PUT", "/site", next), site);
}

/** A moment by the house's clock: "22 Nov 2025, 14.05". */
export function moment(ms: number): string {
  const look: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };
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
