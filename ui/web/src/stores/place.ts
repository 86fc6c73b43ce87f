// Where the guest is: which page, and whether the cart lies open over it. Kept in the
// browser's history, so that "back" does what a thumb expects and a reload stays put.

import { signal } from "@preact/signals";

type Page = "menu" | "orders";

interface Place {
  page: Page;
  cart: boolean;
}

function read(state: unknown): Place {
  const known = typeof state === "object" && state !== null ? (state as Partial<Place>) : {};
  return { page: known.page === "orders" ? "orders" : "menu", cart: known.cart === true };
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
  if (now.page === page && !now.cart) return;
  const next = { page, cart: false };
  // An open cart is left for good: "back" does not open it again.
  if (now.cart) history.replaceState(next, "");
  else history.pushState(next, "");
  place.value = next;
  window.scrollTo(0, 0);
}

export function openCart(): void {
  if (place.value.cart) return;
  const next = { page: place.value.page, cart: true };
  history.pushState(next, "");
  place.value = next;
}

export function closeCart(): void {
  if (place.value.cart) history.back();
}
