//! The numbers of receipts: gapless within a business year, and what people type to find one.

use std::fmt;
use std::str::FromStr;

/// "2031-000123".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptNumber {
    pub year: i16,
    pub count: u32,
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:06}", self.year, self.count)
    }
}

/// It is not a receipt's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a receipt's number")]
pub struct NoNumber;

impl FromStr for ReceiptNumber {
    type Err = NoNumber;

    fn from_str(text: &str) -> Result<Self, NoNumber> {
        match text.parse()? {
            Sought { year: Some(year), count } => Ok(ReceiptNumber { year, count }),
            Sought { year: None, .. } => Err(NoNumber),
        }
    }
}

/// What somebody looks for: "2031-000123", "2031-123", or "123" of whatever year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sought {
    pub year: Option<i16>,
    pub count: u32,
}

impl Sought {
    /// Whether that receipt is meant.
    pub fn fits(self, number: &str) -> bool {
        number.parse().is_ok_and(|n: ReceiptNumber| n.count == self.count && self.year.is_none_or(|year| year == n.year))
    }
}

impl FromStr for Sought {
    type Err = NoNumber;

    fn from_str(text: &str) -> Result<Self, NoNumber> {
        let (year, count) = match text.trim().split_once('-') {
            Some((year, count)) => (Some(digits(year)?), count),
            None => (None, text.trim()),
        };
        Ok(Sought { year, count: digits(count)? })
    }
}

/// Without signs, which numbers may have and receipts do not.
fn digits<T: FromStr>(text: &str) -> Result<T, NoNumber> {
    match text.bytes().all(|b| b.is_ascii_digit()) {
        true => text.parse().map_err(|_| NoNumber),
        false => Err(NoNumber),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_as_people_type_them() {
        let number = ReceiptNumber { year: 2031, count: 123 };
        assert_eq!((number.to_string().as_str(), number.to_string().parse()), ("2031-000123", Ok(number)));
        for typed in ["123", "000123", " 2031-123 ", "2031-000123"] {
            assert!(typed.parse::<Sought>().is_ok_and(|s| s.fits("2031-000123")), "{typed}");
        }
        for typed in ["12", "1230", "2030-123"] {
            assert!(typed.parse::<Sought>().is_ok_and(|s| !s.fits("2031-000123")), "{typed}");
        }
        for typed in ["", "-", "2031-", "-123", "+1", "1.5", "Budi", "99999999999"] {
            assert_eq!(typed.parse::<Sought>(), Err(NoNumber), "{typed}");
        }
    }

    #[test]
    fn more_than_a_million_a_year_are_still_numbers() {
        let many = ReceiptNumber { year: 2031, count: 1_234_567 };
        assert_eq!(many.to_string().parse(), Ok(many));
    }
}
