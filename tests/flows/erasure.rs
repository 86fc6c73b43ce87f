//! Guests are forgotten: a set time after they left, and when they ask. Not a byte of them is left
//! in the file; what they ordered and paid is there to the rupiah.

use kasir::app::Store;
use kasir::domain::id::{DeviceId, ProductId};
use kasir::domain::order::OrderState;
use kasir::domain::staff::{Actor, Role};
use kasir::domain::time::ManualClock;
use kasir::hub::wire::Op;
use kasir::ops;
use kasir::ops::order::{CancelOrder, PlaceOrder, Placement, Wanted};
use serde_json::json;

use crate::mail::settings;
use crate::support::machine::{DAY_MS, EVENING_MS, MachineClock};
use crate::support::mariadb::HeadOffice;
use crate::support::office::{MANAGER, OWNER, Office};
use crate::support::people::{CASHIER, Person};
use crate::support::smtp::MailServer;
use crate::support::till::Till;
use crate::support::{Place as Shop, wait_until};

/// What nobody but this guest has said: a name, an address, a number, a comment.
const TRACES: [&str; 4] = ["Wirodarsono", "wirodarsono@example.com", "0812777333555", "gurih-tiada-duanya"];

/// Comes in, eats, rates, pays, and has the receipt sent to an address at the counter too. The visit.
async fn dine(shop: &Shop, till: &Till, table: usize, [name, mail, phone, comment]: [&str; 4]) -> i64 {
    let code = shop.codes()[table].clone();
    let guest = Person::guest(&till.socket_url(), &code, name).await;
    guest.ask(Op::GuestChange { guest: name.into(), mail: mail.into(), phone: phone.into() }).await.unwrap();
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let product = guest.product("Soto");
    let order = guest.order(&[("Soto", 2)]).await.unwrap();
    let visit = cashier.until_order(order, OrderState::Waiting).await.visit;
    cashier.ask(Op::OrderConfirm { order }).await.unwrap();
    cashier.ask(Op::OrderFinish { order }).await.unwrap();
    guest.ask(Op::ProductRate { product, stars: 5, comment: comment.into() }).await.unwrap();
    cashier.pay(visit, None).await.unwrap();
    let receipt = kasir::domain::id::ReceiptId(shop.number("SELECT max(id) FROM receipt"));
    cashier.ask(Op::ReceiptMail { receipt, address: Some(mail.to_uppercase()) }).await.unwrap();
    visit.0
}

/// Whether the bytes stand anywhere in the database or its log, in whatever case.
fn is_in_the_file(shop: &Shop, trace: &str) -> bool {
    let wanted = trace.to_ascii_lowercase().into_bytes();
    ["", "-wal"].iter().any(|end| {
        let path = format!("{}{end}", shop.database().display());
        let bytes = std::fs::read(path).unwrap_or_default().to_ascii_lowercase();
        bytes.windows(wanted.len()).any(|w| w == wanted)
    })
}

fn known(shop: &Shop) -> i64 {
    shop.number("SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM rating_comment)")
}

