//! One party at a table, or one takeaway: from the first guest to the last payment.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::id::{TableId, VisitId};

/// Where a visit sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Seat {
    /// At a table; `party` tells several at one table apart (0 is the first).
    Table { table: TableId, party: u32 },
    /// Bungkus: the day's takeaway number.
    Takeaway { number: u32 },
}

/// One party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    pub id: VisitId,
    pub uid: Uuid,
    pub seat: Seat,
    pub open: bool,
    pub bill_asked: bool,
}

impl Visit {
    pub fn is_takeaway(&self) -> bool {
        matches!(self.seat, Seat::Takeaway { .. })
    }
}

/// What a guest said of themselves: personal data, kept apart and erasable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub mail: String,
    pub phone: String,
}

/// "5" for the first party at table 5, then "5B", "5C" … and after "5Z" "5-27".
pub fn place_name(table: &str, party: u32) -> String {
    match party {
        0 => table.to_owned(),
        1..=25 => format!("{table}{}", char::from(b'A' + u8::try_from(party).unwrap_or(0))),
        _ => format!("{table}-{}", party + 1),
    }
}

/// A table of the dining room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub id: TableId,
    /// What stands on it: "5", "Teras 2".
    pub number: String,
    pub area: String,
    pub seats: u32,
    /// The secret behind its QR code: 128 random bits. It only opens or joins a visit.
    pub code: String,
}

/// What the owner writes of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TableDraft {
    pub number: String,
    #[serde(default)]
    pub area: String,
    pub seats: u32,
}

/// A table's number without zeros before it: "05" is 5 to whoever counts tables.
pub fn plain_number(number: &str) -> &str {
    let digits = number.trim_start_matches('0');
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) { digits } else { number }
}

/// What a table looks like from across the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum TableState {
    Free,
    /// Guests are there, nothing is ordered.
    Ordering,
    Waiting,
    InProcess,
    Served,
    BillAsked,
}

impl TableState {
    pub fn name(self) -> &'static str {
        match self {
            TableState::Free => "free",
            TableState::Ordering => "ordering",
            TableState::Waiting => "waiting",
            TableState::InProcess => "in_process",
            TableState::Served => "served",
            TableState::BillAsked => "bill_asked",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parties_are_lettered() {
        assert_eq!([0, 1, 25, 26].map(|p| place_name("5", p)), ["5", "5B", "5Z", "5-27"]);
    }
}
