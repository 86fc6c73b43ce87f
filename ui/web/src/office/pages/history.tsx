// Every receipt of a period, newest first, and one of them in full: to be printed again, or
// sent by mail.

import { useLayoutEffect, useState } from "preact/hooks";

import { Receipt } from "../../components/icons";
import { TextField } from "../components/fields";
import { Printer, Send } from "../components/icons";
import { Panel } from "../components/panel";
import { Empty, Fault, Older, PageHead, Waits } from "../components/parts";
import { Finder, PeriodTools } from "../components/report";
import type { PaidReceipt, ReceiptLine } from "../api";
import { nameOf, spanWord } from "../days";
import type { Span } from "../days";
import { useTask } from "../form";
import { clock, money, moment } from "../house";
import { words } from "../language";
import { goodAddress } from "../mail";
import { say } from "../notice";
import { dashboard, history, historyPeriod, mailReceipt, openReceipt, receipt, reprint, wanted } from "../reports";
import { go, hrefOf, route } from "../route";
import { may } from "../session";
import { useAsked, useShelves } from "../shelf";

const FRESH_MS = 60_000;
const MAIL_MAX = 254;

export function HistoryPage() {
  const w = words.value;
  useShelves(FRESH_MS, dashboard);
  const span = historyPeriod.wrong.value ? null : historyPeriod.span.value;
  const open = route.value[1];
  return (
    <>
      <PageHead title={w.history} hint={span ? spanWord(span) : undefined} />
      <PeriodTools of={historyPeriod} name="history" />
      <Finder label={w.searchReceipts} testid="history-search" wanted={wanted} />
      {span ? <List span={span} /> : !historyPeriod.wrong.value && <Waits on={[dashboard]}>{() => null}</Waits>}
      {open !== undefined && <ReceiptPanel key={open} id={open} onClose={() => go("receipts")} />}
    </>
  );
}

function List({ span }: { span: Span }) {
  const w = words.value;
  useAsked(`${span.from} ${span.to} ${wanted.value}`, FRESH_MS, history);
  const days: { day: string; receipts: ReceiptLine[] }[] = [];
  for (const one of (history.value.value ?? []).flatMap((page) => page.receipts)) {
    const last = days[days.length - 1];
    if (last?.day === one.day) last.receipts.push(one);
    else days.push({ day: one.day, receipts: [one] });
  }
  return (
    <>
      <Waits on={[history]}>
        {() => days.length === 0
          ? <Empty icon={<Receipt size={32} />} title={wanted.value.trim() === "" ? w.noSales : w.noReceiptFound} hint={w.noReceiptHint} testid="history-empty" />
          : days.map(({ day, receipts }) => (
            <section key={day} class="block" aria-labelledby={`day-${day}`}>
              <h2 id={`day-${day}`} class="block-title">{nameOf(day, "long")}</h2>
              <ul class="rows receipt-rows">{receipts.map((one) => <Row key={one.id} one={one} />)}</ul>
            </section>
          ))}
      </Waits>
      <Older of={history} testid="history-older" />
    </>
  );
}

function placeWord(one: ReceiptLine): string {
  const w = words.value;
  return one.takeaway ? `${w.takeaway} ${one.place}` : w.tableName(one.place);
}

function Row({ one }: { one: ReceiptLine }) {
  const w = words.value;
  return (
    <li class="row figures" data-testid={`receipt-${one.id}`}>
      <span class="cell-time">{clock(one.at_ms)}</span>
      <div class="cell-main">
        <a class="row-link" href={hrefOf("receipts", one.id)} data-testid={`receipt-${one.id}-open`}>{one.number}</a>
        <p class="muted small one-line cell-cashier">{w.paidTo(one.cashier)}</p>
      </div>
      <p class="cell-place"><span>{placeWord(one)}</span>{one.guests.length > 0 && <span class="muted small one-line">{one.guests.join(", ")}</span>}</p>
      <span class="cell-amount">{money(one.due)}</span>
    </li>
  );
}

function ReceiptPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const w = words.value;
  useLayoutEffect(() => openReceipt(id), [id]);
  useShelves(0, receipt);
  const one = receipt.value.value?.id === id ? receipt.value.value : null;
  return (
    <Panel title={one ? w.letterReceipt(one.number) : w.receipts} hint={one ? `${moment(one.at_ms)} · ${placeWord(one)}` : undefined} testid="receipt-panel"
      onClose={onClose} foot={one && (may("reprint") || may("mail_receipt")) ? <Again of={one} /> : undefined}>
      <Waits on={[receipt]}>{() => one && <Slip of={one} />}</Waits>
    </Panel>
  );
}

