//! How phones find the till: the address on the printed cards, when it is the till's no more, and
//! the Wi-Fi by which guests come.

use std::process::Command;

use kasir::client::room::Room;
use serde_json::json;

use crate::evening::picture;
use crate::support::Place as Shop;
use crate::support::apart::{HOUSE, in_its_own_house};
use crate::support::browser::Browser;
use crate::support::office::{MANAGER, OWNER, Office};
use crate::support::people::{CASHIER, Person};
use crate::support::printers::PaperTray;
use crate::support::till::{Till, command, printer};

#[test]
fn a_till_that_moved_says_so_until_the_cards_are_right_again() {
    in_its_own_house("network::the_router_gives_another_address");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `a_till_that_moved_says_so_until_the_cards_are_right_again`, which gives it a network of its own"]
async fn the_router_gives_another_address() {
    const MOVED: &str = "192.168.77.57";
    let shop = Shop::furnished();
    let till = Till::spawn(command(shop.path(), "0.0.0.0:8080"), shop.path());
    let at = |ip: &str| format!("{ip}:8080");
    let office = Office::of(&at(HOUSE), OWNER).await;
    let network = async |office: &Office| office.get("network").await.json();
    let before = network(&office).await;
    assert_eq!(before["address"], format!("http://{}", at(HOUSE)));
    assert_eq!((&before["reachable"], &before["cards"], &before["cards_lost"]), (&json!(true), &json!(null), &json!(false)));
    assert_eq!(office.post("network/cards", json!(null)).await.status, 204);
    assert_eq!(network(&office).await["cards"], format!("http://{}", at(HOUSE)));
    let staff = Person::staff("ws://127.0.0.1:8080/ws", &till.invite(), CASHIER).await;
    assert_eq!(staff.room().hub.unwrap().cards_lost, None);

    // The lease has run out, and another one is given.
    let ip = |args: &[&str]| assert!(Command::new("ip").args(args).status().unwrap().success(), "ip {args:?}");
    ip(&["addr", "del", &format!("{HOUSE}/32"), "dev", "lo"]);
    ip(&["addr", "add", &format!("{MOVED}/32"), "dev", "lo"]);
    ip(&["route", "replace", "192.0.2.0/24", "dev", "lo", "src", MOVED]);
    // Between the two it may have been seen without any.
    let there = format!("http://{}", at(MOVED));
    let lost = |r: &Room| r.hub.as_ref().is_some_and(|h| h.address == there && h.cards_lost.is_some());
    let room = staff.until("the cards to be lost", lost).await;
    let hub = room.hub.unwrap();
    assert_eq!(hub.cards_lost, Some(format!("http://{}", at(HOUSE))));
    let browser = Browser::start();
    let page = browser.page("office", 1280, 800);
    page.goto(&format!("http://{}/office", at(MOVED)));
    page.fill("login-name", OWNER.0);
    page.fill("login-password", OWNER.1);
    page.click("login-submit");
    page.see_text("cards-lost", &at(HOUSE));
    page.goto(&format!("http://{}/office#/tables", at(MOVED)));
    page.see_text("cards-lost", &at(MOVED));
    page.shot(&picture("office-cards-lost"));

    // Without any network it says that.
    // The route goes with its address.
    ip(&["addr", "del", &format!("{MOVED}/32"), "dev", "lo"]);
    let here = Office::of("127.0.0.1:8080", OWNER).await;
    let none = network(&here).await;
    assert_eq!((&none["reachable"], &none["cards_lost"]), (&json!(false), &json!(true)), "{none}");

    // Printed anew, they are right.
    ip(&["addr", "add", &format!("{MOVED}/32"), "dev", "lo"]);
    ip(&["route", "replace", "192.0.2.0/24", "dev", "lo", "src", MOVED]);
    let office = Office::of(&at(MOVED), MANAGER).await;
    assert_eq!(office.post("network/cards", json!(null)).await.status, 204);
    staff.until("the cards to be right", |r| r.hub.as_ref().is_some_and(|h| h.cards_lost.is_none())).await;
    assert_eq!(network(&office).await["cards_lost"], json!(false));
    // Who saves the settings that were read before takes nothing back.
    let mut site = here.get("site").await.json();
    site["name"] = json!("Warung Baru");
    site.as_object_mut().unwrap().remove("cards");
    assert_eq!(here.put("site", site).await.status, 204);
    assert_eq!(network(&office).await["cards"], format!("http://{}", at(MOVED)));
    till.stop();
    shop.verify();
}

/// The Wi-Fi stands on the cards and on a slip, and in no journal.
#[tokio::test(flavor = "multi_thread")]
async fn guests_join_the_wifi_by_a_code() {
    const PASSWORD: &str = "makan;enak\\sekali";
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let tray = PaperTray::new();
    till.ask(printer("Struk", tray.port, &[], true));
    let office = Office::of(&till.address, OWNER).await;
    assert_eq!(office.get("network/wifi/qr.svg").await.code(), "not-found");
    assert_eq!(office.post("network/wifi/print", json!(null)).await.code(), "not-found");
    for (body, code) in [
        (json!({ "name": "Tamu", "password": "kurang" }), "setting"),
        (json!({ "name": "", "password": PASSWORD }), "setting"),
        (json!({ "name": "Tamu" }), "setting"),
    ] {
        assert_eq!(office.put("network/wifi", body).await.code(), code);
    }
    let wifi = json!({ "name": "Warung Tamu", "password": PASSWORD });
    assert_eq!(office.put("network/wifi", wifi).await.status, 204);
    let shown = office.get("network").await.json()["wifi"].clone();
    assert_eq!(shown, json!({ "name": "Warung Tamu", "security": "wpa", "hidden": false, "has_password": true }));
    // The demo's roll was first to print receipts; it is another printer's paper that is looked at here.
    for printer in office.get("printers").await.json()["printers"].as_array().unwrap() {
        if printer["name"] == "Kasir" {
            assert_eq!(office.delete(&format!("printers/{}", printer["id"].as_str().unwrap())).await.status, 204);
        }
    }
    assert_eq!(office.post("network/wifi/print", json!(null)).await.status, 204);
    let paper = tray.wait_for(1).remove(0).join("\n");
    assert!(paper.contains("Warung Tamu") && paper.contains(PASSWORD), "{paper}");

    let browser = Browser::start();
    let page = browser.page("office", 1280, 900);
    page.goto(&format!("http://{}/office", till.address));
    page.fill("login-name", OWNER.0);
    page.fill("login-password", OWNER.1);
    page.click("login-submit");
    page.see("page-dashboard");
    // Nobody was logged in when it came.
    page.errors();
    page.goto(&format!("http://{}/office#/tables/sheets", till.address));
    page.see_text("wifi", "Warung Tamu");
    page.see_text("card-t1", "Warung Tamu");
    page.shot(&picture("office-cards-wifi"));
    // Another name, the same password.
    page.click("wifi-edit");
    page.fill("wifi-password", "sandi-yang-baru");
    page.click("wifi-save");
    page.see_text("toast", "tersimpan");
    assert_eq!(page.errors(), Vec::<String>::new());

    let kept = shop.column("SELECT value FROM secret WHERE name = 'wifi'");
    assert!(kept[0].contains("sandi-yang-baru"), "{kept:?}");
    let everything = [
        shop.column("SELECT event || actor FROM journal"),
        shop.column("SELECT work FROM job"),
        shop.column("SELECT answer FROM request"),
    ];
    let everything = everything.concat().join("\n");
    assert!(!everything.contains("makan;enak") && !everything.contains("sandi-yang-baru") && !everything.contains("WIFI:"));
    assert_eq!(office.delete("network/wifi").await.status, 204);
    assert_eq!(office.get("network").await.json()["wifi"], json!(null));
    till.stop();
    shop.verify();
}

/// Anybody tries the connection, without a table and without a login; what is wrong is said in
/// words, with what to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_tries_its_connection() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let browser = Browser::start();
    let phone = browser.page("phone", 360, 780);
    phone.goto(&format!("http://{}/test", till.address));
    for row in ["page", "answer", "socket", "pings", "resume", "storage"] {
        phone.in_state(&format!("trial-{row}"), "fine");
    }
    // The evening is years from this machine's own clock.
    phone.in_state("trial-clock", "slow");
    phone.in_state("verdict", "slow");
    phone.see_text("trial-pings", "Sepuluh kali");
    phone.see_text("trial-resume", "melanjutkan");
    phone.shot(&picture("test-fine"));
    assert_eq!(phone.errors(), Vec::<String>::new());
    // The router keeps guests from the till.
    phone.offline(true);
    phone.click("again");
    phone.in_state("trial-answer", "broken");
    phone.in_state("trial-socket", "broken");
    phone.in_state("verdict", "broken");
    phone.see_text("trial-answer", "AP isolation");
    phone.shot(&picture("test-isolated"));
    phone.click("lang");
    phone.see_text("verdict", "cannot use the till");
    phone.offline(false);
    phone.click("again");
    phone.in_state("trial-socket", "fine");
    phone.in_state("verdict", "slow");
    // It asked for nothing: no order, no guest, no session.
    assert_eq!(shop.number("SELECT (SELECT count(*) FROM guest) + (SELECT count(*) FROM session)"), 0);
    till.stop();
    shop.verify();
}
