//! A backup is brought back: unpacked beside the database, checked, the later rows of the journal played back
//! over it from wherever they still prove themselves, and only then put in the database's place. The old file is
//! kept. Until the last step nothing is touched; the last step can be cut off anywhere and is finished at
//! the next start.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::domain::id::Seq;
use crate::store::backup::{self, BackupError};
use crate::store::data_dir;
use crate::store::error::StoreError;
use crate::store::journal::{self, Entry, Head};
use crate::store::salvage::{self, Since, Unproven};
use crate::store::wal::{self, Log};
use crate::store::{journal_file, project, schema, sites, verify};

/// Rows played back in one transaction.
const BATCH: u64 = 1_000;
/// The file that says that a restored database is ready to take its place; it names where the old one goes.
const READY: &str = "ready";

#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error("the backup itself is damaged ({0}); take an older one")]
    Damaged(StoreError),
    #[error("journal row {seq} cannot be played back: {source}")]
    Row { seq: Seq, source: StoreError },
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> RestoreError {
    let path = path.to_owned();
    move |source| RestoreError::Io { path, source }
}

impl From<rusqlite::Error> for RestoreError {
    fn from(error: rusqlite::Error) -> RestoreError {
        RestoreError::Store(error.into())
    }
}

/// Where a backup comes from, and what later rows are looked for in.
pub struct Plan<'a> {
    pub backup: &'a Path,
    pub passphrase: Option<&'a str>,
    /// The database that is there now; it is only read.
    pub now: Option<&'a Path>,
    /// Folders of the journal's copy.
    pub copies: &'a [PathBuf],
    /// The restored file's.
    pub epoch: String,
}

/// What was brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The last row of the backup, and when it was written.
    pub backup: Head,
    pub backup_ms: Option<i64>,
    pub epoch_before: String,
    /// Rows played back from the database that was there.
    pub from_file: u64,
    /// Rows played back from the journal's copy.
    pub from_copy: u64,
    /// The last row now, and when it was written.
    pub reached: Head,
    pub reached_ms: Option<i64>,
    pub gap: Option<Gap>,
    /// What is there now has another history: nothing of it was taken.
    pub foreign: bool,
    pub unproven: Unproven,
}

/// Rows that were there and do not prove themselves any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// At least so many.
    pub rows: i64,
    /// When the last of them was written, if that can be read.
    pub until_ms: Option<i64>,
}

/// The folder in which a restored database is made.
pub fn folder(data: &Path) -> PathBuf {
    data.join("restoring")
}

/// Unpacks, checks and plays back, all in `work`, which is emptied first. What is there is left as it is.
pub fn prepare(plan: &Plan<'_>, work: &Path) -> Result<Restored, RestoreError> {
    clear(work)?;
    std::fs::create_dir(work).map_err(at(work))?;
    let path = data_dir::database(work);
    backup::unpack(plan.backup, &path, plan.passphrase)?;
    let mut conn = schema::open_writer(&path).map_err(RestoreError::Damaged)?;
    if schema::header(&conn).map_err(RestoreError::Damaged)? == (0, 0) {
        return Err(RestoreError::Damaged(StoreError::damaged("it is not a kasir database")));
    }
    // Of an older program: its form is brought up first; the copy of that is not wanted here.
    if let Some(copy) = schema::migrate(&mut conn, &path).map_err(RestoreError::Damaged)? {
        std::fs::remove_file(&copy).map_err(at(&copy))?;
    }
    verify::pages_and_indexes(&conn).map_err(RestoreError::Damaged)?;
    verify::verify(&conn).map_err(RestoreError::Damaged)?;

    let backup = journal::head(&conn)?;
    let now = plan.now.and_then(Now::open).filter(|now| now.reads());
    let foreign = now.as_ref().is_some_and(|now| now.is_foreign(&conn, backup));
    let now = now.filter(|_| !foreign);
    let mut copies: BTreeMap<Seq, Vec<Entry>> = BTreeMap::new();
    for folder in plan.copies {
        for entry in journal_file::later(folder, backup.seq, sites::day(&conn)?).map_err(at(folder))? {
            copies.entry(entry.seq).or_default().push(entry);
        }
    }
    let mut played = Played { head: backup, from_file: 0, from_copy: 0, since: Since::default() };
    played.all(&conn, now.as_ref(), &copies)?;
    let reached = played.head;

    // The last row that somebody has seen, if more than what is there now.
    let last_copy = copies.iter().next_back().and_then(|(seq, e)| e.first().map(|e| (*seq, Some(e.wall_ms))));
    let last_seen = now.as_ref().and_then(Now::last).into_iter().chain(last_copy).max();
    let unread = match plan.now.map(wal::look) {
        Some(Ok(Log::Rotten { transactions })) if !foreign => i64::from(transactions),
        _ => 0,
    };
    let gap = match last_seen {
        Some((seq, ms)) if seq > reached.seq => Some(Gap { rows: seq - reached.seq, until_ms: ms }),
        // A log that cannot be read holds changes that nobody can count; the copy, if there is one, has them.
        _ if unread > 0 && copies.is_empty() => Some(Gap { rows: unread, until_ms: None }),
        _ => None,
    };
    let epoch_before = journal::epoch(&conn, || Err(StoreError::damaged("it has no epoch")))?;
    let unproven = salvage::settle(&conn, now.as_ref().map(|n| &n.0), &played.since, gap.is_some())?;
    journal::renew_epoch(&conn, &plan.epoch)?;
    let ms = |seq| Ok::<_, StoreError>(journal::row(&conn, seq)?.map(|e| e.wall_ms));
    Ok(Restored {
        backup,
        backup_ms: ms(backup.seq)?,
        epoch_before,
        from_file: played.from_file,
        from_copy: played.from_copy,
        reached,
        reached_ms: ms(reached.seq)?,
        gap,
        foreign,
        unproven,
    })
}

