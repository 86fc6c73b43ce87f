//! How long one operation takes and one view, on the sample restaurant with its week behind it.
//! Operations run through the real writer with its sync to the disk, beside a commit of SQLite
//! alone; a refused one writes nothing, so that what kasir itself takes can be seen. Views are read
//! as screens get them, in one read transaction each. `make bench` puts the medians into `docs/benchmarks.md`.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on ends here")]

use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, SamplingMode, criterion_group, criterion_main, measurement::WallTime};
use kasir::app::Store;
use kasir::demo;
use kasir::domain::id::{JobId, OrderId, PrinterId, ProductId, ReceiptId, TableId, VisitId};
use kasir::domain::job::PrintJob;
use kasir::domain::money::Money;
use kasir::domain::refusal::Refusal;
use kasir::domain::site::{Printer, PrinterSettings, PrinterTarget};
use kasir::domain::staff::{Actor, Role};
use kasir::domain::time::{BusinessDay, ManualClock, Period, Stopwatch};
use kasir::domain::visit::TableDraft;
use kasir::hub::door;
use kasir::hub::wire::{Change, HubFrame};
use kasir::ops::bill::PayCash;
use kasir::ops::order::{FinishOrder, PlaceOrder, Placed, Placement, SetSoldOut, Wanted};
use kasir::ops::setup::AddTable;
use kasir::ops::{self, OpError, Operation};
use kasir::store::error::StoreError;
use kasir::store::queue::Claimed;
use kasir::store::{journal, menu, schema, staff, visits};
use kasir::views::floor::Room;
use kasir::views::{order, paper, report};
use kasir::workers::print;
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

/// Seven in the evening of 28 May 2026 in the sample restaurant: the week before it lies in one
/// month, and is the same in every run.
const NOW_MS: i64 = 1_779_969_600_000;
const TABLES: usize = 50;
const ORDERS_A_TABLE: usize = 2;
/// Of the one visit that is looked at.
const ORDERS: usize = 10;

/// A folder where the build is: the system's for temporary files may be in memory, where a sync
/// costs nothing.
fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// The sample restaurant, open, with nobody connected.
struct House {
    store: Store,
    cashier: Actor,
    /// Two that nobody counts: they never run out.
    dishes: [ProductId; 2],
    /// What they cost together, and a banknote for it.
    total: Money,
    tendered: Money,
    folder: TempDir,
}

impl House {
    fn open() -> House {
        let folder = folder();
        demo::open(folder.path(), NOW_MS).unwrap();
        let store = Store::open_alone(folder.path(), Arc::new(ManualClock::at(NOW_MS))).unwrap();
        let cashier = store.reader.read(|conn| staff::by_name(conn, "Kasir")).unwrap().unwrap();
        let cashier = Actor::Employee { employee: cashier.id, role: Role::Cashier, device: None };
        let menu = store.reader.read(menu::products).unwrap();
        let mut uncounted = menu.into_iter().filter(|(p, _)| p.stock.is_none()).map(|(p, _)| p.id);
        let dishes = [uncounted.next().unwrap(), uncounted.next().unwrap()];
        let mut house = House { store, cashier, dishes, total: Money::ZERO, tendered: Money::ZERO, folder };
        house.first_party();
        house
    }

    /// Opens the business day, and learns what the bill is.
    fn first_party(&mut self) {
        let placed = self.order(Placement::Table(self.tables()[0]));
        let visit = self.read(|conn| Room::new(conn).visit_view(placed.visit)).unwrap();
        (self.total, self.tendered) = (visit.bill.total, *visit.tenders.last().unwrap());
        self.settle(placed);
    }

    fn run<O: Operation>(&self, op: O) -> O::Output {
        ops::run(&self.store.writer, self.cashier, op).unwrap()
    }

    fn read<T>(&self, view: impl FnOnce(&Connection) -> Result<T, StoreError>) -> T {
        self.store.reader.read(view).unwrap()
    }

    fn tables(&self) -> Vec<TableId> {
        self.read(visits::tables).into_iter().map(|t| t.id).collect()
    }

