//! One thread between the writer and the screens. It takes committed transactions in order,
//! reads the views that changed, sends them to those whom they concern, and only then lets
//! the callers have their answers. It also makes the snapshots: since one thread does both,
//! no event can fall between a snapshot and what follows it.

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock, RwLock};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{Notify, broadcast, mpsc};

use crate::domain::event::Touch;
use crate::domain::id::{DeviceId, ProductId, Seq, TableId, VisitId};
use crate::domain::money::Currency;
use crate::domain::site::Language;
use crate::domain::staff::{Right, Role};
use crate::domain::time::{BusinessDay, Clock, DayStep, day_step};
use crate::domain::visit::Seat;
use crate::hub::whereabouts::Whereabouts;
use crate::hub::wire::{Change, GoneView, HubFrame, Me, Seen};
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::sessions::{self, TokenHash};
use crate::store::writer::{Committed, Sink};
use crate::store::{journal, orders, sites, staff, visits};
use crate::views::floor::Room;
use crate::views::menu::ProductView;
use crate::views::site::HubView;
use crate::views::{menu, order, receipt, site};
use crate::workers::sync::gauge::Gauge;

/// Transactions and arrivals that wait. When it is full the writer waits: a hub that cannot
/// tell anybody must not acknowledge ever more.
const POSTS: usize = 256;
/// Bytes of JSON in one frame, about. What is larger goes out in pieces, so that a frame stays
/// small beside a socket's buffer: the first as `snapshot`, the rest as `events`.
const PIECE: usize = 200 * 1024;
/// Between two notices of a changed number of connections.
const COUNT_MS: i64 = 1_000;
/// A client further behind than this gets a snapshot.
const RESUME: i64 = 1_000;
/// Notices of changed tables that the old tablets' desk may not have read yet; when it is further
/// behind it reads them all.
const NOTICES: usize = 256;

/// A frame on its way to many: its JSON is made once, by whoever needs it first.
#[derive(Debug)]
pub struct Parcel {
    pub frame: Arc<HubFrame>,
    json: OnceLock<String>,
}

impl Parcel {
    pub fn new(frame: HubFrame) -> Arc<Parcel> {
        Arc::new(Parcel { frame: Arc::new(frame), json: OnceLock::new() })
    }

    pub fn json(&self) -> &str {
        self.json.get_or_init(|| serde_json::to_string(&self.frame).unwrap_or_default())
    }
}

/// Where a connection's frames go, and how it is told that it was too slow for them.
#[derive(Clone)]
pub struct Outbox {
    pub frames: mpsc::Sender<Arc<Parcel>>,
    pub overflow: Arc<Notify>,
    /// Its session has ended, here or elsewhere.
    pub ended: Arc<Notify>,
}

impl Outbox {
    /// Never waits. A full box ends the connection: its client resumes where it stopped.
    pub fn put(&self, parcel: Arc<Parcel>) {
        if self.frames.try_send(parcel).is_err() {
            self.overflow.notify_one();
        }
    }
}

/// What somebody may hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    Stranger,
    Guest(VisitId),
    /// An enrolled screen with nobody logged in: the names to tap.
    Device,
    Staff(Role),
}

pub type SubscriberId = u64;

enum Post {
    Committed(Committed),
    Subscribe(Box<Subscription>),
    Leave(SubscriberId),
    /// How the hub does has changed without a transaction.
    State,
}

/// Somebody who wants to hear.
pub struct Subscription {
    pub id: SubscriberId,
    pub audience: Audience,
    pub me: Me,
    /// By which it hears: nothing more once it has ended.
    pub session: Option<TokenHash>,
    /// The enrolled screen, while it is one.
    pub device: Option<DeviceId>,
    pub seen: Option<Seen>,
    pub outbox: Outbox,
}

/// The thread's door. Cheap to clone.
#[derive(Clone)]
pub struct Publisher {
    posts: mpsc::Sender<Post>,
    manners: Arc<RwLock<(Language, Currency)>>,
    tables: broadcast::Sender<Arc<[TableId]>>,
}

/// Told after a transaction that queued jobs.
pub type Bell = Box<dyn Fn() + Send>;

