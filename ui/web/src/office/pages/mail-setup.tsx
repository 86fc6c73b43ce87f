// How letters leave the house: the owner's settings, and a letter that shows whether they work.

import { useState } from "preact/hooks";

import { ChoiceField, SecretField, SelectField, TextField } from "../components/fields";
import { Fault, Group, SaveBar, Waits } from "../components/parts";
import type { MailSecurity, MailSettings, MailSetup } from "../api";
import { useDraft, useForm, useTask } from "../form";
import type { Faults } from "../form";
import { words } from "../language";
import { goodAddress, saveMail, setup, testMail } from "../mail";
import { HOST_MAX, goodHost, parsePort } from "../network";
import { say } from "../notice";
import { useShelves } from "../shelf";

const MAIL_MAX = 254;
/** As many as the hub takes. */
const OWNERS_MAX = 10;

/** Where servers mostly listen. */
const PORTS: Record<MailSecurity, string> = { starttls: "587", tls: "465", none: "25" };

interface Typed {
  on: boolean;
  host: string;
  port: string;
  security: MailSecurity;
  user: string;
  password: string;
  caFile: string;
  from: string;
  owner: string;
}

function serverOf(now: MailSettings) {
  return typeof now.route === "object" && "smtp" in now.route ? now.route.smtp : null;
}

function typedOf(now: MailSetup): Typed {
  const server = serverOf(now);
  return {
    on: server !== null,
    host: server?.host ?? "",
    port: server ? String(server.port) : PORTS.starttls,
    security: server?.security ?? "starttls",
    user: server?.user ?? "",
    password: "",
    caFile: server?.ca_file ?? "",
    from: now.from,
    owner: now.owner.join(", "),
  };
}

/** The kept password is for the kept server and user, and for no other. */
function keepsPassword(typed: Typed, before: MailSetup): boolean {
  const server = serverOf(before);
  return before.has_password && server !== null && server.host === typed.host.trim() && server.user === typed.user.trim();
}

/** What was typed as the hub takes it. */
function read(typed: Typed, before: MailSetup): { next: MailSettings & { password?: string }; faults: Faults<Typed> } {
  const w = words.value;
  const faults: Faults<Typed> = {};
  const owner = typed.owner.split(/[,;\s]+/).filter((one) => one !== "");
  if (!owner.every(goodAddress) || owner.length > OWNERS_MAX) faults.owner = w.mailOwnerForm(OWNERS_MAX);
  const from = typed.from.trim();
  if (!typed.on) {
    if (from !== "" && !goodAddress(from)) faults.from = w.mailForm;
    return { next: { route: "off", from, owner }, faults };
  }
  const host = typed.host.trim();
  const user = typed.user.trim();
  const port = parsePort(typed.port);
  if (!goodHost(host)) faults.host = host === "" ? w.fillIn : w.mailHostForm;
  if (port === null) faults.port = w.portForm;
  if (user !== "" && typed.password === "" && !keepsPassword(typed, before)) faults.password = w.mailPasswordNeeded;
  if (!goodAddress(from)) faults.from = w.mailForm;
  const smtp = { host, port: port ?? 0, security: typed.security, user, ca_file: typed.caFile.trim() };
  return { next: { route: { smtp }, from, owner, ...(typed.password === "" ? {} : { password: typed.password }) }, faults };
}

export function MailSetupPart() {
  const w = words.value;
  useShelves(0, setup);
  return (
    <section class="block" id="mail-settings" aria-labelledby="mail-settings-title">
      <h2 class="block-title" id="mail-settings-title">{w.mailSettings}</h2>
      <Waits on={[setup]}>{() => setup.value.value && <Whole before={setup.value.value} />}</Waits>
    </section>
  );
}

function Whole({ before }: { before: MailSetup }) {
  const { route } = before;
  return (
    <div class="house">
      {typeof route === "object" && "folder" in route ? <Demo before={before} path={route.folder.path} /> : <Form before={before} />}
      {route !== "off" && <Test />}
    </div>
  );
}

/** Only the till's own command line chooses a folder. */
function Demo({ before, path }: { before: MailSetup; path: string }) {
  const w = words.value;
  return (
    <Group title={w.mailRoute} hint={w.mailRouteHint}>
      <div data-testid="mail-demo">
        <p>{w.mailDemo}</p>
        <p class="code-line">{path}</p>
      </div>
      {before.from !== "" && <p><b>{w.mailFrom}</b> <span class="path">{before.from}</span></p>}
      {before.owner.length > 0 && <p><b>{w.mailOwner}</b> <span class="path">{before.owner.join(", ")}</span></p>}
    </Group>
  );
}

