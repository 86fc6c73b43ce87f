//! What goes on paper for a job, read when it prints: the guest's name is joined here and
//! stands in no job.

use rusqlite::Connection;

use crate::domain::document::{self, Destination, Document, PaperLine, Receipt, Ticket};
use crate::domain::id::{OrderId, ReceiptId, VisitId};
use crate::domain::job::PrintJob;
use crate::domain::menu::Station;
use crate::domain::order::Line;
use crate::domain::site::{Printer, Site};
use crate::domain::visit::Seat;
use crate::domain::words::{say, word};
use crate::store::error::StoreError;
use crate::store::orders::OrderRow;
use crate::store::queue::Claimed;
use crate::store::{bills, orders, sites, visits, wifi};
use crate::views::floor::Room;

/// What a job sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paper {
    Document(Document),
    /// Opens the drawer and prints nothing.
    DrawerPulse,
}

/// Makes the paper of a job, for that printer. What may have printed before says that it is a copy;
/// what was meant for another printer says for which.
pub fn paper(conn: &Connection, job: &Claimed, printer: &Printer) -> Result<Paper, StoreError> {
    let site = sites::site(conn)?;
    let at_least = |copy: &u32| if job.in_doubt { (*copy).max(1) } else { *copy };
    let document = match &job.work {
        PrintJob::KitchenTicket { order, station, copy } => {
            let others = job.with.iter().filter_map(|(_, work)| match work {
                PrintJob::KitchenTicket { order, .. } => Some(*order),
                _ => None,
            });
            let orders: Vec<OrderId> = std::iter::once(*order).chain(others).collect();
            ticket(conn, &site, &orders, Some(station), at_least(copy), false)?
        }
        PrintJob::CancellationTicket { order, station } => {
            ticket(conn, &site, &[*order], Some(station), u32::from(job.in_doubt), true)?
        }
        PrintJob::CheckerSlip { order, copy, cancelled } => ticket(conn, &site, &[*order], None, at_least(copy), *cancelled)?,
        PrintJob::Receipt { receipt, copy } => self::receipt(conn, &site, *receipt, at_least(copy))?,
        PrintJob::DrawerPulse => return Ok(Paper::DrawerPulse),
        PrintJob::TestPage => document::test_page(&site, &printer.name, &printer.profile()),
        PrintJob::WifiSlip => {
            // Told no more since the job was queued: then the slip says nothing.
            let wifi = wifi::wifi(conn)?;
            wifi.map(|wifi| document::wifi_slip(&site, &wifi)).unwrap_or_default()
        }
        PrintJob::TableSlip { table, base } => match visits::standing(conn, *table)? {
            Some(table) => {
                let url = format!("{base}/t/{}", table.code);
                document::table_slip(&site, &table.number, url, wifi::wifi(conn)?.as_ref())
            }
            // Taken away since then.
            None => Document::default(),
        },
    };
    let meant_for = job.meant_for.map(|id| sites::printer(conn, id)).transpose()?.flatten();
    Ok(Paper::Document(match meant_for {
        Some(other) => document.meant_for(site.language, &other.name),
        None => document,
    }))
}

/// A station's ticket of orders of one visit; without a station the slip that holds all of them.
fn ticket(
    conn: &Connection,
    site: &Site,
    ids: &[OrderId],
    station: Option<&Station>,
    copy: u32,
    cancelled: bool,
) -> Result<Document, StoreError> {
    let mut rows = Vec::new();
    for id in ids {
        rows.push(orders::row(conn, *id)?.ok_or(StoreError::damaged("a job for an order that is not there"))?);
    }
    let first = rows.first().ok_or(StoreError::damaged("a job for no order"))?;
    let mut who: Vec<&str> = rows.iter().map(|r| r.who.as_str()).filter(|w| !w.is_empty()).collect();
    who.dedup();
    let here = |line: &&Line| station.is_none_or(|s| line.station == *s);
    Ok(document::ticket(
        site,
        &Ticket {
            destination: destination(conn, first.order.visit)?,
            station: station.map_or_else(|| word(site.language, "paper-checker"), |s| station_name(site, s)),
            order_numbers: rows.iter().map(|r| r.order.number).collect(),
            who: who.join(", "),
            at_ms: if cancelled { first.since_ms } else { first.placed_ms },
            lines: rows.iter().flat_map(|r| &r.order.lines).filter(here).map(paper_line).collect(),
            copy,
            cancelled: cancelled.then(|| first.reason.clone()),
            boxes: station.is_none() && !cancelled,
        },
    ))
}

fn receipt(conn: &Connection, site: &Site, id: ReceiptId, copy: u32) -> Result<Document, StoreError> {
    let paper = document::receipt(site, &receipt_facts(conn, id, copy)?);
    Ok(match sites::logo(conn, site)? {
        Some(logo) => paper.headed(logo),
        None => paper,
    })
}

/// What a receipt says, on paper or in a letter.
pub fn receipt_facts(conn: &Connection, id: ReceiptId, copy: u32) -> Result<Receipt, StoreError> {
    let row = bills::receipt(conn, id)?.ok_or(StoreError::damaged("a job for a receipt that is not there"))?;
    let paid: Vec<OrderRow> = orders::of_receipt(conn, id)?;
    let guests = visits::guests(conn, row.visit)?.into_iter().map(|(_, name)| name).filter(|n| !n.is_empty()).collect();
    Ok(Receipt {
        number: row.number,
        order_numbers: paid.iter().map(|o| o.order.number).collect(),
        destination: destination(conn, row.visit)?,
        guests,
        cashier: row.cashier,
        at_ms: row.at_ms,
        lines: merged(paid.iter().flat_map(|o| &o.order.lines)),
        bill: row.bill,
        settlement: row.settlement,
        tender: row.tender,
        copy,
    })
}

/// The same product at the same price is one line of the receipt, however often it was
/// ordered. Notes to the kitchen stay there.
fn merged<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<PaperLine> {
    let mut all: Vec<PaperLine> = Vec::new();
    for line in lines {
        let line = PaperLine { note: String::new(), ..paper_line(line) };
        match all.iter_mut().find(|l| l.name == line.name && l.unit_price == line.unit_price) {
            Some(same) => {
                same.quantity += line.quantity;
                same.amount.0 += line.amount.0;
            }
            None => all.push(line),
        }
    }
    all
}

fn paper_line(line: &Line) -> PaperLine {
    PaperLine {
        name: line.name.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        amount: line.amount().unwrap_or_default(),
        note: line.note.clone(),
    }
}

fn destination(conn: &Connection, visit: VisitId) -> Result<Destination, StoreError> {
    let visit = visits::visit(conn, visit)?.ok_or(StoreError::damaged("an order without a visit"))?;
    Ok(match visit.seat {
        Seat::Takeaway { number } => Destination::Takeaway(number),
        Seat::Table { .. } => Destination::Table(Room::new(conn).seat_name(visit.seat)?),
    })
}

/// "Dapur", or the station's own name when it is none of the usual ones.
fn station_name(site: &Site, station: &Station) -> String {
    let key = format!("station-{station}");
    match say(site.language, &key, &[]) {
        name if name == key => station.to_string(),
        _ => word(site.language, &key),
    }
}
