// Bars over days, months or hours: drawn at the width there is, with as many names below as
// fit. One bar at a time is read out above, chosen with pointer, finger or arrow keys; a table
// that is not shown has them all.

import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Bar, Hour } from "../api";
import { nameOf } from "../days";
import { count, money, shortMoney } from "../house";
import { words } from "../language";

export interface Column {
  /** In full, as it is read out. */
  name: string;
  /** Below the bar, in two lines; the second only where it changes. */
  label: string;
  group: string;
  value: number;
  receipts: number;
  /** The open day. */
  now: boolean;
}

/** Up to here the days of the week stand below. */
const WEEKDAYS_MAX = 14;

export function columnsOf(bars: readonly Bar[], step: "day" | "month", today: string | null): Column[] {
  const short = bars.length <= WEEKDAYS_MAX;
  return bars.map(({ from, due, receipts }) => step === "month"
    ? { name: nameOf(from, "monthLong"), label: nameOf(from, "month"), group: nameOf(from, "year"), value: due, receipts,
        now: from.slice(0, 7) === today?.slice(0, 7) }
    : { name: nameOf(from, short ? "day" : "long"), label: nameOf(from, "number"), group: nameOf(from, short ? "weekdayShort" : "month"), value: due, receipts,
        now: from === today });
}

/** With the hours between them that sold nothing. */
export function columnsOfHours(hours: readonly Hour[]): Column[] {
  const w = words.value;
  const columns: Column[] = [];
  const last = hours[hours.length - 1]?.hour;
  for (let hour = hours[0]?.hour; hour !== undefined; hour = hour === last ? undefined : (hour + 1) % 24) {
    const is = hour;
    const sold = hours.find((one) => one.hour === is);
    columns.push({ name: w.hourSpan(hour), label: String(hour).padStart(2, "0"), group: "", value: sold?.due ?? 0, receipts: sold?.receipts ?? 0, now: false });
  }
  return columns;
}

/** Three or four round steps up to the highest. */
export function gridOf(highest: number): number[] {
  let size = 1;
  while (highest / (size * 10) > 4) size *= 10;
  const step = [1, 2, 2.5, 5, 10].map((n) => Math.ceil(n * size)).find((n) => highest / n <= 4) ?? 10 * size;
  return Array.from({ length: Math.ceil(highest / step) }, (_, i) => (i + 1) * step);
}

function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const seat = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const own = seat.current;
    if (!own) return undefined;
    const measure = () => setWidth(own.clientWidth);
    measure();
    const eye = new ResizeObserver(measure);
    eye.observe(own);
    return () => eye.disconnect();
  }, []);
  return [seat, width];
}

interface Props {
  title: string;
  /** What a bar is: the head of the table's first column. */
  each: string;
  columns: readonly Column[];
  testid: string;
}

const HEIGHT = 184;
const TOP = 10;
const FOOT = 24;
const LINE = 17;
/** Of a figure in the chart's type, on average. */
const LETTER = 7.4;

