//! What was sold, by business day, hour and product; and the paid bills of a period. The daily
//! figures are kept in the transaction of the sale itself, so that a report reads few rows.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::bill::Bill;
use crate::domain::event::Event;
use crate::domain::id::{OrderId, ProductId, ReceiptId};
use crate::domain::money::Money;
use crate::domain::payment::Settlement;
use crate::domain::receipt::{ReceiptNumber, Sought};
use crate::domain::staff::Actor;
use crate::domain::time::{BusinessDay, Period};
use crate::store::convert::containing;
use crate::store::error::StoreError;
use crate::store::journal::Recorded;

/// The figures of some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DaySales {
    pub receipts: i64,
    pub bill: Bill,
    pub rounding: Money,
    /// What was taken in.
    pub due: Money,
    /// What the sold portions cost the house.
    pub cost: Money,
    pub portions: i64,
    pub orders: i64,
    /// Orders cancelled after the kitchen had them, and what they would have brought.
    pub voided: i64,
    pub voided_amount: Money,
}

/// Of all days of a period together.
pub fn total(conn: &Connection, period: Period) -> Result<DaySales, StoreError> {
    let sum = |column: &str| format!("coalesce(sum({column}), 0)");
    let columns = [
        "receipts",
        "subtotal_minor",
        "discount_minor",
        "net_minor",
        "service_minor",
        "tax_minor",
        "total_minor",
        "rounding_minor",
        "due_minor",
        "cost_minor",
        "portions",
        "orders",
        "voided",
        "voided_minor",
    ];
    let sql = format!("SELECT {} FROM day_sales WHERE day BETWEEN ?1 AND ?2", columns.map(sum).join(", "));
    Ok(conn.prepare_cached(&sql)?.query_row(params![period.from, period.to], |r| {
        Ok(DaySales {
            receipts: r.get(0)?,
            bill: Bill {
                subtotal: r.get(1)?,
                discount: r.get(2)?,
                net: r.get(3)?,
                service: r.get(4)?,
                tax: r.get(5)?,
                total: r.get(6)?,
            },
            rounding: r.get(7)?,
            due: r.get(8)?,
            cost: r.get(9)?,
            portions: r.get(10)?,
            orders: r.get(11)?,
            voided: r.get(12)?,
            voided_amount: r.get(13)?,
        })
    })?)
}

