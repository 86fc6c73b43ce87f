//! Who may do what on a socket, from one table: every operation and every view of the wire, as
//! everybody there is. A new operation or view without a row does not compile.

use kasir::client::Identity;
use kasir::domain::id::{
    CategoryId, DeviceId, EmployeeId, GuestId, JobId, OrderId, PrinterId, ProductId, ReceiptId, TableId, VisitId,
};
use kasir::domain::mail::{MailRoute, MailSecurity, MailSettings};
use kasir::domain::menu::{CategoryDraft, ProductDraft, Station};
use kasir::domain::money::Money;
use kasir::domain::order::LineState;
use kasir::domain::site::{Language, PrinterSettings, PrinterTarget, Site};
use kasir::domain::staff::{EmployeeDraft, Role};
use kasir::domain::sync::SyncSettings;
use kasir::domain::visit::TableDraft;
use kasir::hub::asked::Wanted;
use kasir::hub::wire::{Me, NewLine, Op, Outcome};
use uuid::Uuid;

use crate::support::machine::{DAY_MS, EVENING_MS, MachineClock};
use crate::support::people::{CASHIER, COOK, MANAGER, OWNER, Person, WAITER};
use crate::support::till::Till;
use crate::support::{Place as Shop, wait_until};

/// The columns: a stranger; the guest whom the row is about, one of another visit, one whose visit
/// is paid; an enrolled screen with nobody logged in; kitchen, waiter, cashier, manager, owner.
const COLUMNS: &str = "sghpdkwcmo";

/// What the rows are about.
struct World {
    /// Served, of the guest `g`, in a visit that is not paid.
    order: OrderId,
    visit: VisitId,
    /// Of the guest `p`.
    receipt: ReceiptId,
    product: ProductId,
}

/// The table: what is asked, and what becomes of it in each column. `+` it is allowed, whatever
/// else is wrong with it; `-` denied; `?` as if there were no such thing; `v` the visit is closed;
/// `l` nobody is logged in; `u` the screen is not known. Asking changes as little as it can: what
/// is named is not there, or what is given cannot be taken.
macro_rules! table {
    ($rows:ident, $check:ident, $what:ty, $w:ident; $($pattern:pat => $sample:expr, $cells:literal;)*) => {
        fn $rows($w: &World) -> Vec<($what, &'static str)> {
            vec![$(($sample, $cells)),*]
        }

        /// Names every one there is: one without a row does not compile.
        #[expect(dead_code, reason = "it is for the compiler")]
        fn $check(one: &$what) {
            match one { $($pattern => {})* }
        }
    };
}

fn draft() -> ProductDraft {
    ProductDraft {
        category: CategoryId(999),
        name: String::new(),
        price: Money(1),
        cost: Money(1),
        description: String::new(),
        station: Station::default(),
        min_stock: 0,
    }
}

fn table() -> TableDraft {
    TableDraft { number: String::new(), area: String::new(), seats: 1 }
}

fn employee() -> EmployeeDraft {
    EmployeeDraft { name: String::new(), role: Role::Waiter, mail: None }
}

fn mail() -> MailSettings {
    let route = MailRoute::Smtp {
        host: String::new(),
        port: 0,
        security: MailSecurity::Starttls,
        user: String::new(),
        ca_file: String::new(),
    };
    MailSettings { route, from: String::new(), owner: Vec::new() }
}

