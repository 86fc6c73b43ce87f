//! The journal's copy on another medium: a file a month, a row a line, as JSON with the row's hash. The chain
//! runs through it, so each row proves itself; a last line that is torn proves nothing and is written anew.
//! No guest is in it, as none is in the journal.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::domain::id::Seq;
use crate::domain::time::BusinessDay;
use crate::store::error::StoreError;
use crate::store::journal::{self, Entry};

/// Files end with it.
const ENDING: &str = "jsonl";
/// Longest line: an order of a hundred lines has some 50 KiB, and a line that never ends is none.
const LINE_MAX: u64 = 4 * 1024 * 1024;

/// How far a copy has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// It holds the rows up to this one.
    At(Seq),
    /// From this row on it tells another history under this database's own epoch: it knows what the database
    /// does not, or somebody else writes it.
    Other(Seq),
}

#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> CopyError {
    let path = path.to_owned();
    move |source| CopyError::Io { path, source }
}

/// The file of a row: by the epoch in which it was written, and the month of its day.
fn file_of(folder: &Path, entry: &Entry) -> PathBuf {
    let month = entry.day.get(..7).unwrap_or("0000-00");
    folder.join(&entry.epoch).join(format!("{month}.{ENDING}"))
}

/// Files of one epoch, oldest first.
fn months(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    all.retain(|p| p.extension().is_some_and(|e| e == ENDING));
    all.sort();
    Ok(all)
}

/// Folders of epochs; none when the copy is not begun.
fn epochs(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut all: Vec<PathBuf> = entries.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    all.retain(|p| p.is_dir());
    all.sort();
    Ok(all)
}

/// The next line without its end; none at the end of the file, also when the last one is not finished.
fn line(from: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    io::Read::take(&mut *from, LINE_MAX).read_until(b'\n', &mut bytes)?;
    Ok((bytes.pop() == Some(b'\n')).then_some(bytes))
}

fn row(line: &[u8]) -> Option<Entry> {
    serde_json::from_slice(line).ok()
}

/// Looks how far the copy has come, and cuts off what a pulled plug left of a last write.
pub fn stand(folder: &Path, conn: &Connection, epoch: &str) -> Result<Stand, CopyError> {
    let mut reached = 0;
    for of_epoch in epochs(folder).map_err(at(folder))? {
        let own = of_epoch.file_name().is_some_and(|n| n == epoch);
        for file in months(&of_epoch).map_err(at(&of_epoch))?.into_iter().rev() {
            let seen = look(&file, conn)?;
            if own && let Some(other) = seen.other {
                return Ok(Stand::Other(other));
            }
            // Another epoch's file may go on after a backup was restored: what was lost then stands there.
            if own && seen.sound < std::fs::metadata(&file).map_err(at(&file))?.len() {
                tracing::warn!(file = %file.display(), "the journal's copy had a torn end; it is written anew");
                let cut = OpenOptions::new().write(true).open(&file).and_then(|f| {
                    f.set_len(seen.sound)?;
                    f.sync_all()
                });
                cut.map_err(at(&file))?;
            }
            reached = reached.max(seen.last);
            if seen.last > 0 {
                break;
            }
        }
    }
    Ok(Stand::At(reached))
}

/// What of a file is this database's journal.
struct Seen {
    /// Its last row there that is ours; 0 when none is.
    last: Seq,
    /// Bytes up to and with it.
    sound: u64,
    /// A whole row that follows ours and is not ours.
    other: Option<Seq>,
}

