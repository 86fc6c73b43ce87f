//! Backups: their settings, what the worker writes down of them, and that one was brought back.

use crate::domain::backup::{BackupFault, BackupSettings, FOLDER_MAX, JournalCopy, KEEP_MAX, PASSPHRASE_MAX, PASSPHRASE_MIN};
use crate::domain::event::{Event, Touch};
use crate::domain::id::Seq;
use crate::domain::refusal::Refusal;
use crate::domain::staff::Right;
use crate::ops::{OpError, Operation};
use crate::store::backups::{self, Fault, Last};
use crate::store::write_tx::WriteTx;

/// Sets where backups go. A missing passphrase leaves the one that is kept.
pub struct SetBackup {
    pub settings: BackupSettings,
    pub passphrase: Option<String>,
}

impl Operation for SetBackup {
    const NAME: &'static str = "backup.set";
    const RIGHT: Right = Right::ManageSite;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let s = &self.settings;
        let folder = s.folder.as_str();
        let plain = folder.len() <= FOLDER_MAX && !folder.chars().any(char::is_control);
        let keep = [s.keep.daily, s.keep.weekly, s.keep.monthly];
        for (key, fine) in [
            ("folder", plain && (folder.is_empty() || folder.starts_with('/'))),
            ("keep", keep.iter().all(|k| *k <= KEEP_MAX) && keep.iter().sum::<u32>() > 0),
            ("journal", s.journal != JournalCopy::Folder || !folder.is_empty()),
        ] {
            if !fine {
                return Err(Refusal::Setting { key }.into());
            }
        }
        if let Some(passphrase) = &self.passphrase {
            let long = passphrase.chars().count();
            if !(PASSPHRASE_MIN..=PASSPHRASE_MAX).contains(&long) || passphrase.chars().any(char::is_control) {
                return Err(Refusal::Setting { key: "passphrase" }.into());
            }
            backups::keep_passphrase(tx.conn(), passphrase)?;
        }
        tx.record(Event::BackupSet { settings: self.settings })?;
        tx.ring();
        Ok(())
    }
}

/// What became of a backup, or of the journal's copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Went {
    /// The last that was made, if one was, and what is wrong at a place that has none.
    Backup {
        made: Option<Last>,
        fault: Option<(BackupFault, String)>,
    },
    /// None is due any more.
    Off,
    Copied(Seq),
    CopyFailed {
        word: BackupFault,
        detail: String,
        copied: Seq,
    },
}

/// The worker writes it down, and has the screens told.
pub struct NoteBackup(pub Went);

impl Operation for NoteBackup {
    const NAME: &'static str = "backup.note";
    const RIGHT: Right = Right::Maintain;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let now = tx.now().wall_ms;
        let mut state = backups::state(tx.conn())?;
        let before = state.clone();
        // Since when: since it first failed, however it fails now.
        let fault = |word, detail: String, old: Option<&Fault>| {
            let detail = detail.chars().filter(|c| !c.is_control()).take(200).collect();
            Some(Fault { word, detail, since_ms: old.map_or(now, |f| f.since_ms) })
        };
        match self.0 {
            Went::Backup { made, fault: found } => {
                state.made = made.or(state.made.take());
                state.fault = found.and_then(|(word, detail)| fault(word, detail, state.fault.as_ref()));
                state.wanted = false;
            }
            Went::Off => state.fault = None,
            Went::Copied(seq) => (state.copied, state.copy_fault) = (seq, None),
            Went::CopyFailed { word, detail, copied } => {
                state.copy_fault = fault(word, detail, state.copy_fault.as_ref());
                state.copied = copied;
            }
        }
        if state != before {
            backups::keep_state(tx.conn(), &state)?;
            tx.wrote();
        }
        tx.touch(Touch::Hub);
        Ok(())
    }
}

/// Somebody wants one now, at every place.
pub struct AskBackup;

impl Operation for AskBackup {
    const NAME: &'static str = "backup.ask";
    const RIGHT: Right = Right::ManageSite;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        if !backups::settings(tx.conn())?.is_on() {
            return Err(Refusal::BackupOff.into());
        }
        let state = backups::State { wanted: true, ..backups::state(tx.conn())? };
        backups::keep_state(tx.conn(), &state)?;
        tx.touch(Touch::Hub);
        tx.ring();
        Ok(())
    }
}

/// A backup was brought back into this file.
pub struct NoteRestored {
    pub epoch_before: String,
    pub backup: Seq,
    pub reached: Seq,
    pub lost: i64,
}

impl Operation for NoteRestored {
    const NAME: &'static str = "backup.restored";
    const RIGHT: Right = Right::Maintain;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let NoteRestored { epoch_before, backup, reached, lost } = self;
        tx.record(Event::Restored { epoch_before, backup, reached, lost })?;
        Ok(())
    }
}
