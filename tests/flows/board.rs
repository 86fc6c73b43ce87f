//! The order's way through the house: phone, till, kitchen, cash, paper, stock.

use kasir::domain::money::Money;
use kasir::domain::order::{LineState, OrderState};
use kasir::hub::wire::{Op, Place};

use crate::support::Place as Shop;
use crate::support::people::{CASHIER, COOK, Person, WAITER};
use crate::support::printers::PaperTray;
use crate::support::till::{Till, printer};

/// Acceptance 4, 8: a visit from the first tap to the receipt; every figure agrees.
#[tokio::test(flavor = "multi_thread")]
async fn a_visit_from_phone_to_receipt() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let (kitchen_tray, counter_tray) = (PaperTray::new(), PaperTray::new());
    till.ask(printer("Dapur", kitchen_tray.port, &["kitchen", "bar"], false));
    till.ask(printer("Kasir", counter_tray.port, &[], true));
    let url = till.socket_url();
    let codes = shop.codes();

    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let cook = Person::staff(&url, &till.invite(), COOK).await;
    let budi = Person::guest(&url, &codes[4], "Budi").await;
    let stock = |room: &kasir::client::room::Room, id| room.products[&id].stock.clone().unwrap();
    let rendang = budi.product("Rendang");
    assert_eq!(budi.room().products[&rendang].stock, None, "guests see no counts");

    // The first order of a visit waits; stock is reserved, not moved.
    let first = budi.order(&[("Rendang", 2), ("Es Teh", 1)]).await.unwrap();
    let seen = cashier.until_order(first, OrderState::Waiting).await;
    assert_eq!((seen.place.as_str(), seen.who.as_str(), seen.amount), ("5", "Budi", Money(92_000)));
    let reserved = cashier.until("the reservation", |r| r.products[&rendang].stock.as_ref().is_some_and(|s| s.free == 18)).await;
    assert_eq!(stock(&reserved, rendang).on_hand, 20);

    cashier.ask(Op::OrderConfirm { order: first }).await.unwrap();
    budi.until_order(first, OrderState::InProcess).await;
    let papers = kitchen_tray.wait_for(2);
    let ticket = papers.iter().find(|p| p.iter().any(|l| l.contains("Rendang"))).expect("the kitchen's ticket");
    assert!(ticket.iter().any(|l| l == "Meja 5") && ticket.iter().any(|l| l == "2 x Rendang Sapi"), "{ticket:#?}");
    assert!(!ticket.iter().any(|l| l.contains("Es Teh")), "the bar's lines are on the bar's ticket");

    // The kitchen taps its lines; the guest sees progress; the last one served finishes.
    for (line, to) in [(1, LineState::Cooking), (1, LineState::Ready), (1, LineState::Served), (2, LineState::Ready)] {
        cook.ask(Op::LineMove { order: first, line, to }).await.unwrap();
    }
    budi.until("progress", |r| r.orders[&first].progress == 100).await;
    cook.ask(Op::LineMove { order: first, line: 2, to: LineState::Served }).await.unwrap();
    budi.until_order(first, OrderState::Done).await;
    let taken = cashier.until("the stock", |r| r.products[&rendang].stock.as_ref().is_some_and(|s| s.on_hand == 18)).await;
    assert_eq!(stock(&taken, rendang).free, 18);

    // The second goes straight through; the bill is reckoned once, for everybody alike.
    let second = budi.order(&[("Kopi Tubruk", 1)]).await.unwrap();
    cashier.until_order(second, OrderState::InProcess).await;
    kitchen_tray.wait_for(3);
    budi.ask(Op::BillAsk { visit: None }).await.unwrap();
    let visit = seen.visit;
    let room =
        cashier.until("the bill", |r| r.visits[&visit].bill_asked && r.visits[&visit].bill.subtotal == Money(106_000)).await;
    let bill = room.visits[&visit].bill;
    // 106,000; service 5 % 5,300; tax 10 % of 111,300 is 11,130; 122,430; cash 122,400.
    assert_eq!((bill.service, bill.tax, bill.total), (Money(5_300), Money(11_130), Money(122_430)));
    assert_eq!(room.visits[&visit].due, Money(122_400));
    assert_eq!(budi.until("the bill", |r| r.visits[&visit].bill.subtotal == Money(106_000)).await.visits[&visit].bill, bill);

    let (number, change) = cashier.pay(visit, Some(150_000)).await.unwrap();
    assert_eq!(change, Money(27_600));
    cashier.ask(Op::OrderFinish { order: second }).await.unwrap();
    budi.until("the end of the visit", |r| !r.visits[&visit].open).await;
    cashier.until("a cleared table", |r| !r.visits.contains_key(&visit) && r.orders.is_empty()).await;

    let papers = counter_tray.wait_for(2);
    assert_eq!(papers[0], ["[drawer 0 25 250]"], "the drawer opens before the paper runs");
    let receipt = &papers[1];
    for line in [
        number.as_str(),
        "Subtotal                                 106.000",
        "Biaya Pelayanan 5%                         5.300",
        "Pajak Restoran 10%                        11.130",
        "Pembulatan                                   -30",
        "TOTAL                                  Rp122.400",
        "Tunai                                    150.000",
        "Kembalian                                 27.600",
    ] {
        assert!(receipt.iter().any(|l| l.contains(line)), "{line:?} is not in {receipt:#?}");
    }
    let view = cashier.until("the receipt", |r| r.receipts.values().any(|v| v.number == number)).await;
    let view = view.receipts.values().find(|v| v.number == number).unwrap();
    assert_eq!(view.settlement.change.0, shop.number("SELECT change_minor FROM receipt"));
    cashier.ask(Op::ReceiptReprint { receipt: view.id }).await.unwrap();
    let papers = counter_tray.wait_for(3);
    assert!(papers[2].iter().any(|l| l.trim() == "SALINAN 1"), "{:#?}", papers[2]);
    assert_eq!(papers.len(), 3, "a reprint opens no drawer");
    till.stop();
    shop.verify();
}

