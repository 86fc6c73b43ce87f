//! What can go wrong with the file, sorted by what the caller does next.

use rusqlite::ErrorCode;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The file or the disk fails: nothing more is written.
    #[error("the database cannot be used any more: {0}")]
    Fatal(String),
    /// The disk is full. What was to be written certainly is not; everything before it is.
    #[error("the disk that holds kasir's data is full, and nothing of this was stored; make room on it")]
    Full,
    /// SQLite cannot read the file any more: nothing more is written.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// The file holds what it must not hold.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The program's own fault.
    #[error("{0}")]
    Sql(String),
    /// The writer's queue is full.
    #[error("too many changes wait to be written")]
    Busy,
    /// A read that took long while the log of writes grew was ended; it may be asked again.
    #[error("the reading took too long and was ended, so that the write-ahead log can be cut")]
    Interrupted,
    /// The writer has stopped.
    #[error("nothing can be written any more")]
    Stopped,
    /// The commit failed: it may or may not be on disk.
    #[error("it is unknown whether the change is on disk")]
    Unknown,
    /// The operation panicked; it was rolled back.
    #[error("the change failed inside the program: {0}")]
    Panicked(String),
}

impl StoreError {
    pub fn damaged(what: &str) -> StoreError {
        StoreError::Damaged(what.to_owned())
    }

    /// Whether the transaction that it struck must be given up as a whole.
    pub fn ends_transaction(&self) -> bool {
        matches!(self, StoreError::Fatal(_) | StoreError::Corrupt(_) | StoreError::Full)
    }

    /// Whether the writer must stop.
    pub fn is_fatal(&self) -> bool {
        matches!(self, StoreError::Fatal(_) | StoreError::Corrupt(_))
    }

    /// Whether the file itself is at fault: a backup helps, a larger disk does not.
    pub fn is_damage(&self) -> bool {
        matches!(self, StoreError::Corrupt(_) | StoreError::Damaged(_))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full,
            // What SQLite cannot undo or the disk will not take. `OutOfMemory` is among them:
            // half-written pages may be in its cache.
            Some(ErrorCode::SystemIoFailure | ErrorCode::ReadOnly | ErrorCode::OutOfMemory | ErrorCode::CannotOpen) => {
                StoreError::Fatal(error.to_string())
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt(error.to_string()),
            Some(ErrorCode::OperationInterrupted) => StoreError::Interrupted,
            _ => StoreError::Sql(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        StoreError::Damaged(error.to_string())
    }
}
