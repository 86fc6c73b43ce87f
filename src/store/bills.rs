//! Paid bills: receipts and payments.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::domain::bill::Bill;
use crate::domain::event::Event;
use crate::domain::id::{EmployeeId, ReceiptId, VisitId};
use crate::domain::payment::{Settlement, Tender};
use crate::domain::receipt::ReceiptNumber;
use crate::domain::time::BusinessDay;
use crate::store::convert::Uid;
use crate::store::error::StoreError;
use crate::store::journal::Recorded;

/// A receipt with the cashier's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    pub id: ReceiptId,
    pub number: String,
    pub visit: VisitId,
    pub employee: Option<EmployeeId>,
    pub cashier: String,
    pub at_ms: i64,
    pub bill: Bill,
    pub settlement: Settlement,
    /// Reprints so far.
    pub copies: u32,
    pub tender: Tender,
    pub day: BusinessDay,
}

const RECEIPT: &str = "SELECT r.id, r.number, r.visit_id, r.employee_id, coalesce(e.name, ''), r.paid_ms, r.subtotal_minor, r.discount_minor, \
                       r.net_minor, r.service_minor, r.tax_minor, r.total_minor, r.rounding_minor, r.due_minor, r.tendered_minor, \
                       r.change_minor, r.copies, \
                       coalesce((SELECT p.tender FROM payment p WHERE p.receipt_id = r.id), 'cash'), r.day \
                       FROM receipt r LEFT JOIN employee e ON e.id = r.employee_id";

fn receipt_row(r: &Row<'_>) -> rusqlite::Result<ReceiptRow> {
    Ok(ReceiptRow {
        id: r.get(0)?,
        number: r.get(1)?,
        visit: r.get(2)?,
        employee: r.get(3)?,
        cashier: r.get(4)?,
        at_ms: r.get(5)?,
        bill: Bill {
            subtotal: r.get(6)?,
            discount: r.get(7)?,
            net: r.get(8)?,
            service: r.get(9)?,
            tax: r.get(10)?,
            total: r.get(11)?,
        },
        settlement: Settlement { rounding: r.get(12)?, due: r.get(13)?, tendered: r.get(14)?, change: r.get(15)? },
        copies: r.get(16)?,
        tender: r.get(17)?,
        day: r.get(18)?,
    })
}

pub fn receipt(conn: &Connection, id: ReceiptId) -> Result<Option<ReceiptRow>, StoreError> {
    Ok(conn.prepare_cached(&format!("{RECEIPT} WHERE r.id = ?1"))?.query_row([id], receipt_row).optional()?)
}

/// The last `limit` receipts of a day, oldest first.
pub fn receipts_of_day(conn: &Connection, day: BusinessDay, limit: u32) -> Result<Vec<ReceiptRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{RECEIPT} WHERE r.day = ?1 ORDER BY r.id DESC LIMIT ?2"))?;
    let mut rows: Vec<ReceiptRow> = statement.query_map(params![day, limit], receipt_row)?.collect::<Result<_, _>>()?;
    rows.reverse();
    Ok(rows)
}

/// The receipt that a payment of that client-made id belongs to.
pub fn of_payment(conn: &Connection, uid: Uuid) -> Result<Option<ReceiptId>, StoreError> {
    Ok(conn.prepare_cached("SELECT receipt_id FROM payment WHERE uid = ?1")?.query_row([Uid(uid)], |r| r.get(0)).optional()?)
}

/// The next number of the business year, gapless: "2026-000001".
pub fn next_number(conn: &Connection, day: BusinessDay) -> Result<String, StoreError> {
    let year = day.year();
    // The latest of the year by key: numbers are given in order, and as text they would stop
    // sorting at a million.
    let last: Option<String> = conn
        .prepare_cached("SELECT number FROM receipt WHERE number LIKE ?1 ORDER BY id DESC LIMIT 1")?
        .query_row([format!("{year:04}-%")], |r| r.get(0))
        .optional()?;
    let count = match last.as_deref().map(str::parse::<ReceiptNumber>) {
        Some(last) => last.map_err(|_| StoreError::damaged("a receipt number is not a number"))?.count,
        None => 0,
    };
    Ok(ReceiptNumber { year, count: count + 1 }.to_string())
}

pub(in crate::store) fn project_paid(conn: &Connection, row: &Recorded) -> Result<(), StoreError> {
    let Event::BillPaid { receipt, number, visit, orders, bill, payment, settlement } = &row.event else { return Ok(()) };
    conn.prepare_cached("INSERT INTO receipt VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 0)")?
        .execute(params![
            receipt,
            number,
            visit,
            row.actor.employee(),
            row.day,
            row.wall_ms,
            bill.subtotal,
            bill.discount,
            bill.net,
            bill.service,
            bill.tax,
            bill.total,
            settlement.rounding,
            settlement.due,
            settlement.tendered,
            settlement.change
        ])?;
    conn.prepare_cached("INSERT INTO payment VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        Uid(payment.uid),
        receipt,
        payment.tender,
        payment.amount
    ])?;
    for order in orders {
        conn.prepare_cached("UPDATE orders SET receipt_id = ?2 WHERE id = ?1")?.execute(params![order, receipt])?;
    }
    Ok(())
}

pub(in crate::store) fn project_copies(conn: &Connection, id: ReceiptId, copies: u32) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE receipt SET copies = ?2 WHERE id = ?1")?.execute(params![id, copies])?;
    Ok(())
}
