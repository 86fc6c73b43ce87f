//! Guests coming in, asking for the bill, and a visit's end.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::event::{Event, Touch};
use crate::domain::id::{GuestId, TableId, VisitId};
use crate::domain::refusal::{Refusal, in_field};
use crate::domain::site::GUESTS_MAX;
use crate::domain::staff::{Actor, Right};
use crate::domain::text;
use crate::domain::visit::{Person, Seat, Visit};
use crate::ops::{OpError, Operation, not_found, takes_room};
use crate::store::orders::OrderSum;
use crate::store::write_tx::WriteTx;
use crate::store::{orders, sessions, sites, visits};
use crate::views::floor;

/// A guest comes in at a table's code: joins the table's latest open visit or opens one. The
/// token was made by the hub from the request's id; only its hash arrives here, and a repeat
/// of the request is recognised by it.
pub struct JoinVisit {
    pub code: String,
    pub person: Person,
    pub token_hash: sessions::TokenHash,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    pub guest: GuestId,
    pub visit: VisitId,
}

impl Operation for JoinVisit {
    const NAME: &'static str = "guest.join";
    const RIGHT: Right = Right::Join;
    type Output = Joined;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<Joined, OpError> {
        if let Some((guest, visit)) = sessions::guest(tx.conn(), &self.token_hash)? {
            return Ok(Joined { guest, visit });
        }
        let person = checked(&self.person)?;
        let table = visits::table_of_code(tx.conn(), &self.code)?.ok_or(Refusal::CodeWrong)?;
        let joined = come_in(tx, table.id, &person)?;
        let day = tx.filed_day()?;
        sessions::keep_guest(tx.conn(), &self.token_hash, joined.guest, day)?;
        Ok(joined)
    }
}

/// Adds a guest, whose texts are clean already, to the table's latest open visit, or opens one.
pub(in crate::ops) fn come_in(tx: &mut WriteTx<'_>, table: TableId, person: &Person) -> Result<Joined, OpError> {
    let visit = match visits::open_at(tx.conn(), table)?.pop() {
        Some(visit) => visit.id,
        None => open_at_table(tx, table)?,
    };
    if visits::guests(tx.conn(), visit)?.len() as i64 >= GUESTS_MAX {
        return Err(Refusal::TooManyGuests.into());
    }
    let guest = add_guest(tx, visit, person)?;
    Ok(Joined { guest, visit })
}

/// The texts clean: a name there must be, mail and phone are optional.
fn checked(person: &Person) -> Result<Person, OpError> {
    let optional = |text: &str, check: fn(&str) -> Result<String, text::TextFault>, field| match text.trim().is_empty() {
        true => Ok(String::new()),
        false => check(text).map_err(in_field(field)),
    };
    Ok(Person {
        name: text::required(&person.name, text::NAME_MAX).map_err(in_field("name"))?,
        mail: optional(&person.mail, text::mail, "mail")?,
        phone: optional(&person.phone, text::phone, "phone")?,
    })
}

/// A guest says anew who they are. Until the end of the business day, so that a receipt can
/// still be asked for.
pub struct ChangeGuest {
    pub person: Person,
}

impl Operation for ChangeGuest {
    const NAME: &'static str = "guest.change";
    const RIGHT: Right = Right::KeepProfile;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let Actor::Guest { guest, visit } = tx.actor() else { return Err(Refusal::Denied.into()) };
        let person = checked(&self.person)?;
        if visits::person(tx.conn(), guest)? == person {
            return Ok(());
        }
        takes_room(tx)?;
        visits::keep_person(tx.conn(), guest, &person)?;
        let own = orders::of_visit(tx.conn(), visit)?.into_iter().filter(|r| r.order.guest == Some(guest));
        let orders = own.map(|r| r.order.id).collect();
        tx.record(Event::GuestChanged { guest, visit, orders })?;
        Ok(())
    }
}

/// A guest leaves: this phone is nobody's any more. Orders and bill stay with the table.
pub struct LeaveVisit {
    pub token_hash: sessions::TokenHash,
}

impl Operation for LeaveVisit {
    const NAME: &'static str = "guest.leave";
    const RIGHT: Right = Right::KeepProfile;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        sessions::end(tx.conn(), &self.token_hash)?;
        tx.touch(Touch::Sessions);
        Ok(())
    }
}

