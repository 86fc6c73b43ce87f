// The first start in a browser: the code, then one form from top to bottom, then the open house.

import { useEffect, useState } from "preact/hooks";

import { Alert, CircleCheck, Hourglass } from "../components/icons";
import { AreaField, ChoiceField, SecretField, SelectField, SwitchField, TextField } from "../office/components/fields";
import { LanguageButton } from "../office/components/language";
import { Fault, Group } from "../office/components/parts";
import { CURRENCIES, RUPIAH, figures, parseAmount, parseCount, parsePercent, percentFigures } from "../office/currency";
import type { Answer, FoundPrinter } from "../office/api";
import { CODE_PAGES, foundAt } from "../office/equipment";
import { useTask } from "../office/form";
import { language, words } from "../office/language";
import { Example } from "../office/pages/house";
import { HERE, zonesElsewhere } from "../office/zones";
import type { CodePage, Founding, PaperWidth, PrinterSettings, PrinterTarget, RoomDraft, Site } from "../wire.gen";
import { ahead, found, machine, scan, show, stage, tryPrinter } from "./setup";
import { setupWords } from "./words";

const NAME_MAX = 60;
const ADDRESS_MAX = 140;
const PASSWORD_MIN = 10;
/** Where most printers listen. */
const PORT = 9_100;

export function SetupPage() {
  const w = setupWords.value;
  switch (stage.value) {
    case "open": return <Form />;
    case "code": return <Door><CodeCard /></Door>;
    case "done": return <Door><Told title={w.doneTitle} text={w.doneText} testid="setup-done" /></Door>;
    case "founded": return <Door><Told title={w.founded} text={w.foundedText} testid="setup-founded" /></Door>;
    case "unreachable": return <Door><div class="gate-card" data-testid="setup-unreachable"><Alert size={32} /><p>{w.notOpen}</p></div></Door>;
    default: return <Door><div class="empty" aria-live="polite"><Hourglass size={32} /></div></Door>;
  }
}

function Door({ children }: { children: preact.ComponentChildren }) {
  return (
    <div class="gate">
      <header class="gate-top"><b>kasir</b><LanguageButton /></header>
      <main class="gate-main">{children}</main>
    </div>
  );
}

function Told({ title, text, testid }: { title: string; text: string; testid: string }) {
  const w = setupWords.value;
  return (
    <div class="gate-card" data-testid={testid}>
      <span class="gate-mark is-done"><CircleCheck size={32} /></span>
      <h1>{title}</h1>
      <p>{text}</p>
      <a class="primary wide" href="/office" data-testid="to-office">{w.toOffice}</a>
    </div>
  );
}

function CodeCard() {
  const w = setupWords.value;
  const [code, setCode] = useState("");
  const task = useTask();
  const submit = (event: Event) => {
    event.preventDefault();
    if (code.trim() !== "") void task.run(() => show(code));
  };
  return (
    <form class="gate-card setup-code" data-testid="setup-code-card" onSubmit={submit} noValidate>
      <h1>{w.welcome}</h1>
      <p class="muted">{w.welcomeHint}</p>
      <TextField label={w.codeLabel} testid="setup-code" value={code} onValue={setCode} max={12} inputMode="numeric" autocomplete="one-time-code" hint={w.codeHint} />
      <Fault text={task.fault} testid="setup-code-fault" />
      <button type="submit" class="primary wide" data-testid="setup-begin" disabled={task.busy}>{task.busy ? words.value.oneMoment : w.codeGo}</button>
    </form>
  );
}

interface Typed {
  name: string; address: string; tax_id: string; currency: string; service: string; tax: string; taxOnService: boolean; pricesInclude: boolean; step: string;
  owner: string; pin: string; pinAgain: string; password: string; timezone: string; clock: "" | "right" | "set";
  receipts: "off" | "tcp" | "device"; host: string; path: string; width: PaperWidth; codePage: CodePage; drawer: boolean;
  tickets: "off" | "same" | "tcp" | "device"; ticketHost: string; ticketPath: string; ticketWidth: PaperWidth; ticketCodePage: CodePage;
  tables: string; area: string; tables2: string; area2: string; seats: string; slips: boolean;
}

