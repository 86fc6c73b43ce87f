//! The file's form: pragmas, version, migrations. Migrations are built into the program and
//! applied in one transaction, after a copy of the file was made beside it.

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::store::error::StoreError;

/// "ksr1": marks the file as kasir's in SQLite's header.
pub const APPLICATION_ID: i32 = 0x6b73_7231;

/// Every migration ever released, in order; never edited afterwards.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001-core", include_str!("../../migrations/sqlite/0001-core.sql")),
    ("0002-management", include_str!("../../migrations/sqlite/0002-management.sql")),
    ("0003-mail", include_str!("../../migrations/sqlite/0003-mail.sql")),
    ("0004-reports", include_str!("../../migrations/sqlite/0004-reports.sql")),
    ("0005-sync", include_str!("../../migrations/sqlite/0005-sync.sql")),
    ("0006-drafts", include_str!("../../migrations/sqlite/0006-drafts.sql")),
    ("0007-served-carts", include_str!("../../migrations/sqlite/0007-served-carts.sql")),
    ("0008-stars", include_str!("../../migrations/sqlite/0008-stars.sql")),
    ("0009-requests", include_str!("../../migrations/sqlite/0009-requests.sql")),
    ("0010-erasure", include_str!("../../migrations/sqlite/0010-erasure.sql")),
    ("0011-papers", include_str!("../../migrations/sqlite/0011-papers.sql")),
];

/// Versions 3.7.0 to 3.51.2 can corrupt a file when a WAL reset races with a checkpoint.
const SQLITE_MIN: i32 = 3_051_003;

/// The version of a file that this program writes.
pub fn version() -> i32 {
    i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX)
}

/// Opens the writing connection.
pub fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    if rusqlite::version_number() < SQLITE_MIN {
        return Err(StoreError::Fatal(format!(
            "SQLite {} can corrupt a file; 3.51.3 is the oldest that may be used",
            rusqlite::version()
        )));
    }
    let conn = Connection::open(path)?;
    pragmas(&conn)?;
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |r| r.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Fatal(format!("the database cannot use a write-ahead log (it says {mode})")));
    }
    // The writer checkpoints by itself when the log has a thousand pages; what it leaves of
    // the log's file afterwards is cut to four megabytes. What it puts aside to undo one order of many
    // stays in memory: that must not wear a card, nor fail for want of a folder; readers, whose sorts may be
    // long, keep theirs in files. What is deleted is overwritten: a guest who was forgotten is not in the
    // file's free space either.
    conn.execute_batch(
        "PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 4194304; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;",
    )?;
    Ok(conn)
}

/// Opens a connection that cannot write.
pub fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    pragmas(&conn)?;
    conn.execute_batch("PRAGMA query_only = ON")?;
    Ok(conn)
}

/// `synchronous` is not stored in the file, so every connection sets it; memory maps are off
/// because through them a stray write of the process reaches the file.
fn pragmas(conn: &Connection) -> Result<(), StoreError> {
    conn.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF;",
    )?;
    // More than there are statements: none is parsed twice.
    conn.set_prepared_statement_cache_capacity(256);
    // Without it SQLite plans a statement anew for every value that is bound, as soon as a partial
    // index might be used.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Brings the file to this program's version. Returns the copy that was made of an older one.
pub fn migrate(conn: &mut Connection, path: &Path) -> Result<Option<PathBuf>, StoreError> {
    let (id, found) = header(conn)?;
    let fresh = id == 0 && found == 0 && is_empty(conn)?;
    if !fresh && id != APPLICATION_ID {
        return Err(StoreError::Damaged(format!("{} is not a kasir database", path.display())));
    }
    if found > version() {
        return Err(StoreError::Damaged(format!(
            "{} was written by a newer kasir (version {found}, this one knows {}); install that one again or restore a backup",
            path.display(),
            version()
        )));
    }
    if found == version() {
        return Ok(None);
    }
    let copy = match fresh {
        true => None,
        false => Some(copy_aside(conn, path, found)?),
    };
    // A migration may put a table in another's place; what names its rows is checked at the end.
    conn.pragma_update(None, "foreign_keys", false)?;
    let tx = conn.transaction()?;
    for (_, sql) in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        tx.execute_batch(sql)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", version())?;
    let astray: Option<String> = tx.query_row("PRAGMA foreign_key_check", [], |r| r.get(0)).optional()?;
    if let Some(table) = astray {
        return Err(StoreError::Damaged(format!("a row of {table} names one that is not there")));
    }
    tx.commit()?;
    conn.pragma_update(None, "foreign_keys", true)?;
    // Until then nothing overwrote what was deleted: traces of people lie in the file's free space.
    let overwrites = MIGRATIONS.iter().position(|(name, _)| *name == "0010-erasure");
    if !fresh && overwrites.is_some_and(|at| usize::try_from(found).is_ok_and(|found| found <= at)) {
        conn.execute_batch("VACUUM")?;
    }
    Ok(copy)
}