function Form({ before }: { before: MailSetup }) {
  const w = words.value;
  const draft = useDraft(typedOf(before));
  const typed = draft.now;
  const { next, faults: wrong } = read(typed, before);
  const form = useForm(draft, wrong, () => saveMail(next), w.mailSaved);
  const { faults } = form;

  const secure = (value: string) => {
    const security: MailSecurity = value === "tls" || value === "none" ? value : "starttls";
    // A port that somebody chose stays.
    draft.set({ security, port: typed.port === PORTS[typed.security] ? PORTS[security] : typed.port });
  };

  return (
    <form class="house" onSubmit={form.submit} noValidate data-testid="mail-form">
      <Group title={w.mailRoute} hint={w.mailRouteHint}>
        <ChoiceField label={w.mailRoute} testid="mail-route" value={typed.on ? "smtp" : "off"} onValue={(value) => draft.set({ on: value === "smtp" })}
          options={[
            { value: "off", label: w.mailRouteOff, hint: w.mailRouteOffHint },
            { value: "smtp", label: w.mailRouteSmtp, hint: w.mailRouteSmtpHint },
          ]} />
        {typed.on && (
          <>
            <TextField label={w.mailHost} testid="mail-host" value={typed.host} onValue={(host) => draft.set({ host })} max={HOST_MAX} hint={w.mailHostHint} fault={faults.host} />
            <div class="pair">
              <SelectField label={w.mailSecurity} testid="mail-security" value={typed.security} onValue={secure} hint={typed.security === "none" ? w.mailNoneHint : undefined}
                fault={faults.security && w.mailNoneHint}>
                <option value="starttls">{w.mailStarttls}</option>
                <option value="tls">{w.mailTls}</option>
                <option value="none">{w.mailNone}</option>
              </SelectField>
              <TextField label={w.port} testid="mail-port" inputMode="numeric" narrow value={typed.port} onValue={(port) => draft.set({ port })} max={5}
                hint={w.mailPortHint} fault={faults.port} />
            </div>
            <TextField label={w.mailUser} testid="mail-user" optional value={typed.user} onValue={(user) => draft.set({ user })} max={MAIL_MAX} hint={w.mailUserHint} />
            <SecretField label={w.password} testid="mail-password" optional={typed.user.trim() === ""} value={typed.password} onValue={(password) => draft.set({ password })}
              autocomplete="new-password" hint={keepsPassword(typed, before) ? w.mailPasswordKept : w.mailPasswordHint} fault={faults.password} />
            <TextField label={w.mailCaFile} testid="mail-ca-file" optional value={typed.caFile} onValue={(caFile) => draft.set({ caFile })} hint={w.mailCaFileHint} />
          </>
        )}
      </Group>

      <Group title={w.mailSender} hint={w.mailSenderHint}>
        <TextField label={w.mailFrom} testid="mail-from" type="email" inputMode="email" optional={!typed.on} value={typed.from} onValue={(from) => draft.set({ from })}
          max={MAIL_MAX} hint={w.mailFromHint} fault={faults.from} />
        <TextField label={w.mailOwner} testid="mail-owner" inputMode="email" optional value={typed.owner} onValue={(owner) => draft.set({ owner })}
          hint={w.mailOwnerHint} fault={faults.owner} />
      </Group>

      <SaveBar form={form} testid="mail" word={w.saveMail} />
    </form>
  );
}

function Test() {
  const w = words.value;
  const [address, setAddress] = useState("");
  const [tried, setTried] = useState(false);
  const task = useTask();
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (!goodAddress(address)) return;
    const answer = await task.run(() => testMail(address.trim()));
    if (!answer.ok) return;
    setTried(false);
    say(w.mailTestSent(address.trim()));
  };
  return (
    <form onSubmit={(e) => void submit(e)} noValidate data-testid="mail-test-form">
      <Group title={w.mailTest} hint={w.mailTestHint}>
        <TextField label={w.mailTestTo} testid="mail-test-address" type="email" inputMode="email" autocomplete="email" value={address} onValue={setAddress} max={MAIL_MAX}
          fault={tried && !goodAddress(address) ? w.mailForm : null} />
        <Fault text={task.fault} testid="mail-test-fault" />
        <div class="button-row"><button type="submit" class="plain strong" data-testid="mail-test" disabled={task.busy}>{task.busy ? w.oneMoment : w.mailTestGo}</button></div>
      </Group>
    </form>
  );
}
