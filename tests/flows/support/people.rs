//! People: each a client on a real WebSocket, with what it has been told so far.

use std::sync::{Arc, Mutex};

use kasir::client::dial::Dial;
use kasir::client::room::Room;
use kasir::client::{Answer, Client, Identity, Refused, Signal, socket};
use kasir::domain::id::{EmployeeId, OrderId, ProductId, VisitId};
use kasir::domain::money::Money;
use kasir::domain::order::OrderState;
use kasir::domain::site::Language;
use kasir::hub::wire::{HubFrame, Me, NewLine, Op, Outcome, Place};
use kasir::views::order::OrderView;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::PATIENCE;

/// The demo's staff by what they do.
pub const OWNER: (EmployeeId, &str) = (EmployeeId(1), "1111");
pub const MANAGER: (EmployeeId, &str) = (EmployeeId(2), "2222");
pub const CASHIER: (EmployeeId, &str) = (EmployeeId(3), "3333");
pub const WAITER: (EmployeeId, &str) = (EmployeeId(4), "4444");
pub const COOK: (EmployeeId, &str) = (EmployeeId(5), "5555");

pub struct Person {
    pub client: Client,
    room: Arc<Mutex<Room>>,
    changed: watch::Receiver<u64>,
    frames: Arc<Mutex<Vec<Arc<HubFrame>>>>,
}

impl Person {
    pub fn connect(url: &str, identity: Identity) -> Person {
        Person::of(socket::connect(url.to_owned(), identity))
    }

    /// By that way.
    pub fn over(dial: &Dial, identity: Identity) -> Person {
        Person::of(socket::connect_by(dial.clone(), identity))
    }

    fn of((client, mut signals): (Client, mpsc::Receiver<Signal>)) -> Person {
        let room = Arc::new(Mutex::new(Room::default()));
        let frames = Arc::new(Mutex::new(Vec::new()));
        let (tell, changed) = watch::channel(0);
        let (r, f) = (room.clone(), frames.clone());
        tokio::spawn(async move {
            while let Some(signal) = signals.recv().await {
                if let Signal::Frame(frame) = signal {
                    r.lock().unwrap().apply(&frame);
                    f.lock().unwrap().push(frame);
                    tell.send_modify(|n| *n += 1);
                }
            }
        });
        Person { client, room, changed, frames }
    }

    /// A guest's phone on a table's page, nobody yet.
    pub fn phone(url: &str, code: &str) -> Person {
        Person::connect(url, Identity { table: Some(code.to_owned()), language: Language::En, ..Identity::default() })
    }

    /// A guest who has come in.
    pub async fn guest(url: &str, code: &str, name: &str) -> Person {
        let person = Person::phone(url, code);
        person.join(code, name).await.unwrap();
        person
    }

    pub async fn join(&self, code: &str, name: &str) -> Result<(), Refused> {
        self.join_with(code, name, "").await
    }

    /// With an address for the receipt.
    pub async fn join_with(&self, code: &str, name: &str, mail: &str) -> Result<(), Refused> {
        let op = Op::GuestJoin { table: code.to_owned(), guest: name.to_owned(), mail: mail.to_owned(), phone: String::new() };
        let Outcome::Session { token } = self.ask(op).await? else { panic!("no session") };
        self.client.become_session(Some(token));
        self.until("to be a guest", |r| matches!(r.me, Some(Me::Guest { .. }))).await;
        Ok(())
    }

    /// A screen enrolled with that code, nobody logged in.
    pub async fn screen(url: &str, code: &str) -> Person {
        let person = Person::connect(url, Identity { language: Language::En, ..Identity::default() });
        let op = Op::DeviceEnrol { code: code.to_owned(), screen: "test".to_owned() };
        let Ok(Outcome::Device { token }) = person.ask(op).await else { panic!("not enrolled") };
        person.client.become_device(Some(token));
        person.until("to be a device", |r| matches!(r.me, Some(Me::Device { .. })) && !r.employees.is_empty()).await;
        person
    }

