//! The evening: the real program, the real window driven by touch, phones on real sockets and
//! one in the real Chromium, the kitchen in another, a printer's socket. At its end the rows,
//! the journal, the paper, the screens and what each client was told agree, to the rupiah.

use std::path::{Path, PathBuf};

use kasir::control::{Request, Response};
use kasir::domain::money::{Currency, Money};
use kasir::domain::order::OrderState;
use kasir::domain::site::{PrinterSettings, PrinterTarget};

use crate::mishaps::Lines;
use crate::support::browser::Browser;
use crate::support::machine::{DAY_MS, EVENING_MS, MachineClock};
use crate::support::mariadb::HeadOffice;
use crate::support::office::{OWNER, Office};
use crate::support::people::{Person, WAITER};
use crate::support::printers::PaperTray;
use crate::support::tablet::{self, Counter, Guest};
use crate::support::till::{Till, printer};
use crate::support::window::{Hand, pictures_of, with_window};
use crate::support::{Place as Shop, wait_until};

/// Where pictures go: into the README's folder when they are made anew, else out of the way.
pub fn picture(name: &str) -> PathBuf {
    let folder = match std::env::var_os("KASIR_WRITE_PICTURES") {
        Some(_) => Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures"),
        None => Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures"),
    };
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(format!("{name}.png"))
}

/// Rp1.245.000, as on screens.
pub fn rupiah(amount: i64) -> String {
    Currency::default().format(Money(amount))
}

#[test]
fn the_evening() {
    let shop = Shop::furnished();
    // The Pi was in its box for ten days and has no network: nobody vouches for its date.
    MachineClock::of(shop.path()).set(EVENING_MS + 10 * DAY_MS, false);
    // Old tablets have a place at the tables, too.
    let till = tablet::till(&shop, &[]);
    let (kitchen_tray, counter_tray) = (PaperTray::new(), PaperTray::new());
    till.ask(printer("Dapur", kitchen_tray.port, &["kitchen", "bar"], false));
    till.ask(printer("Kasir", counter_tray.port, &[], true));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let handle = runtime.handle().clone();
    let (url, pictures) = (till.socket_url(), pictures_of(shop.database()));
    let roll = shop.path().join("roll");
    with_window(&url, &runtime, pictures, Some(roll.clone()), move |hand| {
        let _inside = handle.enter();
        handle.block_on(evening(&hand, shop, till, kitchen_tray, counter_tray, &roll));
    });
}

