// The office's way to the hub: what /api/v1 speaks of, and the one function that calls it.
// It knows no page. Every change carries an id made here, which stays the same while nobody
// knows whether the hub took it: asked twice, it happens once.

import type { Backup, CodePage, Cutter, DrawerPin, Language, Money, PaperWidth, PrinterFault, Rate, Role, Station, TableState } from "../wire.gen";
import { uuid7 } from "../stores/uuid";
import { language, words } from "./language";

export type { Language, Money, Role, Station, TableState };

export type Right =
  | "manage_menu" | "manage_tables" | "manage_staff" | "manage_site" | "manage_printers" | "manage_devices" | "manage_mail"
  | "see_reports" | "erase_guests" | "reprint" | "mail_receipt";

export interface Session {
  employee: { id: string; name: string; role: Role };
  rights: string[];
  language: Language;
}

/** Somewhere somebody is logged in. */
export interface OpenSession {
  id: string;
  /** Id of the employee. */
  employee: string;
  name: string;
  /** The device's name, or the browser's. */
  where: string;
  opened_ms: number;
  /** The one that this page speaks in. */
  current: boolean;
}

export interface TaxProfile {
  service: Rate;
  service_on_takeaway: boolean;
  tax: Rate;
  tax_on_service: boolean;
  prices_include: boolean;
}

export interface CashRounding {
  step: Money;
  mode: "down" | "nearest" | "up";
}

export type ConfirmRule = "always" | "first_of_visit" | "never";

export interface Site {
  name: string;
  address: string;
  tax_id: string;
  /** ISO 4217. */
  currency: string;
  /** IANA name. */
  timezone: string;
  /** Minutes after midnight. */
  day_start_min: number;
  language: Language;
  tax: TaxProfile;
  cash_rounding: CashRounding;
  confirm: ConfirmRule;
  guest_quantity_max: number;
  /** Missing in a house that never chose. */
  erase_after_days?: number;
  /** Hash of the logo, which is set by itself; missing when there is none. */
  logo?: string;
}

export interface Category {
  id: string;
  name: string;
  position: number;
  /** How many products it holds. */
  products: number;
}

export interface ProductSettings {
  category: string;
  name: string;
  price: Money;
  /** What it costs the house. */
  cost: Money;
  description: string;
  station: Station;
  min_stock: number;
}

export interface Product extends ProductSettings {
  id: string;
  /** Path of the picture. */
  picture: string | null;
  /** Portions on hand; null is not counted. */
  stock: number | null;
  /** Of these, promised to orders. */
  reserved: number;
  /** Switched off by hand. */
  sold_out: boolean;
  /** At or below `min_stock`. */
  low: boolean;
}

export interface TableSettings {
  number: string;
  area: string;
  seats: number;
}

export interface Table extends TableSettings {
  id: string;
  /** Where its QR code leads: "/t/…". */
  path: string;
  state: TableState;
}

export interface Employee {
  id: string;
  name: string;
  mail: string;
  role: Role;
  active: boolean;
  /** Has signed up and waits for a yes. */
  pending: boolean;
  has_pin: boolean;
  has_password: boolean;
}

export interface Device {
  id: string;
  name: string;
  /** The till itself. */
  built_in: boolean;
  enrolled_ms: number;
}

/** A one-time code, to be read out to somebody. */
export interface Code {
  code: string;
  minutes: number;
}

export interface Stations {
  stations: Station[];
  /** Those whose tickets come out of no printer, and a dish of each that has one. */
  unprinted: { station: Station; dish: string | null }[];
}

export type PrinterTarget = { tcp: { host: string; port: number } } | { device: { path: string } } | { roll: { folder: string } };

export interface PrinterSettings {
  name: string;
  target: PrinterTarget;
  /** Millimetres; "80-42" has 42 characters a line. */
  width: PaperWidth;
  stations: Station[];
  receipts: boolean;
  drawer: boolean;
  code_page?: CodePage;
  cutter?: Cutter;
  drawer_pin?: DrawerPin;
  backup?: Backup;
  checker?: boolean;
  merge_s?: number;
}

/** Somebody who may be a printer: at a plug, answering as one, or only taking connections. */
export interface FoundPrinter {
  target: PrinterTarget;
  manner: "plugged" | "speaks" | "silent";
  /** The house's printer that is there already. */
  name: string | null;
}

