//! Whether head office has what we have: a checksum of every table by day, on both sides. Reads
//! everything; asked for by `kasir sync verify` alone.

use std::collections::BTreeMap;

use mysql::Value;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::domain::id::Seq;
use crate::store::error::StoreError;
use crate::store::{journal, outward};
use crate::workers::sync::remote::{Fault, Remote};
use crate::workers::sync::{own_value, table_rows};

/// Rows and their checksum, by table and day; the day is empty where rows belong to none.
pub type Sums = BTreeMap<(String, String), Sum>;

/// Order does not matter: the rows' hashes are added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    pub rows: u64,
    pub hash: u128,
}

impl Sum {
    fn add(&mut self, row: &[Value]) {
        let mut hasher = Sha256::new();
        for value in row {
            let text = match value {
                Value::NULL => b"\0".to_vec(),
                Value::Bytes(bytes) => bytes.clone(),
                Value::Int(n) => n.to_string().into_bytes(),
                Value::UInt(n) => n.to_string().into_bytes(),
                other => other.as_sql(true).into_bytes(),
            };
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(&text);
        }
        let bytes: [u8; 32] = hasher.finalize().into();
        let mut half = [0; 16];
        half.copy_from_slice(&bytes[..16]);
        self.rows += 1;
        self.hash = self.hash.wrapping_add(u128::from_be_bytes(half));
    }
}

/// Ours, as far as the journal's row `to`: the journal up to there, the tables as they stand.
pub fn here(conn: &Connection, to: Seq) -> Result<Sums, StoreError> {
    let mut sums = Sums::new();
    let mut add = |table: &str, day: String, row: &[Value]| sums.entry((table.to_owned(), day)).or_default().add(row);
    journal::stretch(conn, 1, to, |e| {
        add("journal", e.day.clone(), &[Value::Int(e.seq), Value::from(e.event.as_str()), Value::from(e.hash.as_slice())]);
        Ok(())
    })?;
    for table in outward::TABLES {
        outward::each(conn, table, |day, row| {
            let row: Vec<Value> = row.into_iter().map(own_value).collect();
            add(table.table, day, &row);
        })?;
    }
    for row in table_rows(conn)? {
        add(outward::DINING_TABLE.table, String::new(), &row);
    }
    Ok(sums)
}

/// Theirs.
pub fn there(remote: &mut Remote) -> Result<Sums, Fault> {
    let mut sums = Sums::new();
    remote.each("journal", &["seq", "event", "hash"], ("", "t.day"), |day, row| {
        sums.entry(("journal".to_owned(), day)).or_default().add(&row);
    })?;
    for table in outward::TABLES.iter().chain([&outward::DINING_TABLE]) {
        remote.each(table.table, table.columns, table.day(), |day, row| {
            sums.entry((table.table.to_owned(), day)).or_default().add(&row);
        })?;
    }
    Ok(sums)
}

/// What is not the same, in words.
pub fn differences(here: &Sums, there: &Sums) -> Vec<String> {
    let keys: std::collections::BTreeSet<_> = here.keys().chain(there.keys()).collect();
    let mut found = Vec::new();
    for key @ (table, day) in keys {
        let (own, theirs) = (here.get(key).copied().unwrap_or_default(), there.get(key).copied().unwrap_or_default());
        if own == theirs {
            continue;
        }
        let place = if day.is_empty() { table.clone() } else { format!("{table}, {day}") };
        found.push(match own.rows == theirs.rows {
            true => format!("{place}: the same {} rows, but not with the same content", own.rows),
            false => format!("{place}: {} rows here, {} there", own.rows, theirs.rows),
        });
    }
    found
}
