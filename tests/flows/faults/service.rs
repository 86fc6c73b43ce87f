//! The people of an evening: guests with phones, a waiter, two at the till, a cook, somebody with a tablet
//! of the old app. Each does what can be done next, by a dice of their own, and takes a no for an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kasir::client::room::Room;
use kasir::domain::id::{EmployeeId, ProductId, TableId, VisitId};
use kasir::domain::order::{LineState, OrderState};
use kasir::hub::wire::{Me, NewLine, Op, Outcome, Place};
use kasir::views::floor::VisitView;
use kasir::views::order::OrderView;
use uuid::Uuid;

use super::ledger::Ledger;
use crate::support::dice::Dice;
use crate::support::people::{CASHIER, COOK, MANAGER, Person, WAITER};

/// Time between two taps of somebody who works fast; a pace, not a wait. A hub lets nobody tap more
/// than twenty times a second.
const TAP: Duration = Duration::from_millis(60);

pub struct Service {
    pub url: String,
    pub codes: Vec<String>,
    pub ledger: Ledger,
    /// Guests give an address for their receipt.
    pub letters: bool,
    pub over: AtomicBool,
}

impl Service {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }
}

struct Pace(tokio::time::Interval);

impl Pace {
    fn new() -> Pace {
        let mut pace = tokio::time::interval(TAP);
        pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        Pace(pace)
    }

    async fn tap(&mut self) {
        self.0.tick().await;
    }

    /// Looks at the room for a while, as somebody who will do something else if it does not come.
    async fn see(&mut self, person: &Person, look: impl Fn(&Room) -> bool) -> bool {
        for _ in 0..50 {
            if look(&person.room()) {
                return true;
            }
            self.tap().await;
        }
        false
    }
}

fn lines(products: &[ProductId], dice: &mut Dice) -> Vec<NewLine> {
    let one = |dice: &mut Dice| NewLine {
        product: *dice.pick(products).unwrap(),
        quantity: 1 + dice.roll(2) as u32,
        note: if dice.one_in(4) { "tidak pedas".to_owned() } else { String::new() },
    };
    (0..=dice.roll(3)).map(|_| one(dice)).collect()
}

fn products(person: &Person) -> Vec<ProductId> {
    person.room().products.keys().copied().collect()
}

/// One guest after the other comes in, orders, thinks better of it, asks for the bill.
pub async fn dine(service: Arc<Service>, mut dice: Dice) {
    let mut pace = Pace::new();
    while !service.is_over() {
        pace.tap().await;
        let code = service.codes[dice.roll(10) as usize].clone();
        let guest = Person::phone(&service.url, &code);
        let mail = if service.letters && dice.one_in(2) { "tamu@contoh.id" } else { "" };
        let join = Op::GuestJoin { table: code, guest: "Tamu".to_owned(), mail: mail.to_owned(), phone: String::new() };
        let Ok(Outcome::Session { token }) = guest.ask(join).await else { continue };
        guest.client.become_session(Some(token));
        let known = pace.see(&guest, |r| matches!(r.me, Some(Me::Guest { .. })) && !r.products.is_empty()).await;
        let Some(Me::Guest { guest: id, .. }) = guest.room().me.filter(|_| known) else { continue };
        service.ledger.came_in(id);
        for _ in 0..=dice.roll(3) {
            pace.tap().await;
            if service.is_over() {
                return;
            }
            let op = Op::OrderPlace { order: Uuid::now_v7(), place: None, lines: lines(&products(&guest), &mut dice) };
            let placed = service.ledger.ask(&guest, op, &mut dice).await;
            if let Ok(Outcome::Placed { order, .. }) = placed
                && dice.one_in(6)
            {
                let op = Op::OrderCancel { order, reason: String::new(), made: None };
                let _ = service.ledger.ask(&guest, op, &mut dice).await;
            }
        }
        if dice.one_in(3) {
            let _ = service.ledger.ask(&guest, Op::BillAsk { visit: None }, &mut dice).await;
        }
    }
}

