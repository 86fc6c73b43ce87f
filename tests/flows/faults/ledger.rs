//! What the clients know: what they asked for, noted before it was sent, and what they were told is done.
//! It is the judge over the hub's file, after every fall and at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use kasir::client::{Answer, Refused};
use kasir::domain::id::{GuestId, OrderId, ProductId, ReceiptId, VisitId};
use kasir::domain::money::Money;
use kasir::hub::wire::{NewLine, Op, Outcome};
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use crate::support::dice::Dice;
use crate::support::people::Person;

#[derive(Debug, Clone, Default)]
pub struct Books {
    /// By the order's own id: product and quantity, line by line.
    sent: BTreeMap<Uuid, Vec<(ProductId, u32)>>,
    placed: BTreeMap<Uuid, (OrderId, VisitId, u32)>,
    /// Orders to which the hub said no, for good, and how.
    refused: BTreeMap<Uuid, String>,
    pays: BTreeMap<Uuid, (VisitId, Money, Money)>,
    paid: BTreeMap<Uuid, (ReceiptId, String, Money)>,
    confirmed: BTreeSet<OrderId>,
    finished: BTreeSet<OrderId>,
    cancelled: BTreeSet<OrderId>,
    guests: BTreeSet<GuestId>,
    /// Portions that came into the house, and whether that was acknowledged, by their reason.
    deliveries: BTreeMap<String, (ProductId, u32, bool)>,
    /// All that was asked for, one after the other, and which of it was acknowledged last.
    switched: BTreeMap<ProductId, (Vec<bool>, usize)>,
    pub noes: BTreeMap<String, u32>,
    pub repeats: u32,
    pub conflicts: u32,
}

#[derive(Default)]
pub struct Ledger {
    books: Mutex<Books>,
    asked: AtomicUsize,
    acks: AtomicUsize,
    doubled: AtomicBool,
    new_days: AtomicBool,
}

/// Answers that say nothing of the request itself: it may be sent again.
const LATER: &[&str] = &["too-fast", "busy", "stopped", "not-logged-in", "closed"];

impl Ledger {
    pub fn books(&self) -> MutexGuard<'_, Books> {
        // Somebody who saw something wrong while writing has said so already.
        self.books.lock().unwrap_or_else(|e| e.into_inner())
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Acknowledgements so far.
    pub fn acks(&self) -> usize {
        self.acks.load(Ordering::SeqCst)
    }

    /// The network brings things twice.
    pub fn expect_doubles(&self) {
        self.doubled.store(true, Ordering::SeqCst);
    }

    /// Days begin, and sessions end with them: who sends again may be nobody by then.
    pub fn expect_new_days(&self) {
        self.new_days.store(true, Ordering::SeqCst);
    }

    fn says_nothing(&self, no: &Refused) -> bool {
        LATER.contains(&no.code.as_str()) || (no.code == "denied" && self.new_days.load(Ordering::SeqCst))
    }

    pub fn came_in(&self, guest: GuestId) {
        self.books().guests.insert(guest);
    }

    /// Asks, under an id that is noted first. Now and then asks the same once more, or something else
    /// under the same id.
    pub async fn ask(&self, person: &Person, op: Op, dice: &mut Dice) -> Answer {
        let id = Uuid::now_v7();
        self.note(&op);
        let answer = self.ask_as(person, id, &op).await;
        if answer.is_ok() && dice.one_in(12) {
            let again = self.ask_as(person, id, &op).await;
            let is_same = match &again {
                Ok(_) => again == answer,
                Err(no) => self.says_nothing(no),
            };
            assert!(is_same, "{op:?} was answered {answer:?}, and the second time {again:?}");
            self.books().repeats += 1;
        }
        // Where things arrive twice the second answer to the first request may be taken for this one's.
        if answer.is_ok() && dice.one_in(20) && !self.doubled.load(Ordering::SeqCst) {
            let other = another(&op);
            let no = self.ask_as(person, id, &other).await;
            // Who may not ask for the other thing at all is told that first.
            let is_told =
                no.as_ref().is_err_and(|no| ["conflict", "denied"].contains(&no.code.as_str()) || self.says_nothing(no));
            assert!(is_told, "{other:?} under the id of {op:?} was answered {no:?}");
            self.books().conflicts += 1;
        }
        answer
    }

    async fn ask_as(&self, person: &Person, id: Uuid, op: &Op) -> Answer {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = person.ask_as(id, op.clone()).await;
        match &answer {
            Ok(outcome) => {
                self.enter(op, outcome);
                self.acks.fetch_add(1, Ordering::SeqCst);
            }
            Err(no) => self.refuse(op, no),
        }
        answer
    }

