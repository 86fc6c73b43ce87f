// Letters and what became of them; below, for an owner, how they leave the house.

import { Alert, Check, CircleX, Clock, Hourglass } from "../../components/icons";
import { Envelope, Send } from "../components/icons";
import { Empty, Fault, Older, PageHead, Waits } from "../components/parts";
import type { Letter, LetterState } from "../api";
import { useTask } from "../form";
import { moment } from "../house";
import { words } from "../language";
import { giveUp, letterWord, letters, resend } from "../mail";
import { ask, say } from "../notice";
import { may } from "../session";
import { useShelves } from "../shelf";
import { MailSetupPart } from "./mail-setup";

/** Whoever looks here waits for one to leave. */
const FRESH_MS = 10_000;

export function MailPage() {
  const w = words.value;
  useShelves(FRESH_MS, letters);
  const owner = may("manage_site");
  const pages = letters.value.value ?? [];
  const now = pages[0];
  const all = pages.flatMap((page) => page.letters);
  return (
    <>
      <PageHead title={w.mailPage} hint={w.mailHint}>
        {owner && (
          <button type="button" class="plain" data-testid="mail-settings-open" onClick={() => document.getElementById("mail-settings")?.scrollIntoView()}>
            {w.mailSettings}
          </button>
        )}
      </PageHead>
      {now?.on === false && (
        <p class="note is-waiting mail-note" role="status" data-testid="mail-off"><Alert /><span>{w.mailOff} {owner ? w.mailOffOwner : w.mailOffElse}</span></p>
      )}
      <section class="block">
        <h2 class="block-title">
          {w.letters}
          {now && now.waiting > 0 && <span class="muted" data-testid="mail-waiting"> · {w.waitingCount(now.waiting)}</span>}
          {now && now.failed > 0 && <span class="muted" data-testid="mail-failed"> · {w.lettersFailed(now.failed)}</span>}
        </h2>
        <Waits on={[letters]}>
          {() => all.length === 0 ? <Empty icon={<Envelope size={32} />} title={w.lettersEmpty} hint={w.lettersEmptyHint} testid="letters-empty" />
            : <ul class="rows letter-rows">{all.map((letter) => <Row key={letter.id} letter={letter} />)}</ul>}
        </Waits>
        <Older of={letters} testid="letters-older" />
      </section>
      {owner && <MailSetupPart />}
    </>
  );
}

function Row({ letter }: { letter: Letter }) {
  const w = words.value;
  const task = useTask();
  const { id, state, address, attempts, fault } = letter;
  const what = letterWord(letter);
  const waits = state === "queued";
  const again = async () => {
    const answer = await task.run(() => resend(id));
    if (answer.ok) say(w.letterQueuedAgain(address));
  };
  const stop = () => ask({
    title: w.giveUpTitle(what),
    text: w.giveUpText(address),
    yes: w.giveUpYes,
    run: async () => {
      const answer = await giveUp(id);
      if (answer.ok) say(w.givenUp);
      return answer;
    },
  });
  return (
    <li class="row" data-testid={`letter-${id}`} data-state={state}>
      <div class="cell-main">
        <b>{what}</b>
        <p class="path">{address === "" ? <span class="muted">{w.letterErased}</span> : address}</p>
        <p class="muted small">{moment(letter.queued_ms)}{attempts > 0 && state !== "sent" && ` · ${w.letterTries(attempts)}`}</p>
        {fault !== null && <p class="letter-fault small path" data-testid={`letter-${id}-fault`}>{fault}</p>}
      </div>
      <span><State state={state} /></span>
      <div class="button-row">
        {state !== "sending" && address !== "" && (
          <button type="button" class={state === "failed" ? "plain strong" : "plain"} data-testid={`letter-${id}-resend`} disabled={task.busy} onClick={() => void again()}>
            <Send size={16} />{waits ? w.sendNow : w.sendAgain}
          </button>
        )}
        {(waits || state === "failed") && (
          <button type="button" class="quiet danger" data-testid={`letter-${id}-cancel`} disabled={task.busy} onClick={stop}>{w.giveUp}</button>
        )}
      </div>
      <div class="row-fault"><Fault text={task.fault} testid={`letter-${id}-refusal`} /></div>
    </li>
  );
}

function State({ state }: { state: LetterState }) {
  const w = words.value;
  switch (state) {
    case "queued": return <span class="mark is-in_process"><Clock size={16} /><span>{w.letterQueued}</span></span>;
    case "sending": return <span class="mark is-in_process"><Hourglass size={16} /><span>{w.letterSending}</span></span>;
    case "sent": return <span class="mark is-done"><Check size={16} /><span>{w.letterSent}</span></span>;
    case "failed": return <span class="mark is-waiting"><Alert size={16} /><span>{w.letterFailed}</span></span>;
    default: return <span class="mark is-cancelled"><CircleX size={16} /><span>{w.letterCancelled}</span></span>;
  }
}
