//! Money against a bill. A payment is an amount by a tender; the settlement says how the
//! cash part was rounded and what went back over the counter.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::money::{Money, Overflow};
use crate::domain::tax::CashRounding;

/// By what a bill is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Tender {
    Cash,
    /// An old tablet said that the table is done, in a house where that means paid: by what, its
    /// protocol does not say.
    Legacy,
}

impl Tender {
    pub const ALL: [Tender; 2] = [Tender::Cash, Tender::Legacy];

    pub fn name(self) -> &'static str {
        match self {
            Tender::Cash => "cash",
            Tender::Legacy => "legacy",
        }
    }
}

/// One payment; `uid` was made by the till that took it, so a repeat is recognised for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub uid: Uuid,
    pub tender: Tender,
    /// What it pays of the bill, after rounding.
    pub amount: Money,
}

/// How a bill was settled in cash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Settlement {
    /// Added to the bill's total to make it payable; may be negative.
    pub rounding: Money,
    /// Total plus rounding: what the guest owes in cash.
    pub due: Money,
    pub tendered: Money,
    /// Reckoned from the rounded sum.
    pub change: Money,
}

/// Why money is not enough or makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettlementFault {
    #[error("{due} is due")]
    TooLittle { due: Money },
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

impl Settlement {
    /// Settles `total` without coins: nothing is rounded, nothing goes back.
    pub fn exact(total: Money) -> Settlement {
        Settlement { rounding: Money::ZERO, due: total, tendered: total, change: Money::ZERO }
    }

    /// Settles `total` with `tendered` in cash.
    pub fn cash(total: Money, tendered: Money, rounding: CashRounding) -> Result<Settlement, SettlementFault> {
        let difference = rounding.difference(total)?;
        let due = total.plus(difference)?;
        if tendered < due {
            return Err(SettlementFault::TooLittle { due });
        }
        Ok(Settlement { rounding: difference, due, tendered, change: tendered.minus(due)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn change_comes_from_the_rounded_sum() {
        let s = Settlement::cash(Money(92_430), Money(100_000), CashRounding::default()).unwrap();
        assert_eq!((s.rounding, s.due, s.change), (Money(-30), Money(92_400), Money(7_600)));
        let short = Settlement::cash(Money(92_460), Money(92_460), CashRounding::default());
        assert_eq!(short, Err(SettlementFault::TooLittle { due: Money(92_500) }));
    }

    proptest! {
        #[test]
        fn nothing_appears_or_vanishes(total in 0_i64..50_000_000, extra in 0_i64..1_000_000) {
            let rounding = CashRounding::default();
            let due = total + rounding.difference(Money(total)).unwrap().0;
            let s = Settlement::cash(Money(total), Money(due + extra), rounding).unwrap();
            prop_assert_eq!(total + s.rounding.0, s.due.0);
            prop_assert_eq!(s.tendered.0 - s.change.0, s.due.0);
            prop_assert_eq!(s.due.0 % 100, 0);
        }
    }
}
