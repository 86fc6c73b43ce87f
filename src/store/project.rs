//! From an event to the tables: the only code that writes the journaled ones. It decides
//! nothing: every value is in the event or in its row, so that a rebuild from the journal
//! gives the same tables.

use rusqlite::Connection;

use crate::domain::event::Event;
use crate::domain::order::{LineState, OrderState};
use crate::domain::stock::StockCause;
use crate::store::error::StoreError;
use crate::store::journal::Recorded;
use crate::store::{bills, erase, letters, menu, orders, ratings, sales, sites, staff, sync, visits};

/// The tables that the journal can rebuild, with the columns that make a row's identity.
pub const JOURNALED: &[(&str, &str)] = &[
    ("site", "id"),
    ("business_day", "day"),
    ("category", "id"),
    ("product", "id"),
    ("stock_movement", "seq, product_id"),
    ("dining_table", "id"),
    ("employee", "id"),
    ("device", "id"),
    ("printer", "id"),
    ("visit", "id"),
    ("guest", "id"),
    ("receipt", "id"),
    ("payment", "uid"),
    ("orders", "id"),
    ("order_line", "order_id, no"),
    ("rating", "id"),
    ("mail", "id"),
    ("sync", "id"),
    ("day_sales", "day"),
    ("day_hour", "day, hour"),
    ("day_product", "day, product_id"),
];

pub fn project(conn: &Connection, row: &Recorded) -> Result<(), StoreError> {
    match &row.event {
        Event::SiteSet { site } => sites::project_site(conn, site),
        Event::DayOpened { day } => sites::project_day(conn, *day, row.seq),
        Event::CategoryAdded { category } => menu::project_category(conn, category),
        Event::ProductAdded { product } => {
            menu::project_product(conn, product)?;
            match product.stock {
                Some(stock) => menu::project_movement(conn, row.seq, product.id, stock, stock, StockCause::Initial, None),
                None => Ok(()),
            }
        }
        Event::CategoryChanged { category } => menu::project_category_changed(conn, category),
        Event::CategoryRetired { category } => menu::project_category_retired(conn, *category),
        Event::ProductChanged { product } => menu::project_product_changed(conn, product),
        Event::ProductRetired { product } => menu::project_product_retired(conn, *product),
        Event::StockSet { change, cause, .. } => menu::project_stock(conn, row.seq, &[*change], *cause, None),
        Event::StockUncounted { product } => menu::project_uncounted(conn, *product),
        Event::SoldOutSet { product, sold_out } => menu::project_sold_out(conn, *product, *sold_out),
        Event::TableAdded { table } => visits::project_table(conn, table),
        Event::TableChanged { table } => visits::project_table_changed(conn, table),
        Event::TableRetired { table } => visits::project_table_retired(conn, *table),
        Event::EmployeeAdded { employee } | Event::EmployeeChanged { employee } => staff::project_employee(conn, employee),
        Event::DeviceEnrolled { device, name } => staff::project_device(conn, *device, name, row.wall_ms),
        Event::DeviceRemoved { device } => staff::project_device_removed(conn, *device),
        Event::PrinterSet { printer } => sites::project_printer(conn, printer),
        Event::MailSet { settings } => letters::project_settings(conn, settings),
        Event::SyncSet { settings } => sync::project_settings(conn, settings),
        Event::PrinterRemoved { printer } => sites::project_printer_removed(conn, *printer),
        Event::ProductRated { rating, product, order, guest, stars } => {
            ratings::project_rated(conn, row, *rating, *product, *order, *guest, *stars)
        }
        Event::VisitOpened { visit, uid, seat } => visits::project_opened(conn, row, *visit, *uid, *seat),
        Event::GuestJoined { guest, visit } => visits::project_guest(conn, *guest, *visit),
        Event::GuestsErased { guests, .. } => erase::project_erased(conn, guests),
        Event::BillAsked { visit } => visits::project_bill_asked(conn, *visit),
        Event::VisitClosed { visit } => visits::project_closed(conn, *visit, row.wall_ms),
        Event::OrderPlaced { stock, .. } => {
            orders::project_placed(conn, row)?;
            sales::project_order(conn, row)?;
            menu::project_stock(conn, row.seq, stock, StockCause::Sale, None)
        }
        Event::OrderAmended { order, lines, stock } => {
            orders::project_amended(conn, *order, lines)?;
            menu::project_stock(conn, row.seq, stock, StockCause::Sale, None)
        }
        Event::OrderConfirmed { order } => orders::project_state(conn, *order, OrderState::InProcess, row.wall_ms, ""),
        Event::LineMoved { order, line, to } => orders::project_line(conn, *order, *line, *to),
        Event::OrderDone { order, stock } => {
            orders::project_state(conn, *order, OrderState::Done, row.wall_ms, "")?;
            orders::project_all_lines(conn, *order, LineState::Served)?;
            menu::project_stock(conn, row.seq, stock, StockCause::Sale, Some(*order))
        }
        Event::OrderCancelled { order, was, reason, stock, .. } => {
            if *was == OrderState::InProcess {
                sales::project_voided(conn, row, *order)?;
            }
            orders::project_state(conn, *order, OrderState::Cancelled, row.wall_ms, reason)?;
            menu::project_stock(conn, row.seq, stock, StockCause::Waste, Some(*order))
        }
        Event::BillPaid { .. } => {
            bills::project_paid(conn, row)?;
            sales::project_paid(conn, row)
        }
        Event::ReceiptReprinted { receipt, copy } => bills::project_copies(conn, *receipt, *copy),
        Event::TicketReprinted { order, copy } => orders::project_copies(conn, *order, *copy),
        // Kept for the record; no table shows them.
        Event::ClockConfirmed { .. }
        | Event::PinSet { .. }
        | Event::PinRefused { .. }
        | Event::PasswordSet { .. }
        | Event::PasswordRefused { .. }
        | Event::SessionsEnded { .. }
        | Event::ReceiptMailed { .. }
        | Event::PaperHandled { .. }
        | Event::GuestChanged { .. }
        | Event::LoggedIn { .. } => Ok(()),
    }
}
