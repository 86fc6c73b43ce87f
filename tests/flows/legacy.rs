//! The old app's tablets against kasir: their protocol as their source speaks it, and what it
//! comes to on the till, on paper and in the journal.

use kasir::domain::order::OrderState;
use kasir::domain::visit::TableDraft;
use kasir::hub::wire::Op;
use serde_json::json;

use crate::rush::get;
use crate::support::people::{CASHIER, Person};
use crate::support::printers::PaperTray;
use crate::support::tablet::{self, COUNTER, Counter, GUESTS, Guest, Page, STRANGER, till};
use crate::support::till::{Till, printer};
use crate::support::{Place as Shop, wait_until};

pub const ES_TEH: &str = "Es Teh Manis";
pub const RENDANG: &str = "Rendang Sapi";
/// "done 2 Rendang Sapi", line by line.
pub const ORDERED: &str =
    "SELECT o.state || ' ' || l.quantity || ' ' || l.name FROM orders o JOIN order_line l ON l.order_id = o.id ORDER BY o.id";

/// A tap a tablet sends is no order: the last cart counts, and nothing of it is in the journal.
#[tokio::test(flavor = "multi_thread")]
async fn a_cart_is_one_draft_whatever_the_taps() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let counter = Counter::open(&till.address).await;
    assert!(counter.0.told().transactions.is_empty());
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    for quantity in 1..=3 {
        budi.tap(ES_TEH, quantity, 8_000).await;
    }
    budi.tap_in_order(RENDANG, 1, 42_000).await;
    let cart = "Budi: 3 Es Teh Manis @8000, 1 Rendang Sapi @42000 = 66000";
    let told = counter.0.until("the cart", |t| t.at("5") == [cart]).await;
    assert_eq!(told.story("5"), ["menunggu dikonfirmasi"]);
    let own = budi.order.until("the own cart", |t| t.at("5") == [cart]).await;
    assert_eq!(own.word("5"), "menunggu dikonfirmasi");
    assert_eq!(shop.number("SELECT count(*) FROM draft"), 1);
    // The last − takes the cart away.
    budi.tap(ES_TEH, 0, 0).await;
    budi.tap(RENDANG, 0, 0).await;
    counter.0.until("an empty room", |t| t.transactions.is_empty()).await;
    assert_eq!(shop.number("SELECT count(*) FROM draft"), 0);
    till.stop();
    assert_eq!(shop.number("SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM visit)"), 0);
    assert_eq!(shop.number("SELECT count(*) FROM journal WHERE event LIKE '%Budi%'"), 0);
    shop.verify();
}

/// The whole way, each step said twice: one order, one ticket a station, the stock taken once.
/// The table then waits at the till.
#[tokio::test(flavor = "multi_thread")]
async fn pesan_proses_selesai_happen_once_however_often_they_are_said() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let tray = PaperTray::new();
    till.ask(printer("Dapur", tray.port, &["kitchen", "bar"], false));
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    budi.tap(RENDANG, 2, 42_000).await;
    budi.tap(ES_TEH, 1, 8_000).await;
    budi.submit().await;
    budi.submit().await;
    budi.order.until_word("5", "dikonfirmasi").await;
    let room = cashier.until("the order", |r| r.orders.values().any(|o| o.state == OrderState::Waiting)).await;
    let order = room.orders.values().next().unwrap();
    assert_eq!((order.place.as_str(), order.who.as_str(), order.amount.0, room.orders.len()), ("5", "Budi", 92_000, 1));
    assert_eq!(shop.number("SELECT reserved FROM product WHERE name = 'Rendang Sapi'"), 2);
    assert!(tray.papers().is_empty(), "nothing is printed before the cashier's yes");

    counter.press(5, "diproses").await;
    counter.press(5, "diproses").await;
    budi.order.until_word("5", "diproses").await;
    let papers = tray.wait_for(2);
    assert!(papers.iter().any(|p| p.iter().any(|l| l == "2 x Rendang Sapi")), "{papers:#?}");
    // Once it is made, "Pesan" again changes nothing.
    budi.submit().await;
    budi.order.settle(5).await;

    counter.press(5, "selesai").await;
    counter.press(5, "selesai").await;
    budi.served().await;
    let visit = order.visit;
    cashier.until("to be served", |r| r.orders.values().all(|o| o.state == OrderState::Done)).await;
    // Everything that was said is done by then.
    counter.press(5, "diproses").await;
    let mut sari = Guest::sit(&till.address, 6, "Sari").await;
    sari.tap(ES_TEH, 1, 8_000).await;
    let told = counter.0.until_word("6", "menunggu dikonfirmasi").await;
    assert_eq!(told.story("5"), ["menunggu dikonfirmasi", "dikonfirmasi", "diproses", "selesai"]);
    assert!(!told.transactions.contains_key("5"));
    assert_eq!(budi.order.told().story("5"), ["menunggu dikonfirmasi", "dikonfirmasi", "diproses", "selesai"]);
    cashier.pay(visit, None).await.unwrap();
    assert_eq!(tray.papers().len(), 2);
    till.stop();
    assert_eq!(shop.number("SELECT count(*) FROM orders"), 1);
    assert_eq!(shop.number("SELECT stock * 100 + reserved FROM product WHERE name = 'Rendang Sapi'"), 1_800);
    assert_eq!(shop.number("SELECT count(*) FROM visit WHERE closed_ms IS NULL"), 0);
    assert_eq!(shop.column("SELECT DISTINCT cause || quantity FROM stock_movement WHERE order_id IS NOT NULL"), ["sale-2"]);
    shop.verify();
}

