//! The print worker's bookkeeping: taking a job, saying how it went, what a printer said. Not
//! journalled.

use crate::domain::event::Touch;
use crate::domain::id::{JobId, PrinterId};
use crate::domain::job::PrinterFault;
use crate::domain::staff::Right;
use crate::ops::{OpError, Operation};
use crate::store::queue::{self, Claim, Condition, Kind, Now};
use crate::store::sites;
use crate::store::write_tx::WriteTx;

/// Takes the printer's oldest job. On disk before a byte goes out, so that a crash in
/// between is known afterwards. Before that it takes over what another has not printed in time.
pub struct ClaimJob {
    pub printer: PrinterId,
    pub kind: Kind,
}

impl Operation for ClaimJob {
    const NAME: &'static str = "job.claim";
    const RIGHT: Right = Right::Maintain;
    type Output = Claim;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<Claim, OpError> {
        let (boot, at) = (tx.boot().to_owned(), tx.now());
        let now = Now { boot: &boot, at };
        let expired = queue::expire(tx.conn(), self.printer, &boot, at.mono_ms)?;
        if expired + queue::hold_old(tx.conn(), self.printer, now)? > 0 {
            tx.touch(Touch::Printer(self.printer));
        }
        // Who does not print itself stands in for nobody.
        let due = match queue::condition(tx.conn(), self.printer)?.fault {
            None => stand_in(tx, self.printer, now)?,
            Some(_) => None,
        };
        let merge_ms = sites::printer(tx.conn(), self.printer)?.map_or(0, |p| i64::from(p.merge_s) * 1_000);
        let claim = queue::claim(tx.conn(), self.printer, self.kind, merge_ms, now)?;
        if claim.job.is_some() {
            tx.wrote();
        }
        let again_ms = [claim.again_ms, due].into_iter().flatten().min();
        Ok(Claim { again_ms, ..claim })
    }
}

/// Takes over the papers of those that fail and name this one as their backup. Returns in how many
/// milliseconds the next would be due.
fn stand_in(tx: &mut WriteTx<'_>, own: PrinterId, now: Now<'_>) -> Result<Option<i64>, OpError> {
    let mut next: Option<i64> = None;
    for other in sites::printers(tx.conn())? {
        let Some(backup) = other.backup.filter(|b| b.printer == own && other.id != own) else { continue };
        if queue::condition(tx.conn(), other.id)?.fault.is_none() {
            continue;
        }
        let (passed, due) = queue::pass_on(tx.conn(), other.id, own, i64::from(backup.after_s) * 1_000, now)?;
        if passed > 0 {
            tracing::warn!(from = %other.name, passed, "papers go to the backup printer");
            tx.touch(Touch::Printer(other.id));
            tx.touch(Touch::Printer(own));
        }
        next = [next, due].into_iter().flatten().min();
    }
    Ok(next)
}

/// How a job went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobEnd {
    /// The printer took it; `confirmed` when it says that all is well.
    Sent {
        confirmed: bool,
    },
    Failed {
        fault: PrinterFault,
        in_doubt: bool,
    },
}

pub struct EndJob {
    /// All that were on the sheet.
    pub jobs: Vec<JobId>,
    pub printer: PrinterId,
    pub end: JobEnd,
    /// How the printer does, as far as is known by then.
    pub condition: Condition,
}

impl Operation for EndJob {
    const NAME: &'static str = "job.end";
    const RIGHT: Right = Right::Maintain;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let now_ms = tx.now().wall_ms;
        match self.end {
            JobEnd::Sent { confirmed } => queue::done(tx.conn(), &self.jobs, confirmed, now_ms)?,
            JobEnd::Failed { fault, in_doubt } => {
                queue::failed(tx.conn(), &self.jobs, fault, in_doubt)?;
                // Whoever stands in for it reckons from now.
                tx.ring();
            }
        }
        queue::note(tx.conn(), self.printer, self.condition, now_ms)?;
        tx.touch(Touch::Printer(self.printer));
        Ok(())
    }
}

/// What a printer says that has nothing to print.
pub struct NoteCondition {
    pub printer: PrinterId,
    pub condition: Condition,
}

impl Operation for NoteCondition {
    const NAME: &'static str = "printer.note";
    const RIGHT: Right = Right::Maintain;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        if queue::note(tx.conn(), self.printer, self.condition, tx.now().wall_ms)? {
            tx.touch(Touch::Printer(self.printer));
        }
        Ok(())
    }
}

/// After a start: what was being sent when the program died is sent again, as a copy.
pub struct RecoverJobs;

impl Operation for RecoverJobs {
    const NAME: &'static str = "job.recover";
    const RIGHT: Right = Right::Maintain;
    type Output = usize;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<usize, OpError> {
        tx.wrote();
        Ok(queue::recover(tx.conn())?)
    }
}
