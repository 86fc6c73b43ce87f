// A page that comes up over another: dialog for the eye, the keyboard and the screen reader.
// The pages behind it are hidden from the latter by whoever shows it.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import { words } from "../stores/language";
import { X } from "./icons";

const FOCUSABLE = "button:not([disabled]), input:not([disabled]), a[href]";

export function Sheet(props: { title: string; hint?: string; onClose: () => void; children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(props.onClose);
  close.current = props.onClose;

  useLayoutEffect(() => {
    const before = document.activeElement;
    document.documentElement.classList.add("covered");
    box.current?.focus();
    const keys = (event: KeyboardEvent) => {
      if (event.key === "Escape") close.current();
      if (event.key === "Tab" && box.current) stayInside(box.current, event);
    };
    document.addEventListener("keydown", keys);
    return () => {
      document.removeEventListener("keydown", keys);
      document.documentElement.classList.remove("covered");
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);

  return (
    <div class="sheet">
      <div class="sheet-shade" onClick={props.onClose} aria-hidden="true" />
      <div class="sheet-box" role="dialog" aria-modal="true" aria-labelledby="sheet-title" tabIndex={-1} ref={box}>
        <header class="sheet-head">
          <div>
            <h2 id="sheet-title">{props.title}</h2>
            {props.hint && <p class="muted">{props.hint}</p>}
          </div>
          <button type="button" class="quiet round" aria-label={words.value.close} onClick={props.onClose}><X /></button>
        </header>
        {props.children}
      </div>
    </div>
  );
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
