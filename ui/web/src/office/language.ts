// The language of the office: the user's choice, else what the hub says this user speaks.

import { computed, effect, signal } from "@preact/signals";

import { en } from "../lang/office.en";
import { id } from "../lang/office.id";
import { keep, recall } from "../stores/memory";
import type { Language } from "../wire.gen";

/** The same key as on the other pages: a browser speaks one language. */
const KEY = "kasir.language";

function kept(): Language | null {
  const text = recall(KEY);
  return text === "id" || text === "en" ? text : null;
}

const chosen = signal<Language | null>(kept());
/** From the session. */
export const offered = signal<Language | null>(null);

export const language = computed<Language>(() => chosen.value ?? offered.value ?? "id");
export const words = computed(() => wordsIn(language.value));

export function wordsIn(which: Language): typeof id {
  return which === "en" ? en : id;
}

export function choose(next: Language): void {
  chosen.value = next;
  keep(KEY, next);
}

/** Keeps the document in step with the page. */
export function followLanguage(): void {
  effect(() => {
    document.documentElement.lang = language.value;
  });
}
