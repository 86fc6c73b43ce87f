//! Head office's copy: one thread that reads the journal from where the server says it has come,
//! sends the events and the rows that they concern as they stand now, and the new place in the
//! same transaction of the server's. There is no outbox: what is not there yet is what the journal
//! has and the server has not. A server that is away is asked again, later each time; nobody else
//! notices but the bar.

pub mod compare;
pub mod gauge;
pub mod remote;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use mysql::Value;
use rusqlite::Connection;

use crate::domain::id::Seq;
use crate::domain::staff::Actor;
use crate::domain::sync::{SyncFault, SyncSettings, pause_ms};
use crate::domain::time::Clock;
use crate::domain::visit::TableState;
use crate::ops;
use crate::ops::sync::NoteSync;
use crate::store::error::StoreError;
use crate::store::outward::{self, Batch, Row};
use crate::store::reader::Reader;
use crate::store::writer::Writer;
use crate::store::{journal, sync};
use crate::views::floor::Room;
use crate::workers::bell::{Bell, join_within};
use crate::workers::sync::gauge::Gauge;
use crate::workers::sync::remote::{Fault, Identity, Remote, Rows};

/// How soon a sale goes up when all is well: a look at the journal's end, nothing more.
const GLANCE: Duration = Duration::from_secs(1);
/// How often settings are looked at when the copy is off.
const IDLE: Duration = Duration::from_secs(30);
/// Events of one transaction over there: large enough to be quick, small enough for a till's memory.
const BATCH: i64 = 2_000;
/// How long the batch in hand may take when the program ends; afterwards it is sent again.
const GOODBYE: Duration = Duration::from_secs(3);
/// Batches between two words to the screens while a long backlog goes up.
const TELL_EVERY: u32 = 10;

pub struct SyncWorker {
    bell: Arc<Bell>,
    thread: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl SyncWorker {
    pub fn start(writer: Writer, reader: Reader, clock: Arc<dyn Clock>, gauge: Arc<Gauge>) -> Result<SyncWorker, StoreError> {
        let bell: Arc<Bell> = Arc::default();
        let work = Work { bell: bell.clone(), writer, reader, clock, gauge };
        let thread = std::thread::Builder::new().name("sync".to_owned()).spawn(move || work.run());
        let thread = thread.map_err(|e| StoreError::Fatal(e.to_string()))?;
        Ok(SyncWorker { bell, thread: std::sync::Mutex::new(Some(thread)) })
    }

    /// Settings may be new.
    pub fn ring(&self) {
        self.bell.ring();
    }

    /// Ends the thread once the batch in hand is through.
    pub fn stop(&self) {
        self.bell.stop();
        let Some(thread) = self.thread.lock().unwrap_or_else(|e| e.into_inner()).take() else { return };
        join_within(thread, GOODBYE, "a batch is on its way to head office; it is sent again after the start");
    }
}

/// What the worker goes by at a time.
#[derive(Clone, PartialEq, Eq)]
struct Way {
    settings: SyncSettings,
    password: Option<String>,
    identity: Identity,
}

fn way(conn: &Connection) -> Result<Option<Way>, StoreError> {
    let (settings, site) = (sync::settings(conn)?, sync::site_uid(conn)?);
    let Some(site) = site.filter(|_| settings.on) else { return Ok(None) };
    let identity = Identity { site, epoch: sync::epoch(conn)? };
    Ok(Some(Way { settings, password: sync::password(conn)?, identity }))
}

struct Work {
    bell: Arc<Bell>,
    writer: Writer,
    reader: Reader,
    clock: Arc<dyn Clock>,
    gauge: Arc<Gauge>,
}

/// A connection and how far the other side has come.
struct Open {
    way: Way,
    remote: Remote,
    reached: Seq,
    /// What goes up next, read while the last batch was on its way.
    ahead: Option<Load>,
}

/// A batch with its rows as they stood when it was read. One that has changed since is among
/// those of the event that changed it.
struct Load {
    after: Seq,
    batch: Batch,
    rows: Vec<Rows>,
}

impl Work {
    fn run(self) {
        let (mut seen, mut tries, mut open) = (0, 0, None);
        // What waits is known before the server is: from what was written down.
        if let Ok(reached) = self.reader.read(sync::reached) {
            self.gauge.set(|s| s.reached = reached);
        }
        while !self.bell.has_stopped() && !self.writer.has_stopped() {
            // A fault of our own must not end the copy for good.
            let step = catch_unwind(AssertUnwindSafe(|| self.step(&mut open)));
            let wait = match step {
                Ok(Ok(Some(wait))) => {
                    tries = 0;
                    wait
                }
                Ok(Ok(None)) => {
                    tries = 0;
                    continue;
                }
                Ok(Err(fault)) => {
                    open = None;
                    tries += 1;
                    self.failed(&fault);
                    Duration::from_millis(pause_ms(tries))
                }
                Err(_) => {
                    open = None;
                    tries += 1;
                    self.failed(&Fault { word: SyncFault::Rejected, detail: "it failed inside the program".to_owned() });
                    Duration::from_millis(pause_ms(tries))
                }
            };
            match self.bell.wait(seen, wait) {
                Some(rings) => seen = rings,
                None => break,
            }
        }
        if let Some(open) = open {
            self.note(Some(open.reached));
        }
    }

