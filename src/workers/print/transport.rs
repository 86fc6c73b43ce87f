//! How bytes reach a printer and what it says of them: a TCP connection, a device file, or the
//! demo's roll. Blocking, each with a limit, because a printer without paper takes the connection
//! and then nothing.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{ControlModes, InputModes, OptionalActions};

use crate::domain::job::PrinterFault;
use crate::domain::printer::Speech;
use crate::domain::site::{PaperWidth, PrinterTarget};
use crate::domain::time::Stopwatch;
use crate::workers::print::layout::Row;
use crate::workers::print::raster;
use crate::workers::print::status::{self, Question, Status};

/// A printer on the LAN answers in milliseconds; longer and it is off.
const CONNECT: Duration = Duration::from_secs(3);
/// Without a byte taken for so long it hangs. Paper runs at 50 mm/s and more: what is in its buffer
/// goes on meanwhile.
const WRITE: Duration = Duration::from_secs(4);
/// Some need a moment before they take another connection.
const AFTER_HANG_UP: Duration = Duration::from_millis(300);
/// How long one look at the line takes after the last byte, and how many there are: together
/// as long as a write may take.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: u32 = 40;
/// How long an answer to a question may take that comes before any paper: a printer answers it at
/// once, whatever state it is in.
const ANSWER: Duration = Duration::from_millis(1_000);
/// The same once it has paper to print, for some answer only between two lines, or once all of it is out: so long,
/// and longer for what takes longer to print.
const ANSWER_BUSY: Duration = Duration::from_secs(3);
/// Bytes that a slow printer has on paper in a second: letters at 50 mm a second, pictures over a slow line.
const SLOWEST: u64 = 2_048;
/// Bytes that nobody asked for before an answer: more of them and it is no printer that talks.
const STRAY_MAX: usize = 256;

/// A document that did not get through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendFault {
    pub fault: PrinterFault,
    /// Bytes had left before it failed: there may be paper.
    pub some_went_out: bool,
    /// All of them had, and the printer's side has them; it only says nothing any more.
    pub all_went_out: bool,
    /// Whether it answers, as far as is known by then.
    pub speech: Speech,
}

/// A document that did, or a look that found nothing wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// It said afterwards that all is well.
    pub confirmed: bool,
    pub paper_low: bool,
    pub speech: Speech,
}

fn before(fault: PrinterFault) -> SendFault {
    SendFault { fault, some_went_out: false, all_went_out: false, speech: Speech::Unknown }
}

/// Where bytes go and come from, each call within its limit.
trait Line {
    fn put(&mut self, bytes: &[u8]) -> std::io::Result<usize>;
    /// Nothing within the limit is `TimedOut` or `WouldBlock`.
    fn take(&mut self, into: &mut [u8], limit: Duration) -> std::io::Result<usize>;
    /// Waits until the printer's side has everything that was put. Nothing is put afterwards.
    fn finish(&mut self) -> Result<(), SendFault>;
    /// Whether it has by now.
    fn has_all(&self) -> bool;
    /// Whether it could answer at all.
    fn may_speak(&self) -> bool;
}

/// Sends all of it or says why not. It asks how the printer does before and after; one that is known
/// to say nothing is not asked.
pub fn send(target: &PrinterTarget, bytes: &[u8], speech: Speech) -> Result<Taken, SendFault> {
    match target {
        PrinterTarget::Tcp { host, port } => match deliver(&mut tcp(host, *port)?, bytes, speech)? {
            Delivery::Done(taken) => Ok(taken),
            // A new line, and no question. Whether it ever answers stays open: it may only have been busy.
            Delivery::HungUp => {
                std::thread::sleep(AFTER_HANG_UP);
                match deliver(&mut tcp(host, *port)?, bytes, Speech::Silent) {
                    Ok(Delivery::Done(taken)) => Ok(Taken { speech: Speech::Unknown, ..taken }),
                    Ok(Delivery::HungUp) => Err(before(PrinterFault::Interrupted)),
                    Err(fault) => Err(SendFault { speech: Speech::Unknown, ..fault }),
                }
            }
        },
        PrinterTarget::Device { path } => match deliver(&mut device(path)?, bytes, speech)? {
            Delivery::Done(taken) => Ok(taken),
            Delivery::HungUp => Err(before(PrinterFault::Interrupted)),
        },
        // The roll takes rows, not bytes; see `to_roll`.
        PrinterTarget::Roll { .. } => Err(before(PrinterFault::NoDevice)),
    }
}

