// One printer: where it is, how wide its paper, what comes out of it.

import { useState } from "preact/hooks";

import { Trash } from "../../components/icons";
import { ChoiceField, SelectField, SwitchField, TextField } from "../components/fields";
import { Panel } from "../components/panel";
import { Fault } from "../components/parts";
import type { CodePage, Cutter, DrawerPin, PaperWidth } from "../../wire.gen";
import type { FoundPrinter, Printer, PrinterSettings, PrinterTarget } from "../api";
import { CODE_PAGES, addPrinter, foundAt, printers, removePrinter, savePrinter, scanPrinters } from "../equipment";
import { useDraft, useTask } from "../form";
import { words } from "../language";
import { stationWord, stations } from "../menu";
import { parsePort } from "../network";
import { ask, say } from "../notice";
import { may } from "../session";

const NAME_MAX = 60;
const ADDRESS_MAX = 200;
/** Where nearly every receipt printer listens. */
const PORT = "9100";
const DEVICE = "/dev/usb/lp0";
const BACKUP_AFTER_S = 10;
const BACKUP_AFTER_S_MAX = 600;
const MERGE_S_MAX = 300;
type Kind = "tcp" | "device" | "roll";

interface Typed {
  name: string;
  kind: Kind;
  host: string;
  port: string;
  path: string;
  folder: string;
  width: PaperWidth;
  stations: string[];
  receipts: boolean;
  drawer: boolean;
  codePage: CodePage;
  cutter: Cutter;
  drawerPin: DrawerPin;
  backup: string;
  backupAfter: string;
  checker: boolean;
  merge: string;
}

function typedOf(printer: Printer | null): Typed {
  const target: PrinterTarget = printer?.target ?? { tcp: { host: "", port: Number(PORT) } };
  return {
    name: printer?.name ?? "",
    kind: "tcp" in target ? "tcp" : "device" in target ? "device" : "roll",
    host: "tcp" in target ? target.tcp.host : "",
    port: "tcp" in target ? String(target.tcp.port) : PORT,
    path: "device" in target ? target.device.path : DEVICE,
    folder: "roll" in target ? target.roll.folder : "",
    width: printer?.width ?? "80",
    stations: printer?.stations ?? [],
    receipts: printer?.receipts ?? false,
    drawer: printer?.drawer ?? false,
    codePage: printer?.code_page ?? "pc437",
    cutter: printer?.cutter ?? "partial",
    drawerPin: printer?.drawer_pin ?? "2",
    backup: printer?.backup?.printer ?? "",
    backupAfter: String(printer?.backup?.after_s ?? BACKUP_AFTER_S),
    checker: printer?.checker ?? false,
    merge: String(printer?.merge_s ?? 0),
  };
}

/** Whole seconds up to a limit; null when it is none. */
function seconds(text: string, least: number, most: number): number | null {
  const typed = text.trim();
  if (!/^\d{1,4}$/.test(typed)) return null;
  const n = Number(typed);
  return n >= least && n <= most ? n : null;
}

function targetOf(typed: Typed): PrinterTarget {
  if (typed.kind === "tcp") return { tcp: { host: typed.host.trim(), port: parsePort(typed.port) ?? 0 } };
  return typed.kind === "device" ? { device: { path: typed.path.trim() } } : { roll: { folder: typed.folder.trim() } };
}

