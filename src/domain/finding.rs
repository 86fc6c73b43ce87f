//! What a look at the machine and the house found: one line a part, good or bad, with what to do.
//! The sentences are in `lang/*.ftl` under `doctor-<key>`; the parts' names under `doctor-part-<part>`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::site::Language;
use crate::domain::words;

/// How a part does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Ok,
    /// It works; somebody should look at it.
    Warning,
    /// Something does not work.
    Trouble,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Trouble => "trouble",
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// "disk", "printer"; see [`PARTS`].
    pub part: String,
    pub verdict: Verdict,
    /// Of its sentence.
    pub key: String,
    pub params: BTreeMap<String, String>,
}

/// In the order in which they are told.
pub const PARTS: [&str; 18] = [
    "program",
    "config",
    "data",
    "disk",
    "file-system",
    "wear",
    "database",
    "backup",
    "clock",
    "day",
    "port",
    "printer",
    "mail",
    "head-office",
    "power",
    "temperature",
    "memory",
    "check",
];

impl Finding {
    pub fn new(part: &str, verdict: Verdict, key: &str, params: &[(&str, &str)]) -> Finding {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Finding { part: part.to_owned(), verdict, key: key.to_owned(), params }
    }

    pub fn ok(part: &str, key: &str, params: &[(&str, &str)]) -> Finding {
        Finding::new(part, Verdict::Ok, key, params)
    }

    pub fn warning(part: &str, key: &str, params: &[(&str, &str)]) -> Finding {
        Finding::new(part, Verdict::Warning, key, params)
    }

    pub fn trouble(part: &str, key: &str, params: &[(&str, &str)]) -> Finding {
        Finding::new(part, Verdict::Trouble, key, params)
    }

    /// For a person.
    pub fn text(&self, language: Language) -> String {
        let params: Vec<(&str, &str)> = self.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        words::say(language, &format!("doctor-{}", self.key), &params)
    }

    /// Where it stands among the others.
    pub fn rank(&self) -> usize {
        PARTS.iter().position(|part| *part == self.part).unwrap_or(PARTS.len())
    }
}
