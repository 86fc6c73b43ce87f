//! The guest's and the kitchen's pages in the real Chromium against the real hub.

use kasir::domain::order::OrderState;
use kasir::hub::wire::{Op, Outcome};

use crate::support::Place as Shop;
use crate::support::browser::Browser;
use crate::support::people::{CASHIER, Person};
use crate::support::till::Till;

/// Cart and unsent order survive a lost connection, a reload and a killed hub, and are sent
/// once.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_written_offline_is_sent_once() {
    let shop = Shop::furnished();
    let mut till = Till::start(&shop);
    let (address, url) = (till.address.clone(), till.socket_url());
    let code = shop.codes()[3].clone();
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let browser = tokio::task::block_in_place(Browser::start);
    let phone = tokio::task::block_in_place(|| browser.page("phone", 360, 740));
    phone.goto(&format!("http://{address}/t/{code}"));
    phone.fill("join-name", "Budi");
    phone.click("join-submit");
    let rendang = cashier.product("Rendang").to_string();
    let tea = cashier.product("Es Teh").to_string();
    phone.click(&format!("add-{rendang}"));
    phone.click(&format!("add-{rendang}"));
    phone.click(&format!("add-{tea}"));

    // The hub dies; the phone keeps the cart, over a reload of what it has.
    till.kill();
    phone.see("offline");
    phone.click("cart-open");
    phone.fill(&format!("cart-note-{rendang}"), "jangan pedas");
    phone.click("send");
    phone.see("unsent");
    till = Till::start_at(&shop, &address);
    phone.see("order-state-1");
    phone.reload();
    phone.in_state("order-state-1", "waiting");
    let room = cashier.until("the order", |r| !r.orders.is_empty()).await;
    let order = room.orders.values().next().unwrap().clone();
    assert_eq!((order.who.as_str(), order.place.as_str(), order.lines.len()), ("Budi", "4", 2));
    assert_eq!(order.lines[0].note, "jangan pedas");

    // Again, the other way round: the line of the phone alone is cut, and it is reloaded
    // after the line is back before anything was answered.
    cashier.ask(Op::OrderConfirm { order: order.id }).await.unwrap();
    phone.in_state("order-state-1", "in_process");
    phone.click("order-more");
    phone.click(&format!("add-{tea}"));
    phone.offline(true);
    phone.click("cart-open");
    phone.click("send");
    phone.offline(false);
    phone.reload();
    phone.in_state("order-state-2", "in_process");
    // Locked in the pocket with something in the cart, while the order is finished: awake again
    // it knows, and the cart is as it was.
    phone.click("order-more");
    phone.click(&format!("add-{tea}"));
    phone.lock(true);
    cashier.ask(Op::OrderFinish { order: order.id }).await.unwrap();
    cashier.until_order(order.id, OrderState::Done).await;
    phone.lock(false);
    phone.see("cart-open");
    phone.click("orders-open");
    phone.in_state("order-state-1", "done");
    let complaints: Vec<String> =
        phone.errors().into_iter().filter(|e| !e.contains("ERR_") && !e.contains("WebSocket")).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    till.stop();
    assert_eq!(shop.number("SELECT count(*) FROM orders"), 2);
    assert_eq!(shop.number("SELECT count(*) FROM guest"), 1);
    shop.verify();
}

/// The kitchen's screen: enrolled by its link, a name and a PIN, taps.
#[tokio::test(flavor = "multi_thread")]
async fn the_kitchen_taps_its_lines() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let browser = tokio::task::block_in_place(Browser::start);
    let kitchen = tokio::task::block_in_place(|| browser.page("kitchen", 1280, 800));
    kitchen.goto(&format!("http://{}/kitchen?enrol={}", till.address, till.invite()));
    kitchen.fill("enrol-name", "Layar dapur");
    kitchen.click("enrol-submit");
    kitchen.click("employee-e5");
    for _ in 0..4 {
        kitchen.click("pin-5");
    }
    kitchen.click("pin-ok");
    let place = kasir::hub::wire::Place::Takeaway { guest: "Tono".into() };
    let order = cashier.order_at(Some(place), &[("Soto", 2), ("Es Teh", 1)]).await.unwrap();
    kitchen.see("ticket-1");
    assert!(kitchen.text("line-1-1").contains("Soto Ayam"));
    kitchen.click("line-1-1");
    kitchen.in_state("line-1-1", "cooking");
    cashier.until("cooking", |r| r.orders[&order].progress == 25).await;
    kitchen.click("line-1-1");
    kitchen.click("line-1-2");
    kitchen.click("line-1-2");
    kitchen.in_state("line-1-2", "ready");
    // By station: the bar's line is not the kitchen's business.
    kitchen.click("station-kitchen");
    kitchen.gone("line-1-2");
    kitchen.see("line-1-1");
    kitchen.click("station-all");
    kitchen.see("line-1-2");
    // A name that would be a script is text.
    let hostile = Person::guest(&till.socket_url(), &shop.codes()[0], "<img src=x onerror=alert(1)>").await;
    hostile.order(&[("Soto", 1)]).await.unwrap();
    let room = cashier.until("the second", |r| r.orders.len() == 2).await;
    let second = room.orders.values().find(|o| o.state == OrderState::Waiting).unwrap().id;
    cashier.ask(Op::OrderConfirm { order: second }).await.unwrap();
    kitchen.see_text("ticket-2", "<img src=x onerror=alert(1)>");
    for line in ["line-1-1", "line-1-2"] {
        kitchen.click(line);
    }
    cashier.until_order(order, OrderState::Done).await;
    kitchen.gone("ticket-1");
    assert!(kitchen.errors().is_empty());
    let Ok(Outcome::Done {}) = cashier.ask(Op::OrderFinish { order: second }).await else { panic!() };
    till.stop();
    shop.verify();
}

