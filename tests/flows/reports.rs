//! What was sold: the days' sums against the rows they are reckoned from, the report on screens,
//! on paper (read by poppler) and by mail, all to the rupiah.

use std::process::Command;
use std::sync::Arc;

use kasir::app::Store;
use kasir::domain::id::{DeviceId, ReceiptId, VisitId};
use kasir::domain::menu::{ProductDraft, Station};
use kasir::domain::money::Money;
use kasir::domain::staff::{Actor, EmployeeDraft, Role};
use kasir::domain::time::ManualClock;
use kasir::domain::visit::TableDraft;
use kasir::hub::asked::{Shown, Wanted};
use kasir::hub::wire::Op;
use kasir::ops;
use kasir::ops::bill::PayCash;
use kasir::ops::menu::{AddCategory, AddProduct};
use kasir::ops::order::{CancelOrder, FinishOrder, PlaceOrder, Placement, Wanted as Line};
use kasir::ops::setup::{AddTable, SetSite};
use kasir::ops::staff::AddEmployee;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::browser::Browser;
use crate::support::machine::{DAY_MS, EVENING_MS, FURNISHED_MS, MachineClock};
use crate::support::office::{MANAGER, OWNER, Office};
use crate::support::people::{CASHIER, MANAGER as MANAGER_PIN, OWNER as OWNER_PIN, Person};
use crate::support::till::Till;
use crate::support::{Place as Shop, wait_until};

/// The sample restaurant with its week.
fn a_week_old() -> Shop {
    let shop = Shop::empty();
    kasir::demo::open(shop.path(), FURNISHED_MS).unwrap();
    shop
}

/// What poppler reads on a PDF's pages.
fn pdf_text(pdf: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pdf).unwrap();
    let out = Command::new("pdftotext").arg("-layout").arg(file.path()).arg("-").output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// What poppler reads on the PDF that came with a letter.
pub fn attached_text(letter: &str) -> String {
    let attached = letter.split("application/pdf").nth(1).unwrap().split("\r\n\r\n").nth(1).unwrap();
    let base64: String = attached.split("--").next().unwrap().split_whitespace().collect();
    pdf_text(&data_encoding::BASE64.decode(base64.as_bytes()).unwrap())
}

/// Rp1.245.000, as on paper.
fn rupiah(amount: i64) -> String {
    kasir::domain::money::Currency::default().format(Money(amount))
}

