//! The program's own log: lines to standard error for the service manager, bounded in rate so that one
//! fault that repeats itself fills no card and hides no other, and the last of them in memory for the
//! support file. A reader that has gone away ends nothing.

use std::collections::{HashMap, VecDeque};
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use tracing::Metadata;
use tracing::callsite::Identifier;
use tracing_subscriber::fmt::MakeWriter;

use crate::domain::time::Stopwatch;

/// One place in the program may say so many lines in such a time: enough to see what it is about.
const LINES: u32 = 20;
const WINDOW: Duration = Duration::from_secs(10);
/// Lines that are kept in memory, and their bytes: an evening of a till that is not well.
const KEPT: usize = 1_000;
const KEPT_BYTES: usize = 256 * 1024;

/// The log of this process. Cheap to clone.
#[derive(Clone)]
pub struct Logbook {
    state: Arc<Mutex<State>>,
    window: Duration,
    out: fn(&[u8]),
}

#[derive(Default)]
struct State {
    windows: HashMap<Identifier, Window>,
    kept: VecDeque<String>,
    bytes: usize,
}

/// What one place in the program has said lately.
struct Window {
    since: Stopwatch,
    lines: u32,
    folded: u32,
    last: String,
}

impl Logbook {
    /// The one that `main` writes to.
    pub fn of_process() -> Logbook {
        static BOOK: OnceLock<Logbook> = OnceLock::new();
        BOOK.get_or_init(|| Logbook::new(WINDOW, to_stderr)).clone()
    }

