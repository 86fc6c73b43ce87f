//! A printer on the other end of a real socket: the project's own simulator, which keeps what each
//! connection brought. It can be switched off and on again on the same port, and be in any mood.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};

use kasir::domain::site::PaperWidth;
use kasir::simulator::{Mood, Simulator};
use kasir::workers::print::escpos;

use super::wait_until;

pub struct PaperTray {
    pub port: u16,
    printer: Simulator,
}

impl PaperTray {
    /// Switched on.
    pub fn new() -> PaperTray {
        let printer = Simulator::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), None, PaperWidth::Mm80).unwrap();
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