async fn evening(hand: &Hand, shop: Shop, till: Till, kitchen_tray: PaperTray, counter_tray: PaperTray, roll: &Path) {
    let url = till.socket_url();
    let page = |path: &str| format!("http://{}{path}", till.address);
    let codes = shop.codes();

    // The cashier enrols the screen and logs in, by touch.
    hand.touch("Kode sekali pakai");
    hand.keys(&till.invite());
    hand.touch("Nama layar ini");
    hand.keys("b");
    hand.shot(&picture("till-enrol"), 1280, 800);
    hand.touch("Daftarkan layar ini");
    hand.wait_for("Kasir");
    hand.shot(&picture("till-login"), 1280, 800);
    hand.touch("Kasir");
    (0..4).for_each(|_| hand.touch("Angka 3"));
    hand.touch("Masuk");
    hand.wait_for("Kolom Menunggu");
    // The day is asked about, and whoever says yes goes on working.
    hand.wait_value("Hari usaha", "09/05/2031");
    hand.touch("Halaman Lainnya");
    hand.wait_for("Benarkan tanggal");
    hand.shot(&picture("till-clock"), 1280, 800);
    hand.touch("Benarkan tanggal");
    hand.wait_gone("Benarkan tanggal");
    hand.wait_value("Hari usaha", "19/05/2031");
    // By day: the pictures are the same at whatever hour they are made. The drinks are looked
    // at now so that their pictures have come when they are drawn.
    for tap in ["Halaman Lainnya", "Tampilan terang", "Halaman Pesanan Baru", "Kategori Drinks"] {
        hand.touch(tap);
    }
    hand.wait_for("Tambah Es Teh Manis");
    hand.touch("Halaman Pesanan");

    // Guests come in: one in Chromium at table 5, three on sockets.
    let browser = Browser::start();
    let phone = browser.page("phone", 360, 740);
    phone.goto(&page(&format!("/t/{}", codes[4])));
    phone.fill("join-name", "Budi");
    phone.click("join-submit");
    let sari = Person::guest(&url, &codes[6], "Sari").await;
    let tono = Person::guest(&url, &codes[6], "Tono").await;
    let dewi = Person::guest(&url, &codes[1], "Dewi").await;
    let ratna = Person::guest(&url, &codes[8], "Ratna").await;
    phone.see(&format!("add-{}", sari.product("Rendang")));
    phone.shot(&picture("guest-menu"));
    let tablet = browser.page("tablet", 1280, 800);
    tablet.goto(&page(&format!("/t/{}", codes[2])));
    tablet.fill("join-name", "Wati");
    tablet.click("join-submit");
    for dish in ["Sate", "Tahu", "Nasi"] {
        tablet.click(&format!("add-{}", sari.product(dish)));
    }
    tablet.shot(&picture("guest-tablet"));
    phone.click(&format!("add-{}", sari.product("Rendang")));
    phone.click(&format!("add-{}", sari.product("Rendang")));
    phone.click(&format!("add-{}", sari.product("Es Teh")));
    phone.click("cart-open");
    phone.fill(&format!("cart-note-{}", sari.product("Rendang")), "jangan terlalu pedas");
    phone.shot(&picture("guest-cart"));
    phone.click("send");
    phone.in_state("order-state-1", "waiting");
    let second = sari.order(&[("Soto", 1), ("Kopi", 1)]).await.unwrap();
    let third = tono.order(&[("Nasi", 2), ("Es Jeruk", 2), ("Klepon", 1), ("Kerupuk", 1)]).await.unwrap();
    let fourth = dewi.order(&[("Gado", 1), ("Air", 2)]).await.unwrap();

    // On the board at once; one tap each.
    for number in [1, 2, 3] {
        hand.tap(&format!("Proses pesanan {number}"));
        hand.wait_for(&format!("Selesaikan pesanan {number}"));
    }
    phone.in_state("order-state-1", "in_process");
    sari.until_order(second, OrderState::InProcess).await;
    hand.wait_for("Proses pesanan 4");
    // Drinks to take away: four taps.
    for tap in ["Halaman Pesanan Baru", "Kategori Drinks", "Tambah Es Teh Manis"] {
        hand.touch(tap);
    }
    hand.touch("Tambah Jus Alpukat");
    hand.wait_for("Dicatat: Jus Alpukat");
    hand.shot(&picture("till-new-order"), 1280, 800);
    hand.touch("Kirim pesanan");
    hand.tap("Halaman Pesanan");
    hand.wait_for("Selesaikan pesanan 5");

    // The kitchen cooks; Budi sees it.
    let kitchen = browser.page("kitchen", 1280, 800);
    kitchen.goto(&page(&format!("/kitchen?enrol={}", till.invite())));
    kitchen.fill("enrol-name", "Dapur");
    kitchen.click("enrol-submit");
    kitchen.click("employee-e5");
    (0..4).for_each(|_| kitchen.click("pin-5"));
    kitchen.click("pin-ok");
    kitchen.see("ticket-5");
    kitchen.click("line-1-1");
    kitchen.in_state("line-1-1", "cooking");
    kitchen.shot(&picture("kitchen"));
    phone.see("order-1");
    phone.shot(&picture("guest-status"));
    kitchen.click("line-1-1");
    kitchen.in_state("line-1-1", "ready");
    kitchen.click("line-1-1");
    kitchen.click("line-1-2");
    kitchen.in_state("line-1-2", "cooking");
    kitchen.click("line-1-2");
    kitchen.in_state("line-1-2", "ready");
    kitchen.click("line-1-2");
    phone.in_state("order-state-1", "done");

    hand.tap("Halaman Pesanan");
    hand.wait_for("Bayar pesanan 1");
    hand.shot(&picture("till-orders"), 1280, 800);
    hand.shot(&picture("till-orders-small"), 1024, 600);

    // Dewi leaves before anything is made: cancelled while waiting, nothing printed.
    hand.tap("Buka pesanan 4");
    hand.tap("Batalkan pesanan 4");
    hand.tap("Ya, batalkan pesanan 4");
    dewi.until_order(fourth, OrderState::Cancelled).await;

    // A dish has run out after the kitchen had it: a reason, an answer, a ticket that says so.
    let place = kasir::hub::wire::Place::Takeaway { guest: String::new() };
    let waiter = Person::staff(&url, &till.invite(), WAITER).await;
    let gone = waiter.order_at(Some(place), &[("Tahu", 1)]).await.unwrap();
    hand.tap("Halaman Pesanan");
    hand.tap("Buka pesanan 6");
    for tap in ["Batalkan pesanan 6", "Alasan: bahan habis", "Belum dibuat", "Ya, batalkan pesanan 6"] {
        hand.tap(tap);
    }
    // With its only order the takeaway is over, and off every board.
    waiter.until("it to go", |r| !r.orders.contains_key(&gone)).await;
    assert_eq!(
        shop.column(&format!("SELECT state || ': ' || reason FROM orders WHERE id = {}", gone.0)),
        ["cancelled: Bahan habis"]
    );
    let papers = kitchen_tray.wait_for(9);
    assert!(papers[8].iter().any(|l| l.contains("BATAL")) && papers[8].iter().any(|l| l.contains("Bahan habis")), "{papers:#?}");

    // Budi pays with exactly what is due: two taps.
    // 92,000; service 4,600; tax 9,660; 106,260; cash 106,300.
    phone.see_text("bill-total", "106.260");
    hand.tap("Bayar pesanan 1");
    hand.wait_value("Tagihan", &rupiah(106_300));
    hand.shot(&picture("till-pay"), 1280, 800);
    hand.tap("Terima uang pas");
    hand.wait_value("Kembalian tamu", &rupiah(0));
    hand.tap("Tamu berikutnya");

    // Table 7 is two orders and one bill, paid with banknotes.
    // 42,000 + 64,000 + 24,000 + 14,000 + 6,000 = 150,000; 7,500; 15,750; 173,250; cash 173,300.
    for number in [2, 3] {
        hand.tap(&format!("Selesaikan pesanan {number}"));
        hand.wait_for(&format!("Bayar pesanan {number}"));
    }
    tono.until_order(third, OrderState::Done).await;
    hand.tap("Halaman Meja");
    hand.wait_for("Meja 7");
    hand.shot(&picture("till-tables"), 1280, 800);
    hand.tap("Meja 7");
    hand.tap("Bayar meja 7");
    hand.wait_value("Tagihan", &rupiah(173_300));
    hand.tap("Terima 200.000");
    hand.wait_value("Kembalian tamu", &rupiah(26_700));
    hand.shot(&picture("till-change"), 1280, 800);
    hand.tap("Tamu berikutnya");
    // Ratna has looked at the menu and left.
    hand.tap("Halaman Meja");
    hand.tap("Meja 9");
    hand.touch("Kosongkan meja 9");
    hand.wait_gone("Kosongkan meja 9");
    ratna.until("the end of her visit", |r| r.visits.values().all(|v| !v.open)).await;
    // The takeaway: no service. 28,000; tax 2,800; 30,800.
    hand.tap("Halaman Pesanan");
    hand.tap("Selesaikan pesanan 5");
    hand.tap("Bayar pesanan 5");
    hand.wait_value("Tagihan", &rupiah(30_800));
    hand.tap("Terima uang pas");
    hand.tap("Tamu berikutnya");

    // A receipt again: it says so.
    let papers = counter_tray.wait_for(6);
    let year = papers[1].iter().find_map(|l| l.split_once("-000001")).unwrap().0.trim().to_owned();
    hand.tap("Halaman Struk");
    hand.tap(&format!("Buka struk {year}-000002"));
    hand.shot(&picture("till-receipts"), 1280, 800);
    hand.tap(&format!("Cetak ulang struk {year}-000002"));
    let papers = counter_tray.wait_for(7);
    assert!(papers[6].iter().any(|l| l.trim() == "SALINAN 1"));

    // Sold out at the till is sold out on the phone.
    hand.tap("Halaman Lainnya");
    // Both languages, at once.
    hand.tap("English");
    hand.wait_for("Page Orders");
    hand.wait_for("Log out");
    hand.tap("Bahasa Indonesia");
    hand.wait_for("Halaman Pesanan");
    hand.tap("Halaman Habis");
    hand.tap("Lumpia Semarang tersedia");
    let lumpia = sari.product("Lumpia");
    sari.until("sold out", |r| !r.products[&lumpia].available).await;
    hand.shot(&picture("till-sold-out"), 1280, 800);

    // A printer that is away is named on the bar, with the cause; nothing waits for it but its
    // paper, and that comes out once it is back.
    counter_tray.switch_off();
    hand.tap("Halaman Struk");
    hand.tap(&format!("Buka struk {year}-000003"));
    hand.tap(&format!("Cetak ulang struk {year}-000003"));
    hand.wait_for("Printer Kasir bermasalah");
    hand.shot(&picture("till-printer-away"), 1280, 800);
    hand.tap("Halaman Lainnya");
    hand.tap("Halaman Cetakan");
    hand.wait_value("Cetakan yang menunggu", "1 belum tercetak");
    let copy = format!("#{year}-000003 · salinan");
    hand.tap(&hand.labels().into_iter().find(|l| l.starts_with("Cetakan Struk") && l.ends_with(&copy)).unwrap());
    hand.wait_for("Cetak di Dapur");
    hand.shot(&picture("till-printing"), 1280, 800);
    counter_tray.switch_on();
    let papers = counter_tray.wait_for(8);
    assert!(papers[7].iter().any(|l| l.contains("SALINAN 1")) && papers[7].iter().any(|l| l.contains("30.800")));
    hand.wait_gone("Printer Kasir bermasalah");
    hand.tap("Halaman Lainnya");
    hand.tap("Halaman Habis");

    agree(hand, &shop, &till, &kitchen_tray, &counter_tray, &sari);
    let served = EARLY + old_tablets(hand, &shop, &till).await;

    // A mail server that is away: the bar says so, and nothing waits for it but its letter.
    let owner = Office::of(&till.address, OWNER).await;
    let away = serde_json::json!({
        "route": { "smtp": { "host": "127.0.0.1", "port": 9, "security": "none" } }, "from": "kasir@warung.example",
    });
    assert_eq!(owner.put("mail/settings", away).await.status, 204);
    assert_eq!(owner.post("mail/test", serde_json::json!({ "address": "pemilik@warung.example" })).await.status, 204);
    hand.wait_value("Keadaan email", "1 surat menunggu");
    // The cashier sends a receipt to an address that a guest says.
    hand.tap("Halaman Struk");
    hand.tap(&format!("Buka struk {year}-000002"));
    hand.touch(&format!("Kirim struk {year}-000002 lewat email"));
    hand.keys("tamu@contoh.id");
    hand.tap("Selesai mengetik");
    hand.wait_for("Struk dikirim lewat email.");
    hand.wait_value("Keadaan email", "2 surat menunggu");
    hand.shot(&picture("till-mail-away"), 1280, 800);

    // Head office: everything goes up; away, the bar says since when, and it all goes up later.
    let mut head_office = HeadOffice::start();
    till.ask(head_office.settings());
    hand.wait_value("Salinan di pusat", "Pusat");
    let synced = || matches!(till.ask(Request::SyncStatus), Response::Sync { on: true, waiting: 0, fault: None, .. });
    wait_until("head office to have all", synced);
    assert_eq!(head_office.number("SELECT sum(due_minor) FROM receipt"), served);
    head_office.stop();
    hand.tap("Halaman Struk");
    hand.tap(&format!("Buka struk {year}-000003"));
    hand.tap(&format!("Cetak ulang struk {year}-000003"));
    counter_tray.wait_for(13);
    wait_until("the bar to say so", || hand.value("Salinan di pusat").contains("belum terkirim sejak"));
    hand.shot(&picture("till-head-office-away"), 1280, 800);
    head_office.restart();
    hand.wait_value("Salinan di pusat", "Pusat");
    wait_until("head office to have all", synced);

    // Without a printer there is the roll: its paper is on the screen.
    let target = PrinterTarget::Roll { folder: roll.to_str().unwrap().to_owned() };
    let settings = PrinterSettings { receipts: true, drawer: true, ..PrinterSettings::new("Kasir", target) };
    till.ask(Request::SetPrinter { settings });
    hand.tap("Halaman Struk");
    for number in ["000001", "000002"] {
        hand.tap(&format!("Buka struk {year}-{number}"));
        hand.tap(&format!("Cetak ulang struk {year}-{number}"));
    }
    hand.tap("Halaman Lainnya");
    hand.tap("Halaman Kertas");
    let sheets = || -> Vec<String> {
        let names = std::fs::read_dir(roll).into_iter().flatten().map(|e| e.unwrap().file_name().into_string().unwrap());
        names.filter_map(|n| n.strip_suffix(".png").map(str::to_owned)).collect()
    };
    wait_until("two sheets", || sheets().len() == 2);
    for sheet in sheets() {
        hand.wait_for(&format!("Cetakan {sheet}"));
    }
    hand.shot(&picture("till-paper"), 1280, 800);
    wait_until("all paper to be out", || matches!(till.ask(Request::OpenJobs), Response::OpenJobs { count: 0 }));

    // The owner makes a password for the office, from the touchscreen.
    hand.tap("Kembali ke Lainnya");
    hand.tap("Keluar");
    hand.touch("Pemilik");
    (0..4).for_each(|_| hand.touch("Angka 1"));
    hand.touch("Masuk");
    let mut mail = crate::owner::manages(hand, &shop, &till, &sari, served).await;
    hand.tap("Halaman Lainnya");
    hand.tap("Tampilkan kode kata sandi");
    hand.wait_for("Kode kata sandi");
    hand.shot(&picture("till-more"), 1280, 800);
    let code = hand.value("Kode kata sandi");
    let office = Office::open(&till.address).await;
    let reset = serde_json::json!({ "login": "Pemilik", "code": code, "password": "dari-layar-kasir" });
    assert_eq!(office.post("password/reset", reset).await.status, 204);
    assert_eq!(office.log_in("Pemilik", "dari-layar-kasir").await.status, 200);

    let lines = Lines { hand, shop: &shop, till: &till, owner: &office, head_office: &mut head_office, mail: &mut mail };
    crate::mishaps::happen(lines, served).await;

    assert!(phone.errors().is_empty() && kitchen.errors().is_empty());
    // At the end of the day both sides are the same, row by row.
    wait_until("head office to have all", synced);
    match till.ask(Request::SyncVerify) {
        Response::Compared { differences, .. } => assert!(differences.is_empty(), "{differences:?}"),
        other => panic!("{other:?}"),
    }
    till.stop();
    shop.verify();
}

