//! The typed heart behind every edge: who is connected, what they may ask, what they hear.
//! A connection is a session and a stream of messages, whatever carries it.

pub mod asked;
mod bucket;
pub mod connection;
pub mod door;
pub mod legacy;
pub mod publisher;
pub mod regulars;
pub mod speaker;
mod turns;
pub mod whereabouts;
pub mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::watch;

use crate::domain::id::{DeviceId, GuestId};
use crate::domain::money::Currency;
use crate::domain::site::Language;
use crate::domain::time::Clock;
use crate::hub::bucket::Buckets;
use crate::hub::door::Door;
use crate::hub::legacy::Legacy;
use crate::hub::publisher::Publisher;
use crate::hub::regulars::Regulars;
use crate::hub::turns::Turns;
use crate::hub::whereabouts::Whereabouts;
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::sites;
use crate::store::writer::Writer;
use crate::workers::backup::Media;
use crate::workers::sync::gauge::Gauge;

/// What every connection shares.
pub struct Hub {
    pub writer: Writer,
    pub reader: Reader,
    pub clock: Arc<dyn Clock>,
    pub epoch: String,
    /// Of the browser's pages: one of another build reloads itself.
    pub build: String,
    /// The touchscreen of this very machine.
    pub built_in: DeviceId,
    pub(in crate::hub) publisher: Publisher,
    pub door: Door,
    /// Hashes for the counter and for those who are logged in.
    pub(in crate::hub) hashing: Turns,
    /// Hashes for strangers: they wait for each other, never the counter for them.
    pub(in crate::hub) guessing: Turns,
    /// Pictures that are being made small: each takes its share of the memory.
    pub pictures: Turns,
    /// Reports of long periods and their files.
    pub reports: Turns,
    /// Printers that are tried before there is a house.
    pub(in crate::hub) trials: Turns,
    /// Where phones find this machine.
    pub whereabouts: Whereabouts,
    /// What each guest may say of themselves and of the food.
    pub guests_words: Buckets<GuestId>,
    /// Where the house's own screens come from.
    pub regulars: Regulars,
    /// The old app's tablets.
    pub legacy: Legacy,
    connected: Arc<AtomicU32>,
    /// The one that the database lies on.
    pub disk: Disk,
    /// How head office's copy does.
    pub gauge: Arc<Gauge>,
    /// Where backups may go.
    pub media: Media,
    stopping: watch::Sender<bool>,
}

impl Hub {
    #[expect(clippy::too_many_arguments, reason = "built once, by app.rs")]
    pub fn new(
        writer: Writer,
        reader: Reader,
        clock: Arc<dyn Clock>,
        epoch: String,
        build: String,
        built_in: DeviceId,
        publisher: Publisher,
        legacy: Legacy,
        connected: Arc<AtomicU32>,
        gauge: Arc<Gauge>,
        whereabouts: Whereabouts,
        media: Media,
    ) -> Hub {
        let (stopping, _) = watch::channel(false);
        let disk = Disk::under(reader.path());
        Hub {
            writer,
            reader,
            clock,
            epoch,
            build,
            built_in,
            publisher,
            door: Door::new(),
            hashing: Turns::new(8),
            guessing: Turns::new(4),
            pictures: Turns::new(4),
            reports: Turns::new(8),
            trials: Turns::new(2),
            whereabouts,
            // A table that rates all it ate at once, and then one in 20 s.
            guests_words: Buckets::new(30, 20_000),
            regulars: Regulars::default(),
            legacy,
            connected,
            disk,
            gauge,
            media,
            stopping,
        }
    }

    /// A one-time code with which another screen enrols, and how long it holds.
    pub fn invite(&self) -> (String, u32) {
        self.door.invite(self.clock.now().mono_ms)
    }

    /// Tells staff anew how the hub does, also when nothing can be written.
    pub async fn tell_state(&self) {
        self.publisher.tell_state().await;
    }

    /// The code with which a browser sets the house up, and how long it holds; none once there is
    /// a house.
    pub fn setup_code(&self) -> Result<Option<(String, u32)>, StoreError> {
        match self.reader.read(sites::is_set_up)? {
            true => Ok(None),
            false => Ok(Some(self.door.setup_code(self.clock.now().mono_ms))),
        }
    }

    /// Ends every connection with a goodbye.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    pub fn connections(&self) -> u32 {
        self.connected.load(Ordering::Relaxed) + self.legacy.connections()
    }

    /// The house's language, for sentences to those who have not said theirs.
    pub fn language(&self) -> Language {
        self.publisher.manners().0
    }

    /// The house's currency, for amounts in sentences.
    pub fn currency(&self) -> Currency {
        self.publisher.manners().1
    }
}
