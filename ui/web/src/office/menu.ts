// Menu and stock: what the house sells, and every change of it.

import { computed } from "@preact/signals";

import { call } from "./api";
import type { Answer, Category, Product, ProductSettings, Station, Stations } from "./api";
import { words } from "./language";
import { shelf, then } from "./shelf";

export const categories = shelf("/categories", (a: { categories: Category[] }) =>
  a.categories.sort((one, two) => one.position - two.position || one.name.localeCompare(two.name)));
export const products = shelf("/products", (a: { products: Product[] }) =>
  a.products.sort((one, two) => one.name.localeCompare(two.name)));
export const stations = shelf("/stations", (a: Stations) => a);

/** Portions that may still be ordered; null is not counted. */
export function free(product: Product): number | null {
  return product.stock === null ? null : Math.max(product.stock - product.reserved, 0);
}

/** Guests cannot order it: switched off by hand, or used up. */
export function gone(product: Product): boolean {
  return product.sold_out || free(product) === 0;
}

/** Products under their categories, in the menu's order. Whatever a category is missing for
 * stands at the end, so that nothing goes unseen. */
export const groups = computed(() => {
  const shelves = categories.value.value ?? [];
  const all = products.value.value ?? [];
  const known = new Set(shelves.map((c) => c.id));
  const lost = all.filter((p) => !known.has(p.category));
  return [
    ...shelves.map((c) => ({ id: c.id, name: c.name, products: all.filter((p) => p.category === c.id) })),
    ...(lost.length > 0 ? [{ id: "", name: "—", products: lost }] : []),
  ];
});

/** As it is chosen for a dish: whoever chooses sees that no ticket will come out. */
export function stationChoice(name: Station): string {
  const bare = stations.value.value?.unprinted.some((one) => one.station === name) === true;
  return bare ? words.value.stationUnprinted(stationWord(name)) : stationWord(name);
}

export function stationWord(name: Station): string {
  const w = words.value;
  return name === "kitchen" ? w.stationKitchen : name === "bar" ? w.stationBar : name;
}

function of(id: string): string {
  return `/products/${encodeURIComponent(id)}`;
}

export function addProduct(settings: ProductSettings & { stock: number | null }): Promise<Answer<{ product: string }>> {
  return then(call<{ product: string }>("POST", "/products", settings), products, categories, stations);
}

export function saveProduct(id: string, settings: ProductSettings): Promise<Answer<unknown>> {
  return then(call("PUT", of(id), settings), products, categories, stations);
}

export function removeProduct(id: string): Promise<Answer<unknown>> {
  return then(call("DELETE", of(id)), products, categories);
}

export function setPicture(id: string, picture: Blob): Promise<Answer<unknown>> {
  return then(call("PUT", `${of(id)}/picture`, picture), products);
}

export function removePicture(id: string): Promise<Answer<unknown>> {
  return then(call("DELETE", `${of(id)}/picture`), products);
}

export function setSoldOut(id: string, sold_out: boolean): Promise<Answer<unknown>> {
  return then(call("PUT", `${of(id)}/sold_out`, { sold_out }), products);
}

/** Null stops counting. */
export function setStock(id: string, on_hand: number | null, reason: string): Promise<Answer<unknown>> {
  return then(call("PUT", `${of(id)}/stock`, { on_hand, reason }), products);
}

export function addDelivery(id: string, quantity: number, reason: string): Promise<Answer<unknown>> {
  return then(call("POST", `${of(id)}/deliveries`, { quantity, reason }), products);
}

export function addCategory(name: string): Promise<Answer<unknown>> {
  return then(call("POST", "/categories", { name }), categories);
}

/** `place` is where it stands on the menu: 1 is the first, and the others make room. */
export function saveCategory(id: string, name: string, place: number): Promise<Answer<unknown>> {
  return then(call("PUT", `/categories/${encodeURIComponent(id)}`, { name, position: place }), categories);
}

export function removeCategory(id: string): Promise<Answer<unknown>> {
  return then(call("DELETE", `/categories/${encodeURIComponent(id)}`), categories);
}

/** The menu as the hub writes it for a spreadsheet. */
export const SHEET = "/api/v1/menu.csv";

export function importSheet(sheet: File): Promise<Answer<{ added: number; changed: number }>> {
  // The hub goes by the type, and some systems know none for .csv.
  const text = new File([sheet], sheet.name, { type: "text/csv", lastModified: sheet.lastModified });
  return then(call<{ added: number; changed: number }>("POST", "/menu.csv", text), categories, products, stations);
}
