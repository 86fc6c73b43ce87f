//! The guests' Wi-Fi, with its password: beside the journal, like every secret.

use rusqlite::{Connection, OptionalExtension};

use crate::domain::wifi::Wifi;
use crate::store::error::StoreError;

pub fn wifi(conn: &Connection) -> Result<Option<Wifi>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT value FROM secret WHERE name = 'wifi'")?;
    let text: Option<String> = statement.query_row([], |r| r.get(0)).optional()?;
    text.map(|text| serde_json::from_str(&text).map_err(StoreError::from)).transpose()
}

pub fn keep(conn: &Connection, wifi: Option<&Wifi>) -> Result<(), StoreError> {
    match wifi {
        Some(wifi) => conn
            .prepare_cached("INSERT INTO secret VALUES ('wifi', ?1) ON CONFLICT DO UPDATE SET value = ?1")?
            .execute([serde_json::to_string(wifi)?])?,
        None => conn.prepare_cached("DELETE FROM secret WHERE name = 'wifi'")?.execute([])?,
    };
    Ok(())
}
