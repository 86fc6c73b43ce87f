//! The first start: an empty machine becomes a house, at its touchscreen or from a browser with the
//! code that stands there, and never twice.

use std::net::Ipv4Addr;
use std::sync::Arc;

use hyper::Method;
use kasir::client::Identity;
use kasir::control::{Request, Response};
use kasir::domain::site::{Language, PaperWidth};
use kasir::hub::wire::{Op, Outcome};
use kasir::simulator::Simulator;
use kasir::ui::Pictures;
use kasir::workers::print::escpos;
use serde_json::{Value, json};

use crate::evening::picture;
use crate::support::apart::{ELSEWHERE, HOUSE, in_its_own_house};
use crate::support::browser::Browser;
use crate::support::machine::{EVENING_MS, MachineClock};
use crate::support::office::Office;
use crate::support::people::Person;
use crate::support::till::{Till, command};
use crate::support::window::{Hand, with_screen};
use crate::support::{Place as Shop, wait_until};

/// What an empty data directory says on its terminal, and the code in it.
fn start(shop: &Shop, listen: &str) -> (Till, String) {
    let (till, said) = Till::spawn_and_read(command(shop.path(), listen), shop.path(), "setup-code");
    let code = said.split_once("with the code ").unwrap().1.lines().next().unwrap().trim_end_matches('.').replace(' ', "");
    (till, code)
}

