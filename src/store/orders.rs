//! Orders and their lines.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::domain::event::Event;
use crate::domain::id::{OrderId, ReceiptId, VisitId};
use crate::domain::menu::Station;
use crate::domain::money::Money;
use crate::domain::order::{Line, LineState, Order, OrderState};
use crate::domain::time::BusinessDay;
use crate::store::convert::Uid;
use crate::store::error::StoreError;
use crate::store::journal::Recorded;

/// An order with what a screen shows beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    pub order: Order,
    pub placed_ms: i64,
    /// When it came to its state.
    pub since_ms: i64,
    /// The guest's name, or the employee's.
    pub who: String,
    pub reason: String,
}

const ORDER: &str = "SELECT o.id, o.uid, o.number, o.visit_id, o.guest_id, o.employee_id, o.state, o.receipt_id, o.placed_ms, o.since_ms, \
                     coalesce(p.name, e.name, ''), o.reason \
                     FROM orders o LEFT JOIN person p ON p.guest_id = o.guest_id LEFT JOIN employee e ON e.id = o.employee_id";

fn order_row(r: &Row<'_>) -> rusqlite::Result<OrderRow> {
    let order = Order {
        id: r.get(0)?,
        uid: r.get::<_, Uid>(1)?.0,
        number: r.get(2)?,
        visit: r.get(3)?,
        guest: r.get(4)?,
        employee: r.get(5)?,
        state: r.get(6)?,
        lines: Vec::new(),
        receipt: r.get(7)?,
    };
    Ok(OrderRow { order, placed_ms: r.get(8)?, since_ms: r.get(9)?, who: r.get(10)?, reason: r.get(11)? })
}

fn with_lines(conn: &Connection, mut row: OrderRow) -> Result<OrderRow, StoreError> {
    row.order.lines = lines(conn, row.order.id)?;
    Ok(row)
}

const LINE: &str =
    "l.no, l.product_id, l.name, l.unit_price_minor, l.quantity, l.note, l.station, l.state, l.counted, l.cost_minor";

/// A line whose columns begin at `first`.
fn line(r: &Row<'_>, first: usize) -> rusqlite::Result<Line> {
    Ok(Line {
        no: r.get(first)?,
        product: r.get(first + 1)?,
        name: r.get(first + 2)?,
        unit_price: r.get(first + 3)?,
        quantity: r.get(first + 4)?,
        note: r.get(first + 5)?,
        station: Station::try_from(r.get::<_, String>(first + 6)?).unwrap_or_default(),
        state: r.get(first + 7)?,
        counted: r.get(first + 8)?,
        unit_cost: r.get(first + 9)?,
    })
}

fn lines(conn: &Connection, order: OrderId) -> Result<Vec<Line>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT {LINE} FROM order_line l WHERE l.order_id = ?1 ORDER BY l.no"))?;
    let rows = statement.query_map([order], |r| line(r, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn row(conn: &Connection, id: OrderId) -> Result<Option<OrderRow>, StoreError> {
    let row = conn.prepare_cached(&format!("{ORDER} WHERE o.id = ?1"))?.query_row([id], order_row).optional()?;
    row.map(|r| with_lines(conn, r)).transpose()
}

pub fn order(conn: &Connection, id: OrderId) -> Result<Option<Order>, StoreError> {
    Ok(row(conn, id)?.map(|r| r.order))
}

/// Whose order it is.
pub fn visit_of(conn: &Connection, id: OrderId) -> Result<Option<VisitId>, StoreError> {
    Ok(conn.prepare_cached("SELECT visit_id FROM orders WHERE id = ?1")?.query_row([id], |r| r.get(0)).optional()?)
}

/// The order with that client-made id.
pub fn by_uid(conn: &Connection, uid: Uuid) -> Result<Option<OrderId>, StoreError> {
    Ok(conn.prepare_cached("SELECT id FROM orders WHERE uid = ?1")?.query_row([Uid(uid)], |r| r.get(0)).optional()?)
}

pub fn of_visit(conn: &Connection, visit: VisitId) -> Result<Vec<OrderRow>, StoreError> {
    gathered(conn, "o.visit_id = ?1", visit.0)
}

pub fn of_receipt(conn: &Connection, receipt: ReceiptId) -> Result<Vec<OrderRow>, StoreError> {
    gathered(conn, "o.receipt_id = ?1", receipt.0)
}

pub fn of_open_visits(conn: &Connection) -> Result<Vec<OrderRow>, StoreError> {
    gathered(conn, "o.visit_id IN (SELECT id FROM visit WHERE closed_ms IS NULL) AND ?1 = 0", 0)
}

/// An order without its lines: what it comes to, and how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderSum {
    pub id: OrderId,
    pub state: OrderState,
    pub by_guest: bool,
    pub receipt: Option<ReceiptId>,
    /// Sum of the lines as the menu prices them.
    pub amount: Money,
}

/// A visit's orders by their sums, oldest first: for whoever does not look at their lines.
pub fn sums_of_visit(conn: &Connection, visit: VisitId) -> Result<Vec<OrderSum>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT o.id, o.state, o.guest_id IS NOT NULL, o.receipt_id, \
         (SELECT coalesce(sum(l.quantity * l.unit_price_minor), 0) FROM order_line l WHERE l.order_id = o.id) \
         FROM orders o WHERE o.visit_id = ?1 ORDER BY o.id",
    )?;
    let row = |r: &Row<'_>| {
        Ok(OrderSum { id: r.get(0)?, state: r.get(1)?, by_guest: r.get(2)?, receipt: r.get(3)?, amount: r.get(4)? })
    };
    Ok(statement.query_map([visit], row)?.collect::<Result<_, _>>()?)
}

