//! The settings of backups, their passphrase, and how the last ones went.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::domain::backup::{BackupFault, BackupSettings};
use crate::domain::id::Seq;
use crate::domain::time::BusinessDay;
use crate::store::error::StoreError;

/// The settings; off before they were set.
pub fn settings(conn: &Connection) -> Result<BackupSettings, StoreError> {
    let text: Option<String> = conn.prepare_cached("SELECT settings FROM backup")?.query_row([], |r| r.get(0)).optional()?;
    text.map_or_else(|| Ok(BackupSettings::default()), |t| Ok(serde_json::from_str(&t)?))
}

pub(in crate::store) fn project_settings(conn: &Connection, settings: &BackupSettings) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO backup VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET settings = ?1")?
        .execute([serde_json::to_string(settings)?])?;
    Ok(())
}

pub fn passphrase(conn: &Connection) -> Result<Option<String>, StoreError> {
    Ok(conn.prepare_cached("SELECT value FROM secret WHERE name = 'backup'")?.query_row([], |r| r.get(0)).optional()?)
}

pub fn keep_passphrase(conn: &Connection, passphrase: &str) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO secret VALUES ('backup', ?1) ON CONFLICT DO UPDATE SET value = ?1")?
        .execute([passphrase])?;
    Ok(())
}

/// How backups went, as it is written down: it outlives a restart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The last one that was made, everywhere it shall go.
    pub made: Option<Last>,
    pub fault: Option<Fault>,
    /// Somebody wants one now.
    pub wanted: bool,
    /// Of the journal's copy: how far it had come when it failed.
    pub copy_fault: Option<Fault>,
    pub copied: Seq,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    pub at_ms: i64,
    pub day: BusinessDay,
    pub seq: Seq,
    pub bytes: u64,
}

/// What keeps them from being made, in one word and in the system's own, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub word: BackupFault,
    pub detail: String,
    pub since_ms: i64,
}

pub fn state(conn: &Connection) -> Result<State, StoreError> {
    let text: Option<String> =
        conn.prepare_cached("SELECT value FROM meta WHERE key = 'backups'")?.query_row([], |r| r.get(0)).optional()?;
    // A note of another program's is no reason not to start.
    Ok(text.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default())
}

pub fn keep_state(conn: &Connection, state: &State) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO meta VALUES ('backups', ?1) ON CONFLICT DO UPDATE SET value = ?1")?
        .execute([serde_json::to_string(state)?])?;
    Ok(())
}

/// A name for this house's folder among others': from the first row of the journal, which no restore changes.
pub fn house(conn: &Connection) -> Result<Option<String>, StoreError> {
    let first = crate::store::journal::hash_at(conn, 1)?;
    Ok(first.map(|hash| format!("kasir-{}", data_encoding::HEXLOWER.encode(&hash[..4]))))
}
