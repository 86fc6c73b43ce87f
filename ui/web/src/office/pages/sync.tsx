// Head office's copy: how it does, for whoever reads reports; below, for an owner, where it goes.

import type { ComponentChildren } from "preact";

import { Alert, CircleCheck, CircleX, Clock, Minus, WifiOff } from "../../components/icons";
import { SecretField, SelectField, SwitchField, TextField } from "../components/fields";
import { Key } from "../components/icons";
import { Group, PageHead, SaveBar, Waits } from "../components/parts";
import type { SyncFault, SyncSettings, SyncSetup, SyncState } from "../api";
import { useDraft, useForm } from "../form";
import type { Faults } from "../form";
import { count, moment } from "../house";
import { words } from "../language";
import { HOST_MAX, goodHost, parsePort } from "../network";
import { may } from "../session";
import { useShelves } from "../shelf";
import { saveSync, setup, state } from "../sync";

/** Whoever looks here waits for it to arrive. */
const FRESH_MS = 10_000;
/** Where MySQL and MariaDB listen. */
const PORT = 3_306;

export function SyncPage() {
  const w = words.value;
  useShelves(FRESH_MS, state);
  return (
    <>
      <PageHead title={w.syncPage} hint={w.syncHint} />
      <div class="house">
        <Waits on={[state]}>{() => state.value.value && <State now={state.value.value} />}</Waits>
        {may("manage_site") && <Settings />}
      </div>
    </>
  );
}

interface Look {
  tone: string;
  icon: ComponentChildren;
  word: string;
  /** What it means, and what to do. */
  text: string;
}

function lookOf(name: SyncFault | "off" | "waiting" | "ok"): Look {
  const w = words.value;
  switch (name) {
    case "off": return { tone: "is-cancelled", icon: <Minus size={24} />, word: w.syncOff, text: may("manage_site") ? w.syncOffOwner : w.syncOffElse };
    case "waiting": return { tone: "is-in_process", icon: <Clock size={24} />, word: w.syncSending, text: w.syncSendingText };
    case "ok": return { tone: "is-done", icon: <CircleCheck size={24} />, word: w.syncOk, text: w.syncOkText };
    case "unreachable": return { tone: "is-waiting", icon: <WifiOff size={24} />, word: w.syncUnreachable, text: w.syncUnreachableText };
    case "refused": return { tone: "is-wrong", icon: <Key size={24} />, word: w.syncRefused, text: w.syncRefusedText };
    case "rejected": return { tone: "is-wrong", icon: <CircleX size={24} />, word: w.syncRejected, text: w.syncRejectedText };
    default: return { tone: "is-wrong", icon: <Alert size={24} />, word: w.syncDiverged, text: w.syncDivergedText };
  }
}

function State({ now }: { now: SyncState }) {
  const name = !now.on ? "off" : now.fault ?? (now.waiting > 0 ? "waiting" : "ok");
  const { tone, icon, word, text } = lookOf(name);
  return (
    <section class="sync-state" data-testid="sync-state" data-state={name}>
      <span class={`sync-mark ${tone}`}>{icon}</span>
      <div>
        <div role="status"><h2>{word}</h2><p>{text}</p></div>
        {now.on && <Waiting now={now} />}
        {now.on && now.fault !== null && now.detail !== "" && <p class="code-line">{now.detail}</p>}
      </div>
    </section>
  );
}

function Waiting({ now: { waiting, since_ms } }: { now: SyncState }) {
  const w = words.value;
  if (waiting === 0 && since_ms === null) return null;
  const when = since_ms === null ? null : moment(since_ms);
  const text = waiting > 0 ? w.syncWaiting(count(waiting), waiting, when) : w.since(when ?? "");
  return <p class="figures" data-testid="sync-waiting"><b>{text}</b></p>;
}

interface Typed {
  on: boolean;
  host: string;
  port: string;
  user: string;
  database: string;
  password: string;
  tls: SyncSettings["tls"];
  ca_file: string;
}

function typedOf(now: SyncSetup): Typed {
  return {
    on: now.on,
    host: now.host,
    port: String(now.port || PORT),
    user: now.user,
    database: now.database,
    password: "",
    tls: now.tls,
    ca_file: now.ca_file,
  };
}

