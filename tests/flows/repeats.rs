//! Acceptance 1: however often a request comes, it happens once.

use kasir::client::Identity;
use kasir::domain::money::Money;
use kasir::domain::order::OrderState;
use kasir::domain::site::Language;
use kasir::hub::wire::{HubFrame, Me, NewLine, Op, Outcome, Place};
use uuid::Uuid;

use crate::support::Place as Shop;
use crate::support::people::{CASHIER, Person, WAITER};
use crate::support::printers::PaperTray;
use crate::support::till::{Till, printer};

/// The same order twenty times: on one connection, from a second tab of the same guest,
/// across a kill -9. One order, one ticket, one stock movement; one answer.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_order_twenty_times_is_one_order() {
    let shop = Shop::furnished();
    let mut till = Till::start(&shop);
    let tray = PaperTray::new();
    till.ask(printer("Dapur", tray.port, &["kitchen", "bar"], false));
    let address = till.address.clone();
    let url = till.socket_url();
    let code = shop.codes()[0].clone();
    let phone = Person::phone(&url, &code);
    let join = Op::GuestJoin { table: code.clone(), guest: "Budi".into(), mail: String::new(), phone: String::new() };
    let join_id = Uuid::now_v7();
    let mut token = None;
    for _ in 0..5 {
        // Coming in is repeated too: a lost answer must not make two guests.
        let Ok(Outcome::Session { token: got }) = phone.ask_as(join_id, join.clone()).await else { panic!() };
        assert!(token.is_none_or(|t| t == got));
        token = Some(got);
    }
    let identity = Identity { session: token, table: Some(code), language: Language::En, device: None };
    let tabs = [Person::connect(&url, identity.clone()), Person::connect(&url, identity)];
    for tab in &tabs {
        tab.until("to be the guest", |r| matches!(r.me, Some(Me::Guest { .. })) && !r.products.is_empty()).await;
    }
    let (request, order) = (Uuid::now_v7(), Uuid::now_v7());
    let lines = vec![NewLine { product: tabs[0].product("Rendang"), quantity: 3, note: "pedas".into() }];
    let op = Op::OrderPlace { order, place: None, lines };
    let mut answers = Vec::new();
    for round in 0..20 {
        if round == 10 {
            till.kill();
            till = Till::start_at(&shop, &address);
        }
        answers.push(tabs[round % 2].ask_as(request, op.clone()).await);
    }
    assert!(answers.iter().all(|a| a.is_ok() && *a == answers[0]), "{answers:?}");

    // Another body under the same id: a conflict, from either tab, before and after.
    for (index, tab) in tabs.iter().enumerate() {
        let lines = vec![NewLine { product: tab.product("Rendang"), quantity: 4 + index as u32, note: String::new() }];
        assert_eq!(tab.ask_as(request, Op::OrderPlace { order, place: None, lines }).await.unwrap_err().code, "conflict");
    }
    // The order's own id again under a new request id: the same order.
    assert_eq!(tabs[0].ask_as(Uuid::now_v7(), op).await, answers[0]);
    // With another line it is another order under a used id.
    let lines = vec![NewLine { product: tabs[0].product("Rendang"), quantity: 3, note: "tidak pedas".into() }];
    let other = Op::OrderPlace { order, place: None, lines };
    assert_eq!(tabs[0].ask_as(Uuid::now_v7(), other).await.unwrap_err().code, "conflict");
    // Somebody else's claim on it is a conflict.
    let waiter = Person::staff(&url, &till.invite(), WAITER).await;
    let lines = vec![waiter.line("Rendang", 3)];
    let place = Some(Place::Takeaway { guest: String::new() });
    assert_eq!(waiter.ask(Op::OrderPlace { order, place, lines }).await.unwrap_err().code, "conflict");

    let Ok(Outcome::Placed { order, .. }) = answers[0].clone() else { panic!() };
    waiter.until_order(order, OrderState::Waiting).await;
    let confirm = Uuid::now_v7();
    for _ in 0..5 {
        waiter.ask_as(confirm, Op::OrderConfirm { order }).await.unwrap();
    }
    tray.wait_for(1);
    till.stop();
    assert_eq!(shop.number("SELECT count(*) FROM orders"), 1);
    assert_eq!(shop.number("SELECT count(*) FROM guest"), 1);
    assert_eq!(shop.number("SELECT count(*) FROM job"), 1);
    assert_eq!(shop.number("SELECT reserved FROM product WHERE name LIKE 'Rendang%'"), 3);
    assert_eq!(tray.papers().len(), 1);
    shop.verify();
}

/// A payment that is sent again, even after the till forgot it had sent it, is taken once.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_payment_again_is_one_payment() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let order = cashier.order_at(Some(Place::Takeaway { guest: String::new() }), &[("Es Teh", 2)]).await.unwrap();
    let visit = cashier.until_order(order, OrderState::InProcess).await.visit;
    let total = cashier.until("the bill", |r| r.visits.contains_key(&visit)).await.visits[&visit].bill.total;
    let payment = Uuid::now_v7();
    let pay = |tendered: i64| Op::BillPayCash { payment, visit, total, tendered: Money(tendered) };
    let first = cashier.ask(pay(20_000)).await.unwrap();
    for _ in 0..5 {
        assert_eq!(cashier.ask(pay(20_000)).await.unwrap(), first, "a new request id, the same payment");
    }
    assert_eq!(cashier.ask(pay(50_000)).await.unwrap_err().code, "conflict");
    till.stop();
    assert_eq!(shop.number("SELECT count(*) FROM receipt"), 1);
    shop.verify();
}

