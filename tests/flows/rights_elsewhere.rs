//! Who may do what beside the native sockets: every endpoint of `/api/v1` as everybody, and every
//! message of the old tablets from every address.

use std::collections::BTreeMap;

use hyper::Method;
use kasir::client::Identity;
use kasir::domain::site::Language;
use kasir::hub::legacy::wire::Said;
use kasir::hub::wire::{Me, Op, Outcome};
use serde_json::{Value, json};

use crate::support::machine::{DAY_MS, EVENING_MS, MachineClock};
use crate::support::office::Office;
use crate::support::people::{self, Person};
use crate::support::tablet::{self, COUNTER, GUESTS, Page, STRANGER};
use crate::support::till::Till;
use crate::support::{Place as Shop, wait_until};

/// The columns: a stranger, kitchen, waiter, cashier, manager, owner, each by a password. `+` it is
/// allowed, whatever else is wrong; `-` denied; `l` nobody is logged in. What is asked is empty, and
/// the ids are of nothing. Changes that throw their own caller out stand last.
const ENDPOINTS: &[(&str, &str)] = &[
    ("GET session", "l+++++"),
    ("POST session", "++++++"),
    ("GET setup", "++++++"),
    ("POST setup/look", "++++++"),
    ("POST setup/scan", "++++++"),
    ("POST setup/print", "++++++"),
    ("POST setup", "++++++"),
    ("POST signup", "++++++"),
    ("POST password/forgot", "++++++"),
    ("POST password/reset", "++++++"),
    ("PUT me/password", "l+++++"),
    ("PUT me/pin", "l+++++"),
    ("GET sessions", "l+++++"),
    ("DELETE sessions/{session}", "l+++++"),
    ("GET site", "l+++++"),
    ("PUT site", "l----+"),
    ("PUT site/logo", "l----+"),
    ("DELETE site/logo", "l----+"),
    ("GET network", "l---++"),
    ("POST network/cards", "l---++"),
    ("PUT network/wifi", "l----+"),
    ("DELETE network/wifi", "l----+"),
    ("GET network/wifi/qr.svg", "l---++"),
    ("POST network/wifi/print", "l---++"),
    ("GET categories", "l---++"),
    ("POST categories", "l---++"),
    ("PUT categories/{category}", "l---++"),
    ("DELETE categories/{category}", "l---++"),
    ("GET products", "l---++"),
    ("POST products", "l---++"),
    ("PUT products/{product}", "l---++"),
    ("DELETE products/{product}", "l---++"),
    ("PUT products/{product}/picture", "l---++"),
    ("DELETE products/{product}/picture", "l---++"),
    ("PUT products/{product}/sold_out", "l---++"),
    ("PUT products/{product}/stock", "l---++"),
    ("POST products/{product}/deliveries", "l---++"),
    ("GET menu.csv", "l---++"),
    ("POST menu.csv", "l---++"),
    ("GET stations", "l---++"),
    ("GET tables", "l---++"),
    ("POST tables", "l---++"),
    ("PUT tables/{table}", "l---++"),
    ("DELETE tables/{table}", "l---++"),
    ("POST tables/{table}/code", "l---++"),
    ("POST tables/slips", "l---++"),
    ("GET tables/{table}/qr.svg", "l---++"),
    ("GET employees", "l---++"),
    ("POST employees", "l---++"),
    ("PUT employees/{employee}", "l---++"),
    ("POST employees/{employee}/approve", "l---++"),
    ("PUT employees/{employee}/pin", "l---++"),
    ("POST employees/{employee}/password_code", "l---++"),
    ("GET devices", "l---++"),
    ("POST devices/invite", "l---++"),
    ("DELETE devices/{device}", "l---++"),
    ("GET printers", "l---++"),
    ("POST printers", "l---++"),
    ("PUT printers/{printer}", "l---++"),
    ("DELETE printers/{printer}", "l---++"),
    ("POST printers/{printer}/test", "l---++"),
    ("POST printers/scan", "l----+"),
    ("GET papers", "l--+++"),
    ("POST papers/print", "l--+++"),
    ("POST papers/move", "l--+++"),
    ("POST papers/throw-away", "l--+++"),
    ("POST papers/{paper}/again", "l--+++"),
    ("GET mail/settings", "l----+"),
    ("PUT mail/settings", "l----+"),
    ("POST mail/test", "l---++"),
    ("GET mail", "l---++"),
    ("POST mail/{letter}/resend", "l---++"),
    ("DELETE mail/{letter}", "l---++"),
    ("GET sync/settings", "l----+"),
    ("PUT sync/settings", "l----+"),
    ("GET machine", "l---++"),
    ("GET sync", "l---++"),
    ("GET backups/settings", "l----+"),
    ("PUT backups/settings", "l----+"),
    ("GET backups", "l----+"),
    ("POST backups", "l----+"),
    ("POST receipts/{receipt}/mail", "l--+++"),
    ("POST receipts/{receipt}/reprint", "l--+++"),
    ("GET reports/dashboard", "l---++"),
    ("GET reports/sales", "l---++"),
    ("GET reports/sales.pdf", "l---++"),
    ("GET reports/receipts.csv", "l---++"),
    ("GET reports/products.csv", "l---++"),
    ("GET reports/days.csv", "l---++"),
    ("POST reports/mail", "l---++"),
    ("GET receipts", "l---++"),
    ("GET receipts/{receipt}", "l---++"),
    ("GET guests", "l---++"),
    ("POST guests/erase", "l---++"),
    ("GET ratings", "l---++"),
    ("DELETE session", "l+++++"),
];