fn look(path: &Path, conn: &Connection) -> Result<Seen, CopyError> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(path).map_err(at(path))?);
    let (mut seen, mut before) = (Seen { last: 0, sound: 0, other: None }, None);
    while let Some(bytes) = line(&mut file).map_err(at(path))? {
        let Some(entry) = row(&bytes) else { break };
        let previous = match before {
            Some(hash) => Some(hash),
            None => journal::hash_at(conn, entry.seq - 1)?,
        };
        // A row that does not prove itself is damage of the medium.
        if previous.is_none_or(|hash| entry.chained(&hash) != entry.hash) {
            break;
        }
        if journal::hash_at(conn, entry.seq)? != Some(entry.hash) {
            seen.other = Some(entry.seq);
            break;
        }
        (seen.last, before) = (entry.seq, Some(entry.hash));
        seen.sound += bytes.len() as u64 + 1;
    }
    Ok(seen)
}

/// A copy that is being written.
pub struct JournalFile {
    folder: PathBuf,
    /// The file in hand, and which it is on its medium.
    open: Option<(PathBuf, File, (u64, u64))>,
}

impl JournalFile {
    /// Into `folder`, which is made; the one above must be there.
    pub fn new(folder: PathBuf) -> JournalFile {
        JournalFile { folder, open: None }
    }

    /// Appends rows and has them on the medium before it returns.
    pub fn append(&mut self, entries: &[Entry]) -> Result<(), CopyError> {
        let mut rest = entries;
        while let Some(first) = rest.first() {
            let path = file_of(&self.folder, first);
            let count = rest.iter().take_while(|e| file_of(&self.folder, e) == path).count();
            let (some, more) = rest.split_at(count);
            let mut text = Vec::new();
            for entry in some {
                serde_json::to_writer(&mut text, entry).map_err(StoreError::from)?;
                text.push(b'\n');
            }
            let file = self.file(&path)?;
            file.write_all(&text).and_then(|()| file.sync_data()).map_err(at(&path))?;
            rest = more;
        }
        Ok(())
    }

    /// The file under that path, open. One that was taken away with its medium is not written any more: the
    /// system would take it all and keep nothing.
    fn file(&mut self, path: &Path) -> Result<&mut File, CopyError> {
        let is = |m: &std::fs::Metadata| (m.dev(), m.ino());
        let same = match &self.open {
            Some((open, _, which)) if open == path => std::fs::metadata(path).map_err(at(path)).map(|m| is(&m) == *which)?,
            _ => false,
        };
        if !same {
            self.open = None;
            let folder = path.parent().unwrap_or(&self.folder);
            let fresh = !path.exists();
            for folder in [self.folder.as_path(), folder] {
                match std::fs::create_dir(folder) {
                    Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(at(folder)(e)),
                    _ => {}
                }
            }
            let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path).map_err(at(path))?;
            if fresh {
                let above = self.folder.parent().unwrap_or(&self.folder);
                for folder in [folder, &self.folder, above] {
                    File::open(folder).and_then(|f| f.sync_all()).map_err(at(folder))?;
                }
            }
            let which = is(&file.metadata().map_err(at(path))?);
            self.open = Some((path.to_owned(), file, which));
        }
        match &mut self.open {
            Some((_, file, _)) => Ok(file),
            None => Err(at(path)(io::ErrorKind::NotFound.into())),
        }
    }
}

/// Rows after `after` that can be read in a copy, in no order: a row may be there twice, in two epochs. Files of
/// months before `day` are passed over.
pub fn later(folder: &Path, after: Seq, day: Option<BusinessDay>) -> io::Result<Vec<Entry>> {
    let from = day.map(|d| format!("{}.{ENDING}", &d.to_string()[..7])).unwrap_or_default();
    let mut rows = Vec::new();
    for of_epoch in epochs(folder)? {
        for file in months(&of_epoch)? {
            if file.file_name().is_some_and(|n| n.to_string_lossy().as_ref() < from.as_str()) {
                continue;
            }
            let mut file = BufReader::with_capacity(1 << 20, File::open(&file)?);
            // A line that is none is passed over: what stands behind it proves itself.
            while let Some(bytes) = line(&mut file)? {
                rows.extend(row(&bytes).filter(|e| e.seq > after));
            }
        }
    }
    Ok(rows)
}
