// The user's own: password, PIN, language, and where else they are logged in.

import { useState } from "preact/hooks";

import { ChoiceField, SecretField } from "../components/fields";
import { Fault, PageHead, Waits } from "../components/parts";
import { useTask } from "../form";
import { choose, language, words } from "../language";
import { say } from "../notice";
import { changePassword, changePin, sessions, who } from "../session";
import { useShelves } from "../shelf";
import { roleWord } from "../staff";
import { SessionRows } from "./devices";
import { PIN_MAX, goodPin } from "./employee";
import { PASSWORD_MIN } from "./gate";

export function AccountPage() {
  const w = words.value;
  useShelves(0, sessions);
  const me = who.value?.employee;
  if (!me) return null;
  const mine = (sessions.value.value ?? []).filter((session) => session.employee === me.id);
  return (
    <>
      <PageHead title={w.account} hint={`${me.name} · ${roleWord(me.role)}`} />
      <div class="account">
        <Password />
        <Pin />
        <section class="group-card">
          <ChoiceField label={w.myLanguage} testid="my-language" row value={language.value} onValue={(next) => choose(next === "en" ? "en" : "id")}
            hint={w.myLanguageHint} options={[{ value: "id", label: "Bahasa Indonesia" }, { value: "en", label: "English" }]} />
        </section>
      </div>
      <section class="block">
        <h2 class="block-title">{w.mySessions}</h2>
        <Waits on={[sessions]}>{() => <SessionRows list={mine} names={false} />}</Waits>
      </section>
    </>
  );
}

function Password() {
  const w = words.value;
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [tried, setTried] = useState(false);
  const task = useTask();
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (old === "" || next.length < PASSWORD_MIN) return;
    const answer = await task.run(() => changePassword(old, next));
    if (!answer.ok) return;
    say(w.passwordSaved);
    setOld("");
    setNext("");
    setTried(false);
  };
  return (
    <section class="group-card" aria-labelledby="my-password">
      <h2 id="my-password">{w.password}</h2>
      <p class="muted small">{w.myPasswordHint}</p>
      <form class="form" onSubmit={(e) => void submit(e)} noValidate>
        <SecretField label={w.oldPassword} testid="my-old-password" value={old} onValue={setOld} autocomplete="current-password" fault={tried && old === "" ? w.fillIn : null} />
        <SecretField label={w.newPassword} testid="my-new-password" value={next} onValue={setNext} autocomplete="new-password" hint={w.passwordRule}
          fault={tried && next.length < PASSWORD_MIN ? w.passwordRule : null} />
        <Fault text={task.fault} testid="my-password-fault" />
        <div class="button-row"><button type="submit" class="plain strong" data-testid="my-password-save" disabled={task.busy}>{w.changePassword}</button></div>
      </form>
    </section>
  );
}

function Pin() {
  const w = words.value;
  const [password, setPassword] = useState("");
  const [pin, setPin] = useState("");
  const [tried, setTried] = useState(false);
  const task = useTask();
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (password === "" || !goodPin(pin)) return;
    const answer = await task.run(() => changePin(password, pin));
    if (!answer.ok) return;
    say(w.myPinSaved);
    setPassword("");
    setPin("");
    setTried(false);
  };
  return (
    <section class="group-card" aria-labelledby="my-pin-title">
      <h2 id="my-pin-title">{w.pin}</h2>
      <p class="muted small">{w.myPinHint}</p>
      <form class="form" onSubmit={(e) => void submit(e)} noValidate>
        <SecretField label={w.passwordNow} testid="my-pin-password" value={password} onValue={setPassword} autocomplete="current-password"
          fault={tried && password === "" ? w.fillIn : null} />
        <SecretField label={w.newPin} testid="my-pin" pin value={pin} onValue={setPin} autocomplete="off" max={PIN_MAX} hint={w.pinRule}
          fault={tried && !goodPin(pin) ? w.pinRule : null} />
        <Fault text={task.fault} testid="my-pin-fault" />
        <div class="button-row"><button type="submit" class="plain strong" data-testid="my-pin-save" disabled={task.busy}>{w.changePin}</button></div>
      </form>
    </section>
  );
}
