//! Promise 1 under kill -9: an evening that is cut off twenty times at random moments, with a
//! printer, a mail server and head office that are each away for a while. The clients' own logs of
//! acknowledgements are the judge: everything in them is there, once; on paper, in the post and at
//! head office too.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kasir::control::{Request, Response};
use kasir::domain::id::OrderId;
use kasir::domain::order::{LineState, OrderState};
use kasir::hub::wire::{NewLine, Op, Outcome};
use uuid::Uuid;

use crate::support::mariadb::HeadOffice;
use crate::support::office::{OWNER, Office};
use crate::support::people::{CASHIER, COOK, MANAGER, Person};
use crate::support::printers::PaperTray;
use crate::support::smtp::MailServer;
use crate::support::till::{Till, printer};
use crate::support::{Place as Shop, wait_until};

const ROUNDS: u32 = 20;
/// Time between two taps of somebody who works fast; a pace, not a wait.
const TAP: Duration = Duration::from_millis(60);

fn pace() -> tokio::time::Interval {
    let mut pace = tokio::time::interval(TAP);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    pace
}

/// What the clients were told is done.
#[derive(Default)]
struct Log {
    orders: Mutex<BTreeMap<Uuid, OrderId>>,
    receipts: Mutex<BTreeMap<Uuid, String>>,
    acks: AtomicUsize,
    over: AtomicBool,
}

/// A small generator: the seed is printed and replays the choices.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// A guest comes in and sends two orders, each until it is acknowledged or refused.
async fn dine(url: String, code: String, log: Arc<Log>, mut dice: Dice) {
    let guest = Person::phone(&url, &code);
    if guest.join_with(&code, "Tamu", "tamu@contoh.id").await.is_err() {
        return;
    }
    guest.until("a menu", |r| r.products.len() == 20).await;
    let products: Vec<_> = guest.room().products.keys().copied().collect();
    for _ in 0..2 {
        let order = Uuid::now_v7();
        let lines = (0..=dice.roll(3))
            .map(|_| NewLine {
                product: products[dice.roll(20) as usize],
                quantity: 1 + dice.roll(2) as u32,
                note: String::new(),
            })
            .collect();
        if let Ok(Outcome::Placed { order: id, .. }) = guest.ask(Op::OrderPlace { order, place: None, lines }).await {
            log.orders.lock().unwrap().insert(order, id);
        }
        log.acks.fetch_add(1, Ordering::SeqCst);
    }
}

/// Somebody at a till: whatever can be done next is done, until the evening is over.
async fn work(person: Arc<Person>, log: Arc<Log>) {
    let mut pace = pace();
    while !log.over.load(Ordering::SeqCst) {
        pace.tick().await;
        let room = person.room();
        let first = |state| room.orders.values().find(|o| o.state == state).map(|o| o.id);
        let payable = room.visits.values().find(|v| v.waiting == 0 && v.due.0 > 0 && v.open);
        let op = match (first(OrderState::Waiting), first(OrderState::InProcess), payable) {
            (Some(order), _, _) => Op::OrderConfirm { order },
            (_, Some(order), _) => Op::OrderFinish { order },
            (_, _, Some(v)) => Op::BillPayCash { payment: Uuid::now_v7(), visit: v.id, total: v.bill.total, tendered: v.due },
            (None, None, None) => continue,
        };
        let payment = if let Op::BillPayCash { payment, .. } = op { Some(payment) } else { None };
        let answer = person.ask(op).await;
        if let (Some(payment), Ok(Outcome::Paid { number, .. })) = (payment, answer) {
            log.receipts.lock().unwrap().insert(payment, number);
        }
        log.acks.fetch_add(1, Ordering::SeqCst);
    }
}

