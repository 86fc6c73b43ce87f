//! The office: accounts, menu, tables, staff, screens, over HTTP against the real program; what
//! changes there is on every screen at once.

use hyper::Method;
use kasir::client::dial::Dial;
use kasir::domain::order::OrderState;
use kasir::hub::wire::{Me, Op, Outcome};
use serde_json::{Value, json};

use crate::support::machine::{EVENING_MS, MachineClock};
use crate::support::office::{MANAGER, OWNER, Office};
use crate::support::people::{self, CASHIER, Person, WAITER};
use crate::support::printers::PaperTray;
use crate::support::till::{Till, printer};
use crate::support::{Place as Shop, wait_until};

/// Every endpoint as everybody who may not: nobody logged in, the wrong role, a token of
/// somewhere else. Nothing is changed by any of it.
#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_is_closed_to_those_who_may_not() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let owner = Person::staff(&till.socket_url(), &till.invite(), people::OWNER).await;
    let stranger = Office::open(&till.address).await;
    // A cashier with a password of his own, by a one-time code.
    let Ok(Outcome::Invited { code, .. }) = owner.ask(Op::EmployeePasswordCode { employee: CASHIER.0 }).await else { panic!() };
    let reset = json!({ "login": "Kasir", "code": code, "password": "kasir-kasir" });
    assert_eq!(stranger.post("password/reset", reset.clone()).await.status, 204);
    assert_eq!(stranger.post("password/reset", reset).await.code(), "code-wrong", "it works once");
    let cashier = Office::of(&till.address, ("Kasir", "kasir-kasir")).await;
    let manager = Office::of(&till.address, MANAGER).await;
    let rights = |office: &Office| {
        let office = office.clone();
        async move { office.get("session").await.json()["rights"].as_array().unwrap().clone() }
    };
    let (cashiers, managers) = (rights(&cashier).await, rights(&manager).await);
    let before = shop.number("SELECT max(seq) FROM journal");
    let document = stranger.document().clone();
    let mut closed = 0;
    for (path, row) in document["paths"].as_object().unwrap() {
        for (method, operation) in row.as_object().unwrap() {
            if operation["security"] == json!([]) {
                continue;
            }
            let path =
                path.trim_start_matches('/').replace("{product}", "p1").replace("{table}", "t1").replace("{category}", "c1");
            let path =
                path.replace("{employee}", "e3").replace("{device}", "d1").replace("{printer}", "w1").replace("{session}", "x");
            let method: Method = method.to_uppercase().parse().unwrap();
            let body = || if method == Method::GET || method == Method::DELETE { Value::Null } else { json!({}) };
            assert_eq!(stranger.change(method.clone(), &path, body()).await.code(), "not-logged-in", "{method} {path}");
            for (office, has) in [(&cashier, &cashiers), (&manager, &managers)] {
                if !operation["x-right"].is_null() && !has.contains(&operation["x-right"]) {
                    assert_eq!(office.change(method.clone(), &path, body()).await.code(), "denied", "{method} {path}");
                    closed += 1;
                }
            }
        }
    }
    assert!(closed > 30, "{closed}");
    // The token of a session on a screen is worth nothing here, nor is an office's on a socket.
    let screen = Person::screen(&till.socket_url(), &till.invite()).await;
    let Ok(Outcome::Session { token }) = screen.ask(Op::StaffLogIn { employee: people::OWNER.0, pin: "1111".into() }).await
    else {
        panic!()
    };
    let bearer = format!("Bearer {token}");
    assert_eq!(stranger.send(Method::GET, "employees", &[("authorization", &bearer)], vec![]).await.code(), "not-logged-in");
    let identity = kasir::client::Identity { session: Some(manager.token()), ..Default::default() };
    let thief = Person::connect(&till.socket_url(), identity);
    let room = thief.until("an answer", |r| r.me.is_some()).await;
    assert!(matches!(room.me, Some(Me::Stranger { .. })));
    // What another site's page can make a browser do: send the cookie, without saying from where.
    let cookie = format!("kasir_session={}", manager.token());
    let forged = [("cookie", cookie.as_str()), ("content-type", "application/json")];
    let answer = stranger.send(Method::POST, "categories", &forged, br#"{"name":"x"}"#.to_vec()).await;
    assert_eq!(answer.code(), "denied");
    let evil = [forged[0], forged[1], ("origin", "http://evil.example")];
    assert_eq!(stranger.send(Method::POST, "categories", &evil, br#"{"name":"x"}"#.to_vec()).await.status, 403);
    let plain = [forged[0], ("content-type", "text/plain"), ("origin", &*format!("http://{}", till.address))];
    assert_eq!(stranger.send(Method::POST, "categories", &plain, br#"{"name":"x"}"#.to_vec()).await.status, 415);
    assert_eq!(
        shop.number(&format!(
            "SELECT count(*) FROM journal WHERE seq > {before} AND kind <> 'logged_in' AND kind <> 'device_enrolled'"
        )),
        0
    );
    till.stop();
    shop.verify();
}

/// Sign up, wait for a yes, come in, change the password, be thrown out, come back by a code.
#[tokio::test(flavor = "multi_thread")]
async fn staff_sign_up_are_approved_and_keep_their_accounts() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let new = Office::open(&till.address).await;
    let account = |password: &str| json!({ "name": "Rina", "mail": "rina@example.com", "password": password });
    assert_eq!(new.post("signup", account("short")).await.code(), "password-form");
    assert_eq!(
        new.post("signup", json!({ "name": "Rina", "mail": "rina", "password": "long enough" })).await.code(),
        "text-form"
    );
    assert_eq!(new.post("signup", account("rina-rina-rina")).await.status, 202);
    assert_eq!(new.post("signup", account("rina-rina-rina")).await.status, 202, "the name is taken, and that is not told");
    assert_eq!(shop.number("SELECT count(*) FROM employee WHERE pending = 1"), 1);
    assert_eq!(new.log_in("rina", "rina-rina-rina").await.code(), "pending");
    assert_eq!(new.log_in("Rina", "wrong-wrong-wrong").await.code(), "login-wrong", "only who knows the password learns more");

    let manager = Office::of(&till.address, MANAGER).await;
    let list = manager.get("employees").await.json();
    let rina = list["employees"].as_array().unwrap().iter().find(|e| e["name"] == "Rina").unwrap().clone();
    assert_eq!((&rina["pending"], &rina["mail"], &rina["has_pin"]), (&json!(true), &json!("rina@example.com"), &json!(false)));
    let id = rina["id"].as_str().unwrap();
    let approve = format!("employees/{id}/approve");
    assert_eq!(manager.post(&approve, json!({ "role": "owner" })).await.code(), "denied", "a manager makes no owner");
    assert_eq!(manager.post(&approve, json!({ "role": "cashier" })).await.status, 204);
    assert_eq!(new.log_in("rina@example.com", "rina-rina-rina").await.status, 200, "the address works as well");
    assert_eq!(new.get("session").await.json()["employee"]["role"], "cashier");
    // A PIN, and she is on the screens.
    let screen = Person::screen(&till.socket_url(), &till.invite()).await;
    assert!(screen.room().employees.values().all(|e| e.name != "Rina"));
    assert_eq!(manager.put(&format!("employees/{id}/pin"), json!({ "pin": "2468" })).await.status, 204);
    let room = screen.until("Rina", |r| r.employees.values().any(|e| e.name == "Rina")).await;
    let employee = room.employees.values().find(|e| e.name == "Rina").unwrap().id;
    screen.log_in((employee, "2468")).await.unwrap();

    // Her own password: the old one first; every session of hers ends, here and there.
    assert_eq!(new.get("session").await.code(), "not-logged-in", "the new PIN has ended it");
    assert_eq!(new.log_in("Rina", "rina-rina-rina").await.status, 200);
    let change = |old: &str| json!({ "old": old, "password": "another-long-one" });
    assert_eq!(new.put("me/password", change("wrong")).await.code(), "pin-wrong");
    assert_eq!(new.put("me/password", change("rina-rina-rina")).await.status, 204);
    assert_eq!(new.get("session").await.status, 401);
    // The screen is nobody's at once: it is told nothing more, before anybody touches it.
    screen.until("to be nobody's", |r| matches!(r.me, Some(Me::Device { .. })) && r.tables.is_empty()).await;
    let product = kasir::domain::id::ProductId(1);
    assert_eq!(screen.ask(Op::ProductSoldOut { product, sold_out: true }).await.unwrap_err().code, "denied");
    assert_eq!(new.log_in("Rina", "another-long-one").await.status, 200);

    // Sessions are listed and ended; each sees the own and those below.
    let sessions = manager.get("sessions").await.json();
    let hers = sessions["sessions"].as_array().unwrap().iter().find(|s| s["name"] == "Rina").unwrap().clone();
    assert_eq!(hers["current"], json!(false));
    let seen = new.get("sessions").await.json();
    assert!(seen["sessions"].as_array().unwrap().iter().all(|s| s["name"] == "Rina"));
    let of_manager = sessions["sessions"].as_array().unwrap().iter().find(|s| s["current"] == true).unwrap();
    let theirs = format!("sessions/{}", of_manager["id"].as_str().unwrap());
    assert_eq!(new.delete(&theirs).await.code(), "denied", "nobody's above");
    assert_eq!(manager.delete(&format!("sessions/{}", hers["id"].as_str().unwrap())).await.status, 204);
    assert_eq!(new.get("session").await.status, 401);

    // Forgotten: a manager reads a code out.
    let code = manager.post(&format!("employees/{id}/password_code"), Value::Null).await.json();
    let reset = json!({ "login": "Rina", "code": code["code"], "password": "third-long-one" });
    assert_eq!(new.post("password/reset", reset).await.status, 204);
    assert_eq!(new.log_in("Rina", "third-long-one").await.status, 200);
    // Dismissed: out at once, and gone from the screens.
    let dismissed = json!({ "name": "Rina", "role": "cashier", "active": false });
    assert_eq!(manager.put(&format!("employees/{id}"), dismissed).await.status, 204);
    assert_eq!(new.get("session").await.status, 401);
    assert_eq!(new.log_in("Rina", "third-long-one").await.code(), "login-wrong");
    screen.until("her to go", |r| r.employees.values().all(|e| e.name != "Rina")).await;

    // The last owner stays; managers touch no owner.
    let owner = Office::of(&till.address, OWNER).await;
    let demoted = json!({ "name": "Pemilik", "role": "cashier", "active": true });
    assert_eq!(owner.put("employees/e1", demoted.clone()).await.code(), "last-owner");
    assert_eq!(manager.put("employees/e1", demoted).await.code(), "denied");
    assert_eq!(manager.put("employees/e1/pin", json!({ "pin": "0000" })).await.code(), "denied");
    // No password, PIN or address went into the journal.
    for needle in ["rina@", "rina-rina", "another-long", "2468", "argon2"] {
        assert_eq!(shop.number(&format!("SELECT count(*) FROM journal WHERE event || actor LIKE '%{needle}%'")), 0, "{needle}");
    }
    till.stop();
    shop.verify();
}

/// Somebody who tries passwords is stopped, on that account and from that address; others are
/// not, and the owner still gets in at the touchscreen.
#[tokio::test(flavor = "multi_thread")]
async fn guessed_passwords_lock_one_account_and_nobody_else() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let thief = Office::open(&till.address).await;
    for _ in 0..5 {
        assert_eq!(thief.log_in("Pemilik", "guess-guess").await.code(), "login-wrong");
    }
    assert_eq!(thief.log_in("Pemilik", OWNER.1).await.code(), "login-locked", "even the right one");
    assert_eq!(thief.log_in("Nobody", "guess-guess").await.code(), "login-wrong");
    Office::of(&till.address, MANAGER).await;
    let owner = Person::staff(&till.socket_url(), &till.invite(), people::OWNER).await;
    assert_eq!(shop.number("SELECT count(*) FROM journal WHERE kind = 'password_refused'"), 5);
    // Who has just shown the PIN makes a password; a till that was left open does not.
    let own = || Op::EmployeePasswordCode { employee: people::OWNER.0 };
    assert!(matches!(owner.ask(own()).await, Ok(Outcome::Invited { .. })));
    MachineClock::of(shop.path()).set(EVENING_MS + 10 * 60_000, false);
    assert_eq!(owner.ask(own()).await.unwrap_err().code, "log-in-again");
    till.stop();
}

/// The menu: added, changed, counted, delivered, pictured, taken off. Guests and staff see it
/// at once, each what they may; what was ordered keeps its price.
#[tokio::test(flavor = "multi_thread")]
async fn the_menu_is_managed_and_every_screen_follows() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let office = Office::of(&till.address, MANAGER).await;
    let guest = Person::guest(&url, &shop.codes()[0], "Budi").await;
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;

    let category = office.post("categories", json!({ "name": "Sambal" })).await.json()["category"].as_str().unwrap().to_owned();
    assert_eq!(office.post("categories", json!({ "name": "SAMBAL" })).await.code(), "exists");
    let product = |name: &str, price: i64| json!({ "category": category, "name": name, "price": price, "cost": 1_500, "description": "Pedas.", "station": "kitchen", "min_stock": 3, "stock": 10 });
    let added = office.post("products", product("Sambal Matah", 6_000)).await;
    let id = added.json()["product"].as_str().unwrap().to_owned();
    let path = |rest: &str| format!("products/{id}{rest}");
    let known: kasir::domain::id::ProductId = id.parse().unwrap();
    let room = guest.until("the dish", |r| r.products.contains_key(&known)).await;
    assert!(room.products[&known].stock.is_none() && room.categories.values().any(|c| c.name == "Sambal"));
    let order = guest.order(&[("Sambal", 2)]).await.unwrap();

    // Another price and name: the order keeps what it was placed at.
    let draft = json!({ "category": category, "name": "Sambal Bali", "price": 7_000, "cost": 2_000, "description": "", "station": "bar", "min_stock": 2 });
    assert_eq!(office.put(&path(""), draft).await.status, 204);
    guest.until("the new price", |r| r.products[&known].price.0 == 7_000).await;
    let line = cashier.until_order(order, OrderState::Waiting).await.lines[0].clone();
    assert_eq!((line.name.as_str(), line.unit_price.0), ("Sambal Matah", 6_000));

    // Counted, delivered, not counted, counted again: what was promised stays promised.
    let stock = || {
        let row = shop.column(&format!("SELECT coalesce(stock, 'none') || '/' || reserved FROM product WHERE id = {}", known.0));
        row[0].clone()
    };
    assert_eq!(stock(), "10/2");
    assert_eq!(office.post(&path("/deliveries"), json!({ "quantity": 5, "reason": "pasar" })).await.status, 204);
    assert_eq!(office.put(&path("/stock"), json!({ "on_hand": 12, "reason": "dihitung" })).await.status, 204);
    assert_eq!(stock(), "12/2");
    assert_eq!(office.put(&path("/stock"), json!({ "on_hand": null })).await.status, 204);
    assert_eq!(office.post(&path("/deliveries"), json!({ "quantity": 5 })).await.code(), "not-counted");
    assert_eq!(office.put(&path("/stock"), json!({ "on_hand": 8 })).await.status, 204);
    assert_eq!(stock(), "8/2");
    cashier.ask(Op::OrderConfirm { order }).await.unwrap();
    cashier.ask(Op::OrderFinish { order }).await.unwrap();
    assert_eq!(stock(), "6/0");
    let moved =
        shop.column(&format!("SELECT cause || ' ' || quantity FROM stock_movement WHERE product_id = {} ORDER BY seq", known.0));
    assert_eq!(moved, ["initial 10", "delivery 5", "count -3", "initial 8", "sale -2"]);

    // A picture: small, plain, on the phone at once.
    let big = image::RgbImage::from_fn(1_600, 1_200, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 0]));
    let mut file = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(big).write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
    let set = office.upload(Method::PUT, &path("/picture"), "image/jpeg", file.into_inner()).await;
    let picture = set.json()["picture"].as_str().unwrap().to_owned();
    guest.until("the picture", |r| r.products[&known].picture.as_deref() == Some(&picture)).await;
    let served = kasir::client::picture::fetch(&Dial::open(&till.address), &picture).await.unwrap();
    let served = image::load_from_memory(&served).unwrap();
    assert_eq!((served.width(), served.height()), (640, 480));
    assert_eq!(office.upload(Method::PUT, &path("/picture"), "image/png", b"no picture".to_vec()).await.code(), "picture-form");
    assert_eq!(office.upload(Method::PUT, &path("/picture"), "image/svg+xml", b"<svg/>".to_vec()).await.status, 415);
    assert_eq!(office.upload(Method::PUT, &path("/picture"), "image/png", vec![0; 6 * 1024 * 1024]).await.status, 413);
    assert_eq!(office.delete(&path("/picture")).await.status, 204);
    guest.until("no picture", |r| r.products[&known].picture.is_none()).await;

    // Off the menu: gone from every screen, still in the history; its name is free again.
    assert_eq!(office.delete(&format!("categories/{category}")).await.code(), "category-in-use");
    assert_eq!(office.delete(&path("")).await.status, 204);
    guest.until("it to go", |r| !r.products.contains_key(&known)).await;
    cashier.until("it to go", |r| !r.products.contains_key(&known)).await;
    assert_eq!(
        guest
            .ask(Op::OrderPlace {
                order: uuid::Uuid::now_v7(),
                place: None,
                lines: vec![kasir::hub::wire::NewLine { product: known, quantity: 1, note: String::new() }]
            })
            .await
            .unwrap_err()
            .code,
        "not-found"
    );
    assert_eq!(office.post("products", product("Sambal Bali", 1)).await.status, 201);
    // Groups move, and keep an order without gaps.
    assert_eq!(office.put(&format!("categories/{category}"), json!({ "name": "Sambal", "position": 1 })).await.status, 204);
    let order: Vec<String> = shop.column("SELECT name || ' ' || position FROM category ORDER BY position");
    assert_eq!(order[..2], ["Sambal 1", "Appetizer 2"]);
    // The same request again is the same change.
    let id = uuid::Uuid::now_v7().to_string();
    let origin = format!("http://{}", till.address);
    let again = [("x-request-id", id.as_str()), ("origin", &origin), ("content-type", "application/json")];
    let first = office.send(Method::POST, "categories", &again, br#"{"name":"Kue"}"#.to_vec()).await;
    let second = office.send(Method::POST, "categories", &again, br#"{"name":"Kue"}"#.to_vec()).await;
    assert_eq!((first.status.as_u16(), first.json()), (201, second.json()));
    assert_eq!(office.send(Method::POST, "categories", &again, br#"{"name":"Roti"}"#.to_vec()).await.code(), "conflict");
    till.stop();
    shop.verify();
}

/// The menu as a file: out, changed, in again; one bad row and nothing is changed.
#[tokio::test(flavor = "multi_thread")]
async fn the_menu_goes_out_and_in_as_a_file() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let office = Office::of(&till.address, OWNER).await;
    let out = office.get("menu.csv").await;
    let file = String::from_utf8(out.bytes).unwrap();
    assert!(file.starts_with("name,category,price,cost,stock,min_stock,station,description\n"), "{file}");
    let head = shop.number("SELECT max(seq) FROM journal");
    let same = office.upload(Method::POST, "menu.csv", "text/csv", file.clone().into_bytes()).await;
    assert_eq!(same.json(), json!({ "added": 0, "changed": 0 }));
    assert_eq!(shop.number("SELECT max(seq) FROM journal"), head, "the same menu changes nothing");
    let changed = file.replace("Soto Ayam,Main Course,28000", "Soto Ayam,Sup,29000") + "Es Degan,Drinks,11000,,,,bar,\n";
    let done = office.upload(Method::POST, "menu.csv", "text/csv", changed.clone().into_bytes()).await;
    assert_eq!(done.json(), json!({ "added": 1, "changed": 1 }));
    assert_eq!(shop.column("SELECT c.name || ' ' || p.price_minor FROM product p JOIN category c ON c.id = p.category_id WHERE p.name = 'Soto Ayam'"), ["Sup 29000"]);
    let head = shop.number("SELECT max(seq) FROM journal");
    for (bad, line) in
        [(changed.clone() + "Rusak,Drinks,abc\n", 23), (changed.clone() + &format!("{},Drinks,1000\n", "x".repeat(70)), 23)]
    {
        let no = office.upload(Method::POST, "menu.csv", "text/csv", bad.into_bytes()).await;
        assert_eq!(
            (no.status.as_u16(), no.json()["params"]["line"].as_str()),
            (422, Some(line.to_string().as_str())),
            "{}",
            no.json()
        );
    }
    assert_eq!(shop.number("SELECT max(seq) FROM journal"), head, "nothing half applied");
    till.stop();
    shop.verify();
}

/// Tables, screens, printers and the house's settings.
#[tokio::test(flavor = "multi_thread")]
async fn the_house_is_managed() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let office = Office::of(&till.address, OWNER).await;
    let waiter = Person::staff(&url, &till.invite(), WAITER).await;
    // Tables.
    let id = office.post("tables", json!({ "number": "VIP 1", "area": "Atas", "seats": 8 })).await.json()["table"]
        .as_str()
        .unwrap()
        .to_owned();
    waiter.until("the table", |r| r.tables.values().any(|t| t.number == "VIP 1" && t.seats == 8)).await;
    let path_of = |tables: &Value| {
        tables["tables"].as_array().unwrap().iter().find(|t| t["id"] == *id).unwrap()["path"].as_str().unwrap().to_owned()
    };
    let old = path_of(&office.get("tables").await.json());
    let guest = Person::guest(&url, old.trim_start_matches("/t/"), "Budi").await;
    assert_eq!(office.post(&format!("tables/{id}/code"), Value::Null).await.status, 204);
    let new = path_of(&office.get("tables").await.json());
    assert_ne!(old, new);
    let late = Person::phone(&url, old.trim_start_matches("/t/"));
    late.until("a menu", |r| !r.products.is_empty()).await;
    assert_eq!(late.join(old.trim_start_matches("/t/"), "X").await.unwrap_err().code, "code-wrong");
    let svg = office.get(&format!("tables/{id}/qr.svg")).await;
    assert!(svg.headers["content-type"] == "image/svg+xml" && svg.bytes.starts_with(b"<svg"));
    assert_eq!(office.delete(&format!("tables/{id}")).await.code(), "table-in-use");
    let visit = *guest.room().visits.keys().next().unwrap();
    waiter.ask(Op::VisitClose { visit }).await.unwrap();
    assert_eq!(office.delete(&format!("tables/{id}")).await.status, 204);
    waiter.until("it to go", |r| r.tables.values().all(|t| t.number != "VIP 1")).await;
    // Screens.
    let invited = office.post("devices/invite", Value::Null).await.json();
    let screen = Person::screen(&url, invited["code"].as_str().unwrap()).await;
    screen.log_in(CASHIER).await.unwrap();
    let devices = office.get("devices").await.json();
    let last = devices["devices"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(office.delete(&format!("devices/{last}")).await.status, 204);
    screen.until("to be a stranger's", |r| matches!(r.me, Some(Me::Stranger { .. })) && r.employees.is_empty()).await;
    let product = kasir::domain::id::ProductId(1);
    assert_eq!(screen.ask(Op::ProductSoldOut { product, sold_out: true }).await.unwrap_err().code, "denied");
    assert_eq!(screen.log_in(CASHIER).await.unwrap_err().code, "device-unknown", "on the socket that is still open");
    assert_eq!(office.delete("devices/d1").await.code(), "denied", "the machine's own screen stays");
    // Printers.
    let target = |to: Value| json!({ "name": "Bar", "target": to, "width": "58", "stations": ["bar"], "receipts": false, "drawer": false });
    for elsewhere in [
        json!({ "tcp": { "host": "127.0.0.1", "port": 9100 } }),
        json!({ "tcp": { "host": "192.168.1.1", "port": 22 } }),
        json!({ "device": { "path": "/etc/passwd" } }),
        json!({ "roll": { "folder": "/tmp/x" } }),
    ] {
        assert_eq!(office.post("printers", target(elsewhere)).await.code(), "setting");
    }
    let there = office.post("printers", target(json!({ "tcp": { "host": "192.168.1.50", "port": 9100 } }))).await;
    assert_eq!(office.delete(&format!("printers/{}", there.json()["printer"].as_str().unwrap())).await.status, 204);
    // A new station's tickets come out nowhere until a printer has it.
    let category = office.get("categories").await.json()["categories"][0]["id"].clone();
    let dish = json!({ "category": category, "name": "Sate", "price": 30_000, "cost": 0, "description": "", "station": "grill", "min_stock": 0 });
    assert_eq!(office.post("products", dish).await.status, 201);
    assert_eq!(office.get("stations").await.json()["unprinted"], json!([{ "station": "grill", "dish": "Sate" }]));
    // One on the loopback is set on the machine itself.
    till.ask(printer("Bar", 9, &["bar", "grill"], false));
    assert_eq!(office.get("stations").await.json()["unprinted"], json!([]));
    let printers = office.get("printers").await.json();
    let printer = printers["printers"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(office.post(&format!("printers/{printer}/test"), Value::Null).await.status, 204);
    waiter.until("its fault", |r| r.printers.values().any(|p| p.name == "Bar" && p.waiting == 1)).await;
    assert_eq!(office.delete(&format!("printers/{printer}")).await.code(), "printer-owes");
    let tray = PaperTray::new();
    till.ask(self::printer("Bar", tray.port, &["bar"], false));
    let narrow = target(json!({ "tcp": { "host": "127.0.0.1", "port": tray.port } }));
    assert_eq!(office.put(&format!("printers/{printer}"), narrow).await.status, 204, "its place is as it was");
    let page = tray.wait_for(1);
    assert!(page[0].iter().any(|l| l.contains("Printer siap")), "{page:?}");
    waiter.until("it to print", |r| r.printers.values().any(|p| p.name == "Bar" && p.waiting == 0)).await;
    assert_eq!(office.delete(&format!("printers/{printer}")).await.status, 204);
    waiter.until("it to go", |r| r.printers.values().all(|p| p.name != "Bar")).await;
    // Settings: the owner's alone; every screen follows.
    let manager = Office::of(&till.address, MANAGER).await;
    let mut site = office.get("site").await.json();
    site["name"] = json!("Warung Baru");
    site["tax"]["service"] = json!(700);
    assert_eq!(manager.put("site", site.clone()).await.code(), "denied");
    assert_eq!(office.put("site", site.clone()).await.status, 204);
    waiter
        .until("the name", |r| r.site.as_ref().is_some_and(|s| s.name == "Warung Baru" && s.service.basis_points() == 700))
        .await;
    site["timezone"] = json!("Mars/Olympus");
    assert_eq!(office.put("site", site.clone()).await.code(), "setting");
    site["surprise"] = json!(1);
    assert_eq!(office.put("site", site).await.code(), "bad-request");
    till.stop();
    shop.verify();
}

/// The house's logo: at the head of receipts and their copies, on the guest's page, in the report;
/// nowhere before it was chosen nor after it was taken away.
#[tokio::test(flavor = "multi_thread")]
async fn the_houses_logo_heads_its_receipts() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let (kitchen, counter) = (PaperTray::new(), PaperTray::new());
    till.ask(printer("Dapur", kitchen.port, &["kitchen", "bar"], false));
    till.ask(printer("Kasir", counter.port, &[], true));
    let office = Office::of(&till.address, OWNER).await;
    let guest = Person::guest(&till.socket_url(), &shop.codes()[0], "Budi").await;
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    // What a printer was sent for a sale of soto.
    let sale = async || {
        let place = kasir::hub::wire::Place::Takeaway { guest: String::new() };
        let order = cashier.order_at(Some(place), &[("Soto", 1)]).await.unwrap();
        let visit = cashier.until_order(order, OrderState::InProcess).await.visit;
        let (number, _) = cashier.pay(visit, None).await.unwrap();
        paper_of(&counter, &number, 1)
    };
    let is_raster = |line: &String| line.starts_with("[raster");
    let report = async || {
        let file = office.get("reports/sales.pdf?from=2031-05-09&to=2031-05-09").await.bytes;
        file.windows(6).any(|w| w == b"/Image")
    };
    assert!(!sale().await.iter().any(is_raster) && !report().await);
    let before = office.get("site").await.json();
    assert!(before.get("logo").is_none() && guest.room().site.unwrap().logo.is_none());

    // The owner's alone, and a picture like any other.
    let half = image::RgbaImage::from_fn(1_600, 800, |x, _| image::Rgba([120, 0, 0, if x < 800 { 0 } else { 255 }]));
    let mut file = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(half).write_to(&mut file, image::ImageFormat::Png).unwrap();
    let file = file.into_inner();
    let send = async |mime: &str, bytes: Vec<u8>| office.upload(Method::PUT, "site/logo", mime, bytes).await;
    let manager = Office::of(&till.address, MANAGER).await;
    assert_eq!(manager.upload(Method::PUT, "site/logo", "image/png", file.clone()).await.code(), "denied");
    assert_eq!(manager.delete("site/logo").await.code(), "denied");
    assert_eq!(send("image/png", b"no picture".to_vec()).await.code(), "picture-form");
    assert_eq!(send("image/svg+xml", b"<svg/>".to_vec()).await.status, 415);
    assert_eq!(send("image/png", vec![0; 6 * 1024 * 1024]).await.status, 413);
    let logo = send("image/png", file.clone()).await.json()["picture"].as_str().unwrap().to_owned();
    guest.until("the logo", |r| r.site.as_ref().is_some_and(|s| s.logo.as_ref() == Some(&logo))).await;
    let served =
        image::load_from_memory(&kasir::client::picture::fetch(&Dial::open(&till.address), &logo).await.unwrap()).unwrap();
    assert_eq!((served.width(), served.height()), (640, 320));
    let hash = logo.trim_start_matches("/pictures/");
    assert_eq!(office.get("site").await.json()["logo"], json!(hash));
    let events = || shop.number("SELECT count(*) FROM journal WHERE kind = 'site_set'");
    let set = events();
    send("image/png", file).await;
    assert_eq!(events(), set, "the same logo changes nothing");
    // Who saves the settings as they were before it leaves it where it is; nobody names another.
    assert_eq!(office.put("site", before.clone()).await.status, 204);
    let mut other = before.clone();
    other["logo"] = json!("00".repeat(32));
    assert_eq!(office.put("site", other).await.status, 204);
    assert_eq!(office.get("site").await.json()["logo"], json!(hash));

    // Half of the paper wide and half as high, behind a quarter of white; above the house's name.
    let paper = sale().await;
    assert_eq!(paper[2..4], ["[raster 432x144]", "[feed 12 dots]"], "{paper:#?}");
    assert_eq!(paper.iter().filter(|l| is_raster(l)).count(), 1);
    let name = paper.iter().position(|l| l.contains(before["name"].as_str().unwrap())).unwrap();
    assert!(name > 3 && !paper.iter().any(|l| l.starts_with("[byte")), "{paper:#?}");
    let sent = counter.bytes().into_iter().find(|d| d.windows(4).any(|w| w == [0x1d, 0x76, 0x30, 0])).unwrap();
    let dots = &sent[5 + 8..][..54 * 144];
    assert!(dots.chunks(54).all(|row| row[..34].iter().all(|b| *b == 0)), "white where it is clear");
    assert!(dots.chunks(54).all(|row| row[37..].iter().any(|b| *b != 0)), "dark where it is dark");
    let receipt = shop.number("SELECT max(id) FROM receipt");
    assert_eq!(office.post(&format!("receipts/r{receipt}/reprint"), Value::Null).await.status, 204);
    let number = shop.column("SELECT number FROM receipt ORDER BY id DESC LIMIT 1").remove(0);
    let copy = paper_of(&counter, &number, 2);
    assert!(copy[2] == "[raster 432x144]" && copy.iter().any(|l| l.contains("SALINAN")), "{copy:#?}");
    assert!(report().await, "the report has it as well");

    assert_eq!(office.delete("site/logo").await.status, 204);
    guest.until("no logo", |r| r.site.as_ref().is_some_and(|s| s.logo.is_none())).await;
    assert!(!sale().await.iter().any(is_raster) && !report().await);
    assert!(!kitchen.wait_for(3).iter().flatten().any(is_raster), "the kitchen has no use for it");
    assert_eq!(shop.number("SELECT count(*) FROM journal WHERE length(event) > 4000"), 0, "its bytes stand beside the journal");
    till.stop();
    shop.verify();
}

/// The so many-th paper on which that number stands.
fn paper_of(tray: &PaperTray, number: &str, nth: usize) -> Vec<String> {
    let all = || tray.papers().into_iter().filter(|p| p.iter().any(|l| l.contains(number))).collect::<Vec<_>>();
    wait_until(&format!("{nth} papers with {number}"), || all().len() >= nth);
    all().remove(nth - 1)
}

/// After it was served, each guest gives stars and a comment once and may think again; the mean
/// stands on the menu, staff read who said what, and the journal holds no comment.
#[tokio::test(flavor = "multi_thread")]
async fn guests_rate_what_they_were_served() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let codes = shop.codes();
    let (budi, sari) = (Person::guest(&url, &codes[0], "Budi").await, Person::guest(&url, &codes[0], "Sari").await);
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let product = budi.product("Soto");
    let rate = |stars: u8, comment: &str| Op::ProductRate { product, stars, comment: comment.to_owned() };
    let order = budi.order(&[("Soto", 1)]).await.unwrap();
    assert_eq!(budi.ask(rate(5, "")).await.unwrap_err().code, "not-found", "it is not served yet");
    cashier.ask(Op::OrderConfirm { order }).await.unwrap();
    cashier.ask(Op::OrderFinish { order }).await.unwrap();
    assert_eq!(budi.ask(rate(6, "")).await.unwrap_err().code, "setting");
    assert_eq!(cashier.ask(rate(5, "")).await.unwrap_err().code, "denied");
    budi.ask(rate(3, "Kurang asin <b>")).await.unwrap();
    budi.ask(rate(4, "Enak <script>alert(1)</script>")).await.unwrap();
    sari.ask(rate(5, "")).await.unwrap();
    let seen = cashier.until("the mean", |r| r.products[&product].rating.is_some_and(|s| s.count == 2)).await;
    assert_eq!(seen.products[&product].rating.unwrap().tenths, 45);
    sari.until("the mean", |r| r.products[&product].rating.is_some_and(|s| s.tenths == 45)).await;
    // Paid and closed: the link still rates.
    let visit = *budi.room().visits.keys().next().unwrap();
    cashier.pay(visit, None).await.unwrap();
    budi.ask(rate(5, "Enak sekali")).await.unwrap();
    let office = Office::of(&till.address, MANAGER).await;
    let list = office.get("ratings").await.json();
    let told: Vec<(&str, &str, i64)> = list["ratings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["guest"].as_str().unwrap(), r["comment"].as_str().unwrap(), r["stars"].as_i64().unwrap()))
        .collect();
    assert_eq!(told, [("Sari", "", 5), ("Budi", "Enak sekali", 5)]);
    assert_eq!(list["ratings"][1]["place"], "1");
    assert_eq!(office.get("ratings?stars=4").await.json()["ratings"], json!([]));
    assert_eq!(office.get(&format!("ratings?product={product}&before=s2")).await.json()["ratings"].as_array().unwrap().len(), 1);
    assert_eq!(office.get("ratings?stars=x").await.code(), "bad-request");
    assert_eq!(shop.number("SELECT count(*) FROM journal WHERE event LIKE '%Enak%'"), 0);
    till.stop();
    shop.verify();
}
