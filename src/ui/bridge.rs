//! Between the window's thread and the rest of the program. The only file that holds a
//! `Weak` of the window and the only one that posts to its event loop. Nothing here knows
//! what a page looks like.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use slint::Weak;
use tokio::sync::mpsc;

use crate::client::{Answer, Client, Look, Signal};
use crate::hub::asked::Wanted;
use crate::hub::wire::Op;
use crate::ui::desk::Desk;
use crate::ui::generated::CashierWindow;
use crate::ui::{
    Options, board, compose, frame, login, manage, more, paper, pay, pictures, printing, receipts, reports, setup, tables, ticket,
};

/// A handle to window, desk and hub, for callbacks and for answers. Cheap to clone.
#[derive(Clone)]
pub struct Bridge {
    shared: Arc<Shared>,
}

struct Shared {
    window: Weak<CashierWindow>,
    desk: Mutex<Desk>,
    client: Client,
    runtime: tokio::runtime::Handle,
    options: Options,
    /// A redraw is already in the event loop's queue: many frames make one redraw.
    posted: AtomicBool,
}

impl Bridge {
    pub fn new(window: &CashierWindow, client: Client, runtime: tokio::runtime::Handle, options: Options) -> Bridge {
        let desk = Mutex::new(Desk::new(options.paper_roll.is_some()));
        let window = slint::ComponentHandle::as_weak(window);
        Bridge { shared: Arc::new(Shared { window, desk, client, runtime, options, posted: AtomicBool::new(false) }) }
    }

    pub fn client(&self) -> &Client {
        &self.shared.client
    }

    pub fn options(&self) -> &Options {
        &self.shared.options
    }

    /// Runs slow work (files, pictures) away from the window's thread.
    pub fn aside(&self, work: impl FnOnce() + Send + 'static) {
        self.shared.runtime.spawn_blocking(work);
    }

    /// What this screen knows. Held for moments: the window's thread takes it to draw.
    pub fn desk(&self) -> MutexGuard<'_, Desk> {
        self.shared.desk.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Answers a tap: changes the desk, then draws. Only on the window's thread; the desk is
    /// locked meanwhile, so `change` must not run anything that calls back.
    pub fn act(&self, change: impl FnOnce(&CashierWindow, &mut Desk)) {
        let Some(window) = self.shared.window.upgrade() else { return };
        let mut desk = self.desk();
        change(&window, &mut desk);
        self.draw(&window, &mut desk);
    }

    /// Draws what has changed since the last time. Only on the window's thread.
    pub fn redraw(&self) {
        self.act(|_, _| {});
    }

    /// The window without the desk, for what calls back. Only on the window's thread.
    pub fn with_window(&self, then: impl FnOnce(&CashierWindow)) {
        if let Some(window) = self.shared.window.upgrade() {
            then(&window);
        }
    }

    /// Asks the hub and returns; `then` runs on the window's thread with the answer.
    pub fn submit(&self, op: Op, then: impl FnOnce(&CashierWindow, &mut Desk, Answer) + Send + 'static) {
        let bridge = self.clone();
        self.shared.client.submit(op, move |answer| {
            let window = bridge.shared.window.clone();
            // An error means that the event loop has ended: nobody is there to see it.
            let _ = window.upgrade_in_event_loop(move |_| bridge.act(|window, desk| then(window, desk, answer)));
        });
    }

    /// As [`Bridge::submit`], for a view.
    pub fn look(&self, of: Wanted, then: impl FnOnce(&CashierWindow, &mut Desk, Look) + Send + 'static) {
        let bridge = self.clone();
        self.shared.client.look(of, move |look| {
            let window = bridge.shared.window.clone();
            let _ = window.upgrade_in_event_loop(move |_| bridge.act(|window, desk| then(window, desk, look)));
        });
    }

    /// Runs `then` on the window's thread once the desk is free again: for what a drawing finds
    /// that it should ask for.
    pub fn later(&self, then: impl FnOnce(&Bridge) + Send + 'static) {
        let bridge = self.clone();
        let _ = self.shared.window.upgrade_in_event_loop(move |_| then(&bridge));
    }

    /// Has the window drawn soon; from any thread.
    pub fn post(&self) {
        if self.shared.posted.swap(true, Ordering::AcqRel) {
            return;
        }
        let bridge = self.clone();
        let posted = self.shared.window.upgrade_in_event_loop(move |_| {
            bridge.shared.posted.store(false, Ordering::Release);
            bridge.redraw();
        });
        if posted.is_err() {
            self.shared.posted.store(false, Ordering::Release);
        }
    }

    /// Follows the hub until its client is gone.
    pub fn follow(&self, mut signals: mpsc::Receiver<Signal>) -> impl Future<Output = ()> + Send + 'static {
        let bridge = self.clone();
        async move {
            while let Some(first) = signals.recv().await {
                let mut desk = bridge.desk();
                desk.hear(&first);
                while let Ok(next) = signals.try_recv() {
                    desk.hear(&next);
                }
                drop(desk);
                bridge.post();
            }
        }
    }

    fn draw(&self, window: &CashierWindow, desk: &mut Desk) {
        frame::draw(window, desk, self);
        setup::draw(window, desk, self);
        login::draw(window, desk);
        board::draw(window, desk);
        tables::draw(window, desk);
        compose::draw(window, desk);
        ticket::draw(window, desk);
        pay::draw(window, desk);
        receipts::draw(window, desk);
        reports::draw(window, desk, self);
        manage::draw(window, desk, self);
        more::draw(window, desk);
        printing::draw(window, desk, self);
        paper::draw(window, desk);
        pictures::fetch(self, desk);
        desk.menu_stale = false;
        desk.paper_stale = false;
    }
}
