//! The print worker: one thread a printer, so that a hung one holds up nobody else. It takes
//! the oldest job, makes its paper, sends it, and says how it went; a failed one waits a
//! little longer each time. Everything it knows is in the tables.

pub mod dots;
pub mod escpos;
pub mod layout;
pub mod raster;
pub mod transport;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::domain::document::test_page;
use crate::domain::id::PrinterId;
use crate::domain::job::{PrintJob, PrinterFault, backoff_ms};
use crate::domain::site::{PaperWidth, Printer, PrinterTarget, Site};
use crate::domain::staff::Actor;
use crate::ops::print::{ClaimJob, EndJob, JobEnd};
use crate::ops::{self, OpError};
use crate::store::queue::Claimed;
use crate::store::reader::Reader;
use crate::store::sites;
use crate::store::writer::Writer;
use crate::views::paper::{Paper, paper};
use crate::workers::bell::Bell;
use crate::workers::print::transport::SendFault;

/// A worker looks for itself this often: whatever wakes it may have been missed.
const TICK: Duration = Duration::from_secs(5);

/// Between two tries to write down how a job went.
const AGAIN: Duration = Duration::from_millis(200);

/// The threads, and the bell that wakes them.
pub struct PrintWorkers {
    bell: Arc<Bell>,
    threads: Mutex<Vec<(PrinterId, JoinHandle<()>)>>,
    writer: Writer,
    reader: Reader,
}

impl PrintWorkers {
    /// Begins with what is left over from before.
    pub fn start(writer: Writer, reader: Reader) -> Result<PrintWorkers, OpError> {
        let doubtful = ops::run(&writer, Actor::Machine, ops::print::RecoverJobs)?;
        if doubtful > 0 {
            tracing::warn!(doubtful, "documents were being printed when kasir stopped; they print again as copies");
        }
        let workers = PrintWorkers { bell: Arc::default(), threads: Mutex::default(), writer, reader };
        workers.ring();
        Ok(workers)
    }

    /// Jobs or printers may be new.
    pub fn ring(&self) {
        self.staff_up();
        self.bell.ring();
    }

    /// A thread for every printer that has none.
    fn staff_up(&self) {
        if self.bell.has_stopped() {
            return;
        }
        let printers = match self.reader.read(sites::printers) {
            Ok(printers) => printers,
            Err(error) => return tracing::error!(%error, "the printers cannot be read"),
        };
        let mut threads = self.threads.lock().unwrap_or_else(|e| e.into_inner());
        for printer in printers {
            if threads.iter().any(|(id, _)| *id == printer.id) {
                continue;
            }
            let worker =
                Worker { id: printer.id, bell: self.bell.clone(), writer: self.writer.clone(), reader: self.reader.clone() };
            match std::thread::Builder::new().name(format!("printer {}", printer.id)).spawn(move || worker.work()) {
                Ok(handle) => threads.push((printer.id, handle)),
                Err(error) => tracing::error!(%error, "no thread for a printer"),
            }
        }
    }

    /// Ends the threads once they have finished the document in hand.
    pub fn stop(&self) {
        self.bell.stop();
        let threads: Vec<_> = self.threads.lock().unwrap_or_else(|e| e.into_inner()).drain(..).collect();
        for (id, handle) in threads {
            if handle.join().is_err() {
                tracing::error!(%id, "the printer's thread had panicked");
            }
        }
    }
}

struct Worker {
    id: PrinterId,
    bell: Arc<Bell>,
    writer: Writer,
    reader: Reader,
}

/// What the thread does next.
enum Next {
    /// There may be more.
    Again,
    /// Nothing is to be done.
    Wait,
    Rest(Duration),
}

