//! The one thread that writes. It takes a change and whatever else is waiting, runs each in
//! its own savepoint inside one transaction, commits once, and only then hands out events
//! and answers. A refused or panicking change rolls back itself alone. When the file or the
//! disk fails, it stops for good: nothing is acknowledged that might not be there. A disk that is
//! full is no such fault: what did not fit is not there, everybody is told so, and it goes on.

use std::any::Any;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use crate::domain::disk::DiskState;
use crate::domain::event::Touch;
use crate::domain::id::Seq;
use crate::domain::staff::Actor;
use crate::domain::time::{BusinessDay, Clock, Stopwatch};
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::journal::{self, Head};
use crate::store::meters::Meters;
use crate::store::reader::Reader;
use crate::store::schema;
use crate::store::sites;
use crate::store::write_tx::{Identity, Traces, WriteTx};

/// Changes that may wait. Beyond it callers are told "busy" at once: with 512 connections of
/// one open request each it is never reached by honest clients.
const QUEUE: usize = 2_048;
/// Changes in one transaction: enough to share an fsync, few enough that the first one does
/// not wait long for the last.
const BATCH: usize = 256;
/// Quiet time after which somebody looks whether the log is to be written back and cut.
const IDLE: Duration = Duration::from_secs(2);
/// A smaller log stays: writing it back after every order would write the same pages to the file again and
/// again, and a card has only so many writes in it. It is read at a start in a blink.
const LOG_WORTH_BYTES: u64 = 1024 * 1024;
/// Such looks without an order after which a small log is cut, too: five minutes, the house rests.
const RESTING: u32 = 150;
/// Size of the log at which somebody must be told: a reader holds it open.
const LOG_ALARM_BYTES: u64 = 64 * 1024 * 1024;
/// How long a read may last once the log is that long. A report of a year takes a second.
const READ_MAX: Duration = Duration::from_secs(2);
/// Between two looks at readers in the way.
const LOOK: Duration = Duration::from_millis(100);

/// What one transaction left: to be published, then answered, in this order.
pub struct Committed {
    pub seq: Seq,
    pub touches: Vec<Touch>,
    pub jobs: bool,
    /// Tells the callers. Run after publishing, so that a client sees its own events before
    /// its answer.
    pub answers: Vec<Box<dyn FnOnce() + Send>>,
}

impl Committed {
    pub fn answer(self) {
        for answer in self.answers {
            answer();
        }
    }
}

/// Where transactions go once they are on disk.
pub type Sink = Box<dyn FnMut(Committed) + Send>;

/// A change on its way through the writer.
trait Change: Send {
    fn run(&mut self, tx: &mut WriteTx<'_>) -> Result<(), Fault>;
    fn actor(&self) -> Actor;
    /// The answer, given what became of the transaction.
    fn answer(self: Box<Self>, fate: Fate) -> Box<dyn FnOnce() + Send>;
}

enum Fault {
    /// The operation said no; its savepoint is rolled back.
    Refused,
    /// The whole transaction is given up.
    Ends(StoreError),
}

/// A change that had its turn in a transaction.
struct Ran {
    change: Box<dyn Change>,
    accepted: bool,
    /// Its answer rests on nothing but what was on disk before the transaction began: one that is given again, or
    /// a no to another request under its id.
    old: bool,
}

impl Ran {
    /// Its transaction is on disk, or has nothing to do with it.
    fn answer(self) -> Box<dyn FnOnce() + Send> {
        self.change.answer(if self.accepted { Fate::Committed } else { Fate::Refused })
    }
}

#[derive(Clone)]
enum Fate {
    Committed,
    /// It ran and was rolled back by itself, or said no.
    Refused,
    Failed(StoreError),
}

struct Typed<T, E: From<StoreError>, F> {
    actor: Actor,
    body: Option<F>,
    outcome: Option<Result<T, E>>,
    then: Option<Then<T, E>>,
}

impl<T, E, F> Change for Typed<T, E, F>
where
    T: Send + 'static,
    E: From<StoreError> + AsStore + Send + 'static,
    F: FnOnce(&mut WriteTx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, tx: &mut WriteTx<'_>) -> Result<(), Fault> {
        let Some(body) = self.body.take() else { return Err(Fault::Refused) };
        let outcome = match catch_unwind(AssertUnwindSafe(|| body(tx))) {
            Ok(outcome) => outcome,
            Err(panic) => Err(StoreError::Panicked(panic_text(panic.as_ref())).into()),
        };
        let fault = match &outcome {
            Ok(_) => Ok(()),
            Err(e) => match e.as_store() {
                Some(e) if e.ends_transaction() => Err(Fault::Ends(e.clone())),
                _ => Err(Fault::Refused),
            },
        };
        self.outcome = Some(outcome);
        fault
    }