export type PaperState = "waiting" | "sending" | "failed" | "old" | "sent" | "confirmed" | "thrown_away";

/** Something that has been printed, or waits to be. */
export interface PaperRow {
  id: string;
  kind: string;
  place: string;
  takeaway: boolean;
  number: string;
  station: Station | null;
  printer: string;
  printer_name: string;
  meant_for: string | null;
  state: PaperState;
  fault: PrinterFault | null;
  attempts: number;
  copy: boolean;
  since_ms: number;
  ended_ms: number | null;
}

export interface Printer extends PrinterSettings {
  id: string;
  /** Documents that wait for it. */
  waiting: number;
  fault: PrinterFault | (string & {}) | null;
  paper_low: boolean;
  speech: "unknown" | "speaks" | "silent";
}

/** What a guest thought of a dish. */
/** Somebody of whom the house still knows something. */
export interface Guest {
  id: string;
  name: string;
  mail: string;
  phone: string;
  /** As its bill calls it. */
  place: string;
  opened_ms: number;
  /** Ratings with words of theirs. */
  comments: number;
}

export interface GuestList {
  guests: Guest[];
  /** There are others. */
  more: boolean;
}

export interface Rating {
  id: string;
  product: string;
  product_name: string;
  order: string;
  /** "5", "5B": the table as its bill calls it. */
  place: string;
  /** Empty once it is erased. */
  guest: string;
  /** 1 to 5. */
  stars: number;
  comment: string;
  rated_ms: number;
}

export interface RatingPage {
  ratings: Rating[];
  /** Asks for older ones; null at the end. */
  next: string | null;
}

export type LetterState = "queued" | "sending" | "sent" | "failed" | "cancelled";

/** A letter and what became of it. */
export interface Letter {
  id: string;
  what: "receipt" | "password_code" | "report" | "test";
  /** The receipt's number. */
  receipt: string | null;
  /** Empty once it is erased. */
  address: string;
  state: LetterState;
  attempts: number;
  /** What the mail server or the network said last. */
  fault: string | null;
  queued_ms: number;
}

export interface LetterPage {
  /** Mail is set up at all. */
  on: boolean;
  waiting: number;
  failed: number;
  letters: Letter[];
  /** Asks for older ones; null at the end. */
  next: string | null;
}

export type MailSecurity = "starttls" | "tls" | "none";

export interface MailServer {
  host: string;
  port: number;
  security: MailSecurity;
  /** Empty when the server asks for nobody. */
  user: string;
  /** File on the till with the authority that signs a house's own server; empty is the world's. */
  ca_file: string;
}

export type MailRoute = "off" | { smtp: MailServer } | { folder: { path: string } };

export interface MailSettings {
  route: MailRoute;
  /** Where letters come from. */
  from: string;
  /** Where the owner's reports go. */
  owner: string[];
}

export interface MailSetup extends MailSettings {
  has_password: boolean;
}

export type SyncFault = "unreachable" | "refused" | "rejected" | "diverged";

/** The machine that all this runs on. */
export interface Machine {
  program: string;
  disk: { state: "ample" | "low" | "full" | "read_only"; free_bytes: number };
}

/** How head office's copy does. */
export interface SyncState {
  on: boolean;
  /** Events that are not there yet. */
  waiting: number;
  /** Since when nothing goes up. */
  since_ms: number | null;
  fault: SyncFault | null;
  /** In the server's or the network's own words. */
  detail: string;
}

export interface SyncSettings {
  on: boolean;
  host: string;
  port: number;
  user: string;
  database: string;
  tls: "required" | "off";
  /** As for mail. */
  ca_file: string;
}

export interface SyncSetup extends SyncSettings {
  has_password: boolean;
  /** Under which this house stands there; null before it was ever switched on. */
  site: string | null;
}

export type BackupFault = "missing" | "same_medium" | "full" | "denied" | "unsealed" | "damaged" | "diverged" | "failed";
export type JournalTo = "off" | "folder" | "stick";

