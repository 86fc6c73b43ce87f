// "What is your name?": all that stands between a guest and an order.

import { useEffect, useRef, useState } from "preact/hooks";

import { lost } from "../components/bars";
import { Alert } from "../components/icons";
import { PersonFields } from "../components/person";
import { Sheet } from "../components/sheet";
import { join, joinFault, joining, lookAround, sendAfter } from "../stores/guest";
import { words } from "../stores/language";
import { NOBODY, trimmed } from "../stores/profile";
import type { Person } from "../stores/profile";

export function Join() {
  const w = words.value;
  const [person, setPerson] = useState(NOBODY);
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const fault = missing ? w.nameMissing : joinFault.value;

  useEffect(() => {
    joinFault.value = null;
  }, []);

  const write = (change: Partial<Person>) => {
    setPerson({ ...person, ...change });
    if (change.name !== undefined) setMissing(false);
  };

  const submit = (event: Event) => {
    event.preventDefault();
    const { name, mail, phone } = trimmed(person);
    setMissing(name === "");
    if (name === "") field.current?.focus();
    else void join(name, mail, phone);
  };

  return (
    <Sheet title={w.joinTitle} hint={w.joinWhy} onClose={lookAround}>
      <form class="join" onSubmit={submit} noValidate>
        <PersonFields person={person} write={write} missing={missing} field={field} enter="go" testid="join" />
        {fault && <p class="fault" role="alert"><Alert /><span>{fault}</span></p>}
        <button type="submit" class="primary wide" data-testid="join-submit" disabled={joining.value}>
          {joining.value ? (lost.value ? w.joinOffline : w.joinBusy) : sendAfter.value ? w.joinSend : w.joinGo}
        </button>
        <button type="button" class="quiet wide" data-testid="join-later" onClick={lookAround}>{w.lookFirst}</button>
      </form>
    </Sheet>
  );
}
