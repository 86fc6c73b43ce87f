//! Is the file whole? Walks the journal's chain, rebuilds every journaled table from it, and
//! compares row by row. Used by `kasir verify` and after every scenario of the tests.

use rusqlite::Connection;
use rusqlite::types::Value;

use crate::domain::id::Seq;
use crate::store::error::StoreError;
use crate::store::{journal, project, schema};

/// What was checked and found right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    pub events: Seq,
    pub rows: u64,
}

/// Checks everything; the error names the first thing that disagrees.
pub fn verify(conn: &Connection) -> Result<Verified, StoreError> {
    let head = journal::check_chain(conn, 1)?;
    let rebuilt = rebuild(conn)?;
    let mut rows = 0;
    for (table, key) in project::JOURNALED {
        rows += compare(conn, &rebuilt, table, key)?;
    }
    Ok(Verified { events: head.seq, rows })
}

/// SQLite's own look at every page.
pub fn pages(conn: &Connection) -> Result<(), StoreError> {
    let verdict: String = conn.query_row("PRAGMA quick_check(1)", [], |r| r.get(0))?;
    match verdict == "ok" {
        true => Ok(()),
        false => Err(StoreError::Damaged(verdict)),
    }
}

/// The same, and that every index says what its table does: for copies, and for small files.
pub fn pages_and_indexes(conn: &Connection) -> Result<(), StoreError> {
    let verdict: String = conn.query_row("PRAGMA integrity_check(1)", [], |r| r.get(0))?;
    match verdict == "ok" {
        true => Ok(()),
        false => Err(StoreError::Damaged(verdict)),
    }
}

/// The journaled tables as the journal makes them, in a database that nobody keeps.
fn rebuild(conn: &Connection) -> Result<Connection, StoreError> {
    let rebuilt = schema::scratch()?;
    rebuilt.execute_batch("PRAGMA foreign_keys = OFF; BEGIN")?;
    journal::walk(conn, 1, |entry| project::project(&rebuilt, &entry.decode()?))?;
    rebuilt.execute_batch("COMMIT")?;
    Ok(rebuilt)
}

fn compare(conn: &Connection, rebuilt: &Connection, table: &str, key: &str) -> Result<u64, StoreError> {
    let sql = format!("SELECT * FROM {table} ORDER BY {key}");
    let (mut there, mut here) = (rebuilt.prepare(&sql)?, conn.prepare(&sql)?);
    let names: Vec<String> = here.column_names().map(str::to_owned).collect();
    let (mut wanted, mut found) = (there.query([])?, here.query([])?);
    let mut rows = 0;
    loop {
        let (w, f) = (
            wanted.next()?.map(|r| values(r, names.len())).transpose()?,
            found.next()?.map(|r| values(r, names.len())).transpose()?,
        );
        match (w, f) {
            (None, None) => return Ok(rows),
            (Some(w), Some(f)) if w == f => rows += 1,
            (w, f) => return Err(StoreError::Damaged(disagreement(table, &names, w, f))),
        }
    }
}

fn values(row: &rusqlite::Row<'_>, columns: usize) -> rusqlite::Result<Vec<Value>> {
    (0..columns).map(|i| row.get(i)).collect()
}

fn disagreement(table: &str, names: &[String], wanted: Option<Vec<Value>>, found: Option<Vec<Value>>) -> String {
    match (wanted, found) {
        (Some(w), Some(f)) => {
            let differs: Vec<String> = names
                .iter()
                .zip(w.iter().zip(&f))
                .filter(|(_, (w, f))| w != f)
                .map(|(n, (w, f))| format!("{n} is {f:?}, the journal says {w:?}"))
                .collect();
            format!("table {table}, row {:?}: {}", f.first(), differs.join("; "))
        }
        (Some(w), None) => format!("table {table}: row {:?} is missing", w.first()),
        (None, f) => format!("table {table}: row {:?} is not in the journal", f.and_then(|f| f.into_iter().next())),
    }
}
