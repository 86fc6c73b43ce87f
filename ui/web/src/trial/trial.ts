// Tries the connection, one thing after the other, and keeps what came of each. It asks for
// nothing that a stranger may not have, a dozen frames in all, and the hub's own limits hold.

import { signal } from "@preact/signals";

import type { ClientFrame, HubFrame } from "../wire.gen";

export type What = "page" | "answer" | "socket" | "pings" | "resume" | "clock" | "storage";
export type Mark = "waiting" | "running" | "fine" | "slow" | "broken";

export interface Finding {
  what: What;
  mark: Mark;
  /** Numbers for the words: milliseconds, minutes, how many. */
  numbers: number[];
  /** Which of a mark's sentences. */
  kind: string;
}

const ORDER: readonly What[] = ["page", "answer", "socket", "pings", "resume", "clock", "storage"];
const ANSWER_MS = 5_000;
/** As long as the pages wait before they try anew. */
const CONNECT_MS = 6_000;
const PINGS = 10;
const PING_MS = 3_000;
/** Between two, so that a burst is no measure. */
const PAUSE_MS = 120;
/** A tap that takes longer feels slow. */
const SLOW_MS = 300;
/** Off by less nobody notices. */
const CLOCK_MS = 120_000;

export const findings = signal<readonly Finding[]>([]);
export const verdict = signal<Mark>("running");

function note(what: What, mark: Mark, kind = "", ...numbers: number[]): void {
  findings.value = findings.value.map((one) => (one.what === what ? { what, mark, kind, numbers } : one));
}

export async function run(): Promise<void> {
  findings.value = ORDER.map((what) => ({ what, mark: "waiting", kind: "", numbers: [] }));
  verdict.value = "running";
  note("page", "fine");
  storage();
  note("answer", "running");
  await answer();
  note("socket", "running");
  const line = await open();
  if (line === null) {
    note("socket", "broken", findings.value.some((one) => one.what === "answer" && one.mark === "fine") ? "alone" : "");
  } else {
    note("socket", "fine");
    clock(line.now_ms);
    note("pings", "running");
    await pings(line.socket);
    note("resume", "running");
    await resume(line.socket);
  }
  const marks = findings.value.map((one) => one.mark);
  verdict.value = marks.includes("broken") ? "broken" : marks.includes("slow") ? "slow" : "fine";
}

async function answer(): Promise<void> {
  const stop = new AbortController();
  const timer = window.setTimeout(() => stop.abort(), ANSWER_MS);
  const began = performance.now();
  try {
    const response = await fetch("/healthz", { cache: "no-store", signal: stop.signal });
    if (response.ok) note("answer", "fine", "", Math.round(performance.now() - began));
    else note("answer", "slow", "ill");
  } catch {
    note("answer", "broken");
  } finally {
    window.clearTimeout(timer);
  }
}

interface Line {
  socket: WebSocket;
  now_ms: number;
  epoch: string;
}

/** A line that the hub has greeted on; null when none comes. */
async function open(): Promise<Line | null> {
  let socket: WebSocket;
  try {
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
  } catch {
    return null;
  }
  const welcome = await heard(socket, (frame) => frame.type === "welcome", CONNECT_MS);
  if (welcome?.type === "welcome") return { socket, now_ms: welcome.now_ms, epoch: welcome.epoch };
  socket.close();
  return null;
}

/** The next frame of that kind; null when the line ends or it takes too long. */
function heard(socket: WebSocket, wanted: (frame: HubFrame) => boolean, patience: number): Promise<HubFrame | null> {
  return new Promise((resolve) => {
    const done = (frame: HubFrame | null) => {
      window.clearTimeout(timer);
      socket.removeEventListener("message", listen);
      socket.removeEventListener("close", fail);
      resolve(frame);
    };
    const fail = () => done(null);
    const listen = (event: MessageEvent) => {
      try {
        const frame = JSON.parse(String(event.data)) as HubFrame;
        if (wanted(frame)) done(frame);
      } catch {
        done(null);
      }
    };
    const timer = window.setTimeout(fail, patience);
    socket.addEventListener("message", listen);
    socket.addEventListener("close", fail);
  });
}

function say(socket: WebSocket, frame: ClientFrame): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
}

async function pings(socket: WebSocket): Promise<void> {
  const times: number[] = [];
  for (let n = 0; n < PINGS; n += 1) {
    const began = performance.now();
    const pong = heard(socket, (frame) => frame.type === "pong", PING_MS);
    say(socket, { type: "ping" });
    if ((await pong) !== null) times.push(performance.now() - began);
    await new Promise((go) => window.setTimeout(go, PAUSE_MS));
  }
  const lost = PINGS - times.length;
  if (lost > 0) {
    note("pings", lost === PINGS ? "broken" : "slow", "lost", lost);
    return;
  }
  times.sort((a, b) => a - b);
  const middle = Math.round(times[PINGS / 2] ?? 0);
  const worst = Math.round(times[PINGS - 1] ?? 0);
  note("pings", middle > SLOW_MS ? "slow" : "fine", "", middle, worst);
}

/** As a phone does that was in a pocket: the line is cut, and another one goes on from there. */
async function resume(socket: WebSocket): Promise<void> {
  const snapshot = heard(socket, (frame) => frame.type === "snapshot", CONNECT_MS);
  say(socket, { type: "hello" });
  const first = await snapshot;
  socket.close();
  const line = first === null ? null : await open();
  if (first?.type !== "snapshot" || line === null) {
    note("resume", "broken");
    return;
  }
  const back = heard(line.socket, (frame) => frame.type === "events" || frame.type === "snapshot", CONNECT_MS);
  say(line.socket, { type: "hello", seen: { epoch: first.epoch, seq: first.seq } });
  const next = await back;
  line.socket.close();
  if (next === null) note("resume", "broken");
  else note("resume", "fine", next.type === "events" ? "" : "whole");
}

function clock(now_ms: number): void {
  const off = Math.abs(now_ms - Date.now());
  note("clock", off > CLOCK_MS ? "slow" : "fine", "", Math.round(off / 60_000));
}

function storage(): void {
  const key = "kasir.trial";
  try {
    localStorage.setItem(key, "1");
    const kept = localStorage.getItem(key) === "1";
    localStorage.removeItem(key);
    note("storage", kept ? "fine" : "slow");
  } catch {
    note("storage", "slow");
  }
}
