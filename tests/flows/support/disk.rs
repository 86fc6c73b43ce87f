//! The disk under a kasir, by `machine.c`: what fails and when, and what a power cut leaves. What was
//! synced is there afterwards. Of what was not, each write may be there, be missing, or be torn between
//! its sectors, in any mixture; of files that were made, renamed or removed a first part is done, in the
//! order in which it was asked for, as journaling file systems do it. A sync that failed
//! leaves its writes where nobody writes them again, though every process still reads them.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::dice::Dice;

/// The bytes that a disk writes whole or not at all.
const SECTOR: usize = 512;

/// What can be made to fail, by its place in `struct disk`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The process is gone before the operation.
    Die = 0,
    Sync = 1,
    Write = 2,
    Read = 3,
    /// The process is gone before the sync: all is written.
    DieAtSync = 10,
}

const ERROR: u64 = 4;
const FOR_GOOD: u64 = 5;
const LIE: u64 = 6;
const WRITES: u64 = 7;
const SYNCS: u64 = 8;
const READS: u64 = 9;

/// A disk that is not what it says, to show that the tests would see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Syncs do nothing.
    NoSync = 1,
    /// Syncs are done a while after they were answered: whoever relies on them speaks too early.
    LateSync = 2,
}

/// Beside the data directory, because it outlives what happens to that.
pub struct Disk {
    root: PathBuf,
    aside: tempfile::TempDir,
    control: File,
    /// The files as they were when the log began, all of them safe.
    base: BTreeMap<PathBuf, Vec<u8>>,
}

/// What a power cut does to what was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    AllKept,
    AllLost,
    /// Each write as it falls.
    Mixed,
}

/// What became of the writes that were under way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cut {
    pub kept: u32,
    pub lost: u32,
    pub torn: u32,
}

impl Disk {
    pub fn under(root: &Path) -> Disk {
        let aside = tempfile::tempdir().unwrap();
        let path = aside.path().join("control");
        std::fs::write(&path, [0; 88]).unwrap();
        let control = OpenOptions::new().read(true).write(true).open(path).unwrap();
        let mut disk = Disk { root: root.to_owned(), aside, control, base: BTreeMap::new() };
        disk.all_is_safe();
        disk
    }

    fn log(&self) -> PathBuf {
        self.aside.path().join("log")
    }

    pub fn put_on(&self, command: &mut Command) {
        // A process that was killed in the middle of a line of the log left half of it.
        if let Ok(bytes) = std::fs::read(self.log()) {
            let whole = records(&bytes).last().map_or(0, |r| r.end);
            OpenOptions::new().write(true).open(self.log()).unwrap().set_len(whole as u64).unwrap();
        }
        command
            .env("MACHINE_DISK", self.aside.path().join("control"))
            .env("MACHINE_DISK_LOG", self.log())
            .env("MACHINE_DISK_ROOT", &self.root);
    }

    /// Time enough has passed: the system has written back all that it had.
    fn all_is_safe(&mut self) {
        let _ = std::fs::remove_file(self.log());
        self.base.clear();
        for entry in std::fs::read_dir(&self.root).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_file() && is_kept(&entry.path()) {
                self.base.insert(entry.path(), std::fs::read(entry.path()).unwrap());
            }
        }
    }

    fn set(&self, place: u64, value: i64) {
        self.control.write_all_at(&value.to_ne_bytes(), place * 8).unwrap();
    }

    fn get(&self, place: u64) -> i64 {
        let mut bytes = [0; 8];
        self.control.read_exact_at(&mut bytes, place * 8).unwrap();
        i64::from_ne_bytes(bytes)
    }

    /// The `nth` operation of its kind from now fails, with that number for an error.
    pub fn fail(&self, fault: Fault, nth: i64, error: rustix::io::Errno, for_good: bool) {
        self.set(ERROR, i64::from(error.raw_os_error()));
        self.set(FOR_GOOD, i64::from(for_good));
        self.set(fault as u64, nth);
    }

    /// Whether what was told to fail has.
    pub fn has_failed(&self, fault: Fault) -> bool {
        self.get(fault as u64) <= 0
    }

    /// Nothing fails any more.
    pub fn mend(&self) {
        for place in [Fault::Die, Fault::Sync, Fault::Write, Fault::Read, Fault::DieAtSync] {
            self.set(place as u64, 0);
        }
    }

    pub fn lie(&self, lie: Lie) {
        self.set(LIE, lie as i64);
    }

    pub fn reads(&self) -> i64 {
        self.get(READS)
    }

    /// Writes and syncs so far.
    pub fn counts(&self) -> (i64, i64) {
        (self.get(WRITES), self.get(SYNCS))
    }

    /// The power is gone, and so is the process: the folder is now what the disk has of it.
    pub fn cut(&mut self, dice: &mut Dice) -> Cut {
        let manner = [Manner::AllKept, Manner::AllLost, Manner::Mixed, Manner::Mixed][dice.roll(4) as usize];
        self.cut_as(manner, dice)
    }

    pub fn cut_as(&mut self, manner: Manner, dice: &mut Dice) -> Cut {
        let bytes = std::fs::read(self.log()).unwrap_or_default();
        let (left, cut) = Played::of(&self.base, &bytes).end(manner, dice);
        for entry in std::fs::read_dir(&self.root).unwrap().map(Result::unwrap) {
            let shared_memory = entry.path().to_string_lossy().ends_with("-shm");
            let is_file = entry.file_type().unwrap().is_file();
            if shared_memory || (is_file && is_kept(&entry.path()) && !left.contains_key(&entry.path())) {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
        for (path, bytes) in &left {
            std::fs::write(path, bytes).unwrap();
        }
        self.all_is_safe();
        cut
    }
}

/// As `ours` in `machine.c` sees it.
fn is_kept(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy();
    !name.ends_with("-shm") && name != "lock" && !name.ends_with(".sock") && name != "machine-clock"
}

struct Record<'b> {
    kind: u32,
    file: u32,
    at: i64,
    payload: &'b [u8],
    /// Where the next one begins.
    end: usize,
}

