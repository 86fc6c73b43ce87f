//! Orders: placed, confirmed, cooked, finished, cancelled. Prices, names and states are the
//! house's; a client sends ids, quantities and notes.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::event::Event;
use crate::domain::id::{EmployeeId, GuestId, OrderId, ProductId, TableId, VisitId};
use crate::domain::job::PrintJob;
use crate::domain::menu::Station;
use crate::domain::money::Money;
use crate::domain::order::{Line, LineState, Order, OrderState, Portion};
use crate::domain::refusal::{Refusal, in_field};
use crate::domain::site::{CANCELLED_ORDERS_MAX, ConfirmRule, LINES_MAX, OPEN_ORDERS_MAX, QUANTITY_MAX};
use crate::domain::staff::{Actor, Right};
use crate::domain::stock::{Count, StockChange};
use crate::domain::text;
use crate::domain::visit::Person;
use crate::ops::visit::{self, close_if_over, open_visit};
use crate::ops::{OpError, Operation, not_found, refuse, takes_room};
use crate::store::orders::OrderSum;
use crate::store::write_tx::WriteTx;
use crate::store::{menu, orders, sites, visits};

/// Where a new order goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placement {
    /// A guest's: the own visit.
    Own,
    Table(TableId),
    NewParty(TableId),
    Visit(VisitId),
    Takeaway {
        guest: String,
    },
}

/// One product, as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub product: ProductId,
    pub quantity: u32,
    pub note: String,
}

/// Sends an order. It waits for confirmation, or goes straight to the kitchen when staff
/// send it or the house lets it.
pub struct PlaceOrder {
    /// Made by the client: the same order is never stored twice, whenever it is sent again.
    pub uid: Uuid,
    pub placement: Placement,
    pub lines: Vec<Wanted>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    pub order: OrderId,
    pub visit: VisitId,
    pub number: i64,
}

impl Operation for PlaceOrder {
    const NAME: &'static str = "order.place";
    const RIGHT: Right = Right::PlaceOrder;
    type Output = Placed;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<Placed, OpError> {
        let site = tx.site()?;
        let (guest, employee) = match tx.actor() {
            Actor::Guest { guest, .. } => (Some(guest), None),
            Actor::Employee { employee, .. } => (None, Some(employee)),
            Actor::Device { .. } | Actor::Tablet { .. } | Actor::Stranger | Actor::Machine => {
                return Err(Refusal::Denied.into());
            }
        };
        if let Some(id) = orders::by_uid(tx.conn(), self.uid)? {
            return repeated(tx, id, &self.lines);
        }
        takes_room(tx)?;
        let max = if guest.is_some() { site.guest_quantity_max.min(QUANTITY_MAX) } else { QUANTITY_MAX };
        let (lines, stock) = price(tx, max, &self.lines)?;
        let visit = place(tx, self.placement)?;
        let earlier = orders::sums_of_visit(tx.conn(), visit)?;
        let new = NewOrder { uid: self.uid, visit, guest, employee, lines, stock };
        let (order, number) = book(tx, new, &earlier)?;
        let trusted = match site.confirm {
            ConfirmRule::Always => false,
            ConfirmRule::Never => true,
            ConfirmRule::FirstOfVisit => earlier.iter().any(|o| matches!(o.state, OrderState::InProcess | OrderState::Done)),
        };
        if employee.is_some() || trusted {
            to_kitchen(tx, order)?;
        }
        Ok(Placed { order, visit, number })
    }
}

/// An order that is priced and knows its place.
pub(in crate::ops) struct NewOrder {
    pub uid: Uuid,
    pub visit: VisitId,
    pub guest: Option<GuestId>,
    pub employee: Option<EmployeeId>,
    pub lines: Vec<Line>,
    pub stock: Vec<StockChange>,
}