/// The database that is there, as far as it can be read.
struct Now(Connection);

impl Now {
    fn open(path: &Path) -> Option<Now> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if !path.exists() {
            return None;
        }
        Connection::open_with_flags(path, flags).ok().map(Now)
    }

    /// Whether it answers at all.
    fn reads(&self) -> bool {
        journal::row(&self.0, 1).is_ok()
    }

    fn row(&self, seq: Seq) -> Option<Entry> {
        journal::row(&self.0, seq).ok().flatten()
    }

    fn last(&self) -> Option<(Seq, Option<i64>)> {
        let head = journal::head(&self.0).ok()?;
        Some((head.seq, self.row(head.seq).map(|e| e.wall_ms)))
    }

    /// Whether it tells another history than the backup: another house's, or a fresh one.
    fn is_foreign(&self, backup: &Connection, head: Head) -> bool {
        let first = journal::hash_at(backup, 1).ok().flatten();
        match (self.row(1), self.row(head.seq)) {
            _ if first.is_none() => false,
            // The first row may be the one that is damaged; then the backup's last decides.
            (Some(one), _) if Some(one.hash) == first => false,
            (_, Some(last)) => last.hash != head.hash,
            (Some(one), None) => one.chained(&journal::GENESIS) == one.hash,
            (None, None) => false,
        }
    }
}

/// What is played back.
struct Played {
    head: Head,
    from_file: u64,
    from_copy: u64,
    since: Since,
}

impl Played {
    /// Row by row, from whichever source has one that follows the row before; ends where none does.
    fn all(&mut self, conn: &Connection, now: Option<&Now>, copies: &BTreeMap<Seq, Vec<Entry>>) -> Result<(), RestoreError> {
        conn.execute_batch("BEGIN")?;
        loop {
            let seq = self.head.seq + 1;
            let follows = |e: &Entry| e.seq == seq && e.chained(&self.head.hash) == e.hash;
            let in_file = now.and_then(|n| n.row(seq)).filter(follows);
            let in_copy = || copies.get(&seq).and_then(|all| all.iter().find(|e| follows(e))).cloned();
            let from_file = in_file.is_some();
            let Some(entry) = in_file.or_else(in_copy) else { break };
            let row = entry.decode().map_err(|source| RestoreError::Row { seq, source })?;
            journal::append(conn, &entry)?;
            project::project(conn, &row).map_err(|source| RestoreError::Row { seq, source })?;
            self.since.saw(&row.event);
            self.head = Head { seq, hash: entry.hash };
            match from_file {
                true => self.from_file += 1,
                false => self.from_copy += 1,
            }
            if (self.from_file + self.from_copy).is_multiple_of(BATCH) {
                conn.execute_batch("COMMIT; BEGIN")?;
            }
        }
        conn.execute_batch("COMMIT")?;
        Ok(())
    }
}

/// Puts the restored database, which nobody has open, in the place of the one that is there, which is kept in
/// `kept`, a name within the data directory. From the first word on it is finished at the next start.
pub fn swap(data: &Path, kept: &str) -> Result<PathBuf, RestoreError> {
    let work = folder(data);
    let path = data_dir::database(&work);
    File::open(&path).and_then(|f| f.sync_all()).map_err(at(&path))?;
    let ready = work.join(READY);
    std::fs::write(&ready, kept).map_err(at(&ready))?;
    File::open(&ready).and_then(|f| f.sync_all()).map_err(at(&ready))?;
    backup::sync_folder(&ready)?;
    backup::sync_folder(&work)?;
    finish(data)?;
    Ok(data.join(kept))
}

/// Finishes a swap that was cut off, and clears away a preparation that was; tells whether a restored database
/// took its place. Called before the database is opened.
pub fn finish(data: &Path) -> Result<bool, RestoreError> {
    let work = folder(data);
    let Ok(kept) = std::fs::read_to_string(work.join(READY)) else {
        clear(&work)?;
        return Ok(false);
    };
    let (restored, place) = (data_dir::database(&work), data_dir::database(data));
    if restored.exists() {
        let kept = data.join(kept.trim());
        std::fs::create_dir_all(&kept).map_err(at(&kept))?;
        // The log before the file: a log beside a file that it does not belong to would be written into it.
        for ending in ["db-wal", "db-shm", "db"] {
            let from = place.with_extension(ending);
            let to = kept.join(from.file_name().unwrap_or_default());
            match std::fs::rename(&from, &to) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(at(&from)(e)),
                _ => {}
            }
        }
        backup::sync_folder(&kept.join("kasir.db"))?;
        backup::sync_folder(&place)?;
        std::fs::rename(&restored, &place).map_err(at(&place))?;
        backup::sync_folder(&place)?;
    }
    let damaged = data_dir::damaged(data);
    match std::fs::remove_file(&damaged) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(at(&damaged)(e)),
        _ => {}
    }
    clear(&work)?;
    Ok(true)
}

/// Takes a folder of work away.
pub fn clear(work: &Path) -> Result<(), RestoreError> {
    match std::fs::remove_dir_all(work) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(at(work)(e)),
        _ => Ok(()),
    }
}
