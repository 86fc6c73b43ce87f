//! Reports as files for spreadsheets: amounts as plain numbers, names as text that no spreadsheet
//! takes for a formula.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::domain::text;
use crate::domain::time::{self, Period};
use crate::store::error::StoreError;
use crate::store::{sales, sites};
use crate::views::report;

/// What the rows of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    Receipts,
    Products,
    Days,
}

impl Rows {
    pub fn name(self) -> &'static str {
        match self {
            Rows::Receipts => "receipts",
            Rows::Products => "products",
            Rows::Days => "days",
        }
    }
}

pub fn write(conn: &Connection, period: Period, rows: Rows) -> Result<String, StoreError> {
    let mut file = File(csv::Writer::from_writer(Vec::new()));
    match rows {
        Rows::Receipts => receipts(conn, period, &mut file)?,
        Rows::Products => products(conn, period, &mut file)?,
        Rows::Days => days(conn, period, &mut file)?,
    }
    Ok(file.text())
}

struct File(csv::Writer<Vec<u8>>);

impl File {
    fn row<const N: usize>(&mut self, cells: [String; N]) {
        // Into memory: it cannot fail.
        let _ = self.0.write_record(cells);
    }

    fn head<const N: usize>(&mut self, cells: [&str; N]) {
        self.row(cells.map(str::to_owned));
    }

    fn text(self) -> String {
        self.0.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

fn receipts(conn: &Connection, period: Period, file: &mut File) -> Result<(), StoreError> {
    let site = sites::site(conn)?;
    let (zone, plain) = (site.zone(), |amount| site.currency.plain(amount));
    file.head([
        "day", "time", "number", "place", "cashier", "guests", "subtotal", "discount", "net", "service", "tax", "total",
        "rounding", "due", "tendered", "change",
    ]);
    sales::each(conn, period, |p| {
        let (bill, paid) = (p.bill, p.settlement);
        file.row([
            p.day.to_string(),
            time::stamp(p.at_ms, &zone),
            p.number.clone(),
            text::cell(&report::place(&p)),
            text::cell(&p.cashier),
            text::cell(&p.guests),
            plain(bill.subtotal),
            plain(bill.discount),
            plain(bill.net),
            plain(bill.service),
            plain(bill.tax),
            plain(bill.total),
            plain(paid.rounding),
            plain(paid.due),
            plain(paid.tendered),
            plain(paid.change),
        ]);
    })
}

fn products(conn: &Connection, period: Period, file: &mut File) -> Result<(), StoreError> {
    let site = sites::site(conn)?;
    let plain = |amount| site.currency.plain(amount);
    file.head(["product", "category", "portions", "amount", "cost"]);
    for p in sales::by_product(conn, period)? {
        file.row([text::cell(&p.name), text::cell(&p.category), p.quantity.to_string(), plain(p.amount), plain(p.cost)]);
    }
    Ok(())
}

fn days(conn: &Connection, period: Period, file: &mut File) -> Result<(), StoreError> {
    let site = sites::site(conn)?;
    let plain = |amount| site.currency.plain(amount);
    file.head([
        "day",
        "receipts",
        "orders",
        "portions",
        "subtotal",
        "discount",
        "net",
        "service",
        "tax",
        "total",
        "rounding",
        "due",
        "cost",
        "voided",
        "voided_amount",
    ]);
    let mut day = period.from;
    while day <= period.to {
        let s = sales::total(conn, Period::day(day))?;
        file.row([
            day.to_string(),
            s.receipts.to_string(),
            s.orders.to_string(),
            s.portions.to_string(),
            plain(s.bill.subtotal),
            plain(s.bill.discount),
            plain(s.bill.net),
            plain(s.bill.service),
            plain(s.bill.tax),
            plain(s.bill.total),
            plain(s.rounding),
            plain(s.due),
            plain(s.cost),
            s.voided.to_string(),
            plain(s.voided_amount),
        ]);
        let next = day.plus_days(1);
        // The calendar ends somewhere.
        if next <= day {
            break;
        }
        day = next;
    }
    Ok(())
}