    fn new(window: Duration, out: fn(&[u8])) -> Logbook {
        Logbook { state: Arc::default(), window, out }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// The last lines, oldest first; what is being folded right now at their end.
    pub fn lines(&self) -> Vec<String> {
        let state = self.lock();
        let folded = state.windows.values().filter(|w| w.folded > 0).map(Window::told);
        state.kept.iter().cloned().chain(folded).collect()
    }

    fn write(&self, line: &str) {
        (self.out)(format!("{line}\n").as_bytes());
        let mut state = self.lock();
        state.bytes += line.len();
        state.kept.push_back(line.to_owned());
        while state.kept.len() > KEPT || state.bytes > KEPT_BYTES {
            let Some(oldest) = state.kept.pop_front() else { break };
            state.bytes -= oldest.len();
        }
    }
}

impl Window {
    fn told(&self) -> String {
        format!("folded {} more like this: {}", self.folded, self.last)
    }
}

fn to_stderr(bytes: &[u8]) {
    let _ = std::io::stderr().write_all(bytes);
}

/// One line on its way.
pub struct Line {
    book: Logbook,
    place: Option<Identifier>,
    folded: bool,
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if !self.folded {
            let text = String::from_utf8_lossy(bytes);
            let line = text.trim_end_matches('\n');
            if let Some(place) = &self.place
                && let Some(window) = self.book.lock().windows.get_mut(place)
            {
                // Without the time, which is another's.
                window.last = line.split_once(' ').map_or(line, |(_, rest)| rest.trim_start()).to_owned();
            }
            self.book.write(line);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Logbook {
    type Writer = Line;

    fn make_writer(&self) -> Line {
        Line { book: self.clone(), place: None, folded: false }
    }

    fn make_writer_for(&self, meta: &Metadata<'_>) -> Line {
        let mut told = Vec::new();
        let folded = {
            let mut state = self.lock();
            let window = self.window;
            state.windows.retain(|_, w| {
                let over = w.since.passed() > window;
                if over && w.folded > 0 {
                    told.push(w.told());
                }
                !over
            });
            let new = || Window { since: Stopwatch::start(), lines: 0, folded: 0, last: String::new() };
            let own = state.windows.entry(meta.callsite()).or_insert_with(new);
            own.lines += 1;
            own.folded = own.lines.saturating_sub(LINES);
            own.folded > 0
        };
        told.iter().for_each(|line| self.write(line));
        Line { book: self.clone(), place: Some(meta.callsite()), folded }
    }
}

/// What long numbers in a line may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// Somebody's telephone.
    Personal,
    /// Bytes and counts.
    Figures,
}

/// A line without what could be somebody's: addresses, long numbers unless they are figures, and words so long that
/// they can only be secrets or hashes.
pub fn scrubbed(line: &str, names: &[String], numbers: Numbers) -> String {
    let mut line = line.to_owned();
    for name in names {
        line = line.replace(name.as_str(), "…");
    }
    let mut out = String::with_capacity(line.len());
    let mut word = String::new();
    let end = |word: &mut String, out: &mut String| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let numeric = word.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
        let is_address = word.contains('@');
        let is_secret = word.len() >= 24 && !word.contains(['.', ':', '-']) && word.chars().any(|c| c.is_ascii_digit());
        out.push_str(if is_address || is_secret || (numeric && digits >= 8 && numbers == Numbers::Personal) {
            "…"
        } else {
            word
        });
        word.clear();
    };
    for c in line.chars() {
        if c.is_alphanumeric() || "@.+-_%:".contains(c) {
            word.push(c);
        } else {
            end(&mut word, &mut out);
            out.push(c);
        }
    }
    end(&mut word, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::fmt;

    #[test]
    fn a_flood_is_folded_and_hides_no_other() {
        let book = Logbook::new(Duration::from_secs(600), |_| {});
        let subscriber = fmt().with_writer(book.clone()).with_ansi(false).finish();
        tracing::subscriber::with_default(subscriber, || {
            for printer in 0..5_000 {
                tracing::warn!(printer, "does not print");
            }
            tracing::error!("the disk is read-only");
        });
        let lines = book.lines();
        assert_eq!(lines.iter().filter(|l| l.contains("does not print") && !l.starts_with("folded")).count(), LINES as usize);
        assert_eq!(lines.iter().filter(|l| l.contains("read-only")).count(), 1);
        let folded = lines.last().unwrap();
        assert!(folded.starts_with("folded 4980 more like this: ") && folded.contains("does not print"), "{folded}");
    }

    #[test]
    fn what_was_folded_is_told_once_its_time_is_over() {
        let book = Logbook::new(Duration::ZERO, |_| {});
        let subscriber = fmt().with_writer(book.clone()).with_ansi(false).finish();
        // Each line finds the window of the one before it over: nothing is ever folded.
        tracing::subscriber::with_default(subscriber, || (0..100).for_each(|n| tracing::warn!(n, "a warning")));
        assert_eq!(book.lines().len(), 100);
    }

    #[test]
    fn memory_keeps_the_last_lines_only() {
        let book = Logbook::new(WINDOW, |_| {});
        (0..5_000).for_each(|n| book.write(&format!("{n} {}", "x".repeat(n % 700))));
        let lines = book.lines();
        assert!(lines.len() <= KEPT && lines.iter().map(String::len).sum::<usize>() <= KEPT_BYTES);
        assert!(lines.last().unwrap().starts_with("4999 "));
    }

    #[test]
    fn nobody_is_named_in_a_line_that_is_handed_on() {
        let names = ["Budi Santoso".to_owned()];
        let line = "2031-05-09T12:00:01.123456Z  WARN to budi@example.com from Budi Santoso, 081234567890, +62812-3456-7890, \
                    token MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43UOVZHG5DVOI4DQOJX, 192.168.1.20:9100, event 123456";
        let clean = scrubbed(line, &names, Numbers::Personal);
        for needle in ["budi@", "Budi", "Santoso", "08123", "62812", "MFRGG"] {
            assert!(!clean.contains(needle), "{needle}: {clean}");
        }
        for kept in ["2031-05-09T12:00:01", "WARN", "192.168.1.20:9100", "event 123456"] {
            assert!(clean.contains(kept), "{kept}: {clean}");
        }
        assert_eq!(scrubbed("disk_free_bytes 93573120 budi@x.id", &names, Numbers::Figures), "disk_free_bytes 93573120 …");
    }
}
