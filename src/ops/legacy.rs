//! What the old app's tablets ask for: carts that change with every tap, an order made of one, a
//! table that is processed or finished. All of it becomes ordinary orders; only a cart that was
//! not sent is something of its own, and stands outside the journal. Called by `hub::legacy`.
//!
//! A tablet's cart is all that its guest ordered since the tablet emptied it, which it does when it
//! hears "selesai". It may have missed that: what the kitchen has, or has made, is counted off until
//! the tablet says that its cart is empty, or shows by a smaller one that it has begun anew.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::event::Touch;
use crate::domain::id::{OrderId, ProductId, TableId};
use crate::domain::money::Money;
use crate::domain::order::{Line, Order, OrderState, Portion};
use crate::domain::refusal::{Refusal, in_field};
use crate::domain::site::{ConfirmRule, GUESTS_MAX, LINES_MAX, QUANTITY_MAX};
use crate::domain::staff::{Actor, Right};
use crate::domain::text;
use crate::domain::visit::{Person, plain_number};
use crate::ops::order::{self, NewOrder, Wanted};
use crate::ops::{OpError, Operation, bill, not_found, refuse, takes_room, visit};
use crate::store::drafts::{self, Draft, Kept, Served};
use crate::store::write_tx::WriteTx;
use crate::store::{menu, orders, visits};

/// So long after the last tap a paid party has left.
const PARTY_GONE_MS: i64 = 30 * 60_000;

/// One product of a tablet's cart, as the tablet says it. Its prices are never taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Says which product it is when there is no name. The old app counted its products by
    /// itself, so a name that is known wins.
    pub id: Option<i64>,
    pub name: String,
    pub quantity: u32,
    /// What the tablet shows for one.
    pub price: Option<i64>,
}

/// A tablet's whole cart and what the tablet shows for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cart {
    pub items: Vec<Asked>,
    pub total: Option<i64>,
}

/// Whose cart: the table's number and what the guest called themselves there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whose {
    pub table: String,
    pub name: String,
}

/// It was done, or was done before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heeded {
    /// The tablet shows other prices than the house has.
    pub differs: bool,
    /// All that is in its cart was served: the tablet has not heard that.
    pub served: bool,
}

impl Heeded {
    const PLAIN: Heeded = Heeded { differs: false, served: false };
}

/// A guest tapped + or −. A waiting order becomes what the cart says now; otherwise what is more
/// than the kitchen has is kept as a draft.
pub struct KeepCart {
    pub whose: Whose,
    pub cart: Cart,
}

impl Operation for KeepCart {
    const NAME: &'static str = "tablet.keep";
    const RIGHT: Right = Right::PlaceOrder;
    type Output = Heeded;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<Heeded, OpError> {
        let mut standing = Standing::of(tx, &self.whose)?;
        let (portions, differs) = standing.read(tx, &self.cart)?;
        standing.keep(tx, &portions)?;
        Ok(Heeded { differs, served: standing.is_served() })
    }
}

/// The tablet was served and has emptied its cart: no order, and the end of what it counted in.
pub struct ClearCart {
    pub whose: Whose,
}

impl Operation for ClearCart {
    const NAME: &'static str = "tablet.clear";
    const RIGHT: Right = Right::PlaceOrder;
    type Output = Heeded;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<Heeded, OpError> {
        let mut standing = Standing::of(tx, &self.whose)?;
        // Also of what is still open: nothing of it is in the tablet's cart any more.
        standing.draft.lines.clear();
        standing.count_from_here();
        standing.save(tx)?;
        Ok(Heeded::PLAIN)
    }
}

/// A guest pressed "Pesan": the cart that came along, or else the draft, is sent. What was sent
/// before is not sent again.
pub struct SubmitCart {
    pub whose: Whose,
    pub cart: Cart,
}

