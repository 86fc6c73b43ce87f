//! Head office's database as the worker sees it: one connection, the schema, the cursor, and
//! batches that arrive whole or not at all.

use std::path::PathBuf;
use std::time::Duration;

use mysql::prelude::Queryable;
use mysql::{Conn, OptsBuilder, SslOpts, TxOpts, Value};

use crate::domain::id::Seq;
use crate::domain::sync::{SyncFault, SyncSettings, SyncTls};
use crate::store::journal::{Entry, GENESIS};

/// Every migration ever released, in order. Each statement may run again: two tills may come at once.
const MIGRATIONS: &[(&str, &str)] = &[("0001-core", include_str!("../../../migrations/mysql/0001-core.sql"))];

/// How long a server may take to say hello, and to answer.
const HELLO: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(20);
/// Values of one statement: MySQL takes 65,535, and a packet of a few hundred kilobytes.
const VALUES: usize = 6_000;

/// Bytes of one statement, with room below the 4 MB that older servers take in a packet.
const BYTES: usize = 512 * 1024;

/// A fault with its word.
#[derive(Debug, thiserror::Error)]
#[error("{detail}")]
pub struct Fault {
    pub word: SyncFault,
    pub detail: String,
}

impl From<mysql::Error> for Fault {
    fn from(error: mysql::Error) -> Fault {
        let detail = error.to_string();
        let word = match &error {
            mysql::Error::TlsError(_) => SyncFault::Refused,
            // rustls' verdict on a certificate comes wrapped, and is told by its words alone.
            mysql::Error::IoError(_) | mysql::Error::CodecError(_) if detail.contains("certificate") => SyncFault::Refused,
            mysql::Error::MySqlError(e) => match e.code {
                // Access denied; for the database; no such database; unknown way to log in.
                1_045 | 1_044 | 1_049 | 1_251 | 1_698 => SyncFault::Refused,
                // Going down, or too many clients.
                1_053 | 1_040 => SyncFault::Unreachable,
                _ => SyncFault::Rejected,
            },
            _ => SyncFault::Unreachable,
        };
        Fault { word, detail }
    }
}

/// Who we are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub site: String,
    pub epoch: String,
}

pub struct Remote {
    conn: Conn,
    /// Where the other side stood when this connection last looked or wrote.
    at: (Seq, [u8; 32]),
    pub identity: Identity,
}

/// Rows for one table.
pub struct Rows {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    pub key: usize,
    pub rows: Vec<Vec<Value>>,
}

const JOURNAL: &[&str] = &[
    "seq",
    "day",
    "boot",
    "mono_ms",
    "wall_ms",
    "offset_min",
    "trusted",
    "program",
    "actor",
    "kind",
    "version",
    "event",
    "hash",
];

/// What a look at the server told.
pub struct Look {
    pub server: String,
    /// The last of our migrations that is there; empty before the first.
    pub schema: String,
}

/// Connects, and changes nothing: for `kasir doctor`.
pub fn knock(settings: &SyncSettings, password: Option<String>, patience: Duration) -> Result<Look, Fault> {
    let opts = opts(settings, password).tcp_connect_timeout(Some(patience)).read_timeout(Some(patience));
    let mut conn = Conn::new(opts)?;
    let server: Option<String> = conn.query_first("SELECT version()")?;
    let ours =
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = database() AND table_name = 'schema_migration'";
    let there: Option<u64> = conn.query_first(ours)?;
    let schema: Option<String> = match there {
        Some(1..) => conn.query_first("SELECT max(name) FROM schema_migration")?,
        _ => None,
    };
    Ok(Look { server: server.unwrap_or_default(), schema: schema.unwrap_or_default() })
}

