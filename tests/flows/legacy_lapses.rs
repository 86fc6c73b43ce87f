//! Old tablets that were away, started anew, renamed under their hands, left behind or cut off from
//! power: what they ordered is made once, and nobody else pays for it.

use std::sync::Arc;

use kasir::app::Store;
use kasir::domain::staff::Actor;
use kasir::domain::time::ManualClock;
use kasir::ops;
use kasir::ops::care::Tick;
use kasir::ops::legacy::{Asked, Cart, ClearCart, KeepCart, SubmitCart, Whose};
use serde_json::json;

use crate::legacy::{ES_TEH, ORDERED, RENDANG, in_the_kitchen, wait_for};
use crate::support::Place as Shop;
use crate::support::machine::EVENING_MS;
use crate::support::office::{OWNER, Office};
use crate::support::tablet::{Counter, GUESTS, Guest, Page, till, till_at};

/// A tablet that was away at "selesai" still has its cart. What was served is not made again: only
/// what is more is ordered, and "Pesan" with nothing more tells it what it missed.
#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_that_missed_selesai_orders_nothing_twice() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    in_the_kitchen(&mut counter, &mut budi, 2).await;
    budi.lose_the_network();
    counter.press(5, "selesai").await;
    counter.0.until_word("5", "selesai").await;

    // Back, with a glass of tea more.
    budi.come_back(&till.address).await;
    assert!(budi.order.told().status.is_empty(), "no word of what is over");
    budi.tap(ES_TEH, 1, 8_000).await;
    let told = counter.0.until_word("5", "menunggu dikonfirmasi").await;
    assert_eq!(told.at("5"), ["Budi: 1 Es Teh Manis @8000 = 8000"]);
    budi.send().await;
    counter.0.until_word("5", "dikonfirmasi").await;
    counter.press(5, "diproses").await;
    counter.0.until_word("5", "diproses").await;
    budi.lose_the_network();
    counter.press(5, "selesai").await;
    counter.0.until_word("5", "selesai").await;

    // Away again. "Pesan" says nothing new: the page hears that all of it was served.
    budi.come_back(&till.address).await;
    budi.send().await;
    budi.served().await;
    assert_eq!(shop.number("SELECT count(*) FROM draft WHERE lines != '[]'"), 0);
    // Emptied, it orders the same once more.
    budi.tap(RENDANG, 2, 42_000).await;
    budi.submit().await;
    let told = counter.0.until_word("5", "dikonfirmasi").await;
    assert_eq!(told.at("5"), ["Budi: 2 Rendang Sapi @42000 = 84000"]);
    till.stop();
    assert_eq!(shop.column(ORDERED), ["done 2 Rendang Sapi", "done 1 Es Teh Manis", "waiting 2 Rendang Sapi"]);
    shop.verify();
}

/// A tablet that was started anew has an empty cart, whatever was served before: its first tap says
/// so.
#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_that_was_started_anew_orders_at_once() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    in_the_kitchen(&mut counter, &mut budi, 2).await;
    drop(budi);
    counter.press(5, "selesai").await;
    counter.0.until_word("5", "selesai").await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    budi.tap(RENDANG, 1, 42_000).await;
    budi.submit().await;
    let told = counter.0.until_word("5", "dikonfirmasi").await;
    assert_eq!(told.at("5"), ["Budi: 1 Rendang Sapi @42000 = 42000"]);
    till.stop();
    assert_eq!(shop.column("SELECT quantity || '' FROM order_line ORDER BY order_id"), ["2", "1"]);
    shop.verify();
}

