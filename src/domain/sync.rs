//! Head office's copy: where it goes, and how it does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the connection to the database is kept private.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SyncTls {
    /// Private and to the right server, or not at all.
    #[default]
    Required,
    /// In the open: only to this machine or inside the house's own network.
    Off,
}

/// The owner's settings of the copy. The password stands apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SyncSettings {
    pub on: bool,
    pub host: String,
    pub port: u16,
    pub user: String,
    pub database: String,
    pub tls: SyncTls,
    /// A file on this machine with the authority that the server is signed by; empty trusts the
    /// world's.
    #[serde(default)]
    pub ca_file: String,
}

/// Why nothing goes up, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SyncFault {
    /// Nobody answers, or not in time.
    Unreachable,
    /// It does not know us, or its certificate is not to be trusted.
    Refused,
    /// It takes nothing: read-only, full, or without the right to write.
    Rejected,
    /// What lies there under our name is not ours: somebody else's file has the same identity.
    Diverged,
}

impl SyncFault {
    pub fn name(self) -> &'static str {
        match self {
            SyncFault::Unreachable => "unreachable",
            SyncFault::Refused => "refused",
            SyncFault::Rejected => "rejected",
            SyncFault::Diverged => "diverged",
        }
    }
}

/// The pause after a try that failed: a second, doubling to a minute.
pub fn pause_ms(tries: u32) -> u64 {
    (1_000_u64 << tries.saturating_sub(1).min(6)).min(60_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_a_minute() {
        assert_eq!([1, 2, 3, 6, 7, 90].map(pause_ms), [1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
    }
}
