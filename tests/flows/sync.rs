//! Head office's copy, against a real MariaDB over TLS: everything arrives, once, whatever is down
//! meanwhile, and the counter never waits.

use kasir::control::{Request, Response};
use kasir::domain::sync::{SyncFault, SyncSettings, SyncTls};
use kasir::hub::wire::{Op, Place};

use crate::support::machine::FURNISHED_MS;
use crate::support::mariadb::HeadOffice;
use crate::support::office::{MANAGER, OWNER, Office};
use crate::support::people::{CASHIER, Person};
use crate::support::tablet;
use crate::support::till::Till;
use crate::support::{Place as Shop, wait_until};

fn a_week_old() -> Shop {
    let shop = Shop::empty();
    kasir::demo::open(shop.path(), FURNISHED_MS).unwrap();
    shop
}

fn state(till: &Till) -> (u32, Option<SyncFault>) {
    match till.ask(Request::SyncStatus) {
        Response::Sync { waiting, fault, .. } => (waiting, fault.map(|(word, _)| word)),
        other => panic!("{other:?}"),
    }
}

fn wait_for_all(till: &Till) {
    let there = || matches!(till.ask(Request::SyncStatus), Response::Sync { on: true, waiting: 0, fault: None, .. });
    wait_until("everything to be there", there);
}

/// Both sides agree, table by table and day by day.
fn assert_same(till: &Till) {
    match till.ask(Request::SyncVerify) {
        Response::Compared { reached, head, differences } => {
            assert!(differences.is_empty() && reached == head, "{reached} of {head}: {differences:#?}");
        }
        other => panic!("{other:?}"),
    }
}

/// A takeaway, ordered and paid.
async fn sell(cashier: &Person) {
    let place = Place::Takeaway { guest: String::new() };
    let order = cashier.order_at(Some(place), &[("Soto", 1)]).await.unwrap();
    let visit = cashier.until("the order", |r| r.orders.contains_key(&order)).await.orders[&order].visit;
    cashier.pay(visit, None).await.unwrap();
}

/// Orders, lines, bills, payments, stock, menu, staff without secrets, tables with their state,
/// guests, ratings and the journal are there, to the rupiah; and a new order follows by itself.
#[tokio::test(flavor = "multi_thread")]
async fn everything_reaches_head_office() {
    let (shop, office) = (a_week_old(), HeadOffice::start());
    let till = Till::start(&shop);
    till.ask(office.settings());
    wait_for_all(&till);
    assert_same(&till);
    for sql in [
        "SELECT sum(due_minor) FROM receipt",
        "SELECT sum(amount_minor) FROM payment",
        "SELECT sum(quantity * unit_price_minor) FROM order_line",
        "SELECT count(*) FROM orders",
        "SELECT sum(stock) FROM product",
        "SELECT sum(quantity) FROM stock_movement",
        "SELECT count(*) FROM employee",
        "SELECT sum(stars) FROM rating",
        "SELECT count(*) FROM guest",
        "SELECT count(*) FROM journal",
    ] {
        assert_eq!(office.number(sql), shop.number(sql), "{sql}");
        assert!(office.number(sql) > 0, "{sql}");
    }
    assert!(office.column("SELECT name FROM guest").contains(&"Budi".to_owned()));
    // Nothing secret crosses: no hash of a PIN or password in any column.
    let all = office.column(
        "SELECT CONCAT_WS('|', event, actor) FROM journal UNION ALL SELECT CONCAT_WS('|', uid, name, role) FROM employee",
    );
    assert!(all.iter().all(|t| !t.contains("argon2") && !t.contains("rahasia")));

    // A table's state there is what the floor shows, and a guest's order follows by itself.
    let guest = Person::guest(&till.socket_url(), &shop.codes()[6], "Siti").await;
    let order = guest.order(&[("Rendang", 1)]).await.unwrap();
    let number =
        |state: &str| office.number(&format!("SELECT count(*) FROM dining_table WHERE number = '7' AND state = '{state}'"));
    wait_until("the waiting table", || number("waiting") == 1);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    cashier.ask(Op::OrderConfirm { order }).await.unwrap();
    wait_until("the table in process", || number("in_process") == 1);
    wait_for_all(&till);
    assert_same(&till);

    // What differs is named.
    office.root().query_drop_in("kasir", "UPDATE receipt SET due_minor = due_minor + 1 WHERE id = 3");
    match till.ask(Request::SyncVerify) {
        Response::Compared { differences, .. } => assert_eq!(differences.len(), 1, "{differences:?}"),
        other => panic!("{other:?}"),
    }
    till.stop();
    shop.verify();
}

