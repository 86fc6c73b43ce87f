//! Letters, against a real mail server: STARTTLS, a password, refusals, silence, absence. Every
//! letter arrives once.

use hyper::Method;
use kasir::domain::id::{ReceiptId, VisitId};
use kasir::hub::wire::{Op, Outcome};
use serde_json::{Value, json};

use crate::support::office::{MANAGER, OWNER, Office};
use crate::support::people::{CASHIER, Person};
use crate::support::smtp::MailServer;
use crate::support::till::Till;
use crate::support::{Place as Shop, wait_until};

pub fn settings(server: &MailServer) -> Value {
    json!({
        "route": { "smtp": { "host": "localhost", "port": server.port, "security": "starttls", "user": "kasir", "ca_file": server.ca_file() } },
        "from": "kasir@warung.example",
        "owner": [],
        "password": "rahasia",
    })
}

/// A guest's order, made and paid; the receipt and the visit.
async fn sell(guest: &Person, cashier: &Person) -> (ReceiptId, VisitId) {
    let order = guest.order(&[("Rendang", 1), ("Es Teh", 1)]).await.unwrap();
    let seen = cashier.until("the order", |r| r.orders.contains_key(&order)).await.orders[&order].clone();
    if seen.state == kasir::domain::order::OrderState::Waiting {
        cashier.ask(Op::OrderConfirm { order }).await.unwrap();
    }
    cashier.ask(Op::OrderFinish { order }).await.unwrap();
    let view =
        cashier.until("the bill", |r| r.visits.get(&seen.visit).is_some_and(|v| v.due.0 > 0)).await.visits[&seen.visit].clone();
    let pay = Op::BillPayCash { payment: uuid::Uuid::now_v7(), visit: seen.visit, total: view.bill.total, tendered: view.due };
    match cashier.ask(pay).await.unwrap() {
        Outcome::Paid { receipt, .. } => (receipt, seen.visit),
        other => panic!("{other:?}"),
    }
}

/// Quoted-printable undone, as far as these letters need it.
pub fn plain(letter: &str) -> String {
    let joined = letter.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'=', [a, b, after @ ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&[*a, *b]).unwrap(), 16).unwrap());
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn header<'a>(letter: &'a str, name: &str) -> &'a str {
    letter.lines().find_map(|l| l.strip_prefix(name)).unwrap_or_default().trim_start_matches(':').trim()
}

