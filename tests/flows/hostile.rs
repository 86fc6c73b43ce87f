//! Bad input on the socket and on HTTP: a clear refusal or a close with a reason to the
//! sender; nobody else is disturbed; memory stays bounded.

use std::io::{Read, Write};
use std::net::TcpStream;

use futures_util::{SinkExt, StreamExt};
use kasir::domain::order::{LineState, OrderState};
use kasir::hub::wire::{Op, Outcome, Place};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::support::people::{CASHIER, Person};
use crate::support::till::Till;
use crate::support::{PATIENCE, Place as Shop, wait_until};

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// A socket without manners.
struct Raw(Socket);

impl Raw {
    async fn connect(url: &str) -> Raw {
        let (socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        let mut raw = Raw(socket);
        assert_eq!(raw.next().await["type"], "welcome");
        raw
    }

    /// With a receive buffer of four kilobytes, as small devices have.
    async fn connect_small(url: &str, address: &str) -> Raw {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let stream = socket.connect(address.parse().unwrap()).await.unwrap();
        let stream = tokio_tungstenite::MaybeTlsStream::Plain(stream);
        let (socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
        let mut raw = Raw(socket);
        assert_eq!(raw.next().await["type"], "welcome");
        raw
    }

    /// Asks for a token and waits for it.
    async fn token(&mut self, op: Value) -> String {
        self.send(json!({ "type": "request", "id": uuid::Uuid::now_v7(), "op": op }).to_string()).await;
        loop {
            let frame = self.next().await;
            assert_ne!(frame["type"], "refused", "{frame}");
            if frame["type"] == "ack" {
                return frame["result"]["token"].as_str().unwrap().to_owned();
            }
        }
    }

    /// Enrols and logs in, by hand.
    async fn become_cashier(&mut self, code: &str) {
        let device = self.token(json!({ "name": "device.enrol", "code": code, "screen": "deaf" })).await;
        self.send(json!({ "type": "hello", "device": device }).to_string()).await;
        let session = self.token(json!({ "name": "staff.log_in", "employee": "e3", "pin": "3333" })).await;
        self.send(json!({ "type": "hello", "device": device, "session": session }).to_string()).await;
        while self.next().await["type"] != "snapshot" {}
    }

    async fn send(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.unwrap();
    }

    /// The next frame as JSON.
    async fn next(&mut self) -> Value {
        loop {
            match tokio::time::timeout(PATIENCE, self.0.next()).await.expect("a frame").unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn refused(&mut self) -> Value {
        loop {
            let frame = self.next().await;
            if frame["type"] == "refused" {
                return frame;
            }
        }
    }

    /// Reads on to the close frame.
    async fn closed(mut self) -> CloseFrame {
        loop {
            match tokio::time::timeout(PATIENCE, self.0.next()).await.expect("a close") {
                Some(Ok(Message::Close(Some(frame)))) => return frame,
                Some(Ok(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_frames_are_refused_by_name_and_the_connection_lives() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let mut raw = Raw::connect(&url).await;
    let id = uuid::Uuid::now_v7().to_string();
    let place = |line: Value| {
        json!({"type": "request", "id": id, "op": {"name": "order.place", "order": id, "lines": [line]}}).to_string()
    };
    let with = |name: &str| json!({"type": "request", "id": id, "op": {"name": name}}).to_string();
    let cases = [
        ("{".to_owned(), ""),
        ("nonsense".to_owned(), ""),
        (r#"{"type":"hello","session":5}"#.to_owned(), "string"),
        (r#"{"type":"unheard"}"#.to_owned(), "unheard"),
        (place(json!({"product": "p1", "quantity": -1})), "-1"),
        (place(json!({"product": "p1", "quantity": 1.5})), "1.5"),
        (place(json!({"product": "p1", "quantity": 99999999999u64})), "99999999999"),
        (place(json!({"product": "p1", "quantity": "2"})), "\"2\""),
        (place(json!({"product": 1, "quantity": 2})), "1"),
        (place(json!({"product": "p1", "quantity": 2, "price": 1})), "price"),
        (place(json!({"product": "p1"})), "quantity"),
        (with("order.confirm"), "order"),
        (with("drop.table"), "drop.table"),
    ];
    let cases_count = cases.len();
    for (text, says) in cases {
        raw.send(text.clone()).await;
        let no = raw.refused().await;
        assert_eq!(no["code"], "bad-request", "{text}: {no}");
        let detail = no["params"]["detail"].as_str().unwrap();
        assert!(detail.contains(says) && no["message"].as_str().unwrap().contains(detail), "{text}: {no}");
        if text.contains(&id) {
            assert_eq!(no["id"], Value::String(id.clone()), "the refusal names the request");
        }
    }
    raw.send(r#"{"type":"ping"}"#).await;
    assert_eq!(raw.next().await["type"], "pong", "the connection lives");

    // The twentieth ends it, with the reason.
    for _ in cases_count..20 {
        raw.send("{").await;
    }
    let frame = raw.closed().await;
    assert_eq!((u16::from(frame.code), frame.reason.as_str()), (1008, "malformed"));
    till.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn quantities_ids_notes_and_floods_are_bounded() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let code = shop.codes()[0].clone();
    let guest = Person::guest(&url, &code, "Budi").await;
    let product = guest.product("Soto");
    let order = |product: &str, quantity: u64, note: &str| {
        let lines = json!([{"product": product, "quantity": quantity, "note": note}]);
        serde_json::from_value::<Op>(json!({"name": "order.place", "order": uuid::Uuid::now_v7(), "lines": lines})).unwrap()
    };
    let p = product.to_string();
    for (op, code) in [
        (order(&p, 0, ""), "quantity"), (order(&p, 21, ""), "quantity"), (order(&p, 4_294_967_295, ""), "quantity"),
        (order("p999999", 1, ""), "not-found"), (order(&p, 1, &"x".repeat(141)), "text-long"),
        (order(&p, 1, "4111 1111 1111 1111"), "text-card"),
        (serde_json::from_value(json!({"name": "order.place", "order": uuid::Uuid::now_v7(), "lines": []})).unwrap(), "order-empty"),
        (serde_json::from_value(json!({"name": "order.place", "order": uuid::Uuid::now_v7(), "lines": vec![json!({"product": p, "quantity": 1}); 101]})).unwrap(), "too-many-lines"),
        (serde_json::from_value(json!({"name": "order.cancel", "order": "o999"})).unwrap(), "not-found"),
    ] {
        let what = format!("{op:?}");
        assert_eq!(guest.ask(op).await.expect_err(&what).code, code, "{what}");
    }
    for (name, refused) in [("", "text-empty"), ("\u{7}\u{1b}", "text-empty")] {
        assert_eq!(Person::phone(&url, &code).join(&code, name).await.unwrap_err().code, refused);
    }
    let bad_mail =
        Op::GuestJoin { table: code.clone(), guest: "a".into(), mail: "x\r\nBcc: y@z.example".into(), phone: String::new() };
    assert_eq!(Person::phone(&url, &code).ask(bad_mail).await.unwrap_err().code, "text-form");

    // Faster than a person: refused, then served again.
    let mut raw = Raw::connect(&url).await;
    for _ in 0..200 {
        raw.send(r#"{"type":"ping"}"#).await;
    }
    let no = raw.refused().await;
    assert_eq!(no["code"], "too-fast");

    // An oversized frame, a binary one, broken text: closed with the reason, nobody else is.
    let mut raw = Raw::connect(&url).await;
    raw.send("x".repeat(65 * 1024)).await;
    assert_eq!(u16::from(raw.closed().await.code), 1009);
    let mut raw = Raw::connect(&url).await;
    raw.0.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(u16::from(raw.closed().await.code), 1003);
    // A guest who plays with the button fills no board: the first waits, and twenty at most.
    for _ in 0..20 {
        guest.ask(order(&p, 1, "")).await.unwrap();
    }
    assert_eq!(guest.ask(order(&p, 1, "")).await.unwrap_err().code, "too-many-waiting");
    // Nor by taking back what was ordered, from however many phones; nor by saying something else again and again.
    let table = shop.codes()[1].clone();
    let mut party = Vec::new();
    for n in 0..5 {
        party.push(Person::guest(&url, &table, &format!("Tamu {n}")).await);
    }
    // One that waits keeps the visit open.
    party[0].ask(order(&p, 1, "")).await.unwrap();
    for n in 0..50 {
        let Outcome::Placed { order, .. } = party[n % 5].ask(order(&p, 1, "")).await.unwrap() else { panic!() };
        party[n % 5].ask(Op::OrderCancel { order, reason: String::new(), made: None }).await.unwrap();
    }
    assert_eq!(party[0].ask(order(&p, 1, "")).await.unwrap_err().code, "too-many-waiting");
    let sari = Person::guest(&url, &shop.codes()[2], "Sari").await;
    let change = |n: usize| Op::GuestChange { guest: format!("Sari {n}"), mail: String::new(), phone: String::new() };
    let mut taken = 0;
    let no = loop {
        match sari.ask(change(taken)).await {
            Ok(_) => taken += 1,
            Err(no) => break no,
        }
        // One more is allowed every twenty seconds.
        assert!(taken < 60, "it never ends");
    };
    assert!(no.code == "too-fast" && taken >= 30, "{no:?} after {taken}");
    till.stop();
    assert_eq!(shop.number("SELECT count(*) FROM orders"), 71);
    shop.verify();
}

/// A till that never reads is let go, with a reason if it reads again, while everybody else
/// goes on; what waits for it stays small.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_reads_is_let_go() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let mut tills = Vec::new();
    for _ in 0..2 {
        tills.push(Person::staff(&url, &till.invite(), CASHIER).await);
    }
    let cashier = &tills[0];
    let memory = || -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", till.id())).unwrap();
        let line = text.lines().find(|l| l.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let mut deaf = Raw::connect_small(&url, &till.address).await;
    deaf.become_cashier(&till.invite()).await;
    // One order as large as orders get; each tap on one of its lines sends all of it to every
    // till. Together more than the kernel keeps for a socket.
    let product = cashier.product("Soto");
    let lines = vec![kasir::hub::wire::NewLine { product, quantity: 1, note: "x".repeat(140) }; 100];
    let place = Some(Place::Takeaway { guest: String::new() });
    let op = Op::OrderPlace { order: uuid::Uuid::now_v7(), place, lines };
    let Ok(kasir::hub::wire::Outcome::Placed { order, .. }) = cashier.ask(op).await else { panic!() };
    let before = memory();
    let connections = || -> u64 {
        let answer = http(&till.address, &format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", till.address));
        let body: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        body["connections"].as_u64().unwrap()
    };
    let all = connections();
    // The pace of fast fingers; it goes on until the deaf one is gone.
    let mut pace = tokio::time::interval(std::time::Duration::from_millis(60));
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut taps = 0_u32;
    while connections() == all {
        pace.tick().await;
        let to = if taps % 4 < 2 { LineState::Cooking } else { LineState::Queued };
        tills[(taps % 2) as usize].ask(Op::LineMove { order, line: taps % 2 + 1, to }).await.unwrap();
        taps += 1;
        assert!(taps < 1_000, "it is never let go");
    }
    let grown = memory().saturating_sub(before);
    assert!(grown < 64 * 1024, "{grown} KiB more for one deaf till");
    cashier.until_order(order, OrderState::InProcess).await;
    // Now it reads: what the kernel had kept, and then the end.
    let end = loop {
        match tokio::time::timeout(PATIENCE, deaf.0.next()).await.expect("an end") {
            Some(Ok(Message::Close(frame))) => break frame.map(|f| u16::from(f.code)),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => break None,
        }
    };
    assert!(end.is_none_or(|code| code == 1013), "{end:?}");
    till.stop();
    shop.verify();
}

/// A socket holds its place as long as it lives: one address has three hundred, and then the
/// door stays shut until one is free.
#[tokio::test(flavor = "multi_thread")]
async fn sockets_count_against_the_limit() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let mut open = Vec::new();
    for _ in 0..300 {
        open.push(Raw::connect(&url).await);
    }
    assert!(tokio_tungstenite::connect_async(&url).await.is_err(), "one too many");
    open.pop();
    // The hub notices the end of a connection in its own time; the door is tried until then.
    tokio::task::block_in_place(|| {
        wait_until("a free place", || {
            http(&till.address, &format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", till.address)).starts_with("HTTP/1.1 200")
        });
    });
    drop(open);
    till.stop();
}

/// One HTTP exchange over a bare connection.
fn http(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(n) = stream.read(&mut chunk) {
        answer.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&answer).into_owned();
        let length = text
            .to_ascii_lowercase()
            .lines()
            .find_map(|l| l.strip_prefix("content-length: ").and_then(|v| v.parse::<usize>().ok()));
        if let (Some(length), Some(head)) = (length, text.find("\r\n\r\n"))
            && (answer.len() >= head + 4 + length || request.starts_with("HEAD"))
        {
            break;
        }
        if n == 0 {
            break;
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn http_says_no_clearly_and_hardens_every_answer() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let address = till.address.clone();
    let ask = |line: &str, headers: &str| http(&till.address, &format!("{line} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n"));
    let picture = shop.column("SELECT hash FROM picture LIMIT 1").remove(0);
    let code = shop.codes()[0].clone();
    for (path, status) in [
        ("/", 200),
        (&*format!("/t/{code}"), 200),
        ("/t/anything", 200),
        ("/kitchen", 200),
        ("/healthz", 200),
        (&*format!("/pictures/{picture}"), 200),
        ("/pictures/../../etc/passwd", 404),
        ("/pictures/%2e%2e%2fkasir.db", 404),
        ("/assets/../index.html", 404),
        ("/assets/..%2f..%2fCargo.toml", 404),
        ("/pictures/0000.png", 404),
        ("/kasir.db", 404),
        ("/api/v1/orders", 404),
        ("/t/a/b", 404),
        ("/ws", 404),
    ] {
        let answer = ask(&format!("GET {path}"), "");
        let upgrade_needed = path == "/ws" && (answer.starts_with("HTTP/1.1 426") || answer.starts_with("HTTP/1.1 404"));
        assert!(upgrade_needed || answer.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {answer}");
        let lower = answer.to_ascii_lowercase();
        if !upgrade_needed {
            for header in [
                "content-security-policy: default-src 'self'",
                "x-content-type-options: nosniff",
                "x-frame-options: deny",
                "referrer-policy: no-referrer",
            ] {
                assert!(lower.contains(header), "{path} lacks {header}");
            }
        }
    }
    assert!(ask("POST /", "content-length: 0\r\n").starts_with("HTTP/1.1 405"));
    assert!(ask("DELETE /healthz", "").starts_with("HTTP/1.1 405"));
    let foreign = http(&till.address, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    assert!(foreign.starts_with("HTTP/1.1 403") && foreign.contains("not known under that name"), "{foreign}");
    assert!(ask("GET /", "Origin: http://evil.example\r\n").starts_with("HTTP/1.1 403"));
    assert!(ask("GET /", &"x-filler: y\r\n".repeat(70)).starts_with("HTTP/1.1 431"));
    assert!(http(&till.address, "GET / HTTP/9.9\r\n\r\n").starts_with("HTTP/1.1 4"));
    // A page that the browser has is not sent again; a packed one is smaller.
    let page = ask("GET /", "");
    let etag = page.lines().find_map(|l| l.strip_prefix("etag: ")).unwrap();
    assert!(ask("GET /", &format!("If-None-Match: {etag}\r\n")).starts_with("HTTP/1.1 304"));
    // Another site's page may not open the socket; the old tablets are told why not.
    let mut request = till.socket_url().into_client_request().unwrap();
    request.headers_mut().insert("Origin", "http://evil.example".parse().unwrap());
    assert!(tokio_tungstenite::connect_async(request).await.unwrap_err().to_string().contains("403"));
    let (mut old, _) = tokio_tungstenite::connect_async(format!("ws://{}/", till.address)).await.unwrap();
    match tokio::time::timeout(PATIENCE, old.next()).await.unwrap() {
        Some(Ok(Message::Close(Some(frame)))) => assert!(frame.reason.contains("old-protocol-is-off")),
        other => panic!("{other:?}"),
    }
    till.stop();
}

/// A head that never ends is cut off; meanwhile others are served. The limit is the server's
/// ten seconds: the test waits for the close, not for a time.
#[tokio::test(flavor = "multi_thread")]
async fn a_half_sent_request_does_not_stay_for_ever() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let mut slow = TcpStream::connect(&till.address).unwrap();
    slow.set_read_timeout(Some(PATIENCE)).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    assert!(http(&till.address, &format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", till.address)).starts_with("HTTP/1.1 200"));
    let mut rest = Vec::new();
    let end = slow.read_to_end(&mut rest);
    assert!(end.is_ok() || end.as_ref().is_err_and(|e| e.kind() == std::io::ErrorKind::ConnectionReset), "{end:?}");
    till.stop();
}
