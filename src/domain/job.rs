//! Work owed to the outside. A job names what to print, never the text: the paper is made
//! when it prints, from the tables, so that a guest's name is in no job.

use serde::{Deserialize, Serialize};

use crate::domain::id::{OrderId, PrinterId, ReceiptId, TableId};
use crate::domain::menu::Station;

/// One thing to print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PrintJob {
    /// What a station has to make of an order. `copy` counts reprints.
    KitchenTicket { order: OrderId, station: Station, copy: u32 },
    /// What a station must not make any more.
    CancellationTicket { order: OrderId, station: Station },
    /// The whole order on one slip, to check the plates against; `cancelled` when it is not wanted
    /// any more.
    CheckerSlip { order: OrderId, copy: u32, cancelled: bool },
    /// The receipt; `copy` counts reprints.
    Receipt { receipt: ReceiptId, copy: u32 },
    /// Opens the cash drawer. Expires after [`DRAWER_EXPIRES_MS`] and is never repeated: a
    /// drawer that opens by itself later is a drawer that opens for nobody.
    DrawerPulse,
    /// Shows that the printer prints, and where its paper ends.
    TestPage,
    /// The guests' Wi-Fi, to be put on a table.
    WifiSlip,
    /// The code by which guests order at a table, to be put on it; `base` is where phones find the house.
    TableSlip { table: TableId, base: String },
}

/// How long a drawer pulse may wait for its printer.
pub const DRAWER_EXPIRES_MS: i64 = 5_000;

impl PrintJob {
    pub fn name(&self) -> &'static str {
        match self {
            PrintJob::KitchenTicket { .. } => "kitchen_ticket",
            PrintJob::CancellationTicket { .. } => "cancellation_ticket",
            PrintJob::CheckerSlip { .. } => "checker_slip",
            PrintJob::Receipt { .. } => "receipt",
            PrintJob::DrawerPulse => "drawer_pulse",
            PrintJob::TestPage => "test_page",
            PrintJob::WifiSlip => "wifi_slip",
            PrintJob::TableSlip { .. } => "table_slip",
        }
    }
}

/// Where a paper is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaperState {
    Waiting,
    Sending,
    /// The printer did not take it; it is tried again.
    Failed,
    /// So old that somebody has to say whether it is printed.
    Old,
    /// The printer has it, and does not tell whether it is on paper.
    Sent,
    /// The printer has it and says that all is well.
    Confirmed,
    /// Somebody said that it is not needed any more.
    ThrownAway,
}

impl PaperState {
    pub fn name(self) -> &'static str {
        match self {
            PaperState::Waiting => "waiting",
            PaperState::Sending => "sending",
            PaperState::Failed => "failed",
            PaperState::Old => "old",
            PaperState::Sent => "sent",
            PaperState::Confirmed => "confirmed",
            PaperState::ThrownAway => "thrown_away",
        }
    }

    /// Whether nothing more happens to it by itself.
    pub fn is_final(self) -> bool {
        match self {
            PaperState::Sent | PaperState::Confirmed | PaperState::ThrownAway => true,
            PaperState::Waiting | PaperState::Sending | PaperState::Failed | PaperState::Old => false,
        }
    }
}

/// What somebody did with a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperDeed {
    /// It was old and is printed all the same.
    Printed,
    /// Once more, as a copy.
    PrintedAgain,
    /// By another printer.
    Moved { to: PrinterId },
    /// Not at all: whoever did it answers for the loss.
    ThrownAway,
}

/// Why a job has not reached paper yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum PrinterFault {
    /// Nobody answers at the address.
    Unreachable,
    /// The address answered that nothing listens there.
    Refused,
    /// The connection ended in the middle.
    Interrupted,
    /// It took the connection and then no bytes, or no longer answers: it hangs.
    Stuck,
    /// The device file cannot be opened.
    NoDevice,
    /// It says so itself, as the next three.
    PaperOut,
    CoverOpen,
    Offline,
    /// The cutter, the head, or what else it has no word for.
    Error,
}

impl PrinterFault {
    pub fn name(self) -> &'static str {
        match self {
            PrinterFault::Unreachable => "unreachable",
            PrinterFault::Refused => "refused",
            PrinterFault::Interrupted => "interrupted",
            PrinterFault::Stuck => "stuck",
            PrinterFault::NoDevice => "no_device",
            PrinterFault::PaperOut => "paper_out",
            PrinterFault::CoverOpen => "cover_open",
            PrinterFault::Offline => "offline",
            PrinterFault::Error => "error",
        }
    }
}

/// How long to wait before attempt `attempts + 1`, in milliseconds: doubling from one second,
/// at most fifteen, so that paper put in is paper printed soon.
pub fn backoff_ms(attempts: u32) -> i64 {
    (1_000_i64 << attempts.min(4)).min(15_000)
}
