//! The menu: its groups, its products, their counts. What is taken off stays for the history
//! that names it.

use uuid::Uuid;

use crate::domain::event::Event;
use crate::domain::id::{CategoryId, ProductId};
use crate::domain::menu::{Category, CategoryDraft, Product, ProductDraft};
use crate::domain::money::Money;
use crate::domain::refusal::{Refusal, in_field};
use crate::domain::site::STOCK_MAX;
use crate::domain::staff::Right;
use crate::domain::stock::{Count, StockCause};
use crate::domain::text;
use crate::ops::{OpError, Operation, not_found, takes_room};
use crate::store::write_tx::WriteTx;
use crate::store::{menu, sites};

/// Adds a group to the menu, at its end.
pub struct AddCategory {
    pub name: String,
}

impl Operation for AddCategory {
    const NAME: &'static str = "category.add";
    const RIGHT: Right = Right::ManageMenu;
    type Output = CategoryId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<CategoryId, OpError> {
        let name = text::required(&self.name, text::NAME_MAX).map_err(in_field("name"))?;
        name_is_free(menu::has_category(tx.conn(), &name)?, None, "category")?;
        let id = CategoryId(sites::next_id(tx.conn(), "category")?);
        let position = menu::categories(tx.conn())?.iter().map(|c| c.position).max().unwrap_or(0) + 1;
        tx.record(Event::CategoryAdded { category: Category { id, uid: Uuid::now_v7(), name, position } })?;
        Ok(id)
    }
}

/// Renames a group, or moves it to a place on the menu: 1 is the first.
pub struct ChangeCategory {
    pub category: CategoryId,
    pub draft: CategoryDraft,
}

impl Operation for ChangeCategory {
    const NAME: &'static str = "category.change";
    const RIGHT: Right = Right::ManageMenu;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let name = text::required(&self.draft.name, text::NAME_MAX).map_err(in_field("name"))?;
        name_is_free(menu::has_category(tx.conn(), &name)?, Some(self.category), "category")?;
        let mut all = menu::categories(tx.conn())?;
        let at = all.iter().position(|c| c.id == self.category).ok_or(not_found("category"))?;
        let category = Category { name, ..all.remove(at) };
        let place = usize::try_from(self.draft.position.max(1) - 1).unwrap_or(usize::MAX).min(all.len());
        all.insert(place, category);
        let before = menu::categories(tx.conn())?;
        for (position, category) in (1..).zip(all) {
            let after = Category { position, ..category };
            if !before.contains(&after) {
                tx.record(Event::CategoryChanged { category: after })?;
            }
        }
        Ok(())
    }
}

/// Takes an empty group off the menu.
pub struct RetireCategory {
    pub category: CategoryId,
}

impl Operation for RetireCategory {
    const NAME: &'static str = "category.retire";
    const RIGHT: Right = Right::ManageMenu;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        category_is_there(tx, self.category)?;
        if menu::products(tx.conn())?.iter().any(|(p, _)| p.category == self.category) {
            return Err(Refusal::CategoryInUse.into());
        }
        tx.record(Event::CategoryRetired { category: self.category })?;
        Ok(())
    }
}

/// Adds a product.
pub struct AddProduct {
    pub draft: ProductDraft,
    /// Portions on hand; `None` is not counted.
    pub stock: Option<u32>,
    /// Hash and bytes (PNG) of its picture.
    pub picture: Option<(String, Vec<u8>)>,
}

impl Operation for AddProduct {
    const NAME: &'static str = "product.add";
    const RIGHT: Right = Right::ManageMenu;
    type Output = ProductId;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<ProductId, OpError> {
        let draft = checked(tx, self.draft, None)?;
        let stock = self.stock.map(portions).transpose()?;
        if let Some((hash, bytes)) = &self.picture {
            menu::keep_picture(tx.conn(), hash, bytes)?;
        }
        let id = ProductId(sites::next_id(tx.conn(), "product")?);
        let product = Product {
            id,
            uid: Uuid::now_v7(),
            category: draft.category,
            name: draft.name,
            price: draft.price,
            cost: draft.cost,
            description: draft.description,
            picture: self.picture.map(|(hash, _)| hash),
            station: draft.station,
            stock,
            min_stock: i64::from(draft.min_stock),
            sold_out: false,
        };
        tx.record(Event::ProductAdded { product })?;
        Ok(id)
    }
}

/// Writes a product anew. Orders that were placed keep what they were placed at.
pub struct ChangeProduct {
    pub product: ProductId,
    pub draft: ProductDraft,
}

impl Operation for ChangeProduct {
    const NAME: &'static str = "product.change";
    const RIGHT: Right = Right::ManageMenu;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let (before, _) = menu::product(tx.conn(), self.product)?.ok_or(not_found("product"))?;
        let draft = checked(tx, self.draft, Some(self.product))?;
        let after = Product {
            category: draft.category,
            name: draft.name,
            price: draft.price,
            cost: draft.cost,
            description: draft.description,
            station: draft.station,
            min_stock: i64::from(draft.min_stock),
            ..before.clone()
        };
        record_change(tx, before, after)
    }
}

