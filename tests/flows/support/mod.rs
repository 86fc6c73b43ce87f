//! What the flows stand on: a furnished restaurant, a kasir (in this process or in its own),
//! people with clients on real sockets, printers that listen. Nothing here sleeps: waiting
//! is for a state, and ends the test when it does not come.

pub mod apart;
pub mod browser;
pub mod dice;
pub mod disk;
pub mod display;
pub mod machine;
pub mod mariadb;
pub mod office;
pub mod people;
pub mod printers;
pub mod smtp;
pub mod tablet;
pub mod till;
pub mod window;

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use kasir::app::Store;
use kasir::domain::time::{Clock, ManualClock};
use kasir::store::data_dir;

/// How long anything may take before the test gives up on it: a limit, not a measure.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A loopback port for something that is switched off and on again: it lies below those that the
/// system hands out (`ip_local_port_range`), so that nobody else is given it meanwhile.
pub fn own_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        // Whoever runs beside this process begins elsewhere.
        let nth = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add(std::process::id().wrapping_mul(211));
        let port = 10_000 + (nth % 20_000) as u16;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// The loopback at such a port.
pub fn own_address() -> String {
    format!("127.0.0.1:{}", own_port())
}

/// A folder of its own, gone with the test.
pub struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    /// A furnished restaurant: the demo's, made once for the process and copied.
    pub fn furnished() -> Place {
        static TEMPLATE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
        let (_, template) = TEMPLATE.get_or_init(|| {
            let dir = tempfile::tempdir().unwrap();
            let clock = Arc::new(ManualClock::at(machine::FURNISHED_MS));
            let store = Store::open_alone(dir.path(), clock).unwrap();
            kasir::demo::furnish(&store.writer, &store.reader, dir.path()).unwrap();
            store.close().unwrap();
            let path = data_dir::database(dir.path());
            (dir, path)
        });
        let place = Place { dir: tempfile::tempdir().unwrap() };
        std::fs::copy(template, data_dir::database(place.path())).unwrap();
        place
    }

    pub fn empty() -> Place {
        Place { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn database(&self) -> PathBuf {
        data_dir::database(self.path())
    }

    /// The secret codes of the tables, in order.
    pub fn codes(&self) -> Vec<String> {
        let conn = rusqlite::Connection::open(self.database()).unwrap();
        let mut statement = conn.prepare("SELECT code FROM dining_table ORDER BY id").unwrap();
        statement.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// Rebuilds every table from the journal and compares; panics with the first difference.
    pub fn verify(&self) -> i64 {
        let conn = rusqlite::Connection::open(self.database()).unwrap();
        match kasir::store::verify::verify(&conn) {
            Ok(verified) => verified.events,
            Err(error) => panic!("{error}"),
        }
    }

    /// One number from the stopped or running store.
    pub fn number(&self, sql: &str) -> i64 {
        let conn = rusqlite::Connection::open(self.database()).unwrap();
        conn.busy_timeout(PATIENCE).unwrap();
        conn.query_row(sql, [], |r| r.get(0)).unwrap_or_else(|e| panic!("{sql}: {e}"))
    }

    /// One column of text.
    pub fn column(&self, sql: &str) -> Vec<String> {
        let conn = rusqlite::Connection::open(self.database()).unwrap();
        let mut statement = conn.prepare(sql).unwrap();
        statement.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
    }
}

pub fn clock() -> Arc<dyn Clock> {
    Arc::new(machine::EveningClock::new())
}

/// Waits for something outside of a client's room, looking again after every wake of the
/// given source; bounded.
pub fn wait_until(what: &str, look: impl FnMut() -> bool) {
    assert!(comes_true(PATIENCE, look), "never happened: {what}");
}

/// The same, where it need not happen.
pub fn comes_true(within: Duration, mut look: impl FnMut() -> bool) -> bool {
    let (tx, rx) = std::sync::mpsc::sync_channel::<()>(0);
    let deadline = within.as_millis() / 10;
    for _ in 0..deadline {
        if look() {
            return true;
        }
        // A channel that nobody sends on, as a timer: the state looked at is another process's
        // and cannot wake us.
        let _ = rx.recv_timeout(Duration::from_millis(10));
    }
    drop(tx);
    false
}
