//! Backups: where they go, how long each is kept, what keeps them from being made. The copy of the
//! journal on another medium belongs to it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::id::Seq;
use crate::domain::time::BusinessDay;

/// The owner's settings. The passphrase stands apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BackupSettings {
    /// A folder on another medium than the database's; empty when there is none.
    pub folder: String,
    /// Every stick that the machine has mounted.
    pub stick: bool,
    /// Whether backups are sealed with the passphrase.
    pub sealed: bool,
    pub keep: Keep,
    /// Where every row of the journal is appended as well.
    pub journal: JournalCopy,
}

impl BackupSettings {
    /// Whether backups are made at all.
    pub fn is_on(&self) -> bool {
        self.stick || !self.folder.is_empty()
    }
}

/// Where the journal's copy goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum JournalCopy {
    #[default]
    Off,
    /// Into the folder of the backups.
    Folder,
    /// Onto the stick.
    Stick,
}

/// How many backups are kept of each kind: the last of a day, of a week, of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Keep {
    pub daily: u32,
    pub weekly: u32,
    pub monthly: u32,
}

impl Default for Keep {
    fn default() -> Keep {
        Keep { daily: 7, weekly: 5, monthly: 12 }
    }
}

/// Most of each kind that may be asked for: ten years of months.
pub const KEEP_MAX: u32 = 120;

/// Longest name of a folder.
pub const FOLDER_MAX: usize = 1_000;
/// Shortest passphrase. Whoever has the file may try as many as they like.
pub const PASSPHRASE_MIN: usize = 12;
pub const PASSPHRASE_MAX: usize = 200;

/// Why no backup is made, or nothing is appended, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum BackupFault {
    /// The folder or the stick is not there.
    Missing,
    /// The folder lies on the medium that the database lies on: it would be lost with it.
    SameMedium,
    Full,
    /// It may not be written.
    Denied,
    /// It shall be sealed, and there is no passphrase.
    Unsealed,
    /// The copy is not whole: the database or the medium is damaged.
    Damaged,
    /// What lies there is the journal of another history: not touched.
    Diverged,
    /// Something else; the log says what.
    Failed,
}

impl BackupFault {
    pub const ALL: [BackupFault; 8] = [
        BackupFault::Missing,
        BackupFault::SameMedium,
        BackupFault::Full,
        BackupFault::Denied,
        BackupFault::Unsealed,
        BackupFault::Damaged,
        BackupFault::Diverged,
        BackupFault::Failed,
    ];

    pub fn name(self) -> &'static str {
        match self {
            BackupFault::Missing => "missing",
            BackupFault::SameMedium => "same_medium",
            BackupFault::Full => "full",
            BackupFault::Denied => "denied",
            BackupFault::Unsealed => "unsealed",
            BackupFault::Damaged => "damaged",
            BackupFault::Diverged => "diverged",
            BackupFault::Failed => "failed",
        }
    }
}

/// A backup as its file's name tells: the business day on which it was made, the last row of the journal
/// that it holds, and whether it is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    pub day: BusinessDay,
    pub seq: Seq,
    pub sealed: bool,
}

impl Label {
    /// "kasir-2031-05-09-000123.db", with ".age" behind it when it is sealed.
    pub fn file_name(&self) -> String {
        format!("kasir-{}-{:06}.db{}", self.day, self.seq, if self.sealed { ".age" } else { "" })
    }

    /// None of a file that no backup of ours is called.
    pub fn of(name: &str) -> Option<Label> {
        let (plain, sealed) = name.strip_suffix(".age").map_or((name, false), |n| (n, true));
        let (day, seq) = plain.strip_prefix("kasir-")?.strip_suffix(".db")?.split_at_checked(10)?;
        let label = Label { day: day.parse().ok()?, seq: seq.strip_prefix('-')?.parse().ok()?, sealed };
        (label.seq >= 0 && label.file_name() == name).then_some(label)
    }
}

