// What the report pages are put together from: a period to choose, a figure, and what it is
// more or less than.

import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Search, Star, X } from "../../components/icons";
import type { Stars } from "../api";
import { QUICK, goodDay } from "../days";
import type { Quick } from "../days";
import { count, percent } from "../house";
import { words } from "../language";
import { today } from "../reports";
import type { Period } from "../reports";
import { ArrowDown, ArrowUp, Equal } from "./icons";
import { Fault } from "./parts";

/** Between two letters of a word somebody types. */
const TYPING_MS = 300;

/** `name` is what its tests call it. */
export function PeriodTools({ of, name }: { of: Period; name: string }) {
  const w = words.value;
  const span = of.span.value;
  const word: Record<Quick, string> = {
    today: w.today, yesterday: w.yesterday, "7": w.lastDays(7), "30": w.lastDays(30), month: w.thisMonth, "last-month": w.lastMonth,
  };
  return (
    <>
      <div class="tools period">
        <div class="segments quick" role="group" aria-label={w.period}>
          {QUICK.map((quick) => (
            <button key={quick} type="button" class="segment" data-testid={`${name}-quick-${quick}`} aria-pressed={of.choice.value === quick}
              onClick={() => { of.choice.value = quick; }}>
              {word[quick]}
            </button>
          ))}
        </div>
        {span && (
          <div class="period-days">
            <DayField label={w.fromDay} testid={`${name}-from`} value={span.from} wrong={of.wrong.value} onValue={(from) => { of.choice.value = { from, to: span.to }; }} />
            <DayField label={w.toDay} testid={`${name}-to`} value={span.to} wrong={of.wrong.value} onValue={(to) => { of.choice.value = { from: span.from, to }; }} />
          </div>
        )}
      </div>
      {of.wrong.value && <div class="period-fault"><Fault text={w.periodForm} testid={`${name}-period-fault`} /></div>}
    </>
  );
}

function DayField(props: { label: string; testid: string; value: string; wrong: boolean; onValue: (day: string) => void }) {
  /** What is typed and no day so far. */
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <label class="day-field">
      <span class="muted">{props.label}</span>
      <input type="date" data-testid={props.testid} value={typed ?? props.value} min="2000-01-01" max={today.value ?? undefined} required aria-invalid={props.wrong}
        onBlur={() => setTyped(null)}
        onInput={(e) => {
          const text = e.currentTarget.value;
          setTyped(text);
          if (goodDay(text)) props.onValue(text);
        }} />
    </label>
  );
}

/** A search that asks when nothing more is typed for a moment. */
export function Finder(props: { label: string; testid: string; wanted: Signal<string> }) {
  const { wanted } = props;
  const [typed, setTyped] = useState(wanted.peek());
  useEffect(() => {
    const timer = window.setTimeout(() => {
      wanted.value = typed;
    }, TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [typed, wanted]);
  return <div class="tools"><SearchField label={props.label} testid={props.testid} value={typed} onValue={setTyped} /></div>;
}

export function SearchField(props: { label: string; testid: string; value: string; onValue: (text: string) => void }) {
  return (
    <div class="search">
      <Search />
      <input type="search" data-testid={props.testid} value={props.value} placeholder={props.label} aria-label={props.label} autocomplete="off" maxLength={60}
        onInput={(e) => props.onValue(e.currentTarget.value)} />
      {props.value !== "" && <button type="button" class="quiet round" aria-label={words.value.clearSearch} onClick={() => props.onValue("")}><X /></button>}
    </div>
  );
}

interface ChangeProps {
  now: number;
  before: number;
  /** Which way is the better one; none is neither. */
  better?: "more" | "less";
}

/** "naik 12,4%": a word, an arrow and a colour. */
export function Change({ now, before, better }: ChangeProps) {
  const w = words.value;
  if (now === before) return <span class="change"><Equal size={16} /><span>{w.same}</span></span>;
  const more = now > before;
  const share = before > 0 ? ` ${percent(Math.abs(now - before), before)}` : "";
  const tone = better === undefined ? "" : (better === "more") === more ? " good" : " bad";
  return (
    <span class={`change${tone}`}>
      {more ? <ArrowUp size={16} /> : <ArrowDown size={16} />}
      <span>{more ? w.more : w.less}{share}</span>
    </span>
  );
}

/** More letters than fit at full size. */
const LONG = 12;

/** One figure, large. */
export function Tile(props: { label: string; value: string; testid?: string; main?: boolean; children?: ComponentChildren }) {
  return (
    <div class={props.main ? "sheet figure main" : "sheet figure"}>
      <h2>{props.label}</h2>
      <p class={`figure-value figures${props.value.length > LONG ? " long" : ""}`} data-testid={props.testid}>{props.value}</p>
      {props.children && <div class="figure-note">{props.children}</div>}
    </div>
  );
}

/** "4,6"; null without a rating. */
export function starFigure({ tenths }: Stars): string | null {
  return tenths === null ? null : `${Math.floor(tenths / 10)}${words.value.decimalSign}${tenths % 10}`;
}

/** "4,6 (128 penilaian)" */
export function StarsMean({ of }: { of: Stars }) {
  const w = words.value;
  const figure = starFigure(of);
  if (figure === null) return <span class="muted">{w.ratingsEmpty}</span>;
  return (
    <span class="stars-mean" role="img" aria-label={w.starsMean(figure, count(of.ratings))}>
      <span class="star on"><Star size={16} /></span><b>{figure}</b> <span class="muted">{w.ratingCount(count(of.ratings))}</span>
    </span>
  );
}
