//! Tables, visits, guests and their personal data.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::domain::id::{GuestId, TableId, VisitId};
use crate::domain::money::Money;
use crate::domain::time::BusinessDay;
use crate::domain::visit::{Person, Seat, Table, Visit};
use crate::store::convert::Uid;
use crate::store::error::StoreError;
use crate::store::journal::Recorded;

fn table_row(r: &Row<'_>) -> rusqlite::Result<Table> {
    Ok(Table { id: r.get(0)?, number: r.get(1)?, area: r.get(2)?, seats: r.get(3)?, code: r.get(4)? })
}

pub fn tables(conn: &Connection) -> Result<Vec<Table>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT id, number, area, seats, code FROM dining_table WHERE retired = 0 ORDER BY id")?;
    Ok(statement.query_map([], table_row)?.collect::<Result<_, _>>()?)
}

/// A table, also one that was taken away: an old visit still names it.
pub fn table(conn: &Connection, id: TableId) -> Result<Option<Table>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, number, area, seats, code FROM dining_table WHERE id = ?1")?;
    Ok(statement.query_row([id], table_row).optional()?)
}

/// The table behind a QR code.
pub fn table_of_code(conn: &Connection, code: &str) -> Result<Option<Table>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT id, number, area, seats, code FROM dining_table WHERE code = ?1 AND retired = 0")?;
    Ok(statement.query_row([code], table_row).optional()?)
}

/// A table that stands in the room.
pub fn standing(conn: &Connection, id: TableId) -> Result<Option<Table>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT id, number, area, seats, code FROM dining_table WHERE id = ?1 AND retired = 0")?;
    Ok(statement.query_row([id], table_row).optional()?)
}

pub fn has_table(conn: &Connection, number: &str) -> Result<Option<TableId>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT id FROM dining_table WHERE number = ?1 AND retired = 0")?
        .query_row([number], |r| r.get(0))
        .optional()?)
}

/// A visit with what a screen shows beside it.
pub struct VisitRow {
    pub visit: Visit,
    pub opened_ms: i64,
}

const VISIT: &str = "SELECT id, uid, table_id, party, takeaway, closed_ms IS NULL, bill_asked, opened_ms FROM visit";

fn visit_row(r: &Row<'_>) -> rusqlite::Result<VisitRow> {
    let seat = match r.get::<_, Option<TableId>>(2)? {
        Some(table) => Seat::Table { table, party: r.get(3)? },
        None => Seat::Takeaway { number: r.get(4)? },
    };
    let visit = Visit { id: r.get(0)?, uid: r.get::<_, Uid>(1)?.0, seat, open: r.get(5)?, bill_asked: r.get(6)? };
    Ok(VisitRow { visit, opened_ms: r.get(7)? })
}

pub fn row(conn: &Connection, id: VisitId) -> Result<Option<VisitRow>, StoreError> {
    Ok(conn.prepare_cached(&format!("{VISIT} WHERE id = ?1"))?.query_row([id], visit_row).optional()?)
}

pub fn visit(conn: &Connection, id: VisitId) -> Result<Option<Visit>, StoreError> {
    Ok(row(conn, id)?.map(|r| r.visit))
}

/// Open visits at a table, oldest first.
pub fn open_at(conn: &Connection, table: TableId) -> Result<Vec<Visit>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{VISIT} WHERE table_id = ?1 AND closed_ms IS NULL ORDER BY id"))?;
    let rows = statement.query_map([table], visit_row)?;
    Ok(rows.map(|r| r.map(|r| r.visit)).collect::<Result<_, _>>()?)
}

pub fn open(conn: &Connection) -> Result<Vec<VisitId>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id FROM visit WHERE closed_ms IS NULL ORDER BY id")?;
    Ok(statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?)
}

/// The next takeaway number of the day.
pub fn next_takeaway(conn: &Connection, day: BusinessDay) -> Result<u32, StoreError> {
    Ok(conn.prepare_cached("SELECT coalesce(max(takeaway), 0) + 1 FROM visit WHERE day = ?1")?.query_row([day], |r| r.get(0))?)
}

/// What a visit has paid so far.
pub fn paid(conn: &Connection, id: VisitId) -> Result<Money, StoreError> {
    Ok(conn
        .prepare_cached("SELECT coalesce(sum(total_minor), 0) FROM receipt WHERE visit_id = ?1")?
        .query_row([id], |r| r.get(0))?)
}

/// Guests of a visit by name; an erased one has none.
pub fn guests(conn: &Connection, visit: VisitId) -> Result<Vec<(GuestId, String)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT g.id, coalesce(p.name, '') FROM guest g LEFT JOIN person p ON p.guest_id = g.id WHERE g.visit_id = ?1 ORDER BY g.id",
    )?;
    Ok(statement.query_map([visit], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
}

/// What a guest said of themselves; nothing once erased.
pub fn person(conn: &Connection, guest: GuestId) -> Result<Person, StoreError> {
    let mut statement = conn.prepare_cached("SELECT name, mail, phone FROM person WHERE guest_id = ?1")?;
    let row = |r: &Row<'_>| Ok(Person { name: r.get(0)?, mail: r.get(1)?, phone: r.get(2)? });
    Ok(statement.query_row([guest], row).optional()?.unwrap_or_default())
}

/// Keeps what a guest said of themselves, apart from everything else and erasable.
pub fn keep_person(conn: &Connection, guest: GuestId, person: &Person) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO person VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET name = ?2, mail = ?3, phone = ?4")?
        .execute(params![guest, person.name, person.mail, person.phone])?;
    Ok(())
}

pub(in crate::store) fn project_table(conn: &Connection, t: &Table) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO dining_table VALUES (?1, ?2, ?3, ?4, ?5, 0)")?
        .execute(params![t.id, t.number, t.area, t.seats, t.code])?;
    Ok(())
}

pub(in crate::store) fn project_table_changed(conn: &Connection, t: &Table) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE dining_table SET number = ?2, area = ?3, seats = ?4, code = ?5 WHERE id = ?1")?
        .execute(params![t.id, t.number, t.area, t.seats, t.code])?;
    Ok(())
}

pub(in crate::store) fn project_table_retired(conn: &Connection, id: TableId) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE dining_table SET retired = 1 WHERE id = ?1")?.execute([id])?;
    Ok(())
}

pub(in crate::store) fn project_opened(
    conn: &Connection,
    row: &Recorded,
    id: VisitId,
    uid: Uuid,
    seat: Seat,
) -> Result<(), StoreError> {
    let (table, party, takeaway) = match seat {
        Seat::Table { table, party } => (Some(table), party, None),
        Seat::Takeaway { number } => (None, 0, Some(number)),
    };
    conn.prepare_cached("INSERT INTO visit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, 0)")?.execute(params![
        id,
        Uid(uid),
        table,
        party,
        takeaway,
        row.day,
        row.wall_ms
    ])?;
    Ok(())
}

pub(in crate::store) fn project_guest(conn: &Connection, guest: GuestId, visit: VisitId) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO guest VALUES (?1, ?2)")?.execute(params![guest, visit])?;
    Ok(())
}

pub(in crate::store) fn project_bill_asked(conn: &Connection, visit: VisitId) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE visit SET bill_asked = 1 WHERE id = ?1")?.execute([visit])?;
    Ok(())
}

pub(in crate::store) fn project_closed(conn: &Connection, visit: VisitId, at_ms: i64) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE visit SET closed_ms = ?2 WHERE id = ?1")?.execute(params![visit, at_ms])?;
    Ok(())
}
