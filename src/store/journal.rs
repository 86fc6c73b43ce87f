//! The journal: append, read, check the chain. Never updated, never deleted; triggers in the
//! schema say no as well.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::event::Event;
use crate::domain::id::Seq;
use crate::domain::staff::Actor;
use crate::domain::time::BusinessDay;
use crate::store::error::StoreError;

/// A row as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub seq: Seq,
    pub epoch: String,
    pub day: String,
    pub boot: String,
    pub mono_ms: i64,
    pub wall_ms: i64,
    /// Minutes that the site's clocks were ahead of UTC.
    pub offset_min: i64,
    pub trusted: bool,
    /// The program's version.
    pub program: String,
    /// The actor as JSON.
    pub actor: String,
    pub kind: String,
    pub version: u32,
    /// The event as JSON.
    pub event: String,
    #[serde(with = "hex")]
    pub hash: [u8; 32],
}

/// Bytes as hexadecimal letters, in files that people may look at.
mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&data_encoding::HEXLOWER.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(from)?;
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).map_err(D::Error::custom)?;
        bytes.try_into().map_err(|_| D::Error::custom("a hash has 32 bytes"))
    }
}

/// An event with what its projection needs to know of its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub seq: Seq,
    pub day: BusinessDay,
    pub wall_ms: i64,
    /// Minutes that the site's clocks were ahead of UTC.
    pub offset_min: i64,
    pub actor: Actor,
    pub event: Event,
}

/// The hash before the first row.
pub const GENESIS: [u8; 32] = [0; 32];

impl Entry {
    /// SHA-256 over the previous hash and every column, each with its length before it, so
    /// that no two rows have the same bytes.
    pub fn chained(&self, previous: &[u8; 32]) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(previous);
        let numbers = [self.seq, self.mono_ms, self.wall_ms, self.offset_min, i64::from(self.trusted), i64::from(self.version)];
        for number in numbers {
            hasher.update(number.to_be_bytes());
        }
        for text in [&self.epoch, &self.day, &self.boot, &self.program, &self.actor, &self.kind, &self.event] {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.finalize().into()
    }

    pub fn decode(&self) -> Result<Recorded, StoreError> {
        let wrong = |why: String| StoreError::Damaged(format!("journal row {}: {why}", self.seq));
        Ok(Recorded {
            seq: self.seq,
            day: self.day.parse().map_err(|e: jiff::Error| wrong(e.to_string()))?,
            wall_ms: self.wall_ms,
            offset_min: self.offset_min,
            actor: serde_json::from_str(&self.actor).map_err(|e| wrong(e.to_string()))?,
            event: Event::decode(&self.kind, self.version, &self.event).map_err(|e| wrong(e.to_string()))?,
        })
    }
}

/// The last row's number and hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub seq: Seq,
    pub hash: [u8; 32],
}

pub fn head(conn: &Connection) -> Result<Head, StoreError> {
    let row = conn
        .prepare_cached("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")?
        .query_row([], |r| Ok(Head { seq: r.get(0)?, hash: r.get(1)? }))
        .optional()?;
    Ok(row.unwrap_or(Head { seq: 0, hash: GENESIS }))
}

pub(in crate::store) fn append(conn: &Connection, e: &Entry) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO journal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")?.execute(
        params![
            e.seq,
            e.epoch,
            e.day,
            e.boot,
            e.mono_ms,
            e.wall_ms,
            e.offset_min,
            e.trusted,
            e.program,
            e.actor,
            e.kind,
            e.version,
            e.event,
            e.hash
        ],
    )?;
    Ok(())
}

fn entry(r: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        seq: r.get(0)?,
        epoch: r.get(1)?,
        day: r.get(2)?,
        boot: r.get(3)?,
        mono_ms: r.get(4)?,
        wall_ms: r.get(5)?,
        offset_min: r.get(6)?,
        trusted: r.get(7)?,
        program: r.get(8)?,
        actor: r.get(9)?,
        kind: r.get(10)?,
        version: r.get(11)?,
        event: r.get(12)?,
        hash: r.get(13)?,
    })
}

/// Calls `f` with every row from `from` on, oldest first, until it says stop.
pub fn walk(conn: &Connection, from: Seq, mut f: impl FnMut(Entry) -> Result<(), StoreError>) -> Result<(), StoreError> {
    let mut statement = conn.prepare("SELECT * FROM journal WHERE seq >= ?1 ORDER BY seq")?;
    let mut rows = statement.query([from])?;
    while let Some(row) = rows.next()? {
        f(entry(row)?)?;
    }
    Ok(())
}

