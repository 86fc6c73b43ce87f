//! Names, notes and comments that are meant as something else: commands to a printer or a terminal,
//! formulas, markup, headers, paths. Wherever they go they are text.

use std::process::Stdio;

use hyper::Method;
use kasir::domain::order::OrderState;
use kasir::hub::wire::{NewLine, Op};
use serde_json::{Value, json};

use crate::mail::{plain, settings};
use crate::support::mariadb::HeadOffice;
use crate::support::office::{OWNER, Office};
use crate::support::people::{CASHIER, Person};
use crate::support::printers::PaperTray;
use crate::support::smtp::MailServer;
use crate::support::till::{Till, command, printer};
use crate::support::{Place as Shop, wait_until};

/// Each is a name of somebody, of a dish, a note and a comment.
const HOSTILE: &[&str] = &[
    "\u{1b}@\u{1b}p\u{0}\u{19}\u{fa}laci",
    "\u{1d}V\u{0}potong\u{10}\u{14}\u{1}",
    "\u{1b}[2J\u{1b}]0;judul\u{7}layar",
    "=HYPERLINK(\"http://x.example\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "Budi\r\nBcc: semua@x.example\r\n\r\nisi",
    "kanan\u{202e}iirik",
    "no\u{200b}l\u{feff}",
    "../../etc/passwd",
    "'; DROP TABLE guest; --",
    "${jndi:ldap://x.example/a} {{7*7}} %s%n",
    "Ibu, \"Sari\"; |x|",
    "𝕏𝕐ℤ ☃ 你好 é",
];

/// What must stand nowhere, in any medium: the marks that make the above more than text.
fn is_text(what: &str, text: &str) {
    for ch in text.chars() {
        let steers = ch.is_control() && !matches!(ch, '\n' | '\r') || matches!(ch, '\u{200b}' | '\u{202e}' | '\u{feff}');
        assert!(!steers, "{what} has {ch:?}: {text}");
    }
}