/// Application id and version in the file's header.
pub fn header(conn: &Connection) -> Result<(i32, i32), StoreError> {
    let read = |name: &str| conn.pragma_query_value(None, name, |r| r.get(0));
    Ok((read("application_id")?, read("user_version")?))
}

fn is_empty(conn: &Connection) -> Result<bool, StoreError> {
    Ok(conn.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |r| r.get(0))?)
}

fn copy_aside(conn: &Connection, path: &Path, found: i32) -> Result<PathBuf, StoreError> {
    let copy = path.with_extension(format!("before-{:04}.db", found + 1));
    // An interrupted earlier try may have left one that is not whole.
    match std::fs::remove_file(&copy) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(StoreError::Fatal(e.to_string())),
        _ => {}
    }
    let name = copy.to_str().ok_or(StoreError::damaged("the data directory's name is not UTF-8"))?;
    conn.execute("VACUUM INTO ?1", [name])?;
    std::fs::File::open(&copy).and_then(|f| f.sync_all()).map_err(|e| StoreError::Fatal(e.to_string()))?;
    Ok(copy)
}

/// A database in memory of this program's form, for rebuilding.
pub fn in_memory() -> Result<Connection, StoreError> {
    let conn = Connection::open_in_memory()?;
    for (_, sql) in MIGRATIONS {
        conn.execute_batch(sql)?;
    }
    Ok(conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_file_is_copied_before_it_is_migrated_and_a_newer_or_foreign_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kasir.db");
        let mut conn = open_writer(&path).unwrap();
        assert_eq!(migrate(&mut conn, &path).unwrap(), None, "a new file needs no copy");
        assert_eq!(header(&conn).unwrap(), (APPLICATION_ID, version()));
        assert_eq!(migrate(&mut conn, &path).unwrap(), None, "nothing to do the second time");

        conn.pragma_update(None, "user_version", version() + 1).unwrap();
        assert!(migrate(&mut conn, &path).unwrap_err().to_string().contains("newer kasir"));

        conn.pragma_update(None, "application_id", 7).unwrap();
        assert!(migrate(&mut conn, &path).unwrap_err().to_string().contains("not a kasir database"));

        // An older file: version 0 with content is what the first release will look like to the second.
        let old = dir.path().join("old.db");
        let mut conn = open_writer(&old).unwrap();
        conn.execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; CREATE TABLE keepsake (x); INSERT INTO keepsake VALUES (42);"
        ))
        .unwrap();
        let copy = migrate(&mut conn, &old).unwrap().expect("a copy");
        let kept: i64 = Connection::open(copy).unwrap().query_row("SELECT x FROM keepsake", [], |r| r.get(0)).unwrap();
        assert_eq!(kept, 42);
    }

    #[test]
    fn the_connections_are_set_as_they_must_be() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kasir.db");
        let mut conn = open_writer(&path).unwrap();
        migrate(&mut conn, &path).unwrap();
        let get = |c: &Connection, name: &str| -> String {
            c.pragma_query_value(None, name, |r| r.get::<_, rusqlite::types::Value>(0)).map(|v| format!("{v:?}")).unwrap()
        };
        for c in [&conn, &open_reader(&path).unwrap()] {
            assert_eq!(get(c, "synchronous"), "Integer(2)");
            assert_eq!(get(c, "mmap_size"), "Integer(0)");
            assert_eq!(get(c, "journal_mode"), "Text(\"wal\")");
        }
        assert!(open_reader(&path).unwrap().execute("DELETE FROM meta", []).is_err(), "a reader cannot write");
    }
}