    fn note(&self, op: &Op) {
        let mut books = self.books();
        match op {
            Op::OrderPlace { order, lines, .. } => drop(books.sent.insert(*order, wanted(lines))),
            Op::BillPayCash { payment, visit, total, tendered } => {
                books.pays.insert(*payment, (*visit, *total, *tendered));
            }
            Op::StockDeliver { product, quantity, reason } => {
                books.deliveries.insert(reason.clone(), (*product, *quantity, false));
            }
            Op::ProductSoldOut { product, sold_out } => {
                books.switched.entry(*product).or_insert_with(|| (vec![false], 0)).0.push(*sold_out);
            }
            _ => {}
        }
    }

    fn enter(&self, op: &Op, outcome: &Outcome) {
        let mut books = self.books();
        match (op, outcome) {
            (Op::OrderPlace { order: uid, .. }, Outcome::Placed { order, visit, number }) => {
                let before = books.placed.insert(*uid, (*order, *visit, *number));
                assert!(before.is_none_or(|b| b == (*order, *visit, *number)), "{uid} became another order");
            }
            (Op::BillPayCash { payment, .. }, Outcome::Paid { receipt, number, change }) => {
                let paid = (*receipt, number.clone(), *change);
                let before = books.paid.insert(*payment, paid.clone());
                assert!(before.is_none_or(|b| b == paid), "{payment} became another receipt");
            }
            (Op::OrderConfirm { order }, _) => drop(books.confirmed.insert(*order)),
            (Op::OrderFinish { order }, _) => drop(books.finished.insert(*order)),
            (Op::OrderCancel { order, .. }, _) => drop(books.cancelled.insert(*order)),
            (Op::StockDeliver { reason, .. }, _) => {
                if let Some((_, _, acknowledged)) = books.deliveries.get_mut(reason) {
                    *acknowledged = true;
                }
            }
            (Op::ProductSoldOut { product, .. }, _) => {
                if let Some((asked, acknowledged)) = books.switched.get_mut(product) {
                    *acknowledged = asked.len() - 1;
                }
            }
            _ => {}
        }
    }

    fn refuse(&self, op: &Op, no: &Refused) {
        let mut books = self.books();
        *books.noes.entry(no.code.clone()).or_default() += 1;
        if let Op::OrderPlace { order, .. } = op
            && !self.says_nothing(no)
            && no.code != "conflict"
            // What the network brings twice may be refused first and taken then.
            && !self.doubled.load(Ordering::SeqCst)
        {
            books.refused.insert(*order, no.code.clone());
        }
    }

    /// What was acknowledged up to now is in the file, and nothing that nobody asked for.
    pub fn check(&self, database: &std::path::Path) {
        // What is told from here on need not be there yet; what is asked from now on may be.
        let told = self.books().clone();
        let conn = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        conn.busy_timeout(crate::support::PATIENCE).unwrap();
        conn.execute_batch("BEGIN").unwrap();
        let stored = Stored::read(&conn);
        let asked = self.books().clone();
        told.are_in(&stored);
        stored.was_asked_for(&asked);
        for (product, (_, acknowledged)) in &told.switched {
            // Whatever was asked for after the last answer may have happened.
            let possible = &asked.switched[product].0[*acknowledged..];
            assert!(possible.contains(&stored.sold_out[&product.0]), "{product} is none of {possible:?}");
        }
        adds_up(&conn);
    }
}

fn wanted(lines: &[NewLine]) -> Vec<(ProductId, u32)> {
    lines.iter().map(|l| (l.product, l.quantity)).collect()
}

/// Something else, of the same kind where that is worth trying.
fn another(op: &Op) -> Op {
    let mut other = op.clone();
    match &mut other {
        Op::OrderPlace { lines, .. } => lines[0].quantity += 1,
        Op::BillPayCash { tendered, .. } => tendered.0 += 1_000,
        Op::ClockConfirm {} => other = Op::ProductSoldOut { product: ProductId(1), sold_out: true },
        _ => other = Op::ClockConfirm {},
    }
    other
}

struct Stored {
    /// By the order's own id.
    orders: BTreeMap<String, (i64, i64, i64)>,
    /// At the last two tables, which are theirs: old tablets send no ids.
    at_tablets: BTreeSet<i64>,
    states: BTreeMap<i64, String>,
    lines: BTreeMap<i64, Vec<(ProductId, u32)>>,
    payments: BTreeMap<String, (i64, String, i64, i64, i64, i64)>,
    deliveries: Vec<(String, String, i64)>,
    sold_out: BTreeMap<i64, bool>,
    guests: BTreeSet<i64>,
}

