// The tables by area, each with its state, and the way to its code.

import { Armchair, Printer } from "../components/icons";
import { Missing } from "../components/panel";
import { Empty, PageHead, Waits } from "../components/parts";
import { Plus } from "../../components/icons";
import { TableMark } from "../components/table-state";
import type { Table } from "../api";
import { words } from "../language";
import { go, hrefOf, route } from "../route";
import { useShelves } from "../shelf";
import { tables } from "../tables";
import { TablePanel } from "./table";

/** Guests come and go while somebody looks at the list. */
const FRESH_MS = 30_000;

export function TablesPage() {
  const w = words.value;
  useShelves(FRESH_MS, tables);
  const list = tables.value.value;
  return (
    <>
      <PageHead title={w.tables} hint={list ? w.tableCount(list.length) : undefined}>
        {list !== null && list.length > 0 && <a class="plain" href={hrefOf("tables", "sheets")} data-testid="open-sheets"><Printer />{w.printCards}</a>}
        <a class="primary" href={hrefOf("tables", "new")} data-testid="table-new"><Plus />{w.addTable}</a>
      </PageHead>
      <Waits on={[tables]}>{() => <Whole />}</Waits>
      <Open />
    </>
  );
}

function Open() {
  const open = route.value[1];
  const list = tables.value.value;
  const close = () => go("tables");
  if (open === undefined || !list) return null;
  if (open === "new") return <TablePanel key="new" table={null} onClose={close} />;
  const table = list.find((t) => t.id === open);
  return table ? <TablePanel key={open} table={table} onClose={close} /> : <Missing onClose={close} />;
}

function Whole() {
  const w = words.value;
  const list = tables.value.value ?? [];
  if (list.length === 0) return <Empty icon={<Armchair size={32} />} title={w.tablesEmpty} hint={w.tablesEmptyHint} testid="tables-empty" />;
  const areas = [...new Set(list.map((t) => t.area))];
  return (
    <>
      {areas.map((area) => (
        <section key={area} class="block">
          <h2 class="block-title">{area || w.noArea} <span class="muted">{list.filter((t) => t.area === area).length}</span></h2>
          <ul class="table-grid">{list.filter((t) => t.area === area).map((table) => <Tile key={table.id} table={table} />)}</ul>
        </section>
      ))}
    </>
  );
}

function Tile({ table }: { table: Table }) {
  const w = words.value;
  return (
    <li class="tile" data-testid={`table-${table.id}`} data-state={table.state}>
      <a class="row-link" href={hrefOf("tables", table.id)} data-testid={`table-${table.id}-open`}>
        <span class="unseen">{w.tableName("")}</span><span class="tile-number">{table.number}</span>
      </a>
      <span class="muted small">{w.seatCount(table.seats)}</span>
      <TableMark state={table.state} />
    </li>
  );
}