/// A cook who taps lines of what is in process.
async fn cook(person: Arc<Person>, log: Arc<Log>) {
    let mut pace = pace();
    while !log.over.load(Ordering::SeqCst) {
        pace.tick().await;
        let room = person.room();
        let cooking = room.orders.values().filter(|o| o.state == OrderState::InProcess);
        let line = cooking.flat_map(|o| o.lines.iter().map(move |l| (o.id, l))).find(|(_, l)| l.state != LineState::Served);
        if let Some((order, line)) = line {
            let to = if line.state == LineState::Queued { LineState::Cooking } else { LineState::Served };
            let _ = person.ask(Op::LineMove { order, line: line.no, to }).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evening_killed_twenty_times_loses_and_doubles_nothing() {
    let seed = u64::from_ne_bytes(kasir::hub::door::random()) | 1;
    eprintln!("seed {seed}");
    let mut dice = Dice(seed);
    let shop = Shop::furnished();
    let mut till = Till::start(&shop);
    let tray = PaperTray::new();
    let counter = PaperTray::new();
    till.ask(printer("Dapur", tray.port, &["kitchen", "bar"], false));
    till.ask(printer("Kasir", counter.port, &[], true));
    let mut post = MailServer::start();
    let mut head_office = HeadOffice::start();
    till.ask(head_office.settings());
    let owner = Office::of(&till.address, OWNER).await;
    assert_eq!(owner.put("mail/settings", crate::mail::settings(&post)).await.status, 204);
    let (address, url, codes) = (till.address.clone(), till.socket_url(), shop.codes());
    let log = Arc::new(Log::default());
    let mut staff = Vec::new();
    for who in [CASHIER, MANAGER] {
        let person = Arc::new(Person::staff(&url, &till.invite(), who).await);
        staff.push(tokio::spawn(work(person, log.clone())));
    }
    let person = Arc::new(Person::staff(&url, &till.invite(), COOK).await);
    staff.push(tokio::spawn(cook(person, log.clone())));

    let mut guests = Vec::new();
    for round in 0..ROUNDS {
        for _ in 0..4 {
            let code = codes[dice.roll(12) as usize].clone();
            guests.push(tokio::spawn(dine(url.clone(), code, log.clone(), Dice(dice.roll(u64::MAX) | 1))));
        }
        // The moment is a number of acknowledgements from now; what else is under way then,
        // the machine decides.
        let moment = log.acks.load(Ordering::SeqCst) + 1 + dice.roll(12) as usize;
        let busy = log.clone();
        tokio::task::spawn_blocking(move || wait_until("enough to happen", || busy.acks.load(Ordering::SeqCst) >= moment))
            .await
            .unwrap();
        till.kill();
        match round {
            3 => post.stop(),
            5 => tray.switch_off(),
            7 => head_office.stop(),
            9 => post.restart(),
            12 => tray.switch_on(),
            14 => head_office.restart(),
            _ => {}
        }
        till = Till::start_at(&shop, &address);
    }
    for guest in guests {
        guest.await.unwrap();
    }
    // Everything that was begun is brought to its end.
    let all_settled = || {
        shop.number("SELECT count(*) FROM visit v WHERE closed_ms IS NULL AND EXISTS (SELECT 1 FROM orders WHERE visit_id = v.id AND state <> 'cancelled')") == 0
    };
    tokio::task::block_in_place(|| wait_until("every visit to be settled", all_settled));
    log.over.store(true, Ordering::SeqCst);
    for person in staff {
        person.await.unwrap();
    }
    tokio::task::block_in_place(|| {
        wait_until("all paper to be out", || matches!(till.ask(Request::OpenJobs), Response::OpenJobs { count: 0 }));
        wait_until("all letters to be sent", || shop.number("SELECT count(*) FROM letter WHERE state <> 'sent'") == 0);
        let synced = || matches!(till.ask(Request::SyncStatus), Response::Sync { on: true, waiting: 0, fault: None, .. });
        wait_until("head office to have all", synced);
    });
    match till.ask(Request::SyncVerify) {
        Response::Compared { differences, .. } => assert!(differences.is_empty(), "{differences:?}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(head_office.number("SELECT sum(due_minor) FROM receipt"), shop.number("SELECT sum(due_minor) FROM receipt"));
    till.stop();
    check(&shop, &log, &tray, &counter);
    check_post(&shop, &post);
}

/// Every letter was taken. One whose answer the kill cut off is sent again, under the id by which
/// its server and its reader know it.
fn check_post(shop: &Shop, post: &MailServer) {
    let id = |letter: &str| letter.lines().find_map(|l| l.strip_prefix("Message-ID: ")).unwrap().trim().to_owned();
    let mut arrived: Vec<String> = post.letters().iter().map(|(_, letter)| id(letter)).collect();
    let all = arrived.len();
    arrived.sort();
    arrived.dedup();
    let mut owed = shop.column("SELECT message_id FROM letter");
    owed.sort();
    assert_eq!(arrived, owed);
    assert!(shop.number("SELECT count(DISTINCT work) FROM letter") > 0, "nobody was sent a receipt");
    eprintln!("{} letters, {} of them sent again after a kill", owed.len(), all - owed.len());
}

fn check(shop: &Shop, log: &Log, kitchen: &PaperTray, counter: &PaperTray) {
    let events = shop.verify();
    let orders = log.orders.lock().unwrap();
    let receipts = log.receipts.lock().unwrap();
    for (uid, id) in orders.iter() {
        let found = shop.column(&format!("SELECT id FROM orders WHERE uid = '{uid}'").replace("SELECT id", "SELECT 'o' || id"));
        assert_eq!(found, [id.to_string()], "an acknowledged order");
    }
    for (uid, number) in receipts.iter() {
        let found =
            shop.column(&format!("SELECT r.number FROM payment p JOIN receipt r ON r.id = p.receipt_id WHERE p.uid = '{uid}'"));
        assert_eq!(&found, std::slice::from_ref(number), "an acknowledged payment");
    }
    // Nothing twice: every order is paid once, receipts are contiguous, amounts add up.
    assert_eq!(shop.number("SELECT count(*) FROM orders WHERE state = 'done' AND receipt_id IS NULL"), 0);
    let numbers = shop.column("SELECT number FROM receipt ORDER BY id");
    let year = numbers[0].split_once('-').unwrap().0.to_owned();
    let wanted: Vec<String> = (1..=numbers.len()).map(|n| format!("{year}-{n:06}")).collect();
    assert_eq!(numbers, wanted, "receipt numbers without a gap");
    assert_eq!(shop.number("SELECT (SELECT sum(due_minor) FROM receipt) - (SELECT sum(amount_minor) FROM payment)"), 0);
    assert_eq!(shop.number("SELECT count(*) FROM receipt r WHERE subtotal_minor <> (SELECT sum(unit_price_minor * quantity) FROM order_line JOIN orders o ON o.id = order_id WHERE o.receipt_id = r.id)"), 0);
    // Stock: what is gone was sold, and nothing is promised any more.
    assert_eq!(shop.number("SELECT sum(reserved) FROM product"), 0);
    assert_eq!(shop.number("SELECT count(*) FROM product p WHERE stock IS NOT NULL AND stock <> (SELECT sum(quantity) FROM stock_movement WHERE product_id = p.id)"), 0);
    assert_eq!(shop.number("SELECT (SELECT coalesce(sum(quantity), 0) FROM stock_movement WHERE cause = 'sale') + (SELECT coalesce(sum(quantity), 0) FROM order_line JOIN orders o ON o.id = order_id WHERE counted = 1 AND o.state = 'done')"), 0);

    // Paper: every ticket and receipt came out; one that came twice says so.
    assert_eq!(shop.number("SELECT count(*) FROM job WHERE state NOT IN ('sent', 'confirmed', 'expired')"), 0);
    let tickets = shop.number("SELECT count(*) FROM (SELECT DISTINCT order_id, station FROM order_line)");
    let originals = |papers: Vec<Vec<String>>| {
        let kept: Vec<Vec<String>> =
            papers.into_iter().filter(|p| p.len() > 1 && !p.iter().any(|l| l.contains("SALINAN"))).collect();
        let mut once = kept.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), kept.len(), "the same paper twice without SALINAN");
        kept.len() as i64
    };
    let (printed, copies) =
        (originals(kitchen.papers()), kitchen.papers().iter().filter(|p| p.iter().any(|l| l.contains("SALINAN"))).count());
    assert!(printed <= tickets && printed + copies as i64 >= tickets, "{tickets} tickets, {printed} printed, {copies} copies");
    originals(counter.papers());
    let drawers = counter.papers().iter().filter(|p| p.len() == 1).count();
    assert!(drawers <= numbers.len(), "a drawer never opens twice for one payment");
    eprintln!(
        "{ROUNDS} kills: {events} events, {} orders and {} payments acknowledged, {} receipts, {tickets} tickets ({printed} originals, {copies} copies), {drawers} drawer pulses",
        orders.len(),
        receipts.len(),
        numbers.len()
    );
}