/** How backups do, and which there are. */
export interface BackupState {
  backup: { on: boolean; last_ms: number | null; fault: BackupFault | null; since_ms: number | null };
  /** In the system's own words. */
  detail: string;
  journal_copy: { on: boolean; waiting: number; fault: BackupFault | null; since_ms: number | null };
  journal_copy_detail: string;
  /** Somebody asked for one that is not made yet. */
  wanted: boolean;
  made: BackupMade[];
}

export interface BackupMade {
  path: string;
  made_ms: number;
  /** The last event that it holds. */
  event: number;
  bytes: number;
  sealed: boolean;
  /** A stick may be elsewhere. */
  there: boolean;
}

export interface BackupSettings {
  folder: string;
  stick: boolean;
  sealed: boolean;
  keep: { daily: number; weekly: number; monthly: number };
  journal: JournalTo;
}

export interface BackupSetup extends BackupSettings {
  has_passphrase: boolean;
}

/** What a house took in over some time. */
export interface Figures {
  receipts: number;
  orders: number;
  portions: number;
  subtotal: Money;
  discount: Money;
  net: Money;
  service: Money;
  tax: Money;
  total: Money;
  rounding: Money;
  /** Taken in, after the rounding of cash. */
  due: Money;
  /** What the sold portions cost the house. */
  cost: Money;
  /** Taken in a receipt. */
  average: Money;
  /** Orders cancelled after the kitchen had them. */
  voided: number;
  voided_amount: Money;
}

/** A day, or the month that begins there. */
export interface Bar {
  from: string;
  receipts: number;
  due: Money;
}

/** An hour of the house's clock, 0 to 23. */
export interface Hour {
  hour: number;
  receipts: number;
  due: Money;
}

export interface Sold {
  product: string;
  name: string;
  category: string;
  /** Portions. */
  quantity: number;
  amount: Money;
  cost: Money;
  /** No longer on the menu. */
  retired: boolean;
}

export interface Low {
  product: string;
  name: string;
  free: number;
  min_stock: number;
}

export interface Stars {
  ratings: number;
  /** 46 is 4.6. */
  tenths: number | null;
}

/** How the open day goes. Days are business days, "2025-11-22". */
export interface Dashboard {
  /** The open one. */
  day: string;
  today: Figures;
  /** The whole of the same weekday a week before. */
  week_ago: Figures;
  /** The last fourteen days, oldest first. */
  bars: Bar[];
  /** Only those that sold something, in the order of the business day. */
  hours: Hour[];
  /** First day of `best` and `least`. */
  since: string;
  best: Sold[];
  least: Sold[];
  low: Low[];
  /** On the menu. */
  products: number;
  /** At work. */
  employees: number;
  /** Of all ratings ever. */
  stars: Stars;
}

export interface Sales {
  house: string;
  from: string;
  to: string;
  step: "day" | "month";
  figures: Figures;
  /** The period of the same length just before. */
  before_from: string;
  before_to: string;
  before: Figures;
  bars: Bar[];
  hours: Hour[];
  /** Also what is on the menu and sold nothing. */
  products: Sold[];
  /** Given in the period. */
  stars: Stars;
}

export interface ReceiptLine {
  id: string;
  number: string;
  /** The business day it belongs to. */
  day: string;
  at_ms: number;
  /** "5", "5B", or a takeaway's number. */
  place: string;
  takeaway: boolean;
  cashier: string;
  guests: string[];
  due: Money;
}

export interface ReceiptPage {
  /** Newest first. */
  receipts: ReceiptLine[];
  /** Asks for older ones; null at the end. */
  next: string | null;
}

export interface ReceiptOrder {
  number: number;
  placed_ms: number;
  who: string;
  lines: { name: string; quantity: number; unit_price: Money; amount: Money; note: string }[];
}

export interface PaidReceipt extends ReceiptLine {
  /** How often it was printed again. */
  copies: number;
  bill: { subtotal: Money; discount: Money; net: Money; service: Money; tax: Money; total: Money };
  settlement: { rounding: Money; due: Money; tendered: Money; change: Money };
  orders: ReceiptOrder[];
}

/** Why something did not happen. */
interface Problem {
  /** 0: the hub was not reached. */
  status: number;
  code: string;
  /** A sentence in the user's language. */
  detail: string;
  /** The setting that is wrong, where it is one. */
  field: string | null;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };

type Method = "GET" | "POST" | "PUT" | "DELETE";

