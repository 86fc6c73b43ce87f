// The guest's page: header, menu or orders, and the dock at the bottom that always knows how
// the orders stand and what is in the cart.

import { computed, effect } from "@preact/signals";

import { Banner, LanguageButton, lost } from "../components/bars";
import { Alert, Bag, ChevronRight, Hourglass, Receipt, User, WifiOff } from "../components/icons";
import { OrderShape, Progress, orderWord } from "../components/states";
import { me, notice, outdated } from "../socket";
import { count, sum } from "../stores/cart";
import { guest, needsName, ofVisit, over, running, table, tableNumber, unknownCode, visit } from "../stores/guest";
import { words } from "../stores/language";
import { leaving } from "../stores/leave";
import { unsent } from "../stores/outbox";
import { go, openSheet, place, wide } from "../stores/place";
import { money, site } from "../stores/room";
import { CartAside, CartSheet } from "./cart";
import { Join } from "./join";
import { Menu } from "./menu";
import { Orders } from "./orders";
import { Profile } from "./profile";
import { NotOpen, Start, UnknownTable } from "./start";

effect(() => {
  const house = site.value?.name;
  if (house) document.title = tableNumber.value === undefined ? house : `${words.value.table(tableNumber.value)} · ${house}`;
});

/** Once the party has left, its orders are all there is to see. */
const page = computed(() => (over.value ? "orders" : place.value.page));

export function GuestPage() {
  const { sheet } = place.value;
  const cartOpen = sheet === "cart" && !wide.value && !over.value && !needsName.value;
  // Leaving stays in sight until it is done.
  const profileOpen = guest.value !== null && (sheet === "profile" || leaving.value !== "no") && leaving.value !== "gone";
  const covered = cartOpen || profileOpen || needsName.value;
  return (
    <>
      <div class="page" aria-hidden={covered ? "true" : undefined}>
        <Header />
        {notice.value && <p class="fault page-fault" role="alert"><Alert /><span>{notice.value.message}</span></p>}
        <Body />
        <Dock />
      </div>
      {cartOpen && <CartSheet />}
      {profileOpen && <Profile />}
      {needsName.value && <Join />}
      <Spoken />
    </>
  );
}

function Body() {
  const w = words.value;
  if (site.value?.founded === false) return <NotOpen />;
  if (table === null) return <Start />;
  if (unknownCode.value && leaving.value !== "gone") return <UnknownTable />;
  if (!me.value || leaving.value === "gone") return <main class="empty" aria-live="polite"><Hourglass size={32} /><p class="muted">{w.loading}</p></main>;
  if (page.value === "orders") return <main><Orders /></main>;
  return (
    <div class="columns">
      <main><Menu /></main>
      {wide.value && <CartAside />}
    </div>
  );
}

function Header() {
  const w = words.value;
  const number = tableNumber.value;
  return (
    <header class="top">
      {site.value?.logo && <img class="top-logo" src={site.value.logo} alt="" decoding="async" data-testid="logo" />}
      <div class="top-name">
        <h1>{site.value?.name ?? "\u00a0"}</h1>
        {number !== undefined && (
          <p class="muted">{w.table(number)}{guest.value && leaving.value !== "gone" && ` · ${guest.value.name}`}</p>
        )}
      </div>
      {guest.value && leaving.value !== "gone" && (
        <button type="button" class="quiet person" data-testid="profile-open" aria-label={w.profileOf(guest.value.name)} onClick={() => openSheet("profile")}>
          <User /><span>{w.profile}</span>
        </button>
      )}
      <LanguageButton />
    </header>
  );
}

/** What always stays in sight: whether the hub is there, how the orders stand, the way on. */
function Dock() {
  const w = words.value;
  const seated = table !== null && me.value !== null && !unknownCode.value;
  const onMenu = seated && page.value === "menu";
  const showCart = onMenu && count.value > 0 && !wide.value;
  const showOrders = onMenu && (ofVisit.value.length > 0 || unsent.value !== null);
  const showMore = seated && page.value === "orders" && !over.value;
  const empty = !showCart && !showOrders && !showMore && !lost.value && !outdated.value;
  return (
    <div class={empty ? "dock bare" : "dock"}>
      <Banner text={unsent.value ? w.offlineUnsent : w.offline} />
      {(showCart || showOrders || showMore) && (
        <div class="dock-inner">
          {showOrders && <Standing />}
          {showMore && <button type="button" class="primary wide" data-testid="order-more" onClick={() => go("menu")}>{w.orderMore}</button>}
          {showCart && (
            <button type="button" class="primary wide cart-bar" data-testid="cart-open" aria-label={`${w.cartOpen}: ${w.portions(count.value)}, ${money(sum.value)}`} onClick={() => openSheet("cart")}>
              <span class="cart-count figures">{count.value}</span>
              <span class="cart-word"><Bag />{w.cartOpen}</span>
              <span class="figures">{money(sum.value)}</span>
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Standing() {
  const w = words.value;
  return (
    <button type="button" class="standing" data-testid="orders-open" onClick={() => go("orders")}>
      <Stand />
      <span class="standing-go">{w.see}<ChevronRight size={18} /></span>
    </button>
  );
}

/** In one line: the order that is not sent, else the own running one, else what is owed. */
function Stand() {
  const w = words.value;
  if (unsent.value) {
    return (
      <>
        <span class="tone is-cancelled">{lost.value ? <WifiOff /> : <Hourglass />}</span>
        <span class="standing-text"><b>{lost.value ? w.notSent : w.sending}</b></span>
      </>
    );
  }
  const order = running.value.find((o) => o.guest === guest.value?.guest) ?? running.value[0];
  if (order) {
    const more = running.value.length - 1;
    return (
      <>
        <span class={`tone is-${order.state}`}><OrderShape state={order.state} /></span>
        <span class="standing-text">
          <span><b class="figures">{w.order(order.number)}</b> · {orderWord(order.state)}{more > 0 && <span class="muted"> · +{more}</span>}</span>
          <Progress percent={order.progress} />
        </span>
      </>
    );
  }
  const owed = visit.value?.bill.total ?? 0;
  return (
    <>
      <span class="tone is-done"><Receipt /></span>
      <span class="standing-text"><b>{w.myOrders}</b>{owed > 0 && <span class="figures">{w.bill} {money(owed)}</span>}</span>
    </>
  );
}

/** Says changes of the own orders to who does not see them. */
function Spoken() {
  const said = ofVisit.value.filter((o) => o.guest === guest.value?.guest).slice(0, 3)
    .map((o) => words.value.stateOf(o.number, orderWord(o.state))).join(". ");
  return <p class="unseen" aria-live="polite">{said}</p>;
}
