//! Letters: settings, sending a receipt, and what the mail worker files.

use crate::domain::event::{Event, Touch};
use crate::domain::id::{EmployeeId, LetterId, ReceiptId};
use crate::domain::mail::{
    GUEST_LETTERS_MAX, Letter, LetterState, MailRoute, MailSecurity, MailSettings, OWNERS_MAX, TRIES_MAX, pause_ms,
};
use crate::domain::refusal::{Refusal, in_field};
use crate::domain::staff::{Actor, Right};
use crate::domain::text;
use crate::domain::time::{BusinessDay, Period};
use crate::ops::bill::within_reach;
use crate::ops::{OpError, Operation, not_found};
use crate::store::letters::{self, LetterRow, To};
use crate::store::write_tx::WriteTx;
use crate::store::{bills, sales, staff, visits};

/// Sets how letters leave the house. A missing password leaves the one that is kept.
pub struct SetMail {
    pub settings: MailSettings,
    pub password: Option<String>,
}

impl Operation for SetMail {
    const NAME: &'static str = "mail.set";
    const RIGHT: Right = Right::ManageSite;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let mut settings = self.settings;
        if settings.route != MailRoute::Off {
            settings.from = text::mail(&settings.from).map_err(in_field("mail"))?;
        }
        if settings.owner.len() > OWNERS_MAX {
            return Err(Refusal::Setting { key: "owner" }.into());
        }
        settings.owner = settings.owner.iter().map(|a| text::mail(a)).collect::<Result<_, _>>().map_err(in_field("mail"))?;
        if let MailRoute::Smtp { host, .. } = &settings.route
            && (host.is_empty() || host.len() > 253 || !host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b)))
        {
            return Err(Refusal::Setting { key: "host" }.into());
        }
        let server = |route: &MailRoute| match route {
            MailRoute::Smtp { host, user, .. } => Some((host.clone(), user.clone())),
            MailRoute::Off | MailRoute::Folder { .. } => None,
        };
        let before = letters::settings(tx.conn())?;
        match &self.password {
            Some(password) => letters::keep_password(tx.conn(), password)?,
            // A password is for one server: another is not offered it.
            None if server(&before.route) != server(&settings.route) && server(&settings.route).is_some() => {
                letters::drop_password(tx.conn())?;
            }
            None => {}
        }
        // Letters land where the command line said, nowhere else on this machine's disk.
        if matches!(settings.route, MailRoute::Folder { .. }) && settings.route != before.route && tx.actor() != Actor::Machine {
            return Err(Refusal::Setting { key: "route" }.into());
        }
        if let MailRoute::Smtp { host, security: MailSecurity::None, user, .. } = &settings.route
            && !user.is_empty()
            && !is_loopback(host)
        {
            return Err(Refusal::Setting { key: "security" }.into());
        }
        tx.record(Event::MailSet { settings })?;
        // What waits may find its way now.
        letters::hurry(tx.conn())?;
        tx.ring();
        Ok(())
    }
}

/// Whether a password sent there in the open stays on this machine.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Has a receipt sent: by staff to an address that is typed, by a guest to the own one.
pub struct MailReceipt {
    pub receipt: ReceiptId,
    pub address: Option<String>,
}

impl Operation for MailReceipt {
    const NAME: &'static str = "receipt.mail";
    const RIGHT: Right = Right::MailReceipt;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let receipt = match tx.actor() {
            Actor::Guest { .. } => bills::receipt(tx.conn(), self.receipt)?.ok_or(not_found("receipt"))?,
            _ => within_reach(tx, self.receipt)?,
        };
        let to = match (tx.actor(), self.address) {
            (Actor::Guest { visit, .. }, _) if visit != receipt.visit => return Err(not_found("receipt")),
            (Actor::Guest { guest, .. }, None) => match visits::person(tx.conn(), guest)?.mail.is_empty() {
                true => return Err(Refusal::TextEmpty { field: "mail" }.into()),
                false => To::Guest(guest),
            },
            // A guest's own address or none: nobody sends letters to others from here.
            (Actor::Guest { .. }, Some(_)) => return Err(Refusal::Denied.into()),
            (_, Some(address)) => To::Address(text::mail(&address).map_err(in_field("mail"))?),
            (_, None) => return Err(Refusal::TextEmpty { field: "mail" }.into()),
        };
        mail_is_on(tx)?;
        let letter = Letter::Receipt { receipt: self.receipt };
        if letters::waits(tx.conn(), &letter, &to)? {
            return Ok(());
        }
        // A guest may write another address into the profile: not to send letters to everybody.
        if let To::Guest(guest) = to
            && letters::count(tx.conn(), &letter, guest)? >= GUEST_LETTERS_MAX
        {
            return Err(Refusal::TooManyLetters.into());
        }
        tx.mail(&letter, &to)?;
        tx.record(Event::ReceiptMailed { receipt: self.receipt })?;
        Ok(())
    }
}

/// Sends the report of a period as a PDF: to the owner's addresses, or to one that is typed.
pub struct MailReport {
    pub period: Period,
    pub address: Option<String>,
}

impl Operation for MailReport {
    const NAME: &'static str = "report.mail";
    const RIGHT: Right = Right::SeeReports;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let to = match self.address {
            Some(address) => vec![text::mail(&address).map_err(in_field("mail"))?],
            None => letters::settings(tx.conn())?.owner,
        };
        mail_is_on(tx)?;
        if to.is_empty() {
            return Err(Refusal::TextEmpty { field: "mail" }.into());
        }
        send_report(tx, self.period, to)
    }
}

