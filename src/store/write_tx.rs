//! What an operation holds while it runs: the writing connection inside its savepoint, the
//! time, who asks, and the one way to change a journaled table: [`WriteTx::record`].

use std::cell::OnceCell;
use std::sync::Arc;

use rusqlite::Connection;
use uuid::Uuid;

use crate::domain::disk::DiskState;
use crate::domain::event::{Event, Touch};
use crate::domain::id::{PrinterId, Seq};
use crate::domain::job::PrintJob;
use crate::domain::mail::{Letter, MailRoute};
use crate::domain::site::Site;
use crate::domain::staff::Actor;
use crate::domain::time::{BusinessDay, Moment};
use crate::store::error::StoreError;
use crate::store::journal::{self, Entry, Head, Recorded};
use crate::store::letters::{self, NewLetter, To};
use crate::store::queue::Now;
use crate::store::{project, queue, sites};

/// What stays the same while the program runs.
#[derive(Debug, Clone)]
pub struct Identity {
    pub epoch: String,
    /// A random id of this start of the program: monotonic times compare within one only.
    pub boot: String,
    pub program: &'static str,
}

/// What an accepted operation leaves behind for those who watch.
#[derive(Debug, Default)]
pub struct Traces {
    pub touches: Vec<Touch>,
    /// Whether a job was queued: the print worker is woken.
    pub jobs: bool,
    /// Whether anything at all was written.
    pub wrote: bool,
    /// Whether what was there before must not stay in the write-ahead log either.
    pub cut: bool,
    /// The request whose answer is kept from now on.
    pub keeps: Option<Uuid>,
    /// The request that was answered before, when nothing is done now.
    pub repeats: Option<Uuid>,
}

pub struct WriteTx<'a> {
    conn: &'a Connection,
    identity: &'a Identity,
    actor: Actor,
    now: Moment,
    disk: DiskState,
    head: Head,
    day: Option<BusinessDay>,
    /// The settings, once they were asked for.
    site: OnceCell<Arc<Site>>,
    traces: Traces,
}

impl<'a> WriteTx<'a> {
    pub(in crate::store) fn new(
        conn: &'a Connection,
        identity: &'a Identity,
        actor: Actor,
        now: Moment,
        disk: DiskState,
        (head, day): (Head, Option<BusinessDay>),
    ) -> Self {
        WriteTx { conn, identity, actor, now, disk, head, day, site: OnceCell::new(), traces: Traces::default() }
    }