/// MariaDB killed, paused and read-only during service: orders and payments are taken as ever, the
/// screens say what is wrong and since when, and afterwards everything is there, once.
#[tokio::test(flavor = "multi_thread")]
async fn the_counter_never_waits_for_head_office() {
    let (shop, mut office) = (Shop::furnished(), HeadOffice::start());
    let till = Till::start(&shop);
    till.ask(office.settings());
    wait_for_all(&till);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;

    office.stop();
    sell(&cashier).await;
    let room = cashier.until("the fault on the bar", |r| r.hub.as_ref().is_some_and(|h| h.sync.fault.is_some())).await;
    let sync = room.hub.unwrap().sync;
    assert!(sync.fault == Some(SyncFault::Unreachable) && sync.since_ms.is_some() && sync.waiting > 0, "{sync:?}");
    sell(&cashier).await;
    office.restart();
    cashier.until("the bar quiet again", |r| r.hub.as_ref().is_some_and(|h| h.sync.fault.is_none())).await;

    office.pause();
    sell(&cashier).await;
    sell(&cashier).await;
    office.wake();
    wait_for_all(&till);

    office.root().query_drop_in("kasir", "SET GLOBAL read_only = 1");
    sell(&cashier).await;
    cashier.until("the refusal on the bar", |r| r.hub.as_ref().is_some_and(|h| h.sync.fault == Some(SyncFault::Rejected))).await;
    office.root().query_drop_in("kasir", "SET GLOBAL read_only = 0");
    wait_for_all(&till);
    assert_same(&till);
    assert_eq!(office.number("SELECT count(*) FROM receipt"), 5);

    // A start without the server knows what waits.
    office.stop();
    sell(&cashier).await;
    wait_until("the fault", || state(&till).1.is_some());
    till.kill();
    let till = Till::start(&shop);
    wait_until("what waits", || state(&till).0 > 0 && state(&till).1 == Some(SyncFault::Unreachable));
    office.restart();
    wait_for_all(&till);
    assert_same(&till);
    till.stop();
    shop.verify();
}

/// kill -9 of kasir at ten moments while it sends a long backlog: it goes on where the server says
/// it had come, and nothing is there twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_kasir_goes_on_where_head_office_says() {
    let (shop, office) = (a_week_old(), HeadOffice::start());
    let till = Till::start(&shop);
    till.ask(office.settings());
    till.kill();
    for round in 0..10 {
        let till = Till::start(&shop);
        // At another moment every time: a sale, a look, or at once.
        if round % 3 == 0 {
            let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
            sell(&cashier).await;
        } else if round % 3 == 1 {
            state(&till);
        }
        till.kill();
    }
    let till = Till::start(&shop);
    wait_for_all(&till);
    assert_same(&till);
    till.stop();
    shop.verify();
}