/// What the days' sums say, and what the rows say that they are reckoned from. The second is
/// written here anew, from receipts, orders, lines and the journal.
const SUMS: [(&str, &str); 3] = [
    (
        "SELECT json_group_array(json_array(day, receipts, subtotal_minor, discount_minor, net_minor, service_minor, tax_minor, \
         total_minor, rounding_minor, due_minor, cost_minor, portions, orders, voided, voided_minor)) FROM (SELECT * FROM day_sales ORDER BY day)",
        "SELECT json_group_array(json_array(d.day, \
           (SELECT count(*) FROM receipt r WHERE r.day = d.day), (SELECT coalesce(sum(subtotal_minor), 0) FROM receipt r WHERE r.day = d.day), \
           (SELECT coalesce(sum(discount_minor), 0) FROM receipt r WHERE r.day = d.day), (SELECT coalesce(sum(net_minor), 0) FROM receipt r WHERE r.day = d.day), \
           (SELECT coalesce(sum(service_minor), 0) FROM receipt r WHERE r.day = d.day), (SELECT coalesce(sum(tax_minor), 0) FROM receipt r WHERE r.day = d.day), \
           (SELECT coalesce(sum(total_minor), 0) FROM receipt r WHERE r.day = d.day), (SELECT coalesce(sum(rounding_minor), 0) FROM receipt r WHERE r.day = d.day), \
           (SELECT coalesce(sum(p.amount_minor), 0) FROM payment p JOIN receipt r ON r.id = p.receipt_id WHERE r.day = d.day), \
           (SELECT coalesce(sum(l.quantity * l.cost_minor), 0) FROM order_line l JOIN orders o ON o.id = l.order_id JOIN receipt r ON r.id = o.receipt_id WHERE r.day = d.day), \
           (SELECT coalesce(sum(l.quantity), 0) FROM order_line l JOIN orders o ON o.id = l.order_id JOIN receipt r ON r.id = o.receipt_id WHERE r.day = d.day), \
           (SELECT count(*) FROM orders o WHERE o.day = d.day), \
           (SELECT count(*) FROM journal j WHERE j.day = d.day AND j.kind = 'order_cancelled' AND j.event LIKE '%\"was\":\"in_process\"%'), \
           (SELECT coalesce(sum(l.quantity * l.unit_price_minor), 0) FROM journal j JOIN order_line l ON 'o' || l.order_id = json_extract(j.event, '$.order') \
            WHERE j.day = d.day AND j.kind = 'order_cancelled' AND j.event LIKE '%\"was\":\"in_process\"%'))) \
         FROM (SELECT day FROM orders UNION SELECT day FROM receipt ORDER BY day) d",
    ),
    (
        "SELECT json_group_array(json_array(day, product_id, quantity, amount_minor, cost_minor)) FROM (SELECT * FROM day_product ORDER BY day, product_id)",
        "SELECT json_group_array(json_array(day, p, q, a, c)) FROM (SELECT r.day AS day, l.product_id AS p, sum(l.quantity) AS q, \
         sum(l.quantity * l.unit_price_minor) AS a, sum(l.quantity * l.cost_minor) AS c FROM receipt r JOIN orders o ON o.receipt_id = r.id \
         JOIN order_line l ON l.order_id = o.id GROUP BY 1, 2 ORDER BY 1, 2)",
    ),
    (
        "SELECT json_group_array(json_array(day, hour, receipts, due_minor)) FROM (SELECT * FROM day_hour ORDER BY day, hour)",
        "SELECT json_group_array(json_array(day, h, n, d)) FROM (SELECT day, CAST(strftime('%H', paid_ms / 1000, 'unixepoch', '+7 hours') AS INTEGER) AS h, \
         count(*) AS n, sum(due_minor) AS d FROM receipt GROUP BY 1, 2 ORDER BY 1, 2)",
    ),
];

fn assert_sums(shop: &Shop) {
    let conn = rusqlite::Connection::open(shop.database()).unwrap();
    let read = |sql: &str| conn.query_row(sql, [], |r| r.get::<_, String>(0)).unwrap();
    for (kept, reckoned) in SUMS {
        assert_eq!(read(kept), read(reckoned));
    }
    // Portions of products are the bills' subtotals, and the hours bring what the days do.
    let parts = "SELECT (SELECT sum(amount_minor) FROM day_product) = (SELECT sum(subtotal_minor) FROM day_sales) \
                 AND (SELECT sum(due_minor) FROM day_hour) = (SELECT sum(due_minor) FROM day_sales)";
    assert!(conn.query_row(parts, [], |r| r.get::<_, bool>(0)).unwrap());
}

