// Who a guest is: a name, and where a receipt may go.

import type { Ref } from "preact";

import { words } from "../stores/language";
import type { Person } from "../stores/profile";

/** As long as the hub takes them. */
const NAME_MAX = 60;
const MAIL_MAX = 254;
const PHONE_MAX = 24;

interface Props {
  person: Person;
  write: (change: Partial<Person>) => void;
  /** The form was sent without a name. */
  missing: boolean;
  field: Ref<HTMLInputElement>;
  enter: "go" | "done";
  /** Tells one form's fields from another's. */
  testid: string;
}

export function PersonFields({ person, write, missing, field, enter, testid }: Props) {
  const w = words.value;
  return (
    <>
      <label>
        <span>{w.name}</span>
        <input ref={field} type="text" data-testid={`${testid}-name`} value={person.name} maxLength={NAME_MAX} autocomplete="name" autocapitalize="words"
          required aria-invalid={missing} enterkeyhint={enter} onInput={(e) => write({ name: e.currentTarget.value })} />
      </label>
      <div class="pair">
        <label>
          <span>{w.mail} <i class="muted">{w.optional}</i></span>
          <input type="email" data-testid={`${testid}-mail`} value={person.mail} maxLength={MAIL_MAX} autocomplete="email" inputMode="email"
            onInput={(e) => write({ mail: e.currentTarget.value })} />
        </label>
        <label>
          <span>{w.phone} <i class="muted">{w.optional}</i></span>
          <input type="tel" data-testid={`${testid}-phone`} value={person.phone} maxLength={PHONE_MAX} autocomplete="tel" inputMode="tel"
            onInput={(e) => write({ phone: e.currentTarget.value })} />
        </label>
      </div>
      <p class="muted small">{w.receiptWhy}</p>
    </>
  );
}
