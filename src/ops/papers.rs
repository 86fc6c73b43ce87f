//! What people decide about papers: once more, by another printer, although it is old, not at all.
//! Each decision stands in the journal with who took it; none makes two papers of one without one
//! of them saying that it is a copy.

use crate::domain::event::{Event, Touch};
use crate::domain::id::{JobId, PrinterId};
use crate::domain::job::{PaperDeed, PaperState, PrintJob};
use crate::domain::order::OrderState;
use crate::domain::refusal::Refusal;
use crate::domain::staff::Right;
use crate::ops::bill::within_reach;
use crate::ops::{OpError, Operation, not_found};
use crate::store::queue::{self, JobRow};
use crate::store::write_tx::WriteTx;
use crate::store::{orders, sites};

/// Most papers of one request: a night's backlog comes in several.
pub const PAPERS_MAX: usize = 100;

fn paper(tx: &WriteTx<'_>, id: JobId) -> Result<JobRow, OpError> {
    queue::paper(tx.conn(), id)?.ok_or(not_found("paper"))
}

/// Those that wait; one that is printing, printed or thrown away meanwhile is refused, and all with
/// it: whoever tapped saw another list.
fn waiting(tx: &WriteTx<'_>, ids: &[JobId]) -> Result<Vec<JobRow>, OpError> {
    if ids.is_empty() || ids.len() > PAPERS_MAX {
        return Err(Refusal::Setting { key: "papers" }.into());
    }
    let rows: Vec<JobRow> = ids.iter().map(|id| paper(tx, *id)).collect::<Result<_, _>>()?;
    match rows.iter().all(|r| matches!(r.state, PaperState::Waiting | PaperState::Failed | PaperState::Old)) {
        true => Ok(rows),
        false => Err(Refusal::PaperState.into()),
    }
}

fn record(tx: &mut WriteTx<'_>, row: &JobRow, deed: PaperDeed) -> Result<(), OpError> {
    tx.record(Event::PaperHandled { paper: row.id, work: row.work.clone(), printer: row.printer, deed })?;
    Ok(())
}

/// A ticket that waited until after its cancellation must not have it cooked: it becomes one that says so.
fn follow_the_order(tx: &WriteTx<'_>, row: &JobRow) -> Result<(), OpError> {
    let (order, work) = match &row.work {
        PrintJob::KitchenTicket { order, station, .. } => {
            (*order, PrintJob::CancellationTicket { order: *order, station: station.clone() })
        }
        PrintJob::CheckerSlip { order, copy, .. } => {
            (*order, PrintJob::CheckerSlip { order: *order, copy: *copy, cancelled: true })
        }
        _ => return Ok(()),
    };
    let found = orders::order(tx.conn(), order)?.ok_or(not_found("order"))?;
    if found.state == OrderState::Cancelled {
        queue::rewrite(tx.conn(), row.id, &work)?;
    }
    Ok(())
}

/// Old papers print all the same.
pub struct PrintPapers {
    pub papers: Vec<JobId>,
}

impl Operation for PrintPapers {
    const NAME: &'static str = "paper.print";
    const RIGHT: Right = Right::Reprint;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        for row in waiting(tx, &self.papers)? {
            follow_the_order(tx, &row)?;
            queue::release(tx.conn(), row.id)?;
            record(tx, &row, PaperDeed::Printed)?;
        }
        tx.ring();
        Ok(())
    }
}

/// Papers that wait go to another printer.
pub struct MovePapers {
    pub papers: Vec<JobId>,
    pub printer: PrinterId,
}

impl Operation for MovePapers {
    const NAME: &'static str = "paper.move";
    const RIGHT: Right = Right::Reprint;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        sites::printer(tx.conn(), self.printer)?.ok_or(not_found("printer"))?;
        for row in waiting(tx, &self.papers)? {
            if row.printer != self.printer {
                follow_the_order(tx, &row)?;
                queue::move_to(tx.conn(), row.id, self.printer)?;
                record(tx, &row, PaperDeed::Moved { to: self.printer })?;
            }
        }
        tx.touch(Touch::Printer(self.printer));
        tx.ring();
        Ok(())
    }
}

/// Papers that nobody needs any more: whoever says so answers for it.
pub struct ThrowPapersAway {
    pub papers: Vec<JobId>,
}

impl Operation for ThrowPapersAway {
    const NAME: &'static str = "paper.throw_away";
    const RIGHT: Right = Right::Reprint;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let now_ms = tx.now().wall_ms;
        for row in waiting(tx, &self.papers)? {
            queue::throw_away(tx.conn(), row.id, now_ms)?;
            record(tx, &row, PaperDeed::ThrownAway)?;
        }
        Ok(())
    }
}

/// A paper once more, marked as a copy, at its own printer or at another.
pub struct PrintAgain {
    pub paper: JobId,
    pub printer: Option<PrinterId>,
}

impl Operation for PrintAgain {
    const NAME: &'static str = "paper.again";
    const RIGHT: Right = Right::Reprint;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let row = paper(tx, self.paper)?;
        // What is not printed yet is printed or moved, not doubled.
        if !row.state.is_final() {
            return Err(Refusal::PaperState.into());
        }
        let printer = self.printer.unwrap_or(row.printer);
        sites::printer(tx.conn(), printer)?.ok_or(not_found("printer"))?;
        match &row.work {
            PrintJob::KitchenTicket { order, station, .. } => {
                let found = orders::order(tx.conn(), *order)?.ok_or(not_found("order"))?;
                if matches!(found.state, OrderState::Waiting | OrderState::Cancelled) {
                    return Err(Refusal::OrderState { state: found.state.name() }.into());
                }
                let copy = orders::copies(tx.conn(), *order)? + 1;
                tx.record(Event::TicketReprinted { order: *order, copy })?;
                tx.print(printer, &PrintJob::KitchenTicket { order: *order, station: station.clone(), copy })?;
            }
            PrintJob::Receipt { receipt, .. } => {
                let copy = within_reach(tx, *receipt)?.copies + 1;
                tx.record(Event::ReceiptReprinted { receipt: *receipt, copy })?;
                tx.print(printer, &PrintJob::Receipt { receipt: *receipt, copy })?;
            }
            PrintJob::CancellationTicket { .. }
            | PrintJob::CheckerSlip { .. }
            | PrintJob::WifiSlip
            | PrintJob::TableSlip { .. } => {
                record(tx, &row, PaperDeed::PrintedAgain)?;
                tx.print_copy(printer, &row.work)?;
            }
            // A test is made anew; a drawer is no paper.
            PrintJob::TestPage | PrintJob::DrawerPulse => tx.print(printer, &PrintJob::TestPage)?,
        }
        Ok(())
    }
}
