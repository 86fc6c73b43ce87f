// Letters: what became of them, and how they leave the house.

import { call } from "./api";
import type { Answer, Letter, LetterPage, MailSettings, MailSetup } from "./api";
import { words } from "./language";
import { book, shelf, then } from "./shelf";

export const letters = book<LetterPage>((before) => (before === null ? "/mail" : `/mail?before=${encodeURIComponent(before)}`));
export const setup = shelf("/mail/settings", (a: MailSetup) => a);

function of(id: string): string {
  return `/mail/${encodeURIComponent(id)}`;
}

export function resend(id: string): Promise<Answer<unknown>> {
  return then(call("POST", `${of(id)}/resend`), letters);
}

export function giveUp(id: string): Promise<Answer<unknown>> {
  return then(call("DELETE", of(id)), letters);
}

/** Without a password the one that is kept stays. */
export function saveMail(next: MailSettings & { password?: string }): Promise<Answer<unknown>> {
  return then(call("PUT", "/mail/settings", next), setup, letters);
}

export function testMail(address: string): Promise<Answer<unknown>> {
  return then(call("POST", "/mail/test", { address }), letters);
}

/** What it is about. */
export function letterWord(letter: Letter): string {
  const w = words.value;
  switch (letter.what) {
    case "receipt": return letter.receipt === null ? w.receipts : w.letterReceipt(letter.receipt);
    case "password_code": return w.letterCode;
    case "report": return w.letterReport;
    case "test": return w.letterTest;
    default: return letter.what;
  }
}

/** Good enough to be sent; the hub looks closer. */
export function goodAddress(text: string): boolean {
  return /^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>.]+$/.test(text.trim());
}
