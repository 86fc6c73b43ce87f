//! Categories, products, their counts, pictures.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::id::{CategoryId, OrderId, ProductId, Seq};
use crate::domain::menu::{Category, Product, Station};
use crate::domain::stock::{Count, StockCause, StockChange};
use crate::store::convert::Uid;
use crate::store::error::StoreError;

pub fn categories(conn: &Connection) -> Result<Vec<Category>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT id, uid, name, position FROM category WHERE retired = 0 ORDER BY position, id")?;
    let rows = statement
        .query_map([], |r| Ok(Category { id: r.get(0)?, uid: r.get::<_, Uid>(1)?.0, name: r.get(2)?, position: r.get(3)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const PRODUCT: &str = "SELECT id, uid, category_id, name, price_minor, cost_minor, description, picture, station, stock, min_stock, \
                       sold_out, reserved FROM product";

fn product_row(r: &Row<'_>) -> rusqlite::Result<(Product, i64)> {
    let station: String = r.get(8)?;
    let product = Product {
        id: r.get(0)?,
        uid: r.get::<_, Uid>(1)?.0,
        category: r.get(2)?,
        name: r.get(3)?,
        price: r.get(4)?,
        cost: r.get(5)?,
        description: r.get(6)?,
        picture: r.get(7)?,
        station: Station::try_from(station).unwrap_or_default(),
        stock: r.get(9)?,
        min_stock: r.get(10)?,
        sold_out: r.get(11)?,
    };
    Ok((product, r.get(12)?))
}

/// The menu's products with what is reserved of them, in the menu's order.
pub fn products(conn: &Connection) -> Result<Vec<(Product, i64)>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{PRODUCT} WHERE retired = 0 ORDER BY category_id, id"))?;
    let rows = statement.query_map([], product_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A product of the menu with what is reserved of it.
pub fn product(conn: &Connection, id: ProductId) -> Result<Option<(Product, i64)>, StoreError> {
    Ok(conn.prepare_cached(&format!("{PRODUCT} WHERE id = ?1 AND retired = 0"))?.query_row([id], product_row).optional()?)
}

/// The count of a product, if it is counted.
pub fn count(conn: &Connection, id: ProductId) -> Result<Option<Count>, StoreError> {
    let row: Option<(Option<i64>, i64)> = conn
        .prepare_cached("SELECT stock, reserved FROM product WHERE id = ?1")?
        .query_row([id], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    Ok(row.and_then(|(stock, reserved)| stock.map(|on_hand| Count { product: id, on_hand, reserved })))
}

pub fn has_category(conn: &Connection, name: &str) -> Result<Option<CategoryId>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT id FROM category WHERE name = ?1 AND retired = 0")?
        .query_row([name], |r| r.get(0))
        .optional()?)
}

pub fn has_product(conn: &Connection, name: &str) -> Result<Option<ProductId>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT id FROM product WHERE name = ?1 AND retired = 0")?
        .query_row([name], |r| r.get(0))
        .optional()?)
}

/// What orders that are not finished have been promised of a product.
pub fn promised(conn: &Connection, id: ProductId) -> Result<i64, StoreError> {
    Ok(conn.query_row(
        "SELECT coalesce(sum(l.quantity), 0) FROM order_line l JOIN orders o ON o.id = l.order_id \
         WHERE l.product_id = ?1 AND l.counted AND o.state IN ('waiting', 'in_process')",
        [id],
        |r| r.get(0),
    )?)
}

/// Where things are made, as the products say, each with one of them.
pub fn stations(conn: &Connection) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT station, min(name) FROM product WHERE retired = 0 GROUP BY station ORDER BY station")?;
    Ok(statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
}

/// The bytes of a picture.
pub fn picture(conn: &Connection, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(conn.prepare_cached("SELECT bytes FROM picture WHERE hash = ?1")?.query_row([hash], |r| r.get(0)).optional()?)
}

/// Keeps a picture under its hash. Outside the journal: the event carries the hash.
pub fn keep_picture(conn: &Connection, hash: &str, bytes: &[u8]) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO picture VALUES (?1, ?2) ON CONFLICT DO NOTHING")?.execute(params![hash, bytes])?;
    Ok(())
}

pub(in crate::store) fn project_category(conn: &Connection, c: &Category) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO category VALUES (?1, ?2, ?3, ?4, 0)")?.execute(params![
        c.id,
        Uid(c.uid),
        c.name,
        c.position
    ])?;
    Ok(())
}

pub(in crate::store) fn project_category_changed(conn: &Connection, c: &Category) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE category SET name = ?2, position = ?3 WHERE id = ?1")?
        .execute(params![c.id, c.name, c.position])?;
    Ok(())
}

pub(in crate::store) fn project_category_retired(conn: &Connection, id: CategoryId) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE category SET retired = 1 WHERE id = ?1")?.execute([id])?;
    Ok(())
}

pub(in crate::store) fn project_product(conn: &Connection, p: &Product) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO product (id, uid, category_id, name, price_minor, cost_minor, description, picture, station, stock, reserved, min_stock, \
         sold_out, retired) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?12, 0)",
        params![
            p.id, Uid(p.uid), p.category, p.name, p.price, p.cost, p.description, p.picture, p.station.as_str(), p.stock, p.min_stock, p.sold_out
        ],
    )?;
    Ok(())
}

/// Everything but the count and the switch.
pub(in crate::store) fn project_product_changed(conn: &Connection, p: &Product) -> Result<(), StoreError> {
    conn.execute(
        "UPDATE product SET category_id = ?2, name = ?3, price_minor = ?4, cost_minor = ?5, description = ?6, picture = ?7, \
         station = ?8, min_stock = ?9 WHERE id = ?1",
        params![p.id, p.category, p.name, p.price, p.cost, p.description, p.picture, p.station.as_str(), p.min_stock],
    )?;
    Ok(())
}

pub(in crate::store) fn project_product_retired(conn: &Connection, id: ProductId) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE product SET retired = 1 WHERE id = ?1")?.execute([id])?;
    Ok(())
}

pub(in crate::store) fn project_uncounted(conn: &Connection, id: ProductId) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE product SET stock = NULL, reserved = 0 WHERE id = ?1")?.execute([id])?;
    Ok(())
}

pub(in crate::store) fn project_sold_out(conn: &Connection, id: ProductId, sold_out: bool) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE product SET sold_out = ?2 WHERE id = ?1")?.execute(params![id, sold_out])?;
    Ok(())
}

/// Sets the counts that an event brought and files what moved.
pub(in crate::store) fn project_stock(
    conn: &Connection,
    seq: Seq,
    changes: &[StockChange],
    cause: StockCause,
    order: Option<OrderId>,
) -> Result<(), StoreError> {
    for change in changes {
        conn.prepare_cached("UPDATE product SET stock = ?2, reserved = ?3 WHERE id = ?1")?.execute(params![
            change.product,
            change.on_hand,
            change.reserved
        ])?;
        if change.moved != 0 {
            project_movement(conn, seq, change.product, change.moved, change.on_hand, cause, order)?;
        }
    }
    Ok(())
}

pub(in crate::store) fn project_movement(
    conn: &Connection,
    seq: Seq,
    product: ProductId,
    quantity: i64,
    on_hand: i64,
    cause: StockCause,
    order: Option<OrderId>,
) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO stock_movement VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
        seq,
        product,
        quantity,
        on_hand,
        cause.name(),
        order
    ])?;
    Ok(())
}
