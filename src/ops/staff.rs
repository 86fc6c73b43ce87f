//! People who work here: taken on, changed, dismissed; their PINs, passwords and sessions.
//! Hashes arrive ready made: argon2 is too slow for the writer.

use uuid::Uuid;

use crate::domain::event::Event;
use crate::domain::id::EmployeeId;
use crate::domain::refusal::{Refusal, in_field};
use crate::domain::site::STAFF_PENDING_MAX;
use crate::domain::staff::{Actor, Employee, EmployeeDraft, Right, Role};
use crate::domain::text;
use crate::ops::menu::name_is_free;
use crate::ops::{OpError, Operation, not_found};
use crate::store::sessions::{self, TokenHash};
use crate::store::write_tx::WriteTx;
use crate::store::{sites, staff};

/// Adds somebody who works here.
pub struct AddEmployee {
    pub draft: EmployeeDraft,
    pub pin_hash: String,
}

impl Operation for AddEmployee {
    const NAME: &'static str = "employee.add";
    const RIGHT: Right = Right::ManageStaff;
    type Output = EmployeeId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<EmployeeId, OpError> {
        let id = take_on(tx, &self.draft.name, self.draft.mail.as_deref().unwrap_or_default(), self.draft.role, false)?;
        staff::keep_pin_hash(tx.conn(), id, &self.pin_hash)?;
        tx.record(Event::PinSet { employee: id })?;
        Ok(id)
    }
}

/// Somebody asks in the browser to be taken on; may do nothing until somebody says yes.
pub struct SignUp {
    pub name: String,
    pub mail: String,
    pub password_hash: String,
}

impl Operation for SignUp {
    const NAME: &'static str = "staff.sign_up";
    const RIGHT: Right = Right::SignUp;
    type Output = EmployeeId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<EmployeeId, OpError> {
        if !sites::is_set_up(tx.conn())? {
            return Err(Refusal::NotFounded.into());
        }
        // Anybody on the Wi-Fi may ask: the list stays one that a person can read.
        if staff::asking(tx.conn())? >= STAFF_PENDING_MAX {
            return Err(Refusal::TooManyPending.into());
        }
        text::mail(&self.mail).map_err(in_field("mail"))?;
        let id = take_on(tx, &self.name, &self.mail, Role::Waiter, true)?;
        staff::keep_password_hash(tx.conn(), id, &self.password_hash)?;
        tx.record(Event::PasswordSet { employee: id })?;
        Ok(id)
    }
}

fn take_on(tx: &mut WriteTx<'_>, name: &str, mail: &str, role: Role, pending: bool) -> Result<EmployeeId, OpError> {
    manages(tx.actor(), role, pending)?;
    enlist(tx, name, mail, role, pending)
}

/// Whoever calls this has looked whether that may be.
pub(in crate::ops) fn enlist(
    tx: &mut WriteTx<'_>,
    name: &str,
    mail: &str,
    role: Role,
    pending: bool,
) -> Result<EmployeeId, OpError> {
    let name = text::required(name, text::NAME_MAX).map_err(in_field("name"))?;
    name_is_free(staff::by_name(tx.conn(), &name)?.map(|e| e.id), None, "employee")?;
    let id = EmployeeId(sites::next_id(tx.conn(), "employee")?);
    let employee = Employee { id, uid: Uuid::now_v7(), name, role, active: true, pending };
    tx.record(Event::EmployeeAdded { employee })?;
    set_mail(tx, id, mail)?;
    Ok(id)
}

fn set_mail(tx: &mut WriteTx<'_>, id: EmployeeId, mail: &str) -> Result<(), OpError> {
    let mail = match mail.trim().is_empty() {
        true => String::new(),
        false => text::mail(mail).map_err(in_field("mail"))?,
    };
    if !mail.is_empty() {
        name_is_free(staff::by_mail(tx.conn(), &mail)?.map(|e| e.id), Some(id), "mail")?;
    }
    staff::keep_mail(tx.conn(), id, &mail)?;
    tx.wrote();
    Ok(())
}

/// Whether the one who asks may have to do with people of that role. Signing up makes nobody
/// anything.
fn manages(actor: Actor, role: Role, pending: bool) -> Result<(), OpError> {
    let may = match actor {
        Actor::Machine => true,
        Actor::Employee { role: own, .. } => own.manages(role),
        Actor::Stranger => pending,
        Actor::Guest { .. } | Actor::Device { .. } | Actor::Tablet { .. } => false,
    };
    if may { Ok(()) } else { Err(Refusal::Denied.into()) }
}

