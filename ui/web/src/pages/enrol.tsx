// The way to the board: a code makes this a screen of the house, a PIN says who stands at it.

import { useSignal } from "@preact/signals";
import { useLayoutEffect, useState } from "preact/hooks";

import { Alert, ArrowLeft, Check, Delete } from "../components/icons";
import { me } from "../socket";
import { busy, enrol, fault, invitation, logIn, staff } from "../stores/kitchen";
import { words } from "../stores/language";
import type { EmployeeView, Role } from "../wire.gen";

const PIN_MIN = 4;
const PIN_MAX = 8;

function Fault() {
  return fault.value ? <p class="fault" role="alert"><Alert /><span>{fault.value}</span></p> : null;
}

export function Enrol() {
  const w = words.value;
  const [code, setCode] = useState(invitation);
  const [name, setName] = useState(w.enrolDefault);
  const ready = code.trim() !== "" && name.trim() !== "" && !busy.value;
  const submit = (event: Event) => {
    event.preventDefault();
    if (ready) void enrol(code.trim(), name.trim());
  };
  return (
    <main class="gate">
      <h1>{w.enrolTitle}</h1>
      <p class="muted">{w.enrolHint}</p>
      <form onSubmit={submit} noValidate>
        <label>
          <span>{w.enrolCode}</span>
          <input type="text" inputMode="numeric" class="code" data-testid="enrol-code" value={code} maxLength={40} autocomplete="off"
            spellcheck={false} onInput={(e) => setCode(e.currentTarget.value)} />
        </label>
        <label>
          <span>{w.enrolName}</span>
          <input type="text" data-testid="enrol-name" value={name} maxLength={60} autocomplete="off" onInput={(e) => setName(e.currentTarget.value)} />
        </label>
        <Fault />
        <button type="submit" class="primary wide" data-testid="enrol-submit" disabled={!ready}>{busy.value ? w.joinBusy : w.enrolGo}</button>
      </form>
    </main>
  );
}

function roleWord(role: Role): string {
  const w = words.value;
  return { owner: w.owner, manager: w.manager, cashier: w.cashier, waiter: w.waiter, kitchen: w.kitchenRole }[role];
}

export function LogIn() {
  const w = words.value;
  const [who, setWho] = useState<EmployeeView | null>(null);
  if (who) return <Pin who={who} back={() => { fault.value = null; setWho(null); }} />;
  return (
    <main class="gate people">
      <h1>{w.whoWorks}</h1>
      {me.value?.who === "device" && <p class="muted">{me.value.name}</p>}
      <Fault />
      {staff.value.length === 0 && <p class="muted">{w.noEmployees}</p>}
      <ul>
        {staff.value.map((one) => (
          <li key={one.id}>
            <button type="button" class="plain" data-testid={`employee-${one.id}`} onClick={() => { fault.value = null; setWho(one); }}>
              <b>{one.name}</b><span class="muted">{roleWord(one.role)}</span>
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}

function Pin({ who, back }: { who: EmployeeView; back: () => void }) {
  const w = words.value;
  const pin = useSignal("");
  const ready = pin.value.length >= PIN_MIN && !busy.value;
  const type = (digit: string) => {
    if (pin.value.length < PIN_MAX) pin.value += digit;
  };
  const erase = () => {
    pin.value = pin.value.slice(0, -1);
  };
  const submit = () => {
    if (pin.value.length < PIN_MIN || busy.value) return;
    void logIn(who.id, pin.value).then((ok) => {
      if (!ok) pin.value = "";
    });
  };

  useLayoutEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if (/^[0-9]$/.test(event.key)) type(event.key);
      else if (event.key === "Backspace") erase();
      else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) submit();
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  });

  return (
    <main class="gate pin">
      <button type="button" class="quiet back" onClick={back}><ArrowLeft />{w.otherName}</button>
      <h1>{w.pinOf(who.name)}</h1>
      <p class="pin-dots" role="status" aria-label={w.pinDigits(pin.value.length)}>
        {Array.from({ length: Math.max(PIN_MIN, pin.value.length) }, (_, i) => <span key={i} class={i < pin.value.length ? "full" : ""} />)}
      </p>
      <Fault />
      <div class="pin-pad">
        {["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((d) => (
          <button key={d} type="button" class="plain" data-testid={`pin-${d}`} onClick={() => type(d)}>{d}</button>
        ))}
        <button type="button" class="plain" data-testid="pin-back" aria-label={w.pinBack} onClick={erase}><Delete size={28} /></button>
        <button type="button" class="plain" data-testid="pin-0" onClick={() => type("0")}>0</button>
        <button type="button" class="primary" data-testid="pin-ok" aria-label={w.pinGo} disabled={!ready} onClick={submit}><Check size={32} /></button>
      </div>
    </main>
  );
}