impl Publisher {
    /// Starts the thread. The sink is the writer's; the thread ends when every door and the
    /// sink are gone.
    pub fn start(
        conn: Connection,
        epoch: String,
        clock: Arc<dyn Clock>,
        connected: Arc<AtomicU32>,
        gauge: Arc<Gauge>,
        bell: Bell,
        whereabouts: Whereabouts,
    ) -> Result<(Publisher, Sink, JoinHandle<()>), std::io::Error> {
        let (posts, receiver) = mpsc::channel(POSTS);
        let published = journal::head(&conn).map_or(0, |h| h.seq);
        let site = sites::site(&conn).unwrap_or_default();
        let manners = Arc::new(RwLock::new((site.language, site.currency)));
        let (tables, _) = broadcast::channel(NOTICES);
        let disk = Disk::under(Path::new(conn.path().unwrap_or_default()));
        let thread = Thread {
            conn,
            disk,
            epoch,
            clock,
            connected,
            gauge,
            bell,
            whereabouts,
            subscribers: HashMap::new(),
            shown: HashMap::new(),
            published,
            manners: manners.clone(),
            tables: tables.clone(),
            counted_ms: i64::MIN,
        };
        let handle = std::thread::Builder::new().name("publisher".to_owned()).spawn(move || thread.work(receiver))?;
        let to = posts.clone();
        let sink: Sink = Box::new(move |committed| {
            if let Err(mpsc::error::SendError(Post::Committed(committed))) = to.blocking_send(Post::Committed(committed)) {
                // Nobody publishes any more; callers still get their answers.
                committed.answer();
            }
        });
        Ok((Publisher { posts, manners, tables }, sink, handle))
    }

    /// Sends the snapshot, or what was missed, and from then on every change.
    pub async fn subscribe(&self, subscription: Subscription) {
        let _ = self.posts.send(Post::Subscribe(Box::new(subscription))).await;
    }

    /// The tables at which something changes from now on; an empty list when it may be any.
    pub fn tables(&self) -> broadcast::Receiver<Arc<[TableId]>> {
        self.tables.subscribe()
    }

    /// The house's language and currency, without a look into the database.
    pub fn manners(&self) -> (Language, Currency) {
        *self.manners.read().unwrap_or_else(|e| e.into_inner())
    }

    pub async fn tell_state(&self) {
        let _ = self.posts.send(Post::State).await;
    }

    pub async fn leave(&self, id: SubscriberId) {
        let _ = self.posts.send(Post::Leave(id)).await;
    }
}

struct Subscriber {
    audience: Audience,
    session: Option<TokenHash>,
    device: Option<DeviceId>,
    outbox: Outbox,
}

impl Subscriber {
    /// Whether it may still hear what it hears.
    fn may_hear(&self, conn: &Connection, now_ms: i64) -> Result<bool, StoreError> {
        if let Some(device) = self.device
            && !staff::is_enrolled(conn, device)?
        {
            return Ok(false);
        }
        match (&self.session, sites::day(conn)?) {
            (Some(session), Some(day)) => Ok(sessions::holder(conn, session, day, now_ms)?.is_some()),
            _ => Ok(true),
        }
    }
}

struct Thread {
    conn: Connection,
    disk: Disk,
    epoch: String,
    clock: Arc<dyn Clock>,
    connected: Arc<AtomicU32>,
    gauge: Arc<Gauge>,
    bell: Bell,
    /// Where browsers on the network find this machine.
    whereabouts: Whereabouts,
    subscribers: HashMap<SubscriberId, Subscriber>,
    /// Products as guests last saw them: a changed count alone is nothing to them.
    shown: HashMap<ProductId, ProductView>,
    /// The last row of the journal that everybody was told of.
    published: Seq,
    manners: Arc<RwLock<(Language, Currency)>>,
    /// For the old tablets' desk, which reads by itself.
    tables: broadcast::Sender<Arc<[TableId]>>,
    /// When staff were last told how many are connected.
    counted_ms: i64,
}

impl Thread {
    fn work(mut self, mut posts: mpsc::Receiver<Post>) {
        while let Some(post) = posts.blocking_recv() {
            let mut answers = None;
            // A bug in one view must not leave every screen in the dark for ever.
            let outcome = catch_unwind(AssertUnwindSafe(|| self.handle(post, &mut answers)));
            match outcome {
                Ok(Ok(())) => {}
                Ok(Err(error)) => self.start_over(&error.to_string()),
                Err(_) => self.start_over("a view panicked"),
            }
            if let Some(committed) = answers {
                committed.answer();
            }
        }
    }

