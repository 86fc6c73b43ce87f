//! What the office and the touchscreen's management show: everything, costs and secrets' mere
//! presence included, for those who may change it.

use std::collections::BTreeMap;

use rusqlite::Connection;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::backup::BackupSettings;
use crate::domain::id::{CategoryId, DeviceId, EmployeeId, GuestId, LetterId, OrderId, PrinterId, ProductId, RatingId, TableId};
use crate::domain::job::PrinterFault;
use crate::domain::mail::{Letter, LetterState, MailSettings};
use crate::domain::menu::Station;
use crate::domain::money::Money;
use crate::domain::printer::Speech;
use crate::domain::site::PrinterSettings;
use crate::domain::staff::Role;
use crate::domain::sync::SyncSettings;
use crate::domain::visit::TableState;
use crate::store::error::StoreError;
use crate::store::{backups, bills, erase, letters, menu, queue, ratings, sessions, sites, staff, sync, visits};
use crate::views::floor::Room;
use crate::views::menu::picture_path;
use crate::views::site;

/// A group of the menu and how many products it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CategoryRow {
    pub id: CategoryId,
    pub name: String,
    pub position: i64,
    pub products: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Categories {
    pub categories: Vec<CategoryRow>,
}

pub fn categories(conn: &Connection) -> Result<Categories, StoreError> {
    let products = menu::products(conn)?;
    let row = |c: crate::domain::menu::Category| CategoryRow {
        products: products.iter().filter(|(p, _)| p.category == c.id).count(),
        id: c.id,
        name: c.name,
        position: c.position,
    };
    Ok(Categories { categories: menu::categories(conn)?.into_iter().map(row).collect() })
}

/// A product with its cost and its count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProductRow {
    pub id: ProductId,
    pub category: CategoryId,
    pub name: String,
    /// In the currency's minor unit.
    pub price: Money,
    pub cost: Money,
    pub description: String,
    /// Path of the picture on this machine.
    pub picture: Option<String>,
    pub station: Station,
    /// Portions in the house; null is not counted.
    pub stock: Option<i64>,
    /// Of these, promised to orders that are not done.
    pub reserved: i64,
    pub min_stock: i64,
    pub sold_out: bool,
    /// Counted, and no more than `min_stock` are free.
    pub low: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Products {
    pub products: Vec<ProductRow>,
}