/// After "selesai" a table begins anew: the old server left it there, so that a second order
/// could never be confirmed.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_order_after_selesai_begins_anew() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    for (product, price) in [(RENDANG, 42_000), (ES_TEH, 8_000)] {
        budi.tap(product, 1, price).await;
        budi.order.until_word("5", "menunggu dikonfirmasi").await;
        budi.submit().await;
        budi.order.until_word("5", "dikonfirmasi").await;
        counter.press(5, "diproses").await;
        budi.order.until_word("5", "diproses").await;
        counter.press(5, "selesai").await;
        budi.served().await;
        // Whoever comes now is not told of what is over.
        let late = Page::open(&till.address, GUESTS).await.told();
        assert!(late.status.is_empty() && late.transactions.is_empty(), "{late:?}");
    }
    till.stop();
    assert_eq!(
        shop.column("SELECT name || state FROM order_line ORDER BY order_id"),
        ["Rendang Sapiserved", "Es Teh Manisserved"]
    );
    // The same guest, the same bill.
    assert_eq!(shop.number("SELECT (SELECT count(*) FROM visit) * 10 + (SELECT count(*) FROM guest)"), 11);
    shop.verify();
}

/// While nobody has begun with it a changed cart changes the order; nothing is printed for that.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_cart_amends_the_waiting_order() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let tray = PaperTray::new();
    till.ask(printer("Dapur", tray.port, &["kitchen", "bar"], false));
    let mut counter = Counter::open(&till.address).await;
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    budi.tap(RENDANG, 3, 42_000).await;
    budi.submit().await;
    budi.order.until_word("5", "dikonfirmasi").await;
    budi.tap(RENDANG, 1, 42_000).await;
    budi.tap(ES_TEH, 2, 8_000).await;
    let changed = ["Budi: 1 Rendang Sapi @42000, 2 Es Teh Manis @8000 = 58000"];
    let told = counter.0.until("the change", |t| t.at("5") == changed).await;
    assert_eq!(told.word("5"), "dikonfirmasi");
    budi.menu.until("the change", |t| t.at("5") == changed).await;
    cashier.until("the change", |r| r.orders.len() == 1 && r.orders.values().all(|o| o.amount.0 == 58_000)).await;
    assert_eq!(shop.number("SELECT reserved FROM product WHERE name = 'Rendang Sapi'"), 1);
    // More than there is: the order stays as it was, and the tablet is told so.
    let before = budi.menu.told().messages;
    budi.tap(RENDANG, 21, 42_000).await;
    let told = budi.menu.until("the truth", |t| t.messages > before).await;
    assert_eq!(told.at("5"), changed);
    budi.tap(RENDANG, 1, 42_000).await;
    budi.menu.settle(5).await;
    counter.press(5, "diproses").await;
    counter.0.until_word("5", "diproses").await;
    assert_eq!(tray.wait_for(2).len(), 2, "one ticket a station, of what it came to");

    // A guest who takes everything back takes the order back.
    let mut sari = Guest::sit(&till.address, 6, "Sari").await;
    sari.tap(ES_TEH, 1, 8_000).await;
    sari.submit().await;
    sari.order.until_word("6", "dikonfirmasi").await;
    sari.tap_in_order(ES_TEH, 0, 0).await;
    counter.0.until("no table 6", |t| !t.transactions.contains_key("6")).await;
    assert_eq!(sari.order.told().word("6"), "dikonfirmasi", "nothing was served");
    till.stop();
    assert_eq!(shop.column("SELECT state FROM orders ORDER BY id"), ["in_process", "cancelled"]);
    assert_eq!(shop.number("SELECT orders FROM day_sales"), 2, "a changed order is one order");
    assert!(shop.number("SELECT count(*) FROM journal WHERE kind = 'order_amended'") > 0);
    shop.verify();
}

