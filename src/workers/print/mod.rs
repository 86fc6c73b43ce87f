//! The print worker: one thread a printer, so that a hung one holds up nobody else. It takes
//! the oldest job, makes its paper, asks how the printer does, sends it, asks again, and says how it
//! went; a failed one waits a little longer each time, or goes to the backup printer. Everything it
//! knows is in the tables.

pub mod code_page;
pub mod dots;
pub mod escpos;
pub mod glyphs;
pub mod layout;
pub mod raster;
pub mod scan;
pub mod status;
pub mod transport;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::domain::document::test_page;
use crate::domain::id::PrinterId;
use crate::domain::job::{PrintJob, PrinterFault, backoff_ms};
use crate::domain::printer::{Profile, Speech};
use crate::domain::site::{Language, Printer, PrinterSettings, PrinterTarget, Site};
use crate::domain::staff::Actor;
use crate::domain::time::Stopwatch;
use crate::ops::print::{ClaimJob, EndJob, JobEnd, NoteCondition};
use crate::ops::{self, OpError};
use crate::store::queue::{self, Claimed, Condition, Kind};
use crate::store::reader::Reader;
use crate::store::sites;
use crate::store::writer::Writer;
use crate::views::paper::{Paper, paper};
use crate::workers::bell::Bell;
use crate::workers::print::transport::{SendFault, Taken};

/// A worker looks for itself this often: whatever wakes it may have been missed.
const TICK: Duration = Duration::from_secs(5);

/// Between two tries to write down how a job went.
const AGAIN: Duration = Duration::from_millis(200);

/// Between two looks at a printer that failed and has nothing to print.
const PROBE: Duration = Duration::from_secs(5);

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
            let (bell, writer, reader) = (self.bell.clone(), self.writer.clone(), self.reader.clone());
            let worker = Worker { id: printer.id, bell, writer, reader, probed: None };
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
    /// Since the last look at a printer that failed.
    probed: Option<Stopwatch>,
}

/// What the thread does next.
enum Next {
    /// There may be more.
    Again,
    /// Nothing is to be done for so long, unless the bell rings.
    Wait(Duration),
    Rest(Duration),
    /// The printer fails: papers wait so long, a drawer does not.
    BackOff(Duration),
}

impl Worker {
    fn work(mut self) {
        let mut seen = 0;
        loop {
            if self.bell.has_stopped() || self.writer.has_stopped() {
                return;
            }
            let next = self.guarded(Kind::Any);
            match next {
                Next::Again => {}
                Next::Wait(at_most) => match self.bell.wait(seen, at_most) {
                    Some(rings) => seen = rings,
                    None => return,
                },
                Next::Rest(length) if self.bell.rest(length) => {}
                Next::Rest(_) => return,
                Next::BackOff(length) => match self.back_off(length, seen) {
                    Some(rings) => seen = rings,
                    None => return,
                },
            }
        }
    }

    /// A paper that cannot be made must not take the printer with it.
    fn guarded(&mut self, kind: Kind) -> Next {
        catch_unwind(AssertUnwindSafe(|| self.step(kind))).unwrap_or_else(|_| {
            tracing::error!(printer = %self.id, "printing a document panicked");
            Next::Rest(TICK)
        })
    }

    /// Waits out a back-off; drawers that are to be opened meanwhile are. Returns the rings heard, or `None` to stop.
    fn back_off(&mut self, length: Duration, mut seen: u64) -> Option<u64> {
        let watch = Stopwatch::start();
        loop {
            let left = length.saturating_sub(watch.passed());
            if left.is_zero() {
                return Some(seen);
            }
            let rings = self.bell.wait(seen, left)?;
            if rings != seen && self.reader.read(|conn| queue::has_pulse(conn, self.id)).unwrap_or(false) {
                self.guarded(Kind::DrawerPulse);
            }
            seen = rings;
        }
    }

