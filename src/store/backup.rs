//! Copies of the database that count: made beside the running house in one read of it, checked against the
//! journal, written aside, read back from the medium, and only then given their name.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};

use crate::domain::backup::BackupFault;
use crate::domain::disk::FULL_BYTES;
use crate::domain::time::BusinessDay;
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::journal::{self, Head};
use crate::store::reader::Reader;
use crate::store::seal::{self, SealError};
use crate::store::{schema, sites, verify};

/// How the names of copies begin that stand in the data directory while they are made.
pub const COPY: &str = ".backup-";
/// What a copy leaves of the card's room: a house that makes a backup goes on selling.
const LEAVE_BYTES: u64 = 2 * FULL_BYTES;

/// What a copy was found to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub head: Head,
    pub epoch: String,
    /// The open business day, and when the last row was written; none before the first.
    pub day: Option<BusinessDay>,
    pub at_ms: Option<i64>,
    pub rows: u64,
    pub bytes: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Store(StoreError),
    #[error("{path}: {source}")]
    Seal { path: PathBuf, source: SealError },
    #[error("{0} was written, but reads back as something else: the medium is not to be trusted")]
    ReadsBackOther(PathBuf),
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> BackupError {
        BackupError::Store(error)
    }
}

impl BackupError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
        let path = path.to_owned();
        move |source| BackupError::Io { path, source }
    }

    fn seal(path: &Path) -> impl FnOnce(SealError) -> BackupError {
        let path = path.to_owned();
        move |source| match source {
            SealError::Io(source) => BackupError::Io { path, source },
            source => BackupError::Seal { path, source },
        }
    }

    /// The fault in one word.
    pub fn fault(&self) -> BackupFault {
        match self {
            BackupError::Io { source, .. } => fault_of(source),
            BackupError::Store(StoreError::Full) => BackupFault::Full,
            BackupError::Store(error) if error.is_damage() => BackupFault::Damaged,
            BackupError::Store(_) => BackupFault::Failed,
            BackupError::ReadsBackOther(_) => BackupFault::Damaged,
            BackupError::Seal { source: SealError::Missing, .. } => BackupFault::Unsealed,
            BackupError::Seal { .. } => BackupFault::Damaged,
        }
    }
}

/// What a fault of a file means for whoever looks after the medium.
pub fn fault_of(error: &io::Error) -> BackupFault {
    use io::ErrorKind as Kind;
    // A stick that is pulled while it is written answers with an error of the device.
    let gone = error.raw_os_error().map(rustix::io::Errno::from_raw_os_error).is_some_and(|e| {
        [rustix::io::Errno::IO, rustix::io::Errno::NODEV, rustix::io::Errno::NXIO, rustix::io::Errno::STALE].contains(&e)
    });
    match error.kind() {
        _ if gone => BackupFault::Missing,
        Kind::NotFound | Kind::NotADirectory => BackupFault::Missing,
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => BackupFault::Full,
        Kind::PermissionDenied | Kind::ReadOnlyFilesystem => BackupFault::Denied,
        _ => BackupFault::Failed,
    }
}

/// Makes a copy in one read of the database: orders go on meanwhile, the copy is of one moment, and what was
/// deleted is not in it. What lies there is overwritten. The caller checks it.
pub fn copy(reader: &Reader, to: &Path) -> Result<(), BackupError> {
    remove(to)?;
    let bytes = std::fs::metadata(reader.path()).map_err(BackupError::io(reader.path()))?.len();
    has_room(to, bytes)?;
    // Made first, and by us: SQLite would let others read it.
    private(to)?;
    let name = to.to_str().ok_or(StoreError::damaged("the folder's name is not UTF-8"))?;
    let conn = reader.own()?;
    // It writes to the copy alone: the database itself is open for reading only.
    conn.execute_batch("PRAGMA query_only = OFF").map_err(StoreError::from)?;
    conn.execute("VACUUM INTO ?1", [name]).map_err(StoreError::from)?;
    File::open(to).and_then(|f| f.sync_all()).map_err(BackupError::io(to))
}

/// Whether a file of that size may lie there as well.
pub fn has_room(path: &Path, bytes: u64) -> Result<(), BackupError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    match Disk::of(folder).look().free_bytes < bytes.saturating_add(LEAVE_BYTES) {
        true => Err(BackupError::io(folder)(io::ErrorKind::StorageFull.into())),
        false => Ok(()),
    }
}

