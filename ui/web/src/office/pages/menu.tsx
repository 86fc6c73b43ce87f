// The menu: every product under its category, what is low or sold out, and the way to each.

import { computed, signal } from "@preact/signals";

import { Alert, Bag, CircleX, Plus, Search, X } from "../../components/icons";
import { plain } from "../../stores/letters";
import { Select, Switch } from "../components/fields";
import { ListOrdered, Picture, Spreadsheet } from "../components/icons";
import { Missing } from "../components/panel";
import { Empty, Fault, PageHead, Waits } from "../components/parts";
import type { Product } from "../api";
import { useTask } from "../form";
import { money } from "../house";
import { words } from "../language";
import { categories, free, gone, groups, products, setSoldOut, stationWord, stations } from "../menu";
import { go, hrefOf, route } from "../route";
import { useShelves } from "../shelf";
import { CategoriesPanel } from "./categories";
import { ProductPanel } from "./product";
import { SheetPanel } from "./spreadsheet";

/** Guests order and the kitchen switches dishes off while somebody looks at the list. */
const FRESH_MS = 60_000;

type Filter = "all" | "low" | "gone";

const wanted = signal("");
const filter = signal<Filter>("all");
/** Id of a category; empty is all of them. */
const within = signal("");

const isLow = (p: Product) => p.low && !gone(p);
const lowCount = computed(() => (products.value.value ?? []).filter(isLow).length);
const goneCount = computed(() => (products.value.value ?? []).filter(gone).length);

const shown = computed(() => {
  const parts = plain(wanted.value.trim()).split(/\s+/);
  const fits = (p: Product, category: string) => {
    if (filter.value === "low" && !isLow(p)) return false;
    if (filter.value === "gone" && !gone(p)) return false;
    const hay = plain(`${p.name} ${p.description} ${category}`);
    return parts.every((part) => hay.includes(part));
  };
  const narrowed = filter.value !== "all" || wanted.value.trim() !== "";
  return groups.value
    .filter((group) => within.value === "" || group.id === within.value)
    .map((group) => ({ ...group, products: group.products.filter((p) => fits(p, group.name)) }))
    .filter((group) => group.products.length > 0 || !narrowed);
});

function showAll(): void {
  wanted.value = "";
  filter.value = "all";
  within.value = "";
}

export function MenuPage() {
  const w = words.value;
  useShelves(FRESH_MS, categories, products, stations);
  return (
    <>
      <PageHead title={w.menu} hint={products.value.value ? w.productCount(products.value.value.length) : undefined}>
        <a class="plain" href={hrefOf("menu", "csv")} data-testid="open-csv"><Spreadsheet />{w.sheet}</a>
        <a class="plain" href={hrefOf("menu", "categories")} data-testid="open-categories"><ListOrdered />{w.categories}</a>
        <a class="primary" href={hrefOf("menu", "new")} data-testid="product-new"><Plus />{w.addProduct}</a>
      </PageHead>
      <Waits on={[categories, products]}>{() => <Whole />}</Waits>
      <MenuPanel />
    </>
  );
}

function MenuPanel() {
  const open = route.value[1];
  const close = () => go("menu");
  if (open === undefined) return null;
  if (open === "csv") return <SheetPanel onClose={close} />;
  if (!categories.value.value || !products.value.value || !stations.value.value) return null;
  if (open === "categories") return <CategoriesPanel onClose={close} />;
  if (open === "new") return <ProductPanel key="new" product={null} onClose={close} />;
  const product = products.value.value.find((p) => p.id === open);
  return product ? <ProductPanel key={open} product={product} onClose={close} /> : <Missing onClose={close} />;
}

