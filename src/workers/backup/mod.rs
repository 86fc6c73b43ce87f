//! The nightly backup: one thread that looks whether the open business day has its backup at every place where
//! one shall go. The day changes when the house sleeps; a till that was off makes it when it is switched on, a
//! stick that was away gets it when it is plugged in. One copy is made and checked on this machine, carried to
//! each place, read back there, and the newest is brought back into a file that nobody keeps, to see that it can
//! be. It holds up no order, and nothing that fails is silent.

pub mod journal_copy;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::domain::backup::{BackupFault, BackupSettings, Label, kept};
use crate::domain::staff::Actor;
use crate::domain::time::{BusinessDay, Clock, Stopwatch};
use crate::ops;
use crate::ops::backup::{NoteBackup, Went};
use crate::store::backup::{self, BackupError, Checked, fault_of};
use crate::store::backups::{self, Last, State};
use crate::store::error::StoreError;
use crate::store::ledger::{self, Made};
use crate::store::reader::Reader;
use crate::store::sites;
use crate::store::writer::Writer;
use crate::workers::bell::{Bell, join_within};

/// How often it is looked whether one is due: two small reads.
const GLANCE: Duration = Duration::from_secs(5);
/// Between two tries that fail though the place is there.
const AGAIN: Duration = Duration::from_secs(10 * 60);
/// How long the copy in hand may take when the program ends; it is made anew.
const GOODBYE: Duration = Duration::from_secs(3);
/// Under which name systemd hands in the passphrase: the file `backup` of /etc/kasir/credentials.
const CREDENTIAL: &str = "kasir_backup";

pub struct BackupWorker {
    bell: Arc<Bell>,
    thread: std::sync::Mutex<Option<JoinHandle<()>>>,
}

/// What the worker and the pages know of the machine.
#[derive(Clone)]
pub struct Media {
    /// Where sticks are mounted, each in a folder of its own.
    pub sticks: PathBuf,
}

impl BackupWorker {
    pub fn start(writer: Writer, reader: Reader, clock: Arc<dyn Clock>, media: Media) -> Result<BackupWorker, StoreError> {
        let bell: Arc<Bell> = Arc::default();
        if let Err(error) = backup::tidy(data_of(&reader)) {
            tracing::warn!(%error, "what a backup left behind cannot be taken away");
        }
        let work = Work { bell: bell.clone(), writer, reader, clock, media };
        let thread = std::thread::Builder::new().name("backup".to_owned()).spawn(move || work.run());
        let thread = thread.map_err(|e| StoreError::Fatal(e.to_string()))?;
        Ok(BackupWorker { bell, thread: std::sync::Mutex::new(Some(thread)) })
    }

    /// Settings may be new, or somebody wants one now.
    pub fn ring(&self) {
        self.bell.ring();
    }

    pub fn stop(&self) {
        self.bell.stop();
        let Some(thread) = self.thread.lock().unwrap_or_else(|e| e.into_inner()).take() else { return };
        join_within(thread, GOODBYE, "a backup is being made; it is made anew after the start");
    }
}

pub(in crate::workers) fn data_of(reader: &Reader) -> &Path {
    reader.path().parent().unwrap_or(Path::new("."))
}

/// A place for backups, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub path: PathBuf,
    pub fault: Option<BackupFault>,
}

/// The places that the settings name, as they are now. A stick that is asked for and not there is one, too.
pub fn places(settings: &BackupSettings, media: &Media, data: &Path) -> Vec<Place> {
    let mut all = Vec::new();
    if !settings.folder.is_empty() {
        let path = PathBuf::from(&settings.folder);
        all.push(Place { fault: look(&path, data), path });
    }
    if settings.stick {
        let sticks = sticks(media, data);
        if sticks.is_empty() {
            all.push(Place { path: media.sticks.clone(), fault: Some(BackupFault::Missing) });
        }
        all.extend(sticks.into_iter().map(|path| Place { path, fault: None }));
    }
    all
}

/// Folders of sticks that are mounted: another medium lies under each.
pub(in crate::workers) fn sticks(media: &Media, data: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(&media.sticks) else { return Vec::new() };
    let mut all: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    all.retain(|path| path.is_dir() && look(path, data).is_none());
    all.sort();
    all
}

