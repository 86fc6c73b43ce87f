//! Whether the database may be served: what is looked at before the start and behind it, what is said of one
//! that is damaged, and what to do about it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use anyhow::Context;
use tokio::sync::watch;

use crate::domain::time;
use crate::ops;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::wal::Log;
use crate::store::writer::{AsStore, Writer};
use crate::store::{data_dir, journal, ledger, schema, verify, wal};

/// Rows at the journal's end that are checked before anything starts; the rest is checked in the background.
const TAIL: i64 = 1_000;
/// A file up to this size has all its pages looked at before anything starts, and its tables compared with the
/// journal soon after: a second or two on a Pi. A larger one is looked at while it serves, and compared as a
/// copy, every night.
const SMALL_BYTES: u64 = 64 * 1024 * 1024;
/// Journal rows that the background looks at in one read.
const STRETCH: i64 = 5_000;

/// The database cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Damaged(String);

impl Damaged {
    /// With what to do about it.
    pub(in crate::app) fn new(data: &Path, what: &str) -> Damaged {
        let (path, newest) = (data_dir::database(data), ledger::newest(data));
        let mut text =
            format!("the database {} is damaged, and kasir does not start with it.\n  Found: {what}\n", path.display());
        let mut command = "kasir restore ".to_owned();
        match &newest {
            Some(made) => {
                let at = time::stamp(made.made_ms, &jiff::tz::TimeZone::system());
                text += &format!("  The newest verified backup: {} (made {at}, event {})\n", made.path.display(), made.seq);
                command += &made.path.display().to_string();
            }
            None => {
                text += "  No backup of it is known on this machine; to restore the newest backup that you have, put its name for FILE.\n";
                command += "FILE";
            }
        }
        command += &format!(" --data {}", data.display());
        if newest.is_some_and(|made| made.sealed) {
            command += " --passphrase-file FILE";
        }
        if let Some(journal) = ledger::read(data).journal {
            command += &format!(" --journal {}", journal.display());
        }
        text += &format!(
            "  To bring it back, with every later change that still proves itself (as a service: systemctl stop kasir first):\n    \
             {command}\n  The same with --try shows what would come back and changes nothing. The damaged file is kept."
        );
        Damaged(text)
    }
}

/// The writing connection of a database that was looked at as far as can be done before it serves.
pub(in crate::app) fn sound(data: &Path, path: &Path) -> anyhow::Result<rusqlite::Connection> {
    let damaged = |what: &str| anyhow::Error::new(Damaged::new(data, what));
    let bytes = std::fs::metadata(path).map_or(0, |m| m.len());
    if bytes == 0 && !ledger::read(data).made.is_empty() {
        return Err(damaged("there were backups of it, and now it is empty or gone"));
    }
    if let Log::Rotten { transactions } = wal::look(path).with_context(|| format!("cannot read the log of {}", path.display()))? {
        return Err(damaged(&format!("its log has lost what was written in it: {transactions} changes cannot be read")));
    }
    let look = || {
        let mut conn = schema::open_writer(path)?;
        if bytes > 0 && bytes <= SMALL_BYTES {
            verify::pages(&conn)?;
        }
        if let Some(copy) = schema::migrate(&mut conn, path)? {
            tracing::info!(copy = %copy.display(), "the database was brought to this version; the old one is kept");
        }
        let head = journal::head(&conn)?;
        journal::check_chain(&conn, (head.seq - TAIL).max(1))?;
        // Found while it ran: nothing short of all of it is enough to go on.
        if data_dir::damaged(data).exists() {
            verify::pages_and_indexes(&conn)?;
            verify::verify(&conn)?;
        }
        Ok::<_, StoreError>(conn)
    };
    let conn = match look() {
        Ok(conn) => conn,
        // A full disk and one that fails are not the file's fault; nor is one that this user may not open. All
        // else that SQLite says of a file is about what stands in it.
        Err(StoreError::Fatal(text)) if text.contains("disk") || !may_write(path) => {
            return Err(anyhow::anyhow!(text).context(format!("cannot open {}", path.display())));
        }
        Err(error) if bytes > 0 && error != StoreError::Full => return Err(damaged(&error.to_string())),
        Err(error) => return Err(anyhow::Error::new(error).context(format!("cannot open {}", path.display()))),
    };
    match std::fs::remove_file(data_dir::damaged(data)) {
        Ok(()) => tracing::warn!("the database was found damaged, and is whole now"),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => return Err(e.into()),
    }
    Ok(conn)
}

fn may_write(path: &Path) -> bool {
    std::fs::File::options().read(true).write(true).open(path).is_ok()
}

/// So that the next start looks at everything before it serves.
pub(in crate::app) fn mark_damaged(data: &Path, what: &str) {
    if let Err(error) = std::fs::write(data_dir::damaged(data), what) {
        tracing::error!(%error, "that the database is damaged cannot be written down");
    }
}

/// An error of the start, with what to do about it when it is the file's.
pub(in crate::app) fn advised(data: &Path, error: anyhow::Error) -> anyhow::Error {
    let of_store = |e: &(dyn std::error::Error + 'static)| {
        e.downcast_ref::<StoreError>().or_else(|| e.downcast_ref::<ops::OpError>().and_then(AsStore::as_store)).cloned()
    };
    match error.chain().find_map(of_store) {
        Some(fault) if fault.is_damage() => Damaged::new(data, &fault.to_string()).into(),
        _ => error,
    }
}

/// What the log says once all of it was looked at.
pub const WHOLE: &str = "the database is whole";

/// Looks at what the start had no time for: every page, the whole journal, and in a small file every table. What
/// is damaged is not served any longer.
pub(in crate::app) fn look_behind(reader: Reader, data: PathBuf, fail: watch::Sender<Option<String>>, writer: Writer) {
    // What cannot be read without a panic is damaged.
    let look = move || {
        catch_unwind(AssertUnwindSafe(|| look_at_all(&reader, &writer)))
            .unwrap_or_else(|_| Err(StoreError::damaged("looking at it failed inside the program")))
    };
    let spawned = std::thread::Builder::new().name("check".to_owned()).spawn(move || match look() {
        Ok(()) => tracing::info!("{WHOLE}"),
        Err(error) if error.is_damage() => {
            tracing::error!(%error, "the database is damaged");
            mark_damaged(&data, &error.to_string());
            fail.send_replace(Some(Damaged::new(&data, &error.to_string()).to_string()));
        }
        Err(error) => tracing::error!(%error, "the database could not be checked"),
    });
    if let Err(error) = spawned {
        tracing::error!(%error, "no thread for the check of the database");
    }
}

fn look_at_all(reader: &Reader, writer: &Writer) -> Result<(), StoreError> {
    let small = std::fs::metadata(reader.path()).is_ok_and(|m| m.len() <= SMALL_BYTES);
    if small {
        verify::pages_and_indexes(&reader.own()?)?;
        return reader.read_apart(verify::verify).map(|_| ());
    }
    verify::pages(&reader.own()?)?;
    // In pieces: a long read would keep the log from being cut. Rows do not change between them.
    let head = reader.read(journal::head)?.seq;
    let mut from = 1;
    while from <= head && !writer.has_stopped() {
        let to = (from + STRETCH - 1).min(head);
        reader.read_apart(|conn| journal::check_stretch(conn, from, to))?;
        from = to + 1;
    }
    Ok(())
}
