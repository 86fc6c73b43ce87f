// The one line to the hub. It mends itself, resumes where it stopped, and keeps every request
// until the hub has answered it: sent again under the same id after a lost connection, so
// that it happens once. It knows nothing of pages; it must never drop an unanswered request
// by itself. Called by the stores.

import { batch, signal } from "@preact/signals";

import { markTab, lasting, tabMark } from "./stores/memory";
import { clockAhead, take } from "./stores/room";
import { uuid7 } from "./stores/uuid";
import type { ClientFrame, HubFrame, Language, Me, Op, Outcome } from "./wire.gen";

/** The protocol that this page speaks. */
const PROTOCOL = 1;
/** A browser cannot see the socket's own pings, so the page asks for signs of life. */
const PING_MS = 15_000;
/** Longer than one ping and its answer: nothing at all by then means the line is dead. */
const SILENCE_MS = 25_000;
/** After waking up the page does not wait that long: iOS drops sockets without a word. */
const PROBE_MS = 3_000;
/** An address that swallows packets answers never; a Wi-Fi that works answers at once. */
const CONNECT_MS = 6_000;
const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 8_000;
/** A request without an answer on a line that lives: ask again, the id is the same. */
const ANSWER_MS = 10_000;
/** A hub that is busy is not helped by being asked at once. */
const LATER_FIRST_MS = 1_000;
const LATER_LAST_MS = 15_000;

export type Answer =
  | { ok: true; result: Outcome }
  | { ok: false; code: string; params: { [key in string]?: string }; message: string };

/** Who this page says it is. */
export interface Identity {
  device?: string;
  session?: string;
  table?: string;
  language?: Language;
}

interface Pending {
  id: string;
  op: Op;
  /** Who must be speaking for it to go out: an order waits for the guest's session. */
  as: Me["who"] | null;
  /** When it last went out on the present connection; 0 if it did not. */
  sentAt: number;
  /** Not before this moment: the hub asked for patience. */
  notBefore: number;
  tries: number;
  /** Runs just before it goes out, each time; false takes it off the list. */
  before: (() => boolean) | null;
  then: (answer: Answer) => void;
}

/** Whether the hub is there and has said who we are. */
export const up = signal(false);
/** Who the hub takes us for; null until it has said so for the first time. */
export const me = signal<Me | null>(null);
/** Why the hub let go of us, in its words; cleared once it takes us back. */
export const farewell = signal<{ code: string; message: string } | null>(null);
/** A refusal that belongs to no request. */
export const notice = signal<{ code: string; message: string } | null>(null);
/** A large snapshot comes in pieces; until the last has come, what is missing is not gone. */
export const whole = signal(false);
/** The hub speaks another version and a reload did not help. */
export const outdated = signal(false);

let identity: Identity = {};
let socket: WebSocket | null = null;
let epoch = "";
let seq = 0;
/** What we hold belongs to somebody else: ask for a snapshot. */
let afresh = true;
/** Hellos that the hub has not answered: who we are is open, requests wait. */
let greetings = 0;
let retryMs = RETRY_FIRST_MS;
let retryTimer = 0;
let connectTimer = 0;
let probeTimer = 0;
let laterTimer = 0;
let heardAt = 0;
let pingedAt = 0;
const pending: Pending[] = [];

export function start(as: Identity): void {
  identity = as;
  connect();
  window.addEventListener("online", wake);
  window.addEventListener("pageshow", wake);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") wake();
  });
  window.setInterval(pulse, 1_000);
}

/** Becomes somebody else; the hub answers with everything that concerns them. */
export function become(change: Identity): void {
  identity = { ...identity, ...change };
  afresh = true;
  if (socket?.readyState === WebSocket.OPEN) hello();
}

/** Asks the hub anew who we are; a line that is down asks by itself when it is back. */
export function greet(): void {
  if (socket?.readyState === WebSocket.OPEN) hello();
}

/** The language of the hub's sentences from now on. */
export function speak(language: Language): void {
  identity = { ...identity, language };
  greet();
}

/** What the page said it is. */
export function said(): Identity {
  return identity;
}

