//! A connection: who speaks, what they ask, in order, one request at a time. It knows no
//! socket and no JSON; an edge feeds it frames and carries its parcels away.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Semaphore, mpsc, oneshot};
use uuid::Uuid;

use crate::domain::id::DeviceId;
use crate::domain::refusal::Refusal;
use crate::domain::site::Language;
use crate::domain::staff::Actor;
use crate::domain::time::Stopwatch;
use crate::domain::visit::Person;
use crate::domain::words;
use crate::hub::Hub;
use crate::hub::asked::{self, Wanted};
use crate::hub::bucket::Bucket;
use crate::hub::door::hash_of;
use crate::hub::publisher::{Audience, Outbox, Parcel, SubscriberId, Subscription};
use crate::hub::speaker::{Reply, Speaker};
use crate::hub::wire::{ClientFrame, HubFrame, Me, Op, PROTOCOL, Seen};
use crate::ops::OpError;
use crate::store::error::StoreError;
use crate::store::sessions::{self, Holder, TokenHash};
use crate::store::{sites, staff, visits};

/// A client may send a frame in so many milliseconds, and save so many up. A person makes one or two a second; a
/// page that has just come back sends its hello and what it kept.
const FRAME_EVERY_MS: i64 = 50;
const FRAMES_SAVED: i64 = 40;
/// Hellos: each costs the hub a snapshot. Some are saved up for logging in and out.
const HELLO_EVERY_MS: i64 = 1_000;
const HELLOS_SAVED: i64 = 10;
/// Refused frames of a client that does not slow down, before the connection is ended.
const TOO_FAST: u32 = 400;
/// Frames that cannot be read before the connection is ended.
const BAD_FRAMES: u32 = 20;
/// Views that a connection may have read at once: a page shows one and asks for the next.
const LOOKS: usize = 4;
/// Longest token, code or PIN that is looked at.
const SECRET_MAX: usize = 128;

/// Where a connection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The touchscreen of this machine, in this process.
    BuiltIn,
    Remote(IpAddr),
}

impl Origin {
    fn address(self) -> IpAddr {
        match self {
            Origin::BuiltIn => Ipv4Addr::LOCALHOST.into(),
            Origin::Remote(address) => address,
        }
    }
}

/// What an edge hands in.
#[derive(Debug)]
pub enum Incoming {
    Frame(Box<ClientFrame>),
    /// It could not be read; `id` when at least that could.
    Unreadable {
        id: Option<Uuid>,
        detail: String,
    },
}

/// Why the connection ended, for the close frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goodbye {
    /// RFC 6455, 7.4.
    pub code: u16,
    pub reason: &'static str,
}

pub const GONE: Goodbye = Goodbye { code: 1000, reason: "bye" };
pub const GOING_AWAY: Goodbye = Goodbye { code: 1001, reason: "hub-stopping" };
pub const SLOW: Goodbye = Goodbye { code: 1013, reason: "slow-reader" };
pub const MALFORMED: Goodbye = Goodbye { code: 1008, reason: "malformed" };
/// Who somebody is could not be read. Nobody is served as a stranger for that: what they sent before and
/// send again would be refused to them, though it may have been done.
pub const FAILING: Goodbye = Goodbye { code: 1011, reason: "failing" };

/// Serves one connection until it ends; says why it did.
pub async fn serve(hub: Arc<Hub>, origin: Origin, mut incoming: mpsc::Receiver<Incoming>, outbox: Outbox) -> Goodbye {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let built_in = (origin == Origin::BuiltIn).then_some(hub.built_in);
    let mut connection = Connection {
        id: NEXT.fetch_add(1, Ordering::Relaxed),
        language: hub.language(),
        outbox: outbox.clone(),
        frames: Bucket::new(FRAMES_SAVED, FRAME_EVERY_MS, hub.clock.now().mono_ms),
        hellos: Bucket::new(HELLOS_SAVED, HELLO_EVERY_MS, hub.clock.now().mono_ms),
        looks: Arc::new(Semaphore::new(LOOKS)),
        unreadable: 0,
        too_fast: 0,
        origin,
        speaker: Speaker {
            hub: hub.clone(),
            actor: built_in.map_or(Actor::Stranger, |device| Actor::Device { device }),
            peer: origin.address(),
            session: None,
        },
    };
    let mut stopping = hub.stopping();
    outbox.put(Parcel::new(HubFrame::Welcome {
        protocol: PROTOCOL,
        epoch: hub.epoch.clone(),
        build: hub.build.clone(),
        now_ms: hub.clock.now().wall_ms,
    }));
    let goodbye = loop {
        tokio::select! {
            biased;
            () = outbox.overflow.notified() => break SLOW,
            () = outbox.ended.notified() => connection.session_ended().await,
            () = async { drop(stopping.wait_for(|s| *s).await) } => break GOING_AWAY,
            next = incoming.recv() => match next {
                None => break GONE,
                Some(incoming) => if let Some(goodbye) = connection.take(incoming).await { break goodbye },
            },
        }
    };
    if goodbye != SLOW && goodbye != GONE {
        let message = words::word(connection.language, &format!("bye-{}", goodbye.reason));
        outbox.put(Parcel::new(HubFrame::Bye { code: goodbye.reason.to_owned(), message }));
    }
    hub.publisher.leave(connection.id).await;
    goodbye
}

