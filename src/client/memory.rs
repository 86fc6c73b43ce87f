//! The line to a hub in the same process: typed values, no JSON, no socket.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};

use crate::client::{Client, Identity, Line, Signal, pair};
use crate::hub::Hub;
use crate::hub::connection::{self, Incoming, Origin};
use crate::hub::publisher::Outbox;

/// Frames in either direction that may wait; the same as a socket's.
const QUEUE: usize = 256;

/// Between two tries while the hub cannot read who is there.
const AGAIN: Duration = Duration::from_millis(250);

/// Connects as the machine's own touchscreen. Must be called inside a tokio runtime.
pub fn connect(hub: Arc<Hub>, identity: Identity) -> (Client, mpsc::Receiver<Signal>) {
    let (client, line, signals) = pair(identity);
    tokio::spawn(keep(hub, line));
    (client, signals)
}

/// Connects again when the hub has let go (a screen that was busy drawing), until it stops.
async fn keep(hub: Arc<Hub>, line: Line) {
    let mut stopping = hub.stopping();
    while !*stopping.borrow_and_update() && !line.abandoned() {
        let (frames, mut parcels) = mpsc::channel(QUEUE);
        let (to_hub, incoming) = mpsc::channel(QUEUE);
        let outbox = Outbox { frames, overflow: Arc::new(Notify::new()), ended: Arc::new(Notify::new()) };
        let served = tokio::spawn(connection::serve(hub.clone(), Origin::BuiltIn, incoming, outbox));
        line.reset();
        line.up().await;
        let wake = line.wake();
        loop {
            while let Some(frame) = line.next_frame() {
                if to_hub.send(Incoming::Frame(Box::new(frame))).await.is_err() {
                    break;
                }
            }
            tokio::select! {
                parcel = parcels.recv() => match parcel {
                    Some(parcel) => line.take(parcel.frame.clone()).await,
                    None => break,
                },
                () = wake.notified() => {}
                () = line.closed() => break,
            }
        }
        drop(to_hub);
        let goodbye = served.await;
        if matches!(goodbye, Ok(connection::FAILING)) {
            tokio::time::sleep(AGAIN).await;
        }
        line.down(goodbye.map_or_else(|e| e.to_string(), |g| g.reason.to_owned())).await;
    }
}