/** As it stands on paper. */
function Slip({ of }: { of: PaidReceipt }) {
  const w = words.value;
  const { bill, settlement } = of;
  const sums: [string, number][] = [
    [w.subtotal, bill.subtotal],
    ...(bill.discount === 0 ? [] : [[w.discount, -bill.discount] as [string, number]]),
    ...(bill.service === 0 ? [] : [[w.service, bill.service] as [string, number]]),
    ...(bill.tax === 0 ? [] : [[w.taxWord, bill.tax] as [string, number]]),
  ];
  return (
    <>
      <dl class="slip-facts">
        <div><dt>{w.cashier}</dt><dd>{of.cashier}</dd></div>
        {of.guests.length > 0 && <div><dt>{w.guest}</dt><dd>{of.guests.join(", ")}</dd></div>}
        <div><dt>{w.businessDay}</dt><dd>{nameOf(of.day, "long")}</dd></div>
        <div><dt>{w.reprints}</dt><dd data-testid="receipt-copies">{w.times(of.copies)}</dd></div>
      </dl>
      <section class="slip figures">
        {of.orders.map((order) => (
          <section key={order.number} class="slip-order">
            <h3>{w.orderNumber(order.number)}<span class="muted small">{[order.who, clock(order.placed_ms)].filter(Boolean).join(" · ")}</span></h3>
            <ul>
              {order.lines.map((line, i) => (
                // A line is told from its twin by its place alone.
                // oxlint-disable-next-line no-array-index-key
                <li key={i}>
                  <span class="slip-count">{line.quantity} ×</span>
                  <span class="slip-name">
                    {line.name}
                    {line.quantity > 1 && <span class="muted small">{w.apiece(money(line.unit_price))}</span>}
                    {line.note !== "" && <span class="muted small">{line.note}</span>}
                  </span>
                  <span>{money(line.amount)}</span>
                </li>
              ))}
            </ul>
          </section>
        ))}
        <dl class="slip-sums">
          {sums.map(([name, amount]) => <div key={name}><dt>{name}</dt><dd>{money(amount)}</dd></div>)}
          <div class="whole"><dt>{w.exampleTotal}</dt><dd data-testid="receipt-total">{money(bill.total)}</dd></div>
          {settlement.rounding !== 0 && (
            <>
              <div><dt>{w.exampleRounding}</dt><dd>{money(settlement.rounding)}</dd></div>
              <div class="whole"><dt>{w.takenIn}</dt><dd data-testid="receipt-due">{money(settlement.due)}</dd></div>
            </>
          )}
          <div><dt>{w.tendered}</dt><dd>{money(settlement.tendered)}</dd></div>
          <div><dt>{w.change}</dt><dd>{money(settlement.change)}</dd></div>
        </dl>
      </section>
    </>
  );
}

/** Once more on paper, or as a letter. */
function Again({ of }: { of: PaidReceipt }) {
  const w = words.value;
  const [address, setAddress] = useState("");
  const [tried, setTried] = useState(false);
  const printing = useTask();
  const mailing = useTask();
  const print = async () => {
    const answer = await printing.run(() => reprint(of.id));
    if (answer.ok) say(w.reprinted(of.number));
  };
  const send = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    const to = address.trim();
    if (!goodAddress(to)) return;
    const answer = await mailing.run(() => mailReceipt(of.id, to));
    if (!answer.ok) return;
    say(w.receiptMailed(to));
    setAddress("");
    setTried(false);
  };
  const printer = may("reprint") && (
    <button type="button" class="plain" data-testid="receipt-reprint" disabled={printing.busy} onClick={() => void print()}>
      <Printer />{printing.busy ? w.oneMoment : w.reprint}
    </button>
  );
  return (
    <>
      {may("mail_receipt") ? (
        <form class="send-line" onSubmit={(e) => void send(e)} noValidate>
          <TextField label={w.mailReceiptTo} testid="receipt-mail-address" type="email" inputMode="email" value={address} onValue={setAddress} max={MAIL_MAX}
            fault={tried && !goodAddress(address) ? w.mailForm : null} />
          <button type="submit" class="plain" data-testid="receipt-mail-send" disabled={mailing.busy}><Send />{mailing.busy ? w.oneMoment : w.sendReceipt}</button>
          {printer}
        </form>
      ) : <div class="foot-row">{printer}</div>}
      <Fault text={mailing.fault} testid="receipt-mail-fault" />
      <Fault text={printing.fault} testid="receipt-reprint-fault" />
    </>
  );
}
