//! How the copy is doing, for whoever asks: written by the worker, read by the publisher, the
//! command line and `/healthz`. In memory: after a start the worker fills it anew.

use std::sync::{Mutex, MutexGuard};

use crate::domain::id::Seq;
use crate::domain::sync::SyncFault;
use crate::views::site::SyncView;

#[derive(Default)]
pub struct Gauge(Mutex<State>);

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
}

impl Gauge {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
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

    /// As screens show it, when the journal ends with `head`.
    pub fn view(&self, head: Seq) -> SyncView {
        let state = self.lock();
        let waiting = if state.on { (head - state.reached).max(0) } else { 0 };
        SyncView {
            on: state.on,
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            since_ms: state.since_ms,
            fault: state.fault,
        }
    }
}
