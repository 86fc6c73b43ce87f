// What was picked: change it, add notes, send it. Beside the menu on a tablet, over it on a
// phone. Sums here are the menu's prices; what is owed in the end the hub says.

import { Alert, Bag } from "../components/icons";
import { Sheet } from "../components/sheet";
import { Stepper } from "../components/stepper";
import { NOTE_MAX, change, count, fault, faults, lines, most, sum, write } from "../stores/cart";
import { over, sendCart, visit } from "../stores/guest";
import { words } from "../stores/language";
import { unsent } from "../stores/outbox";
import { closeSheet } from "../stores/place";
import { money, percent, site } from "../stores/room";

export function CartSheet() {
  const w = words.value;
  return (
    <Sheet title={w.cart} hint={w.portions(count.value)} onClose={closeSheet}>
      <Cart />
    </Sheet>
  );
}

export function CartAside() {
  const w = words.value;
  return (
    <aside class="aside" aria-label={w.cart}>
      <header class="aside-head">
        <h2>{w.cart}</h2>
        {count.value > 0 && <span class="muted">{w.portions(count.value)}</span>}
      </header>
      <Cart />
    </aside>
  );
}

function Cart() {
  const w = words.value;
  const empty = lines.value.length === 0;
  return (
    <>
      <div class="cart-body">
        {empty && (
          <div class="empty">
            <Bag size={32} />
            <h3>{w.cartEmpty}</h3>
            <p class="muted">{w.cartEmptyHint}</p>
          </div>
        )}
        <ul class="cart-lines">
          {lines.value.map((line) => <Line key={line.product} line={line} />)}
        </ul>
      </div>
      {!empty && (
        <footer class="cart-foot">
          {fault.value && <p class="fault" role="alert"><Alert /><span>{fault.value}</span></p>}
          <p class="sum"><span>{w.sum}</span><strong class="figures" data-testid="cart-sum">{money(sum.value)}</strong></p>
          <p class="muted small">{surcharge()}</p>
          {unsent.value && <p class="small waits">{w.sendWaits}</p>}
          <button type="button" class="primary wide" data-testid="send" disabled={unsent.value !== null || over.value} onClick={sendCart}>{w.send}</button>
        </footer>
      )}
    </>
  );
}

function Line({ line }: { line: (typeof lines.value)[number] }) {
  const w = words.value;
  const { product, quantity, note, view } = line;
  const name = view?.name ?? w.gone;
  const sellable = view?.available ?? false;
  const wrong = faults.value.has(product);
  return (
    <li class={`cart-line${wrong || !sellable ? " wrong" : ""}`} data-testid={`cart-line-${product}`}>
      <p class="cart-name">{sellable ? name : <s>{name}</s>} {!sellable && view && <span class="pill is-cancelled">{w.soldOut}</span>}</p>
      <p class="cart-amount figures">{money((view?.price ?? 0) * quantity)}</p>
      <input class="cart-note" type="text" data-testid={`cart-note-${product}`} value={note} maxLength={NOTE_MAX} placeholder={w.note}
        aria-label={w.noteFor(name)} autocomplete="off" enterkeyhint="done" onInput={(e) => write(product, e.currentTarget.value)} />
      <Stepper name={name} quantity={quantity} most={sellable ? most.value : quantity} change={(by) => change(product, by)}
        testid={{ add: `cart-add-${product}`, less: `cart-less-${product}`, count: `cart-qty-${product}` }} />
    </li>
  );
}

/** What comes on top of the sum, if anything. */
function surcharge(): string {
  const w = words.value;
  const house = site.value;
  if (!house) return "";
  if (house.prices_include) return w.included;
  const away = visit.value !== null && !("table" in visit.value.seat);
  const service = house.service > 0 && (!away || house.service_on_takeaway);
  if (service && house.tax > 0) return w.plusBoth(percent(house.service), percent(house.tax));
  if (service) return w.plusService(percent(house.service));
  return house.tax > 0 ? w.plusTax(percent(house.tax)) : "";
}
