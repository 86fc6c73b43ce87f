// What was found, in words, with what to do about it.

import { Alert, Check, Hourglass, X } from "../components/icons";
import { findings, run, verdict } from "./trial";
import type { Finding, Mark } from "./trial";
import { choose, language, words } from "./words";

const TONE: Record<Mark, string> = { waiting: "is-cancelled", running: "is-in_process", fine: "is-done", slow: "is-waiting", broken: "is-broken" };

export function TrialPage() {
  const w = words.value;
  const all = verdict.value;
  const other = language.value === "en" ? "id" : "en";
  return (
    <main class="trial">
      <header>
        <h1>{w.title}</h1>
        <button type="button" class="quiet" data-testid="lang" lang={other} onClick={() => choose(other)}>{w.switchTo}</button>
      </header>
      <p class={`trial-verdict ${TONE[all]}`} role="status" data-testid="verdict" data-state={all}>
        {all === "running" ? w.running : all === "fine" ? w.fine : all === "slow" ? w.slow : w.broken}
      </p>
      <ul class="trial-list">{findings.value.map((one) => <Row key={one.what} found={one} />)}</ul>
      <button type="button" class="primary" data-testid="again" disabled={all === "running"} onClick={() => void run()}>{w.again}</button>
    </main>
  );
}

function Row({ found }: { found: Finding }) {
  const w = words.value;
  const { said, advice } = told(found);
  return (
    <li class="trial-row" data-testid={`trial-${found.what}`} data-state={found.mark}>
      <span class={`trial-mark ${TONE[found.mark]}`}>
        {found.mark === "fine" ? <Check size={20} /> : found.mark === "broken" ? <X size={20} /> : found.mark === "slow" ? <Alert size={20} /> : <Hourglass size={20} />}
      </span>
      <div>
        <b>{w[found.what]}</b>
        {said !== "" && <p class="said">{said}</p>}
        {advice !== "" && <p class="advice">{advice}</p>}
      </div>
    </li>
  );
}

function told({ what, mark, kind, numbers: [one = 0, two = 0] }: Finding): { said: string; advice: string } {
  const w = words.value;
  if (mark === "waiting" || mark === "running") return { said: "", advice: "" };
  const fine = mark === "fine";
  const of = (said: string, advice: string) => ({ said, advice: fine ? "" : advice });
  switch (what) {
    case "page": return of(w.pageFine, "");
    case "answer": return of(fine ? w.answerFine(one) : kind === "ill" ? w.answerIll : w.answerNone, kind === "ill" ? "" : w.answerAdvice);
    // A line that does not open while nothing else gets through either says nothing more.
    case "socket": return of(fine ? w.socketFine : w.socketNone, kind === "alone" ? w.socketAdvice : "");
    case "pings": return of(kind === "lost" ? w.pingsLost(one) : w.pingsFine(one, two), w.pingsAdvice);
    case "resume": return of(fine ? (kind === "whole" ? w.resumeWhole : w.resumeFine) : w.resumeNone, w.resumeAdvice);
    case "clock": return of(fine ? w.clockFine : w.clockOff(one), w.clockAdvice);
    case "storage": return of(fine ? w.storageFine : w.storageNone, w.storageAdvice);
  }
}