table! { rows, every_operation, Op, w;
    Op::DeviceInvite {} => Op::DeviceInvite {}, "--------++";
    Op::DeviceRemove { .. } => Op::DeviceRemove { device: DeviceId(999) }, "--------++";
    Op::DeviceEnrol { .. } => Op::DeviceEnrol { code: "0".into(), screen: "x".into() }, "++++++++++";
    // Without a code; there is a house already.
    Op::HouseFound { .. } => Op::HouseFound { code: None, house: Box::default() }, "----+-----";
    Op::SetupPrint { .. } => Op::SetupPrint { code: None, printer: Box::new(PrinterSettings::new("Kasir", PrinterTarget::Device { path: "/dev/usb/lp9".into() })), language: Language::Id }, "----+-----";
    Op::SetupCode {} => Op::SetupCode {}, "----+-----";
    Op::GuestJoin { .. } => Op::GuestJoin { table: "x".into(), guest: "x".into(), mail: String::new(), phone: String::new() }, "++++------";
    Op::GuestErase { .. } => Op::GuestErase { guests: vec![GuestId(999)] }, "--------++";
    Op::GuestChange { .. } => Op::GuestChange { guest: String::new(), mail: String::new(), phone: String::new() }, "-+++------";
    Op::StaffLogIn { .. } => Op::StaffLogIn { employee: EmployeeId(999), pin: "1".into() }, "uuuu++++++";
    Op::OrderPlace { .. } => Op::OrderPlace {
        order: Uuid::now_v7(),
        place: None,
        lines: vec![NewLine { product: w.product, quantity: 1, note: String::new() }],
    }, "-++v--????";
    Op::OrderConfirm { .. } => Op::OrderConfirm { order: w.order }, "------++++";
    Op::OrderFinish { .. } => Op::OrderFinish { order: w.order }, "-------+++";
    Op::OrderCancel { .. } => Op::OrderCancel { order: w.order, reason: "x".into(), made: Some(false) }, "-+??--++++";
    Op::LineMove { .. } => Op::LineMove { order: w.order, line: 1, to: LineState::Cooking }, "-----+++++";
    Op::BillAsk { .. } => Op::BillAsk { visit: Some(w.visit) }, "-+??--++++";
    Op::VisitClose { .. } => Op::VisitClose { visit: w.visit }, "------++++";
    Op::BillPayCash { .. } => Op::BillPayCash { payment: Uuid::now_v7(), visit: w.visit, total: Money(1), tendered: Money(1) }, "-------+++";
    Op::ReceiptReprint { .. } => Op::ReceiptReprint { receipt: ReceiptId(999) }, "-------+++";
    Op::ReceiptMail { .. } => Op::ReceiptMail { receipt: w.receipt, address: None }, "-??+---+++";
    Op::ReportMail { .. } => Op::ReportMail { from: "2031-05-09".parse().unwrap(), to: "2031-05-09".parse().unwrap(), address: None }, "--------++";
    Op::TicketReprint { .. } => Op::TicketReprint { order: OrderId(999) }, "-------+++";
    Op::ProductSoldOut { .. } => Op::ProductSoldOut { product: ProductId(999), sold_out: true }, "-----+++++";
    Op::ClockConfirm {} => Op::ClockConfirm {}, "-------+++";
    Op::ProductRate { .. } => Op::ProductRate { product: ProductId(999), stars: 5, comment: String::new() }, "-+++------";
    Op::CategoryAdd { .. } => Op::CategoryAdd { draft: CategoryDraft { name: String::new(), position: 0 } }, "--------++";
    Op::CategoryChange { .. } => Op::CategoryChange { category: CategoryId(999), draft: CategoryDraft { name: "x".into(), position: 0 } }, "--------++";
    Op::CategoryRetire { .. } => Op::CategoryRetire { category: CategoryId(999) }, "--------++";
    Op::ProductAdd { .. } => Op::ProductAdd { draft: draft(), stock: None }, "--------++";
    Op::ProductChange { .. } => Op::ProductChange { product: ProductId(999), draft: draft() }, "--------++";
    Op::ProductRetire { .. } => Op::ProductRetire { product: ProductId(999) }, "--------++";
    Op::StockSet { .. } => Op::StockSet { product: ProductId(999), on_hand: None, reason: String::new() }, "--------++";
    Op::StockDeliver { .. } => Op::StockDeliver { product: ProductId(999), quantity: 1, reason: String::new() }, "--------++";
    Op::TableAdd { .. } => Op::TableAdd { draft: table() }, "--------++";
    Op::TableChange { .. } => Op::TableChange { table: TableId(999), draft: table() }, "--------++";
    Op::TableSlips { .. } => Op::TableSlips { tables: vec![TableId(999)] }, "--------++";
    Op::TableRenewCode { .. } => Op::TableRenewCode { table: TableId(999) }, "--------++";
    Op::TableRetire { .. } => Op::TableRetire { table: TableId(999) }, "--------++";
    Op::EmployeeAdd { .. } => Op::EmployeeAdd { draft: employee(), pin: "1".into() }, "--------++";
    Op::EmployeeChange { .. } => Op::EmployeeChange { employee: EmployeeId(999), draft: employee(), active: true, pending: true }, "--------++";
    Op::EmployeeSetPin { .. } => Op::EmployeeSetPin { employee: EmployeeId(999), pin: "1".into() }, "--------++";
    // The cashier's: for oneself it is told to log in again, or given.
    Op::EmployeePasswordCode { .. } => Op::EmployeePasswordCode { employee: CASHIER.0 }, "-------+++";
    Op::OwnSetPin { .. } => Op::OwnSetPin { old: "x".into(), pin: "x".into() }, "-----+++++";
    Op::OwnSetPassword { .. } => Op::OwnSetPassword { old: "x".into(), password: "x".into() }, "-----+++++";
    Op::SessionEnd { .. } => Op::SessionEnd { session: "x".into() }, "-----+++++";
    Op::PrinterSet { .. } => Op::PrinterSet {
        printer: Some(PrinterId(999)),
        settings: PrinterSettings::new("x", PrinterTarget::Tcp { host: "127.0.0.1".into(), port: 1 }),
    }, "--------++";
    Op::PrinterRemove { .. } => Op::PrinterRemove { printer: PrinterId(999) }, "--------++";
    Op::PrinterTest { .. } => Op::PrinterTest { printer: PrinterId(999) }, "--------++";
    Op::PaperPrint { .. } => Op::PaperPrint { papers: vec![JobId(999)] }, "-------+++";
    Op::PaperAgain { .. } => Op::PaperAgain { paper: JobId(999), printer: None }, "-------+++";
    Op::PaperMove { .. } => Op::PaperMove { papers: vec![JobId(999)], printer: PrinterId(999) }, "-------+++";
    Op::PaperThrowAway { .. } => Op::PaperThrowAway { papers: vec![JobId(999)] }, "-------+++";
    Op::SiteSet { .. } => Op::SiteSet { site: Box::new(Site { timezone: "Mars/Olympus".into(), ..Site::default() }) }, "---------+";
    Op::MailSet { .. } => Op::MailSet { settings: mail(), password: Some("x".into()) }, "---------+";
    Op::MailTest { .. } => Op::MailTest { address: "x".into() }, "--------++";
    Op::SyncSet { .. } => Op::SyncSet { settings: SyncSettings { on: true, ..SyncSettings::default() }, password: Some("x".into()) }, "---------+";
    // Last, for whom they are for leaves by them: in the second row the guests have left.
    Op::GuestLeave {} => Op::GuestLeave {}, "l+++l-----";
    Op::StaffLogOut {} => Op::StaffLogOut {}, "lllll+++++";
}

