// Guests who ask to be forgotten: found by name, mail or phone, and forgotten for good.

import { UserX } from "../components/icons";
import { Empty, PageHead, Waits } from "../components/parts";
import { Finder } from "../components/report";
import type { Guest } from "../api";
import { enough, forgetGuests, guests, wanted } from "../guests";
import { moment } from "../house";
import { words } from "../language";
import { ask, say } from "../notice";
import { useAsked } from "../shelf";

export function GuestsPage() {
  const w = words.value;
  return (
    <>
      <PageHead title={w.guests} hint={w.guestsHint} />
      <Finder label={w.guestsSearch} testid="guests-search" wanted={wanted} />
      {enough.value ? <Found what={wanted.value} /> : <Empty icon={<UserX size={32} />} title={w.guestsFind} hint={w.guestsFindHint} testid="guests-start" />}
    </>
  );
}

function Found({ what }: { what: string }) {
  const w = words.value;
  useAsked(what, 0, guests);
  const list = guests.value.value;
  const forget = (some: Guest[]) => ask({
    title: w.forgetTitle(some.length),
    text: w.forgetText,
    yes: w.forgetYes,
    run: async () => {
      const answer = await forgetGuests(some.map((one) => one.id));
      if (answer.ok) say(w.forgotten(some.length));
      return answer;
    },
  });
  return (
    <Waits on={[guests]}>
      {() => list === null || list.guests.length === 0 ? <Empty title={w.guestsNone} testid="guests-none" /> : (
        <>
          {list.guests.length > 1 && (
            <div class="tools">
              <button type="button" class="plain" data-testid="guests-forget-all" onClick={() => forget(list.guests)}>{w.forgetAll(list.guests.length)}</button>
            </div>
          )}
          <ul class="rows">{list.guests.map((one) => <Row key={one.id} guest={one} onForget={() => forget([one])} />)}</ul>
          {list.more && <p class="muted small" data-testid="guests-more">{w.guestsMore}</p>}
        </>
      )}
    </Waits>
  );
}

function Row({ guest, onForget }: { guest: Guest; onForget: () => void }) {
  const w = words.value;
  return (
    <li class="row" data-testid={`guest-${guest.id}`}>
      <div class="cell-main">
        <b>{guest.name === "" ? w.guest : guest.name}</b>
        <p class="muted small">{[guest.mail, guest.phone, guest.comments > 0 ? w.guestComments(guest.comments) : ""].filter(Boolean).join(" · ")}</p>
      </div>
      <p class="muted small">{w.tableName(guest.place)} · {moment(guest.opened_ms)}</p>
      <button type="button" class="plain" data-testid={`guest-${guest.id}-forget`} onClick={onForget}>{w.forget}</button>
    </li>
  );
}
