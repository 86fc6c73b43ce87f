//! The shape of a file without its content: what it holds how often. For the support file, which
//! must not know anybody.

use rusqlite::Connection;
use serde::Serialize;

use crate::domain::id::Seq;
use crate::store::error::StoreError;

/// Events of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindCount {
    pub kind: String,
    pub version: i64,
    pub count: i64,
    pub first: Seq,
    pub last: Seq,
}

/// The journal's events by kind and version, and between which rows they stand.
pub fn journal(conn: &Connection) -> Result<Vec<KindCount>, StoreError> {
    let mut rows = conn.prepare(
        "SELECT kind, version, count(*), min(seq), max(seq) FROM journal GROUP BY kind, version ORDER BY kind, version",
    )?;
    let all = rows.query_map([], |r| {
        Ok(KindCount { kind: r.get(0)?, version: r.get(1)?, count: r.get(2)?, first: r.get(3)?, last: r.get(4)? })
    })?;
    Ok(all.collect::<Result<_, _>>()?)
}

/// Each table and how many rows it has.
pub fn tables(conn: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
    let mut names =
        conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")?;
    let names: Vec<String> = names.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    names
        .into_iter()
        .map(|name| {
            let count = conn.query_row(&format!("SELECT count(*) FROM \"{}\"", name.replace('"', "\"\"")), [], |r| r.get(0))?;
            Ok((name, count))
        })
        .collect()
}

/// What people have said of themselves, as it stands in the file: so that it can be kept out of what is
/// handed on. Longer ones first.
pub fn personal(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let mut rows = conn.prepare(
        "SELECT name FROM person UNION SELECT mail FROM person UNION SELECT phone FROM person \
         UNION SELECT comment FROM rating_comment UNION SELECT address FROM letter WHERE address IS NOT NULL \
         UNION SELECT mail FROM credential WHERE mail IS NOT NULL UNION SELECT name FROM employee",
    )?;
    let all: Result<Vec<Option<String>>, _> = rows.query_map([], |r| r.get(0))?.collect();
    // Two letters stand in many a word that is nobody's.
    let mut all: Vec<String> = all?.into_iter().flatten().filter(|text| text.chars().count() > 2).collect();
    all.sort_by_key(|text| std::cmp::Reverse(text.len()));
    Ok(all)
}