/// Owes the report to each of them; asking twice fills nobody's box.
fn send_report(tx: &mut WriteTx<'_>, period: Period, to: Vec<String>) -> Result<(), OpError> {
    let letter = Letter::Report { period };
    for address in to.into_iter().map(To::Address) {
        if !letters::waits(tx.conn(), &letter, &address)? {
            tx.mail(&letter, &address)?;
        }
    }
    Ok(())
}

/// A business day has closed: the owner gets its report, unless nothing happened on it.
pub fn report_day(tx: &mut WriteTx<'_>, closed: BusinessDay) -> Result<(), OpError> {
    let period = Period::day(closed);
    let day = sales::total(tx.conn(), period)?;
    if day.receipts == 0 && day.orders == 0 {
        return Ok(());
    }
    let owner = letters::settings(tx.conn())?.owner;
    send_report(tx, period, owner)
}

fn mail_is_on(tx: &WriteTx<'_>) -> Result<(), OpError> {
    match letters::settings(tx.conn())?.route {
        MailRoute::Off => Err(Refusal::MailOff.into()),
        MailRoute::Smtp { .. } | MailRoute::Folder { .. } => Ok(()),
    }
}

/// Sends somebody who has forgotten the password a one-time code.
pub struct MailPasswordCode {
    pub employee: EmployeeId,
}

impl Operation for MailPasswordCode {
    const NAME: &'static str = "password.forgot";
    const RIGHT: Right = Right::SignUp;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let employee = staff::employee(tx.conn(), self.employee)?.filter(|e| e.works_here()).ok_or(not_found("employee"))?;
        let mail = staff::credential(tx.conn(), employee.id)?.mail.ok_or(not_found("employee"))?;
        let (letter, to) = (Letter::PasswordCode { employee: employee.id }, To::Address(mail));
        // Asking again and again fills nobody's box.
        if !letters::waits(tx.conn(), &letter, &to)? {
            tx.mail(&letter, &to)?;
        }
        Ok(())
    }
}

/// Sends a letter that shows whether the settings work.
pub struct TestMail {
    pub address: String,
}

impl Operation for TestMail {
    const NAME: &'static str = "mail.test";
    const RIGHT: Right = Right::ManageMail;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let address = text::mail(&self.address).map_err(in_field("mail"))?;
        mail_is_on(tx)?;
        tx.mail(&Letter::Test, &To::Address(address))?;
        Ok(())
    }
}

/// Tries a letter again now, or gives it up.
pub struct SteerLetter {
    pub letter: LetterId,
    pub again: bool,
}

impl Operation for SteerLetter {
    const NAME: &'static str = "letter.steer";
    const RIGHT: Right = Right::ManageMail;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let letter = letters::letter(tx.conn(), self.letter)?.ok_or(not_found("letter"))?;
        let state = match (letter.state, self.again) {
            // On its way: what comes of it is not known yet.
            (LetterState::Sending, _) | (LetterState::Sent | LetterState::Cancelled, false) => {
                return Err(Refusal::LetterState.into());
            }
            (_, true) => LetterState::Queued,
            (LetterState::Queued | LetterState::Failed, false) => LetterState::Cancelled,
        };
        let boot = tx.boot().to_owned();
        letters::set(tx.conn(), self.letter, state, None, &boot, 0)?;
        letters::afresh(tx.conn(), self.letter)?;
        tx.touch(Touch::Hub);
        tx.ring();
        Ok(())
    }
}

/// The worker takes the next letter.
pub struct ClaimLetter;

/// What there is to do.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Claim {
    Letter(LetterRow),
    /// Nothing is due; the next is, in so many milliseconds.
    Later(Option<i64>),
}

impl Operation for ClaimLetter {
    const NAME: &'static str = "letter.claim";
    const RIGHT: Right = Right::Maintain;
    type Output = Claim;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<Claim, OpError> {
        let (boot, now) = (tx.boot().to_owned(), tx.now().mono_ms);
        Ok(match letters::claim(tx.conn(), &boot, now)? {
            Some(letter) => {
                tx.wrote();
                Claim::Letter(letter)
            }
            None => Claim::Later(letters::next_due(tx.conn(), &boot, now)?),
        })
    }
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LetterEnd {
    Sent,
    /// Try again later.
    ForNow(String),
    /// The server said no for good.
    ForGood(String),
}

pub struct EndLetter {
    pub letter: LetterId,
    pub attempts: u32,
    pub end: LetterEnd,
}

impl Operation for EndLetter {
    const NAME: &'static str = "letter.end";
    const RIGHT: Right = Right::Maintain;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let (boot, now) = (tx.boot().to_owned(), tx.now().mono_ms);
        let (state, fault) = match &self.end {
            LetterEnd::Sent => (LetterState::Sent, None),
            LetterEnd::ForNow(fault) if self.attempts < TRIES_MAX => (LetterState::Queued, Some(fault)),
            LetterEnd::ForNow(fault) | LetterEnd::ForGood(fault) => (LetterState::Failed, Some(fault)),
        };
        // What a server says is shown to people: cleaned, and no longer than a line.
        let fault = fault.map(|f| f.chars().filter(|c| !c.is_control()).take(200).collect::<String>());
        letters::set(tx.conn(), self.letter, state, fault.as_deref(), &boot, now + pause_ms(self.attempts))?;
        tx.touch(Touch::Hub);
        Ok(())
    }
}

/// After a start: what was being sent is sent again.
pub struct RecoverLetters;

impl Operation for RecoverLetters {
    const NAME: &'static str = "letter.recover";
    const RIGHT: Right = Right::Maintain;
    type Output = usize;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<usize, OpError> {
        tx.wrote();
        Ok(letters::recover(tx.conn())?)
    }
}
