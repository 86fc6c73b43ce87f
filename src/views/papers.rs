//! What has been printed and what has not: the list from which somebody prints again, sends
//! elsewhere or throws away. Every paper that is owed stands in it until a person or a printer has
//! answered for it.

use rusqlite::Connection;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::id::{JobId, OrderId, PrinterId};
use crate::domain::job::{PaperState, PrintJob, PrinterFault};
use crate::domain::menu::Station;
use crate::store::error::StoreError;
use crate::store::queue::{self, JobRow};
use crate::store::{bills, orders, sites, visits};
use crate::views::floor::Room;

/// Papers that are done with: the last hour or two of a busy house.
const ENDED: u32 = 60;

/// A paper, without its words: a ticket's lines are in its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaperRow {
    pub id: JobId,
    /// "kitchen_ticket", "cancellation_ticket", "checker_slip", "receipt", "test_page", "wifi_slip", "table_slip".
    pub kind: String,
    /// The table ("5B"), or the takeaway's number; nothing on a test page.
    pub place: String,
    pub takeaway: bool,
    /// A ticket's order, a receipt's number.
    pub number: String,
    pub station: Option<Station>,
    pub printer: PrinterId,
    pub printer_name: String,
    /// The printer that did not print it, when another does.
    pub meant_for: Option<String>,
    pub state: PaperState,
    /// Why it is not on paper yet.
    pub fault: Option<PrinterFault>,
    pub attempts: u32,
    /// It says that it is a copy.
    pub copy: bool,
    pub since_ms: i64,
    pub ended_ms: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Papers {
    /// Those that are not printed, oldest first; then the latest that are, newest first.
    pub papers: Vec<PaperRow>,
}

pub fn papers(conn: &Connection) -> Result<Papers, StoreError> {
    let room = Room::new(conn);
    let printers = sites::printers(conn)?;
    let name = |id: PrinterId| printers.iter().find(|p| p.id == id).map(|p| p.name.clone()).unwrap_or_default();
    let row = |job: JobRow| {
        let about = about(conn, &room, &job.work)?;
        Ok(PaperRow {
            id: job.id,
            kind: job.work.name().to_owned(),
            place: about.place,
            takeaway: about.takeaway,
            number: about.number,
            station: about.station,
            printer: job.printer,
            printer_name: name(job.printer),
            meant_for: job.meant_for.map(name),
            state: job.state,
            fault: job.fault,
            attempts: job.attempts,
            copy: job.in_doubt || about.copy,
            since_ms: job.since_ms,
            ended_ms: job.ended_ms,
        })
    };
    Ok(Papers { papers: queue::papers(conn, ENDED)?.into_iter().map(row).collect::<Result<_, StoreError>>()? })
}

#[derive(Default)]
struct About {
    place: String,
    takeaway: bool,
    number: String,
    station: Option<Station>,
    copy: bool,
}

fn about(conn: &Connection, room: &Room<'_>, work: &PrintJob) -> Result<About, StoreError> {
    let order = |id: OrderId, station: Option<&Station>, copy: u32| -> Result<About, StoreError> {
        // Its order may be older than what is kept of it.
        let Some(found) = orders::order(conn, id)? else { return Ok(About::default()) };
        let (place, takeaway) = seat(conn, room, found.visit)?;
        Ok(About { place, takeaway, number: found.number.to_string(), station: station.cloned(), copy: copy > 0 })
    };
    match work {
        PrintJob::KitchenTicket { order: id, station, copy } => order(*id, Some(station), *copy),
        PrintJob::CancellationTicket { order: id, station } => order(*id, Some(station), 0),
        PrintJob::CheckerSlip { order: id, copy, .. } => order(*id, None, *copy),
        PrintJob::Receipt { receipt, copy } => {
            let Some(found) = bills::receipt(conn, *receipt)? else { return Ok(About::default()) };
            let (place, takeaway) = seat(conn, room, found.visit)?;
            Ok(About { place, takeaway, number: found.number, station: None, copy: *copy > 0 })
        }
        PrintJob::TableSlip { table, .. } => {
            let place = visits::table(conn, *table)?.map(|t| t.number).unwrap_or_default();
            Ok(About { place, ..About::default() })
        }
        PrintJob::DrawerPulse | PrintJob::TestPage | PrintJob::WifiSlip => Ok(About::default()),
    }
}

fn seat(conn: &Connection, room: &Room<'_>, visit: crate::domain::id::VisitId) -> Result<(String, bool), StoreError> {
    use crate::domain::visit::Seat;
    Ok(match visits::visit(conn, visit)?.map(|v| v.seat) {
        None => (String::new(), false),
        Some(Seat::Takeaway { number }) => (number.to_string(), true),
        Some(seat) => (room.seat_name(seat)?, false),
    })
}
