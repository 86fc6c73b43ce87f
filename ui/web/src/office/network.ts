// Servers as somebody types them.

import { parseCount } from "./currency";

export const HOST_MAX = 253;
const PORT_MAX = 65_535;

/** Good enough to be sent; the hub looks closer. */
export function goodHost(text: string): boolean {
  return /^[A-Za-z0-9.:[\]-]+$/.test(text.trim());
}

/** Null when it is none. */
export function parsePort(text: string): number | null {
  const port = parseCount(text);
  return port === null || port < 1 || port > PORT_MAX ? null : port;
}