/// One row.
pub fn row(conn: &Connection, seq: Seq) -> Result<Option<Entry>, StoreError> {
    Ok(conn.prepare_cached("SELECT * FROM journal WHERE seq = ?1")?.query_row([seq], entry).optional()?)
}

/// The hash of a row; of row 0 the one before the first.
pub fn hash_at(conn: &Connection, seq: Seq) -> Result<Option<[u8; 32]>, StoreError> {
    match seq {
        0 => Ok(Some(GENESIS)),
        _ => Ok(conn.prepare_cached("SELECT hash FROM journal WHERE seq = ?1")?.query_row([seq], |r| r.get(0)).optional()?),
    }
}

/// Calls `f` with every row from `from` to `to`, oldest first.
pub fn stretch(
    conn: &Connection,
    from: Seq,
    to: Seq,
    mut f: impl FnMut(Entry) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached("SELECT * FROM journal WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq")?;
    let mut rows = statement.query([from, to])?;
    while let Some(row) = rows.next()? {
        f(entry(row)?)?;
    }
    Ok(())
}

/// The events after `seq`, or `None` when there are more than `max`.
pub fn since(conn: &Connection, seq: Seq, max: i64) -> Result<Option<Vec<Recorded>>, StoreError> {
    // A client says what it has seen: any number may stand there.
    match head(conn)?.seq.checked_sub(seq) {
        Some(missed) if (0..=max).contains(&missed) => {}
        _ => return Ok(None),
    }
    let mut events = Vec::new();
    walk(conn, seq + 1, |e| {
        events.push(e.decode()?);
        Ok(())
    })?;
    Ok(Some(events))
}

/// Checks numbers and hashes from row `from` to the end. The first wrong row is named.
pub fn check_chain(conn: &Connection, from: Seq) -> Result<Head, StoreError> {
    let mut head = before(conn, from)?;
    walk(conn, from, |entry| link(&mut head, &entry))?;
    Ok(head)
}

/// Checks those from `from` to `to`, all of which must be there.
pub fn check_stretch(conn: &Connection, from: Seq, to: Seq) -> Result<(), StoreError> {
    let mut head = before(conn, from)?;
    stretch(conn, from, to, |entry| link(&mut head, &entry))?;
    match head.seq == to {
        true => Ok(()),
        false => Err(StoreError::Damaged(format!("journal row {} is missing", head.seq + 1))),
    }
}

/// The row before `from`.
fn before(conn: &Connection, from: Seq) -> Result<Head, StoreError> {
    match hash_at(conn, from - 1)? {
        Some(hash) => Ok(Head { seq: from - 1, hash }),
        None => Err(StoreError::Damaged(format!("journal row {} is missing", from - 1))),
    }
}

/// One row further, if it follows.
fn link(head: &mut Head, entry: &Entry) -> Result<(), StoreError> {
    if entry.seq != head.seq + 1 {
        return Err(StoreError::Damaged(format!("journal row {} is missing", head.seq + 1)));
    }
    if entry.chained(&head.hash) != entry.hash {
        return Err(StoreError::Damaged(format!("journal row {} was changed: its hash does not fit", entry.seq)));
    }
    *head = Head { seq: entry.seq, hash: entry.hash };
    Ok(())
}

/// The file's epoch; `fresh` makes one when the file is new.
pub fn epoch(conn: &Connection, fresh: impl FnOnce() -> Result<String, StoreError>) -> Result<String, StoreError> {
    let found: Option<String> =
        conn.prepare_cached("SELECT value FROM meta WHERE key = 'epoch'")?.query_row([], |r| r.get(0)).optional()?;
    if let Some(epoch) = found {
        return Ok(epoch);
    }
    let epoch = fresh()?;
    conn.prepare_cached("INSERT INTO meta VALUES ('epoch', ?1)")?.execute([&epoch])?;
    Ok(epoch)
}

/// Another epoch: the file that clients and head office knew is not the one that goes on.
pub(in crate::store) fn renew_epoch(conn: &Connection, epoch: &str) -> Result<(), StoreError> {
    conn.execute("INSERT INTO meta VALUES ('epoch', ?1) ON CONFLICT DO UPDATE SET value = ?1", [epoch])?;
    conn.execute("DELETE FROM meta WHERE key = 'synced'", [])?;
    Ok(())
}
