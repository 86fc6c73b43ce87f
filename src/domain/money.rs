//! Exact money: integers in the currency's minor unit, and the one rounding rule.
//! Never a float; every sum is checked, and an overflow is an error, never a wrong total.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in the currency's minor unit (whole rupiah, cents). May be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "number"))]
pub struct Money(pub i64);

/// A sum left what 64 bits hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an amount is too large")]
pub struct Overflow;

impl Money {
    pub const ZERO: Money = Money(0);

    pub fn is_zero(&self) -> bool {
        self.0 == 0
    }
    /// The largest price or amount that is taken from outside. 2^53 is where browsers stop
    /// counting exactly; a thousandth of it leaves room for every sum a restaurant makes.
    pub const MAX: Money = Money(9_000_000_000_000);

    pub fn plus(self, other: Money) -> Result<Money, Overflow> {
        self.0.checked_add(other.0).map(Money).ok_or(Overflow)
    }

    pub fn minus(self, other: Money) -> Result<Money, Overflow> {
        self.0.checked_sub(other.0).map(Money).ok_or(Overflow)
    }

    pub fn times(self, quantity: u32) -> Result<Money, Overflow> {
        self.0.checked_mul(i64::from(quantity)).map(Money).ok_or(Overflow)
    }

    pub fn sum(amounts: impl IntoIterator<Item = Money>) -> Result<Money, Overflow> {
        amounts.into_iter().try_fold(Money::ZERO, Money::plus)
    }
}

/// `numerator / denominator`, half away from zero: the one rounding rule of the program.
/// `denominator` is positive.
pub fn divide(numerator: i128, denominator: i128) -> Result<i64, Overflow> {
    let doubled = numerator.checked_mul(2).ok_or(Overflow)?;
    let shift = if numerator < 0 { -denominator } else { denominator };
    i64::try_from((doubled + shift) / (2 * denominator)).map_err(|_| Overflow)
}

/// A share in basis points: 1,000 is 10 %. At most 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "number"))]
pub struct Rate(u32);

/// A rate above 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rate of {0} basis points is more than 100 %")]
pub struct BadRate(pub u32);

impl Rate {
    /// Basis points in a whole.
    pub const WHOLE: i128 = 10_000;
    pub const ZERO: Rate = Rate(0);

    pub fn basis_points(self) -> u32 {
        self.0
    }

    /// This share of `amount`, rounded once.
    pub fn of(self, amount: Money) -> Result<Money, Overflow> {
        divide(i128::from(amount.0) * i128::from(self.0), Self::WHOLE).map(Money)
    }

    /// "10 %" or "7,5 %" with the currency's decimal sign.
    pub fn percent(self, decimal: char) -> String {
        let (whole, part) = (self.0 / 100, self.0 % 100);
        match part {
            0 => format!("{whole}%"),
            p if p % 10 == 0 => format!("{whole}{decimal}{}%", p / 10),
            p => format!("{whole}{decimal}{p:02}%"),
        }
    }
}

impl schemars::JsonSchema for Rate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rate".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 0, "maximum": 10_000, "description": "Basis points: 1,000 is 10 %." })
    }
}

impl TryFrom<u32> for Rate {
    type Error = BadRate;
    fn try_from(basis_points: u32) -> Result<Rate, BadRate> {
        if basis_points > 10_000 { Err(BadRate(basis_points)) } else { Ok(Rate(basis_points)) }
    }
}

impl From<Rate> for u32 {
    fn from(rate: Rate) -> u32 {
        rate.0
    }
}

/// How a currency is written, and which notes people hand over.
#[derive(Debug, PartialEq, Eq)]
pub struct CurrencyFacts {
    pub code: &'static str,
    pub symbol: &'static str,
    /// Decimal digits of the minor unit.
    pub digits: u32,
    pub thousands: char,
    pub decimal: char,
    /// Banknotes in minor units, small to large.
    pub notes: &'static [i64],
    /// The step that cash totals round to by default.
    pub cash_step: i64,
}

