//! The office in a real browser: log in, manage, print the tables' cards; a new colleague signs
//! up in another. What is done here is on a guest's phone at once.

use kasir::client::room::Room;
use kasir::domain::money::Money;
use kasir::hub::wire::Op;

use crate::evening::picture;
use crate::support::Place as Shop;
use crate::support::browser::{Browser, Page};
use crate::support::mariadb::{self, HeadOffice};
use crate::support::office::{OWNER, Office};
use crate::support::people::{CASHIER, Person};
use crate::support::till::Till;

#[tokio::test(flavor = "multi_thread")]
async fn the_office_is_run_from_a_browser() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = |path: &str| format!("http://{}{path}", till.address);
    let guest = Person::guest(&till.socket_url(), &shop.codes()[0], "Budi").await;
    let browser = Browser::start();
    let office = browser.page("office", 1280, 800);
    office.goto(&url("/office"));
    office.see("login");
    office.fill("login-name", OWNER.0);
    office.fill("login-password", "salah-sekali");
    office.click("login-submit");
    office.see_text("login-fault", "Nama atau kata sandi salah");
    office.fill("login-password", OWNER.1);
    office.click("login-submit");
    office.see("page-dashboard");
    office.goto(&url("/office#/menu"));
    office.see("page-menu");
    office.shot(&picture("office-menu"));

    // A new dish with a picture, on the phone at once.
    let photograph = shop.path().join("dish.jpg");
    let pixels = image::RgbImage::from_fn(1_600, 1_200, |x, y| image::Rgb([(200 + x % 50) as u8, (120 + y % 90) as u8, 60]));
    pixels.save(&photograph).unwrap();
    office.click("product-new");
    office.fill("product-name", "Sambal Matah");
    office.fill("product-price", "6.000");
    office.fill("product-cost", "1500");
    office.select("product-category", "Appetizer");
    office.fill("product-description", "Bawang merah, serai, cabai rawit.");
    office.upload("picture-file", &photograph);
    office.shot(&picture("office-product"));
    office.click("product-save");
    let room = guest
        .until("the dish with its picture", |r| r.products.values().any(|p| p.name == "Sambal Matah" && p.picture.is_some()))
        .await;
    let dish = room.products.values().find(|p| p.name == "Sambal Matah").unwrap();
    assert_eq!(dish.price, Money(6_000));
    office.gone("product-panel");

    // The rooms, the people, the house.
    office.goto(&url("/office#/tables"));
    office.see("table-t5");
    office.click("table-new");
    office.fill("table-number", "VIP 1");
    office.fill("table-seats", "8");
    office.click("table-save");
    office.see("table-t13");
    office.shot(&picture("office-tables"));
    office.goto(&url("/office#/tables/sheets"));
    office.see("card-t13");
    office.shot(&picture("office-cards"));

    let new = browser.page("new", 360, 740);
    new.goto(&url("/office#/signup"));
    new.fill("signup-name", "Rina");
    new.fill("signup-mail", "rina@example.com");
    new.fill("signup-password", "rina-rina-rina");
    new.click("signup-submit");
    new.see("signup-sent");
    office.goto(&url("/office#/staff"));
    office.see("employee-e6");
    office.in_state("employee-e6", "pending");
    office.shot(&picture("office-staff"));
    office.click("employee-e6-approve");
    office.in_state("employee-e6", "active");

    office.goto(&url("/office#/house"));
    office.see("example");
    office.upload("logo-file", &photograph);
    office.see("logo");
    guest.until("the logo", |r| r.site.as_ref().is_some_and(|s| s.logo.is_some())).await;
    office.fill("house-name", "Warung Baru");
    office.fill("house-erase-after", "30");
    office.shot(&picture("office-house"));
    office.click("house-save");
    office.see_text("toast", "Pengaturan tersimpan");
    guest.until("the new name", |r| r.site.as_ref().is_some_and(|s| s.name == "Warung Baru")).await;
    office.goto(&url("/office#/printers"));
    office.see("printer-w1");
    office.shot(&picture("office-printers"));
    // A dish whose tickets come out nowhere: said where printers are, and where a dish gets its station.
    office.click("printer-w1-open");
    office.click("printer-station-bar");
    office.click("printer-save");
    office.see_text("station-bar-unprinted", "Tidak ada printer untuk stasiun Bar (misalnya Air Mineral)");
    office.goto(&url("/office#/menu/new"));
    office.see_text("product-station", "Bar (tanpa printer)");
    office.goto(&url("/office#/printers/w1"));
    office.see("station-bar-unprinted");
    office.click("printer-station-bar");
    office.click("printer-save");
    office.gone("station-bar-unprinted");
    // What guests thought, and the letters: tried again, given up, set up anew.
    let staff = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let order = guest.order(&[("Soto", 1)]).await.unwrap();
    staff.ask(Op::OrderConfirm { order }).await.unwrap();
    staff.ask(Op::OrderFinish { order }).await.unwrap();
    let product = guest.product("Soto");
    guest.ask(Op::ProductRate { product, stars: 5, comment: "Enak <b>sekali</b>".into() }).await.unwrap();
    office.goto(&url("/office#/ratings"));
    office.see_text("rating-s1", "Enak <b>sekali</b>");
    office.shot(&picture("office-ratings"));
    // Somebody asks to be forgotten.
    let asks = Person::guest(&till.socket_url(), &shop.codes()[1], "Tono <b>").await;
    let id = match asks.room().me {
        Some(kasir::hub::wire::Me::Guest { guest, .. }) => guest,
        other => panic!("{other:?}"),
    };
    let knows = |r: &Room| format!("{:?}", r.visits).contains("Tono");
    staff.until("him at his table", |r| knows(r)).await;
    office.goto(&url("/office#/guests"));
    office.see("guests-start");
    office.fill("guests-search", "tono");
    office.see_text(&format!("guest-{id}"), "Tono <b>");
    office.shot(&picture("office-guests"));
    office.click(&format!("guest-{id}-forget"));
    office.click("question-yes");
    office.see("guests-none");
    staff.until("nobody by that name", |r| !r.visits.is_empty() && !knows(r)).await;
    // The demo's folder is the machine's to set; from here there is a server or none.
    let direct = Office::of(&till.address, OWNER).await;
    assert_eq!(direct.put("mail/settings", serde_json::json!({ "route": "off" })).await.status, 204);
    office.goto(&url("/office#/mail"));
    office.click("mail-route-smtp");
    office.fill("mail-host", "127.0.0.1");
    office.fill("mail-port", "9");
    office.select("mail-security", "Tanpa enkripsi");
    office.fill("mail-from", "kasir@warung.example");
    office.click("mail-save");
    office.see_text("toast", "Pengaturan email tersimpan");
    office.fill("mail-test-address", "pemilik@warung.example");
    office.click("mail-test");
    office.in_state("letter-l1", "queued");
    office.shot(&picture("office-mail"));
    office.click("letter-l1-cancel");
    office.click("question-yes");
    office.in_state("letter-l1", "cancelled");
    copies_the_house(&office, &url("/office#/sync"), &shop);
    backs_the_house_up(&office, &url("/office#/backups"));
    office.click("log-out");
    office.see("login");
    // One refused login, which the browser notes by itself; nothing else.
    let complaints: Vec<String> = office.errors().into_iter().filter(|e| !e.contains("401")).collect();
    assert_eq!((complaints, new.errors().into_iter().filter(|e| !e.contains("401")).count()), (vec![], 0));
    till.stop();
    shop.verify();
}

