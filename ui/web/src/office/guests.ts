// Guests of whom the house still knows something, found by what they say of themselves.

import { computed, signal } from "@preact/signals";

import { call } from "./api";
import type { Answer, GuestList } from "./api";
import { shelf, then } from "./shelf";

/** Fewer letters find everybody, which is nobody's question. */
const LETTERS_MIN = 2;

export const wanted = signal("");
export const enough = computed(() => wanted.value.trim().length >= LETTERS_MIN);

export const guests = shelf(() => `/guests?${new URLSearchParams({ search: wanted.peek().trim() }).toString()}`, (a: GuestList) => a);

export function forgetGuests(ids: string[]): Promise<Answer<unknown>> {
  return then(call("POST", "/guests/erase", { guests: ids }), guests);
}
