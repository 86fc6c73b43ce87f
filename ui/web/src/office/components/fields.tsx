// Fields of a form: a name above, a hint or what is wrong with it below. What is typed stays
// text until it is sent.

import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

import { Alert } from "../../components/icons";
import { figures, parseAmount } from "../currency";
import { currency } from "../house";
import { words } from "../language";
import { ChevronDown, Eye, EyeOff } from "./icons";

interface Common {
  label: string;
  testid: string;
  hint?: string;
  optional?: boolean;
  /** What is wrong with it; none while all is well. */
  fault?: string | null;
}

interface Text extends Common {
  value: string;
  onValue: (value: string) => void;
  max?: number;
  type?: "text" | "email" | "search" | "time";
  autocomplete?: string;
  inputMode?: "numeric" | "decimal" | "email" | "text";
  /** Stands before or after what is typed. */
  before?: string;
  after?: string;
  /** Offered while typing. */
  offers?: readonly string[];
  /** The field is as wide as its figures need. */
  narrow?: boolean;
  onBlur?: () => void;
}

function Frame(props: Common & { id: string; class?: string; children: ComponentChildren }) {
  const w = words.value;
  return (
    <div class={`field${props.class ? ` ${props.class}` : ""}`}>
      <label for={props.id} class="field-name">{props.label}{props.optional && <i class="muted"> {w.optional}</i>}</label>
      {props.children}
      <Below id={props.id} fault={props.fault} hint={props.hint} testid={props.testid} />
    </div>
  );
}

function Below({ id, fault, hint, testid }: { id: string; fault?: string | null; hint?: string; testid: string }) {
  if (fault) return <p id={`${id}-below`} class="field-fault" role="alert" data-testid={`${testid}-fault`}><Alert size={16} /><span>{fault}</span></p>;
  return hint ? <p id={`${id}-below`} class="field-hint muted">{hint}</p> : null;
}

function below(props: Common, id: string): string | undefined {
  return props.fault || props.hint ? `${id}-below` : undefined;
}

export function TextField(props: Text) {
  const id = useId();
  return (
    <Frame {...props} id={id} class={props.narrow ? "narrow" : undefined}>
      <span class="field-box">
        {props.before && <span class="field-before muted" aria-hidden="true">{props.before}</span>}
        <input id={id} type={props.type ?? "text"} data-testid={props.testid} value={props.value} maxLength={props.max} inputMode={props.inputMode}
          autocomplete={props.autocomplete ?? "off"} spellcheck={false} list={props.offers ? `${id}-offers` : undefined}
          aria-invalid={Boolean(props.fault)} aria-describedby={below(props, id)} onBlur={props.onBlur}
          onInput={(e) => props.onValue(e.currentTarget.value)} />
        {props.after && <span class="field-after muted" aria-hidden="true">{props.after}</span>}
      </span>
      {props.offers && <datalist id={`${id}-offers`}>{props.offers.map((one) => <option key={one} value={one}>{one}</option>)}</datalist>}
    </Frame>
  );
}

/** An amount of money: grouped when the user is done with it. */
export function MoneyField(props: Omit<Text, "before" | "inputMode">) {
  const c = currency.value;
  const tidy = () => {
    const amount = parseAmount(props.value, c);
    if (amount !== null) props.onValue(figures(amount, c));
  };
  return <TextField {...props} before={c.symbol} inputMode={c.digits > 0 ? "decimal" : "numeric"} onBlur={tidy} />;
}

export function AreaField(props: Common & { value: string; onValue: (value: string) => void; max: number; rows: number }) {
  const id = useId();
  return (
    <Frame {...props} id={id}>
      <textarea id={id} data-testid={props.testid} rows={props.rows} maxLength={props.max} value={props.value}
        aria-invalid={Boolean(props.fault)} aria-describedby={below(props, id)} onInput={(e) => props.onValue(e.currentTarget.value)} />
    </Frame>
  );
}