/// The same of every text in it.
fn are_texts(what: &str, value: &Value) {
    match value {
        Value::String(text) => is_text(what, text),
        Value::Array(all) => all.iter().for_each(|v| are_texts(what, v)),
        Value::Object(all) => all.values().for_each(|v| are_texts(what, v)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The lines of a spreadsheet's file as a spreadsheet reads them.
fn cells(file: &[u8]) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
    reader.records().flat_map(|r| r.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Dishes, guests, notes and comments of that kind, from the phone to the kitchen, the receipt, the
/// letter, the office, the spreadsheets, the report, head office and the log.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_are_names_wherever_they_go() {
    let (shop, head_office, server) = (Shop::furnished(), HeadOffice::start(), MailServer::start());
    let log = shop.path().join("log.txt");
    let mut process = command(shop.path(), "127.0.0.1:0");
    process.env("KASIR_LOG", "debug").stderr(Stdio::from(std::fs::File::create(&log).unwrap()));
    let till = Till::spawn(process, shop.path());
    let (kitchen, counter) = (PaperTray::new(), PaperTray::new());
    till.ask(printer("Dapur", kitchen.port, &["kitchen", "bar"], false));
    till.ask(printer("Kasir", counter.port, &[], true));
    till.ask(head_office.settings());
    let office = Office::of(&till.address, OWNER).await;
    assert_eq!(office.put("mail/settings", settings(&server)).await.status, 204);
    // One would be too fast for the house.
    let mut cashiers = Vec::new();
    for _ in 0..3 {
        cashiers.push(Person::staff(&till.socket_url(), &till.invite(), CASHIER).await);
    }
    let category = office.post("categories", json!({ "name": HOSTILE[8] })).await.json()["category"].clone();
    let mut dishes = Vec::new();
    for name in HOSTILE {
        let dish = json!({ "category": category, "name": name, "price": 1_000, "description": name, "station": "kitchen" });
        let added = office.post("products", dish).await;
        assert_eq!(added.status, 201, "{name:?}: {}", added.json());
        dishes.push(added.json()["product"].as_str().unwrap().parse().unwrap());
    }
    let codes = shop.codes();
    for (n, (name, dish)) in HOSTILE.iter().zip(&dishes).enumerate() {
        let cashier = &cashiers[n % cashiers.len()];
        let guest = Person::guest(&till.socket_url(), &codes[n % codes.len()], name).await;
        let profile = Op::GuestChange { guest: (*name).into(), mail: "tamu@example.com".into(), phone: String::new() };
        guest.ask(profile).await.unwrap();
        let lines = vec![NewLine { product: *dish, quantity: 1, note: (*name).into() }];
        let placed = guest.ask(Op::OrderPlace { order: uuid::Uuid::now_v7(), place: None, lines }).await.unwrap();
        let kasir::hub::wire::Outcome::Placed { order, visit, .. } = placed else { panic!() };
        let seen = cashier.until("the order", |r| r.orders.contains_key(&order)).await.orders[&order].clone();
        if seen.state == OrderState::Waiting {
            cashier.ask(Op::OrderConfirm { order }).await.unwrap();
        }
        cashier.ask(Op::OrderFinish { order }).await.unwrap();
        guest.ask(Op::ProductRate { product: *dish, stars: 1, comment: (*name).into() }).await.unwrap();
        cashier.pay(visit, None).await.unwrap();
        for frame in guest.frames() {
            are_texts("what the phone is told", &serde_json::to_value(&*frame).unwrap());
        }
    }

    // Paper: a listing names every byte that a printer would not print.
    for (tray, pulses) in [(&kitchen, 0), (&counter, HOSTILE.len())] {
        let count = |papers: &[Vec<String>], word: &str| papers.iter().flatten().filter(|l| l.starts_with(word)).count();
        wait_until("every paper", || count(&tray.papers(), "[cut") >= HOSTILE.len());
        let papers = tray.papers();
        assert_eq!(count(&papers, "[byte"), 0, "{papers:#?}");
        assert_eq!(count(&papers, "[cut"), HOSTILE.len(), "each is cut once, where it ends");
        assert!(count(&papers, "[drawer") <= pulses, "the drawer opens when somebody pays and at no other time");
    }
    // Letters: one guest, no header and no markup of theirs.
    let letters = server.wait_for(HOSTILE.len());
    for (_, letter) in &letters {
        let (head, _) = letter.split_once("\r\n\r\n").unwrap_or((letter, ""));
        assert!(!head.contains("x.example") && head.matches("\nTo:").count() == 1, "{head}");
        let text = plain(letter);
        for markup in ["<script", "<img", "onerror=alert(1)>"] {
            assert!(!text[text.find("<!doctype").unwrap()..].contains(markup), "{text}");
        }
    }
    // The office, the spreadsheets, the report.
    for path in [
        "ratings",
        "receipts?from=2031-05-09&to=2031-05-09",
        "reports/sales?from=2031-05-09&to=2031-05-09",
        "guests?search=tamu%40",
    ] {
        let shown = office.get(path).await;
        assert_eq!((shown.status.as_u16(), shown.headers["content-type"].as_str()), (200, "application/json"), "{path}");
        are_texts(path, &shown.json());
    }
    for path in
        ["menu.csv", "reports/receipts.csv?from=2031-05-09&to=2031-05-09", "reports/products.csv?from=2031-05-09&to=2031-05-09"]
    {
        let file = office.get(path).await;
        for cell in cells(&file.bytes) {
            is_text(path, &cell);
            let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
            assert!(!formula, "{path}: {cell:?}");
        }
    }
    let same = office.get("menu.csv").await.bytes;
    let again = office.upload(Method::POST, "menu.csv", "text/csv", same).await;
    assert_eq!(again.json(), json!({ "added": 0, "changed": 0 }), "what goes out comes in as it was");
    let report = office.get("reports/sales.pdf?from=2031-05-09&to=2031-05-09").await.bytes;
    assert!(report.starts_with(b"%PDF"));
    for word in ["/JavaScript", "/OpenAction", "/Launch"] {
        assert!(!report.windows(word.len()).any(|w| w == word.as_bytes()), "{word}");
    }
    // Head office: the same names, and all tables still there.
    let all = shop.number("SELECT count(*) FROM rating_comment");
    wait_until("the copy", || head_office.number("SELECT count(*) FROM rating WHERE comment <> ''") == all);
    let mut names = head_office.column("SELECT name FROM product");
    let mut own = shop.column("SELECT name FROM product");
    names.sort();
    own.sort();
    assert_eq!(names, own);
    // The log is lines of text, whatever was in the names.
    till.stop();
    let said = std::fs::read_to_string(&log).unwrap();
    assert!(!said.is_empty());
    is_text("the log", &said);
    shop.verify();
}

/// Names longer than they may be, in whatever letters, are refused whole and not cut in the middle
/// of one.
#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_too_long_are_refused_in_any_script() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let code = shop.codes()[0].clone();
    for letter in ["x", "é", "你", "𝕏", "e\u{301}"] {
        let chars = letter.chars().count();
        let fits: String = letter.repeat(60 / chars);
        let phone = Person::phone(&till.socket_url(), &code);
        assert_eq!(phone.join(&code, &format!("{fits}x")).await.unwrap_err().code, "text-long", "{letter}");
        let guest = Person::guest(&till.socket_url(), &code, &fits).await;
        let shown = serde_json::to_value(guest.room().me.unwrap()).unwrap();
        assert_eq!(shown["name"], Value::String(fits));
    }
    till.stop();
}
