// A sheet on the right for one thing, over the list it comes from; and the question that is
// asked before something is lost.

import type { ComponentChildren } from "preact";
import { useLayoutEffect } from "preact/hooks";

import { Alert, X } from "../../components/icons";
import { useModal } from "../../components/modal";
import { useTask } from "../form";
import { words } from "../language";
import { question } from "../notice";
import type { Question } from "../notice";
import { leave } from "../route";
import { Fault } from "./parts";

interface Props {
  title: string;
  hint?: string;
  testid: string;
  /** The first field takes the keyboard, where there is one. */
  eager?: boolean;
  onClose: () => void;
  /** Stays at the bottom while the rest scrolls. */
  foot?: ComponentChildren;
  children: ComponentChildren;
}

export function Panel(props: Props) {
  const close = () => leave(props.onClose);
  const box = useModal(close);
  const { eager } = props;
  useLayoutEffect(() => {
    // On a touchscreen a keyboard would come up and hide the panel.
    if (eager && window.matchMedia("(pointer: fine)").matches) box.current?.querySelector<HTMLElement>(".panel-body input")?.focus();
  }, [box, eager]);
  return (
    <div class="panel">
      <div class="panel-shade" onClick={close} aria-hidden="true" />
      <div class="panel-box" role="dialog" aria-modal="true" aria-labelledby="panel-title" tabIndex={-1} ref={box} data-testid={props.testid}>
        <header class="panel-head">
          <div>
            <h2 id="panel-title">{props.title}</h2>
            {props.hint && <p class="muted">{props.hint}</p>}
          </div>
          <button type="button" class="quiet round" data-testid="panel-close" aria-label={words.value.close} onClick={close}><X /></button>
        </header>
        <div class="panel-body">{props.children}</div>
        {props.foot && <footer class="panel-foot">{props.foot}</footer>}
      </div>
    </div>
  );
}

/** Something at an address that is not there (any more). */
export function Missing({ onClose }: { onClose: () => void }) {
  const w = words.value;
  return <Panel title={w.missingTitle} testid="missing" onClose={onClose}><p>{w.missingText}</p></Panel>;
}

/** Shows the question, if there is one. */
export function Questions() {
  const asked = question.value;
  return asked && <Dialog key={asked.title} asked={asked} />;
}

function Dialog({ asked }: { asked: Question }) {
  const w = words.value;
  const task = useTask();
  const close = () => {
    if (!task.busy) question.value = null;
  };
  const box = useModal(close);
  const yes = async () => {
    const answer = await task.run(async () => asked.run() ?? { ok: true, value: null });
    // The answer may have raised another question.
    if (answer.ok && question.peek() === asked) question.value = null;
  };
  return (
    <div class="dialog">
      <div class="panel-shade" onClick={close} aria-hidden="true" />
      <div class="dialog-box" role="alertdialog" aria-modal="true" aria-labelledby="dialog-title" aria-describedby="dialog-text" tabIndex={-1}
        ref={box} data-testid="question">
        <span class="dialog-mark"><Alert size={24} /></span>
        <h2 id="dialog-title">{asked.title}</h2>
        <p id="dialog-text">{asked.text}</p>
        <Fault text={task.fault} testid="question-fault" />
        <div class="dialog-answers">
          <button type="button" class="plain" data-testid="question-no" disabled={task.busy} onClick={close}>{asked.no ?? w.cancel}</button>
          <button type="button" class="primary ruin" data-testid="question-yes" disabled={task.busy} onClick={() => void yes()}>{asked.yes}</button>
        </div>
      </div>
    </div>
  );
}
