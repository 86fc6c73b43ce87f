//! How a Rust program talks to a hub: the cashier's window, `kasir terminal`, tests, load.
//! One typed API over two transports: [`memory`] in the hub's own process, [`socket`] over
//! the LAN. It keeps a request until it is answered and sends it again, under the same id,
//! after a lost connection.

pub mod dial;
pub mod memory;
pub mod picture;
pub mod room;
pub mod socket;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::{Notify, mpsc, oneshot};
use uuid::Uuid;

use crate::domain::id::Seq;
use crate::domain::site::Language;
use crate::hub::asked::{Shown, Wanted};
use crate::hub::wire::{ClientFrame, HubFrame, Op, Outcome, Seen};

/// A "no" as the hub worded it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    pub code: String,
    pub params: BTreeMap<String, String>,
    pub message: String,
}

/// The answer to a request.
pub type Answer = Result<Outcome, Refused>;

/// What reaches the program: frames, and the state of the line they come by.
#[derive(Debug, Clone)]
pub enum Signal {
    /// The line is up and the hub has greeted; a snapshot or the missed events follow.
    Up,
    /// The line is down; it is being tried again.
    Down {
        cause: String,
    },
    Frame(Arc<HubFrame>),
}

/// What this client says in its `hello`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    pub device: Option<String>,
    pub session: Option<String>,
    pub table: Option<String>,
    pub language: Language,
}

struct Pending {
    id: Uuid,
    op: Op,
    /// Whether it went out on the present connection.
    sent: bool,
    then: Option<Box<dyn FnOnce(Answer) + Send>>,
}

/// Requests in flight at most; a person makes one at a time, a load driver a few.
const PENDING_MAX: usize = 256;
/// Views in flight at most, as many as a connection may have.
const LOOKING_MAX: usize = 4;

/// A view that was asked for.
struct Looking {
    id: Uuid,
    of: Wanted,
    sent: bool,
    then: Show,
}

/// What becomes of a view: shown, or refused.
pub type Look = Result<Arc<Shown>, Refused>;
type Show = Box<dyn FnOnce(Look) + Send>;

struct State {
    identity: Identity,
    /// Whether `hello` must be said (again) on the present connection.
    greet: bool,
    epoch: String,
    seq: Seq,
    /// Forget what was seen: the next hello asks for a snapshot.
    afresh: bool,
    pending: VecDeque<Pending>,
    looking: Vec<Looking>,
}

/// A connection to a hub that mends itself. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// Something is to be sent.
    wake: Arc<Notify>,
}

/// The transport's side of a [`Client`].
pub(crate) struct Line {
    shared: Arc<Shared>,
    signals: mpsc::Sender<Signal>,
}

/// Frames that wait for the program. Beyond it the line waits, and then the hub lets go of a
/// client that does not read.
const SIGNALS: usize = 256;

pub(crate) fn pair(identity: Identity) -> (Client, Line, mpsc::Receiver<Signal>) {
    let state = State {
        identity,
        greet: true,
        epoch: String::new(),
        seq: 0,
        afresh: true,
        pending: VecDeque::new(),
        looking: Vec::new(),
    };
    let shared = Arc::new(Shared { state: Mutex::new(state), wake: Arc::new(Notify::new()) });
    let (signals, receiver) = mpsc::channel(SIGNALS);
    (Client { shared: shared.clone() }, Line { shared, signals }, receiver)
}

impl Client {
    /// Sends a request and returns at once; `then` gets its answer, on a thread of the
    /// runtime. While the hub is away the request waits and is sent once it is back.
    pub fn submit(&self, op: Op, then: impl FnOnce(Answer) + Send + 'static) {
        self.submit_as(Uuid::now_v7(), op, then);
    }

    /// As [`Client::submit`], under an id that the caller keeps.
    pub fn submit_as(&self, id: Uuid, op: Op, then: impl FnOnce(Answer) + Send + 'static) {
        let mut state = self.shared.lock();
        if state.pending.len() >= PENDING_MAX {
            drop(state);
            let message = "too many requests wait for the hub".to_owned();
            then(Err(Refused { code: "busy".to_owned(), params: BTreeMap::new(), message }));
            return;
        }
        state.pending.push_back(Pending { id, op, sent: false, then: Some(Box::new(then)) });
        drop(state);
        self.shared.wake.notify_one();
    }

