// Business days as the hub writes them, "2025-11-22": counted, put together to periods, and
// called by their names. Which day it is the hub says, never this browser's clock.

import { language } from "./language";

export interface Span {
  from: string;
  to: string;
}

export const QUICK = ["today", "yesterday", "7", "30", "month", "last-month"] as const;
export type Quick = (typeof QUICK)[number];

/** Noon, so that no zone's clock moves it to another day. */
function at(day: string): Date {
  return new Date(`${day}T12:00:00Z`);
}

function written(date: Date): string {
  return date.toISOString().slice(0, 10);
}

export function shift(day: string, days: number): string {
  const date = at(day);
  date.setUTCDate(date.getUTCDate() + days);
  return written(date);
}

export function spanOf(quick: Quick, today: string): Span {
  const month = `${today.slice(0, 8)}01`;
  switch (quick) {
    case "today": return { from: today, to: today };
    case "yesterday": return { from: shift(today, -1), to: shift(today, -1) };
    case "7": return { from: shift(today, -6), to: today };
    case "30": return { from: shift(today, -29), to: today };
    case "month": return { from: month, to: today };
    default: return { from: `${shift(month, -1).slice(0, 8)}01`, to: shift(month, -1) };
  }
}

/** Whether it is a whole day: while a year is typed it is the year 2 for a moment. */
export function goodDay(text: string): boolean {
  return /^20\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(at(text).getTime()) && written(at(text)) === text;
}

type Look = keyof typeof LOOKS;

const LOOKS = {
  weekday: { weekday: "long" },
  weekdayShort: { weekday: "short" },
  number: { day: "numeric" },
  month: { month: "short" },
  year: { year: "numeric" },
  monthLong: { month: "long", year: "numeric" },
  date: { day: "numeric", month: "short", year: "numeric" },
  day: { weekday: "long", day: "numeric", month: "long" },
  long: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
} as const;

/** They are slow to make, and a chart of a quarter needs hundreds of names. */
const makers = new Map<string, Intl.DateTimeFormat>();

export function nameOf(day: string, look: Look): string {
  const tongue = language.value === "en" ? "en-GB" : "id-ID";
  const key = `${tongue} ${look}`;
  let maker = makers.get(key);
  if (!maker) {
    maker = new Intl.DateTimeFormat(tongue, { ...LOOKS[look], timeZone: "UTC" });
    makers.set(key, maker);
  }
  return maker.format(at(day));
}

/** "16 Nov 2025 – 22 Nov 2025", or the one day. */
export function spanWord({ from, to }: Span): string {
  return from === to ? nameOf(from, "long") : `${nameOf(from, "date")} – ${nameOf(to, "date")}`;
}
