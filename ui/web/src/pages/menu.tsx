// The menu: categories on top that follow the eye, a search, and dishes to pick.

import { computed, effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { Plus, Search, X } from "../components/icons";
import { Mean } from "../components/stars";
import { Stepper } from "../components/stepper";
import { change, most, quantities } from "../stores/cart";
import { departed, over } from "../stores/guest";
import { words } from "../stores/language";
import { plain } from "../stores/letters";
import { menu, money } from "../stores/room";
import type { CategoryView, ProductView } from "../wire.gen";

/** A menu this long is shown a category at a time: an old phone lays out no thousand pictures. */
const LONG = 300;
/** Nobody reads further down a list of hits; another letter is quicker. */
const HITS = 60;

const wanted = signal("");
const shown = signal<string | null>(null);

effect(() => {
  // The next one at this screen looks for something else.
  if (departed.value > 0) wanted.value = "";
});

const long = computed(() => menu.value.reduce((n, g) => n + g.products.length, 0) > LONG);
const current = computed(() => {
  const groups = menu.value;
  return groups.find((g) => g.category.id === shown.value) ?? groups[0] ?? null;
});

const groups = computed(() => {
  const text = plain(wanted.value.trim());
  if (text === "") return long.value ? [current.value].filter((g) => g !== null) : menu.value;
  const parts = text.split(/\s+/);
  let room = HITS;
  return menu.value
    .map(({ category, products }) => {
      const hits = products.filter((p) => {
        const hay = plain(`${p.name} ${p.description} ${category.name}`);
        return parts.every((part) => hay.includes(part));
      }).slice(0, room);
      room -= hits.length;
      return { category, products: hits };
    })
    .filter((group) => group.products.length > 0);
});

export function Menu() {
  const w = words.value;
  if (menu.value.length === 0) return <p class="empty muted">{w.menuEmpty}</p>;
  return (
    <div class="menu">
      <div class="search">
        <Search />
        <input type="search" data-testid="search" value={wanted.value} placeholder={w.search} aria-label={w.search}
          enterkeyhint="search" autocomplete="off" maxLength={60} onInput={(e) => { wanted.value = e.currentTarget.value; }} />
        {wanted.value !== "" && (
          <button type="button" class="quiet round" aria-label={w.clearSearch} onClick={() => { wanted.value = ""; }}><X /></button>
        )}
      </div>
      <Chips />
      {groups.value.length === 0 && (
        <div class="empty">
          <p>{w.nothingFound(wanted.value.trim())}</p>
          <button type="button" class="plain" onClick={() => { wanted.value = ""; }}>{w.showAll}</button>
        </div>
      )}
      {groups.value.map(({ category, products }) => (
        <section key={category.id} id={`category-${category.id}`} class="category" aria-labelledby={`title-${category.id}`}>
          <h2 id={`title-${category.id}`}>{category.name}</h2>
          <div class="dishes">
            {products.map((product) => <Dish key={product.id} product={product} />)}
          </div>
        </section>
      ))}
    </div>
  );
}

function Chips() {
  const bar = useRef<HTMLElement>(null);
  /** A tapped chip stays lit while the page travels to it. */
  const travel = useRef(0);

  useEffect(() => {
    let asked = 0;
    const look = () => {
      asked = 0;
      if (Date.now() < travel.current || long.value) return;
      const edge = (bar.current?.getBoundingClientRect().bottom ?? 0) + 24;
      let found: string | null = null;
      for (const { category } of menu.value) {
        const section = document.getElementById(`category-${category.id}`);
        if (section && (found === null || section.getBoundingClientRect().top <= edge)) found = category.id;
      }
      // The last ones may be too short to reach the edge.
      const end = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2;
      const last = groups.value[groups.value.length - 1];
      shown.value = end && window.scrollY > 0 && last ? last.category.id : found;
    };
    const scrolled = () => {
      if (!asked) asked = requestAnimationFrame(look);
    };
    look();
    window.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      window.removeEventListener("scroll", scrolled);
      cancelAnimationFrame(asked);
    };
  }, []);

  const lit = shown.value ?? menu.value[0]?.category.id;
  useEffect(() => {
    // scrollIntoView would move the page as well.
    const chip = bar.current?.querySelector<HTMLElement>('[aria-current="true"]');
    if (chip && bar.current) bar.current.scrollTo({ left: chip.offsetLeft - (bar.current.clientWidth - chip.offsetWidth) / 2, behavior: pace() });
  }, [lit]);

  const jump = (category: CategoryView) => {
    wanted.value = "";
    shown.value = category.id;
    travel.current = Date.now() + 700;
    // After the search, if there was one, has given the sections back: they are drawn with the
    // next frame.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const section = document.getElementById(`category-${category.id}`);
      if (!section) return;
      const top = section.getBoundingClientRect().top + window.scrollY - (bar.current?.offsetHeight ?? 0) + 1;
      window.scrollTo({ top, behavior: pace() });
    }));
  };

  return (
    <nav class="chips" ref={bar} aria-label={words.value.categories}>
      {menu.value.map(({ category }) => (
        <button key={category.id} type="button" class="chip" data-testid={`chip-${category.id}`}
          aria-current={category.id === lit ? "true" : undefined} onClick={() => jump(category)}>
          {category.name}
        </button>
      ))}
    </nav>
  );
}

function pace(): ScrollBehavior {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}

function Dish({ product }: { product: ProductView }) {
  const w = words.value;
  const quantity = quantities.value.get(product.id) ?? 0;
  const { id, name } = product;
  return (
    <article class={`dish${product.available ? "" : " gone"}${product.picture ? "" : " bare"}`} aria-labelledby={`dish-${id}`}>
      <div class="dish-text">
        <h3 id={`dish-${id}`}>{product.available ? name : <s>{name}</s>}</h3>
        {product.description && <p class="dish-line muted">{product.description}</p>}
        <p class="dish-foot figures"><span class="dish-price">{money(product.price)}</span>{product.rating && <Mean rating={product.rating} testid={`mean-${id}`} />}</p>
      </div>
      {product.picture && <img class="dish-picture" src={product.picture} alt="" loading="lazy" decoding="async" width="104" height="104" />}
      <div class="dish-pick">
        {!product.available && quantity === 0 && <span class="pill is-cancelled">{w.soldOut}</span>}
        {product.available && quantity === 0 && !over.value && (
          <button type="button" class="add" data-testid={`add-${id}`} aria-label={w.add(name)} onClick={() => change(id, 1)}>
            <Plus size={24} />
          </button>
        )}
        {quantity > 0 && !over.value && (
          <Stepper name={name} quantity={quantity} most={product.available ? most.value : quantity} change={(by) => change(id, by)}
            testid={{ add: `add-${id}`, less: `less-${id}`, count: `qty-${id}` }} />
        )}
      </div>
    </article>
  );
}
