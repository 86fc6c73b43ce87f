//! How phones find the till: the address that the printed cards carry, and the Wi-Fi by which
//! guests come.

use crate::domain::event::{Event, Touch};
use crate::domain::id::{PrinterId, TableId};
use crate::domain::job::PrintJob;
use crate::domain::refusal::Refusal;
use crate::domain::site::Site;
use crate::domain::staff::Right;
use crate::domain::wifi::{Wifi, WifiSecurity};
use crate::ops::{OpError, Operation, not_found};
use crate::store::write_tx::WriteTx;
use crate::store::{sites, visits, wifi};

/// Somebody prints the tables' cards: this is what they carry from now on. Whoever calls this has
/// made the address from what the office's browser used.
pub struct NoteCards {
    pub base: String,
}

impl Operation for NoteCards {
    const NAME: &'static str = "cards.printed";
    const RIGHT: Right = Right::ManageTables;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        note_cards(tx, self.base)
    }
}

fn note_cards(tx: &mut WriteTx<'_>, base: String) -> Result<(), OpError> {
    let before = sites::site(tx.conn())?;
    let site = Site { cards: Some(base), ..(*before).clone() };
    if site != *before {
        tx.record(Event::SiteSet { site })?;
    }
    tx.touch(Touch::Hub);
    Ok(())
}

/// Where slips come out: at the first printer of receipts.
fn receipts_printer(tx: &WriteTx<'_>) -> Result<PrinterId, OpError> {
    sites::printers(tx.conn())?.iter().find(|p| p.receipts).map(|p| p.id).ok_or(not_found("printer"))
}

/// Prints tables' codes where receipts come out; of no table in particular: of all.
pub struct PrintSlips {
    /// What they carry.
    pub base: String,
    pub tables: Vec<TableId>,
}

impl Operation for PrintSlips {
    const NAME: &'static str = "table.slips";
    const RIGHT: Right = Right::ManageTables;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let standing: Vec<TableId> = visits::tables(tx.conn())?.into_iter().map(|t| t.id).collect();
        if !self.tables.iter().all(|id| standing.contains(id)) {
            return Err(not_found("table"));
        }
        // Each once, in the order of the room.
        let is_wanted = |id: &TableId| self.tables.is_empty() || self.tables.contains(id);
        let wanted: Vec<TableId> = standing.into_iter().filter(is_wanted).collect();
        let printer = receipts_printer(tx)?;
        note_cards(tx, self.base.clone())?;
        for table in wanted {
            tx.print(printer, &PrintJob::TableSlip { table, base: self.base.clone() })?;
        }
        Ok(())
    }
}

/// Says how guests join the Wi-Fi, or that they are not told. A missing password leaves the one that is kept.
pub struct SetWifi {
    pub wifi: Option<Wifi>,
    pub keeps_password: bool,
}

impl Operation for SetWifi {
    const NAME: &'static str = "wifi.set";
    const RIGHT: Right = Right::ManageSite;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let mut next = self.wifi;
        if let Some(next) = next.as_mut().filter(|w| self.keeps_password && w.security == WifiSecurity::Wpa) {
            next.password = wifi::wifi(tx.conn())?.map(|w| w.password).unwrap_or_default();
        }
        let next = next.map(Wifi::checked).transpose().map_err(|bad| Refusal::Setting { key: bad.0 })?;
        wifi::keep(tx.conn(), next.as_ref())?;
        tx.wrote();
        Ok(())
    }
}

/// Prints a slip with the Wi-Fi's code where receipts come out.
pub struct PrintWifi;

impl Operation for PrintWifi {
    const NAME: &'static str = "wifi.print";
    const RIGHT: Right = Right::ManageTables;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        wifi::wifi(tx.conn())?.ok_or(not_found("wifi"))?;
        let printer = receipts_printer(tx)?;
        tx.print(printer, &PrintJob::WifiSlip)?;
        Ok(())
    }
}