function Whole() {
  const w = words.value;
  if (products.value.value?.length === 0 && categories.value.value?.length === 0) {
    return (
      <Empty icon={<Bag size={32} />} title={w.menuEmpty} hint={w.menuEmptyHint} testid="menu-empty">
        <a class="plain" href={hrefOf("menu", "categories")}><ListOrdered />{w.firstCategory}</a>
      </Empty>
    );
  }
  return (
    <>
      <Tools />
      {shown.value.length === 0 && (
        <Empty title={w.nothingFound} hint={filter.value === "low" ? w.noneLow : filter.value === "gone" ? w.noneGone : undefined} testid="menu-nothing">
          <button type="button" class="plain" onClick={showAll}>{w.showAll}</button>
        </Empty>
      )}
      {shown.value.map((group) => (
        <section key={group.id} class="block" aria-labelledby={`group-${group.id}`}>
          <h2 id={`group-${group.id}`} class="block-title">{group.name} <span class="muted">{group.products.length}</span></h2>
          {group.products.length === 0 ? <p class="block-empty muted">{w.categoryEmpty}</p> : (
            <ul class="rows menu-rows">{group.products.map((product) => <Row key={product.id} product={product} />)}</ul>
          )}
        </section>
      ))}
    </>
  );
}

function Tools() {
  const w = words.value;
  const filters: [Filter, string, number | null][] = [["all", w.filterAll, null], ["low", w.low, lowCount.value], ["gone", w.soldOut, goneCount.value]];
  return (
    <div class="tools">
      <div class="search">
        <Search />
        <input type="search" data-testid="menu-search" value={wanted.value} placeholder={w.searchMenu} aria-label={w.searchMenu} autocomplete="off"
          maxLength={60} onInput={(e) => { wanted.value = e.currentTarget.value; }} />
        {wanted.value !== "" && (
          <button type="button" class="quiet round" aria-label={w.clearSearch} onClick={() => { wanted.value = ""; }}><X /></button>
        )}
      </div>
      <Select testid="menu-category" label={w.category} value={within.value} onValue={(id) => { within.value = id; }}>
        <option value="">{w.allCategories}</option>
        {(categories.value.value ?? []).map((c) => <option key={c.id} value={c.id}>{c.name}</option>)}
      </Select>
      <div class="segments" role="group" aria-label={w.filter}>
        {filters.map(([value, word, count]) => (
          <button key={value} type="button" class="segment" data-testid={`filter-${value}`} aria-pressed={filter.value === value}
            onClick={() => { filter.value = value; }}>
            {word}{count !== null && <span class="count">{count}</span>}
          </button>
        ))}
      </div>
    </div>
  );
}

function Row({ product }: { product: Product }) {
  const w = words.value;
  const task = useTask();
  const { id } = product;
  return (
    <li class={`row${product.sold_out ? " off" : ""}`} data-testid={`product-${id}`} data-state={gone(product) ? "gone" : product.low ? "low" : "ok"}>
      <span class="thumb">{product.picture ? <img src={product.picture} alt="" width="48" height="48" loading="lazy" decoding="async" /> : <Picture />}</span>
      <div class="cell-main">
        <a class="row-link" href={hrefOf("menu", id)} data-testid={`product-${id}-open`}>{product.name}</a>
        <p class="muted small one-line">{stationWord(product.station)}{product.description && ` · ${product.description}`}</p>
      </div>
      <span class="cell-amount figures" data-testid={`product-${id}-price`}>{money(product.price)}</span>
      <Stock product={product} />
      <span class="cell-switch above">
        <span class={product.sold_out ? "" : "muted"}>{product.sold_out ? w.soldOut : w.onSale}</span>
        <Switch on={!product.sold_out} disabled={task.busy} label={w.onSaleOf(product.name)} testid={`product-${id}-sale`}
          onValue={(on) => void task.run(() => setSoldOut(id, !on))} />
      </span>
      <div class="row-fault above"><Fault text={task.fault} testid={`product-${id}-fault`} /></div>
    </li>
  );
}

function Stock({ product }: { product: Product }) {
  const w = words.value;
  const left = free(product);
  if (left === null) return <span class="cell-stock muted small">{w.notCounted}</span>;
  return (
    <span class="cell-stock figures" data-testid={`product-${product.id}-stock`}>
      {left === 0 ? <span class="mark is-cancelled"><CircleX size={16} /><span>{w.usedUp}</span></span>
        : product.low ? <span class="mark is-waiting"><Alert size={16} /><span>{w.left(left)}</span></span> : <span>{w.left(left)}</span>}
      {product.reserved > 0 && <span class="muted small">{w.reserved(product.reserved)}</span>}
    </span>
  );
}