impl Operation for SubmitCart {
    const NAME: &'static str = "tablet.submit";
    const RIGHT: Right = Right::PlaceOrder;
    type Output = Heeded;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<Heeded, OpError> {
        let mut standing = Standing::of(tx, &self.whose)?;
        let mut differs = false;
        if !self.cart.items.is_empty() {
            let (portions, other) = standing.read(tx, &self.cart)?;
            differs = other;
            standing.keep(tx, &portions)?;
        }
        let sent = !standing.draft.lines.is_empty();
        if sent {
            standing.send(tx)?;
        }
        Ok(Heeded { differs, served: !sent && standing.is_served() })
    }
}

/// The cashier's "Proses": what waits at the table goes to the kitchen, drafts that nobody sent
/// included.
pub struct ProcessTable {
    /// Its number.
    pub table: String,
}

impl Operation for ProcessTable {
    const NAME: &'static str = "tablet.process";
    const RIGHT: Right = Right::ConfirmOrder;
    type Output = Heeded;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<Heeded, OpError> {
        let table = table_called(tx, &self.table)?;
        let (mut refused, mut moved) = (None, false);
        for draft in drafts::at(tx.conn(), table)? {
            if draft.lines.is_empty() {
                continue;
            }
            match Standing::from_draft(tx, draft)?.send(tx) {
                Ok(()) => moved = true,
                // One guest's dish has run out: the others at the table are served, that cart
                // stays where it is.
                Err(OpError::Refused(refusal)) => refused = Some(refusal),
                Err(error) => return Err(error),
            }
        }
        for visit in visits::open_at(tx.conn(), table)? {
            for row in orders::of_visit(tx.conn(), visit.id)? {
                if row.order.state == OrderState::Waiting {
                    row.order.confirm().map_err(refuse)?;
                    order::to_kitchen(tx, row.order.id)?;
                    moved = true;
                }
            }
        }
        match refused {
            Some(refusal) if !moved => Err(refusal.into()),
            _ => Ok(Heeded::PLAIN),
        }
    }
}

/// The cashier's "Selesai": what is in process at the table is done, once, however often it is
/// said. What still waits is not: nobody has begun with it.
pub struct FinishTable {
    /// Its number.
    pub table: String,
    /// In this house it also means paid.
    pub pays: bool,
}

impl Operation for FinishTable {
    const NAME: &'static str = "tablet.finish";
    const RIGHT: Right = Right::FinishOrder;
    type Output = Heeded;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<Heeded, OpError> {
        if self.pays && !tx.actor().may(Right::TakePayment) {
            return Err(Refusal::Denied.into());
        }
        let table = table_called(tx, &self.table)?;
        for visit in visits::open_at(tx.conn(), table)? {
            for row in orders::of_visit(tx.conn(), visit.id)? {
                if row.order.state == OrderState::InProcess {
                    order::finish(tx, &row.order)?;
                }
            }
            // Also when the kitchen has served the last of it before.
            if self.pays {
                bill::take_as_paid(tx, visit.id)?;
            }
        }
        Ok(Heeded::PLAIN)
    }
}

/// Carts that nobody sent and whose guests have gone: the next "Proses" must not put them on another
/// party's bill. `older`: also those of an earlier start of the program.
pub(in crate::ops) fn forget_left_carts(tx: &mut WriteTx<'_>, older: bool) -> Result<(), OpError> {
    let now = Kept { boot: tx.boot(), mono_ms: tx.now().mono_ms };
    for table in drafts::prune(tx.conn(), now, older)? {
        tx.touch(Touch::Cart(table));
    }
    Ok(())
}

/// By its number as people read it: a tablet's 5 is also the table that the house calls 05.
fn table_called(tx: &WriteTx<'_>, number: &str) -> Result<TableId, OpError> {
    if let Some(table) = visits::has_table(tx.conn(), number)? {
        return Ok(table);
    }
    let same = visits::tables(tx.conn())?.into_iter().find(|t| plain_number(&t.number).eq_ignore_ascii_case(number));
    Ok(same.ok_or(not_found("table"))?.id)
}