/// A day too early nothing is forgotten; when the time is over all of it is, from tables, letters
/// and the file's own bytes. Sums, receipts and stars stay, and the journal rebuilds them.
#[tokio::test(flavor = "multi_thread")]
async fn guests_are_forgotten_when_their_time_is_over() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let server = MailServer::start();
    let office = Office::of(&till.address, OWNER).await;
    assert_eq!(office.put("mail/settings", settings(&server)).await.status, 204);
    let mut site = office.get("site").await.json();
    for wrong in [0, 3_651] {
        site["erase_after_days"] = json!(wrong);
        assert_eq!(office.put("site", site.clone()).await.code(), "setting", "{wrong} days");
    }
    site["erase_after_days"] = json!(30);
    assert_eq!(office.put("site", site.clone()).await.status, 204);
    assert_eq!(office.get("site").await.json()["erase_after_days"], 30);
    dine(&shop, &till, 0, TRACES).await;
    wait_until("both letters to go", || shop.number("SELECT count(*) FROM letter WHERE state = 'sent'") == 2);
    let sums = || {
        shop.column(
            "SELECT count(*) || '/' || sum(due_minor) FROM receipt UNION ALL SELECT sum(stars) || '' FROM rating \
             UNION ALL SELECT count(*) || '' FROM orders",
        )
    };
    let before = sums();
    till.stop();
    assert!(TRACES.iter().all(|t| is_in_the_file(&shop, t)), "the test looks in the right place");

    let wake = |days: i64| {
        MachineClock::of(shop.path()).set(EVENING_MS + days * DAY_MS, true);
        Till::start(&shop)
    };
    let opened = || shop.number("SELECT count(*) FROM business_day");
    let noted = || {
        shop.number(
            "SELECT count(*) FROM meta WHERE key = 'erased' AND value = (SELECT date(max(day), '-30 day') FROM business_day)",
        )
    };
    let (days, everybody) = (opened(), known(&shop));
    let till = wake(30);
    wait_until("the day to open", || opened() > days);
    wait_until("guests to be looked at", || noted() == 1);
    assert_eq!(known(&shop), everybody, "thirty days are not over");
    till.stop();
    let till = wake(31);
    wait_until("them to be forgotten", || known(&shop) == 0 && noted() == 1);
    // What is being read elsewhere holds the log, and with it what the file had before.
    let log = || std::fs::metadata(shop.database().with_extension("db-wal")).map_or(0, |m| m.len());
    wait_until("the log to be cut", || log() == 0);
    till.stop();
    for trace in TRACES {
        assert!(!is_in_the_file(&shop, trace), "{trace} is still in the file");
    }
    assert_eq!(sums(), before);
    assert_eq!(shop.number("SELECT count(*) FROM letter WHERE json_extract(work, '$.letter') = 'receipt'"), 0);
    let said = shop.column("SELECT event FROM journal WHERE kind = 'guests_erased'");
    assert!(said.len() == 1 && said[0].contains("\"asked\":false"), "{said:?}");
    assert_eq!(shop.number("SELECT count(*) FROM journal WHERE kind = 'guests_erased' AND actor = '\"machine\"'"), 1);
    shop.verify();
}