/// Dashboard, report, history, PDF and files say what the receipts say, and follow a new sale at
/// once; the same for the touchscreen, the office and the command line.
#[tokio::test(flavor = "multi_thread")]
async fn reports_agree_with_every_receipt() {
    let shop = a_week_old();
    assert_sums(&shop);
    let till = Till::start(&shop);
    let office = Office::of(&till.address, MANAGER).await;
    let board = office.get("reports/dashboard").await.json();
    assert_eq!((board["day"].as_str().unwrap(), &board["today"]["receipts"]), ("2031-05-09", &json!(0)));
    assert_eq!((board["products"].as_i64(), board["employees"].as_i64()), (Some(20), Some(5)));
    assert_eq!(board["bars"].as_array().unwrap().len(), 14);
    assert_eq!((board["best"].as_array().unwrap().len(), board["least"].as_array().unwrap().len()), (5, 5));
    assert!(board["stars"]["ratings"].as_i64().unwrap() > 5 && !board["low"].as_array().unwrap().is_empty());

    // A sale.
    let guest = Person::guest(&till.socket_url(), &shop.codes()[4], "Budi").await;
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let order = guest.order(&[("Rendang", 1), ("Es Teh", 2)]).await.unwrap();
    let visit = cashier.until("the order", |r| r.orders.contains_key(&order)).await.orders[&order].visit;
    cashier.ask(kasir::hub::wire::Op::OrderConfirm { order }).await.unwrap();
    cashier.ask(kasir::hub::wire::Op::OrderFinish { order }).await.unwrap();
    let (number, _) = cashier.pay(visit, None).await.unwrap();
    let board = office.get("reports/dashboard").await.json();
    // (42,000 + 16,000) × 1.05 × 1.1 = 66,990; to the hundred 67,000.
    assert_eq!(
        (&board["today"]["due"], &board["today"]["receipts"], &board["today"]["portions"]),
        (&json!(67_000), &json!(1), &json!(3))
    );
    assert_eq!(board["today"]["cost"], json!(24_000));
    assert_eq!(board["hours"], json!([{ "hour": 19, "receipts": 1, "due": 67_000 }]));

    // The week, and every receipt of it.
    let week = "from=2031-05-03&to=2031-05-09";
    let sales = office.get(&format!("reports/sales?{week}")).await.json();
    let conn = rusqlite::Connection::open(shop.database()).unwrap();
    let due: i64 = conn
        .query_row("SELECT sum(due_minor) FROM receipt WHERE day BETWEEN '2031-05-03' AND '2031-05-09'", [], |r| r.get(0))
        .unwrap();
    assert_eq!(sales["figures"]["due"], json!(due));
    let added = |list: &str| sales[list].as_array().unwrap().iter().map(|b| b["due"].as_i64().unwrap()).sum::<i64>();
    assert_eq!((added("bars"), added("hours")), (due, due));
    let sold: i64 = sales["products"].as_array().unwrap().iter().map(|p| p["amount"].as_i64().unwrap()).sum();
    assert_eq!(json!(sold), sales["figures"]["subtotal"]);
    let (mut found, mut next) = (Vec::new(), String::new());
    loop {
        let page = office.get(&format!("receipts?{week}{next}")).await.json();
        found.extend(page["receipts"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(id) => next = format!("&before={id}"),
            None => break,
        }
    }
    assert_eq!(json!(found.len()), sales["figures"]["receipts"]);
    assert_eq!(found.iter().map(|r| r["due"].as_i64().unwrap()).sum::<i64>(), due);
    assert_eq!((found[0]["number"].as_str(), found[0]["guests"].clone()), (Some(number.as_str()), json!(["Budi"])));
    // Search: by number, dish, guest, table; wildcards are letters.
    for (search, many) in [(number.as_str(), 1), ("rendang%20sapi", 2), ("budi", 1), ("%25", 0), ("tidak-ada", 0)] {
        let page = office.get(&format!("receipts?{week}&search={search}")).await.json();
        let got = page["receipts"].as_array().unwrap().len();
        assert!(if many == 2 { got >= 2 } else { got >= many && (many > 0 || got == 0) }, "{search}: {got}");
    }
    let detail = office.get(&format!("receipts/{}", found[0]["id"].as_str().unwrap())).await.json();
    assert_eq!((&detail["bill"]["total"], &detail["orders"][0]["lines"][0]["amount"]), (&json!(66_990), &json!(42_000)));

    // Paper: what poppler reads is what the screen says.
    let answer = office.get(&format!("reports/sales.pdf?{week}")).await;
    assert_eq!(answer.headers["content-type"], "application/pdf");
    assert!(answer.headers["content-disposition"].contains("laporan-2031-05-03-2031-05-09.pdf"));
    let text = pdf_text(&answer.bytes);
    for wanted in [rupiah(due), rupiah(67_000), "3 Mei 2031 – 9 Mei 2031".into(), "Rendang Sapi".into(), "Halaman 2 dari ".into()]
    {
        assert!(text.contains(&wanted), "{wanted} is missing in {text}");
    }
    keep_pictures(&answer.bytes);
    // Files.
    let csv = |answer: crate::support::office::Answer| -> Vec<csv::StringRecord> {
        csv::Reader::from_reader(answer.bytes.as_slice()).records().map(Result::unwrap).collect()
    };
    let rows = csv(office.get(&format!("reports/receipts.csv?{week}")).await);
    assert_eq!(rows.iter().map(|r| r[13].parse::<i64>().unwrap()).sum::<i64>(), due);
    let days = csv(office.get(&format!("reports/days.csv?{week}")).await);
    assert_eq!((days.len(), days.iter().map(|r| r[11].parse::<i64>().unwrap()).sum::<i64>()), (7, due));
    let products = csv(office.get(&format!("reports/products.csv?{week}")).await);
    assert_eq!(products.iter().map(|r| r[3].parse::<i64>().unwrap()).sum::<i64>(), sold);

    // The touchscreen's own way, and who may not.
    let owner = Person::staff(&till.socket_url(), &till.invite(), OWNER_PIN).await;
    let (from, to) = ("2031-05-03".parse().unwrap(), "2031-05-09".parse().unwrap());
    match &*owner.client.see(Wanted::Sales { from, to }).await.unwrap() {
        Shown::Sales(shown) => assert_eq!(shown.figures.due, Money(due)),
        other => panic!("{other:?}"),
    }
    // A day of the week, and a receipt by its number, which is whole or what follows the dash.
    let found = |shown: &Shown| match shown {
        Shown::Receipts(page) => page.receipts.iter().map(|r| (r.number.clone(), r.day)).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let day = Wanted::Receipts { from, to: from, search: String::new(), before: None };
    let of_the_day = found(&owner.client.see(day.clone()).await.unwrap());
    assert!(!of_the_day.is_empty() && of_the_day.iter().all(|(_, day)| *day == from), "{of_the_day:?}");
    let wanted = &of_the_day[0];
    let count = wanted.0.split_once('-').unwrap().1.trim_start_matches('0').to_owned();
    for number in [wanted.0.clone(), count] {
        let numbered = owner.client.see(Wanted::ReceiptsNumbered { number }).await.unwrap();
        assert_eq!(found(&numbered), std::slice::from_ref(wanted));
    }
    for number in ["999999", "2030-1", "Budi", "%"] {
        let none = owner.client.see(Wanted::ReceiptsNumbered { number: number.to_owned() }).await.unwrap();
        assert_eq!(found(&none), [], "{number}");
    }
    // Printed again, it is on nobody's list of today; whoever sees no reports reaches none of it.
    let old = ReceiptId(shop.number(&format!("SELECT id FROM receipt WHERE number = '{}'", wanted.0)));
    let today = || shop.number("SELECT count(*) FROM receipt WHERE day = (SELECT max(day) FROM business_day)");
    owner.ask(Op::ReceiptReprint { receipt: old }).await.unwrap();
    for op in [Op::ReceiptReprint { receipt: old }, Op::ReceiptMail { receipt: old, address: Some("x@example.com".into()) }] {
        assert_eq!(cashier.ask(op).await.unwrap_err().code, "not-found");
    }
    for who in [&owner, &cashier] {
        let known = who.room().receipts;
        assert!(!known.contains_key(&old) && known.len() as i64 <= today(), "{known:?}");
    }
    let manager = Person::staff(&till.socket_url(), &till.invite(), MANAGER_PIN).await;
    assert_eq!(manager.client.see(Wanted::Mail {}).await.unwrap_err().code, "denied");
    assert_eq!(manager.client.see(Wanted::Sync {}).await.unwrap_err().code, "denied");
    for denied in
        [Wanted::Dashboard {}, day, Wanted::ReceiptsNumbered { number: "1".to_owned() }, Wanted::Mail {}, Wanted::Sync {}]
    {
        assert_eq!(cashier.client.see(denied).await.unwrap_err().code, "denied");
    }
    assert_eq!(guest.client.see(Wanted::Sales { from, to }).await.unwrap_err().code, "denied");
    assert_eq!(owner.client.see(Wanted::Sales { from: to, to: from }).await.unwrap_err().code, "period");
    for (path, code) in [
        ("reports/sales?from=2031-05-09&to=2031-05-03", "period"),
        ("reports/days.csv?from=9999-12-31&to=9999-12-31", "period"),
        ("reports/days.csv?from=2001-01-01&to=2031-05-09", "period"),
        ("reports/sales?from=x&to=y", "bad-request"),
        ("reports/sales", "bad-request"),
    ] {
        let answer = office.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, code), "{path}");
    }

    // And the command line's.
    let file = shop.path().join("week.pdf");
    let command = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kasir"));
        command.arg("report").args(args).arg("--data").arg(shop.path());
        command.output().unwrap()
    };
    let out = command(&["--from", "2031-05-03", "--to", "2031-05-09", "--pdf", file.to_str().unwrap()]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(pdf_text(&std::fs::read(&file).unwrap()).contains(&rupiah(due)));
    assert!(!command(&["--from", "2031-05-09"]).status.success(), "it must be said what to do");
    till.stop();
    let out = command(&["--from", "2031-05-09", "--csv", file.to_str().unwrap(), "--rows", "days"]);
    assert!(out.status.success(), "also when nothing runs: {}", String::from_utf8_lossy(&out.stderr));
    assert!(std::fs::read_to_string(&file).unwrap().contains("2031-05-09,1,1,3,58000"));
    assert_sums(&shop);
    shop.verify();
}

