//! Carts of old tablets, one a table and name: what is wanted and not sent, and which guest's
//! orders the tablet still counts in. Outside the journal: the latest cart wins, and what is sent
//! becomes an ordinary order.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::id::{GuestId, OrderId, TableId, VisitId};
use crate::domain::order::Portion;
use crate::store::error::StoreError;

/// A tablet's guest at a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub table: TableId,
    pub name: String,
    /// From the first order on.
    pub guest: Option<(GuestId, VisitId)>,
    /// Orders up to this one belong to carts that were served before.
    pub since: OrderId,
    pub lines: Vec<Portion>,
}

const DRAFT: &str = "SELECT table_id, name, guest_id, visit_id, since, lines FROM draft";

fn draft_row(r: &Row<'_>) -> rusqlite::Result<(Draft, String)> {
    let (guest, visit): (Option<GuestId>, Option<VisitId>) = (r.get(2)?, r.get(3)?);
    let draft = Draft { table: r.get(0)?, name: r.get(1)?, guest: guest.zip(visit), since: r.get(4)?, lines: Vec::new() };
    Ok((draft, r.get(5)?))
}

fn with_lines((draft, lines): (Draft, String)) -> Result<Draft, StoreError> {
    Ok(Draft { lines: serde_json::from_str(&lines)?, ..draft })
}

pub fn draft(conn: &Connection, table: TableId, name: &str) -> Result<Option<Draft>, StoreError> {
    let row = conn
        .prepare_cached(&format!("{DRAFT} WHERE table_id = ?1 AND name = ?2"))?
        .query_row(params![table, name], draft_row)
        .optional()?;
    row.map(with_lines).transpose()
}

/// Those of a table, by name.
pub fn at(conn: &Connection, table: TableId) -> Result<Vec<Draft>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{DRAFT} WHERE table_id = ?1 ORDER BY name"))?;
    let rows: Vec<(Draft, String)> = statement.query_map([table], draft_row)?.collect::<Result<_, _>>()?;
    rows.into_iter().map(with_lines).collect()
}

/// Keeps guest and lines; since when the orders count is a matter of [`begin_anew`].
pub fn keep(conn: &Connection, draft: &Draft) -> Result<(), StoreError> {
    let (guest, visit) = draft.guest.unzip();
    let lines = serde_json::to_string(&draft.lines)?;
    conn.prepare_cached(
        "INSERT INTO draft VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (table_id, name) DO UPDATE SET guest_id = ?3, visit_id = ?4, lines = ?6",
    )?
    .execute(params![draft.table, draft.name, guest, visit, draft.since, lines])?;
    Ok(())
}

pub fn forget(conn: &Connection, table: TableId, name: &str) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM draft WHERE table_id = ?1 AND name = ?2")?.execute(params![table, name])?;
    Ok(())
}

/// Every cart of the table, or that of one guest, holds nothing that was ordered up to `since`.
pub fn begin_anew(conn: &Connection, table: TableId, name: Option<&str>, since: OrderId) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE draft SET since = ?2 WHERE table_id = ?1 AND (?3 IS NULL OR name = ?3)")?
        .execute(params![table, since, name])?;
    Ok(())
}

/// Forgets carts whose guests have gone: nothing was ordered, or the visit is closed. Tells at
/// which tables.
pub fn prune(conn: &Connection) -> Result<Vec<TableId>, StoreError> {
    let gone = "visit_id IS NULL OR visit_id NOT IN (SELECT id FROM visit WHERE closed_ms IS NULL)";
    let mut statement = conn.prepare(&format!("SELECT DISTINCT table_id FROM draft WHERE {gone}"))?;
    let tables = statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    conn.execute(&format!("DELETE FROM draft WHERE {gone}"), [])?;
    Ok(tables)
}
