// What hangs on the hub: screens and printers.

import { call } from "./api";
import type { Answer, Code, Device, FoundPrinter, PaperRow, Printer, PrinterSettings, PrinterTarget } from "./api";
import type { CodePage } from "../wire.gen";
import { words } from "./language";
import { stations } from "./menu";
import { shelf, then } from "./shelf";

export const devices = shelf("/devices", (a: { devices: Device[] }) => a.devices);
export const printers = shelf("/printers", (a: { printers: Printer[] }) => a.printers);
export const papers = shelf("/papers", (a: { papers: PaperRow[] }) => a.papers);

/** As printers' manuals name them. */
export const CODE_PAGES: readonly { value: CodePage; label: string }[] = [
  { value: "pc437", label: "PC437" }, { value: "pc850", label: "PC850" }, { value: "pc852", label: "PC852" }, { value: "pc858", label: "PC858 (€)" },
  { value: "pc860", label: "PC860" }, { value: "pc863", label: "PC863" }, { value: "pc865", label: "PC865" }, { value: "pc866", label: "PC866" },
  { value: "windows1252", label: "WPC1252" }, { value: "ascii", label: "ASCII" },
];

/** A code with which one more screen enrols. */
export function invite(): Promise<Answer<Code>> {
  return call<Code>("POST", "/devices/invite");
}

export function removeDevice(id: string): Promise<Answer<unknown>> {
  return then(call("DELETE", `/devices/${encodeURIComponent(id)}`), devices);
}

function of(id: string): string {
  return `/printers/${encodeURIComponent(id)}`;
}

export function addPrinter(settings: PrinterSettings): Promise<Answer<unknown>> {
  return then(call("POST", "/printers", settings), printers, stations);
}

export function savePrinter(id: string, settings: PrinterSettings): Promise<Answer<unknown>> {
  return then(call("PUT", of(id), settings), printers, stations);
}

export function removePrinter(id: string): Promise<Answer<unknown>> {
  return then(call("DELETE", of(id)), printers, stations);
}

export function testPrinter(id: string): Promise<Answer<unknown>> {
  return then(call("POST", `${of(id)}/test`), printers);
}

/** Where one stands that was found: an address, or a plug. */
export function foundAt(one: FoundPrinter): string {
  if ("tcp" in one.target) return one.target.tcp.host;
  return "device" in one.target ? one.target.device.path : "";
}

/** Printers at the till's own plugs, and who listens where printers do on its network. */
export function scanPrinters(): Promise<Answer<{ found: FoundPrinter[] }>> {
  return call<{ found: FoundPrinter[] }>("POST", "/printers/scan");
}

export function printPapers(list: string[]): Promise<Answer<unknown>> {
  return then(call("POST", "/papers/print", { papers: list }), papers);
}

export function movePapers(list: string[], printer: string): Promise<Answer<unknown>> {
  return then(call("POST", "/papers/move", { papers: list, printer }), papers);
}

export function throwPapersAway(list: string[]): Promise<Answer<unknown>> {
  return then(call("POST", "/papers/throw-away", { papers: list }), papers);
}

export function printPaperAgain(id: string, printer?: string): Promise<Answer<unknown>> {
  return then(call("POST", `/papers/${encodeURIComponent(id)}/again`, printer === undefined ? {} : { printer }), papers);
}

/** Where it is, as its owner would say it. */
export function targetWord(target: PrinterTarget): string {
  if ("tcp" in target) return `${target.tcp.host}:${target.tcp.port}`;
  return "device" in target ? target.device.path : target.roll.folder;
}

/** What is wrong, and what to do about it. */
export function faultWord(fault: string): string {
  const w = words.value;
  switch (fault) {
    case "unreachable": return w.faultUnreachable;
    case "refused": return w.faultRefused;
    case "interrupted": return w.faultInterrupted;
    case "stuck": return w.faultStuck;
    case "no_device": return w.faultNoDevice;
    case "paper_out": return w.faultPaperOut;
    case "cover_open": return w.faultCoverOpen;
    case "offline": return w.faultOffline;
    case "error": return w.faultError;
    default: return fault;
  }
}
