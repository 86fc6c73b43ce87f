// The way in: log in, sign up, and what to do about a forgotten password.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { CircleCheck, Clock } from "../../components/icons";
import { SecretField, TextField } from "../components/fields";
import { LanguageButton } from "../components/language";
import { Fault } from "../components/parts";
import { useTask } from "../form";
import { words } from "../language";
import { go, hrefOf, route } from "../route";
import { forgotPassword, logIn, resetPassword, signUp, who } from "../session";

/** As long as the hub takes them. */
const NAME_MAX = 60;
const MAIL_MAX = 254;
export const PASSWORD_MIN = 10;

export function Gate() {
  const w = words.value;
  // Behind it waits what the user had open: nothing but logging in leads back there.
  const expired = who.value !== null;
  const page = expired ? "login" : route.value[0];
  return (
    <div class="gate">
      <header class="gate-top">
        <b>kasir</b>
        <LanguageButton />
      </header>
      <main class="gate-main">
        {page === "signup" ? <SignUp /> : page === "forgot" ? <Forgot /> : page === "reset" ? <Reset /> : <LogIn expired={expired} />}
      </main>
      <p class="gate-foot muted small">{w.gateFoot}</p>
    </div>
  );
}

/** A field that must not stay empty, named once it was tried. */
function missing(tried: boolean, value: string, text: string): string | null {
  return tried && value.trim() === "" ? text : null;
}

function short(tried: boolean, password: string): string | null {
  return tried && password.length < PASSWORD_MIN ? words.value.passwordRule : null;
}

function Card(props: { title: string; hint?: string; testid: string; onSubmit: () => void; children: ComponentChildren }) {
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    // On a touchscreen a keyboard would come up and hide the card.
    if (!window.matchMedia("(pointer: fine)").matches) return;
    [...(form.current?.querySelectorAll("input") ?? [])].find((input) => input.value === "")?.focus();
  }, []);
  const submit = (event: Event) => {
    event.preventDefault();
    props.onSubmit();
  };
  return (
    <form class="gate-card" ref={form} data-testid={props.testid} onSubmit={submit} noValidate>
      <h1>{props.title}</h1>
      {props.hint && <p class="muted">{props.hint}</p>}
      {props.children}
    </form>
  );
}

/** Kept between the pages of the gate, so that nobody types it twice. */
let mailTyped = "";

function LogIn({ expired }: { expired: boolean }) {
  const w = words.value;
  const [login, setLogin] = useState(expired ? who.peek()?.employee.name ?? "" : mailTyped);
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const task = useTask();
  const submit = () => {
    setTried(true);
    if (login.trim() === "" || password === "") return;
    void task.run(() => logIn(login.trim(), password));
  };
  return (
    <Card title={w.logInTitle} testid="login" onSubmit={submit}>
      {expired && <p class="note is-waiting" role="status" data-testid="session-ended"><Clock /><span>{w.sessionEnded}</span></p>}
      <TextField label={w.login} testid="login-name" value={login} onValue={(text) => { setLogin(text); mailTyped = text; }} max={MAIL_MAX}
        autocomplete="username" fault={missing(tried, login, w.fillIn)} />
      <SecretField label={w.password} testid="login-password" value={password} onValue={setPassword} autocomplete="current-password"
        fault={missing(tried, password, w.fillIn)} />
      <Fault text={task.fault} testid="login-fault" />
      <button type="submit" class="primary wide" data-testid="login-submit" disabled={task.busy}>{task.busy ? w.oneMoment : w.logInGo}</button>
      {!expired && (
        <p class="gate-links">
          <a class="quiet" href={hrefOf("forgot")} data-testid="to-forgot">{w.forgotTitle}</a>
          <a class="quiet" href={hrefOf("signup")} data-testid="to-signup">{w.signUpTitle}</a>
        </p>
      )}
    </Card>
  );
}

function BackToLogIn() {
  return <p class="gate-links"><a class="quiet" href={hrefOf()} data-testid="to-login">{words.value.backToLogIn}</a></p>;
}

