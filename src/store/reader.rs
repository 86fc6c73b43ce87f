//! Connections that read. Each read is one transaction, short: a long one keeps the write-ahead
//! log from being cut. One that is still at it when the log has become too long is interrupted
//! by the writer.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle};

use crate::domain::time::Stopwatch;
use crate::store::error::StoreError;
use crate::store::schema;

/// Connections kept open: two cores' worth of readers and the workers.
const CONNECTIONS: usize = 4;

/// A pool of read-only connections. Cheap to clone.
#[derive(Clone)]
pub struct Reader(Arc<Pool>);

struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    returned: Condvar,
    reading: Mutex<Vec<Reading>>,
    reads: AtomicU64,
}

/// A read that goes on.
struct Reading {
    number: u64,
    since: Stopwatch,
    interrupt: InterruptHandle,
}

impl Reader {
    pub fn open(path: &Path) -> Result<Reader, StoreError> {
        let idle = (0..CONNECTIONS).map(|_| schema::open_reader(path)).collect::<Result<_, _>>()?;
        Ok(Reader(Arc::new(Pool {
            path: path.to_owned(),
            idle: Mutex::new(idle),
            returned: Condvar::new(),
            reading: Mutex::default(),
            reads: AtomicU64::new(0),
        })))
    }

    /// Reads one consistent state. Blocks: async callers use a blocking thread.
    pub fn read<T, E: From<StoreError>>(&self, f: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let conn = Lent { pool: &self.0, conn: Some(self.take()) };
        let c = conn.conn.as_ref().ok_or(StoreError::Stopped)?;
        let _noted = self.note(c);
        let tx = c.unchecked_transaction().map_err(StoreError::from)?;
        f(&tx)
    }

    /// The same on a connection of its own, for what takes longer: it takes none away from those
    /// who ask for a table or a name.
    pub fn read_apart<T, E: From<StoreError>>(&self, f: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let conn = self.own()?;
        let _noted = self.note(&conn);
        let tx = conn.unchecked_transaction().map_err(StoreError::from)?;
        f(&tx)
    }

    /// Interrupts the reads that have taken longer than that; tells how many. Whoever asked is told to
    /// come back later.
    pub fn interrupt_older_than(&self, age: Duration) -> usize {
        let reading = self.0.reading.lock().unwrap_or_else(|e| e.into_inner());
        let old = reading.iter().filter(|r| r.since.passed() > age);
        old.inspect(|r| r.interrupt.interrupt()).count()
    }

    fn note(&self, conn: &Connection) -> Noted<'_> {
        let number = self.0.reads.fetch_add(1, Ordering::Relaxed);
        let reading = Reading { number, since: Stopwatch::start(), interrupt: conn.get_interrupt_handle() };
        self.0.reading.lock().unwrap_or_else(|e| e.into_inner()).push(reading);
        Noted { pool: &self.0, number }
    }

    /// A connection of one's own, for a thread that reads all the time.
    pub fn own(&self) -> Result<Connection, StoreError> {
        schema::open_reader(&self.0.path)
    }

    /// The database's file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// SQLite's own look at every page, for as long as somebody waits for it: "ok", or the first thing that is
    /// wrong; nothing when it would have taken longer.
    pub fn quick_check_within(&self, patience: Duration) -> Result<Option<String>, StoreError> {
        let mut conn = self.own()?;
        let watch = Stopwatch::start();
        // Asked every so many steps of SQLite's machine: some thousand times a second.
        conn.progress_handler(10_000, Some(move || watch.passed() > patience))?;
        match conn.query_row("PRAGMA quick_check(1)", [], |r| r.get(0)) {
            Ok(verdict) => Ok(Some(verdict)),
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn take(&self) -> Connection {
        let mut idle = self.0.lock();
        loop {
            if let Some(conn) = idle.pop() {
                return conn;
            }
            idle = self.0.returned.wait(idle).unwrap_or_else(|e| e.into_inner());
        }
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// Takes the read off the list, however it ends.
struct Noted<'a> {
    pool: &'a Pool,
    number: u64,
}

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        self.pool.reading.lock().unwrap_or_else(|e| e.into_inner()).retain(|r| r.number != self.number);
    }
}

/// A connection that goes back whatever happens.
struct Lent<'a> {
    pool: &'a Pool,
    conn: Option<Connection>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            self.pool.lock().push(conn);
            self.pool.returned.notify_one();
        }
    }
}
