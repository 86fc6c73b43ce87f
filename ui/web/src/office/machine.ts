// The machine that all this runs on.

import type { Machine } from "./api";
import { shelf } from "./shelf";

export const machine = shelf("/machine", (a: Machine) => a);

const MB = 1024 * 1024;

/** As the till writes it: "312 MB". */
export function sizeOf(bytes: number): string {
  const mb = Math.floor(bytes / MB);
  return mb < 10_000 ? `${mb} MB` : `${Math.floor(mb / 1024)} GB`;
}
