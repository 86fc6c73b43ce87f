// Where the guest is: which page, and which sheet lies open over it. Kept in the browser's
// history, so that "back" does what a thumb expects and a reload stays put.

import { signal } from "@preact/signals";

type Page = "menu" | "orders";
type SheetName = "cart" | "profile";

interface Place {
  page: Page;
  sheet: SheetName | null;
}

function read(state: unknown): Place {
  const known = typeof state === "object" && state !== null ? (state as Partial<Place>) : {};
  const sheet = known.sheet === "cart" || known.sheet === "profile" ? known.sheet : null;
  return { page: known.page === "orders" ? "orders" : "menu", sheet };
}

export const place = signal<Place>(read(history.state));

/** Room for the cart beside the menu. The same width stands in guest.css. */
const WIDE = "(min-width: 760px)";
export const wide = signal(window.matchMedia(WIDE).matches);

window.addEventListener("resize", () => {
  wide.value = window.matchMedia(WIDE).matches;
});

window.addEventListener("popstate", (event) => {
  place.value = read(event.state);
});

/** Goes on to a page; "back" returns here. */
export function go(page: Page): void {
  const now = place.value;
  if (now.page === page && now.sheet === null) return;
  const next = { page, sheet: null };
  // An open sheet is left for good: "back" does not open it again.
  if (now.sheet !== null) history.replaceState(next, "");
  else history.pushState(next, "");
  place.value = next;
  window.scrollTo(0, 0);
}

export function openSheet(sheet: SheetName): void {
  if (place.value.sheet !== null) return;
  const next = { page: place.value.page, sheet };
  history.pushState(next, "");
  place.value = next;
}

export function closeSheet(): void {
  if (place.value.sheet !== null) history.back();
}