/// Where a tablet's guest stands: the cart that is not sent, and the orders that the tablet's
/// cart still counts in.
struct Standing {
    draft: Draft,
    /// As it is stored, if it is.
    stored: Option<Draft>,
    /// Of the visit that is open.
    orders: Vec<Order>,
}

impl Standing {
    fn of(tx: &WriteTx<'_>, whose: &Whose) -> Result<Standing, OpError> {
        let table = table_called(tx, &whose.table)?;
        let name = text::clean(&whose.name, text::NAME_MAX).map_err(in_field("name"))?;
        match drafts::draft(tx.conn(), table, &name)? {
            Some(draft) => Standing::from_draft(tx, draft),
            None => {
                let (served, lines, kept) = (Vec::new(), Vec::new(), (String::new(), 0));
                let draft = Draft { table, name, guest: None, since: OrderId(0), served, lines, kept };
                Ok(Standing { draft, stored: None, orders: Vec::new() })
            }
        }
    }

    fn from_draft(tx: &WriteTx<'_>, stored: Draft) -> Result<Standing, OpError> {
        let mut draft = stored.clone();
        let mut orders = Vec::new();
        if let Some((guest, visit)) = draft.guest {
            let all = orders::of_visit(tx.conn(), visit)?.into_iter().map(|r| r.order);
            orders = all.filter(|o| o.guest == Some(guest) && o.id > draft.since).collect();
            // Paid, and not told "selesai" as long as a neighbour's cart is open: the next order is
            // a new guest's on a new bill, the cart is still the old one.
            if visits::visit(tx.conn(), visit)?.is_none_or(|v| !v.open) {
                let done = orders.iter().filter(|o| o.state == OrderState::Done).flat_map(|o| &o.lines);
                for line in done {
                    let Line { product, quantity, name, .. } = line.clone();
                    match draft.served.iter_mut().find(|p| p.product == product) {
                        Some(portion) => portion.quantity = portion.quantity.saturating_add(quantity),
                        None => draft.served.push(Served { product, quantity, name }),
                    }
                }
                draft.guest = None;
                orders.clear();
            }
        }
        // Whoever sits there under that name so long after the bill is somebody else.
        let (boot, kept_ms) = &draft.kept;
        if draft.guest.is_none() && boot == tx.boot() && tx.now().mono_ms - kept_ms > PARTY_GONE_MS {
            draft.served.clear();
        }
        Ok(Standing { draft, stored: Some(stored), orders })
    }

    /// The cart in the house's own products, each once; and whether the tablet shows other prices.
    fn read(&self, tx: &WriteTx<'_>, cart: &Cart) -> Result<(Vec<Portion>, bool), OpError> {
        if cart.items.len() > LINES_MAX {
            return Err(Refusal::TooManyLines { max: LINES_MAX }.into());
        }
        let mut portions: Vec<Portion> = Vec::with_capacity(cart.items.len());
        let (mut total, mut differs) = (Money::ZERO, false);
        for item in &cart.items {
            let (product, price) = self.product(tx, item)?;
            differs |= item.price.is_some_and(|shown| shown != price.0);
            total = total.plus(price.times(item.quantity).map_err(refuse)?).map_err(refuse)?;
            let already = portions.iter().position(|p| p.product == product);
            let before = already.and_then(|at| portions.get(at)).map_or(0, |p| p.quantity);
            let quantity = before.saturating_add(item.quantity);
            if item.quantity == 0 || quantity > QUANTITY_MAX {
                return Err(Refusal::Quantity { max: QUANTITY_MAX }.into());
            }
            match already {
                Some(at) => portions[at].quantity = quantity,
                None => portions.push(Portion { product, quantity }),
            }
        }
        differs |= cart.total.is_some_and(|shown| shown != total.0);
        Ok((portions, differs))
    }

