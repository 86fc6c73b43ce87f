// The people of the house: first those who wait for a yes, then everybody.

import { useState } from "preact/hooks";

import { Check, CircleX, Minus, Plus } from "../../components/icons";
import { SelectField } from "../components/fields";
import { Users } from "../components/icons";
import { Missing } from "../components/panel";
import { Empty, Fault, PageHead, Waits } from "../components/parts";
import type { Employee, Role } from "../api";
import { useTask } from "../form";
import { words } from "../language";
import { ask, say } from "../notice";
import { go, hrefOf, route } from "../route";
import { who } from "../session";
import { useShelves } from "../shelf";
import { approve, asks, employees, roleWord, rolesToGive, saveEmployee, within } from "../staff";
import { EmployeePanel } from "./employee";

export function StaffPage() {
  const w = words.value;
  useShelves(0, employees);
  return (
    <>
      <PageHead title={w.staff} hint={w.staffHint}>
        <a class="primary" href={hrefOf("staff", "new")} data-testid="employee-new"><Plus />{w.addEmployee}</a>
      </PageHead>
      <Waits on={[employees]}>{() => <Whole />}</Waits>
      <Open />
    </>
  );
}

function Open() {
  const open = route.value[1];
  const list = employees.value.value;
  const close = () => go("staff");
  if (open === undefined || !list) return null;
  if (open === "new") return <EmployeePanel key="new" employee={null} onClose={close} />;
  const employee = list.find((e) => e.id === open && within(e) && !asks(e));
  return employee ? <EmployeePanel key={open} employee={employee} onClose={close} /> : <Missing onClose={close} />;
}

function Whole() {
  const w = words.value;
  const all = employees.value.value ?? [];
  const pending = all.filter(asks);
  const rest = all.filter((e) => !asks(e));
  return (
    <>
      {pending.length > 0 && (
        <section class="block" data-testid="pending">
          <h2 class="block-title">{w.pending} <span class="muted">{pending.length}</span></h2>
          <ul class="rows">{pending.map((employee) => <Pending key={employee.id} employee={employee} />)}</ul>
        </section>
      )}
      {rest.length === 0 ? <Empty icon={<Users size={32} />} title={w.staffEmpty} hint={w.staffEmptyHint} testid="staff-empty" /> : (
        <section class="block">
          {pending.length > 0 && <h2 class="block-title">{w.everybody} <span class="muted">{rest.length}</span></h2>}
          <ul class="rows staff-rows">{rest.map((employee) => <Row key={employee.id} employee={employee} />)}</ul>
        </section>
      )}
    </>
  );
}

function Pending({ employee }: { employee: Employee }) {
  const w = words.value;
  const roles = rolesToGive();
  // Who signs up is mostly a waiter; the role asked for counts when the user may give it.
  const [role, setRole] = useState<Role>(roles.includes(employee.role) ? employee.role : "waiter");
  const task = useTask();
  const yes = async () => {
    const answer = await task.run(() => approve(employee.id, role));
    if (answer.ok) say(w.approved(employee.name));
  };
  const no = () => ask({
    title: w.rejectTitle(employee.name),
    text: w.rejectText,
    yes: w.rejectYes,
    run: async () => {
      const answer = await saveEmployee(employee.id, { name: employee.name, role: employee.role, active: false });
      if (answer.ok) say(w.rejected(employee.name));
      return answer;
    },
  });
  return (
    <li class="row pending-row" data-testid={`employee-${employee.id}`} data-state="pending">
      <div class="cell-main">
        <b>{employee.name}</b>
        <p class="muted small one-line">{employee.mail}</p>
      </div>
      <SelectField label={w.worksAs} testid={`employee-${employee.id}-role`} value={role}
        onValue={(next) => setRole(roles.find((one) => one === next) ?? role)}>
        {roles.map((one) => <option key={one} value={one}>{roleWord(one)}</option>)}
      </SelectField>
      <span class="button-row">
        <button type="button" class="quiet danger" data-testid={`employee-${employee.id}-reject`} disabled={task.busy} onClick={no}>{w.reject}</button>
        <button type="button" class="plain strong" data-testid={`employee-${employee.id}-approve`} disabled={task.busy} onClick={() => void yes()}>
          <Check />{w.approve}
        </button>
      </span>
      <div class="row-fault"><Fault text={task.fault} testid={`employee-${employee.id}-fault`} /></div>
    </li>
  );
}

function Row({ employee }: { employee: Employee }) {
  const w = words.value;
  const mine = employee.id === who.value?.employee.id;
  const name = <>{employee.name}{mine && <span class="muted"> · {w.you}</span>}</>;
  return (
    <li class={`row${employee.active ? "" : " off"}`} data-testid={`employee-${employee.id}`} data-state={employee.active ? "active" : "inactive"}>
      <div class="cell-main">
        {within(employee)
          ? <a class="row-link" href={hrefOf("staff", employee.id)} data-testid={`employee-${employee.id}-open`}>{name}</a>
          : <b>{name}</b>}
        {employee.mail && <p class="muted small one-line">{employee.mail}</p>}
      </div>
      <span class="cell-role">{roleWord(employee.role)}</span>
      <span class="cell-keys">
        <Has yes={employee.has_pin} word={w.pin} without={w.noPin} />
        <Has yes={employee.has_password} word={w.password} without={w.noPassword} />
      </span>
      <span class="cell-state">
        {employee.active
          ? <span class="mark is-done"><Check size={16} /><span>{w.active}</span></span>
          : <span class="mark is-cancelled"><CircleX size={16} /><span>{w.inactive}</span></span>}
      </span>
    </li>
  );
}

function Has({ yes, word, without }: { yes: boolean; word: string; without: string }) {
  return (
    <span class={`has small${yes ? "" : " muted"}`}>
      {yes ? <Check size={16} /> : <Minus size={16} />}
      <span>{yes ? word : without}</span>
    </span>
  );
}
