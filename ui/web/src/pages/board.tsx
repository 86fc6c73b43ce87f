// Tickets, oldest left. Readable from two metres, usable with wet hands: a line is a button.

import { computed, effect } from "@preact/signals";
import { useRef } from "preact/hooks";

import { Banner, LanguageButton } from "../components/bars";
import { Alert, CircleCheck, CircleX, ChefHat, LogOut, Volume, VolumeOff } from "../components/icons";
import { LineMark } from "../components/states";
import { me } from "../socket";
import { logOut, show, station } from "../stores/kitchen";
import { words } from "../stores/language";
import { printers, products } from "../stores/room";
import { audible, beep, listenForFirstTouch } from "../stores/sound";
import { age, dismiss, faults, moves, news, now, stateOf, step, tickets } from "../stores/tickets";
import type { Ticket } from "../stores/tickets";
import type { LineView, OrderView, PrinterFault } from "../wire.gen";

/** When a ticket begins to warm up, and when it is hot, in minutes. */
const WARM = 10;
const HOT = 20;
/** A finger that stays this long means "back". */
const HOLD_MS = 500;

listenForFirstTouch();

const stations = computed(() => {
  const found = new Set<string>();
  for (const product of products.value.values()) found.add(product.station);
  for (const { order } of tickets.value) for (const line of order.lines) found.add(line.station);
  return [...found].sort((a, b) => Number(b === "kitchen") - Number(a === "kitchen") || a.localeCompare(b));
});

/** The lines of an order that are made here. */
function here(order: OrderView): LineView[] {
  return station.value === null ? order.lines : order.lines.filter((line) => line.station === station.value);
}

const shown = computed(() => tickets.value.filter((t) => here(t.order).length > 0));

effect(() => {
  const said = news.value;
  // Only what this station makes; and once, not again when the filter changes.
  if (said && !announced.has(said) && here(said.order).length > 0) beep(said.kind);
  if (said) announced.add(said);
});
const announced = new WeakSet<object>();

