//! The print worker's bookkeeping: taking a job, saying how it went. Not journalled.

use crate::domain::event::Touch;
use crate::domain::id::{JobId, PrinterId};
use crate::domain::job::PrinterFault;
use crate::domain::staff::Right;
use crate::ops::{OpError, Operation};
use crate::store::queue::{self, Claimed};
use crate::store::write_tx::WriteTx;

/// Takes the printer's oldest job. On disk before a byte goes out, so that a crash in
/// between is known afterwards.
pub struct ClaimJob {
    pub printer: PrinterId,
}

impl Operation for ClaimJob {
    const NAME: &'static str = "job.claim";
    const RIGHT: Right = Right::Maintain;
    type Output = Option<Claimed>;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<Option<Claimed>, OpError> {
        let (boot, now) = (tx.boot().to_owned(), tx.now().mono_ms);
        if queue::expire(tx.conn(), self.printer, &boot, now)? > 0 {
            tx.touch(Touch::Printer(self.printer));
        }
        Ok(queue::claim(tx.conn(), self.printer)?)
    }
}

/// How a job went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobEnd {
    Done,
    Failed { fault: PrinterFault, in_doubt: bool },
}

pub struct EndJob {
    pub job: JobId,
    pub printer: PrinterId,
    pub end: JobEnd,
}

impl Operation for EndJob {
    const NAME: &'static str = "job.end";
    const RIGHT: Right = Right::Maintain;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        match self.end {
            JobEnd::Done => queue::done(tx.conn(), self.job)?,
            JobEnd::Failed { fault, in_doubt } => queue::failed(tx.conn(), self.job, fault, in_doubt)?,
        }
        tx.touch(Touch::Printer(self.printer));
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
