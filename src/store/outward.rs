//! What goes to head office: which rows an event concerns, and those rows as they stand now. Rows
//! are read and sent whole, so sending one twice, or one that is newer than its event, does no
//! harm.

use std::collections::BTreeSet;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::event::Event;
use crate::domain::id::{CategoryId, EmployeeId, GuestId, OrderId, ProductId, RatingId, ReceiptId, Seq, TableId, VisitId};
use crate::domain::stock::StockChange;
use crate::store::error::StoreError;
use crate::store::journal::{self, Entry, Recorded};

/// A row (or an order's lines, a receipt's payments) that is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    Site,
    Category(CategoryId),
    Product(ProductId),
    Movements(Seq),
    Table(TableId),
    Employee(EmployeeId),
    Visit(VisitId),
    Guest(GuestId),
    Order(OrderId),
    Lines(OrderId),
    Receipt(ReceiptId),
    Payments(ReceiptId),
    Rating(RatingId),
}

/// A table at head office: its columns behind `site` and `epoch`, the query that reads a row here,
/// how many of the columns are its key, and the expression by which its rows fall on days.
pub struct Outward {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    pub key: usize,
    select: &'static str,
    /// Every row, for comparing: the same columns with the day before them.
    all: &'static str,
}

impl Outward {
    /// Joins that give a row's day at head office, and the day.
    pub fn day(&self) -> (&'static str, &'static str) {
        match self.table {
            "orders" | "visit" | "receipt" | "rating" => ("", "t.day"),
            "order_line" => ("JOIN orders d ON d.site = t.site AND d.epoch = t.epoch AND d.id = t.order_id", "d.day"),
            "payment" => ("JOIN receipt d ON d.site = t.site AND d.epoch = t.epoch AND d.id = t.receipt_id", "d.day"),
            _ => ("", "''"),
        }
    }
}

