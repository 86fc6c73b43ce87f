//! Forgets guests whose time is over. Looks when a business day has opened, or the time was made
//! shorter, on a connection beside the writer's, and forgets a few at a time: a house that switches
//! this on after years still takes orders meanwhile.

use crate::domain::staff::Actor;
use crate::ops::erase::{AT_ONCE, EraseOld, until};
use crate::ops::{self, OpError};
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::writer::Writer;
use crate::store::{erase, sites};

/// Guests that are looked for at once: all of a month, and little memory.
const LOOK: usize = 10_000;

/// Forgets all that are due; tells how many. Blocks.
pub fn erase_old(writer: &Writer, reader: &Reader) -> Result<usize, OpError> {
    let mut all = 0;
    loop {
        let found = reader.read_apart(|conn| {
            let Some(day) = sites::day(conn)? else { return Ok::<_, StoreError>(None) };
            let before = until(day, sites::site(conn)?.erase_after_days);
            // Asked again with the same day, nobody new can be due.
            if erase::done(conn)?.is_some_and(|done| done >= before.to_string()) {
                return Ok(None);
            }
            Ok(Some((before, erase::due(conn, before, LOOK)?)))
        });
        let Some((before, guests)) = found? else { return Ok(all) };
        for some in guests.chunks(AT_ONCE) {
            ops::run(writer, Actor::Machine, EraseOld { guests: some.to_vec(), all_before: None })?;
        }
        all += guests.len();
        if guests.len() < LOOK {
            ops::run(writer, Actor::Machine, EraseOld { guests: Vec::new(), all_before: Some(before) })?;
            return Ok(all);
        }
    }
}