/// The pages of the report as pictures, for the documentation.
fn keep_pictures(pdf: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let (file, stem) = (folder.path().join("report.pdf"), folder.path().join("page"));
    std::fs::write(&file, pdf).unwrap();
    let drawn = Command::new("pdftoppm").args(["-png", "-r", "70"]).arg(&file).arg(&stem).status().unwrap();
    assert!(drawn.success());
    let page = image::open(folder.path().join("page-1.png")).unwrap().to_rgb8();
    // The bars stand on the page: more than a little of the accent colour.
    let accent = page.pixels().filter(|p| p.0 == [0xc2, 0x41, 0x0c]).count();
    assert!(accent > 2_000, "{accent} dots of a chart");
    if std::env::var_os("KASIR_WRITE_PICTURES").is_some() {
        page.save(crate::evening::picture("report")).unwrap();
    }
}

/// The business day closes: its report is in the owner's box, with the PDF, once; a day on which
/// nothing happened sends none.
#[tokio::test(flavor = "multi_thread")]
async fn the_owner_has_the_days_report_by_mail() {
    let shop = a_week_old();
    let till = Till::start(&shop);
    let office = Office::of(&till.address, OWNER).await;
    let mut settings: Value = office.get("mail/settings").await.json();
    settings.as_object_mut().unwrap().remove("has_password");
    settings["owner"] = json!(["pemilik@warung.example"]);
    assert_eq!(office.put("mail/settings", settings).await.status, 204);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let place = kasir::hub::wire::Place::Takeaway { guest: String::new() };
    let order = cashier.order_at(Some(place), &[("Soto", 2)]).await.unwrap();
    let visit = cashier.until("the order", |r| r.orders.contains_key(&order)).await.orders[&order].visit;
    let (number, _) = cashier.pay(visit, None).await.unwrap();
    // What an owner wants to know of besides.
    let receipt = kasir::domain::id::ReceiptId(shop.number(&format!("SELECT id FROM receipt WHERE number = '{number}'")));
    cashier.ask(Op::ReceiptReprint { receipt }).await.unwrap();
    let other = Person::screen(&till.socket_url(), &till.invite()).await;
    assert_eq!(other.log_in((CASHIER.0, "9999")).await.unwrap_err().code, "pin-wrong");
    till.stop();
    // Two nights pass; on the day between nobody came.
    MachineClock::of(shop.path()).set(EVENING_MS + DAY_MS, true);
    let till = Till::start(&shop);
    let letters = || -> Vec<String> {
        let folder = kasir::demo::post_box(shop.path());
        let mut files: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().map(|f| f.unwrap().path()).collect();
        files.retain(|f| f.extension().is_some_and(|e| e == "eml"));
        files.sort();
        files.iter().map(|f| std::fs::read_to_string(f).unwrap()).collect()
    };
    wait_until("the day's report", || letters().len() == 1);
    till.stop();
    MachineClock::of(shop.path()).set(EVENING_MS + 2 * DAY_MS, true);
    let till = Till::start(&shop);
    // A report that is asked for is written after whatever the day's end had owed.
    let office = Office::of(&till.address, OWNER).await;
    let ask = json!({ "from": "2031-05-03", "to": "2031-05-09", "address": "akuntan@warung.example" });
    assert_eq!(office.post("reports/mail", ask).await.status, 204);
    wait_until("the other report", || letters().iter().any(|l| l.contains("akuntan@warung.example")));
    let letters = letters();
    assert_eq!(letters.len(), 2, "none for the day on which nothing happened");
    assert!(letters[0].contains("To: pemilik@warung.example") && letters[0].contains("laporan-2031-05-09.pdf"), "{}", letters[0]);
    let text = attached_text(&letters[0]);
    // Two takeaways of 28,000: 56,000 and 10 %.
    assert!(text.contains("Jumat, 9 Mei 2031") && text.contains("Rp61.600"), "{text}");
    for told in ["Kejadian lain", "Struk dicetak ulang", &number, "PIN salah"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    for counted in ["Struk dicetak ulang", "PIN salah"] {
        assert!(letters[0].contains(counted), "{counted}: {}", letters[0]);
    }
    till.stop();
    shop.verify();
}

/// A file from before the days' sums were kept gets them when it is opened, the same as if they
/// had been kept all along.
#[test]
fn a_file_from_before_the_reports_gets_its_sums() {
    let shop = Shop::empty();
    let clock = Arc::new(ManualClock::at(EVENING_MS));
    let store = Store::open_alone(shop.path(), clock.clone()).unwrap();
    let run = &store.writer;
    ops::run(run, Actor::Machine, SetSite { site: kasir::domain::site::Site::default() }).unwrap();
    let category = ops::run(run, Actor::Machine, AddCategory { name: "Makanan".into() }).unwrap();
    let station = Station::default();
    // Without a cost, as every line was then.
    let draft = ProductDraft {
        category,
        name: "Soto".into(),
        price: Money(28_000),
        cost: Money::ZERO,
        description: String::new(),
        station,
        min_stock: 0,
    };
    let product = ops::run(run, Actor::Machine, AddProduct { draft, stock: None, picture: None }).unwrap();
    let draft = EmployeeDraft { name: "Kasir".into(), role: Role::Cashier, mail: None };
    let employee = ops::run(run, Actor::Machine, AddEmployee { draft, pin_hash: "x".into() }).unwrap();
    let draft = TableDraft { number: "1".into(), area: String::new(), seats: 4 };
    let table = ops::run(run, Actor::Machine, AddTable { draft, code: "abcdefghijklmnop".into() }).unwrap();
    let cashier = Actor::Employee { employee, role: Role::Cashier, device: Some(DeviceId(1)) };
    let sell = |quantity: u32, cancelled: bool| -> VisitId {
        let lines = vec![Line { product, quantity, note: String::new() }];
        let order = PlaceOrder { uid: Uuid::now_v7(), placement: Placement::Table(table), lines };
        let placed = ops::run(run, cashier, order).unwrap();
        if cancelled {
            let op = CancelOrder { order: placed.order, reason: "salah".into(), made: Some(true) };
            ops::run(run, cashier, op).unwrap();
            return placed.visit;
        }
        ops::run(run, cashier, FinishOrder { order: placed.order }).unwrap();
        let total = Money(i64::from(quantity) * 32_340);
        let pay = PayCash { uid: Uuid::now_v7(), visit: placed.visit, total, tendered: Money(1_000_000) };
        ops::run(run, cashier, pay).unwrap();
        placed.visit
    };
    sell(1, false);
    sell(2, false);
    clock.advance(std::time::Duration::from_secs(26 * 3600));
    sell(3, false);
    sell(4, true);
    store.close().unwrap();
    assert_sums(&shop);
    let conn = rusqlite::Connection::open(shop.database()).unwrap();
    conn.execute_batch(
        "DROP TABLE draft; DROP INDEX payment_receipt; DROP TABLE sync; DROP TABLE backup; DROP TABLE printer_state; DROP INDEX job_open; \
         ALTER TABLE job DROP COLUMN queued_wall_ms; ALTER TABLE job DROP COLUMN queued_mono_ms; ALTER TABLE job DROP COLUMN ended_wall_ms; \
         ALTER TABLE job DROP COLUMN meant_for; ALTER TABLE job DROP COLUMN batch; ALTER TABLE job DROP COLUMN released; \
         CREATE INDEX job_open ON job (printer_id); DROP TABLE day_sales; DROP TABLE day_hour; DROP TABLE day_product; DROP INDEX rating_day; \
         ALTER TABLE order_line DROP COLUMN cost_minor; ALTER TABLE session DROP COLUMN seen_ms; PRAGMA user_version = 3;",
    )
    .unwrap();
    drop(conn);
    let store = Store::open_alone(shop.path(), clock).unwrap();
    store.close().unwrap();
    assert_sums(&shop);
    assert_eq!(shop.number("SELECT sum(voided_minor) FROM day_sales"), 112_000);
    shop.verify();
}

/// The owner's evening in a real browser: how the house does, any period, every receipt.
#[tokio::test(flavor = "multi_thread")]
async fn the_owner_reads_reports_in_a_browser() {
    let shop = a_week_old();
    let till = Till::start(&shop);
    let url = |path: &str| format!("http://{}{path}", till.address);
    let browser = Browser::start();
    let office = browser.page("reports", 1280, 800);
    office.goto(&url("/office"));
    office.fill("login-name", OWNER.0);
    office.fill("login-password", OWNER.1);
    office.click("login-submit");
    office.see("page-dashboard");
    office.see_text("dashboard-due", "Rp0");
    let low: String = shop.column("SELECT 'low-p' || id FROM product WHERE stock - reserved <= min_stock ORDER BY id").remove(0);
    office.see(&low);
    // A sale elsewhere, seen without a touch.
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let place = kasir::hub::wire::Place::Takeaway { guest: String::new() };
    let order = cashier.order_at(Some(place), &[("Soto", 2)]).await.unwrap();
    let visit = cashier.until("the order", |r| r.orders.contains_key(&order)).await.orders[&order].visit;
    let (number, _) = cashier.pay(visit, None).await.unwrap();
    office.goto(&url("/office#/sales"));
    office.goto(&url("/office#/"));
    office.see_text("dashboard-due", "Rp61.600");
    office.shot(&crate::evening::picture("office-dashboard"));

    office.goto(&url("/office#/sales"));
    office.click("sales-quick-today");
    office.see_text("sales-due", "Rp61.600");
    office.click("sales-quick-7");
    let due = shop.number("SELECT sum(due_minor) FROM receipt WHERE day BETWEEN '2031-05-03' AND '2031-05-09'");
    office.see_text("sales-due", &rupiah(due));
    office.shot(&crate::evening::picture("office-sales"));
    office.click("sales-mail");
    office.see_text("sales-mail-fault", "email");

    office.goto(&url("/office#/receipts"));
    office.fill("history-search", &number);
    let id = shop.column("SELECT 'receipt-r' || max(id) FROM receipt").remove(0);
    office.see(&id);
    // The one before does not bear that number.
    office.gone(&shop.column("SELECT 'receipt-r' || (max(id) - 1) FROM receipt").remove(0));
    office.click(&format!("{id}-open"));
    office.see_text("receipt-total", "Rp61.600");
    office.shot(&crate::evening::picture("office-receipts"));
    office.click("receipt-reprint");
    office.see_text("receipt-copies", "1");
    office.fill("receipt-mail-address", "tamu@example.com");
    office.click("receipt-mail-send");
    let letters = || std::fs::read_dir(kasir::demo::post_box(shop.path())).into_iter().flatten().count();
    wait_until("the receipt's letter", || letters() == 1);
    // The browser itself writes down each refusal: nobody was logged in, nobody to mail to.
    let errors = office.errors();
    assert!(errors.iter().all(|e| e.contains("401") || e.contains("400")), "{errors:?}");
    till.stop();
    shop.verify();
}
