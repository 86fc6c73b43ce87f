// What every form does: hold what is typed until the hub has taken it, ask once at a time,
// and keep the refusal beside the button.

import { useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Answer } from "./api";
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

const RUNNING = { ok: false, problem: { status: 0, code: "running", detail: "" } } as const;

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