/// What somebody on the staff does all evening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    Waiter,
    Cashier,
    Manager,
    Cook,
}

impl Duty {
    pub const ALL: [Duty; 4] = [Duty::Waiter, Duty::Cashier, Duty::Manager, Duty::Cook];

    fn who(self) -> (EmployeeId, &'static str) {
        match self {
            Duty::Waiter => WAITER,
            Duty::Cashier => CASHIER,
            Duty::Manager => MANAGER,
            Duty::Cook => COOK,
        }
    }
}

pub async fn work(service: Arc<Service>, person: Person, duty: Duty, mut dice: Dice) {
    let mut pace = Pace::new();
    while !service.is_over() {
        pace.tap().await;
        let room = person.room();
        if !matches!(room.me, Some(Me::Employee { .. })) {
            let (employee, pin) = duty.who();
            if let Ok(Outcome::Session { token }) = person.ask(Op::StaffLogIn { employee, pin: pin.to_owned() }).await {
                person.client.become_session(Some(token));
                pace.see(&person, |r| matches!(r.me, Some(Me::Employee { .. })) && r.hub.is_some()).await;
            }
            continue;
        }
        let op = match duty {
            Duty::Cook => cook(&room),
            Duty::Waiter if dice.one_in(3) => seat(&room, &mut dice),
            Duty::Manager if dice.one_in(3) => manage(&room, &mut dice),
            Duty::Waiter | Duty::Cashier | Duty::Manager => serve(&room, duty, &mut dice),
        };
        if let Some(op) = op {
            let _ = service.ledger.ask(&person, op, &mut dice).await;
        }
    }
}

fn in_state(room: &Room, state: OrderState) -> Vec<&OrderView> {
    room.orders.values().filter(|o| o.state == state).collect()
}

fn serve(room: &Room, duty: Duty, dice: &mut Dice) -> Option<Op> {
    let (waiting, cooking) = (in_state(room, OrderState::Waiting), in_state(room, OrderState::InProcess));
    let payable: Vec<&VisitView> = room.visits.values().filter(|v| v.open && v.waiting == 0 && v.due.0 > 0).collect();
    let pay = |v: &&VisitView, dice: &mut Dice| Op::BillPayCash {
        payment: Uuid::now_v7(),
        visit: v.id,
        total: v.bill.total,
        tendered: *dice.pick(&v.tenders).unwrap_or(&v.due),
    };
    match (dice.roll(12), duty) {
        (0..=2, _) => dice.pick(&waiting).map(|o| Op::OrderConfirm { order: o.id }),
        (3..=4, _) => dice.pick(&cooking).map(|o| Op::OrderFinish { order: o.id }),
        (5..=9, Duty::Cashier | Duty::Manager) => dice.pick(&payable).map(|v| pay(v, dice)),
        (10, Duty::Cashier | Duty::Manager) => {
            let of = if dice.one_in(2) { &waiting } else { &cooking };
            let made = Some(dice.one_in(2));
            dice.pick(of).map(|o| Op::OrderCancel { order: o.id, reason: "habis".to_owned(), made })
        }
        (11, Duty::Cashier) => {
            let receipts: Vec<_> = room.receipts.keys().copied().collect();
            dice.pick(&receipts).map(|r| Op::ReceiptReprint { receipt: *r })
        }
        (11, _) => dice.pick(&cooking).map(|o| Op::TicketReprint { order: o.id }),
        _ => seat(room, dice),
    }
}

/// An order that staff take: to a table, to a party, to go.
fn seat(room: &Room, dice: &mut Dice) -> Option<Op> {
    let products: Vec<ProductId> = room.products.keys().copied().collect();
    if products.is_empty() {
        return None;
    }
    let visits: Vec<VisitId> = room.visits.keys().copied().collect();
    let place = match (dice.roll(4), dice.pick(&visits)) {
        (0, _) => Place::Takeaway { guest: String::new() },
        (1, _) => Place::Table { table: TableId(1 + dice.roll(10) as i64) },
        (2, Some(visit)) => Place::Visit { visit: *visit },
        _ => Place::NewParty { table: TableId(1 + dice.roll(10) as i64) },
    };
    Some(Op::OrderPlace { order: Uuid::now_v7(), place: Some(place), lines: lines(&products, dice) })
}