/// How a printer does that has nothing to print.
pub fn look(target: &PrinterTarget, speech: Speech) -> Result<Taken, SendFault> {
    match target {
        PrinterTarget::Roll { folder } => match Path::new(folder).is_dir() {
            true => Ok(Taken { confirmed: true, paper_low: false, speech: Speech::Silent }),
            false => Err(before(PrinterFault::NoDevice)),
        },
        target => send(target, &[], speech),
    }
}

/// What became of a document on one line.
enum Delivery {
    Done(Taken),
    /// The printer hung up on the first question, and nothing was sent: some do so whenever they are asked, some
    /// while they serve another.
    HungUp,
}

fn deliver(line: &mut impl Line, bytes: &[u8], known: Speech) -> Result<Delivery, SendFault> {
    let asks = line.may_speak() && known != Speech::Silent;
    let mut speech = Speech::Silent;
    let mut paper_low = false;
    if asks {
        match ask(line, ANSWER)? {
            Asked::Said(status) => {
                speech = Speech::Speaks;
                paper_low = status.paper_low;
                if let Some(fault) = status.fault() {
                    return Err(SendFault { speech, ..before(fault) });
                }
            }
            // It used to answer.
            Asked::Silence if known == Speech::Speaks => {
                return Err(SendFault { speech: known, ..before(PrinterFault::Stuck) });
            }
            Asked::Closed if known == Speech::Speaks => {
                return Err(SendFault { speech: known, ..before(PrinterFault::Interrupted) });
            }
            Asked::Closed => return Ok(Delivery::HungUp),
            Asked::Silence => {}
        }
    }
    if bytes.is_empty() {
        return Ok(Delivery::Done(Taken { confirmed: speech == Speech::Speaks, paper_low, speech }));
    }
    write_counted(bytes, |rest| line.put(rest)).map_err(|fault| SendFault { speech, ..fault })?;
    if speech != Speech::Speaks {
        line.finish()?;
        return Ok(Delivery::Done(Taken { confirmed: false, paper_low, speech }));
    }
    let cut = SendFault { some_went_out: true, speech, ..before(PrinterFault::Interrupted) };
    let limit = ANSWER_BUSY + Duration::from_millis(bytes.len() as u64 * 1_000 / SLOWEST);
    match ask(line, limit).map_err(|fault| SendFault { fault: fault.fault, ..cut })? {
        Asked::Said(status) => match status.fault() {
            None => Ok(Delivery::Done(Taken { confirmed: true, paper_low: status.paper_low, speech })),
            Some(fault) => Err(SendFault { fault, ..cut }),
        },
        Asked::Silence => Err(SendFault { fault: PrinterFault::Stuck, all_went_out: line.has_all(), ..cut }),
        Asked::Closed => Err(cut),
    }
}

/// What came of the questions.
enum Asked {
    Said(Status),
    Silence,
    /// It has closed its side of the line.
    Closed,
}

/// The four questions, one after the other, for their answers do not say which they answer. When the
/// first one stays without an answer the others are not asked.
fn ask(line: &mut impl Line, limit: Duration) -> Result<Asked, SendFault> {
    let mut status = Status::default();
    for question in Question::ALL {
        write_counted(&question.bytes(), |rest| line.put(rest)).map_err(|fault| before(fault.fault))?;
        match answer(line, limit)? {
            Answer::Byte(byte) => status.hear(question, byte),
            Answer::Closed => return Ok(Asked::Closed),
            Answer::Silence if question == Question::Printer => return Ok(Asked::Silence),
            // Some answer a part of them only.
            Answer::Silence => {}
        }
    }
    Ok(Asked::Said(status))
}

enum Answer {
    Byte(u8),
    Silence,
    Closed,
}

/// The next byte that is an answer.
fn answer(line: &mut impl Line, limit: Duration) -> Result<Answer, SendFault> {
    let watch = Stopwatch::start();
    let mut stray = 0;
    let mut bytes = [0; 16];
    loop {
        let left = limit.saturating_sub(watch.passed());
        if left.is_zero() || stray > STRAY_MAX {
            return Ok(Answer::Silence);
        }
        match line.take(&mut bytes, left) {
            Ok(0) => return Ok(Answer::Closed),
            Ok(n) => match bytes[..n].iter().copied().find(|b| status::is_answer(*b)) {
                Some(byte) => return Ok(Answer::Byte(byte)),
                None => stray += n,
            },
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return Ok(Answer::Silence),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            // Reset, or the like.
            Err(_) => return Ok(Answer::Closed),
        }
    }
}