/// "Pesan" of a tablet that missed "selesai", with a dish that no tap has told of: it is an order,
/// and the tablet is not told that all of it was served.
#[tokio::test(flavor = "multi_thread")]
async fn pesan_with_more_than_was_served_is_an_order_and_no_goodbye() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    in_the_kitchen(&mut counter, &mut budi, 1).await;
    budi.lose_the_network();
    counter.press(5, "selesai").await;
    counter.0.until_word("5", "selesai").await;
    budi.come_back(&till.address).await;
    budi.put(ES_TEH, 1, 8_000);
    budi.send().await;
    let told = counter.0.until_word("5", "dikonfirmasi").await;
    assert_eq!(told.at("5"), ["Budi: 1 Es Teh Manis @8000 = 8000"]);
    budi.order.settle(5).await;
    assert!(!budi.order.told().words.iter().any(|(_, word)| word == "selesai"));

    // Its page empties itself all the same, as when the two cross: the order stands, and what comes
    // after it is another.
    budi.empty().await;
    budi.tap(RENDANG, 2, 42_000).await;
    let both = ["Budi: 1 Es Teh Manis @8000, 2 Rendang Sapi @42000 = 92000"];
    counter.0.until("the cart beside it", |t| t.at("5") == both && t.word("5") == "menunggu dikonfirmasi").await;
    budi.send().await;
    counter.0.until("both orders", |t| t.at("5") == both && t.word("5") == "dikonfirmasi").await;
    till.stop();
    assert_eq!(shop.column(ORDERED), ["done 1 Rendang Sapi", "waiting 1 Es Teh Manis", "waiting 2 Rendang Sapi"]);
    shop.verify();
}

/// Started anew while its order is made: a cart of other dishes is an order beside it.
#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_started_anew_while_its_order_is_made_orders_other_dishes() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    in_the_kitchen(&mut counter, &mut budi, 2).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    budi.tap(ES_TEH, 1, 8_000).await;
    let told = counter.0.until_word("5", "menunggu dikonfirmasi").await;
    assert_eq!(told.at("5"), ["Budi: 2 Rendang Sapi @42000, 1 Es Teh Manis @8000 = 92000"]);
    budi.send().await;
    counter.0.until_word("5", "dikonfirmasi").await;
    till.stop();
    assert_eq!(shop.column("SELECT state FROM orders ORDER BY id"), ["in_process", "waiting"]);
    shop.verify();
}

/// The house has another name for a dish since it was served: the tablet that missed "selesai" still
/// says the old one, and is understood.
#[tokio::test(flavor = "multi_thread")]
async fn a_dish_that_was_renamed_since_is_still_counted_off() {
    let shop = Shop::furnished();
    let till = till(&shop, &[("KASIR_LEGACY_SELESAI_PAYS", "true")]);
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    in_the_kitchen(&mut counter, &mut budi, 2).await;
    budi.lose_the_network();
    counter.press(5, "selesai").await;
    counter.0.until_word("5", "selesai").await;
    let office = Office::of(&till.address, OWNER).await;
    let id = shop.number("SELECT id FROM product WHERE name = 'Rendang Sapi'");
    let mut product = office.get("products").await.json()["products"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["id"] == format!("p{id}"))
        .unwrap()
        .clone();
    let draft: serde_json::Map<String, serde_json::Value> =
        ["name", "description", "category", "station", "price", "cost", "min_stock"]
            .iter()
            .map(|key| ((*key).to_owned(), product[*key].take()))
            .collect();
    let mut draft = serde_json::Value::Object(draft);
    draft["name"] = json!("Rendang Padang");
    assert_eq!(office.put(&format!("products/p{id}"), draft).await.status, 204);
    budi.come_back(&till.address).await;
    budi.send().await;
    budi.served().await;
    till.stop();
    assert_eq!(shop.number("SELECT count(*) FROM orders"), 1);
    shop.verify();
}