struct Connection {
    id: SubscriberId,
    origin: Origin,
    speaker: Speaker,
    language: Language,
    outbox: Outbox,
    frames: Bucket,
    hellos: Bucket,
    /// Views that are being read.
    looks: Arc<Semaphore>,
    unreadable: u32,
    too_fast: u32,
}

impl Connection {
    async fn take(&mut self, incoming: Incoming) -> Option<Goodbye> {
        if !self.may_speak(&incoming) {
            let id = match &incoming {
                Incoming::Frame(frame) => {
                    if let ClientFrame::Request { id, .. } | ClientFrame::View { id, .. } = &**frame {
                        Some(*id)
                    } else {
                        None
                    }
                }
                Incoming::Unreadable { id, .. } => *id,
            };
            self.refuse(id, &Refusal::TooFast);
            self.too_fast += 1;
            return (self.too_fast >= TOO_FAST).then_some(MALFORMED);
        }
        match incoming {
            Incoming::Unreadable { id, detail } => {
                self.refuse(id, &Refusal::BadRequest { detail });
                self.unreadable += 1;
                (self.unreadable >= BAD_FRAMES).then_some(MALFORMED)
            }
            Incoming::Frame(frame) => {
                match *frame {
                    ClientFrame::Hello { device, session, table, seen, language } => {
                        self.language = language;
                        return self.hello(device, session, table, seen).await;
                    }
                    ClientFrame::Request { id, op } => self.request(id, op).await,
                    ClientFrame::View { id, of } => self.show(id, of),
                    ClientFrame::Ping {} => {
                        self.outbox.put(Parcel::new(HubFrame::Pong { now_ms: self.speaker.hub.clock.now().wall_ms }));
                    }
                }
                None
            }
        }
    }

    /// Whether this frame keeps to the limits. The touchscreen is a person with ten fingers and
    /// no network between.
    fn may_speak(&mut self, incoming: &Incoming) -> bool {
        let now = self.speaker.hub.clock.now().mono_ms;
        let greets = matches!(incoming, Incoming::Frame(f) if matches!(**f, ClientFrame::Hello { .. }));
        self.origin == Origin::BuiltIn || (self.frames.take(now) && (!greets || self.hellos.take(now)))
    }

    fn refuse(&self, id: Option<Uuid>, refusal: &Refusal) {
        self.outbox.put(refused(&self.speaker.hub, self.language, id, refusal));
    }