export function PrinterPanel({ printer, onClose }: { printer: Printer | null; onClose: () => void }) {
  const w = words.value;
  const draft = useDraft(typedOf(printer));
  const [tried, setTried] = useState(false);
  const task = useTask();
  const typed = draft.now;
  const badPort = typed.kind === "tcp" && parsePort(typed.port) === null;
  const place = { tcp: typed.host, device: typed.path, roll: typed.folder }[typed.kind].trim();
  const after = seconds(typed.backupAfter, 1, BACKUP_AFTER_S_MAX);
  const merge = seconds(typed.merge, 0, MERGE_S_MAX);
  const badSeconds = (typed.backup !== "" && after === null) || merge === null;
  const others = (printers.value.value ?? []).filter((one) => one.id !== printer?.id);
  const missing = (text: string) => (tried && text.trim() === "" ? w.fillIn : null);
  const all = [...new Set([...(stations.value.value?.stations ?? []), ...typed.stations])];

  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (typed.name.trim() === "" || place === "" || badPort || badSeconds) return;
    const settings: PrinterSettings = {
      name: typed.name.trim(), target: targetOf(typed), width: typed.width, stations: typed.stations, receipts: typed.receipts, drawer: typed.receipts && typed.drawer,
      code_page: typed.codePage, cutter: typed.cutter, drawer_pin: typed.drawerPin, checker: typed.checker, merge_s: merge ?? 0,
      ...(typed.backup === "" ? {} : { backup: { printer: typed.backup, after_s: after ?? BACKUP_AFTER_S } }),
    };
    const answer = await task.run(() => printer ? savePrinter(printer.id, settings) : addPrinter(settings));
    if (!answer.ok) return;
    draft.settle();
    say(printer ? w.saved(settings.name) : w.added(settings.name));
    onClose();
  };
  const remove = () => printer && ask({
    title: w.removePrinterTitle(printer.name),
    text: w.removePrinterText,
    yes: w.removePrinterYes,
    run: async () => {
      const answer = await removePrinter(printer.id);
      if (answer.ok) {
        draft.settle();
        say(w.removed(printer.name));
        onClose();
      }
      return answer;
    },
  });

  const foot = (
    <>
      <Fault text={task.fault} testid="printer-fault" />
      <div class="foot-row">
        {printer && <button type="button" class="quiet danger" data-testid="printer-remove" onClick={remove}><Trash />{w.removePrinter}</button>}
        <button type="submit" form="printer-form" class="primary" data-testid="printer-save" disabled={task.busy || (printer !== null && !draft.changed)}>
          {task.busy ? w.oneMoment : printer ? w.save : w.addPrinter}
        </button>
      </div>
    </>
  );
  return (
    <Panel title={printer?.name ?? w.newPrinter} testid="printer-panel" eager={!printer} onClose={onClose} foot={foot}>
      <form id="printer-form" class="form" onSubmit={(e) => void submit(e)} noValidate>
        <TextField label={w.name} testid="printer-name" value={typed.name} onValue={(name) => draft.set({ name })} max={NAME_MAX} hint={w.printerNameHint} fault={missing(typed.name)} />
        <ChoiceField label={w.connection} testid="printer-kind" value={typed.kind}
          onValue={(next) => draft.set({ kind: next === "device" || next === "roll" ? next : "tcp" })}
          options={[
            { value: "tcp", label: w.kindTcp, hint: w.kindTcpHint },
            { value: "device", label: w.kindDevice, hint: w.kindDeviceHint },
            { value: "roll", label: w.kindRoll, hint: w.kindRollHint },
          ]} />
        {typed.kind !== "roll" && may("manage_site") && <Around onPick={({ target }) => draft.set(filled(target))} />}
        {typed.kind === "tcp" && (
          <div class="pair">
            <TextField label={w.host} testid="printer-host" value={typed.host} onValue={(host) => draft.set({ host })} max={ADDRESS_MAX} hint={w.hostHint} fault={missing(typed.host)} />
            <TextField label={w.port} testid="printer-port" inputMode="numeric" value={typed.port} onValue={(next) => draft.set({ port: next })} max={5} hint={w.portHint}
              fault={tried && badPort ? w.portForm : null} />
          </div>
        )}
        {typed.kind === "device" && (
          <TextField label={w.devicePath} testid="printer-path" value={typed.path} onValue={(path) => draft.set({ path })} max={ADDRESS_MAX} hint={w.devicePathHint} fault={missing(typed.path)} />
        )}
        {typed.kind === "roll" && (
          <TextField label={w.folder} testid="printer-folder" value={typed.folder} onValue={(folder) => draft.set({ folder })} max={ADDRESS_MAX} fault={missing(typed.folder)} />
        )}
        <ChoiceField label={w.paper} testid="printer-width" row value={typed.width} onValue={(next) => draft.set({ width: next === "58" || next === "80-42" ? next : "80" })}
          options={[{ value: "80", label: "80 mm · 48" }, { value: "80-42", label: "80 mm · 42" }, { value: "58", label: "58 mm · 32" }]} />
        <SelectField label={w.codePage} testid="printer-code-page" value={typed.codePage} hint={w.codePageHint}
          onValue={(next) => draft.set({ codePage: CODE_PAGES.find((one) => one.value === next)?.value ?? "pc437" })}>
          {CODE_PAGES.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}
        </SelectField>
        <ChoiceField label={w.cutter} testid="printer-cutter" row value={typed.cutter} onValue={(next) => draft.set({ cutter: next === "none" || next === "full" ? next : "partial" })}
          options={[{ value: "partial", label: w.cutPartial }, { value: "full", label: w.cutFull }, { value: "none", label: w.cutNone }]} />
        <fieldset class="field">
          <legend class="field-name">{w.printsWhat}</legend>
          <SwitchField label={w.receipts} hint={w.receiptsHint} testid="printer-receipts" on={typed.receipts} onValue={(receipts) => draft.set({ receipts })} />
          {typed.receipts && <SwitchField label={w.drawer} hint={w.drawerHint} testid="printer-drawer" on={typed.drawer} onValue={(drawer) => draft.set({ drawer })} />}
          {typed.receipts && typed.drawer && (
            <ChoiceField label={w.drawerPin} testid="printer-drawer-pin" row value={typed.drawerPin} onValue={(next) => draft.set({ drawerPin: next === "5" ? "5" : "2" })}
              options={[{ value: "2", label: "2" }, { value: "5", label: "5" }]} />
          )}
          {all.map((name) => (
            <SwitchField key={name} label={w.ticketsOf(stationWord(name))} testid={`printer-station-${name}`} on={typed.stations.includes(name)}
              onValue={(on) => draft.set({ stations: on ? [...typed.stations, name] : typed.stations.filter((one) => one !== name) })} />
          ))}
          <SwitchField label={w.checker} hint={w.checkerHint} testid="printer-checker" on={typed.checker} onValue={(checker) => draft.set({ checker })} />
        </fieldset>
        <div class="pair">
          <SelectField label={w.backupPrinter} testid="printer-backup" value={typed.backup} hint={w.backupPrinterHint} onValue={(backup) => draft.set({ backup })}>
            <option value="">{w.backupNone}</option>
            {others.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
          </SelectField>
          {typed.backup !== "" && (
            <TextField label={w.backupAfter} testid="printer-backup-after" inputMode="numeric" value={typed.backupAfter} onValue={(backupAfter) => draft.set({ backupAfter })} max={3}
              after={w.secondsShort} fault={after === null ? w.secondsForm(1, BACKUP_AFTER_S_MAX) : null} />
          )}
        </div>
        <TextField label={w.merge} testid="printer-merge" inputMode="numeric" value={typed.merge} onValue={(next) => draft.set({ merge: next })} max={3} hint={w.mergeHint} narrow
          after={w.secondsShort} fault={merge === null ? w.secondsForm(0, MERGE_S_MAX) : null} />
      </form>
    </Panel>
  );
}