/// The one whom the operation is about, once the one who asks may have to do with them.
fn managed(tx: &WriteTx<'_>, id: EmployeeId) -> Result<Employee, OpError> {
    let employee = staff::employee(tx.conn(), id)?.ok_or(not_found("employee"))?;
    manages(tx.actor(), employee.role, false)?;
    Ok(employee)
}

/// Gives somebody another name, role or address; dismisses or takes back; says yes to
/// somebody who has signed up.
pub struct ChangeEmployee {
    pub employee: EmployeeId,
    pub draft: EmployeeDraft,
    pub active: bool,
    /// `false` says yes to somebody who has signed up.
    pub pending: bool,
}

impl Operation for ChangeEmployee {
    const NAME: &'static str = "employee.change";
    const RIGHT: Right = Right::ManageStaff;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let before = managed(tx, self.employee)?;
        manages(tx.actor(), self.draft.role, false)?;
        let name = text::required(&self.draft.name, text::NAME_MAX).map_err(in_field("name"))?;
        name_is_free(staff::by_name(tx.conn(), &name)?.map(|e| e.id), Some(self.employee), "employee")?;
        // Nobody becomes pending again.
        let pending = before.pending && self.pending;
        let after = Employee { name, role: self.draft.role, active: self.active, pending, ..before.clone() };
        let rules = |e: &Employee| e.role == Role::Owner && e.works_here();
        if rules(&before) && !rules(&after) && staff::employees(tx.conn())?.iter().filter(|e| rules(e)).count() == 1 {
            return Err(Refusal::LastOwner.into());
        }
        if let Some(mail) = &self.draft.mail {
            set_mail(tx, self.employee, mail)?;
        }
        if after != before {
            if after.role != before.role || !after.works_here() {
                // Rights that were lost must not live on in an open session.
                sessions::end_of_employee(tx.conn(), self.employee)?;
            }
            tx.record(Event::EmployeeChanged { employee: after })?;
        }
        Ok(())
    }
}

/// Whose secret is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// By the one who manages them.
    Of(EmployeeId),
    /// By themselves; the old secret, or a one-time code, was proven before.
    Own(EmployeeId),
}

/// Gives somebody a new PIN, and with it fresh tries.
pub struct SetPin {
    pub whose: Whose,
    pub pin_hash: String,
}

impl Operation for SetPin {
    const NAME: &'static str = "employee.set_pin";
    // Of whom is checked below; oneself is not managed by anybody.
    const RIGHT: Right = Right::KeepAccount;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let id = entitled(tx, self.whose)?;
        staff::keep_pin_hash(tx.conn(), id, &self.pin_hash)?;
        tx.record(Event::PinSet { employee: id })?;
        Ok(())
    }
}

/// Gives somebody a new password; every session of theirs ends.
pub struct SetPassword {
    pub whose: Whose,
    pub password_hash: String,
}

impl Operation for SetPassword {
    const NAME: &'static str = "employee.set_password";
    // As for a PIN. Who has forgotten it proves so by a one-time code, and the machine sets it.
    const RIGHT: Right = Right::KeepAccount;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let id = entitled(tx, self.whose)?;
        staff::keep_password_hash(tx.conn(), id, &self.password_hash)?;
        tx.record(Event::PasswordSet { employee: id })?;
        Ok(())
    }
}

fn entitled(tx: &WriteTx<'_>, whose: Whose) -> Result<EmployeeId, OpError> {
    match whose {
        Whose::Of(id) => {
            // One's own are changed with the old one in hand.
            if !tx.actor().may(Right::ManageStaff) || tx.actor().employee() == Some(id) {
                return Err(Refusal::Denied.into());
            }
            managed(tx, id).map(|e| e.id)
        }
        Whose::Own(id) => {
            let known = staff::employee(tx.conn(), id)?.ok_or(not_found("employee"))?;
            match tx.actor() {
                Actor::Employee { employee, .. } if employee == id => Ok(known.id),
                Actor::Machine => Ok(known.id),
                _ => Err(Refusal::Denied.into()),
            }
        }
    }
}

/// Ends a session of one's own, or of somebody whom one manages.
pub struct EndSession {
    pub hash: TokenHash,
}

impl Operation for EndSession {
    const NAME: &'static str = "session.end";
    const RIGHT: Right = Right::KeepAccount;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let day = tx.filed_day()?;
        let open = sessions::of_staff(tx.conn(), day)?;
        let session = open.into_iter().find(|s| s.hash == self.hash).ok_or(not_found("session"))?;
        if tx.actor().employee() != Some(session.employee) {
            entitled(tx, Whose::Of(session.employee))?;
        }
        sessions::end(tx.conn(), &self.hash)?;
        tx.record(Event::SessionsEnded { employee: session.employee })?;
        Ok(())
    }
}