impl Stored {
    fn read(conn: &Connection) -> Stored {
        let mut orders = BTreeMap::new();
        each(conn, "SELECT uid, id, visit_id, number FROM orders", |r| {
            let row = (r.get(1)?, r.get(2)?, r.get(3)?);
            let twice = orders.insert(r.get(0)?, row);
            assert_eq!(twice, None, "an order's id twice");
            Ok(())
        });
        let mut at_tablets = BTreeSet::new();
        each(conn, "SELECT o.id FROM orders o JOIN visit v ON v.id = o.visit_id WHERE v.table_id > 10", |r| {
            at_tablets.insert(r.get(0)?);
            Ok(())
        });
        let mut states = BTreeMap::new();
        each(conn, "SELECT id, state FROM orders", |r| {
            states.insert(r.get(0)?, r.get(1)?);
            Ok(())
        });
        let mut lines: BTreeMap<i64, Vec<(ProductId, u32)>> = BTreeMap::new();
        each(conn, "SELECT order_id, product_id, quantity FROM order_line ORDER BY order_id, no", |r| {
            lines.entry(r.get(0)?).or_default().push((ProductId(r.get(1)?), r.get(2)?));
            Ok(())
        });
        let mut payments = BTreeMap::new();
        let sql = "SELECT p.uid, r.id, r.number, r.visit_id, r.total_minor, r.tendered_minor, r.change_minor \
                   FROM payment p JOIN receipt r ON r.id = p.receipt_id WHERE p.tender = 'cash'";
        each(conn, sql, |r| {
            payments.insert(r.get(0)?, (r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?, r.get(6)?));
            Ok(())
        });
        let mut deliveries = Vec::new();
        let sql = "SELECT json_extract(event, '$.reason'), json_extract(event, '$.change.product'), json_extract(event, '$.change.moved') \
                   FROM journal WHERE kind = 'stock_set' AND json_extract(event, '$.cause') = 'delivery'";
        each(conn, sql, |r| {
            deliveries.push((r.get(0)?, r.get(1)?, r.get(2)?));
            Ok(())
        });
        let mut sold_out = BTreeMap::new();
        each(conn, "SELECT id, sold_out FROM product", |r| {
            sold_out.insert(r.get(0)?, r.get(1)?);
            Ok(())
        });
        let mut guests = BTreeSet::new();
        each(conn, "SELECT id FROM guest", |r| {
            guests.insert(r.get(0)?);
            Ok(())
        });
        Stored { orders, at_tablets, states, lines, payments, deliveries, sold_out, guests }
    }

    /// Nothing is there that nobody sent, and nothing that was refused.
    fn was_asked_for(&self, books: &Books) {
        for (uid, (id, _, _)) in &self.orders {
            let Some(sent) = books.sent.get(&uid.parse::<Uuid>().unwrap()) else {
                assert!(self.at_tablets.contains(id), "order {id} ({uid}) was sent by nobody");
                continue;
            };
            assert_eq!(&self.lines[id], sent, "the lines of order {id} ({uid})");
            let refused = books.refused.get(&uid.parse().unwrap());
            assert_eq!(refused, None, "order {id} ({uid}) was refused, and is there");
        }
        for (uid, (receipt, number, visit, total, tendered, _)) in &self.payments {
            let sent = books.pays.get(&uid.parse::<Uuid>().unwrap());
            let stored = (VisitId(*visit), Money(*total), Money(*tendered));
            assert_eq!(sent, Some(&stored), "receipt {number} ({receipt}, payment {uid})");
        }
        let mut reasons = BTreeSet::new();
        for (reason, product, moved) in &self.deliveries {
            assert!(reasons.insert(reason), "delivery {reason} came twice");
            let (of, quantity, _) = books.deliveries.get(reason).unwrap_or_else(|| panic!("nobody delivered {reason}"));
            assert_eq!((product.as_str(), *moved), (of.to_string().as_str(), i64::from(*quantity)), "delivery {reason}");
        }
    }
}