/// What keeps a folder from being a place for backups. It must be there: one that is made by us would lie on the
/// card whenever its medium is away.
pub(in crate::workers) fn look(path: &Path, data: &Path) -> Option<BackupFault> {
    use std::os::unix::fs::MetadataExt;
    let there = match std::fs::metadata(path) {
        Ok(there) if there.is_dir() => there,
        Ok(_) => return Some(BackupFault::Missing),
        Err(error) => return Some(fault_of(&error)),
    };
    let own = std::fs::metadata(data).map(|m| m.dev());
    (own.is_ok_and(|own| own == there.dev())).then_some(BackupFault::SameMedium)
}

/// The passphrase: as the system hands it in, else as the owner set it.
fn passphrase(set: Option<String>) -> Option<String> {
    let handed = std::env::var_os("CREDENTIALS_DIRECTORY").map(|dir| Path::new(&dir).join(CREDENTIAL));
    let handed = handed.and_then(|file| std::fs::read_to_string(file).ok());
    handed.and_then(|text| text.lines().next().map(str::to_owned)).filter(|p| !p.is_empty()).or(set)
}

/// Whether the system hands one in.
pub fn has_credential() -> bool {
    passphrase(None).is_some()
}

/// Backups in a house's folder, the newest last, with their files.
pub fn labels(folder: &Path) -> Vec<(Label, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut all: Vec<(Label, PathBuf)> = entries
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter_map(|path| Some((Label::of(path.file_name()?.to_str()?)?, path)))
        .collect();
    all.sort();
    all
}

struct Work {
    bell: Arc<Bell>,
    writer: Writer,
    reader: Reader,
    clock: Arc<dyn Clock>,
    media: Media,
}

/// What a look at the tables says.
struct Seen {
    settings: BackupSettings,
    passphrase: Option<String>,
    state: State,
    day: BusinessDay,
    house: String,
}

/// A try that failed, and with what: when any of it changes, there is another at once.
struct Failed {
    places: Vec<Place>,
    settings: BackupSettings,
    passphrase: Option<String>,
    since: Stopwatch,
}

/// What went wrong, with the system's own words.
type Fault = (BackupFault, String);

