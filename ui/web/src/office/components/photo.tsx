// A picture of a product's or the house's own: seen as guests see it, chosen anew, taken away.

import { useRef, useState } from "preact/hooks";

import { Trash } from "../../components/icons";
import type { Answer } from "../api";
import { useTask } from "../form";
import { words } from "../language";
import { ask } from "../notice";
import { ACCEPT, address, fit } from "../picture";
import { Picture, Upload } from "./icons";
import { Fault } from "./parts";

interface Texts {
  hint: string;
  removeTitle: string;
  removeText: string;
}

interface Props {
  testid: string;
  texts: Texts;
  /** Shown whole, rather than as a square cut out of it. */
  whole?: boolean;
  /** Path of the one that the hub has. */
  picture: string | null;
  /** Sends it at once; null while there is nothing yet to send it to. */
  onChoose: ((file: Blob) => Promise<Answer<unknown>>) | null;
  onRemove: (() => Promise<Answer<unknown>>) | null;
  /** Holds it until there is. */
  onHold?: (file: Blob | null) => void;
}

export function Photo({ testid, texts, whole, picture, onChoose, onRemove, onHold }: Props) {
  const w = words.value;
  const input = useRef<HTMLInputElement>(null);
  /** Of the file that was chosen here, until the hub has it. */
  const [preview, setPreview] = useState<string | null>(null);
  const [waiting, setWaiting] = useState<Blob | null>(null);
  const task = useTask();
  const shown = preview ?? picture;

  const send = async (file: Blob) => {
    if (!onChoose) return;
    const answer = await task.run(() => onChoose(file));
    setWaiting(answer.ok ? null : file);
    if (answer.ok) setPreview(null);
  };
  const chosen = async (file: File | undefined) => {
    if (!file) return;
    task.refuse(null);
    const fitting = await fit(file);
    if (!fitting) {
      task.refuse(w.pictureForm);
      return;
    }
    setPreview(await address(fitting));
    if (onChoose) await send(fitting);
    else onHold?.(fitting);
  };
  const remove = () => {
    if (!picture || !onRemove) {
      setPreview(null);
      onHold?.(null);
      return;
    }
    ask({ title: texts.removeTitle, text: texts.removeText, yes: w.removePictureYes, run: onRemove });
  };

  return (
    <div class="photo">
      <div class={`photo-frame${whole ? " whole" : ""}${task.busy ? " busy" : ""}`}>
        {shown ? <img src={shown} alt="" data-testid={testid} /> : <Picture size={32} />}
      </div>
      <div class="photo-side">
        <p class="muted small">{task.busy ? w.pictureSending : texts.hint}</p>
        <Fault text={task.fault} testid={`${testid}-fault`} />
        <div class="button-row">
          {waiting && !task.busy && <button type="button" class="plain" data-testid={`${testid}-again`} onClick={() => void send(waiting)}>{w.tryAgain}</button>}
          <button type="button" class="plain" disabled={task.busy} onClick={() => input.current?.click()}><Upload />{shown ? w.changePicture : w.choosePicture}</button>
          {shown && <button type="button" class="quiet danger" data-testid={`${testid}-remove`} disabled={task.busy} onClick={remove}><Trash />{w.removePicture}</button>}
        </div>
        <input ref={input} type="file" class="unseen" tabIndex={-1} accept={ACCEPT} data-testid={`${testid}-file`} aria-label={w.choosePicture}
          onChange={(e) => {
            void chosen(e.currentTarget.files?.[0]);
            // The same file may be chosen again.
            e.currentTarget.value = "";
          }} />
      </div>
    </div>
  );
}
