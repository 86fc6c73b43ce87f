//! Guests are forgotten: a set time after they left, or because they asked for it. The journal
//! says that it was done and by whom; of whom, by number alone.

use crate::domain::event::Event;
use crate::domain::id::GuestId;
use crate::domain::refusal::Refusal;
use crate::domain::staff::Right;
use crate::domain::time::BusinessDay;
use crate::ops::{OpError, Operation, not_found};
use crate::store::erase;
use crate::store::write_tx::WriteTx;

/// Guests that one change forgets: a few milliseconds between two orders.
pub const AT_ONCE: usize = 100;

/// Forgets these guests, because they asked. What they ordered and paid stays.
pub struct EraseGuests {
    pub guests: Vec<GuestId>,
}

impl Operation for EraseGuests {
    const NAME: &'static str = "guest.erase";
    const RIGHT: Right = Right::EraseGuests;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let mut guests = self.guests;
        guests.sort_unstable();
        guests.dedup();
        if guests.is_empty() {
            return Err(not_found("guest"));
        }
        if guests.len() > AT_ONCE {
            return Err(Refusal::Quantity { max: AT_ONCE as u32 }.into());
        }
        let (mut visits, mut orders, mut ratings) = (Vec::new(), Vec::new(), Vec::new());
        for guest in &guests {
            let places = erase::places(tx.conn(), *guest)?.ok_or(not_found("guest"))?;
            visits.push(places.visit);
            orders.extend(places.orders);
            ratings.extend(places.ratings);
        }
        visits.dedup();
        tx.record(Event::GuestsErased { guests, asked: true, visits, orders, ratings })?;
        Ok(())
    }
}

/// Those guests' time is over: the machine forgets them. It looked on a connection of its own, so
/// what it found is looked at again.
pub struct EraseOld {
    pub guests: Vec<GuestId>,
    /// Everybody before this day has been found.
    pub all_before: Option<BusinessDay>,
}

impl Operation for EraseOld {
    const NAME: &'static str = "guest.erase_old";
    const RIGHT: Right = Right::Maintain;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let before = until(tx.filed_day()?, tx.site()?.erase_after_days);
        let (mut guests, mut ratings) = (Vec::new(), Vec::new());
        for guest in self.guests {
            if erase::is_due(tx.conn(), guest, before)?
                && let Some(places) = erase::places(tx.conn(), guest)?
            {
                guests.push(guest);
                ratings.extend(places.ratings);
            }
        }
        if !guests.is_empty() {
            // Their visits are closed: no screen shows them.
            let (visits, orders) = (Vec::new(), Vec::new());
            tx.record(Event::GuestsErased { guests, asked: false, visits, orders, ratings })?;
        }
        if let Some(day) = self.all_before.filter(|day| *day <= before) {
            erase::forget_letters(tx.conn(), day)?;
            erase::keep_done(tx.conn(), day)?;
            tx.forgot();
        }
        Ok(())
    }
}

/// Visits that began before this day are forgotten. A visit ends on its day or the next, so nobody
/// is forgotten sooner than so many days after the end.
pub fn until(today: BusinessDay, after_days: u32) -> BusinessDay {
    today.plus_days(-i32::try_from(after_days).unwrap_or(i32::MAX))
}