impl Work {
    fn run(self) {
        let (mut seen, mut failed) = (0, None);
        while !self.bell.has_stopped() && !self.writer.has_stopped() {
            let step = catch_unwind(AssertUnwindSafe(|| self.step(&mut failed)));
            match step {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "it cannot be seen whether a backup is due"),
                Err(_) => tracing::error!("a backup failed inside the program"),
            }
            match self.bell.wait(seen, GLANCE) {
                Some(rings) => seen = rings,
                None => return,
            }
        }
    }

    fn step(&self, failed: &mut Option<Failed>) -> Result<(), ops::OpError> {
        let found = self.reader.read(|conn| {
            let (Some(day), Some(house)) = (sites::day(conn)?, backups::house(conn)?) else { return Ok::<_, StoreError>(None) };
            Ok(Some(Seen {
                settings: backups::settings(conn)?,
                passphrase: passphrase(backups::passphrase(conn)?),
                state: backups::state(conn)?,
                day,
                house,
            }))
        })?;
        let Some(seen) = found else { return Ok(()) };
        if !seen.settings.is_on() {
            *failed = None;
            return match seen.state.fault {
                Some(_) => ops::run(&self.writer, Actor::Machine, NoteBackup(Went::Off)),
                None => Ok(()),
            };
        }
        let data = data_of(&self.reader);
        let places = places(&seen.settings, &self.media, data);
        let made = ledger::read(data).made;
        let has = |place: &Place| {
            made.iter().any(|m| {
                m.day.is_some_and(|day| day >= seen.day)
                    && m.sealed == seen.settings.sealed
                    && m.path.starts_with(&place.path)
                    && m.path.exists()
            })
        };
        let due: Vec<&Place> = places.iter().filter(|p| seen.state.wanted || p.fault.is_some() || !has(p)).collect();
        if due.is_empty() {
            // All have it. A fault of before has gone with what caused it.
            *failed = None;
            return match seen.state.fault {
                Some(_) => ops::run(&self.writer, Actor::Machine, NoteBackup(Went::Off)),
                None => Ok(()),
            };
        }
        // What failed is tried again when something about it has changed, and now and then.
        if let Some(before) = failed
            && before.places == places
            && before.settings == seen.settings
            && before.passphrase == seen.passphrase
            && before.since.passed() < AGAIN
            && !seen.state.wanted
        {
            return Ok(());
        }
        let (made, fault) = self.make(&seen, &due);
        if let Some((word, detail)) = &fault {
            tracing::warn!(word = word.name(), detail, "a backup could not be made");
        }
        *failed = fault.is_some().then(|| Failed {
            places: places.clone(),
            settings: seen.settings.clone(),
            passphrase: seen.passphrase.clone(),
            since: Stopwatch::start(),
        });
        ops::run(&self.writer, Actor::Machine, NoteBackup(Went::Backup { made, fault }))
    }

    /// One copy for all places that have none. What became of the last, and the first thing that is wrong.
    fn make(&self, seen: &Seen, due: &[&Place]) -> (Option<Last>, Option<Fault>) {
        let away = due.iter().find_map(|p| p.fault.map(|word| (word, p.path.display().to_string())));
        let there: Vec<&Path> = due.iter().filter(|p| p.fault.is_none()).map(|p| p.path.as_path()).collect();
        if there.is_empty() {
            return (None, away);
        }
        if seen.settings.sealed && seen.passphrase.is_none() {
            return (None, Some((BackupFault::Unsealed, String::new())));
        }
        let copy = data_of(&self.reader).join(format!("{}{}.db", backup::COPY, uuid::Uuid::now_v7()));
        let outcome = self.carry(seen, &there, &copy);
        if let Err(error) = std::fs::remove_file(&copy)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a backup's copy cannot be taken away");
        }
        let (last, fault) = outcome;
        (last, fault.or(away))
    }

    fn carry(&self, seen: &Seen, there: &[&Path], copy: &Path) -> (Option<Last>, Option<Fault>) {
        let say = |error: BackupError| (error.fault(), error.to_string());
        let found = match backup::copy(&self.reader, copy).and_then(|()| Ok(backup::check(copy)?)) {
            Ok(found) => found,
            Err(error) => return (None, Some(say(error))),
        };
        let (mut last, mut fault) = (None, None);
        for place in there {
            match self.put(seen, &found, place, copy) {
                Ok(made) => last = Some(made),
                Err(error) => fault = fault.or(Some(say(error))),
            }
        }
        (last, fault)
    }

    /// Brings the copy to one place, tries it there, and takes away those that are kept no longer.
    fn put(&self, seen: &Seen, found: &Checked, place: &Path, copy: &Path) -> Result<Last, BackupError> {
        let folder = place.join(&seen.house);
        match std::fs::create_dir(&folder) {
            Err(source) if source.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(BackupError::Io { path: folder, source });
            }
            _ => {}
        }
        let sealed = seen.settings.sealed;
        let passphrase = seen.passphrase.as_deref().filter(|_| sealed);
        let label = Label { day: found.day.unwrap_or(seen.day), seq: found.head.seq, sealed };
        let file = folder.join(label.file_name());
        let bytes = backup::deliver(copy, &file, passphrase)?;
        self.try_it(&file, found, passphrase)?;
        let now_ms = self.clock.now().wall_ms;
        let made = Made { path: file, made_ms: now_ms, day: Some(label.day), seq: label.seq, at_ms: found.at_ms, bytes, sealed };
        let data = data_of(&self.reader);
        ledger::add(data, made).map_err(|source| BackupError::Io { path: data.to_owned(), source })?;
        // Only now: the old ones stay until there is a new one that was tried.
        let all = labels(&folder);
        let stay = kept(&all.iter().map(|(label, _)| *label).collect::<Vec<_>>(), seen.settings.keep);
        for (label, path) in all {
            if !stay.contains(&label) {
                std::fs::remove_file(&path).map_err(|source| BackupError::Io { path, source })?;
            }
        }
        tracing::info!(place = %place.display(), seq = label.seq, bytes, "a backup was made and tried");
        Ok(Last { at_ms: now_ms, day: label.day, seq: label.seq, bytes })
    }

    /// Brings the backup back into a file that nobody keeps, and looks at all of it.
    fn try_it(&self, file: &Path, found: &Checked, passphrase: Option<&str>) -> Result<(), BackupError> {
        let trial = data_of(&self.reader).join(format!("{}trial-{}.db", backup::COPY, uuid::Uuid::now_v7()));
        backup::has_room(&trial, found.bytes)?;
        let tried = backup::unpack(file, &trial, passphrase).and_then(|()| Ok(backup::check(&trial)?));
        let _ = std::fs::remove_file(&trial);
        match tried?.head == found.head {
            true => Ok(()),
            false => Err(BackupError::ReadsBackOther(file.to_owned())),
        }
    }
}
