//! Orders and their lines.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::domain::event::Event;
use crate::domain::id::{OrderId, ReceiptId, VisitId};
use crate::domain::menu::Station;
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

fn lines(conn: &Connection, order: OrderId) -> Result<Vec<Line>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT no, product_id, name, unit_price_minor, quantity, note, station, state, counted, cost_minor FROM order_line WHERE order_id = ?1 ORDER BY no",
    )?;
    let rows = statement.query_map([order], |r| {
        Ok(Line {
            no: r.get(0)?,
            product: r.get(1)?,
            name: r.get(2)?,
            unit_price: r.get(3)?,
            quantity: r.get(4)?,
            note: r.get(5)?,
            station: Station::try_from(r.get::<_, String>(6)?).unwrap_or_default(),
            state: r.get(7)?,
            counted: r.get(8)?,
            unit_cost: r.get(9)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn row(conn: &Connection, id: OrderId) -> Result<Option<OrderRow>, StoreError> {
    let row = conn.prepare_cached(&format!("{ORDER} WHERE o.id = ?1"))?.query_row([id], order_row).optional()?;
    row.map(|r| with_lines(conn, r)).transpose()
}

pub fn order(conn: &Connection, id: OrderId) -> Result<Option<Order>, StoreError> {
    Ok(row(conn, id)?.map(|r| r.order))
}

/// The order with that client-made id.
pub fn by_uid(conn: &Connection, uid: Uuid) -> Result<Option<OrderId>, StoreError> {
    Ok(conn.prepare_cached("SELECT id FROM orders WHERE uid = ?1")?.query_row([Uid(uid)], |r| r.get(0)).optional()?)
}

pub fn of_visit(conn: &Connection, visit: VisitId) -> Result<Vec<OrderRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{ORDER} WHERE o.visit_id = ?1 ORDER BY o.id"))?;
    let rows: Vec<OrderRow> = statement.query_map([visit], order_row)?.collect::<Result<_, _>>()?;
    rows.into_iter().map(|r| with_lines(conn, r)).collect()
}

pub fn of_receipt(conn: &Connection, receipt: ReceiptId) -> Result<Vec<OrderRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{ORDER} WHERE o.receipt_id = ?1 ORDER BY o.id"))?;
    let rows: Vec<OrderRow> = statement.query_map([receipt], order_row)?.collect::<Result<_, _>>()?;
    rows.into_iter().map(|r| with_lines(conn, r)).collect()
}

pub fn of_open_visits(conn: &Connection) -> Result<Vec<OrderRow>, StoreError> {
    let mut statement = conn
        .prepare_cached(&format!("{ORDER} WHERE o.visit_id IN (SELECT id FROM visit WHERE closed_ms IS NULL) ORDER BY o.id"))?;
    let rows: Vec<OrderRow> = statement.query_map([], order_row)?.collect::<Result<_, _>>()?;
    rows.into_iter().map(|r| with_lines(conn, r)).collect()
}

/// The next number of the day, for people.
pub fn next_number(conn: &Connection, day: BusinessDay) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached("SELECT coalesce(max(number), 0) + 1 FROM orders WHERE day = ?1")?.query_row([day], |r| r.get(0))?)
}

/// Reprints of the order's tickets so far.
pub fn copies(conn: &Connection, id: OrderId) -> Result<u32, StoreError> {
    Ok(conn.query_row("SELECT copies FROM orders WHERE id = ?1", [id], |r| r.get(0))?)
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
    conn.execute("UPDATE orders SET copies = ?2 WHERE id = ?1", params![id, copies])?;
    Ok(())
}