fn opts(settings: &SyncSettings, password: Option<String>) -> OptsBuilder {
    let tls = match settings.tls {
        SyncTls::Off => None,
        SyncTls::Required => {
            let file = (!settings.ca_file.is_empty()).then(|| PathBuf::from(&settings.ca_file));
            Some(SslOpts::default().with_root_cert_path(file))
        }
    };
    OptsBuilder::new()
        .ip_or_hostname(Some(settings.host.trim_matches(['[', ']']).to_owned()))
        .tcp_port(settings.port)
        .user(Some(settings.user.clone()))
        .pass(password)
        .db_name(Some(settings.database.clone()))
        .prefer_socket(false)
        .ssl_opts(tls)
        .tcp_connect_timeout(Some(HELLO))
        .read_timeout(Some(ANSWER))
        .write_timeout(Some(ANSWER))
}

impl Remote {
    pub fn connect(settings: &SyncSettings, password: Option<String>, identity: Identity) -> Result<Remote, Fault> {
        let mut remote = Remote { conn: Conn::new(opts(settings, password))?, at: (0, GENESIS), identity };
        remote.migrate()?;
        Ok(remote)
    }

    fn migrate(&mut self) -> Result<(), Fault> {
        self.conn.query_drop(
            "CREATE TABLE IF NOT EXISTS schema_migration (name VARCHAR(64) CHARACTER SET ascii NOT NULL, PRIMARY KEY (name)) ENGINE = InnoDB",
        )?;
        let done: Vec<String> = self.conn.query("SELECT name FROM schema_migration")?;
        for (name, sql) in MIGRATIONS.iter().filter(|(name, _)| !done.iter().any(|d| d == name)) {
            let bare: Vec<&str> = sql.lines().filter(|l| !l.trim_start().starts_with("--")).collect();
            for statement in bare.join("\n").split(';').map(str::trim).filter(|s| !s.is_empty()) {
                self.conn.query_drop(statement)?;
            }
            self.conn.exec_drop("INSERT IGNORE INTO schema_migration VALUES (?)", (*name,))?;
        }
        Ok(())
    }

    /// The last event that is there, and its hash.
    pub fn cursor(&mut self) -> Result<(Seq, [u8; 32]), Fault> {
        let id = self.identity.clone();
        let row: Option<(Seq, Vec<u8>)> =
            self.conn.exec_first("SELECT seq, hash FROM sync_cursor WHERE site = ? AND epoch = ?", (id.site, id.epoch))?;
        self.at = row.map_or((0, GENESIS), |(seq, hash)| (seq, hash.try_into().unwrap_or(GENESIS)));
        Ok(self.at)
    }

    /// Everything of a batch and the cursor behind it, in one transaction.
    /// Of orders that were `amended`, the lines that are there go first.
    pub fn push(&mut self, entries: &[Entry], rows: Vec<Rows>, amended: &[i64]) -> Result<(), Fault> {
        let Some(last) = entries.last() else { return Ok(()) };
        let id = self.identity.clone();
        let mut tx = self.conn.start_transaction(TxOpts::default())?;
        // Another till under our name may have come in between: nothing of ours is mixed into its.
        let row: Option<(Seq, Vec<u8>)> =
            tx.exec_first("SELECT seq, hash FROM sync_cursor WHERE site = ? AND epoch = ? FOR UPDATE", (&id.site, &id.epoch))?;
        let (seq, hash) = row.map_or((0, GENESIS.to_vec()), |row| row);
        if (seq, hash.as_slice()) != (self.at.0, self.at.1.as_slice()) {
            let detail = format!("somebody else has written event {seq} there under this house's name");
            return Err(Fault { word: SyncFault::Diverged, detail });
        }
        let journal = entries.iter().map(|e| {
            let numbers = [e.seq, e.mono_ms, e.wall_ms, e.offset_min, i64::from(e.trusted), i64::from(e.version)];
            let [seq, mono, wall, offset, trusted, version] = numbers.map(Value::from);
            let text = |t: &str| Value::from(t);
            vec![
                seq,
                text(&e.day),
                text(&e.boot),
                mono,
                wall,
                offset,
                trusted,
                text(&e.program),
                text(&e.actor),
                text(&e.kind),
                version,
                text(&e.event),
                Value::from(e.hash.as_slice()),
            ]
        });
        upsert(&mut tx, &id, Rows { table: "journal", columns: JOURNAL, key: 1, rows: journal.collect() })?;
        for order in amended {
            tx.exec_drop("DELETE FROM order_line WHERE site = ? AND epoch = ? AND order_id = ?", (&id.site, &id.epoch, order))?;
        }
        for rows in rows {
            upsert(&mut tx, &id, rows)?;
        }
        tx.exec_drop(
            "INSERT INTO sync_cursor (site, epoch, seq, hash, program) VALUES (?, ?, ?, ?, ?) \
             ON DUPLICATE KEY UPDATE seq = VALUES(seq), hash = VALUES(hash), program = VALUES(program)",
            (id.site, id.epoch, last.seq, last.hash.as_slice(), env!("CARGO_PKG_VERSION")),
        )?;
        tx.commit()?;
        self.at = (last.seq, last.hash);
        Ok(())
    }