/// What the kitchen has is not taken back by a tablet, and not made twice: only what is more
/// becomes another order.
#[tokio::test(flavor = "multi_thread")]
async fn in_process_only_more_is_ordered() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    budi.tap(RENDANG, 2, 42_000).await;
    budi.submit().await;
    counter.0.until_word("5", "dikonfirmasi").await;
    counter.press(5, "diproses").await;
    budi.menu.until_word("5", "diproses").await;
    let before = budi.menu.told().messages;
    budi.tap(RENDANG, 1, 42_000).await;
    let told = budi.menu.until("the truth", |t| t.messages > before).await;
    assert_eq!((told.at("5"), told.word("5")), (vec!["Budi: 2 Rendang Sapi @42000 = 84000".to_owned()], "diproses"));

    budi.tap(RENDANG, 3, 42_000).await;
    let told = counter.0.until_word("5", "menunggu dikonfirmasi").await;
    assert_eq!(told.at("5"), ["Budi: 3 Rendang Sapi @42000 = 126000"]);
    budi.submit().await;
    counter.0.until_word("5", "dikonfirmasi").await;
    counter.press(5, "diproses").await;
    counter.0.until_word("5", "diproses").await;
    counter.press(5, "selesai").await;
    budi.served().await;
    till.stop();
    assert_eq!(shop.number("SELECT count(*) FROM order_line"), 2);
    assert_eq!(shop.number("SELECT stock FROM product WHERE name = 'Rendang Sapi'"), 17);
    shop.verify();
}

/// A house's bound on what a guest orders holds for tablets too, and a cart that cannot be sent
/// keeps nobody else at the table waiting.
#[tokio::test(flavor = "multi_thread")]
async fn one_cart_that_cannot_be_sent_stops_no_table() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let mut counter = Counter::open(&till.address).await;
    let mut greedy = Guest::sit(&till.address, 5, "Ani").await;
    let before = greedy.menu.told().messages;
    greedy.tap(ES_TEH, 21, 8_000).await;
    greedy.menu.until("the truth", |t| t.messages > before).await;
    assert_eq!(shop.number("SELECT count(*) FROM draft"), 0, "a guest's order has at most 20 of one");
    // One order more than a table may have open: the last one's cart stays, by its name.
    for n in 0..21 {
        let mut page = Page::open(&till.address, GUESTS).await;
        page.say(json!({
            "type": "cart_update", "table_number": 5, "customer_name": format!("Tamu {n:02}"),
            "items": [{ "name": ES_TEH, "qty": 1 }],
        }))
        .await;
        page.until(&format!("cart {n}"), |t| t.at("5").len() == n + 1).await;
    }
    counter.press(5, "diproses").await;
    wait_for(&shop, "twenty orders", "SELECT count(*) FROM orders WHERE state = 'in_process'", 20);
    let told = counter.0.until("the one that is left", |t| t.at("5").len() == 21).await;
    assert_eq!(told.word("5"), "menunggu dikonfirmasi");
    assert_eq!(shop.column("SELECT name FROM draft WHERE lines != '[]'"), ["Tamu 20"]);
    assert_eq!(shop.number("SELECT count(*) FROM guest"), 20, "who cannot order has not come in");
    counter.press(5, "selesai").await;
    counter.0.until("one cart", |t| t.at("5") == ["Tamu 20: 1 Es Teh Manis @8000 = 8000"]).await;
    counter.press(5, "diproses").await;
    counter.0.until_word("5", "diproses").await;
    till.stop();
    assert_eq!(shop.number("SELECT count(*) FROM orders"), 21);
    shop.verify();
}