/// Opens a visit at a table, beside those that are there.
pub fn open_at_table(tx: &mut WriteTx<'_>, table: TableId) -> Result<VisitId, OpError> {
    let taken: Vec<u32> = visits::open_at(tx.conn(), table)?
        .iter()
        .map(|v| match v.seat {
            Seat::Table { party, .. } => party,
            Seat::Takeaway { .. } => 0,
        })
        .collect();
    let party = (0..).find(|p| !taken.contains(p)).unwrap_or(0);
    open(tx, Seat::Table { table, party })
}

/// Opens a takeaway under the day's next number.
pub fn open_takeaway(tx: &mut WriteTx<'_>) -> Result<VisitId, OpError> {
    let number = visits::next_takeaway(tx.conn(), tx.filed_day()?)?;
    open(tx, Seat::Takeaway { number })
}

fn open(tx: &mut WriteTx<'_>, seat: Seat) -> Result<VisitId, OpError> {
    let visit = VisitId(sites::next_id(tx.conn(), "visit")?);
    tx.record(Event::VisitOpened { visit, uid: Uuid::now_v7(), seat })?;
    Ok(visit)
}

/// Adds a guest whose texts are clean already.
pub fn add_guest(tx: &mut WriteTx<'_>, visit: VisitId, person: &Person) -> Result<GuestId, OpError> {
    let guest = GuestId(sites::next_id(tx.conn(), "guest")?);
    tx.record(Event::GuestJoined { guest, visit })?;
    visits::keep_person(tx.conn(), guest, person)?;
    Ok(guest)
}

/// The bill is wanted at the table.
pub struct AskBill {
    /// Staff name the visit; a guest's is the own one.
    pub visit: Option<VisitId>,
}

impl Operation for AskBill {
    const NAME: &'static str = "bill.ask";
    const RIGHT: Right = Right::AskBill;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let id = own_visit(tx.actor(), self.visit)?;
        let visit = open_visit(tx, id)?;
        if !visit.bill_asked {
            tx.record(Event::BillAsked { visit: id })?;
        }
        Ok(())
    }
}

/// The party has left: the table is free again. Only when nothing was ordered or all of it is
/// settled; what is owed is paid, finished or cancelled first.
pub struct CloseVisit {
    pub visit: VisitId,
}

impl Operation for CloseVisit {
    const NAME: &'static str = "visit.close";
    const RIGHT: Right = Right::CloseVisit;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let visit = open_visit(tx, self.visit)?;
        if !is_settled(&orders::sums_of_visit(tx.conn(), visit.id)?) {
            return Err(Refusal::VisitInUse.into());
        }
        tx.record(Event::VisitClosed { visit: self.visit })?;
        Ok(())
    }
}

/// The visit that an actor may speak for: staff any, a guest the own one and no other.
pub fn own_visit(actor: Actor, asked: Option<VisitId>) -> Result<VisitId, OpError> {
    match (actor, asked) {
        (Actor::Guest { visit, .. }, None) => Ok(visit),
        (Actor::Guest { visit, .. }, Some(asked)) if asked == visit => Ok(visit),
        // Whether the other visit exists is none of a guest's business.
        (Actor::Guest { .. }, Some(_)) => Err(not_found("visit")),
        (_, Some(asked)) => Ok(asked),
        (_, None) => Err(not_found("visit")),
    }
}

pub fn open_visit(tx: &WriteTx<'_>, id: VisitId) -> Result<Visit, OpError> {
    let visit = visits::visit(tx.conn(), id)?.ok_or(not_found("visit"))?;
    if visit.open { Ok(visit) } else { Err(Refusal::VisitClosed.into()) }
}

/// Closes visits in which nothing was ever ordered: somebody looked at the menu and left. Done
/// when a day begins, so that the next party at the table is a party of its own.
pub fn close_unused(tx: &mut WriteTx<'_>) -> Result<(), OpError> {
    for visit in visits::open(tx.conn())? {
        if orders::sums_of_visit(tx.conn(), visit)?.is_empty() {
            tx.record(Event::VisitClosed { visit })?;
        }
    }
    Ok(())
}

/// Closes a visit once everything is paid and every order is done or cancelled.
pub fn close_if_over(tx: &mut WriteTx<'_>, id: VisitId) -> Result<(), OpError> {
    let Some(visit) = visits::visit(tx.conn(), id)? else { return Ok(()) };
    let all = orders::sums_of_visit(tx.conn(), id)?;
    if visit.open && !all.is_empty() && is_settled(&all) {
        tx.record(Event::VisitClosed { visit: id })?;
    }
    Ok(())
}

/// Whether every order is done or cancelled, and nothing is owed.
fn is_settled(orders: &[OrderSum]) -> bool {
    orders.iter().all(|o| o.state.is_final() && !floor::is_owed(o))
}
