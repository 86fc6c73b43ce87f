//! Tables and visits: who sits where, and what they owe so far.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;
use std::sync::Arc;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::domain::bill::{Bill, reckon};
use crate::domain::id::{GuestId, OrderId, ProductId, TableId, VisitId};
use crate::domain::money::Money;
use crate::domain::order::OrderState;
use crate::domain::site::Site;
use crate::domain::visit::{Seat, Table, TableState, Visit, place_name};
use crate::store::error::StoreError;
use crate::store::orders::OrderSum;
use crate::store::visits::VisitRow;
use crate::store::{orders, ratings, sites, visits};

/// A table of the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TableView {
    pub id: TableId,
    pub number: String,
    pub area: String,
    pub seats: u32,
    pub state: TableState,
    /// Open visits, oldest first.
    pub visits: Vec<VisitId>,
}

/// A guest of a visit. Mail and phone stay in the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GuestView {
    pub id: GuestId,
    pub name: String,
}

/// Stars that a guest of the visit has given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RatedView {
    pub guest: GuestId,
    pub product: ProductId,
    pub stars: u8,
}

/// One party and its bill so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VisitView {
    pub id: VisitId,
    pub seat: Seat,
    /// "5", "5B", or the takeaway's number.
    pub place: String,
    pub open: bool,
    pub bill_asked: bool,
    pub guests: Vec<GuestView>,
    /// What is not paid yet, of orders in process or done.
    pub bill: Bill,
    /// What cash would settle it: the rounding and the sum due.
    pub rounding: Money,
    pub due: Money,
    /// Sums that people hand over for it, the exact one first.
    pub tenders: Vec<Money>,
    /// Orders that wait: they must be processed or cancelled before paying.
    pub waiting: u32,
    /// What was paid before.
    pub paid: Money,
    pub rated: Vec<RatedView>,
    #[cfg_attr(test, ts(type = "number"))]
    pub opened_ms: i64,
}

/// One reading of the room: what several views of it ask for is read once. Good for one state of
/// the database, so that it lives no longer than a transaction.
pub struct Room<'c> {
    pub conn: &'c Connection,
    site: OnceCell<Arc<Site>>,
    visits: RefCell<HashMap<VisitId, Rc<VisitRow>>>,
    names: RefCell<HashMap<TableId, Rc<str>>>,
    sums: RefCell<HashMap<VisitId, Rc<[OrderSum]>>>,
}

