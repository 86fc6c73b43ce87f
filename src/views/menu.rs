//! The menu as guests and staff see it. Guests never see counts or costs.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::domain::id::{CategoryId, ProductId};
use crate::domain::menu::{Product, Station};
use crate::domain::money::Money;
use crate::store::error::StoreError;
use crate::store::menu;

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
    /// Only for staff: whether it is switched off by hand, and its count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub sold_out: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub stock: Option<StockView>,
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

pub fn categories(conn: &Connection) -> Result<Vec<CategoryView>, StoreError> {
    let view = |c: crate::domain::menu::Category| CategoryView { id: c.id, name: c.name, position: c.position };
    Ok(menu::categories(conn)?.into_iter().map(view).collect())
}

pub fn category(conn: &Connection, id: CategoryId) -> Result<Option<CategoryView>, StoreError> {
    Ok(categories(conn)?.into_iter().find(|c| c.id == id))
}

pub fn products(conn: &Connection) -> Result<Vec<ProductView>, StoreError> {
    Ok(menu::products(conn)?.into_iter().map(view).collect())
}

/// As staff see it.
pub fn product(conn: &Connection, id: ProductId) -> Result<Option<ProductView>, StoreError> {
    Ok(menu::product(conn, id)?.map(view))
}

fn view((product, reserved): (Product, i64)) -> ProductView {
    let stock = product.stock.map(|on_hand| {
        let free = (on_hand - reserved).max(0);
        StockView { free, on_hand, low: free <= product.min_stock }
    });
    ProductView {
        id: product.id,
        category: product.category,
        name: product.name,
        description: product.description,
        price: product.price,
        picture: product.picture.map(|hash| format!("/pictures/{hash}.png")),
        station: product.station,
        available: !product.sold_out && stock.as_ref().is_none_or(|s| s.free > 0),
        sold_out: Some(product.sold_out),
        stock,
    }
}