const FRESH: Typed = {
  name: "", address: "", tax_id: "", currency: RUPIAH.code, service: "5", tax: "10", taxOnService: true, pricesInclude: false, step: "100",
  owner: "", pin: "", pinAgain: "", password: "", timezone: "Asia/Jakarta", clock: "",
  receipts: "off", host: "", path: "/dev/usb/lp0", width: "80", codePage: "pc437", drawer: true,
  tickets: "off", ticketHost: "", ticketPath: "/dev/usb/lp1", ticketWidth: "80", ticketCodePage: "pc437",
  tables: "10", area: "", tables2: "", area2: "", seats: "4", slips: true,
};

type Faults = Partial<Record<keyof Typed, string>>;

/** What was typed as the hub takes it, and what is wrong with it. */
function read(t: Typed): { house: Founding; printers: PrinterSettings[]; faults: Faults } {
  const w = setupWords.value;
  const o = words.value;
  const c = CURRENCIES.find((one) => one.code === t.currency) ?? RUPIAH;
  const faults: Faults = {};
  const service = parsePercent(t.service);
  const tax = parsePercent(t.tax);
  const step = parseAmount(t.step, c);
  const count = (text: string) => (text.trim() === "" ? 0 : parseCount(text));
  const [tables, tables2, seats] = [count(t.tables), count(t.tables2), count(t.seats)];
  if (t.name.trim() === "") faults.name = o.fillIn;
  if (service === null) faults.service = o.percentForm;
  if (tax === null) faults.tax = o.percentForm;
  if (step === null || step < 1) faults.step = o.stepForm;
  if (!/^\d{4,8}$/.test(t.pin)) faults.pin = w.pinHint;
  else if (t.pin !== t.pinAgain) faults.pinAgain = w.pinDiffers;
  if (t.password !== "" && t.password.length < PASSWORD_MIN) faults.password = o.passwordRule;
  if (t.clock === "" && machine.value?.clock_trusted === false) faults.clock = w.clockMissing;
  if (tables === null) faults.tables = w.countForm;
  if (tables2 === null) faults.tables2 = w.countForm;
  if (seats === null || seats < 1) faults.seats = w.countForm;
  const target = (kind: string, host: string, path: string): PrinterTarget | null =>
    kind === "tcp" ? { tcp: { host: host.trim(), port: PORT } } : kind === "device" ? { device: { path: path.trim() } } : null;
  const first = target(t.receipts, t.host, t.path);
  const second = target(t.tickets, t.ticketHost, t.ticketPath);
  if (t.receipts === "tcp" && t.host.trim() === "") faults.host = o.fillIn;
  if (t.tickets === "tcp" && t.ticketHost.trim() === "") faults.ticketHost = o.fillIn;
  if (t.tickets === "same" && !first) faults.tickets = w.sameMissing;
  const stations = ["kitchen", "bar"];
  const printers: PrinterSettings[] = [];
  if (first) printers.push({ name: w.counter, target: first, width: t.width, code_page: t.codePage, stations: t.tickets === "same" ? stations : [], receipts: true, drawer: t.drawer });
  if (second) printers.push({ name: w.kitchen, target: second, width: t.ticketWidth, code_page: t.ticketCodePage, stations, receipts: false, drawer: false });
  const room = (area: string, n: number | null): RoomDraft => ({ area: area.trim(), tables: n ?? 0, seats: seats ?? 1 });
  const site: Site = {
    name: t.name.trim(), address: t.address.trim(), tax_id: t.tax_id.trim(), currency: t.currency, timezone: t.timezone, day_start_min: 240,
    language: language.value,
    tax: { service: service ?? 0, service_on_takeaway: false, tax: tax ?? 0, tax_on_service: t.taxOnService, prices_include: t.pricesInclude },
    cash_rounding: { step: step === null || step < 1 ? 1 : step, mode: "nearest" }, confirm: "first_of_visit", guest_quantity_max: 20,
  };
  const house: Founding = {
    site,
    owner: { name: t.owner.trim() || w.ownerName, pin: t.pin, password: t.password },
    printers,
    rooms: [room(t.area, tables), room(t.area2, tables2)].filter((one) => one.tables > 0),
    slips: t.slips && first !== null && machine.value?.reachable === true && (tables ?? 0) + (tables2 ?? 0) > 0,
    clock: t.clock === "right" ? { is: "right" } : t.clock === "set" ? { is: "set", wall_ms: Date.now() } : { is: "unsaid" },
  };
  return { house, printers, faults };
}

