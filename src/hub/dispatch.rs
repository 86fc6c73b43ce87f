//! From what a client asked to the operation that does it, and back to what the client is told.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::id::EmployeeId;
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Actor, Right, is_pin};
use crate::hub::connection::{Connection, Reply};
use crate::hub::door::{hash_of, pin_fits};
use crate::hub::wire::{Op, Outcome, Place};
use crate::ops::access::{EnrolDevice, LogIn, LogInResult, LogOut};
use crate::ops::bill::{PayCash, ReprintReceipt};
use crate::ops::care::ConfirmClock;
use crate::ops::order::{
    CancelOrder, ConfirmOrder, FinishOrder, MoveLine, PlaceOrder, Placement, ReprintTicket, SetSoldOut, Wanted,
};
use crate::ops::visit::{AskBill, CloseVisit, JoinVisit};
use crate::ops::{self, Caller, Done, OpError, Operation, RequestKey};
use crate::store::staff;

impl Connection {
    /// Hands the operation to the writer; `reply` gets the answer once it is on disk.
    pub(in crate::hub) async fn dispatch(&mut self, id: Uuid, op: Op, reply: Reply) {
        let key = Some(RequestKey { id, body_hash: body_hash(&op) });
        let no = |reply: Reply, refusal: Refusal| reply(Err(refusal.into()));
        match op {
            Op::DeviceEnrol { code, screen } => {
                let now = self.hub.clock.now().mono_ms;
                if !self.hub.door.take(&code, id, now) {
                    return no(reply, Refusal::CodeWrong);
                }
                let token = self.hub.door.token(id);
                let hub = self.hub.clone();
                let op = EnrolDevice { name: screen, token_hash: hash_of(&token) };
                // No key: answers to it would hold a secret.
                ops::submit(&self.hub.writer, Caller::plain(Actor::Stranger), op, move |done| {
                    if done.is_err() {
                        hub.door.give_back(&code, id);
                    }
                    reply(done.map(|d| (d.seq, Outcome::Device { token })));
                });
            }
            Op::DeviceInvite {} => {
                if !self.actor.may(Right::EnrolDevice) {
                    return no(reply, Refusal::Denied);
                }
                let (code, minutes) = self.hub.invite();
                reply(Ok((0, Outcome::Invited { code, minutes })));
            }
            Op::GuestJoin { table, guest, mail, phone } => {
                let token = self.hub.door.token(id);
                let op = JoinVisit { code: table, name: guest, mail, phone, token_hash: hash_of(&token) };
                ops::submit(&self.hub.writer, Caller::plain(self.actor), op, move |done| {
                    reply(done.map(|d| (d.seq, Outcome::Session { token })));
                });
            }
            Op::StaffLogIn { employee, pin } => self.log_in(id, employee, pin, reply).await,
            Op::StaffLogOut {} => {
                let Some(token_hash) = self.session else { return no(reply, Refusal::NotLoggedIn) };
                self.run(None, LogOut { token_hash }, reply, |()| Outcome::Done {});
            }
            Op::OrderPlace { order, place, lines } => {
                let placement = match place {
                    None => Placement::Own,
                    Some(Place::Table { table }) => Placement::Table(table),
                    Some(Place::NewParty { table }) => Placement::NewParty(table),
                    Some(Place::Visit { visit }) => Placement::Visit(visit),
                    Some(Place::Takeaway { guest }) => Placement::Takeaway { guest },
                };
                let lines =
                    lines.into_iter().map(|l| Wanted { product: l.product, quantity: l.quantity, note: l.note }).collect();
                self.run(key, PlaceOrder { uid: order, placement, lines }, reply, |p| Outcome::Placed {
                    order: p.order,
                    visit: p.visit,
                    number: u32::try_from(p.number).unwrap_or(0),
                });
            }
            Op::OrderConfirm { order } => self.run(key, ConfirmOrder { order }, reply, done),
            Op::OrderFinish { order } => self.run(key, FinishOrder { order }, reply, done),
            Op::OrderCancel { order, reason, made } => self.run(key, CancelOrder { order, reason, made }, reply, done),
            Op::LineMove { order, line, to } => self.run(key, MoveLine { order, line, to }, reply, done),
            Op::BillAsk { visit } => self.run(key, AskBill { visit }, reply, done),
            Op::VisitClose { visit } => self.run(key, CloseVisit { visit }, reply, done),
            Op::BillPayCash { payment, visit, total, tendered } => {
                self.run(key, PayCash { uid: payment, visit, total, tendered }, reply, |p| Outcome::Paid {
                    receipt: p.receipt,
                    number: p.number,
                    change: p.change,
                });
            }
            Op::ReceiptReprint { receipt } => self.run(key, ReprintReceipt { receipt }, reply, done),
            Op::TicketReprint { order } => self.run(key, ReprintTicket { order }, reply, done),
            Op::ProductSoldOut { product, sold_out } => self.run(key, SetSoldOut { product, sold_out }, reply, done),
            Op::ClockConfirm {} => {
                let clock = self.hub.clock.clone();
                let caller = Caller { actor: self.actor, session: self.session, key };
                ops::submit(&self.hub.writer, caller, ConfirmClock, move |answer| {
                    // A yes that was said before was said of another time.
                    if answer.as_ref().is_ok_and(|d| !d.repeated) {
                        clock.trust();
                    }
                    reply(answer.map(|d| (d.seq, Outcome::Done {})));
                });
            }
        }
    }

