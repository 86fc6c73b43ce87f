// What a period brought in, beside the one before it: figures, days, hours, products; as a
// PDF, as tables for a spreadsheet, by mail to the owner.

import { computed, signal } from "@preact/signals";

import { plain } from "../../stores/letters";
import { Chart, columnsOf, columnsOfHours } from "../components/chart";
import { ArrowDown, ArrowUp, Download, Send, Spreadsheet } from "../components/icons";
import { Empty, Fault, PageHead, Waits } from "../components/parts";
import { Change, PeriodTools, SearchField, StarsMean, Tile } from "../components/report";
import type { Figures, Sales, Sold } from "../api";
import { spanWord } from "../days";
import type { Span } from "../days";
import { useTask } from "../form";
import { count, currency, money, percent, sum } from "../house";
import { words } from "../language";
import { say } from "../notice";
import { dashboard, fileOf, mailReport, sales, salesPeriod, today } from "../reports";
import { useAsked, useShelves } from "../shelf";

const FRESH_MS = 60_000;

const SORTS = ["name", "quantity", "amount", "margin"] as const;
type Sort = (typeof SORTS)[number];

const sort = signal<Sort>("quantity");
const upwards = signal(false);
const named = signal("");

const marginOf = (sold: Sold) => sold.amount - sold.cost;

const listed = computed(() => {
  const parts = plain(named.value.trim()).split(/\s+/);
  const by = sort.value;
  const weight = (sold: Sold) => ({ name: 0, quantity: sold.quantity, amount: sold.amount, margin: marginOf(sold) })[by];
  const way = upwards.value ? 1 : -1;
  return (sales.value.value?.products ?? [])
    .filter((sold) => parts.every((part) => plain(`${sold.name} ${sold.category}`).includes(part)))
    .sort((one, two) => by === "name" ? way * one.name.localeCompare(two.name) : way * (weight(one) - weight(two)) || one.name.localeCompare(two.name));
});

export function SalesPage() {
  const w = words.value;
  useShelves(FRESH_MS, dashboard);
  const span = salesPeriod.wrong.value ? null : salesPeriod.span.value;
  const task = useTask();
  const mail = async () => {
    if (!span) return;
    const answer = await task.run(() => mailReport(span));
    if (answer.ok) say(w.reportSent);
  };
  return (
    <>
      <PageHead title={w.sales} hint={span ? spanWord(span) : undefined}>
        {span && (
          <>
            <button type="button" class="plain" data-testid="sales-mail" disabled={task.busy} onClick={() => void mail()}><Send />{task.busy ? w.oneMoment : w.sendToOwner}</button>
            <a class="primary" href={fileOf("sales.pdf", span)} download="" data-testid="sales-pdf"><Download />{w.downloadPdf}</a>
          </>
        )}
      </PageHead>
      <div class="report-fault"><Fault text={task.fault} testid="sales-mail-fault" /></div>
      <PeriodTools of={salesPeriod} name="sales" />
      {span ? <Report span={span} /> : !salesPeriod.wrong.value && <Waits on={[dashboard]}>{() => null}</Waits>}
    </>
  );
}

function Report({ span }: { span: Span }) {
  useAsked(`${span.from} ${span.to}`, FRESH_MS, sales);
  return <Waits on={[sales]}>{() => sales.value.value && <Whole of={sales.value.value} span={span} />}</Waits>;
}

function Whole({ of, span }: { of: Sales; span: Span }) {
  const w = words.value;
  const { figures, before } = of;
  // The last period's stay in sight until these are here.
  const late = of.from !== span.from || of.to !== span.to;
  return (
    <div class={`report${late ? " late" : ""}`} aria-busy={late} data-testid="sales-report" data-state={late ? "late" : "here"}>
      <div class="figure-row of-three">
        <Tile main label={w.takenIn} value={money(figures.due)} testid="sales-due">
          <Change now={figures.due} before={before.due} better="more" />
          <span class="muted">{w.fromBefore(money(before.due))}</span>
        </Tile>
        <Tile label={w.receipts} value={count(figures.receipts)} testid="sales-receipts"><Change now={figures.receipts} before={before.receipts} better="more" /></Tile>
        <Tile label={w.averageReceipt} value={money(figures.average)} testid="sales-average"><Change now={figures.average} before={before.average} better="more" /></Tile>
        <Tile label={w.grossProfit} value={money(profit(figures))} testid="sales-margin"><Change now={profit(figures)} before={profit(before)} better="more" /></Tile>
      </div>
      <div class="report-pair wide-first">
        <Chart title={of.step === "month" ? w.byMonth : w.byDay} each={of.step === "month" ? w.monthWord : w.dayWord} columns={columnsOf(of.bars, of.step, today.value)} testid="sales-bars" />
        <Chart title={w.byHour} each={w.hourWord} columns={columnsOfHours(of.hours)} testid="sales-hours" />
      </div>
      <Table of={of} />
      <Products of={of} />
      <div class="report-pair wide-first">
        <Files span={span} />
        <section class="sheet" data-testid="sales-stars">
          <h2>{w.ratings}</h2>
          <p class="muted small">{w.ratingsThen}</p>
          <p class="sheet-line"><StarsMean of={of.stars} /></p>
        </section>
      </div>
    </div>
  );
}

function profit(figures: Figures): number {
  return figures.net - figures.cost;
}

interface Line {
  name: string;
  of: (figures: Figures) => number;
  show?: (n: number) => string;
  better?: "more" | "less";
  whole?: boolean;
  /** Is taken off, or goes either way: a share of it misleads. */
  bare?: boolean;
}