function Form() {
  const w = setupWords.value;
  const o = words.value;
  const [typed, setTyped] = useState(FRESH);
  const [tried, setTried] = useState(false);
  const [printed, setPrinted] = useState(false);
  const [around, setAround] = useState<FoundPrinter[] | null>(null);
  const task = useTask();
  const trial = useTask();
  const set = (part: Partial<Typed>) => setTyped((was) => ({ ...was, ...part }));
  const { house, printers, faults: wrong } = read(typed);
  const faults: Faults = tried ? wrong : {};
  const c = CURRENCIES.find((one) => one.code === typed.currency) ?? RUPIAH;

  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(wrong).length > 0) task.refuse(o.seeAbove);
    else void task.run(() => found(read(typed).house)).then(asked);
  };
  const [lapsed, setLapsed] = useState(false);
  /** A code that has lapsed is asked for again; what was typed stays. */
  const asked = <T,>(answer: Answer<T>): Answer<T> => {
    if (!answer.ok && answer.problem.code === "code-wrong") setLapsed(true);
    return answer;
  };
  const look = async () => {
    const answer = asked(await trial.run(scan));
    if (!answer.ok) return;
    setAround(answer.value.found);
    setTyped((was) => ({ ...was, ...suggested(was, answer.value.found) }));
  };
  const test = async () => {
    setPrinted(false);
    for (const printer of printers) {
      const answer = asked(await trial.run(() => tryPrinter(printer)));
      if (!answer.ok) return;
    }
    setPrinted(printers.length > 0);
  };

  return (
    <div class="setup">
      <header class="setup-top"><b>kasir</b><LanguageButton /></header>
      <header class="page-head"><div><h1>{w.title}</h1><p class="muted">{w.titleHint}</p></div></header>
      <form class="house" onSubmit={submit} noValidate data-testid="setup-form">
        <Group title={o.groupName} hint={w.nameHint}>
          <TextField label={o.houseName} testid="setup-name" value={typed.name} onValue={(name) => set({ name })} max={NAME_MAX} fault={faults.name} />
          <AreaField label={o.houseAddress} testid="setup-address" optional value={typed.address} onValue={(address) => set({ address })} max={ADDRESS_MAX} rows={2} />
          <TextField label={o.taxId} testid="setup-tax-id" optional value={typed.tax_id} onValue={(tax_id) => set({ tax_id })} max={NAME_MAX} hint={o.taxIdHint} />
        </Group>
        <Group title={o.groupTax} hint={o.groupTaxHint} aside={<Example site={house.site} currency={c} />}>
          <div class="pair">
            <TextField label={o.service} testid="setup-service" inputMode="decimal" after="%" narrow value={typed.service} onValue={(service) => set({ service })} fault={faults.service} />
            <TextField label={o.tax} testid="setup-tax" inputMode="decimal" after="%" narrow value={typed.tax} onValue={(tax) => set({ tax })} fault={faults.tax} />
          </div>
          <SwitchField label={o.taxOnService} hint={o.taxOnServiceHint} testid="setup-tax-on-service" on={typed.taxOnService} onValue={(taxOnService) => set({ taxOnService })} />
          <SwitchField label={o.pricesInclude} hint={o.pricesIncludeHint} testid="setup-prices-include" on={typed.pricesInclude} onValue={(pricesInclude) => set({ pricesInclude })} />
          <div class="pair">
            <SelectField label={o.currency} testid="setup-currency" value={typed.currency}
              onValue={(code) => { const next = CURRENCIES.find((one) => one.code === code) ?? RUPIAH; set({ currency: code, step: code === RUPIAH.code ? "100" : figures(1, next) }); }}>
              {CURRENCIES.map((one) => <option key={one.code} value={one.code}>{one.code} · {one.symbol}</option>)}
            </SelectField>
            <TextField label={o.roundTo} testid="setup-step" before={c.symbol} inputMode="decimal" narrow value={typed.step} onValue={(step) => set({ step })} hint={o.roundToHint} fault={faults.step} />
          </div>
          {typed.service !== percentFigures(500, c) || typed.tax !== percentFigures(1_000, c) ? <p class="muted small">{o.taxHint}</p> : null}
        </Group>
        <Group title={w.owner} hint={w.ownerHint}>
          <TextField label={o.name} testid="setup-owner" value={typed.owner} onValue={(owner) => set({ owner })} max={NAME_MAX} autocomplete="name" />
          <div class="pair">
            <SecretField label="PIN" testid="setup-pin" pin max={8} value={typed.pin} onValue={(pin) => set({ pin })} autocomplete="off" hint={w.pinHint} fault={faults.pin} />
            <SecretField label={w.pinAgain} testid="setup-pin-again" pin max={8} value={typed.pinAgain} onValue={(pinAgain) => set({ pinAgain })} autocomplete="off" fault={faults.pinAgain} />
          </div>
          <SecretField label={w.officePassword} testid="setup-password" value={typed.password} onValue={(password) => set({ password })} autocomplete="new-password"
            hint={w.officePasswordHint} fault={faults.password} />
        </Group>
        <Group title={w.time} hint={w.timeHint}>
          <SelectField label={o.timezone} testid="setup-timezone" value={typed.timezone} onValue={(timezone) => set({ timezone })}>
            <optgroup label="Indonesia">{HERE.map(([zone, name]) => <option key={zone} value={zone}>{name}</option>)}</optgroup>
            <optgroup label={o.otherZones}>{zonesElsewhere(typed.timezone).map((zone) => <option key={zone} value={zone}>{zone}</option>)}</optgroup>
          </SelectField>
          <ClockField zone={typed.timezone} value={typed.clock} onValue={(clock) => set({ clock })} fault={faults.clock} />
        </Group>
        <Group title={w.printers} hint={w.printersHint}>
          <div class="button-row">
            <button type="button" class="plain" data-testid="setup-scan" disabled={trial.busy} onClick={() => void look()}>{trial.busy ? o.oneMoment : o.scan}</button>
          </div>
          {around !== null && <p class="field-hint muted" role="status" data-testid="setup-scanned">{around.length === 0 ? o.scanNone : w.scanned(around.length)}</p>}
          <ChoiceField label={w.receiptPrinter} testid="setup-receipts" row value={typed.receipts}
            onValue={(kind) => set({ receipts: kind === "tcp" || kind === "device" ? kind : "off" })}
            options={[{ value: "off", label: w.none }, { value: "tcp", label: w.network }, { value: "device", label: w.usb }]} />
          {typed.receipts !== "off" && (
            <div class="setup-printer">
              <Around found={around} testid="setup-receipt" host={typed.host} path={typed.path} kind={typed.receipts} onPick={(target) => set(receiptsAt(target))} />
              <Where kind={typed.receipts} testid="setup-receipt" host={typed.host} path={typed.path} width={typed.width} codePage={typed.codePage} fault={faults.host}
                onHost={(host) => set({ host })} onPath={(path) => set({ path })} onWidth={(width) => set({ width })} onCodePage={(codePage) => set({ codePage })} />
              <SwitchField label={w.drawer} testid="setup-drawer" on={typed.drawer} onValue={(drawer) => set({ drawer })} />
            </div>
          )}
          <ChoiceField label={w.ticketPrinter} testid="setup-tickets" row value={typed.tickets} fault={faults.tickets}
            onValue={(kind) => set({ tickets: kind === "tcp" || kind === "device" || kind === "same" ? kind : "off" })}
            options={[{ value: "off", label: w.none }, { value: "same", label: w.same }, { value: "tcp", label: w.network }, { value: "device", label: w.usb }]} />
          {(typed.tickets === "tcp" || typed.tickets === "device") && (
            <Around found={around} testid="setup-ticket" host={typed.ticketHost} path={typed.ticketPath} kind={typed.tickets} onPick={(target) => set(ticketsAt(target))} />
          )}
          {(typed.tickets === "tcp" || typed.tickets === "device") && (
            <Where kind={typed.tickets} testid="setup-ticket" host={typed.ticketHost} path={typed.ticketPath} width={typed.ticketWidth} codePage={typed.ticketCodePage} fault={faults.ticketHost}
              onHost={(ticketHost) => set({ ticketHost })} onPath={(ticketPath) => set({ ticketPath })} onWidth={(ticketWidth) => set({ ticketWidth })} onCodePage={(ticketCodePage) => set({ ticketCodePage })} />
          )}
          {printers.length > 0 && (
            <div class="button-row"><button type="button" class="plain" data-testid="setup-print" disabled={trial.busy} onClick={() => void test()}>{trial.busy ? o.oneMoment : w.test}</button></div>
          )}
          <Fault text={trial.fault} testid="setup-print-fault" />
          {printed && <p class="note is-done" role="status" data-testid="setup-printed"><CircleCheck /><span>{w.tested}</span></p>}
        </Group>
        <Group title={w.tables} hint={w.tablesHint}>
          <div class="pair">
            <TextField label={w.tablesCount} testid="setup-tables" inputMode="numeric" narrow value={typed.tables} onValue={(tables) => set({ tables })} fault={faults.tables} />
            <TextField label={w.area} testid="setup-area" optional value={typed.area} onValue={(area) => set({ area })} max={NAME_MAX} />
          </div>
          <div class="pair">
            <TextField label={w.tablesSecond} testid="setup-tables-2" optional inputMode="numeric" narrow value={typed.tables2} onValue={(tables2) => set({ tables2 })} fault={faults.tables2} />
            <TextField label={w.areaSecond} testid="setup-area-2" optional value={typed.area2} onValue={(area2) => set({ area2 })} max={NAME_MAX} />
          </div>
          <TextField label={w.seats} testid="setup-seats" inputMode="numeric" narrow value={typed.seats} onValue={(seats) => set({ seats })} fault={faults.seats} />
          {typed.receipts !== "off" && machine.value?.reachable && (
            <SwitchField label={w.slips} hint={w.slipsHint} testid="setup-slips" on={typed.slips} onValue={(slips) => set({ slips })} />
          )}
        </Group>
        <div class="setup-end">
          {!lapsed && <Fault text={task.fault} testid="setup-fault" />}
          {lapsed && <NewCode onShown={() => { setLapsed(false); task.refuse(null); trial.refuse(null); }} />}
          <button type="submit" class="primary" data-testid="setup-open" disabled={task.busy}>{task.busy ? o.oneMoment : w.open}</button>
        </div>
      </form>
    </div>
  );
}

