// Lists of the hub, each with what went wrong reading it. They are read when a page that
// needs them opens, after every change, and when the user comes back to the page.

import { signal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { call } from "./api";
import type { Answer } from "./api";

export interface Shelf<T> {
  readonly value: Signal<T | null>;
  readonly fault: Signal<string | null>;
  load: () => Promise<void>;
}

const forgetters = new Set<() => void>();

/** Counts up when somebody logs in: what is on the page is read anew. */
export const logins = signal(0);

/** `pick` takes the list out of the answer. */
export function shelf<A, T>(path: string | (() => string), pick: (answer: A) => T): Shelf<T> {
  const value = signal<T | null>(null);
  const fault = signal<string | null>(null);
  let asked = 0;
  forgetters.add(() => {
    asked += 1;
    value.value = null;
    fault.value = null;
  });
  const load = async () => {
    asked += 1;
    const mine = asked;
    const answer = await call<A>("GET", typeof path === "string" ? path : path());
    // Only the last one asked counts.
    if (mine !== asked) return;
    if (answer.ok) value.value = pick(answer.value);
    fault.value = answer.ok ? null : answer.problem.detail;
  };
  return { value, fault, load };
}

export interface Book<A> extends Shelf<A[]> {
  /** One page more. */
  older: () => Promise<void>;
  /** From the first page again, for something else is asked. */
  restart: () => Promise<void>;
}

/** A list that comes in pages, newest first. Read anew, it is read as far as it lies open;
 * when something else is asked, from its first page. */
export function book<A extends { next: string | null }>(path: (before: string | null) => string): Book<A> {
  const value = signal<A[] | null>(null);
  const fault = signal<string | null>(null);
  let asked = 0;
  let open = 1;
  let last = "";
  const forget = () => {
    asked += 1;
    open = 1;
    value.value = null;
    fault.value = null;
  };
  forgetters.add(forget);
  const load = async () => {
    asked += 1;
    const mine = asked;
    const pages: A[] = [];
    if (last !== path(null)) open = 1;
    last = path(null);
    let before: string | null = null;
    do {
      // Each page says where the next begins.
      // oxlint-disable-next-line no-await-in-loop
      const answer: Answer<A> = await call<A>("GET", path(before));
      if (mine !== asked) return;
      if (!answer.ok) {
        fault.value = answer.problem.detail;
        return;
      }
      pages.push(answer.value);
      before = answer.value.next;
    } while (before !== null && pages.length < open);
    value.value = pages;
    fault.value = null;
  };
  const older = () => {
    open = (value.peek()?.length ?? 0) + 1;
    return load();
  };
  const restart = () => {
    forget();
    return load();
  };
  return { value, fault, load, older, restart };
}

/** Somebody else has logged in. */
export function forgetShelves(): void {
  for (const forget of forgetters) forget();
}

/** Reads lists anew and hands the answer through, so that a page shows what the hub made of a
 * change before it says that it worked. */
export async function then<T>(answer: Promise<Answer<T>>, ...stale: Shelf<unknown>[]): Promise<Answer<T>> {
  const known = await answer;
  if (known.ok) await Promise.all(stale.map((one) => one.load()));
  return known;
}

/** Keeps lists fresh while a page is open; `every_ms` for what changes by itself. */
export function useShelves(every_ms: number, ...shelves: Shelf<unknown>[]): void {
  useAsked("", every_ms, ...shelves);
}

/** The same, and anew whenever `what` is asked of them changes. */
export function useAsked(what: string, every_ms: number, ...shelves: Shelf<unknown>[]): void {
  // The same ones for as long as the page is open.
  const all = useRef(shelves);
  const login = logins.value;
  useEffect(() => {
    const load = () => {
      if (document.visibilityState === "visible") for (const one of all.current) void one.load();
    };
    load();
    document.addEventListener("visibilitychange", load);
    const timer = every_ms > 0 ? window.setInterval(load, every_ms) : 0;
    return () => {
      document.removeEventListener("visibilitychange", load);
      window.clearInterval(timer);
    };
  }, [login, every_ms, what]);
}
