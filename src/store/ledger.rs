//! What backups were made, in a file beside the database: it must be readable when the database is not. It is
//! a help, not a truth: what it names may have been taken away since.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::domain::id::Seq;
use crate::domain::time::BusinessDay;

/// Most that are remembered.
const MOST: usize = 200;

/// A backup that was made and found whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub path: PathBuf,
    pub made_ms: i64,
    pub day: Option<BusinessDay>,
    /// The last row that it holds, and when that was written.
    pub seq: Seq,
    pub at_ms: Option<i64>,
    pub bytes: u64,
    pub sealed: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ledger {
    /// The newest last.
    pub made: Vec<Made>,
    /// Where the journal's copy was last written.
    pub journal: Option<PathBuf>,
}

fn file(data: &Path) -> PathBuf {
    data.join("backups.json")
}

/// Empty when there is none, or it cannot be read.
pub fn read(data: &Path) -> Ledger {
    std::fs::read(file(data)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// Backups, the journal's copy and the command line change it from threads of their own, of the one process that
/// owns the directory.
static TURN: Mutex<()> = Mutex::new(());

/// Changes it; written aside and renamed.
pub fn change(data: &Path, with: impl FnOnce(&mut Ledger)) -> io::Result<()> {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    let mut ledger = read(data);
    let before = ledger.clone();
    with(&mut ledger);
    if ledger == before {
        return Ok(());
    }
    let surplus = ledger.made.len().saturating_sub(MOST);
    ledger.made.drain(..surplus);
    let aside = data.join(".backups.json.part");
    std::fs::write(&aside, serde_json::to_vec_pretty(&ledger)?)?;
    std::fs::File::open(&aside)?.sync_all()?;
    std::fs::rename(&aside, file(data))
}

/// One more was made. The same file counts once.
pub fn add(data: &Path, made: Made) -> io::Result<()> {
    change(data, |ledger| {
        ledger.made.retain(|m| m.path != made.path);
        ledger.made.push(made);
    })
}

/// The newest that is still there.
pub fn newest(data: &Path) -> Option<Made> {
    let mut made = read(data).made;
    made.retain(|m| m.path.exists());
    made.into_iter().max_by_key(|m| (m.seq, m.made_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_from_many_threads_are_each_there() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let data = folder.path();
                scope.spawn(move || {
                    for n in 0..20 {
                        let path = PathBuf::from(format!("{thread}-{n}"));
                        add(data, Made { path, made_ms: 0, day: None, seq: n, at_ms: None, bytes: 0, sealed: false }).unwrap();
                    }
                });
            }
        });
        assert_eq!(read(folder.path()).made.len(), 80);
    }
}
