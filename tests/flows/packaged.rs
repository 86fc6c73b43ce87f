//! The program as it is shipped: what a shop does in its first hour, and a power cut. `make package`
//! runs it with the packaged program, the Pi's through an emulator; everywhere else it is the one that was
//! built with the tests.

use std::io::{Read, Write};
use std::net::TcpStream;

use kasir::domain::money::Money;
use kasir::domain::order::OrderState;
use kasir::hub::wire::Op;

use crate::support::Place as Shop;
use crate::support::people::{CASHIER, Person};
use crate::support::printers::PaperTray;
use crate::support::till::{Till, printer, program};

/// What a browser gets for that path: head and body.
fn page(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

/// A house is made, its page served, an order made, cooked, paid and printed; the power is cut, and
/// everything is still there.
#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_program_sells_and_remembers() {
    let made = Shop::empty();
    let init = program()
        .args(["init", "--name", "Warung", "--owner-pin", "1234", "--tables", "3", "--data"])
        .arg(made.path())
        .output()
        .unwrap();
    assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
    made.verify();

    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let tray = PaperTray::new();
    till.ask(printer("Dapur", tray.port, &["kitchen", "bar"], true));
    let code = &shop.codes()[2];
    let served = page(&till.address, &format!("/t/{code}"));
    assert!(served.starts_with("HTTP/1.1 200") && served.contains("<!doctype html>"), "{served}");

    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let guest = Person::guest(&till.socket_url(), code, "Budi").await;
    let order = guest.order(&[("Rendang", 2)]).await.unwrap();
    cashier.until_order(order, OrderState::Waiting).await;
    cashier.ask(Op::OrderConfirm { order }).await.unwrap();
    cashier.ask(Op::OrderFinish { order }).await.unwrap();
    let visit = cashier.until_order(order, OrderState::Done).await.visit;
    let (number, change) = cashier.pay(visit, None).await.unwrap();
    assert_eq!((number.as_str(), change), ("2031-000001", Money::ZERO));
    // The ticket, the drawer and the receipt.
    let papers = tray.wait_for(3);
    assert!(papers.iter().any(|p| p.iter().any(|l| l == "2 x Rendang Sapi")), "{papers:#?}");
    assert!(papers.iter().any(|p| p.iter().any(|l| l.contains("2031-000001"))), "{papers:#?}");

    till.kill();
    let till = Till::start(&shop);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    cashier.until("the receipt", |r| r.receipts.values().any(|r| r.number == number)).await;
    assert_eq!(shop.number("SELECT count(*) FROM receipt"), 1);
    till.stop();
    shop.verify();
}
