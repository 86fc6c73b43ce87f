//! The machine's clock, and what somebody has said of it. A Pi that has no time server and no
//! battery wakes up with a wrong date; what its owner set holds while the machine is up, also over
//! a restart of the program, and until a time server knows better.

use std::path::{Path, PathBuf};

use crate::domain::time::{Clock, Moment, SystemClock};

pub struct KeptClock {
    clock: SystemClock,
    file: PathBuf,
}

impl KeptClock {
    /// Of that data directory. `synchronised`: a time server has set the machine's clock.
    pub fn open(data: &Path, synchronised: bool) -> KeptClock {
        let file = data.join("clock");
        let said = || {
            let text = std::fs::read_to_string(&file).ok()?;
            let (boot, behind_ms) = text.trim().split_once(' ')?;
            // Said of a clock that has been off since is said of another.
            if boot == boot_id()? { behind_ms.parse().ok() } else { None }
        };
        let clock = match said() {
            Some(behind_ms) if !synchronised => SystemClock::behind(behind_ms),
            _ => SystemClock::new(synchronised),
        };
        KeptClock { clock, file }
    }
}

impl Clock for KeptClock {
    fn now(&self) -> Moment {
        self.clock.now()
    }

    fn trust(&self) {
        self.clock.trust();
    }

    fn set(&self, wall_ms: i64) {
        self.clock.set(wall_ms);
        let Some(boot) = boot_id() else { return };
        if let Err(error) = std::fs::write(&self.file, format!("{boot} {}\n", self.clock.behind_ms())) {
            tracing::warn!(%error, "the time that was set does not outlast a restart of kasir");
        }
    }

    fn follow(&self) {
        self.clock.follow();
    }
}

/// Another one each time the machine starts.
fn boot_id() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().map(|id| id.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_outlasts_a_restart_and_not_a_time_server() {
        let folder = tempfile::tempdir().unwrap();
        let clock = KeptClock::open(folder.path(), false);
        assert!(!clock.now().trusted);
        let wall_ms = clock.now().wall_ms + 1_000_000;
        clock.set(wall_ms);
        let near = |now: Moment| now.trusted && (0..10_000).contains(&(now.wall_ms - wall_ms));
        assert!(near(clock.now()), "{:?}", clock.now());
        let again = KeptClock::open(folder.path(), false);
        assert!(near(again.now()), "{:?}", again.now());
        again.follow();
        assert!(again.now().trusted && again.now().wall_ms < wall_ms);
        let synchronised = KeptClock::open(folder.path(), true);
        assert!(synchronised.now().trusted && synchronised.now().wall_ms < wall_ms);
        std::fs::write(folder.path().join("clock"), "another-boot 1000000\n").unwrap();
        assert!(!KeptClock::open(folder.path(), false).now().trusted, "the machine has been off since");
    }
}