pub fn products(conn: &Connection) -> Result<Products, StoreError> {
    let row = |(p, reserved): (crate::domain::menu::Product, i64)| ProductRow {
        id: p.id,
        category: p.category,
        low: p.stock.is_some_and(|on_hand| on_hand - reserved <= p.min_stock),
        name: p.name,
        price: p.price,
        cost: p.cost,
        description: p.description,
        picture: p.picture.as_deref().map(picture_path),
        station: p.station,
        stock: p.stock,
        reserved,
        min_stock: p.min_stock,
        sold_out: p.sold_out,
    };
    Ok(Products { products: menu::products(conn)?.into_iter().map(row).collect() })
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stations {
    pub stations: Vec<String>,
    /// Those whose tickets come out of no printer, in a house that has one. A hub of before does not
    /// say.
    #[serde(default)]
    pub unprinted: Vec<Unprinted>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unprinted {
    pub station: String,
    /// One that is made there, if any is.
    pub dish: Option<String>,
}

/// Where things are made: what products and printers say, and the two that every house has.
pub fn stations(conn: &Connection) -> Result<Stations, StoreError> {
    let printers = sites::printers(conn)?;
    let printed: Vec<&str> = printers.iter().flat_map(|p| &p.stations).map(Station::as_str).collect();
    let mut dishes: BTreeMap<String, Option<String>> =
        menu::stations(conn)?.into_iter().map(|(station, dish)| (station, Some(dish))).collect();
    for station in printed.iter().copied().chain(["kitchen", "bar"]) {
        dishes.entry(station.to_owned()).or_default();
    }
    let stations = dishes.keys().cloned().collect();
    let bare = dishes.into_iter().filter(|(station, _)| !printers.is_empty() && !printed.contains(&station.as_str()));
    let unprinted = bare.map(|(station, dish)| Unprinted { station, dish }).collect();
    Ok(Stations { stations, unprinted })
}

/// A table with the path behind its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableRow {
    pub id: TableId,
    pub number: String,
    pub area: String,
    pub seats: u32,
    /// Secret: whoever has it may order at this table.
    pub path: String,
    pub state: TableState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tables {
    pub tables: Vec<TableRow>,
}

pub fn tables(conn: &Connection) -> Result<Tables, StoreError> {
    let (room, mut tables) = (Room::new(conn), Vec::new());
    for table in visits::tables(conn)? {
        let state = room.table(table.id)?.map_or(TableState::Free, |t| t.state);
        let path = format!("/t/{}", table.code);
        tables.push(TableRow { id: table.id, number: table.number, area: table.area, seats: table.seats, path, state });
    }
    Ok(Tables { tables })
}

/// Somebody who works here, worked here, or wants to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EmployeeRow {
    pub id: EmployeeId,
    pub name: String,
    pub mail: String,
    pub role: Role,
    pub active: bool,
    /// Has signed up and waits for a yes.
    pub pending: bool,
    pub has_pin: bool,
    pub has_password: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Employees {
    pub employees: Vec<EmployeeRow>,
}

pub fn employees(conn: &Connection) -> Result<Employees, StoreError> {
    let mut employees = Vec::new();
    for e in staff::employees(conn)? {
        let known = staff::credential(conn, e.id)?;
        employees.push(EmployeeRow {
            id: e.id,
            name: e.name,
            mail: known.mail.unwrap_or_default(),
            role: e.role,
            active: e.active,
            pending: e.pending,
            has_pin: known.pin_hash.is_some(),
            has_password: known.password_hash.is_some(),
        });
    }
    Ok(Employees { employees })
}

/// A screen that staff may log in on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceRow {
    pub id: DeviceId,
    pub name: String,
    /// The touchscreen of the machine itself: it cannot be removed.
    pub built_in: bool,
    pub enrolled_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Devices {
    pub devices: Vec<DeviceRow>,
}

pub fn devices(conn: &Connection, built_in: DeviceId) -> Result<Devices, StoreError> {
    let row = |d: staff::Device| DeviceRow { built_in: d.id == built_in, id: d.id, name: d.name, enrolled_ms: d.enrolled_ms };
    Ok(Devices { devices: staff::devices(conn)?.into_iter().map(row).collect() })
}

/// A printer, how it is reached, and what keeps it from printing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PrinterRow {
    pub id: PrinterId,
    #[serde(flatten)]
    pub settings: PrinterSettings,
    /// Documents that wait for it.
    pub waiting: u32,
    pub fault: Option<PrinterFault>,
    /// There is little paper left; it goes on printing.
    pub paper_low: bool,
    /// Whether it answers when it is asked how it does.
    pub speech: Speech,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Printers {
    pub printers: Vec<PrinterRow>,
}

pub fn printers(conn: &Connection) -> Result<Printers, StoreError> {
    let mut printers = Vec::new();
    for printer in sites::printers(conn)? {
        let condition = queue::condition(conn, printer.id)?;
        printers.push(PrinterRow {
            id: printer.id,
            settings: printer.settings,
            waiting: queue::waiting(conn, printer.id)?,
            fault: condition.fault,
            paper_low: condition.paper_low,
            speech: condition.speech,
        });
    }
    Ok(Printers { printers })
}

/// A session of the staff's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionRow {
    pub id: String,
    pub employee: EmployeeId,
    pub name: String,
    /// The screen's name, or what the browser calls itself.
    #[serde(rename = "where")]
    pub place: String,
    pub opened_ms: i64,
    /// The one that asks.
    pub current: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sessions {
    pub sessions: Vec<SessionRow>,
}

/// The sessions that somebody may see: their own, and of those whom they manage. `name_of`
/// makes the name under which one is shown.
pub fn sessions(
    conn: &Connection,
    own: (EmployeeId, Role),
    current: Option<&sessions::TokenHash>,
    name_of: impl Fn(&sessions::TokenHash) -> String,
) -> Result<Sessions, StoreError> {
    let Some(day) = sites::day(conn)? else { return Ok(Sessions { sessions: Vec::new() }) };
    let mut shown = Vec::new();
    for session in sessions::of_staff(conn, day)? {
        let Some(employee) = staff::employee(conn, session.employee)? else { continue };
        if employee.id != own.0 && !own.1.manages(employee.role) {
            continue;
        }
        let place = match session.device {
            Some(device) => staff::device_name(conn, device)?.unwrap_or_default(),
            None => session.agent,
        };
        shown.push(SessionRow {
            id: name_of(&session.hash),
            employee: employee.id,
            name: employee.name,
            place,
            opened_ms: session.opened_ms,
            current: current == Some(&session.hash),
        });
    }
    Ok(Sessions { sessions: shown })
}

/// A letter and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LetterRow {
    pub id: LetterId,
    /// "receipt", "password_code", "report", "test".
    pub what: String,
    /// Of a receipt.
    pub receipt: Option<String>,
    /// Empty once erased.
    pub address: String,
    pub state: LetterState,
    pub attempts: u32,
    /// What the server or the network said last.
    pub fault: Option<String>,
    pub queued_ms: i64,
}

/// A page of letters, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Letters {
    /// Whether mail is set up at all.
    pub on: bool,
    pub waiting: u32,
    pub failed: u32,
    pub letters: Vec<LetterRow>,
    /// Ask with it as `before` for older ones; null at the end.
    pub next: Option<LetterId>,
}

/// Letters a page.
const LETTERS: u32 = 50;