/// Records it, beside what the visit ordered earlier. It waits.
pub(in crate::ops) fn book(tx: &mut WriteTx<'_>, new: NewOrder, earlier: &[OrderSum]) -> Result<(OrderId, i64), OpError> {
    fits(earlier, new.guest.is_some(), &new.lines)?;
    let order = OrderId(sites::next_id(tx.conn(), "orders")?);
    let number = orders::next_number(tx.conn(), tx.filed_day()?)?;
    let NewOrder { uid, visit, guest, employee, lines, stock } = new;
    tx.record(Event::OrderPlaced { order, uid, number, visit, guest, employee, lines, stock })?;
    Ok((order, number))
}

/// Refuses an order that is one too many, or too much, beside what the visit ordered earlier.
pub(in crate::ops) fn fits(earlier: &[OrderSum], guest: bool, lines: &[Line]) -> Result<(), OpError> {
    // Also those that went straight to the kitchen: a phone that plays with the button
    // fills neither the board nor the printer.
    let open = earlier.iter().filter(|o| !o.state.is_final() && o.by_guest).count() as i64;
    let cancelled = earlier.iter().filter(|o| o.state == OrderState::Cancelled && o.by_guest).count() as i64;
    if guest && (open >= OPEN_ORDERS_MAX || cancelled >= CANCELLED_ORDERS_MAX) {
        return Err(Refusal::TooManyWaiting.into());
    }
    payable(earlier, lines)
}

/// Refuses what no bill could hold.
fn payable(others: &[OrderSum], lines: &[Line]) -> Result<(), OpError> {
    let before = Money::sum(others.iter().map(|o| o.amount)).map_err(refuse)?;
    let owed = lines.iter().try_fold(before, |sum, l| sum.plus(l.amount()?)).map_err(refuse)?;
    if owed > Money::MAX { Err(Refusal::AmountTooLarge.into()) } else { Ok(()) }
}

/// Makes a waiting order hold these portions instead, each product once. What it held already
/// stays as it was ordered; what is more is priced anew.
pub(in crate::ops) fn amend(tx: &mut WriteTx<'_>, order: &Order, portions: &[Portion]) -> Result<(), OpError> {
    order.amend().map_err(refuse)?;
    if portions.is_empty() {
        return Err(Refusal::OrderEmpty.into());
    }
    if portions.len() > LINES_MAX {
        return Err(Refusal::TooManyLines { max: LINES_MAX }.into());
    }
    // In the order in which they were ordered: a cart that only shuffles changes nothing.
    let mut portions = portions.to_vec();
    portions.sort_by_key(|p| order.lines.iter().position(|l| l.product == p.product).unwrap_or(usize::MAX));
    let mut lines = Vec::with_capacity(portions.len());
    for (index, portion) in portions.iter().enumerate() {
        let before = order.lines.iter().find(|l| l.product == portion.product);
        lines.push(match before {
            Some(line) if portion.quantity <= line.quantity => {
                Line { no: number_of(index), quantity: portion.quantity, ..line.clone() }
            }
            _ => {
                let note = before.map(|l| l.note.clone()).unwrap_or_default();
                priced(tx, index, &Wanted { product: portion.product, quantity: portion.quantity, note })?.0
            }
        });
    }
    if lines == order.lines {
        return Ok(());
    }
    let mut products: Vec<ProductId> = order.lines.iter().chain(&lines).map(|l| l.product).collect();
    products.sort_unstable();
    products.dedup();
    let mut stock = Vec::new();
    for product in products {
        let promised =
            |lines: &[Line]| -> u32 { lines.iter().filter(|l| l.counted && l.product == product).map(|l| l.quantity).sum() };
        let (had, has) = (promised(&order.lines), promised(&lines));
        let Some(before) = menu::count(tx.conn(), product)? else { continue };
        let name = lines.iter().find(|l| l.product == product).map_or("", |l| l.name.as_str());
        let after = if has > had { promise(before, has - had, name)? } else { before.release(had - has) };
        if after != before {
            stock.push(after.change_from(before));
        }
    }
    let mut others = orders::sums_of_visit(tx.conn(), order.visit)?;
    others.retain(|o| o.id != order.id);
    payable(&others, &lines)?;
    tx.record(Event::OrderAmended { order: order.id, lines, stock })?;
    Ok(())
}

