// What every page is put together from: its head, its empty and failed states, a refusal.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { Alert, Hourglass } from "../../components/icons";
import type { Saving } from "../form";
import { words } from "../language";
import type { Book, Shelf } from "../shelf";

/** The page's name, and on its right what can be done: one primary action at most. */
export function PageHead(props: { title: string; hint?: string; children?: ComponentChildren }) {
  return (
    <header class="page-head">
      <div>
        <h1>{props.title}</h1>
        {props.hint && <p class="muted">{props.hint}</p>}
      </div>
      {props.children && <div class="page-actions">{props.children}</div>}
    </header>
  );
}

/** Why something did not happen, beside where it was asked for. */
export function Fault({ text, testid = "fault" }: { text: string | null; testid?: string }) {
  return text === null ? null : <p class="fault" role="alert" data-testid={testid}><Alert /><span>{text}</span></p>;
}

export function Empty(props: { title: string; hint?: string; icon?: ComponentChildren; children?: ComponentChildren; testid?: string }) {
  return (
    <div class="empty" data-testid={props.testid ?? "empty"}>
      {props.icon}
      <h2>{props.title}</h2>
      {props.hint && <p class="muted">{props.hint}</p>}
      {props.children}
    </div>
  );
}

/** Shows its children once the lists are here. A list that could not be read again stays as it
 * was, with a word about it. */
export function Waits(props: { on: Shelf<unknown>[]; children: () => ComponentChildren }) {
  const w = words.value;
  const fault = props.on.map((one) => one.fault.value).find((text) => text !== null) ?? null;
  const here = props.on.every((one) => one.value.value !== null);
  const again = () => {
    for (const one of props.on) void one.load();
  };
  return (
    <>
      {fault !== null && (
        <div class="fault stale" role="alert" data-testid="load-fault">
          <Alert />
          <span>{fault}{here ? ` ${w.stale}` : ""}</span>
          <button type="button" class="plain" data-testid="load-again" onClick={again}>{w.tryAgain}</button>
        </div>
      )}
      {here && props.children()}
      {!here && fault === null && <div class="empty" aria-live="polite"><Hourglass size={32} /><p class="muted">{w.loading}</p></div>}
    </>
  );
}

/** Below a list that comes in pages, while there is more of it. */
export function Older<A extends { next: string | null }>({ of, testid }: { of: Book<A>; testid: string }) {
  const w = words.value;
  const [busy, setBusy] = useState(false);
  const more = async () => {
    setBusy(true);
    await of.older();
    setBusy(false);
  };
  const pages = of.value.value ?? [];
  if ((pages[pages.length - 1]?.next ?? null) === null) return null;
  return <p class="older"><button type="button" class="plain" data-testid={testid} disabled={busy} onClick={() => void more()}>{busy ? w.oneMoment : w.older}</button></p>;
}

/** A one-time code, large enough to be read out. */
export function CodeCard(props: { code: string; minutes: number; hint: string; testid: string; children?: ComponentChildren }) {
  const w = words.value;
  return (
    <div class="code-card" role="status">
      <p class="code-figures figures" data-testid={props.testid}>{props.code}</p>
      <p class="code-time">{w.codeMinutes(props.minutes)}</p>
      <p>{props.hint}</p>
      {props.children}
    </div>
  );
}

/** A part of a form, named on its left. */
export function Group(props: { title: string; hint: string; aside?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="group">
      <header><h2>{props.title}</h2><p class="muted">{props.hint}</p></header>
      {props.aside && <aside>{props.aside}</aside>}
      <div class="form">{props.children}</div>
    </section>
  );
}

/** Below a form that is saved as a whole. */
export function SaveBar({ form, testid, word }: { form: Saving; testid: string; word: string }) {
  const w = words.value;
  return (
    <div class="save-bar">
      <Fault text={form.fault} testid={`${testid}-fault`} />
      <div class="foot-row">
        <span class="muted">{form.changed ? w.notSaved : w.allSaved}</span>
        {form.changed && <button type="button" class="quiet" data-testid={`${testid}-reset`} onClick={form.reset}>{w.undo}</button>}
        <button type="submit" class="primary" data-testid={`${testid}-save`} disabled={form.busy || !form.changed}>{form.busy ? w.oneMoment : word}</button>
      </div>
    </div>
  );
}