    /// Screens that may have missed something start over: none shows a wrong state.
    fn start_over(&mut self, why: &str) {
        tracing::error!(why, "a change could not be published; every screen starts over");
        self.subscribers.drain().for_each(|(_, s)| s.outbox.overflow.notify_one());
        let _ = self.tables.send(Arc::from([]));
    }

    fn handle(&mut self, post: Post, answers: &mut Option<Committed>) -> Result<(), StoreError> {
        match post {
            Post::Committed(committed) => {
                if committed.jobs {
                    (self.bell)();
                }
                let (seq, touches) = (committed.seq, committed.touches.clone());
                *answers = Some(committed);
                self.published = seq;
                if touches.contains(&Touch::Sessions) {
                    self.silence()?;
                }
                self.publish(seq, &touches)
            }
            Post::Subscribe(subscription) => {
                let overflow = subscription.outbox.overflow.clone();
                let done = self.subscribe(*subscription);
                if done.is_err() {
                    overflow.notify_one();
                }
                done
            }
            Post::State => self.publish(self.published, &[Touch::Hub]),
            Post::Leave(id) => match self.subscribers.remove(&id) {
                Some(_) => self.count(),
                None => Ok(()),
            },
        }
    }

    /// Whose session has ended hears nothing more by it, whatever socket it was opened on.
    fn silence(&mut self) -> Result<(), StoreError> {
        let mut ended = Vec::new();
        for (id, subscriber) in &self.subscribers {
            if !subscriber.may_hear(&self.conn, self.clock.now().wall_ms)? {
                ended.push(*id);
            }
        }
        for id in ended {
            if let Some(subscriber) = self.subscribers.remove(&id) {
                subscriber.outbox.ended.notify_one();
            }
        }
        Ok(())
    }

    /// Tells staff how many are connected: when that has changed, and at most once a second,
    /// for a door that is opened and shut must not fill anybody's queue. The minute's tick
    /// tells the rest.
    fn count(&mut self) -> Result<(), StoreError> {
        let connected = u32::try_from(self.subscribers.len()).unwrap_or(u32::MAX);
        let now = self.clock.now().mono_ms;
        let changed = self.connected.swap(connected, Ordering::Relaxed) != connected;
        if !changed || now < self.counted_ms.saturating_add(COUNT_MS) {
            return Ok(());
        }
        self.counted_ms = now;
        // Under the number of what was published, not of what is committed: a client that
        // claimed to have seen more than it was told would miss the difference for ever.
        self.publish(self.published, &[Touch::Hub])
    }

    fn subscribe(&mut self, subscription: Subscription) -> Result<(), StoreError> {
        let Subscription { id, audience, me, session, device, seen, outbox } = subscription;
        let subscriber = Subscriber { audience, session, device, outbox: outbox.clone() };
        // It may have ended since whoever asks looked.
        if !subscriber.may_hear(&self.conn, self.clock.now().wall_ms)? {
            outbox.ended.notify_one();
            return Ok(());
        }
        // One read transaction: the snapshot and its number belong together.
        let tx = self.conn.unchecked_transaction()?;
        let seq = journal::head(&tx)?.seq;
        let missed = match seen {
            Some(seen) if seen.epoch == self.epoch && seen.seq <= seq => journal::since(&tx, seen.seq, RESUME)?,
            _ => None,
        };
        let frames = match missed {
            Some(events) => {
                let touches: Vec<Touch> = events.iter().flat_map(|e| e.event.touches()).chain([Touch::Hub]).collect();
                let all = self.render(&tx, &touches)?;
                let printers = site::printers(&tx)?.into_iter().map(Change::Printer);
                let all = all.into_iter().chain(printers).filter_map(|c| fit(audience, &Arc::new(c))).collect();
                in_pieces(all, seq, |changes, more| HubFrame::Events { seq, me: Some(me), changes, more })
            }
            None => {
                let all = self.everything(&tx, audience)?;
                let epoch = self.epoch.clone();
                in_pieces(all, seq, |changes, more| HubFrame::Snapshot { epoch, seq, me, changes, more })
            }
        };
        drop(tx);
        frames.into_iter().for_each(|frame| outbox.put(Parcel::new(frame)));
        self.subscribers.insert(id, subscriber);
        self.count()
    }

