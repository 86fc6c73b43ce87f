// Papers that wait, and the latest that were printed: print again, elsewhere, or not at all.

import { Alert, Check, CircleX, Clock } from "../../components/icons";
import { Printer as PrinterIcon } from "../components/icons";
import { Empty, Fault, Waits } from "../components/parts";
import type { PaperRow, PaperState } from "../api";
import { faultWord, movePapers, papers, printPaperAgain, printPapers, printers, throwPapersAway } from "../equipment";
import { useTask } from "../form";
import { moment } from "../house";
import { words } from "../language";
import { stationWord } from "../menu";
import { ask, say } from "../notice";

function isOpen(state: PaperState): boolean {
  return state === "waiting" || state === "failed" || state === "old" || state === "sending";
}

/** What it is, and for whom. */
function paperWord(paper: PaperRow): string {
  const w = words.value;
  const kind = { kitchen_ticket: w.paperTicket, cancellation_ticket: w.paperCancellation, checker_slip: w.checker, receipt: w.paperReceipt, wifi_slip: "Wi-Fi", table_slip: w.paperSlip }[paper.kind] ?? w.paperTest;
  const place = paper.place === "" ? null : paper.takeaway ? w.paperTakeaway(paper.place) : w.paperTable(paper.place);
  const parts = [kind, paper.station === null ? null : stationWord(paper.station), place, paper.number === "" ? null : `#${paper.number}`, paper.copy ? w.paperCopy : null];
  return parts.filter((part) => part !== null).join(" · ");
}

export function PapersPart() {
  const w = words.value;
  const list = papers.value.value ?? [];
  const waiting = list.filter((paper) => isOpen(paper.state));
  const old = waiting.filter((paper) => paper.state === "old");
  return (
    <section class="block">
      <h2 class="block-title">{w.papers}{waiting.length > 0 && <span class="muted" data-testid="papers-waiting"> · {w.waitingCount(waiting.length)}</span>}</h2>
      {old.length > 0 && <Old papers={old} />}
      <Waits on={[papers]}>
        {() => list.length === 0 ? <Empty icon={<PrinterIcon size={32} />} title={w.papersEmpty} hint={w.papersEmptyHint} testid="papers-empty" />
          : <ul class="rows letter-rows">{list.map((paper) => <Row key={paper.id} paper={paper} />)}</ul>}
      </Waits>
    </section>
  );
}

/** The question that waits: are papers of earlier still wanted? */
function Old({ papers: old }: { papers: PaperRow[] }) {
  const w = words.value;
  const task = useTask();
  const ids = old.slice(0, 100).map((paper) => paper.id);
  const print = async () => {
    const answer = await task.run(() => printPapers(ids));
    if (answer.ok) say(w.papersPrinted);
  };
  const away = () => ask({
    title: w.throwAwayTitle(ids.length), text: w.throwAwayText, yes: w.throwAway,
    run: async () => {
      const answer = await throwPapersAway(ids);
      if (answer.ok) say(w.thrownAway);
      return answer;
    },
  });
  return (
    <div class="note is-waiting" role="status" data-testid="papers-old">
      <Alert />
      <div class="cell-main">
        <span>{w.papersOld(old.length)}</span>
        <div class="button-row above">
          <button type="button" class="plain strong" data-testid="papers-old-print" disabled={task.busy} onClick={() => void print()}>{w.printAll}</button>
          <button type="button" class="quiet danger" data-testid="papers-old-throw-away" disabled={task.busy} onClick={away}>{w.throwAway}</button>
        </div>
        <Fault text={task.fault} testid="papers-old-fault" />
      </div>
    </div>
  );
}

function Row({ paper }: { paper: PaperRow }) {
  const w = words.value;
  const task = useTask();
  const { id, state } = paper;
  const what = paperWord(paper);
  const others = (printers.value.value ?? []).filter((one) => one.id !== paper.printer);
  const done = async (asked: ReturnType<typeof printPapers>, told: string) => {
    const answer = await task.run(() => asked);
    if (answer.ok) say(told);
  };
  const elsewhere = (printer: string) => {
    if (printer === "") return;
    void done(isOpen(state) ? movePapers([id], printer) : printPaperAgain(id, printer), w.papersPrinted);
  };
  const away = () => ask({
    title: w.throwAwayTitle(1), text: w.throwAwayText, yes: w.throwAway,
    run: async () => {
      const answer = await throwPapersAway([id]);
      if (answer.ok) say(w.thrownAway);
      return answer;
    },
  });
  return (
    <li class="row" data-testid={`paper-${id}`} data-state={state}>
      <div class="cell-main">
        <b>{what}</b>
        <p class="muted small">{paper.printer_name}{paper.meant_for !== null && ` · ${w.paperInstead(paper.meant_for)}`} · {moment(paper.ended_ms ?? paper.since_ms)}</p>
        {paper.fault !== null && <p class="letter-fault small">{faultWord(paper.fault)}</p>}
      </div>
      <span><State state={state} /></span>
      <div class="button-row">
        {state === "old" && <button type="button" class="plain strong" data-testid={`paper-${id}-print`} disabled={task.busy} onClick={() => void done(printPapers([id]), w.papersPrinted)}>{w.printNowPaper}</button>}
        {!isOpen(state) && <button type="button" class="plain" data-testid={`paper-${id}-again`} disabled={task.busy} onClick={() => void done(printPaperAgain(id), w.papersPrinted)}>{w.reprint}</button>}
        {state !== "sending" && others.length > 0 && (
          <select class="plain" data-testid={`paper-${id}-move`} aria-label={w.printElsewhere} disabled={task.busy} value="" onChange={(e) => elsewhere(e.currentTarget.value)}>
            <option value="">{w.printElsewhere}</option>
            {others.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
          </select>
        )}
        {isOpen(state) && state !== "sending" && <button type="button" class="quiet danger" data-testid={`paper-${id}-throw-away`} disabled={task.busy} onClick={away}>{w.throwAway}</button>}
      </div>
      <div class="row-fault"><Fault text={task.fault} testid={`paper-${id}-refusal`} /></div>
    </li>
  );
}

function State({ state }: { state: PaperState }) {
  const w = words.value;
  switch (state) {
    case "waiting": return <span class="mark is-in_process"><Clock size={16} /><span>{w.paperWaiting}</span></span>;
    case "sending": return <span class="mark is-in_process"><Clock size={16} /><span>{w.paperSending}</span></span>;
    case "failed": return <span class="mark is-waiting"><Alert size={16} /><span>{w.paperFailed}</span></span>;
    case "old": return <span class="mark is-waiting"><Alert size={16} /><span>{w.paperOld}</span></span>;
    case "sent": return <span class="mark is-done"><Check size={16} /><span>{w.paperSent}</span></span>;
    case "confirmed": return <span class="mark is-done"><Check size={16} /><span>{w.paperConfirmed}</span></span>;
    default: return <span class="mark is-cancelled"><CircleX size={16} /><span>{w.paperThrownAway}</span></span>;
  }
}