/// Every table but the journal and the cursor.
pub const TABLES: &[Outward] = &[
    Outward {
        table: "site",
        columns: &["id", "settings"],
        key: 1,
        select: "SELECT id, settings FROM site WHERE ?1 = ?1",
        all: "SELECT '', id, settings FROM site",
    },
    Outward {
        table: "category",
        columns: &["id", "uid", "name", "position", "retired"],
        key: 1,
        select: "SELECT id, uid, name, position, retired FROM category WHERE id = ?1",
        all: "SELECT '', id, uid, name, position, retired FROM category",
    },
    Outward {
        table: "product",
        columns: &[
            "id",
            "uid",
            "category_id",
            "name",
            "price_minor",
            "cost_minor",
            "description",
            "picture",
            "station",
            "stock",
            "reserved",
            "min_stock",
            "sold_out",
            "retired",
        ],
        key: 1,
        select: "SELECT id, uid, category_id, name, price_minor, cost_minor, description, picture, station, stock, reserved, min_stock, \
                 sold_out, retired FROM product WHERE id = ?1",
        all: "SELECT '', id, uid, category_id, name, price_minor, cost_minor, description, picture, station, stock, reserved, min_stock, \
              sold_out, retired FROM product",
    },
    Outward {
        table: "stock_movement",
        columns: &["seq", "product_id", "quantity", "on_hand", "cause", "order_id"],
        key: 2,
        select: "SELECT seq, product_id, quantity, on_hand, cause, order_id FROM stock_movement WHERE seq = ?1",
        all: "SELECT '', seq, product_id, quantity, on_hand, cause, order_id FROM stock_movement",
    },
    Outward {
        table: "employee",
        columns: &["id", "uid", "name", "role", "active", "pending"],
        key: 1,
        select: "SELECT id, uid, name, role, active, pending FROM employee WHERE id = ?1",
        all: "SELECT '', id, uid, name, role, active, pending FROM employee",
    },
    Outward {
        table: "visit",
        columns: &["id", "uid", "table_id", "party", "takeaway", "day", "opened_ms", "closed_ms", "bill_asked"],
        key: 1,
        select: "SELECT id, uid, table_id, party, takeaway, day, opened_ms, closed_ms, bill_asked FROM visit WHERE id = ?1",
        all: "SELECT day, id, uid, table_id, party, takeaway, day, opened_ms, closed_ms, bill_asked FROM visit",
    },
    Outward {
        table: "guest",
        columns: &["id", "visit_id", "name", "mail", "phone"],
        key: 1,
        select: "SELECT g.id, g.visit_id, coalesce(p.name, ''), coalesce(p.mail, ''), coalesce(p.phone, '') \
                 FROM guest g LEFT JOIN person p ON p.guest_id = g.id WHERE g.id = ?1",
        all: "SELECT '', g.id, g.visit_id, coalesce(p.name, ''), coalesce(p.mail, ''), coalesce(p.phone, '') \
              FROM guest g LEFT JOIN person p ON p.guest_id = g.id",
    },
    Outward {
        table: "orders",
        columns: &[
            "id",
            "uid",
            "number",
            "day",
            "visit_id",
            "guest_id",
            "employee_id",
            "state",
            "placed_ms",
            "since_ms",
            "reason",
            "copies",
            "receipt_id",
        ],
        key: 1,
        select: "SELECT id, uid, number, day, visit_id, guest_id, employee_id, state, placed_ms, since_ms, reason, copies, receipt_id \
                 FROM orders WHERE id = ?1",
        all: "SELECT day, id, uid, number, day, visit_id, guest_id, employee_id, state, placed_ms, since_ms, reason, copies, receipt_id \
              FROM orders",
    },
    Outward {
        table: "order_line",
        columns: &[
            "order_id",
            "no",
            "product_id",
            "name",
            "unit_price_minor",
            "quantity",
            "note",
            "station",
            "state",
            "counted",
            "cost_minor",
        ],
        key: 2,
        select: "SELECT order_id, no, product_id, name, unit_price_minor, quantity, note, station, state, counted, cost_minor \
                 FROM order_line WHERE order_id = ?1",
        all: "SELECT o.day, l.order_id, l.no, l.product_id, l.name, l.unit_price_minor, l.quantity, l.note, l.station, l.state, \
              l.counted, l.cost_minor FROM order_line l JOIN orders o ON o.id = l.order_id",
    },
    Outward {
        table: "receipt",
        columns: &[
            "id",
            "number",
            "visit_id",
            "employee_id",
            "day",
            "paid_ms",
            "subtotal_minor",
            "discount_minor",
            "net_minor",
            "service_minor",
            "tax_minor",
            "total_minor",
            "rounding_minor",
            "due_minor",
            "tendered_minor",
            "change_minor",
            "copies",
        ],
        key: 1,
        select: "SELECT id, number, visit_id, employee_id, day, paid_ms, subtotal_minor, discount_minor, net_minor, service_minor, tax_minor, \
                 total_minor, rounding_minor, due_minor, tendered_minor, change_minor, copies FROM receipt WHERE id = ?1",
        all: "SELECT day, id, number, visit_id, employee_id, day, paid_ms, subtotal_minor, discount_minor, net_minor, service_minor, tax_minor, \
              total_minor, rounding_minor, due_minor, tendered_minor, change_minor, copies FROM receipt",
    },
    Outward {
        table: "payment",
        columns: &["uid", "receipt_id", "tender", "amount_minor"],
        key: 1,
        select: "SELECT uid, receipt_id, tender, amount_minor FROM payment WHERE receipt_id = ?1",
        all: "SELECT r.day, p.uid, p.receipt_id, p.tender, p.amount_minor FROM payment p JOIN receipt r ON r.id = p.receipt_id",
    },
    Outward {
        table: "rating",
        columns: &["id", "product_id", "order_id", "guest_id", "stars", "day", "rated_ms", "comment"],
        key: 1,
        select: "SELECT r.id, r.product_id, r.order_id, r.guest_id, r.stars, r.day, r.rated_ms, coalesce(c.comment, '') \
                 FROM rating r LEFT JOIN rating_comment c ON c.rating_id = r.id WHERE r.id = ?1",
        all: "SELECT r.day, r.id, r.product_id, r.order_id, r.guest_id, r.stars, r.day, r.rated_ms, coalesce(c.comment, '') \
              FROM rating r LEFT JOIN rating_comment c ON c.rating_id = r.id",
    },
];