pub fn letters(conn: &Connection, before: Option<LetterId>) -> Result<Letters, StoreError> {
    let state = site::mail(conn)?;
    let mut rows = letters::list(conn, before, LETTERS + 1)?;
    let more = rows.len() > LETTERS as usize;
    rows.truncate(LETTERS as usize);
    let mut shown = Vec::new();
    for row in rows {
        let receipt = match &row.work {
            Letter::Receipt { receipt } => bills::receipt(conn, *receipt)?.map(|r| r.number),
            Letter::PasswordCode { .. } | Letter::Report { .. } | Letter::Test => None,
        };
        shown.push(LetterRow {
            id: row.id,
            what: row.work.name().to_owned(),
            receipt,
            address: row.address,
            state: row.state,
            attempts: row.attempts,
            fault: row.fault,
            queued_ms: row.queued_ms,
        });
    }
    let next = shown.last().filter(|_| more).map(|l| l.id);
    Ok(Letters { on: state.on, waiting: state.waiting, failed: state.failed, letters: shown, next })
}

/// How letters leave the house, and whether a password is kept; never the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MailSetup {
    #[serde(flatten)]
    pub settings: MailSettings,
    pub has_password: bool,
}

pub fn mail(conn: &Connection) -> Result<MailSetup, StoreError> {
    Ok(MailSetup { settings: letters::settings(conn)?, has_password: letters::password(conn)?.is_some() })
}

/// Where head office's copy goes, and whether a password is kept; never the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SyncSetup {
    #[serde(flatten)]
    pub settings: SyncSettings,
    pub has_password: bool,
    /// Under which this house stands there; null before it was ever switched on.
    pub site: Option<String>,
}

pub fn sync(conn: &Connection) -> Result<SyncSetup, StoreError> {
    Ok(SyncSetup { settings: sync::settings(conn)?, has_password: sync::password(conn)?.is_some(), site: sync::site_uid(conn)? })
}

/// Where backups go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BackupSetup {
    #[serde(flatten)]
    pub settings: BackupSettings,
    pub has_passphrase: bool,
}

pub fn backup(conn: &Connection) -> Result<BackupSetup, StoreError> {
    Ok(BackupSetup { settings: backups::settings(conn)?, has_passphrase: backups::passphrase(conn)?.is_some() })
}

/// What a guest thought of a dish, as staff read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RatingRow {
    pub id: RatingId,
    pub product: ProductId,
    pub product_name: String,
    pub order: OrderId,
    /// "5", "5B", or the takeaway's number.
    pub place: String,
    /// Empty once erased.
    pub guest: String,
    pub stars: u8,
    pub comment: String,
    pub rated_ms: i64,
}

/// A page of ratings, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ratings {
    pub ratings: Vec<RatingRow>,
    /// Ask with it as `before` for older ones; null at the end.
    pub next: Option<RatingId>,
}

/// Ratings a page.
const RATINGS: u32 = 50;

/// A guest of whom something is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GuestRow {
    pub id: GuestId,
    pub name: String,
    pub mail: String,
    pub phone: String,
    /// "5A", or "Takeaway 3".
    pub place: String,
    pub opened_ms: i64,
    /// Ratings with words of theirs.
    pub comments: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Guests {
    pub guests: Vec<GuestRow>,
    /// There are more: search for more of the name.
    pub more: bool,
}

/// Found at once: as many as one change forgets.
const GUESTS: u32 = 100;

/// Guests whose name, address or number has that in it, newest first.
pub fn guests(conn: &Connection, part: &str) -> Result<Guests, StoreError> {
    let mut rows = erase::find(conn, part, GUESTS + 1)?;
    let more = rows.len() > GUESTS as usize;
    rows.truncate(GUESTS as usize);
    let room = Room::new(conn);
    let mut shown = Vec::with_capacity(rows.len());
    for r in rows {
        let (place, _) = room.place(r.visit)?;
        let erase::GuestRow { id, name, mail, phone, opened_ms, comments, .. } = r;
        shown.push(GuestRow { id, name, mail, phone, place, opened_ms, comments });
    }
    Ok(Guests { guests: shown, more })
}

/// Of one product, or of one number of stars, if asked.
pub fn ratings(
    conn: &Connection,
    product: Option<ProductId>,
    stars: Option<u8>,
    before: Option<RatingId>,
) -> Result<Ratings, StoreError> {
    let mut rows = ratings::list(conn, product, stars, before, RATINGS + 1)?;
    let more = rows.len() > RATINGS as usize;
    rows.truncate(RATINGS as usize);
    let (room, mut shown) = (Room::new(conn), Vec::new());
    for r in rows {
        let (place, _) = room.place(r.visit)?;
        shown.push(RatingRow {
            id: r.id,
            product: r.product,
            product_name: r.name,
            order: r.order,
            place,
            guest: r.guest,
            stars: r.stars,
            comment: r.comment,
            rated_ms: r.rated_ms,
        });
    }
    let next = shown.last().filter(|_| more).map(|r| r.id);
    Ok(Ratings { ratings: shown, next })
}