export function Chart({ title, each, columns, testid }: Props) {
  const w = words.value;
  const [at, setAt] = useState<number | null>(null);
  const highest = columns.reduce((most, one) => Math.max(most, one.value), 0);
  const open = columns.findIndex((one) => one.now);
  const rest = open >= 0 ? open : columns.findIndex((one) => one.value === highest);
  const shown = at === null ? rest : Math.min(at, columns.length - 1);
  const one = columns[shown];
  return (
    <section class="sheet chart" data-testid={testid}>
      <header class="chart-head">
        <h2>{title}</h2>
        {highest > 0 && one && (
          <p class="chart-read figures">
            <span class="muted">{one.now || at !== null ? one.name : w.busiest(one.name)}</span> <b>{money(one.value)}</b> <span class="muted amount">· {w.receiptCount(count(one.receipts))}</span>
          </p>
        )}
      </header>
      {highest > 0 ? <Plot title={title} columns={columns} highest={highest} shown={shown} chosen={at !== null} onChoose={setAt} />
        : <p class="chart-empty muted">{w.noSales}</p>}
      {highest > 0 && (
        <div class="unseen">
          <table>
            <caption>{title}</caption>
            <thead><tr><th scope="col">{each}</th><th scope="col">{w.takenIn}</th><th scope="col">{w.receipts}</th></tr></thead>
            <tbody>{columns.map((c) => <tr key={c.name}><th scope="row">{c.name}</th><td>{money(c.value)}</td><td>{count(c.receipts)}</td></tr>)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Plot(props: { title: string; columns: readonly Column[]; highest: number; shown: number; chosen: boolean; onChoose: (at: number | null) => void }) {
  const { columns, highest, shown, chosen, onChoose } = props;
  const w = words.value;
  const [seat, width] = useWidth();
  const n = columns.length;
  const grid = gridOf(highest);
  const top = grid[grid.length - 1] ?? highest;
  const letters = columns.reduce((most, c) => Math.max(most, c.label.length, c.group.length), 0);
  const wide = letters * LETTER + 8;
  const left = grid.reduce((most, line) => Math.max(most, shortMoney(line).length), 0) * LETTER + 4;
  // The last name may be wider than its bar.
  const slot = Math.max((width - left - wide / 2) / Math.max(n - 0.5, 1), 0.5);
  const real = wide / 2 > slot / 2 ? slot : Math.max((width - left) / n, 0.5);
  const every = Math.ceil(wide / real);
  const bar = Math.max(Math.min(real * 0.66, 48), 1);
  const band = Math.min(real, bar * 2);
  const two = columns.some((c) => c.group !== "");
  const floor = TOP + HEIGHT;
  const height = floor + FOOT + (two ? LINE : 0);
  const y = (value: number) => floor - (Math.max(value, 0) / top) * HEIGHT;
  const middle = (i: number) => left + real * (i + 0.5);

  const find = (event: { clientX: number; currentTarget: Element }) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    onChoose(Math.min(Math.max(Math.floor((x - left) / real), 0), n - 1));
  };
  const keys = (event: KeyboardEvent) => {
    const next = { ArrowLeft: shown - 1, ArrowDown: shown - 1, ArrowRight: shown + 1, ArrowUp: shown + 1, Home: 0, End: n - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onChoose(Math.min(Math.max(next, 0), n - 1));
  };
  const read = columns[shown];
  let group = "";
  return (
    <div class="plot" ref={seat} role="slider" tabIndex={0} aria-label={props.title} aria-valuemin={1} aria-valuemax={n} aria-valuenow={shown + 1}
      aria-valuetext={read && `${read.name}: ${money(read.value)}, ${w.receiptCount(count(read.receipts))}`} onKeyDown={keys} onBlur={() => onChoose(null)}
      onPointerMove={find} onPointerDown={find} onPointerLeave={(e) => { if (e.pointerType === "mouse") onChoose(null); }}>
      {width > 0 && (
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
          {chosen && <rect class="plot-band" x={middle(shown) - band / 2} y={TOP} width={band} height={HEIGHT} />}
          {grid.map((line) => (
            <g key={line}>
              <path class="plot-line" d={`M${left} ${y(line)}H${width}`} />
              <text x={left - 8} y={y(line) + 4} text-anchor="end">{shortMoney(line)}</text>
            </g>
          ))}
          {columns.map((c, i) => c.value > 0 && (
            <path key={c.name} class={`plot-bar${c.now ? " now" : ""}${chosen && i === shown ? " chosen" : ""}`} d={column(middle(i), bar, Math.min(y(c.value), floor - 2), floor)} />
          ))}
          <path class="plot-floor" d={`M${left} ${floor}H${width}`} />
          {columns.map((c, i) => {
            if ((n - 1 - i) % every !== 0) return null;
            const changes = c.group !== group;
            group = c.group;
            return (
              <text key={c.name} class={c.now ? "now" : undefined} x={middle(i)} y={floor + LINE + 1} text-anchor="middle">
                {c.label}
                {changes && <tspan x={middle(i)} dy={LINE}>{c.group}</tspan>}
              </text>
            );
          })}
        </svg>
      )}
    </div>
  );
}

/** Round above, flat on the floor. */
function column(middle: number, wide: number, top: number, floor: number): string {
  const r = Math.min(4, wide / 2, floor - top);
  const x = middle - wide / 2;
  return `M${x} ${floor}V${top + r}q0 ${-r} ${r} ${-r}h${wide - 2 * r}q${r} 0 ${r} ${r}V${floor}Z`;
}