    /// Sends a request and waits for its answer.
    pub async fn ask(&self, op: Op) -> Answer {
        let (tx, rx) = oneshot::channel();
        self.submit(op, move |answer| {
            let _ = tx.send(answer);
        });
        rx.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Asks for a view; `then` gets it. While the hub is away the question waits.
    pub fn look(&self, of: Wanted, then: impl FnOnce(Look) + Send + 'static) {
        let mut state = self.shared.lock();
        if state.looking.len() >= LOOKING_MAX {
            drop(state);
            let message = "too many questions wait for the hub".to_owned();
            return then(Err(Refused { code: "busy".to_owned(), params: BTreeMap::new(), message }));
        }
        state.looking.push(Looking { id: Uuid::now_v7(), of, sent: false, then: Box::new(then) });
        drop(state);
        self.shared.wake.notify_one();
    }

    /// Asks for a view and waits for it.
    pub async fn see(&self, of: Wanted) -> Look {
        let (tx, rx) = oneshot::channel();
        self.look(of, move |shown| {
            let _ = tx.send(shown);
        });
        rx.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Becomes somebody else: says `hello` with this session (or none) and gets a snapshot.
    pub fn become_session(&self, session: Option<String>) {
        self.change(|i| i.session = session);
    }

    /// Keeps the token of the enrolled device.
    pub fn become_device(&self, device: Option<String>) {
        self.change(|i| i.device = device);
    }

    /// The language of sentences from now on.
    pub fn speak(&self, language: Language) {
        self.change(|i| i.language = language);
    }

    /// Requests that have no answer yet.
    pub fn unanswered(&self) -> usize {
        self.shared.lock().pending.len()
    }

    fn change(&self, f: impl FnOnce(&mut Identity)) {
        let mut state = self.shared.lock();
        f(&mut state.identity);
        state.greet = true;
        state.afresh = true;
        drop(state);
        self.shared.wake.notify_one();
    }
}

fn closed() -> Refused {
    Refused { code: "closed".to_owned(), params: BTreeMap::new(), message: "the connection was closed".to_owned() }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Line {
    /// Whether anybody still holds the [`Client`] or reads its signals.
    pub(crate) fn abandoned(&self) -> bool {
        self.signals.is_closed()
    }

    /// Returns once nobody reads the signals any more.
    pub(crate) async fn closed(&self) {
        self.signals.closed().await;
    }

    pub(crate) fn wake(&self) -> Arc<Notify> {
        self.shared.wake.clone()
    }

    /// A new connection: everything unanswered goes out again.
    pub(crate) fn reset(&self) {
        let mut state = self.shared.lock();
        state.greet = true;
        for pending in &mut state.pending {
            pending.sent = false;
        }
        for looking in &mut state.looking {
            looking.sent = false;
        }
    }

    /// What is to be sent next, in order: the hello, then requests.
    pub(crate) fn next_frame(&self) -> Option<ClientFrame> {
        let mut state = self.shared.lock();
        if state.greet {
            state.greet = false;
            let seen = match state.afresh || state.epoch.is_empty() {
                true => None,
                false => Some(Seen { epoch: state.epoch.clone(), seq: state.seq }),
            };
            let Identity { device, session, table, language } = state.identity.clone();
            return Some(ClientFrame::Hello { device, session, table, seen, language });
        }
        if let Some(next) = state.pending.iter_mut().find(|p| !p.sent) {
            next.sent = true;
            return Some(ClientFrame::Request { id: next.id, op: next.op.clone() });
        }
        let next = state.looking.iter_mut().find(|l| !l.sent)?;
        next.sent = true;
        Some(ClientFrame::View { id: next.id, of: next.of.clone() })
    }

    /// Takes a frame from the hub: answers go to their requests, everything to the program.
    pub(crate) async fn take(&self, frame: Arc<HubFrame>) {
        let mut answered = None;
        let mut seen = None;
        {
            let mut state = self.shared.lock();
            match &*frame {
                HubFrame::Snapshot { epoch, seq, more, .. } => {
                    (state.epoch, state.seq, state.afresh) = (epoch.clone(), *seq, *more);
                }
                // Cut off inside a snapshot, the next hello asks for all of it again.
                HubFrame::Events { seq, more, .. } => {
                    state.seq = state.seq.max(*seq);
                    state.afresh = state.afresh && *more;
                }
                HubFrame::Ack { id, result, .. } => answered = settle(&mut state, *id, Ok(result.clone())),
                HubFrame::Refused { id: Some(id), code, params, message } if !is_unknown(code) => {
                    // The session has ended while we thought otherwise: ask who we are.
                    if code == "not-logged-in" {
                        (state.greet, state.afresh) = (true, true);
                        self.shared.wake.notify_one();
                    }
                    let refused = Refused { code: code.clone(), params: params.clone(), message: message.clone() };
                    match state.looking.iter().position(|l| l.id == *id) {
                        Some(at) => seen = Some((state.looking.remove(at).then, Err(refused))),
                        None => answered = settle(&mut state, *id, Err(refused)),
                    }
                }
                HubFrame::View { id, shown } => {
                    if let Some(at) = state.looking.iter().position(|l| l.id == *id) {
                        seen = Some((state.looking.remove(at).then, Ok(shown.clone())));
                    }
                }
                HubFrame::Welcome { .. } | HubFrame::Refused { .. } | HubFrame::Pong { .. } | HubFrame::Bye { .. } => {}
            }
        }
        // The frame is queued before the request's own callback runs; the program may apply it
        // a little later.
        let _ = self.signals.send(Signal::Frame(frame)).await;
        if let Some((then, answer)) = answered {
            then(answer);
        }
        if let Some((then, look)) = seen {
            then(look);
        }
    }

    pub(crate) async fn up(&self) {
        let _ = self.signals.send(Signal::Up).await;
    }

    pub(crate) async fn down(&self, cause: String) {
        let _ = self.signals.send(Signal::Down { cause }).await;
    }
}

/// The hub cannot say whether it was stored: the request stays and is sent again.
fn is_unknown(code: &str) -> bool {
    code == "outcome-unknown"
}

type Then = Box<dyn FnOnce(Answer) + Send>;

fn settle(state: &mut State, id: Uuid, answer: Answer) -> Option<(Then, Answer)> {
    let at = state.pending.iter().position(|p| p.id == id)?;
    let then = state.pending.remove(at)?.then?;
    Some((then, answer))
}
