// What guests thought of the dishes, and which of it is asked for.

import { signal } from "@preact/signals";

import type { RatingPage } from "./api";
import { book } from "./shelf";

/** Id of a product; empty is all of them. */
export const ofProduct = signal("");
/** 0 is any number of stars. */
export const ofStars = signal(0);

export const ratings = book<RatingPage>((before) => {
  const query = new URLSearchParams();
  if (ofProduct.peek() !== "") query.set("product", ofProduct.peek());
  if (ofStars.peek() > 0) query.set("stars", String(ofStars.peek()));
  if (before !== null) query.set("before", before);
  const text = query.toString();
  return text === "" ? "/ratings" : `/ratings?${text}`;
});

export function narrow(product: string, stars: number): void {
  ofProduct.value = product;
  ofStars.value = stars;
  void ratings.restart();
}