    fn step(&mut self, kind: Kind) -> Next {
        let claim = match ops::run(&self.writer, Actor::Machine, ClaimJob { printer: self.id, kind }) {
            Ok(claim) => claim,
            Err(error) => {
                tracing::error!(%error, printer = %self.id, "no job can be taken");
                return Next::Rest(TICK);
            }
        };
        let Some(claimed) = claim.job else {
            self.look_after_a_failed_one();
            let due = claim.again_ms.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0).max(1)));
            return Next::Wait(due.map_or(TICK, |due| due.min(TICK)));
        };
        let known = self.condition();
        let (end, condition) = match self.send(&claimed, known) {
            // A drawer's pulse asks the printer nothing: what was known of it still is, whatever became of it.
            Ok(taken) if claimed.work == PrintJob::DrawerPulse => (JobEnd::Sent { confirmed: taken.confirmed }, known),
            Ok(Taken { confirmed, paper_low, speech }) => {
                (JobEnd::Sent { confirmed }, Condition { fault: None, paper_low, speech })
            }
            // It had all of it and said nothing, for the second time: it is one that does not answer while it prints,
            // and a third copy would help nobody. Whether it is well it says when it is asked without a paper.
            Err(fault) if fault.all_went_out && claimed.in_doubt && known.fault == Some(PrinterFault::Stuck) => {
                (JobEnd::Sent { confirmed: false }, known)
            }
            Err(fault) if claimed.work == PrintJob::DrawerPulse => {
                (JobEnd::Failed { fault: fault.fault, in_doubt: fault.some_went_out }, known)
            }
            Err(fault) => {
                let speech = if fault.speech == Speech::Unknown { known.speech } else { fault.speech };
                let condition = Condition { fault: Some(fault.fault), paper_low: known.paper_low, speech };
                (JobEnd::Failed { fault: fault.fault, in_doubt: fault.some_went_out }, condition)
            }
        };
        // Until it is written: a job that stays "sending" is neither printed nor tried again.
        let written = || ops::run(&self.writer, Actor::Machine, EndJob { jobs: claimed.ids(), printer: self.id, end, condition });
        while let Err(error) = written() {
            tracing::error!(%error, printer = %self.id, "how a job went cannot be written");
            if self.writer.has_stopped() || !self.bell.rest(AGAIN) {
                return Next::Rest(TICK);
            }
        }
        match end {
            JobEnd::Sent { .. } => Next::Again,
            JobEnd::Failed { fault, .. } => {
                // Looking again is what the next try does.
                self.probed = Some(Stopwatch::start());
                tracing::warn!(printer = %self.id, job = %claimed.id, work = claimed.work.name(), fault = fault.name(), "not printed");
                Next::BackOff(Duration::from_millis(u64::try_from(backoff_ms(claimed.attempts)).unwrap_or(1_000)))
            }
        }
    }

    fn condition(&self) -> Condition {
        self.reader.read(|conn| queue::condition(conn, self.id)).unwrap_or_default()
    }

    /// A printer that failed and owes nothing any more, for another prints it: whether it is well
    /// again nobody would know.
    fn look_after_a_failed_one(&mut self) {
        let known = self.condition();
        if known.fault.is_none() || self.probed.as_ref().is_some_and(|since| since.passed() < PROBE) {
            return;
        }
        self.probed = Some(Stopwatch::start());
        let Ok(Some(printer)) = self.reader.read(|conn| sites::printer(conn, self.id)) else { return };
        let condition = match transport::look(&printer.target, known.speech) {
            Ok(taken) => Condition { fault: None, paper_low: taken.paper_low, speech: taken.speech },
            Err(fault) => Condition { fault: Some(fault.fault), ..known },
        };
        if let Err(error) = ops::run(&self.writer, Actor::Machine, NoteCondition { printer: self.id, condition }) {
            tracing::error!(%error, printer = %self.id, "how a printer does cannot be written");
        }
    }

    fn send(&self, claimed: &Claimed, known: Condition) -> Result<Taken, SendFault> {
        let made = self.reader.read(|conn| {
            let printer = sites::printer(conn, self.id)?;
            let paper = printer.as_ref().map(|p| paper(conn, claimed, p)).transpose()?;
            Ok::<_, crate::store::error::StoreError>(printer.zip(paper))
        });
        match made {
            Ok(Some((printer, paper))) => {
                // A test page is how somebody says that it may be another printer now.
                let speech = if claimed.work == PrintJob::TestPage { Speech::Unknown } else { known.speech };
                deliver(&printer, &paper, &claimed.work, claimed.id.0, speech)
            }
            // Its printer or its order is gone: a damaged file, found by `kasir verify`. The
            // job stays, and says so.
            Ok(None) => Err(no_device()),
            Err(error) => {
                tracing::error!(%error, job = %claimed.id, "the paper of a job cannot be made");
                Err(no_device())
            }
        }
    }
}

fn no_device() -> SendFault {
    SendFault { fault: PrinterFault::NoDevice, some_went_out: false, all_went_out: false, speech: Speech::Unknown }
}

/// Makes the printer's bytes (or the roll's picture) and sends them.
fn deliver(printer: &Printer, paper: &Paper, work: &PrintJob, job: i64, speech: Speech) -> Result<Taken, SendFault> {
    // Nothing hangs behind a roll that could fail afterwards.
    let on_roll = Taken { confirmed: true, paper_low: false, speech: Speech::Silent };
    match (&printer.target, paper) {
        (PrinterTarget::Roll { folder }, Paper::Document(document)) => {
            let lines = layout::lay_out(document, printer.width);
            transport::to_roll(folder, job, work.name(), &lines, printer.width).map(|()| on_roll)
        }
        // A roll has no drawer.
        (PrinterTarget::Roll { .. }, Paper::DrawerPulse) => Ok(on_roll),
        // A drawer cannot wait for questions.
        (target, Paper::DrawerPulse) => {
            let sent = transport::send(target, &bytes(paper, &printer.profile()), Speech::Silent);
            sent.map(|taken| Taken { speech, ..taken }).map_err(|fault| SendFault { speech: Speech::Unknown, ..fault })
        }
        (target, paper) => transport::send(target, &bytes(paper, &printer.profile()), speech),
    }
}

/// Sends a test page at once, to a printer that is not the house's yet. Blocks.
pub fn try_out(printer: &PrinterSettings, language: Language) -> Result<(), PrinterFault> {
    let profile = printer.profile();
    let page = Paper::Document(test_page(&Site { language, ..Site::default() }, &printer.name, &profile));
    transport::send(&printer.target, &bytes(&page, &profile), Speech::Unknown).map(drop).map_err(|fault| fault.fault)
}

/// What a printer gets for a paper: all of it, from reset to cut.
pub fn bytes(paper: &Paper, profile: &Profile) -> Vec<u8> {
    match paper {
        Paper::Document(document) => escpos::document(&layout::lay_out(document, profile.width), profile),
        Paper::DrawerPulse => escpos::drawer_pulse(profile.drawer_pin).to_vec(),
    }
}
