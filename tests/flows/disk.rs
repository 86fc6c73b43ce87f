//! A disk that fills up, and one that can only be read: what is warned of, what is refused, what
//! goes on, and that nothing acknowledged is lost. The disk is the machine's of `machine.c`.

use std::io::Seek;

use kasir::control::{Request, Response};
use kasir::domain::disk::{DiskState, RESERVE_BYTES};
use kasir::domain::order::OrderState;
use kasir::hub::wire::{Op, Outcome, Place};
use rustix::fs::FallocateFlags;
use uuid::Uuid;

use crate::evening::picture;
use crate::rush::get;
use crate::service::Manager;
use crate::support::apart::on_a_small_disk;
use crate::support::browser::Browser;
use crate::support::machine::{Disk, MachineClock};
use crate::support::office::{MANAGER, Office};
use crate::support::people::{CASHIER, Person, WAITER};
use crate::support::till::{Till, command};
use crate::support::{Place as Shop, own_address, wait_until};

const MB: i64 = 1024 * 1024;

fn takeaway() -> Option<Place> {
    Some(Place::Takeaway { guest: String::new() })
}

/// Well before: a warning everywhere. Before it fails: no new orders, everything else. With nothing
/// left: refused, and not stored. With room again: as ever, in the same process.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_takes_no_orders_and_lets_the_house_finish() {
    let shop = Shop::furnished();
    let machine = MachineClock::of(shop.path());
    let till = Till::start(&shop);
    let url = till.socket_url();
    let reserve = shop.path().join("reserve");
    wait_until("room to be laid by", || std::fs::metadata(&reserve).is_ok_and(|m| m.len() == RESERVE_BYTES));
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let guest = Person::guest(&url, &shop.codes()[4], "Budi").await;
    let office = Office::of(&till.address, MANAGER).await;
    let first = guest.order(&[("Rendang", 1)]).await.unwrap();
    let visit = cashier.until_order(first, OrderState::Waiting).await.visit;
    assert_eq!(cashier.room().hub.unwrap().disk.state, DiskState::Ample);

    machine.set_disk(Disk::Left(300 * MB));
    cashier.ask(Op::OrderConfirm { order: first }).await.unwrap();
    let low = cashier.until("the warning", |r| r.hub.as_ref().is_some_and(|h| h.disk.state == DiskState::Low)).await;
    assert_eq!(low.hub.unwrap().disk.free_bytes, 300 * MB as u64);
    assert_eq!(office.get("machine").await.json()["disk"], serde_json::json!({ "state": "low", "free_bytes": 300 * MB }));
    let (_, health) = get(&till.address, "/healthz");
    assert!(health.contains(r#""status":"degraded""#) && health.contains(r#""disk":"low""#), "{health}");
    let second = guest.order(&[("Es Teh", 1)]).await.unwrap();
    cashier.until_order(second, OrderState::InProcess).await;

    machine.set_disk(Disk::Left(40 * MB));
    let no = guest.order(&[("Es Teh", 1)]).await.unwrap_err();
    assert_eq!(no.code, "disk-full");
    assert!(no.message.contains("disk is full") && no.message.contains("can still be paid"), "{}", no.message);
    assert_eq!(cashier.order_at(takeaway(), &[("Soto", 1)]).await.unwrap_err().code, "disk-full");
    cashier.until("the strip", |r| r.hub.as_ref().is_some_and(|h| h.disk.state == DiskState::Full)).await;
    assert!(get(&till.address, "/metrics").1.contains("\nkasir_disk_full 1\n"));
    let menu = Request::MenuImport { text: "name,category,price\nRujak,Makanan,15000\n".to_owned() };
    match kasir::control::ask(&shop.path().join("control.sock"), &menu).unwrap() {
        Some(Response::Refused { message }) => assert!(message.contains("Penyimpanan kasir penuh"), "{message}"),
        other => panic!("{other:?}"),
    }
    // What was begun is finished and paid; people log in.
    for order in [first, second] {
        cashier.ask(Op::OrderFinish { order }).await.unwrap();
    }
    Person::staff(&url, &till.invite(), WAITER).await;
    let paid = cashier.until("the bill", |r| r.visits.get(&visit).is_some_and(|v| v.due.0 > 0)).await.visits[&visit].clone();
    let payment = Op::BillPayCash { payment: Uuid::now_v7(), visit, total: paid.bill.total, tendered: paid.due };

    // Not a byte is left: it is said, it is not stored, and what was laid by is given up for it.
    machine.set_disk(Disk::Left(0));
    let before = shop.number("SELECT max(seq) FROM journal");
    assert_eq!(cashier.ask(payment.clone()).await.unwrap_err().code, "disk-full");
    assert_eq!(shop.number("SELECT max(seq) FROM journal"), before);
    assert!(!reserve.exists());
    machine.set_disk(Disk::Left(RESERVE_BYTES as i64));
    assert!(matches!(cashier.ask(payment).await, Ok(Outcome::Paid { .. })));

    machine.set_disk(Disk::Real);
    let third = cashier.order_at(takeaway(), &[("Soto", 1)]).await.unwrap();
    cashier.until("all is well", |r| r.hub.as_ref().is_some_and(|h| h.disk.state == DiskState::Ample)).await;
    till.kill();
    assert_eq!(shop.number(&format!("SELECT count(*) FROM orders WHERE id IN ({}, {}, {})", first.0, second.0, third.0)), 3);
    assert_eq!(shop.number("SELECT count(*) FROM orders"), 3, "what was refused is not there");
    assert_eq!(shop.number("SELECT count(*) FROM receipt"), 1);
    shop.verify();
}

/// A start with hardly anything left gives up what was laid by, and opens.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_on_a_full_disk_has_what_was_laid_by() {
    let shop = Shop::furnished();
    let machine = MachineClock::of(shop.path());
    let reserve = shop.path().join("reserve");
    let till = Till::start(&shop);
    wait_until("room to be laid by", || reserve.exists());
    till.kill();
    machine.set_disk(Disk::Left(MB));
    let till = Till::start(&shop);
    assert!(!reserve.exists());
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    assert_eq!(cashier.order_at(takeaway(), &[("Soto", 1)]).await.unwrap_err().code, "disk-full");
    till.stop();
    shop.verify();
}