    fn run<O: Operation>(
        &self,
        key: Option<RequestKey>,
        op: O,
        reply: Reply,
        say: impl FnOnce(O::Output) -> Outcome + Send + 'static,
    ) {
        let caller = Caller { actor: self.actor, session: self.session, key };
        ops::submit(&self.hub.writer, caller, op, move |answer: Result<Done<O::Output>, OpError>| {
            reply(answer.map(|d| (d.seq, say(d.output))));
        });
    }

    async fn log_in(&mut self, id: Uuid, employee: EmployeeId, pin: String, reply: Reply) {
        if !self.actor.may(Right::LogIn) {
            return reply(Err(Refusal::DeviceUnknown.into()));
        }
        if !is_pin(&pin) {
            return reply(Err(Refusal::PinForm.into()));
        }
        let token = self.hub.door.token(id);
        let proven = self.proven(employee, pin).await;
        let op = LogIn { employee, proven, token_hash: hash_of(&token) };
        ops::submit(&self.hub.writer, Caller::plain(self.actor), op, move |answer| {
            reply(answer.and_then(|d| match d.output {
                LogInResult::In => Ok((d.seq, Outcome::Session { token })),
                LogInResult::Wrong { left } => Err(Refusal::PinWrong { left }.into()),
                LogInResult::Locked { minutes } => Err(Refusal::PinLocked { minutes }.into()),
            }));
        });
    }

    /// Whether the PIN is that employee's. Slow, so away from the runtime, and one at a time.
    async fn proven(&self, employee: EmployeeId, pin: String) -> bool {
        let Ok(_turn) = self.hub.hashing.acquire().await else { return false };
        let reader = self.hub.reader.clone();
        let check = move || {
            let hash = reader.read(|conn| staff::pin_hash(conn, employee)).ok().flatten();
            hash.is_some_and(|hash| pin_fits(&pin, &hash))
        };
        tokio::task::spawn_blocking(check).await.unwrap_or(false)
    }
}

/// Of everything that was asked, so that another body under the same id is seen; without what a
/// guest is called, for the hash is kept longer than a name may be.
fn body_hash(op: &Op) -> [u8; 32] {
    let nameless = match op {
        Op::OrderPlace { order, place: Some(Place::Takeaway { .. }), lines } => {
            &Op::OrderPlace { order: *order, place: Some(Place::Takeaway { guest: String::new() }), lines: lines.clone() }
        }
        other => other,
    };
    Sha256::digest(serde_json::to_vec(nameless).unwrap_or_default()).into()
}

fn done((): ()) -> Outcome {
    Outcome::Done {}
}
