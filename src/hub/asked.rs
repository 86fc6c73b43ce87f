//! Views that a screen asks for instead of hearing of them: reports, and what management lists.
//! They are read away from the connection, so that a report never holds up an order.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::domain::id::{PrinterId, ProductId, RatingId, ReceiptId};
use crate::domain::refusal::Refusal;
use crate::domain::site::{PrinterSettings, PrinterTarget, Site};
use crate::domain::staff::{Actor, Right};
use crate::domain::text;
use crate::domain::time::{BusinessDay, Moment, Period};
use crate::hub::whereabouts::Whereabouts;
use crate::ops::{OpError, not_found};
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::sessions::{self, TokenHash};
use crate::store::sites;
use crate::views::{manage, papers, report};
use crate::workers::print::scan;
use crate::workers::report as paper;
use crate::workers::sync::gauge::Gauge;

/// What may be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "view", rename_all = "snake_case", deny_unknown_fields)]
pub enum Wanted {
    Dashboard {},
    Sales {
        from: BusinessDay,
        to: BusinessDay,
    },
    /// The same as a PDF.
    SalesPdf {
        from: BusinessDay,
        to: BusinessDay,
    },
    Receipts {
        from: BusinessDay,
        to: BusinessDay,
        #[serde(default)]
        search: String,
        #[serde(default)]
        before: Option<ReceiptId>,
    },
    /// Those of a number, of whatever day: "2031-000123", or "123".
    ReceiptsNumbered {
        number: String,
    },
    Receipt {
        receipt: ReceiptId,
    },
    Categories {},
    Products {},
    Stations {},
    Tables {},
    Employees {},
    Printers {},
    /// What has been printed and what has not.
    Papers {},
    /// Printers at the machine's own plugs, and who listens where printers do on its own networks. Takes
    /// some seconds.
    PrinterScan {},
    Site {},
    Ratings {
        #[serde(default)]
        product: Option<ProductId>,
        #[serde(default)]
        stars: Option<u8>,
        #[serde(default)]
        before: Option<RatingId>,
    },
    /// How letters leave the house.
    Mail {},
    /// Where head office's copy goes, and what it last met there.
    Sync {},
    /// What somebody needs to know who opens the house.
    Setup {},
    /// Printers, before there is a house.
    SetupScan {},
}

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "view", rename_all = "snake_case")]
pub enum Shown {
    Dashboard(report::Dashboard),
    Sales(report::Sales),
    File(File),
    Receipts(report::Receipts),
    Receipt(report::ReceiptDetail),
    Categories(manage::Categories),
    Products(manage::Products),
    Stations(manage::Stations),
    Tables(manage::Tables),
    Employees(manage::Employees),
    Printers(Printers),
    Papers(papers::Papers),
    PrinterScan(PrinterScan),
    Site(Box<Site>),
    Ratings(manage::Ratings),
    Mail(manage::MailSetup),
    Sync(SyncShown),
    Setup(SetupShown),
}

/// A file and the name to save it under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub name: String,
    /// Base64 (RFC 4648, 4).
    pub bytes: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printers {
    pub printers: Vec<PrinterSetup>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrinterSetup {
    pub id: PrinterId,
    pub settings: PrinterSettings,
}

/// Somebody who may be a printer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FoundPrinter {
    pub target: PrinterTarget,
    pub manner: scan::Manner,
    /// The house's printer that is there already.
    pub name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PrinterScan {
    pub found: Vec<FoundPrinter>,
}

/// Head office's copy: its settings, and a fault in the server's or the network's own words. How
/// it does otherwise every screen of the staff hears.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncShown {
    pub setup: manage::SyncSetup,
    pub detail: String,
}

/// The machine on which a house is about to open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SetupShown {
    pub now_ms: i64,
    /// Whether the time is known to be right.
    pub clock_trusted: bool,
    /// Where browsers find it: "http://192.168.1.10:8080".
    pub address: String,
    /// Whether anybody but this machine can come by that address.
    pub reachable: bool,
}

impl SetupShown {
    pub fn of(now: Moment, whereabouts: Whereabouts) -> SetupShown {
        SetupShown {
            now_ms: now.wall_ms,
            clock_trusted: now.trusted,
            address: whereabouts.base(),
            reachable: whereabouts.is_reachable(),
        }
    }
}

