//! The menu as guests and staff see it. Guests never see counts or costs.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::domain::id::{CategoryId, ProductId};
use crate::domain::menu::{Product, Station};
use crate::domain::money::Money;
use crate::store::error::StoreError;
use crate::store::{menu, ratings};

/// A group of the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CategoryView {
    pub id: CategoryId,
    pub name: String,
    #[cfg_attr(test, ts(type = "number"))]
    pub position: i64,
}

/// Something sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProductView {
    pub id: ProductId,
    pub category: CategoryId,
    pub name: String,
    pub description: String,
    pub price: Money,
    /// Path of the picture on the hub.
    pub picture: Option<String>,
    pub station: Station,
    /// Whether it can be ordered now: neither switched off nor used up.
    pub available: bool,
    /// Mean of the guests' stars in tenths (47 is 4.7) and how many gave some; none before the
    /// first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub rating: Option<StarsView>,
    /// Only for staff: whether it is switched off by hand, and its count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub sold_out: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub stock: Option<StockView>,
}

/// What guests think of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StarsView {
    #[cfg_attr(test, ts(type = "number"))]
    pub tenths: i64,
    #[cfg_attr(test, ts(type = "number"))]
    pub count: i64,
}

/// A count, for staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StockView {
    /// Portions that may still be ordered.
    #[cfg_attr(test, ts(type = "number"))]
    pub free: i64,
    #[cfg_attr(test, ts(type = "number"))]
    pub on_hand: i64,
    pub low: bool,
}

impl ProductView {
    /// The same without what guests must not see.
    pub fn for_guests(&self) -> ProductView {
        ProductView { sold_out: None, stock: None, ..self.clone() }
    }
}

/// Where a picture is served: under the hash of its bytes.
pub fn picture_path(hash: &str) -> String {
    format!("/pictures/{hash}")
}

/// The hash in such a path.
pub fn picture_hash(path: &str) -> Option<&str> {
    path.strip_prefix("/pictures/").filter(|h| h.len() == 64 && h.bytes().all(|b| b.is_ascii_hexdigit()))
}

pub fn categories(conn: &Connection) -> Result<Vec<CategoryView>, StoreError> {
    let view = |c: crate::domain::menu::Category| CategoryView { id: c.id, name: c.name, position: c.position };
    Ok(menu::categories(conn)?.into_iter().map(view).collect())
}

pub fn category(conn: &Connection, id: CategoryId) -> Result<Option<CategoryView>, StoreError> {
    Ok(categories(conn)?.into_iter().find(|c| c.id == id))
}

pub fn products(conn: &Connection) -> Result<Vec<ProductView>, StoreError> {
    menu::products(conn)?.into_iter().map(|row| view(conn, row)).collect()
}

/// As staff see it.
pub fn product(conn: &Connection, id: ProductId) -> Result<Option<ProductView>, StoreError> {
    menu::product(conn, id)?.map(|row| view(conn, row)).transpose()
}

/// Half a tenth rounds up, as people do.
fn stars(conn: &Connection, id: ProductId) -> Result<Option<StarsView>, StoreError> {
    let (sum, count) = ratings::stars(conn, id)?;
    Ok((count > 0).then(|| StarsView { tenths: (sum * 20 + count) / (2 * count), count }))
}

fn view(conn: &Connection, (product, reserved): (Product, i64)) -> Result<ProductView, StoreError> {
    let rating = stars(conn, product.id)?;
    let stock = product.stock.map(|on_hand| {
        let free = (on_hand - reserved).max(0);
        StockView { free, on_hand, low: free <= product.min_stock }
    });
    Ok(ProductView {
        id: product.id,
        category: product.category,
        name: product.name,
        description: product.description,
        price: product.price,
        picture: product.picture.as_deref().map(picture_path),
        station: product.station,
        available: !product.sold_out && stock.as_ref().is_none_or(|s| s.free > 0),
        rating,
        sold_out: Some(product.sold_out),
        stock,
    })
}
