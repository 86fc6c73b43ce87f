//! Who comes in: PINs, sessions, enrolled screens. The slow part (argon2) has happened
//! before an operation is queued; it brings only the result.

use serde::{Deserialize, Serialize};

use crate::domain::event::Event;
use crate::domain::id::{DeviceId, EmployeeId};
use crate::domain::refusal::{Refusal, in_field};
use crate::domain::staff::{Actor, Right};
use crate::domain::text;
use crate::ops::{OpError, Operation, not_found};
use crate::store::sessions::{self, TokenHash};
use crate::store::write_tx::WriteTx;
use crate::store::{sites, staff};

/// Wrong PINs of a person on a device before it locks.
pub const PIN_TRIES: u32 = 5;
/// How long it stays locked.
pub const PIN_LOCK_MS: i64 = 15 * 60 * 1_000;

/// What became of a try to log in. A wrong PIN is an accepted operation: it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogInResult {
    In,
    Wrong { left: u32 },
    Locked { minutes: u32 },
}

/// Somebody tapped a name and typed a PIN.
pub struct LogIn {
    pub employee: EmployeeId,
    /// The PIN fitted the hash.
    pub proven: bool,
    pub token_hash: TokenHash,
}

impl Operation for LogIn {
    const NAME: &'static str = "staff.log_in";
    const RIGHT: Right = Right::LogIn;
    type Output = LogInResult;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<LogInResult, OpError> {
        let device = match tx.actor() {
            Actor::Device { device } | Actor::Employee { device, .. } => device,
            Actor::Guest { .. } | Actor::Stranger | Actor::Machine => return Err(Refusal::DeviceUnknown.into()),
        };
        if self.proven && sessions::is_employees(tx.conn(), &self.token_hash, self.employee)? {
            return Ok(LogInResult::In);
        }
        let employee = staff::employee(tx.conn(), self.employee)?.filter(|e| e.active).ok_or(not_found("employee"))?;
        let now = tx.now().mono_ms;
        let boot = tx.boot().to_owned();
        let (mut count, mut since) = staff::pin_failures(tx.conn(), self.employee, device, &boot)?;
        if now - since >= PIN_LOCK_MS {
            (count, since) = (0, now);
        }
        if count >= PIN_TRIES {
            let minutes = ((PIN_LOCK_MS - (now - since)).max(0) + 59_999) / 60_000;
            return Ok(LogInResult::Locked { minutes: u32::try_from(minutes).unwrap_or(u32::MAX) });
        }
        if !self.proven {
            if count == 0 {
                since = now;
            }
            tx.record(Event::PinRefused { employee: self.employee, device })?;
            staff::keep_pin_failures(tx.conn(), self.employee, device, count + 1, &boot, since)?;
            return Ok(LogInResult::Wrong { left: PIN_TRIES - count - 1 });
        }
        staff::clear_pin_failures(tx.conn(), self.employee, device)?;
        tx.act_as(Actor::Employee { employee: self.employee, role: employee.role, device });
        tx.record(Event::LoggedIn { employee: self.employee, device })?;
        let day = tx.filed_day()?;
        sessions::keep_employee(tx.conn(), &self.token_hash, self.employee, device, day)?;
        Ok(LogInResult::In)
    }
}

/// Ends a session.
pub struct LogOut {
    pub token_hash: TokenHash,
}

impl Operation for LogOut {
    const NAME: &'static str = "staff.log_out";
    const RIGHT: Right = Right::LogIn;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        sessions::end(tx.conn(), &self.token_hash)?;
        tx.wrote();
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