    fn actor(&self) -> Actor {
        self.actor
    }

    fn answer(mut self: Box<Self>, fate: Fate) -> Box<dyn FnOnce() + Send> {
        let outcome = match (fate, self.outcome.take()) {
            (Fate::Committed | Fate::Refused, Some(outcome)) => outcome,
            (Fate::Failed(e), _) => Err(e.into()),
            (_, None) => Err(StoreError::Stopped.into()),
        };
        let then = self.then.take();
        Box::new(move || {
            if let Some(then) = then {
                then.call(outcome);
            }
        })
    }
}

/// However a change ends, its caller hears of it: one that is dropped on the way was not done.
struct Then<T, E: From<StoreError>>(Option<Answer<T, E>>);

type Answer<T, E> = Box<dyn FnOnce(Result<T, E>) + Send>;

impl<T, E: From<StoreError>> Then<T, E> {
    fn call(mut self, outcome: Result<T, E>) {
        if let Some(then) = self.0.take() {
            then(outcome);
        }
    }
}

impl<T, E: From<StoreError>> Drop for Then<T, E> {
    fn drop(&mut self) {
        if let Some(then) = self.0.take() {
            then(Err(StoreError::Stopped.into()));
        }
    }
}

/// Whether an operation's error is the store's.
pub trait AsStore {
    fn as_store(&self) -> Option<&StoreError>;
}

impl AsStore for StoreError {
    fn as_store(&self) -> Option<&StoreError> {
        Some(self)
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
}

enum Message {
    Change(Box<dyn Change>),
    /// Finish what waits and end.
    Stop,
}

/// The writer's door. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    queue: SyncSender<Message>,
    stopped: Arc<AtomicBool>,
    meters: Arc<Meters>,
}

/// The thread itself; whoever started it joins it.
pub struct WriterThread(JoinHandle<Result<(), StoreError>>);

impl WriterThread {
    /// Waits until the thread has ended; the error is why it stopped, if it was not asked to.
    pub fn join(self) -> Result<(), StoreError> {
        self.0.join().unwrap_or_else(|p| Err(StoreError::Panicked(panic_text(p.as_ref()))))
    }
}

impl Writer {
    /// Starts the thread. `on_stop` is called once when a fault has stopped it.
    pub fn start(
        conn: Connection,
        identity: Identity,
        clock: Arc<dyn Clock>,
        readers: Reader,
        sink: Sink,
        on_stop: impl FnOnce(&StoreError) + Send + 'static,
    ) -> Result<(Writer, WriterThread), StoreError> {
        let (head, day) = (journal::head(&conn)?, sites::day(&conn)?);
        let disk = Disk::under(readers.path());
        let log = schema::log_of(readers.path());
        let (queue, receiver) = sync_channel(QUEUE);
        let stopped = Arc::new(AtomicBool::new(false));
        let meters: Arc<Meters> = Arc::default();
        let measured = meters.clone();
        let flag = stopped.clone();
        let body = move || {
            let (told, looked) = (disk.look().state(), Stopwatch::start());
            let mut thread = Thread {
                conn,
                identity,
                clock,
                sink,
                head,
                day,
                disk,
                told,
                quiet: true,
                cut: false,
                resting: 0,
                readers,
                log,
                looked,
                meters: measured,
            };
            let end = thread.work(&receiver);
            flag.store(true, Ordering::SeqCst);
            if let Err(error) = &end {
                on_stop(error);
            }
            // What still waits is told so; nothing may hang.
            while let Ok(message) = receiver.try_recv() {
                if let Message::Change(change) = message {
                    change.answer(Fate::Failed(StoreError::Stopped))();
                }
            }
            end
        };
        let handle =
            std::thread::Builder::new().name("writer".to_owned()).spawn(body).map_err(|e| StoreError::Fatal(e.to_string()))?;
        Ok((Writer { queue, stopped, meters }, WriterThread(handle)))
    }

