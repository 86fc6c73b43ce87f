//! Who may come in, and what they see there.

use kasir::client::Identity;
use kasir::domain::mail::MailSettings;
use kasir::domain::order::OrderState;
use kasir::domain::sync::SyncSettings;
use kasir::hub::wire::{Me, NewLine, Op, Outcome, Place};

use crate::support::Place as Shop;
use crate::support::people::{CASHIER, COOK, MANAGER, OWNER, Person, WAITER};
use crate::support::till::Till;

/// A PIN counts on an enrolled screen only; five wrong ones lock that person on that screen,
/// and nobody else anywhere.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_pins_lock_one_person_on_one_screen() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let stranger = Person::connect(&url, Identity::default());
    stranger.until("a menu", |r| !r.products.is_empty()).await;
    assert!(stranger.room().employees.is_empty(), "strangers see no names");
    assert_eq!(stranger.log_in(CASHIER).await.unwrap_err().code, "device-unknown");
    let wrong = Op::DeviceEnrol { code: "00000000".into(), screen: "x".into() };
    assert_eq!(stranger.ask(wrong).await.unwrap_err().code, "code-wrong");

    let code = till.invite();
    let screen = Person::screen(&url, &code).await;
    let again = Op::DeviceEnrol { code, screen: "second".into() };
    assert_eq!(stranger.ask(again).await.unwrap_err().code, "code-wrong", "a code works once");
    for left in (0..5).rev() {
        let no = screen.log_in((CASHIER.0, "9999")).await.unwrap_err();
        assert_eq!((no.code.as_str(), no.params["left"].as_str()), ("pin-wrong", left.to_string().as_str()));
    }
    assert_eq!(screen.log_in(CASHIER).await.unwrap_err().code, "pin-locked", "even the right one");
    assert_eq!(screen.log_in((CASHIER.0, "12")).await.unwrap_err().code, "pin-form");
    screen.log_in(OWNER).await.unwrap();
    let elsewhere = Person::staff(&url, &till.invite(), CASHIER).await;
    assert!(matches!(elsewhere.room().me, Some(Me::Employee { .. })));

    // Every failed PIN is in the journal, with who and where; a new PIN gives fresh tries.
    assert_eq!(shop.number("SELECT count(*) FROM journal WHERE kind = 'pin_refused'"), 5);
    till.ask(kasir::control::Request::ResetPin { name: "Kasir".into(), pin: "8642".into() });
    screen.client.become_session(None);
    screen.until("nobody", |r| matches!(r.me, Some(Me::Device { .. }))).await;
    assert_eq!(screen.log_in(CASHIER).await.unwrap_err().code, "pin-wrong");
    screen.log_in((CASHIER.0, "8642")).await.unwrap();
    // A new PIN throws out whoever is logged in with the old one, on the same socket too.
    let product = screen.product("Soto");
    till.ask(kasir::control::Request::ResetPin { name: "Kasir".into(), pin: "1357".into() });
    screen.until("nobody, untouched", |r| matches!(r.me, Some(Me::Device { .. })) && r.orders.is_empty()).await;
    let no = screen.ask(Op::ProductSoldOut { product, sold_out: true }).await.unwrap_err();
    assert_eq!(no.code, "denied");
    screen.log_in((CASHIER.0, "1357")).await.unwrap();
    // Logging out ends the session for good, on the socket that stays open as well.
    screen.ask(Op::StaffLogOut {}).await.unwrap();
    screen.until("nobody", |r| matches!(r.me, Some(Me::Device { .. })) && r.orders.is_empty()).await;
    assert_eq!(screen.ask(Op::ProductSoldOut { product, sold_out: true }).await.unwrap_err().code, "denied");
    till.stop();
    shop.verify();
}

/// A staff session that was carried to another screen opens nothing there.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_holds_on_its_own_screen_only() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let screen = Person::screen(&url, &till.invite()).await;
    let Ok(Outcome::Session { token }) = screen.ask(Op::StaffLogIn { employee: CASHIER.0, pin: CASHIER.1.into() }).await else {
        panic!()
    };
    let thief = Person::connect(&url, Identity { session: Some(token.clone()), ..Identity::default() });
    let room = thief.until("an answer", |r| r.me.is_some()).await;
    assert!(matches!(room.me, Some(Me::Stranger { .. })) && room.orders.is_empty() && room.hub.is_none());
    let stored: Vec<String> = shop.column("SELECT hex(hash) FROM session UNION SELECT hex(hash) FROM device_token");
    assert!(!stored.is_empty() && stored.iter().all(|h| h.len() == 64), "only hashes are kept");
    till.stop();
}