/// Tablets know no zeros before a number.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_a_zero_before_its_number_is_reached() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let manager = Person::staff(&till.socket_url(), &till.invite(), crate::support::people::MANAGER).await;
    manager.ask(Op::TableAdd { draft: TableDraft { number: "042".into(), area: String::new(), seats: 4 } }).await.unwrap();
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 42, "Budi").await;
    budi.tap(ES_TEH, 1, 8_000).await;
    budi.submit().await;
    counter.0.until_word("42", "dikonfirmasi").await;
    counter.press(42, "diproses").await;
    counter.press(42, "selesai").await;
    budi.served().await;
    till.stop();
    shop.verify();
}

/// A tablet that stops reading, and one that sends a book: each loses its own connection, and
/// nobody else notices.
#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_that_does_not_read_or_sends_a_book_goes_alone() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let counter = Counter::open(&till.address).await;
    let mut page = Page::open(&till.address, GUESTS).await;
    page.say_text("x".repeat(300 * 1024)).await;
    let told = page.until("the end of it", |t| t.closed.is_some()).await;
    assert_eq!(told.closed.map(|(code, _)| code), Some(1009));
    drop(page);

    let connected = || {
        let (_, health) = get(&till.address, "/healthz");
        serde_json::from_str::<serde_json::Value>(&health).unwrap()["connections"].as_i64().unwrap()
    };
    let deaf = tablet::deaf(&till.address).await;
    let mut pages = Vec::new();
    for table in 1..=12 {
        pages.push((table, Page::open(&till.address, GUESTS).await));
    }
    wait_until("all of them to be counted", || connected() == 14);
    // Tables that change and change, until the deaf one's line is full.
    let mut quantity = 0;
    while connected() == 14 {
        quantity = quantity % 20 + 1;
        for (table, page) in &mut pages {
            let before = page.told().messages;
            page.say(json!({
                "type": "status_update", "table_number": *table, "status": "dikonfirmasi", "customer_name": "Budi",
                "items": [{ "name": ES_TEH, "qty": quantity }],
            }))
            .await;
            page.until("the change", |t| t.messages > before).await;
        }
    }
    assert_eq!(connected(), 13, "only the deaf one is gone");
    assert_eq!(counter.0.until("the last change", |t| t.at("12").len() == 1).await.closed, None);
    drop(deaf);
    till.stop();
    shop.verify();
}

/// The table says how far its least advanced order is; nobody's order is touched by another's.
#[tokio::test(flavor = "multi_thread")]
async fn two_guests_at_one_table_do_not_disturb_each_other() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    let mut sari = Guest::sit(&till.address, 5, "Sari").await;
    budi.tap(RENDANG, 1, 42_000).await;
    counter.0.until("Budi's cart", |t| t.at("5").len() == 1).await;
    sari.tap(ES_TEH, 2, 8_000).await;
    counter.0.until("both carts", |t| t.at("5").len() == 2).await;
    budi.submit().await;
    // Budi's waits now; Sari's is not sent, and that is what the table says.
    wait_for(&shop, "Budi's order", "SELECT count(*) FROM orders", 1);
    assert_eq!(counter.0.told().word("5"), "menunggu dikonfirmasi");
    sari.submit().await;
    counter.0.until_word("5", "dikonfirmasi").await;
    counter.press(5, "diproses").await;
    let told = counter.0.until_word("5", "diproses").await;
    assert_eq!(told.at("5"), ["Budi: 1 Rendang Sapi @42000 = 42000", "Sari: 2 Es Teh Manis @8000 = 16000"]);
    // Sari wants more while Budi's is made: hers waits, his is served by nobody's mistake.
    sari.tap(ES_TEH, 3, 8_000).await;
    sari.order.until_word("5", "menunggu dikonfirmasi").await;
    sari.submit().await;
    sari.order.until_word("5", "dikonfirmasi").await;
    counter.press(5, "diproses").await;
    counter.0.until_word("5", "diproses").await;
    counter.press(5, "selesai").await;
    tokio::join!(budi.served(), sari.served());
    till.stop();
    assert_eq!(
        shop.column("SELECT p.name || ' ' || l.quantity || ' ' || o.state FROM orders o JOIN order_line l ON l.order_id = o.id JOIN person p ON p.guest_id = o.guest_id ORDER BY o.id"),
        ["Budi 1 done", "Sari 2 done", "Sari 1 done"]
    );
    assert_eq!(shop.number("SELECT count(*) FROM visit"), 1);
    shop.verify();
}

