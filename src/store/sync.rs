//! The settings of head office's copy, the name under which this house stands there, and how far
//! it had come when that was last written down.

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use crate::domain::id::Seq;
use crate::domain::sync::SyncSettings;
use crate::store::error::StoreError;

/// The settings; off before they were set.
pub fn settings(conn: &Connection) -> Result<SyncSettings, StoreError> {
    let text: Option<String> = conn.prepare_cached("SELECT settings FROM sync")?.query_row([], |r| r.get(0)).optional()?;
    text.map_or_else(|| Ok(SyncSettings::default()), |t| Ok(serde_json::from_str(&t)?))
}

pub(in crate::store) fn project_settings(conn: &Connection, settings: &SyncSettings) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO sync VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET settings = ?1")?
        .execute([serde_json::to_string(settings)?])?;
    Ok(())
}

pub fn password(conn: &Connection) -> Result<Option<String>, StoreError> {
    Ok(conn.prepare_cached("SELECT value FROM secret WHERE name = 'sync'")?.query_row([], |r| r.get(0)).optional()?)
}

pub fn keep_password(conn: &Connection, password: &str) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO secret VALUES ('sync', ?1) ON CONFLICT DO UPDATE SET value = ?1")?.execute([password])?;
    Ok(())
}

/// Forgets the password: it was for another server.
pub fn drop_password(conn: &Connection) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM secret WHERE name = 'sync'")?.execute([])?;
    Ok(())
}

fn meta(conn: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    Ok(conn.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |r| r.get(0)).optional()?)
}

/// Under which this house stands at head office: made once, kept over restored backups.
pub fn site_uid(conn: &Connection) -> Result<Option<String>, StoreError> {
    meta(conn, "site")
}

pub fn keep_site_uid(conn: &Connection, uid: Uuid) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT OR IGNORE INTO meta VALUES ('site', ?1)")?.execute([uid.to_string()])?;
    Ok(())
}

/// The file's epoch; empty before the first start.
pub fn epoch(conn: &Connection) -> Result<String, StoreError> {
    Ok(meta(conn, "epoch")?.unwrap_or_default())
}

/// How far head office had come when that was last written down here.
pub fn reached(conn: &Connection) -> Result<Seq, StoreError> {
    Ok(meta(conn, "synced")?.and_then(|t| t.parse().ok()).unwrap_or(0))
}

pub fn keep_reached(conn: &Connection, seq: Seq) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO meta VALUES ('synced', ?1) ON CONFLICT DO UPDATE SET value = ?1")?
        .execute([seq.to_string()])?;
    Ok(())
}
