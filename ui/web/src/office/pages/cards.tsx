// Cards to print and put on the tables: the house, the table, its code, and what to do with
// it in both languages.

import { useState } from "preact/hooks";

import { ArrowLeft } from "../../components/icons";
import { Select } from "../components/fields";
import { Printer } from "../components/icons";
import { Empty, Fault, PageHead, Waits } from "../components/parts";
import type { Table } from "../api";
import { network, notePrinted, wifiQr } from "../finding";
import { useTask } from "../form";
import { site } from "../house";
import { words, wordsIn } from "../language";
import { say } from "../notice";
import { hrefOf, route } from "../route";
import { useShelves } from "../shelf";
import { printSlips, qrOf, tables } from "../tables";
import { WifiCard } from "./wifi";

type Size = "four" | "one";

export function CardsPage() {
  useShelves(0, tables, network);
  const w = words.value;
  const only = route.value[2];
  const [size, setSize] = useState<Size>("four");
  const [area, setArea] = useState("");
  const [ready, setReady] = useState<ReadonlySet<string>>(new Set());
  const [failed, setFailed] = useState(false);
  const all = tables.value.value ?? [];
  const areas = [...new Set(all.map((t) => t.area))];
  const list = all.filter((t) => (only === undefined ? area === "" || t.area === area : t.id === only));
  // A card without its code is waste paper: printing waits for every picture.
  const waiting = list.filter((t) => !ready.has(qrOf(t))).length;
  // What they carry is remembered first: printing may hold the page up for as long as it is open.
  const print = async () => {
    const noted = await notePrinted();
    if (noted.ok) window.print();
    else say(noted.problem.detail);
  };
  const task = useTask();
  const slips = async () => {
    const sent = await task.run(() => printSlips(list.map((t) => t.id)));
    say(sent.ok ? w.slipsPrinted(list.length) : sent.problem.detail);
  };
  return (
    <>
      <PageHead title={w.cards} hint={w.cardsHint}>
        <a class="plain" href={only === undefined ? hrefOf("tables") : hrefOf("tables", only)} data-testid="cards-back"><ArrowLeft />{w.back}</a>
        <button type="button" class="plain" data-testid="cards-slips" disabled={list.length === 0 || task.busy} onClick={() => void slips()}><Printer />{w.slipsPrint}</button>
        <button type="button" class="primary" data-testid="cards-print" disabled={list.length === 0 || waiting > 0} onClick={() => void print()}>
          <Printer />{w.printNow(list.length)}
        </button>
      </PageHead>
      <div class="tools screen-only">
        <div class="segments" role="group" aria-label={w.cardSize}>
          <button type="button" class="segment" data-testid="cards-four" aria-pressed={size === "four"} onClick={() => setSize("four")}>{w.fourAPage}</button>
          <button type="button" class="segment" data-testid="cards-one" aria-pressed={size === "one"} onClick={() => setSize("one")}>{w.oneAPage}</button>
        </div>
        {only === undefined && areas.length > 1 && (
          <Select testid="cards-area" label={w.area} value={area} onValue={setArea}>
            <option value="">{w.allAreas}</option>
            {areas.map((one) => <option key={one} value={one}>{one || w.noArea}</option>)}
          </Select>
        )}
      </div>
      <WifiCard />
      <Fault text={failed ? w.qrMissing : null} testid="cards-fault" />
      <Waits on={[tables]}>
        {() => list.length === 0 ? <Empty title={w.tablesEmpty} hint={w.tablesEmptyHint} /> : (
          <ul class={`cards ${size === "one" ? "cards-large" : "cards-small"}`}>
            {list.map((table) => (
              <Card key={table.id} table={table} onReady={() => setReady((was) => new Set([...was, qrOf(table)]))} onFail={() => setFailed(true)} />
            ))}
          </ul>
        )}
      </Waits>
    </>
  );
}

function Card({ table, onReady, onFail }: { table: Table; onReady: () => void; onFail: () => void }) {
  const house = site.value.value;
  const wifi = network.value.value?.wifi ?? null;
  const [own, id, en] = [wordsIn(house?.language ?? "id"), wordsIn("id"), wordsIn("en")];
  return (
    <li class="table-card" data-testid={`card-${table.id}`}>
      <p class="table-card-house">{house?.name ?? ""}</p>
      <p class="table-card-number">{own.tableName(table.number)}</p>
      <img class="table-card-qr" src={qrOf(table)} alt="" onLoad={onReady} onError={onFail} />
      <p class="table-card-hint" lang="id">{id.cardScan}</p>
      <p class="table-card-hint other" lang="en">{en.cardScan}</p>
      {wifi && (
        <div class="table-card-wifi">
          <img src={wifiQr(wifi)} alt="" onError={onFail} />
          <p><span>{id.cardWifi} / <i lang="en">{en.cardWifi}</i></span><b>{wifi.name}</b></p>
        </div>
      )}
    </li>
  );
}