/// The lines of the log, as far as they are whole.
fn records(bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let head = bytes.get(from..from + 24)?;
        let small = |at: usize| u32::from_ne_bytes(head[at..at + 4].try_into().unwrap());
        let large = |at: usize| i64::from_ne_bytes(head[at..at + 8].try_into().unwrap());
        let end = from + 24 + usize::try_from(large(16)).unwrap();
        let payload = bytes.get(from + 24..end)?;
        from = end;
        Some(Record { kind: small(0), file: small(4), at: large(8), payload, end })
    })
}

const PROCESS: u32 = 0;
const OPEN: u32 = 1;
const WRITE: u32 = 2;
const TRUNCATE: u32 = 3;
const SYNC: u32 = 4;
const SYNC_FAILED: u32 = 5;
const UNLINK: u32 = 6;
const RENAME: u32 = 7;
const FOLDER_SYNC: u32 = 8;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// In the system's memory.
    Pending,
    Safe,
    /// In the system's memory, which believes that the disk has it.
    Forgotten,
}

enum Change<'b> {
    Write(usize, &'b [u8]),
    Truncate(usize),
}

/// A file's content, whatever it is called.
#[derive(Default)]
struct Content<'b> {
    base: Vec<u8>,
    /// With the number of the log's line.
    changes: Vec<(i64, Change<'b>, Stand)>,
}

enum Naming {
    Link(PathBuf, usize),
    Unlink(PathBuf),
    Rename(PathBuf, PathBuf),
}

/// The log, played until its end.
struct Played<'b> {
    contents: Vec<Content<'b>>,
    /// Which content is found under which name: by the programs, and on the disk.
    seen: BTreeMap<PathBuf, usize>,
    safe: BTreeMap<PathBuf, usize>,
    namings: Vec<Naming>,
}

