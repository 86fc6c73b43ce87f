// Where the user is, after the # of the address: a page, then what lies open on it. Leaving
// something unsaved is asked about, whichever way it is left.

import { signal } from "@preact/signals";

import { forgetUnsure } from "./api";
import { words } from "./language";
import { ask } from "./notice";

/** Something was typed that is saved nowhere yet. */
export const unsaved = signal(false);

export const route = signal<readonly string[]>(read());

function read(): string[] {
  return location.hash.replace(/^#\/?/, "").split("/").filter((part) => part !== "").map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
}

export function hrefOf(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

/** Goes to a page; "back" returns here. */
export function go(...parts: string[]): void {
  const href = hrefOf(...parts);
  if (location.hash !== href) history.pushState(null, "", href);
  arrive();
}

/** The same without a way back, for an address that leads nowhere. */
export function redirect(...parts: string[]): void {
  history.replaceState(null, "", hrefOf(...parts));
  arrive();
}

function arrive(): void {
  const before = route.peek();
  const next = read();
  forgetUnsure();
  route.value = next;
  if (before[0] !== next[0]) window.scrollTo(0, 0);
}

/** Runs `then` unless something would be lost by it and the user keeps that. */
export function leave(then: () => void): void {
  if (!unsaved.peek()) {
    then();
    return;
  }
  const w = words.peek();
  ask({
    title: w.discardTitle,
    text: w.discardText,
    yes: w.discardYes,
    no: w.discardNo,
    run: () => {
      unsaved.value = false;
      then();
      return null;
    },
  });
}

export function startRoutes(): void {
  window.addEventListener("hashchange", () => {
    if (!unsaved.peek()) {
      arrive();
      return;
    }
    const wanted = read();
    history.pushState(null, "", hrefOf(...route.peek()));
    leave(() => go(...wanted));
  });
  window.addEventListener("beforeunload", (event) => {
    if (!unsaved.peek()) return;
    event.preventDefault();
    // What older browsers want to hear.
    event.returnValue = "";
  });
}
