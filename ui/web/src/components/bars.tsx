// What both pages show above everything else: whether the hub is there, and the language.

import { effect, signal } from "@preact/signals";

import { farewell, outdated, up } from "../socket";
import { choose, language, words } from "../stores/language";
import { WifiOff } from "./icons";

/** A line that mends itself at once is nobody's business. */
const GRACE_MS = 1_500;

/** The line is down and was for longer than a blink. */
export const lost = signal(false);

effect(() => {
  if (up.value) {
    lost.value = false;
    return undefined;
  }
  const timer = window.setTimeout(() => {
    lost.value = true;
  }, GRACE_MS);
  return () => window.clearTimeout(timer);
});

/** `text` says what being offline means here. */
export function Banner({ text }: { text: string }) {
  const w = words.value;
  return (
    <div class="banner-seat" aria-live="polite">
      {outdated.value && (
        <div class="banner">
          <span>{w.outdated}</span>
          <button type="button" class="quiet" onClick={() => location.reload()}>{w.reload}</button>
        </div>
      )}
      {lost.value && !outdated.value && (
        <div class="banner" data-testid="offline">
          <WifiOff />
          <span>{text}{farewell.value ? ` ${farewell.value.message}` : ""}</span>
        </div>
      )}
    </div>
  );
}

export function LanguageButton() {
  const w = words.value;
  const other = language.value === "en" ? "id" : "en";
  return (
    <button type="button" class="quiet language" data-testid="lang" lang={other} aria-label={w.switchHint} onClick={() => choose(other)}>
      {w.switchTo}
    </button>
  );
}