impl<'b> Played<'b> {
    fn of(base: &BTreeMap<PathBuf, Vec<u8>>, log: &'b [u8]) -> Played<'b> {
        let contents = base.values().map(|bytes| Content { base: bytes.clone(), changes: Vec::new() }).collect();
        let seen: BTreeMap<PathBuf, usize> = base.keys().cloned().zip(0..).collect();
        let mut played = Played { contents, safe: seen.clone(), seen, namings: Vec::new() };
        let mut open: BTreeMap<u32, usize> = BTreeMap::new();
        // The numbers of lines are the process's.
        let mut line = 0;
        for record in records(log) {
            let path = || PathBuf::from(String::from_utf8(record.payload.to_vec()).unwrap());
            match record.kind {
                PROCESS => {
                    open.clear();
                    line = 0;
                    // A sync of this process means all that earlier ones wrote.
                    played.contents.iter_mut().flat_map(|c| &mut c.changes).for_each(|c| c.0 = -1);
                }
                OPEN => {
                    let known = played.seen.get(&path()).copied().filter(|_| record.at == 0);
                    let content = known.unwrap_or_else(|| played.link(path()));
                    open.insert(record.file, content);
                }
                WRITE => {
                    let change = Change::Write(usize::try_from(record.at).unwrap(), record.payload);
                    played.contents[open[&record.file]].changes.push((line, change, Stand::Pending));
                }
                TRUNCATE => {
                    let change = Change::Truncate(usize::try_from(record.at).unwrap());
                    played.contents[open[&record.file]].changes.push((line, change, Stand::Pending));
                }
                SYNC => played.sync(open[&record.file], record.at, Stand::Safe),
                SYNC_FAILED if record.file as usize != 4096 => played.sync(open[&record.file], record.at, Stand::Forgotten),
                SYNC_FAILED => {}
                UNLINK => {
                    played.seen.remove(&path());
                    played.namings.push(Naming::Unlink(path()));
                }
                RENAME => {
                    let text = String::from_utf8(record.payload.to_vec()).unwrap();
                    let (from, to) = text.split_once('\0').unwrap();
                    if let Some(content) = played.seen.remove(Path::new(from)) {
                        played.seen.insert(to.into(), content);
                    }
                    played.namings.push(Naming::Rename(from.into(), to.into()));
                }
                FOLDER_SYNC => played.settle_names(usize::MAX),
                other => panic!("a line of kind {other}"),
            }
            line += 1;
        }
        played
    }

    fn link(&mut self, path: PathBuf) -> usize {
        let content = self.contents.len();
        self.contents.push(Content::default());
        self.seen.insert(path.clone(), content);
        self.namings.push(Naming::Link(path, content));
        content
    }

    /// What was written before that line is on the disk, or never will be. A file that is synced is
    /// found there as well.
    fn sync(&mut self, content: usize, before: i64, stand: Stand) {
        let changes = self.contents[content].changes.iter_mut();
        changes.filter(|(line, _, s)| *line < before && *s == Stand::Pending).for_each(|(_, _, s)| *s = stand);
        if stand == Stand::Safe {
            let named = |naming: &Naming| match naming {
                Naming::Link(_, c) => *c == content,
                Naming::Rename(_, to) => self.seen.get(to) == Some(&content),
                Naming::Unlink(_) => false,
            };
            let until = self.namings.iter().rposition(named).map_or(0, |at| at + 1);
            self.settle_names(until);
        }
    }

    fn settle_names(&mut self, until: usize) {
        for naming in self.namings.drain(..until.min(self.namings.len())) {
            match naming {
                Naming::Link(path, content) => drop(self.safe.insert(path, content)),
                Naming::Unlink(path) => drop(self.safe.remove(&path)),
                Naming::Rename(from, to) => {
                    if let Some(content) = self.safe.remove(&from) {
                        self.safe.insert(to, content);
                    }
                }
            }
        }
    }

    /// What is found when the power is back.
    fn end(mut self, manner: Manner, dice: &mut Dice) -> (BTreeMap<PathBuf, Vec<u8>>, Cut) {
        let until = dice.roll(self.namings.len() as u64 + 1) as usize;
        self.settle_names(until);
        let mut cut = Cut::default();
        let mut left = BTreeMap::new();
        for (path, content) in &self.safe {
            let content = &self.contents[*content];
            let mut bytes = content.base.clone();
            for (_, change, stand) in &content.changes {
                let fate = match (stand, manner) {
                    (Stand::Safe, _) | (_, Manner::AllKept) => 0,
                    (_, Manner::AllLost) => 1,
                    (_, Manner::Mixed) => dice.roll(3),
                };
                if *stand != Stand::Safe {
                    *[&mut cut.kept, &mut cut.lost, &mut cut.torn][fate as usize] += 1;
                }
                match fate {
                    0 => apply(&mut bytes, change, |_| true),
                    1 => {}
                    _ => apply(&mut bytes, change, |_| dice.roll(2) == 0),
                }
            }
            left.insert(path.clone(), bytes);
        }
        (left, cut)
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change<'_>, mut arrives: impl FnMut(usize) -> bool) {
    match change {
        Change::Truncate(length) => {
            if arrives(0) {
                bytes.resize(*length, 0);
            }
        }
        Change::Write(at, new) => {
            let mut from = 0;
            while from < new.len() {
                // To the end of the sector in which this part begins.
                let to = new.len().min((at + from) / SECTOR * SECTOR + SECTOR - at);
                if arrives(from) {
                    let end = at + to;
                    if bytes.len() < end {
                        bytes.resize(end, 0);
                    }
                    bytes[at + from..end].copy_from_slice(&new[from..to]);
                }
                from = to;
            }
        }
    }
}
