//! The clock and the business day.

use crate::domain::event::{Event, Touch};
use crate::domain::staff::Right;
use crate::domain::time::{DayStep, day_step};
use crate::ops::{OpError, Operation, claimed_day, legacy, open_day};
use crate::store::sessions;
use crate::store::write_tx::WriteTx;

/// Somebody says that the date on the screen is right.
pub struct ConfirmClock;

impl Operation for ConfirmClock {
    const NAME: &'static str = "clock.confirm";
    const RIGHT: Right = Right::ConfirmClock;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let claimed = claimed_day(tx)?;
        tx.record(Event::ClockConfirmed { claimed })?;
        if let DayStep::Open(day) = day_step(tx.day(), claimed, true) {
            // No night has passed, the day was only called by a wrong date: whoever is at work
            // stays at work.
            sessions::carry(tx.conn(), day)?;
            open_day(tx, day)?;
        }
        Ok(())
    }
}

/// Looks whether the business day has changed; opening it is what every operation does
/// first. Called now and then so that a quiet shop's day changes too.
pub struct Tick;

impl Operation for Tick {
    const NAME: &'static str = "day.tick";
    const RIGHT: Right = Right::Maintain;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        legacy::forget_left_carts(tx, false)?;
        tx.touch(Touch::Hub);
        Ok(())
    }
}