table! { views, every_view, Wanted, w;
    Wanted::Dashboard {} => Wanted::Dashboard {}, "--------++";
    Wanted::Sales { .. } => Wanted::Sales { from: "2031-05-09".parse().unwrap(), to: "2031-05-09".parse().unwrap() }, "--------++";
    Wanted::SalesPdf { .. } => Wanted::SalesPdf { from: "2031-05-09".parse().unwrap(), to: "2031-05-09".parse().unwrap() }, "--------++";
    Wanted::Receipts { .. } => Wanted::Receipts {
        from: "2031-05-09".parse().unwrap(),
        to: "2031-05-09".parse().unwrap(),
        search: String::new(),
        before: None,
    }, "--------++";
    Wanted::ReceiptsNumbered { .. } => Wanted::ReceiptsNumbered { number: "1".into() }, "--------++";
    Wanted::Receipt { .. } => Wanted::Receipt { receipt: w.receipt }, "--------++";
    Wanted::Categories {} => Wanted::Categories {}, "--------++";
    Wanted::Products {} => Wanted::Products {}, "--------++";
    Wanted::Stations {} => Wanted::Stations {}, "--------++";
    Wanted::Tables {} => Wanted::Tables {}, "--------++";
    Wanted::Employees {} => Wanted::Employees {}, "--------++";
    Wanted::Printers {} => Wanted::Printers {}, "--------++";
    Wanted::Papers {} => Wanted::Papers {}, "-------+++";
    Wanted::PrinterScan {} => Wanted::PrinterScan {}, "---------+";
    Wanted::Site {} => Wanted::Site {}, "---------+";
    Wanted::Ratings { .. } => Wanted::Ratings { product: None, stars: None, before: None }, "--------++";
    Wanted::Mail {} => Wanted::Mail {}, "---------+";
    Wanted::Sync {} => Wanted::Sync {}, "---------+";
    Wanted::Setup {} => Wanted::Setup {}, "----+-----";
    // There is a house: its own screen is told so, and nothing is looked for.
    Wanted::SetupScan {} => Wanted::SetupScan {}, "----+-----";
}

