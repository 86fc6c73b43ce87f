//! A printer on the other end of a real socket: the project's own simulator, which keeps what each
//! connection brought. It can be switched off and on again on the same port, and be in any mood.

use std::fs::File;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::thread::JoinHandle;

use kasir::domain::site::PaperWidth;
use kasir::simulator::{Mood, Simulator};
use kasir::workers::print::escpos;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::{own_port, wait_until};

/// The same printer at the other end of a serial line: a terminal's pair stands for the wire.
pub struct SerialLine {
    /// The device that kasir is told of.
    pub path: String,
    wire: Option<JoinHandle<()>>,
    printer: TcpStream,
}

impl SerialLine {
    pub fn to(tray: &PaperTray) -> SerialLine {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let path = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
        let printer = TcpStream::connect((Ipv4Addr::LOCALHOST, tray.port)).unwrap();
        // While one end is open here, the line does not end when kasir closes its own.
        let held = File::options().read(true).write(true).custom_flags(no_terminal()).open(&path).unwrap();
        let (mut here, mut there) = (File::from(ours), printer.try_clone().unwrap());
        let (mut back, mut said) = (here.try_clone().unwrap(), printer.try_clone().unwrap());
        let wire = std::thread::spawn(move || {
            let answers = std::thread::spawn(move || {
                let _ = std::io::copy(&mut said, &mut back);
                // The printer has hung up: so does the line.
                drop(held);
            });
            let _ = std::io::copy(&mut here, &mut there);
            answers.join().unwrap();
        });
        SerialLine { path, wire: Some(wire), printer }
    }
}

impl Drop for SerialLine {
    fn drop(&mut self) {
        let _ = self.printer.shutdown(Shutdown::Both);
        if let Some(wire) = self.wire.take() {
            let _ = wire.join();
        }
    }
}

fn no_terminal() -> i32 {
    i32::try_from(rustix::fs::OFlags::NOCTTY.bits()).unwrap()
}

pub struct PaperTray {
    pub port: u16,
    printer: Simulator,
}

impl PaperTray {
    /// Switched on.
    pub fn new() -> PaperTray {
        let printer = Simulator::start(SocketAddr::from((Ipv4Addr::LOCALHOST, own_port())), None, PaperWidth::Mm80).unwrap();
        PaperTray { port: printer.address.port(), printer }
    }

    pub fn behave(&self, mood: Mood) {
        self.printer.behave(mood);
    }

    pub fn switch_on(&self) {
        self.behave(Mood::Well);
        wait_until("the printer to be on", || self.answers());
    }

    /// Nobody answers on the port any more.
    pub fn switch_off(&self) {
        self.behave(Mood::Refuse);
        wait_until("the printer to be off", || !self.answers());
    }

    fn answers(&self) -> bool {
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok()
    }

    /// Everything that came out, decoded.
    pub fn papers(&self) -> Vec<Vec<String>> {
        self.bytes().iter().map(|d| escpos::decode(d)).collect()
    }

    /// Documents that went with it.
    pub fn taken_along(&self) -> usize {
        self.printer.taken_along()
    }

    /// The raw bytes that came out.
    pub fn bytes(&self) -> Vec<Vec<u8>> {
        self.printer.documents()
    }

    /// What came out in part.
    pub fn scraps(&self) -> Vec<Vec<u8>> {
        self.printer.scraps()
    }

    pub fn wait_for(&self, count: usize) -> Vec<Vec<String>> {
        wait_until(&format!("{count} papers, got {:#?}", self.papers()), || self.papers().len() >= count);
        self.papers()
    }
}
