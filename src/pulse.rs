//! What the service manager is told: that kasir is ready, and from then on that it still works. The
//! pulse is no timer's: it is sent when a question has gone through the writer and the publisher and
//! come back, so that a till whose database hangs is started anew although its process lives.
//! Without a service manager nothing is told.

use std::sync::Arc;

use sd_notify::NotifyState;
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval};

use crate::domain::staff::Actor;
use crate::hub::Hub;
use crate::store::error::StoreError;

/// Questions in the time after which the service manager loses patience: two may fail.
const TRIES: u32 = 3;

/// Everything listens.
pub fn ready(address: std::net::SocketAddr) {
    tell(&[NotifyState::Ready, NotifyState::Status(&format!("serves on {address}"))]);
}

/// What keeps it.
pub fn status(words: &str) {
    tell(&[NotifyState::Status(words)]);
}

/// Has begun to end.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Sends the pulse for as long as the answers come, when the service manager waits for one.
pub async fn beat(hub: Arc<Hub>) {
    let Some(patience) = sd_notify::watchdog_enabled() else { return };
    let mut ticks = interval(patience / TRIES);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (told, answered) = oneshot::channel();
        // Nothing is changed; the answer comes from the publisher, after the commit.
        hub.writer.submit(
            Actor::Machine,
            |_| Ok::<_, StoreError>(()),
            |done| {
                let _ = told.send(done.is_ok());
            },
        );
        match answered.await {
            Ok(true) => tell(&[NotifyState::Watchdog]),
            // A new start would not mend a disk that can only be read, and nobody would be left to say so.
            Ok(false) if hub.disk.look().read_only => tell(&[NotifyState::Watchdog]),
            // Full, or stopped: the next question tells.
            Ok(false) | Err(_) => {
                tracing::warn!("the writer did not take a question; the service manager is not told that all is well")
            }
        }
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}
