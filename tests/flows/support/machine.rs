//! The machine around a kasir under test: its clock, and the disk's sync. Every flow happens
//! on one evening in 2031, so that no test meets the end of a business day by accident and
//! the pictures are the same whenever they are made.

use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use kasir::domain::time::{Clock, Moment, SystemClock};

/// 2031-05-09 19:00 in Jakarta: when a flow begins.
pub const EVENING_MS: i64 = 1_936_094_400_000;
/// The afternoon before, when the sample restaurant is furnished.
pub const FURNISHED_MS: i64 = EVENING_MS - 3_600_000;
pub const DAY_MS: i64 = 86_400_000;

/// A clock of this process that runs and began in the evening.
pub struct EveningClock(SystemClock);

impl EveningClock {
    pub fn new() -> EveningClock {
        EveningClock(SystemClock::new(true))
    }
}

impl Clock for EveningClock {
    fn now(&self) -> Moment {
        let passed = self.0.now().mono_ms;
        Moment { wall_ms: EVENING_MS + passed, mono_ms: passed, trusted: true }
    }

    fn trust(&self) {}

    fn set(&self, _: i64) {}

    fn follow(&self) {}
}

/// The disk under a kasir in a process of its own.
pub enum Disk {
    Real,
    /// So many bytes; with none, nothing can be written.
    Left(i64),
    ReadOnly,
}

/// The clock of a kasir in a process of its own; it goes on over restarts.
pub struct MachineClock {
    file: PathBuf,
}

impl MachineClock {
    /// The one of that data directory; it begins in the evening.
    pub fn of(data: &Path) -> MachineClock {
        let clock = MachineClock { file: data.join("machine-clock") };
        if !clock.file.exists() {
            std::fs::write(&clock.file, [0; 32]).unwrap();
            clock.set(EVENING_MS, false);
            clock.set_disk(Disk::Real);
        }
        clock
    }

    /// What it says from now on, and whether a time server stands behind it.
    pub fn set(&self, wall_ms: i64, synchronised: bool) {
        let ahead = wall_ms - SystemClock::new(true).now().wall_ms;
        let file = std::fs::OpenOptions::new().write(true).open(&self.file).unwrap();
        file.write_all_at(&[ahead.to_ne_bytes(), i64::from(synchronised).to_ne_bytes()].concat(), 0).unwrap();
    }

    /// How the disk is from now on.
    pub fn set_disk(&self, disk: Disk) {
        let (left, read_only) = match disk {
            Disk::Real => (-1, 0),
            Disk::Left(bytes) => (bytes, 0),
            Disk::ReadOnly => (-1, 1),
        };
        let file = std::fs::OpenOptions::new().write(true).open(&self.file).unwrap();
        file.write_all_at(&[left.to_ne_bytes(), i64::to_ne_bytes(read_only)].concat(), 16).unwrap();
    }

    /// It jumps.
    pub fn jump(&self, by_ms: i64, synchronised: bool) {
        let file = std::fs::OpenOptions::new().read(true).write(true).open(&self.file).unwrap();
        let mut ahead = [0; 8];
        file.read_exact_at(&mut ahead, 0).unwrap();
        let ahead = i64::from_ne_bytes(ahead) + by_ms;
        file.write_all_at(&[ahead.to_ne_bytes(), i64::from(synchronised).to_ne_bytes()].concat(), 0).unwrap();
    }

    pub fn put_on(&self, command: &mut Command) {
        command.env("LD_PRELOAD", library()).env("MACHINE_CLOCK", &self.file);
    }
}

/// `machine.c`, built once by the C compiler that the build needs anyway; a program of another machine
/// needs that one's (`KASIR_TEST_CC`).
fn library() -> &'static Path {
    static LIBRARY: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = LIBRARY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machine.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/flows/support/machine.c");
        let cc = std::env::var_os("KASIR_TEST_CC").unwrap_or_else(|| "cc".into());
        let built = Command::new(cc).args(["-shared", "-fPIC", "-Wall", "-Werror", "-O1", "-o"]).arg(&path).arg(source).status();
        assert!(built.unwrap().success());
        (folder, path)
    });
    path
}
