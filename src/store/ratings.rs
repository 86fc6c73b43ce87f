//! What guests thought of the dishes. The comment is personal and stands apart, outside the
//! journal.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::id::{GuestId, OrderId, ProductId, RatingId, VisitId};
use crate::store::error::StoreError;
use crate::store::journal::Recorded;

/// Sum and number of a product's stars.
pub fn stars(conn: &Connection, product: ProductId) -> Result<(i64, i64), StoreError> {
    Ok(conn
        .prepare_cached("SELECT coalesce(sum(stars), 0), count(*) FROM rating WHERE product_id = ?1")?
        .query_row([product], |r| Ok((r.get(0)?, r.get(1)?)))?)
}

/// What a guest has said of a product.
pub struct Given {
    pub id: RatingId,
    pub stars: u8,
    pub comment: String,
}

/// The rating that a guest has given to a product.
pub fn of_guest(conn: &Connection, guest: GuestId, product: ProductId) -> Result<Option<Given>, StoreError> {
    Ok(conn
        .prepare_cached(
            "SELECT r.id, r.stars, coalesce(c.comment, '') FROM rating r LEFT JOIN rating_comment c ON c.rating_id = r.id \
             WHERE r.guest_id = ?1 AND r.product_id = ?2",
        )?
        .query_row(params![guest, product], |r| Ok(Given { id: r.get(0)?, stars: r.get(1)?, comment: r.get(2)? }))
        .optional()?)
}

/// The stars that a visit's guests have given, by guest and product.
pub fn of_visit(conn: &Connection, visit: VisitId) -> Result<Vec<(GuestId, ProductId, u8)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT r.guest_id, r.product_id, r.stars FROM rating r JOIN guest g ON g.id = r.guest_id WHERE g.visit_id = ?1 ORDER BY r.id",
    )?;
    let rows = statement.query_map([visit], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One rating as staff read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingRow {
    pub id: RatingId,
    pub product: ProductId,
    pub name: String,
    pub order: OrderId,
    pub visit: VisitId,
    pub guest: String,
    pub stars: u8,
    pub comment: String,
    pub rated_ms: i64,
}

/// Newest first; of one product or of one number of stars if asked, older than `before`.
pub fn list(
    conn: &Connection,
    product: Option<ProductId>,
    stars: Option<u8>,
    before: Option<RatingId>,
    most: u32,
) -> Result<Vec<RatingRow>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT r.id, r.product_id, p.name, r.order_id, g.visit_id, coalesce(n.name, ''), r.stars, coalesce(c.comment, ''), r.rated_ms \
         FROM rating r JOIN product p ON p.id = r.product_id JOIN guest g ON g.id = r.guest_id \
         LEFT JOIN person n ON n.guest_id = r.guest_id LEFT JOIN rating_comment c ON c.rating_id = r.id \
         WHERE (?1 IS NULL OR r.product_id = ?1) AND (?2 IS NULL OR r.stars = ?2) AND (?3 IS NULL OR r.id < ?3) \
         ORDER BY r.id DESC LIMIT ?4",
    )?;
    let rows = statement.query_map(params![product, stars, before, most], |r| {
        Ok(RatingRow {
            id: r.get(0)?,
            product: r.get(1)?,
            name: r.get(2)?,
            order: r.get(3)?,
            visit: r.get(4)?,
            guest: r.get(5)?,
            stars: r.get(6)?,
            comment: r.get(7)?,
            rated_ms: r.get(8)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn keep_comment(conn: &Connection, rating: RatingId, comment: &str) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM rating_comment WHERE rating_id = ?1")?.execute([rating])?;
    if !comment.is_empty() {
        conn.prepare_cached("INSERT INTO rating_comment VALUES (?1, ?2)")?.execute(params![rating, comment])?;
    }
    Ok(())
}

pub(in crate::store) fn project_rated(
    conn: &Connection,
    row: &Recorded,
    id: RatingId,
    product: ProductId,
    order: OrderId,
    guest: GuestId,
    stars: u8,
) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO rating VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT (id) DO UPDATE SET order_id = ?3, stars = ?5, day = ?6, rated_ms = ?7",
        params![id, product, order, guest, stars, row.day, row.wall_ms],
    )?;
    Ok(())
}