/// Paid: the guest who gave an address has the receipt, over STARTTLS and with a password, in
/// plain text and HTML; what guests typed is no markup and no header. Staff send it elsewhere,
/// a guest to the own address and nowhere else.
#[tokio::test(flavor = "multi_thread")]
async fn receipts_are_mailed_to_guests_who_gave_an_address() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let server = MailServer::start();
    let office = Office::of(&till.address, OWNER).await;
    assert_eq!(office.put("mail/settings", settings(&server)).await.status, 204);
    let shown = office.get("mail/settings").await.json();
    assert_eq!((&shown["has_password"], &shown["password"]), (&json!(true), &Value::Null));
    assert_eq!(office.post("mail/test", json!({ "address": "pemilik@warung.example" })).await.status, 204);
    let (how, test) = server.wait_for(1)[0].clone();
    assert_eq!(how, "0001-tls-kasir");
    assert!(plain(&test).contains("email berfungsi"), "{test}");

    let codes = shop.codes();
    let guest = Person::guest(&url, &codes[3], "Budi <script>").await;
    let profile = |mail: &str| Op::GuestChange { guest: "Budi <script>".into(), mail: mail.into(), phone: String::new() };
    assert_eq!(guest.ask(profile("budi@example.com\r\nBcc: all@example.com")).await.unwrap_err().code, "text-form");
    guest.ask(profile("budi@example.com")).await.unwrap();
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let (receipt, _) = sell(&guest, &cashier).await;
    let letters = server.wait_for(2);
    let letter = &letters[1].1;
    assert_eq!(header(letter, "To"), "budi@example.com");
    assert!(header(letter, "From").contains("kasir@warung.example") && header(letter, "From").contains("Warung Contoh"));
    let text = plain(letter);
    // 42,000 + 8,000 = 50,000; service 2,500; tax 5,250; 57,750; cash 57,800.
    for wanted in [
        "1 × Rendang Sapi",
        "Rp42.000",
        "Subtotal",
        "Rp50.000",
        "Rp2.500",
        "Rp5.250",
        "Pembulatan",
        "Rp50",
        "Rp57.800",
        "Meja 4",
        "2031-000001",
    ] {
        assert!(text.matches(wanted).count() >= 2, "{wanted} in both forms of {text}");
    }
    assert!(text.contains("&lt;script&gt;") && text.contains("Content-Type: text/html"));
    let html = &text[text.find("<!doctype").unwrap()..];
    assert!(!html.contains("<script"), "{html}");

    // Elsewhere: staff may, a guest may not; the own address again is the guest's right.
    cashier.ask(Op::ReceiptMail { receipt, address: Some("kantor@example.com".into()) }).await.unwrap();
    assert_eq!(header(&server.wait_for(3)[2].1, "To"), "kantor@example.com");
    let spam = Op::ReceiptMail { receipt, address: Some("x@example.com".into()) };
    assert_eq!(guest.ask(spam).await.unwrap_err().code, "denied");
    let other = Person::guest(&url, &codes[6], "Sari").await;
    assert_eq!(other.ask(Op::ReceiptMail { receipt, address: None }).await.unwrap_err().code, "not-found");
    guest.ask(Op::ReceiptMail { receipt, address: None }).await.unwrap();
    server.wait_for(4);
    wait_until("it to be filed", || shop.number("SELECT count(*) FROM letter WHERE state = 'sent'") == 4);
    // Another address in the profile, again and again, is no way to write to everybody.
    for (mail, all) in [("a@example.com", 5), ("b@example.com", 6)] {
        guest.ask(profile(mail)).await.unwrap();
        guest.ask(Op::ReceiptMail { receipt, address: None }).await.unwrap();
        server.wait_for(all);
        wait_until("it to be filed", || {
            shop.number("SELECT count(*) FROM letter WHERE state = 'sent'") == i64::try_from(all).unwrap()
        });
    }
    guest.ask(profile("c@example.com")).await.unwrap();
    assert_eq!(guest.ask(Op::ReceiptMail { receipt, address: None }).await.unwrap_err().code, "too-many-letters");
    assert_eq!(office.post(&format!("receipts/{receipt}/mail"), json!({ "address": "buku@example.com" })).await.status, 204);
    let ids: std::collections::BTreeSet<String> =
        server.wait_for(7).iter().map(|(_, l)| header(l, "Message-ID").to_owned()).collect();
    assert_eq!(ids.len(), 7, "each letter has an id of its own");
    wait_until("all to be filed", || shop.number("SELECT count(*) FROM letter WHERE state = 'sent'") == 7);
    // No address is in the journal.
    assert_eq!(shop.number("SELECT count(*) FROM journal WHERE event LIKE '%example.com%' AND kind <> 'mail_set'"), 0);
    assert_eq!(shop.number("SELECT count(*) FROM journal WHERE event LIKE '%rahasia%'"), 0);
    till.stop();
    shop.verify();
}

