// The open day at a glance: what came in so far, how that compares, what sells and what runs
// out.

import type { ComponentChildren } from "preact";

import { Alert, Check, CircleX } from "../../components/icons";
import { Chart, columnsOf, columnsOfHours } from "../components/chart";
import { ArrowDown, ArrowUp, Equal } from "../components/icons";
import { PageHead, Waits } from "../components/parts";
import { StarsMean, Tile } from "../components/report";
import type { Dashboard, Low, Right, Sold } from "../api";
import { nameOf } from "../days";
import { count, money, percent } from "../house";
import { words } from "../language";
import { dashboard, today } from "../reports";
import { hrefOf } from "../route";
import { may } from "../session";
import { useShelves } from "../shelf";

const FRESH_MS = 30_000;
/** More of what runs out is a page of its own. */
const LOW_MAX = 8;

export function DashboardPage() {
  const w = words.value;
  useShelves(FRESH_MS, dashboard);
  return (
    <>
      <PageHead title={w.dashboard} hint={today.value === null ? undefined : nameOf(today.value, "long")} />
      <Waits on={[dashboard]}>{() => dashboard.value.value && <Whole now={dashboard.value.value} />}</Waits>
    </>
  );
}

function Whole({ now }: { now: Dashboard }) {
  const w = words.value;
  const { today: day, week_ago: then } = now;
  const note = (word: string, value: string) => <span class="muted"><span class="figure-word">{word}</span> {value}</span>;
  const before = (value: string) => note(w.lastWeekday(nameOf(now.day, "weekday")), value);
  return (
    <div class="report">
      <div class="figure-row">
        <Tile main label={w.salesToday} value={money(day.due)} testid="dashboard-due">
          <Against now={day.due} then={then.due} weekday={w.lastWeekday(nameOf(now.day, "weekday"))} />
        </Tile>
        <Tile label={w.receipts} value={count(day.receipts)} testid="dashboard-receipts">{before(count(then.receipts))}</Tile>
        <Tile label={w.averageReceipt} value={money(day.average)} testid="dashboard-average">{before(money(then.average))}</Tile>
        <Tile label={w.ordersMade} value={count(day.orders)} testid="dashboard-orders">{before(count(then.orders))}</Tile>
        <Tile label={w.voided} value={count(day.voided)} testid="dashboard-voided">
          {day.voided > 0 ? note(w.worth, money(day.voided_amount)) : <span class="muted">{w.voidedHint}</span>}
        </Tile>
      </div>
      <div class="report-pair wide-first">
        <Chart title={w.lastFortnight} each={w.dayWord} columns={columnsOf(now.bars, "day", now.day)} testid="dashboard-days" />
        <Chart title={w.hoursToday} each={w.hourWord} columns={columnsOfHours(now.hours)} testid="dashboard-hours" />
      </div>
      <div class="report-three">
        <List title={w.best} hint={w.sinceDay(nameOf(now.since, "day"))} empty={w.noSales} lines={now.best.map((sold) => <SoldLine key={sold.product} sold={sold} name="best" />)} />
        <List title={w.least} hint={w.sinceDay(nameOf(now.since, "day"))} empty={w.menuEmpty} lines={now.least.map((sold) => <SoldLine key={sold.product} sold={sold} name="least" />)} />
        <LowList low={now.low} />
      </div>
      <dl class="sheet house-figures figures">
        <div><dt>{w.menu}</dt><dd><Way to="menu" right="manage_menu" testid="dashboard-products">{w.productCount(now.products)}</Way></dd></div>
        <div><dt>{w.staff}</dt><dd><Way to="staff" right="manage_staff" testid="dashboard-employees">{w.atWork(now.employees)}</Way></dd></div>
        <div><dt>{w.ratings}</dt><dd><Way to="ratings" right="see_reports" testid="dashboard-stars"><StarsMean of={now.stars} /></Way></dd></div>
      </dl>
    </div>
  );
}

/** Today, which is not over, against the whole of that day. */
function Against({ now, then, weekday }: { now: number; then: number; weekday: string }) {
  const w = words.value;
  if (then <= 0) return <span class="muted">{w.nothingThen(weekday)}</span>;
  const share = percent(Math.abs(now - then), then);
  return (
    <>
      {now === then ? <span class="change"><Equal size={16} /><span>{w.sameAs(weekday)}</span></span>
        : now > then ? <span class="change good"><ArrowUp size={16} /><span>{w.above(share, weekday)}</span></span>
          : <span class="change"><ArrowDown size={16} /><span>{w.below(share, weekday)}</span></span>}
      <span class="muted">{w.wholeDay(weekday, money(then))}</span>
    </>
  );
}

function List({ title, hint, empty, lines }: { title: string; hint?: string; empty: string; lines: ComponentChildren[] }) {
  return (
    <section class="sheet">
      <h2>{title}</h2>
      {hint && <p class="muted small">{hint}</p>}
      {lines.length > 0 ? <ol class="ranks">{lines}</ol> : <p class="chart-empty muted">{empty}</p>}
    </section>
  );
}

function SoldLine({ sold, name }: { sold: Sold; name: string }) {
  const w = words.value;
  return (
    <li data-testid={`${name}-${sold.product}`}>
      <span class="rank-name">{sold.name}{sold.retired && <span class="muted small"> · {w.retired}</span>}</span>
      <span class="figures"><b>{count(sold.quantity)}</b> <span class="muted">{w.portions}</span></span>
    </li>
  );
}

function LowList({ low }: { low: Low[] }) {
  const w = words.value;
  return (
    <section class="sheet" data-testid="dashboard-low">
      <h2>{w.lowStock}</h2>
      <p class="muted small">{w.lowStockHint}</p>
      {low.length === 0 && <p class="low-none"><span class="mark is-done"><Check size={16} /><span>{w.noneLow}</span></span></p>}
      <ul class="ranks">
        {low.slice(0, LOW_MAX).map((one) => (
          <li key={one.product} data-testid={`low-${one.product}`} data-state={one.free > 0 ? "low" : "gone"}>
            <span class="rank-name"><Way to="menu" of={one.product} right="manage_menu">{one.name}</Way></span>
            {one.free > 0 ? <span class="mark is-waiting"><Alert size={16} /><span>{w.left(one.free)}</span></span>
              : <span class="mark is-cancelled"><CircleX size={16} /><span>{w.usedUp}</span></span>}
          </li>
        ))}
      </ul>
      {low.length > LOW_MAX && <p class="small"><Way to="menu" right="manage_menu">{w.andMore(low.length - LOW_MAX)}</Way></p>}
    </section>
  );
}

/** Leads on whoever may go there. */
function Way(props: { to: string; of?: string; right: Right; testid?: string; children: ComponentChildren }) {
  if (!may(props.right)) return <span data-testid={props.testid}>{props.children}</span>;
  return <a class="way" href={hrefOf(props.to, ...(props.of === undefined ? [] : [props.of]))} data-testid={props.testid}>{props.children}</a>;
}