    fn order(&self, placement: Placement) -> Placed {
        self.run(PlaceOrder { uid: Uuid::now_v7(), placement, lines: lines(self.dishes) })
    }

    /// Served and paid: the table is free again.
    fn settle(&self, placed: Placed) {
        self.run(FinishOrder { order: placed.order });
        let (total, tendered) = (self.total, self.tendered);
        self.run(PayCash { uid: Uuid::now_v7(), visit: placed.visit, total, tendered });
    }

    /// As many tables as are wanted in all.
    fn furnish(&self, tables: usize) {
        for number in self.tables().len() + 1..=tables {
            let draft = TableDraft { number: number.to_string(), area: "Taman".to_owned(), seats: 4 };
            ops::run(&self.store.writer, Actor::Machine, AddTable { draft, code: door::table_code() }).unwrap();
        }
    }

    fn close(self) {
        self.store.close().unwrap();
        self.folder.close().unwrap();
    }
}

fn lines(dishes: [ProductId; 2]) -> Vec<Wanted> {
    dishes.map(|product| Wanted { product, quantity: 1, note: String::new() }).to_vec()
}

fn operations(criterion: &mut Criterion) {
    let house = House::open();
    let table = house.tables()[0];
    let mut group = criterion.benchmark_group("operation");
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function("order of two lines, by staff", |b| b.iter_custom(|times| orders(&house, table, times)));
    group.bench_function("order, finish, pay cash", |b| b.iter(|| house.settle(house.order(Placement::Table(table)))));
    let [dish, gone] = house.dishes;
    house.run(SetSoldOut { product: gone, sold_out: true });
    group.bench_function("order refused: sold out", |b| b.iter(|| refused(&house, table, [dish, gone])));
    house.close();
    sqlite_alone(&mut group);
    group.finish();
}

/// So many orders, each at a free table: what frees it again is not counted.
fn orders(house: &House, table: TableId, times: u64) -> Duration {
    let mut taken = Duration::ZERO;
    for _ in 0..times {
        let watch = Stopwatch::start();
        let placed = house.order(Placement::Table(table));
        taken += watch.passed();
        house.settle(placed);
    }
    taken
}

fn refused(house: &House, table: TableId, dishes: [ProductId; 2]) {
    let op = PlaceOrder { uid: Uuid::now_v7(), placement: Placement::Table(table), lines: lines(dishes) };
    let answer = ops::run(&house.store.writer, house.cashier, op);
    assert!(matches!(answer, Err(OpError::Refused(Refusal::SoldOut { .. }))), "{answer:?}");
}

/// What the disk costs: one small row in a transaction of its own, with the store's settings.
fn sqlite_alone(group: &mut BenchmarkGroup<'_, WallTime>) {
    let folder = folder();
    let conn = schema::open_writer(&folder.path().join("floor.db")).unwrap();
    conn.execute_batch("CREATE TABLE entry (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT").unwrap();
    let mut insert = conn.prepare("INSERT INTO entry (text) VALUES (?1)").unwrap();
    group.bench_function("one row committed by SQLite alone", |b| b.iter(|| insert.execute(["one small row"]).unwrap()));
}

/// What the views are about.
struct Evening {
    house: House,
    order: OrderId,
    visit: VisitId,
    receipt: ReceiptId,
    today: BusinessDay,
    /// What staff are told when an order was placed.
    frame: HubFrame,
}

impl Evening {
    /// Fifty tables at which two orders are open (at one three), and a takeaway of ten.
    fn open() -> Evening {
        let house = House::open();
        house.furnish(TABLES);
        for table in house.tables() {
            for _ in 0..ORDERS_A_TABLE {
                house.order(Placement::Table(table));
            }
        }
        let visit = house.order(Placement::Takeaway { guest: "Ayu".to_owned() }).visit;
        for _ in 1..ORDERS {
            house.order(Placement::Visit(visit));
        }
        let last = house.order(Placement::Table(house.tables()[0]));
        let today = house.read(report::today);
        let paid = house.read(|conn| report::receipts(conn, Period::ending(today, 7), "", None));
        let frame = house.read(|conn| frame(conn, last));
        Evening { order: last.order, visit, receipt: paid.receipts.last().unwrap().id, today, frame, house }
    }
}