    /// Hands a change over; `then` is called once, from another thread, when its fate is
    /// known. Never waits.
    pub fn submit<T, E>(
        &self,
        actor: Actor,
        body: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E> + Send + 'static,
        then: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<StoreError> + AsStore + Send + 'static,
    {
        let change = Box::new(Typed { actor, body: Some(body), outcome: None, then: Some(Then(Some(Box::new(then)))) });
        if self.stopped.load(Ordering::SeqCst) {
            return change.answer(Fate::Failed(StoreError::Stopped))();
        }
        match self.queue.try_send(Message::Change(change)) {
            Ok(()) => {}
            Err(TrySendError::Full(m)) => refuse(m, StoreError::Busy),
            Err(TrySendError::Disconnected(m)) => refuse(m, StoreError::Stopped),
        }
    }

    /// Runs a change and waits for its answer. For threads, not for async code.
    pub fn run<T, E>(&self, actor: Actor, body: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + AsStore + Send + 'static,
    {
        let (tx, rx) = sync_channel(1);
        self.submit(actor, body, move |outcome| {
            let _ = tx.send(outcome);
        });
        rx.recv().unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    /// How long things take.
    pub fn meters(&self) -> &Arc<Meters> {
        &self.meters
    }

    /// Whether a fault has stopped it.
    pub fn has_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Ends the thread once what waits is written.
    pub fn stop(&self) {
        // A full queue empties itself; a closed one has ended already.
        let _ = self.queue.send(Message::Stop);
    }
}

fn refuse(message: Message, error: StoreError) {
    if let Message::Change(change) = message {
        change.answer(Fate::Failed(error))();
    }
}

struct Thread {
    conn: Connection,
    identity: Identity,
    clock: Arc<dyn Clock>,
    readers: Reader,
    /// The write-ahead log's file.
    log: PathBuf,
    /// Since the last look at readers in the way.
    looked: Stopwatch,
    sink: Sink,
    head: Head,
    /// The open business day.
    day: Option<BusinessDay>,
    disk: Disk,
    /// How screens were last told that it is.
    told: DiskState,
    /// Nothing was written since the last checkpoint.
    quiet: bool,
    /// What was written must not stay in the log: somebody was forgotten.
    cut: bool,
    /// Looks in a row that found nothing to do.
    resting: u32,
    meters: Arc<Meters>,
}

impl Thread {
    fn work(&mut self, queue: &Receiver<Message>) -> Result<(), StoreError> {
        loop {
            let first = match queue.recv_timeout(IDLE) {
                Ok(Message::Change(change)) => change,
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return self.truncate_log().map(|_| ()),
                Err(RecvTimeoutError::Timeout) => {
                    self.resting = self.resting.saturating_add(1);
                    if !self.quiet && self.is_worth_cutting() {
                        self.quiet = self.truncate_log()?;
                        self.cut &= !self.quiet;
                    }
                    continue;
                }
            };
            let mut batch = vec![first];
            let mut stop = false;
            while batch.len() < BATCH && !stop {
                match queue.try_recv() {
                    Ok(Message::Change(change)) => batch.push(change),
                    Ok(Message::Stop) => stop = true,
                    Err(_) => break,
                }
            }
            while !batch.is_empty() {
                batch = self.commit(batch)?;
            }
            if stop {
                return self.truncate_log().map(|_| ());
            }
        }
    }

    /// Whether the log is written back and cut now. Once it has a thousand pages SQLite writes it back by itself.
    fn is_worth_cutting(&self) -> bool {
        let bytes = || std::fs::metadata(&self.log).map_or(0, |m| m.len());
        self.cut || self.resting >= RESTING || bytes() >= LOG_WORTH_BYTES
    }

    /// One transaction. Those that had no turn in it are left.
    fn commit(&mut self, batch: Vec<Box<dyn Change>>) -> Result<Vec<Box<dyn Change>>, StoreError> {
        let (watch, changes) = (Stopwatch::start(), batch.len());
        let before = (self.head, self.day);
        let space = self.disk.look();
        self.disk.spend(space);
        let disk = space.state();
        let mut left = Traces::default();
        let mut ran = Vec::with_capacity(batch.len());
        let mut waiting = batch.into_iter();
        let outcome = self.run_all(disk, &mut waiting, &mut ran, &mut left);
        match outcome {
            Ok(()) => {
                self.meters.committed(changes, watch.passed());
                self.quiet = self.quiet && !left.wrote;
                self.cut |= left.cut;
                if left.wrote {
                    self.resting = 0;
                }
                let answers = ran.into_iter().map(Ran::answer).collect();
                let mut touches = left.touches;
                if std::mem::replace(&mut self.told, disk) != disk {
                    tracing::warn!(disk = disk.name(), free_bytes = space.free_bytes, "the disk's state has changed");
                    touches.push(Touch::Hub);
                }
                touches.sort_unstable();
                touches.dedup();
                (self.sink)(Committed { seq: self.head.seq, touches, jobs: left.jobs, answers });
                self.clear_the_way();
                Ok(Vec::new())
            }
            // The write-ahead log could not grow. A transaction is one only with its last frame, and that frame
            // or one before it found no room: nothing of it is there, and what was committed before stands.
            Err(StoreError::Full) if self.gave_up() => {
                tracing::warn!(changes, "the disk is full: nothing of this was written");
                (self.head, self.day) = before;
                // Where nothing began the others would find the same; else the next may need no room.
                let (failed, next): (Vec<_>, Vec<_>) = match ran.is_empty() {
                    true => (waiting.collect(), Vec::new()),
                    false => (self.answer_old(ran).map(|one| one.change).collect(), waiting.collect()),
                };
                for change in failed {
                    change.answer(Fate::Failed(StoreError::Full))();
                }
                Ok(next)
            }
            Err(error) => {
                // The transaction may be on disk or not: nobody is told it is, and nothing
                // more is written by this process. The journal decides at the next start.
                (self.head, self.day) = before;
                let _ = self.conn.execute_batch("ROLLBACK");
                for one in self.answer_old(ran) {
                    let fate = if one.accepted { Fate::Failed(StoreError::Unknown) } else { Fate::Failed(StoreError::Stopped) };
                    one.change.answer(fate)();
                }
                for change in waiting {
                    change.answer(Fate::Failed(StoreError::Stopped))();
                }
                Err(error)
            }
        }
    }

    /// Answers those of a transaction that is given up whose answer was on disk before it; the others are left.
    fn answer_old(&mut self, ran: Vec<Ran>) -> impl Iterator<Item = Ran> + use<> {
        let (old, new): (Vec<Ran>, Vec<Ran>) = ran.into_iter().partition(|one| one.old);
        if !old.is_empty() {
            let answers = old.into_iter().map(Ran::answer).collect();
            (self.sink)(Committed { seq: self.head.seq, touches: Vec::new(), jobs: false, answers });
        }
        new.into_iter()
    }

    /// Rolls back; tells whether nothing of the transaction is left.
    fn gave_up(&self) -> bool {
        // SQLite may have rolled back by itself.
        self.conn.is_autocommit() || (self.run("ROLLBACK").is_ok() && self.conn.is_autocommit())
    }

    fn run_all(
        &mut self,
        disk: DiskState,
        waiting: &mut impl Iterator<Item = Box<dyn Change>>,
        ran: &mut Vec<Ran>,
        left: &mut Traces,
    ) -> Result<(), StoreError> {
        let fatal = |e: rusqlite::Error| match StoreError::from(e) {
            kept @ (StoreError::Full | StoreError::Corrupt(_)) => kept,
            other => StoreError::Fatal(other.to_string()),
        };
        self.run("BEGIN IMMEDIATE").map_err(fatal)?;
        let mut kept = HashSet::new();
        for mut change in waiting {
            self.run("SAVEPOINT change").map_err(fatal)?;
            let stand = (self.head, self.day);
            let mut tx = WriteTx::new(&self.conn, &self.identity, change.actor(), self.clock.now(), disk, stand);
            let fault = change.run(&mut tx);
            let (head, day, traces) = tx.finish();
            // What was kept in this very transaction is not on disk yet.
            let old = traces.repeats.is_some_and(|request| !kept.contains(&request));
            match fault {
                Ok(()) => {
                    ran.push(Ran { change, accepted: true, old });
                    self.run("RELEASE change").map_err(fatal)?;
                    (self.head, self.day) = (head, day);
                    kept.extend(traces.keeps);
                    left.touches.extend(traces.touches);
                    left.jobs |= traces.jobs;
                    left.wrote |= traces.wrote;
                    left.cut |= traces.cut;
                }
                Err(Fault::Refused) => {
                    ran.push(Ran { change, accepted: false, old });
                    self.run("ROLLBACK TO change").map_err(fatal)?;
                    self.run("RELEASE change").map_err(fatal)?;
                }
                Err(Fault::Ends(error)) => {
                    ran.push(Ran { change, accepted: false, old: false });
                    return Err(error);
                }
            }
        }
        self.run("COMMIT").map_err(fatal)
    }

    /// A log that has become too long is held by a reader: those who read for long must stop.
    fn clear_the_way(&mut self) {
        let bytes = std::fs::metadata(&self.log).map_or(0, |m| m.len());
        if bytes <= LOG_ALARM_BYTES || self.looked.passed() < LOOK {
            return;
        }
        self.looked = Stopwatch::start();
        let readers = self.readers.interrupt_older_than(READ_MAX);
        if readers > 0 {
            tracing::warn!(bytes, readers, "readers kept the write-ahead log from being cut; they were interrupted");
        }
    }

    fn run(&self, sql: &str) -> rusqlite::Result<()> {
        self.conn.prepare_cached(sql)?.execute([]).map(|_| ())
    }

    /// Writes the log back and cuts it; tells whether it could. A reader in the way is no fault
    /// and nothing to wait for: orders come first, and it is tried again at the next quiet
    /// moment.
    fn truncate_log(&mut self) -> Result<bool, StoreError> {
        let fatal = |e: rusqlite::Error| StoreError::Fatal(e.to_string());
        self.conn.busy_timeout(Duration::ZERO).map_err(fatal)?;
        let done = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| Ok((r.get(0)?, r.get(1)?)));
        self.conn.busy_timeout(Duration::from_secs(5)).map_err(fatal)?;
        let (busy, pages): (i64, i64) = match done.map_err(StoreError::from) {
            Ok(done) => done,
            // All of it stays in the log, where it is as safe: it is tried again once there is room.
            Err(StoreError::Full) => return Ok(false),
            Err(error @ StoreError::Corrupt(_)) => return Err(error),
            Err(error) => return Err(StoreError::Fatal(error.to_string())),
        };
        let bytes = pages.max(0).unsigned_abs().saturating_mul(4096);
        if busy != 0 && bytes > LOG_ALARM_BYTES {
            tracing::warn!(bytes, "a reader keeps the write-ahead log from being cut");
        }
        Ok(busy == 0)
    }
}