    async fn hello(
        &mut self,
        device: Option<String>,
        session: Option<String>,
        table: Option<String>,
        seen: Option<Seen>,
    ) -> Option<Goodbye> {
        let known = |text: Option<String>| text.filter(|t| t.len() <= SECRET_MAX);
        let (device, session, table) = (known(device), known(session), known(table));
        let built_in = (self.origin == Origin::BuiltIn).then_some(self.speaker.hub.built_in);
        let hub = self.speaker.hub.clone();
        let found = tokio::task::spawn_blocking(move || recognise(&hub, built_in, device, session, table)).await;
        match found {
            Ok(Ok(found)) => {
                self.speaker.actor = found.actor;
                self.speaker.session = found.session;
                if matches!(found.actor, Actor::Device { .. } | Actor::Employee { .. }) {
                    self.speaker.hub.regulars.came(self.speaker.peer);
                }
                self.hear(found.audience, found.me, seen).await;
                None
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "a hello could not be answered");
                Some(FAILING)
            }
            Err(error) => {
                tracing::error!(%error, "a hello failed inside the program");
                Some(FAILING)
            }
        }
    }

    /// Does what was asked and waits until it is answered: a client's requests stay in order.
    async fn request(&mut self, id: Uuid, op: Op) {
        let (hub, language, outbox) = (self.speaker.hub.clone(), self.language, self.outbox.clone());
        let (told, answered) = oneshot::channel();
        let (asked, watch) = (op.sort(), Stopwatch::start());
        let leaving = matches!(op, Op::StaffLogOut {} | Op::GuestLeave {});
        let reply: Reply = Box::new(move |answer| {
            let done = answer.is_ok();
            hub.writer.meters().answered(asked, done, watch.passed());
            let parcel = match answer {
                Ok((seq, result)) => Parcel::new(HubFrame::Ack { id, seq, result }),
                Err(error) => {
                    if let OpError::Store(fault) = &error {
                        tracing::error!(%fault, %id, "a request failed");
                    }
                    refused(&hub, language, Some(id), &error.refusal())
                }
            };
            outbox.put(parcel);
            let _ = told.send(done);
        });
        self.speaker.dispatch(id, op, reply).await;
        if answered.await == Ok(true) && leaving {
            self.leave_session().await;
        }
    }

    /// Reads what was asked for beside everything else: a report holds up no order.
    fn show(&self, id: Uuid, of: Wanted) {
        // Looked at again beside the data; here so that a stranger takes nobody's turn.
        if !self.speaker.actor.may(of.right()) {
            return self.refuse(Some(id), &Refusal::Denied);
        }
        let Ok(place) = self.looks.clone().try_acquire_owned() else { return self.refuse(Some(id), &Refusal::Busy) };
        let (hub, language, outbox) = (self.speaker.hub.clone(), self.language, self.outbox.clone());
        let (who, now) = ((self.speaker.actor, self.speaker.session), hub.clock.now());
        tokio::spawn(async move {
            let (reader, heavy) = (hub.reader.clone(), of.is_heavy());
            let (gauge, whereabouts) = (hub.gauge.clone(), hub.whereabouts);
            let read =
                move |conn: &rusqlite::Connection, of, around| asked::show(conn, who, of, (now, &gauge, whereabouts), around);
            let shown = if heavy {
                let slow = move || {
                    let around = asked::look_around(&reader, who.0, &of);
                    reader.read_apart(|conn| read(conn, of, around))
                };
                hub.reports.turn(slow).await.unwrap_or(Err(Refusal::Busy.into()))
            } else {
                let quick = move || reader.read(|conn| read(conn, of, None));
                tokio::task::spawn_blocking(quick).await.unwrap_or(Err(Refusal::Internal.into()))
            };
            outbox.put(match shown {
                Ok(shown) => Parcel::new(HubFrame::View { id, shown: Arc::new(shown) }),
                Err(error) => {
                    if let OpError::Store(fault) = &error {
                        tracing::error!(%fault, %id, "a view failed");
                    }
                    refused(&hub, language, Some(id), &error.refusal())
                }
            });
            drop(place);
        });
    }

    /// The publisher says that the session has ended, or that the screen is none of the house's
    /// any more. It may speak of a session before this: somebody may have logged in anew.
    async fn session_ended(&mut self) {
        let (session, actor, reader) = (self.speaker.session, self.speaker.actor, self.speaker.hub.reader.clone());
        let now_ms = self.speaker.hub.clock.now().wall_ms;
        let looking = tokio::task::spawn_blocking(move || {
            reader.read(|conn| {
                let enrolled = match actor {
                    Actor::Device { device } | Actor::Employee { device: Some(device), .. } => staff::is_enrolled(conn, device)?,
                    _ => true,
                };
                let holds = match (session, sites::day(conn)?) {
                    (Some(session), Some(day)) => sessions::holder(conn, &session, day, now_ms)?.is_some(),
                    _ => false,
                };
                Ok::<_, StoreError>((enrolled, holds))
            })
        });
        let (enrolled, holds) = looking.await.ok().and_then(Result::ok).unwrap_or((true, false));
        if !enrolled {
            self.speaker.session = None;
            self.speaker.actor = Actor::Stranger;
            self.hear(Audience::Stranger, Me::Stranger { table: None }, None).await;
        } else if !holds {
            self.leave_session().await;
        }
    }

    async fn hear(&self, audience: Audience, me: Me, seen: Option<Seen>) {
        let device = match self.speaker.actor {
            Actor::Device { device } => Some(device),
            Actor::Employee { device, .. } => device,
            Actor::Guest { .. } | Actor::Tablet { .. } | Actor::Stranger | Actor::Machine => None,
        };
        let (id, session, outbox) = (self.id, self.speaker.session, self.outbox.clone());
        self.speaker.hub.publisher.subscribe(Subscription { id, audience, me, session, device, seen, outbox }).await;
    }

    /// From here on the screen is nobody's: it hears what an enrolled screen hears, a phone what a
    /// stranger's does.
    async fn leave_session(&mut self) {
        // Told twice when it was this very connection that ended it.
        if self.speaker.session.take().is_none() {
            return;
        }
        if matches!(self.speaker.actor, Actor::Guest { .. }) {
            self.speaker.actor = Actor::Stranger;
            let me = Me::Stranger { table: None };
            self.hear(Audience::Stranger, me, None).await;
        }
        if let Actor::Employee { device: Some(device), .. } = self.speaker.actor {
            self.speaker.actor = Actor::Device { device };
            let reader = self.speaker.hub.reader.clone();
            let name = tokio::task::spawn_blocking(move || reader.read(|conn| staff::device_name(conn, device))).await;
            let me = Me::Device { name: name.ok().and_then(Result::ok).flatten().unwrap_or_default() };
            self.hear(Audience::Device, me, None).await;
        }
    }
}

