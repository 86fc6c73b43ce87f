//! What must hold for whatever arrives, one function for each place where strangers' bytes are read: it is
//! taken or refused, nothing falls over, and what is taken keeps its bounds. Called by the fuzzers and, with
//! the seeds and some thousand mutations of them, by `tests/flows/surfaces.rs`.

use kasir::domain::address::Range;
use kasir::domain::id::{OrderId, ProductId};
use kasir::domain::menu::Station;
use kasir::domain::money::Currency;
use kasir::domain::printer::CodePage;
use kasir::domain::refusal::Refusal;
use kasir::domain::site::{LINES_MAX, QUANTITY_MAX};
use kasir::domain::text::{self, NAME_MAX};
use kasir::domain::time::BusinessDay;
use kasir::hub::legacy::wire::Said;
use kasir::hub::wire::ClientFrame;
use kasir::workers::print::{escpos, status};

/// A place where bytes are read.
pub type Check = fn(&[u8]);

/// By the names of their seeds' folders.
pub const ALL: &[(&str, Check)] = &[
    ("wire", wire),
    ("legacy", legacy),
    ("menu_file", menu_file),
    ("config", config),
    ("paper", paper),
    ("picture", picture),
    ("words", words),
];

/// A frame of the native protocol, as any phone on the Wi-Fi may send it: what is read says the same when
/// it is written and read again.
fn wire(bytes: &[u8]) {
    let Ok(frame) = serde_json::from_slice::<ClientFrame>(bytes) else { return };
    let written = serde_json::to_string(&frame).expect("what was read can be written");
    let again: ClientFrame = serde_json::from_str(&written).expect("what was written can be read");
    assert_eq!(frame, again);
}

/// A message of the old app's tablets: taken as what it can only mean, or refused whole.
fn legacy(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(said) = kasir::hub::legacy::wire::read(text) else { return };
    if let Some(whose) = said.whose() {
        assert_eq!(text::clean(&whose.name, NAME_MAX).as_deref(), Ok(whose.name.as_str()));
        assert!(!whose.table.is_empty());
    }
    if let Said::Cart(_, cart) | Said::Submit(_, cart) = said {
        assert!(cart.items.len() <= LINES_MAX);
        assert!(cart.items.iter().all(|i| (1..=QUANTITY_MAX).contains(&i.quantity)));
        assert!(cart.items.iter().all(|i| !i.name.is_empty() || i.id.is_some()));
    }
}

/// A menu from a spreadsheet: every row of it, or the line that is wrong.
fn menu_file(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let lines = text.matches(['\n', '\r']).count() as u64 + 1;
    match kasir::ops::menu_file::read(text, Currency::default()) {
        Ok(rows) => {
            assert!(rows.windows(2).all(|w| w[0].line < w[1].line), "rows come in the order of the file");
            assert!(rows.iter().all(|r| (1..=lines).contains(&r.line) && r.price.0 >= 0));
        }
        Err(Refusal::MenuRow { line, .. }) => assert!((1..=lines).contains(&line), "line {line} of {lines}"),
        Err(other) => panic!("{other:?}"),
    }
}

/// The configuration file, as an owner's editor leaves it.
fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Err(error) = kasir::config::parse(text) {
        assert!(!format!("{error:#}").is_empty());
    }
}

/// What a guest writes, on its way to a printer: no byte of it steers one. And a printer's bytes, read back.
fn paper(bytes: &[u8]) {
    escpos::decode(bytes);
    // The same bytes as a printer's answers: whatever it says is a state that has words.
    if let Some(fault) = status::read(bytes).fault() {
        assert!(!fault.name().is_empty());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for page in [CodePage::Ascii, CodePage::Pc437, CodePage::Pc858, CodePage::Windows1252] {
        // What the page lacks is drawn.
        let bytes = escpos::encode(page, text).unwrap_or_default();
        assert!(bytes.iter().all(|b| *b >= 0x20 && *b != 0x7f), "{page:?}");
    }
    if let Ok(clean) = text::clean(text, 200) {
        assert!(!clean.chars().any(char::is_control));
        assert_eq!(text::clean(&clean, 200).as_ref(), Ok(&clean), "clean text stays as it is");
    }
    if let Ok(address) = text::mail(text) {
        assert!(address.contains('@') && !address.contains(['\r', '\n', '\0']));
    }
    let _ = text::phone(text);
}

/// An uploaded picture: made small and plain, or refused. What was made can be laid on paper.
fn picture(bytes: &[u8]) {
    if let Some((_, made)) = kasir::web::api::picture::prepare(bytes) {
        let paper = kasir::workers::picture::on_white(&made, 100, 80).expect("what was made can be read");
        assert!(paper.width() <= 100 && paper.height() <= 80);
    }
}

/// The small things that stand in settings, addresses and files: amounts, days, ids, ranges.
fn words(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(day) = text.parse::<BusinessDay>() {
        assert_eq!(day.to_string().parse::<BusinessDay>().ok(), Some(day));
        let _ = (day.plus_days(1), day.month(), day.next_month(), day.weekday());
    }
    if let Ok(order) = text.parse::<OrderId>() {
        assert_eq!(order.to_string().parse::<OrderId>().ok(), Some(order));
        assert!(text.parse::<ProductId>().is_err(), "an id names its kind");
    }
    if let Ok(range) = text.parse::<Range>() {
        let _ = range.contains([127, 0, 0, 1].into());
    }
    if let Some(amount) = Currency::default().parse(text) {
        assert!(amount.0 >= 0);
    }
    let _ = Station::try_from(text.to_owned());
}