/// A disk that can only be read is said on every screen; the process stays to say it, for a new
/// start could not. Once it takes something again kasir ends, to be started anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_disk_is_said_and_outlasted() {
    let shop = Shop::furnished();
    let machine = MachineClock::of(shop.path());
    let socket = shop.path().join("notify.sock");
    let manager = Manager::at(&socket);
    let mut service = command(shop.path(), &own_address());
    service.env("NOTIFY_SOCKET", &socket).env("WATCHDOG_USEC", "300000").env("KASIR_LOG", "off");
    let mut till = Till::spawn(service, shop.path());
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let first = cashier.order_at(takeaway(), &[("Soto", 1)]).await.unwrap();

    machine.set_disk(Disk::ReadOnly);
    // The screen keeps what nobody can say was stored, and asks again.
    let (tell, told) = tokio::sync::oneshot::channel();
    let op = Op::OrderPlace { order: Uuid::now_v7(), place: takeaway(), lines: vec![cashier.line("Soto", 2)] };
    cashier.client.submit(op, move |answer| drop(tell.send(answer)));
    cashier.until("the strip", |r| r.hub.as_ref().is_some_and(|h| h.disk.state == DiskState::ReadOnly)).await;
    manager.waits_for("STATUS=the disk can only be read: nothing is stored any more");
    manager.waits_for("WATCHDOG=1");
    let (status, health) = get(&till.address, "/healthz");
    assert!(status == 503 && health.contains(r#""disk":"read_only""#), "{health}");

    machine.set_disk(Disk::Real);
    assert!(!till.wait().success(), "it ends with an error, so that systemd starts it again");
    let till = Till::start_at(&shop, &till.address);
    // It was asked again while nothing could be stored, and told so; or only now, and is taken.
    let stored = match told.await.unwrap() {
        Ok(Outcome::Placed { .. }) => 2,
        Err(no) if no.code == "stopped" => 1,
        other => panic!("{other:?}"),
    };
    till.stop();
    assert_eq!(shop.number(&format!("SELECT count(*) FROM orders WHERE id = {}", first.0)), 1);
    assert_eq!(shop.number("SELECT count(*) FROM orders"), stored);
    shop.verify();
}

/// The same where the system itself refuses: on a small disk that something else fills to the last byte.
#[test]
fn a_small_disk_is_filled_to_its_last_byte() {
    on_a_small_disk(640, "disk::every_byte_is_taken");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `a_small_disk_is_filled_to_its_last_byte`, which gives it a disk of its own"]
async fn every_byte_is_taken() {
    let shop = Shop::furnished();
    let reserve = shop.path().join("reserve");
    let filler = tempfile::NamedTempFile::new().unwrap();
    let free = || kasir::store::disk::Disk::of(shop.path()).look().free_bytes;
    // Somebody's file, that grows or shrinks until so much is left. kasir writes beside it: what was free may
    // be gone by then.
    let leave = |bytes: u64| {
        let file = filler.as_file();
        let long = || file.metadata().unwrap().len();
        file.set_len(long() - bytes.saturating_sub(free()).min(long())).unwrap();
        while free() > bytes {
            let _ = rustix::fs::fallocate(file, FallocateFlags::empty(), long(), free().saturating_sub(bytes).max(1));
        }
    };
    let till = Till::start(&shop);
    wait_until("room to be laid by", || std::fs::metadata(&reserve).is_ok_and(|m| m.len() == RESERVE_BYTES));
    let url = till.socket_url();
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let mut visits = Vec::new();
    for _ in 0..2 {
        let order = cashier.order_at(takeaway(), &[("Soto", 1)]).await.unwrap();
        visits.push(cashier.until_order(order, OrderState::InProcess).await.visit);
    }

    leave(40 * MB as u64);
    assert_eq!(cashier.order_at(takeaway(), &[("Soto", 1)]).await.unwrap_err().code, "disk-full");
    // What was laid by pays what was ordered.
    leave(0);
    cashier.pay(visits[0], None).await.unwrap();
    assert!(!reserve.exists());

    // That is taken as well. Sooner or later nothing is stored any more, and nobody is told that it was.
    leave(0);
    let soto = cashier.product("Soto");
    let mut stored = 0;
    let no = loop {
        match cashier.ask(Op::ProductSoldOut { product: soto, sold_out: stored % 2 == 0 }).await {
            Ok(_) => stored += 1,
            Err(no) => break no,
        }
        assert!(stored < 100_000, "a disk without room takes everything");
    };
    assert_eq!(no.code, "disk-full");
    assert_eq!(cashier.pay(visits[1], None).await.unwrap_err().code, "disk-full");
    assert!(get(&till.address, "/metrics").1.contains("\nkasir_disk_full 1\n"));
    till.kill();

    // What a start must note may still fit into the log, or no more; either is said.
    leave(0);
    let mut said = tempfile::tempfile_in("/var/tmp").unwrap();
    let mut start = command(shop.path(), "127.0.0.1:0");
    start.stderr(said.try_clone().unwrap());
    let till = match Till::try_spawn(start, shop.path(), "listens on") {
        Ok((till, _)) => {
            let (_, health) = get(&till.address, "/healthz");
            assert!(health.contains(r#""disk":"full","disk_free_bytes":0"#), "{health}");
            leave(100 * MB as u64);
            till
        }
        Err((status, _)) => {
            said.rewind().unwrap();
            let said = std::io::read_to_string(&said).unwrap();
            assert!(!status.success() && said.contains("is full") && said.contains("make room on it"), "{status}: {said}");
            leave(100 * MB as u64);
            Till::start(&shop)
        }
    };
    // With room again all is there that was said to be stored, and nothing else.
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    assert_eq!(shop.number(&format!("SELECT sold_out FROM product WHERE id = {}", soto.0)), stored % 2);
    cashier.pay(visits[1], None).await.unwrap();
    till.stop();
    assert_eq!(shop.number("SELECT count(*) FROM orders"), 2);
    assert_eq!(shop.number("SELECT count(*) FROM receipt"), 2);
    shop.verify();
}

/// Above every page of the office, for whoever sees the reports.
#[tokio::test(flavor = "multi_thread")]
async fn the_office_says_how_the_disk_is() {
    let shop = Shop::furnished();
    let machine = MachineClock::of(shop.path());
    let till = Till::start(&shop);
    let browser = Browser::start();
    let page = browser.page("office", 1280, 800);
    page.goto(&format!("http://{}/office", till.address));
    page.see("login");
    page.fill("login-name", MANAGER.0);
    page.fill("login-password", MANAGER.1);
    page.click("login-submit");
    page.see("page-dashboard");
    page.gone("disk-note");
    for (left, words) in [(300, "hampir penuh: sisa 300 MB"), (40, "penuh: sisa 40 MB")] {
        machine.set_disk(Disk::Left(left * MB));
        page.reload();
        page.see_text("disk-note", words);
    }
    page.shot(&picture("office-disk"));
    till.stop();
    shop.verify();
}