/// The order is there already: its own sender, asking for the same, gets the answer again;
/// anybody or anything else is a conflict.
fn repeated(tx: &WriteTx<'_>, id: OrderId, wanted: &[Wanted]) -> Result<Placed, OpError> {
    let order = orders::order(tx.conn(), id)?.ok_or(not_found("order"))?;
    let asked = wanted.iter().map(|w| (w.product, w.quantity, text::clean(&w.note, text::NOTE_MAX).unwrap_or_default()));
    let stored = order.lines.iter().map(|l| (l.product, l.quantity, l.note.clone()));
    let same = asked.eq(stored)
        && match tx.actor() {
            Actor::Guest { guest, .. } => order.guest == Some(guest),
            other => other.employee().is_some() && order.employee == other.employee(),
        };
    if same { Ok(Placed { order: id, visit: order.visit, number: order.number }) } else { Err(Refusal::Conflict.into()) }
}

/// Turns what was asked for into priced lines and reservations. `max` is the most of one line.
pub(in crate::ops) fn price(tx: &WriteTx<'_>, max: u32, wanted: &[Wanted]) -> Result<(Vec<Line>, Vec<StockChange>), OpError> {
    if wanted.is_empty() {
        return Err(Refusal::OrderEmpty.into());
    }
    if wanted.len() > LINES_MAX {
        return Err(Refusal::TooManyLines { max: LINES_MAX }.into());
    }
    let mut lines = Vec::with_capacity(wanted.len());
    let mut counts: Vec<(Count, Count)> = Vec::new();
    for (index, want) in wanted.iter().enumerate() {
        if want.quantity == 0 || want.quantity > max {
            return Err(Refusal::Quantity { max }.into());
        }
        let (line, count) = priced(tx, index, want)?;
        if let Some(count) = count {
            reserve(&mut counts, count, want.quantity, &line.name)?;
        }
        lines.push(line);
    }
    let stock = counts.iter().map(|(before, after)| after.change_from(*before)).collect();
    Ok((lines, stock))
}

/// A line as the menu has its product now, and the product's count if it is counted.
fn priced(tx: &WriteTx<'_>, index: usize, want: &Wanted) -> Result<(Line, Option<Count>), OpError> {
    let (product, reserved) = menu::product(tx.conn(), want.product)?.ok_or(not_found("product"))?;
    if product.sold_out {
        return Err(Refusal::SoldOut { product: product.name }.into());
    }
    let note = text::clean(&want.note, text::NOTE_MAX).map_err(in_field("note"))?;
    let count = product.stock.map(|on_hand| Count { product: product.id, on_hand, reserved });
    let line = Line {
        no: number_of(index),
        product: product.id,
        name: product.name,
        unit_price: product.price,
        quantity: want.quantity,
        note,
        station: product.station,
        state: LineState::Queued,
        counted: product.stock.is_some(),
        unit_cost: product.cost,
    };
    Ok((line, count))
}

