//! The real cashier's window, drawn by the software renderer, touched where its elements
//! stand. It lives on the test's own thread; the script runs beside it and asks it in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use i_slint_backend_testing::{ElementHandle, TestingBackend, TestingBackendOptions};
use kasir::client::{Identity, socket};
use kasir::ui::generated::{CashierWindow, Theme, Typing};
use kasir::ui::{Cashier, Options, Pictures};
use slint::ComponentHandle;
use slint::platform::PointerEventButton;

use super::wait_until;

/// Tall enough that no card of the evening has to be scrolled to.
const TALL: (u32, u32) = (1280, 2000);

/// A hand at the till.
#[derive(Clone)]
pub struct Hand {
    window: slint::Weak<CashierWindow>,
}

/// Opens the window as a terminal of the hub at `url`, runs `script` beside it, and returns
/// when the script has.
pub fn with_window(
    url: &str,
    runtime: &tokio::runtime::Runtime,
    pictures: Pictures,
    roll: Option<PathBuf>,
    script: impl FnOnce(Hand) + Send + 'static,
) {
    with_screen((url, Identity::default()), runtime, pictures, roll, script);
}

/// As [`with_window`], on a screen that has been enrolled before.
pub fn with_screen(
    (url, identity): (&str, Identity),
    runtime: &tokio::runtime::Runtime,
    pictures: Pictures,
    roll: Option<PathBuf>,
    script: impl FnOnce(Hand) + Send + 'static,
) {
    let options = TestingBackendOptions { mock_time: false, threading: true, renderer_name: Some("software".into()) };
    slint::platform::set_platform(Box::new(TestingBackend::new(options))).unwrap();
    let _inside = runtime.enter();
    let (client, signals) = socket::connect(url.to_owned(), identity);
    let files = roll.as_deref().and_then(Path::parent).unwrap_or(Path::new(".")).join("reports");
    let options = Options { paper_roll: roll, pictures, files, on_device_token: Box::new(|_| {}), fullscreen: false };
    let cashier = Cashier::open(client, signals, runtime.handle().clone(), options).unwrap();
    cashier.window.show().unwrap();
    cashier.window.window().set_size(slint::PhysicalSize::new(TALL.0, TALL.1));
    let hand = Hand { window: cashier.window.as_weak() };
    let script = std::thread::spawn(move || {
        /// The loop ends with the script, however that ends.
        struct End;
        impl Drop for End {
            fn drop(&mut self) {
                slint::quit_event_loop().unwrap();
            }
        }
        let _end = End;
        script(hand);
    });
    slint::run_event_loop().unwrap();
    if let Err(panic) = script.join() {
        std::panic::resume_unwind(panic);
    }
}

