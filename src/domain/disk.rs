//! How much the disk of the data directory still takes, and what that means for the house: a
//! warning well before anything is refused, no new orders before SQLite would fail, and a rest with
//! which what was ordered is still paid.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Less free than this and there is a warning: a busy week of orders and its backups.
pub const LOW_BYTES: u64 = 512 * 1024 * 1024;
/// Less free than this and nothing new is taken on. An order with all that follows from it writes some
/// 50 KiB: what is left pays and finishes a full house many times over.
pub const FULL_BYTES: u64 = 64 * 1024 * 1024;
/// Less free than this and the file that was laid by is given up: see [`RESERVE_BYTES`].
pub const LAST_BYTES: u64 = 8 * 1024 * 1024;
/// Laid by while there is room: whatever else fills the disk, so much is left for the house's own.
pub const RESERVE_BYTES: u64 = 16 * 1024 * 1024;

/// How the disk is, in one word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum DiskState {
    #[default]
    Ample,
    /// All is done as ever; somebody should make room.
    Low,
    /// New orders, pictures and menu files are refused.
    Full,
    /// Nothing can be stored at all.
    ReadOnly,
}

impl DiskState {
    pub fn name(self) -> &'static str {
        match self {
            DiskState::Ample => "ample",
            DiskState::Low => "low",
            DiskState::Full => "full",
            DiskState::ReadOnly => "read_only",
        }
    }
}

/// What the file system says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskSpace {
    /// For this program; what is kept for root does not count.
    pub free_bytes: u64,
    pub read_only: bool,
}

impl DiskSpace {
    pub fn state(self) -> DiskState {
        match self {
            DiskSpace { read_only: true, .. } => DiskState::ReadOnly,
            DiskSpace { free_bytes, .. } if free_bytes < FULL_BYTES => DiskState::Full,
            DiskSpace { free_bytes, .. } if free_bytes < LOW_BYTES => DiskState::Low,
            DiskSpace { .. } => DiskState::Ample,
        }
    }
}

/// A number of bytes as people read it: "312 MB".
pub fn size(bytes: u64) -> String {
    let mb = bytes / (1024 * 1024);
    if mb < 10_000 { format!("{mb} MB") } else { format!("{} GB", mb / 1024) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_has_its_bound() {
        let state = |free_bytes| DiskSpace { free_bytes, read_only: false }.state();
        assert_eq!(
            [0, FULL_BYTES - 1, FULL_BYTES, LOW_BYTES - 1, LOW_BYTES].map(state),
            [DiskState::Full, DiskState::Full, DiskState::Low, DiskState::Low, DiskState::Ample]
        );
        assert_eq!([0, FULL_BYTES, 20_000_000_000].map(size), ["0 MB", "64 MB", "18 GB"]);
        assert_eq!(DiskSpace { free_bytes: u64::MAX, read_only: true }.state(), DiskState::ReadOnly);
    }
}
