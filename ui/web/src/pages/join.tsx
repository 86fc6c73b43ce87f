// "What is your name?": all that stands between a guest and an order.

import { useEffect, useRef, useState } from "preact/hooks";

import { lost } from "../components/bars";
import { Alert } from "../components/icons";
import { Sheet } from "../components/sheet";
import { join, joinFault, joining, lookAround, sendAfter } from "../stores/guest";
import { words } from "../stores/language";

/** As long as the hub takes them. */
const NAME_MAX = 60;
const MAIL_MAX = 254;
const PHONE_MAX = 30;

export function Join() {
  const w = words.value;
  const [name, setName] = useState("");
  const [mail, setMail] = useState("");
  const [phone, setPhone] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const fault = missing ? w.nameMissing : joinFault.value;

  useEffect(() => {
    joinFault.value = null;
  }, []);

  const submit = (event: Event) => {
    event.preventDefault();
    const clean = name.trim();
    setMissing(clean === "");
    if (clean === "") field.current?.focus();
    else void join(clean, mail.trim(), phone.trim());
  };

  return (
    <Sheet title={w.joinTitle} hint={w.joinWhy} onClose={lookAround}>
      <form class="join" onSubmit={submit} noValidate>
        <label>
          <span>{w.name}</span>
          <input ref={field} type="text" data-testid="join-name" value={name} maxLength={NAME_MAX} autocomplete="name" autocapitalize="words"
            required aria-invalid={missing} enterkeyhint="go" onInput={(e) => { setName(e.currentTarget.value); setMissing(false); }} />
        </label>
        <div class="pair">
          <label>
            <span>{w.mail} <i class="muted">{w.optional}</i></span>
            <input type="email" data-testid="join-mail" value={mail} maxLength={MAIL_MAX} autocomplete="email" inputMode="email"
              onInput={(e) => setMail(e.currentTarget.value)} />
          </label>
          <label>
            <span>{w.phone} <i class="muted">{w.optional}</i></span>
            <input type="tel" data-testid="join-phone" value={phone} maxLength={PHONE_MAX} autocomplete="tel" inputMode="tel"
              onInput={(e) => setPhone(e.currentTarget.value)} />
          </label>
        </div>
        <p class="muted small">{w.receiptWhy}</p>
        {fault && <p class="fault" role="alert"><Alert /><span>{fault}</span></p>}
        <button type="submit" class="primary wide" data-testid="join-submit" disabled={joining.value}>
          {joining.value ? (lost.value ? w.joinOffline : w.joinBusy) : sendAfter.value ? w.joinSend : w.joinGo}
        </button>
        <button type="button" class="quiet wide" data-testid="join-later" onClick={lookAround}>{w.lookFirst}</button>
      </form>
    </Sheet>
  );
}
