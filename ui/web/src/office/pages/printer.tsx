// One printer: where it is, how wide its paper, what comes out of it.

import { useState } from "preact/hooks";

import { Trash } from "../../components/icons";
import { ChoiceField, SwitchField, TextField } from "../components/fields";
import { Panel } from "../components/panel";
import { Fault } from "../components/parts";
import type { Printer, PrinterSettings, PrinterTarget } from "../api";
import { addPrinter, removePrinter, savePrinter } from "../equipment";
import { useDraft, useTask } from "../form";
import { words } from "../language";
import { stationWord, stations } from "../menu";
import { parsePort } from "../network";
import { ask, say } from "../notice";

const NAME_MAX = 60;
const ADDRESS_MAX = 200;
/** Where nearly every receipt printer listens. */
const PORT = "9100";
const DEVICE = "/dev/usb/lp0";

type Kind = "tcp" | "device" | "roll";

interface Typed {
  name: string;
  kind: Kind;
  host: string;
  port: string;
  path: string;
  folder: string;
  width: "58" | "80";
  stations: string[];
  receipts: boolean;
  drawer: boolean;
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
  };
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
  const missing = (text: string) => (tried && text.trim() === "" ? w.fillIn : null);
  const all = [...new Set([...(stations.value.value ?? []), ...typed.stations])];

  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (typed.name.trim() === "" || place === "" || badPort) return;
    const settings: PrinterSettings = {
      name: typed.name.trim(), target: targetOf(typed), width: typed.width, stations: typed.stations, receipts: typed.receipts, drawer: typed.receipts && typed.drawer,
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
        <ChoiceField label={w.paper} testid="printer-width" row value={typed.width} onValue={(next) => draft.set({ width: next === "58" ? "58" : "80" })}
          options={[{ value: "80", label: "80 mm" }, { value: "58", label: "58 mm" }]} />
        <fieldset class="field">
          <legend class="field-name">{w.printsWhat}</legend>
          <SwitchField label={w.receipts} hint={w.receiptsHint} testid="printer-receipts" on={typed.receipts} onValue={(receipts) => draft.set({ receipts })} />
          {typed.receipts && <SwitchField label={w.drawer} hint={w.drawerHint} testid="printer-drawer" on={typed.drawer} onValue={(drawer) => draft.set({ drawer })} />}
          {all.map((name) => (
            <SwitchField key={name} label={w.ticketsOf(stationWord(name))} testid={`printer-station-${name}`} on={typed.stations.includes(name)}
              onValue={(on) => draft.set({ stations: on ? [...typed.stations, name] : typed.stations.filter((one) => one !== name) })} />
          ))}
        </fieldset>
      </form>
    </Panel>
  );
}
