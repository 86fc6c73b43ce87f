//! Who comes in: PINs, sessions, enrolled screens. The slow part (argon2) has happened
//! before an operation is queued; it brings only the result.

use serde::{Deserialize, Serialize};

use crate::domain::event::{Event, Touch};
use crate::domain::id::{DeviceId, EmployeeId};
use crate::domain::refusal::{Refusal, in_field};
use crate::domain::staff::{Actor, Employee, Right};
use crate::domain::text;
use crate::ops::{OpError, Operation, not_found};
use crate::store::sessions::{self, Opened, TokenHash};
use crate::store::write_tx::WriteTx;
use crate::store::{sites, staff};

/// What became of a try to log in. A wrong PIN is an accepted operation: it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogInResult {
    In,
    Wrong { left: u32 },
    Locked { minutes: u32 },
}

/// Counts the tries of a person from one place; `Some` is the answer when this one fails.
fn judge(
    tx: &mut WriteTx<'_>,
    id: EmployeeId,
    origin: &str,
    proven: bool,
    refused: Event,
) -> Result<Option<LogInResult>, OpError> {
    let now = tx.now().mono_ms;
    let boot = tx.boot().to_owned();
    let tries = staff::tries(tx.conn(), id, origin, &boot)?.by(now);
    if let Some(minutes) = tries.locked(now) {
        return Ok(Some(LogInResult::Locked { minutes }));
    }
    if proven {
        staff::clear_failures(tx.conn(), id, origin)?;
        return Ok(None);
    }
    tx.record(refused)?;
    let tries = tries.wrong(now);
    staff::keep_tries(tx.conn(), id, origin, tries, &boot)?;
    Ok(Some(LogInResult::Wrong { left: tries.left() }))
}

/// Opens one, and ends the one that the same screen or browser had: a token that was known before
/// somebody logged in opens nothing afterwards.
fn open_session(
    tx: &mut WriteTx<'_>,
    employee: &Employee,
    device: Option<DeviceId>,
    (hash, before): (&TokenHash, Option<TokenHash>),
    agent: &str,
) -> Result<LogInResult, OpError> {
    if let Some(before) = before.filter(|b| b != hash) {
        sessions::end(tx.conn(), &before)?;
        tx.touch(Touch::Sessions);
    }
    tx.act_as(Actor::Employee { employee: employee.id, role: employee.role, device });
    tx.record(Event::LoggedIn { employee: employee.id, device })?;
    let (day, at_ms) = (tx.filed_day()?, tx.now().wall_ms);
    sessions::keep_employee(tx.conn(), &Opened { hash, employee: employee.id, device, day, at_ms, agent })?;
    Ok(LogInResult::In)
}

/// Somebody tapped a name and typed a PIN.
pub struct LogIn {
    pub employee: EmployeeId,
    /// The PIN fitted the hash.
    pub proven: bool,
    pub token_hash: TokenHash,
    /// Of whoever was logged in on that screen.
    pub before: Option<TokenHash>,
}

impl Operation for LogIn {
    const NAME: &'static str = "staff.log_in";
    const RIGHT: Right = Right::LogIn;
    type Output = LogInResult;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<LogInResult, OpError> {
        let device = match tx.actor() {
            Actor::Device { device } | Actor::Employee { device: Some(device), .. } => device,
            Actor::Employee { .. } | Actor::Guest { .. } | Actor::Tablet { .. } | Actor::Stranger | Actor::Machine => {
                return Err(Refusal::DeviceUnknown.into());
            }
        };
        // Its socket may still be open.
        if !staff::is_enrolled(tx.conn(), device)? {
            return Err(Refusal::DeviceUnknown.into());
        }
        if self.proven && sessions::is_employees(tx.conn(), &self.token_hash, self.employee)? {
            return Ok(LogInResult::In);
        }
        let employee = staff::employee(tx.conn(), self.employee)?.filter(Employee::works_here).ok_or(not_found("employee"))?;
        let refused = Event::PinRefused { employee: self.employee, device };
        match judge(tx, self.employee, &device.to_string(), self.proven, refused)? {
            Some(no) => Ok(no),
            None => open_session(tx, &employee, Some(device), (&self.token_hash, self.before), ""),
        }
    }
}