/// Looks at every page of a database that lies by itself, walks its journal, rebuilds its tables and compares.
pub fn check(path: &Path) -> Result<Checked, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    let (id, version) = schema::header(&conn)?;
    if id != schema::APPLICATION_ID {
        return Err(StoreError::Damaged(format!("{} is not a kasir database", path.display())));
    }
    if version != schema::version() {
        return Err(StoreError::Damaged(format!("{} is of version {version}", path.display())));
    }
    verify::pages_and_indexes(&conn)?;
    let verified = verify::verify(&conn)?;
    let head = journal::head(&conn)?;
    let mut at_ms = None;
    journal::stretch(&conn, head.seq, head.seq, |e| {
        at_ms = Some(e.wall_ms);
        Ok(())
    })?;
    let epoch = journal::epoch(&conn, || Err(StoreError::damaged("it has no epoch")))?;
    let bytes = std::fs::metadata(path).map_or(0, |m| m.len());
    Ok(Checked { head, epoch, day: sites::day(&conn)?, at_ms, rows: verified.rows, bytes })
}

/// Writes a checked copy where it shall stay, sealed when there is a passphrase: aside, synced, read back from
/// the medium, renamed, and the folder synced. Tells its size.
pub fn deliver(copy: &Path, to: &Path, passphrase: Option<&str>) -> Result<u64, BackupError> {
    let aside = aside(to);
    let written = write(copy, &aside, passphrase).and_then(|digest| {
        let back = digest_of(&mut open(&aside, passphrase)?, &aside)?;
        if back != digest {
            return Err(BackupError::ReadsBackOther(to.to_owned()));
        }
        let bytes = std::fs::metadata(&aside).map_err(BackupError::io(&aside))?.len();
        std::fs::rename(&aside, to).map_err(BackupError::io(to))?;
        sync_folder(to)?;
        Ok(bytes)
    });
    if written.is_err() {
        // What is not whole must not fill the medium; a medium that has gone cannot be tidied.
        let _ = std::fs::remove_file(&aside);
    }
    written
}

/// Brings a backup back into a plain file of its own.
pub fn unpack(backup: &Path, to: &Path, passphrase: Option<&str>) -> Result<(), BackupError> {
    remove(to)?;
    let mut plain = open(backup, passphrase)?;
    let mut file = private(to)?;
    // Faults of reading are the backup's, of writing this machine's.
    let mut piece = vec![0; 256 * 1024];
    loop {
        let long = plain.read(&mut piece).map_err(BackupError::io(backup))?;
        if long == 0 {
            break;
        }
        io::Write::write_all(&mut file, &piece[..long]).map_err(BackupError::io(to))?;
    }
    file.sync_all().map_err(BackupError::io(to))
}

fn write(copy: &Path, aside: &Path, passphrase: Option<&str>) -> Result<[u8; 32], BackupError> {
    remove(aside)?;
    let mut file = private(aside)?;
    let source = File::open(copy).map_err(BackupError::io(copy))?;
    let mut source = Hashing { inner: source, digest: Sha256::new() };
    seal::seal(&mut source, &mut file, passphrase).map_err(BackupError::seal(aside))?;
    file.sync_all().map_err(BackupError::io(aside))?;
    // What is read back shall come from the medium, not from this machine's memory.
    let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
    Ok(source.digest.finalize().into())
}

fn open(path: &Path, passphrase: Option<&str>) -> Result<Box<dyn Read>, BackupError> {
    let file = File::open(path).map_err(BackupError::io(path))?;
    seal::open(file, passphrase).map_err(BackupError::seal(path))
}

fn digest_of(from: &mut dyn Read, path: &Path) -> Result<[u8; 32], BackupError> {
    let mut hashing = Hashing { inner: from, digest: Sha256::new() };
    io::copy(&mut hashing, &mut io::sink()).map_err(BackupError::io(path))?;
    Ok(hashing.digest.finalize().into())
}

/// Hashes what is read through it.
struct Hashing<R> {
    inner: R,
    digest: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let long = self.inner.read(piece)?;
        self.digest.update(&piece[..long]);
        Ok(long)
    }
}

/// A new file that its owner alone may read.
fn private(path: &Path) -> Result<File, BackupError> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(BackupError::io(path))
}

/// Beside it, under a name that no backup has.
fn aside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.part"))
}

fn remove(path: &Path) -> Result<(), BackupError> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(BackupError::io(path)(e)),
        _ => Ok(()),
    }
}

/// A name is on the medium once its folder is.
pub fn sync_folder(of: &Path) -> Result<(), BackupError> {
    let folder = of.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|f| f.sync_all()).map_err(BackupError::io(folder))
}

/// Takes away what copies were left when a program was killed while it made them.
pub fn tidy(data: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(data)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(COPY)) {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}
