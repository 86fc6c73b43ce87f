//! Somebody who asks for something: from a socket, from the touchscreen, or over HTTP. Turns
//! what is asked into the operation that does it, and the result into what the asker is told.

use std::net::IpAddr;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::founding::{ClockWord, Founding, OwnerDraft, TABLES_MAX};
use crate::domain::id::{EmployeeId, Seq};
use crate::domain::refusal::Refusal;
use crate::domain::site::{Language, PrinterSettings};
use crate::domain::staff::{Actor, Right, is_password, is_pin};
use crate::domain::text;
use crate::domain::time::{self, Period};
use crate::domain::visit::Person;
use crate::hub::Hub;
use crate::hub::door::{hash_of, secret_fits, secret_hash, session_name, table_code};
use crate::hub::turns::Turns;
use crate::hub::wire::{Op, Outcome, Place};
use crate::ops::access::{EnrolDevice, LogIn, LogInResult, LogOut, ProveSelf};
use crate::ops::bill::{PayCash, ReprintReceipt};
use crate::ops::care::ConfirmClock;
use crate::ops::erase::EraseGuests;
use crate::ops::found::FoundHouse;
use crate::ops::mail::{MailReceipt, MailReport, SetMail, TestMail};
use crate::ops::menu::{
    AddCategory, AddProduct, ChangeCategory, ChangeProduct, Deliver, RetireCategory, RetireProduct, SetStock,
};
use crate::ops::network::PrintSlips;
use crate::ops::order::{
    CancelOrder, ConfirmOrder, FinishOrder, MoveLine, PlaceOrder, Placement, ReprintTicket, SetSoldOut, Wanted,
};
use crate::ops::papers::{MovePapers, PrintAgain, PrintPapers, ThrowPapersAway};
use crate::ops::rating::RateProduct;
use crate::ops::setup::{
    AddTable, ChangeTable, RemoveDevice, RemovePrinter, RenewTableCode, RetireTable, SetPrinter, SetSite, TestPrinter,
};
use crate::ops::staff::{AddEmployee, ChangeEmployee, EndSession, SetPassword, SetPin, Whose};
use crate::ops::sync::SetSync;
use crate::ops::visit::{AskBill, ChangeGuest, CloseVisit, JoinVisit, LeaveVisit};
use crate::ops::{self, Caller, Done, OpError, Operation, RequestKey};
use crate::store::sessions::{self, TokenHash};
use crate::store::{sites, staff};
use crate::workers::print;

/// How long after logging in one may do what needs a fresh proof.
const JUST_NOW_MS: i64 = 2 * 60 * 1_000;

/// The answer on its way out: put into the outbox after the events that it caused.
pub type Reply = Box<dyn FnOnce(Result<(Seq, Outcome), OpError>) + Send>;

/// Who asks, by which session.
pub struct Speaker {
    pub hub: Arc<Hub>,
    pub actor: Actor,
    pub peer: IpAddr,
    /// Of the session that the actor has, to end it.
    pub session: Option<TokenHash>,
}

/// For whom something slow is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// At an enrolled screen, or logged in.
    House,
    /// Anybody on the network.
    Stranger,
}

/// Which of somebody's secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    Pin,
    Password,
    Either,
}

