// What was ordered at this table, how far it is, and what it comes to.

import { signal } from "@preact/signals";

import { lost } from "../components/bars";
import { Alert, ArrowLeft, Check, Hourglass, Receipt, WifiOff } from "../components/icons";
import { LineMark, OrderPill, OrderShape, Progress, Steps, orderWord } from "../components/states";
import { askBill, billFault, busy, cancel, guest, ofVisit, orderFaults, over, startOver, visit } from "../stores/guest";
import { words } from "../stores/language";
import { revocable, takeBack, unsent } from "../stores/outbox";
import { go } from "../stores/place";
import { money, percent, products, site } from "../stores/room";
import type { OrderView, VisitView } from "../wire.gen";
import { Ratings } from "./ratings";

/** The order whose cancellation is being asked about. */
const asked = signal<string | null>(null);

export function Orders() {
  const w = words.value;
  const none = ofVisit.value.length === 0 && !unsent.value;
  return (
    <div class="orders">
      <div class="orders-head">
        {!over.value && <button type="button" class="quiet back" onClick={() => go("menu")}><ArrowLeft />{w.menu}</button>}
        <h2>{w.myOrders}</h2>
      </div>
      <div class={over.value ? "orders-columns alone" : "orders-columns"}>
        <div class="orders-list">
          {over.value && <Thanks />}
          {over.value && <Ratings />}
          {unsent.value && <Unsent />}
          {ofVisit.value.map((order) => <Order key={order.id} order={order} />)}
          {none && !over.value && <div class="empty"><Receipt size={32} /><h3>{w.ordersEmpty}</h3><p class="muted">{w.ordersEmptyHint}</p></div>}
        </div>
        {visit.value && <Bill visit={visit.value} />}
        {!over.value && <Ratings />}
      </div>
    </div>
  );
}

function Thanks() {
  const w = words.value;
  const paid = visit.value?.paid ?? 0;
  return (
    <section class="card thanks is-done">
      <h3><Check size={28} />{w.thanks}</h3>
      <p>{w.thanksHint}{paid > 0 && <> <strong class="figures">{w.paidSum(money(paid))}.</strong></>}</p>
      <button type="button" class="plain wide" data-testid="start-over" onClick={startOver}>{w.startOver}</button>
    </section>
  );
}

/** The order that the hub has not answered. */
function Unsent() {
  const w = words.value;
  const order = unsent.value;
  if (!order) return null;
  const offline = lost.value;
  const hint = !offline ? w.sendingHint : revocable.value ? w.notSentHint : w.maybeSentHint;
  return (
    <section class="card unsent" data-testid="unsent" aria-live="polite">
      <h3 class="state is-cancelled">{offline ? <WifiOff size={28} /> : <Hourglass size={28} />}<span>{offline ? w.notSent : w.sending}</span></h3>
      <p class="muted">{hint}</p>
      <ul class="lines">
        {order.lines.map((line) => (
          <li key={line.product}>
            <span><b class="figures">{line.quantity} ×</b> {products.value.get(line.product)?.name ?? w.gone}</span>
            {line.note && <span class="note">{line.note}</span>}
          </li>
        ))}
      </ul>
      {offline && revocable.value && <button type="button" class="plain wide" data-testid="take-back" onClick={() => { takeBack(); go("menu"); }}>{w.takeBack}</button>}
    </section>
  );
}

