//! Days, clocks and numbers: operations on a store whose clock the test moves.

use std::sync::Arc;
use std::time::Duration;

use kasir::app::Store;
use kasir::domain::id::{DeviceId, EmployeeId, ProductId};
use kasir::domain::money::Money;
use kasir::domain::staff::Tries;
use kasir::domain::staff::{Actor, Role};
use kasir::domain::time::ManualClock;
use kasir::domain::visit::Person;
use kasir::hub::door::hash_of;
use kasir::ops::access::{BuiltInDevice, LogIn, LogInResult};
use kasir::ops::bill::PayCash;
use kasir::ops::care::ConfirmClock;
use kasir::ops::order::{FinishOrder, PlaceOrder, Placement, Wanted};
use kasir::ops::visit::JoinVisit;
use kasir::ops::{self, OpError};
use kasir::store::sites;
use kasir::views::floor::Room;
use uuid::Uuid;

use crate::support::Place as Shop;

const CASHIER: Actor = Actor::Employee { employee: EmployeeId(3), role: Role::Cashier, device: Some(DeviceId(1)) };

/// A store that thinks it is some moment in Jakarta (UTC+7).
fn store_at(shop: &Shop, utc: &str) -> (Store, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(ms(utc)));
    (Store::open_alone(shop.path(), clock.clone()).unwrap(), clock)
}