function stationWord(name: string): string {
  const w = words.value;
  if (name === "kitchen") return w.stationKitchen;
  if (name === "bar") return w.stationBar;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Printers of this station that print nothing: whoever works from paper has to look at the screen. */
const troubled = computed(() => [...printers.value.values()]
  .filter((printer) => printer.fault !== null && printer.stations.length > 0 && (station.value === null || printer.stations.includes(station.value))));

function printerWord(fault: PrinterFault | null): string {
  const w = words.value;
  switch (fault) {
    case "paper_out": return w.printerPaperOut;
    case "cover_open": return w.printerCoverOpen;
    case "stuck": return w.printerHangs;
    case "error": return w.printerError;
    case "offline": return w.printerOffline;
    default: return w.printerAway;
  }
}

function placeWord(order: OrderView): string {
  return order.takeaway ? words.value.takeaway(order.place) : words.value.table(order.place);
}

export function Board() {
  const w = words.value;
  const said = news.value;
  return (
    <div class="board-page">
      <header class="board-top">
        <nav aria-label={w.stations} class="stations">
          {[null, ...stations.value].map((name) => (
            <button key={name ?? "all"} type="button" class="chip" data-testid={`station-${name ?? "all"}`} aria-pressed={station.value === name} onClick={() => show(name)}>
              {name === null ? w.allStations : stationWord(name)}
            </button>
          ))}
        </nav>
        <p class="muted figures board-count">{w.tickets(shown.value.filter((t) => t.order.state === "in_process").length)}</p>
        <span class={`sound ${audible.value ? "muted" : ""}`}>{audible.value ? <Volume /> : <VolumeOff />}{audible.value ? w.soundOn : w.soundOff}</span>
        <LanguageButton />
        <button type="button" class="quiet leave" data-testid="log-out" onClick={logOut}>
          <LogOut />{me.value?.who === "employee" ? `${me.value.name} · ` : ""}{w.logOut}
        </button>
      </header>
      <Banner text={w.offline} />
      {troubled.value.map((printer) => (
        <p key={printer.id} class="board-alarm" role="alert" data-testid={`board-printer-${printer.id}`}>
          <Alert /><span>{w.printerTrouble(printer.name, printerWord(printer.fault), printer.waiting)}</span>
        </p>
      ))}
      <main class="board">
        {shown.value.length === 0 && (
          <div class="empty">
            <ChefHat size={56} />
            <h1>{w.noTickets}</h1>
            <p class="muted">{station.value === null ? w.noTicketsHint : w.noTicketsHere(stationWord(station.value))}</p>
          </div>
        )}
        {shown.value.map((ticket) => <Card key={ticket.order.id} ticket={ticket} />)}
      </main>
      <p class="unseen" aria-live="assertive">
        {said && here(said.order).length > 0 && (said.kind === "new" ? w.newTicket(placeWord(said.order)) : w.cancelledTicket(placeWord(said.order)))}
      </p>
    </div>
  );
}

function Card({ ticket }: { ticket: Ticket }) {
  const w = words.value;
  const { order } = ticket;
  const lines = here(order);
  const minutes = age(order);
  const cancelled = order.state === "cancelled";
  const done = order.state === "done";
  const fresh = !cancelled && !done && now.value < ticket.freshUntil;
  const made = lines.every((line) => ["ready", "served"].includes(stateOf(order.id, line)));
  const heat = cancelled || done ? "" : minutes >= HOT ? " hot" : minutes >= WARM ? " warm" : "";
  const look = cancelled ? " cancelled" : done ? " finished" : `${fresh ? " fresh" : ""}${made ? " made" : ""}${heat}`;
  const other = order.lines.length - lines.length;
  const inside = (
    <>
      <header>
        <p class="ticket-place">{placeWord(order)}</p>
        {fresh && <b class="ticket-new">{w.fresh}</b>}
      </header>
      <div class="ticket-who">
        <p class="muted figures">{w.order(order.number)}{order.who && ` · ${order.who}`}</p>
        {cancelled ? <p class="ticket-word"><CircleX size={24} />{w.cancelled.toUpperCase()}</p>
          : done ? <p class="ticket-word"><CircleCheck size={24} />{w.done}</p>
            : <p class="ticket-age figures">{w.minutes(minutes)}</p>}
      </div>
      {faults.value.get(order.id) && <p class="fault" role="alert"><Alert /><span>{faults.value.get(order.id)}</span></p>}
      <ul>
        {lines.map((line) => <li key={line.no}><Line order={order} line={line} /></li>)}
      </ul>
      {other > 0 && <p class="ticket-other muted">{w.elsewhere(other)}</p>}
      {cancelled && <button type="button" class="plain wide" onClick={() => dismiss(order.id)}>{w.dismiss}</button>}
    </>
  );
  return (
    // The button inside does the same for the keyboard; the whole card is for the elbow.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <article class={`ticket${look}`} data-testid={`ticket-${order.number}`} data-state={order.state}
      aria-label={`${placeWord(order)}, ${w.order(order.number)}`} onClick={cancelled ? () => dismiss(order.id) : undefined}>
      {inside}
    </article>
  );
}

function Line({ order, line }: { order: OrderView; line: LineView }) {
  const w = words.value;
  const timer = useRef(0);
  const held = useRef(false);
  const state = stateOf(order.id, line);
  const under = moves.value.has(`${order.id}/${line.no}`);
  const down = () => {
    held.current = false;
    timer.current = window.setTimeout(() => {
      held.current = true;
      navigator.vibrate?.(30);
      step(order, line, -1);
    }, HOLD_MS);
  };
  const lift = () => window.clearTimeout(timer.current);
  const tap = () => {
    // The click that ends a long press is no tap.
    if (!held.current) step(order, line, 1);
    held.current = false;
  };
  return (
    <button type="button" class={`line at-${state}${under ? " under" : ""}`} data-testid={`line-${order.number}-${line.no}`} data-state={state}
      disabled={order.state !== "in_process"} title={w.lineHint}
      onPointerDown={down} onPointerUp={lift} onPointerLeave={lift} onPointerCancel={lift} onClick={tap}
      onContextMenu={(e) => e.preventDefault()} onKeyDown={(e) => { if (e.key === "Backspace") step(order, line, -1); }}>
      <span class="line-name"><b class="figures">{line.quantity} ×</b> {line.name}</span>
      {line.note && <span class="line-note">{line.note}</span>}
      {order.state === "in_process" && <LineMark state={state} />}
    </button>
  );
}