/// The order, its visit's bill, its table.
fn frame(conn: &Connection, placed: Placed) -> Result<HubFrame, StoreError> {
    let visit = Room::new(conn).visit_view(placed.visit)?.unwrap();
    let table = Room::new(conn).tables()?.into_iter().find(|t| t.visits.contains(&placed.visit)).unwrap();
    let order = order::order(&Room::new(conn), placed.order)?.unwrap();
    let changes = [Change::Table(table), Change::Visit(visit), Change::Order(order)].map(Arc::new).to_vec();
    Ok(HubFrame::Events { seq: journal::head(conn)?.seq, me: None, changes, more: false })
}

fn views(criterion: &mut Criterion) {
    let evening = Evening::open();
    let mut group = criterion.benchmark_group("view");
    group.sampling_mode(SamplingMode::Flat);
    rooms(&mut group, &evening);
    papers(&mut group, &evening);
    group.finish();
    evening.house.close();
}

/// What screens show.
fn rooms(group: &mut BenchmarkGroup<'_, WallTime>, evening: &Evening) {
    let Evening { house, order, visit, today, frame, .. } = evening;
    let month = Period { from: today.month(), to: today.next_month().plus_days(-1) };
    group.bench_function("order", |b| b.iter(|| house.read(|conn| order::order(&Room::new(conn), *order)).unwrap()));
    group.bench_function("visit of 10 orders, its bill", |b| {
        b.iter(|| house.read(|conn| Room::new(conn).visit_view(*visit)).unwrap())
    });
    group.bench_function("room of 50 tables, two orders each", |b| b.iter(|| house.read(room)));
    group.bench_function("events of one order as JSON", |b| b.iter(|| serde_json::to_string(frame).unwrap()));
    group.bench_function("dashboard", |b| b.iter(|| house.read(report::dashboard)));
    group.bench_function("report of a month", |b| b.iter(|| house.read(|conn| report::sales(conn, month))));
}

/// What a snapshot holds of the room: tables, visits with their bills, orders.
fn room(conn: &Connection) -> Result<(usize, usize, usize), StoreError> {
    let room = Room::new(conn);
    let (tables, visits) = (room.tables()?, room.open_visits()?);
    Ok((tables.len(), visits.len(), order::of_open_visits(&room)?.len()))
}

/// What is printed.
fn papers(group: &mut BenchmarkGroup<'_, WallTime>, evening: &Evening) {
    let house = &evening.house;
    let work = PrintJob::Receipt { receipt: evening.receipt, copy: 0 };
    let job = Claimed { id: JobId(1), work, attempts: 1, in_doubt: false, meant_for: None, with: Vec::new() };
    let target = PrinterTarget::Device { path: "/dev/null".into() };
    let printer = Printer { id: PrinterId(1), settings: PrinterSettings::new("Kasir", target) };
    let paper = house.read(|conn| paper::paper(conn, &job, &printer));
    group.bench_function("receipt read", |b| b.iter(|| house.read(|conn| paper::paper(conn, &job, &printer))));
    group.bench_function("receipt as ESC/POS", |b| b.iter(|| print::bytes(&paper, &printer.profile())));
    let week = Period::ending(evening.today, 7);
    let pdf = || house.store.reader.read(|conn| kasir::workers::report::pdf(conn, week, NOW_MS)).unwrap();
    group.bench_function("report of a week as PDF", |b| b.iter(pdf));
}

/// A second and a half each: all of it is over in a minute.
fn short() -> Criterion {
    let criterion = Criterion::default().without_plots().sample_size(50);
    criterion.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_millis(1_500))
}

criterion_group! {
    name = all;
    config = short();
    targets = operations, views
}
criterion_main!(all);
