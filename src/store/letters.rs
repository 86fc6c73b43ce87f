//! Letters that are owed and those that went. Written in the operation's own transaction; worked
//! off by the mail worker. Nothing here is journalled: addresses are personal.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::id::{GuestId, LetterId};
use crate::domain::mail::{Letter, LetterState, MailSettings};
use crate::domain::time::BusinessDay;
use crate::store::error::StoreError;

/// The settings; off before they were set.
pub fn settings(conn: &Connection) -> Result<MailSettings, StoreError> {
    let text: Option<String> = conn.prepare_cached("SELECT settings FROM mail")?.query_row([], |r| r.get(0)).optional()?;
    text.map_or_else(|| Ok(MailSettings::default()), |t| Ok(serde_json::from_str(&t)?))
}

/// The mail server's password.
pub fn password(conn: &Connection) -> Result<Option<String>, StoreError> {
    Ok(conn.prepare_cached("SELECT value FROM secret WHERE name = 'mail'")?.query_row([], |r| r.get(0)).optional()?)
}

pub fn keep_password(conn: &Connection, password: &str) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO secret VALUES ('mail', ?1) ON CONFLICT DO UPDATE SET value = ?1")?.execute([password])?;
    Ok(())
}

/// To whom a letter goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// The address that the guest has given, when it is sent.
    Guest(GuestId),
    Address(String),
}

/// A letter that is owed.
pub struct NewLetter<'a> {
    pub letter: &'a Letter,
    pub to: &'a To,
    pub message_id: String,
    pub at_ms: i64,
    pub boot: &'a str,
    pub day: BusinessDay,
}

pub(in crate::store) fn add(conn: &Connection, new: &NewLetter<'_>) -> Result<(), StoreError> {
    let (guest, address) = match new.to {
        To::Guest(guest) => (Some(*guest), None),
        To::Address(address) => (None, Some(address)),
    };
    conn.execute(
        "INSERT INTO letter (work, guest_id, address, message_id, state, attempts, queued_ms, boot, due_ms, day) \
         VALUES (?1, ?2, ?3, ?4, 'queued', 0, ?5, ?6, 0, ?7)",
        params![serde_json::to_string(new.letter)?, guest, address, new.message_id, new.at_ms, new.boot, new.day],
    )?;
    Ok(())
}

/// Whether such a letter waits already for the same person.
pub fn waits(conn: &Connection, letter: &Letter, to: &To) -> Result<bool, StoreError> {
    let (guest, address) = match to {
        To::Guest(guest) => (Some(*guest), None),
        To::Address(address) => (None, Some(address)),
    };
    Ok(conn.prepare_cached("SELECT count(*) > 0 FROM letter WHERE work = ?1 AND guest_id IS ?2 AND address IS ?3 AND state IN ('queued', 'sending')")?.query_row(params![serde_json::to_string(letter)?, guest, address],
        |r| r.get(0),
    )?)
}

/// How often such a letter was sent, or is about to be, at a guest's asking.
pub fn count(conn: &Connection, letter: &Letter, guest: GuestId) -> Result<u32, StoreError> {
    Ok(conn
        .prepare_cached("SELECT count(*) FROM letter WHERE work = ?1 AND guest_id = ?2")?
        .query_row(params![serde_json::to_string(letter)?, guest], |r| r.get(0))?)
}

/// Puts a letter back to its first try.
pub fn afresh(conn: &Connection, id: LetterId) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE letter SET attempts = 0 WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Forgets the password: it was for another server.
pub fn drop_password(conn: &Connection) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM secret WHERE name = 'mail'")?.execute([])?;
    Ok(())
}

/// Whatever waits may be tried at once.
pub fn hurry(conn: &Connection) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE letter SET due_ms = 0 WHERE state = 'queued'")?.execute([])?;
    Ok(())
}

/// A letter as it stands in the list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LetterRow {
    pub id: LetterId,
    pub work: Letter,
    /// Empty once erased.
    pub address: String,
    pub message_id: String,
    pub state: LetterState,
    pub attempts: u32,
    pub fault: Option<String>,
    pub queued_ms: i64,
}

const LETTER: &str = "SELECT l.id, l.work, coalesce(l.address, p.mail, ''), l.message_id, l.state, l.attempts, l.fault, l.queued_ms \
                      FROM letter l LEFT JOIN person p ON p.guest_id = l.guest_id";

fn letter_row(r: &Row<'_>) -> rusqlite::Result<(String, LetterRow)> {
    let row = LetterRow {
        id: r.get(0)?,
        work: Letter::Test,
        address: r.get(2)?,
        message_id: r.get(3)?,
        state: r.get(4)?,
        attempts: r.get(5)?,
        fault: r.get(6)?,
        queued_ms: r.get(7)?,
    };
    Ok((r.get(1)?, row))
}

