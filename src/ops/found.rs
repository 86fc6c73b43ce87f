//! The house's first day: everything that it begins with, in one transaction. There is a house
//! afterwards, or there is none; a second one is refused. Hashes and tables' codes arrive ready
//! made; whoever calls this has checked the one-time code, if one was needed.

use crate::domain::event::Event;
use crate::domain::founding::{Founding, PRINTERS_MAX, ROOMS_MAX, TABLES_MAX};
use crate::domain::id::TableId;
use crate::domain::refusal::{Refusal, in_field};
use crate::domain::site::Printer;
use crate::domain::staff::{Right, Role};
use crate::domain::text;
use crate::domain::time::BusinessDay;
use crate::domain::visit::Table;
use crate::ops::network::PrintSlips;
use crate::ops::setup::{checked, checked_table};
use crate::ops::staff::enlist;
use crate::ops::{OpError, Operation, open_day};
use crate::store::write_tx::WriteTx;
use crate::store::{sites, staff};

/// Opens the house.
pub struct FoundHouse {
    /// PIN and password are not read here.
    pub founding: Founding,
    pub pin_hash: String,
    pub password_hash: Option<String>,
    /// One a table, each from 128 random bits.
    pub codes: Vec<String>,
    /// What the tables' slips carry, if any are printed.
    pub base: String,
}

impl Operation for FoundHouse {
    const NAME: &'static str = "house.found";
    const RIGHT: Right = Right::Found;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        if sites::is_set_up(tx.conn())? {
            return Err(Refusal::Founded.into());
        }
        if self.founding.tables() > TABLES_MAX || self.founding.rooms.len() > ROOMS_MAX {
            return Err(Refusal::Setting { key: "tables" }.into());
        }
        if self.founding.printers.len() > PRINTERS_MAX {
            return Err(Refusal::Setting { key: "printers" }.into());
        }
        let Founding { site, owner, printers, rooms, slips, .. } = self.founding;
        let mut site = checked(site)?;
        (site.logo, site.cards) = (None, None);
        // Trade begins on the day that the person who stands here takes it for, in the house's own zone.
        let today = BusinessDay::at(tx.now().wall_ms, &site.zone(), site.day_start_min);
        if tx.day() < Some(today) {
            open_day(tx, today)?;
        }
        tx.record(Event::SiteSet { site })?;
        let id = enlist(tx, &owner.name, "", Role::Owner, false)?;
        staff::keep_pin_hash(tx.conn(), id, &self.pin_hash)?;
        tx.record(Event::PinSet { employee: id })?;
        if let Some(hash) = &self.password_hash {
            staff::keep_password_hash(tx.conn(), id, hash)?;
            tx.record(Event::PasswordSet { employee: id })?;
        }
        for mut settings in printers {
            settings.name = text::required(&settings.name, text::NAME_MAX).map_err(in_field("name"))?;
            if !settings.target.is_for_people() {
                return Err(Refusal::Setting { key: "target" }.into());
            }
            if sites::printers(tx.conn())?.iter().any(|p| p.name.eq_ignore_ascii_case(&settings.name)) {
                return Err(Refusal::Exists { what: "printer" }.into());
            }
            let id = sites::next_printer(tx.conn())?;
            tx.record(Event::PrinterSet { printer: Printer { id, settings } })?;
        }
        let places = rooms.iter().flat_map(|room| (0..room.tables).map(move |_| room));
        for ((number, room), code) in (1..).zip(places).zip(self.codes) {
            let id = TableId(sites::next_id(tx.conn(), "dining_table")?);
            let table = Table { id, number: i64::to_string(&number), area: room.area.clone(), seats: room.seats, code };
            let table = checked_table(tx, table)?;
            tx.record(Event::TableAdded { table })?;
        }
        if slips {
            PrintSlips { base: self.base, tables: Vec::new() }.apply(tx)?;
        }
        Ok(())
    }
}