/// What the document's `{name}` is asked as: an id of nothing.
const NOTHING: &[(&str, &str)] = &[
    ("{session}", "x"),
    ("{category}", "c999"),
    ("{product}", "p999"),
    ("{table}", "t999"),
    ("{employee}", "e999"),
    ("{device}", "d999"),
    ("{printer}", "w999"),
    ("{paper}", "j999"),
    ("{letter}", "l999"),
    ("{receipt}", "r999"),
];

/// Somebody who asks with that token, or with none.
struct Caller {
    who: &'static str,
    column: usize,
    token: Option<String>,
}

impl Caller {
    async fn ask(&self, office: &Office, row: &str) -> (u16, String) {
        let (method, path) = row.split_once(' ').unwrap();
        let path = NOTHING.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, id));
        assert!(!path.contains('{'), "{path}: an id of nothing is missing above");
        let method: Method = method.parse().unwrap();
        let bearer = self.token.as_ref().map(|t| format!("Bearer {t}"));
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(bearer.as_ref().map(|b| ("authorization", b.as_str())));
        let body = if method == Method::GET || method == Method::DELETE { Vec::new() } else { b"{}".to_vec() };
        let answer = office.send(method, &path, &headers, body).await;
        (answer.status.as_u16(), answer.code())
    }
}