/** The hub answers within a second; a Wi-Fi that swallows packets is given up on then. */
const PATIENCE_MS = 15_000;
/** A picture of 5 MiB over a bad Wi-Fi. */
const UPLOAD_PATIENCE_MS = 90_000;
/** A line that breaks as the request goes out is mostly back after this. */
const BREATH_MS = 800;

/** Changes that nobody knows the outcome of, with the ids they went out under. */
const unsure = new Map<string, string>();

/** The user goes on to something else: the same words would mean another change. */
export function forgetUnsure(): void {
  unsure.clear();
}

/** Somebody who has touched nothing for so long is not there: what pages ask for by themselves does
 * not keep the office open. */
const UNATTENDED_MS = 5 * 60_000;
let touched = performance.now();
for (const sign of ["pointerdown", "keydown", "wheel"]) {
  window.addEventListener(sign, () => void (touched = performance.now()), { passive: true, capture: true });
}

let signedOut: () => void = () => {};
/** Counts up with every session: a late answer to an old one ends no new one. */
let session = 0;

/** Tells when the hub no longer knows the session. */
export function whenSignedOut(then: () => void): void {
  signedOut = then;
}

export function signedIn(): void {
  session += 1;
}

/** Asks the hub. `body` is sent as JSON, or as it is when it is a file. */
export async function call<T>(method: Method, path: string, body?: object): Promise<Answer<T>> {
  const file = body instanceof Blob ? body : null;
  const content = file ?? (body === undefined ? undefined : JSON.stringify(body));
  const headers: Record<string, string> = { accept: "application/json", "accept-language": language.value };
  const change = `${method} ${path} ${file ? fingerprint(file) : String(content)}`;
  const id = unsure.get(change) ?? uuid7();
  if (method !== "GET") {
    headers["content-type"] = file ? file.type : "application/json";
    headers["x-request-id"] = id;
    unsure.set(change, id);
  }
  if (performance.now() - touched > UNATTENDED_MS) headers["x-unattended"] = "1";
  const asked = session;
  const response = await send(`/api/v1${path}`, { method, headers, body: content, credentials: "same-origin", cache: "no-store" },
    file ? UPLOAD_PATIENCE_MS : PATIENCE_MS);
  if (response === null) return refuse(0, "unreachable", words.value.unreachable);
  // The hub may stop before it knows whether a change is on disk: then the id stays too.
  if (response.status < 500) unsure.delete(change);
  if (response.status === 401 && path !== "/session") {
    if (asked === session) signedOut();
    return refuse(401, "not-logged-in", words.value.tryAfterLogin);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) return problem(response.status, answer);
  if (response.status !== 204 && answer === undefined) return refuse(response.status, "unreadable", words.value.unreadable);
  // The types above are the contract; the hub's own tests hold it.
  return { ok: true, value: answer as T };
}

function fingerprint(file: Blob): string {
  return `${file.type} ${file.size} ${file instanceof File ? `${file.name} ${file.lastModified}` : ""}`;
}

/** Null when no answer came. One more try when the line broke at once: it carries the same id. */
async function send(url: string, init: RequestInit, patience: number): Promise<Response | null> {
  for (const again of [true, false]) {
    const stop = new AbortController();
    const timer = window.setTimeout(() => stop.abort(), patience);
    try {
      return await fetch(url, { ...init, signal: stop.signal });
    } catch {
      if (!again || stop.signal.aborted) return null;
    } finally {
      window.clearTimeout(timer);
    }
    await new Promise((go) => window.setTimeout(go, BREATH_MS));
  }
  return null;
}

function refuse(status: number, code: string, detail: string, field: string | null = null): { ok: false; problem: Problem } {
  return { ok: false, problem: { status, code, detail, field } };
}

function problem(status: number, answer: unknown): { ok: false; problem: Problem } {
  const said = parts(answer);
  const text = (of: Parts, key: string) => (typeof of[key] === "string" ? of[key] : "");
  const code = text(said, "code");
  return refuse(status, code, text(said, "detail") || text(said, "title") || words.value.failed(status),
    code === "setting" ? text(parts(said["params"]), "key") : null);
}

type Parts = Partial<Record<string, unknown>>;

function parts(answer: unknown): Parts {
  return typeof answer === "object" && answer !== null ? (answer as Parts) : {};
}