/// Acceptance 11: each operation as each of those who may not: refused, and nothing changes.
#[tokio::test(flavor = "multi_thread")]
async fn everybody_may_do_what_they_may_and_no_more() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let codes = shop.codes();
    let manager = Person::staff(&url, &till.invite(), MANAGER).await;
    let waiter = Person::staff(&url, &till.invite(), WAITER).await;
    let cook = Person::staff(&url, &till.invite(), COOK).await;
    let screen = Person::screen(&url, &till.invite()).await;
    let (victim, thief) = (Person::guest(&url, &codes[0], "Budi").await, Person::guest(&url, &codes[1], "X").await);
    let companion = Person::guest(&url, &codes[0], "Sari").await;
    let stranger = Person::phone(&url, &codes[0]);
    stranger.until("a menu", |r| !r.products.is_empty()).await;
    let order = victim.order(&[("Soto", 1)]).await.unwrap();
    let visit = manager.until_order(order, OrderState::Waiting).await.visit;
    let product = manager.product("Soto");
    let table = *manager.room().tables.keys().next().unwrap();
    let receipt = kasir::domain::id::ReceiptId(1);
    let payment = uuid::Uuid::now_v7();
    let money = kasir::domain::money::Money(1_000_000);
    let line = || vec![NewLine { product, quantity: 1, note: String::new() }];

    let forbidden_to_guests = || {
        vec![
            Op::OrderConfirm { order },
            Op::OrderFinish { order },
            Op::LineMove { order, line: 1, to: kasir::domain::order::LineState::Served },
            Op::BillPayCash { payment, visit, total: money, tendered: money },
            Op::ReceiptReprint { receipt },
            Op::TicketReprint { order },
            Op::VisitClose { visit },
            Op::ProductSoldOut { product, sold_out: true },
            Op::ClockConfirm {},
            Op::DeviceInvite {},
            Op::MailSet { settings: MailSettings::default(), password: None },
            Op::MailTest { address: "x@example.com".into() },
            Op::SyncSet { settings: SyncSettings::default(), password: None },
            Op::OrderPlace { order: uuid::Uuid::now_v7(), place: Some(Place::Visit { visit }), lines: line() },
            Op::OrderPlace { order: uuid::Uuid::now_v7(), place: Some(Place::Table { table }), lines: line() },
            Op::StaffLogIn { employee: OWNER.0, pin: OWNER.1.into() },
        ]
    };
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let head = || shop.number("SELECT max(seq) FROM journal");
    let before = head();
    for who in [&thief, &victim, &stranger] {
        for op in forbidden_to_guests() {
            let what = format!("{op:?}");
            let no = who.ask(op).await.expect_err(&what);
            assert!(["denied", "device-unknown"].contains(&no.code.as_str()), "{what}: {no:?}");
        }
    }
    // Another visit's order or bill: as if it did not exist; a companion's order: not theirs.
    assert_eq!(thief.ask(Op::OrderCancel { order, reason: String::new(), made: None }).await.unwrap_err().code, "not-found");
    assert_eq!(thief.ask(Op::BillAsk { visit: Some(visit) }).await.unwrap_err().code, "not-found");
    assert_eq!(companion.ask(Op::OrderCancel { order, reason: String::new(), made: None }).await.unwrap_err().code, "denied");
    for op in [
        Op::OrderPlace { order: uuid::Uuid::now_v7(), place: None, lines: line() },
        Op::OrderConfirm { order },
        Op::BillAsk { visit: Some(visit) },
    ] {
        for who in [&stranger, &screen] {
            assert_eq!(who.ask(op.clone()).await.unwrap_err().code, "denied", "{op:?}");
        }
    }
    for op in [Op::OrderFinish { order }, Op::BillPayCash { payment, visit, total: money, tendered: money }, Op::DeviceInvite {}]
    {
        for who in [&waiter, &cook] {
            assert_eq!(who.ask(op.clone()).await.unwrap_err().code, "denied", "{op:?}");
        }
    }
    // How the house is connected to the outside is the owner's alone.
    for op in [
        Op::MailSet { settings: MailSettings::default(), password: Some("x".into()) },
        Op::SyncSet { settings: SyncSettings::default(), password: Some("x".into()) },
    ] {
        for who in [&manager, &cashier, &waiter, &cook] {
            assert_eq!(who.ask(op.clone()).await.unwrap_err().code, "denied", "{op:?}");
        }
    }
    for op in [Op::OrderConfirm { order }, Op::VisitClose { visit }] {
        assert_eq!(cook.ask(op).await.unwrap_err().code, "denied");
    }
    assert_eq!(head(), before, "not one refused request left a trace");

    // What each is told: the thief nothing of the others; the cook no receipts.
    let told = thief.room();
    assert!(told.orders.is_empty() && told.tables.is_empty() && told.employees.is_empty() && told.printers.is_empty());
    assert!(told.visits.keys().all(|v| *v != visit));
    assert!(companion.room().orders.contains_key(&order));
    waiter.ask(Op::OrderConfirm { order }).await.unwrap();
    // In process it is no waiter's to cancel.
    assert_eq!(waiter.ask(Op::OrderCancel { order, reason: "x".into(), made: Some(false) }).await.unwrap_err().code, "denied");
    manager.ask(Op::OrderFinish { order }).await.unwrap();
    manager.pay(visit, None).await.unwrap();
    manager.until("the receipt", |r| r.receipts.len() == 1).await;
    assert!(cook.room().receipts.is_empty() && thief.room().receipts.is_empty());
    assert_eq!(manager.ask(Op::DeviceInvite {}).await.map(|o| matches!(o, Outcome::Invited { .. })), Ok(true));
    // A guest's token for one visit opens nothing else after it: it reads, and that is all.
    victim.until("the end", |r| r.visits.values().all(|v| !v.open)).await;
    assert_eq!(victim.order(&[("Soto", 1)]).await.unwrap_err().code, "visit-closed");
    assert_eq!(stranger.join("aaaaaaaaaaaaaaaaaaaaaaaaaa", "x").await.unwrap_err().code, "code-wrong");
    till.stop();
    shop.verify();
}
