//! The floor of the store: SQLite alone, the same settings, rows of the same size in the same
//! batches, nothing decided and nobody told.

use std::path::Path;
use std::time::Instant;

/// Orders of one transaction, as kasir's writer has them.
const BATCH: usize = 256;

const TABLES: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE journal (seq INTEGER PRIMARY KEY, row TEXT NOT NULL) STRICT;
         CREATE TABLE orders (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, row TEXT NOT NULL) STRICT;
         CREATE TABLE line (order_id INTEGER NOT NULL, no INTEGER NOT NULL, row TEXT NOT NULL, PRIMARY KEY (order_id, no)) STRICT, WITHOUT ROWID;";

/// Orders a second.
pub fn run(folder: &Path, orders: usize) -> anyhow::Result<u64> {
    let mut conn = rusqlite::Connection::open(folder.join("floor.db"))?;
    conn.execute_batch(TABLES)?;
    let start = Instant::now();
    for first in (0..orders).step_by(BATCH) {
        let tx = conn.transaction()?;
        for id in first..(first + BATCH).min(orders) {
            tx.execute_batch("SAVEPOINT change")?;
            insert(&tx, id as i64)?;
            tx.execute_batch("RELEASE change")?;
        }
        tx.commit()?;
    }
    let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX).max(1);
    Ok(orders as u64 * 1_000_000 / micros)
}

/// The same rows, a transaction each; the log goes back into the file when it is closed.
pub fn one_by_one(folder: &Path, orders: u64) -> anyhow::Result<()> {
    let mut conn = rusqlite::Connection::open(folder.join("floor.db"))?;
    conn.execute_batch(TABLES)?;
    for id in 0..orders {
        let tx = conn.transaction()?;
        insert(&tx, id as i64)?;
        tx.commit()?;
    }
    conn.close().map_err(|(_, error)| error)?;
    Ok(())
}

fn insert(tx: &rusqlite::Transaction<'_>, id: i64) -> anyhow::Result<()> {
    // What an order's event, row and lines weigh in kasir's file.
    let (event, row, line) = ("x".repeat(900), "x".repeat(80), "x".repeat(70));
    tx.prepare_cached("INSERT INTO journal (row) VALUES (?1)")?.execute([&event])?;
    tx.prepare_cached("INSERT INTO orders VALUES (?1, ?2, ?3)")?.execute((
        id,
        format!("0192f0c1-2345-7abc-8def-{id:012}"),
        &row,
    ))?;
    for no in 1..=2 {
        tx.prepare_cached("INSERT INTO line VALUES (?1, ?2, ?3)")?.execute((id, no, &line))?;
    }
    Ok(())
}