/// Receipts and what they brought, by day; days without a sale are left out.
pub fn by_day(conn: &Connection, period: Period) -> Result<Vec<(BusinessDay, i64, Money)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT day, receipts, due_minor FROM day_sales WHERE day BETWEEN ?1 AND ?2 AND receipts > 0 ORDER BY day",
    )?;
    let rows = statement.query_map(params![period.from, period.to], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The same by hour of the house's clock.
pub fn by_hour(conn: &Connection, period: Period) -> Result<Vec<(u32, i64, Money)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT hour, sum(receipts), sum(due_minor) FROM day_hour WHERE day BETWEEN ?1 AND ?2 GROUP BY hour ORDER BY hour",
    )?;
    let rows = statement.query_map(params![period.from, period.to], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a product brought in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductSales {
    pub product: ProductId,
    pub name: String,
    pub category: String,
    pub retired: bool,
    pub quantity: i64,
    pub amount: Money,
    pub cost: Money,
}

/// Every product that is on the menu or was sold, most portions first.
pub fn by_product(conn: &Connection, period: Period) -> Result<Vec<ProductSales>, StoreError> {
    let mut statement = conn.prepare_cached(
        "WITH sold AS (SELECT product_id, sum(quantity) AS q, sum(amount_minor) AS a, sum(cost_minor) AS c \
                       FROM day_product WHERE day BETWEEN ?1 AND ?2 GROUP BY product_id) \
         SELECT p.id, p.name, c.name, p.retired, coalesce(s.q, 0), coalesce(s.a, 0), coalesce(s.c, 0) \
         FROM product p JOIN category c ON c.id = p.category_id LEFT JOIN sold s ON s.product_id = p.id \
         WHERE p.retired = 0 OR s.q IS NOT NULL ORDER BY 5 DESC, 6 DESC, p.id",
    )?;
    let rows = statement.query_map(params![period.from, period.to], |r| {
        Ok(ProductSales {
            product: r.get(0)?,
            name: r.get(1)?,
            category: r.get(2)?,
            retired: r.get(3)?,
            quantity: r.get(4)?,
            amount: r.get(5)?,
            cost: r.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Number and sum of the stars that were given; of all ever without a period.
pub fn stars(conn: &Connection, period: Option<Period>) -> Result<(i64, i64), StoreError> {
    let read = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, r.get(1)?));
    Ok(match period {
        Some(p) => conn
            .prepare_cached("SELECT count(*), coalesce(sum(stars), 0) FROM rating WHERE day BETWEEN ?1 AND ?2")?
            .query_row(params![p.from, p.to], read)?,
        None => conn.prepare_cached("SELECT count(*), coalesce(sum(stars), 0) FROM rating")?.query_row([], read)?,
    })
}

/// An order that somebody cancelled after the kitchen had it.
pub struct Voided {
    pub order: OrderId,
    pub actor: Actor,
    pub at_ms: i64,
}

/// Those of a period, oldest first. Read from the journal, which alone knows who it was: its
/// rows of a period lie between the openings of two days.
pub fn voids(conn: &Connection, period: Period, most: usize) -> Result<Vec<Voided>, StoreError> {
    let mut found = Vec::new();
    let cancelled = "kind = 'order_cancelled' AND json_extract(event, '$.was') = 'in_process'";
    for (event, actor, at_ms) in of_period(conn, period, cancelled, most)? {
        if let Event::OrderCancelled { order, .. } = event {
            found.push(Voided { order, actor, at_ms });
        }
    }
    Ok(found)
}

/// What else an owner may want to know of: copies, papers that were thrown away, and secrets that were wrong. Oldest
/// first.
pub fn deeds(conn: &Connection, period: Period, most: usize) -> Result<Vec<(Event, Actor, i64)>, StoreError> {
    let told = "(kind IN ('receipt_reprinted', 'ticket_reprinted', 'pin_refused', 'password_refused') \
                OR kind = 'paper_handled' AND json_extract(event, '$.deed') = 'thrown_away')";
    of_period(conn, period, told, most)
}

/// Of a period's events those that are asked for, with who did it and when by the wall clock.
fn of_period(conn: &Connection, period: Period, which: &str, most: usize) -> Result<Vec<(Event, Actor, i64)>, StoreError> {
    let opened = |sql: &str, day| conn.prepare_cached(sql)?.query_row([day], |r| r.get::<_, Option<i64>>(0));
    let Some(from) = opened("SELECT min(open_seq) FROM business_day WHERE day >= ?1", period.from)? else {
        return Ok(Vec::new());
    };
    let until = opened("SELECT min(open_seq) FROM business_day WHERE day > ?1", period.to)?.unwrap_or(i64::MAX);
    let mut statement = conn.prepare_cached(&format!(
        "SELECT kind, version, event, actor, wall_ms FROM journal WHERE seq >= ?1 AND seq < ?2 AND {which} ORDER BY seq LIMIT ?3"
    ))?;
    let mut rows = statement.query(params![from, until, most as i64])?;
    let mut found = Vec::new();
    while let Some(r) = rows.next()? {
        let (kind, version, event): (String, u32, String) = (r.get(0)?, r.get(1)?, r.get(2)?);
        let actor: String = r.get(3)?;
        let event = Event::decode(&kind, version, &event).map_err(|e| StoreError::damaged(&e.to_string()))?;
        found.push((event, serde_json::from_str(&actor)?, r.get(4)?));
    }
    Ok(found)
}

/// A paid bill as the history lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    pub id: ReceiptId,
    pub number: String,
    pub day: BusinessDay,
    pub at_ms: i64,
    pub table: Option<String>,
    /// "A" is 1: the party at the table.
    pub party: u32,
    pub takeaway: Option<i64>,
    pub cashier: String,
    /// With commas.
    pub guests: String,
    pub bill: Bill,
    pub settlement: Settlement,
}

/// The ids of a period's receipts lie between these: days and receipts are numbered in the same
/// order, so two looks at an index bound every list of a period.
fn bounds(conn: &Connection, period: Period) -> Result<Option<(ReceiptId, ReceiptId)>, StoreError> {
    let first = conn
        .prepare_cached("SELECT id FROM receipt WHERE day >= ?1 ORDER BY day, id LIMIT 1")?
        .query_row([period.from], |r| r.get(0))
        .optional()?;
    let last = conn
        .prepare_cached("SELECT id FROM receipt WHERE day <= ?1 ORDER BY day DESC, id DESC LIMIT 1")?
        .query_row([period.to], |r| r.get(0))
        .optional()?;
    Ok(first.zip(last))
}

const PAID: &str = "SELECT r.id, r.number, r.day, r.paid_ms, t.number, v.party, v.takeaway, coalesce(e.name, ''), \
     coalesce((SELECT group_concat(p.name, ', ') FROM guest g JOIN person p ON p.guest_id = g.id \
               WHERE g.visit_id = v.id AND p.name <> ''), ''), \
     r.subtotal_minor, r.discount_minor, r.net_minor, r.service_minor, r.tax_minor, r.total_minor, r.rounding_minor, r.due_minor, \
     r.tendered_minor, r.change_minor \
     FROM receipt r JOIN visit v ON v.id = r.visit_id LEFT JOIN dining_table t ON t.id = v.table_id \
     LEFT JOIN employee e ON e.id = r.employee_id";

fn paid(r: &rusqlite::Row<'_>) -> rusqlite::Result<Paid> {
    Ok(Paid {
        id: r.get(0)?,
        number: r.get(1)?,
        day: r.get(2)?,
        at_ms: r.get(3)?,
        table: r.get(4)?,
        party: r.get(5)?,
        takeaway: r.get(6)?,
        cashier: r.get(7)?,
        guests: r.get(8)?,
        bill: Bill {
            subtotal: r.get(9)?,
            discount: r.get(10)?,
            net: r.get(11)?,
            service: r.get(12)?,
            tax: r.get(13)?,
            total: r.get(14)?,
        },
        settlement: Settlement { rounding: r.get(15)?, due: r.get(16)?, tendered: r.get(17)?, change: r.get(18)? },
    })
}

/// The receipts of a period that bear `search` somewhere (number, table, people, dishes), older
/// than `before`, newest first.
pub fn receipts(
    conn: &Connection,
    period: Period,
    search: &str,
    before: Option<ReceiptId>,
    most: u32,
) -> Result<Vec<Paid>, StoreError> {
    let Some((first, last)) = bounds(conn, period)? else { return Ok(Vec::new()) };
    let last = before.map_or(last, |b| last.min(ReceiptId(b.0 - 1)));
    let search = containing(search);
    let sql = match search.as_str() {
        "%%" => format!("{PAID} WHERE r.id BETWEEN ?1 AND ?2 AND ?3 = ?3 ORDER BY r.id DESC LIMIT ?4"),
        _ => format!(
            "{PAID} WHERE r.id BETWEEN ?1 AND ?2 AND (r.number LIKE ?3 ESCAPE '\\' OR t.number LIKE ?3 ESCAPE '\\' \
             OR e.name LIKE ?3 ESCAPE '\\' \
             OR EXISTS (SELECT 1 FROM guest g JOIN person p ON p.guest_id = g.id WHERE g.visit_id = v.id AND p.name LIKE ?3 ESCAPE '\\') \
             OR EXISTS (SELECT 1 FROM orders o JOIN order_line l ON l.order_id = o.id \
                        WHERE o.receipt_id = r.id AND l.name LIKE ?3 ESCAPE '\\')) ORDER BY r.id DESC LIMIT ?4"
        ),
    };
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params![first, last, search, most], paid)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The receipts of that number, newest first: one a year at most, each found by its key.
pub fn numbered(conn: &Connection, sought: Sought) -> Result<Vec<Paid>, StoreError> {
    let year = |edge: &str| -> Result<Option<i16>, StoreError> {
        let sql = format!("SELECT number FROM receipt ORDER BY id {edge} LIMIT 1");
        let number: Option<String> = conn.prepare_cached(&sql)?.query_row([], |r| r.get(0)).optional()?;
        Ok(number.and_then(|n| n.parse::<ReceiptNumber>().ok()).map(|n| n.year))
    };
    let (Some(first), Some(last)) = (year("ASC")?, year("DESC")?) else { return Ok(Vec::new()) };
    let mut statement = conn.prepare_cached(&format!("{PAID} WHERE r.number = ?1"))?;
    let mut found = Vec::new();
    for year in (first..=last).rev().filter(|y| sought.year.is_none_or(|wanted| wanted == *y)) {
        let number = ReceiptNumber { year, count: sought.count }.to_string();
        found.extend(statement.query_row([number], paid).optional()?);
    }
    Ok(found)
}

/// Hands every receipt of a period on, oldest first.
pub fn each(conn: &Connection, period: Period, mut f: impl FnMut(Paid)) -> Result<(), StoreError> {
    let Some((first, last)) = bounds(conn, period)? else { return Ok(()) };
    let mut statement = conn.prepare(&format!("{PAID} WHERE r.id BETWEEN ?1 AND ?2 ORDER BY r.id"))?;
    let mut rows = statement.query(params![first, last])?;
    while let Some(row) = rows.next()? {
        f(paid(row)?);
    }
    Ok(())
}

pub fn receipt(conn: &Connection, id: ReceiptId) -> Result<Option<Paid>, StoreError> {
    Ok(conn.prepare_cached(&format!("{PAID} WHERE r.id = ?1"))?.query_row([id], paid).optional()?)
}

pub(in crate::store) fn project_order(conn: &Connection, row: &Recorded) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO day_sales (day, orders) VALUES (?1, 1) ON CONFLICT (day) DO UPDATE SET orders = orders + 1",
    )?
    .execute([row.day])?;
    Ok(())
}

pub(in crate::store) fn project_voided(conn: &Connection, row: &Recorded, order: OrderId) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO day_sales (day, voided, voided_minor) \
         SELECT ?1, 1, coalesce(sum(quantity * unit_price_minor), 0) FROM order_line WHERE order_id = ?2 \
         ON CONFLICT (day) DO UPDATE SET voided = voided + 1, voided_minor = voided_minor + excluded.voided_minor",
    )?
    .execute(params![row.day, order])?;
    Ok(())
}

