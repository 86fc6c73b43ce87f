//! Tables and visits: who sits where, and what they owe so far.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::domain::bill::{Bill, reckon};
use crate::domain::id::{GuestId, ProductId, TableId, VisitId};
use crate::domain::money::Money;
use crate::domain::order::OrderState;
use crate::domain::site::Site;
use crate::domain::visit::{Seat, Table, TableState, Visit, place_name};
use crate::store::error::StoreError;
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

/// "5B" and whether it is taken away.
pub fn place(conn: &Connection, visit: VisitId) -> Result<(String, bool), StoreError> {
    let visit = visits::visit(conn, visit)?.ok_or(StoreError::damaged("an order without a visit"))?;
    Ok((seat_name(conn, visit.seat)?, visit.is_takeaway()))
}

pub fn seat_name(conn: &Connection, seat: Seat) -> Result<String, StoreError> {
    Ok(match seat {
        Seat::Takeaway { number } => number.to_string(),
        Seat::Table { table, party } => {
            let table = visits::table(conn, table)?.ok_or(StoreError::damaged("a visit without its table"))?;
            place_name(&table.number, party)
        }
    })
}

/// The bill of what a visit has not paid, and how many orders still wait. The one place that
/// decides which orders a bill holds; paying uses it too.
pub fn open_bill(conn: &Connection, site: &Site, visit: &Visit) -> Result<OpenBill, StoreError> {
    let mut amounts = Vec::new();
    let mut unpaid = Vec::new();
    let mut waiting = 0;
    for row in orders::of_visit(conn, visit.id)? {
        let order = row.order;
        match order.state {
            OrderState::Waiting => waiting += 1,
            OrderState::InProcess | OrderState::Done if order.receipt.is_none() => {
                for line in &order.lines {
                    amounts.push(line.amount().map_err(|_| StoreError::damaged("a line's sum overflows"))?);
                }
                unpaid.push(order.id);
            }
            OrderState::InProcess | OrderState::Done | OrderState::Cancelled => {}
        }
    }
    let bill = reckon(amounts, Money::ZERO, visit.is_takeaway(), &site.tax)
        .map_err(|_| StoreError::damaged("a bill's sum overflows"))?;
    Ok(OpenBill { bill, orders: unpaid, waiting })
}

/// What [`open_bill`] found.
pub struct OpenBill {
    pub bill: Bill,
    pub orders: Vec<crate::domain::id::OrderId>,
    pub waiting: u32,
}

pub fn visit(conn: &Connection, id: VisitId) -> Result<Option<VisitView>, StoreError> {
    let Some(row) = visits::row(conn, id)? else { return Ok(None) };
    let site = sites::site(conn)?;
    let open = open_bill(conn, &site, &row.visit)?;
    let overflow = |_| StoreError::damaged("a bill's sum overflows");
    let rounding = site.cash_rounding.difference(open.bill.total).map_err(overflow)?;
    let due = open.bill.total.plus(rounding).map_err(overflow)?;
    let guests = visits::guests(conn, id)?.into_iter().map(|(id, name)| GuestView { id, name }).collect();
    Ok(Some(VisitView {
        id,
        place: seat_name(conn, row.visit.seat)?,
        seat: row.visit.seat,
        open: row.visit.open,
        bill_asked: row.visit.bill_asked,
        guests,
        bill: open.bill,
        rounding,
        due,
        tenders: site.currency.likely_tenders(due),
        waiting: open.waiting,
        paid: visits::paid(conn, id)?,
        rated: ratings::of_visit(conn, id)?
            .into_iter()
            .map(|(guest, product, stars)| RatedView { guest, product, stars })
            .collect(),
        opened_ms: row.opened_ms,
    }))
}

pub fn open_visits(conn: &Connection) -> Result<Vec<VisitView>, StoreError> {
    let mut all = Vec::new();
    for id in visits::open(conn)? {
        all.extend(visit(conn, id)?);
    }
    Ok(all)
}

pub fn tables(conn: &Connection) -> Result<Vec<TableView>, StoreError> {
    visits::tables(conn)?.into_iter().map(|t| table_view(conn, t)).collect()
}

pub fn table(conn: &Connection, id: TableId) -> Result<Option<TableView>, StoreError> {
    visits::standing(conn, id)?.map(|t| table_view(conn, t)).transpose()
}

fn table_view(conn: &Connection, table: Table) -> Result<TableView, StoreError> {
    let visits = visits::open_at(conn, table.id)?;
    let mut state = TableState::Free;
    for visit in &visits {
        let here = match visit_state(conn, visit.id)? {
            TableState::Waiting => TableState::Waiting,
            _ if visit.bill_asked => TableState::BillAsked,
            other => other,
        };
        state = louder(state, here);
    }
    Ok(TableView {
        id: table.id,
        number: table.number,
        area: table.area,
        seats: table.seats,
        state,
        visits: visits.into_iter().map(|v| v.id).collect(),
    })
}

/// What the least advanced order of a visit says.
fn visit_state(conn: &Connection, visit: VisitId) -> Result<TableState, StoreError> {
    let states = orders::states_of_visit(conn, visit)?;
    let any = |wanted| states.contains(&wanted);
    Ok(if any(OrderState::Waiting) {
        TableState::Waiting
    } else if any(OrderState::InProcess) {
        TableState::InProcess
    } else if any(OrderState::Done) {
        TableState::Served
    } else {
        TableState::Ordering
    })
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