/**
 * Asks the hub for something and keeps asking until it answers. `as` holds the request back
 * until the hub takes us for one of those; `before` runs each time just before it goes out and
 * may withdraw it by returning false (the promise then stays open).
 */
export function request(op: Op, how: { id?: string; as?: Me["who"]; before?: () => boolean } = {}): Promise<Answer> {
  return new Promise((resolve) => {
    pending.push({
      id: how.id ?? uuid7(), op, as: how.as ?? null, before: how.before ?? null, then: resolve,
      sentAt: 0, notBefore: 0, tries: 0,
    });
    flush();
  });
}

/** Takes a request back. Only the caller can know that the hub never saw it. */
export function withdraw(id: string): void {
  const at = pending.findIndex((p) => p.id === id);
  if (at >= 0) pending.splice(at, 1);
}

function connect(): void {
  window.clearTimeout(retryTimer);
  if (socket) return;
  let fresh: WebSocket;
  try {
    fresh = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
  } catch {
    retry();
    return;
  }
  socket = fresh;
  heardAt = Date.now();
  connectTimer = window.setTimeout(drop, CONNECT_MS);
  fresh.onmessage = (event) => {
    heardAt = Date.now();
    window.clearTimeout(connectTimer);
    window.clearTimeout(probeTimer);
    const frame = read(event.data);
    if (frame) hear(frame);
  };
  fresh.onclose = drop;
  fresh.onerror = drop;
}

/** Lets go of the socket, whatever state it is in, and tries again in a while. */
function drop(): void {
  const old = socket;
  if (!old) return;
  socket = null;
  old.onmessage = old.onclose = old.onerror = null;
  old.close();
  window.clearTimeout(connectTimer);
  window.clearTimeout(probeTimer);
  greetings = 0;
  up.value = false;
  for (const p of pending) p.sentAt = 0;
  retry();
}

function retry(): void {
  window.clearTimeout(retryTimer);
  // A dining room comes back all at once after a power cut: spread it out.
  retryTimer = window.setTimeout(connect, retryMs * (0.5 + Math.random()));
  retryMs = Math.min(retryMs * 2, RETRY_LAST_MS);
}

/** The device woke up or its network came back: no patience now. */
function wake(): void {
  if (!socket) {
    retryMs = RETRY_FIRST_MS;
    connect();
  } else if (socket.readyState === WebSocket.OPEN) {
    window.clearTimeout(probeTimer);
    probeTimer = window.setTimeout(drop, PROBE_MS);
    ping();
  }
}

function pulse(): void {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const now = Date.now();
  // A clock that was set back must not make the line look alive for ever.
  if (now < heardAt) heardAt = now;
  if (now - heardAt > SILENCE_MS) {
    drop();
    return;
  }
  if (now - pingedAt >= PING_MS || now < pingedAt) ping();
  for (const p of pending) {
    if (p.sentAt && now - p.sentAt > ANSWER_MS) p.sentAt = 0;
  }
  flush();
}

function ping(): void {
  pingedAt = Date.now();
  send({ type: "ping" });
}

function send(frame: ClientFrame): boolean {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(frame));
  return true;
}

function hello(): void {
  // Whoever lost the line between two pieces of a snapshot must not claim to have seen it all.
  const seen = afresh || !whole.value ? {} : { seen: { epoch, seq } };
  if (send({ type: "hello", ...identity, ...seen })) greetings += 1;
}

function flush(): void {
  if (!up.value || greetings > 0) return;
  const now = Date.now();
  for (const p of [...pending]) {
    if (p.sentAt || now < p.notBefore) continue;
    if (p.as && p.as !== me.value?.who) continue;
    if (p.before && !p.before()) {
      withdraw(p.id);
      continue;
    }
    if (!send({ type: "request", id: p.id, op: p.op })) return;
    p.sentAt = now;
  }
}

function read(data: unknown): HubFrame | null {
  try {
    const frame: unknown = JSON.parse(String(data));
    return typeof frame === "object" && frame !== null && "type" in frame ? (frame as HubFrame) : null;
  } catch {
    return null;
  }
}