/// Somebody gave a name or an address and a password, in a browser anywhere on the network.
pub struct LogInOffice {
    pub employee: EmployeeId,
    /// The password fitted the hash.
    pub proven: bool,
    pub token_hash: TokenHash,
    /// Of whoever was logged in in that browser.
    pub before: Option<TokenHash>,
    /// The browser's address: whoever tries from one locks nobody out at another.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}

impl Operation for LogInOffice {
    const NAME: &'static str = "office.log_in";
    const RIGHT: Right = Right::SignUp;
    type Output = LogInResult;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<LogInResult, OpError> {
        if self.proven && sessions::is_employees(tx.conn(), &self.token_hash, self.employee)? {
            return Ok(LogInResult::In);
        }
        let employee = staff::employee(tx.conn(), self.employee)?.ok_or(not_found("employee"))?;
        let refused = Event::PasswordRefused { employee: self.employee };
        if let Some(no) = judge(tx, self.employee, &self.address, self.proven, refused)? {
            return Ok(no);
        }
        // Told to those alone who know the password.
        if employee.pending {
            return Err(Refusal::Pending.into());
        }
        if !employee.active {
            return Err(Refusal::LoginWrong.into());
        }
        // A browser may call itself anything; what it says is shown to staff and no more.
        let agent: String = text::clean(&self.agent, 400).unwrap_or_default().chars().take(200).collect();
        open_session(tx, &employee, None, (&self.token_hash, self.before), &agent)
    }
}

/// Somebody who is logged in gives a secret again before changing one: a screen that was left
/// open gives nobody endless tries.
pub struct ProveSelf {
    pub proven: bool,
}

impl Operation for ProveSelf {
    const NAME: &'static str = "own.prove";
    const RIGHT: Right = Right::KeepAccount;
    type Output = LogInResult;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<LogInResult, OpError> {
        let own = tx.actor().employee().ok_or(Refusal::Denied)?;
        let no = judge(tx, own, "own", self.proven, Event::PasswordRefused { employee: own })?;
        tx.wrote();
        Ok(no.unwrap_or(LogInResult::In))
    }
}

/// Somebody uses the office: it stays open.
pub struct NoteSeen {
    pub token_hash: TokenHash,
}

impl Operation for NoteSeen {
    const NAME: &'static str = "session.seen";
    const RIGHT: Right = Right::Maintain;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        sessions::keep_seen(tx.conn(), &self.token_hash, tx.now().wall_ms)?;
        tx.wrote();
        Ok(())
    }
}

/// Ends a session.
pub struct LogOut {
    pub token_hash: TokenHash,
}

impl Operation for LogOut {
    const NAME: &'static str = "staff.log_out";
    const RIGHT: Right = Right::KeepAccount;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        sessions::end(tx.conn(), &self.token_hash)?;
        tx.touch(Touch::Sessions);
        Ok(())
    }
}

/// A screen becomes one that staff may log in on. Whoever calls this has checked the
/// one-time code.
pub struct EnrolDevice {
    pub name: String,
    pub token_hash: TokenHash,
}

impl Operation for EnrolDevice {
    const NAME: &'static str = "device.enrol";
    // The code is the right: a stranger's browser brings it.
    const RIGHT: Right = Right::Join;
    type Output = DeviceId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<DeviceId, OpError> {
        if let Some(device) = sessions::device(tx.conn(), &self.token_hash)? {
            return Ok(device);
        }
        let name = text::required(&self.name, text::NAME_MAX).map_err(in_field("name"))?;
        let device = DeviceId(sites::next_id(tx.conn(), "device")?);
        tx.record(Event::DeviceEnrolled { device, name })?;
        sessions::keep_device(tx.conn(), &self.token_hash, device)?;
        Ok(device)
    }
}

/// The touchscreen of this machine, enrolled without a code: whoever stands at it is inside.
pub struct BuiltInDevice;

/// The name under which it stands in the list of devices.
const BUILT_IN: &str = "kasir";

impl Operation for BuiltInDevice {
    const NAME: &'static str = "device.built_in";
    const RIGHT: Right = Right::Maintain;
    type Output = DeviceId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<DeviceId, OpError> {
        // The first device of every file.
        let first = DeviceId(1);
        if staff::device_name(tx.conn(), first)?.is_none() {
            tx.record(Event::DeviceEnrolled { device: first, name: BUILT_IN.to_owned() })?;
        }
        Ok(first)
    }
}