    /// One batch. `None` when there is more at once, else how long there is nothing to do.
    fn step(&self, open: &mut Option<Open>) -> Result<Option<Duration>, Fault> {
        let Some(way) = self.reader.read(way).map_err(ours)? else {
            *open = None;
            if self.gauge.set(|s| (s.on, s.fault, s.since_ms) = (false, None, None)) {
                self.note(None);
            }
            return Ok(Some(IDLE));
        };
        self.gauge.set(|s| s.on = true);
        let now = match open.take() {
            Some(now) if now.way == way => now,
            _ => self.connect(way)?,
        };
        let now = open.insert(now);
        let Load { batch, rows, .. } = match now.ahead.take() {
            Some(load) if load.after == now.reached => load,
            _ => self.load(now.reached).map_err(ours)?,
        };
        let amended: Vec<i64> = batch.amended.iter().map(|id| id.0).collect();
        let whole = batch.entries.len() as i64 == BATCH;
        let last = batch.entries.last().map_or(now.reached, |e| e.seq);
        let remote = &mut now.remote;
        // A long backlog: the next batch is read while this one is written over there.
        let (pushed, ahead) = std::thread::scope(|scope| {
            let reading = whole.then(|| scope.spawn(|| self.load(last)));
            let pushed = remote.push(&batch.entries, rows, &amended);
            (pushed, reading.and_then(|r| r.join().ok()))
        });
        pushed?;
        now.reached = last;
        // What could not be read is read again in its turn, and says why then.
        now.ahead = ahead.and_then(Result::ok);
        let reached = now.reached;
        let better = self.gauge.set(|s| (s.reached, s.fault, s.since_ms) = (reached, None, None));
        // Screens that were told of a backlog, be it one event, hear of its end at once.
        let caught_up = !whole && self.gauge.was_told_waiting();
        if better {
            tracing::info!(reached, "head office has the copy");
        }
        if better || caught_up {
            self.note(Some(reached));
        } else if whole && reached / BATCH % i64::from(TELL_EVERY) == 0 {
            self.note(None);
        }
        Ok(if whole { None } else { Some(GLANCE) })
    }

    fn connect(&self, way: Way) -> Result<Open, Fault> {
        let mut remote = Remote::connect(&way.settings, way.password.clone(), way.identity.clone())?;
        let (reached, hash) = remote.cursor()?;
        // The same name with another history: a copied card, or a file that was put back by hand.
        let own = self.reader.read(|conn| journal::hash_at(conn, reached)).map_err(ours)?;
        if own != Some(hash) {
            let detail = format!("event {reached} there is not the one that is here");
            return Err(Fault { word: SyncFault::Diverged, detail });
        }
        Ok(Open { way, remote, reached, ahead: None })
    }

    /// What follows that event.
    fn load(&self, after: Seq) -> Result<Load, StoreError> {
        self.reader.read(|conn| {
            let batch = outward::batch(conn, after, BATCH)?;
            let rows = shipped(conn, &batch)?;
            Ok(Load { after, batch, rows })
        })
    }

