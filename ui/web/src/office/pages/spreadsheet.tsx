// The whole menu as a spreadsheet: out of the hub, and back in.

import { useRef, useState } from "preact/hooks";

import { CircleCheck } from "../../components/icons";
import { Download, Spreadsheet, Upload } from "../components/icons";
import { Panel } from "../components/panel";
import { Fault } from "../components/parts";
import { useTask } from "../form";
import { words } from "../language";
import { SHEET, importSheet } from "../menu";

/** The columns, as the hub names them. */
const COLUMNS = "name, category, price, cost, stock, min_stock, station, description";

export function SheetPanel({ onClose }: { onClose: () => void }) {
  const w = words.value;
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [done, setDone] = useState<{ added: number; changed: number } | null>(null);
  const task = useTask();
  const send = async () => {
    if (!file) return;
    const answer = await task.run(() => importSheet(file));
    if (!answer.ok) return;
    setDone(answer.value);
    setFile(null);
  };
  return (
    <Panel title={w.sheet} hint={w.sheetHint} testid="csv-panel" onClose={onClose}>
      <section class="subcard">
        <h3>{w.sheetOut}</h3>
        <p class="muted">{w.sheetOutHint}</p>
        <div class="button-row"><a class="plain" href={SHEET} download="menu.csv" data-testid="csv-download"><Download />{w.sheetOutGo}</a></div>
      </section>
      <section class="subcard">
        <h3>{w.sheetIn}</h3>
        <p class="muted">{w.sheetInHint}</p>
        <p class="code-line">{COLUMNS}</p>
        <div class="button-row">
          <button type="button" class="plain" data-testid="csv-choose" onClick={() => input.current?.click()}><Spreadsheet />{file ? w.otherFile : w.chooseFile}</button>
          {file && (
            <button type="button" class="primary" data-testid="csv-import" disabled={task.busy} onClick={() => void send()}>
              <Upload />{task.busy ? w.oneMoment : w.sheetInGo}
            </button>
          )}
        </div>
        {file && <p class="small" data-testid="csv-file">{file.name}</p>}
        <input ref={input} type="file" class="unseen" tabIndex={-1} accept=".csv,text/csv" data-testid="csv-input" aria-label={w.chooseFile}
          onChange={(e) => {
            setFile(e.currentTarget.files?.[0] ?? null);
            setDone(null);
            task.refuse(null);
            // The same file, mended, may be chosen again.
            e.currentTarget.value = "";
          }} />
        <Fault text={task.fault} testid="csv-fault" />
        {task.fault !== null && <p class="muted small">{w.sheetNothing}</p>}
        {done && <p class="note is-done" role="status" data-testid="csv-done"><CircleCheck /><span>{w.sheetDone(done.added, done.changed)}</span></p>}
      </section>
    </Panel>
  );
}
