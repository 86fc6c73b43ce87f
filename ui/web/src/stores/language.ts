// The language of the page: the guest's choice, else the house's.

import { computed, effect, signal } from "@preact/signals";

import { en } from "../lang/en";
import { id } from "../lang/id";
import { speak } from "../socket";
import type { Language } from "../wire.gen";
import { keep, recall } from "./memory";
import { site } from "./room";

const KEY = "kasir.language";

function isLanguage(text: string | null): text is Language {
  return text === "id" || text === "en";
}

function kept(): Language | null {
  const text = recall(KEY);
  return isLanguage(text) ? text : null;
}

const chosen = signal<Language | null>(kept());

export const language = computed<Language>(() => chosen.value ?? site.value?.language ?? "id");
export const words = computed(() => (language.value === "en" ? en : id));

export function choose(next: Language): void {
  chosen.value = next;
  keep(KEY, next);
}

/** Keeps the document and the hub in step with the page. The hub's sentences come in the
 * language of the last hello, so it hears of every change but the first. */
export function followLanguage(): void {
  let told: Language | null = null;
  effect(() => {
    const now = language.value;
    document.documentElement.lang = now;
    if (told !== null && told !== now) speak(now);
    told = now;
  });
}