/// After the receipt and its orders' marks are there.
pub(in crate::store) fn project_paid(conn: &Connection, row: &Recorded) -> Result<(), StoreError> {
    let Event::BillPaid { receipt, bill, settlement, .. } = &row.event else { return Ok(()) };
    let sold = "FROM orders o JOIN order_line l ON l.order_id = o.id WHERE o.receipt_id = ?2";
    conn.prepare_cached(&format!(
        "INSERT INTO day_product SELECT ?1, l.product_id, sum(l.quantity), sum(l.quantity * l.unit_price_minor), \
         sum(l.quantity * l.cost_minor) {sold} GROUP BY l.product_id \
         ON CONFLICT (day, product_id) DO UPDATE SET quantity = quantity + excluded.quantity, \
         amount_minor = amount_minor + excluded.amount_minor, cost_minor = cost_minor + excluded.cost_minor"
    ))?
    .execute(params![row.day, receipt])?;
    conn.prepare_cached(&format!(
        "INSERT INTO day_sales (day, receipts, subtotal_minor, discount_minor, net_minor, service_minor, tax_minor, total_minor, \
         rounding_minor, due_minor, cost_minor, portions) \
         SELECT ?1, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, coalesce(sum(l.quantity * l.cost_minor), 0), coalesce(sum(l.quantity), 0) {sold} \
         ON CONFLICT (day) DO UPDATE SET receipts = receipts + 1, subtotal_minor = subtotal_minor + excluded.subtotal_minor, \
         discount_minor = discount_minor + excluded.discount_minor, net_minor = net_minor + excluded.net_minor, \
         service_minor = service_minor + excluded.service_minor, tax_minor = tax_minor + excluded.tax_minor, \
         total_minor = total_minor + excluded.total_minor, rounding_minor = rounding_minor + excluded.rounding_minor, \
         due_minor = due_minor + excluded.due_minor, cost_minor = cost_minor + excluded.cost_minor, \
         portions = portions + excluded.portions"
    ))?
    .execute(params![
        row.day,
        receipt,
        bill.subtotal,
        bill.discount,
        bill.net,
        bill.service,
        bill.tax,
        bill.total,
        settlement.rounding,
        settlement.due
    ])?;
    let minute = (row.wall_ms.div_euclid(60_000) + row.offset_min).rem_euclid(1_440);
    conn.prepare_cached(
        "INSERT INTO day_hour VALUES (?1, ?2, 1, ?3) \
         ON CONFLICT (day, hour) DO UPDATE SET receipts = receipts + 1, due_minor = due_minor + excluded.due_minor",
    )?
    .execute(params![row.day, minute / 60, settlement.due])?;
    Ok(())
}