/// Somebody, as their tokens make them: a connection is opened anew from them.
#[derive(Clone)]
struct Badge {
    who: String,
    column: char,
    identity: Identity,
}

impl Badge {
    fn new(who: &str, column: char, device: Option<&String>, session: Option<&String>) -> Badge {
        let identity =
            Identity { device: device.cloned(), session: session.cloned(), language: Language::En, ..Identity::default() };
        Badge { who: who.to_owned(), column, identity }
    }

    async fn connect(&self, url: &str) -> Person {
        let person = Person::connect(url, self.identity.clone());
        person.until("to be recognised", |r| r.me.is_some()).await;
        person
    }

    /// The column's cell.
    fn may(&self, cells: &str) -> char {
        assert_eq!(cells.len(), COLUMNS.len(), "{cells}");
        cells.chars().nth(COLUMNS.find(self.column).unwrap()).unwrap()
    }
}

/// Whether a cell's answer is what came.
fn fits(cell: char, code: Option<&str>) -> bool {
    match cell {
        '+' => !["denied", "not-logged-in", "device-unknown", "visit-closed"].contains(&code.unwrap_or_default()),
        '-' => code == Some("denied"),
        '?' => code == Some("not-found"),
        'v' => code == Some("visit-closed"),
        'l' => code == Some("not-logged-in"),
        'u' => code == Some("device-unknown"),
        other => panic!("{other} is no cell"),
    }
}

async fn session(person: &Person, op: Op) -> String {
    match person.ask(op).await.unwrap() {
        Outcome::Session { token } | Outcome::Device { token } => token,
        other => panic!("{other:?}"),
    }
}

/// A new screen of the house's; its token, and somebody who speaks on it.
async fn screen(till: &Till) -> (String, Person) {
    let person = Person::connect(&till.socket_url(), Identity { language: Language::En, ..Identity::default() });
    let device = session(&person, Op::DeviceEnrol { code: till.invite(), screen: "test".into() }).await;
    person.client.become_device(Some(device.clone()));
    person.until("to be a screen", |r| matches!(r.me, Some(Me::Device { .. }))).await;
    (device, person)
}

async fn log_in(person: &Person, (employee, pin): (EmployeeId, &str)) -> String {
    session(person, Op::StaffLogIn { employee, pin: pin.to_owned() }).await
}

async fn guest(till: &Till, code: &str, name: &str) -> (Badge, Person) {
    let phone = Person::phone(&till.socket_url(), code);
    let op = Op::GuestJoin { table: code.to_owned(), guest: name.to_owned(), mail: String::new(), phone: String::new() };
    let token = session(&phone, op).await;
    phone.client.become_session(Some(token.clone()));
    phone.until("to be a guest", |r| matches!(r.me, Some(Me::Guest { .. }))).await;
    (Badge::new(name, 'g', None, Some(&token)), phone)
}