    /// Which product is meant, and what one costs. By its name, and by its number when there is
    /// none. The cart's own orders first: the tablet says a name that the house may have changed
    /// since, taken off the menu, or given to another dish.
    fn product(&self, tx: &WriteTx<'_>, item: &Asked) -> Result<(ProductId, Money), OpError> {
        let lines = self.orders.iter().flat_map(|o| &o.lines).map(|l| (l.product, &l.name, l.unit_price));
        let served = self.draft.served.iter().map(|s| (s.product, &s.name, Money::ZERO));
        let held = lines.chain(served).find(|(product, name, _)| match item.name.is_empty() {
            true => item.id == Some(product.0),
            false => name.to_lowercase() == item.name.to_lowercase(),
        });
        let known = match (&held, item.name.is_empty()) {
            (Some((product, ..)), _) => Some(*product),
            (None, true) => item.id.map(ProductId),
            (None, false) => menu::has_product(tx.conn(), &item.name)?,
        };
        let on_menu = known.map(|id| menu::product(tx.conn(), id)).transpose()?.flatten();
        match (on_menu, held) {
            (Some((product, _)), _) => Ok((product.id, product.price)),
            (None, Some((product, _, price))) => Ok((product, price)),
            (None, None) => Err(not_found("product")),
        }
    }

    /// Portions that the kitchen has, or has made, for this cart.
    fn begun(&self, product: ProductId) -> u32 {
        let begun = self.orders.iter().filter(|o| matches!(o.state, OrderState::InProcess | OrderState::Done));
        let begun = begun.flat_map(|o| &o.lines).filter(|l| l.product == product).map(|l| l.quantity);
        begun.chain(self.draft.served.iter().filter(|p| p.product == product).map(|p| p.quantity)).sum()
    }

    /// Whether all that the tablet's cart holds was served.
    fn is_served(&self) -> bool {
        let some = !self.draft.served.is_empty() || self.orders.iter().any(|o| o.state == OrderState::Done);
        some && self.draft.lines.is_empty() && self.orders.iter().all(|o| o.state.is_final())
    }

    /// The tablet's cart holds nothing of what was ordered so far.
    fn count_from_here(&mut self) {
        self.draft.served.clear();
        self.draft.since = self.orders.iter().map(|o| o.id).max().unwrap_or(self.draft.since);
        self.orders.clear();
    }

    /// Nor of what was served; what waits is still in it.
    fn forget_served(&mut self) {
        self.draft.served.clear();
        let over = self.orders.iter().filter(|o| o.state.is_final()).map(|o| o.id).max();
        self.draft.since = over.unwrap_or(self.draft.since);
        self.orders.retain(|o| o.id > self.draft.since);
    }

    /// The cart is this now.
    fn keep(&mut self, tx: &mut WriteTx<'_>, portions: &[Portion]) -> Result<(), OpError> {
        let made = self.orders.iter().filter(|o| matches!(o.state, OrderState::InProcess | OrderState::Done));
        let made = made.flat_map(|o| &o.lines).map(|l| l.product).chain(self.draft.served.iter().map(|p| p.product));
        let wanted = |product: ProductId| portions.iter().find(|p| p.product == product).map_or(0, |p| p.quantity);
        let less = made.into_iter().any(|product| wanted(product) < self.begun(product));
        let held = |product: ProductId| {
            let mut lines = self.orders.iter().filter(|o| o.state != OrderState::Cancelled).flat_map(|o| &o.lines);
            lines.any(|l| l.product == product) || self.draft.served.iter().any(|s| s.product == product)
        };
        if less && !portions.is_empty() && !portions.iter().any(|p| held(p.product)) {
            // Nothing of it was ever ordered: the tablet was started anew. What was ordered stands.
            self.count_from_here();
        } else if less && self.orders.iter().any(|o| o.state == OrderState::InProcess) {
            // What the kitchen has begun is not taken back from a tablet.
            return Err(Refusal::OrderState { state: OrderState::InProcess.name() }.into());
        } else if less {
            self.forget_served();
        }
        let max = tx.site()?.guest_quantity_max.min(QUANTITY_MAX);
        let more: Vec<Portion> = portions
            .iter()
            .map(|p| Portion { quantity: p.quantity.saturating_sub(self.begun(p.product)), ..*p })
            .filter(|p| p.quantity > 0)
            .collect();
        if more.iter().any(|p| p.quantity > max) {
            return Err(Refusal::Quantity { max }.into());
        }
        let waiting = self.orders.iter().find(|o| o.state == OrderState::Waiting);
        match (waiting, self.draft.guest) {
            (Some(order), Some((guest, visit))) => {
                let guest = Actor::Guest { guest, visit };
                in_the_name_of(tx, guest, |tx| match more.is_empty() {
                    true => order::cancel(tx, order, String::new(), None),
                    false => order::amend(tx, order, &more),
                })?;
                self.draft.lines.clear();
            }
            _ => self.draft.lines = more,
        }
        self.save(tx)
    }