    /// For reading. Journaled tables change through [`WriteTx::record`] alone.
    pub fn conn(&self) -> &'a Connection {
        self.conn
    }

    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// From here on the operation counts as `actor`'s: the one who has just proved to be it.
    pub fn act_as(&mut self, actor: Actor) {
        self.actor = actor;
    }

    pub fn now(&self) -> Moment {
        self.now
    }

    /// How the disk was when the transaction began.
    pub fn disk(&self) -> DiskState {
        self.disk
    }

    pub fn boot(&self) -> &str {
        &self.identity.boot
    }

    /// The business day; `None` only before the very first one opens.
    pub fn day(&self) -> Option<BusinessDay> {
        self.day
    }

    /// The house's settings as they are now.
    pub fn site(&self) -> Result<Arc<Site>, StoreError> {
        if let Some(site) = self.site.get() {
            return Ok(site.clone());
        }
        let site = sites::site(self.conn)?;
        Ok(self.site.get_or_init(|| site).clone())
    }

    /// The day under which rows are filed.
    pub fn filed_day(&self) -> Result<BusinessDay, StoreError> {
        self.day.ok_or(StoreError::damaged("no business day is open"))
    }

    /// The number of the last row, this operation's own included.
    pub fn seq(&self) -> Seq {
        self.head.seq
    }

    /// The request's answer was kept.
    pub fn keeps(&mut self, request: Uuid) {
        self.traces.keeps = Some(request);
    }

    /// The request was answered before.
    pub fn repeats(&mut self, request: Uuid) {
        self.traces.repeats = Some(request);
    }

    /// Appends the event to the journal and projects it into the tables.
    pub fn record(&mut self, event: Event) -> Result<Seq, StoreError> {
        let day = match (&event, self.day) {
            (Event::DayOpened { day }, _) => *day,
            (_, Some(day)) => day,
            (_, None) => return Err(StoreError::damaged("no business day is open")),
        };
        let offset_min = self.site()?.offset_min(self.now.wall_ms);
        let mut entry = Entry {
            seq: self.head.seq + 1,
            epoch: self.identity.epoch.clone(),
            day: day.to_string(),
            boot: self.identity.boot.clone(),
            mono_ms: self.now.mono_ms,
            wall_ms: self.now.wall_ms,
            offset_min,
            trusted: self.now.trusted,
            program: self.identity.program.to_owned(),
            actor: serde_json::to_string(&self.actor)?,
            kind: event.kind().to_owned(),
            version: event.version(),
            event: serde_json::to_string(&event)?,
            hash: journal::GENESIS,
        };
        entry.hash = entry.chained(&self.head.hash);
        journal::append(self.conn, &entry)?;
        let recorded = Recorded { seq: entry.seq, day, wall_ms: self.now.wall_ms, offset_min, actor: self.actor, event };
        project::project(self.conn, &recorded)?;
        if matches!(recorded.event, Event::SiteSet { .. }) {
            self.site.take();
        }
        self.head = Head { seq: entry.seq, hash: entry.hash };
        self.day = self.day.max(Some(day));
        self.traces.cut |= matches!(recorded.event, Event::GuestsErased { .. } | Event::GuestChanged { .. });
        self.traces.touches.extend(recorded.event.touches());
        self.traces.wrote = true;
        Ok(entry.seq)
    }

    /// Owes the printer a document, in this transaction.
    pub fn print(&mut self, printer: PrinterId, job: &PrintJob) -> Result<(), StoreError> {
        self.owe(printer, job, false)
    }

    /// As [`WriteTx::print`], for what has been on paper and says so.
    pub fn print_copy(&mut self, printer: PrinterId, job: &PrintJob) -> Result<(), StoreError> {
        self.owe(printer, job, true)
    }

    fn owe(&mut self, printer: PrinterId, job: &PrintJob, copy: bool) -> Result<(), StoreError> {
        queue::add(self.conn, printer, job, copy, Now { boot: &self.identity.boot, at: self.now }, self.filed_day()?)?;
        self.traces.jobs = true;
        self.touch(Touch::Printer(printer));
        Ok(())
    }

    /// Owes somebody a letter, in this transaction. Nothing when mail is off.
    pub fn mail(&mut self, letter: &Letter, to: &To) -> Result<(), StoreError> {
        let settings = letters::settings(self.conn)?;
        if settings.route == MailRoute::Off {
            return Ok(());
        }
        let host = settings.from.rsplit_once('@').map_or("kasir.invalid", |(_, host)| host);
        let message_id = format!("<{}@{host}>", uuid::Uuid::now_v7());
        let (at_ms, day) = (self.now.wall_ms, self.filed_day()?);
        letters::add(self.conn, &NewLetter { letter, to, message_id, at_ms, boot: &self.identity.boot, day })?;
        self.traces.jobs = true;
        self.touch(Touch::Hub);
        Ok(())
    }

    /// Names a view that changed without an event: a printer's state, say.
    pub fn touch(&mut self, touch: Touch) {
        self.traces.touches.push(touch);
        self.traces.wrote = true;
    }

    /// Wakes the workers: something that they owe may be due.
    pub fn ring(&mut self) {
        self.traces.jobs = true;
    }

    /// Says that something was forgotten: its traces go as soon as nobody is kept waiting by it.
    pub fn forgot(&mut self) {
        self.traces.cut = true;
        self.traces.wrote = true;
    }

    /// Says that a table outside the journal was written.
    pub fn wrote(&mut self) {
        self.traces.wrote = true;
    }

    pub(in crate::store) fn finish(self) -> (Head, Option<BusinessDay>, Traces) {
        (self.head, self.day, self.traces)
    }
}
