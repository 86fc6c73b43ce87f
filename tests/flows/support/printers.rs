//! A printer's socket: a TCP listener that keeps what each connection brought, as a network
//! printer would print it. It can be switched off and on again on the same port.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use kasir::workers::print::escpos;

use super::wait_until;

pub struct PaperTray {
    pub port: u16,
    documents: Arc<Mutex<Vec<Vec<u8>>>>,
    on: Option<(JoinHandle<()>, Arc<Mutex<bool>>)>,
}

impl PaperTray {
    /// Switched on.
    pub fn new() -> PaperTray {
        let mut tray = PaperTray { port: 0, documents: Arc::default(), on: None };
        tray.switch_on();
        tray
    }

    pub fn switch_on(&mut self) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        self.port = listener.local_addr().unwrap().port();
        let documents = self.documents.clone();
        let off = Arc::new(Mutex::new(false));
        let flag = off.clone();
        let handle = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if *flag.lock().unwrap() {
                    return;
                }
                let mut bytes = Vec::new();
                if stream.and_then(|mut s: TcpStream| s.read_to_end(&mut bytes)).is_ok() && !bytes.is_empty() {
                    documents.lock().unwrap().push(bytes);
                }
            }
        });
        self.on = Some((handle, off));
    }

    /// Nobody answers on the port any more.
    pub fn switch_off(&mut self) {
        if let Some((handle, off)) = self.on.take() {
            *off.lock().unwrap() = true;
            drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
            handle.join().unwrap();
        }
    }

    /// Everything that came out, decoded.
    pub fn papers(&self) -> Vec<Vec<String>> {
        self.documents.lock().unwrap().iter().map(|d| escpos::decode(d)).collect()
    }

    /// The raw bytes that came out.
    pub fn bytes(&self) -> Vec<Vec<u8>> {
        self.documents.lock().unwrap().clone()
    }

    pub fn wait_for(&self, count: usize) -> Vec<Vec<String>> {
        wait_until(&format!("{count} papers, got {:#?}", self.papers()), || self.papers().len() >= count);
        self.papers()
    }
}

impl Drop for PaperTray {
    fn drop(&mut self) {
        self.switch_off();
    }
}