impl Hand {
    /// Runs `look` where the window lives.
    fn with<R: Send + 'static>(&self, look: impl FnOnce(&CashierWindow) -> R + Send + 'static) -> R {
        let (tx, rx) = std::sync::mpsc::sync_channel(1);
        self.window.upgrade_in_event_loop(move |window| drop(tx.send(look(&window)))).unwrap();
        rx.recv().unwrap()
    }

    /// Whether exactly that is on the screen.
    pub fn sees(&self, label: &str) -> bool {
        let label = label.to_owned();
        self.with(move |w| ElementHandle::find_by_accessible_label(w, &label).next().is_some())
    }

    pub fn wait_for(&self, label: &str) {
        wait_until(&format!("{label:?} on the screen; there are {:#?}", self.labels()), || self.sees(label));
    }

    pub fn wait_gone(&self, label: &str) {
        wait_until(&format!("{label:?} to go"), || !self.sees(label));
    }

    /// What can be touched or read.
    pub fn labels(&self) -> Vec<String> {
        self.with(|w| {
            let mut all: Vec<String> = Vec::new();
            i_slint_backend_testing::ElementQuery::from_root(w)
                .match_predicate(|e| e.accessible_label().is_some_and(|l| !l.is_empty()))
                .find_all()
                .iter()
                .for_each(|e| all.extend(e.accessible_label().map(String::from)));
            all
        })
    }

    /// Does what a tap on it does, once it is there and may be tapped. Cards are deaf to fingers
    /// for half a second after a step, against double taps; this is not, so the script needs
    /// no pauses. See [`Hand::touch`].
    pub fn tap(&self, label: &str) {
        self.wait_ready(label);
        let label = label.to_owned();
        self.with(move |w| {
            if let Some(element) = ElementHandle::find_by_accessible_label(w, &label).next() {
                element.invoke_accessible_default_action();
            }
        });
    }

    fn wait_ready(&self, label: &str) {
        self.wait_for(label);
        wait_until(&format!("{label:?} to be ready"), || {
            let label = label.to_owned();
            self.with(move |w| {
                ElementHandle::find_by_accessible_label(w, &label).next().is_some_and(|e| e.accessible_enabled() != Some(false))
            })
        });
    }

    /// Touches it where it stands, as a finger does: pressed, held for 50 ms, let go.
    pub fn touch(&self, label: &str) {
        self.wait_ready(label);
        let (tx, rx) = std::sync::mpsc::sync_channel(1);
        let wanted = label.to_owned();
        self.window
            .upgrade_in_event_loop(move |window| {
                let found = ElementHandle::find_by_accessible_label(&window, &wanted).next();
                slint::spawn_local(async move {
                    if let Some(element) = found {
                        element.single_click(PointerEventButton::Left).await;
                    }
                    let _ = tx.send(());
                })
                .unwrap();
            })
            .unwrap();
        rx.recv().unwrap();
    }

    /// What stands in it.
    pub fn value(&self, label: &str) -> String {
        self.wait_for(label);
        let label = label.to_owned();
        self.with(move |w| {
            ElementHandle::find_by_accessible_label(w, &label)
                .next()
                .and_then(|e| e.accessible_value())
                .unwrap_or_default()
                .into()
        })
    }

    pub fn wait_value(&self, label: &str, value: &str) {
        wait_until(&format!("{label:?} to say {value:?}, not {:?}", self.value(label)), || self.value(label) == value);
    }

    /// Waits until what is said of it beside its name holds these words.
    pub fn wait_says(&self, label: &str, words: &str) {
        self.wait_for(label);
        let said = || {
            let label = label.to_owned();
            let found = move |w: &CashierWindow| {
                ElementHandle::find_by_accessible_label(w, &label).next().and_then(|e| e.accessible_description())
            };
            self.with(found).unwrap_or_default().to_string()
        };
        wait_until(&format!("{label:?} to say {words:?}, not {:?}", said()), || said().contains(words));
    }

    /// Empties the field that is typed into.
    pub fn clear(&self) {
        let long = self.with(|w| w.global::<Typing>().get_text().chars().count());
        let delete = if self.sees("Hapus angka") { "Hapus angka" } else { "Hapus huruf" };
        (0..long).for_each(|_| self.touch(delete));
    }

    /// Types on the screen's own keyboard.
    pub fn keys(&self, text: &str) {
        for ch in text.chars() {
            if ch == ' ' {
                self.touch("Spasi");
                continue;
            }
            let (lower, upper) = (format!("Tombol {}", ch.to_lowercase()), format!("Tombol {}", ch.to_uppercase()));
            self.touch(if self.sees(&lower) { &lower } else { &upper });
        }
    }

    /// As [`Hand::shot`], in that light.
    pub fn shot_in(&self, path: &Path, (width, height): (u32, u32), dark: bool) {
        self.keep(path, (width, height), move |w| w.global::<Theme>().set_dark(dark));
    }

    /// Keeps a picture of the window at that size: true pixels of the shipped renderer.
    pub fn shot(&self, path: &Path, width: u32, height: u32) {
        self.keep(path, (width, height), |_| {});
    }

    fn keep(&self, path: &Path, (width, height): (u32, u32), prepare: impl FnOnce(&CashierWindow) + Send + 'static) {
        let buffer = self.with(move |w| {
            prepare(w);
            w.window().set_size(slint::PhysicalSize::new(width, height));
            let buffer = w.window().take_snapshot().unwrap();
            w.window().set_size(slint::PhysicalSize::new(TALL.0, TALL.1));
            buffer
        });
        let file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
        let mut encoder = png::Encoder::new(file, buffer.width(), buffer.height());
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header().unwrap().write_image_data(buffer.as_bytes()).unwrap();
        let drawn: std::collections::BTreeSet<_> = buffer.as_bytes().chunks(4).map(<[u8]>::to_vec).collect();
        assert!(drawn.len() > 8, "the picture is blank");
    }
}

/// Pictures of the products, from the store that the hub has open.
pub fn pictures_of(database: PathBuf) -> Pictures {
    Arc::new(move |path| {
        let hash = kasir::views::menu::picture_hash(path)?.to_owned();
        let conn = rusqlite::Connection::open(&database).ok()?;
        conn.query_row("SELECT bytes FROM picture WHERE hash = ?1", [hash], |r| r.get(0)).ok()
    })
}
