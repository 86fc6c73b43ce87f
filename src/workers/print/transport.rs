//! How bytes reach a printer: a TCP connection, a device file, or the demo's roll. Blocking,
//! each with a limit, because a printer without paper takes the connection and then nothing.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::domain::job::PrinterFault;
use crate::domain::site::{PaperWidth, PrinterTarget};
use crate::workers::print::layout::Row;
use crate::workers::print::raster;

/// A printer on the LAN answers in milliseconds; longer and it is off.
const CONNECT: Duration = Duration::from_secs(3);
/// Paper runs at 150 mm/s: a receipt is through in a second or two.
const WRITE: Duration = Duration::from_secs(5);
/// How long one look at the line takes after the last byte, and how many there are: together
/// as long as a write may take.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: u32 = 50;

/// A document that did not get through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendFault {
    pub fault: PrinterFault,
    /// Bytes had left before it failed: there may be paper.
    pub some_went_out: bool,
}

fn before(fault: PrinterFault) -> SendFault {
    SendFault { fault, some_went_out: false }
}

/// Sends all of it or says why not.
pub fn send(target: &PrinterTarget, bytes: &[u8]) -> Result<(), SendFault> {
    match target {
        PrinterTarget::Tcp { host, port } => to_tcp(host, *port, bytes),
        PrinterTarget::Device { path } => to_device(path, bytes),
        // The roll takes rows, not bytes; see `to_roll`.
        PrinterTarget::Roll { .. } => Err(before(PrinterFault::NoDevice)),
    }
}

/// One short connection a document: a printer takes one at a time.
fn to_tcp(host: &str, port: u16, bytes: &[u8]) -> Result<(), SendFault> {
    let address = (host, port).to_socket_addrs().ok().and_then(|mut a| a.next()).ok_or(before(PrinterFault::Unreachable))?;
    let mut stream = TcpStream::connect_timeout(&address, CONNECT).map_err(|e| match e.kind() {
        ErrorKind::ConnectionRefused => before(PrinterFault::Refused),
        _ => before(PrinterFault::Unreachable),
    })?;
    let limits = stream.set_write_timeout(Some(WRITE)).and_then(|()| stream.set_read_timeout(Some(LOOK)));
    limits.map_err(|_| before(PrinterFault::Unreachable))?;
    write_counted(bytes, |rest| stream.write(rest))?;
    let cut = SendFault { fault: PrinterFault::Interrupted, some_went_out: true };
    stream.shutdown(Shutdown::Write).map_err(|_| cut)?;
    // Bytes in this machine's buffer are not at the printer. Done is: it closed the line, or
    // keeps it open and its side has acknowledged every byte.
    let mut sink = [0; 64];
    for _ in 0..LOOKS {
        match stream.read(&mut sink) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if unacknowledged(&stream).is_ok_and(|bytes| bytes == 0) {
                    return Ok(());
                }
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Err(cut),
        }
    }
    Err(SendFault { fault: PrinterFault::Stuck, some_went_out: true })
}

/// Bytes that left this program and that the other side's TCP has not acknowledged.
#[expect(unsafe_code, reason = "SIOCOUTQ has no safe wrapper; it writes one int, which is what the getter holds")]
fn unacknowledged(stream: &TcpStream) -> rustix::io::Result<i32> {
    /// linux/sockios.h; the same number as TIOCOUTQ on every architecture that kasir runs on.
    const SIOCOUTQ: rustix::ioctl::Opcode = 0x5411;
    // SAFETY: the kernel writes one c_int for this request on a TCP socket (tcp(7)).
    unsafe { rustix::ioctl::ioctl(stream, rustix::ioctl::Getter::<SIOCOUTQ, i32>::new()) }
}

/// A device file that takes nothing for the limit is stuck: paper out or cover open.
fn to_device(path: &str, bytes: &[u8]) -> Result<(), SendFault> {
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits() | rustix::fs::OFlags::NOCTTY.bits()).unwrap_or(0);
    let mut device =
        OpenOptions::new().append(true).custom_flags(flags).open(path).map_err(|_| before(PrinterFault::NoDevice))?;
    write_counted(bytes, |rest| {
        wait_writable(&device)?;
        device.write(rest)
    })
}

fn wait_writable(device: &File) -> std::io::Result<()> {
    let limit = Timespec { tv_sec: i64::try_from(WRITE.as_secs()).unwrap_or(5), tv_nsec: 0 };
    match poll(&mut [PollFd::new(device, PollFlags::OUT)], Some(&limit))? {
        0 => Err(ErrorKind::TimedOut.into()),
        _ => Ok(()),
    }
}

/// Writes everything, knowing how much had gone when it failed.
fn write_counted(bytes: &[u8], mut write: impl FnMut(&[u8]) -> std::io::Result<usize>) -> Result<(), SendFault> {
    let mut gone = 0;
    while gone < bytes.len() {
        match write(&bytes[gone..]) {
            Ok(0) => return Err(SendFault { fault: PrinterFault::Interrupted, some_went_out: gone > 0 }),
            Ok(n) => gone += n,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Err(SendFault { fault: PrinterFault::Stuck, some_went_out: gone > 0 });
            }
            Err(_) => return Err(SendFault { fault: PrinterFault::Interrupted, some_went_out: gone > 0 }),
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
        Row::Text(text) => Some(text),
        Row::Picture(_) => None,
    });
    let text: String = texts.map(|r| format!("{}{}\n", " ".repeat(r.indent), r.text)).collect();
    let picture = raster::png(&raster::draw(rows, width)).map_err(|_| before(PrinterFault::NoDevice))?;
    for (extension, bytes) in [("txt", text.as_bytes()), ("png", &picture)] {
        let aside = folder.join(format!(".{job:08}-{name}.{extension}"));
        std::fs::write(&aside, bytes).map_err(no_device)?;
        std::fs::rename(&aside, folder.join(format!("{job:08}-{name}.{extension}"))).map_err(no_device)?;
    }
    Ok(())
}