impl Speaker {
    /// Hands the operation to the writer; `reply` gets the answer once it is on disk.
    pub async fn dispatch(&self, id: Uuid, op: Op, reply: Reply) {
        let key = Some(RequestKey { id, body_hash: body_hash(&op) });
        let no = |reply: Reply, refusal: Refusal| reply(Err(refusal.into()));
        // What nothing else bounds, and every time is written for good.
        if let (Actor::Guest { guest, .. }, Op::GuestChange { .. } | Op::ProductRate { .. } | Op::BillAsk { .. }) =
            (self.actor, &op)
            && !self.hub.guests_words.take(guest, self.hub.clock.now().mono_ms)
        {
            return no(reply, Refusal::TooFast);
        }
        match op {
            Op::DeviceEnrol { code, screen } => {
                let now = self.hub.clock.now().mono_ms;
                if !self.hub.door.take(&code, id, self.peer, now) {
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
            Op::HouseFound { code, house } => self.found(code, *house, reply).await,
            Op::SetupPrint { code, printer, language } => self.try_printer(code, *printer, language, reply).await,
            Op::SetupCode {} => {
                if !self.actor.may(Right::Found) {
                    return no(reply, Refusal::Denied);
                }
                let hub = self.hub.clone();
                match tokio::task::spawn_blocking(move || hub.setup_code()).await {
                    Ok(Ok(Some((code, minutes)))) => reply(Ok((0, Outcome::Invited { code, minutes }))),
                    Ok(Ok(None)) => no(reply, Refusal::Founded),
                    Ok(Err(error)) => reply(Err(error.into())),
                    Err(_) => no(reply, Refusal::Internal),
                }
            }
            Op::DeviceInvite {} => {
                if !self.actor.may(Right::ManageDevices) {
                    return no(reply, Refusal::Denied);
                }
                let (code, minutes) = self.hub.invite();
                reply(Ok((0, Outcome::Invited { code, minutes })));
            }
            Op::DeviceRemove { device } => self.run(key, RemoveDevice { device }, reply, done),
            Op::GuestJoin { table, guest, mail, phone } => {
                let token = self.hub.door.token(id);
                let person = Person { name: guest, mail, phone };
                let op = JoinVisit { code: table, person, token_hash: hash_of(&token) };
                ops::submit(&self.hub.writer, Caller::plain(self.actor), op, move |done| {
                    reply(done.map(|d| (d.seq, Outcome::Session { token })));
                });
            }
            Op::GuestChange { guest, mail, phone } => {
                self.run(None, ChangeGuest { person: Person { name: guest, mail, phone } }, reply, done);
            }
            Op::GuestErase { guests } => self.run(key, EraseGuests { guests }, reply, done),
            Op::GuestLeave {} => {
                let Some(token_hash) = self.session else { return no(reply, Refusal::NotLoggedIn) };
                self.run(None, LeaveVisit { token_hash }, reply, done);
            }
            Op::StaffLogIn { employee, pin } => self.log_in(id, employee, pin, reply).await,
            Op::StaffLogOut {} => {
                let Some(token_hash) = self.session else { return no(reply, Refusal::NotLoggedIn) };
                self.run(None, LogOut { token_hash }, reply, done);
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
            Op::ReceiptMail { receipt, address } => self.run(key, MailReceipt { receipt, address }, reply, done),
            Op::ReportMail { from, to, address } => match Period::new(from, to) {
                Some(period) => self.run(key, MailReport { period, address }, reply, done),
                None => no(reply, Refusal::Period),
            },
            Op::TicketReprint { order } => self.run(key, ReprintTicket { order }, reply, done),
            Op::ProductSoldOut { product, sold_out } => self.run(key, SetSoldOut { product, sold_out }, reply, done),
            Op::ProductRate { product, stars, comment } => {
                self.run(key, RateProduct { product, stars, comment }, reply, |_| Outcome::Done {});
            }
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
            Op::CategoryAdd { draft } => self.run(key, AddCategory { name: draft.name }, reply, added),
            Op::CategoryChange { category, draft } => self.run(key, ChangeCategory { category, draft }, reply, done),
            Op::CategoryRetire { category } => self.run(key, RetireCategory { category }, reply, done),
            Op::ProductAdd { draft, stock } => self.run(key, AddProduct { draft, stock, picture: None }, reply, added),
            Op::ProductChange { product, draft } => self.run(key, ChangeProduct { product, draft }, reply, done),
            Op::ProductRetire { product } => self.run(key, RetireProduct { product }, reply, done),
            Op::StockSet { product, on_hand, reason } => self.run(key, SetStock { product, on_hand, reason }, reply, done),
            Op::StockDeliver { product, quantity, reason } => self.run(key, Deliver { product, quantity, reason }, reply, done),
            Op::TableAdd { draft } => self.run(key, AddTable { draft, code: table_code() }, reply, added),
            Op::TableChange { table, draft } => self.run(key, ChangeTable { table, draft }, reply, done),
            Op::TableRenewCode { table } => self.run(key, RenewTableCode { table, code: table_code() }, reply, done),
            Op::TableSlips { tables } => {
                let base = self.hub.whereabouts.base();
                self.run(key, PrintSlips { base, tables }, reply, done)
            }
            Op::TableRetire { table } => self.run(key, RetireTable { table }, reply, done),
            Op::EmployeeAdd { draft, pin } => match self.new_pin(Right::ManageStaff, pin).await {
                Ok(pin_hash) => self.run(key, AddEmployee { draft, pin_hash }, reply, added),
                Err(refusal) => no(reply, refusal),
            },
            Op::EmployeeChange { employee, draft, active, pending } => {
                self.run(key, ChangeEmployee { employee, draft, active, pending }, reply, done);
            }
            Op::EmployeeSetPin { employee, pin } => match self.new_pin(Right::ManageStaff, pin).await {
                Ok(pin_hash) => self.run(key, SetPin { whose: Whose::Of(employee), pin_hash }, reply, done),
                Err(refusal) => no(reply, refusal),
            },
            Op::EmployeePasswordCode { employee } => self.password_code(employee, reply).await,
            Op::OwnSetPin { old, pin } => {
                let Ok((own, reply)) = self.proves_self(old, reply).await else { return };
                match self.new_pin(Right::KeepAccount, pin).await {
                    Ok(pin_hash) => self.run(None, SetPin { whose: Whose::Own(own), pin_hash }, reply, done),
                    Err(refusal) => no(reply, refusal),
                }
            }
            Op::OwnSetPassword { old, password } => {
                let Ok((own, reply)) = self.proves_self(old, reply).await else { return };
                match self.new_password(password).await {
                    Ok(password_hash) => self.run(None, SetPassword { whose: Whose::Own(own), password_hash }, reply, done),
                    Err(refusal) => no(reply, refusal),
                }
            }
            Op::SessionEnd { .. } if !self.actor.may(Right::KeepAccount) => no(reply, Refusal::Denied),
            Op::SessionEnd { session } => match self.session_called(session).await {
                Ok(hash) => self.run(None, EndSession { hash }, reply, done),
                Err(refusal) => no(reply, refusal),
            },
            Op::PrinterSet { printer, settings } => self.run(key, SetPrinter { printer, settings }, reply, added),
            Op::PrinterRemove { printer } => self.run(key, RemovePrinter { printer }, reply, done),
            Op::PrinterTest { printer } => self.run(key, TestPrinter { printer }, reply, done),
            Op::PaperPrint { papers } => self.run(key, PrintPapers { papers }, reply, done),
            Op::PaperAgain { paper, printer } => self.run(key, PrintAgain { paper, printer }, reply, done),
            Op::PaperMove { papers, printer } => self.run(key, MovePapers { papers, printer }, reply, done),
            Op::PaperThrowAway { papers } => self.run(key, ThrowPapersAway { papers }, reply, done),
            Op::SiteSet { site } => self.run(key, SetSite { site: *site }, reply, done),
            // Without a key: a hash of its body would be a hash of the password.
            Op::MailSet { settings, password } => self.run(None, SetMail { settings, password }, reply, done),
            Op::MailTest { address } => self.run(key, TestMail { address }, reply, done),
            Op::SyncSet { settings, password } => self.run(None, SetSync { settings, password }, reply, done),
        }
    }

    /// Whoever may open the house: somebody at a screen of this machine's, or a browser with the
    /// code that stands there, who is taken for the machine then. Once there is a house nobody may.
    pub async fn opener(&self, code: Option<&str>) -> Result<Actor, Refusal> {
        let reader = self.hub.reader.clone();
        let is_founded = tokio::task::spawn_blocking(move || reader.read(sites::is_set_up)).await;
        match is_founded {
            _ if code.is_none() && !self.actor.may(Right::Found) => Err(Refusal::Denied),
            Ok(Ok(true)) => Err(Refusal::Founded),
            Ok(Ok(false)) if self.actor.may(Right::Found) => Ok(self.actor),
            Ok(Ok(false)) => {
                let right = self.hub.door.is_setup_code(code.unwrap_or_default(), self.peer, self.hub.clock.now().mono_ms);
                if right { Ok(Actor::Machine) } else { Err(Refusal::CodeWrong) }
            }
            Ok(Err(error)) => Err(OpError::from(error).refusal()),
            Err(_) => Err(Refusal::Internal),
        }
    }

    async fn found(&self, code: Option<String>, mut house: Founding, reply: Reply) {
        let no = |reply: Reply, refusal: Refusal| reply(Err(refusal.into()));
        let actor = match self.opener(code.as_deref()).await {
            Ok(actor) => actor,
            Err(refusal) => return no(reply, refusal),
        };
        let (pin, password) = (std::mem::take(&mut house.owner.pin), std::mem::take(&mut house.owner.password));
        if !is_pin(&pin) {
            return no(reply, Refusal::PinForm);
        }
        if !password.is_empty() && !is_password(&password) {
            return no(reply, Refusal::PasswordForm);
        }
        if house.tables() > TABLES_MAX {
            return no(reply, Refusal::Setting { key: "tables" });
        }
        if let ClockWord::Set { wall_ms } = house.clock
            && !time::is_sane(wall_ms)
        {
            return no(reply, Refusal::Setting { key: "clock" });
        }
        let secrets = match self.hub.hashes(Lane::House, pin).await {
            Ok(pin_hash) if password.is_empty() => Ok((pin_hash, None)),
            Ok(pin_hash) => self.hub.hashes(Lane::House, password).await.map(|hash| (pin_hash, Some(hash))),
            Err(refusal) => Err(refusal),
        };
        let (pin_hash, password_hash) = match secrets {
            Ok(secrets) => secrets,
            Err(refusal) => return no(reply, refusal),
        };
        // Before it is written: the first day is the one that the clock says from here on.
        match house.clock {
            ClockWord::Unsaid => {}
            ClockWord::Right => self.hub.clock.trust(),
            ClockWord::Set { wall_ms } => self.hub.clock.set(wall_ms),
        }
        let codes = (0..house.tables()).map(|_| table_code()).collect();
        let op = FoundHouse { founding: house, pin_hash, password_hash, codes, base: self.hub.whereabouts.base() };
        let hub = self.hub.clone();
        // No key: a hash of its body would be a hash of the PIN. A second time is refused anyway.
        ops::submit(&self.hub.writer, Caller::plain(actor), op, move |done| {
            if done.is_ok() {
                hub.door.close_setup();
            }
            reply(done.map(|d| (d.seq, Outcome::Done {})));
        });
    }

    async fn try_printer(&self, code: Option<String>, printer: PrinterSettings, language: Language, reply: Reply) {
        let no = |reply: Reply, refusal: Refusal| reply(Err(refusal.into()));
        if let Err(refusal) = self.opener(code.as_deref()).await {
            return no(reply, refusal);
        }
        if !printer.target.is_for_people() {
            return no(reply, Refusal::Setting { key: "target" });
        }
        if text::clean(&printer.name, text::NAME_MAX).is_err() {
            return no(reply, Refusal::Setting { key: "name" });
        }
        let tried = self.hub.trials.turn(move || print::try_out(&printer, language)).await;
        match tried {
            Some(Ok(())) => reply(Ok((0, Outcome::Done {}))),
            Some(Err(fault)) => no(reply, Refusal::PrinterSilent { fault }),
            None => no(reply, Refusal::Busy),
        }
    }

    pub fn run<O: Operation>(
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

    async fn log_in(&self, id: Uuid, employee: EmployeeId, pin: String, reply: Reply) {
        if !self.actor.may(Right::LogIn) {
            return reply(Err(Refusal::DeviceUnknown.into()));
        }
        if !is_pin(&pin) {
            return reply(Err(Refusal::PinForm.into()));
        }
        let token = self.hub.door.token(id);
        let Some(proven) = self.hub.proves(Lane::House, employee, Secret::Pin, pin).await else {
            return reply(Err(Refusal::Busy.into()));
        };
        let op = LogIn { employee, proven, token_hash: hash_of(&token), before: self.session };
        ops::submit(&self.hub.writer, Caller::plain(self.actor), op, move |answer| {
            reply(answer.and_then(|d| match d.output {
                LogInResult::In => Ok((d.seq, Outcome::Session { token })),
                LogInResult::Wrong { left } => Err(Refusal::PinWrong { left }.into()),
                LogInResult::Locked { minutes } => Err(Refusal::PinLocked { minutes }.into()),
            }));
        });
    }

    /// The one who asks, once they have given their PIN or password again; otherwise the answer
    /// is given here.
    async fn proves_self(&self, old: String, reply: Reply) -> Result<(EmployeeId, Reply), ()> {
        let Some(own) = self.actor.employee() else {
            reply(Err(Refusal::Denied.into()));
            return Err(());
        };
        let Some(proven) = self.hub.proves(Lane::House, own, Secret::Either, old).await else {
            reply(Err(Refusal::Busy.into()));
            return Err(());
        };
        let (tell, told) = tokio::sync::oneshot::channel();
        let caller = Caller { actor: self.actor, session: self.session, key: None };
        ops::submit(&self.hub.writer, caller, ProveSelf { proven }, move |answer| drop(tell.send(answer)));
        let refusal = match told.await {
            Ok(Ok(done)) => match done.output {
                LogInResult::In => return Ok((own, reply)),
                LogInResult::Wrong { left } => Refusal::PinWrong { left },
                LogInResult::Locked { minutes } => Refusal::LoginLocked { minutes },
            },
            Ok(Err(error)) => {
                reply(Err(error));
                return Err(());
            }
            Err(_) => Refusal::Stopped,
        };
        reply(Err(refusal.into()));
        Err(())
    }

    async fn new_pin(&self, right: Right, pin: String) -> Result<String, Refusal> {
        // Before the slow part: nobody else may make the Pi hash.
        if !self.actor.may(right) {
            return Err(Refusal::Denied);
        }
        if !is_pin(&pin) {
            return Err(Refusal::PinForm);
        }
        self.hub.hashes(Lane::House, pin).await
    }

    async fn new_password(&self, password: String) -> Result<String, Refusal> {
        if !is_password(&password) {
            return Err(Refusal::PasswordForm);
        }
        self.hub.hashes(Lane::House, password).await
    }

    async fn password_code(&self, employee: EmployeeId, reply: Reply) {
        let Actor::Employee { role, employee: own, .. } = self.actor else { return reply(Err(Refusal::Denied.into())) };
        let reader = self.hub.reader.clone();
        let found = tokio::task::spawn_blocking(move || reader.read(|conn| staff::employee(conn, employee))).await;
        let refusal = match found {
            // One's own, right after logging in: a till that was left open opens no office.
            Ok(Ok(Some(person))) if person.id == own && !self.has_just_logged_in().await => Refusal::LogInAgain,
            Ok(Ok(Some(person))) if person.id == own || self.actor.may(Right::ManageStaff) && role.manages(person.role) => {
                let (code, minutes) = self.hub.door.password_code(employee, self.hub.clock.now().mono_ms);
                return reply(Ok((0, Outcome::Invited { code, minutes })));
            }
            Ok(Ok(Some(_))) => Refusal::Denied,
            Ok(Ok(None)) => Refusal::NotFound { what: "employee" },
            Ok(Err(error)) => return reply(Err(error.into())),
            Err(_) => Refusal::Internal,
        };
        reply(Err(refusal.into()));
    }

    /// Whether the secret was given some moments ago.
    async fn has_just_logged_in(&self) -> bool {
        let (Some(session), now) = (self.session, self.hub.clock.now().wall_ms) else { return false };
        let reader = self.hub.reader.clone();
        let opened = tokio::task::spawn_blocking(move || reader.read(|conn| sessions::opened_ms(conn, &session)));
        matches!(opened.await, Ok(Ok(Some(opened))) if (0..JUST_NOW_MS).contains(&(now - opened)))
    }

    /// The session that is shown under that name.
    async fn session_called(&self, name: String) -> Result<TokenHash, Refusal> {
        let reader = self.hub.reader.clone();
        let open = tokio::task::spawn_blocking(move || {
            reader.read(|conn| match sites::day(conn)? {
                Some(day) => sessions::of_staff(conn, day),
                None => Ok(Vec::new()),
            })
        });
        let open = open.await.map_err(|_| Refusal::Internal)?.map_err(|e| OpError::from(e).refusal())?;
        let found = open.into_iter().find(|s| session_name(&s.hash) == name);
        found.map(|s| s.hash).ok_or(Refusal::NotFound { what: "session" })
    }
}

impl Hub {
    fn lane(&self, who: Lane) -> &Turns {
        match who {
            Lane::House => &self.hashing,
            Lane::Stranger => &self.guessing,
        }
    }

    /// Whether the secret is that employee's; `None` when too many wait for this already. Slow,
    /// so away from the runtime, and one at a time.
    pub async fn proves(&self, who: Lane, employee: EmployeeId, which: Secret, secret: String) -> Option<bool> {
        let reader = self.reader.clone();
        let check = move || {
            let known = reader.read(|conn| staff::credential(conn, employee)).unwrap_or_default();
            let hashes = match which {
                Secret::Pin => [known.pin_hash, None],
                Secret::Password => [known.password_hash, None],
                Secret::Either => [known.pin_hash, known.password_hash],
            };
            if hashes.iter().all(Option::is_none) {
                // Who has no such secret takes as long as who has one.
                let _ = secret_hash(&secret);
            }
            hashes.iter().flatten().any(|hash| secret_fits(&secret, hash))
        };
        self.lane(who).turn(check).await
    }

    /// The secret as it is kept.
    pub async fn hashes(&self, who: Lane, secret: String) -> Result<String, Refusal> {
        self.lane(who).turn(move || secret_hash(&secret)).await.ok_or(Refusal::Busy)?.map_err(|_| Refusal::Internal)
    }
}

/// Of everything that was asked, so that another body under the same id is seen; without what a
/// guest is called and without secrets, for the hash is kept, and short ones can be guessed
/// from it.
fn body_hash(op: &Op) -> [u8; 32] {
    let mut bare = op.clone();
    match &mut bare {
        Op::OrderPlace { place: Some(Place::Takeaway { guest }), .. } => guest.clear(),
        Op::EmployeeAdd { pin, draft } => {
            pin.clear();
            draft.mail = None;
        }
        Op::EmployeeChange { draft, .. } => draft.mail = None,
        Op::EmployeeSetPin { pin, .. } => pin.clear(),
        Op::ProductRate { comment, .. } => comment.clear(),
        Op::HouseFound { house, .. } => house.owner = OwnerDraft::default(),
        Op::ReceiptMail { address, .. } | Op::ReportMail { address, .. } => *address = None,
        Op::MailTest { address } => address.clear(),
        Op::MailSet { password, .. } | Op::SyncSet { password, .. } => *password = None,
        _ => {}
    }
    Sha256::digest(serde_json::to_vec(&bare).unwrap_or_default()).into()
}

fn done((): ()) -> Outcome {
    Outcome::Done {}
}

fn added(id: impl std::fmt::Display) -> Outcome {
    Outcome::Added { id: id.to_string() }
}
