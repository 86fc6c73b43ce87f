//! What the old app's tablets show of a table: who wants what, and how far the least advanced of
//! it is. In the words and names of their protocol, which has no others.

use rusqlite::Connection;
use serde::Serialize;

use crate::domain::id::{OrderId, ProductId, TableId};
use crate::domain::money::Money;
use crate::domain::order::OrderState;
use crate::domain::visit::plain_number;
use crate::store::error::StoreError;
use crate::store::{drafts, menu, orders, visits};

/// The four words of the old protocol, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Progress {
    /// A cart that nobody has sent.
    #[serde(rename = "menunggu dikonfirmasi")]
    Unsent,
    /// Sent; it waits for the cashier.
    #[serde(rename = "dikonfirmasi")]
    Sent,
    #[serde(rename = "diproses")]
    InProcess,
    /// Said once, when it comes to be so; a table at which nothing is open has no word.
    #[serde(rename = "selesai")]
    Done,
}

/// What one guest at a table wants, as far as it is not served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transaction {
    #[serde(rename = "customerName")]
    pub customer_name: String,
    pub items: Vec<Item>,
    pub total: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// A bare number: the old app knows no others.
    pub id: i64,
    pub name: String,
    pub qty: u32,
    pub price: Money,
}

/// A table at which something is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTable {
    pub number: String,
    pub transactions: Vec<Transaction>,
    /// That of the least advanced.
    pub progress: Progress,
    /// Orders that wait or are in process.
    pub open: Vec<OrderId>,
    /// Whether somebody fills a cart there.
    pub carts: bool,
}

/// `None` when nothing is open at the table, or it is not there any more.
pub fn table(conn: &Connection, id: TableId) -> Result<Option<OpenTable>, StoreError> {
    let Some(table) = visits::standing(conn, id)? else { return Ok(None) };
    let mut found = Found::default();
    for visit in visits::open_at(conn, id)? {
        for row in orders::of_visit(conn, visit.id)? {
            let progress = match row.order.state {
                OrderState::Waiting => Progress::Sent,
                OrderState::InProcess => Progress::InProcess,
                OrderState::Done | OrderState::Cancelled => continue,
            };
            found.open.push(row.order.id);
            found.progress.push(progress);
            for line in row.order.lines {
                found.add(&row.who, line.product, line.name, line.quantity, line.unit_price)?;
            }
        }
    }
    let mut carts = false;
    for draft in drafts::at(conn, id)?.into_iter().filter(|d| !d.lines.is_empty()) {
        carts = true;
        found.progress.push(Progress::Unsent);
        for portion in draft.lines {
            // What was taken off the menu meanwhile is refused when the cart is sent.
            if let Some((product, _)) = menu::product(conn, portion.product)? {
                found.add(&draft.name, product.id, product.name, portion.quantity, product.price)?;
            }
        }
    }
    Ok(found.progress.iter().min().copied().map(|progress| OpenTable {
        number: plain_number(&table.number).to_owned(),
        transactions: found.transactions,
        progress,
        open: found.open,
        carts,
    }))
}

/// Whether that order was served.
pub fn is_done(conn: &Connection, id: OrderId) -> Result<bool, StoreError> {
    Ok(orders::order(conn, id)?.is_some_and(|o| o.state == OrderState::Done))
}

/// The tables of the room.
pub fn tables(conn: &Connection) -> Result<Vec<TableId>, StoreError> {
    Ok(visits::tables(conn)?.into_iter().map(|t| t.id).collect())
}

#[derive(Default)]
struct Found {
    transactions: Vec<Transaction>,
    progress: Vec<Progress>,
    open: Vec<OrderId>,
}

impl Found {
    /// To what the same person has already; the same product at the same price is one line.
    fn add(&mut self, who: &str, product: ProductId, name: String, qty: u32, price: Money) -> Result<(), StoreError> {
        let overflow = |_| StoreError::damaged("an order's sum overflows");
        let amount = price.times(qty).map_err(overflow)?;
        let at = match self.transactions.iter().position(|t| t.customer_name == who) {
            Some(at) => at,
            None => {
                self.transactions.push(Transaction { customer_name: who.to_owned(), items: Vec::new(), total: Money::ZERO });
                self.transactions.len() - 1
            }
        };
        let mine = &mut self.transactions[at];
        mine.total = mine.total.plus(amount).map_err(overflow)?;
        match mine.items.iter_mut().find(|i| i.id == product.0 && i.price == price) {
            Some(same) => same.qty = same.qty.saturating_add(qty),
            None => mine.items.push(Item { id: product.0, name, qty, price }),
        }
        Ok(())
    }
}