impl Worker {
    fn work(self) {
        let mut seen = 0;
        loop {
            if self.bell.has_stopped() || self.writer.has_stopped() {
                return;
            }
            // A paper that cannot be made must not take the printer with it.
            let next = catch_unwind(AssertUnwindSafe(|| self.step())).unwrap_or_else(|_| {
                tracing::error!(printer = %self.id, "printing a document panicked");
                Next::Rest(TICK)
            });
            match next {
                Next::Again => {}
                Next::Wait => match self.bell.wait(seen, TICK) {
                    Some(rings) => seen = rings,
                    None => return,
                },
                Next::Rest(length) if self.bell.rest(length) => {}
                Next::Rest(_) => return,
            }
        }
    }

    fn step(&self) -> Next {
        let claimed = match ops::run(&self.writer, Actor::Machine, ClaimJob { printer: self.id }) {
            Ok(Some(claimed)) => claimed,
            Ok(None) => return Next::Wait,
            Err(error) => {
                tracing::error!(%error, printer = %self.id, "no job can be taken");
                return Next::Rest(TICK);
            }
        };
        let sent = self.send(&claimed);
        let end = match &sent {
            Ok(()) => JobEnd::Done,
            Err(fault) => JobEnd::Failed { fault: fault.fault, in_doubt: fault.some_went_out },
        };
        // Until it is written: a job that stays "sending" is neither printed nor tried again.
        let written = || ops::run(&self.writer, Actor::Machine, EndJob { job: claimed.id, printer: self.id, end });
        while let Err(error) = written() {
            tracing::error!(%error, printer = %self.id, "how a job went cannot be written");
            if self.writer.has_stopped() || !self.bell.rest(AGAIN) {
                return Next::Rest(TICK);
            }
        }
        match sent {
            Ok(()) => Next::Again,
            Err(fault) => {
                tracing::warn!(printer = %self.id, job = %claimed.id, work = claimed.work.name(), fault = fault.fault.name(), "not printed");
                Next::Rest(Duration::from_millis(u64::try_from(backoff_ms(claimed.attempts)).unwrap_or(1_000)))
            }
        }
    }

    fn send(&self, claimed: &Claimed) -> Result<(), SendFault> {
        let made = self.reader.read(|conn| {
            let printer = sites::printer(conn, self.id)?;
            Ok::<_, crate::store::error::StoreError>((printer, paper(conn, &claimed.work, claimed.in_doubt)?))
        });
        match made {
            Ok((Some(printer), paper)) => deliver(&printer, &paper, &claimed.work, claimed.id.0),
            // Its printer or its order is gone: a damaged file, found by `kasir verify`. The
            // job stays, and says so.
            Ok((None, _)) => Err(SendFault { fault: PrinterFault::NoDevice, some_went_out: false }),
            Err(error) => {
                tracing::error!(%error, job = %claimed.id, "the paper of a job cannot be made");
                Err(SendFault { fault: PrinterFault::NoDevice, some_went_out: false })
            }
        }
    }
}

/// Makes the printer's bytes (or the roll's picture) and sends them.
fn deliver(printer: &Printer, paper: &Paper, work: &PrintJob, job: i64) -> Result<(), SendFault> {
    match (&printer.target, paper) {
        (PrinterTarget::Roll { folder }, Paper::Document(document)) => {
            let lines = layout::lay_out(document, printer.width);
            transport::to_roll(folder, job, work.name(), &lines, printer.width)
        }
        // A roll has no drawer.
        (PrinterTarget::Roll { .. }, Paper::DrawerPulse) => Ok(()),
        (target, paper) => transport::send(target, &bytes(paper, printer.width)),
    }
}

/// Sends a test page at once, to a printer that is not the house's yet. Blocks.
pub fn try_out(target: &PrinterTarget, width: PaperWidth) -> Result<(), PrinterFault> {
    let page = Paper::Document(test_page(&Site::default()));
    transport::send(target, &bytes(&page, width)).map_err(|fault| fault.fault)
}

/// What a printer gets for a paper: all of it, from reset to cut.
pub fn bytes(paper: &Paper, width: PaperWidth) -> Vec<u8> {
    match paper {
        Paper::Document(document) => escpos::document(&layout::lay_out(document, width)),
        Paper::DrawerPulse => escpos::DRAWER_PULSE.to_vec(),
    }
}
