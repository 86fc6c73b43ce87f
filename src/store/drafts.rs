//! Carts of old tablets, one a table and name: what is wanted and not sent, and which guest's
//! orders the tablet still counts in. Outside the journal: the latest cart wins, and what is sent
//! becomes an ordinary order.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::domain::id::{GuestId, OrderId, ProductId, TableId, VisitId};
use crate::domain::order::Portion;
use crate::store::error::StoreError;

/// How long a cart that nobody touches is still somebody's: longer than a party looks at the menu,
/// shorter than until the next one's evening.
const STAYS_MS: i64 = 2 * 3_600_000;

/// A tablet's guest at a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub table: TableId,
    pub name: String,
    /// From the first order on.
    pub guest: Option<(GuestId, VisitId)>,
    /// The guest's orders up to this one belong to carts that the tablet has emptied.
    pub since: OrderId,
    /// Served in visits that are closed, and still in the tablet's cart as far as is known.
    pub served: Vec<Served>,
    /// What is wanted and not sent.
    pub lines: Vec<Portion>,
    /// Which start of the program kept it last, and when.
    pub kept: (String, i64),
}

/// Portions under the name by which the tablet knows them: the house may have another by now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    pub product: ProductId,
    pub quantity: u32,
    pub name: String,
}

/// When a cart was kept: monotonic, for a cart's age is asked most when the date is in doubt.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    pub boot: &'a str,
    pub mono_ms: i64,
}

const DRAFT: &str = "SELECT table_id, name, guest_id, visit_id, since, served, lines, boot, mono_ms FROM draft";

fn draft_row(r: &Row<'_>) -> rusqlite::Result<(Draft, String, String)> {
    let (guest, visit): (Option<GuestId>, Option<VisitId>) = (r.get(2)?, r.get(3)?);
    let (served, lines) = (Vec::new(), Vec::new());
    let kept = (r.get(7)?, r.get(8)?);
    let draft = Draft { table: r.get(0)?, name: r.get(1)?, guest: guest.zip(visit), since: r.get(4)?, served, lines, kept };
    Ok((draft, r.get(5)?, r.get(6)?))
}

fn with_portions((draft, served, lines): (Draft, String, String)) -> Result<Draft, StoreError> {
    Ok(Draft { served: serde_json::from_str(&served)?, lines: serde_json::from_str(&lines)?, ..draft })
}

pub fn draft(conn: &Connection, table: TableId, name: &str) -> Result<Option<Draft>, StoreError> {
    let row = conn
        .prepare_cached(&format!("{DRAFT} WHERE table_id = ?1 AND name = ?2"))?
        .query_row(params![table, name], draft_row)
        .optional()?;
    row.map(with_portions).transpose()
}

/// Those of a table, by name.
pub fn at(conn: &Connection, table: TableId) -> Result<Vec<Draft>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{DRAFT} WHERE table_id = ?1 ORDER BY name"))?;
    let rows: Vec<(Draft, String, String)> = statement.query_map([table], draft_row)?.collect::<Result<_, _>>()?;
    rows.into_iter().map(with_portions).collect()
}

pub fn keep(conn: &Connection, draft: &Draft, now: Kept<'_>) -> Result<(), StoreError> {
    let (guest, visit) = draft.guest.unzip();
    let (served, lines) = (serde_json::to_string(&draft.served)?, serde_json::to_string(&draft.lines)?);
    conn.prepare_cached(
        "INSERT INTO draft (table_id, name, guest_id, visit_id, since, served, lines, boot, mono_ms) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (table_id, name) DO UPDATE SET \
         guest_id = ?3, visit_id = ?4, since = ?5, served = ?6, lines = ?7, boot = ?8, mono_ms = ?9",
    )?
    .execute(params![draft.table, draft.name, guest, visit, draft.since, served, lines, now.boot, now.mono_ms])?;
    Ok(())
}

pub fn forget(conn: &Connection, table: TableId, name: &str) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM draft WHERE table_id = ?1 AND name = ?2")?.execute(params![table, name])?;
    Ok(())
}

/// Forgets carts whose guests have gone: nothing was ordered, or the visit is closed, and nobody
/// has touched them for some hours. Tells at which tables. A cart that another start of the program
/// kept has an age that nobody knows: it goes when a day opens, with `older`.
pub fn prune(conn: &Connection, now: Kept<'_>, older: bool) -> Result<Vec<TableId>, StoreError> {
    let gone = "(visit_id IS NULL OR visit_id NOT IN (SELECT id FROM visit WHERE closed_ms IS NULL)) \
                AND CASE WHEN boot = ?1 THEN mono_ms < ?2 ELSE ?3 END";
    let which = params![now.boot, now.mono_ms - STAYS_MS, older];
    let mut statement = conn.prepare_cached(&format!("SELECT DISTINCT table_id FROM draft WHERE {gone}"))?;
    let tables: Vec<TableId> = statement.query_map(which, |r| r.get(0))?.collect::<Result<_, _>>()?;
    if !tables.is_empty() {
        conn.prepare_cached(&format!("DELETE FROM draft WHERE {gone}"))?.execute(which)?;
    }
    Ok(tables)
}
