//! Files of every version that the database ever had, kept under `tests/golden/databases`: each opens, is brought to
//! this version with a copy beside it, agrees with its journal in every row, and sells. They were made by the first
//! migrations of each version and filled with what a house of that time had (`KASIR_WRITE_SAVED=1` makes those that are
//! missing); one that is there is never made anew. The present version's is made at the latest with the next migration.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use kasir::app::Store;
use kasir::domain::id::{EmployeeId, OrderId, ProductId, VisitId};
use kasir::domain::menu::{ProductDraft, Station};
use kasir::domain::money::Money;
use kasir::domain::site::Site;
use kasir::domain::staff::{Actor, EmployeeDraft, Role};
use kasir::domain::time::ManualClock;
use kasir::domain::visit::{Person as Guest, TableDraft};
use kasir::ops::bill::PayCash;
use kasir::ops::erase::EraseGuests;
use kasir::ops::mail::SetMail;
use kasir::ops::menu::{AddCategory, AddProduct, RetireProduct};
use kasir::ops::order::{CancelOrder, ConfirmOrder, FinishOrder, PlaceOrder, Placement, Wanted};
use kasir::ops::rating::RateProduct;
use kasir::ops::setup::{AddTable, SetSite};
use kasir::ops::staff::AddEmployee;
use kasir::ops::sync::SetSync;
use kasir::ops::visit::{JoinVisit, Joined};
use kasir::ops::{self, Operation};
use kasir::store::error::StoreError;
use kasir::store::{schema, sites, visits};
use kasir::views::floor;
use rusqlite::Connection;
use uuid::Uuid;

use crate::support::Place as Shop;
use crate::support::machine::{EVENING_MS, FURNISHED_MS};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/databases")
}

fn saved(version: i32) -> PathBuf {
    folder().join(format!("{version:04}.db.gz"))
}

/// The migrations as they stand in their folder, in order.
fn migrations() -> Vec<String> {
    let all = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite")).unwrap();
    let mut all: Vec<PathBuf> = all.map(|e| e.unwrap().path()).collect();
    all.sort();
    all.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

fn open(shop: &Shop, at_ms: i64) -> Store {
    Store::open_alone(shop.path(), Arc::new(ManualClock::at(at_ms))).unwrap()
}

const CASHIER: Actor = Actor::Employee { employee: EmployeeId(2), role: Role::Cashier, device: None };

/// A small house's evening, with what a kasir of that version knew to do.
fn live(store: &Store, version: i32) {
    let run = |actor: Actor| Doer { store, actor };
    let machine = run(Actor::Machine);
    machine.does(SetSite { site: Site { name: "Warung Lama".into(), ..Site::default() } });
    let category = machine.does(AddCategory { name: "Makanan".into() });
    let products: Vec<ProductId> = [("Rendang", 28_000), ("Soto", 22_000), ("Rujak", 15_000)]
        .into_iter()
        .map(|(name, price)| {
            let draft = ProductDraft {
                category,
                name: name.into(),
                price: Money(price),
                // Before reports nobody kept what a portion cost with the order.
                cost: Money(if version < 4 { 0 } else { price / 3 }),
                description: "Dari dulu".into(),
                station: Station::try_from("kitchen".to_owned()).unwrap(),
                min_stock: 2,
            };
            machine.does(AddProduct { draft, stock: Some(50), picture: None })
        })
        .collect();
    let codes: Vec<String> = (1..=3).map(|_| kasir::hub::door::table_code()).collect();
    for (at, code) in codes.iter().enumerate() {
        let draft = TableDraft { number: (at + 1).to_string(), area: String::new(), seats: 4 };
        machine.does(AddTable { draft, code: code.clone() });
    }
    for (name, role) in [("Pemilik", Role::Owner), ("Kasir", Role::Cashier)] {
        let draft = EmployeeDraft { name: name.into(), role, mail: None };
        machine.does(AddEmployee { draft, pin_hash: "no hash".into() });
    }
    let cashier = run(CASHIER);
    let mut met = Vec::new();
    for (at, name) in ["Budi", "Ani"].into_iter().enumerate() {
        let person = Guest { name: name.into(), mail: format!("{name}@contoh.id"), phone: String::new() };
        let joined = run(Actor::Stranger).does(JoinVisit { code: codes[at].clone(), person, token_hash: [at as u8 + 1; 32] });
        met.push(joined);
    }
    let as_guest = |joined: &Joined| run(Actor::Guest { guest: joined.guest, visit: joined.visit });
    let order = |joined: &Joined, product: usize, quantity: u32| {
        let lines = vec![Wanted { product: products[product], quantity, note: "pedas".into() }];
        as_guest(joined).does(PlaceOrder { uid: Uuid::now_v7(), placement: Placement::Own, lines }).order
    };
    let (first, second) = (order(&met[0], 0, 2), order(&met[0], 1, 1));
    for order in [first, second] {
        cashier.does(ConfirmOrder { order });
        cashier.does(FinishOrder { order });
    }
    let total = owed(store, met[0].visit);
    cashier.does(PayCash { uid: Uuid::now_v7(), visit: met[0].visit, total, tendered: Money(200_000) });
    // It still waits when the program is changed.
    order(&met[1], 0, 1);
    let taken_back = order(&met[1], 1, 3);
    cashier.does(ConfirmOrder { order: taken_back });
    cashier.does(CancelOrder { order: taken_back, reason: "salah meja".into(), made: Some(true) });
    if version >= 2 {
        as_guest(&met[0]).does(RateProduct { product: products[0], stars: 5, comment: "enak".into() });
        machine.does(RetireProduct { product: products[2] });
    }
    if version >= 3 {
        machine.does(SetMail { settings: kasir::domain::mail::MailSettings::default(), password: Some("sandi".into()) });
    }
    if version >= 5 {
        machine.does(SetSync { settings: kasir::domain::sync::SyncSettings::default(), password: None });
    }
    if version >= 10 {
        machine.does(EraseGuests { guests: vec![met[0].guest] });
    }
}

/// What a visit's bill comes to.
fn owed(store: &Store, visit: VisitId) -> Money {
    let total = store.reader.read(|conn| {
        let (site, visit) = (sites::site(conn)?, visits::visit(conn, visit)?.ok_or(StoreError::damaged("no visit"))?);
        Ok::<_, StoreError>(floor::open_bill(conn, &site, &visit)?.bill.total)
    });
    total.unwrap()
}

struct Doer<'a> {
    store: &'a Store,
    actor: Actor,
}

