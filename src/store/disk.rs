//! The disk under the data directory: what it still takes, and a file that was laid by for the hour
//! in which something else has filled it. Asked by the writer before every transaction; asking costs
//! a microsecond.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::sys::statvfs::{FsFlags, statvfs};

use crate::domain::disk::{DiskSpace, LAST_BYTES, LOW_BYTES, RESERVE_BYTES};

/// What is laid by, in the data directory. It holds nothing.
const RESERVE: &str = "reserve";

/// The disk of one data directory.
#[derive(Debug, Clone)]
pub struct Disk {
    folder: PathBuf,
}

impl Disk {
    pub fn of(folder: &Path) -> Disk {
        Disk { folder: folder.to_owned() }
    }

    /// The one that a database lies on.
    pub fn under(database: &Path) -> Disk {
        Disk::of(database.parent().unwrap_or(Path::new("/")))
    }

    /// How it is. One that does not answer is taken for one with room: the next write tells.
    pub fn look(&self) -> DiskSpace {
        let said = statvfs(&self.folder).map(|s| DiskSpace {
            free_bytes: s.blocks_available().saturating_mul(s.fragment_size()),
            read_only: s.flags().contains(FsFlags::ST_RDONLY),
        });
        said.unwrap_or_else(|error| {
            tracing::warn!(%error, folder = %self.folder.display(), "the disk does not say how much room it has");
            DiskSpace { free_bytes: u64::MAX, read_only: false }
        })
    }

    /// Lays room by while there is plenty. Its blocks are taken, not written: it costs a card nothing.
    pub fn lay_by(&self) {
        let path = self.folder.join(RESERVE);
        if std::fs::metadata(&path).is_ok_and(|m| m.len() >= RESERVE_BYTES) || self.look().free_bytes < LOW_BYTES {
            return;
        }
        let taken = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .and_then(|file| Ok(rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, RESERVE_BYTES)?));
        if let Err(error) = taken {
            // A file system that cannot take blocks without writing them: then the bounds must do.
            let _ = std::fs::remove_file(&path);
            tracing::debug!(%error, "no room is laid by for a full disk");
        }
    }

    /// Gives up what was laid by when hardly anything else is left; tells whether it did.
    pub fn spend(&self, space: DiskSpace) -> bool {
        if space.free_bytes >= LAST_BYTES || space.read_only {
            return false;
        }
        let given = std::fs::remove_file(self.folder.join(RESERVE)).is_ok();
        if given {
            tracing::warn!(free_bytes = space.free_bytes, "the disk is full; the room that was laid by is given up");
        }
        given
    }
}