fn manage(room: &Room, dice: &mut Dice) -> Option<Op> {
    if room.hub.as_ref().is_some_and(|h| h.doubtful_day.is_some()) && dice.one_in(2) {
        return Some(Op::ClockConfirm {});
    }
    let counted: Vec<ProductId> = room.products.values().filter(|p| p.stock.is_some()).map(|p| p.id).collect();
    let all: Vec<ProductId> = room.products.keys().copied().collect();
    match dice.roll(3) {
        0 => dice.pick(&all).map(|p| Op::ProductSoldOut { product: *p, sold_out: dice.one_in(3) }),
        _ => dice.pick(&counted).map(|p| Op::StockDeliver {
            product: *p,
            quantity: 1 + dice.roll(9) as u32,
            reason: Uuid::now_v7().to_string(),
        }),
    }
}

fn cook(room: &Room) -> Option<Op> {
    let cooking = in_state(room, OrderState::InProcess);
    let line = cooking.iter().flat_map(|o| o.lines.iter().map(move |l| (o.id, l))).find(|(_, l)| l.state != LineState::Served);
    line.map(|(order, line)| {
        let to = if line.state == LineState::Queued { LineState::Cooking } else { LineState::Served };
        Op::LineMove { order, line: line.no, to }
    })
}

/// A tablet of the old app: it fills a cart, sends it, changes it while it waits, and begins anew. It gets
/// no answers; whatever its line says, it dials again.
pub async fn tap_an_old_tablet(service: Arc<Service>, table: u32, mut dice: Dice) {
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;

    const DISHES: [(&str, i64); 4] =
        [("Rendang Sapi", 42_000), ("Es Teh Manis", 8_000), ("Klepon", 14_000), ("Soto Ayam", 28_000)];
    let url = service.url.replace("/ws", "/");
    let mut pace = Pace::new();
    'dialling: while !service.is_over() {
        pace.tap().await;
        let Ok((socket, _)) = tokio_tungstenite::connect_async(url.as_str()).await else { continue };
        let (mut sink, mut stream) = socket.split();
        let mut status = String::new();
        let mut cart: Vec<(usize, u64)> = Vec::new();
        while !service.is_over() {
            tokio::select! {
                () = pace.tap() => {}
                message = stream.next() => {
                    let Some(Ok(message)) = message else { continue 'dialling };
                    if let Message::Text(text) = message {
                        let told: serde_json::Value = serde_json::from_str(&text).unwrap();
                        if let Some(word) = told["status"][table.to_string()].as_str() {
                            word.clone_into(&mut status);
                        }
                    }
                    continue;
                }
            }
            if status == "selesai" {
                cart.clear();
                status.clear();
            } else {
                let dish = dice.roll(4) as usize;
                cart.retain(|(d, _)| *d != dish);
                cart.push((dish, 1 + dice.roll(3)));
            }
            let items: Vec<_> = cart
                .iter()
                .map(|(d, quantity)| serde_json::json!({ "id": d + 1, "name": DISHES[*d].0, "qty": quantity, "price": DISHES[*d].1 }))
                .collect();
            let kind = if dice.one_in(4) && !cart.is_empty() { "status_update" } else { "cart_update" };
            let mut message = serde_json::json!({
                "type": kind, "table_number": table, "items": items, "total": 0, "customer_name": "Budi",
            });
            if kind == "status_update" {
                message["status"] = "dikonfirmasi".into();
            }
            if sink.send(Message::text(message.to_string())).await.is_err() {
                continue 'dialling;
            }
        }
    }
}
