// What every form does: hold what is typed until the hub has taken it, ask once at a time,
// and keep the refusal beside the button.

import { useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Answer } from "./api";
import { words } from "./language";
import { say } from "./notice";
import { unsaved } from "./route";

export interface Draft<T> {
  now: T;
  set: (part: Partial<T>) => void;
  changed: boolean;
  /** It is saved, or given up. `next` is what the form goes on from, if not what the hub has. */
  settle: (next?: T) => void;
}

/** `kept` is what the hub has: the form shows it, also when it changes, until something is
 * typed. */
export function useDraft<T extends object>(kept: T): Draft<T> {
  const [base, setBase] = useState<T | null>(null);
  const [typed, setTyped] = useState<T | null>(null);
  const from = base ?? kept;
  const changed = typed !== null && JSON.stringify(typed) !== JSON.stringify(from);

  // Before the next tap, not after the next frame.
  useLayoutEffect(() => {
    unsaved.value = changed;
  }, [changed]);
  useLayoutEffect(() => () => {
    unsaved.value = false;
  }, []);

  return {
    now: typed ?? from,
    set: (part) => setTyped((was) => ({ ...(was ?? from), ...part })),
    changed,
    settle: (next) => {
      unsaved.value = false;
      setBase(next ?? null);
      setTyped(null);
    },
  };
}

interface Task {
  busy: boolean;
  fault: string | null;
  run: <T>(ask: () => Promise<Answer<T>>) => Promise<Answer<T>>;
  /** Says no without asking the hub. */
  refuse: (text: string | null) => void;
}

const RUNNING = { ok: false, problem: { status: 0, code: "running", detail: "", field: null } } as const;

/** One request at a time: a second tap while the first is under way does nothing. */
export function useTask(): Task {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const running = useRef(false);
  const run = async <T>(ask: () => Promise<Answer<T>>): Promise<Answer<T>> => {
    if (running.current) return RUNNING;
    running.current = true;
    setBusy(true);
    setFault(null);
    const answer = await ask();
    running.current = false;
    setBusy(false);
    setFault(answer.ok ? null : answer.problem.detail);
    return answer;
  };
  return { busy, fault, run, refuse: setFault };
}

export type Faults<T> = Partial<Record<keyof T, string>>;

export interface Saving {
  changed: boolean;
  busy: boolean;
  fault: string | null;
  reset: () => void;
}

interface Form<T> extends Saving {
  /** What to say beside each field. */
  faults: Faults<T>;
  submit: (event: Event) => void;
}

/** A form that is saved as a whole, or not at all while something in it is `wrong`, which it says
 * from the first try on. What the hub refuses about a field is said there until that changes. */
export function useForm<T extends object>(draft: Draft<T>, wrong: Faults<T>, save: () => Promise<Answer<unknown>>, saved: string): Form<T> {
  const { busy, fault, run, refuse } = useTask();
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<{ field: keyof T; value: unknown; text: string } | null>(null);
  const faults: Faults<T> = tried ? { ...wrong } : {};
  if (refused && draft.now[refused.field] === refused.value) faults[refused.field] ??= refused.text;

  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    setRefused(null);
    if (Object.keys(wrong).length > 0) {
      refuse(words.value.seeAbove);
      return;
    }
    const answer = await run(save);
    if (answer.ok) {
      draft.settle();
      setTried(false);
      say(saved);
      return;
    }
    const { field, detail } = answer.problem;
    if (field === null || !(field in draft.now)) return;
    const key = field as keyof T;
    setRefused({ field: key, value: draft.now[key], text: detail });
    refuse(words.value.seeAbove);
  };
  const reset = () => {
    draft.settle();
    setTried(false);
    setRefused(null);
    refuse(null);
  };
  return { changed: draft.changed, busy, fault, reset, faults, submit: (event) => void submit(event) };
}
