//! What a client knows of the restaurant: the hub's changes, applied. Screens read it; it
//! never computes a total, a right or a state.

use std::collections::BTreeMap;

use crate::domain::id::{CategoryId, EmployeeId, OrderId, PrinterId, ProductId, ReceiptId, TableId, VisitId};
use crate::hub::wire::{Change, HubFrame, Me};
use crate::views::floor::{TableView, VisitView};
use crate::views::menu::{CategoryView, ProductView};
use crate::views::order::OrderView;
use crate::views::receipt::ReceiptView;
use crate::views::site::{EmployeeView, HubView, PrinterView, SiteView};

/// The restaurant as last heard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Room {
    pub me: Option<Me>,
    pub site: Option<SiteView>,
    pub hub: Option<HubView>,
    pub categories: BTreeMap<CategoryId, CategoryView>,
    pub products: BTreeMap<ProductId, ProductView>,
    pub tables: BTreeMap<TableId, TableView>,
    pub visits: BTreeMap<VisitId, VisitView>,
    pub orders: BTreeMap<OrderId, OrderView>,
    pub receipts: BTreeMap<ReceiptId, ReceiptView>,
    pub printers: BTreeMap<PrinterId, PrinterView>,
    pub employees: BTreeMap<EmployeeId, EmployeeView>,
}

impl Room {
    /// Applies a frame; tells whether anything may look different now.
    pub fn apply(&mut self, frame: &HubFrame) -> bool {
        match frame {
            HubFrame::Snapshot { me, changes, .. } => {
                *self = Room { me: Some(me.clone()), ..Room::default() };
                changes.iter().for_each(|c| self.change(c));
                self.forget_closed();
                true
            }
            HubFrame::Events { me, changes, .. } => {
                if me.is_some() {
                    self.me.clone_from(me);
                }
                changes.iter().for_each(|c| self.change(c));
                self.forget_closed();
                me.is_some() || !changes.is_empty()
            }
            HubFrame::Welcome { .. }
            | HubFrame::Ack { .. }
            | HubFrame::Refused { .. }
            | HubFrame::View { .. }
            | HubFrame::Pong { .. }
            | HubFrame::Bye { .. } => false,
        }
    }

    fn change(&mut self, change: &Change) {
        match change.clone() {
            Change::Site(v) => self.site = Some(v),
            Change::Hub(v) => {
                // The list is of the open day; a frame tells of the day before its receipts.
                if self.hub.as_ref().is_some_and(|h| h.day != v.day) {
                    self.receipts.clear();
                }
                self.hub = Some(v);
            }
            Change::Category(v) => drop(self.categories.insert(v.id, v)),
            Change::Product(v) => drop(self.products.insert(v.id, v)),
            Change::Table(v) => drop(self.tables.insert(v.id, v)),
            Change::Visit(v) => drop(self.visits.insert(v.id, v)),
            Change::Order(v) => drop(self.orders.insert(v.id, v)),
            Change::Receipt(v) => drop(self.receipts.insert(v.id, v)),
            Change::Printer(v) => drop(self.printers.insert(v.id, v)),
            Change::Employee(v) => drop(self.employees.insert(v.id, v)),
            Change::Gone(gone) => self.forget(&gone.id),
        }
    }

    /// An id names its kind, so it is found on one shelf at most.
    fn forget(&mut self, id: &str) {
        if let Ok(id) = id.parse() {
            self.categories.remove(&id);
        } else if let Ok(id) = id.parse() {
            self.products.remove(&id);
        } else if let Ok(id) = id.parse() {
            self.tables.remove(&id);
        } else if let Ok(id) = id.parse() {
            self.printers.remove(&id);
        } else if let Ok(id) = id.parse() {
            self.employees.remove(&id);
        }
    }

    /// A closed visit leaves the board with its orders; a guest keeps the own one to read.
    fn forget_closed(&mut self) {
        if !matches!(self.me, Some(Me::Employee { .. })) {
            return;
        }
        self.visits.retain(|_, v| v.open);
        let visits = &self.visits;
        self.orders.retain(|_, o| visits.contains_key(&o.visit));
    }
}
