// One employee: name, role, whether they still work here, and how they come in.

import { useState } from "preact/hooks";

import { ChoiceField, SecretField, SwitchField, TextField } from "../components/fields";
import { Key } from "../components/icons";
import { Panel } from "../components/panel";
import { CodeCard, Fault } from "../components/parts";
import type { Code, Employee, Role } from "../api";
import { useDraft, useTask } from "../form";
import { address } from "../house";
import { words } from "../language";
import { ask, say } from "../notice";
import { who } from "../session";
import { addEmployee, passwordCode, roleHint, roleWord, rolesToGive, saveEmployee, setPin } from "../staff";

const NAME_MAX = 60;
const MAIL_MAX = 254;
export const PIN_MAX = 8;

/** As the hub takes it. */
export function goodPin(pin: string): boolean {
  return /^\d{4,8}$/.test(pin);
}

export function EmployeePanel({ employee, onClose }: { employee: Employee | null; onClose: () => void }) {
  const w = words.value;
  const draft = useDraft({
    name: employee?.name ?? "", role: employee?.role ?? ("waiter" as Role), active: employee?.active ?? true, pin: "", mail: employee?.mail ?? "",
  });
  const [tried, setTried] = useState(false);
  const task = useTask();
  const typed = draft.now;
  const mine = employee?.id === who.value?.employee.id;
  const leaves = employee?.active === true && !typed.active;

  const send = async () => {
    const [name, mail] = [typed.name.trim(), typed.mail.trim()];
    const answer = employee
      ? await task.run(() => saveEmployee(employee.id, { name, role: typed.role, active: typed.active, ...(mail === employee.mail ? {} : { mail }) }))
      : await task.run(() => addEmployee(name, typed.role, typed.pin, mail));
    if (!answer.ok) return answer;
    draft.settle();
    say(employee ? w.saved(name) : w.added(name));
    onClose();
    return answer;
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (typed.name.trim() === "" || (!employee && !goodPin(typed.pin))) return;
    if (leaves) ask({ title: w.deactivateTitle(typed.name.trim()), text: w.deactivateText, yes: w.deactivateYes, run: send });
    else void send();
  };

  const foot = (
    <>
      <Fault text={task.fault} testid="employee-fault" />
      <div class="foot-row">
        <button type="submit" form="employee-form" class="primary" data-testid="employee-save" disabled={task.busy || (employee !== null && !draft.changed)}>
          {task.busy ? w.oneMoment : employee ? w.save : w.addEmployee}
        </button>
      </div>
    </>
  );
  return (
    <Panel title={employee?.name ?? w.newEmployee} testid="employee-panel" eager={!employee} onClose={onClose} foot={foot}>
      <form id="employee-form" class="form" onSubmit={submit} noValidate>
        <TextField label={w.name} testid="employee-name" value={typed.name} onValue={(name) => draft.set({ name })} max={NAME_MAX}
          fault={tried && typed.name.trim() === "" ? w.fillIn : null} />
        {!mine && (
          <ChoiceField label={w.worksAs} testid="employee-role" value={typed.role}
            onValue={(next) => draft.set({ role: rolesToGive().find((one) => one === next) ?? typed.role })}
            options={rolesToGive().map((role) => ({ value: role, label: roleWord(role), hint: roleHint(role) }))} />
        )}
        <div class={employee ? undefined : "pair"}>
          {!employee && (
            <SecretField label={w.pin} testid="employee-pin" pin value={typed.pin} onValue={(pin) => draft.set({ pin })} autocomplete="off" max={PIN_MAX}
              hint={w.pinRule} fault={tried && !goodPin(typed.pin) ? w.pinRule : null} />
          )}
          <TextField label={w.mail} testid="employee-mail" optional type="email" inputMode="email" value={typed.mail} onValue={(mail) => draft.set({ mail })}
            max={MAIL_MAX} hint={w.employeeMailHint} />
        </div>
        {employee && !mine && (
          <SwitchField label={w.worksHere} hint={w.worksHereHint} testid="employee-active" on={typed.active} onValue={(active) => draft.set({ active })} />
        )}
      </form>
      {employee && !mine && <NewPin employee={employee} />}
      {employee && !mine && <NewPassword employee={employee} />}
      {mine && <p class="muted">{w.ownHint}</p>}
    </Panel>
  );
}

function NewPin({ employee }: { employee: Employee }) {
  const w = words.value;
  const [pin, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const task = useTask();
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (!goodPin(pin)) return;
    const answer = await task.run(() => setPin(employee.id, pin));
    if (!answer.ok) return;
    say(w.pinSaved(employee.name));
    setTyped("");
    setTried(false);
  };
  return (
    <section class="subcard" aria-labelledby="pin-title">
      <h3 id="pin-title">{w.pin}</h3>
      <p class="muted">{employee.has_pin ? w.pinHas : w.pinNone}</p>
      <form class="form add-line" onSubmit={(e) => void submit(e)} noValidate>
        <SecretField label={w.newPin} testid="employee-new-pin" pin value={pin} onValue={setTyped} autocomplete="off" max={PIN_MAX}
          fault={tried && !goodPin(pin) ? w.pinRule : null} />
        <button type="submit" class="plain" data-testid="employee-set-pin" disabled={task.busy}>{w.setPin}</button>
      </form>
      <Fault text={task.fault} testid="employee-pin-fault" />
    </section>
  );
}

function NewPassword({ employee }: { employee: Employee }) {
  const w = words.value;
  const [code, setCode] = useState<Code | null>(null);
  const task = useTask();
  const make = async () => {
    const answer = await task.run(() => passwordCode(employee.id));
    if (answer.ok) setCode(answer.value);
  };
  return (
    <section class="subcard" aria-labelledby="password-title">
      <h3 id="password-title">{w.password}</h3>
      <p class="muted">{employee.has_password ? w.passwordHas : w.passwordNone}</p>
      {code && (
        <CodeCard code={code.code} minutes={code.minutes} testid="password-code" hint={w.passwordCodeHint(employee.name)}>
          <p class="path">{address("/office#/reset")}</p>
        </CodeCard>
      )}
      <div class="button-row">
        <button type="button" class="plain" data-testid="employee-password-code" disabled={task.busy} onClick={() => void make()}>
          <Key />{code ? w.codeAgain : w.passwordCode}
        </button>
      </div>
      <Fault text={task.fault} testid="employee-code-fault" />
    </section>
  );
}
