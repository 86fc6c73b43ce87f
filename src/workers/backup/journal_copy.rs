//! The journal's copy: one thread that appends every committed row to a file on another medium, a second after
//! it was committed. The writer knows nothing of it. A medium that is away is said, and caught up when it is back;
//! what somebody else wrote there is not touched.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::domain::backup::{BackupFault, BackupSettings, JournalCopy};
use crate::domain::id::Seq;
use crate::domain::staff::Actor;
use crate::ops;
use crate::ops::backup::{NoteBackup, Went};
use crate::store::backup::fault_of;
use crate::store::backups;
use crate::store::error::StoreError;
use crate::store::journal_file::{self, CopyError, JournalFile, Stand};
use crate::store::reader::Reader;
use crate::store::writer::Writer;
use crate::store::{journal, ledger, sync};
use crate::workers::backup::{Media, data_of, look, sticks};
use crate::workers::bell::{Bell, join_within};
use crate::workers::sync::gauge::Gauge;

/// How soon a row is over there.
const GLANCE: Duration = Duration::from_secs(1);
/// Between two looks for a medium that is away.
const AGAIN: Duration = Duration::from_secs(2);
/// Rows of one write.
const BATCH: i64 = 1_000;
/// How long the write in hand may take when the program ends: what is torn is written anew.
const GOODBYE: Duration = Duration::from_secs(3);

pub struct JournalCopyWorker {
    bell: Arc<Bell>,
    thread: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl JournalCopyWorker {
    pub fn start(writer: Writer, reader: Reader, gauge: Arc<Gauge>, media: Media) -> Result<JournalCopyWorker, StoreError> {
        let bell: Arc<Bell> = Arc::default();
        let work = Work { bell: bell.clone(), writer, reader, gauge, media };
        let thread = std::thread::Builder::new().name("journal copy".to_owned()).spawn(move || work.run());
        let thread = thread.map_err(|e| StoreError::Fatal(e.to_string()))?;
        Ok(JournalCopyWorker { bell, thread: std::sync::Mutex::new(Some(thread)) })
    }

    /// Settings may be new.
    pub fn ring(&self) {
        self.bell.ring();
    }

    pub fn stop(&self) {
        self.bell.stop();
        let Some(thread) = self.thread.lock().unwrap_or_else(|e| e.into_inner()).take() else { return };
        join_within(thread, GOODBYE, "rows are on their way to the journal's copy; they are looked at again after the start");
    }
}

struct Work {
    bell: Arc<Bell>,
    writer: Writer,
    reader: Reader,
    gauge: Arc<Gauge>,
    media: Media,
}

/// A copy in hand.
struct Open {
    /// The place that it lies on, and its own folder there.
    place: PathBuf,
    file: JournalFile,
    reached: Seq,
}

/// What keeps it, with the system's own words.
struct Fault(BackupFault, String);

impl From<CopyError> for Fault {
    fn from(error: CopyError) -> Fault {
        let word = match &error {
            CopyError::Io { source, .. } => fault_of(source),
            CopyError::Store(_) => BackupFault::Failed,
        };
        Fault(word, error.to_string())
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        Fault(BackupFault::Failed, error.to_string())
    }
}

impl Work {
    fn run(self) {
        let (mut seen, mut open) = (0, None);
        // What waits is known before the medium is: from what was written down.
        let (state, head) =
            self.reader.read(|conn| Ok::<_, StoreError>((backups::state(conn)?, journal::head(conn)?.seq))).unwrap_or_default();
        let mut told = state.copy_fault.map(|f| f.word);
        self.gauge.set_copied(if told.is_some() { state.copied } else { head });
        while !self.bell.has_stopped() && !self.writer.has_stopped() {
            let step = catch_unwind(AssertUnwindSafe(|| self.step(&mut open)));
            let step = step.unwrap_or_else(|_| Err(Fault(BackupFault::Failed, "it failed inside the program".to_owned())));
            let (fault, wait) = match step {
                Ok(more) => (None, if more { Duration::ZERO } else { GLANCE }),
                Err(Fault(word, detail)) => {
                    open = None;
                    (Some((word, detail)), AGAIN)
                }
            };
            let word = fault.as_ref().map(|f| f.0);
            if word != told {
                let copied = self.gauge.copied();
                let went = match fault {
                    Some((word, detail)) => {
                        tracing::warn!(word = word.name(), detail, "the journal's copy is not written");
                        Went::CopyFailed { word, detail, copied }
                    }
                    None => {
                        tracing::info!(copied, "the journal's copy is written again");
                        Went::Copied(copied)
                    }
                };
                match ops::run(&self.writer, Actor::Machine, NoteBackup(went)) {
                    Ok(()) => told = word,
                    Err(error) => tracing::warn!(%error, "how the journal's copy does cannot be written down"),
                }
            }
            match self.bell.wait(seen, wait) {
                Some(rings) => seen = rings,
                None => break,
            }
        }
        // What was committed in the last second, as far as one write goes.
        if open.is_some()
            && let Err(Fault(word, detail)) = self.step(&mut open)
        {
            tracing::warn!(word = word.name(), detail, "the journal's copy has not the last rows; they follow after the start");
        }
    }