    /// All that concerns an audience, in an order in which nothing names what comes later.
    fn everything(&self, conn: &Connection, audience: Audience) -> Result<Vec<Arc<Change>>, StoreError> {
        let room = Room::new(conn);
        let mut all = vec![Change::Site(site::site(conn)?)];
        let staff = matches!(audience, Audience::Staff(_));
        if !matches!(audience, Audience::Device) {
            all.extend(menu::categories(conn)?.into_iter().map(Change::Category));
            all.extend(menu::products(conn)?.into_iter().map(Change::Product));
        }
        if staff {
            all.push(Change::Hub(self.hub_view(conn)?));
            all.extend(room.tables()?.into_iter().map(Change::Table));
            all.extend(room.open_visits()?.into_iter().map(Change::Visit));
            all.extend(order::of_open_visits(&room)?.into_iter().map(Change::Order));
            if let Some(day) = sites::day(conn)? {
                all.extend(receipt::of_day(conn, day)?.into_iter().map(Change::Receipt));
            }
            all.extend(site::printers(conn)?.into_iter().map(Change::Printer));
        }
        if let Audience::Guest(visit) = audience {
            all.extend(room.visit_view(visit)?.map(Change::Visit));
            all.extend(order::of_visit(&room, visit)?.into_iter().map(Change::Order));
        }
        if staff || audience == Audience::Device {
            all.extend(site::employees(conn)?.into_iter().map(Change::Employee));
        }
        Ok(all.into_iter().filter_map(|c| fit(audience, &Arc::new(c))).collect())
    }

    /// Reads what changed and sends it to everybody whom it concerns: rendered once, made to
    /// JSON once for each kind of audience.
    fn publish(&mut self, seq: Seq, touches: &[Touch]) -> Result<(), StoreError> {
        if touches.contains(&Touch::Site) {
            let site = sites::site(&self.conn)?;
            *self.manners.write().unwrap_or_else(|e| e.into_inner()) = (site.language, site.currency);
        }
        if self.tables.receiver_count() > 0 {
            let tables = tables_of(&self.conn, touches)?;
            if !tables.is_empty() {
                // Nobody is left to hear it when the desk has closed.
                let _ = self.tables.send(tables.into());
            }
        }
        if touches.is_empty() || self.subscribers.is_empty() {
            // What guests saw last is not known any more.
            self.shown.clear();
            return Ok(());
        }
        let tx = self.conn.unchecked_transaction()?;
        let all: Vec<Arc<Change>> = self.render(&tx, touches)?.into_iter().map(Arc::new).collect();
        drop(tx);
        let news = self.news_for_guests(&all);
        // Most of the room's guests hear nothing of what happens at another table: whom it
        // concerns is looked up, not tried for each of them.
        let told: Vec<&Arc<Change>> =
            all.iter().filter(|c| !matches!(&***c, Change::Product(p) if !news.contains(&p.id))).collect();
        let whole: Vec<&Arc<Change>> = all.iter().collect();
        let visits: BTreeSet<VisitId> = told.iter().filter_map(|c| visit_of(c)).collect();
        let for_all = told.iter().any(|c| fit(Audience::Stranger, c).is_some());
        let mut made: HashMap<Audience, Vec<Arc<Parcel>>> = HashMap::new();
        for subscriber in self.subscribers.values() {
            let changes = match subscriber.audience {
                Audience::Guest(visit) if !for_all && !visits.contains(&visit) => continue,
                Audience::Guest(_) | Audience::Stranger => &told[..],
                Audience::Device | Audience::Staff(_) => &whole[..],
            };
            let parcels = made.entry(subscriber.audience).or_insert_with(|| {
                let changes: Vec<Arc<Change>> = changes.iter().filter_map(|c| fit(subscriber.audience, c)).collect();
                // A menu that was imported is more than one frame.
                let events = |changes, more| HubFrame::Events { seq, me: None, changes, more };
                match changes.is_empty() {
                    true => Vec::new(),
                    false => in_pieces(changes, seq, events).into_iter().map(Parcel::new).collect(),
                }
            });
            parcels.iter().for_each(|parcel| subscriber.outbox.put(parcel.clone()));
        }
        Ok(())
    }