/// Which of these backups stay: the last of each of the last so many days on which there is one, and of
/// weeks (they begin on Monday) and months in the same way. The newest always stays.
pub fn kept(made: &[Label], keep: Keep) -> BTreeSet<Label> {
    let mut newest_first: Vec<Label> = made.to_vec();
    newest_first.sort_unstable_by(|a, b| b.cmp(a));
    let mut stay: BTreeSet<Label> = newest_first.first().copied().into_iter().collect();
    let week = |day: BusinessDay| day.plus_days(-i32::try_from(day.weekday()).unwrap_or(0));
    let kinds: [(u32, &dyn Fn(BusinessDay) -> BusinessDay); 3] =
        [(keep.daily, &|day| day), (keep.weekly, &week), (keep.monthly, &|day| day.month())];
    for (most, stretch) in kinds {
        let mut seen = BTreeSet::new();
        for label in &newest_first {
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            if seen.len() < most && seen.insert(stretch(label.day)) {
                stay.insert(*label);
            }
        }
    }
    stay
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn label(days: i32, seq: Seq) -> Label {
        let first: BusinessDay = "2031-01-01".parse().unwrap();
        Label { day: first.plus_days(days), seq, sealed: false }
    }

    /// What lies there after so many nights, each of which added one and took away what does not stay.
    fn after(nights: impl Iterator<Item = i32>, keep: Keep) -> Vec<Label> {
        let mut there = Vec::new();
        for (seq, day) in nights.enumerate() {
            there.push(label(day, seq as i64 + 1));
            there = kept(&there, keep).into_iter().collect();
        }
        there
    }

    #[test]
    fn after_three_years_there_are_seven_days_five_weeks_and_twelve_months() {
        let there = after(0..1_100, Keep::default());
        let days: Vec<i32> = there.iter().map(|l| label(0, 0).day.days_until(l.day)).collect();
        let newest = 1_099;
        assert!((newest - 6..=newest).all(|d| days.contains(&d)), "a week without a gap: {days:?}");
        let sundays: Vec<BusinessDay> = there.iter().map(|l| l.day).filter(|d| d.weekday() == 6).collect();
        assert!(sundays.len() >= 4, "the last day of each week: {sundays:?}");
        let months: BTreeSet<BusinessDay> = there.iter().map(|l| l.day.month()).collect();
        assert_eq!(months.len(), 12, "{months:?}");
        assert!(there.len() <= 7 + 5 + 12, "{}", there.len());
    }

    #[test]
    fn a_name_tells_the_day_the_row_and_the_seal() {
        let plain = label(0, 123);
        assert_eq!(plain.file_name(), "kasir-2031-01-01-000123.db");
        for label in [plain, Label { sealed: true, ..plain }, label(900, 12_345_678)] {
            assert_eq!(Label::of(&label.file_name()), Some(label));
        }
        for other in
            ["kasir.db", "kasir-2031-01-01-123.db", "kasir-2031-13-01-000123.db", ".kasir-2031-01-01-000123.db.part", "x"]
        {
            assert_eq!(Label::of(other), None, "{other}");
        }
    }

    fn nights() -> impl Strategy<Value = Vec<i32>> {
        proptest::collection::vec(0..4, 1..400).prop_map(|steps| {
            steps
                .into_iter()
                .scan(0, |day, step| {
                    *day += step;
                    Some(*day)
                })
                .collect()
        })
    }

    fn keeps() -> impl Strategy<Value = Keep> {
        (0..10_u32, 0..8_u32, 0..15_u32).prop_map(|(daily, weekly, monthly)| Keep { daily, weekly, monthly })
    }

    proptest! {
        /// The newest stays whatever is asked for, and no more stay than were.
        #[test]
        fn the_newest_stays_and_nothing_is_made_up(nights in nights(), keep in keeps()) {
            let made: Vec<Label> = nights.iter().enumerate().map(|(i, d)| label(*d, i as i64)).collect();
            let stay = kept(&made, keep);
            prop_assert!(stay.contains(made.iter().max().unwrap()));
            prop_assert!(stay.iter().all(|l| made.contains(l)));
            prop_assert!(stay.len() <= (keep.daily + keep.weekly + keep.monthly).max(1) as usize);
        }

        /// What stays once stays when it is looked at again.
        #[test]
        fn looking_twice_takes_nothing_more(nights in nights(), keep in keeps()) {
            let made: Vec<Label> = nights.iter().enumerate().map(|(i, d)| label(*d, i as i64)).collect();
            let stay: Vec<Label> = kept(&made, keep).into_iter().collect();
            prop_assert_eq!(kept(&stay, keep).into_iter().collect::<Vec<_>>(), stay);
        }

        /// Night after night or all at once: the same days, weeks and months are there in the end.
        #[test]
        fn night_after_night_leaves_what_one_look_at_all_would(nights in nights(), keep in keeps()) {
            let all: Vec<Label> = nights.iter().enumerate().map(|(i, d)| label(*d, i as i64 + 1)).collect();
            let at_once: Vec<Label> = kept(&all, keep).into_iter().collect();
            prop_assert_eq!(after(nights.iter().copied(), keep), at_once);
        }
    }
}
