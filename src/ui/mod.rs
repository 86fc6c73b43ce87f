//! The cashier's touchscreen: a window over one [`Client`]. It shows what the hub says and
//! asks for what is tapped; it computes no price, no right and no state. [`open`](Cashier::open)
//! is called by the appliance and by `kasir terminal`; tests drive the same window.
//!
//! A page is a `.slint` file with its own global (`ui/cashier/pages`) and a file here that
//! fills the global and answers its callbacks. `bridge` alone crosses threads.

mod board;
mod bridge;
mod compose;
mod desk;
mod enrol;
mod frame;
mod keys;
mod login;
mod manage;
mod more;
mod paper;
mod pay;
mod pictures;
mod printing;
mod receipts;
mod reports;
mod rows;
mod setup;
mod shape;
mod tables;
mod ticket;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use slint::ComponentHandle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::client::{Client, Signal};
use crate::ui::bridge::Bridge;

/// What the Slint compiler made of `ui/cashier`.
pub use kasir_window as generated;

use crate::ui::generated::CashierWindow;

/// Where product pictures come from: a path such as `/pictures/HASH.png` to PNG bytes.
/// Called on threads that may block, never on the window's.
pub type Pictures = Arc<dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync>;

/// What differs between the appliance, a terminal, the demo and a test.
pub struct Options {
    /// The demo's folder of printed paper; its page appears when there is one.
    pub paper_roll: Option<PathBuf>,
    pub pictures: Pictures,
    /// Where reports are saved that somebody asks for on the screen.
    pub files: PathBuf,
    /// Gets the token when this screen was enrolled, to keep it beyond a restart.
    pub on_device_token: Box<dyn Fn(String) + Send + Sync>,
    /// Heeded by [`run`].
    pub fullscreen: bool,
}

/// Ages and the clock change by the minute; a second keeps the clock from looking late.
const TICK: Duration = Duration::from_secs(1);

/// The open window. Dropping it stops listening to the hub.
pub struct Cashier {
    pub window: CashierWindow,
    reader: JoinHandle<()>,
    _tick: slint::Timer,
}

impl Cashier {
    /// Makes the window, hidden, and begins to follow the hub. Needs a Slint platform (an
    /// error when there is no screen) and must be called on its thread.
    pub fn open(
        client: Client,
        signals: mpsc::Receiver<Signal>,
        runtime: tokio::runtime::Handle,
        options: Options,
    ) -> Result<Cashier, slint::PlatformError> {
        let window = CashierWindow::new()?;
        let bridge = Bridge::new(&window, client, runtime.clone(), options);
        frame::connect(&window, &bridge);
        keys::connect(&window, &bridge);
        enrol::connect(&window, &bridge);
        setup::connect(&window, &bridge);
        login::connect(&window, &bridge);
        board::connect(&window, &bridge);
        tables::connect(&window, &bridge);
        compose::connect(&window, &bridge);
        ticket::connect(&window, &bridge);
        pay::connect(&window, &bridge);
        receipts::connect(&window, &bridge);
        reports::connect(&window, &bridge);
        manage::connect(&window, &bridge);
        more::connect(&window, &bridge);
        printing::connect(&window, &bridge);
        // Everything that previews put into the globals goes before the first frame is drawn.
        bridge.redraw();

        let tick = slint::Timer::default();
        let ticking = bridge.clone();
        tick.start(slint::TimerMode::Repeated, TICK, move || {
            ticking.redraw();
            paper::look(&ticking);
        });
        let reader = runtime.spawn(bridge.follow(signals));
        Ok(Cashier { window, reader, _tick: tick })
    }
}

impl Drop for Cashier {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// Opens the window, shows it, and returns when it is closed.
pub fn run(
    client: Client,
    signals: mpsc::Receiver<Signal>,
    runtime: tokio::runtime::Handle,
    options: Options,
) -> Result<(), slint::PlatformError> {
    let fullscreen = options.fullscreen;
    let cashier = Cashier::open(client, signals, runtime, options)?;
    cashier.window.show()?;
    // After showing: without a window manager the window then keeps its own size.
    cashier.window.window().set_fullscreen(fullscreen);
    slint::run_event_loop()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    fn sources(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|e| e == "slint") {
                found.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }

    /// `(component, text)` of every `@tr("…")`.
    fn translated_texts(source: &str) -> BTreeSet<(String, String)> {
        let mut component = String::new();
        let mut found = BTreeSet::new();
        for line in source.lines() {
            let head = line.strip_prefix("export ").unwrap_or(line);
            if let Some(rest) = head.strip_prefix("component ").or_else(|| head.strip_prefix("global ")) {
                component = rest.split_whitespace().next().unwrap_or_default().to_owned();
            }
            for piece in line.split("@tr(\"").skip(1) {
                found.insert((component.clone(), piece.split('"').next().unwrap_or_default().to_owned()));
            }
        }
        found
    }

    #[test]
    fn every_text_is_translated_and_no_translation_is_left_over() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/cashier");
        let mut files = Vec::new();
        sources(&root, &mut files);
        let wanted: BTreeSet<_> = files.iter().flat_map(|s| translated_texts(s)).collect();
        let catalogue = std::fs::read_to_string(root.join("lang/id/LC_MESSAGES/kasir-window.po")).unwrap();
        let mut found = BTreeSet::new();
        for entry in catalogue.split("\n\n").skip(1) {
            let field =
                |name: &str| entry.lines().find_map(|l| l.strip_prefix(name)).map(|l| l.trim().trim_matches('"').to_owned());
            let text = field("msgstr ").or_else(|| field("msgstr[0] ")).unwrap();
            assert!(!text.is_empty(), "{entry}");
            found.insert((field("msgctxt ").unwrap(), field("msgid ").unwrap()));
        }
        assert_eq!(wanted.difference(&found).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "not translated");
        assert_eq!(found.difference(&wanted).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "no longer used");
    }
}
