// The other language, a tap away.

import { choose, language, words } from "../language";

export function LanguageButton() {
  const w = words.value;
  const other = language.value === "en" ? "id" : "en";
  return (
    <button type="button" class="quiet language" data-testid="lang" lang={other} aria-label={w.switchHint} onClick={() => choose(other)}>
      {w.switchTo}
    </button>
  );
}