    /// The products of which guests would see a difference.
    fn news_for_guests(&mut self, changes: &[Arc<Change>]) -> BTreeSet<ProductId> {
        let mut news = BTreeSet::new();
        for change in changes {
            if let Change::Product(product) = &**change {
                let seen = product.for_guests();
                if self.shown.get(&product.id) != Some(&seen) {
                    news.insert(product.id);
                    self.shown.insert(product.id, seen);
                }
            }
        }
        news
    }

    /// The views behind the touches, and those that hang on them: an order changes its visit's
    /// bill, a visit its table's state.
    fn render(&self, conn: &Connection, touches: &[Touch]) -> Result<Vec<Change>, StoreError> {
        let room = Room::new(conn);
        let mut all: BTreeSet<Touch> = touches.iter().copied().collect();
        for touch in touches {
            if let Touch::Order(id) = touch {
                all.extend(orders::visit_of(conn, *id)?.map(Touch::Visit));
            }
        }
        let found: Vec<VisitId> = all.iter().filter_map(|t| if let Touch::Visit(id) = t { Some(*id) } else { None }).collect();
        for id in found {
            if let Some(Seat::Table { table, .. }) = room.visit(id)?.map(|v| v.visit.seat) {
                all.insert(Touch::Table(table));
            }
        }
        let mut changes = Vec::with_capacity(all.len());
        for touch in all {
            // What a screen may still show and is not there any more.
            let gone = |id: String| Some(Change::Gone(GoneView { id }));
            changes.extend(match touch {
                Touch::Site => Some(Change::Site(site::site(conn)?)),
                Touch::Hub => Some(Change::Hub(self.hub_view(conn)?)),
                // Heard by the publisher itself.
                Touch::Sessions => None,
                // A cart that was not sent is shown by old tablets only: see `tables_of`.
                Touch::Cart(_) => None,
                Touch::Category(id) => {
                    menu::category(conn, id)?.map_or_else(|| gone(id.to_string()), |c| Some(Change::Category(c)))
                }
                Touch::Product(id) => menu::product(conn, id)?.map_or_else(|| gone(id.to_string()), |p| Some(Change::Product(p))),
                Touch::Table(id) => room.table(id)?.map_or_else(|| gone(id.to_string()), |t| Some(Change::Table(t))),
                Touch::Visit(id) => room.visit_view(id)?.map(Change::Visit),
                Touch::Order(id) => order::order(&room, id)?.map(Change::Order),
                Touch::Receipt(id) => receipt::of_open_day(conn, id)?.map(Change::Receipt),
                Touch::Printer(id) => site::printer(conn, id)?.map_or_else(|| gone(id.to_string()), |p| Some(Change::Printer(p))),
                Touch::Employee(id) => site::employees(conn)?
                    .into_iter()
                    .find(|e| e.id == id)
                    .map_or_else(|| gone(id.to_string()), |e| Some(Change::Employee(e))),
            });
        }
        Ok(changes)
    }

    fn hub_view(&self, conn: &Connection) -> Result<HubView, StoreError> {
        let site = sites::site(conn)?;
        let now = self.clock.now();
        let claimed = BusinessDay::at(now.wall_ms, &site.zone(), site.day_start_min);
        let open = sites::day(conn)?;
        let doubtful_day = match day_step(open, claimed, now.trusted) {
            DayStep::Doubt(day) => Some(day),
            DayStep::Stay | DayStep::Open(_) => None,
        };
        let connections = self.connected.load(Ordering::Relaxed);
        let mail = site::mail(conn)?;
        let head = journal::head(conn)?.seq;
        let sync = self.gauge.view(head);
        let (backup, journal_copy) = site::backup(conn, head, self.gauge.copied())?;
        Ok(HubView {
            day: open.unwrap_or(claimed),
            doubtful_day,
            clock_trusted: now.trusted,
            connections,
            mail,
            sync,
            disk: self.disk.look().into(),
            backup,
            journal_copy,
            address: self.whereabouts.base(),
            reachable: self.whereabouts.is_reachable(),
            cards_lost: site.cards.clone().filter(|base| !self.whereabouts.leads_here(base)),
        })
    }
}