    /// Somebody of the staff on a screen of their own.
    pub async fn staff(url: &str, code: &str, who: (EmployeeId, &str)) -> Person {
        let person = Person::screen(url, code).await;
        person.log_in(who).await.unwrap();
        person
    }

    pub async fn log_in(&self, (employee, pin): (EmployeeId, &str)) -> Result<(), Refused> {
        let Outcome::Session { token } = self.ask(Op::StaffLogIn { employee, pin: pin.to_owned() }).await? else {
            panic!("no session")
        };
        self.client.become_session(Some(token));
        self.until("to be logged in", |r| matches!(r.me, Some(Me::Employee { .. })) && r.hub.is_some()).await;
        Ok(())
    }

    pub async fn ask(&self, op: Op) -> Answer {
        let what = format!("{op:?}");
        tokio::time::timeout(PATIENCE, self.client.ask(op)).await.unwrap_or_else(|_| panic!("no answer to {what}"))
    }

    /// Under an id of one's own.
    pub async fn ask_as(&self, id: Uuid, op: Op) -> Answer {
        let (tx, rx) = tokio::sync::oneshot::channel();
        self.client.submit_as(id, op, move |answer| drop(tx.send(answer)));
        tokio::time::timeout(PATIENCE, rx).await.expect("an answer").unwrap()
    }

    pub fn room(&self) -> Room {
        self.room.lock().unwrap().clone()
    }

    pub fn frames(&self) -> Vec<Arc<HubFrame>> {
        self.frames.lock().unwrap().clone()
    }

    /// Waits until the room looks like that.
    pub async fn until(&self, what: &str, look: impl Fn(&Room) -> bool) -> Room {
        let mut changed = self.changed.clone();
        let seen = async {
            loop {
                let room = self.room();
                if look(&room) {
                    return room;
                }
                changed.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(PATIENCE, seen).await {
            Ok(room) => room,
            Err(_) => panic!("never came {what}: {:#?}", self.room()),
        }
    }

    pub fn product(&self, name: &str) -> ProductId {
        let room = self.room();
        room.products.values().find(|p| p.name.starts_with(name)).unwrap_or_else(|| panic!("no {name}")).id
    }

    pub fn line(&self, name: &str, quantity: u32) -> NewLine {
        NewLine { product: self.product(name), quantity, note: String::new() }
    }

    /// A guest's order; waits for its acknowledgement.
    pub async fn order(&self, lines: &[(&str, u32)]) -> Result<OrderId, Refused> {
        self.order_at(None, lines).await
    }

    pub async fn order_at(&self, place: Option<Place>, lines: &[(&str, u32)]) -> Result<OrderId, Refused> {
        let lines = lines.iter().map(|(name, quantity)| self.line(name, *quantity)).collect();
        match self.ask(Op::OrderPlace { order: Uuid::now_v7(), place, lines }).await? {
            Outcome::Placed { order, .. } => Ok(order),
            other => panic!("{other:?}"),
        }
    }

    pub async fn until_order(&self, id: OrderId, state: OrderState) -> OrderView {
        let room = self.until(&format!("order {id} {state:?}"), |r| r.orders.get(&id).is_some_and(|o| o.state == state)).await;
        room.orders[&id].clone()
    }

    /// Pays a visit with exactly what cash needs, or with what is given.
    pub async fn pay(&self, visit: VisitId, tendered: Option<i64>) -> Result<(String, Money), Refused> {
        let view = self.until("the visit", |r| r.visits.contains_key(&visit)).await.visits[&visit].clone();
        let tendered = tendered.map_or(view.due, Money);
        match self.ask(Op::BillPayCash { payment: Uuid::now_v7(), visit, total: view.bill.total, tendered }).await? {
            Outcome::Paid { number, change, .. } => Ok((number, change)),
            other => panic!("{other:?}"),
        }
    }
}
