//! Jobs: what is owed to the printers. Written in the operation's own transaction; worked
//! off by the print worker. Attempts are not journalled.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::id::{JobId, PrinterId};
use crate::domain::job::{DRAWER_EXPIRES_MS, PrintJob, PrinterFault};
use crate::domain::time::BusinessDay;
use crate::store::error::StoreError;

/// A job that was taken.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Claimed {
    pub id: JobId,
    pub work: PrintJob,
    pub attempts: u32,
    /// It may be on paper already.
    pub in_doubt: bool,
}

pub(in crate::store) fn add(
    conn: &Connection,
    printer: PrinterId,
    job: &PrintJob,
    boot: &str,
    now_ms: i64,
    day: BusinessDay,
) -> Result<(), StoreError> {
    let expires = matches!(job, PrintJob::DrawerPulse).then_some(now_ms + DRAWER_EXPIRES_MS);
    conn.prepare_cached(
        "INSERT INTO job (printer_id, work, state, attempts, in_doubt, boot, expires_ms, day) VALUES (?1, ?2, 'queued', 0, 0, ?3, ?4, ?5)",
    )?
    .execute(params![printer, serde_json::to_string(job)?, boot, expires, day])?;
    Ok(())
}

/// Takes the printer's oldest job; a drawer pulse goes before paper, for it cannot wait.
pub fn claim(conn: &Connection, printer: PrinterId) -> Result<Option<Claimed>, StoreError> {
    let row: Option<(JobId, String, u32, bool)> = conn
        .prepare_cached(
            "SELECT id, work, attempts, in_doubt FROM job WHERE printer_id = ?1 AND state = 'queued' ORDER BY expires_ms IS NULL, id LIMIT 1",
        )?
        .query_row([printer], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
        .optional()?;
    let Some((id, work, attempts, in_doubt)) = row else { return Ok(None) };
    conn.prepare_cached("UPDATE job SET state = 'sending', attempts = attempts + 1 WHERE id = ?1")?.execute([id])?;
    Ok(Some(Claimed { id, work: serde_json::from_str(&work)?, attempts, in_doubt }))
}

/// Lays aside drawer pulses of an earlier boot, of an earlier try, or too old: they are never
/// sent. Tells how many.
pub fn expire(conn: &Connection, printer: PrinterId, boot: &str, now_ms: i64) -> Result<usize, StoreError> {
    Ok(conn.prepare_cached(
        "UPDATE job SET state = 'expired', fault = NULL WHERE printer_id = ?1 AND state = 'queued' AND expires_ms IS NOT NULL \
         AND (boot <> ?2 OR expires_ms <= ?3 OR attempts > 0)",
    )?
    .execute(params![printer, boot, now_ms])?)
}

/// It is on paper, as far as a printer that says nothing lets anybody know.
pub fn done(conn: &Connection, id: JobId) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE job SET state = 'done', fault = NULL WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// It did not work; it is tried again. `in_doubt` when some of it may be on paper.
pub fn failed(conn: &Connection, id: JobId, fault: PrinterFault, in_doubt: bool) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE job SET state = 'queued', fault = ?2, in_doubt = in_doubt OR ?3 WHERE id = ?1")?
        .execute(params![id, fault.name(), in_doubt])?;
    Ok(())
}

/// After a start: what was being sent when the program died may be on paper or not.
pub fn recover(conn: &Connection) -> Result<usize, StoreError> {
    conn.prepare_cached("UPDATE job SET state = 'expired' WHERE state IN ('queued', 'sending') AND expires_ms IS NOT NULL")?
        .execute([])?;
    Ok(conn.prepare_cached("UPDATE job SET state = 'queued', in_doubt = 1 WHERE state = 'sending'")?.execute([])?)
}

/// How many jobs wait for a printer and why the first of them does.
pub fn state_of(conn: &Connection, printer: PrinterId) -> Result<(u32, Option<PrinterFault>), StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT count(*) OVER (), fault FROM job WHERE printer_id = ?1 AND state IN ('queued', 'sending') ORDER BY id LIMIT 1",
    )?;
    let row: Option<(u32, Option<String>)> = statement.query_row([printer], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
    let Some((waiting, fault)) = row else { return Ok((0, None)) };
    let fault = fault.map(|word| serde_json::from_value(serde_json::Value::String(word))).transpose()?;
    Ok((waiting, fault))
}

/// Jobs of all printers that are not on paper yet.
pub fn open(conn: &Connection) -> Result<u32, StoreError> {
    Ok(conn.prepare_cached("SELECT count(*) FROM job WHERE state IN ('queued', 'sending')")?.query_row([], |r| r.get(0))?)
}

/// Forgets what was printed before the last seven business days.
pub fn prune(conn: &Connection) -> Result<(), StoreError> {
    conn.execute(
        "DELETE FROM job WHERE state IN ('done', 'expired') \
         AND day < (SELECT min(day) FROM (SELECT day FROM business_day ORDER BY day DESC LIMIT 7))",
        [],
    )?;
    Ok(())
}
