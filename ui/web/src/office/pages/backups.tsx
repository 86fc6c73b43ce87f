// Backups: whether all is well, those that were made, one more now, and where they go.

import type { ComponentChildren } from "preact";

import { Alert, Check, CircleCheck, Clock, Minus } from "../../components/icons";
import { ChoiceField, SecretField, SwitchField, TextField } from "../components/fields";
import { Disk } from "../components/icons";
import { Empty, Fault, Group, PageHead, SaveBar, Waits } from "../components/parts";
import type { BackupFault, BackupMade, BackupSettings, BackupSetup, BackupState, JournalTo } from "../api";
import { backUpNow, saveBackups, setup, state } from "../backups";
import { useDraft, useForm, useTask } from "../form";
import type { Faults } from "../form";
import { count, moment } from "../house";
import { words } from "../language";
import { say } from "../notice";
import { useShelves } from "../shelf";

/** Whoever looks here waits for one to be made. */
const FRESH_MS = 3_000;
const FOLDER_MAX = 1_000;
const PASSPHRASE_MIN = 12;
const PASSPHRASE_MAX = 200;
const KEEP_MAX = 120;
/** So many are listed; older ones lie where the newer ones do. */
const SHOWN = 30;

export function BackupsPage() {
  const w = words.value;
  useShelves(FRESH_MS, state);
  useShelves(0, setup);
  const now = state.value.value;
  return (
    <>
      <PageHead title={w.backupsPage} hint={w.backupsHint}>{now?.backup.on && <Now />}</PageHead>
      <div class="house">
        <Waits on={[state]}>{() => now && <><State now={now} /><Journal now={now} /></>}</Waits>
      </div>
      {now && (
        <section class="block">
          <h2 class="block-title">{w.backupsMade}</h2>
          {now.made.length === 0 ? <Empty icon={<Disk size={32} />} title={w.backupsNone} hint={w.backupsNoneHint} testid="backups-empty" />
            : <ul class="rows backup-rows" data-testid="backups-made">{now.made.slice(0, SHOWN).map((made) => <Made key={made.path} made={made} />)}</ul>}
        </section>
      )}
      <Waits on={[setup]}>{() => setup.value.value && <Form before={setup.value.value} />}</Waits>
    </>
  );
}

function Now() {
  const w = words.value;
  const task = useTask();
  const ask = async () => {
    const answer = await task.run(backUpNow);
    if (answer.ok) say(w.backupAsked);
  };
  const busy = task.busy || state.value.value?.wanted === true;
  return (
    <>
      <button type="button" class="plain strong" data-testid="backup-now" disabled={busy} onClick={() => void ask()}>
        <Disk size={16} />{busy ? w.backupBusy : w.backupNow}
      </button>
      <Fault text={task.fault} testid="backup-now-refusal" />
    </>
  );
}

interface Look {
  name: string;
  tone: string;
  icon: ComponentChildren;
  word: string;
  text: string;
}

function why(fault: BackupFault): string {
  return words.value.backupFaults[fault];
}

function lookOf({ backup: { on, fault, last_ms, since_ms } }: BackupState): Look {
  const w = words.value;
  if (!on) return { name: "off", tone: "is-cancelled", icon: <Minus size={24} />, word: w.backupOff, text: w.backupOffText };
  if (fault !== null) {
    return { name: fault, tone: "is-wrong", icon: <Alert size={24} />, word: w.backupFailed(since_ms === null ? "" : moment(since_ms)), text: why(fault) };
  }
  if (last_ms === null) return { name: "waiting", tone: "is-in_process", icon: <Clock size={24} />, word: w.backupFirst, text: w.backupFirstText };
  return { name: "ok", tone: "is-done", icon: <CircleCheck size={24} />, word: w.backupOk(moment(last_ms)), text: w.backupOkText };
}

function State({ now }: { now: BackupState }) {
  const { name, tone, icon, word, text } = lookOf(now);
  return (
    <section class="sync-state" data-testid="backup-state" data-state={name}>
      <span class={`sync-mark ${tone}`}>{icon}</span>
      <div>
        <div role="status"><h2>{word}</h2><p>{text}</p></div>
        {now.detail !== "" && <p class="code-line">{now.detail}</p>}
      </div>
    </section>
  );
}

function Journal({ now: { journal_copy, journal_copy_detail } }: { now: BackupState }) {
  const w = words.value;
  const { on, fault, since_ms, waiting } = journal_copy;
  if (!on) return null;
  const wrong = fault !== null;
  return (
    <section class="sync-state" data-testid="journal-copy" data-state={fault ?? "ok"}>
      <span class={`sync-mark ${wrong ? "is-wrong" : "is-done"}`}>{wrong ? <Alert size={24} /> : <Check size={24} />}</span>
      <div>
        <div role="status">
          <h2>{wrong ? w.journalCopyFailed(since_ms === null ? "" : moment(since_ms)) : w.journalCopyOk}</h2>
          <p>{wrong ? why(fault) : w.journalCopyOkText}</p>
        </div>
        {waiting > 0 && wrong && <p class="figures"><b>{w.journalCopyWaiting(count(waiting))}</b></p>}
        {journal_copy_detail !== "" && <p class="code-line">{journal_copy_detail}</p>}
      </div>
    </section>
  );
}

