//! A receipt printer for those who have none: a socket that takes ESC/POS as a network printer does,
//! answers how it does, keeps what came as pictures, and fails in the ways in which printers fail.
//! Tests and people who learn stand on it; nothing of the house does. It is a peer at the other end
//! of a cable: it knows bytes and nothing of kasir's tables.

pub mod paper;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::domain::site::PaperWidth;
use crate::domain::time::Stopwatch;
use crate::workers::print::{escpos, raster};

/// Between two looks at the socket and at the mood.
const GLANCE: Duration = Duration::from_millis(5);
/// What a slow printer takes every glance, however late it comes to look.
const SIP: usize = 16;
/// Longest document that is kept: a roll of pictures.
const DOCUMENT_MAX: usize = 32 * 1024 * 1024;
/// Documents that are kept in memory; the folder has all.
const KEPT_MAX: usize = 10_000;

/// How the printer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    #[default]
    Well,
    /// It prints, and answers no question, as many cheap ones do.
    Silent,
    PaperLow,
    PaperOut,
    CoverOpen,
    Error,
    Offline,
    /// It takes connections, and then nothing more.
    Hang,
    /// Nothing listens on the port, as when it is switched off.
    Refuse,
    /// It hangs up after so many bytes of a document, once; then it is well.
    CutAfter(usize),
    /// The same, and nothing listens from then on: its plug was pulled.
    DiesAfter(usize),
    /// It runs out of paper after so many bytes of a document.
    PaperOutAfter(usize),
    /// Some three kilobytes a second.
    Slow,
    /// It answers until it has a document; then it is gone, and so is the document.
    FallsSilent,
}

/// The words for them, as they are typed.
pub const MOODS: &str = "well, silent, paper-low, paper-out, cover-open, error, offline, hang, refuse, cut BYTES, dies BYTES, runs-out BYTES, slow, falls-silent";

impl FromStr for Mood {
    type Err = String;

    fn from_str(text: &str) -> Result<Mood, String> {
        let mut words = text.split_whitespace();
        let bytes = |number: Option<&str>| number.and_then(|n| n.parse().ok()).ok_or(format!("{text:?} needs a number of bytes"));
        Ok(match words.next().unwrap_or_default() {
            "well" => Mood::Well,
            "silent" => Mood::Silent,
            "paper-low" => Mood::PaperLow,
            "paper-out" => Mood::PaperOut,
            "cover-open" => Mood::CoverOpen,
            "error" => Mood::Error,
            "offline" => Mood::Offline,
            "hang" => Mood::Hang,
            "falls-silent" => Mood::FallsSilent,
            "refuse" => Mood::Refuse,
            "cut" => Mood::CutAfter(bytes(words.next())?),
            "dies" => Mood::DiesAfter(bytes(words.next())?),
            "runs-out" => Mood::PaperOutAfter(bytes(words.next())?),
            "slow" => Mood::Slow,
            other => return Err(format!("{other:?} is no mood of a printer; there are {MOODS}")),
        })
    }
}

impl Mood {
    /// What it answers to `DLE EOT n`; nothing when it answers nothing.
    fn answer(self, question: u8) -> Option<u8> {
        let bits = match (self, question) {
            (Mood::Silent | Mood::Hang | Mood::Refuse, _) => return None,
            (Mood::PaperOut | Mood::CoverOpen | Mood::Error | Mood::Offline, 1) => 0x08,
            (Mood::CoverOpen, 2) => 0x04,
            (Mood::PaperOut, 2) => 0x20,
            (Mood::Error, 2) => 0x40,
            (Mood::Error, 3) => 0x08,
            (Mood::PaperLow, 4) => 0x0c,
            (Mood::PaperOut, 4) => 0x6c,
            (_, 1..=4) => 0,
            _ => return None,
        };
        Some(0x12 | bits)
    }

    /// What comes stays in its buffer until somebody has helped it.
    fn holds_back(self) -> bool {
        matches!(self, Mood::PaperOut | Mood::CoverOpen | Mood::Error | Mood::Offline)
    }
}

#[derive(Default)]
struct State {
    mood: Mood,
    /// How often somebody has set it: what is to happen in the middle of a document happens in one
    /// that began afterwards.
    turns: u64,
    documents: Vec<Vec<u8>>,
    /// Came while it could not print.
    buffer: Vec<Vec<u8>>,
    /// Paper that ends in the middle.
    scraps: Vec<Vec<u8>>,
    printed: usize,
    /// Whole, and gone with the printer.
    taken_along: usize,
}

