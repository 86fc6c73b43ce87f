// States of orders and lines: always a word, a shape and a colour together.

import { words } from "../stores/language";
import type { LineState, OrderState } from "../wire.gen";
import { Bell, Check, CircleCheck, CircleX, Clock, Flame, Hourglass } from "./icons";

export function orderWord(state: OrderState): string {
  const w = words.value;
  return { waiting: w.waiting, in_process: w.inProcess, done: w.done, cancelled: w.cancelled }[state];
}

export function lineWord(state: LineState): string {
  const w = words.value;
  return { queued: w.queued, cooking: w.cooking, ready: w.ready, served: w.served }[state];
}

const ORDER_SHAPE = { waiting: Clock, in_process: Flame, done: CircleCheck, cancelled: CircleX };
const LINE_SHAPE = { queued: Hourglass, cooking: Flame, ready: Bell, served: Check };

export function OrderShape({ state, size }: { state: OrderState; size?: number }) {
  const Shape = ORDER_SHAPE[state];
  return <Shape size={size} />;
}

export function OrderPill({ state, testid }: { state: OrderState; testid: string }) {
  return (
    <span class={`pill is-${state}`} data-testid={testid} data-state={state}>
      <OrderShape state={state} size={16} />
      <span>{orderWord(state)}</span>
    </span>
  );
}

export function LineMark({ state }: { state: LineState }) {
  const Shape = LINE_SHAPE[state];
  return (
    <span class={`mark is-${state}`}>
      <Shape size={16} />
      <span>{lineWord(state)}</span>
    </span>
  );
}

const STEPS: OrderState[] = ["waiting", "in_process", "done"];

/** The three steps of an order, with where it is now. */
export function Steps({ state }: { state: OrderState }) {
  const at = STEPS.indexOf(state);
  return (
    <ol class="steps">
      {STEPS.map((step, i) => (
        <li key={step} class={i < at ? "past" : i === at ? `now is-${step}` : "next"} aria-current={i === at ? "step" : undefined}>
          <span class="steps-dot">{i < at ? <Check size={18} /> : <OrderShape state={step} size={18} />}</span>
          <span>{orderWord(step)}</span>
        </li>
      ))}
    </ol>
  );
}

export function Progress({ percent }: { percent: number }) {
  return (
    <div class="progress" role="progressbar" aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}
      aria-label={words.value.progress(percent)}>
      <div class="progress-bar" style={{ transform: `scaleX(${percent / 100})` }} />
    </div>
  );
}
