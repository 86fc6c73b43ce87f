//! How the copy is doing, for whoever asks: written by the worker, read by the publisher, the
//! command line and `/healthz`. In memory: after a start the worker fills it anew. How far the journal's copy on
//! another medium has come stands here as well.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::domain::id::Seq;
use crate::domain::sync::SyncFault;
use crate::views::site::SyncView;

#[derive(Default)]
pub struct Gauge {
    state: Mutex<State>,
    /// The last row of the journal that its copy has.
    copied: AtomicI64,
}

/// What is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    pub on: bool,
    /// The last event that is there.
    pub reached: Seq,
    pub fault: Option<SyncFault>,
    /// The fault in the server's or the network's own words.
    pub detail: String,
    /// When it began.
    pub since_ms: Option<i64>,
    /// Somebody was told that events wait, and has not heard otherwise.
    pub told_waiting: bool,
}

impl Gauge {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    pub fn copied(&self) -> Seq {
        self.copied.load(Ordering::Relaxed)
    }

    pub fn set_copied(&self, seq: Seq) {
        self.copied.store(seq, Ordering::Relaxed);
    }

    pub fn state(&self) -> State {
        self.lock().clone()
    }

    /// Changes it; tells whether anybody would see a difference beside the count.
    pub fn set(&self, change: impl FnOnce(&mut State)) -> bool {
        let mut state = self.lock();
        let before = (state.on, state.fault);
        change(&mut state);
        before != (state.on, state.fault)
    }

    /// Whether somebody was told that events wait; asked once, for it is the asker who tells them otherwise.
    pub fn was_told_waiting(&self) -> bool {
        std::mem::take(&mut self.lock().told_waiting)
    }

    /// As screens show it, when the journal ends with `head`. Whoever asks was told: see
    /// [`Gauge::was_told_waiting`].
    pub fn view(&self, head: Seq) -> SyncView {
        let mut state = self.lock();
        let waiting = if state.on { (head - state.reached).max(0) } else { 0 };
        state.told_waiting = waiting > 0;
        SyncView {
            on: state.on,
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            since_ms: state.since_ms,
            fault: state.fault,
        }
    }
}
