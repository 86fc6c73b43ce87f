//! An old tablet's connection: its messages to the desk at a person's pace, the desk's messages
//! back. It never ends a connection for what was said; only for not reading.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};

use crate::hub::Hub;
use crate::hub::bucket::Bucket;
use crate::hub::connection::{GOING_AWAY, GONE, Goodbye, SLOW};
use crate::hub::legacy::Post;
use crate::hub::legacy::wire::Said;

/// Messages a second, and how many are saved up: every tap of a guest is one. Whoever is faster
/// is read more slowly, for a tap that is dropped would be a dish that is missing.
const EVERY_MS: i64 = 50;
const SAVED: i64 = 40;
/// How long the next one waits then.
const PAUSE: Duration = Duration::from_millis(50);

/// What a socket brought: a message, or why it is none.
pub type Heard = Result<Said, &'static str>;

/// Where a tablet's messages go, and how it is told that it was too slow for them.
#[derive(Clone)]
pub struct Line {
    pub messages: mpsc::Sender<Arc<str>>,
    pub overflow: Arc<Notify>,
}

impl Line {
    /// Never waits. A full line ends the connection: the tablet's next page opens another and gets
    /// everything.
    pub fn put(&self, message: Arc<str>) {
        if self.messages.try_send(message).is_err() {
            self.overflow.notify_one();
        }
    }
}

/// Serves one tablet's socket until it ends; says why it did. `counter`: its address is the
/// staff's.
pub async fn serve(hub: Arc<Hub>, counter: bool, mut incoming: mpsc::Receiver<Heard>, line: Line) -> Goodbye {
    let (id, _place) = hub.legacy.come();
    let mut pace = Bucket::new(SAVED, EVERY_MS, hub.clock.now().mono_ms);
    let mut stopping = hub.stopping();
    hub.legacy.post(Post::Come(id, line.clone())).await;
    let goodbye = loop {
        tokio::select! {
            biased;
            () = line.overflow.notified() => break SLOW,
            () = async { drop(stopping.wait_for(|s| *s).await) } => break GOING_AWAY,
            next = incoming.recv() => {
                let Some(heard) = next else { break GONE };
                while !pace.take(hub.clock.now().mono_ms) {
                    tokio::time::sleep(PAUSE).await;
                }
                hub.legacy.post(Post::Said(id, counter, heard)).await;
            }
        }
    };
    hub.legacy.leave(id).await;
    goodbye
}