/** A password or PIN, hidden until its owner wants to see it. */
export function SecretField(props: Common & { value: string; onValue: (value: string) => void; autocomplete: string; pin?: boolean; max?: number }) {
  const w = words.value;
  const id = useId();
  const [shown, setShown] = useState(false);
  const input = {
    id,
    "data-testid": props.testid,
    value: props.value,
    maxLength: props.max ?? 200,
    inputMode: props.pin ? ("numeric" as const) : undefined,
    autocomplete: props.autocomplete,
    autocapitalize: "none" as const,
    spellcheck: false,
    "aria-invalid": Boolean(props.fault),
    "aria-describedby": below(props, id),
    onInput: (e: { currentTarget: HTMLInputElement }) => props.onValue(e.currentTarget.value),
  };
  return (
    <Frame {...props} id={id} class={props.pin ? "narrow" : undefined}>
      <span class="field-box secret">
        {shown ? <input type="text" {...input} /> : <input type="password" {...input} />}
        <button type="button" class="quiet round" aria-pressed={shown} aria-label={w.showSecret} onClick={() => setShown(!shown)}>
          {shown ? <EyeOff /> : <Eye />}
        </button>
      </span>
    </Frame>
  );
}

export function SelectField(props: Common & { value: string; onValue: (value: string) => void; children: ComponentChildren }) {
  const id = useId();
  return (
    <Frame {...props} id={id}>
      <Select id={id} testid={props.testid} value={props.value} onValue={props.onValue} wrong={Boolean(props.fault)} below={below(props, id)}>
        {props.children}
      </Select>
    </Frame>
  );
}

/** The list alone: above a table it is named by `label`, which is not shown. */
export function Select(props: {
  id?: string; testid: string; label?: string; value: string; onValue: (value: string) => void; wrong?: boolean; below?: string; children: ComponentChildren;
}) {
  return (
    <span class="select">
      <select id={props.id} data-testid={props.testid} aria-label={props.label} value={props.value} aria-invalid={props.wrong === true}
        aria-describedby={props.below} onChange={(e) => props.onValue(e.currentTarget.value)}>
        {props.children}
      </select>
      <ChevronDown />
    </span>
  );
}

interface Option {
  value: string;
  label: string;
  hint?: string;
}

/** One of a few, all in sight. */
export function ChoiceField(props: Common & { value: string; options: readonly Option[]; onValue: (value: string) => void; row?: boolean }) {
  const id = useId();
  return (
    <fieldset class="field" aria-describedby={below(props, id)}>
      <legend class="field-name">{props.label}</legend>
      <div class={props.row ? "choices in-row" : "choices"}>
        {props.options.map((option) => (
          <label key={option.value} class="choice" data-testid={`${props.testid}-${option.value}`} data-state={option.value === props.value ? "on" : "off"}>
            <input type="radio" name={id} value={option.value} checked={option.value === props.value} onChange={() => props.onValue(option.value)} />
            <span><b>{option.label}</b>{option.hint && <span class="muted small">{option.hint}</span>}</span>
          </label>
        ))}
      </div>
      <Below id={id} fault={props.fault} hint={props.hint} testid={props.testid} />
    </fieldset>
  );
}

/** On or off, with what that means. */
export function SwitchField(props: { label: string; hint?: string; testid: string; on: boolean; disabled?: boolean; onValue: (on: boolean) => void }) {
  const id = useId();
  return (
    <label class="switch-field" for={id}>
      <span class="switch-words"><b>{props.label}</b>{props.hint && <span class="muted small">{props.hint}</span>}</span>
      <Switch id={id} on={props.on} testid={props.testid} disabled={props.disabled} onValue={props.onValue} />
    </label>
  );
}

/** The switch alone: whoever uses it puts a word beside it. */
export function Switch(props: { id?: string; on: boolean; testid: string; disabled?: boolean; label?: string; onValue: (on: boolean) => void }) {
  return (
    <span class="switch">
      <input id={props.id} type="checkbox" role="switch" data-testid={props.testid} data-state={props.on ? "on" : "off"} checked={props.on}
        aria-checked={props.on} aria-label={props.label} disabled={props.disabled} onChange={() => props.onValue(!props.on)} />
      <span class="switch-track" aria-hidden="true" />
    </span>
  );
}