/// Acceptance 10: two guests take the last portion: one gets it, the other reads that it is
/// gone and keeps the cart; cancelling before cooking gives it back, after not.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_portion_is_sold_once() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let codes = shop.codes();
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let place = Place::Takeaway { guest: String::new() };
    // Fifteen puddings; fourteen are sold.
    cashier.order_at(Some(place.clone()), &[("Puding", 14)]).await.unwrap();
    let (a, b) = (Person::guest(&url, &codes[0], "A").await, Person::guest(&url, &codes[1], "B").await);
    let (ra, rb) = tokio::join!(a.order(&[("Puding", 1)]), b.order(&[("Puding", 1)]));
    let (won, lost, winner) = match (ra, rb) {
        (Ok(order), Err(no)) => (order, no, &a),
        (Err(no), Ok(order)) => (order, no, &b),
        other => panic!("{other:?}"),
    };
    assert_eq!((lost.code.as_str(), lost.params["product"].as_str()), ("sold-out", "Puding Cokelat"));
    for guest in [&a, &b] {
        let id = guest.product("Puding");
        guest.until("habis", |r| !r.products[&id].available).await;
    }
    // The guest takes it back while it waits: free again.
    winner.ask(Op::OrderCancel { order: won, reason: String::new(), made: None }).await.unwrap();
    let id = a.product("Puding");
    a.until("one again", |r| r.products[&id].available).await;
    // Ordered at the till and thrown away after cooking: gone for good.
    let order = cashier.order_at(Some(place.clone()), &[("Puding", 1)]).await.unwrap();
    let no = cashier.ask(Op::OrderCancel { order, reason: String::new(), made: Some(true) }).await.unwrap_err();
    assert_eq!(no.code, "reason-missing");
    let no = cashier.ask(Op::OrderCancel { order, reason: "jatuh".into(), made: None }).await.unwrap_err();
    assert_eq!(no.code, "made-missing");
    cashier.ask(Op::OrderCancel { order, reason: "jatuh".into(), made: Some(true) }).await.unwrap();
    let no = cashier.order_at(Some(place), &[("Puding", 1)]).await.unwrap_err();
    assert_eq!(no.code, "sold-out");
    till.stop();
    assert_eq!(shop.number("SELECT stock - reserved FROM product WHERE name LIKE 'Puding%'"), 0);
    assert_eq!(shop.column("SELECT cause || quantity FROM stock_movement WHERE order_id IS NOT NULL"), ["waste-1"]);
    shop.verify();
}