impl Wanted {
    /// Whether it may take long: a file, or figures of years. Those wait for each other, and
    /// nobody else for them.
    pub fn is_heavy(&self) -> bool {
        match self {
            Wanted::SalesPdf { .. } | Wanted::Sales { .. } | Wanted::PrinterScan {} | Wanted::SetupScan {} => true,
            Wanted::Receipts { from, to, search, .. } => from != to || !search.is_empty(),
            _ => false,
        }
    }

    /// Who may see it.
    pub fn right(&self) -> Right {
        match self {
            Wanted::Dashboard {}
            | Wanted::Sales { .. }
            | Wanted::SalesPdf { .. }
            | Wanted::Receipts { .. }
            | Wanted::ReceiptsNumbered { .. }
            | Wanted::Receipt { .. }
            | Wanted::Ratings { .. } => Right::SeeReports,
            Wanted::Categories {} | Wanted::Products {} | Wanted::Stations {} => Right::ManageMenu,
            Wanted::Tables {} => Right::ManageTables,
            Wanted::Employees {} => Right::ManageStaff,
            Wanted::Printers {} => Right::ManagePrinters,
            Wanted::Papers {} => Right::Reprint,
            // Looking around on the network is the owner's.
            Wanted::PrinterScan {} => Right::ManageSite,
            Wanted::Site {} | Wanted::Mail {} | Wanted::Sync {} => Right::ManageSite,
            Wanted::Setup {} | Wanted::SetupScan {} => Right::Found,
        }
    }
}

/// Reads it for somebody; the session must still be theirs. Blocks.
pub fn show(
    conn: &Connection,
    (actor, session): (Actor, Option<TokenHash>),
    wanted: Wanted,
    (now, gauge, whereabouts): (Moment, &Gauge, Whereabouts),
    around: Option<Around>,
) -> Result<Shown, OpError> {
    let now_ms = now.wall_ms;
    if !actor.may(wanted.right()) {
        return Err(Refusal::Denied.into());
    }
    // A screen on which nobody is logged in has no session, nor has it a secret to see here.
    if wanted == (Wanted::Setup {}) {
        return Ok(Shown::Setup(SetupShown::of(now, whereabouts)));
    }
    if wanted == (Wanted::SetupScan {}) {
        return Ok(Shown::PrinterScan(printer_scan(conn, around.ok_or(Refusal::Founded)??)?));
    }
    let holder = match (session, sites::day(conn)?) {
        (Some(session), Some(day)) => sessions::holder(conn, &session, day, now_ms)?,
        _ => None,
    };
    if holder.is_none_or(|h| h.actor() != actor) {
        return Err(Refusal::NotLoggedIn.into());
    }
    let period = |from, to| Period::new(from, to).ok_or(OpError::from(Refusal::Period));
    Ok(match wanted {
        Wanted::Dashboard {} => Shown::Dashboard(report::dashboard(conn)?),
        Wanted::Sales { from, to } => Shown::Sales(report::sales(conn, period(from, to)?)?),
        Wanted::SalesPdf { from, to } => {
            let period = period(from, to)?;
            let bytes = paper::pdf(conn, period, now_ms).map_err(|error| {
                tracing::error!(%error, "a report could not be made");
                Refusal::Internal
            })?;
            Shown::File(File { name: paper::file_name(period, "pdf"), bytes: data_encoding::BASE64.encode(&bytes) })
        }
        Wanted::Receipts { from, to, search, before } => {
            not_long(&search)?;
            Shown::Receipts(report::receipts(conn, period(from, to)?, &search, before)?)
        }
        Wanted::ReceiptsNumbered { number } => {
            not_long(&number)?;
            Shown::Receipts(report::numbered(conn, &number)?)
        }
        Wanted::Receipt { receipt } => Shown::Receipt(report::receipt(conn, receipt)?.ok_or(not_found("receipt"))?),
        Wanted::Categories {} => Shown::Categories(manage::categories(conn)?),
        Wanted::Products {} => Shown::Products(manage::products(conn)?),
        Wanted::Stations {} => Shown::Stations(manage::stations(conn)?),
        Wanted::Tables {} => Shown::Tables(manage::tables(conn)?),
        Wanted::Employees {} => Shown::Employees(manage::employees(conn)?),
        Wanted::Printers {} => {
            let printers = sites::printers(conn)?.into_iter();
            Shown::Printers(Printers { printers: printers.map(|p| PrinterSetup { id: p.id, settings: p.settings }).collect() })
        }
        Wanted::Papers {} => Shown::Papers(papers::papers(conn)?),
        Wanted::PrinterScan {} => Shown::PrinterScan(printer_scan(conn, around.ok_or(Refusal::Denied)??)?),
        Wanted::Site {} => Shown::Site(Box::new(Site::clone(&*sites::site(conn)?))),
        Wanted::Ratings { product, stars, before } => Shown::Ratings(manage::ratings(conn, product, stars, before)?),
        Wanted::Mail {} => Shown::Mail(manage::mail(conn)?),
        Wanted::Setup {} | Wanted::SetupScan {} => return Err(Refusal::Denied.into()),
        Wanted::Sync {} => Shown::Sync(SyncShown { setup: manage::sync(conn)?, detail: gauge.state().detail }),
    })
}