/// The currencies that kasir knows. Rupiah first: it is the default.
static CURRENCIES: &[CurrencyFacts] = &[
    CurrencyFacts {
        code: "IDR",
        symbol: "Rp",
        digits: 0,
        thousands: '.',
        decimal: ',',
        notes: &[1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000],
        cash_step: 100,
    },
    CurrencyFacts {
        code: "MYR",
        symbol: "RM",
        digits: 2,
        thousands: ',',
        decimal: '.',
        notes: &[100, 500, 1_000, 2_000, 5_000, 10_000],
        cash_step: 5,
    },
    CurrencyFacts {
        code: "SGD",
        symbol: "S$",
        digits: 2,
        thousands: ',',
        decimal: '.',
        notes: &[200, 500, 1_000, 5_000, 10_000],
        cash_step: 5,
    },
    CurrencyFacts {
        code: "USD",
        symbol: "$",
        digits: 2,
        thousands: ',',
        decimal: '.',
        notes: &[100, 500, 1_000, 2_000, 5_000, 10_000],
        cash_step: 1,
    },
    CurrencyFacts {
        code: "EUR",
        symbol: "€",
        digits: 2,
        thousands: '.',
        decimal: ',',
        notes: &[500, 1_000, 2_000, 5_000, 10_000, 20_000],
        cash_step: 1,
    },
    CurrencyFacts {
        code: "JPY",
        symbol: "¥",
        digits: 0,
        thousands: ',',
        decimal: '.',
        notes: &[1_000, 5_000, 10_000],
        cash_step: 1,
    },
];

/// One of the known currencies; stored and sent as its ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
pub struct Currency(&'static CurrencyFacts);

/// A code that kasir does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("currency {0:?} is not known; known are IDR, MYR, SGD, USD, EUR, JPY")]
pub struct UnknownCurrency(pub String);

impl Default for Currency {
    fn default() -> Self {
        Currency(&CURRENCIES[0])
    }
}

impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217." })
    }
}

impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;
    fn try_from(code: String) -> Result<Self, UnknownCurrency> {
        CURRENCIES.iter().find(|c| c.code == code).map(Currency).ok_or(UnknownCurrency(code))
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.0.code.to_owned()
    }
}

impl std::ops::Deref for Currency {
    type Target = CurrencyFacts;
    fn deref(&self) -> &CurrencyFacts {
        self.0
    }
}

