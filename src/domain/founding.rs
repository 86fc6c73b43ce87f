//! What a house is made of on its first day, told all at once: by the touchscreen, by a browser
//! with the one-time code, by `kasir init`. Plain values; `ops::found` decides.

use serde::{Deserialize, Serialize};

use crate::domain::site::{PrinterSettings, Site};

/// Most tables that a house begins with. More are added later, a hand at a time.
pub const TABLES_MAX: u32 = 500;
/// Most areas that are told at once.
pub const ROOMS_MAX: usize = 12;
/// Most printers that are told at once.
pub const PRINTERS_MAX: usize = 8;

/// A house that is about to open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Founding {
    pub site: Site,
    pub owner: OwnerDraft,
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<PrinterSettings>>"))]
    pub printers: Vec<PrinterSettings>,
    /// Tables are numbered from 1 through all of them.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<RoomDraft>>"))]
    pub rooms: Vec<RoomDraft>,
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<ClockWord>"))]
    pub clock: ClockWord,
    /// Whether each table's code is printed where receipts come out.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub slips: bool,
}

/// Whose house it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OwnerDraft {
    pub name: String,
    /// 4 to 8 digits.
    pub pin: String,
    /// For the office; empty when there shall be none yet.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<String>"))]
    pub password: String,
}

/// An area and its tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RoomDraft {
    #[serde(default)]
    pub area: String,
    pub tables: u32,
    pub seats: u32,
}

/// What the person at the screen says of the clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ClockWord {
    /// Nothing.
    #[default]
    Unsaid,
    /// It is right.
    Right,
    /// It is another time: milliseconds since 1970, UTC.
    Set {
        #[cfg_attr(test, ts(type = "number"))]
        wall_ms: i64,
    },
}

impl Founding {
    /// How many tables there will be.
    pub fn tables(&self) -> u32 {
        self.rooms.iter().fold(0, |sum, room| sum.saturating_add(room.tables))
    }
}
