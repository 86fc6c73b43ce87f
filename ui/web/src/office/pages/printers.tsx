// The printers: what each prints, and whether it does.

import { Alert, Check, Clock, Plus } from "../../components/icons";
import { Printer as PrinterIcon } from "../components/icons";
import { Missing } from "../components/panel";
import { Empty, Fault, PageHead, Waits } from "../components/parts";
import type { Printer } from "../api";
import { faultWord, papers, printers, targetWord, testPrinter } from "../equipment";
import { useTask } from "../form";
import { words } from "../language";
import { stationWord, stations } from "../menu";
import { say } from "../notice";
import { go, hrefOf, route } from "../route";
import { useShelves } from "../shelf";
import { PapersPart } from "./papers";
import { PrinterPanel } from "./printer";

/** Whoever looks here has just put paper in, and waits to see it. */
const FRESH_MS = 5_000;

export function PrintersPage() {
  const w = words.value;
  useShelves(FRESH_MS, printers, stations);
  useShelves(FRESH_MS, papers);
  return (
    <>
      <PageHead title={w.printers} hint={w.printersHint}>
        <a class="primary" href={hrefOf("printers", "new")} data-testid="printer-new"><Plus />{w.addPrinter}</a>
      </PageHead>
      <Waits on={[printers, stations]}>
        {() => printers.value.value?.length === 0
          ? <Empty icon={<PrinterIcon size={32} />} title={w.printersEmpty} hint={w.printersEmptyHint} testid="printers-empty" />
          : <>
              <Unprinted />
              <ul class="printer-grid">{(printers.value.value ?? []).map((printer) => <Card key={printer.id} printer={printer} />)}</ul>
            </>}
      </Waits>
      {printers.value.value && printers.value.value.length > 0 && <PapersPart />}
      <Open />
    </>
  );
}

/** A dish that no printer knows of is one that nobody cooks, unless a screen shows it. */
function Unprinted() {
  return (
    <>
      {(stations.value.value?.unprinted ?? []).map(({ station, dish }) => dish !== null && (
        <p key={station} class="note is-waiting" role="status" data-testid={`station-${station}-unprinted`}><Alert /><span>{words.value.unprinted(stationWord(station), dish)}</span></p>
      ))}
    </>
  );
}

function Open() {
  const open = route.value[1];
  const list = printers.value.value;
  const close = () => go("printers");
  if (open === undefined || !list || !stations.value.value) return null;
  if (open === "new") return <PrinterPanel key="new" printer={null} onClose={close} />;
  const printer = list.find((p) => p.id === open);
  return printer ? <PrinterPanel key={open} printer={printer} onClose={close} /> : <Missing onClose={close} />;
}

function Card({ printer }: { printer: Printer }) {
  const w = words.value;
  const task = useTask();
  const { id, fault, waiting } = printer;
  const prints = [...(printer.receipts ? [w.receipts] : []), ...printer.stations.map((name) => w.ticketsOf(stationWord(name))), ...(printer.checker ? [w.checker] : [])];
  const backup = printers.value.value?.find((one) => one.id === printer.backup?.printer);
  const test = async () => {
    const answer = await task.run(() => testPrinter(id));
    if (answer.ok) say(w.testSent(printer.name));
  };
  return (
    <li class="printer-card" data-testid={`printer-${id}`} data-state={fault ? "fault" : waiting > 0 ? "waiting" : "ok"}>
      <div class="printer-top">
        <div class="cell-main">
          <a class="row-link" href={hrefOf("printers", id)} data-testid={`printer-${id}-open`}>{printer.name}</a>
          <p class="muted small path">{targetWord(printer.target)} · {printer.width.slice(0, 2)} mm</p>
        </div>
        {fault ? <span class="mark is-waiting"><Alert size={16} /><span>{w.trouble}</span></span>
          : waiting > 0 ? <span class="mark is-in_process"><Clock size={16} /><span>{w.waitingCount(waiting)}</span></span>
            : <span class="mark is-done"><Check size={16} /><span>{w.ready}</span></span>}
      </div>
      {fault && <p class="note is-waiting" role="status" data-testid={`printer-${id}-state`}><Alert /><span>{faultWord(fault)}{waiting > 0 && ` ${w.waitingNote(waiting)}`}</span></p>}
      {!fault && printer.paper_low && <p class="note is-waiting" role="status" data-testid={`printer-${id}-low`}><Alert /><span>{w.paperLow}</span></p>}
      {printer.speech === "silent" && !("roll" in printer.target) && <p class="muted small" data-testid={`printer-${id}-silent`}>{w.silentPrinter}</p>}
      {backup && <p class="muted small">{w.backupWord(backup.name, printer.backup?.after_s ?? 0)}</p>}
      <p class="small">{prints.length > 0 ? prints.join(" · ") : w.printsNothing}{printer.drawer && ` · ${w.drawer}`}</p>
      <Fault text={task.fault} testid={`printer-${id}-fault`} />
      <div class="button-row above"><button type="button" class="plain" data-testid={`printer-${id}-test`} disabled={task.busy} onClick={() => void test()}>{w.testPage}</button></div>
    </li>
  );
}