    /// One write; whether there is more at once.
    fn step(&self, open: &mut Option<Open>) -> Result<bool, Fault> {
        let data = data_of(&self.reader);
        let (settings, house, epoch) = self
            .reader
            .read(|conn| Ok::<_, StoreError>((backups::settings(conn)?, backups::house(conn)?, sync::epoch(conn)?)))?;
        let Some(house) = house.filter(|_| settings.journal != JournalCopy::Off) else {
            *open = None;
            return Ok(false);
        };
        let place =
            place(&settings, &self.media, &house, data).map_err(|(word, path)| Fault(word, path.display().to_string()))?;
        let now = match open.take() {
            Some(now) if now.place == place => now,
            _ => self.begin(place, &house, &epoch, data)?,
        };
        let now = open.insert(now);
        let (rows, head) = self.reader.read(|conn| {
            let mut rows = Vec::new();
            journal::stretch(conn, now.reached + 1, now.reached + BATCH, |entry| {
                rows.push(entry);
                Ok(())
            })?;
            Ok::<_, StoreError>((rows, journal::head(conn)?.seq))
        })?;
        if let Some(last) = rows.last() {
            now.file.append(&rows)?;
            now.reached = last.seq;
            self.gauge.set_copied(now.reached);
        }
        Ok(now.reached < head)
    }

    /// Looks how far the copy there has come.
    fn begin(&self, place: PathBuf, house: &str, epoch: &str, data: &Path) -> Result<Open, Fault> {
        let above = place.join(house);
        match std::fs::create_dir(&above) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(Fault(fault_of(&error), format!("{}: {error}", above.display())));
            }
            _ => {}
        }
        let folder = above.join("journal");
        let stand = self.reader.read_apart(|conn| journal_file::stand(&folder, conn, epoch))?;
        let reached = match stand {
            Stand::At(seq) => seq,
            Stand::Other(seq) => {
                return Err(Fault(
                    BackupFault::Diverged,
                    format!("{}: row {seq} there is not the one that is here", folder.display()),
                ));
            }
        };
        // For the day on which the database cannot be asked where it is.
        let kept = ledger::change(data, |ledger| ledger.journal = Some(folder.clone()));
        if let Err(error) = kept {
            tracing::warn!(%error, "where the journal's copy is cannot be written down");
        }
        self.gauge.set_copied(reached);
        Ok(Open { place, file: JournalFile::new(folder), reached })
    }
}

/// Where it goes now; of several sticks, the one that has it already.
fn place(settings: &BackupSettings, media: &Media, house: &str, data: &Path) -> Result<PathBuf, (BackupFault, PathBuf)> {
    match settings.journal {
        JournalCopy::Stick => {
            let sticks = sticks(media, data);
            let known = sticks.iter().find(|s| s.join(house).join("journal").is_dir()).or(sticks.first());
            known.cloned().ok_or((BackupFault::Missing, media.sticks.clone()))
        }
        JournalCopy::Folder | JournalCopy::Off => {
            let path = PathBuf::from(&settings.folder);
            match look(&path, data) {
                Some(word) => Err((word, path)),
                None => Ok(path),
            }
        }
    }
}
