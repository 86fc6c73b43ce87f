//! Crowds and slow clients at the door: whatever strangers do to it, orders at the counter go
//! through, and the owner gets in at the touchscreen.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use kasir::client::Identity;
use kasir::domain::site::Language;
use kasir::hub::wire::{Me, Op, Place};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::office::{MANAGER, Office};
use crate::support::people::{CASHIER, OWNER, Person, WAITER};
use crate::support::till::Till;
use crate::support::{PATIENCE, Place as Shop, wait_until};

/// Who is not of the house. All of them are this machine.
const CROWD: &str = "127.0.0.5";
const OTHERS: &str = "127.0.0.6";

async fn knock(till: &str, from: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse::<SocketAddr>().unwrap()).unwrap();
    socket.connect(till.parse().unwrap()).await.unwrap()
}

/// A takeaway, acknowledged.
async fn sells(cashier: &Person) {
    let place = Place::Takeaway { guest: String::new() };
    cashier.order_at(Some(place), &[("Es Teh", 1)]).await.unwrap();
}

/// Whether the other side has closed.
fn is_closed(stream: &TcpStream) -> bool {
    let mut byte = [0];
    match stream.try_read(&mut byte) {
        Ok(0) => true,
        Ok(_) => false,
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    }
}

/// Six hundred connections of one address, half of which find the door shut, with heads that never
/// end; as many sockets of another as there is room for. The counter sells, a guest at another
/// address comes in as long as there is room, the machine's own command line is heard, and when
/// the crowd is gone there is room again.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_at_the_door_holds_up_no_order() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let mut crowd = Vec::new();
    for n in 0..600 {
        let mut stream = knock(&till.address, CROWD).await;
        // Some say nothing, some half of it.
        if n % 2 == 0 {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET / HTTP/1.1\r\nHost: ").await;
        }
        crowd.push(stream);
        if n % 200 == 0 {
            sells(&cashier).await;
        }
    }
    tokio::task::block_in_place(|| {
        wait_until("half of them to be let go", || crowd.iter().filter(|s| is_closed(s)).count() >= 300);
    });
    sells(&cashier).await;
    let guest = Person::guest(&till.socket_url(), &shop.codes()[0], "Budi").await;
    guest.order(&[("Soto", 1)]).await.unwrap();
    // Now nobody new fits in; who is in stays in, and the house's own screens find a place.
    let mut others = Vec::new();
    for _ in 0..300 {
        others.push(knock(&till.address, OTHERS).await);
    }
    tokio::task::block_in_place(|| wait_until("strangers to be turned away", || others.iter().any(is_closed)));
    let waiter = Person::staff(&till.socket_url(), &till.invite(), WAITER).await;
    sells(&waiter).await;
    sells(&cashier).await;
    guest.order(&[("Soto", 1)]).await.unwrap();
    till.invite();
    drop((crowd, others));
    // The hub notices the end of a connection in its own time; the door is tried until then.
    tokio::task::block_in_place(|| {
        wait_until("room again", || {
            let Ok(mut stream) = std::net::TcpStream::connect(&till.address) else { return false };
            let mut answer = String::new();
            write!(stream, "GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", till.address).is_ok()
                && stream.read_to_string(&mut answer).is_ok()
                && answer.starts_with("HTTP/1.1 200")
        });
    });
    till.stop();
    shop.verify();
}

/// A byte now and then keeps no connection open for ever, neither in the head nor in the body; the
/// counter sells meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn who_trickles_is_cut_off() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let body = format!(
        "POST /api/v1/session HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n",
        till.address
    );
    let starts = [String::from("GET / HTTP/1.1\r\nX-Slow: "), body];
    let mut slow = Vec::new();
    for n in 0..40 {
        let stream = knock(&till.address, CROWD).await;
        let start = starts[n % 2].clone();
        slow.push(tokio::spawn(async move {
            let (mut read, mut write) = stream.into_split();
            write.write_all(start.as_bytes()).await.unwrap();
            let trickle = tokio::spawn(async move {
                // The pace of the attack, not a wait for anything.
                let mut pace = tokio::time::interval(Duration::from_millis(500));
                while write.write_all(b"x").await.is_ok() {
                    pace.tick().await;
                }
            });
            let mut answer = Vec::new();
            let _ = read.read_to_end(&mut answer).await;
            trickle.abort();
            String::from_utf8_lossy(&answer).into_owned()
        }));
    }
    sells(&cashier).await;
    for (n, one) in slow.into_iter().enumerate() {
        let answer = tokio::time::timeout(PATIENCE, one).await.expect("to be cut off").unwrap();
        if n % 2 == 1 {
            assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        }
    }
    sells(&cashier).await;
    till.stop();
    shop.verify();
}

/// Strangers who try passwords all at once make each other wait, and nobody of the house: the
/// counter sells, the owner comes in by PIN, and a manager by password when they are gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_log_ins_keeps_nobody_of_the_house_out() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let screen = Person::screen(&till.socket_url(), &till.invite()).await;
    let office = Office::open(&till.address).await;
    let storm: Vec<_> = (0..60)
        .map(|n| {
            let office = office.clone();
            // The owner's own name among those that nobody has.
            let name = if n % 3 == 0 { "Pemilik".to_owned() } else { format!("tamu {n}") };
            tokio::spawn(async move { office.log_in(&name, "guess-guess").await })
        })
        .collect();
    sells(&cashier).await;
    screen.log_in(OWNER).await.unwrap();
    assert!(matches!(screen.room().me, Some(Me::Employee { .. })));
    sells(&cashier).await;
    for one in storm {
        let answer = one.await.unwrap();
        assert!([401, 429, 503].contains(&answer.status.as_u16()), "{} {}", answer.status, answer.code());
    }
    // The owner's name is locked for that address, and still not at the touchscreen.
    for _ in 0..6 {
        office.log_in("Pemilik", "guess-guess").await;
    }
    assert_eq!(office.log_in("Pemilik", "rahasia-pemilik").await.code(), "login-locked");
    Person::staff(&till.socket_url(), &till.invite(), OWNER).await;
    Office::of(&till.address, MANAGER).await;
    till.stop();
    shop.verify();
}

/// Strangers' sockets that never read, and one that asks without end, cost those who do it; a wrong
/// PIN a hundred times over on one screen locks that person there, and nobody anywhere else.
#[tokio::test(flavor = "multi_thread")]
async fn who_floods_pays_for_it_alone() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let mut deaf = Vec::new();
    for _ in 0..100 {
        let (socket, _) = tokio_tungstenite::client_async(url.clone(), knock(&till.address, CROWD).await).await.unwrap();
        deaf.push(socket);
    }
    let screen = Person::connect(&url, Identity { language: Language::En, ..Identity::default() });
    let code = till.invite();
    let Ok(kasir::hub::wire::Outcome::Device { token }) = screen.ask(Op::DeviceEnrol { code, screen: "x".into() }).await else {
        panic!()
    };
    screen.client.become_device(Some(token));
    screen.until("to be a screen", |r| matches!(r.me, Some(Me::Device { .. }))).await;
    let mut codes = std::collections::BTreeSet::new();
    for _ in 0..12 {
        codes.insert(screen.log_in((OWNER.0, "9999")).await.unwrap_err().code);
    }
    assert!(codes.contains("pin-locked"), "{codes:?}");
    sells(&cashier).await;
    let elsewhere = Person::staff(&url, &till.invite(), OWNER).await;
    assert!(matches!(elsewhere.room().me, Some(Me::Employee { .. })));
    sells(&cashier).await;
    drop(deaf);
    till.stop();
    shop.verify();
}
