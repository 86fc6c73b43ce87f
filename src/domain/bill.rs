//! What a visit owes. One function computes it, for the screen, the receipt and the
//! database alike; a bill that was paid is stored with these values and never recomputed.
//!
//! Order of computation: the worked examples of Jakarta's revenue office for Perda 1/2024
//! art. 51. Items 100,000 less 20 %, service 5 %, tax 10 %: 80,000; 4,000; 8,400; 92,400.

use serde::{Deserialize, Serialize};

use crate::domain::money::{Money, Overflow, Rate, divide};
use crate::domain::tax::TaxProfile;

/// The figures of a bill, all in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Bill {
    /// Sum of the lines as the menu prices them.
    pub subtotal: Money,
    /// Taken off the subtotal; a positive amount.
    pub discount: Money,
    /// What service and tax are reckoned on.
    pub net: Money,
    pub service: Money,
    pub tax: Money,
    /// What is owed. Never rounded to coins: that belongs to the settlement.
    pub total: Money,
}

/// Reckons a bill. `amounts` are the lines' (price × quantity), `discount` is a positive
/// amount not above their sum, `takeaway` tells whether the food leaves the house.
pub fn reckon(
    amounts: impl IntoIterator<Item = Money>,
    discount: Money,
    takeaway: bool,
    profile: &TaxProfile,
) -> Result<Bill, Overflow> {
    let subtotal = Money::sum(amounts)?;
    let discount = discount.min(subtotal).max(Money::ZERO);
    let after = subtotal.minus(discount)?;
    let service_rate = match takeaway && !profile.service_on_takeaway {
        true => Rate::ZERO,
        false => profile.service,
    };
    if profile.prices_include {
        return include(subtotal, discount, after, service_rate, profile);
    }
    let service = service_rate.of(after)?;
    let base = if profile.tax_on_service { after.plus(service)? } else { after };
    let tax = profile.tax.of(base)?;
    let total = after.plus(service)?.plus(tax)?;
    Ok(Bill { subtotal, discount, net: after, service, tax, total })
}

/// Prices that hold service and tax: the base is worked out backwards, rounded once, and the
/// tax is what is left, so that the parts make the printed total.
fn include(subtotal: Money, discount: Money, gross: Money, service_rate: Rate, profile: &TaxProfile) -> Result<Bill, Overflow> {
    let (s, t) = (i128::from(service_rate.basis_points()), i128::from(profile.tax.basis_points()));
    let whole = Rate::WHOLE;
    // gross = base × (1 + s + t), and t also bears on s × base when service is taxed.
    let divisor = match profile.tax_on_service {
        true => (whole + s) * (whole + t),
        false => whole * (whole + s + t),
    };
    let net = Money(divide(i128::from(gross.0).checked_mul(whole * whole).ok_or(Overflow)?, divisor)?);
    let service = service_rate.of(net)?;
    let tax = gross.minus(net)?.minus(service)?;
    Ok(Bill { subtotal, discount, net, service, tax, total: gross })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(bp: u32) -> Rate {
        Rate::try_from(bp).unwrap()
    }

    #[test]
    fn the_revenue_office_example() {
        let bill = reckon([Money(60_000), Money(40_000)], Money(20_000), false, &TaxProfile::default()).unwrap();
        let want = Bill {
            subtotal: Money(100_000),
            discount: Money(20_000),
            net: Money(80_000),
            service: Money(4_000),
            tax: Money(8_400),
            total: Money(92_400),
        };
        assert_eq!(bill, want);
    }

    #[test]
    fn takeaway_pays_no_service() {
        let bill = reckon([Money(80_000)], Money::ZERO, true, &TaxProfile::default()).unwrap();
        assert_eq!((bill.service, bill.tax, bill.total), (Money::ZERO, Money(8_000), Money(88_000)));
    }

    #[test]
    fn inclusive_prices_keep_the_printed_total() {
        let profile = TaxProfile { prices_include: true, ..TaxProfile::default() };
        let bill = reckon([Money(92_400)], Money::ZERO, false, &profile).unwrap();
        assert_eq!((bill.net, bill.service, bill.tax, bill.total), (Money(80_000), Money(4_000), Money(8_400), Money(92_400)));
    }

    #[test]
    fn a_sum_that_does_not_fit_is_an_error() {
        assert_eq!(reckon([Money(i64::MAX), Money(1)], Money::ZERO, false, &TaxProfile::default()), Err(Overflow));
    }

    proptest! {
        /// 100,000 random carts are tried in the release benchmark; here proptest's own count.
        #[test]
        fn the_parts_make_the_total(
            lines in prop::collection::vec((0_i64..5_000_000, 1_u32..200), 0..30),
            off in 0_i64..1_000_000, takeaway: bool, include: bool, on_service: bool, on_takeaway: bool,
            s in 0_u32..2_500, t in 0_u32..2_500,
        ) {
            let profile = TaxProfile { service: rate(s), service_on_takeaway: on_takeaway, tax: rate(t),
                tax_on_service: on_service, prices_include: include };
            let amounts: Vec<Money> = lines.iter().map(|(p, q)| Money(*p).times(*q).unwrap()).collect();
            let bill = reckon(amounts.clone(), Money(off), takeaway, &profile).unwrap();
            prop_assert_eq!(bill.net.0 + bill.service.0 + bill.tax.0, bill.total.0);
            prop_assert_eq!(bill.subtotal, Money::sum(amounts.clone()).unwrap());
            prop_assert!(bill.discount <= bill.subtotal && bill.total.0 >= 0 && bill.tax.0 >= -1);
            if include {
                prop_assert_eq!(bill.total.0, bill.subtotal.0 - bill.discount.0);
            } else {
                prop_assert_eq!(bill.net.0, bill.subtotal.0 - bill.discount.0);
            }
            // The order of the lines changes nothing.
            let mut turned = amounts;
            turned.reverse();
            prop_assert_eq!(reckon(turned, Money(off), takeaway, &profile).unwrap(), bill);
        }
    }
}