/// The server greylists, refuses, does not know us, is away, and kasir is killed while it hangs:
/// what is for now waits and is shown, what is for good is told apart, and in the end every
/// letter is there once under its one id.
#[tokio::test(flavor = "multi_thread")]
async fn a_letter_arrives_once_whatever_the_server_does() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let address = till.address.clone();
    let mut server = MailServer::start();
    let office = Office::of(&address, OWNER).await;
    let manager = Office::of(&address, MANAGER).await;
    office.put("mail/settings", settings(&server)).await;
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let list = || async { manager.get("mail").await.json() };
    let newest = || async { list().await["letters"][0].clone() };
    let until = |state: &'static str, fault: &'static str| {
        let shop = &shop;
        move || {
            shop.number(&format!(
                "SELECT count(*) FROM letter WHERE id = (SELECT max(id) FROM letter) AND state = '{state}' AND coalesce(fault, '') LIKE '%{fault}%'"
            )) == 1
        }
    };
    let again = |row: &Value| format!("mail/{}/resend", row["id"].as_str().unwrap());

    // Later, says the server: it waits, the bar says so, and a push sends it.
    server.behave("later");
    office.post("mail/test", json!({ "address": "a@example.com" })).await;
    wait_until("it to wait", until("queued", "451"));
    cashier
        .until("the bar to say so", |r| {
            r.hub.as_ref().is_some_and(|h| h.mail.waiting == 1 && h.mail.fault.as_ref().is_some_and(|f| f.contains("greylisted")))
        })
        .await;
    server.behave("take");
    assert_eq!(manager.post(&again(&newest().await), Value::Null).await.status, 204);
    assert_eq!(server.wait_for(1).len(), 1);
    cashier.until("all well", |r| r.hub.as_ref().is_some_and(|h| h.mail.waiting == 0 && h.mail.fault.is_none())).await;

    // Never: it has failed, is shown, and may be tried again or given up.
    server.behave("never");
    office.post("mail/test", json!({ "address": "b@example.com" })).await;
    wait_until("it to fail", until("failed", "550"));
    cashier.until("the bar to say so", |r| r.hub.as_ref().is_some_and(|h| h.mail.failed == 1)).await;
    let failed = newest().await;
    assert_eq!((&failed["state"], &failed["attempts"]), (&json!("failed"), &json!(1)));
    let path = format!("mail/{}", failed["id"].as_str().unwrap());
    assert_eq!(manager.delete(&path).await.status, 204);
    assert_eq!(manager.delete(&path).await.code(), "letter-state");
    assert_eq!(newest().await["state"], "cancelled");

    // A wrong password is not the letter's fault: mended settings send what waits.
    let mut wrong = settings(&server);
    wrong["password"] = json!("salah");
    office.put("mail/settings", wrong).await;
    server.behave("take");
    office.post("mail/test", json!({ "address": "c@example.com" })).await;
    wait_until("it to wait", until("queued", "535"));
    office.put("mail/settings", settings(&server)).await;
    server.wait_for(2);

    // A server whose certificate nobody vouches for gets neither password nor letter.
    let mut untrusted = settings(&server);
    untrusted["route"]["smtp"]["ca_file"] = json!("");
    office.put("mail/settings", untrusted).await;
    office.post("mail/test", json!({ "address": "d@example.com" })).await;
    wait_until("it to wait", until("queued", "ertificate"));
    // Away: it waits; back, and it goes.
    server.stop();
    office.put("mail/settings", settings(&server)).await;
    wait_until("it to wait", until("queued", "onnection"));
    server.restart();
    assert_eq!(manager.post(&again(&newest().await), Value::Null).await.status, 204);
    server.wait_for(3);

    // Killed while the server takes its time: sent again after the start, under the same id.
    server.behave("hang");
    office.post("mail/test", json!({ "address": "e@example.com" })).await;
    wait_until("it to be on its way", until("sending", ""));
    let id = shop.column("SELECT message_id FROM letter ORDER BY id DESC LIMIT 1")[0].clone();
    till.kill();
    server.stop();
    server.restart();
    server.behave("take");
    let till = Till::start_at(&shop, &address);
    let letters = server.wait_for(4);
    assert_eq!(header(&letters[3].1, "Message-ID"), id);
    wait_until("it to be filed", until("sent", ""));
    assert_eq!(shop.number("SELECT count(*) FROM letter WHERE state NOT IN ('sent', 'cancelled')"), 0);
    assert_eq!(server.letters().len(), 4, "each once");
    till.stop();
    shop.verify();
}

/// A forgotten password comes back by a mailed code; who has no account learns nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_comes_back_by_mail() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let server = MailServer::start();
    let owner = Office::of(&till.address, OWNER).await;
    owner.put("mail/settings", settings(&server)).await;
    let draft = json!({ "name": "Manajer", "role": "manager", "active": true, "mail": "manajer@example.com" });
    assert_eq!(owner.put("employees/e2", draft).await.status, 204);
    let stranger = Office::open(&till.address).await;
    let ask = |mail: &str| {
        let (stranger, mail) = (stranger.clone(), mail.to_owned());
        async move { stranger.post("password/forgot", json!({ "mail": mail })).await }
    };
    let (known, unknown) = (ask("Manajer@Example.com").await, ask("nobody@example.com").await);
    assert_eq!((known.status, known.bytes), (unknown.status, unknown.bytes));
    let letter = plain(&server.wait_for(1)[0].1);
    let code = letter.lines().map(str::trim).find(|l| l.len() == 8 && l.bytes().all(|b| b.is_ascii_digit())).unwrap().to_owned();
    assert_eq!(shop.number(&format!("SELECT count(*) FROM letter WHERE work LIKE '%{code}%'")), 0, "the code is kept nowhere");
    let reset = json!({ "login": "manajer@example.com", "code": code, "password": "sudah-ingat-lagi" });
    assert_eq!(stranger.post("password/reset", reset).await.status, 204);
    assert_eq!(stranger.log_in("Manajer", "sudah-ingat-lagi").await.status, 200);
    assert_eq!(server.letters().len(), 1, "nobody else was written to");
    // Asked again and again: one letter while a code holds.
    for _ in 0..3 {
        ask("manajer@example.com").await;
    }
    wait_until("all to be filed", || shop.number("SELECT count(*) FROM letter WHERE state <> 'sent'") == 0);
    // Without mail it says so, to everybody alike.
    owner.put("mail/settings", json!({ "route": "off" })).await;
    assert_eq!(ask("manajer@example.com").await.code(), "mail-off");
    assert_eq!(stranger.upload(Method::POST, "password/forgot", "application/json", b"{}".to_vec()).await.code(), "bad-request");
    till.stop();
    shop.verify();
}