impl Currency {
    /// "92.400": grouped, without the symbol.
    pub fn figures(self, amount: Money) -> String {
        let scale = 10_u64.pow(self.digits);
        let magnitude = amount.0.unsigned_abs();
        let whole = (magnitude / scale).to_string();
        let mut text = String::with_capacity(whole.len() * 2);
        if amount.0 < 0 {
            text.push('-');
        }
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push(self.thousands);
            }
            text.push(digit);
        }
        if self.digits > 0 {
            let width = self.digits as usize;
            text.push(self.decimal);
            text.push_str(&format!("{:0width$}", magnitude % scale));
        }
        text
    }

    /// "Rp92.400". The symbol stays with its amount wherever it is shown.
    pub fn format(self, amount: Money) -> String {
        match amount.0 < 0 {
            true => format!("-{}{}", self.symbol, &self.figures(amount)[1..]),
            false => format!("{}{}", self.symbol, self.figures(amount)),
        }
    }

    /// "92400", "12.50": for files that programs read.
    pub fn plain(self, amount: Money) -> String {
        let (scale, width) = (10_u64.pow(self.digits), self.digits as usize);
        let (sign, magnitude) = (if amount.0 < 0 { "-" } else { "" }, amount.0.unsigned_abs());
        match self.digits {
            0 => format!("{sign}{magnitude}"),
            _ => format!("{sign}{}.{:0width$}", magnitude / scale, magnitude % scale),
        }
    }

    /// Reads an amount as people write it: "92400", "92.400", "Rp 92.400", "12,50". Groups have
    /// three digits and the cents as many as the currency has, so a point and a comma mean what
    /// their place says. Nothing else is an amount, nor is what is negative or too large.
    pub fn parse(self, text: &str) -> Option<Money> {
        let text = text.trim();
        let text = text.strip_prefix(self.symbol).unwrap_or(text).trim();
        let (whole, cents) = match text.rsplit_once(['.', ',']) {
            Some((whole, cents)) if self.digits > 0 && cents.len() == self.digits as usize => (whole, cents),
            _ => (text, ""),
        };
        let groups: Vec<&str> = whole.split(['.', ',']).collect();
        let grouped = groups.len() == 1 || (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|g| g.len() == 3);
        let digits = groups.concat();
        let sound = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if !grouped || digits.is_empty() || !sound(&digits) || !sound(cents) {
            return None;
        }
        let minor = format!("{digits}{cents:0<width$}", width = self.digits as usize);
        minor.parse().ok().map(Money).filter(|m| *m <= Money::MAX)
    }

    /// What a guest is likely to hand over for `due`: the exact sum, then the next round sums
    /// that notes make. At most four, rising, no repeats.
    pub fn likely_tenders(self, due: Money) -> Vec<Money> {
        let mut offers = vec![due];
        // The notes that people carry for it: in rupiah 10, 50 and 100 thousand.
        let carried = [4, 2, 1].iter().filter_map(|from_top| self.notes.len().checked_sub(*from_top).map(|at| self.notes[at]));
        for note in carried {
            let up = (due.0 + note - 1) / note * note;
            if up > due.0 && !offers.contains(&Money(up)) {
                offers.push(Money(up));
            }
        }
        offers.sort();
        offers
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let rupiah = Currency::default();
        for (text, amount) in [("92400", 92_400), ("92.400", 92_400), ("Rp 1.092.400", 1_092_400), ("1,000", 1_000), ("0", 0)] {
            assert_eq!(rupiah.parse(text), Some(Money(amount)), "{text}");
            assert_eq!(rupiah.parse(&rupiah.plain(Money(amount))), Some(Money(amount)));
            assert_eq!(rupiah.parse(&rupiah.format(Money(amount))), Some(Money(amount)));
        }
        for text in ["", "Rp", "ten", "-5", "92.40", "9240.0", "1.0000", "1e3", "12345.678", "99999999999999"] {
            assert_eq!(rupiah.parse(text), None, "{text}");
        }
        let dollars = Currency::try_from("USD".to_owned()).unwrap();
        for (text, amount) in [("12.50", 1_250), ("12,50", 1_250), ("1,234.50", 123_450), ("1234", 123_400), ("1,234", 123_400)] {
            assert_eq!(dollars.parse(text), Some(Money(amount)), "{text}");
            assert_eq!(dollars.parse(&dollars.plain(Money(amount))), Some(Money(amount)));
        }
        assert_eq!(dollars.parse("12.5"), None);
    }

    #[test]
    fn halves_round_away_from_zero() {
        assert_eq!(divide(5, 10), Ok(1));
        assert_eq!(divide(-5, 10), Ok(-1));
        assert_eq!(divide(4, 10), Ok(0));
        assert_eq!(divide(-4, 10), Ok(0));
        assert_eq!(divide(i128::from(i64::MAX) + 1, 1), Err(Overflow));
    }

    #[test]
    fn amounts_are_written_as_people_write_them() {
        let idr = Currency::default();
        assert_eq!(idr.format(Money(92_400)), "Rp92.400");
        assert_eq!(idr.format(Money(-1_234_567)), "-Rp1.234.567");
        assert_eq!(idr.figures(Money(0)), "0");
        let usd = Currency::try_from("USD".to_owned()).unwrap();
        assert_eq!(usd.format(Money(123_405)), "$1,234.05");
        assert_eq!(usd.figures(Money(-5)), "-0.05");
        assert!(Currency::try_from("XXX".to_owned()).is_err());
    }

    #[test]
    fn rates_are_written_as_percent() {
        assert_eq!(Rate(1_000).percent(','), "10%");
        assert_eq!(Rate(750).percent(','), "7,5%");
        assert_eq!(Rate(25).percent('.'), "0.25%");
        assert!(Rate::try_from(10_001).is_err());
    }

    #[test]
    fn the_exact_sum_is_offered_first() {
        let offers = Currency::default().likely_tenders(Money(92_400));
        assert_eq!(offers, [92_400, 100_000].map(Money));
        let offers = Currency::default().likely_tenders(Money(23_000));
        assert_eq!(offers, [23_000, 30_000, 50_000, 100_000].map(Money));
    }

    proptest! {
        #[test]
        fn a_share_and_its_rest_make_the_whole(amount in -9_000_000_000_000_i64..9_000_000_000_000, bp in 0_u32..=10_000) {
            let share = Rate(bp).of(Money(amount)).unwrap().0;
            // The share is the nearest integer: twice its distance is at most one unit.
            let exact = i128::from(amount) * i128::from(bp);
            let off = (i128::from(share) * Rate::WHOLE - exact).abs();
            prop_assert!(off * 2 <= Rate::WHOLE);
        }

        #[test]
        fn figures_lose_no_digit(amount in any::<i64>()) {
            for code in ["IDR", "USD", "EUR"] {
                let currency = Currency::try_from(code.to_owned()).unwrap();
                let back: String = currency.figures(Money(amount)).chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
                prop_assert_eq!(back.parse::<i64>().unwrap(), amount);
            }
        }

        #[test]
        fn offered_tenders_cover_the_sum(due in 0_i64..10_000_000) {
            let offers = Currency::default().likely_tenders(Money(due));
            prop_assert_eq!(offers[0], Money(due));
            prop_assert!(offers.windows(2).all(|w| w[0] < w[1]) && offers.len() <= 4);
        }
    }
}
