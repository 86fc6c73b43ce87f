//! The house itself: its name, its money, its printers, its staff, how the hub is doing.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::domain::disk::{DiskSpace, DiskState};
use crate::domain::id::{EmployeeId, JobId, PrinterId};
use crate::domain::job::PrinterFault;
use crate::domain::mail::MailRoute;
use crate::domain::menu::Station;
use crate::domain::money::{Currency, Money, Rate};
use crate::domain::site::Language;
use crate::domain::staff::Role;
use crate::domain::sync::SyncFault;
use crate::domain::time::BusinessDay;
use crate::store::error::StoreError;
use crate::store::{letters, queue, sites, staff};
use crate::views::menu::picture_path;

/// What every screen needs to know of the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SiteView {
    pub name: String,
    pub address: String,
    /// Path of the logo on the hub.
    pub logo: Option<String>,
    pub language: Language,
    pub money: MoneyView,
    pub service: Rate,
    pub service_on_takeaway: bool,
    pub tax: Rate,
    pub prices_include: bool,
    pub guest_quantity_max: u32,
    /// IANA name; screens show times in it.
    pub timezone: String,
    /// Whether there is a house at all; until then everything here is a default.
    pub founded: bool,
}

/// How amounts are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MoneyView {
    pub code: Currency,
    pub symbol: String,
    pub digits: u32,
    pub thousands: String,
    pub decimal: String,
    /// Banknotes, small to large.
    pub notes: Vec<Money>,
}

/// How the hub is doing; for staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HubView {
    pub day: BusinessDay,
    /// A day that the clock claims and nobody has confirmed.
    pub doubtful_day: Option<BusinessDay>,
    pub clock_trusted: bool,
    /// Guests and screens that are connected.
    pub connections: u32,
    pub mail: MailView,
    pub sync: SyncView,
    pub disk: DiskView,
    /// Where a browser on the network finds this machine: "http://192.168.1.10:8080".
    pub address: String,
    /// Whether anybody but this machine can come by that address.
    pub reachable: bool,
    /// The address that the printed cards carry, if it leads nowhere any more.
    pub cards_lost: Option<String>,
}

/// How much room the house's data has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DiskView {
    pub state: DiskState,
    #[cfg_attr(test, ts(type = "number"))]
    pub free_bytes: u64,
}

impl From<DiskSpace> for DiskView {
    fn from(space: DiskSpace) -> Self {
        DiskView { state: space.state(), free_bytes: space.free_bytes }
    }
}

/// How the letters are doing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MailView {
    pub on: bool,
    pub waiting: u32,
    /// Today's that failed for good.
    pub failed: u32,
    /// Why the first that waits does.
    pub fault: Option<String>,
}

/// How head office's copy is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SyncView {
    pub on: bool,
    /// Events that are not there yet.
    pub waiting: u32,
    /// Since when nothing went up; none while all is well.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub since_ms: Option<i64>,
    pub fault: Option<SyncFault>,
}

pub fn mail(conn: &Connection) -> Result<MailView, StoreError> {
    let (waiting, failed, fault) = letters::state_of_all(conn)?;
    let on = letters::settings(conn)?.route != MailRoute::Off;
    Ok(MailView { on, waiting, failed, fault })
}

/// A printer and what keeps it from printing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PrinterView {
    pub id: PrinterId,
    pub name: String,
    pub stations: Vec<Station>,
    pub receipts: bool,
    /// Documents that wait for it.
    pub waiting: u32,
    /// Why it does not print; none while all is well.
    pub fault: Option<PrinterFault>,
    /// Since when, by the wall clock.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub since_ms: Option<i64>,
    /// There is little paper left; it goes on printing.
    pub paper_low: bool,
    /// Papers so old that somebody has to say whether they are printed; the oldest of them.
    #[cfg_attr(test, ts(type = "string[]"))]
    pub old: Vec<JobId>,
}

/// Old papers that a screen is told of at once; the rest comes when these are answered.
const OLD_SHOWN: u32 = 100;

/// Somebody who may log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EmployeeView {
    pub id: EmployeeId,
    pub name: String,
    pub role: Role,
}

pub fn site(conn: &Connection) -> Result<SiteView, StoreError> {
    let site = sites::site(conn)?;
    let currency = site.currency;
    Ok(SiteView {
        name: site.name.clone(),
        address: site.address.clone(),
        logo: site.logo.as_deref().map(picture_path),
        language: site.language,
        money: MoneyView {
            code: currency,
            symbol: currency.symbol.to_owned(),
            digits: currency.digits,
            thousands: currency.thousands.to_string(),
            decimal: currency.decimal.to_string(),
            notes: currency.notes.iter().copied().map(Money).collect(),
        },
        service: site.tax.service,
        service_on_takeaway: site.tax.service_on_takeaway,
        tax: site.tax.tax,
        prices_include: site.tax.prices_include,
        guest_quantity_max: site.guest_quantity_max,
        timezone: site.timezone.clone(),
        founded: sites::is_set_up(conn)?,
    })
}

pub fn printers(conn: &Connection) -> Result<Vec<PrinterView>, StoreError> {
    sites::printers(conn)?.into_iter().map(|p| printer_view(conn, p)).collect()
}

pub fn printer(conn: &Connection, id: PrinterId) -> Result<Option<PrinterView>, StoreError> {
    sites::printer(conn, id)?.map(|p| printer_view(conn, p)).transpose()
}

fn printer_view(conn: &Connection, printer: crate::domain::site::Printer) -> Result<PrinterView, StoreError> {
    let condition = queue::condition(conn, printer.id)?;
    let settings = printer.settings;
    Ok(PrinterView {
        id: printer.id,
        name: settings.name,
        stations: settings.stations,
        receipts: settings.receipts,
        waiting: queue::waiting(conn, printer.id)?,
        fault: condition.fault,
        since_ms: queue::failing_since(conn, printer.id)?,
        paper_low: condition.paper_low,
        old: queue::old(conn, printer.id, OLD_SHOWN)?,
    })
}

/// Those who can log in on a screen: who work here and have a PIN.
pub fn employees(conn: &Connection) -> Result<Vec<EmployeeView>, StoreError> {
    let mut all = Vec::new();
    for e in staff::employees(conn)? {
        if e.works_here() && staff::credential(conn, e.id)?.pin_hash.is_some() {
            all.push(EmployeeView { id: e.id, name: e.name, role: e.role });
        }
    }
    Ok(all)
}
