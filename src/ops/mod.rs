//! What a person or a device asks to change: one struct an operation. An operation reads,
//! lets the domain decide, and records events; it never writes a journaled table itself and
//! never does slow work.

pub mod access;
pub mod backup;
pub mod bill;
pub mod care;
pub mod erase;
pub mod found;
pub mod legacy;
pub mod mail;
pub mod menu;
pub mod menu_file;
pub mod network;
pub mod order;
pub mod papers;
pub mod print;
pub mod rating;
pub mod setup;
pub mod staff;
pub mod sync;
pub mod visit;

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::domain::disk::DiskState;
use crate::domain::event::Event;
use crate::domain::id::Seq;
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Actor, Right};
use crate::domain::time::{BusinessDay, DayStep, day_step};
use crate::store::error::StoreError;
use crate::store::requests::{self, Given};
use crate::store::write_tx::WriteTx;
use crate::store::writer::{AsStore, Writer};
use crate::store::{letters, queue, sessions, sites};

/// Why an operation was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for OpError {
    fn from(error: StoreError) -> Self {
        OpError::Store(error)
    }
}

impl AsStore for OpError {
    fn as_store(&self) -> Option<&StoreError> {
        match self {
            OpError::Store(e) => Some(e),
            OpError::Refused(_) => None,
        }
    }
}

impl OpError {
    /// What the one who asked is told. Faults of the house are logged by whoever handles them;
    /// their details are nobody else's business.
    pub fn refusal(&self) -> Refusal {
        match self {
            OpError::Refused(r) => r.clone(),
            OpError::Store(StoreError::Busy | StoreError::Interrupted) => Refusal::Busy,
            OpError::Store(StoreError::Full) => Refusal::DiskFull,
            OpError::Store(StoreError::Unknown) => Refusal::OutcomeUnknown,
            OpError::Store(StoreError::Stopped | StoreError::Fatal(_) | StoreError::Corrupt(_)) => Refusal::Stopped,
            OpError::Store(StoreError::Damaged(_) | StoreError::Sql(_) | StoreError::Panicked(_)) => Refusal::Internal,
        }
    }
}

/// Turns a domain's fault into a refusal on the way out of an operation.
pub fn refuse<E: Into<Refusal>>(fault: E) -> OpError {
    OpError::Refused(fault.into())
}

pub fn not_found(what: &'static str) -> OpError {
    OpError::Refused(Refusal::NotFound { what })
}

/// A change that somebody asks for.
pub trait Operation: Send + 'static {
    const NAME: &'static str;
    const RIGHT: Right;
    type Output: Serialize + DeserializeOwned + Send + 'static;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<Self::Output, OpError>;
}

/// Under which id a client asked, and a hash of all that it asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestKey {
    pub id: Uuid,
    pub body_hash: [u8; 32],
}

/// On whose behalf a request comes, by which session, under which id.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    pub actor: Actor,
    /// Must still be that actor's when the operation runs: a right ends with its session, not
    /// with the socket on which it was proved.
    pub session: Option<sessions::TokenHash>,
    pub key: Option<RequestKey>,
}

impl Caller {
    /// Somebody without a session, or the machine itself.
    pub fn plain(actor: Actor) -> Caller {
        Caller { actor, session: None, key: None }
    }
}

/// An answer and the journal's row at which it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done<T> {
    pub seq: Seq,
    pub output: T,
    /// The answer was given before; nothing was done now.
    pub repeated: bool,
}

/// Hands an operation to the writer; `then` gets the answer once it is on disk. A request
/// that was accepted before gets its first answer again.
pub fn submit<O: Operation>(
    writer: &Writer,
    caller: Caller,
    op: O,
    then: impl FnOnce(Result<Done<O::Output>, OpError>) + Send + 'static,
) {
    writer.submit(caller.actor, move |tx| perform(tx, caller, op), then);
}