fn code(till: &Till) -> String {
    match till.ask(Request::SetupCode) {
        Response::Setup { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

fn house(change: impl FnOnce(&mut Value)) -> Value {
    let mut house = json!({
        "site": { "name": "Warung Melati", "timezone": "Asia/Makassar" },
        "owner": { "name": "Bu Sri", "pin": "2580", "password": "panjang-sekali" },
        "printers": [{ "name": "Kasir", "target": { "tcp": { "host": "192.168.77.5", "port": 9100 } }, "width": "80",
            "stations": ["kitchen", "bar"], "receipts": true, "drawer": true }],
        "rooms": [{ "area": "Dalam", "tables": 6, "seats": 4 }, { "area": "Teras", "tables": 2, "seats": 2 }],
        "clock": { "is": "right" },
    });
    change(&mut house);
    house
}

/// A stranger on the Wi-Fi sets nothing up: without the code it is 403, few wrong ones void it, and
/// what is refused leaves nothing behind. With it the house is there, whole, and closed for good.
#[tokio::test(flavor = "multi_thread")]
async fn a_house_is_founded_once_by_whoever_has_the_code() {
    let shop = Shop::empty();
    let (till, told) = start(&shop, "127.0.0.1:0");
    let office = Office::open(&till.address).await;
    assert_eq!(office.get("setup").await.json(), json!({ "founded": false }));
    let nothing = || {
        for table in ["site", "employee", "dining_table", "printer", "session"] {
            assert_eq!(shop.number(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
        }
    };
    let printer = |target: Value| json!({ "name": "Kasir", "target": target, "width": "80", "stations": [], "receipts": true, "drawer": false });
    let found = async |code: Value, house: Value| office.post("setup", json!({ "code": code, "house": house })).await;
    // No code, and a way round.
    let guesses = [json!({}), json!({ "code": "" }), json!({ "code": "00000000" })];
    for mut body in guesses {
        body["house"] = house(|_| {});
        let answer = office.post("setup", body).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "code-wrong"));
    }
    let stranger = Person::connect(&till.socket_url(), Identity { language: Language::En, ..Identity::default() });
    let op = || Op::HouseFound { code: None, house: Box::default() };
    assert_eq!(stranger.ask(op()).await.unwrap_err().code, "denied");
    assert_eq!(stranger.ask(Op::SetupCode {}).await.unwrap_err().code, "denied");
    for path in ["setup/look", "setup/scan", "setup/print"] {
        let body = json!({ "code": "1", "printer": printer(json!({ "device": { "path": "/dev/usb/lp0" } })) });
        let body = if path.ends_with("print") { body } else { json!({ "code": "1" }) };
        assert_eq!(office.post(path, body).await.status, 403, "{path}");
    }
    // The tries above are used up: nothing is right from here until somebody looks at the machine again.
    assert_eq!(found(json!(told), house(|_| {})).await.status, 403);
    let right = code(&till);
    assert_eq!(right, told);
    // Somebody who would work here asks too early.
    let early = json!({ "name": "Bu Sri", "mail": "sri@example.com", "password": "panjang-sekali" });
    assert_eq!(office.post("signup", early).await.code(), "not-founded");
    // What cannot stand is refused as a whole.
    for (change, says) in [
        (house(|h| h["site"]["name"] = json!(" ")), "text-empty"),
        (house(|h| h["site"]["timezone"] = json!("Mars/Olympus")), "setting"),
        (house(|h| h["owner"]["pin"] = json!("12")), "pin-form"),
        (house(|h| h["owner"]["password"] = json!("kurang")), "password-form"),
        (house(|h| h["printers"][0]["target"] = json!({ "tcp": { "host": "127.0.0.1", "port": 22 } })), "setting"),
        (house(|h| h["printers"] = json!([h["printers"][0], h["printers"][0]])), "exists"),
        (house(|h| h["rooms"][1]["seats"] = json!(0)), "setting"),
        (house(|h| h["rooms"][1]["tables"] = json!(499)), "setting"),
        (house(|h| h["clock"] = json!({ "is": "set", "wall_ms": 0 })), "setting"),
        (house(|h| h["site"]["price"] = json!(1)), "bad-request"),
    ] {
        let answer = found(json!(right), change).await;
        assert_eq!(answer.code(), says, "{}", answer.json());
        nothing();
    }
    // A printer is tried at once, but for those that no screen may name.
    let trial = |target: Value| json!({ "code": right, "printer": printer(target) });
    assert_eq!(office.post("setup/print", trial(json!({ "device": { "path": "/dev/usb/lp9" } }))).await.code(), "printer-silent");
    assert_eq!(office.post("setup/print", trial(json!({ "device": { "path": "/etc/passwd" } }))).await.code(), "setting");
    nothing();

    assert_eq!(found(json!(format!("{} {}", &right[..4], &right[4..])), house(|_| {})).await.status, 204);
    assert_eq!(office.get("setup").await.json(), json!({ "founded": true }));
    assert_eq!(
        shop.column("SELECT number || ' ' || area || ' ' || seats FROM dining_table WHERE id > 5"),
        ["6 Dalam 4", "7 Teras 2", "8 Teras 2"]
    );
    assert_eq!(shop.column("SELECT max(day) FROM business_day"), ["2031-05-09"]);
    assert_eq!(office.log_in("Bu Sri", "panjang-sekali").await.status, 200);
    let journal = shop.column("SELECT actor || event FROM journal").join("\n");
    assert!(!journal.contains("2580") && !journal.contains("panjang-sekali"), "{journal}");
    // It is closed for good.
    for (method, path) in
        [(Method::POST, "setup"), (Method::POST, "setup/look"), (Method::POST, "setup/scan"), (Method::POST, "setup/print")]
    {
        let body = match path {
            "setup" => json!({ "code": right, "house": house(|_| {}) }),
            "setup/look" | "setup/scan" => json!({ "code": right }),
            _ => trial(json!({ "device": { "path": "/dev/usb/lp9" } })),
        };
        assert_eq!(office.change(method, path, body).await.code(), "founded", "{path}");
    }
    let screen = Person::connect(&till.socket_url(), Identity { language: Language::En, ..Identity::default() });
    let Ok(Outcome::Device { token }) = screen.ask(Op::DeviceEnrol { code: till.invite(), screen: "x".into() }).await else {
        panic!()
    };
    screen.client.become_device(Some(token));
    assert_eq!(screen.ask(op()).await.unwrap_err().code, "founded");
    till.stop();
    shop.verify();
}

/// A power cut in the middle: the next start begins anew, and what the screen was told of the clock
/// is not more than that.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_that_is_cut_off_begins_anew() {
    let shop = Shop::empty();
    // Years behind: a Pi without a battery.
    MachineClock::of(shop.path()).set(EVENING_MS - 900 * 86_400_000, false);
    let (till, old) = start(&shop, "127.0.0.1:0");
    till.kill();
    let (till, fresh) = start(&shop, "127.0.0.1:0");
    assert_ne!(old, fresh);
    let office = Office::open(&till.address).await;
    let at = json!({ "is": "set", "wall_ms": EVENING_MS });
    let answer = office.post("setup", json!({ "code": fresh, "house": house(|h| h["clock"] = at) })).await;
    assert_eq!(answer.status, 204, "{}", answer.json());
    assert_eq!(shop.column("SELECT max(day) FROM business_day"), ["2031-05-09"]);
    till.kill();
    // The machine was not off: what was set holds.
    let till = Till::start(&shop);
    let office = Office::of(&till.address, ("Bu Sri", "panjang-sekali")).await;
    assert_eq!(office.get("session").await.status, 200);
    assert_eq!(shop.column("SELECT max(day) FROM business_day"), ["2031-05-09"]);
    till.stop();
    shop.verify();
}

/// The same from a browser, and what phones see until then.
#[test]
fn the_house_is_set_up_from_a_browser() {
    in_its_own_house("first::from_a_browser");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `the_house_is_set_up_from_a_browser`, which gives it a network of its own"]
async fn from_a_browser() {
    let shop = Shop::empty();
    let (till, told) = start(&shop, "0.0.0.0:8080");
    let url = |path: &str| format!("http://{HOUSE}:8080{path}");
    let browser = Browser::start();
    let phone = browser.page("phone", 360, 740);
    for path in ["/", "/t/abcdefghijklmnopqrstuvwxyz"] {
        phone.goto(&url(path));
        phone.see("not-open");
    }
    phone.shot(&picture("setup-not-open"));
    let laptop = browser.page("laptop", 1280, 900);
    laptop.goto(&url("/office"));
    laptop.see("setup-code-card");
    laptop.fill("setup-code", "00000000");
    laptop.click("setup-begin");
    laptop.see("setup-code-fault");
    laptop.shot(&picture("setup-browser-code"));
    laptop.errors();
    laptop.fill("setup-code", &told);
    laptop.click("setup-begin");
    laptop.see("setup-form");
    laptop.click("setup-open");
    laptop.see("setup-name-fault");
    laptop.see("setup-clock-fault");
    laptop.fill("setup-name", "Warung Melati");
    laptop.fill("setup-address", "Jl. Contoh No. 7, Bandung");
    laptop.fill("setup-service", "5,5");
    laptop.see_text("example-service", "Rp5.500");
    laptop.shot(&picture("setup-browser"));
    laptop.fill("setup-owner", "Bu Sri");
    laptop.fill("setup-pin", "2580");
    laptop.fill("setup-pin-again", "2581");
    laptop.see("setup-pin-again-fault");
    laptop.fill("setup-pin-again", "2580");
    laptop.fill("setup-password", "panjang-sekali");
    laptop.click("setup-clock-right");
    laptop.click("setup-scan");
    laptop.see_text("setup-scanned", "tidak ada yang menjawab");
    laptop.click("setup-receipts-device");
    laptop.click("setup-tickets-same");
    laptop.click("setup-print");
    laptop.see_text("setup-print-fault", "Tidak ada printer di colokan itu");
    laptop.click("setup-tickets-off");
    laptop.click("setup-receipts-off");
    let printer = at_the_counter();
    laptop.click("setup-scan");
    laptop.see(&format!("setup-receipt-found-{ELSEWHERE}"));
    laptop.click("setup-print");
    laptop.see("setup-printed");
    laptop.fill("setup-tables", "4");
    laptop.fill("setup-area", "Dalam");
    laptop.fill("setup-tables-2", "2");
    laptop.fill("setup-area-2", "Teras");
    laptop.shot(&picture("setup-browser-printers"));
    laptop.errors();
    // The code does not hold any more, as after half an hour; what was filled in is opened with the next one.
    till.stop();
    let (till, told) = start(&shop, "0.0.0.0:8080");
    laptop.click("setup-open");
    laptop.see("setup-new-code");
    laptop.fill("setup-code-again", "00000000");
    laptop.click("setup-code-show");
    laptop.see("setup-code-again-fault");
    laptop.fill("setup-code-again", &told);
    laptop.shot(&picture("setup-browser-lapsed"));
    laptop.click("setup-code-show");
    laptop.gone("setup-new-code");
    laptop.errors();
    laptop.click("setup-open");
    laptop.see("setup-done");
    laptop.click("to-office");
    laptop.fill("login-name", "Bu Sri");
    laptop.fill("login-password", "panjang-sekali");
    laptop.click("login-submit");
    laptop.see("page-dashboard");
    // A phone that waited sees it open.
    phone.goto(&url("/"));
    phone.gone("not-open");
    laptop.goto(&url("/setup"));
    laptop.see("setup-founded");
    assert_eq!(shop.column("SELECT name FROM employee"), ["Bu Sri"]);
    assert_eq!(shop.number("SELECT count(*) FROM dining_table"), 6);
    // The test page, and a slip a table.
    wait_until("the tables' slips", || printer.documents().len() == 7);
    till.stop();
    shop.verify();
}

#[test]
fn the_house_is_set_up_at_the_touchscreen() {
    in_its_own_house("first::at_the_touchscreen");
}

#[test]
#[ignore = "run by `the_house_is_set_up_at_the_touchscreen`, which gives it a network of its own"]
fn at_the_touchscreen() {
    let shop = Shop::empty();
    MachineClock::of(shop.path()).set(EVENING_MS - 900 * 86_400_000, false);
    let (till, _) = Till::spawn_and_read(command(shop.path(), "0.0.0.0:8080"), shop.path(), "setup-code");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    // As the machine's own screen does it (`kasir terminal`).
    let device = runtime.block_on(async {
        let screen = Person::connect(&till.socket_url(), Identity::default());
        match screen.ask(Op::DeviceEnrol { code: till.invite(), screen: "Layar utama".into() }).await.unwrap() {
            Outcome::Device { token } => token,
            other => panic!("{other:?}"),
        }
    });
    let identity = Identity { device: Some(device), ..Identity::default() };
    let pictures: Pictures = Arc::new(|_| None);
    let url = format!("ws://{HOUSE}:8080/ws");
    with_screen((&url, identity), &runtime, pictures, None, move |hand| {
        answer(&hand, &till, &shop);
        till.stop();
        shop.verify();
    });
}

/// A receipt printer on the house's network.
fn at_the_counter() -> Simulator {
    Simulator::start((ELSEWHERE.parse::<Ipv4Addr>().unwrap(), 9_100).into(), None, PaperWidth::Mm80).unwrap()
}

/// Types into a field of the form.
fn fill(hand: &Hand, field: &str, text: &str) {
    hand.touch(&format!("Isian {field}"));
    hand.wait_for("Selesai mengetik");
    hand.clear();
    hand.keys(text);
    hand.touch("Selesai mengetik");
    hand.wait_gone("Selesai mengetik");
}

fn answer(hand: &Hand, till: &Till, shop: &Shop) {
    let step = |name: &str| {
        hand.shot_in(&picture(&format!("setup-{name}")), (1280, 800), false);
        hand.shot_in(&picture(&format!("setup-{name}-small")), (1024, 600), true);
    };
    let next = || hand.touch("Teruskan");
    hand.wait_value("Judul", "Selamat datang");
    // The way in for a browser stands beside.
    hand.wait_value("Alamat", &format!("http://{HOUSE}:8080/setup"));
    let code = code(till);
    hand.wait_value("Kode penyiapan", &format!("{} {}", &code[..4], &code[4..]));
    step("language");
    hand.touch("Bahasa: English");
    hand.wait_value("Title", "Welcome");
    hand.shot_in(&picture("setup-language-en"), (1280, 800), false);
    hand.touch("Language: Bahasa Indonesia");
    hand.wait_value("Judul", "Selamat datang");
    next();
    // What is missing is said where it is missing.
    hand.wait_value("Judul", "Apa nama tempat Anda?");
    next();
    hand.wait_says("Isian Nama tempat", "masih kosong");
    fill(hand, "Nama tempat", "warung melati");
    fill(hand, "Alamat", "jl. contoh 7");
    step("house");
    next();
    hand.wait_value("Judul", "Uang dan pajak");
    hand.wait_value("Total", "Rp115.500");
    hand.touch("Pelayanan dan pajak: Tanpa keduanya");
    hand.wait_value("Total", "Rp100.000");
    hand.touch("Pelayanan dan pajak: Tarif lain");
    hand.wait_for("Isian Biaya pelayanan (%)");
    step("money");
    hand.touch("Pelayanan dan pajak: Pelayanan 5%, pajak 10%");
    next();
    hand.wait_value("Judul", "Siapa pemiliknya?");
    fill(hand, "Nama", "sri");
    fill(hand, "PIN", "2580");
    fill(hand, "PIN sekali lagi", "2581");
    next();
    hand.wait_says("Isian PIN sekali lagi", "berbeda");
    fill(hand, "PIN sekali lagi", "2580");
    step("owner");
    next();
    hand.wait_value("Judul", "Jam berapa sekarang?");
    next();
    hand.wait_for("Apakah benar?: Tidak, setel");
    hand.touch("Apakah benar?: Tidak, setel");
    fill(hand, "Tanggal", "9.5.2031");
    fill(hand, "Jam", "19.00");
    step("time");
    next();
    hand.wait_value("Judul", "Cara ponsel menemukan kasir ini");
    step("network");
    next();
    hand.wait_value("Judul", "Printer apa saja yang ada?");
    hand.touch("Tiket dapur: Printer yang sama");
    next();
    hand.touch("Struk: Jaringan");
    fill(hand, "Alamat IP printer struk", "8.8.8.8");
    next();
    hand.wait_says("Isian Alamat IP printer struk", "jaringan sendiri");
    hand.touch("Struk: USB");
    hand.touch("Halaman uji");
    hand.wait_for("Tutup pesan");
    hand.shot_in(&picture("setup-printer-silent"), (1280, 800), false);
    hand.touch("Tiket dapur: Tanpa printer");
    hand.touch("Struk: Tanpa printer");
    hand.touch("Cari printer");
    hand.wait_for(
        "Tidak ada printer di colokan USB, dan tidak ada yang menjawab di jaringan ini. Sudah menyala dan di router yang sama?",
    );
    let printer = at_the_counter();
    hand.touch("Cari printer");
    hand.wait_for("1 printer ditemukan. Cetak halaman uji untuk melihat mana yang mana.");
    hand.wait_value("Isian Alamat IP printer struk", ELSEWHERE);
    hand.touch("Struk: USB");
    hand.touch(&format!("Ditemukan: {ELSEWHERE}"));
    step("printers");
    hand.touch("Halaman uji");
    hand.wait_for("Halaman uji sudah dikirim. Apakah tercetak utuh?");
    // It keeps a document when the line ends, which the window need not wait for.
    wait_until("the test page", || !printer.documents().is_empty());
    let paper = |at: usize| escpos::decode(&printer.documents()[at]).join("\n");
    assert!(paper(0).contains("....:....1") && paper(0).contains("PC437"), "the test page came out: {}", paper(0));
    next();
    hand.wait_value("Judul", "Ada berapa meja?");
    fill(hand, "Jumlah meja", "12");
    fill(hand, "Areanya, misalnya Dalam", "dalam");
    step("tables");
    // Back and forth, without losing anything.
    hand.touch("Langkah Nama");
    hand.wait_value("Isian Nama tempat", "Warung melati");
    hand.touch("Langkah Meja");
    next();
    hand.wait_value("Judul", "Siap dibuka");
    hand.wait_value("Meja", "12");
    step("end");
    assert_eq!(shop.number("SELECT count(*) FROM site"), 0, "nothing is stored before the last question");
    next();
    hand.wait_value("Judul", "Tempat Anda sudah buka");
    step("done");
    assert_eq!(shop.column("SELECT name FROM employee"), ["sri"]);
    assert_eq!(shop.number("SELECT count(*) FROM dining_table WHERE area = 'Dalam'"), 12);
    assert_eq!(shop.column("SELECT max(day) FROM business_day"), ["2031-05-09"]);
    // Each table has its slip, and the cards carry this address from now on.
    wait_until("the tables' slips", || printer.documents().len() == 13);
    for table in 1..=12 {
        assert!(paper(table).contains(&format!("Meja {table}\n")), "{}", paper(table));
    }
    assert_eq!(shop.column("SELECT json_extract(settings, '$.cards') FROM site"), [format!("http://{HOUSE}:8080")]);
    next();
    hand.touch("sri");
    for digit in ["2", "5", "8", "0"] {
        hand.touch(&format!("Angka {digit}"));
    }
    hand.touch("Masuk");
    hand.wait_for("Kolom Menunggu");
}
