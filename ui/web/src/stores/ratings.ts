// Stars for what the party was served: which dishes, what this guest gave, and what is picked
// and not sent.

import { computed, effect, signal } from "@preact/signals";

import type { ProductId } from "../wire.gen";
import { departed, guest, ofVisit, once, own, serial, visit } from "./guest";
import { products } from "./room";

/** Longest comment, in characters. */
export const COMMENT_MAX = 500;

export interface Draft {
  /** 0 before one was picked. */
  stars: number;
  comment: string;
}

export interface Dish {
  product: ProductId;
  name: string;
  /** What this guest gave; 0 is nothing yet. */
  stars: number;
}

const drafts = signal<ReadonlyMap<ProductId, Draft>>(new Map());
const faults = signal<ReadonlyMap<ProductId, string>>(new Map());
/** What the hub has taken, until its view of the visit says so. */
const taken = signal<ReadonlyMap<ProductId, number>>(new Map());
/** Comments that this page sent; the hub does not tell them to guests. */
const sent = new Map<ProductId, string>();

/** Every dish once, as it came to the table: a later one does not move what a finger is on. */
export const served = computed<Dish[]>(() => {
  const given = new Map<ProductId, number>();
  for (const one of visit.value?.rated ?? []) if (one.guest === guest.value?.guest) given.set(one.product, one.stars);
  for (const [product, stars] of taken.value) given.set(product, stars);
  const dishes = new Map<ProductId, Dish>();
  for (const order of ofVisit.value.filter((o) => o.state === "done").sort((a, b) => serial(a) - serial(b))) {
    for (const { product, name } of order.lines) {
      if (!dishes.has(product)) dishes.set(product, { product, name: products.value.get(product)?.name ?? name, stars: given.get(product) ?? 0 });
    }
  }
  return [...dishes.values()];
});

export function draftOf(product: ProductId): Draft | null {
  return drafts.value.get(product) ?? null;
}

export function faultOf(product: ProductId): string | null {
  return faults.value.get(product) ?? null;
}

/** What concerns a dish's rating in the list of what is under way. */
export function rateKey(product: ProductId): string {
  return `rate ${product}`;
}

export function writeRating(product: ProductId, change: Partial<Draft>): void {
  const now = draftOf(product) ?? { stars: 0, comment: "" };
  drafts.value = new Map(drafts.value).set(product, { ...now, ...change });
}

/** Thinks a sent rating over. */
export function rateAgain({ product, stars }: Dish): void {
  writeRating(product, { stars, comment: sent.get(product) ?? "" });
}

/** Leaves it as it was. */
export function letBe(product: ProductId): void {
  drafts.value = without(drafts.value, product);
  faults.value = without(faults.value, product);
}

export async function rate(product: ProductId): Promise<void> {
  const draft = draftOf(product);
  if (!draft || draft.stars < 1) return;
  faults.value = without(faults.value, product);
  const comment = draft.comment.trim();
  const message = await once(rateKey(product), () => own({ name: "product.rate", product, stars: draft.stars, comment }));
  if (message !== null) {
    faults.value = new Map(faults.value).set(product, message);
    return;
  }
  sent.set(product, comment);
  taken.value = new Map(taken.value).set(product, draft.stars);
  // Who has changed their mind meanwhile sends again.
  if (draftOf(product) === draft) drafts.value = without(drafts.value, product);
}

function without<T>(map: ReadonlyMap<ProductId, T>, product: ProductId): ReadonlyMap<ProductId, T> {
  const left = new Map(map);
  left.delete(product);
  return left;
}

effect(() => {
  if (visit.value) taken.value = new Map();
});

effect(() => {
  if (departed.value === 0) return;
  taken.value = new Map();
  drafts.value = new Map();
  faults.value = new Map();
  sent.clear();
});
