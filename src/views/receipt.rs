//! Paid bills, for the list that reprints them.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::domain::bill::Bill;
use crate::domain::id::{ReceiptId, VisitId};
use crate::domain::payment::Settlement;
use crate::domain::time::BusinessDay;
use crate::store::bills::{self, ReceiptRow};
use crate::store::error::StoreError;
use crate::store::sites;
use crate::views::floor::Room;

/// A paid bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReceiptView {
    pub id: ReceiptId,
    pub number: String,
    pub visit: VisitId,
    pub place: String,
    pub takeaway: bool,
    pub cashier: String,
    #[cfg_attr(test, ts(type = "number"))]
    pub at_ms: i64,
    pub bill: Bill,
    pub settlement: Settlement,
    /// How often it was printed again.
    pub copies: u32,
}

/// Receipts of the day that every till is told of; older ones are asked for.
pub const LISTED: u32 = 50;

/// One of the open day's. Those of other days are asked for, by whoever may see the reports.
pub fn of_open_day(conn: &Connection, id: ReceiptId) -> Result<Option<ReceiptView>, StoreError> {
    let open = sites::day(conn)?;
    bills::receipt(conn, id)?.filter(|row| Some(row.day) == open).map(|row| view(conn, row)).transpose()
}

/// The latest of a business day, newest last.
pub fn of_day(conn: &Connection, day: BusinessDay) -> Result<Vec<ReceiptView>, StoreError> {
    bills::receipts_of_day(conn, day, LISTED)?.into_iter().map(|row| view(conn, row)).collect()
}

fn view(conn: &Connection, row: ReceiptRow) -> Result<ReceiptView, StoreError> {
    let (place, takeaway) = Room::new(conn).place(row.visit)?;
    Ok(ReceiptView {
        id: row.id,
        number: row.number,
        visit: row.visit,
        place,
        takeaway,
        cashier: row.cashier,
        at_ms: row.at_ms,
        bill: row.bill,
        settlement: row.settlement,
        copies: row.copies,
    })
}