/// One short connection a document: a printer takes one at a time.
fn tcp(host: &str, port: u16) -> Result<Tcp, SendFault> {
    let address = (host, port).to_socket_addrs().ok().and_then(|mut a| a.next()).ok_or(before(PrinterFault::Unreachable))?;
    let stream = TcpStream::connect_timeout(&address, CONNECT).map_err(|e| match e.kind() {
        ErrorKind::ConnectionRefused => before(PrinterFault::Refused),
        _ => before(PrinterFault::Unreachable),
    })?;
    stream.set_write_timeout(Some(WRITE)).map_err(|_| before(PrinterFault::Unreachable))?;
    Ok(Tcp(stream))
}

struct Tcp(TcpStream);

impl Line for Tcp {
    fn put(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn take(&mut self, into: &mut [u8], limit: Duration) -> std::io::Result<usize> {
        // None would be for ever.
        self.0.set_read_timeout(Some(limit.max(Duration::from_millis(1))))?;
        self.0.read(into)
    }

    fn finish(&mut self) -> Result<(), SendFault> {
        let cut = SendFault { some_went_out: true, speech: Speech::Silent, ..before(PrinterFault::Interrupted) };
        self.0.shutdown(Shutdown::Write).map_err(|_| cut)?;
        // Bytes in this machine's buffer are not at the printer. Done is when its side has acknowledged every byte,
        // whether it has closed the line or keeps it open. One that hung up before it had them answers with a reset.
        let mut sink = [0; 64];
        for _ in 0..LOOKS {
            match self.take(&mut sink, LOOK) {
                Ok(0) => {
                    if !matches!(self.0.take_error(), Ok(None)) {
                        return Err(cut);
                    }
                    if self.has_all() {
                        return Ok(());
                    }
                    // A line that is closed wakes nobody again.
                    std::thread::sleep(LOOK);
                }
                Ok(_) => {}
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    if self.has_all() {
                        return Ok(());
                    }
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(cut),
            }
        }
        Err(SendFault { fault: PrinterFault::Stuck, ..cut })
    }

    fn has_all(&self) -> bool {
        unacknowledged(&self.0).is_ok_and(|bytes| bytes == 0)
    }

    fn may_speak(&self) -> bool {
        true
    }
}

/// Bytes that left this program and are still in this machine: those that the other side's TCP has not acknowledged,
/// or that a serial line has not sent.
#[expect(unsafe_code, reason = "SIOCOUTQ has no safe wrapper; it writes one int, which is what the getter holds")]
fn unacknowledged(line: &impl AsFd) -> rustix::io::Result<i32> {
    /// linux/sockios.h; the same number as TIOCOUTQ on every architecture that kasir runs on.
    const SIOCOUTQ: rustix::ioctl::Opcode = 0x5411;
    // SAFETY: the kernel writes one c_int for this request on a TCP socket (tcp(7)) and on a terminal
    // (ioctl_tty(2)); anything else refuses it.
    unsafe { rustix::ioctl::ioctl(line.as_fd(), rustix::ioctl::Getter::<SIOCOUTQ, i32>::new()) }
}

/// A device file, for writing, and for reading where it lets itself be read.
fn device(path: &str) -> Result<Device, SendFault> {
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits() | rustix::fs::OFlags::NOCTTY.bits()).unwrap_or(0);
    let open = |read: bool| OpenOptions::new().read(read).append(true).custom_flags(flags).open(path);
    // A file or a pipe gives back what was put into it, which is no answer.
    let is_device = std::fs::metadata(path).is_ok_and(|m| m.file_type().is_char_device());
    if let (true, Ok(file)) = (is_device, open(true)) {
        // A serial line is the system's for typing on until it is told otherwise: it would change line ends, and
        // keep an answer back until its line is full. Speed, bits, parity and flow control stay as the system has
        // set them.
        if rustix::termios::isatty(&file) {
            let raw = rustix::termios::tcgetattr(&file).and_then(|mut mode| {
                let (flow, bits) = (InputModes::IXON, ControlModes::CSIZE | ControlModes::PARENB);
                let (flow_before, bits_before) = (mode.input_modes & flow, mode.control_modes & bits);
                mode.make_raw();
                mode.input_modes = (mode.input_modes - flow) | flow_before;
                mode.control_modes = (mode.control_modes - bits) | bits_before;
                rustix::termios::tcsetattr(&file, OptionalActions::Now, &mode)
            });
            raw.map_err(|_| before(PrinterFault::NoDevice))?;
        }
        return Ok(Device { file, reads: true });
    }
    let file = open(false).map_err(|_| before(PrinterFault::NoDevice))?;
    Ok(Device { file, reads: false })
}