function SignUp() {
  const w = words.value;
  const [name, setName] = useState("");
  const [mail, setMail] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [sent, setSent] = useState(false);
  const task = useTask();
  const submit = async () => {
    setTried(true);
    if (name.trim() === "" || mail.trim() === "" || password.length < PASSWORD_MIN) return;
    const answer = await task.run(() => signUp(name.trim(), mail.trim(), password));
    if (answer.ok) {
      mailTyped = mail.trim();
      setSent(true);
    }
  };
  if (sent) {
    return (
      <div class="gate-card" data-testid="signup-sent">
        <span class="gate-mark is-waiting"><Clock size={32} /></span>
        <h1>{w.signedUpTitle}</h1>
        <p>{w.signedUpText}</p>
        <BackToLogIn />
      </div>
    );
  }
  return (
    <Card title={w.signUpTitle} hint={w.signUpHint} testid="signup" onSubmit={() => void submit()}>
      <TextField label={w.name} testid="signup-name" value={name} onValue={setName} max={NAME_MAX} autocomplete="name" fault={missing(tried, name, w.fillIn)} />
      <TextField label={w.mail} testid="signup-mail" type="email" inputMode="email" value={mail} onValue={setMail} max={MAIL_MAX}
        autocomplete="email" fault={missing(tried, mail, w.fillIn)} />
      <SecretField label={w.password} testid="signup-password" value={password} onValue={setPassword} autocomplete="new-password"
        hint={w.passwordRule} fault={short(tried, password)} />
      <Fault text={task.fault} testid="signup-fault" />
      <button type="submit" class="primary wide" data-testid="signup-submit" disabled={task.busy}>{task.busy ? w.oneMoment : w.signUpGo}</button>
      <BackToLogIn />
    </Card>
  );
}

function Forgot() {
  const w = words.value;
  const [mail, setMail] = useState(mailTyped.includes("@") ? mailTyped : "");
  const [tried, setTried] = useState(false);
  const task = useTask();
  const submit = async () => {
    setTried(true);
    if (mail.trim() === "") return;
    const answer = await task.run(() => forgotPassword(mail.trim()));
    if (!answer.ok) return;
    mailTyped = mail.trim();
    resetNote = true;
    go("reset");
  };
  return (
    <Card title={w.forgotTitle} hint={w.forgotHint} testid="forgot" onSubmit={() => void submit()}>
      <TextField label={w.mail} testid="forgot-mail" type="email" inputMode="email" value={mail} onValue={setMail} max={MAIL_MAX}
        autocomplete="email" fault={missing(tried, mail, w.fillIn)} />
      <Fault text={task.fault} testid="forgot-fault" />
      <button type="submit" class="primary wide" data-testid="forgot-submit" disabled={task.busy}>{task.busy ? w.oneMoment : w.forgotGo}</button>
      <p class="muted small">{w.forgotElse}</p>
      <p class="gate-links">
        <a class="quiet" href={hrefOf()} data-testid="to-login">{w.backToLogIn}</a>
        <a class="quiet" href={hrefOf("reset")} data-testid="to-reset">{w.haveCode}</a>
      </p>
    </Card>
  );
}

/** A mail is on its way, if the address is one of ours. */
let resetNote = false;

function Reset() {
  const w = words.value;
  const [mail, setMail] = useState(mailTyped);
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [done, setDone] = useState(false);
  const task = useTask();
  const submit = async () => {
    setTried(true);
    if (mail.trim() === "" || code.trim() === "" || password.length < PASSWORD_MIN) return;
    const answer = await task.run(() => resetPassword(mail.trim(), code.trim(), password));
    if (!answer.ok) return;
    mailTyped = mail.trim();
    resetNote = false;
    setDone(true);
  };
  if (done) {
    return (
      <div class="gate-card" data-testid="reset-done">
        <span class="gate-mark is-done"><CircleCheck size={32} /></span>
        <h1>{w.resetDone}</h1>
        <p>{w.resetDoneText}</p>
        <button type="button" class="primary wide" data-testid="to-login" onClick={() => go()}>{w.logInGo}</button>
      </div>
    );
  }
  return (
    <Card title={w.resetTitle} hint={resetNote ? w.resetSent : w.resetHint} testid="reset" onSubmit={() => void submit()}>
      <TextField label={w.login} testid="reset-mail" value={mail} onValue={setMail} max={MAIL_MAX} autocomplete="username"
        fault={missing(tried, mail, w.fillIn)} />
      <TextField label={w.code} testid="reset-code" value={code} onValue={setCode} max={40} autocomplete="one-time-code"
        fault={missing(tried, code, w.fillIn)} />
      <SecretField label={w.newPassword} testid="reset-password" value={password} onValue={setPassword} autocomplete="new-password"
        hint={w.passwordRule} fault={short(tried, password)} />
      <Fault text={task.fault} testid="reset-fault" />
      <button type="submit" class="primary wide" data-testid="reset-submit" disabled={task.busy}>{task.busy ? w.oneMoment : w.resetGo}</button>
      <BackToLogIn />
    </Card>
  );
}