/// Many at once want more than there is: exactly what was there is sold.
#[tokio::test(flavor = "multi_thread")]
async fn a_rush_sells_exactly_what_is_there() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let mut guests = Vec::new();
    for code in shop.codes() {
        guests.push(Person::guest(&url, &code, "Tamu").await);
    }
    // Eighteen avocado juices; each of twelve guests wants two.
    let outcomes = futures_util::future::join_all(guests.iter().map(|g| g.order(&[("Jus Alpukat", 2)]))).await;
    assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 9);
    assert!(outcomes.iter().filter_map(|o| o.as_ref().err()).all(|e| e.code == "sold-out"), "{outcomes:?}");
    till.stop();
    assert_eq!(shop.number("SELECT stock * 100 + reserved FROM product WHERE name = 'Jus Alpukat'"), 18 * 100 + 18);
    shop.verify();
}

/// Orders that came by different ways to one table stay one visit; another party is its own.
#[tokio::test(flavor = "multi_thread")]
async fn parties_takeaways_and_a_waiting_bill() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let code = shop.codes()[2].clone();
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let waiter = Person::staff(&url, &till.invite(), WAITER).await;
    let budi = Person::guest(&url, &code, "Budi").await;
    let sari = Person::guest(&url, &code, "Sari").await;
    let own = budi.order(&[("Soto", 1)]).await.unwrap();
    let visit = cashier.until_order(own, OrderState::Waiting).await.visit;
    sari.until_order(own, OrderState::Waiting).await;
    let table = *cashier.room().tables.iter().find(|(_, t)| t.number == "3").unwrap().0;
    let by_waiter = waiter.order_at(Some(Place::Table { table }), &[("Es Jeruk", 2)]).await.unwrap();
    assert_eq!(cashier.until_order(by_waiter, OrderState::InProcess).await.visit, visit, "staff need no confirmation");

    // Not while something waits; nor by somebody who may not.
    assert_eq!(cashier.pay(visit, None).await.unwrap_err().code, "bill-waiting");
    assert_eq!(waiter.pay(visit, None).await.unwrap_err().code, "denied");
    waiter.ask(Op::OrderConfirm { order: own }).await.unwrap();
    assert_eq!(waiter.ask(Op::OrderConfirm { order: own }).await.unwrap_err().code, "order-state");

    let other = waiter.order_at(Some(Place::NewParty { table }), &[("Gado", 1)]).await.unwrap();
    let view = cashier.until_order(other, OrderState::InProcess).await;
    assert_eq!(view.place, "3B");
    assert_ne!(view.visit, visit);
    let bungkus = cashier.order_at(Some(Place::Takeaway { guest: "Tono".into() }), &[("Gado", 1)]).await.unwrap();
    let view = cashier.until_order(bungkus, OrderState::InProcess).await;
    assert_eq!((view.place.as_str(), view.takeaway), ("1", true));
    let bill = cashier.until("its bill", |r| r.visits.contains_key(&view.visit)).await.visits[&view.visit].bill;
    assert_eq!((bill.service, bill.total), (Money::ZERO, Money(28_600)), "no service on takeaway");

    // The bill changed between the look and the tap.
    let seen = cashier.until("the bill", |r| r.visits[&visit].bill.subtotal == Money(52_000)).await.visits[&visit].clone();
    let more = waiter.order_at(Some(Place::Visit { visit }), &[("Es Teh", 1)]).await.unwrap();
    let payment = uuid::Uuid::now_v7();
    let no = cashier.ask(Op::BillPayCash { payment, visit, total: seen.bill.total, tendered: Money(500_000) }).await.unwrap_err();
    assert_eq!(no.code, "bill-changed");
    cashier.until_order(more, OrderState::InProcess).await;
    let room = cashier.until("the bill", |r| r.visits[&visit].bill.subtotal == Money(60_000)).await;
    let short = Op::BillPayCash { payment, visit, total: room.visits[&visit].bill.total, tendered: Money(60_000) };
    assert_eq!(cashier.ask(short).await.unwrap_err().code, "tendered-short");
    cashier.pay(visit, None).await.unwrap();
    assert_eq!(cashier.pay(visit, None).await.unwrap_err().code, "bill-empty");
    let no = cashier.ask(Op::OrderCancel { order: own, reason: "x".into(), made: Some(false) }).await.unwrap_err();
    assert_eq!(no.code, "order-paid");
    for order in [own, by_waiter, more] {
        cashier.ask(Op::OrderFinish { order }).await.unwrap();
    }
    budi.until("the end", |r| !r.visits[&visit].open).await;
    assert_eq!(budi.order(&[("Soto", 1)]).await.unwrap_err().code, "visit-closed");
    assert_eq!(budi.ask(Op::BillAsk { visit: None }).await.unwrap_err().code, "visit-closed");
    till.stop();
    shop.verify();
}