    /// The rows of a table, with the day that `day` reckons through `join`, one after the other.
    pub fn each(
        &mut self,
        table: &str,
        columns: &[&str],
        (join, day): (&str, &str),
        mut f: impl FnMut(String, Vec<Value>),
    ) -> Result<(), Fault> {
        let listed: Vec<String> = columns.iter().map(|c| format!("t.{c}")).collect();
        let sql = format!("SELECT {day}, {} FROM {table} t {join} WHERE t.site = ? AND t.epoch = ?", listed.join(", "));
        let id = self.identity.clone();
        for row in self.conn.exec_iter(sql, (id.site, id.epoch))? {
            let mut values = row?.unwrap().into_iter();
            let day = match values.next() {
                Some(Value::Bytes(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
                _ => String::new(),
            };
            f(day, values.collect());
        }
        Ok(())
    }
}

/// How many rows each statement gets: so many at most, and not many more bytes than a server takes
/// at once.
fn chunks(rows: &[Vec<Value>], most: usize) -> Vec<usize> {
    let weight = |row: &Vec<Value>| -> usize { row.iter().map(|v| if let Value::Bytes(b) = v { b.len() } else { 8 }).sum() };
    let (mut chunks, mut count, mut bytes) = (Vec::new(), 0, 0);
    for (at, row) in rows.iter().enumerate() {
        (count, bytes) = (count + 1, bytes + weight(row));
        if count >= most.max(1) || bytes >= BYTES || at + 1 == rows.len() {
            chunks.push(count);
            (count, bytes) = (0, 0);
        }
    }
    chunks
}

fn upsert(tx: &mut mysql::Transaction<'_>, id: &Identity, rows: Rows) -> Result<(), Fault> {
    let width = rows.columns.len() + 2;
    let counts = chunks(&rows.rows, VALUES / width);
    let mut all = rows.rows.into_iter();
    for count in counts {
        let marks = format!("({})", vec!["?"; width].join(", "));
        let changed: Vec<String> = rows.columns[rows.key..].iter().map(|c| format!("{c} = VALUES({c})")).collect();
        let sql = format!(
            "INSERT INTO {} (site, epoch, {}) VALUES {} ON DUPLICATE KEY UPDATE {}",
            rows.table,
            rows.columns.join(", "),
            vec![marks.as_str(); count].join(", "),
            changed.join(", ")
        );
        let mut values: Vec<Value> = Vec::with_capacity(count * width);
        for row in all.by_ref().take(count) {
            values.push(Value::from(id.site.as_str()));
            values.push(Value::from(id.epoch.as_str()));
            values.extend(row);
        }
        tx.exec_drop(sql, values)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_statement_and_none_is_too_large() {
        let row = |bytes: usize| vec![Value::Int(1), Value::Bytes(vec![b'x'; bytes])];
        assert!(chunks(&[], 10).is_empty());
        assert_eq!(chunks(&vec![row(10); 25], 10), [10, 10, 5]);
        assert_eq!(chunks(&vec![row(BYTES / 2); 5], 10), [2, 2, 1]);
        // One that is too large by itself still goes, alone.
        assert_eq!(chunks(&[row(BYTES * 2), row(1)], 10), [1, 1]);
    }
}