/// Of tables, the state is reckoned from its visits: the caller puts it behind these columns.
pub const DINING_TABLE: Outward = Outward {
    table: "dining_table",
    columns: &["id", "number", "area", "seats", "retired", "state"],
    key: 1,
    select: "SELECT id, number, area, seats, retired FROM dining_table WHERE id = ?1",
    all: "SELECT '', id, number, area, seats, retired FROM dining_table",
};

impl Row {
    /// Where it goes, and by which number it is read here.
    fn source(self) -> (&'static Outward, i64) {
        let (table, key) = match self {
            Row::Site => ("site", 1),
            Row::Category(id) => ("category", id.0),
            Row::Product(id) => ("product", id.0),
            Row::Movements(seq) => ("stock_movement", seq),
            Row::Table(id) => return (&DINING_TABLE, id.0),
            Row::Employee(id) => ("employee", id.0),
            Row::Visit(id) => ("visit", id.0),
            Row::Guest(id) => ("guest", id.0),
            Row::Order(id) => ("orders", id.0),
            Row::Lines(id) => ("order_line", id.0),
            Row::Receipt(id) => ("receipt", id.0),
            Row::Payments(id) => ("payment", id.0),
            Row::Rating(id) => ("rating", id.0),
        };
        // Every name above stands in the list; a test sends one of each.
        (TABLES.iter().find(|t| t.table == table).unwrap_or(&TABLES[0]), key)
    }
}

/// Where a row goes, and its values as they stand now; none when it is no more.
pub fn read(conn: &Connection, row: Row) -> Result<(&'static Outward, Vec<Vec<Value>>), StoreError> {
    let (outward, key) = row.source();
    let mut statement = conn.prepare_cached(outward.select)?;
    let width = statement.column_count();
    let rows = statement.query_map([key], |r| (0..width).map(|i| r.get(i)).collect())?;
    Ok((outward, rows.collect::<Result<_, _>>()?))
}

/// Hands on every row of a table with its day, for comparing.
pub fn each(conn: &Connection, outward: &Outward, mut f: impl FnMut(String, Vec<Value>)) -> Result<(), StoreError> {
    let mut statement = conn.prepare(outward.all)?;
    let width = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let values = (1..width).map(|i| row.get(i)).collect::<Result<_, _>>()?;
        f(row.get(0)?, values);
    }
    Ok(())
}

/// A stretch of the journal, and the rows that its events concern.
pub struct Batch {
    pub entries: Vec<Entry>,
    pub rows: BTreeSet<Row>,
    /// Orders whose lines are others than before: what was sent of them must go.
    pub amended: BTreeSet<OrderId>,
}

/// What follows `after`, at most `most` events.
pub fn batch(conn: &Connection, after: Seq, most: i64) -> Result<Batch, StoreError> {
    let mut batch = Batch { entries: Vec::new(), rows: BTreeSet::new(), amended: BTreeSet::new() };
    journal::stretch(conn, after + 1, after + most, |entry| {
        let recorded = entry.decode()?;
        if let Event::OrderAmended { order, .. } = &recorded.event {
            batch.amended.insert(*order);
        }
        concerned(&recorded, &mut batch.rows);
        batch.entries.push(entry);
        Ok(())
    })?;
    hang_on(conn, &mut batch.rows)?;
    Ok(batch)
}

/// A visit's row changes with its orders, and a table's state with its visits.
fn hang_on(conn: &Connection, rows: &mut BTreeSet<Row>) -> Result<(), StoreError> {
    let mut visits = Vec::new();
    for row in rows.iter() {
        match row {
            Row::Order(id) => visits.extend(
                conn.prepare_cached("SELECT visit_id FROM orders WHERE id = ?1")?
                    .query_row([id], |r| r.get::<_, VisitId>(0))
                    .optional()?,
            ),
            Row::Visit(id) => visits.push(*id),
            _ => {}
        }
    }
    // Moving one moves its neighbours.
    if rows.iter().any(|r| matches!(r, Row::Category(_))) {
        let mut statement = conn.prepare_cached("SELECT id FROM category")?;
        for id in statement.query_map([], |r| r.get(0))? {
            rows.insert(Row::Category(id?));
        }
    }
    for visit in visits {
        rows.insert(Row::Visit(visit));
        let table: Option<Option<TableId>> = conn
            .prepare_cached("SELECT table_id FROM visit WHERE id = ?1")?
            .query_row(params![visit], |r| r.get(0))
            .optional()?;
        rows.extend(table.flatten().map(Row::Table));
    }
    Ok(())
}

