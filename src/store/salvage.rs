//! What stands outside the journal, when a backup was brought back and the later rows played over it: sessions,
//! secrets, what guests said of themselves, papers and letters. What the database that was there still tells
//! is taken over where the journal says that it changed since; what nothing proves any more opens nothing.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::domain::event::Event;
use crate::domain::id::{DeviceId, EmployeeId, GuestId, RatingId};
use crate::store::erase;
use crate::store::error::StoreError;

/// Whom and what the rows that were played back concern.
#[derive(Debug, Default)]
pub struct Since {
    guests: BTreeSet<GuestId>,
    erased: BTreeSet<GuestId>,
    ratings: BTreeSet<RatingId>,
    pins: BTreeSet<EmployeeId>,
    passwords: BTreeSet<EmployeeId>,
    devices: BTreeSet<DeviceId>,
    /// Names of secrets whose settings were set.
    secrets: BTreeSet<&'static str>,
}

/// Those whose secret was changed since the backup and cannot be read any more: the old one opens nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unproven {
    pub pins: Vec<String>,
    pub passwords: Vec<String>,
}

impl Since {
    pub fn saw(&mut self, event: &Event) {
        match event {
            Event::GuestJoined { guest, .. } | Event::GuestChanged { guest, .. } => {
                self.guests.insert(*guest);
            }
            Event::GuestsErased { guests, .. } => self.erased.extend(guests),
            Event::ProductRated { rating, .. } => {
                self.ratings.insert(*rating);
            }
            Event::PinSet { employee } => {
                self.pins.insert(*employee);
            }
            Event::PasswordSet { employee } => {
                self.passwords.insert(*employee);
            }
            Event::EmployeeAdded { employee } => {
                self.pins.insert(employee.id);
                self.passwords.insert(employee.id);
            }
            Event::DeviceEnrolled { device, .. } => {
                self.devices.insert(*device);
            }
            Event::MailSet { .. } => {
                self.secrets.insert("mail");
            }
            Event::SyncSet { .. } => {
                self.secrets.insert("sync");
            }
            Event::BackupSet { .. } => {
                self.secrets.insert("backup");
            }
            Event::SiteSet { .. }
            | Event::DayOpened { .. }
            | Event::ClockConfirmed { .. }
            | Event::CategoryAdded { .. }
            | Event::CategoryChanged { .. }
            | Event::CategoryRetired { .. }
            | Event::ProductAdded { .. }
            | Event::ProductChanged { .. }
            | Event::ProductRetired { .. }
            | Event::StockSet { .. }
            | Event::StockUncounted { .. }
            | Event::SoldOutSet { .. }
            | Event::TableAdded { .. }
            | Event::TableChanged { .. }
            | Event::TableRetired { .. }
            | Event::EmployeeChanged { .. }
            | Event::PasswordRefused { .. }
            | Event::SessionsEnded { .. }
            | Event::PinRefused { .. }
            | Event::LoggedIn { .. }
            | Event::DeviceRemoved { .. }
            | Event::PrinterSet { .. }
            | Event::PrinterRemoved { .. }
            | Event::ReceiptMailed { .. }
            | Event::VisitOpened { .. }
            | Event::BillAsked { .. }
            | Event::VisitClosed { .. }
            | Event::OrderPlaced { .. }
            | Event::OrderAmended { .. }
            | Event::OrderConfirmed { .. }
            | Event::LineMoved { .. }
            | Event::OrderDone { .. }
            | Event::OrderCancelled { .. }
            | Event::BillPaid { .. }
            | Event::ReceiptReprinted { .. }
            | Event::TicketReprinted { .. }
            | Event::PaperHandled { .. }
            | Event::Restored { .. } => {}
        }
    }
}

