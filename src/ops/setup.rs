//! Setting the house up: its settings, tables, printers, screens.

use crate::domain::event::Event;
use crate::domain::id::{DeviceId, PrinterId, TableId};
use crate::domain::job::PrintJob;
use crate::domain::money::Money;
use crate::domain::printer::{BACKUP_AFTER_S_MAX, MERGE_S_MAX};
use crate::domain::refusal::{Refusal, in_field};
use crate::domain::site::{ERASE_AFTER_DAYS_MAX, Printer, PrinterSettings, ROUNDING_STEP_MAX, SEATS_MAX, Site};
use crate::domain::staff::{Actor, Right};
use crate::domain::visit::{Table, TableDraft};
use crate::domain::{text, time};
use crate::ops::menu::name_is_free;
use crate::ops::{OpError, Operation, not_found, takes_room};
use crate::store::write_tx::WriteTx;
use crate::store::{menu, queue, sessions, sites, staff, visits};

/// Sets the house's settings, all of them.
pub struct SetSite {
    pub site: Site,
}

impl Operation for SetSite {
    const NAME: &'static str = "site.set";
    const RIGHT: Right = Right::ManageSite;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let before = sites::site(tx.conn())?;
        let mut site = checked(self.site)?;
        // Every amount that is stored is in this currency's minor unit.
        if site.currency != before.currency && sites::has_amounts(tx.conn())? {
            return Err(Refusal::Setting { key: "currency" }.into());
        }
        // Who read the settings before the logo or the cards changed does not take it back.
        site.logo = before.logo.clone();
        site.cards = before.cards.clone();
        tx.record(Event::SiteSet { site })?;
        Ok(())
    }
}

/// The settings as they are kept, if they can be.
pub(in crate::ops) fn checked(mut site: Site) -> Result<Site, Refusal> {
    site.name = text::required(&site.name, text::NAME_MAX).map_err(in_field("name"))?;
    site.address = text::clean(&site.address, text::REASON_MAX).map_err(in_field("address"))?;
    site.tax_id = text::clean(&site.tax_id, text::NAME_MAX).map_err(in_field("tax_id"))?;
    if time::zone(&site.timezone).is_none() {
        return Err(Refusal::Setting { key: "timezone" });
    }
    if site.day_start_min >= 24 * 60 {
        return Err(Refusal::Setting { key: "day_start_min" });
    }
    if site.cash_rounding.step < Money(1) || site.cash_rounding.step > ROUNDING_STEP_MAX {
        return Err(Refusal::Setting { key: "cash_rounding" });
    }
    if !(1..=ERASE_AFTER_DAYS_MAX).contains(&site.erase_after_days) {
        return Err(Refusal::Setting { key: "erase_after_days" });
    }
    Ok(site)
}

/// Gives the house a logo, or takes it away. The bytes were made small and plain before.
pub struct SetLogo {
    pub picture: Option<(String, Vec<u8>)>,
}

impl Operation for SetLogo {
    const NAME: &'static str = "site.logo";
    const RIGHT: Right = Right::ManageSite;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let before = sites::site(tx.conn())?;
        if let Some((hash, bytes)) = &self.picture {
            takes_room(tx)?;
            menu::keep_picture(tx.conn(), hash, bytes)?;
        }
        let site = Site { logo: self.picture.map(|(hash, _)| hash), ..(*before).clone() };
        if site != *before {
            tx.record(Event::SiteSet { site })?;
        }
        Ok(())
    }
}

/// Adds a table. Its code was made by the caller from 128 random bits.
pub struct AddTable {
    pub draft: TableDraft,
    pub code: String,
}

impl Operation for AddTable {
    const NAME: &'static str = "table.add";
    const RIGHT: Right = Right::ManageTables;
    type Output = TableId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<TableId, OpError> {
        let id = TableId(sites::next_id(tx.conn(), "dining_table")?);
        let TableDraft { number, area, seats } = self.draft;
        let table = checked_table(tx, Table { id, number, area, seats, code: self.code })?;
        tx.record(Event::TableAdded { table })?;
        Ok(id)
    }
}

/// Renames a table, moves it to another area, changes its seats. Its code stays.
pub struct ChangeTable {
    pub table: TableId,
    pub draft: TableDraft,
}

impl Operation for ChangeTable {
    const NAME: &'static str = "table.change";
    const RIGHT: Right = Right::ManageTables;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let before = visits::standing(tx.conn(), self.table)?.ok_or(not_found("table"))?;
        let TableDraft { number, area, seats } = self.draft;
        let table = checked_table(tx, Table { number, area, seats, ..before.clone() })?;
        if table != before {
            tx.record(Event::TableChanged { table })?;
        }
        Ok(())
    }
}

pub(in crate::ops) fn checked_table(tx: &WriteTx<'_>, table: Table) -> Result<Table, OpError> {
    let number = text::required(&table.number, 12).map_err(in_field("number"))?;
    let area = text::clean(&table.area, text::NAME_MAX).map_err(in_field("area"))?;
    name_is_free(visits::has_table(tx.conn(), &number)?, Some(table.id), "table")?;
    if table.seats == 0 || table.seats > SEATS_MAX {
        return Err(Refusal::Setting { key: "seats" }.into());
    }
    Ok(Table { number, area, ..table })
}