function Made({ made: { path, made_ms, event, bytes, sealed, there } }: { made: BackupMade }) {
  const w = words.value;
  return (
    <li class="row">
      <div class="cell-main">
        <b>{moment(made_ms)}</b>
        <p class="path">{path}</p>
        <p class="muted small">{w.backupHolds(count(event), count(Math.ceil(bytes / 1_024)))}{sealed && ` · ${w.backupSealed}`}</p>
      </div>
      <span class={there ? "mark is-done" : "mark is-cancelled"}>{there ? <Check size={16} /> : <Minus size={16} />}<span>{there ? w.backupThere : w.backupAway}</span></span>
    </li>
  );
}

interface Typed {
  folder: string;
  stick: boolean;
  sealed: boolean;
  passphrase: string;
  daily: string;
  weekly: string;
  monthly: string;
  journal: JournalTo;
}

function typedOf(now: BackupSetup): Typed {
  const { folder, stick, sealed, keep, journal } = now;
  return { folder, stick, sealed, passphrase: "", daily: String(keep.daily), weekly: String(keep.weekly), monthly: String(keep.monthly), journal };
}

function whole(text: string): number | null {
  return /^\d{1,3}$/.test(text.trim()) && Number(text) <= KEEP_MAX ? Number(text) : null;
}

/** What was typed as the hub takes it. */
function read(typed: Typed, before: BackupSetup): { next: BackupSettings & { passphrase?: string }; faults: Faults<Typed> } {
  const w = words.value;
  const { stick, sealed, passphrase } = typed;
  const folder = typed.folder.trim();
  const [daily, weekly, monthly] = [whole(typed.daily), whole(typed.weekly), whole(typed.monthly)];
  const faults: Faults<Typed> = {};
  if (folder !== "" && !folder.startsWith("/")) faults.folder = w.backupFolderForm;
  if (typed.journal === "folder" && folder === "") faults.folder = w.backupFolderNeeded;
  if (sealed && passphrase === "" && !before.has_passphrase) faults.passphrase = w.backupPassphraseNeeded;
  if (passphrase !== "" && passphrase.length < PASSPHRASE_MIN) faults.passphrase = w.backupPassphraseShort;
  if (daily === null) faults.daily = w.backupKeepForm;
  if (weekly === null) faults.weekly = w.backupKeepForm;
  if (monthly === null) faults.monthly = w.backupKeepForm;
  const keep = { daily: daily ?? 7, weekly: weekly ?? 5, monthly: monthly ?? 12 };
  return { next: { folder, stick, sealed, keep, journal: typed.journal, ...(passphrase === "" ? {} : { passphrase }) }, faults };
}

function Form({ before }: { before: BackupSetup }) {
  const w = words.value;
  const draft = useDraft(typedOf(before));
  const typed = draft.now;
  const { next, faults: wrong } = read(typed, before);
  const form = useForm(draft, wrong, () => saveBackups(next), w.houseSaved);
  const { faults } = form;
  return (
    <form class="house" onSubmit={form.submit} noValidate data-testid="backup-form">
      <Group title={w.backupWhere} hint={w.backupWhereHint}>
        <SwitchField label={w.backupStick} hint={w.backupStickHint} testid="backup-stick" on={typed.stick} onValue={(stick) => draft.set({ stick })} />
        <TextField label={w.backupFolder} testid="backup-folder" optional value={typed.folder} onValue={(folder) => draft.set({ folder })} max={FOLDER_MAX}
          hint={w.backupFolderHint} fault={faults.folder} />
        <ChoiceField label={w.journalTo} testid="backup-journal" value={typed.journal} hint={w.journalToHint}
          options={[{ value: "off", label: w.journalOff }, { value: "stick", label: w.journalStick }, { value: "folder", label: w.journalFolder }]}
          onValue={(journal) => draft.set({ journal: journal as JournalTo })} />
      </Group>
      <Group title={w.backupSeal} hint={w.backupSealHint}>
        <SwitchField label={w.backupSealOn} hint={w.backupSealOnHint} testid="backup-sealed" on={typed.sealed} onValue={(sealed) => draft.set({ sealed })} />
        {typed.sealed && (
          <SecretField label={w.backupPassphrase} testid="backup-passphrase" value={typed.passphrase} onValue={(passphrase) => draft.set({ passphrase })} max={PASSPHRASE_MAX}
            autocomplete="new-password" hint={before.has_passphrase ? w.backupPassphraseKept : w.backupPassphraseHint} fault={faults.passphrase} />
        )}
      </Group>
      <Group title={w.backupKeep} hint={w.backupKeepHint}>
        <div class="pair">
          <TextField label={w.backupDaily} testid="backup-daily" inputMode="numeric" narrow value={typed.daily} onValue={(daily) => draft.set({ daily })} max={3} fault={faults.daily} />
          <TextField label={w.backupWeekly} testid="backup-weekly" inputMode="numeric" narrow value={typed.weekly} onValue={(weekly) => draft.set({ weekly })} max={3} fault={faults.weekly} />
          <TextField label={w.backupMonthly} testid="backup-monthly" inputMode="numeric" narrow value={typed.monthly} onValue={(monthly) => draft.set({ monthly })} max={3} fault={faults.monthly} />
        </div>
      </Group>
      <SaveBar form={form} testid="backup" word={w.saveHouse} />
    </form>
  );
}