    /// The draft becomes an order of its guest's, who comes in with the first one. It waits for
    /// the cashier's "Proses", also where guests' later orders go straight through: the old
    /// tablets show each step. What is refused has written nothing.
    fn send(&mut self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        takes_room(tx)?;
        let site = tx.site()?;
        let wanted: Vec<Wanted> =
            self.draft.lines.iter().map(|p| Wanted { product: p.product, quantity: p.quantity, note: String::new() }).collect();
        let (lines, stock) = order::price(tx, site.guest_quantity_max.min(QUANTITY_MAX), &wanted)?;
        let at = match self.draft.guest {
            Some((_, visit)) => Some(visit),
            None => visits::open_at(tx.conn(), self.draft.table)?.pop().map(|v| v.id),
        };
        let earlier = at.map(|visit| orders::sums_of_visit(tx.conn(), visit)).transpose()?.unwrap_or_default();
        order::fits(&earlier, true, &lines)?;
        let (guest, visit) = match self.draft.guest {
            Some(known) => known,
            None => {
                let person = Person { name: self.draft.name.clone(), ..Person::default() };
                let joined = visit::come_in(tx, self.draft.table, &person)?;
                (joined.guest, joined.visit)
            }
        };
        let new = NewOrder { uid: Uuid::now_v7(), visit, guest: Some(guest), employee: None, lines, stock };
        in_the_name_of(tx, Actor::Guest { guest, visit }, |tx| {
            let (id, _) = order::book(tx, new, &earlier)?;
            if site.confirm == ConfirmRule::Never { order::to_kitchen(tx, id) } else { Ok(()) }
        })?;
        self.draft.guest = Some((guest, visit));
        self.draft.lines.clear();
        self.save(tx)
    }

    /// Stores what has changed of the cart. A guest who wants nothing and never ordered leaves
    /// nothing behind.
    fn save(&mut self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let empty = self.draft.guest.is_none() && self.draft.lines.is_empty() && self.draft.served.is_empty();
        match &self.stored {
            Some(stored) if *stored == self.draft => return Ok(()),
            None if empty => return Ok(()),
            // As many as a visit has guests: whoever invents names fills no table.
            None if drafts::at(tx.conn(), self.draft.table)?.len() as i64 >= GUESTS_MAX => {
                return Err(Refusal::TooManyGuests.into());
            }
            _ => {}
        }
        match empty {
            true => drafts::forget(tx.conn(), self.draft.table, &self.draft.name)?,
            false => drafts::keep(tx.conn(), &self.draft, Kept { boot: tx.boot(), mono_ms: tx.now().mono_ms })?,
        }
        self.stored = (!empty).then(|| self.draft.clone());
        tx.touch(Touch::Cart(self.draft.table));
        Ok(())
    }
}

/// Does something as a guest whom the tablet speaks for.
fn in_the_name_of(
    tx: &mut WriteTx<'_>,
    guest: Actor,
    what: impl FnOnce(&mut WriteTx<'_>) -> Result<(), OpError>,
) -> Result<(), OpError> {
    let tablet = tx.actor();
    tx.act_as(guest);
    let done = what(tx);
    tx.act_as(tablet);
    done
}