/// A client that was away gets what it missed; one that was away too long, or whose hub is
/// another, gets everything. Its own events come before its answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_resumes_where_it_stopped() {
    let shop = Shop::furnished();
    let mut till = Till::start(&shop);
    let address = till.address.clone();
    let url = till.socket_url();
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let place = || Some(Place::Takeaway { guest: String::new() });
    for _ in 0..3 {
        cashier.order_at(place(), &[("Es Teh", 1)]).await.unwrap();
    }
    let before = cashier.frames().len();
    till.kill();
    till = Till::start_at(&shop, &address);
    let order = cashier.order_at(place(), &[("Es Teh", 1)]).await.unwrap();
    cashier.until_order(order, OrderState::InProcess).await;
    let is_answer = |f: &HubFrame| matches!(f, HubFrame::Ack { result: Outcome::Placed { order: o, .. }, .. } if *o == order);
    let acked = || cashier.frames()[before..].iter().any(|f| is_answer(f));
    tokio::task::block_in_place(|| crate::support::wait_until("the answer's frame", acked));
    let after = cashier.frames()[before..].to_vec();
    assert!(!after.iter().any(|f| matches!(**f, HubFrame::Snapshot { .. })), "little was missed, so events came");
    assert!(after.iter().any(|f| matches!(&**f, HubFrame::Events { me: Some(_), .. })));
    let at = |wanted: &dyn Fn(&HubFrame) -> bool| after.iter().position(|f| wanted(f)).unwrap();
    let told = at(
        &|f| matches!(f, HubFrame::Events { changes, .. } if changes.iter().any(|c| matches!(&**c, kasir::hub::wire::Change::Order(o) if o.id == order))),
    );
    let acked = at(&is_answer);
    assert!(told < acked, "its own event comes before its answer");
    assert_eq!(cashier.room().orders.len(), 4);

    // Another epoch: a restored file is another history.
    till.stop();
    let conn = rusqlite::Connection::open(shop.database()).unwrap();
    conn.execute("UPDATE meta SET value = 'feedfeedfeedfeed' WHERE key = 'epoch'", []).unwrap();
    drop(conn);
    let before = cashier.frames().len();
    let till = Till::start_at(&shop, &address);
    let other = cashier.order_at(place(), &[("Es Teh", 1)]).await.unwrap();
    cashier.until_order(other, OrderState::InProcess).await;
    assert!(cashier.frames()[before..].iter().any(|f| matches!(&**f, HubFrame::Snapshot { .. })));
    assert_eq!(cashier.room().orders.len(), 5);
    till.stop();
    shop.verify();
}

/// How far back a client may resume: a thousand rows, of this epoch, and not from the future.
#[tokio::test(flavor = "multi_thread")]
async fn resuming_has_its_limits() {
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;

    let shop = Shop::furnished();
    let store = kasir::app::Store::open_alone(shop.path(), crate::support::clock()).unwrap();
    for n in 0..1_010 {
        let op = kasir::ops::order::SetSoldOut { product: kasir::domain::id::ProductId(1), sold_out: n % 2 == 0 };
        kasir::ops::run(&store.writer, kasir::domain::staff::Actor::Machine, op).unwrap();
    }
    store.close().unwrap();
    let till = Till::start(&shop);
    let (socket, _) = tokio_tungstenite::connect_async(till.socket_url()).await.unwrap();
    let (mut sink, mut stream) = socket.split();
    let mut next = async || loop {
        match tokio::time::timeout(crate::support::PATIENCE, stream.next()).await.unwrap().unwrap().unwrap() {
            Message::Text(text) => return serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            _ => continue,
        }
    };
    let epoch = next().await["epoch"].as_str().unwrap().to_owned();
    let head = shop.number("SELECT max(seq) FROM journal");
    for (epoch, seq, answer) in [
        (epoch.as_str(), head, "events"),
        (&epoch, head - 1_000, "events"),
        (&epoch, head - 1_001, "snapshot"),
        (&epoch, head + 1, "snapshot"),
        (&epoch, -1, "snapshot"),
        (&epoch, i64::MIN, "snapshot"),
        ("feedfeedfeedfeed", head, "snapshot"),
    ] {
        let hello = serde_json::json!({ "type": "hello", "seen": { "epoch": epoch, "seq": seq } }).to_string();
        sink.send(Message::text(hello)).await.unwrap();
        let frame = next().await;
        assert_eq!((frame["type"].as_str(), frame["seq"].as_i64()), (Some(answer), Some(head)), "{epoch} {seq}");
        if answer == "events" {
            assert!(frame["changes"].as_array().unwrap().len() <= 1, "a product that changed often is sent once");
        }
    }
    till.stop();
}
