//! Keys. Locally they are integers; everywhere outside SQL they are opaque strings with a
//! letter for their kind ("o12" is an order), so that an id of one kind never passes for
//! another: a table's id where a product's belongs is refused while it is being read.

use std::fmt;
use std::str::FromStr;

/// Text that is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an id of a {kind}")]
pub struct BadId {
    pub kind: &'static str,
    pub text: String,
}

/// Parses the digits behind an id's letter. No sign, no leading zero: one spelling an id.
fn parse(kind: &'static str, letter: &str, text: &str) -> Result<i64, BadId> {
    let bad = || BadId { kind, text: text.chars().take(40).collect() };
    let digits = text.strip_prefix(letter).ok_or_else(bad)?;
    if digits.is_empty() || digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    digits.parse().map_err(|_| bad())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $kind:literal, $letter:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
        pub struct $name(pub i64);

        impl $name {
            pub const KIND: &'static str = $kind;
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($letter, "{}"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                parse($kind, $letter, text).map($name)
            }
        }
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": concat!("^", $letter, "[1-9][0-9]*$") })
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// A group of the menu.
    CategoryId, "category", "c";
    /// Something sold.
    ProductId, "product", "p";
    /// A table of the dining room.
    TableId, "table", "t";
    /// One party, from the first guest to the last payment.
    VisitId, "visit", "v";
    /// A customer in a visit.
    GuestId, "guest", "g";
    /// What one guest or employee sent at once.
    OrderId, "order", "o";
    /// The document of a paid bill.
    ReceiptId, "receipt", "r";
    /// Somebody who works here.
    EmployeeId, "employee", "e";
    /// A screen that staff may log in on.
    DeviceId, "device", "d";
    /// A printer.
    PrinterId, "printer", "w";
    /// What a guest thought of a product.
    RatingId, "rating", "s";
    /// One thing to mail.
    LetterId, "letter", "l";
    /// One thing to print.
    JobId, "job", "j";
}

/// The journal's row number: the only order of things that this program trusts.
pub type Seq = i64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling_and_keeps_its_kind() {
        assert_eq!("o12".parse(), Ok(OrderId(12)));
        assert_eq!(OrderId(12).to_string(), "o12");
        for wrong in ["", "o", "o0", "o012", "p12", "o-1", "o1.5", "o 1", "12", "o99999999999999999999"] {
            assert!(wrong.parse::<OrderId>().is_err(), "{wrong}");
        }
        assert!(serde_json::from_str::<OrderId>("12").is_err(), "a bare number is not an id");
    }
}