fn ms(utc: &str) -> i64 {
    utc.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// A takeaway, made and paid; its receipt's number.
fn sell(store: &Store) -> Result<String, OpError> {
    let lines = vec![Wanted { product: ProductId(16), quantity: 1, note: String::new() }];
    let placement = Placement::Takeaway { guest: String::new() };
    let placed = ops::run(&store.writer, CASHIER, PlaceOrder { uid: Uuid::now_v7(), placement, lines })?;
    ops::run(&store.writer, CASHIER, FinishOrder { order: placed.order })?;
    let bill = store.reader.read(|c| Room::new(c).visit_view(placed.visit)).unwrap().unwrap().bill;
    let pay = PayCash { uid: Uuid::now_v7(), visit: placed.visit, total: bill.total, tendered: Money(100_000) };
    Ok(ops::run(&store.writer, CASHIER, pay)?.number)
}

fn day(store: &Store) -> String {
    store.reader.read(sites::day).unwrap().unwrap().to_string()
}

/// Acceptance 7 and 9: after midnight it is still yesterday until the cut-off; numbers go on
/// without a gap over the day and begin anew with the business year; order and takeaway
/// numbers begin anew with the day.
#[test]
fn a_sale_after_midnight_is_yesterdays_and_numbers_have_no_gap() {
    let shop = Shop::furnished();
    let conn = rusqlite::Connection::open(shop.database()).unwrap();
    let furnished: String = conn.query_row("SELECT max(day) FROM business_day", [], |r| r.get(0)).unwrap();
    drop(conn);
    // The last evening of the year after the sample was made.
    let year: i32 = furnished[..4].parse::<i32>().unwrap() + 1;
    let (store, clock) = store_at(&shop, &format!("{year}-12-31T16:30:00Z"));
    assert_eq!(sell(&store).unwrap(), format!("{year}-000001")); // 23:30
    clock.advance(Duration::from_secs(2 * 3600));
    assert_eq!(sell(&store).unwrap(), format!("{year}-000002")); // 01:30 in the new year
    assert_eq!(day(&store), format!("{year}-12-31"));
    // Somebody looked at the menu and left: the next party at the table is not theirs.
    let join = |token: u8| JoinVisit {
        code: shop.codes()[0].clone(),
        person: Person { name: "Tamu".into(), ..Person::default() },
        token_hash: [token; 32],
    };
    let looked = ops::run(&store.writer, Actor::Stranger, join(1)).unwrap();
    clock.advance(Duration::from_secs(3 * 3600));
    assert_eq!(sell(&store).unwrap(), format!("{}-000001", year + 1)); // 04:30
    assert_eq!(day(&store), format!("{}-01-01", year + 1));
    let next = ops::run(&store.writer, Actor::Stranger, join(2)).unwrap();
    assert_ne!(next.visit, looked.visit);
    store.close().unwrap();
    assert_eq!(
        shop.column("SELECT day || ' ' || number FROM orders ORDER BY id"),
        [format!("{year}-12-31 1"), format!("{year}-12-31 2"), format!("{}-01-01 1", year + 1),]
    );
    shop.verify();
}

/// Promise 6: a clock that jumps does no harm. Back: the day stays, order and numbers go on.
/// Ahead without trust: the day stays until somebody says yes.
#[test]
fn a_clock_that_jumps_does_no_harm() {
    let shop = Shop::furnished();
    let (store, clock) = store_at(&shop, "2031-05-10T05:00:00Z");
    let first = sell(&store).unwrap();
    assert_eq!((first.as_str(), day(&store).as_str()), ("2031-000001", "2031-05-10"));
    clock.jump_to(ms("1970-01-01T00:00:00Z"), false);
    assert_eq!(sell(&store).unwrap(), "2031-000002");
    assert_eq!(day(&store), "2031-05-10");
    clock.jump_to(ms("2032-05-10T05:00:00Z"), false);
    assert_eq!(sell(&store).unwrap(), "2031-000003", "a year ahead is not believed");
    assert_eq!(day(&store), "2031-05-10");
    // One day ahead is what a night without network looks like.
    clock.jump_to(ms("2031-05-11T05:00:00Z"), false);
    assert_eq!(sell(&store).unwrap(), "2031-000004");
    assert_eq!(day(&store), "2031-05-11");
    clock.jump_to(ms("2031-06-01T05:00:00Z"), false);
    let waiter = Actor::Employee { employee: EmployeeId(4), role: Role::Waiter, device: Some(DeviceId(1)) };
    assert!(ops::run(&store.writer, waiter, ConfirmClock).is_err(), "not everybody may say so");
    ops::run(&store.writer, CASHIER, ConfirmClock).unwrap();
    assert_eq!(day(&store), "2031-06-01");
    assert_eq!(sell(&store).unwrap(), "2031-000005");
    store.close().unwrap();
    // The journal's order is its sequence, whatever the clock said, and it says what it said.
    assert_eq!(shop.number("SELECT count(*) FROM journal WHERE trusted = 0 AND wall_ms < 1000000"), 6);
    shop.verify();
}

/// The lock of wrong PINs is by the monotonic clock: setting the date opens nothing; fifteen
/// minutes do; a restart gives no fresh tries.
#[test]
fn a_locked_pin_opens_with_time_and_not_with_the_date() {
    let shop = Shop::furnished();
    let device = Actor::Device { device: DeviceId(1) };
    let log_in = |store: &Store, proven, token: &str| {
        let log_in = LogIn { employee: EmployeeId(3), proven, token_hash: hash_of(token), before: None };
        ops::run(&store.writer, device, log_in).unwrap()
    };
    let (store, clock) = store_at(&shop, "2031-05-10T05:00:00Z");
    ops::run(&store.writer, Actor::Machine, BuiltInDevice).unwrap();
    for left in (0..Tries::ROUND).rev() {
        assert_eq!(log_in(&store, false, "a"), LogInResult::Wrong { left });
    }
    assert_eq!(log_in(&store, true, "b"), LogInResult::Locked { minutes: 15 });
    clock.jump_to(ms("2031-05-11T05:00:00Z"), true);
    assert!(matches!(log_in(&store, true, "c"), LogInResult::Locked { .. }));
    store.close().unwrap();
    let (store, clock) = store_at(&shop, "2031-05-11T05:01:00Z");
    assert!(matches!(log_in(&store, true, "d"), LogInResult::Locked { .. }), "pulling the plug gives no tries");
    clock.advance(Duration::from_secs(15 * 60));
    // Another round of wrong ones locks for twice as long.
    for left in (0..Tries::ROUND).rev() {
        assert_eq!(log_in(&store, false, "e"), LogInResult::Wrong { left });
    }
    assert_eq!(log_in(&store, true, "f"), LogInResult::Locked { minutes: 30 });
    clock.advance(Duration::from_secs(30 * 60));
    assert_eq!(log_in(&store, true, "g"), LogInResult::In);
    store.close().unwrap();
    shop.verify();
}
