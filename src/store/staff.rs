//! Employees and devices; their secrets stand in tables of their own, outside the journal.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::id::{DeviceId, EmployeeId};
use crate::domain::staff::{Employee, Tries};
use crate::store::convert::Uid;
use crate::store::error::StoreError;
use crate::store::sessions;

fn employee_row(r: &Row<'_>) -> rusqlite::Result<Employee> {
    Ok(Employee {
        id: r.get(0)?,
        uid: r.get::<_, Uid>(1)?.0,
        name: r.get(2)?,
        role: r.get(3)?,
        active: r.get(4)?,
        pending: r.get(5)?,
    })
}

pub fn employees(conn: &Connection) -> Result<Vec<Employee>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, uid, name, role, active, pending FROM employee ORDER BY id")?;
    Ok(statement.query_map([], employee_row)?.collect::<Result<_, _>>()?)
}

pub fn employee(conn: &Connection, id: EmployeeId) -> Result<Option<Employee>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, uid, name, role, active, pending FROM employee WHERE id = ?1")?;
    Ok(statement.query_row([id], employee_row).optional()?)
}

pub fn by_name(conn: &Connection, name: &str) -> Result<Option<Employee>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, uid, name, role, active, pending FROM employee WHERE name = ?1")?;
    Ok(statement.query_row([name], employee_row).optional()?)
}

/// How many have signed up and wait for a yes.
pub fn asking(conn: &Connection) -> Result<usize, StoreError> {
    let count: u32 =
        conn.prepare_cached("SELECT count(*) FROM employee WHERE pending = 1 AND active = 1")?.query_row([], |r| r.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Whether staff may log in on it.
pub fn is_enrolled(conn: &Connection, id: DeviceId) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached("SELECT count(*) > 0 FROM device WHERE id = ?1 AND removed = 0")?.query_row([id], |r| r.get(0))?)
}

/// Forgets tries that count no more: longer ago than the lock, or of an earlier boot that this
/// one has outlasted.
pub fn prune_tries(conn: &Connection, boot: &str, now_ms: i64) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM login_failure WHERE (boot = ?1 AND ?2 - since_ms >= ?3) OR (boot <> ?1 AND ?2 >= ?3)")?
        .execute(params![boot, now_ms, Tries::FORGOTTEN_MS])?;
    Ok(())
}

pub fn device_name(conn: &Connection, id: DeviceId) -> Result<Option<String>, StoreError> {
    Ok(conn.prepare_cached("SELECT name FROM device WHERE id = ?1")?.query_row([id], |r| r.get(0)).optional()?)
}

/// What a person proves to be somebody with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credential {
    pub pin_hash: Option<String>,
    pub password_hash: Option<String>,
    pub mail: Option<String>,
}

pub fn credential(conn: &Connection, id: EmployeeId) -> Result<Credential, StoreError> {
    let row = |r: &Row<'_>| Ok(Credential { pin_hash: r.get(0)?, password_hash: r.get(1)?, mail: r.get(2)? });
    let mut statement = conn.prepare_cached("SELECT pin_hash, password_hash, mail FROM credential WHERE employee_id = ?1")?;
    Ok(statement.query_row([id], row).optional()?.unwrap_or_default())
}

/// The employee with that mail address.
pub fn by_mail(conn: &Connection, mail: &str) -> Result<Option<Employee>, StoreError> {
    let id: Option<EmployeeId> =
        conn.prepare_cached("SELECT employee_id FROM credential WHERE mail = ?1")?.query_row([mail], |r| r.get(0)).optional()?;
    id.map_or(Ok(None), |id| employee(conn, id))
}

pub fn keep_pin_hash(conn: &Connection, id: EmployeeId, hash: &str) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO credential (employee_id, pin_hash) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET pin_hash = ?2",
    )?
    .execute(params![id, hash])?;
    proven_anew(conn, id)
}

pub fn keep_password_hash(conn: &Connection, id: EmployeeId, hash: &str) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO credential (employee_id, password_hash) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET password_hash = ?2",
    )?
    .execute(params![id, hash])?;
    proven_anew(conn, id)
}

/// An empty address is none.
pub fn keep_mail(conn: &Connection, id: EmployeeId, mail: &str) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO credential (employee_id, mail) VALUES (?1, nullif(?2, '')) ON CONFLICT DO UPDATE SET mail = nullif(?2, '')",
    )?
    .execute(params![id, mail])?;
    Ok(())
}

/// Fresh tries; and whoever is logged in with the old secret is not any more.
fn proven_anew(conn: &Connection, id: EmployeeId) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM login_failure WHERE employee_id = ?1")?.execute([id])?;
    sessions::end_of_employee(conn, id)
}

/// Failed tries of a person from one place: how many since when, in monotonic milliseconds of
/// this boot. Those of an earlier boot count from its start: pulling the plug gives no fresh
/// tries.
pub fn tries(conn: &Connection, employee: EmployeeId, origin: &str, boot: &str) -> Result<Tries, StoreError> {
    let row: Option<(u32, String, i64)> = conn
        .query_row(
            "SELECT count, boot, since_ms FROM login_failure WHERE employee_id = ?1 AND origin = ?2",
            params![employee, origin],
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
        )
        .optional()?;
    Ok(match row {
        Some((count, at, since_ms)) if at == boot => Tries { count, since_ms },
        // Before the plug was pulled: as if it had been at this start.
        Some((count, _, _)) => Tries { count, since_ms: 0 },
        None => Tries::default(),
    })
}

pub fn keep_tries(conn: &Connection, employee: EmployeeId, origin: &str, tries: Tries, boot: &str) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO login_failure VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET count = ?3, boot = ?4, since_ms = ?5",
    )?
    .execute(params![employee, origin, tries.count, boot, tries.since_ms])?;
    Ok(())
}

pub fn clear_failures(conn: &Connection, employee: EmployeeId, origin: &str) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM login_failure WHERE employee_id = ?1 AND origin = ?2")?
        .execute(params![employee, origin])?;
    Ok(())
}

/// A screen that staff may log in on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: DeviceId,
    pub name: String,
    pub enrolled_ms: i64,
}

pub fn devices(conn: &Connection) -> Result<Vec<Device>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, name, enrolled_ms FROM device WHERE NOT removed ORDER BY id")?;
    let rows = statement.query_map([], |r| Ok(Device { id: r.get(0)?, name: r.get(1)?, enrolled_ms: r.get(2)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(in crate::store) fn project_employee(conn: &Connection, e: &Employee) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO employee VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (id) DO UPDATE SET name = ?3, role = ?4, active = ?5, pending = ?6",
        params![e.id, Uid(e.uid), e.name, e.role, e.active, e.pending],
    )?;
    Ok(())
}

pub(in crate::store) fn project_device(conn: &Connection, id: DeviceId, name: &str, at_ms: i64) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO device VALUES (?1, ?2, ?3, 0)")?.execute(params![id, name, at_ms])?;
    Ok(())
}

pub(in crate::store) fn project_device_removed(conn: &Connection, id: DeviceId) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE device SET removed = 1 WHERE id = ?1")?.execute([id])?;
    Ok(())
}
