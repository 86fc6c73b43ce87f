// What the hub has told this page, by kind. Every view is whole and replaces what was under
// its id. Only the socket writes here; pages read.

import { batch, computed, signal } from "@preact/signals";
import type { Signal } from "@preact/signals";

import type {
  CategoryView, Change, EmployeeView, Money, OrderView, PrinterView, ProductView, SiteView, VisitView,
} from "../wire.gen";

type Shelf<T> = ReadonlyMap<string, T>;

export const site = signal<SiteView | null>(null);
export const categories = signal<Shelf<CategoryView>>(new Map());
export const products = signal<Shelf<ProductView>>(new Map());
export const visits = signal<Shelf<VisitView>>(new Map());
export const orders = signal<Shelf<OrderView>>(new Map());
export const employees = signal<Shelf<EmployeeView>>(new Map());
export const printers = signal<Shelf<PrinterView>>(new Map());

/** How far the hub's clock is ahead of this device's, in milliseconds. */
export const clockAhead = signal(0);

export const menu = computed(() => {
  const byCategory = new Map<string, ProductView[]>();
  for (const product of products.value.values()) {
    const list = byCategory.get(product.category);
    if (list) list.push(product);
    else byCategory.set(product.category, [product]);
  }
  return [...categories.value.values()]
    .sort((a, b) => a.position - b.position || a.name.localeCompare(b.name))
    .map((category) => ({ category, products: byCategory.get(category.id) ?? [] }))
    .filter((group) => group.products.length > 0);
});

/** Takes what changed; `afresh` forgets everything that was known before. */
export function take(changes: readonly Change[], afresh: boolean): void {
  const gone: string[] = [];
  const put = <T extends { id: string }>(shelf: Signal<Shelf<T>>, found: T[]) => {
    const lost = gone.filter((id) => shelf.value.has(id));
    if (!afresh && found.length === 0 && lost.length === 0) return;
    const next = new Map(afresh ? [] : shelf.value);
    for (const id of lost) next.delete(id);
    for (const view of found) next.set(view.id, view);
    shelf.value = next;
  };
  const found = {
    category: [] as CategoryView[],
    product: [] as ProductView[],
    visit: [] as VisitView[],
    order: [] as OrderView[],
    employee: [] as EmployeeView[],
    printer: [] as PrinterView[],
  };
  batch(() => {
    for (const change of changes) {
      switch (change.kind) {
        case "site": site.value = change; break;
        case "category": found.category.push(change); break;
        case "product": found.product.push(change); break;
        case "visit": found.visit.push(change); break;
        case "order": found.order.push(change); break;
        case "employee": found.employee.push(change); break;
        case "printer": found.printer.push(change); break;
        case "gone": gone.push(change.id); break;
        // These concern the till only.
        case "hub": case "table": case "receipt": break;
        // A newer hub may tell of more.
        default: break;
      }
    }
    put(categories, found.category);
    put(products, found.product);
    put(visits, found.visit);
    put(orders, found.order);
    put(employees, found.employee);
    put(printers, found.printer);
  });
}

/** An amount as the house writes it: minor units in, "Rp92.400" out. */
export function money(amount: Money): string {
  const m = site.value?.money;
  if (!m) return "";
  const digits = String(Math.abs(amount)).padStart(m.digits + 1, "0");
  const whole = digits.slice(0, digits.length - m.digits);
  const cents = digits.slice(digits.length - m.digits);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, m.thousands);
  return `${amount < 0 ? "-" : ""}${m.symbol}${grouped}${m.digits > 0 ? m.decimal + cents : ""}`;
}

/** Basis points as percent: 1000 is "10", 750 is "7.5" with the house's decimal mark. */
export function percent(rate: number): string {
  return `${String(rate / 100).replace(".", site.value?.money.decimal ?? ".")}%`;
}
