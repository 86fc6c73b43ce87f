//! Letters: what is written to whom, how it leaves, and what became of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::id::{EmployeeId, ReceiptId};
use crate::domain::time::Period;

/// How letters leave the house.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum MailRoute {
    /// Not at all.
    #[default]
    Off,
    Smtp {
        host: String,
        port: u16,
        security: MailSecurity,
        /// Empty when the server asks for nobody.
        #[serde(default)]
        user: String,
        /// A file on this machine with the authority that a house's own server is signed by;
        /// empty trusts the world's.
        #[serde(default)]
        ca_file: String,
    },
    /// A folder in which each letter becomes a file: the demo's post box.
    Folder { path: String },
}

/// How the connection to the server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum MailSecurity {
    /// Plain first, then private or not at all (usually port 587).
    Starttls,
    /// Private from the first byte (usually port 465).
    Tls,
    /// Not at all: only to a server on this machine.
    None,
}

/// The owner's settings of mail. The password stands apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MailSettings {
    pub route: MailRoute,
    /// The address that letters come from.
    pub from: String,
    /// Where the owner's reports go.
    #[serde(default)]
    pub owner: Vec<String>,
}

/// What a letter says. No addresses, no names: they are joined when it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum Letter {
    Receipt {
        receipt: ReceiptId,
    },
    /// A one-time code for a new password; made when the letter is, and kept nowhere.
    PasswordCode {
        employee: EmployeeId,
    },
    /// What was sold, as a PDF.
    Report {
        period: Period,
    },
    /// Shows that the settings work.
    Test,
}

impl Letter {
    pub fn name(&self) -> &'static str {
        match self {
            Letter::Receipt { .. } => "receipt",
            Letter::PasswordCode { .. } => "password_code",
            Letter::Report { .. } => "report",
            Letter::Test => "test",
        }
    }
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LetterState {
    Queued,
    Sending,
    Sent,
    /// The server said no for good, or it was tried for two days.
    Failed,
    Cancelled,
}

impl LetterState {
    pub const ALL: [LetterState; 5] =
        [LetterState::Queued, LetterState::Sending, LetterState::Sent, LetterState::Failed, LetterState::Cancelled];

    pub fn name(self) -> &'static str {
        match self {
            LetterState::Queued => "queued",
            LetterState::Sending => "sending",
            LetterState::Sent => "sent",
            LetterState::Failed => "failed",
            LetterState::Cancelled => "cancelled",
        }
    }
}

/// Most owner's addresses.
pub const OWNERS_MAX: usize = 10;
/// How often a guest may have the same receipt: the one that was sent by itself, and some more.
pub const GUEST_LETTERS_MAX: u32 = 4;
/// After so many tries a letter has failed: with the pauses below, about two days.
pub const TRIES_MAX: u32 = 54;

/// The pause after a try that failed for now: half a minute, doubling to an hour. Servers that
/// greylist want some minutes (RFC 6647, 2.1); RFC 5321, 4.5.4.1 asks for a try in half an hour.
pub fn pause_ms(attempts: u32) -> i64 {
    (30_000_i64 << attempts.saturating_sub(1).min(7)).min(3_600_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_an_hour_and_end_after_two_days() {
        assert_eq!([1, 2, 3, 7, 8, 50].map(pause_ms), [30_000, 60_000, 120_000, 1_920_000, 3_600_000, 3_600_000]);
        let all: i64 = (1..=TRIES_MAX).map(pause_ms).sum();
        assert!((47..50).contains(&(all / 3_600_000)), "{all}");
    }
}