/// Settles what the journal does not. `now` is the database that was there, which may be unreadable anywhere;
/// `gap` says that later rows are lost.
pub fn settle(conn: &Connection, now: Option<&Connection>, since: &Since, gap: bool) -> Result<Unproven, StoreError> {
    conn.execute_batch("BEGIN")?;
    if let Some(now) = now {
        guests(conn, now, since, gap)?;
        pictures(conn, now)?;
        papers(conn, now, gap)?;
        letters(conn, now)?;
        for name in &since.secrets {
            // Its settings were set anew; the secret may have been, too.
            if let Some(Some(value)) = text(now, "SELECT value FROM secret WHERE name = ?1", name) {
                conn.execute("INSERT INTO secret VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2", params![name, value])?;
            }
        }
        for device in &since.devices {
            let hash: Option<Vec<u8>> = now
                .query_row("SELECT hash FROM device_token WHERE device_id = ?1", [device], |r| r.get(0))
                .optional()
                .unwrap_or(None);
            if let Some(hash) = hash {
                conn.execute("INSERT OR IGNORE INTO device_token VALUES (?1, ?2)", params![hash, device])?;
            }
        }
    } else {
        // Papers of back then are nobody's any more.
        conn.execute("UPDATE job SET state = 'expired' WHERE state IN ('queued', 'sending', 'old')", [])?;
    }
    let unproven = Unproven {
        pins: secrets(conn, now, &since.pins, "pin_hash")?,
        passwords: secrets(conn, now, &since.passwords, "password_hash")?,
    };
    for employee in since.pins.iter().chain(&since.passwords) {
        if let Some(Some(mail)) = text(now.unwrap_or(conn), "SELECT mail FROM credential WHERE employee_id = ?1", employee) {
            conn.execute("UPDATE OR IGNORE credential SET mail = ?2 WHERE employee_id = ?1", params![employee, mail])?;
        }
    }
    // Who was logged in then logs in again; who has been sent away since stays outside. Guests may go on.
    conn.execute("DELETE FROM session WHERE employee_id IS NOT NULL", [])?;
    conn.execute("DELETE FROM device_token WHERE device_id NOT IN (SELECT id FROM device WHERE NOT removed)", [])?;
    // Their time is looked at again, from the beginning.
    conn.execute("DELETE FROM meta WHERE key = 'erased'", [])?;
    let erased: Vec<GuestId> = since.erased.iter().copied().collect();
    erase::project_erased(conn, &erased)?;
    conn.execute_batch("COMMIT")?;
    Ok(unproven)
}

/// One text of the damaged database; nothing when it cannot be read.
fn text(now: &Connection, sql: &str, key: impl rusqlite::ToSql) -> Option<Option<String>> {
    now.query_row(sql, [key], |r| r.get::<_, Option<String>>(0)).optional().ok().flatten()
}

/// Names and comments: of those who came or changed theirs since.
fn guests(conn: &Connection, now: &Connection, since: &Since, gap: bool) -> Result<(), StoreError> {
    for guest in &since.guests {
        let row = now.query_row("SELECT name, mail, phone FROM person WHERE guest_id = ?1", [guest], |r| {
            Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?, r.get::<_, String>(2)?))
        });
        if let Ok((name, mail, phone)) = row {
            conn.execute("INSERT OR REPLACE INTO person VALUES (?1, ?2, ?3, ?4)", params![guest, name, mail, phone])?;
        }
    }
    for rating in &since.ratings {
        if let Some(Some(comment)) = text(now, "SELECT comment FROM rating_comment WHERE rating_id = ?1", rating) {
            conn.execute("INSERT OR REPLACE INTO rating_comment VALUES (?1, ?2)", params![rating, comment])?;
        }
    }
    // Among the rows that are lost somebody may have been forgotten: whoever is not there any more is not
    // brought back.
    if gap {
        let there = now
            .prepare("SELECT guest_id FROM person")
            .and_then(|mut s| s.query_map([], |r| r.get::<_, i64>(0))?.collect::<rusqlite::Result<Vec<i64>>>());
        if let Ok(there) = there {
            let there = serde_json::to_string(&there)?;
            conn.execute("DELETE FROM person WHERE guest_id NOT IN (SELECT value FROM json_each(?1))", [&there])?;
        }
    }
    Ok(())
}

