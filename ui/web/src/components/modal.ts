// What makes a box a dialog for the keyboard: it takes the focus and gives it back, escape
// closes it, tab stays inside. Of several, only the one on top listens.

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

const FOCUSABLE = "button:not([disabled]), input:not([disabled]), select, textarea, a[href]";

/** Dialogs that are open, the topmost last. */
const open: HTMLElement[] = [];

/** Put the ref on the box, which needs a tabIndex of -1. */
export function useModal(onClose: () => void): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;

  useLayoutEffect(() => {
    const own = box.current;
    if (!own) return undefined;
    const before = document.activeElement;
    open.push(own);
    document.documentElement.classList.add("covered");
    own.focus();
    const keys = (event: KeyboardEvent) => {
      // Not while another dialog, or the way in, lies over it.
      if (open[open.length - 1] !== own || own.closest('[aria-hidden="true"]')) return;
      if (event.key === "Escape") close.current();
      if (event.key === "Tab") stayInside(own, event);
    };
    document.addEventListener("keydown", keys);
    return () => {
      document.removeEventListener("keydown", keys);
      open.splice(open.indexOf(own), 1);
      if (open.length === 0) document.documentElement.classList.remove("covered");
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);

  return box;
}

/** Keeps the tab key within the dialog. */
function stayInside(box: HTMLElement, event: KeyboardEvent): void {
  const stops = [...box.querySelectorAll<HTMLElement>(FOCUSABLE)];
  const first = stops[0];
  const last = stops[stops.length - 1];
  if (!first || !last) return;
  const at = document.activeElement;
  if (event.shiftKey && (at === first || at === box)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && at === last) {
    event.preventDefault();
    first.focus();
  }
}
