//! A printer of the worse kind: it refuses, it takes the line and nothing of what comes by it, it is
//! pulled out in the middle of a paper. What came out of it is kept.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::support::wait_until;

/// How it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Temper {
    Works,
    /// Takes the connection, hangs up before a byte was read.
    HangsUp,
    /// Takes the connection and reads nothing until it is put right.
    Hangs,
    /// Dies after so many bytes of a paper.
    DiesAfter(usize),
}

/// A tray that is wrong on purpose: every third paper comes out twice; or the third does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fraud {
    Twice,
    Lost,
}

struct Shared {
    temper: Temper,
    fraud: Option<Fraud>,
    papers: Vec<Vec<u8>>,
    scraps: Vec<Vec<u8>>,
    /// It had all of it, and died over it: nobody at the other end of the line can know.
    swallowed: Vec<Vec<u8>>,
    gone: bool,
}

/// What came out of a printer, and what did not.
pub struct Papers {
    pub whole: Vec<Vec<u8>>,
    /// Torn off when it died.
    pub scraps: Vec<Vec<u8>>,
    /// All of it had arrived when it died.
    pub swallowed: Vec<Vec<u8>>,
}

pub struct Tray {
    pub port: u16,
    shared: Arc<(Mutex<Shared>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Tray {
    pub fn new() -> Tray {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let new = Shared {
            temper: Temper::Works,
            fraud: None,
            papers: Vec::new(),
            scraps: Vec::new(),
            swallowed: Vec::new(),
            gone: false,
        };
        let shared = Arc::new((Mutex::new(new), Condvar::new()));
        let of_thread = shared.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if of_thread.0.lock().unwrap().gone {
                    return;
                }
                if let Ok(stream) = stream {
                    print(stream, &of_thread);
                }
            }
        });
        Tray { port, shared, thread: Some(thread) }
    }

    pub fn be(&self, temper: Temper) {
        self.shared.0.lock().unwrap().temper = temper;
        self.shared.1.notify_all();
    }

    pub fn cheat(&self, fraud: Fraud) {
        self.shared.0.lock().unwrap().fraud = Some(fraud);
    }

    /// What came out whole, and what did not. It works again, and all that still waited on a line is out.
    pub fn empty(&self) -> Papers {
        const LAST: &[u8] = b"the last paper";
        {
            let mut shared = self.shared.0.lock().unwrap();
            (shared.temper, shared.fraud) = (Temper::Works, None);
        }
        self.shared.1.notify_all();
        // It takes one line after the other: when this is out, all earlier ones are.
        let mut line = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        line.write_all(LAST).unwrap();
        drop(line);
        wait_until("the tray to be empty", || self.shared.0.lock().unwrap().papers.iter().any(|p| p == LAST));
        let mut shared = self.shared.0.lock().unwrap();
        shared.papers.retain(|p| p != LAST);
        Papers { whole: shared.papers.clone(), scraps: shared.scraps.clone(), swallowed: shared.swallowed.clone() }
    }
}

impl Drop for Tray {
    fn drop(&mut self) {
        {
            let mut shared = self.shared.0.lock().unwrap();
            (shared.gone, shared.temper) = (true, Temper::Works);
        }
        self.shared.1.notify_all();
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What is put on paper of what came: not the question how it does, which this printer never answers.
fn printed(came: &[u8]) -> Vec<u8> {
    const QUESTION: &[u8] = &[0x10, 0x04];
    let mut rest = came;
    while let Some(after) = rest.strip_prefix(QUESTION) {
        rest = after.get(1..).unwrap_or_default();
    }
    if rest == &QUESTION[..1] {
        rest = &[];
    }
    rest.to_vec()
}

fn print(mut stream: TcpStream, (shared, changed): &(Mutex<Shared>, Condvar)) {
    // A line on which nothing comes is looked at again, because the temper may have changed.
    stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let mut paper = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let temper = shared.lock().unwrap().temper;
        let room = match temper {
            Temper::Works => piece.len(),
            Temper::DiesAfter(bytes) => bytes.saturating_sub(paper.len()).min(piece.len()),
            Temper::HangsUp => 0,
            Temper::Hangs => {
                // Until somebody puts it right.
                drop(changed.wait_while(shared.lock().unwrap(), |s| s.temper == Temper::Hangs).unwrap());
                continue;
            }
        };
        // A line that is dropped with bytes unread is reset.
        let read = if room == 0 { Err(std::io::ErrorKind::ConnectionReset.into()) } else { stream.read(&mut piece[..room]) };
        match read {
            Ok(0) => break,
            Ok(length) => paper.extend_from_slice(&piece[..length]),
            Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                if shared.lock().unwrap().gone {
                    return;
                }
            }
            Err(_) => {
                // What is looked at stays unread.
                let rest = stream.peek(&mut piece).unwrap_or(0);
                let mut shared = shared.lock().unwrap();
                let all = printed(&[&paper, &piece[..rest]].concat());
                if rest > 0 && room == 0 && !all.is_empty() {
                    shared.swallowed.push(all);
                }
                let torn = printed(&paper);
                if !torn.is_empty() {
                    shared.scraps.push(torn);
                }
                return;
            }
        }
    }
    let paper = printed(&paper);
    if !paper.is_empty() {
        let mut shared = shared.lock().unwrap();
        match (shared.fraud, shared.papers.len() % 3) {
            (Some(Fraud::Lost), 2) => {
                shared.fraud = None;
                return;
            }
            (Some(Fraud::Twice), 2) => shared.papers.push(paper.clone()),
            _ => {}
        }
        shared.papers.push(paper);
    }
}