/// What the first three parties paid.
const EARLY: i64 = 106_300 + 173_300 + 30_800;

/// Two of the old app's tablets and its cashier's page beside the new ones: one order is processed
/// there, the other on the till's screen, and each hears of both. Paid at the till; what was paid.
async fn old_tablets(hand: &Hand, shop: &Shop, till: &Till) -> i64 {
    let mut counter = Counter::open(&till.address).await;
    let mut joko = Guest::sit(&till.address, 10, "Joko").await;
    let mut lina = Guest::sit(&till.address, 11, "Lina").await;
    joko.tap("Rendang Sapi", 1, 42_000).await;
    joko.tap("Rendang Sapi", 2, 42_000).await;
    joko.submit().await;
    counter.0.until_word("10", "dikonfirmasi").await;
    lina.tap("Es Teh Manis", 1, 8_000).await;
    lina.submit().await;
    counter.0.until_word("11", "dikonfirmasi").await;
    hand.tap("Halaman Pesanan");
    for number in [7, 8] {
        hand.wait_for(&format!("Proses pesanan {number}"));
    }
    counter.press(10, "diproses").await;
    hand.wait_for("Selesaikan pesanan 7");
    hand.tap("Proses pesanan 8");
    lina.order.until_word("11", "diproses").await;
    counter.0.until_word("11", "diproses").await;
    hand.wait_for("Selesaikan pesanan 8");
    hand.shot(&picture("till-old-tablets"), 1280, 800);
    hand.tap("Selesaikan pesanan 7");
    counter.press(11, "selesai").await;
    tokio::join!(joko.served(), lina.served());
    // 84,000; service 4,200; tax 8,820; 97,020; cash 97,000. 8,000; 400; 840; 9,240; cash 9,200.
    for (number, due) in [(7, 97_000), (8, 9_200)] {
        hand.tap("Halaman Pesanan");
        hand.tap(&format!("Bayar pesanan {number}"));
        hand.wait_value("Tagihan", &rupiah(due));
        hand.tap("Terima uang pas");
        hand.tap("Tamu berikutnya");
    }
    assert_eq!(shop.number("SELECT sum(due_minor) FROM receipt"), EARLY + 97_000 + 9_200);
    assert_eq!(shop.number("SELECT stock FROM product WHERE name LIKE 'Rendang%'"), 16);
    97_000 + 9_200
}

