//! Employees and devices; their secrets stand in tables of their own, outside the journal.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::id::{DeviceId, EmployeeId};
use crate::domain::staff::Employee;
use crate::store::convert::Uid;
use crate::store::error::StoreError;

fn employee_row(r: &Row<'_>) -> rusqlite::Result<Employee> {
    Ok(Employee { id: r.get(0)?, uid: r.get::<_, Uid>(1)?.0, name: r.get(2)?, role: r.get(3)?, active: r.get(4)? })
}

pub fn employees(conn: &Connection) -> Result<Vec<Employee>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, uid, name, role, active FROM employee ORDER BY id")?;
    Ok(statement.query_map([], employee_row)?.collect::<Result<_, _>>()?)
}

pub fn employee(conn: &Connection, id: EmployeeId) -> Result<Option<Employee>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, uid, name, role, active FROM employee WHERE id = ?1")?;
    Ok(statement.query_row([id], employee_row).optional()?)
}

pub fn by_name(conn: &Connection, name: &str) -> Result<Option<Employee>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, uid, name, role, active FROM employee WHERE name = ?1")?;
    Ok(statement.query_row([name], employee_row).optional()?)
}

pub fn device_name(conn: &Connection, id: DeviceId) -> Result<Option<String>, StoreError> {
    Ok(conn.query_row("SELECT name FROM device WHERE id = ?1", [id], |r| r.get(0)).optional()?)
}

pub fn pin_hash(conn: &Connection, id: EmployeeId) -> Result<Option<String>, StoreError> {
    Ok(conn.query_row("SELECT pin_hash FROM credential WHERE employee_id = ?1", [id], |r| r.get(0)).optional()?)
}

pub fn keep_pin_hash(conn: &Connection, id: EmployeeId, hash: &str) -> Result<(), StoreError> {
    conn.execute("INSERT INTO credential VALUES (?1, ?2) ON CONFLICT DO UPDATE SET pin_hash = ?2", params![id, hash])?;
    conn.execute("DELETE FROM pin_failure WHERE employee_id = ?1", [id])?;
    // Whoever is logged in with the old PIN is not any more.
    conn.execute("DELETE FROM session WHERE employee_id = ?1", [id])?;
    Ok(())
}

/// Failed PINs: how many since when, in monotonic milliseconds of this boot. Those of an
/// earlier boot count from its start: pulling the plug gives no fresh tries.
pub fn pin_failures(conn: &Connection, employee: EmployeeId, device: DeviceId, boot: &str) -> Result<(u32, i64), StoreError> {
    let row: Option<(u32, String, i64)> = conn
        .query_row(
            "SELECT count, boot, since_ms FROM pin_failure WHERE employee_id = ?1 AND device_id = ?2",
            params![employee, device],
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
        )
        .optional()?;
    Ok(match row {
        Some((count, at, since_ms)) if at == boot => (count, since_ms),
        Some((count, _, _)) => (count, 0),
        None => (0, 0),
    })
}

pub fn keep_pin_failures(
    conn: &Connection,
    employee: EmployeeId,
    device: DeviceId,
    count: u32,
    boot: &str,
    since_ms: i64,
) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO pin_failure VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET count = ?3, boot = ?4, since_ms = ?5",
        params![employee, device, count, boot, since_ms],
    )?;
    Ok(())
}

pub fn clear_pin_failures(conn: &Connection, employee: EmployeeId, device: DeviceId) -> Result<(), StoreError> {
    conn.execute("DELETE FROM pin_failure WHERE employee_id = ?1 AND device_id = ?2", params![employee, device])?;
    Ok(())
}

pub(in crate::store) fn project_employee(conn: &Connection, e: &Employee) -> Result<(), StoreError> {
    conn.execute("INSERT INTO employee VALUES (?1, ?2, ?3, ?4, ?5)", params![e.id, Uid(e.uid), e.name, e.role, e.active])?;
    Ok(())
}

pub(in crate::store) fn project_device(conn: &Connection, id: DeviceId, name: &str) -> Result<(), StoreError> {
    conn.execute("INSERT INTO device VALUES (?1, ?2)", params![id, name])?;
    Ok(())
}
