// What the page says on its own: that something worked, and a question that must be answered
// before something is lost.

import { signal } from "@preact/signals";

import type { Answer } from "./api";

/** Long enough to be read, gone before the next is due. */
const TOAST_MS = 4_000;

export const toast = signal<string | null>(null);
let timer = 0;

export function say(text: string): void {
  toast.value = text;
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    toast.value = null;
  }, TOAST_MS);
}

export interface Question {
  title: string;
  /** What will happen. */
  text: string;
  yes: string;
  /** Else "cancel". */
  no?: string;
  /** Its refusal is shown in the dialog, which stays. */
  run: () => Promise<Answer<unknown>> | null;
}

export const question = signal<Question | null>(null);

export function ask(next: Question): void {
  question.value = next;
}