/// The rows that an event has written.
fn concerned(row: &Recorded, out: &mut BTreeSet<Row>) {
    let stock = |changes: &[StockChange], out: &mut BTreeSet<Row>| {
        out.extend(changes.iter().map(|c| Row::Product(c.product)));
        if changes.iter().any(|c| c.moved != 0) {
            out.insert(Row::Movements(row.seq));
        }
    };
    match &row.event {
        Event::SiteSet { .. } => drop(out.insert(Row::Site)),
        Event::CategoryAdded { category } | Event::CategoryChanged { category } => drop(out.insert(Row::Category(category.id))),
        Event::CategoryRetired { category } => drop(out.insert(Row::Category(*category))),
        Event::ProductAdded { product } => {
            out.extend([Row::Product(product.id), Row::Movements(row.seq)]);
        }
        Event::ProductChanged { product } => drop(out.insert(Row::Product(product.id))),
        Event::ProductRetired { product } | Event::StockUncounted { product } | Event::SoldOutSet { product, .. } => {
            out.insert(Row::Product(*product));
        }
        Event::StockSet { change, .. } => stock(&[*change], out),
        Event::TableAdded { table } | Event::TableChanged { table } => drop(out.insert(Row::Table(table.id))),
        Event::TableRetired { table } => drop(out.insert(Row::Table(*table))),
        Event::EmployeeAdded { employee } | Event::EmployeeChanged { employee } => drop(out.insert(Row::Employee(employee.id))),
        Event::VisitOpened { visit, .. } | Event::BillAsked { visit } | Event::VisitClosed { visit } => {
            out.insert(Row::Visit(*visit));
        }
        Event::GuestJoined { guest, visit } | Event::GuestChanged { guest, visit, .. } => {
            out.extend([Row::Guest(*guest), Row::Visit(*visit)]);
        }
        // Sent again, and empty now.
        Event::GuestsErased { guests, ratings, .. } => {
            out.extend(guests.iter().map(|g| Row::Guest(*g)));
            out.extend(ratings.iter().map(|r| Row::Rating(*r)));
        }
        Event::OrderPlaced { order, visit, stock: s, .. } => {
            out.extend([Row::Order(*order), Row::Lines(*order), Row::Visit(*visit)]);
            stock(s, out);
        }
        // Its lines are others now.
        Event::OrderAmended { order, stock: s, .. } => {
            out.extend([Row::Order(*order), Row::Lines(*order)]);
            stock(s, out);
        }
        Event::OrderConfirmed { order } | Event::TicketReprinted { order, .. } => drop(out.insert(Row::Order(*order))),
        Event::LineMoved { order, .. } => out.extend([Row::Order(*order), Row::Lines(*order)]),
        Event::OrderDone { order, stock: s } | Event::OrderCancelled { order, stock: s, .. } => {
            out.extend([Row::Order(*order), Row::Lines(*order)]);
            stock(s, out);
        }
        Event::BillPaid { receipt, visit, orders, .. } => {
            out.extend([Row::Receipt(*receipt), Row::Payments(*receipt), Row::Visit(*visit)]);
            out.extend(orders.iter().map(|o| Row::Order(*o)));
        }
        Event::ReceiptReprinted { receipt, .. } => drop(out.insert(Row::Receipt(*receipt))),
        Event::ProductRated { rating, .. } => drop(out.insert(Row::Rating(*rating))),
        // The journal's own row says all there is.
        Event::DayOpened { .. }
        | Event::ClockConfirmed { .. }
        | Event::PasswordSet { .. }
        | Event::PasswordRefused { .. }
        | Event::SessionsEnded { .. }
        | Event::PinSet { .. }
        | Event::PinRefused { .. }
        | Event::LoggedIn { .. }
        | Event::DeviceEnrolled { .. }
        | Event::DeviceRemoved { .. }
        | Event::PrinterSet { .. }
        | Event::PrinterRemoved { .. }
        | Event::MailSet { .. }
        | Event::SyncSet { .. }
        | Event::PaperHandled { .. }
        | Event::ReceiptMailed { .. } => {}
    }
}