/// Who may set it, what is refused, and what each fault is called.
#[tokio::test(flavor = "multi_thread")]
async fn head_office_is_set_up_with_care() {
    let (shop, office) = (Shop::furnished(), HeadOffice::start());
    let till = Till::start(&shop);
    let owner = Office::of(&till.address, OWNER).await;
    let good = serde_json::json!({
        "on": true, "host": "127.0.0.1", "port": office.port, "user": "kasir", "database": "kasir", "tls": "required",
        "ca_file": office.ca_file(), "password": "rahasia-pusat",
    });
    let with = |key: &str, value: serde_json::Value| {
        let mut changed = good.clone();
        changed[key] = value;
        changed
    };
    for (key, value) in [
        ("host", serde_json::json!("a b")),
        ("user", serde_json::json!("")),
        ("database", serde_json::json!("kasir; DROP TABLE journal")),
        ("ca_file", serde_json::json!("ca.pem")),
    ] {
        let answer = owner.put("sync/settings", with(key, value)).await;
        assert_eq!((answer.code(), answer.json()["params"]["key"].as_str()), ("setting".to_owned(), Some(key)));
    }
    let mut open = with("tls", serde_json::json!("off"));
    open["host"] = serde_json::json!("db.example.com");
    assert_eq!(owner.put("sync/settings", open).await.json()["params"]["key"], "tls", "nothing crosses the world in the open");
    let manager = Office::of(&till.address, MANAGER).await;
    assert_eq!(manager.put("sync/settings", good.clone()).await.status, 403);

    // A wrong password, then an authority that did not sign the server.
    assert_eq!(owner.put("sync/settings", with("password", serde_json::json!("falsch"))).await.status, 204);
    wait_until("to be refused", || state(&till).1 == Some(SyncFault::Refused));
    // Off and on again, so that the next refusal is the next one's.
    assert_eq!(owner.put("sync/settings", with("on", serde_json::json!(false))).await.status, 204);
    wait_until("nothing to be wrong", || state(&till).1.is_none());
    let elsewhere = HeadOffice::start();
    let mut foreign = good.clone();
    foreign["ca_file"] = serde_json::json!(elsewhere.ca_file());
    assert_eq!(owner.put("sync/settings", foreign).await.status, 204);
    wait_until("to be refused", || state(&till).1 == Some(SyncFault::Refused));
    assert_eq!(office.number("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'kasir'"), 0);
    assert_eq!(owner.put("sync/settings", good).await.status, 204);
    wait_for_all(&till);
    let shown = owner.get("sync/settings").await;
    assert!(!String::from_utf8_lossy(&shown.bytes).contains("rahasia") && shown.json()["has_password"] == true);

    // A card that was copied: two files with one name and two histories. The second is not mixed in.
    let copy = Shop::empty();
    till.stop();
    std::fs::copy(shop.database(), copy.database()).unwrap();
    let till = Till::start(&shop);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    sell(&cashier).await;
    wait_for_all(&till);
    let rows = office.number("SELECT count(*) FROM journal");
    let twin = Till::start(&copy);
    let other = Person::staff(&twin.socket_url(), &twin.invite(), CASHIER).await;
    for _ in 0..3 {
        sell(&other).await;
    }
    wait_until("to be told apart", || state(&twin).1 == Some(SyncFault::Diverged));
    assert_eq!(office.number("SELECT count(*) FROM journal"), rows);
    twin.stop();

    // Switched off: nothing more goes up.
    let off = SyncSettings { on: false, tls: SyncTls::Required, ..SyncSettings::default() };
    till.ask(Request::SyncSet { settings: off, password: None });
    wait_until("the copy to be off", || matches!(till.ask(Request::SyncStatus), Response::Sync { on: false, .. }));
    let rows = office.number("SELECT count(*) FROM journal");
    sell(&cashier).await;
    assert_eq!(office.number("SELECT count(*) FROM journal"), rows);
    till.stop();
    shop.verify();
}

/// An order whose lines were changed while it waited has the new ones there, and no old ones.
#[tokio::test(flavor = "multi_thread")]
async fn an_amended_order_is_amended_there_too() {
    let (shop, office) = (Shop::furnished(), HeadOffice::start());
    let till = tablet::till(&shop, &[]);
    till.ask(office.settings());
    let mut budi = tablet::Guest::sit(&till.address, 5, "Budi").await;
    budi.tap("Rendang Sapi", 2, 42_000).await;
    budi.tap("Es Teh Manis", 1, 8_000).await;
    budi.submit().await;
    budi.order.until_word("5", "dikonfirmasi").await;
    wait_for_all(&till);
    assert_eq!(office.number("SELECT count(*) FROM order_line"), 2);
    budi.tap("Es Teh Manis", 0, 0).await;
    wait_until("one line", || shop.number("SELECT count(*) FROM order_line") == 1);
    wait_for_all(&till);
    assert_eq!(office.column("SELECT name FROM order_line"), ["Rendang Sapi"]);
    assert_same(&till);
    till.stop();
    shop.verify();
}

/// A statement as its administrator, in a database.
trait InDatabase {
    fn query_drop_in(self, database: &str, sql: &str);
}

impl InDatabase for mysql::Conn {
    fn query_drop_in(mut self, database: &str, sql: &str) {
        use mysql::prelude::Queryable;
        self.query_drop(format!("USE {database}")).unwrap();
        self.query_drop(sql).unwrap();
    }
}
