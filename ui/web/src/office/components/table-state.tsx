// What goes on at a table: a word, a shape and a colour.

import { Bell, Check, CircleCheck, Clock, Flame, Receipt } from "../../components/icons";
import type { TableState } from "../api";
import { words } from "../language";

const TONE = { free: "cancelled", ordering: "cancelled", waiting: "waiting", in_process: "in_process", served: "done", bill_asked: "waiting" };
const SHAPE = { free: Check, ordering: Clock, waiting: Bell, in_process: Flame, served: CircleCheck, bill_asked: Receipt };

export function TableMark({ state }: { state: TableState }) {
  const w = words.value;
  const word = { free: w.stateFree, ordering: w.stateOrdering, waiting: w.stateWaiting, in_process: w.stateInProcess, served: w.stateServed, bill_asked: w.stateBill };
  const Shape = SHAPE[state];
  return <span class={`mark is-${TONE[state]}`}><Shape size={16} /><span>{word[state]}</span></span>;
}
