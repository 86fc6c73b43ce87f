// A page that comes up over another: dialog for the eye, the keyboard and the screen reader.
// The pages behind it are hidden from the latter by whoever shows it.

import type { ComponentChildren } from "preact";

import { words } from "../stores/language";
import { X } from "./icons";
import { useModal } from "./modal";

export function Sheet(props: { title: string; hint?: string; onClose: () => void; children: ComponentChildren }) {
  const box = useModal(props.onClose);
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