function Table({ of }: { of: Sales }) {
  const w = words.value;
  const groups: Line[][] = [
    [
      { name: w.subtotal, of: (f) => f.subtotal },
      { name: w.discount, of: (f) => -f.discount, bare: true },
      { name: w.service, of: (f) => f.service },
      { name: w.taxWord, of: (f) => f.tax },
      { name: w.exampleTotal, of: (f) => f.total },
      { name: w.exampleRounding, of: (f) => f.rounding, bare: true },
      { name: w.takenIn, of: (f) => f.due, better: "more", whole: true },
    ],
    [
      { name: w.netSales, of: (f) => f.net, better: "more" },
      { name: w.cost, of: (f) => f.cost },
      { name: w.grossProfit, of: profit, better: "more", whole: true },
    ],
    [
      { name: w.receipts, of: (f) => f.receipts, better: "more", show: count },
      { name: w.ordersMade, of: (f) => f.orders, better: "more", show: count },
      { name: w.portionsSold, of: (f) => f.portions, better: "more", show: count },
      { name: w.averageReceipt, of: (f) => f.average, better: "more" },
      { name: w.voided, of: (f) => f.voided, better: "less", show: count },
      { name: w.voidedAmount, of: (f) => f.voided_amount, better: "less" },
    ],
  ];
  return (
    <section class="sheet">
      <h2 id="figures-title">{w.figuresTitle}</h2>
      <p class="muted small">{w.inMoney(currency.value.symbol)}, {w.againstSpan(spanWord({ from: of.before_from, to: of.before_to }))}</p>
      <table class="ledger figures" aria-labelledby="figures-title">
        <thead>
          <tr>
            <th scope="col"><span class="unseen">{w.figuresTitle}</span></th>
            <th scope="col">{w.thisPeriod}<span class="narrow-only">{w.periodBefore}</span></th>
            <th scope="col" class="wide-only">{w.periodBefore}</th>
            <th scope="col">{w.difference}</th>
            <th scope="col" class="wide-only"><span class="unseen">{w.difference}, %</span></th>
          </tr>
        </thead>
        {groups.map((lines) => <tbody key={lines[0]?.name}>{lines.map((line) => <Entry key={line.name} line={line} of={of} />)}</tbody>)}
      </table>
    </section>
  );
}

/** On a phone what was before stands below what is now. */
function Entry({ line, of }: { line: Line; of: Sales }) {
  const [now, was] = [line.of(of.figures), line.of(of.before)];
  const show = line.show ?? sum;
  const change = !line.bare && <Change now={Math.abs(now)} before={Math.abs(was)} better={line.better} />;
  return (
    <tr class={line.whole ? "whole" : undefined}>
      <th scope="row">{line.name}</th>
      <td>{show(now)}<span class="narrow-only muted">{show(was)}</span></td>
      <td class="wide-only muted">{show(was)}</td>
      <td>{now > was && "+"}{show(now - was)}{change && <span class="narrow-only">{change}</span>}</td>
      <td class="wide-only ledger-change">{change}</td>
    </tr>
  );
}

function Products({ of }: { of: Sales }) {
  const w = words.value;
  const word: Record<Sort, string> = { name: w.product, quantity: w.portionsSold, amount: w.sales, margin: w.grossProfit };
  const pick = (by: Sort) => {
    upwards.value = sort.peek() === by ? !upwards.peek() : by === "name";
    sort.value = by;
  };
  const list = listed.value;
  return (
    <section class="sheet" data-testid="sales-products">
      <h2 id="sold-title">{w.menu}</h2>
      <p class="muted small">{w.inMoney(currency.value.symbol)}</p>
      {of.products.length > 0 && <div class="tools"><SearchField label={w.searchMenu} testid="sold-search" value={named.value} onValue={(text) => { named.value = text; }} /></div>}
      {list.length === 0 ? <Empty title={of.products.length > 0 ? w.nothingFound : w.menuEmpty} testid="sold-nothing" /> : (
        <div class="sold-seat">
          <table class="ledger sold figures" aria-labelledby="sold-title">
            <thead>
              <tr>
                {SORTS.map((by) => (
                  <th key={by} scope="col" aria-sort={sort.value === by ? (upwards.value ? "ascending" : "descending") : "none"}>
                    <button type="button" class="sort" data-testid={`sold-sort-${by}`} onClick={() => pick(by)}>
                      {word[by]}{sort.value === by && (upwards.value ? <ArrowUp size={16} /> : <ArrowDown size={16} />)}
                    </button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{list.map((sold) => <SoldRow key={sold.product} sold={sold} />)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function SoldRow({ sold }: { sold: Sold }) {
  const w = words.value;
  const margin = marginOf(sold);
  return (
    <tr data-testid={`sold-${sold.product}`} class={sold.quantity === 0 ? "none" : undefined}>
      <th scope="row">{sold.name}<span class="muted small">{sold.category}{sold.retired && ` · ${w.retired}`}</span></th>
      <td>{count(sold.quantity)}</td>
      <td>{sum(sold.amount)}</td>
      <td>{sum(margin)}{sold.amount > 0 && <span class="muted small">{percent(margin, sold.amount)}</span>}</td>
    </tr>
  );
}

function Files({ span }: { span: Span }) {
  const w = words.value;
  const files = [["receipts", w.csvReceipts], ["products", w.csvProducts], ["days", w.csvDays]] as const;
  return (
    <section class="sheet">
      <h2>{w.csvTitle}</h2>
      <p class="muted small">{w.csvHint}</p>
      <div class="button-row">
        {files.map(([file, word]) => (
          <a key={file} class="plain" href={fileOf(`${file}.csv`, span)} download="" data-testid={`sales-csv-${file}`}><Spreadsheet />{word}</a>
        ))}
      </div>
    </section>
  );
}