impl Books {
    fn are_in(&self, stored: &Stored) {
        for (uid, (id, visit, number)) in &self.placed {
            let found = stored.orders.get(&uid.to_string());
            let found = found.unwrap_or_else(|| panic!("order {id} ({uid}) was acknowledged and is not there"));
            assert_eq!((found.0, found.1, found.2), (id.0, visit.0, i64::from(*number)), "order {uid}");
        }
        let is = |id: &OrderId, wanted: &[&str], what: &str| {
            let state = stored.states.get(&id.0).map_or("missing", String::as_str);
            assert!(wanted.contains(&state), "order {id} was acknowledged as {what} and is {state}");
        };
        self.confirmed.iter().for_each(|id| is(id, &["in_process", "done", "cancelled"], "confirmed"));
        self.finished.iter().for_each(|id| is(id, &["done"], "done"));
        self.cancelled.iter().for_each(|id| is(id, &["cancelled"], "cancelled"));
        for (uid, (receipt, number, change)) in &self.paid {
            let found = stored.payments.get(&uid.to_string());
            let found = found.unwrap_or_else(|| panic!("receipt {number} ({uid}) was acknowledged and is not there"));
            assert_eq!((found.0, &found.1, found.5), (receipt.0, number, change.0), "payment {uid}");
        }
        for (reason, (product, quantity, _)) in self.deliveries.iter().filter(|(_, d)| d.2) {
            let is_there = stored.deliveries.iter().any(|(r, _, _)| r == reason);
            assert!(is_there, "{quantity} of {product} were delivered ({reason}) and are not there");
        }
        for guest in &self.guests {
            assert!(stored.guests.contains(&guest.0), "{guest} came in and is not there");
        }
    }
}

fn each(conn: &Connection, sql: &str, mut row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>) {
    let mut statement = conn.prepare(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    let mut rows = statement.query([]).unwrap();
    while let Some(r) = rows.next().unwrap_or_else(|e| panic!("{sql}: {e}")) {
        row(r).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
}

/// Sums, numbers and stock, reckoned from other rows than the house does.
fn adds_up(conn: &Connection) {
    for (what, sql) in [
        ("a gap in the journal", "SELECT max(seq) - count(*) FROM journal"),
        (
            "payments and receipts differ",
            "SELECT (SELECT coalesce(sum(due_minor), 0) FROM receipt) - (SELECT coalesce(sum(amount_minor), 0) FROM payment)",
        ),
        (
            "a receipt that is not its orders",
            "SELECT count(*) FROM receipt r WHERE subtotal_minor <> (SELECT sum(unit_price_minor * quantity) FROM order_line JOIN orders o ON o.id = order_id WHERE o.receipt_id = r.id)",
        ),
        (
            "a receipt that does not add up",
            "SELECT count(*) FROM receipt WHERE net_minor + service_minor + tax_minor <> total_minor OR subtotal_minor - discount_minor <> net_minor OR total_minor + rounding_minor <> due_minor OR tendered_minor - due_minor <> change_minor",
        ),
        (
            "a day that is not its receipts",
            "SELECT (SELECT coalesce(sum(due_minor), 0) FROM receipt) - (SELECT coalesce(sum(due_minor), 0) FROM day_sales)",
        ),
        (
            "a payment without its receipt, or two",
            "SELECT (SELECT count(*) FROM receipt) - (SELECT count(DISTINCT receipt_id) FROM payment)",
        ),
        (
            "a cancelled order that was paid",
            "SELECT count(*) FROM orders WHERE state IN ('waiting', 'cancelled') AND receipt_id IS NOT NULL",
        ),
        (
            "numbers of a day's orders with a gap",
            "SELECT count(*) FROM (SELECT day, max(number) - count(*) AS gap FROM orders GROUP BY day) WHERE gap <> 0",
        ),
        (
            "receipts with a gap",
            "SELECT count(*) FROM (SELECT substr(number, 1, 4), max(CAST(substr(number, 6) AS INTEGER)) - count(*) AS gap, count(*) - count(DISTINCT number) AS twice FROM receipt GROUP BY 1) WHERE gap <> 0 OR twice <> 0",
        ),
        (
            "portions that are promised",
            "SELECT count(*) FROM product p WHERE stock IS NOT NULL AND reserved <> (SELECT coalesce(sum(l.quantity), 0) FROM order_line l JOIN orders o ON o.id = l.order_id WHERE l.product_id = p.id AND l.counted AND o.state IN ('waiting', 'in_process'))",
        ),
        (
            "portions that are there",
            "SELECT count(*) FROM product p WHERE stock IS NOT NULL AND stock <> (SELECT sum(quantity) FROM stock_movement WHERE product_id = p.id)",
        ),
        (
            "portions that were sold",
            "SELECT (SELECT coalesce(sum(quantity), 0) FROM stock_movement WHERE cause = 'sale') + (SELECT coalesce(sum(quantity), 0) FROM order_line JOIN orders o ON o.id = order_id WHERE counted AND o.state = 'done')",
        ),
        ("an answer without its row", "SELECT count(*) FROM request WHERE seq > (SELECT max(seq) FROM journal)"),
    ] {
        let found: i64 = conn.query_row(sql, [], |r| r.get(0)).unwrap_or_else(|e| panic!("{sql}: {e}"));
        assert_eq!(found, 0, "{what}");
    }
}
