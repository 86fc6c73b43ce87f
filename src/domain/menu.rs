//! The catalogue: categories, products and where they are made.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::id::{CategoryId, ProductId};
use crate::domain::money::Money;

/// Where a line is made: "kitchen", "bar". Lower case, short, without spaces, so that it is
/// the same word in settings, on screens' addresses and in the journal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
pub struct Station(String);

/// A word that cannot name a station.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot name a station: use 1 to 24 of a–z, 0–9 and -")]
pub struct BadStation(pub String);

impl Station {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Station {
    fn default() -> Self {
        Station("kitchen".to_owned())
    }
}

impl fmt::Display for Station {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl schemars::JsonSchema for Station {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Station".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[a-z0-9-]{1,24}$" })
    }
}

impl TryFrom<String> for Station {
    type Error = BadStation;
    fn try_from(name: String) -> Result<Self, BadStation> {
        let sound =
            (1..=24).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if sound { Ok(Station(name)) } else { Err(BadStation(name.chars().take(40).collect())) }
    }
}

impl From<Station> for String {
    fn from(station: Station) -> String {
        station.0
    }
}

/// A group of the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    pub id: CategoryId,
    pub uid: Uuid,
    pub name: String,
    /// Place on the menu, small first.
    pub position: i64,
}

/// What the owner writes of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CategoryDraft {
    pub name: String,
    /// 1 is the first on the menu; a new group comes last.
    #[serde(default)]
    pub position: u32,
}

/// What the owner writes of a product. Its count is a matter of its own: see
/// [`crate::domain::stock`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProductDraft {
    pub category: CategoryId,
    pub name: String,
    pub price: Money,
    #[serde(default)]
    pub cost: Money,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub station: Station,
    /// At or below this many left the product is low.
    #[serde(default)]
    pub min_stock: u32,
}

/// Something sold, as it is kept; stock on hand and reservations stand beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub id: ProductId,
    pub uid: Uuid,
    pub category: CategoryId,
    pub name: String,
    pub price: Money,
    /// What it costs the house; staff see it, guests never.
    pub cost: Money,
    pub description: String,
    /// Hash of the picture's bytes; the picture is served under it.
    pub picture: Option<String>,
    pub station: Station,
    /// Portions on hand; `None` is not counted.
    pub stock: Option<i64>,
    /// At or below this many left the product is low.
    pub min_stock: i64,
    pub sold_out: bool,
}