function Order({ order }: { order: OrderView }) {
  const w = words.value;
  const own = order.guest !== null && order.guest === guest.value?.guest;
  const running = order.state === "waiting" || order.state === "in_process";
  const big = own && running && !over.value;
  const hint = { waiting: w.waitingHint, in_process: w.inProcessHint, done: w.doneHint, cancelled: order.reason || w.cancelledHint }[order.state];
  return (
    <section class={`card order${big ? " big" : ""}`} data-testid={`order-${order.number}`} aria-label={w.order(order.number)}>
      <header class="order-head">
        <p><b class="figures">{w.order(order.number)}</b><span class="muted"> · {own ? w.you : order.who}</span></p>
        {!big && <OrderPill state={order.state} testid={`order-state-${order.number}`} />}
      </header>
      {big && (
        <>
          <p class={`state is-${order.state}`}>
            <OrderShape state={order.state} size={28} />
            <span data-testid={`order-state-${order.number}`} data-state={order.state}>{orderWord(order.state)}</span>
          </p>
          <p class="muted hint">{hint}</p>
          <Steps state={order.state} />
          <Progress percent={order.progress} />
        </>
      )}
      {!big && order.state === "cancelled" && <p class="muted small">{hint}</p>}
      {!big && order.state === "in_process" && <Progress percent={order.progress} />}
      <ul class={`lines${order.state === "cancelled" ? " struck" : ""}`}>
        {order.lines.map((line) => (
          <li key={line.no}>
            <span><b class="figures">{line.quantity} ×</b> {line.name}</span>
            <span class="figures amount">{money(line.amount)}</span>
            {line.note && <span class="note">{line.note}</span>}
            {order.state === "in_process" && <LineMark state={line.state} />}
          </li>
        ))}
        {order.lines.length > 1 && order.state !== "cancelled" && (
          <li class="all"><span>{w.sum}</span><span class="figures amount">{money(order.amount)}</span></li>
        )}
      </ul>
      {orderFaults.value.get(order.id) && <p class="fault" role="alert"><Alert /><span>{orderFaults.value.get(order.id)}</span></p>}
      {own && order.state === "waiting" && !over.value && <Cancel order={order} />}
    </section>
  );
}

function Cancel({ order }: { order: OrderView }) {
  const w = words.value;
  const under = busy.value.has(order.id);
  if (asked.value !== order.id) {
    return (
      <button type="button" class="quiet danger" data-testid={`cancel-${order.number}`} disabled={under} onClick={() => { asked.value = order.id; }}>
        {w.cancelOrder}
      </button>
    );
  }
  return (
    <div class="sure" role="group" aria-label={w.cancelSure}>
      <p>{w.cancelSure}</p>
      <button type="button" class="plain" onClick={() => { asked.value = null; }}>{w.cancelNo}</button>
      <button type="button" class="plain danger" data-testid={`cancel-yes-${order.number}`} disabled={under}
        onClick={() => { asked.value = null; void cancel(order); }}>{w.cancelYes}</button>
    </div>
  );
}

function Bill({ visit: { bill, paid, bill_asked, waiting, open } }: { visit: VisitView }) {
  const w = words.value;
  const house = site.value;
  // Nothing is owed yet, or the thanks above say what was paid.
  if (bill.total === 0 && (!open || paid === 0)) return null;
  return (
    <section class="card bill" aria-label={w.billSoFar}>
      <h3>{w.billSoFar}</h3>
      <dl class="figures">
        <Row word={w.subtotal} amount={bill.subtotal} />
        {bill.discount > 0 && <Row word={w.discount} amount={-bill.discount} />}
        {bill.service > 0 && <Row word={`${w.service} ${house ? percent(house.service) : ""}`} amount={bill.service} />}
        {bill.tax > 0 && <Row word={`${w.tax} ${house ? percent(house.tax) : ""}`} amount={bill.tax} />}
        <div class="total"><dt>{w.total}</dt><dd data-testid="bill-total">{money(bill.total)}</dd></div>
        {paid > 0 && <Row word={w.alreadyPaid} amount={paid} />}
      </dl>
      {waiting > 0 && <p class="muted small">{w.notCounted(waiting)}</p>}
      {billFault.value && <p class="fault" role="alert"><Alert /><span>{billFault.value}</span></p>}
      {open && (bill_asked
        ? <p class="asked is-in_process" role="status" data-testid="bill-asked"><Check /><span><b>{w.billAsked}.</b> {w.billAskedHint}</span></p>
        : <button type="button" class="plain wide" data-testid="ask-bill" disabled={busy.value.has("bill")} onClick={() => void askBill()}><Receipt />{w.askBill}</button>)}
    </section>
  );
}

function Row({ word, amount }: { word: string; amount: number }) {
  return <div><dt>{word}</dt><dd>{money(amount)}</dd></div>;
}
