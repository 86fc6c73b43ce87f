//! Setting the shop up: settings, menu, tables, staff, printers. For now the machine's own
//! command line and the demo call these; the checks are the same whoever will.

use uuid::Uuid;

use crate::domain::event::Event;
use crate::domain::id::{CategoryId, EmployeeId, PrinterId, ProductId, TableId};
use crate::domain::menu::{Category, Product, Station};
use crate::domain::money::Money;
use crate::domain::refusal::{Refusal, in_field};
use crate::domain::site::{Printer, PrinterSettings, Site};
use crate::domain::staff::{Employee, Right, Role};
use crate::domain::visit::Table;
use crate::domain::{text, time};
use crate::ops::{OpError, Operation, not_found};
use crate::store::write_tx::WriteTx;
use crate::store::{menu, sites, staff, visits};

/// Sets the house's settings, all of them.
pub struct SetSite {
    pub site: Site,
}

impl Operation for SetSite {
    const NAME: &'static str = "site.set";
    const RIGHT: Right = Right::Administer;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let mut site = self.site;
        site.name = text::required(&site.name, text::NAME_MAX).map_err(in_field("name"))?;
        site.address = text::clean(&site.address, text::REASON_MAX).map_err(in_field("address"))?;
        site.tax_id = text::clean(&site.tax_id, text::NAME_MAX).map_err(in_field("tax_id"))?;
        if time::zone(&site.timezone).is_none() {
            return Err(Refusal::Setting { key: "timezone" }.into());
        }
        if site.day_start_min >= 24 * 60 {
            return Err(Refusal::Setting { key: "day_start_min" }.into());
        }
        if site.cash_rounding.step < Money(1) {
            return Err(Refusal::Setting { key: "cash_rounding" }.into());
        }
        tx.record(Event::SiteSet { site })?;
        Ok(())
    }
}

/// Adds a group to the menu, at its end.
pub struct AddCategory {
    pub name: String,
}

impl Operation for AddCategory {
    const NAME: &'static str = "category.add";
    const RIGHT: Right = Right::Administer;
    type Output = CategoryId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<CategoryId, OpError> {
        let name = text::required(&self.name, text::NAME_MAX).map_err(in_field("name"))?;
        if menu::has_category(tx.conn(), &name)?.is_some() {
            return Err(Refusal::Exists { what: "category" }.into());
        }
        let id = CategoryId(sites::next_id(tx.conn(), "category")?);
        tx.record(Event::CategoryAdded { category: Category { id, uid: Uuid::now_v7(), name, position: id.0 } })?;
        Ok(id)
    }
}

/// Adds a product.
pub struct AddProduct {
    pub category: CategoryId,
    pub name: String,
    pub price: Money,
    pub cost: Money,
    pub description: String,
    /// Its hash and bytes (PNG).
    pub picture: Option<(String, Vec<u8>)>,
    pub station: Station,
    pub stock: Option<u32>,
    pub min_stock: u32,
}

impl Operation for AddProduct {
    const NAME: &'static str = "product.add";
    const RIGHT: Right = Right::Administer;
    type Output = ProductId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<ProductId, OpError> {
        let name = text::required(&self.name, text::NAME_MAX).map_err(in_field("name"))?;
        let description = text::clean(&self.description, text::DESCRIPTION_MAX).map_err(in_field("description"))?;
        if !menu::categories(tx.conn())?.iter().any(|c| c.id == self.category) {
            return Err(not_found("category"));
        }
        if menu::has_product(tx.conn(), &name)? {
            return Err(Refusal::Exists { what: "product" }.into());
        }
        for amount in [self.price, self.cost] {
            if amount < Money::ZERO || amount > Money::MAX {
                return Err(Refusal::AmountTooLarge.into());
            }
        }
        if let Some((hash, bytes)) = &self.picture {
            menu::keep_picture(tx.conn(), hash, bytes)?;
        }
        let id = ProductId(sites::next_id(tx.conn(), "product")?);
        let product = Product {
            id,
            uid: Uuid::now_v7(),
            category: self.category,
            name,
            price: self.price,
            cost: self.cost,
            description,
            picture: self.picture.map(|(hash, _)| hash),
            station: self.station,
            stock: self.stock.map(i64::from),
            min_stock: i64::from(self.min_stock),
            sold_out: false,
        };
        tx.record(Event::ProductAdded { product })?;
        Ok(id)
    }
}

/// Adds a table. Its code was made by the caller from 128 random bits.
pub struct AddTable {
    pub number: String,
    pub area: String,
    pub seats: u32,
    pub code: String,
}

impl Operation for AddTable {
    const NAME: &'static str = "table.add";
    const RIGHT: Right = Right::Administer;
    type Output = TableId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<TableId, OpError> {
        let number = text::required(&self.number, 12).map_err(in_field("number"))?;
        let area = text::clean(&self.area, text::NAME_MAX).map_err(in_field("area"))?;
        if visits::has_table(tx.conn(), &number)? {
            return Err(Refusal::Exists { what: "table" }.into());
        }
        let id = TableId(sites::next_id(tx.conn(), "dining_table")?);
        tx.record(Event::TableAdded { table: Table { id, number, area, seats: self.seats, code: self.code } })?;
        Ok(id)
    }
}

/// Adds somebody who works here, with the hash of the PIN.
pub struct AddEmployee {
    pub name: String,
    pub role: Role,
    pub pin_hash: String,
}

impl Operation for AddEmployee {
    const NAME: &'static str = "employee.add";
    const RIGHT: Right = Right::Administer;
    type Output = EmployeeId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<EmployeeId, OpError> {
        let name = text::required(&self.name, text::NAME_MAX).map_err(in_field("name"))?;
        if staff::by_name(tx.conn(), &name)?.is_some() {
            return Err(Refusal::Exists { what: "employee" }.into());
        }
        let id = EmployeeId(sites::next_id(tx.conn(), "employee")?);
        let employee = Employee { id, uid: Uuid::now_v7(), name, role: self.role, active: true };
        tx.record(Event::EmployeeAdded { employee })?;
        staff::keep_pin_hash(tx.conn(), id, &self.pin_hash)?;
        tx.record(Event::PinSet { employee: id })?;
        Ok(id)
    }
}

/// Gives somebody a new PIN, and with it fresh tries.
pub struct SetPin {
    pub name: String,
    pub pin_hash: String,
}

impl Operation for SetPin {
    const NAME: &'static str = "employee.set_pin";
    const RIGHT: Right = Right::Administer;
    type Output = EmployeeId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<EmployeeId, OpError> {
        let employee = staff::by_name(tx.conn(), &self.name)?.ok_or(not_found("employee"))?;
        staff::keep_pin_hash(tx.conn(), employee.id, &self.pin_hash)?;
        tx.record(Event::PinSet { employee: employee.id })?;
        Ok(employee.id)
    }
}

/// Adds a printer, or changes the one of that name.
pub struct SetPrinter {
    pub settings: PrinterSettings,
}

impl Operation for SetPrinter {
    const NAME: &'static str = "printer.set";
    const RIGHT: Right = Right::Administer;
    type Output = PrinterId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<PrinterId, OpError> {
        let mut settings = self.settings;
        settings.name = text::required(&settings.name, text::NAME_MAX).map_err(in_field("name"))?;
        let known = sites::printers(tx.conn())?.into_iter().find(|p| p.name.eq_ignore_ascii_case(&settings.name));
        let id = match known {
            Some(known) => known.id,
            None => PrinterId(sites::next_id(tx.conn(), "printer")?),
        };
        tx.record(Event::PrinterSet { printer: Printer { id, settings } })?;
        Ok(id)
    }
}