/// Orders with their lines in two queries, however many they are: a visit's view is read for
/// every one of its orders.
fn gathered(conn: &Connection, which: &str, key: i64) -> Result<Vec<OrderRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{ORDER} WHERE {which} ORDER BY o.id"))?;
    let mut rows: Vec<OrderRow> = statement.query_map([key], order_row)?.collect::<Result<_, _>>()?;
    let sql = format!(
        "SELECT l.order_id, {LINE} FROM orders o JOIN order_line l ON l.order_id = o.id WHERE {which} ORDER BY l.order_id, l.no"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut lines = statement.query([key])?;
    let mut at = 0;
    while let Some(row) = lines.next()? {
        let order: OrderId = row.get(0)?;
        // Both come in the orders' order.
        while rows.get(at).is_some_and(|r| r.order.id < order) {
            at += 1;
        }
        if let Some(found) = rows.get_mut(at) {
            found.order.lines.push(line(row, 1)?);
        }
    }
    Ok(rows)
}

/// The next number of the day, for people.
pub fn next_number(conn: &Connection, day: BusinessDay) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached("SELECT coalesce(max(number), 0) + 1 FROM orders WHERE day = ?1")?.query_row([day], |r| r.get(0))?)
}

/// Reprints of the order's tickets so far.
pub fn copies(conn: &Connection, id: OrderId) -> Result<u32, StoreError> {
    Ok(conn.prepare_cached("SELECT copies FROM orders WHERE id = ?1")?.query_row([id], |r| r.get(0))?)
}

pub(in crate::store) fn project_placed(conn: &Connection, row: &Recorded) -> Result<(), StoreError> {
    let Event::OrderPlaced { order, uid, number, visit, guest, employee, lines, .. } = &row.event else { return Ok(()) };
    conn.prepare_cached("INSERT INTO orders VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting', ?8, ?8, '', 0, NULL)")?
        .execute(params![order, Uid(*uid), number, row.day, visit, guest, employee, row.wall_ms])?;
    insert_lines(conn, *order, lines)
}

/// Other lines in the place of those that were there.
pub(in crate::store) fn project_amended(conn: &Connection, id: OrderId, lines: &[Line]) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM order_line WHERE order_id = ?1")?.execute([id])?;
    insert_lines(conn, id, lines)
}

fn insert_lines(conn: &Connection, order: OrderId, lines: &[Line]) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached("INSERT INTO order_line VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?;
    for l in lines {
        statement.execute(params![
            order,
            l.no,
            l.product,
            l.name,
            l.unit_price,
            l.quantity,
            l.note,
            l.station.as_str(),
            l.state,
            l.counted,
            l.unit_cost
        ])?;
    }
    Ok(())
}

pub(in crate::store) fn project_state(
    conn: &Connection,
    id: OrderId,
    state: OrderState,
    at_ms: i64,
    reason: &str,
) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE orders SET state = ?2, since_ms = ?3, reason = ?4 WHERE id = ?1")?
        .execute(params![id, state, at_ms, reason])?;
    Ok(())
}

pub(in crate::store) fn project_line(conn: &Connection, id: OrderId, no: u32, to: LineState) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE order_line SET state = ?3 WHERE order_id = ?1 AND no = ?2")?.execute(params![id, no, to])?;
    Ok(())
}

pub(in crate::store) fn project_all_lines(conn: &Connection, id: OrderId, to: LineState) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE order_line SET state = ?2 WHERE order_id = ?1")?.execute(params![id, to])?;
    Ok(())
}

pub(in crate::store) fn project_copies(conn: &Connection, id: OrderId, copies: u32) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE orders SET copies = ?2 WHERE id = ?1")?.execute(params![id, copies])?;
    Ok(())
}
