//! The data directory and who owns it. One process at a time, held by a lock on a file; the
//! kernel lets go of it when the process dies, however it dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

/// A directory that this process owns.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    /// Held, not used: closing it gives the directory up.
    _lock: File,
}

#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{path} is in use by another kasir (process {owner}); stop that one first, or use another --data")]
    InUse { path: PathBuf, owner: String },
}

impl DataDir {
    /// Makes the directory (readable by its owner only) and takes it.
    pub fn take(path: &Path) -> Result<DataDir, DataDirError> {
        let io = |source| DataDirError::Io { path: path.to_owned(), source };
        std::fs::create_dir_all(path).map_err(io)?;
        private(path).map_err(io)?;
        let mut lock =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path.join("lock")).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let _ = lock.read_to_string(&mut owner);
                return Err(DataDirError::InUse { path: path.to_owned(), owner: owner.trim().to_owned() });
            }
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        lock.set_len(0).and_then(|()| lock.rewind()).and_then(|()| writeln!(lock, "{}", std::process::id())).map_err(io)?;
        Ok(DataDir { path: path.to_owned(), _lock: lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn database(&self) -> PathBuf {
        database(&self.path)
    }

    pub fn socket(&self) -> PathBuf {
        socket(&self.path)
    }
}

/// The database of a data directory.
pub fn database(dir: &Path) -> PathBuf {
    dir.join("kasir.db")
}

/// Says what was found to be damaged while kasir ran: the next start does not serve before that is put right.
pub fn damaged(dir: &Path) -> PathBuf {
    dir.join("damaged")
}

/// The command line's door to a running kasir.
pub fn socket(dir: &Path) -> PathBuf {
    dir.join("control.sock")
}

fn private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
}
