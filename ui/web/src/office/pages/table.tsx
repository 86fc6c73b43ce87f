// One table: its number, where it stands, and the code on it.

import { useState } from "preact/hooks";

import { Trash } from "../../components/icons";
import { TextField } from "../components/fields";
import { Printer, Renew } from "../components/icons";
import { Panel } from "../components/panel";
import { Fault } from "../components/parts";
import type { Table, TableSettings } from "../api";
import { parseCount } from "../currency";
import { useDraft, useTask } from "../form";
import { address } from "../house";
import { words } from "../language";
import { ask, say } from "../notice";
import { hrefOf } from "../route";
import { addTable, qrOf, removeTable, renewCode, saveTable, tables } from "../tables";

const NUMBER_MAX = 12;
const AREA_MAX = 60;
const SEATS = "4";

interface Typed {
  number: string;
  area: string;
  seats: string;
}

/** The number after the highest one, for whoever adds a row of tables. */
function nextNumber(): string {
  const numbers = (tables.value.peek() ?? []).map((t) => parseCount(t.number)).filter((n) => n !== null);
  return numbers.length === 0 ? "1" : String(Math.max(...numbers) + 1);
}

function typedOf(table: Table | null): Typed {
  const list = tables.value.peek() ?? [];
  return table
    ? { number: table.number, area: table.area, seats: String(table.seats) }
    : { number: nextNumber(), area: list[list.length - 1]?.area ?? "", seats: SEATS };
}

export function TablePanel({ table, onClose }: { table: Table | null; onClose: () => void }) {
  const w = words.value;
  const draft = useDraft(typedOf(table));
  const [tried, setTried] = useState(false);
  const task = useTask();
  const typed = draft.now;
  const seats = parseCount(typed.seats);
  const badSeats = seats === null || seats === 0;
  const settings: TableSettings = { number: typed.number.trim(), area: typed.area.trim(), seats: seats ?? 0 };

  const save = async (another: boolean) => {
    setTried(true);
    if (settings.number === "" || badSeats) return;
    const answer = await task.run(() => table ? saveTable(table.id, settings) : addTable(settings));
    if (!answer.ok) return;
    say(table ? w.saved(w.tableName(settings.number)) : w.added(w.tableName(settings.number)));
    if (another) {
      draft.settle({ ...typed, number: nextNumber() });
      setTried(false);
    } else {
      draft.settle();
      onClose();
    }
  };

  const remove = () => table && ask({
    title: w.removeTableTitle(table.number),
    text: w.removeTableText,
    yes: w.removeTableYes,
    run: async () => {
      const answer = await removeTable(table.id);
      if (answer.ok) {
        draft.settle();
        say(w.removed(w.tableName(table.number)));
        onClose();
      }
      return answer;
    },
  });

  const foot = (
    <>
      <Fault text={task.fault} testid="table-fault" />
      <div class="foot-row">
        {table && <button type="button" class="quiet danger" data-testid="table-remove" onClick={remove}><Trash />{w.removeTable}</button>}
        {!table && <button type="button" class="plain" data-testid="table-save-more" disabled={task.busy} onClick={() => void save(true)}>{w.addAndNext}</button>}
        <button type="submit" form="table-form" class="primary" data-testid="table-save" disabled={task.busy || (table !== null && !draft.changed)}>
          {task.busy ? w.oneMoment : table ? w.save : w.addTable}
        </button>
      </div>
    </>
  );

  const areas = [...new Set((tables.value.value ?? []).map((t) => t.area))].filter((area) => area !== "");
  return (
    <Panel title={table ? w.tableName(table.number) : w.newTable} testid="table-panel" eager={!table} onClose={onClose} foot={foot}>
      <form id="table-form" class="form" onSubmit={(e) => { e.preventDefault(); void save(false); }} noValidate>
        <div class="pair">
          <TextField label={w.tableNumber} testid="table-number" value={typed.number} onValue={(number) => draft.set({ number })} max={NUMBER_MAX}
            fault={tried && settings.number === "" ? w.fillIn : null} />
          <TextField label={w.seats} testid="table-seats" inputMode="numeric" value={typed.seats} onValue={(next) => draft.set({ seats: next })} after={w.people}
            fault={tried && badSeats ? w.countForm : null} />
        </div>
        <TextField label={w.area} testid="table-area" optional value={typed.area} onValue={(area) => draft.set({ area })} max={AREA_MAX} offers={areas} hint={w.areaHint} />
      </form>
      {table ? <CodeCard table={table} /> : <p class="muted small">{w.codeComes}</p>}
    </Panel>
  );
}

function CodeCard({ table }: { table: Table }) {
  const w = words.value;
  const renew = () => ask({
    title: w.renewTitle(table.number),
    text: w.renewText,
    yes: w.renewYes,
    run: async () => {
      const answer = await renewCode(table.id);
      if (answer.ok) say(w.renewed);
      return answer;
    },
  });
  return (
    <section class="subcard qr" aria-labelledby="qr-title">
      <img class="qr-image" src={qrOf(table)} alt={w.qrOf(table.number)} width="168" height="168" data-testid="table-qr" />
      <div>
        <h3 id="qr-title">{w.qrTitle}</h3>
        <p class="muted small">{w.qrHint}</p>
        <a class="path small" href={table.path} target="_blank" rel="noreferrer" data-testid="table-path">{address(table.path)}</a>
        <div class="button-row">
          <a class="plain" href={hrefOf("tables", "sheets", table.id)} data-testid="table-print"><Printer />{w.printCard}</a>
          <button type="button" class="quiet" data-testid="table-renew" onClick={renew}><Renew />{w.renew}</button>
        </div>
      </div>
    </section>
  );
}