/// A new secret code: the printed one opens nothing any more.
pub struct RenewTableCode {
    pub table: TableId,
    pub code: String,
}

impl Operation for RenewTableCode {
    const NAME: &'static str = "table.renew_code";
    const RIGHT: Right = Right::ManageTables;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let before = visits::standing(tx.conn(), self.table)?.ok_or(not_found("table"))?;
        tx.record(Event::TableChanged { table: Table { code: self.code, ..before } })?;
        Ok(())
    }
}

/// Takes a table out of the room once nobody sits there.
pub struct RetireTable {
    pub table: TableId,
}

impl Operation for RetireTable {
    const NAME: &'static str = "table.retire";
    const RIGHT: Right = Right::ManageTables;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        visits::standing(tx.conn(), self.table)?.ok_or(not_found("table"))?;
        if !visits::open_at(tx.conn(), self.table)?.is_empty() {
            return Err(Refusal::TableInUse.into());
        }
        tx.record(Event::TableRetired { table: self.table })?;
        Ok(())
    }
}

/// Adds a printer, or changes the one of that name.
pub struct SetPrinter {
    /// Which one to change, when its name changes too.
    pub printer: Option<PrinterId>,
    pub settings: PrinterSettings,
}

impl Operation for SetPrinter {
    const NAME: &'static str = "printer.set";
    const RIGHT: Right = Right::ManagePrinters;
    type Output = PrinterId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<PrinterId, OpError> {
        let mut settings = self.settings;
        settings.name = text::required(&settings.name, text::NAME_MAX).map_err(in_field("name"))?;
        let all = sites::printers(tx.conn())?;
        let same = |p: &&Printer| self.printer.map_or(p.name.eq_ignore_ascii_case(&settings.name), |id| p.id == id);
        let unchanged = all.iter().find(same).is_some_and(|p| p.target == settings.target);
        if tx.actor() != Actor::Machine && !unchanged && !settings.target.is_for_people() {
            return Err(Refusal::Setting { key: "target" }.into());
        }
        let named = all.iter().find(|p| p.name.eq_ignore_ascii_case(&settings.name)).map(|p| p.id);
        let id = match self.printer {
            Some(id) => {
                all.iter().find(|p| p.id == id).ok_or(not_found("printer"))?;
                name_is_free(named, Some(id), "printer")?;
                id
            }
            None => named.map_or_else(|| sites::next_printer(tx.conn()), Ok)?,
        };
        if settings.merge_s > MERGE_S_MAX {
            return Err(Refusal::Setting { key: "merge_s" }.into());
        }
        if let Some(backup) = settings.backup {
            let stands_in = all.iter().any(|p| p.id == backup.printer && p.id != id);
            if !stands_in || !(1..=BACKUP_AFTER_S_MAX).contains(&backup.after_s) {
                return Err(Refusal::Setting { key: "backup" }.into());
            }
        }
        if all.iter().find(|p| p.id == id).is_some_and(|p| p.target != settings.target) {
            queue::forget_condition(tx.conn(), id)?;
        }
        tx.record(Event::PrinterSet { printer: Printer { id, settings } })?;
        // Papers that waited for the old address may go now.
        tx.ring();
        Ok(id)
    }
}

/// Forgets a printer that owes nothing.
pub struct RemovePrinter {
    pub printer: PrinterId,
}

impl Operation for RemovePrinter {
    const NAME: &'static str = "printer.remove";
    const RIGHT: Right = Right::ManagePrinters;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        sites::printer(tx.conn(), self.printer)?.ok_or(not_found("printer"))?;
        let waiting = queue::waiting(tx.conn(), self.printer)?;
        if waiting > 0 {
            return Err(Refusal::PrinterOwes { count: waiting }.into());
        }
        // Nobody stands in by a printer that is not there.
        for other in sites::printers(tx.conn())? {
            if other.backup.is_some_and(|b| b.printer == self.printer) {
                let settings = PrinterSettings { backup: None, ..other.settings };
                tx.record(Event::PrinterSet { printer: Printer { id: other.id, settings } })?;
            }
        }
        tx.record(Event::PrinterRemoved { printer: self.printer })?;
        queue::forget_condition(tx.conn(), self.printer)?;
        Ok(())
    }
}

/// Prints a page that shows whether the printer does.
pub struct TestPrinter {
    pub printer: PrinterId,
}

impl Operation for TestPrinter {
    const NAME: &'static str = "printer.test";
    const RIGHT: Right = Right::ManagePrinters;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        sites::printer(tx.conn(), self.printer)?.ok_or(not_found("printer"))?;
        tx.print(self.printer, &PrintJob::TestPage)?;
        Ok(())
    }
}

/// A screen is no screen of the house's any more: nobody logs in on it.
pub struct RemoveDevice {
    pub device: DeviceId,
}

impl Operation for RemoveDevice {
    const NAME: &'static str = "device.remove";
    const RIGHT: Right = Right::ManageDevices;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        // The machine's own touchscreen is how an owner gets back in.
        if self.device == DeviceId(1) {
            return Err(Refusal::Denied.into());
        }
        if !staff::devices(tx.conn())?.iter().any(|d| d.id == self.device) {
            return Err(not_found("device"));
        }
        sessions::forget_device(tx.conn(), self.device)?;
        tx.record(Event::DeviceRemoved { device: self.device })?;
        Ok(())
    }
}