/// Rows, paper, screens, clients: the same figures everywhere.
fn agree(hand: &Hand, shop: &Shop, till: &Till, kitchen: &PaperTray, counter: &PaperTray, sari: &Person) {
    let figures = Currency::default();
    let rows = shop.column(
        "SELECT number || '|' || subtotal_minor || '|' || service_minor || '|' || tax_minor || '|' || rounding_minor || '|' || due_minor || '|' \
         || tendered_minor || '|' || change_minor FROM receipt ORDER BY id",
    );
    assert_eq!(rows.len(), 3);
    let wanted = [
        [92_000, 4_600, 9_660, 40, 106_300, 106_300, 0],
        [150_000, 7_500, 15_750, 50, 173_300, 200_000, 26_700],
        [28_000, 0, 2_800, 0, 30_800, 30_800, 0],
    ];
    for ((row, wanted), receipt) in rows.iter().zip(wanted).zip(counter.papers().iter().filter(|p| p.len() > 1)) {
        let stored: Vec<i64> = row.split('|').skip(1).map(|n| n.parse().unwrap()).collect();
        assert_eq!(stored, wanted, "{row}");
        let printed = receipt.join("\n");
        for (label, amount) in
            ["Subtotal", "Biaya Pelayanan 5%", "Pajak Restoran 10%", "Pembulatan", "TOTAL", "Tunai", "Kembalian"]
                .iter()
                .zip(wanted)
        {
            let line = receipt.iter().find(|l| l.starts_with(label));
            let figure = figures.figures(Money(amount));
            match line {
                Some(line) => assert!(line.ends_with(&figure), "{line:?} should end in {figure}"),
                None => assert!(amount == 0 && *label != "TOTAL", "{label} is missing on {printed}"),
            }
        }
    }
    // What a guest was told is what was stored.
    let visit = *sari.room().visits.keys().next().unwrap();
    let told = sari.room().visits[&visit].clone();
    assert_eq!((told.open, told.paid), (false, Money(173_250)));
    // The journal holds the same payments; the stock fell by what was served.
    assert_eq!(
        shop.number("SELECT sum(json_extract(event, '$.settlement.due')) FROM journal WHERE kind = 'bill_paid'"),
        106_300 + 173_300 + 30_800
    );
    assert_eq!(shop.number("SELECT stock FROM product WHERE name LIKE 'Rendang%'"), 18);
    assert_eq!(shop.number("SELECT sum(reserved) FROM product"), 0);
    assert_eq!(
        shop.number(
            "SELECT count(*) FROM visit v WHERE closed_ms IS NULL AND EXISTS (SELECT 1 FROM orders o WHERE o.visit_id = v.id)"
        ),
        0
    );
    // Five orders reached the kitchen: two stations for three of them, one for two, and a
    // cancellation.
    wait_until("all paper to be out", || matches!(till.ask(Request::OpenJobs), Response::OpenJobs { count: 0 }));
    let tickets = kitchen.papers();
    assert_eq!(tickets.len(), 9, "{tickets:#?}");
    assert!(tickets.iter().any(|t| t.iter().any(|l| l.contains("jangan terlalu pedas"))));
    assert!(!tickets.iter().any(|t| t.iter().any(|l| l.contains("Gado"))), "a cancelled order that waited has no ticket");
    assert_eq!(counter.papers().iter().filter(|p| p.len() == 1).count(), 3, "the drawer opens once a payment");
    assert!(hand.sees("Lumpia Semarang tersedia"));
    let receipt = counter.bytes().into_iter().find(|b| b.len() > 20).unwrap();
    assert_eq!(&receipt[..2], &[0x1b, 0x40], "a document begins with a reset");
}
