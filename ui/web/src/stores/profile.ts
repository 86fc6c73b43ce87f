// What the guest says of themselves. What was typed stays until the hub has taken it.

import { computed, effect, signal } from "@preact/signals";

import { greet } from "../socket";
import { departed, guest, once, own } from "./guest";

export interface Person {
  name: string;
  mail: string;
  phone: string;
}

export const NOBODY: Person = { name: "", mail: "", phone: "" };

/** What was typed and is not known to the hub; null while nothing was. */
const draft = signal<Person | null>(null);
export const profileFault = signal<string | null>(null);
/** The hub has taken what stands there. */
export const saved = signal(false);

/** As the hub knows the guest. */
const known = computed<Person>(() => {
  const who = guest.value;
  return who ? { name: who.name, mail: who.mail, phone: who.phone } : NOBODY;
});

export const person = computed(() => draft.value ?? known.value);
export const changed = computed(() => {
  const now = trimmed(person.value);
  return now.name !== known.value.name || now.mail !== known.value.mail || now.phone !== known.value.phone;
});

export function trimmed({ name, mail, phone }: Person): Person {
  return { name: name.trim(), mail: mail.trim(), phone: phone.trim() };
}

export function writePerson(change: Partial<Person>): void {
  draft.value = { ...person.value, ...change };
  profileFault.value = null;
  saved.value = false;
}

export async function savePerson(): Promise<void> {
  const typed = person.value;
  const { name, mail, phone } = trimmed(typed);
  profileFault.value = null;
  profileFault.value = await once("profile", () => own({ name: "guest.change", guest: name, mail, phone }));
  if (profileFault.value !== null) return;
  // Whoever typed on meanwhile saves again.
  saved.value = person.value === typed;
  greet();
}

effect(() => {
  // The hub's own writing of it has come.
  if (guest.value && saved.peek()) draft.value = null;
});

effect(() => {
  if (departed.value === 0) return;
  draft.value = null;
  profileFault.value = null;
  saved.value = false;
});