impl Doer<'_> {
    fn does<O: Operation>(&self, op: O) -> O::Output {
        ops::run(&self.store.writer, self.actor, op).unwrap_or_else(|e| panic!("{}: {e}", O::NAME))
    }
}

/// The house as a file of that version: its tables are made by the first migrations, and hold of today's rows what they
/// had columns for.
fn write(version: i32) {
    let shop = Shop::empty();
    let store = open(&shop, FURNISHED_MS);
    live(&store, version);
    store.close().unwrap();
    shop.verify();
    let old = shop.path().join("old.db");
    let conn = Connection::open(&old).unwrap();
    for sql in migrations().iter().take(usize::try_from(version).unwrap()) {
        conn.execute_batch(sql).unwrap();
    }
    conn.execute_batch(&format!("PRAGMA application_id = {}; PRAGMA user_version = {version}", schema::APPLICATION_ID)).unwrap();
    conn.execute("ATTACH ?1 AS today", [shop.database().to_str().unwrap()]).unwrap();
    let names = |sql: &str| -> Vec<String> {
        conn.prepare(sql).unwrap().query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
    };
    conn.execute_batch("PRAGMA foreign_keys = OFF; BEGIN").unwrap();
    for table in names("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'") {
        let columns = |of: &str| names(&format!("SELECT name FROM pragma_table_info('{table}', '{of}')"));
        let now = columns("today");
        let both: Vec<String> = columns("main").into_iter().filter(|c| now.contains(c)).collect();
        if !both.is_empty() {
            let list = both.join(", ");
            conn.execute(&format!("INSERT OR REPLACE INTO main.{table} ({list}) SELECT {list} FROM today.{table}"), []).unwrap();
        }
    }
    conn.execute_batch("COMMIT; DETACH today; VACUUM").unwrap();
    drop(conn);
    let mut packed = GzEncoder::new(std::fs::File::create(saved(version)).unwrap(), Compression::best());
    packed.write_all(&std::fs::read(&old).unwrap()).unwrap();
    packed.finish().unwrap();
}

#[test]
fn files_of_every_earlier_version_open_agree_and_sell() {
    let current = schema::version();
    // The present one's may be there already.
    let last = if saved(current).exists() { current } else { current - 1 };
    for version in 1..=last {
        if !saved(version).exists() && std::env::var_os("KASIR_WRITE_SAVED").is_some() {
            write(version);
        }
        let file = std::fs::File::open(saved(version))
            .unwrap_or_else(|e| panic!("{e}: no file of version {version}; KASIR_WRITE_SAVED=1 makes what is missing"));
        let mut bytes = Vec::new();
        GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
        let shop = Shop::empty();
        std::fs::write(shop.database(), &bytes).unwrap();
        let form = || shop.number("PRAGMA user_version");
        assert_eq!(form(), i64::from(version), "as it was saved");

        let store = open(&shop, EVENING_MS);
        assert_eq!(form(), i64::from(current));
        let copy = shop.path().join(format!("kasir.before-{:04}.db", version + 1));
        assert_eq!(copy.exists(), version < current, "an older one is kept beside");
        shop.verify();
        // What waited before the change is cooked and paid after it.
        let cashier = Doer { store: &store, actor: CASHIER };
        let waiting = OrderId(shop.number("SELECT id FROM orders WHERE state = 'waiting'"));
        cashier.does(ConfirmOrder { order: waiting });
        cashier.does(FinishOrder { order: waiting });
        let visit = VisitId(shop.number(&format!("SELECT visit_id FROM orders WHERE id = {}", waiting.0)));
        let total = owed(&store, visit);
        cashier.does(PayCash { uid: Uuid::now_v7(), visit, total, tendered: Money(100_000) });
        assert_eq!(shop.number("SELECT count(*) FROM receipt"), 2, "version {version}");
        assert_eq!(shop.number("SELECT sum(receipts) FROM day_sales"), 2, "version {version}");
        store.close().unwrap();
        shop.verify();
        if version < current {
            // The copy is the file of before, whole.
            let kept = Connection::open(&copy).unwrap();
            let was: i64 = kept.query_row("SELECT count(*) FROM receipt", [], |r| r.get(0)).unwrap();
            assert_eq!(was, 1);
        }
    }
}