function hear(frame: HubFrame): void {
  switch (frame.type) {
    case "welcome":
      clockAhead.value = frame.now_ms - Date.now();
      if (isOther(frame.protocol, frame.build)) return;
      if (frame.epoch !== epoch) afresh = true;
      greetings = 0;
      hello();
      break;
    case "snapshot":
      batch(() => {
        epoch = frame.epoch;
        seq = frame.seq;
        afresh = false;
        whole.value = false;
        take(frame.changes, true);
        greeted(frame.me);
        whole.value = frame.more !== true;
      });
      flush();
      break;
    case "events":
      batch(() => {
        seq = Math.max(seq, frame.seq);
        take(frame.changes, false);
        if (frame.me) greeted(frame.me);
        whole.value = frame.more !== true;
      });
      flush();
      break;
    case "ack":
      seq = Math.max(seq, frame.seq);
      settle(frame.id, { ok: true, result: frame.result });
      break;
    case "refused":
      refused(frame);
      break;
    case "pong":
      clockAhead.value = frame.now_ms - Date.now();
      break;
    case "bye":
      farewell.value = { code: frame.code, message: frame.message };
      break;
    default:
      // A newer hub may say more.
      break;
  }
}

function greeted(who: Me): void {
  greetings = Math.max(0, greetings - 1);
  retryMs = RETRY_FIRST_MS;
  // Another hello is on its way: what it brings is who we are.
  if (greetings > 0) return;
  me.value = who;
  up.value = true;
  farewell.value = null;
  outdated.value = false;
}

function refused(frame: HubFrame & { type: "refused" }): void {
  const later = ["outcome-unknown", "busy", "too-fast"].includes(frame.code);
  if (frame.id !== undefined) {
    const p = pending.find((one) => one.id === frame.id);
    if (p && later) postpone(p);
    else settle(frame.id, { ok: false, code: frame.code, params: frame.params, message: frame.message });
    // The session has ended while we thought otherwise: ask who we are.
    if (frame.code === "not-logged-in") {
      afresh = true;
      hello();
    }
    return;
  }
  const out = pending.filter((p) => p.sentAt);
  if (later) {
    // It may have been any of those on the way, or the hello.
    for (const p of out) postpone(p);
    if (greetings > 0) window.setTimeout(() => greetings > 0 && drop(), LATER_FIRST_MS);
    return;
  }
  const only = out[0];
  // The hello itself failed at the hub: come again after a while.
  if (greetings > 0 && frame.code !== "bad-request") window.setTimeout(() => greetings > 0 && drop(), LATER_FIRST_MS);
  if (frame.code === "bad-request" && only && out.length === 1) {
    settle(only.id, { ok: false, code: frame.code, params: frame.params, message: frame.message });
  } else {
    notice.value = { code: frame.code, message: frame.message };
  }
}

function postpone(p: Pending): void {
  const wait = Math.min(LATER_FIRST_MS * 2 ** p.tries, LATER_LAST_MS) * (0.75 + Math.random() / 2);
  p.tries += 1;
  p.sentAt = 0;
  p.notBefore = Date.now() + wait;
  window.clearTimeout(laterTimer);
  laterTimer = window.setTimeout(flush, wait + 10);
}

function settle(id: string, answer: Answer): void {
  const p = pending.find((one) => one.id === id);
  if (!p) return;
  withdraw(id);
  p.then(answer);
}

/** A page of another build fetches itself anew, once: a hub that serves an old page for ever must
 * not make it blink for ever. Nothing is lost by it, or it is not done. */
function isOther(protocol: number, build: string): boolean {
  const own = document.querySelector('meta[name="kasir-build"]')?.getAttribute("content") ?? "";
  const known = own !== "" && !own.startsWith("%");
  if (protocol === PROTOCOL && (!known || own === build)) return false;
  const key = "kasir.reloaded";
  const mark = `${protocol}/${build}`;
  if (lasting.value && tabMark(key) !== mark && markTab(key, mark)) {
    location.reload();
    return true;
  }
  // Same protocol, other build: good enough to go on. Another protocol is not.
  outdated.value = protocol !== PROTOCOL;
  return outdated.value;
}