impl<'c> Room<'c> {
    pub fn new(conn: &'c Connection) -> Room<'c> {
        let (visits, names, sums) = Default::default();
        Room { conn, site: OnceCell::new(), visits, names, sums }
    }

    fn site(&self) -> Result<&Site, StoreError> {
        if let Some(site) = self.site.get() {
            return Ok(site);
        }
        let site = sites::site(self.conn)?;
        Ok(self.site.get_or_init(|| site))
    }

    /// A visit, if there is one of that id.
    pub fn visit(&self, id: VisitId) -> Result<Option<Rc<VisitRow>>, StoreError> {
        remembered(&self.visits, id, || Ok(visits::row(self.conn, id)?.map(Rc::new)))
    }

    fn table_number(&self, id: TableId) -> Result<Rc<str>, StoreError> {
        let number = remembered(&self.names, id, || Ok(visits::table(self.conn, id)?.map(|t| t.number.into())))?;
        number.ok_or(StoreError::damaged("a visit without its table"))
    }

    fn sums(&self, visit: VisitId) -> Result<Rc<[OrderSum]>, StoreError> {
        let sums = remembered(&self.sums, visit, || Ok(Some(orders::sums_of_visit(self.conn, visit)?.into())))?;
        Ok(sums.unwrap_or_default())
    }

    /// "5B" and whether it is taken away.
    pub fn place(&self, visit: VisitId) -> Result<(String, bool), StoreError> {
        let row = self.visit(visit)?.ok_or(StoreError::damaged("an order without a visit"))?;
        Ok((self.seat_name(row.visit.seat)?, row.visit.is_takeaway()))
    }

    pub fn seat_name(&self, seat: Seat) -> Result<String, StoreError> {
        Ok(match seat {
            Seat::Takeaway { number } => number.to_string(),
            Seat::Table { table, party } => place_name(&self.table_number(table)?, party),
        })
    }

    /// A visit as screens show it.
    pub fn visit_view(&self, id: VisitId) -> Result<Option<VisitView>, StoreError> {
        let Some(row) = self.visit(id)? else { return Ok(None) };
        let site = self.site()?;
        let open = bill_of(&self.sums(id)?, site, &row.visit)?;
        let overflow = |_| StoreError::damaged("a bill's sum overflows");
        let rounding = site.cash_rounding.difference(open.bill.total).map_err(overflow)?;
        let due = open.bill.total.plus(rounding).map_err(overflow)?;
        let guests = visits::guests(self.conn, id)?.into_iter().map(|(id, name)| GuestView { id, name }).collect();
        let rated = ratings::of_visit(self.conn, id)?.into_iter();
        Ok(Some(VisitView {
            id,
            place: self.seat_name(row.visit.seat)?,
            seat: row.visit.seat,
            open: row.visit.open,
            bill_asked: row.visit.bill_asked,
            guests,
            bill: open.bill,
            rounding,
            due,
            tenders: site.currency.likely_tenders(due),
            waiting: open.waiting,
            paid: visits::paid(self.conn, id)?,
            rated: rated.map(|(guest, product, stars)| RatedView { guest, product, stars }).collect(),
            opened_ms: row.opened_ms,
        }))
    }

    pub fn open_visits(&self) -> Result<Vec<VisitView>, StoreError> {
        let mut all = Vec::new();
        for id in visits::open(self.conn)? {
            all.extend(self.visit_view(id)?);
        }
        Ok(all)
    }

    pub fn tables(&self) -> Result<Vec<TableView>, StoreError> {
        visits::tables(self.conn)?.into_iter().map(|t| self.table_view(t)).collect()
    }

    /// A table that stands in the room.
    pub fn table(&self, id: TableId) -> Result<Option<TableView>, StoreError> {
        visits::standing(self.conn, id)?.map(|t| self.table_view(t)).transpose()
    }

    fn table_view(&self, table: Table) -> Result<TableView, StoreError> {
        let visits = visits::open_at(self.conn, table.id)?;
        let mut state = TableState::Free;
        for visit in &visits {
            let here = match state_of(&self.sums(visit.id)?) {
                TableState::Waiting => TableState::Waiting,
                _ if visit.bill_asked => TableState::BillAsked,
                other => other,
            };
            state = louder(state, here);
        }
        self.names.borrow_mut().insert(table.id, table.number.as_str().into());
        Ok(TableView {
            id: table.id,
            number: table.number,
            area: table.area,
            seats: table.seats,
            state,
            visits: visits.into_iter().map(|v| v.id).collect(),
        })
    }
}

/// What was read before, or what is read now. What is not there is asked for again.
fn remembered<K: Copy + Eq + Hash, V: Clone>(
    known: &RefCell<HashMap<K, V>>,
    key: K,
    read: impl FnOnce() -> Result<Option<V>, StoreError>,
) -> Result<Option<V>, StoreError> {
    if let Some(value) = known.borrow().get(&key) {
        return Ok(Some(value.clone()));
    }
    let value = read()?;
    if let Some(value) = &value {
        known.borrow_mut().insert(key, value.clone());
    }
    Ok(value)
}

/// The bill of what a visit has not paid, and how many orders still wait. The one place that
/// decides which orders a bill holds; paying uses it too.
pub fn open_bill(conn: &Connection, site: &Site, visit: &Visit) -> Result<OpenBill, StoreError> {
    bill_of(&orders::sums_of_visit(conn, visit.id)?, site, visit)
}

/// What [`open_bill`] found.
pub struct OpenBill {
    pub bill: Bill,
    pub orders: Vec<OrderId>,
    pub waiting: u32,
}

/// Whether an order is on the visit's bill: made or being made, and not paid.
pub fn is_owed(order: &OrderSum) -> bool {
    matches!(order.state, OrderState::InProcess | OrderState::Done) && order.receipt.is_none()
}

fn bill_of(orders: &[OrderSum], site: &Site, visit: &Visit) -> Result<OpenBill, StoreError> {
    let owed = || orders.iter().filter(|o| is_owed(o));
    let bill = reckon(owed().map(|o| o.amount), Money::ZERO, visit.is_takeaway(), &site.tax)
        .map_err(|_| StoreError::damaged("a bill's sum overflows"))?;
    let waiting = orders.iter().filter(|o| o.state == OrderState::Waiting).count();
    Ok(OpenBill { bill, orders: owed().map(|o| o.id).collect(), waiting: u32::try_from(waiting).unwrap_or(u32::MAX) })
}

/// What the least advanced order of a visit says.
fn state_of(orders: &[OrderSum]) -> TableState {
    let any = |wanted| orders.iter().any(|o| o.state == wanted);
    if any(OrderState::Waiting) {
        TableState::Waiting
    } else if any(OrderState::InProcess) {
        TableState::InProcess
    } else if any(OrderState::Done) {
        TableState::Served
    } else {
        TableState::Ordering
    }
}

/// Of two parties at one table, the one that wants somebody to come.
fn louder(a: TableState, b: TableState) -> TableState {
    let rank = |s: TableState| match s {
        TableState::Free => 0,
        TableState::Ordering => 1,
        TableState::Served => 2,
        TableState::InProcess => 3,
        TableState::BillAsked => 4,
        TableState::Waiting => 5,
    };
    if rank(b) > rank(a) { b } else { a }
}