    fn failed(&self, fault: &Fault) {
        let now = self.clock.now().wall_ms;
        let worse = self.gauge.set(|s| {
            s.fault = Some(fault.word);
            s.detail = fault.detail.chars().filter(|c| !c.is_control()).take(200).collect();
            s.since_ms = s.since_ms.or(Some(now));
        });
        if worse {
            tracing::warn!(word = fault.word.name(), detail = fault.detail, "nothing goes up to head office");
            self.note(Some(self.gauge.state().reached));
        }
    }

    /// Has the screens told.
    fn note(&self, reached: Option<Seq>) {
        if let Err(error) = ops::run(&self.writer, Actor::Machine, NoteSync { reached }) {
            tracing::warn!(%error, "how the copy does cannot be written down");
        }
    }
}

/// A fault of this side.
fn ours(error: StoreError) -> Fault {
    Fault { word: SyncFault::Rejected, detail: error.to_string() }
}

/// A batch's rows as they stand now, by table.
fn shipped(conn: &Connection, batch: &Batch) -> Result<Vec<Rows>, StoreError> {
    let room = Room::new(conn);
    let mut tables: BTreeMap<&'static str, Rows> = BTreeMap::new();
    for row in &batch.rows {
        let (to, values) = outward::read(conn, *row)?;
        let rows = tables.entry(to.table).or_insert_with(|| Rows {
            table: to.table,
            columns: to.columns,
            key: to.key,
            rows: Vec::new(),
        });
        for values in values {
            let mut values: Vec<Value> = values.into_iter().map(own_value).collect();
            if let Row::Table(id) = row {
                let state = room.table(*id)?.map_or(TableState::Free, |t| t.state);
                values.push(Value::from(state.name()));
            }
            rows.rows.push(values);
        }
    }
    Ok(tables.into_values().collect())
}

/// The dining tables with their states, as they go up.
fn table_rows(conn: &Connection) -> Result<Vec<Vec<Value>>, StoreError> {
    let mut ids = Vec::new();
    outward::each(conn, &outward::DINING_TABLE, |_, row| {
        if let Some(rusqlite::types::Value::Integer(id)) = row.first() {
            ids.push(crate::domain::id::TableId(*id));
        }
    })?;
    let rows = ids.into_iter().map(Row::Table).collect();
    let batch = Batch { entries: Vec::new(), rows, amended: Default::default() };
    Ok(shipped(conn, &batch)?.into_iter().flat_map(|r| r.rows).collect())
}

/// A value of ours as one of theirs.
fn own_value(value: rusqlite::types::Value) -> Value {
    use rusqlite::types::Value as Own;
    match value {
        Own::Null => Value::NULL,
        Own::Integer(n) => Value::Int(n),
        Own::Real(n) => Value::Double(n),
        Own::Text(text) => Value::Bytes(text.into_bytes()),
        Own::Blob(bytes) => Value::Bytes(bytes),
    }
}

/// How far the other side has come and what differs, asked now: for the command line.
pub struct Comparison {
    pub reached: Seq,
    pub head: Seq,
    pub differences: Vec<String>,
}

/// Compares both sides. The house goes on meanwhile, so what changes during the look may show.
pub fn verify(reader: &Reader) -> Result<Comparison, Fault> {
    let off = || Fault { word: SyncFault::Refused, detail: "the copy is switched off".to_owned() };
    let way = reader.read(way).map_err(ours)?.ok_or_else(off)?;
    let mut remote = Remote::connect(&way.settings, way.password.clone(), way.identity.clone())?;
    let (reached, _) = remote.cursor()?;
    let conn = reader.own().map_err(ours)?;
    let tx = conn.unchecked_transaction().map_err(|e| ours(e.into()))?;
    let head = journal::head(&tx).map_err(ours)?.seq;
    let (here, there) = (compare::here(&tx, reached).map_err(ours)?, compare::there(&mut remote)?);
    Ok(Comparison { reached, head, differences: compare::differences(&here, &there) })
}