/// Lines count from 1.
fn number_of(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// Reserves on top of what the same order has reserved already.
fn reserve(counts: &mut Vec<(Count, Count)>, count: Count, quantity: u32, name: &str) -> Result<(), OpError> {
    let at = match counts.iter().position(|(c, _)| c.product == count.product) {
        Some(at) => at,
        None => {
            counts.push((count, count));
            counts.len() - 1
        }
    };
    counts[at].1 = promise(counts[at].1, quantity, name)?;
    Ok(())
}

fn promise(count: Count, quantity: u32, name: &str) -> Result<Count, OpError> {
    let promised = count.reserve(quantity).map_err(|e| match e.free {
        0 => Refusal::SoldOut { product: name.to_owned() },
        left => Refusal::OutOfStock { product: name.to_owned(), left },
    })?;
    Ok(promised)
}

fn place(tx: &mut WriteTx<'_>, placement: Placement) -> Result<VisitId, OpError> {
    if let Actor::Guest { visit, .. } = tx.actor() {
        return match placement {
            Placement::Own => Ok(open_visit(tx, visit)?.id),
            // A guest who names a place is not using the page.
            _ => Err(Refusal::Denied.into()),
        };
    }
    match placement {
        Placement::Own => Err(not_found("visit")),
        Placement::Visit(id) => Ok(open_visit(tx, id)?.id),
        Placement::Table(table) => {
            visits::standing(tx.conn(), table)?.ok_or(not_found("table"))?;
            match visits::open_at(tx.conn(), table)?.pop() {
                Some(visit) => Ok(visit.id),
                None => visit::open_at_table(tx, table),
            }
        }
        Placement::NewParty(table) => {
            visits::standing(tx.conn(), table)?.ok_or(not_found("table"))?;
            visit::open_at_table(tx, table)
        }
        Placement::Takeaway { guest } => {
            let name = text::clean(&guest, text::NAME_MAX).map_err(in_field("name"))?;
            let id = visit::open_takeaway(tx)?;
            if !name.is_empty() {
                visit::add_guest(tx, id, &Person { name, ..Person::default() })?;
            }
            Ok(id)
        }
    }
}

/// In process: the kitchen gets its tickets.
pub(in crate::ops) fn to_kitchen(tx: &mut WriteTx<'_>, id: OrderId) -> Result<(), OpError> {
    tx.record(Event::OrderConfirmed { order: id })?;
    let order = load(tx, id)?;
    for station in stations(&order) {
        print_at(tx, &station, &PrintJob::KitchenTicket { order: id, station: station.clone(), copy: 0 })?;
    }
    print_for_checkers(tx, &PrintJob::CheckerSlip { order: id, copy: 0, cancelled: false })
}

fn print_for_checkers(tx: &mut WriteTx<'_>, slip: &PrintJob) -> Result<(), OpError> {
    for printer in sites::checkers(tx.conn())? {
        tx.print(printer.id, slip)?;
    }
    Ok(())
}

/// The stations that an order concerns, each once.
pub fn stations(order: &Order) -> Vec<Station> {
    let mut all: Vec<Station> = order.lines.iter().map(|l| l.station.clone()).collect();
    all.sort();
    all.dedup();
    all
}

pub fn print_at(tx: &mut WriteTx<'_>, station: &Station, job: &PrintJob) -> Result<(), OpError> {
    for printer in sites::printers_of(tx.conn(), station)? {
        tx.print(printer.id, job)?;
    }
    Ok(())
}

fn load(tx: &WriteTx<'_>, id: OrderId) -> Result<Order, OpError> {
    orders::order(tx.conn(), id)?.ok_or(not_found("order"))
}

/// Staff accept a waiting order.
pub struct ConfirmOrder {
    pub order: OrderId,
}

impl Operation for ConfirmOrder {
    const NAME: &'static str = "order.confirm";
    const RIGHT: Right = Right::ConfirmOrder;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        load(tx, self.order)?.confirm().map_err(refuse)?;
        to_kitchen(tx, self.order)
    }
}

/// A line goes on (or back) in the kitchen; the last one served finishes the order.
pub struct MoveLine {
    pub order: OrderId,
    pub line: u32,
    pub to: LineState,
}

impl Operation for MoveLine {
    const NAME: &'static str = "line.move";
    const RIGHT: Right = Right::AdvanceLine;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let order = load(tx, self.order)?;
        let last = order.advance_line(self.line, self.to).map_err(refuse)?;
        // Two cooks tapping the same line: the second tap changes nothing.
        if order.lines.iter().any(|l| l.no == self.line && l.state == self.to) {
            return Ok(());
        }
        tx.record(Event::LineMoved { order: self.order, line: self.line, to: self.to })?;
        if last { finish(tx, &order) } else { Ok(()) }
    }
}

/// The cashier says that everything is served.
pub struct FinishOrder {
    pub order: OrderId,
}

impl Operation for FinishOrder {
    const NAME: &'static str = "order.finish";
    const RIGHT: Right = Right::FinishOrder;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let order = load(tx, self.order)?;
        order.finish().map_err(refuse)?;
        finish(tx, &order)
    }
}

/// An order in process is done: the stock is taken.
pub(in crate::ops) fn finish(tx: &mut WriteTx<'_>, order: &Order) -> Result<(), OpError> {
    let stock = settle_stock(tx, order, Count::take)?;
    tx.record(Event::OrderDone { order: order.id, stock })?;
    close_if_over(tx, order.visit)
}

