//! The house's settings, its business day and its printers.

use std::cell::RefCell;
use std::sync::Arc;

use rusqlite::{Connection, params};

use crate::domain::id::{PrinterId, Seq};
use crate::domain::menu::Station;
use crate::domain::site::{Printer, Site};
use crate::domain::time::BusinessDay;
use crate::store::error::StoreError;
use crate::store::menu;

thread_local! {
    /// The settings that this thread read last, and their text: they are wanted several times an
    /// order and change several times a year.
    static READ: RefCell<(String, Arc<Site>)> = RefCell::default();
}

/// The settings; the defaults before the first were set.
pub fn site(conn: &Connection) -> Result<Arc<Site>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT settings FROM site")?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(Arc::default()) };
    let text = row.get_ref(0)?.as_str().map_err(|_| StoreError::damaged("the settings are no text"))?;
    READ.with_borrow_mut(|read| {
        if read.0 != text {
            *read = (text.to_owned(), Arc::new(serde_json::from_str(text)?));
        }
        Ok(read.1.clone())
    })
}

/// The bytes of the house's logo; none without one.
pub fn logo(conn: &Connection, site: &Site) -> Result<Option<Vec<u8>>, StoreError> {
    match &site.logo {
        Some(hash) => menu::picture(conn, hash),
        None => Ok(None),
    }
}

/// Whether the house was ever set up.
pub fn is_set_up(conn: &Connection) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached("SELECT count(*) > 0 FROM site")?.query_row([], |r| r.get(0))?)
}

/// Whether anything has a price yet.
pub fn has_amounts(conn: &Connection) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM product) OR EXISTS (SELECT 1 FROM receipt)")?
        .query_row([], |r| r.get(0))?)
}

/// The open business day.
pub fn day(conn: &Connection) -> Result<Option<BusinessDay>, StoreError> {
    Ok(conn.prepare_cached("SELECT max(day) FROM business_day")?.query_row([], |r| r.get(0))?)
}

pub fn printers(conn: &Connection) -> Result<Vec<Printer>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, settings FROM printer ORDER BY id")?;
    let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get::<_, String>(1)?)))?;
    rows.map(|row| {
        row.map_err(StoreError::from).and_then(|(id, text)| Ok(Printer { id, settings: serde_json::from_str(&text)? }))
    })
    .collect()
}

pub fn printer(conn: &Connection, id: PrinterId) -> Result<Option<Printer>, StoreError> {
    Ok(printers(conn)?.into_iter().find(|p| p.id == id))
}

/// The printers on which a station's tickets come out.
pub fn printers_of(conn: &Connection, station: &Station) -> Result<Vec<Printer>, StoreError> {
    Ok(printers(conn)?.into_iter().filter(|p| p.stations.contains(station)).collect())
}

/// The printers on which every order comes out whole.
pub fn checkers(conn: &Connection) -> Result<Vec<Printer>, StoreError> {
    Ok(printers(conn)?.into_iter().filter(|p| p.checker).collect())
}

pub(in crate::store) fn project_site(conn: &Connection, site: &Site) -> Result<(), StoreError> {
    let text = serde_json::to_string(site)?;
    conn.prepare_cached("INSERT INTO site VALUES (1, ?1) ON CONFLICT DO UPDATE SET settings = ?1")?.execute([text])?;
    Ok(())
}

pub(in crate::store) fn project_day(conn: &Connection, day: BusinessDay, seq: Seq) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO business_day VALUES (?1, ?2)")?.execute(params![day, seq])?;
    Ok(())
}

pub(in crate::store) fn project_printer(conn: &Connection, printer: &Printer) -> Result<(), StoreError> {
    let text = serde_json::to_string(&printer.settings)?;
    conn.prepare_cached("INSERT INTO printer VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET name = ?2, settings = ?3")?
        .execute(params![printer.id, printer.name, text])?;
    Ok(())
}

pub(in crate::store) fn project_printer_removed(conn: &Connection, id: PrinterId) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM printer WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// The next free key of a printer: never one whose papers are still on record.
pub fn next_printer(conn: &Connection) -> Result<PrinterId, StoreError> {
    Ok(conn
        .prepare_cached(
            "SELECT 1 + max((SELECT coalesce(max(id), 0) FROM printer), (SELECT coalesce(max(printer_id), 0) FROM job))",
        )?
        .query_row([], |r| r.get(0))?)
}

/// The next free key of a table. Safe because one thread writes, inside one transaction.
pub fn next_id(conn: &Connection, table: &'static str) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached(&format!("SELECT coalesce(max(id), 0) + 1 FROM {table}"))?.query_row([], |r| r.get(0))?)
}