/** The code anew, in the middle of the form. */
function NewCode({ onShown }: { onShown: () => void }) {
  const w = setupWords.value;
  const [code, setCode] = useState("");
  const task = useTask();
  const go = async () => {
    if (code.trim() !== "" && (await task.run(() => show(code))).ok) onShown();
  };
  return (
    <div class="setup-printer" data-testid="setup-new-code">
      <TextField label={w.codeLabel} testid="setup-code-again" value={code} onValue={setCode} max={12} inputMode="numeric" autocomplete="one-time-code" hint={w.codeLapsed} />
      <Fault text={task.fault} testid="setup-code-again-fault" />
      <div class="button-row"><button type="button" class="plain" data-testid="setup-code-show" disabled={task.busy} onClick={() => void go()}>{task.busy ? words.value.oneMoment : w.codeUse}</button></div>
    </div>
  );
}

function receiptsAt(target: PrinterTarget): Partial<Typed> {
  if ("tcp" in target) return { receipts: "tcp", host: target.tcp.host };
  return "device" in target ? { receipts: "device", path: target.device.path } : {};
}

function ticketsAt(target: PrinterTarget): Partial<Typed> {
  if ("tcp" in target) return { tickets: "tcp", ticketHost: target.tcp.host };
  return "device" in target ? { tickets: "device", ticketPath: target.device.path } : {};
}

