// What this browser keeps over a reload. Storage may throw (private mode, storage full, or
// switched off): then the page's own memory does until the page is closed.

import { signal } from "@preact/signals";

const fallback = new Map<string, string>();

/** Whether what is kept survives a reload. */
export const lasting = signal(works(() => window.localStorage));

function works(storage: () => Storage): boolean {
  try {
    const key = "kasir.try";
    storage().setItem(key, key);
    storage().removeItem(key);
    return true;
  } catch {
    return false;
  }
}

export function recall(key: string): string | null {
  const own = fallback.get(key);
  if (own !== undefined) return own;
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a text; null forgets it. */
export function keep(key: string, value: string | null): void {
  fallback.delete(key);
  try {
    if (value === null) window.localStorage.removeItem(key);
    else window.localStorage.setItem(key, value);
  } catch {
    lasting.value = false;
    if (value !== null) fallback.set(key, value);
  }
}

/** A value kept as JSON, checked by `read`, which returns null for what it does not know. */
export function recallAs<T>(key: string, read: (value: unknown) => T | null): T | null {
  const text = recall(key);
  if (text === null) return null;
  try {
    return read(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Marks something for this tab only, over its reloads. False when that is impossible. */
export function markTab(key: string, value: string): boolean {
  try {
    window.sessionStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

export function tabMark(key: string): string | null {
  try {
    return window.sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Tells of changes by other tabs of this browser. */
export function onOtherTab(key: string, then: () => void): void {
  window.addEventListener("storage", (event) => {
    if (event.key === key) then();
  });
}
