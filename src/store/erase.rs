//! What guests have said of themselves, found and forgotten: names, addresses, comments, and the
//! letters that carry an address. What they ordered and paid stays; it bears their number alone.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::id::{GuestId, OrderId, RatingId, VisitId};
use crate::domain::time::BusinessDay;
use crate::store::convert::containing;
use crate::store::error::StoreError;

/// A guest of whom something is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestRow {
    pub id: GuestId,
    pub visit: VisitId,
    pub name: String,
    pub mail: String,
    pub phone: String,
    pub day: BusinessDay,
    pub opened_ms: i64,
    pub comments: u32,
}

/// Guests whose name, address or number has `part` in it, newest first.
pub fn find(conn: &Connection, part: &str, most: u32) -> Result<Vec<GuestRow>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT g.id, g.visit_id, p.name, p.mail, p.phone, v.day, v.opened_ms, \
         (SELECT count(*) FROM rating r JOIN rating_comment c ON c.rating_id = r.id WHERE r.guest_id = g.id) \
         FROM person p JOIN guest g ON g.id = p.guest_id JOIN visit v ON v.id = g.visit_id \
         WHERE p.name LIKE ?1 ESCAPE '\\' OR p.mail LIKE ?1 ESCAPE '\\' OR p.phone LIKE ?1 ESCAPE '\\' \
         ORDER BY g.id DESC LIMIT ?2",
    )?;
    let rows = statement.query_map(params![containing(part), most], |r| {
        Ok(GuestRow {
            id: r.get(0)?,
            visit: r.get(1)?,
            name: r.get(2)?,
            mail: r.get(3)?,
            phone: r.get(4)?,
            day: r.get(5)?,
            opened_ms: r.get(6)?,
            comments: r.get(7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Guests of whom something is known and whose visit is closed and began before `day`; oldest first.
pub fn due(conn: &Connection, day: BusinessDay, most: usize) -> Result<Vec<GuestId>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT g.id FROM (SELECT guest_id AS id FROM person UNION SELECT r.guest_id FROM rating_comment c \
         JOIN rating r ON r.id = c.rating_id) k JOIN guest g ON g.id = k.id JOIN visit v ON v.id = g.visit_id \
         WHERE v.closed_ms IS NOT NULL AND v.day < ?1 ORDER BY g.id LIMIT ?2",
    )?;
    let rows = statement.query_map(params![day, i64::try_from(most).unwrap_or(i64::MAX)], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether a guest's visit is closed and began before `day`.
pub fn is_due(conn: &Connection, guest: GuestId, day: BusinessDay) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached(
            "SELECT count(*) > 0 FROM guest g JOIN visit v ON v.id = g.visit_id \
             WHERE g.id = ?1 AND v.closed_ms IS NOT NULL AND v.day < ?2",
        )?
        .query_row(params![guest, day], |r| r.get(0))?)
}

/// Where a guest is still named on a screen or at head office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    pub visit: VisitId,
    pub orders: Vec<OrderId>,
    /// Those with a comment.
    pub ratings: Vec<RatingId>,
}

/// None when there is no such guest.
pub fn places(conn: &Connection, guest: GuestId) -> Result<Option<Places>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT visit_id FROM guest WHERE id = ?1")?;
    let mut rows = statement.query([guest])?;
    let Some(visit) = rows.next()?.map(|r| r.get(0)).transpose()? else { return Ok(None) };
    let mut statement = conn.prepare_cached("SELECT id FROM orders WHERE visit_id = ?1 AND guest_id = ?2 ORDER BY id")?;
    let orders = statement.query_map(params![visit, guest], |r| r.get(0))?.collect::<Result<_, _>>()?;
    let mut statement = conn.prepare_cached(
        "SELECT r.id FROM rating r JOIN rating_comment c ON c.rating_id = r.id WHERE r.guest_id = ?1 ORDER BY r.id",
    )?;
    let ratings = statement.query_map([guest], |r| r.get(0))?.collect::<Result<_, _>>()?;
    Ok(Some(Places { visit, orders, ratings }))
}

/// Forgets letters to addresses that somebody typed, once they went or were given up before `day`.
pub fn forget_letters(conn: &Connection, day: BusinessDay) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM letter WHERE state IN ('sent', 'failed', 'cancelled') AND day < ?1")?.execute([day])?;
    Ok(())
}

/// Up to which day guests are forgotten already.
pub fn done(conn: &Connection) -> Result<Option<String>, StoreError> {
    Ok(conn.prepare_cached("SELECT value FROM meta WHERE key = 'erased'")?.query_row([], |r| r.get(0)).optional()?)
}

pub fn keep_done(conn: &Connection, day: BusinessDay) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO meta VALUES ('erased', ?1) ON CONFLICT DO UPDATE SET value = ?1")?
        .execute([day.to_string()])?;
    Ok(())
}

/// Forgets them. Called for the event's row, so that a journal that is played back over an older
/// file forgets them there too. Nothing of it is journaled itself.
pub(in crate::store) fn project_erased(conn: &Connection, guests: &[GuestId]) -> Result<(), StoreError> {
    let ids = serde_json::to_string(&guests.iter().map(|g| g.0).collect::<Vec<_>>())?;
    for sql in [
        // Before the address is gone: what was sent to it by hand.
        "DELETE FROM letter WHERE json_extract(work, '$.letter') = 'receipt' AND (guest_id IN (SELECT value FROM json_each(?1)) \
         OR (address <> '' AND address COLLATE NOCASE IN (SELECT mail FROM person WHERE guest_id IN (SELECT value FROM json_each(?1)))))",
        "DELETE FROM person WHERE guest_id IN (SELECT value FROM json_each(?1))",
        "DELETE FROM rating_comment WHERE rating_id IN (SELECT id FROM rating WHERE guest_id IN (SELECT value FROM json_each(?1)))",
        "DELETE FROM draft WHERE guest_id IN (SELECT value FROM json_each(?1))",
    ] {
        conn.prepare_cached(sql)?.execute([&ids])?;
    }
    Ok(())
}