/** What nobody has said yet: the first that surely is a printer prints receipts, the next tickets; one alone does both. */
function suggested(typed: Typed, around: FoundPrinter[]): Partial<Typed> {
  const [first, second] = around.filter((one) => one.manner !== "silent");
  if (!first || typed.receipts !== "off" || typed.tickets !== "off") return {};
  return { ...receiptsAt(first.target), ...(second ? ticketsAt(second.target) : { tickets: "same" as const }) };
}

/** Those that were found, to be picked. */
function Around(props: { found: FoundPrinter[] | null; testid: string; kind: "tcp" | "device"; host: string; path: string; onPick: (target: PrinterTarget) => void }) {
  const chosen = props.kind === "tcp" ? props.host : props.path;
  if (!props.found || props.found.length === 0) return null;
  return (
    <ChoiceField label={setupWords.value.found} testid={`${props.testid}-found`} row value={chosen}
      onValue={(at) => { const one = props.found?.find((f) => foundAt(f) === at); if (one) props.onPick(one.target); }}
      options={props.found.map((one) => ({ value: foundAt(one), label: foundAt(one) }))} />
  );
}

/** The till's clock beside this device's: whoever sets it up carries one that is right. */
function ClockField(props: { zone: string; value: string; onValue: (value: "right" | "set") => void; fault?: string }) {
  const w = setupWords.value;
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  const said = (ms: number) => {
    const look = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" } as const;
    return new Date(ms).toLocaleString(language.value === "en" ? "en-GB" : "id-ID", { ...look, timeZone: props.zone });
  };
  if (machine.value?.clock_trusted) return <p class="muted" data-testid="setup-clock-said">{w.clockTrusted(said(now + ahead.value))}</p>;
  return (
    <ChoiceField label={w.clockSays(said(now + ahead.value), said(now))} testid="setup-clock" value={props.value} fault={props.fault}
      onValue={(value) => props.onValue(value === "right" ? "right" : "set")}
      options={[{ value: "right", label: w.clockRight }, { value: "set", label: w.clockSet }]} />
  );
}

