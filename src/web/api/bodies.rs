//! What goes into the endpoints and comes out of them, where it is no view and no draft.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::backup::{JournalCopy, Keep};
use crate::domain::id::{CategoryId, EmployeeId, GuestId, JobId, PrinterId, ProductId, TableId};
use crate::domain::mail::MailRoute;
use crate::domain::menu::Station;
use crate::domain::money::Money;
use crate::domain::staff::Role;
use crate::domain::sync::SyncTls;
use crate::domain::time::BusinessDay;
use crate::views::site::{BackupView, CopyView, DiskView, SyncView};

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attr:meta])* $field:ident: $ty:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(in crate::web::api) struct $name { $($(#[$attr])* pub $field: $ty),* }
    )*};
}

bodies! {
    /// Whose codes; of no table in particular: of all.
    Slips { #[serde(default)] tables: Vec<TableId> }
    NewProduct {
        category: CategoryId,
        name: String,
        /// In the currency's minor unit.
        price: Money,
        #[serde(default)]
        cost: Money,
        #[serde(default)]
        description: String,
        #[serde(default)]
        station: Station,
        #[serde(default)]
        min_stock: u32,
        /// Portions in the house; null is not counted.
        #[serde(default)]
        stock: Option<u32>,
    }
    SoldOut { sold_out: bool }
    /// By the numbers that the list of papers says.
    SomePapers { papers: Vec<JobId> }
    MovedPapers { papers: Vec<JobId>, printer: PrinterId }
    Again {
        /// Its own when none is named.
        #[serde(default)]
        printer: Option<PrinterId>,
    }
    Stock {
        /// Null stops counting.
        on_hand: Option<u32>,
        #[serde(default)]
        reason: String,
    }
    Delivery {
        quantity: u32,
        #[serde(default)]
        reason: String,
    }
    NewEmployee {
        name: String,
        role: Role,
        #[serde(default)]
        mail: String,
        /// 4 to 8 digits.
        pin: String,
    }
    EmployeeChange {
        name: String,
        role: Role,
        active: bool,
        /// Missing leaves it as it is.
        #[serde(default)]
        mail: Option<String>,
    }
    MailChange {
        route: MailRoute,
        /// The address that letters come from.
        #[serde(default)]
        from: String,
        /// Where the owner's reports go.
        #[serde(default)]
        owner: Vec<String>,
        /// Missing leaves the one that is kept.
        #[serde(default)]
        password: Option<String>,
    }
    SyncChange {
        on: bool,
        #[serde(default)]
        host: String,
        #[serde(default = "mysql_port")]
        port: u16,
        #[serde(default)]
        user: String,
        #[serde(default)]
        database: String,
        #[serde(default)]
        tls: SyncTls,
        /// A file on this machine with the authority that the server is signed by.
        #[serde(default)]
        ca_file: String,
        /// Missing leaves the one that is kept.
        #[serde(default)]
        password: Option<String>,
    }
    BackupChange {
        /// On another medium than the database's; empty when there is none.
        #[serde(default)]
        folder: String,
        #[serde(default)]
        stick: bool,
        #[serde(default)]
        sealed: bool,
        #[serde(default)]
        keep: Keep,
        #[serde(default)]
        journal: JournalCopy,
        /// Missing leaves the one that is kept.
        #[serde(default)]
        passphrase: Option<String>,
    }
    To { address: String }
    ReportMail {
        from: BusinessDay,
        to: BusinessDay,
        /// Missing sends it to the owner's addresses.
        #[serde(default)]
        address: Option<String>,
    }
    Approval { role: Role }
    Erasure {
        /// At most 100.
        guests: Vec<GuestId>,
    }
    Pin {
        /// 4 to 8 digits.
        pin: String,
    }
    OwnPin {
        /// The password or the PIN so far.
        password: String,
        pin: String,
    }
    OwnPassword {
        old: String,
        /// 10 to 128 characters.
        password: String,
    }
}

macro_rules! answers {
    ($($name:ident { $($field:ident: $ty:ty),* })*) => {$(
        #[derive(Debug, Serialize, JsonSchema)]
        pub(in crate::web::api) struct $name { $(pub $field: $ty),* }
    )*};
}

answers! {
    CategoryAdded { category: CategoryId }
    ProductAdded { product: ProductId }
    TableAdded { table: TableId }
    EmployeeAdded { employee: EmployeeId }
    PrinterAdded { printer: PrinterId }
    PictureSet { picture: String }
    OneTimeCode { code: String, minutes: u32 }
}

fn mysql_port() -> u16 {
    3_306
}

/// The machine itself.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::web::api) struct Machine {
    pub program: &'static str,
    pub disk: DiskView,
}

/// How the copy does, and what the server or the network said last.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::web::api) struct SyncState {
    #[serde(flatten)]
    pub view: SyncView,
    pub detail: String,
}

/// How backups do, and which there are.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::web::api) struct BackupState {
    pub backup: BackupView,
    /// The fault in the system's own words.
    pub detail: String,
    pub journal_copy: CopyView,
    pub journal_copy_detail: String,
    /// Whether somebody has asked for one that is not made yet.
    pub wanted: bool,
    /// The newest first.
    pub made: Vec<BackupMade>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::web::api) struct BackupMade {
    pub path: String,
    pub made_ms: i64,
    /// The last event that it holds.
    pub event: i64,
    pub bytes: u64,
    pub sealed: bool,
    /// Whether it can be seen now: a stick may be elsewhere.
    pub there: bool,
}