/// Guests who looked at the menu and left: staff give the table free, and whoever sits down
/// next is a party of its own. A party that owes something is not sent away.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_whose_party_left_is_given_free() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let codes = shop.codes();
    let waiter = Person::staff(&url, &till.invite(), WAITER).await;
    let looked = Person::guest(&url, &codes[8], "Ratna").await;
    let visit = *waiter.until("the party", |r| r.visits.len() == 1).await.visits.keys().next().unwrap();
    waiter.ask(Op::VisitClose { visit }).await.unwrap();
    looked.until("the end", |r| r.visits.values().all(|v| !v.open)).await;
    assert_eq!(looked.order(&[("Soto", 1)]).await.unwrap_err().code, "visit-closed");
    assert_eq!(waiter.ask(Op::VisitClose { visit }).await.unwrap_err().code, "visit-closed");
    let next = Person::guest(&url, &codes[8], "Agus").await;
    let order = next.order(&[("Soto", 1)]).await.unwrap();
    let fresh = waiter.until_order(order, OrderState::Waiting).await.visit;
    assert_ne!(fresh, visit);
    assert_eq!(waiter.ask(Op::VisitClose { visit: fresh }).await.unwrap_err().code, "visit-in-use");
    waiter.ask(Op::OrderConfirm { order }).await.unwrap();
    assert_eq!(waiter.ask(Op::VisitClose { visit: fresh }).await.unwrap_err().code, "visit-in-use");
    till.stop();
    shop.verify();
}

/// A guest sees and changes what they said of themselves, and leaves; the bill stays with the
/// table. Nobody else sees mail or phone.
#[tokio::test(flavor = "multi_thread")]
async fn guests_keep_their_own_profile_and_leave() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let codes = shop.codes();
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let (budi, sari) = (Person::guest(&url, &codes[5], "Budi").await, Person::guest(&url, &codes[5], "Sari").await);
    let order = budi.order(&[("Soto", 1)]).await.unwrap();
    let change =
        |guest: &str, mail: &str| Op::GuestChange { guest: guest.into(), mail: mail.into(), phone: "+62 812-0000-0001".into() };
    assert_eq!(budi.ask(change("", "a@b.id")).await.unwrap_err().code, "text-empty");
    assert_eq!(budi.ask(change("Budi S", "no address")).await.unwrap_err().code, "text-form");
    budi.ask(change("Budi S", "budi@example.com")).await.unwrap();
    assert_eq!(cashier.ask(change("X", "")).await.unwrap_err().code, "denied");
    // The name is new on every screen; mail and phone are told to nobody but Budi.
    cashier.until("the new name", |r| r.orders.get(&order).is_some_and(|o| o.who == "Budi S")).await;
    budi.client.speak(kasir::domain::site::Language::En);
    budi.until("the profile", |r| matches!(&r.me, Some(kasir::hub::wire::Me::Guest { name, mail, phone, .. }) if name == "Budi S" && mail == "budi@example.com" && phone == "+62 812-0000-0001")).await;
    for other in [&sari, &cashier] {
        let told = serde_json::to_string(&other.frames()).unwrap();
        assert!(!told.contains("budi@") && !told.contains("0000-0001"));
    }
    assert_eq!(shop.number("SELECT count(*) FROM journal WHERE event LIKE '%Budi%' OR event LIKE '%budi@%'"), 0);
    budi.ask(Op::GuestLeave {}).await.unwrap();
    budi.until("to be nobody", |r| matches!(r.me, Some(kasir::hub::wire::Me::Stranger { .. })) && r.orders.is_empty()).await;
    assert_eq!(budi.order(&[("Soto", 1)]).await.unwrap_err().code, "denied");
    assert!(sari.room().orders.contains_key(&order), "the order stays with the table");
    till.stop();
    shop.verify();
}