function Where(props: {
  kind: "tcp" | "device"; testid: string; host: string; path: string; width: PaperWidth; codePage: CodePage; fault?: string;
  onHost: (host: string) => void; onPath: (path: string) => void; onWidth: (width: PaperWidth) => void; onCodePage: (page: CodePage) => void;
}) {
  const w = setupWords.value;
  return (
    <div class="pair">
      {props.kind === "tcp"
        ? <TextField label={w.host} testid={`${props.testid}-host`} value={props.host} onValue={props.onHost} max={45} hint="192.168.1.50" fault={props.fault} />
        : <TextField label={w.path} testid={`${props.testid}-path`} value={props.path} onValue={props.onPath} max={60} />}
      <SelectField label={words.value.paper} testid={`${props.testid}-width`} value={props.width} onValue={(width) => props.onWidth(width === "58" || width === "80-42" ? width : "80")}>
        <option value="80">80 mm · 48</option>
        <option value="80-42">80 mm · 42</option>
        <option value="58">58 mm · 32</option>
      </SelectField>
      <SelectField label={words.value.codePage} testid={`${props.testid}-code-page`} value={props.codePage} hint={words.value.codePageHint}
        onValue={(page) => props.onCodePage(CODE_PAGES.find((one) => one.value === page)?.value ?? "pc437")}>
        {CODE_PAGES.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}
      </SelectField>
    </div>
  );
}