/// Head office's server is named, with a wrong password first: the page says so, and once it is
/// right everything is there.
fn copies_the_house(office: &Page, page: &str, shop: &Shop) {
    let head_office = HeadOffice::start();
    office.goto(page);
    office.in_state("sync-state", "off");
    office.click("sync-on");
    office.fill("sync-host", "127.0.0.1");
    office.fill("sync-port", &head_office.port.to_string());
    office.fill("sync-database", "kasir");
    office.fill("sync-user", "kasir");
    office.fill("sync-password", "salah");
    office.fill("sync-ca", head_office.ca_file().to_str().unwrap());
    office.click("sync-save");
    office.in_state("sync-state", "refused");
    office.shot(&picture("office-sync-refused"));
    office.fill("sync-password", mariadb::PASSWORD);
    office.click("sync-save");
    office.in_state("sync-state", "ok");
    office.shot(&picture("office-sync"));
    let orders = shop.number("SELECT count(*) FROM orders");
    assert_eq!((orders, head_office.number("SELECT count(*) FROM orders")), (1, 1));
}

/// Backups go to a folder that is not there, which the page says; once it is, one is made and tried.
fn backs_the_house_up(office: &Page, page: &str) {
    let medium = tempfile::tempdir_in("/dev/shm").unwrap();
    let folder = medium.path().join("cadangan");
    office.goto(page);
    office.in_state("backup-state", "off");
    office.fill("backup-folder", folder.to_str().unwrap());
    office.click("backup-journal-folder");
    office.click("backup-sealed");
    office.fill("backup-passphrase", "pendek");
    office.click("backup-save");
    office.see_text("backup-form", "Sedikitnya 12 huruf");
    office.fill("backup-passphrase", "kuda terbang di atas sawah");
    office.click("backup-save");
    office.in_state("backup-state", "missing");
    office.reload();
    office.in_state("backup-state", "missing");
    office.shot(&picture("office-backups-missing"));
    std::fs::create_dir(&folder).unwrap();
    office.in_state("backup-state", "ok");
    office.in_state("journal-copy", "ok");
    office.see_text("backups-made", "disegel");
    office.click("backup-now");
    office.see_text("toast", "Cadangan sedang dibuat");
    office.shot(&picture("office-backups"));
}