/// An order of one's own, whoever asks.
fn asked(op: &Op) -> Op {
    match op.clone() {
        Op::OrderPlace { place, lines, .. } => Op::OrderPlace { order: Uuid::now_v7(), place, lines },
        op => op,
    }
}

/// Every row as everybody in the list. A refusal for want of a right leaves no trace.
async fn check(shop: &Shop, till: &Till, world: &World, people: &[Badge]) {
    let url = till.socket_url();
    let head = || shop.number("SELECT max(seq) FROM journal");
    let mut wrong = Vec::new();
    let mut connected = Vec::new();
    for badge in people {
        connected.push(badge.connect(&url).await);
    }
    for (wanted, cells) in views(world) {
        for (badge, person) in people.iter().zip(&connected) {
            let cell = badge.may(cells);
            let shown = person.client.see(wanted.clone()).await;
            if !fits(cell, shown.as_ref().err().map(|no| no.code.as_str())) {
                wrong.push(format!("{}: {wanted:?} is {cell}, but {:?}", badge.who, shown.err()));
            }
        }
    }
    // A connection has so many messages saved up; nobody here types as slowly as a person.
    for some in rows(world).chunks(30) {
        let mut connected = Vec::new();
        for badge in people {
            connected.push(badge.connect(&url).await);
        }
        for (op, cells) in some {
            for (badge, person) in people.iter().zip(&connected) {
                let (cell, before) = (badge.may(cells), head());
                let answer = person.ask(asked(op)).await;
                let code = answer.as_ref().err().map(|no| no.code.as_str());
                if !fits(cell, code) || (cell != '+' && head() != before) {
                    wrong.push(format!("{}: {op:?} is {cell}, but {answer:?}", badge.who));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Everybody does what they may and no more; and whoever has lost a session is what is left
/// without it.
#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_operations_and_views() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let codes = shop.codes();
    let (device, speaks) = screen(&till).await;
    let mut people = vec![Badge::new("a stranger", 's', None, None), Badge::new("a screen", 'd', Some(&device), None)];
    let mut staff = Vec::new();
    for (who, column) in [(COOK, 'k'), (WAITER, 'w'), (CASHIER, 'c'), (MANAGER, 'm'), (OWNER, 'o')] {
        let (device, own) = screen(&till).await;
        let token = log_in(&own, who).await;
        staff.push(Badge::new(&format!("{:?}", who.0), column, Some(&device), Some(&token)));
    }
    let owner = staff[4].connect(&till.socket_url()).await;
    owner.until("the room", |r| r.hub.is_some()).await;
    let (g, budi) = guest(&till, &codes[0], "Budi").await;
    let (h, _) = guest(&till, &codes[1], "Sari").await;
    let (p, wati) = guest(&till, &codes[2], "Wati").await;
    let mut served = Vec::new();
    for phone in [&budi, &wati] {
        let order = phone.order(&[("Soto", 1)]).await.unwrap();
        owner.ask(Op::OrderConfirm { order }).await.unwrap();
        owner.ask(Op::OrderFinish { order }).await.unwrap();
        let visit = owner.until("the order", |r| r.orders.contains_key(&order)).await.orders[&order].visit;
        served.push((order, visit));
    }
    owner.pay(served[1].1, None).await.unwrap();
    let world = World {
        order: served[0].0,
        visit: served[0].1,
        receipt: ReceiptId(shop.number("SELECT max(id) FROM receipt")),
        product: owner.product("Soto"),
    };

    // Sessions that are over: logged out, dismissed, on a screen that was removed, a guest who has
    // left; and one that was carried to another screen.
    let mut lost = Vec::new();
    let token = log_in(&speaks, WAITER).await;
    speaks.client.become_session(Some(token.clone()));
    speaks.until("to be the waiter", |r| matches!(r.me, Some(Me::Employee { .. }))).await;
    speaks.ask(Op::StaffLogOut {}).await.unwrap();
    lost.push(Badge::new("a waiter who has logged out", 'd', Some(&device), Some(&token)));
    let draft = EmployeeDraft { name: "Rina".into(), role: Role::Manager, mail: None };
    let Ok(Outcome::Added { id }) = owner.ask(Op::EmployeeAdd { draft: draft.clone(), pin: "2468".into() }).await else {
        panic!()
    };
    let rina: EmployeeId = id.parse().unwrap();
    let (device, own) = screen(&till).await;
    let token = log_in(&own, (rina, "2468")).await;
    owner.ask(Op::EmployeeChange { employee: rina, draft, active: false, pending: false }).await.unwrap();
    lost.push(Badge::new("a manager who was dismissed", 'd', Some(&device), Some(&token)));
    let (device, own) = screen(&till).await;
    let token = log_in(&own, OWNER).await;
    let newest = shop.number("SELECT max(id) FROM device");
    owner.ask(Op::DeviceRemove { device: DeviceId(newest) }).await.unwrap();
    lost.push(Badge::new("an owner on a screen that was removed", 's', Some(&device), Some(&token)));
    let (gone, phone) = guest(&till, &codes[3], "Tono").await;
    phone.ask(Op::GuestLeave {}).await.unwrap();
    lost.push(Badge { column: 's', ..gone });
    lost.push(Badge::new("an owner's session elsewhere", 's', None, staff[4].identity.session.as_ref()));
    lost.push(Badge::new("rubbish", 's', Some(&"x".repeat(52)), Some(&"y".repeat(52))));
    check(&shop, &till, &world, &lost).await;

    people.extend([g.clone(), Badge { column: 'h', ..h }, Badge { column: 'p', ..p.clone() }]);
    // Another day: whoever was logged in before it is not; nor is a guest who has paid.
    let mut tomorrow: Vec<Badge> = staff.iter().map(|b| Badge { column: 'd', ..b.clone() }).collect();
    tomorrow.push(Badge { column: 's', ..p });
    people.extend(staff);
    check(&shop, &till, &world, &people).await;
    // Leaving stands last in the table, so that all above it was asked with a session that held.
    assert_eq!(shop.number("SELECT count(*) FROM session WHERE employee_id = 1"), 0, "everybody has left");

    for (who, badge) in [COOK, WAITER, CASHIER, MANAGER, OWNER].into_iter().zip(&mut tomorrow) {
        let (device, own) = screen(&till).await;
        let token = log_in(&own, who).await;
        *badge = Badge::new(&format!("yesterday's {:?}", who.0), 'd', Some(&device), Some(&token));
    }
    let day = || shop.column("SELECT max(day) FROM business_day").remove(0);
    let before = day();
    till.stop();
    MachineClock::of(shop.path()).set(EVENING_MS + DAY_MS, true);
    let till = Till::start(&shop);
    wait_until("the day to open", || day() != before);
    check(&shop, &till, &world, &tomorrow).await;
    till.stop();
    shop.verify();
}

/// Somebody who has signed up and whom nobody has taken on is nobody, on a screen too.
#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_yes_cannot_come_in() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let office = crate::support::office::Office::open(&till.address).await;
    let account = serde_json::json!({ "name": "Rina", "mail": "rina@example.com", "password": "rina-rina-rina" });
    assert_eq!(office.post("signup", account).await.status, 202);
    let rina = EmployeeId(shop.number("SELECT id FROM employee WHERE name = 'Rina'"));
    let (_, own) = screen(&till).await;
    assert!(!own.room().employees.contains_key(&rina), "no screen names her");
    assert_eq!(own.log_in((rina, "1234")).await.unwrap_err().code, "not-found");
    assert_eq!(office.log_in("Rina", "rina-rina-rina").await.code(), "pending");
    assert_eq!(shop.number("SELECT count(*) FROM session"), 0);
    till.stop();
}
