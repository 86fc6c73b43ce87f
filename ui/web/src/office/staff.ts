// The people of the house: who they are, what they may do, how they come in.

import { call } from "./api";
import type { Answer, Code, Employee, Role } from "./api";
import { words } from "./language";
import { who } from "./session";
import { shelf, then } from "./shelf";

/** From the most to the least they may do. */
const ROLES: readonly Role[] = ["owner", "manager", "cashier", "waiter", "kitchen"];

export const employees = shelf("/employees", (a: { employees: Employee[] }) =>
  a.employees.sort((one, two) => Number(two.active) - Number(one.active)
    || ROLES.indexOf(one.role) - ROLES.indexOf(two.role) || one.name.localeCompare(two.name)));

/** Has signed up, and nobody has said yes or no so far. */
export function asks(employee: Employee): boolean {
  return employee.pending && employee.active;
}

/** Roles that the user may give: only an owner makes owners and managers. */
export function rolesToGive(): readonly Role[] {
  return who.value?.employee.role === "owner" ? ROLES : ROLES.slice(2);
}

/** Whether the hub would let the user change this one. */
export function within(employee: Employee): boolean {
  return rolesToGive().includes(employee.role);
}

export function roleWord(role: Role): string {
  const w = words.value;
  return { owner: w.owner, manager: w.manager, cashier: w.cashier, waiter: w.waiter, kitchen: w.kitchenRole }[role];
}

export function roleHint(role: Role): string {
  const w = words.value;
  return { owner: w.ownerHint, manager: w.managerHint, cashier: w.cashierHint, waiter: w.waiterHint, kitchen: w.kitchenHint }[role];
}

function of(id: string): string {
  return `/employees/${encodeURIComponent(id)}`;
}

export function addEmployee(name: string, role: Role, pin: string, mail: string): Promise<Answer<unknown>> {
  return then(call("POST", "/employees", { name, role, pin, mail }), employees);
}

/** Without a mail address the one that is known stays. */
export function saveEmployee(id: string, next: { name: string; role: Role; active: boolean; mail?: string }): Promise<Answer<unknown>> {
  return then(call("PUT", of(id), next), employees);
}

export function approve(id: string, role: Role): Promise<Answer<unknown>> {
  return then(call("POST", `${of(id)}/approve`, { role }), employees);
}

export function setPin(id: string, pin: string): Promise<Answer<unknown>> {
  return then(call("PUT", `${of(id)}/pin`, { pin }), employees);
}

/** A code with which this person sets a new password. */
export function passwordCode(id: string): Promise<Answer<Code>> {
  return call<Code>("POST", `${of(id)}/password_code`);
}