fn refused(hub: &Hub, language: Language, id: Option<Uuid>, refusal: &Refusal) -> Arc<Parcel> {
    let currency = hub.currency();
    let params = refusal.params().into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    let message = words::refuse(language, refusal, currency);
    Parcel::new(HubFrame::Refused { id, code: refusal.code().to_owned(), params, message })
}

/// Who said hello.
struct Found {
    actor: Actor,
    audience: Audience,
    me: Me,
    session: Option<TokenHash>,
}

/// From tokens to a person. What is not known is ignored: the client sees in `me` that it is
/// nobody, and forgets its token.
fn recognise(
    hub: &Hub,
    built_in: Option<DeviceId>,
    device: Option<String>,
    session: Option<String>,
    table: Option<String>,
) -> Result<Found, StoreError> {
    hub.reader.read(|conn| {
        let device = match (built_in, device) {
            (Some(device), _) => Some(device),
            (None, Some(token)) => sessions::device(conn, &hash_of(&token))?,
            (None, None) => None,
        };
        let hash = session.as_deref().map(hash_of);
        let holder = match (&hash, sites::day(conn)?) {
            (Some(hash), Some(day)) => sessions::holder(conn, hash, day, hub.clock.now().wall_ms)?,
            _ => None,
        };
        match holder {
            Some(Holder::Guest { guest, visit }) => {
                let Person { name, mail, phone } = visits::person(conn, guest)?;
                let me = Me::Guest { guest, visit, name, mail, phone };
                return Ok(Found { actor: Actor::Guest { guest, visit }, audience: Audience::Guest(visit), me, session: hash });
            }
            // A staff session holds on its own screen only: a token that was carried off is
            // worth nothing elsewhere.
            Some(Holder::Employee { employee, role, device: on }) if on.is_some() && device == on => {
                let name = staff::employee(conn, employee)?.map(|e| e.name).unwrap_or_default();
                let me = Me::Employee { employee, name, role };
                let actor = Actor::Employee { employee, role, device: on };
                return Ok(Found { actor, audience: Audience::Staff(role), me, session: hash });
            }
            Some(Holder::Employee { .. }) | None => {}
        }
        if let Some(device) = device {
            let name = staff::device_name(conn, device)?.unwrap_or_default();
            return Ok(Found {
                actor: Actor::Device { device },
                audience: Audience::Device,
                me: Me::Device { name },
                session: None,
            });
        }
        let table = match table {
            Some(code) => visits::table_of_code(conn, &code)?.map(|t| t.number),
            None => None,
        };
        Ok(Found { actor: Actor::Stranger, audience: Audience::Stranger, me: Me::Stranger { table }, session: None })
    })
}