/// Every row as everybody; a refusal for want of a right leaves no trace.
async fn check(shop: &Shop, office: &Office, callers: &[Caller]) {
    let head = || shop.number("SELECT max(seq) FROM journal");
    let mut wrong = Vec::new();
    for (row, cells) in ENDPOINTS {
        assert_eq!(cells.len(), 6, "{row}");
        for caller in callers {
            let (cell, before) = (cells.as_bytes()[caller.column] as char, head());
            let (status, code) = caller.ask(office, row).await;
            let fits = match cell {
                '+' => !["denied", "not-logged-in"].contains(&code.as_str()) && status < 500,
                '-' => (status, code.as_str()) == (403, "denied"),
                _ => (status, code.as_str()) == (401, "not-logged-in"),
            };
            if !fits || (cell != '+' && head() != before) {
                wrong.push(format!("{}: {row} is {cell}, but {status} {code}", caller.who));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every endpoint of the OpenAPI document is in the table and answers everybody as it says.
#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_endpoints() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let office = Office::open(&till.address).await;
    let mut documented = BTreeMap::new();
    for (path, row) in office.document()["paths"].as_object().unwrap() {
        for method in row.as_object().unwrap().keys() {
            documented.insert(format!("{} {}", method.to_uppercase(), path.trim_start_matches('/')), ());
        }
    }
    let table: BTreeMap<String, ()> = ENDPOINTS.iter().map(|(row, _)| ((*row).to_owned(), ())).collect();
    assert_eq!(documented, table, "the document and the table");

    // Passwords by one-time codes, as the owner gives them at a till.
    let owner = Person::staff(&till.socket_url(), &till.invite(), people::OWNER).await;
    let log_in = async |name: &str| {
        let office = Office::of(&till.address, (name, "kata-sandi-baru")).await;
        office.token()
    };
    for (employee, _) in [people::COOK, people::WAITER, people::CASHIER, people::MANAGER] {
        give_password(&owner, &office, employee).await;
    }
    let names: Vec<String> = shop.column("SELECT name FROM employee ORDER BY id");
    let mut callers = vec![Caller { who: "a stranger", column: 0, token: None }];
    let columns = [("kitchen", 5), ("waiter", 4), ("cashier", 3), ("manager", 2)];
    for (at, (who, id)) in columns.into_iter().enumerate() {
        callers.push(Caller { who, column: at + 1, token: Some(log_in(&names[id - 1]).await) });
    }
    let own = Office::of(&till.address, crate::support::office::OWNER).await;
    callers.push(Caller { who: "owner", column: 5, token: Some(own.token()) });

    // Whoever has lost a session, or has a token of another kind, is a stranger.
    let screen = Person::connect(&till.socket_url(), Identity { language: Language::En, ..Identity::default() });
    let device = token(&screen, Op::DeviceEnrol { code: till.invite(), screen: "test".into() }).await;
    screen.client.become_device(Some(device.clone()));
    screen.until("to be a screen", |r| matches!(r.me, Some(Me::Device { .. }))).await;
    let pin = token(&screen, Op::StaffLogIn { employee: people::OWNER.0, pin: people::OWNER.1.into() }).await;
    let code = shop.codes()[0].clone();
    let guest = Op::GuestJoin { table: code.clone(), guest: "Budi".into(), mail: String::new(), phone: String::new() };
    let guest = token(&Person::phone(&till.socket_url(), &code), guest).await;
    let left = Office::of(&till.address, crate::support::office::OWNER).await;
    let left_token = left.token();
    assert_eq!(left.delete("session").await.status, 204);
    let dismissed = log_in(&names[3]).await;
    let waiter = json!({ "name": names[3], "role": "waiter", "active": false });
    assert_eq!(own.put("employees/e4", waiter.clone()).await.status, 204);
    let mut again = waiter;
    again["active"] = json!(true);
    assert_eq!(own.put("employees/e4", again).await.status, 204);
    callers[2].token = Some(log_in(&names[3]).await);
    let lost = [
        ("a screen's token", device),
        ("a PIN's session", pin),
        ("a guest's session", guest),
        ("an owner who has logged out", left_token),
        ("a waiter who was dismissed", dismissed),
        ("rubbish", "x".repeat(52)),
    ];
    let lost: Vec<Caller> = lost.map(|(who, token)| Caller { who, column: 0, token: Some(token) }).into();
    check(&shop, &office, &lost).await;
    check(&shop, &office, &callers).await;
    assert_eq!(shop.number("SELECT count(*) FROM session WHERE device_id IS NULL AND employee_id IS NOT NULL"), 0);

    // A night has passed.
    let own = Office::of(&till.address, crate::support::office::OWNER).await;
    let day = || shop.column("SELECT max(day) FROM business_day").remove(0);
    let before = day();
    till.stop();
    MachineClock::of(shop.path()).set(EVENING_MS + DAY_MS, true);
    let till = Till::start(&shop);
    wait_until("the day to open", || day() != before);
    let office = Office::open(&till.address).await;
    check(&shop, &office, &[Caller { who: "yesterday's owner", column: 0, token: Some(own.token()) }]).await;
    till.stop();
    shop.verify();
}

async fn token(person: &Person, op: Op) -> String {
    match person.ask(op).await.unwrap() {
        Outcome::Session { token } | Outcome::Device { token } => token,
        other => panic!("{other:?}"),
    }
}

async fn give_password(owner: &Person, office: &Office, employee: kasir::domain::id::EmployeeId) {
    let Ok(Outcome::Invited { code, .. }) = owner.ask(Op::EmployeePasswordCode { employee }).await else { panic!() };
    let room = owner.room();
    let name = &room.employees[&employee].name;
    let reset = json!({ "login": name, "code": code, "password": "kata-sandi-baru" });
    assert_eq!(office.post("password/reset", reset).await.status, 204);
}

/// The old protocol's messages: what each says, who may say it, and what then is so. A message
/// without a row does not compile.
fn messages() -> Vec<(Value, &'static str, &'static str)> {
    let row = |said: &Said| match said {
        // From a guest's tablet, from the cashier's.
        Said::Cart(..) => ("++", "SELECT count(*) FROM draft WHERE lines <> '[]'"),
        Said::Submit(..) => ("++", "SELECT count(*) FROM orders"),
        Said::Clear(_) => ("++", "SELECT 1"),
        Said::Process(_) => ("-+", "SELECT count(*) FROM orders WHERE state = 'in_process'"),
        Said::Finish(_) => ("-+", "SELECT count(*) FROM orders WHERE state = 'done'"),
    };
    let items = json!([{ "id": 1, "name": "Es Teh Manis", "qty": 1, "price": 8000 }]);
    let cart = json!({ "type": "cart_update", "table_number": 5, "items": items, "total": 8000, "customer_name": "Budi" });
    let submit = json!({
        "type": "status_update", "table_number": "5", "status": "dikonfirmasi", "customer_name": "Budi", "items": items, "total": 8000,
    });
    let clear = json!({ "type": "cart_update", "table_number": 5, "items": [], "total": 0, "customer_name": "Budi", "status": "selesai" });
    let press = |status: &str| json!({ "type": "status_update", "table_number": "5", "status": status });
    let all = [cart, submit, press("diproses"), press("selesai"), clear];
    all.map(|message| {
        let said = kasir::hub::legacy::wire::read(&message.to_string()).unwrap();
        let (cells, sql) = row(&said);
        (message, cells, sql)
    })
    .into()
}

/// A guest's tablet fills and sends carts, the cashier's confirms and finishes too; an address on
/// no list, and everybody while the protocol is off, is turned away with the reason.
#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_the_old_tablets() {
    let shop = Shop::furnished();
    let till = tablet::till(&shop, &[]);
    let mut guest = Page::open(&till.address, GUESTS).await;
    let mut counter = Page::open(&till.address, COUNTER).await;
    for (message, cells, sql) in messages() {
        let before = shop.number(sql);
        match cells.as_bytes()[0] {
            b'-' => {
                guest.refused(5, message.to_string()).await;
                assert_eq!(shop.number(sql), before, "{message} from a guest's tablet");
                counter.say(message.clone()).await;
                wait_until(&format!("{message} from the cashier's"), || shop.number(sql) > before);
            }
            _ => {
                guest.say(message.clone()).await;
                guest.settle(5).await;
                if sql != "SELECT 1" {
                    wait_until(&format!("{message} from a guest's tablet"), || shop.number(sql) > before);
                }
            }
        }
    }
    let refused = Page::open(&till.address, STRANGER).await.told().closed.unwrap();
    assert_eq!(refused, (1008, "this-address-is-not-in-the-list-of-legacy-guests".to_owned()));
    till.stop();
    shop.verify();
    let till = Till::start(&shop);
    for from in [GUESTS, COUNTER, STRANGER] {
        let refused = Page::open(&till.address, from).await.told().closed.unwrap();
        assert_eq!(refused, (1008, "the-old-protocol-is-off-use-/ws".to_owned()), "{from}");
    }
    till.stop();
}
