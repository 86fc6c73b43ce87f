//! What wakes a worker's thread, and what ends it.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

/// Counts rings, so that none is lost between looking and waiting.
#[derive(Default)]
pub struct Bell {
    state: Mutex<BellState>,
    rung: Condvar,
}

#[derive(Default)]
struct BellState {
    rings: u64,
    stop: bool,
}

impl Bell {
    fn lock(&self) -> MutexGuard<'_, BellState> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Waits for a ring after `seen`, at most `at_most`. Returns the count, or `None` to stop.
    pub fn wait(&self, seen: u64, at_most: Duration) -> Option<u64> {
        let guard = self.lock();
        let waiting = |s: &mut BellState| s.rings == seen && !s.stop;
        let (guard, _) = self.rung.wait_timeout_while(guard, at_most, waiting).unwrap_or_else(|e| e.into_inner());
        (!guard.stop).then_some(guard.rings)
    }

    /// Waits out a back-off, whatever rings; only stopping cuts it short. `false` to stop.
    pub fn rest(&self, length: Duration) -> bool {
        let (guard, _) = self.rung.wait_timeout_while(self.lock(), length, |s| !s.stop).unwrap_or_else(|e| e.into_inner());
        !guard.stop
    }

    /// There may be something to do.
    pub fn ring(&self) {
        self.lock().rings += 1;
        self.rung.notify_all();
    }

    /// Ends every wait, now and from now on.
    pub fn stop(&self) {
        self.lock().stop = true;
        self.rung.notify_all();
    }

    pub fn has_stopped(&self) -> bool {
        self.lock().stop
    }
}

/// Between two looks whether a thread has ended.
const GLANCE: Duration = Duration::from_millis(20);

/// Waits for a worker that was told to stop; one that is held up by a server that takes its time
/// is left to the end of the process, and `left` says what becomes of its work.
pub fn join_within(thread: JoinHandle<()>, patience: Duration, left: &str) {
    let mut waited = Duration::ZERO;
    while !thread.is_finished() {
        if waited > patience {
            return tracing::warn!("{left}");
        }
        std::thread::sleep(GLANCE);
        waited += GLANCE;
    }
    if thread.join().is_err() {
        tracing::error!("a worker had panicked");
    }
}
