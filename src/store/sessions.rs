//! Sessions and device tokens. Only their hashes are stored.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::id::{DeviceId, EmployeeId, GuestId, VisitId};
use crate::domain::staff::{Actor, Role};
use crate::domain::time::BusinessDay;
use crate::store::error::StoreError;

pub type TokenHash = [u8; 32];

/// How long an office that nobody touches stays open: a working day.
pub const IDLE_MS: i64 = 12 * 60 * 60 * 1_000;
/// How long one may be open at all, in case a business day never ends.
pub const LONGEST_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// Whose session a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    Guest {
        guest: GuestId,
        visit: VisitId,
    },
    /// Without a device in the office, where a password was given.
    Employee {
        employee: EmployeeId,
        role: Role,
        device: Option<DeviceId>,
    },
}

impl Holder {
    pub fn actor(self) -> Actor {
        match self {
            Holder::Guest { guest, visit } => Actor::Guest { guest, visit },
            Holder::Employee { employee, role, device } => Actor::Employee { employee, role, device },
        }
    }
}

/// The holder of a session of this business day. A session ends with its day; a guest's only
/// once the visit is closed as well, for a party may sit past the cut-off; an office's also when
/// nobody has touched it for long.
pub fn holder(conn: &Connection, hash: &TokenHash, day: BusinessDay, now_ms: i64) -> Result<Option<Holder>, StoreError> {
    let guest = conn
        .prepare_cached(
            "SELECT s.guest_id, g.visit_id FROM session s JOIN guest g ON g.id = s.guest_id JOIN visit v ON v.id = g.visit_id \
             WHERE s.hash = ?1 AND (v.closed_ms IS NULL OR s.day = ?2)",
        )?
        .query_row(params![hash, day], |r| Ok(Holder::Guest { guest: r.get(0)?, visit: r.get(1)? }))
        .optional()?;
    if guest.is_some() {
        return Ok(guest);
    }
    Ok(conn
        .prepare_cached(
            "SELECT s.employee_id, e.role, s.device_id FROM session s JOIN employee e ON e.id = s.employee_id \
             WHERE s.hash = ?1 AND s.day = ?2 AND e.active AND NOT e.pending \
             AND (s.device_id IS NOT NULL OR (?3 - s.seen_ms < ?4 AND ?3 - s.opened_ms < ?5))",
        )?
        .query_row(params![hash, day, now_ms, IDLE_MS, LONGEST_MS], |r| {
            Ok(Holder::Employee { employee: r.get(0)?, role: r.get(1)?, device: r.get(2)? })
        })
        .optional()?)
}

pub fn keep_guest(conn: &Connection, hash: &TokenHash, guest: GuestId, day: BusinessDay) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO session (hash, guest_id, day) VALUES (?1, ?2, ?3)")?.execute(params![hash, guest, day])?;
    Ok(())
}

/// A session of the staff's that begins.
pub struct Opened<'a> {
    pub hash: &'a TokenHash,
    pub employee: EmployeeId,
    pub device: Option<DeviceId>,
    pub day: BusinessDay,
    pub at_ms: i64,
    /// The browser's own words for itself.
    pub agent: &'a str,
}

pub fn keep_employee(conn: &Connection, s: &Opened<'_>) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO session (hash, employee_id, device_id, day, opened_ms, agent, seen_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5)",
    )?
    .execute(params![s.hash, s.employee, s.device, s.day, s.at_ms, s.agent])?;
    Ok(())
}

/// A session of the staff's, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffSession {
    pub hash: TokenHash,
    pub employee: EmployeeId,
    pub device: Option<DeviceId>,
    pub opened_ms: i64,
    pub agent: String,
}

/// The staff's sessions of that day, newest first.
pub fn of_staff(conn: &Connection, day: BusinessDay) -> Result<Vec<StaffSession>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT hash, employee_id, device_id, opened_ms, agent FROM session WHERE employee_id IS NOT NULL AND day = ?1 \
         ORDER BY opened_ms DESC, hash",
    )?;
    let rows = statement.query_map([day], |r| {
        Ok(StaffSession { hash: r.get(0)?, employee: r.get(1)?, device: r.get(2)?, opened_ms: r.get(3)?, agent: r.get(4)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When somebody was last there.
pub fn seen_ms(conn: &Connection, hash: &TokenHash) -> Result<Option<i64>, StoreError> {
    Ok(conn.prepare_cached("SELECT seen_ms FROM session WHERE hash = ?1")?.query_row([hash], |r| r.get(0)).optional()?)
}

/// Somebody is there.
pub fn keep_seen(conn: &Connection, hash: &TokenHash, now_ms: i64) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE session SET seen_ms = ?2 WHERE hash = ?1")?.execute(params![hash, now_ms])?;
    Ok(())
}

/// When a session was opened.
pub fn opened_ms(conn: &Connection, hash: &TokenHash) -> Result<Option<i64>, StoreError> {
    Ok(conn.prepare_cached("SELECT opened_ms FROM session WHERE hash = ?1")?.query_row([hash], |r| r.get(0)).optional()?)
}

pub fn end_of_employee(conn: &Connection, id: EmployeeId) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM session WHERE employee_id = ?1")?.execute([id])?;
    Ok(())
}

/// A device is removed: its token opens nothing, nor does what was opened on it.
pub fn forget_device(conn: &Connection, id: DeviceId) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM device_token WHERE device_id = ?1")?.execute([id])?;
    conn.prepare_cached("DELETE FROM session WHERE device_id = ?1")?.execute([id])?;
    Ok(())
}

/// The guest whose session was opened with that token: the same request come again.
pub fn guest(conn: &Connection, hash: &TokenHash) -> Result<Option<(GuestId, VisitId)>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT s.guest_id, g.visit_id FROM session s JOIN guest g ON g.id = s.guest_id WHERE s.hash = ?1")?
        .query_row([hash], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?)
}

/// Whether a session of that employee was opened with that token.
pub fn is_employees(conn: &Connection, hash: &TokenHash, employee: EmployeeId) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached("SELECT count(*) > 0 FROM session WHERE hash = ?1 AND employee_id = ?2")?
        .query_row(params![hash, employee], |r| r.get(0))?)
}

pub fn end(conn: &Connection, hash: &TokenHash) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM session WHERE hash = ?1")?.execute([hash])?;
    Ok(())
}

pub fn device(conn: &Connection, hash: &TokenHash) -> Result<Option<DeviceId>, StoreError> {
    Ok(conn.prepare_cached("SELECT device_id FROM device_token WHERE hash = ?1")?.query_row([hash], |r| r.get(0)).optional()?)
}

pub fn keep_device(conn: &Connection, hash: &TokenHash, device: DeviceId) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO device_token VALUES (?1, ?2)")?.execute(params![hash, device])?;
    Ok(())
}

/// Sessions of the open day go on in `day`, which is about to be opened.
pub fn carry(conn: &Connection, day: BusinessDay) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE session SET day = ?1 WHERE day = (SELECT max(day) FROM business_day)")?.execute([day])?;
    Ok(())
}

/// Forgets what has lapsed: sessions of earlier days whose visit is closed.
pub fn prune(conn: &Connection, day: BusinessDay) -> Result<(), StoreError> {
    conn.execute(
        "DELETE FROM session WHERE day < ?1 AND (guest_id IS NULL OR guest_id NOT IN \
         (SELECT g.id FROM guest g JOIN visit v ON v.id = g.visit_id WHERE v.closed_ms IS NULL))",
        [day],
    )?;
    Ok(())
}
