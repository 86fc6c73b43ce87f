// Who works here: coming in, staying in, going out. When the hub forgets the session, the
// page stays as it is behind the way in, and is there again after it.

import { batch, signal } from "@preact/signals";

import { call, signedIn, whenSignedOut } from "./api";
import type { Answer, OpenSession, Right, Session } from "./api";
import { followLanguage, offered } from "./language";
import { redirect, startRoutes, unsaved } from "./route";
import { forgetShelves, logins, shelf, then } from "./shelf";

/** The last known; stays while the way in covers the page. */
export const who = signal<Session | null>(null);
export const gate = signal<"asking" | "unreachable" | "in" | "out">("asking");

/** Where people are logged in: for a manager all of them, else one's own. */
export const sessions = shelf("/sessions", (a: { sessions: OpenSession[] }) => a.sessions);

export function startOffice(): void {
  followLanguage();
  startRoutes();
  whenSignedOut(() => {
    gate.value = "out";
  });
  void arrive();
}

export function may(right: Right): boolean {
  return who.value?.rights.includes(right) ?? false;
}

/** Asks the hub whether this browser is logged in. */
export async function arrive(): Promise<void> {
  gate.value = "asking";
  const answer = await call<Session>("GET", "/session");
  if (answer.ok) {
    enter(answer.value);
    return;
  }
  // Before the house's first day there is no office.
  const setup = answer.problem.status === 401 ? await call<{ founded: boolean }>("GET", "/setup") : null;
  if (setup?.ok && !setup.value.founded) location.replace("/setup");
  else gate.value = answer.problem.status === 401 ? "out" : "unreachable";
}

function enter(session: Session): void {
  signedIn();
  batch(() => {
    if (who.peek()?.employee.id !== session.employee.id) {
      forgetShelves();
      unsaved.value = false;
    }
    who.value = session;
    offered.value = session.language;
    gate.value = "in";
    logins.value += 1;
  });
}

/** `login` is a name or a mail address. */
export async function logIn(login: string, password: string): Promise<Answer<Session>> {
  const answer = await call<Session>("POST", "/session", { login, password });
  if (answer.ok) enter(answer.value);
  return answer;
}

export async function logOut(): Promise<Answer<unknown>> {
  const answer = await call("DELETE", "/session");
  // Already logged out is as good.
  if (!answer.ok && answer.problem.status !== 401) return answer;
  batch(() => {
    forgetShelves();
    unsaved.value = false;
    who.value = null;
    gate.value = "out";
    redirect();
  });
  return { ok: true, value: null };
}

export function signUp(name: string, mail: string, password: string): Promise<Answer<unknown>> {
  return call("POST", "/signup", { name, mail, password });
}

export function forgotPassword(mail: string): Promise<Answer<unknown>> {
  return call("POST", "/password/forgot", { mail });
}

export function resetPassword(login: string, code: string, password: string): Promise<Answer<unknown>> {
  return call("POST", "/password/reset", { login, code, password });
}

/** Ends every session of the user's, this one too: reading them anew brings up the way in. */
export function changePassword(old: string, password: string): Promise<Answer<unknown>> {
  return then(call("PUT", "/me/password", { old, password }), sessions);
}

/** As with a password. */
export function changePin(password: string, pin: string): Promise<Answer<unknown>> {
  return then(call("PUT", "/me/pin", { password, pin }), sessions);
}

export function endSession(id: string): Promise<Answer<unknown>> {
  return then(call("DELETE", `/sessions/${encodeURIComponent(id)}`), sessions);
}