struct Device {
    file: File,
    reads: bool,
}

impl Line for Device {
    /// One that takes nothing for the limit hangs: paper out or cover open, if it cannot say so.
    fn put(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        ready(&self.file, PollFlags::OUT, WRITE)?;
        self.file.write(bytes)
    }

    fn take(&mut self, into: &mut [u8], limit: Duration) -> std::io::Result<usize> {
        ready(&self.file, PollFlags::IN, limit)?;
        match self.file.read(into) {
            // usblp reads nothing where a socket would wait.
            Ok(0) => Err(ErrorKind::WouldBlock.into()),
            read => read,
        }
    }

    /// A USB printer's driver takes a write at once and throws away what is still on its way when the file is closed;
    /// it is ready for the next one when the printer has the last.
    fn finish(&mut self) -> Result<(), SendFault> {
        let stuck = SendFault { some_went_out: true, speech: Speech::Silent, ..before(PrinterFault::Stuck) };
        let mut left = i32::MAX;
        let mut looks = LOOKS;
        loop {
            ready(&self.file, PollFlags::OUT, WRITE).map_err(|_| stuck)?;
            // What is no serial line has nothing else to say.
            let now = unacknowledged(&self.file).unwrap_or(0);
            if now == 0 {
                return Ok(());
            }
            looks = if now < left { LOOKS } else { looks.saturating_sub(1) };
            if looks == 0 {
                return Err(stuck);
            }
            left = now;
            std::thread::sleep(LOOK);
        }
    }

    fn has_all(&self) -> bool {
        ready(&self.file, PollFlags::OUT, Duration::ZERO).is_ok() && unacknowledged(&self.file).unwrap_or(0) == 0
    }

    fn may_speak(&self) -> bool {
        self.reads
    }
}

fn ready(file: &File, what: PollFlags, limit: Duration) -> std::io::Result<()> {
    let limit = Timespec { tv_sec: i64::try_from(limit.as_secs()).unwrap_or(4), tv_nsec: limit.subsec_nanos().into() };
    match poll(&mut [PollFd::new(file, what)], Some(&limit))? {
        0 => Err(ErrorKind::TimedOut.into()),
        _ => Ok(()),
    }
}

/// Writes everything, knowing how much had gone when it failed.
fn write_counted(bytes: &[u8], mut write: impl FnMut(&[u8]) -> std::io::Result<usize>) -> Result<(), SendFault> {
    let mut gone = 0;
    let failed = |fault, gone: usize| SendFault { some_went_out: gone > 0, ..before(fault) };
    while gone < bytes.len() {
        match write(&bytes[gone..]) {
            Ok(0) => return Err(failed(PrinterFault::Interrupted, gone)),
            Ok(n) => gone += n,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Err(failed(PrinterFault::Stuck, gone));
            }
            Err(_) => return Err(failed(PrinterFault::Interrupted, gone)),
        }
    }
    Ok(())
}

/// Lays a document into the roll's folder as a picture and as text, under its job's number.
/// Written aside and renamed, so that nobody sees half a picture.
pub fn to_roll(folder: &str, job: i64, name: &str, rows: &[Row], width: PaperWidth) -> Result<(), SendFault> {
    let no_device = |_| before(PrinterFault::NoDevice);
    let folder = Path::new(folder);
    std::fs::create_dir_all(folder).map_err(no_device)?;
    let texts = rows.iter().filter_map(|row| match row {
        Row::Text(row) => Some(format!("{}{}\n", " ".repeat(row.indent), row.text)),
        Row::Sample { text, .. } => Some(format!("{text}\n")),
        Row::Picture(_) | Row::Feed(_) => None,
    });
    let text: String = texts.collect();
    let picture = raster::png(&raster::draw(rows, width)).map_err(|_| before(PrinterFault::NoDevice))?;
    for (extension, bytes) in [("txt", text.as_bytes()), ("png", &picture)] {
        let aside = folder.join(format!(".{job:08}-{name}.{extension}.part"));
        std::fs::write(&aside, bytes).map_err(no_device)?;
        std::fs::rename(&aside, folder.join(format!("{job:08}-{name}.{extension}"))).map_err(no_device)?;
    }
    Ok(())
}