/// Served, a guest gives stars and a comment, corrects them, writes an address into the own
/// profile, and leaves; the next person at a shared tablet starts clean.
#[tokio::test(flavor = "multi_thread")]
async fn a_guest_rates_keeps_a_profile_and_leaves() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let browser = tokio::task::block_in_place(Browser::start);
    let phone = tokio::task::block_in_place(|| browser.page("phone", 360, 740));
    phone.goto(&format!("http://{}/t/{}", till.address, shop.codes()[2]));
    phone.fill("join-name", "Budi");
    phone.click("join-submit");
    let soto = cashier.product("Soto").to_string();
    phone.click(&format!("add-{soto}"));
    phone.click("cart-open");
    phone.click("send");
    phone.see("order-state-1");
    let order = *cashier.until("the order", |r| !r.orders.is_empty()).await.orders.keys().next().unwrap();
    cashier.ask(Op::OrderConfirm { order }).await.unwrap();
    cashier.ask(Op::OrderFinish { order }).await.unwrap();
    phone.see("ratings");
    phone.click(&format!("rate-{soto}-4"));
    phone.fill(&format!("rate-comment-{soto}"), "Enak & hangat <b>");
    phone.shot(&crate::evening::picture("guest-rating"));
    phone.click(&format!("rate-send-{soto}"));
    phone.in_state(&format!("rated-{soto}"), "4");
    phone.click(&format!("rate-change-{soto}"));
    phone.click(&format!("rate-{soto}-5"));
    phone.click(&format!("rate-send-{soto}"));
    phone.in_state(&format!("rated-{soto}"), "5");
    let id = soto.parse().unwrap();
    cashier
        .until("the mean", |r| r.products.get(&id).is_some_and(|p| p.rating.is_some_and(|s| (s.tenths, s.count) == (50, 1))))
        .await;

    phone.click("profile-open");
    phone.fill("profile-mail", "bukan alamat");
    phone.click("profile-save");
    phone.see("profile-fault");
    phone.fill("profile-mail", "budi@example.com");
    phone.fill("profile-name", "Budi S");
    phone.shot(&crate::evening::picture("guest-profile"));
    phone.click("profile-save");
    phone.see("profile-saved");
    cashier.until("the new name", |r| r.orders.get(&order).is_some_and(|o| o.who == "Budi S")).await;
    assert_eq!(shop.column("SELECT mail FROM person"), ["budi@example.com"]);
    phone.click("leave");
    phone.click("leave-yes");
    phone.see("join-name");
    phone.reload();
    phone.see("join-name");
    assert!(phone.errors().is_empty());
    assert_eq!(shop.number("SELECT count(*) FROM session WHERE guest_id IS NOT NULL"), 0);
    till.stop();
    shop.verify();
}

/// What the guest's phone loads, packed, without pictures: under 60 kB.
#[test]
fn the_guests_page_is_small() {
    use kasir::web::assets;
    let all = assets::all();
    let page = all.get("index.html").expect("run `make web`: the pages are not built");
    let html = String::from_utf8(page.bytes.clone()).unwrap();
    let mut total = page.gzip.as_ref().map_or(page.bytes.len(), Vec::len);
    for name in html.split(['"', '\'']).filter_map(|p| p.strip_prefix('/')).filter(|p| p.starts_with("assets/")) {
        let asset = all.get(name).unwrap_or_else(|| panic!("{name} is missing"));
        total += asset.gzip.as_ref().map_or(asset.bytes.len(), Vec::len);
    }
    eprintln!("the guest's page is {total} bytes packed");
    assert!(total > 10_000 && total < 60_000, "{total}");
    assert!(!html.contains("<style") && !html.contains("<script>") && html.contains(&all.build));
}
