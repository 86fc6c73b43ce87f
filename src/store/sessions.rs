//! Sessions and device tokens. Only their hashes are stored.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::id::{DeviceId, EmployeeId, GuestId, VisitId};
use crate::domain::staff::{Actor, Role};
use crate::domain::time::BusinessDay;
use crate::store::error::StoreError;

pub type TokenHash = [u8; 32];

/// Whose session a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    Guest { guest: GuestId, visit: VisitId },
    Employee { employee: EmployeeId, role: Role, device: DeviceId },
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
/// once the visit is closed as well, for a party may sit past the cut-off.
pub fn holder(conn: &Connection, hash: &TokenHash, day: BusinessDay) -> Result<Option<Holder>, StoreError> {
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
             WHERE s.hash = ?1 AND s.day = ?2 AND e.active",
        )?
        .query_row(params![hash, day], |r| Ok(Holder::Employee { employee: r.get(0)?, role: r.get(1)?, device: r.get(2)? }))
        .optional()?)
}

pub fn keep_guest(conn: &Connection, hash: &TokenHash, guest: GuestId, day: BusinessDay) -> Result<(), StoreError> {
    conn.execute("INSERT INTO session VALUES (?1, ?2, NULL, NULL, ?3)", params![hash, guest, day])?;
    Ok(())
}

pub fn keep_employee(
    conn: &Connection,
    hash: &TokenHash,
    employee: EmployeeId,
    device: DeviceId,
    day: BusinessDay,
) -> Result<(), StoreError> {
    conn.execute("INSERT INTO session VALUES (?1, NULL, ?2, ?3, ?4)", params![hash, employee, device, day])?;
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
    Ok(conn.query_row("SELECT count(*) > 0 FROM session WHERE hash = ?1 AND employee_id = ?2", params![hash, employee], |r| {
        r.get(0)
    })?)
}

pub fn end(conn: &Connection, hash: &TokenHash) -> Result<(), StoreError> {
    conn.execute("DELETE FROM session WHERE hash = ?1", [hash])?;
    Ok(())
}

pub fn device(conn: &Connection, hash: &TokenHash) -> Result<Option<DeviceId>, StoreError> {
    Ok(conn.prepare_cached("SELECT device_id FROM device_token WHERE hash = ?1")?.query_row([hash], |r| r.get(0)).optional()?)
}

pub fn keep_device(conn: &Connection, hash: &TokenHash, device: DeviceId) -> Result<(), StoreError> {
    conn.execute("INSERT INTO device_token VALUES (?1, ?2)", params![hash, device])?;
    Ok(())
}

/// Sessions of the open day go on in `day`, which is about to be opened.
pub fn carry(conn: &Connection, day: BusinessDay) -> Result<(), StoreError> {
    conn.execute("UPDATE session SET day = ?1 WHERE day = (SELECT max(day) FROM business_day)", [day])?;
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