/// What becomes of the order's reservations.
fn settle_stock(tx: &WriteTx<'_>, order: &Order, how: fn(Count, u32) -> Count) -> Result<Vec<StockChange>, OpError> {
    let mut counts: Vec<(Count, Count)> = Vec::new();
    for line in order.lines.iter().filter(|l| l.counted) {
        match counts.iter_mut().find(|(c, _)| c.product == line.product) {
            Some((_, after)) => *after = how(*after, line.quantity),
            None => {
                if let Some(before) = menu::count(tx.conn(), line.product)? {
                    counts.push((before, how(before, line.quantity)));
                }
            }
        }
    }
    Ok(counts.iter().map(|(before, after)| after.change_from(*before)).collect())
}

/// Takes an order back. Guests only their own while it waits; staff later too, with a reason
/// and the answer to "already made?".
pub struct CancelOrder {
    pub order: OrderId,
    pub reason: String,
    pub made: Option<bool>,
}

impl Operation for CancelOrder {
    const NAME: &'static str = "order.cancel";
    const RIGHT: Right = Right::CancelWaiting;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let order = load(tx, self.order)?;
        if let Actor::Guest { guest, visit } = tx.actor() {
            if order.visit != visit {
                return Err(not_found("order"));
            }
            if order.guest != Some(guest) {
                return Err(Refusal::Denied.into());
            }
        }
        if order.state == OrderState::InProcess && !tx.actor().may(Right::CancelInProcess) {
            return Err(Refusal::Denied.into());
        }
        let reason = text::clean(&self.reason, text::REASON_MAX).map_err(in_field("reason"))?;
        cancel(tx, &order, reason, self.made)
    }
}

/// Takes an order back, for somebody who may. The reason is clean already.
pub(in crate::ops) fn cancel(tx: &mut WriteTx<'_>, order: &Order, reason: String, made: Option<bool>) -> Result<(), OpError> {
    let what = order.cancel(&reason, made).map_err(refuse)?;
    let stock = settle_stock(tx, order, if what.wasted { Count::take } else { Count::release })?;
    let made = made.filter(|_| what.tell_kitchen);
    tx.record(Event::OrderCancelled { order: order.id, was: order.state, reason, made, stock })?;
    if what.tell_kitchen {
        for station in stations(order) {
            print_at(tx, &station, &PrintJob::CancellationTicket { order: order.id, station: station.clone() })?;
        }
        print_for_checkers(tx, &PrintJob::CheckerSlip { order: order.id, copy: 0, cancelled: true })?;
    }
    close_if_over(tx, order.visit)
}

/// The kitchen ticket once more, marked as a copy.
pub struct ReprintTicket {
    pub order: OrderId,
}

impl Operation for ReprintTicket {
    const NAME: &'static str = "ticket.reprint";
    const RIGHT: Right = Right::Reprint;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let order = load(tx, self.order)?;
        if matches!(order.state, OrderState::Waiting | OrderState::Cancelled) {
            return Err(Refusal::OrderState { state: order.state.name() }.into());
        }
        let copy = orders::copies(tx.conn(), self.order)? + 1;
        tx.record(Event::TicketReprinted { order: self.order, copy })?;
        for station in stations(&order) {
            print_at(tx, &station, &PrintJob::KitchenTicket { order: self.order, station: station.clone(), copy })?;
        }
        print_for_checkers(tx, &PrintJob::CheckerSlip { order: self.order, copy, cancelled: false })
    }
}

/// A product is switched off, or on again.
pub struct SetSoldOut {
    pub product: ProductId,
    pub sold_out: bool,
}

impl Operation for SetSoldOut {
    const NAME: &'static str = "product.sold_out";
    const RIGHT: Right = Right::SetSoldOut;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let (product, _) = menu::product(tx.conn(), self.product)?.ok_or(not_found("product"))?;
        if product.sold_out != self.sold_out {
            tx.record(Event::SoldOutSet { product: self.product, sold_out: self.sold_out })?;
        }
        Ok(())
    }
}