/// The tables at which one of the touches is.
fn tables_of(conn: &Connection, touches: &[Touch]) -> Result<Vec<TableId>, StoreError> {
    let mut tables = BTreeSet::new();
    for touch in touches {
        let visit = match touch {
            Touch::Table(id) | Touch::Cart(id) => {
                tables.insert(*id);
                continue;
            }
            Touch::Visit(id) => Some(*id),
            Touch::Order(id) => orders::visit_of(conn, *id)?,
            Touch::Site
            | Touch::Hub
            | Touch::Sessions
            | Touch::Category(_)
            | Touch::Product(_)
            | Touch::Receipt(_)
            | Touch::Printer(_)
            | Touch::Employee(_) => None,
        };
        let visit = visit.map(|id| visits::visit(conn, id)).transpose()?.flatten();
        if let Some(Seat::Table { table, .. }) = visit.map(|v| v.seat) {
            tables.insert(table);
        }
    }
    Ok(tables.into_iter().collect())
}

/// Cuts changes into frames of about [`PIECE`] bytes: the first as `first` makes it, the rest as
/// events.
fn in_pieces(changes: Vec<Arc<Change>>, seq: Seq, first: impl FnOnce(Vec<Arc<Change>>, bool) -> HubFrame) -> Vec<HubFrame> {
    let mut pieces: Vec<Vec<Arc<Change>>> = vec![Vec::new()];
    let mut room = PIECE;
    for change in changes {
        let size = size(&change);
        if size > room {
            room = PIECE;
            pieces.push(Vec::new());
        }
        room = room.saturating_sub(size);
        if let Some(piece) = pieces.last_mut() {
            piece.push(change);
        }
    }
    let last = pieces.len() - 1;
    let mut pieces = pieces.into_iter().enumerate();
    let mut frames: Vec<HubFrame> = pieces.next().map(|(i, changes)| first(changes, i < last)).into_iter().collect();
    frames.extend(pieces.map(|(i, changes)| HubFrame::Events { seq, me: None, changes, more: i < last }));
    frames
}

/// About how many bytes of JSON a change makes.
fn size(change: &Change) -> usize {
    match change {
        Change::Order(o) => 800 + o.lines.iter().map(|l| 350 + l.name.len() + l.note.len()).sum::<usize>(),
        Change::Visit(v) => 900 + v.rated.len() * 50 + v.guests.iter().map(|g| 60 + g.name.len()).sum::<usize>(),
        Change::Product(p) => 600 + p.name.len() + p.description.len(),
        Change::Site(_)
        | Change::Hub(_)
        | Change::Category(_)
        | Change::Table(_)
        | Change::Receipt(_)
        | Change::Printer(_)
        | Change::Employee(_) => 800,
        Change::Gone(_) => 60,
    }
}

/// The party that a change is about, and nobody else's guests.
fn visit_of(change: &Change) -> Option<VisitId> {
    match change {
        Change::Visit(v) => Some(v.id),
        Change::Order(o) => Some(o.visit),
        _ => None,
    }
}

/// The change as that audience may see it, if it may.
fn fit(audience: Audience, change: &Arc<Change>) -> Option<Arc<Change>> {
    use Audience::{Device, Guest, Staff, Stranger};
    let whole = || Some(change.clone());
    match (&**change, audience) {
        // An id says nothing that an audience may not know.
        (Change::Site(_) | Change::Gone(_), _) => whole(),
        (Change::Category(_) | Change::Product(_), Staff(_)) => whole(),
        (Change::Category(_), Guest(_) | Stranger) => whole(),
        (Change::Product(p), Guest(_) | Stranger) => Some(Arc::new(Change::Product(p.for_guests()))),
        (Change::Hub(_) | Change::Table(_) | Change::Visit(_) | Change::Order(_) | Change::Printer(_), Staff(_)) => whole(),
        (Change::Visit(v), Guest(own)) if v.id == own => whole(),
        (Change::Order(o), Guest(own)) if o.visit == own => whole(),
        (Change::Receipt(_), Staff(role)) if role.may(Right::Reprint) => whole(),
        (Change::Employee(_), Staff(_) | Device) => whole(),
        (Change::Category(_) | Change::Product(_), Device) => None,
        (Change::Hub(_) | Change::Table(_) | Change::Printer(_), Guest(_) | Stranger | Device) => None,
        (Change::Visit(_) | Change::Order(_), Guest(_) | Stranger | Device) => None,
        (Change::Receipt(_), Staff(_) | Guest(_) | Stranger | Device) => None,
        (Change::Employee(_), Guest(_) | Stranger) => None,
    }
}