fn read((work, row): (String, LetterRow)) -> Result<LetterRow, StoreError> {
    Ok(LetterRow { work: serde_json::from_str(&work)?, ..row })
}

/// The newest letters, newest first; older than `before`.
pub fn list(conn: &Connection, before: Option<LetterId>, most: u32) -> Result<Vec<LetterRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{LETTER} WHERE ?1 IS NULL OR l.id < ?1 ORDER BY l.id DESC LIMIT ?2"))?;
    let rows: Vec<_> = statement.query_map(params![before, most], letter_row)?.collect::<Result<_, _>>()?;
    rows.into_iter().map(read).collect()
}

pub fn letter(conn: &Connection, id: LetterId) -> Result<Option<LetterRow>, StoreError> {
    conn.prepare_cached(&format!("{LETTER} WHERE l.id = ?1"))?.query_row([id], letter_row).optional()?.map(read).transpose()
}

/// Takes the next letter that may be tried now, and counts the try.
pub fn claim(conn: &Connection, boot: &str, now_ms: i64) -> Result<Option<LetterRow>, StoreError> {
    let found = conn
        .prepare_cached(&format!(
            "{LETTER} WHERE l.state = 'queued' AND (l.boot <> ?1 OR l.due_ms <= ?2) ORDER BY l.attempts, l.id LIMIT 1"
        ))?
        .query_row(params![boot, now_ms], letter_row)
        .optional()?;
    let Some(row) = found.map(read).transpose()? else { return Ok(None) };
    conn.prepare_cached("UPDATE letter SET state = 'sending', attempts = attempts + 1 WHERE id = ?1")?.execute([row.id])?;
    Ok(Some(LetterRow { state: LetterState::Sending, attempts: row.attempts + 1, ..row }))
}

/// Milliseconds until the next letter may be tried; none when none waits.
pub fn next_due(conn: &Connection, boot: &str, now_ms: i64) -> Result<Option<i64>, StoreError> {
    let due: Option<i64> = conn
        .prepare_cached("SELECT min(CASE WHEN boot = ?1 THEN due_ms ELSE 0 END) FROM letter WHERE state = 'queued'")?
        .query_row([boot], |r| r.get(0))?;
    Ok(due.map(|d| (d - now_ms).max(0)))
}

/// Puts a letter into a state; `due_ms` counts when it is queued again.
pub fn set(
    conn: &Connection,
    id: LetterId,
    state: LetterState,
    fault: Option<&str>,
    boot: &str,
    due_ms: i64,
) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE letter SET state = ?2, fault = ?3, boot = ?4, due_ms = ?5 WHERE id = ?1")?
        .execute(params![id, state, fault, boot, due_ms])?;
    Ok(())
}

/// After a start: what was being sent when the program died is sent again, under its old id.
pub fn recover(conn: &Connection) -> Result<usize, StoreError> {
    Ok(conn.prepare_cached("UPDATE letter SET state = 'queued', due_ms = 0 WHERE state = 'sending'")?.execute([])?)
}

/// How many wait, how many have failed, and why the first of those that wait does.
pub fn state_of_all(conn: &Connection) -> Result<(u32, u32, Option<String>), StoreError> {
    let waiting: u32 =
        conn.prepare_cached("SELECT count(*) FROM letter WHERE state IN ('queued', 'sending')")?.query_row([], |r| r.get(0))?;
    let failed: u32 = conn
        .prepare_cached("SELECT count(*) FROM letter WHERE state = 'failed' AND day = (SELECT max(day) FROM business_day)")?
        .query_row([], |r| r.get(0))?;
    let fault = conn
        .prepare_cached(
            "SELECT fault FROM letter WHERE state IN ('queued', 'sending') AND fault IS NOT NULL ORDER BY id LIMIT 1",
        )?
        .query_row([], |r| r.get(0))
        .optional()?;
    Ok((waiting, failed, fault))
}

/// Forgets letters, and with them addresses, that went or were given up before the last seven
/// business days.
pub fn prune(conn: &Connection) -> Result<(), StoreError> {
    conn.execute(
        "DELETE FROM letter WHERE state IN ('sent', 'failed', 'cancelled') \
         AND day < (SELECT min(day) FROM (SELECT day FROM business_day ORDER BY day DESC LIMIT 7))",
        [],
    )?;
    Ok(())
}

pub(in crate::store) fn project_settings(conn: &Connection, settings: &MailSettings) -> Result<(), StoreError> {
    let text = serde_json::to_string(settings)?;
    conn.prepare_cached("INSERT INTO mail VALUES (1, ?1) ON CONFLICT DO UPDATE SET settings = ?1")?.execute([text])?;
    Ok(())
}