struct Shared {
    state: Mutex<State>,
    stop: AtomicBool,
    folder: Option<PathBuf>,
    width: PaperWidth,
}

/// A printer that is switched on.
pub struct Simulator {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Takes connections from now on. With a folder each document becomes a picture and a listing there.
    pub fn start(listen: SocketAddr, folder: Option<PathBuf>, width: PaperWidth) -> std::io::Result<Simulator> {
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder)?;
        }
        let listener = listen_on(listen)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { state: Mutex::default(), stop: AtomicBool::new(false), folder, width });
        let own = shared.clone();
        let thread =
            std::thread::Builder::new().name("printer simulator".to_owned()).spawn(move || own.work(listener, address))?;
        Ok(Simulator { address, shared, thread: Some(thread) })
    }

    /// From now on it is like that; once there is paper again, what waited in its buffer comes out.
    pub fn behave(&self, mood: Mood) {
        let mut state = self.shared.lock();
        state.mood = mood;
        state.turns += 1;
        if !mood.holds_back() {
            let waited = std::mem::take(&mut state.buffer);
            drop(state);
            waited.into_iter().for_each(|document| self.shared.print(document));
        }
    }

    pub fn mood(&self) -> Mood {
        self.shared.lock().mood
    }

    /// Everything that came out whole, without the questions.
    pub fn documents(&self) -> Vec<Vec<u8>> {
        self.shared.lock().documents.clone()
    }

    /// Documents that it had whole, and that went with it.
    pub fn taken_along(&self) -> usize {
        self.shared.lock().taken_along
    }

    /// What came out in part.
    pub fn scraps(&self) -> Vec<Vec<u8>> {
        self.shared.lock().scraps.clone()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn listen_on(address: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn mood(&self) -> Mood {
        self.lock().mood
    }

    fn has_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// One connection at a time, as printers have it.
    fn work(&self, listener: TcpListener, address: SocketAddr) {
        let mut listener = Some(listener);
        while !self.has_stopped() {
            if self.mood() == Mood::Refuse {
                listener = None;
            } else if listener.is_none() {
                // Somebody else may have the port for a moment.
                listener = listen_on(address).ok();
            }
            match listener.as_ref().map(TcpListener::accept) {
                Some(Ok((stream, _))) => {
                    if let Err(error) = self.serve(stream) {
                        tracing::debug!(%error, "a connection to the simulated printer ended");
                    }
                }
                _ => std::thread::sleep(GLANCE),
            }
        }
    }

    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(GLANCE))?;
        stream.set_write_timeout(Some(Duration::from_secs(1)))?;
        let began = self.lock().turns;
        let mut document: Vec<u8> = Vec::new();
        let mut pending: Vec<u8> = Vec::new();
        let mut chunk = [0; 4_096];
        let mut since = Stopwatch::start();
        let ended = loop {
            let mood = self.mood();
            if self.has_stopped() || mood == Mood::Refuse {
                break Ok(());
            }
            if mood == Mood::Hang {
                std::thread::sleep(GLANCE);
                // It does not even notice that the other side has gone, but somebody has to.
                if stream.peek(&mut chunk[..1]).is_ok_and(|n| n == 0) {
                    break Ok(());
                }
                continue;
            }
            let glances = since.passed().as_millis() / GLANCE.as_millis();
            since = Stopwatch::start();
            let most = match mood {
                Mood::Slow => SIP.saturating_mul(usize::try_from(glances).unwrap_or(1).max(1)).min(chunk.len()),
                _ => chunk.len(),
            };
            match stream.read(&mut chunk[..most]) {
                Ok(0) => break Ok(()),
                Ok(n) => pending.extend_from_slice(&chunk[..n]),
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => continue,
                Err(error) => break Err(error),
            }
            if mood == Mood::Slow {
                std::thread::sleep(GLANCE);
            }
            self.sort(&mut pending, &mut document, &mut stream)?;
            let mood = if self.lock().turns == began { self.mood() } else { Mood::Well };
            match mood {
                Mood::CutAfter(bytes) | Mood::DiesAfter(bytes) if document.len() >= bytes.max(1) => {
                    document.truncate(bytes);
                    let mut state = self.lock();
                    state.scraps.push(document);
                    state.mood = if matches!(mood, Mood::DiesAfter(_)) { Mood::Refuse } else { Mood::Well };
                    return Ok(());
                }
                Mood::PaperOutAfter(bytes) if document.len() >= bytes.max(1) => {
                    let mut state = self.lock();
                    let scrap = document.drain(..bytes.min(document.len())).collect();
                    state.scraps.push(scrap);
                    state.mood = Mood::PaperOut;
                }
                _ => {}
            }
            if document.len() > DOCUMENT_MAX {
                break Err(ErrorKind::FileTooLarge.into());
            }
        };
        document.append(&mut pending);
        if !document.is_empty() {
            match self.mood() {
                Mood::FallsSilent => self.lock().taken_along += 1,
                mood if mood.holds_back() => self.lock().buffer.push(document),
                _ => self.print(document),
            }
        }
        ended
    }

    /// Answers the questions among what came and lets the rest be paper. The beginning of a question
    /// waits for its end.
    fn sort(&self, pending: &mut Vec<u8>, document: &mut Vec<u8>, stream: &mut TcpStream) -> std::io::Result<()> {
        let mut at = 0;
        while at < pending.len() {
            match &pending[at..] {
                [0x10, 0x04, question @ 1..=4, ..] => {
                    let is_gone = self.mood() == Mood::FallsSilent && !document.is_empty();
                    if !is_gone && let Some(answer) = self.mood().answer(*question) {
                        stream.write_all(&[answer])?;
                    }
                    at += 3;
                }
                [0x10] | [0x10, 0x04] => break,
                [byte, ..] => {
                    document.push(*byte);
                    at += 1;
                }
                [] => break,
            }
        }
        pending.drain(..at);
        Ok(())
    }

    fn print(&self, document: Vec<u8>) {
        let number = {
            let mut state = self.lock();
            state.printed += 1;
            if state.documents.len() < KEPT_MAX {
                state.documents.push(document.clone());
            }
            state.printed
        };
        let Some(folder) = &self.folder else { return };
        let rows = paper::read(&document, self.width);
        let listing = escpos::decode(&document).join("\n") + "\n";
        let kept = std::fs::write(folder.join(format!("{number:05}.txt")), listing).and_then(|()| {
            if rows.is_empty() {
                return Ok(());
            }
            let picture = raster::png(&raster::draw(&rows, self.width)).map_err(std::io::Error::other)?;
            // Written aside, so that nobody sees half a picture.
            let aside = folder.join(format!(".{number:05}.png.part"));
            std::fs::write(&aside, picture)?;
            std::fs::rename(aside, folder.join(format!("{number:05}.png")))
        });
        if let Err(error) = kept {
            tracing::error!(%error, folder = %folder.display(), "a simulated paper could not be kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moods_are_read_as_they_are_typed() {
        for word in MOODS.split(", ") {
            let typed = word.replace("BYTES", "40");
            assert!(typed.parse::<Mood>().is_ok(), "{typed}");
        }
        assert_eq!("cut 12".parse(), Ok(Mood::CutAfter(12)));
        for wrong in ["", "happy", "cut", "cut many"] {
            assert!(wrong.parse::<Mood>().is_err(), "{wrong:?}");
        }
    }

    /// What it answers is read as the mood that it has.
    #[test]
    fn it_answers_as_its_mood_is() {
        use crate::domain::job::PrinterFault;
        use crate::workers::print::status;
        let said = |mood: Mood| {
            let answers: Vec<u8> = (1..=4).filter_map(|n| mood.answer(n)).collect();
            (status::read(&answers).fault(), status::read(&answers).paper_low)
        };
        assert_eq!(said(Mood::Well), (None, false));
        assert_eq!(said(Mood::PaperLow), (None, true));
        assert_eq!(said(Mood::PaperOut), (Some(PrinterFault::PaperOut), true));
        assert_eq!(said(Mood::CoverOpen), (Some(PrinterFault::CoverOpen), false));
        assert_eq!(said(Mood::Error), (Some(PrinterFault::Error), false));
        assert_eq!(said(Mood::Offline), (Some(PrinterFault::Offline), false));
    }
}
