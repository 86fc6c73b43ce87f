//! What is added to prices: service charge and restaurant tax, and how cash rounds.
//! Settings with the Indonesian profile as default (Perda DKI Jakarta 1/2024 art. 51;
//! UU 1/2022 art. 58 caps the restaurant tax at 10 %).

use serde::{Deserialize, Serialize};

use crate::domain::money::{Money, Overflow, Rate};

/// How a site charges. Every field is the owner's setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TaxProfile {
    /// Share of the net for service; zero is none.
    pub service: Rate,
    /// Whether food that is taken away pays for service too.
    pub service_on_takeaway: bool,
    /// Restaurant tax (PBJT).
    pub tax: Rate,
    /// Whether the service charge is taxed as well.
    pub tax_on_service: bool,
    /// Whether menu prices already hold service and tax.
    pub prices_include: bool,
}

impl Default for TaxProfile {
    fn default() -> Self {
        TaxProfile {
            service: Rate::try_from(500).unwrap_or_default(),
            service_on_takeaway: false,
            tax: Rate::try_from(1_000).unwrap_or_default(),
            tax_on_service: true,
            prices_include: false,
        }
    }
}

/// Which way a cash total moves to a payable one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum RoundingMode {
    Down,
    #[default]
    Nearest,
    Up,
}

/// How a sum that is paid in cash becomes one that coins can pay. Its own line after tax,
/// outside the tax base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CashRounding {
    /// In minor units; at least 1.
    pub step: Money,
    pub mode: RoundingMode,
}

impl Default for CashRounding {
    fn default() -> Self {
        CashRounding { step: Money(100), mode: RoundingMode::Nearest }
    }
}

impl CashRounding {
    /// The difference that makes `total` payable in cash; add it to the total.
    pub fn difference(self, total: Money) -> Result<Money, Overflow> {
        let step = self.step.0.max(1);
        let over = total.0.rem_euclid(step);
        let up = step - over;
        Ok(Money(match self.mode {
            _ if over == 0 => 0,
            RoundingMode::Down => -over,
            RoundingMode::Up => up,
            // Half goes away from zero, like every other rounding here.
            RoundingMode::Nearest if over > up || (over == up && total.0 >= 0) => up,
            RoundingMode::Nearest => -over,
        }))
        .and_then(|d| total.plus(d).map(|_| d))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rounded(total: i64, step: i64, mode: RoundingMode) -> i64 {
        total + CashRounding { step: Money(step), mode }.difference(Money(total)).unwrap().0
    }

    #[test]
    fn cash_rounds_to_the_step() {
        assert_eq!(rounded(92_449, 100, RoundingMode::Nearest), 92_400);
        assert_eq!(rounded(92_450, 100, RoundingMode::Nearest), 92_500);
        assert_eq!(rounded(92_401, 500, RoundingMode::Up), 92_500);
        assert_eq!(rounded(92_499, 500, RoundingMode::Down), 92_000);
        assert_eq!(rounded(92_400, 100, RoundingMode::Up), 92_400);
        assert_eq!(rounded(-50, 100, RoundingMode::Nearest), -100);
    }

    proptest! {
        #[test]
        fn rounding_lands_on_the_step_and_is_less_than_it(total in -10_000_000_i64..10_000_000, step in 1_i64..2_000,
            mode in prop_oneof![Just(RoundingMode::Down), Just(RoundingMode::Nearest), Just(RoundingMode::Up)]) {
            let to = rounded(total, step, mode);
            prop_assert_eq!(to.rem_euclid(step), 0);
            prop_assert!((to - total).abs() < step);
            match mode {
                RoundingMode::Down => prop_assert!(to <= total),
                RoundingMode::Up => prop_assert!(to >= total),
                RoundingMode::Nearest => prop_assert!((to - total).abs() * 2 <= step),
            }
        }
    }
}