/// Gives a product a picture, or takes it away. The bytes were made small and plain before.
pub struct SetPicture {
    pub product: ProductId,
    pub picture: Option<(String, Vec<u8>)>,
}

impl Operation for SetPicture {
    const NAME: &'static str = "product.picture";
    const RIGHT: Right = Right::ManageMenu;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let (before, _) = menu::product(tx.conn(), self.product)?.ok_or(not_found("product"))?;
        if let Some((hash, bytes)) = &self.picture {
            takes_room(tx)?;
            menu::keep_picture(tx.conn(), hash, bytes)?;
        }
        let after = Product { picture: self.picture.map(|(hash, _)| hash), ..before.clone() };
        record_change(tx, before, after)
    }
}

fn record_change(tx: &mut WriteTx<'_>, before: Product, after: Product) -> Result<(), OpError> {
    if before != after {
        tx.record(Event::ProductChanged { product: after })?;
    }
    Ok(())
}

/// Takes a product off the menu. Open orders for it go on.
pub struct RetireProduct {
    pub product: ProductId,
}

impl Operation for RetireProduct {
    const NAME: &'static str = "product.retire";
    const RIGHT: Right = Right::ManageMenu;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        menu::product(tx.conn(), self.product)?.ok_or(not_found("product"))?;
        tx.record(Event::ProductRetired { product: self.product })?;
        Ok(())
    }
}

/// Somebody counted: that many are in the house. `None` stops counting it.
pub struct SetStock {
    pub product: ProductId,
    pub on_hand: Option<u32>,
    pub reason: String,
}

impl Operation for SetStock {
    const NAME: &'static str = "stock.set";
    const RIGHT: Right = Right::ManageMenu;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        menu::product(tx.conn(), self.product)?.ok_or(not_found("product"))?;
        let reason = text::clean(&self.reason, text::REASON_MAX).map_err(in_field("reason"))?;
        let before = menu::count(tx.conn(), self.product)?;
        let Some(on_hand) = self.on_hand.map(portions).transpose()? else {
            if before.is_some() {
                tx.record(Event::StockUncounted { product: self.product })?;
            }
            return Ok(());
        };
        let reserved = menu::promised(tx.conn(), self.product)?;
        let cause = if before.is_some() { StockCause::Count } else { StockCause::Initial };
        let before = before.unwrap_or(Count { product: self.product, on_hand: 0, reserved: 0 });
        let change = Count { product: self.product, on_hand, reserved }.change_from(before);
        tx.record(Event::StockSet { change, cause, reason })?;
        Ok(())
    }
}

/// More came into the house.
pub struct Deliver {
    pub product: ProductId,
    pub quantity: u32,
    pub reason: String,
}

impl Operation for Deliver {
    const NAME: &'static str = "stock.deliver";
    const RIGHT: Right = Right::ManageMenu;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        menu::product(tx.conn(), self.product)?.ok_or(not_found("product"))?;
        let reason = text::clean(&self.reason, text::REASON_MAX).map_err(in_field("reason"))?;
        let before = menu::count(tx.conn(), self.product)?.ok_or(Refusal::NotCounted)?;
        let more = portions(self.quantity)?;
        if more == 0 || before.on_hand + more > i64::from(STOCK_MAX) {
            return Err(Refusal::Quantity { max: STOCK_MAX }.into());
        }
        let change = Count { on_hand: before.on_hand + more, ..before }.change_from(before);
        tx.record(Event::StockSet { change, cause: StockCause::Delivery, reason })?;
        Ok(())
    }
}

fn portions(number: u32) -> Result<i64, OpError> {
    if number > STOCK_MAX { Err(Refusal::Quantity { max: STOCK_MAX }.into()) } else { Ok(i64::from(number)) }
}

/// The draft with its texts clean, once it may stand on the menu.
fn checked(tx: &WriteTx<'_>, draft: ProductDraft, own: Option<ProductId>) -> Result<ProductDraft, OpError> {
    let name = text::required(&draft.name, text::NAME_MAX).map_err(in_field("name"))?;
    let description = text::clean(&draft.description, text::DESCRIPTION_MAX).map_err(in_field("description"))?;
    category_is_there(tx, draft.category)?;
    name_is_free(menu::has_product(tx.conn(), &name)?, own, "product")?;
    for amount in [draft.price, draft.cost] {
        if amount < Money::ZERO || amount > Money::MAX {
            return Err(Refusal::AmountTooLarge.into());
        }
    }
    portions(draft.min_stock)?;
    Ok(ProductDraft { name, description, ..draft })
}

fn category_is_there(tx: &WriteTx<'_>, id: CategoryId) -> Result<(), OpError> {
    match menu::categories(tx.conn())?.iter().any(|c| c.id == id) {
        true => Ok(()),
        false => Err(not_found("category")),
    }
}

/// A name belongs to one thing at a time.
pub fn name_is_free<Id: PartialEq>(taken: Option<Id>, own: Option<Id>, what: &'static str) -> Result<(), OpError> {
    if taken.is_some() && taken != own { Err(Refusal::Exists { what }.into()) } else { Ok(()) }
}