/// Pictures that came since; each proves itself by its name.
fn pictures(conn: &Connection, now: &Connection) -> Result<(), StoreError> {
    let Ok(mut statement) = now.prepare("SELECT hash FROM picture") else { return Ok(()) };
    let Ok(names) = statement.query_map([], |r| r.get::<_, String>(0)) else { return Ok(()) };
    for name in names.map_while(Result::ok) {
        let known: bool = conn.query_row("SELECT count(*) > 0 FROM picture WHERE hash = ?1", [&name], |r| r.get(0))?;
        let bytes = match known {
            true => None,
            false => now.query_row("SELECT bytes FROM picture WHERE hash = ?1", [&name], |r| r.get::<_, Vec<u8>>(0)).ok(),
        };
        if let Some(bytes) = bytes.filter(|b| data_encoding::HEXLOWER.encode(&Sha256::digest(b)) == name) {
            conn.execute("INSERT INTO picture VALUES (?1, ?2)", params![name, bytes])?;
        }
    }
    Ok(())
}

/// Papers that were still owed print as copies; those of the backup are nobody's any more.
fn papers(conn: &Connection, now: &Connection, gap: bool) -> Result<(), StoreError> {
    conn.execute("UPDATE job SET state = 'expired' WHERE state IN ('queued', 'sending', 'old')", [])?;
    if gap {
        // They may name what is lost.
        return Ok(());
    }
    let Ok(mut statement) = now.prepare(
        "SELECT printer_id, work, boot, day FROM job WHERE state IN ('queued', 'sending', 'old') AND expires_ms IS NULL ORDER BY id",
    ) else {
        return Ok(());
    };
    let Ok(rows) = statement
        .query_map([], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?, r.get::<_, String>(2)?, r.get::<_, String>(3)?)))
    else {
        return Ok(());
    };
    for (printer, work, boot, day) in rows.map_while(Result::ok) {
        if serde_json::from_str::<crate::domain::job::PrintJob>(&work).is_ok() {
            conn.execute(
                "INSERT INTO job (printer_id, work, state, attempts, in_doubt, boot, expires_ms, day) \
                 VALUES (?1, ?2, 'queued', 0, 1, ?3, NULL, ?4)",
                params![printer, work, boot, day],
            )?;
        }
    }
    Ok(())
}

/// Letters that the backup owes and that went since do not go again. One that is not known any more goes once
/// more under its own id, by which whoever has it knows it.
fn letters(conn: &Connection, now: &Connection) -> Result<(), StoreError> {
    let mut statement = conn.prepare("SELECT id, message_id FROM letter WHERE state IN ('queued', 'sending')")?;
    let owed = statement.query_map([], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?)))?;
    for (id, message) in owed.collect::<rusqlite::Result<Vec<_>>>()? {
        if let Some(Some(state)) = text(now, "SELECT state FROM letter WHERE message_id = ?1", &message)
            && ["sent", "failed", "cancelled"].contains(&state.as_str())
        {
            conn.execute("UPDATE letter SET state = ?2 WHERE id = ?1", params![id, state])?;
        }
    }
    Ok(())
}

/// Secrets that were set since: as they are there now, or none. Tells the names of those who have none.
fn secrets(
    conn: &Connection,
    now: Option<&Connection>,
    whose: &BTreeSet<EmployeeId>,
    column: &'static str,
) -> Result<Vec<String>, StoreError> {
    let mut without = Vec::new();
    for employee in whose {
        let sql = format!("SELECT {column} FROM credential WHERE employee_id = ?1");
        let read = now.and_then(|now| text(now, &sql, employee));
        let lost = read.is_none();
        let hash = read.flatten().filter(|hash| hash.starts_with("$argon2"));
        conn.execute(
            &format!("INSERT INTO credential (employee_id, {column}) VALUES (?1, ?2) ON CONFLICT (employee_id) DO UPDATE SET {column} = ?2"),
            params![employee, hash],
        )?;
        if lost {
            let name: Option<String> =
                conn.query_row("SELECT name FROM employee WHERE id = ?1 AND active", [employee], |r| r.get(0)).optional()?;
            without.extend(name);
        }
    }
    Ok(without)
}