/// The bill is paid while a neighbour still fills a cart: the table is not told "selesai" yet, so
/// the one who was served still has the old cart, and adds to it.
#[tokio::test(flavor = "multi_thread")]
async fn a_paid_table_with_an_open_cart_orders_nothing_twice() {
    let shop = Shop::furnished();
    let till = till(&shop, &[("KASIR_LEGACY_SELESAI_PAYS", "true")]);
    let mut counter = Counter::open(&till.address).await;
    let mut budi = Guest::sit(&till.address, 5, "Budi").await;
    let mut sari = Guest::sit(&till.address, 5, "Sari").await;
    in_the_kitchen(&mut counter, &mut budi, 2).await;
    sari.tap(ES_TEH, 1, 8_000).await;
    counter.0.until_word("5", "menunggu dikonfirmasi").await;
    counter.press(5, "selesai").await;
    wait_for(&shop, "the paid visit", "SELECT count(*) FROM visit WHERE closed_ms IS NOT NULL", 1);
    budi.tap(ES_TEH, 3, 8_000).await;
    let both = ["Budi: 3 Es Teh Manis @8000 = 24000", "Sari: 1 Es Teh Manis @8000 = 8000"];
    let told = counter.0.until("both carts", |t| t.at("5") == both).await;
    assert_eq!(told.word("5"), "menunggu dikonfirmasi");
    counter.press(5, "diproses").await;
    counter.0.until_word("5", "diproses").await;
    counter.press(5, "selesai").await;
    tokio::join!(budi.served(), sari.served());
    wait_for(&shop, "nothing left over", "SELECT count(*) FROM draft", 0);
    till.stop();
    assert_eq!(
        shop.column("SELECT l.quantity || ' ' || l.name FROM order_line l ORDER BY l.order_id"),
        ["2 Rendang Sapi", "3 Es Teh Manis", "1 Es Teh Manis"]
    );
    assert_eq!(shop.number("SELECT count(*) FROM receipt"), 2);
    shop.verify();
}

/// A power cut between two taps: the cart is there again, and is sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_cart_outlives_kill_9() {
    let shop = Shop::furnished();
    let till = till(&shop, &[]);
    let address = till.address.clone();
    let mut budi = Guest::sit(&address, 5, "Budi").await;
    budi.tap(RENDANG, 2, 42_000).await;
    wait_for(&shop, "the cart on disk", "SELECT count(*) FROM draft WHERE lines LIKE '%\"quantity\":2%'", 1);
    till.kill();
    let till = till_at(&shop, &address, &[]);
    let mut counter = Counter::open(&address).await;
    let told = counter.0.told();
    assert_eq!((told.at("5"), told.word("5")), (vec!["Budi: 2 Rendang Sapi @42000 = 84000".to_owned()], "menunggu dikonfirmasi"));
    let mut page = Page::open(&address, GUESTS).await;
    page.say(json!({ "type": "status_update", "table_number": 5, "status": "dikonfirmasi", "customer_name": "Budi" })).await;
    page.until_word("5", "dikonfirmasi").await;
    till.kill();
    let till = till_at(&shop, &address, &[]);
    counter = Counter::open(&address).await;
    assert_eq!(counter.0.told().word("5"), "dikonfirmasi");
    counter.press(5, "diproses").await;
    counter.0.until_word("5", "diproses").await;
    till.stop();
    assert_eq!(shop.number("SELECT count(*) FROM orders"), 1);
    shop.verify();
}

/// A cart that its party left behind is forgotten after two hours, before the next "Proses" puts it on
/// somebody else's bill. One that is touched stays, and so does that of a party which still sits
/// there.
#[test]
fn a_cart_that_was_left_behind_goes() {
    let shop = Shop::furnished();
    let clock = Arc::new(ManualClock::at(EVENING_MS));
    let store = Store::open_alone(shop.path(), clock.clone()).unwrap();
    let run = &store.writer;
    let tablet = Actor::Tablet { counter: false };
    let whose = |name: &str| Whose { table: "5".into(), name: name.into() };
    let item = Asked { id: None, name: ES_TEH.into(), quantity: 1, price: None };
    let cart = || Cart { items: vec![item.clone()], total: None };
    let carts = || shop.column("SELECT name FROM draft ORDER BY name");
    ops::run(run, tablet, SubmitCart { whose: whose("Budi"), cart: cart() }).unwrap();
    for name in ["Sari", "Tono"] {
        ops::run(run, tablet, KeepCart { whose: whose(name), cart: cart() }).unwrap();
    }
    clock.advance(std::time::Duration::from_secs(3_600));
    ops::run(run, tablet, ClearCart { whose: whose("Sari") }).unwrap();
    ops::run(run, tablet, KeepCart { whose: whose("Sari"), cart: cart() }).unwrap();
    ops::run(run, Actor::Machine, Tick).unwrap();
    assert_eq!(carts(), ["Budi", "Sari", "Tono"]);
    clock.advance(std::time::Duration::from_secs(3_601));
    ops::run(run, Actor::Machine, Tick).unwrap();
    assert_eq!(carts(), ["Budi", "Sari"]);
    store.close().unwrap();
    shop.verify();
}