/// As [`submit`], and waits: for workers and the command line.
pub fn run<O: Operation>(writer: &Writer, actor: Actor, op: O) -> Result<O::Output, OpError> {
    writer.run(actor, move |tx| perform(tx, Caller::plain(actor), op)).map(|done| done.output)
}

fn perform<O: Operation>(tx: &mut WriteTx<'_>, caller: Caller, op: O) -> Result<Done<O::Output>, OpError> {
    if let Some(session) = &caller.session {
        let now_ms = tx.now().wall_ms;
        let holder = tx.day().map(|day| sessions::holder(tx.conn(), session, day, now_ms)).transpose()?.flatten();
        if !holder.is_some_and(|h| h.actor() == caller.actor) {
            return Err(Refusal::NotLoggedIn.into());
        }
    }
    if !tx.actor().may(O::RIGHT) {
        return Err(Refusal::Denied.into());
    }
    // Whose request it is is settled before the operation runs: logging in changes the actor.
    let key = caller.key.and_then(|k| tx.actor().principal().map(|p| (k, p)));
    if let Some((key, principal)) = &key
        && let Some(before) = requests::given(tx.conn(), principal, key.id)?
    {
        tx.repeats(key.id);
        if before.body_hash != key.body_hash {
            return Err(Refusal::Conflict.into());
        }
        let output = serde_json::from_str(&before.answer).map_err(StoreError::from)?;
        return Ok(Done { seq: before.seq, output, repeated: true });
    }
    // Founding opens the first day itself: its zone is not known before.
    if O::RIGHT != Right::Found {
        open_day_if_due(tx)?;
    }
    let output = op.apply(tx)?;
    let seq = tx.seq();
    if let Some((key, principal)) = key {
        let answer = serde_json::to_string(&output).map_err(StoreError::from)?;
        requests::keep(tx.conn(), &principal, key.id, &Given { body_hash: key.body_hash, seq, answer }, tx.filed_day()?)?;
        tx.keeps(key.id);
        tx.wrote();
    }
    Ok(Done { seq, output, repeated: false })
}

/// Refuses what would make the file grow for nothing that was begun, while the disk is full.
pub fn takes_room(tx: &WriteTx<'_>) -> Result<(), OpError> {
    match tx.disk() {
        DiskState::Full => Err(Refusal::DiskFull.into()),
        // One that takes nothing at all says so itself.
        DiskState::Ample | DiskState::Low | DiskState::ReadOnly => Ok(()),
    }
}

/// The business day that the clock claims, in the site's zone. A house that is none yet has no trade: see
/// [`BusinessDay::before_all`].
pub fn claimed_day(tx: &WriteTx<'_>) -> Result<BusinessDay, StoreError> {
    if tx.day().is_none_or(|day| day == BusinessDay::before_all()) && !sites::is_set_up(tx.conn())? {
        return Ok(BusinessDay::before_all());
    }
    let site = tx.site()?;
    Ok(BusinessDay::at(tx.now().wall_ms, &site.zone(), site.day_start_min))
}

/// Opens the next business day when it has come, and forgets what lapses with the old one.
fn open_day_if_due(tx: &mut WriteTx<'_>) -> Result<(), OpError> {
    let claimed = claimed_day(tx)?;
    let DayStep::Open(day) = day_step(tx.day(), claimed, tx.now().trusted) else { return Ok(()) };
    open_day(tx, day)
}

/// Opens that business day.
pub fn open_day(tx: &mut WriteTx<'_>, day: BusinessDay) -> Result<(), OpError> {
    let closed = tx.day();
    tx.record(Event::DayOpened { day })?;
    if let Some(closed) = closed {
        mail::report_day(tx, closed)?;
    }
    visit::close_unused(tx)?;
    sessions::prune(tx.conn(), day)?;
    requests::prune(tx.conn())?;
    queue::prune(tx.conn())?;
    letters::prune(tx.conn())?;
    legacy::forget_left_carts(tx, true)?;
    let boot = tx.boot().to_owned();
    crate::store::staff::prune_tries(tx.conn(), &boot, tx.now().mono_ms)?;
    Ok(())
}
