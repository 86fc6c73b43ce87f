// Who the guest is, to be mended, and the way out of the table.

import { useEffect, useRef, useState } from "preact/hooks";

import { lost } from "../components/bars";
import { Alert, Check, LogOut } from "../components/icons";
import { PersonFields } from "../components/person";
import { Sheet } from "../components/sheet";
import { count } from "../stores/cart";
import { busy, tableNumber } from "../stores/guest";
import { words } from "../stores/language";
import { leave, leaveFault, leaving, stay } from "../stores/leave";
import { unsent } from "../stores/outbox";
import { closeSheet } from "../stores/place";
import { changed, person, profileFault, savePerson, saved, writePerson } from "../stores/profile";
import type { Person } from "../stores/profile";

/** What is on its way cannot be closed away. */
function close(): void {
  if (stay()) closeSheet();
}

export function Profile() {
  const w = words.value;
  const number = tableNumber.value;
  return (
    <Sheet title={w.profile} hint={number === undefined ? undefined : w.table(number)} onClose={close}>
      <div class="profile">
        <Details />
        <Leave />
      </div>
    </Sheet>
  );
}

function Details() {
  const w = words.value;
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const fault = missing ? w.nameMissing : profileFault.value;
  const under = busy.value.has("profile");

  useEffect(() => () => {
    saved.value = false;
  }, []);

  const write = (change: Partial<Person>) => {
    writePerson(change);
    if (change.name !== undefined) setMissing(false);
  };

  const submit = (event: Event) => {
    event.preventDefault();
    const nameless = person.value.name.trim() === "";
    setMissing(nameless);
    if (nameless) field.current?.focus();
    else if (changed.value) void savePerson();
  };

  return (
    <form class="join" onSubmit={submit} noValidate>
      <PersonFields person={person.value} write={write} missing={missing} field={field} enter="done" testid="profile" />
      {fault && <p class="fault" role="alert" data-testid="profile-fault"><Alert /><span>{fault}</span></p>}
      {saved.value
        ? <p class="saved is-done" role="status" data-testid="profile-saved"><Check /><span>{w.saved}</span></p>
        : (
          <button type="submit" class="primary wide" data-testid="profile-save" disabled={under || !changed.value}>
            {under ? (lost.value ? w.joinOffline : w.joinBusy) : w.save}
          </button>
        )}
    </form>
  );
}

function Leave() {
  const w = words.value;
  const [asked, setAsked] = useState(false);
  const under = leaving.value !== "no";
  return (
    <div class="leave">
      {leaveFault.value && <p class="fault" role="alert"><Alert /><span>{leaveFault.value}</span></p>}
      {asked || under
        ? (
          <div class="sure" role="group" aria-label={w.leaveSure}>
            <p>{w.leaveSure}</p>
            <p class="muted hint">{w.leaveHint}{count.value > 0 && ` ${w.leaveCart}`}</p>
            {unsent.value && <p class="small waits" role="status">{w.leaveUnsent}</p>}
            <button type="button" class="plain" data-testid="leave-no" disabled={leaving.value === "sent"}
              onClick={() => { if (stay()) setAsked(false); }}>{w.leaveNo}</button>
            <button type="button" class="plain danger" data-testid="leave-yes" disabled={under || unsent.value !== null} onClick={() => void leave()}>
              {under ? (lost.value ? w.joinOffline : w.joinBusy) : w.leaveYes}
            </button>
          </div>
        )
        : <button type="button" class="quiet danger wide" data-testid="leave" onClick={() => setAsked(true)}><LogOut />{w.leave}</button>}
    </div>
  );
}