/// Somebody asks: found by what they say of themselves, forgotten at once, by whom is on record and
/// of whom is not; others stay. Head office's copy is empty of them too.
#[tokio::test(flavor = "multi_thread")]
async fn who_asks_is_forgotten_here_and_at_head_office() {
    let (shop, head_office) = (Shop::furnished(), HeadOffice::start());
    let till = Till::start(&shop);
    till.ask(head_office.settings());
    let office = Office::of(&till.address, MANAGER).await;
    let server = MailServer::start();
    let owner = Office::of(&till.address, OWNER).await;
    assert_eq!(owner.put("mail/settings", settings(&server)).await.status, 204);
    let visit = dine(&shop, &till, 0, TRACES).await;
    dine(&shop, &till, 1, ["Kartika", "kartika@example.com", "0812000111222", "asin"]).await;
    wait_until("the letters to go", || shop.number("SELECT count(*) FROM letter WHERE state = 'sent'") == 4);
    let there = |what: &str| head_office.number(&format!("SELECT count(*) FROM {what}"));
    wait_until("the copy", || there("rating WHERE comment = 'gurih-tiada-duanya'") == 1);
    assert_eq!(there("guest WHERE name = 'Wirodarsono'"), 1);

    for search in ["wirodar", "WIRODARSONO@", "777333"] {
        let found = office.get(&format!("guests?search={search}")).await.json();
        let found = found["guests"].as_array().unwrap();
        assert_eq!(found.len(), 1, "{search}: {found:?}");
        assert_eq!(
            (&found[0]["name"], &found[0]["place"], &found[0]["comments"]),
            (&json!("Wirodarsono"), &json!("1"), &json!(1))
        );
    }
    // Everything that stands for anything elsewhere is a letter like the others here.
    for search in ["%25%25", "__", "\\\\", "%27--"] {
        assert_eq!(office.get(&format!("guests?search={search}")).await.json()["guests"], json!([]), "{search}");
    }
    assert_eq!(office.get("guests?search=w").await.code(), "text-empty", "nobody lists everybody");
    let id = office.get("guests?search=wirodar").await.json()["guests"][0]["id"].clone();
    assert_eq!(office.post("guests/erase", json!({ "guests": [id, "g9999"] })).await.code(), "not-found");
    assert_eq!(office.post("guests/erase", json!({ "guests": [] })).await.code(), "not-found");
    assert_eq!(office.get("guests?search=wirodar").await.json()["guests"].as_array().unwrap().len(), 1, "all or nothing");

    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    assert_eq!(office.post("guests/erase", json!({ "guests": [id] })).await.status, 204);
    assert_eq!(office.get("guests?search=wirodar").await.json()["guests"], json!([]));
    let ratings = office.get("ratings").await.json();
    let told: Vec<_> =
        ratings["ratings"].as_array().unwrap().iter().map(|r| (r["guest"].clone(), r["comment"].clone())).collect();
    assert!(told.contains(&(json!("Kartika"), json!("asin"))) && told.contains(&(json!(""), json!(""))), "{told:?}");
    assert!(!cashier.frames().iter().any(|f| serde_json::to_string(&**f).unwrap().contains("Wirodarsono")), "{visit}");
    wait_until("head office to hear of it", || {
        there("rating WHERE comment = 'gurih-tiada-duanya'")
            + there("guest WHERE name = 'Wirodarsono' OR mail <> '' AND name = ''")
            == 0
    });
    assert_eq!(there("guest WHERE name = 'Kartika'"), 1);
    let actor = shop.column("SELECT actor FROM journal WHERE kind = 'guests_erased'").remove(0);
    assert!(actor.contains("\"e2\""), "{actor}");
    till.stop();
    for trace in TRACES {
        assert!(!is_in_the_file(&shop, trace), "{trace} is still in the file");
    }
    assert!(is_in_the_file(&shop, "Kartika") && is_in_the_file(&shop, "kartika@example.com"));
    shop.verify();
}

/// A house that begins to forget after years still sells meanwhile: a few at a time.
#[test]
fn many_guests_are_forgotten_a_few_at_a_time() {
    let shop = Shop::furnished();
    let clock = std::sync::Arc::new(ManualClock::at(EVENING_MS));
    let store = Store::open_alone(shop.path(), clock).unwrap();
    let cashier = Actor::Employee { employee: CASHIER.0, role: Role::Cashier, device: Some(DeviceId(1)) };
    for n in 0..250 {
        let lines = vec![Wanted { product: ProductId(16), quantity: 1, note: String::new() }];
        let placement = Placement::Takeaway { guest: format!("Tamu {n}") };
        let placed = ops::run(&store.writer, cashier, PlaceOrder { uid: uuid::Uuid::now_v7(), placement, lines }).unwrap();
        let cancel = CancelOrder { order: placed.order, reason: "x".into(), made: Some(false) };
        ops::run(&store.writer, cashier, cancel).unwrap();
    }
    store.close().unwrap();
    assert_eq!(shop.number("SELECT count(*) FROM visit WHERE closed_ms IS NULL"), 0);
    assert_eq!(known(&shop), 250);
    MachineClock::of(shop.path()).set(EVENING_MS + 91 * DAY_MS, true);
    let till = Till::start(&shop);
    wait_until("all to be forgotten", || known(&shop) == 0);
    assert_eq!(shop.number("SELECT count(*) FROM journal WHERE kind = 'guests_erased'"), 3);
    till.stop();
    shop.verify();
}