/// As the old server did it: "Proses" takes carts along that nobody sent.
#[tokio::test(flavor = "multi_thread")]
async fn proses_sends_and_confirms_drafts() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    budi.tap(RENDANG, 1, 42_000).await;
    counter.0.until_word("5", "menunggu dikonfirmasi").await;
    counter.press(5, "diproses").await;
    budi.order.until_word("5", "diproses").await;
    till.stop();
    assert_eq!(shop.column("SELECT state FROM orders"), ["in_process"]);
    let kinds =
        shop.column("SELECT kind FROM journal WHERE kind LIKE 'order%' OR kind LIKE 'visit%' OR kind LIKE 'guest%' ORDER BY seq");
    assert_eq!(kinds, ["visit_opened", "guest_joined", "order_placed", "order_confirmed"]);
    shop.verify();
}

/// "Pesan" without a draft: its own items are the order. And with one, when it brings none.
#[tokio::test(flavor = "multi_thread")]
async fn pesan_alone_is_an_order() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let mut page = Page::open(&till.address, GUESTS).await;
    // The other build: `quantity`, numbers as text, no id.
    page.say(json!({
        "type": "status_update", "table_number": "7", "status": "dikonfirmasi", "customer_name": "Tono",
        "items": [{ "name": "soto ayam", "quantity": "2" }], "total": "56000",
    }))
    .await;
    let told = page.until_word("7", "dikonfirmasi").await;
    assert_eq!(told.at("7"), ["Tono: 2 Soto Ayam @28000 = 56000"]);
    page.say(json!({
        "type": "cart_update", "table_number": 8, "customer_name": "Tono", "items": [{ "name": "Soto Ayam", "qty": 1 }],
    }))
    .await;
    page.until_word("8", "menunggu dikonfirmasi").await;
    page.say(json!({ "type": "status_update", "table_number": 8, "status": "dikonfirmasi", "customer_name": "Tono" })).await;
    page.until_word("8", "dikonfirmasi").await;
    till.stop();
    assert_eq!(shop.number("SELECT count(*) FROM orders WHERE state = 'waiting'"), 2);
    shop.verify();
}

/// A tablet's prices are not kasir's, whatever they say.
#[tokio::test(flavor = "multi_thread")]
async fn forged_prices_are_worth_nothing() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    budi.tap(RENDANG, 1, 1).await;
    let told = budi.menu.until_word("5", "menunggu dikonfirmasi").await;
    assert_eq!(told.at("5"), ["Budi: 1 Rendang Sapi @42000 = 42000"]);
    budi.tap(ES_TEH, 1, -8_000).await;
    budi.submit().await;
    let told = budi.order.until_word("5", "dikonfirmasi").await;
    assert_eq!(told.at("5"), ["Budi: 1 Rendang Sapi @42000, 1 Es Teh Manis @8000 = 50000"]);
    till.stop();
    assert_eq!(shop.number("SELECT sum(unit_price_minor * quantity) FROM order_line"), 50_000);
    shop.verify();
}

