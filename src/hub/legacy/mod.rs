//! The old app's tablets: their protocol, and the one desk at which all of them are served. What
//! they ask for becomes ordinary operations; what they are told is read from the same tables as
//! everything else. Off unless the owner switches it on, and then for listed addresses only,
//! because it has no login.

pub mod connection;
mod desk;
pub mod wire;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use serde::Deserialize;
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::domain::address::Range;
use crate::domain::id::TableId;
use crate::hub::legacy::connection::{Heard, Line};
use crate::hub::legacy::desk::Desk;
use crate::store::reader::Reader;
use crate::store::writer::Writer;

/// Messages that wait for the desk. It answers in a millisecond; a tablet whose message does not
/// fit waits, and with it nobody else.
const POSTS: usize = 256;

/// What the owner lets old tablets do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub enabled: bool,
    /// Where "diproses" and "selesai" may come from.
    pub staff: Vec<Range>,
    /// Where guests' tablets may connect from.
    pub guests: Vec<Range>,
    /// Whether "selesai" also means paid.
    pub selesai_pays: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { enabled: false, staff: Vec::new(), guests: Range::home(), selesai_pays: false }
    }
}

/// What an address may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The protocol is off.
    Off,
    /// The address is on neither list.
    Unlisted,
    Guest,
    Staff,
}

pub type SocketId = u64;

/// What the desk is told.
pub(in crate::hub) enum Post {
    Come(SocketId, Line),
    /// The address is the staff's, or it is not.
    Said(SocketId, bool, Heard),
    Leave(SocketId, oneshot::Sender<()>),
}

/// The desk's door.
pub struct Legacy {
    settings: Settings,
    posts: mpsc::Sender<Post>,
    connected: Arc<AtomicU32>,
    next: AtomicU64,
}

impl Legacy {
    /// Sets the desk up; it is closed when nobody needs it. Must be called inside a tokio runtime.
    pub fn open(settings: Settings, writer: Writer, reader: Reader, changes: broadcast::Receiver<Arc<[TableId]>>) -> Legacy {
        let (posts, inbox) = mpsc::channel(POSTS);
        if settings.enabled {
            let desk = Desk::new(settings.selesai_pays, writer, reader);
            tokio::spawn(desk.work(inbox, changes));
        }
        Legacy { settings, posts, connected: Arc::default(), next: AtomicU64::new(1) }
    }

    pub fn standing(&self, address: IpAddr) -> Standing {
        let listed = |ranges: &[Range]| ranges.iter().any(|r| r.contains(address));
        match self.settings.enabled {
            false => Standing::Off,
            true if listed(&self.settings.staff) => Standing::Staff,
            true if listed(&self.settings.guests) => Standing::Guest,
            true => Standing::Unlisted,
        }
    }

    /// Sockets that are open.
    pub fn connections(&self) -> u32 {
        self.connected.load(Ordering::Relaxed)
    }

    /// A socket comes in; gone when the returned place is dropped.
    fn come(&self) -> (SocketId, Place) {
        self.connected.fetch_add(1, Ordering::Relaxed);
        (self.next.fetch_add(1, Ordering::Relaxed), Place(self.connected.clone()))
    }

    async fn post(&self, post: Post) {
        // Without a desk there is nobody to miss it.
        let _ = self.posts.send(post).await;
    }

    /// What the socket had said is in the writer's hands when this returns.
    async fn leave(&self, id: SocketId) {
        let (done, left) = oneshot::channel();
        self.post(Post::Leave(id, done)).await;
        let _ = left.await;
    }
}

/// One of the sockets that are counted.
struct Place(Arc<AtomicU32>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