function filled(target: PrinterTarget): Partial<Typed> {
  if ("tcp" in target) return { kind: "tcp", host: target.tcp.host, port: String(target.tcp.port) };
  return "device" in target ? { kind: "device", path: target.device.path } : {};
}

/** Printers at the till's own plugs and on its network, to be picked. */
function Around({ onPick }: { onPick: (found: FoundPrinter) => void }) {
  const w = words.value;
  const task = useTask();
  const [found, setFound] = useState<FoundPrinter[] | null>(null);
  const look = async () => {
    const answer = await task.run(scanPrinters);
    if (answer.ok) setFound(answer.value.found);
  };
  return (
    <div class="field">
      <div class="button-row">
        <button type="button" class="plain" data-testid="printer-scan" disabled={task.busy} onClick={() => void look()}>{task.busy ? w.scanning : w.scan}</button>
      </div>
      <Fault text={task.fault} testid="printer-scan-fault" />
      {found !== null && found.length === 0 && <p class="field-hint muted" role="status" data-testid="printer-scan-none">{w.scanNone}</p>}
      {found !== null && found.length > 0 && (
        <ul class="rows" data-testid="printer-scan-found">
          {found.map((one) => (
            <li key={foundAt(one)} class="row">
              <div class="cell-main">
                <b class="path">{foundAt(one)}</b>
                <p class="muted small">{one.name !== null ? w.scanKnown(one.name) : { plugged: w.scanPlugged, speaks: w.scanSpeaks, silent: w.scanSilent }[one.manner]}</p>
              </div>
              <button type="button" class="plain" data-testid={`printer-scan-${foundAt(one)}`} onClick={() => onPick(one)}>{w.scanPick}</button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