/** The kept password is for the kept server and user, and for no other. */
function keepsPassword(typed: Typed, before: SyncSetup): boolean {
  return before.has_password && before.host === typed.host.trim() && before.port === parsePort(typed.port) && before.user === typed.user.trim();
}

/** What was typed as the hub takes it. */
function read(typed: Typed, before: SyncSetup): { next: SyncSettings & { password?: string }; faults: Faults<Typed> } {
  const w = words.value;
  const { on, tls, password } = typed;
  const host = typed.host.trim();
  const port = parsePort(typed.port);
  const user = typed.user.trim();
  const database = typed.database.trim();
  const ca_file = typed.ca_file.trim();
  const faults: Faults<Typed> = {};
  if (on) {
    if (!goodHost(host)) faults.host = host === "" ? w.fillIn : w.syncHostForm;
    if (port === null) faults.port = w.portForm;
    if (user === "") faults.user = w.fillIn;
    if (!/^\w+$/.test(database)) faults.database = database === "" ? w.fillIn : w.syncDatabaseForm;
    if (password === "" && !keepsPassword(typed, before)) faults.password = w.mailPasswordNeeded;
    if (ca_file !== "" && !ca_file.startsWith("/")) faults.ca_file = w.syncCaFileForm;
  }
  return { next: { on, host, port: port ?? PORT, user, database, tls, ca_file, ...(password === "" ? {} : { password }) }, faults };
}

function Settings() {
  useShelves(0, setup);
  return <Waits on={[setup]}>{() => setup.value.value && <Form before={setup.value.value} />}</Waits>;
}

function Form({ before }: { before: SyncSetup }) {
  const w = words.value;
  const draft = useDraft(typedOf(before));
  const typed = draft.now;
  const { next, faults: wrong } = read(typed, before);
  const form = useForm(draft, wrong, () => saveSync(next), w.houseSaved);
  const { faults } = form;

  return (
    <form class="house" onSubmit={form.submit} noValidate data-testid="sync-form">
      <Group title={w.syncDatabase} hint={w.syncDatabaseHint}>
        <SwitchField label={w.syncOn} hint={w.syncOnHint} testid="sync-on" on={typed.on} onValue={(on) => draft.set({ on })} />
        {typed.on && (
          <>
            <div class="pair">
              <TextField label={w.mailHost} testid="sync-host" value={typed.host} onValue={(host) => draft.set({ host })} max={HOST_MAX} hint={w.syncHostHint} fault={faults.host} />
              <TextField label={w.port} testid="sync-port" inputMode="numeric" narrow value={typed.port} onValue={(port) => draft.set({ port })} max={5}
                hint={w.syncPortHint} fault={faults.port} />
            </div>
            <TextField label={w.syncName} testid="sync-database" value={typed.database} onValue={(database) => draft.set({ database })} max={HOST_MAX}
              hint={w.syncNameHint} fault={faults.database} />
            <TextField label={w.mailUser} testid="sync-user" value={typed.user} onValue={(user) => draft.set({ user })} max={HOST_MAX} hint={w.syncUserHint} fault={faults.user} />
            <SecretField label={w.password} testid="sync-password" value={typed.password} onValue={(password) => draft.set({ password })}
              autocomplete="new-password" hint={keepsPassword(typed, before) ? w.mailPasswordKept : undefined} fault={faults.password} />
            <SelectField label={w.mailSecurity} testid="sync-tls" value={typed.tls} onValue={(tls) => draft.set({ tls: tls === "off" ? "off" : "required" })}
              hint={w.syncTlsHint} fault={faults.tls && w.syncTlsForm}>
              <option value="required">{w.syncTls}</option>
              <option value="off">{w.mailNone}</option>
            </SelectField>
            <TextField label={w.mailCaFile} testid="sync-ca" optional value={typed.ca_file} onValue={(ca_file) => draft.set({ ca_file })} hint={w.mailCaFileHint}
              fault={faults.ca_file} />
          </>
        )}
        {before.site !== null && <p class="small"><b>{w.syncSite}</b> <span class="path muted" data-testid="sync-site">{before.site}</span></p>}
      </Group>
      <SaveBar form={form} testid="sync" word={w.saveHouse} />
    </form>
  );
}