/// What means nothing is refused alone: the sender is told how things are, its socket and
/// everybody else's data stay whole.
#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_refused_and_nothing_else_happens() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let counter = Counter::open(&till.address).await;
    let mut sari = Guest::sit(&till.address, 6, "Sari").await;
    sari.tap(ES_TEH, 1, 8_000).await;
    counter.0.until_word("6", "menunggu dikonfirmasi").await;
    let mut page = Page::open(&till.address, GUESTS).await;
    let cart = |items: &str| format!(r#"{{"type":"cart_update","table_number":5,"customer_name":"Budi","items":{items}}}"#);
    let many = vec![r#"{"name":"Es Teh Manis","qty":1}"#; 101].join(",");
    for text in [
        String::new(),
        "{".to_owned(),
        "null".to_owned(),
        r#"{"type":"cart_update"}"#.to_owned(),
        r#"{"type":"status_update","table_number":"5","status":"batal"}"#.to_owned(),
        cart("7"),
        cart(r#"[{"name":"Es Teh Manis","qty":0}]"#),
        cart(r#"[{"name":"Es Teh Manis","qty":-1}]"#),
        cart(r#"[{"name":"Es Teh Manis","qty":1000}]"#),
        cart(r#"[{"name":"Es Teh Manis","qty":1.5}]"#),
        cart(r#"[{"name":"Hantu","qty":1}]"#),
        cart(r#"[{"id":999999,"qty":1}]"#),
        cart(&format!("[{many}]")),
        cart(&format!(r#"[{{"name":"{}","qty":1}}]"#, "x".repeat(70_000))),
        cart(r#"[{"name":"Es Teh Manis","qty":1}]"#).replace("5", "99"),
        // At most 999, also in two parts.
        cart(r#"[{"name":"Es Teh Manis","qty":600},{"name":"Es Teh Manis","qty":600}]"#),
    ] {
        page.refused(5, text).await;
    }
    let before = page.told().messages;
    page.say_bytes(vec![0, 159, 146, 150]).await;
    page.until("the truth", |t| t.messages > before).await;
    assert_eq!(page.told().closed, None);
    assert_eq!(counter.0.told().at("6"), ["Sari: 1 Es Teh Manis @8000 = 8000"]);
    // The very same socket still orders.
    page.say_text(cart(r#"[{"name":"Es Teh Manis","qty":20}]"#)).await;
    page.until_word("5", "menunggu dikonfirmasi").await;
    assert_eq!(shop.number("SELECT count(*) FROM draft"), 2);
    till.stop();
    shop.verify();
}

/// No login: an address is all there is. Strangers are told why; a guest's tablet processes
/// nothing.
#[tokio::test(flavor = "multi_thread")]
async fn addresses_decide_who_may_what() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let closed = Page::open(&till.address, STRANGER).await.told().closed.unwrap();
    assert_eq!(closed, (1008, "this-address-is-not-in-the-list-of-legacy-guests".to_owned()));
    // Any path that is nothing else's.
    let mut budi = Page::open_at(&till.address, "/some/where", GUESTS).await;
    budi.say(json!({
        "type": "status_update", "table_number": 5, "status": "dikonfirmasi", "customer_name": "Budi",
        "items": [{ "name": ES_TEH, "qty": 1 }],
    }))
    .await;
    budi.until_word("5", "dikonfirmasi").await;
    let mut forger = Page::open(&till.address, GUESTS).await;
    for status in ["diproses", "selesai"] {
        let told = forger.refused(5, json!({ "type": "status_update", "table_number": "5", "status": status }).to_string()).await;
        assert_eq!(told.word("5"), "dikonfirmasi");
    }
    let mut counter = Counter::open(&till.address).await;
    counter.press(5, "diproses").await;
    budi.until_word("5", "diproses").await;
    till.stop();
    assert_eq!(
        shop.column("SELECT actor FROM journal WHERE kind = 'order_confirmed'"),
        [r#"{"tablet":{"counter":true}}"#],
        "the journal says who it was"
    );
    shop.verify();
}

/// Nobody who did not ask for it has an open door.
#[tokio::test(flavor = "multi_thread")]
async fn the_old_protocol_is_off_by_default() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    for path in ["/", "/old"] {
        let page = Page::open_at(&till.address, path, COUNTER).await;
        let told = page.until("the reason", |t| t.closed.is_some()).await;
        assert_eq!(told.closed, Some((1008, "the-old-protocol-is-off-use-/ws".to_owned())));
        assert_eq!(told.messages, 0);
    }
    till.stop();
}

/// Until a socket has sent a guest's message it sees the room; from then on its own table alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_guest_hears_of_the_own_table_only() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    budi.tap(ES_TEH, 1, 8_000).await;
    budi.menu.until_word("5", "menunggu dikonfirmasi").await;
    let mut sari = Guest::sit(&till.address, 6, "Sari").await;
    assert_eq!(sari.menu.told().at("5").len(), 1, "the first message is the room");
    assert_eq!(sari.menu.told().word("5"), "menunggu dikonfirmasi");
    sari.tap(ES_TEH, 2, 8_000).await;
    sari.submit().await;
    let told = counter.0.until_word("6", "dikonfirmasi").await;
    assert_eq!(told.transactions.keys().collect::<Vec<_>>(), ["5", "6"]);
    let told = sari.order.until_word("6", "dikonfirmasi").await;
    assert_eq!(told.transactions.keys().collect::<Vec<_>>(), ["6"]);
    counter.press(6, "diproses").await;
    sari.order.until_word("6", "diproses").await;
    // Budi's page has heard nothing of it.
    budi.tap(ES_TEH, 2, 8_000).await;
    let told = budi.menu.until("the tap", |t| t.at("5") == ["Budi: 2 Es Teh Manis @8000 = 16000"]).await;
    assert!(told.words.iter().all(|(table, _)| table == "5"), "{:?}", told.words);
    till.stop();
    shop.verify();
}

/// The till, the phones and the tablets are one room: what is done on one is on the others.
#[tokio::test(flavor = "multi_thread")]
async fn till_phones_and_tablets_see_the_same() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let url = till.socket_url();
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    budi.tap(ES_TEH, 1, 8_000).await;
    budi.submit().await;
    budi.order.until_word("5", "dikonfirmasi").await;
    let order = *cashier.until("the order", |r| r.orders.len() == 1).await.orders.keys().next().unwrap();
    cashier.ask(Op::OrderConfirm { order }).await.unwrap();
    budi.order.until_word("5", "diproses").await;
    cashier.ask(Op::OrderFinish { order }).await.unwrap();
    budi.served().await;
    counter.0.until_word("5", "selesai").await;

    // A phone's order is on the old cashier's page, who processes it there.
    let ratna = Person::guest(&url, &shop.codes()[8], "Ratna").await;
    let own = ratna.order(&[("Soto", 1)]).await.unwrap();
    let told = counter.0.until_word("9", "dikonfirmasi").await;
    assert_eq!(told.at("9"), ["Ratna: 1 Soto Ayam @28000 = 28000"]);
    counter.press(9, "diproses").await;
    ratna.until_order(own, OrderState::InProcess).await;
    // Cancelled at the till: the table goes, and nobody is told that it was served.
    counter.0.until_word("9", "diproses").await;
    cashier.ask(Op::OrderCancel { order: own, reason: "habis".into(), made: Some(false) }).await.unwrap();
    let told = counter.0.until("no table 9", |t| !t.transactions.contains_key("9")).await;
    assert_eq!(told.story("9"), ["dikonfirmasi", "diproses"]);
    till.stop();
    shop.verify();
}

/// In a house where "selesai" means paid: a receipt with a number, by that tender and no other,
/// no drawer, and a free table.
#[tokio::test(flavor = "multi_thread")]
async fn selesai_pays_where_the_owner_says_so() {
    let shop = Shop::furnished();
    let till = till(&shop, &[("KASIR_LEGACY_SELESAI_PAYS", "true")]);
    let tray = PaperTray::new();
    till.ask(printer("Kasir", tray.port, &[], true));
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    for _ in 0..2 {
        budi.tap(ES_TEH, 1, 8_000).await;
        budi.submit().await;
        counter.0.until_word("5", "dikonfirmasi").await;
        counter.press(5, "diproses").await;
        counter.0.until_word("5", "diproses").await;
        counter.press(5, "selesai").await;
        counter.press(5, "selesai").await;
        budi.served().await;
    }
    let papers = tray.wait_for(2);
    // 8,000; service 5 % 400; tax 10 % of 8,400 is 840; nothing is rounded that is no coin.
    assert!(papers[0].iter().any(|l| l.starts_with("Tablet lama") && l.ends_with("9.240")), "{papers:#?}");
    till.stop();
    assert_eq!(shop.column("SELECT tender || amount_minor FROM payment"), ["legacy9240", "legacy9240"]);
    assert_eq!(shop.column("SELECT number FROM receipt ORDER BY id").len(), 2);
    assert_eq!(shop.number("SELECT count(*) FROM visit WHERE closed_ms IS NOT NULL"), 2);
    assert_eq!(tray.papers().len(), 2, "receipts, and no drawer");
    shop.verify();
}

/// A guest at table 5 has so many portions of rendang ordered and processed.
pub async fn in_the_kitchen(counter: &mut Counter, guest: &mut Guest, portions: u32) {
    guest.tap(RENDANG, portions, 42_000).await;
    guest.submit().await;
    counter.0.until_word("5", "dikonfirmasi").await;
    counter.press(5, "diproses").await;
    counter.0.until_word("5", "diproses").await;
}

/// Waits for a number in the file.
pub fn wait_for(shop: &Shop, what: &str, sql: &str, wanted: i64) {
    tokio::task::block_in_place(|| wait_until(what, || shop.number(sql) == wanted));
}