/// Who answers on the network.
pub type Around = Result<Vec<scan::Found>, Refusal>;

/// What a view needs that no table holds: looked up before a reader is taken, for it takes seconds.
/// Nothing is looked up for who may not, nor for the first start once there is a house.
pub fn look_around(reader: &Reader, actor: Actor, wanted: &Wanted) -> Option<Around> {
    let is_due = match wanted {
        Wanted::PrinterScan {} => true,
        Wanted::SetupScan {} => matches!(reader.read(sites::is_set_up), Ok(false)),
        _ => false,
    };
    (is_due && actor.may(wanted.right())).then(scan::scan)
}

/// Says which of those who answer the house has already.
pub fn printer_scan(conn: &Connection, found: Vec<scan::Found>) -> Result<PrinterScan, StoreError> {
    let known = sites::printers(conn)?;
    let row = |one: scan::Found| {
        let name = known.iter().find(|p| is_one(&p.target, &one.target)).map(|p| p.name.clone());
        FoundPrinter { target: one.target, manner: one.manner, name }
    };
    Ok(PrinterScan { found: found.into_iter().map(row).collect() })
}

/// Whether both lead to one printer: a plug has two names.
fn is_one(a: &PrinterTarget, b: &PrinterTarget) -> bool {
    match (a, b) {
        (PrinterTarget::Device { path: a }, PrinterTarget::Device { path: b }) => {
            let node = |path: &str| std::fs::canonicalize(path).ok();
            a == b || node(a).is_some_and(|a| node(b) == Some(a))
        }
        _ => a == b,
    }
}

fn not_long(search: &str) -> Result<(), Refusal> {
    match search.chars().count() > text::NAME_MAX {
        true => Err(Refusal::TextLong { field: "name", max: text::NAME_MAX }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::{MailRoute, MailSecurity, MailSettings};
    use crate::domain::sync::SyncSettings;

    fn over_the_wire(shown: &Shown) -> Shown {
        serde_json::from_str(&serde_json::to_string(shown).unwrap()).unwrap()
    }

    /// A till on another machine reads what this one wrote.
    #[test]
    fn settings_arrive_as_they_were_sent() {
        let route = MailRoute::Smtp {
            host: "smtp.example.com".to_owned(),
            port: 587,
            security: MailSecurity::Starttls,
            user: "kasir".to_owned(),
            ca_file: String::new(),
        };
        for route in [MailRoute::Off, MailRoute::Folder { path: "/post".to_owned() }, route] {
            let settings = MailSettings { route, from: "a@example.com".to_owned(), owner: vec!["b@example.com".to_owned()] };
            let shown = Shown::Mail(manage::MailSetup { settings, has_password: true });
            assert_eq!(over_the_wire(&shown), shown);
        }
        let setup = manage::SyncSetup { settings: SyncSettings::default(), has_password: false, site: None };
        let shown = Shown::Sync(SyncShown { setup, detail: "1045: Access denied".to_owned() });
        assert_eq!(over_the_wire(&shown), shown);
    }
}
