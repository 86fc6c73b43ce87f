//! Answers of accepted requests, so that a repeat is recognised across connections and
//! restarts. Refused ones leave nothing: they may be tried again.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::domain::id::Seq;
use crate::domain::time::BusinessDay;
use crate::store::error::StoreError;

/// An answer that was given before.
pub struct Given {
    pub body_hash: [u8; 32],
    pub seq: Seq,
    pub answer: String,
}

pub fn given(conn: &Connection, principal: &str, id: Uuid) -> Result<Option<Given>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT body_hash, seq, answer FROM request WHERE principal = ?1 AND id = ?2")?
        .query_row(params![principal, id.as_bytes()], |r| Ok(Given { body_hash: r.get(0)?, seq: r.get(1)?, answer: r.get(2)? }))
        .optional()?)
}

pub fn keep(conn: &Connection, principal: &str, id: Uuid, given: &Given, day: BusinessDay) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO request VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
        principal,
        id.as_bytes(),
        given.body_hash,
        given.seq,
        given.answer,
        day
    ])?;
    Ok(())
}

/// Forgets requests of all but the last seven business days: a phone that was off for a
/// week still gets its first answer, and orders and payments have keys of their own.
pub fn prune(conn: &Connection) -> Result<(), StoreError> {
    conn.prepare_cached(
        "DELETE FROM request WHERE day < (SELECT min(day) FROM (SELECT day FROM business_day ORDER BY day DESC LIMIT 7))",
    )?
    .execute([])?;
    Ok(())
}
