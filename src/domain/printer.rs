//! What one printer is like: how it writes, cuts and opens the drawer, who stands in for it, and
//! whether it tells how it does. A person picks it from the test page; nothing here is guessed.

use serde::{Deserialize, Serialize};

use crate::domain::id::PrinterId;
use crate::domain::site::PaperWidth;

/// The characters beyond ASCII that a printer is told to have. What the page lacks is printed as a
/// picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum CodePage {
    /// None beyond ASCII: for printers that take such bytes for the halves of Chinese characters.
    Ascii,
    #[default]
    Pc437,
    Pc850,
    Pc852,
    Pc858,
    Pc860,
    Pc863,
    Pc865,
    Pc866,
    Windows1252,
}

impl CodePage {
    pub const ALL: [CodePage; 10] = [
        CodePage::Ascii,
        CodePage::Pc437,
        CodePage::Pc850,
        CodePage::Pc852,
        CodePage::Pc858,
        CodePage::Pc860,
        CodePage::Pc863,
        CodePage::Pc865,
        CodePage::Pc866,
        CodePage::Windows1252,
    ];

    /// As it stands in settings.
    pub fn key(self) -> &'static str {
        match self {
            CodePage::Ascii => "ascii",
            CodePage::Pc437 => "pc437",
            CodePage::Pc850 => "pc850",
            CodePage::Pc852 => "pc852",
            CodePage::Pc858 => "pc858",
            CodePage::Pc860 => "pc860",
            CodePage::Pc863 => "pc863",
            CodePage::Pc865 => "pc865",
            CodePage::Pc866 => "pc866",
            CodePage::Windows1252 => "windows1252",
        }
    }

    /// As printers' manuals and the test page name it.
    pub fn name(self) -> &'static str {
        match self {
            CodePage::Ascii => "ASCII",
            CodePage::Pc437 => "PC437",
            CodePage::Pc850 => "PC850",
            CodePage::Pc852 => "PC852",
            CodePage::Pc858 => "PC858",
            CodePage::Pc860 => "PC860",
            CodePage::Pc863 => "PC863",
            CodePage::Pc865 => "PC865",
            CodePage::Pc866 => "PC866",
            CodePage::Windows1252 => "WPC1252",
        }
    }
}

impl std::str::FromStr for CodePage {
    type Err = ();
    fn from_str(key: &str) -> Result<CodePage, ()> {
        CodePage::ALL.into_iter().find(|p| p.key() == key).ok_or(())
    }
}

/// What happens at a document's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Cutter {
    /// Torn by hand: the paper comes out far enough.
    None,
    Full,
    /// A bit stays uncut, so that the ticket does not fall.
    #[default]
    Partial,
}

impl Cutter {
    pub const ALL: [Cutter; 3] = [Cutter::None, Cutter::Full, Cutter::Partial];

    pub fn key(self) -> &'static str {
        match self {
            Cutter::None => "none",
            Cutter::Full => "full",
            Cutter::Partial => "partial",
        }
    }
}

impl std::str::FromStr for Cutter {
    type Err = ();
    fn from_str(key: &str) -> Result<Cutter, ()> {
        Cutter::ALL.into_iter().find(|c| c.key() == key).ok_or(())
    }
}

/// The pin of the plug through which the drawer gets its pulse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum DrawerPin {
    #[default]
    #[serde(rename = "2")]
    Two,
    #[serde(rename = "5")]
    Five,
}

/// Who prints what a printer does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Backup {
    pub printer: PrinterId,
    /// How long a paper waits for the failing one, in seconds.
    #[schemars(range(min = 1, max = 600))]
    pub after_s: u32,
}

/// Long enough for somebody to close the cover.
pub const BACKUP_AFTER_S: u32 = 10;
/// A paper that is older asks before it prints; a backup that waits longer would never be used.
pub const BACKUP_AFTER_S_MAX: u32 = 600;
/// Longest time in which tickets of one visit become one paper. A kitchen that waits longer waits too long.
pub const MERGE_S_MAX: u32 = 300;
/// A paper that waits longer than this is not printed unless somebody says so: a printer that is
/// switched on at noon does not print yesterday.
pub const OLD_MS: i64 = 10 * 60 * 1_000;

/// Whether a printer answers when it is asked how it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Speech {
    /// It was never asked.
    #[default]
    Unknown,
    Speaks,
    /// It was asked and said nothing: what it gets counts as sent, never as confirmed.
    Silent,
}

impl Speech {
    pub fn name(self) -> &'static str {
        match self {
            Speech::Unknown => "unknown",
            Speech::Speaks => "speaks",
            Speech::Silent => "silent",
        }
    }

    pub fn named(name: &str) -> Speech {
        match name {
            "speaks" => Speech::Speaks,
            "silent" => Speech::Silent,
            _ => Speech::Unknown,
        }
    }
}

/// All that the bytes of a document depend on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Profile {
    pub width: PaperWidth,
    pub code_page: CodePage,
    pub cutter: Cutter,
    pub drawer_pin: DrawerPin,
}
