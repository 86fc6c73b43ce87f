// How phones find the till: its address, what the printed cards carry, and the guests' Wi-Fi.

import { call } from "./api";
import type { Answer } from "./api";
import { shelf, then } from "./shelf";

export interface Wifi {
  name: string;
  security: "wpa" | "none";
  hidden: boolean;
  has_password: boolean;
}

interface Network {
  /** "http://192.168.1.10:8080" */
  address: string;
  /** Whether anybody but the till itself can come by it. */
  reachable: boolean;
  /** What the printed cards carry; null when none were printed. */
  cards: string | null;
  cards_lost: boolean;
  wifi: Wifi | null;
}

export const network = shelf("/network", (a: Network) => a);

export interface WifiSettings {
  name: string;
  security: "wpa" | "none";
  hidden: boolean;
  /** Missing keeps the one that is kept. */
  password?: string;
}

/** The picture by which a phone joins; another network has another path. */
export function wifiQr(wifi: Wifi): string {
  return `/api/v1/network/wifi/qr.svg?of=${encodeURIComponent(`${wifi.name} ${wifi.security} ${saved}`)}`;
}

/** The password may be another one under the same name. */
let saved = 0;

export function saveWifi(settings: WifiSettings): Promise<Answer<unknown>> {
  saved += 1;
  return then(call("PUT", "/network/wifi", settings), network);
}

export function removeWifi(): Promise<Answer<unknown>> {
  return then(call("DELETE", "/network/wifi"), network);
}

export function printWifi(): Promise<Answer<unknown>> {
  return call("POST", "/network/wifi/print");
}

/** The cards are being printed: the till remembers the address that they carry. */
export function notePrinted(): Promise<Answer<unknown>> {
  return then(call("POST", "/network/cards"), network);
}
