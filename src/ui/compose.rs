//! The menu of a new order: categories, tiles, search. What is tapped goes on the ticket.

use slint::{ComponentHandle, Image, Model, ModelRc, SharedString, VecModel};

use crate::domain::id::CategoryId;
use crate::ui::bridge::Bridge;
use crate::ui::desk::Desk;
use crate::ui::generated::{CashierWindow, CategoryRow, Compose, ProductTile};
use crate::ui::{rows, shape};
use crate::views::menu::{CategoryView, ProductView};

/// Tiles shown at once. Nobody scrolls further; the search finds the rest of a large menu.
const TILES_MAX: usize = 120;

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let compose = window.global::<Compose>();
    let on = |change: fn(&mut Desk, &str)| {
        let bridge = bridge.clone();
        move |text: SharedString| bridge.act(|_, desk| change(desk, &text))
    };
    compose.on_choose_category(on(|desk, id| {
        desk.category = id.parse().ok();
        search(desk, "");
    }));
    compose.on_add(on(|desk, id| {
        if let Ok(product) = id.parse() {
            desk.ticket.add(product);
            desk.menu_stale = true;
        }
    }));
    compose.on_set_search(on(search));
}

/// Shows what is called like `text`, from the whole menu; nothing shows the category again.
pub fn search(desk: &mut Desk, text: &str) {
    text.trim().clone_into(&mut desk.search);
    desk.menu_stale = true;
}

pub fn draw(window: &CashierWindow, desk: &mut Desk) {
    let compose = window.global::<Compose>();
    if !desk.category.is_some_and(|c| desk.room.categories.contains_key(&c)) {
        desk.category = categories(desk).first().map(|c| c.id);
        desk.menu_stale = true;
    }
    if desk.menu_stale {
        let chosen = |c: &CategoryView| desk.search.is_empty() && desk.category == Some(c.id);
        let rows = categories(desk).into_iter().map(|c| CategoryRow {
            id: c.id.to_string().into(),
            name: c.name.as_str().into(),
            chosen: chosen(c),
        });
        rows::sync(compose.get_categories(), rows.collect(), |a, b| a.id == b.id, |m| compose.set_categories(m));
        draw_tiles(window, desk);
        compose.set_search(desk.search.as_str().into());
    }
}

/// As they stand on the menu.
fn categories(desk: &Desk) -> Vec<&CategoryView> {
    let mut found: Vec<&CategoryView> = desk.room.categories.values().collect();
    found.sort_by_key(|c| (c.position, c.id));
    found
}

/// Whether a product is called like `wanted`, which is in lower case.
pub fn matches(product: &ProductView, wanted: &str) -> bool {
    wanted.is_empty() || product.name.to_lowercase().contains(wanted)
}

/// What the tiles show now, and how much does not fit.
pub fn shown(desk: &Desk) -> (Vec<&ProductView>, usize) {
    let wanted = desk.search.to_lowercase();
    let here = |p: &&ProductView| match wanted.is_empty() {
        true => desk.category == Some(p.category),
        false => matches(p, &wanted),
    };
    let mut found = desk.room.products.values().filter(here);
    let shown: Vec<&ProductView> = found.by_ref().take(TILES_MAX).collect();
    (shown, found.count())
}

fn draw_tiles(window: &CashierWindow, desk: &Desk) {
    let compose = window.global::<Compose>();
    let (products, hidden) = shown(desk);
    let tiles: Vec<ProductTile> = products.into_iter().map(|p| tile(desk, p)).collect();
    compose.set_hidden(shape::int(hidden));
    // Two pictures are compared by size: it is nothing or the one that belongs to the path.
    let looks = |t: &ProductTile| (t.name.clone(), t.price.clone(), t.available, t.left.clone(), t.on_ticket, t.picture.size());
    match compose.get_tiles().as_any().downcast_ref::<VecModel<ProductTile>>() {
        Some(model) => rows::sync_by(model, tiles, |a, b| a.id == b.id, |a, b| looks(a) == looks(b)),
        None => compose.set_tiles(ModelRc::new(VecModel::from(tiles))),
    }
}

fn tile(desk: &Desk, product: &ProductView) -> ProductTile {
    let pixels = product.picture.as_ref().and_then(|path| desk.pictures.get(path)).and_then(Option::as_ref);
    ProductTile {
        id: product.id.to_string().into(),
        name: product.name.as_str().into(),
        price: desk.money(product.price),
        picture: pixels.map(|p| Image::from_rgba8(p.clone())).unwrap_or_default(),
        available: product.available,
        left: product.stock.as_ref().filter(|s| s.low).map(|s| s.free.to_string().into()).unwrap_or_default(),
        on_ticket: shape::int(desk.ticket.on_ticket(product.id)),
    }
}

/// The category with that id, for other pages' lists.
pub fn category_name(desk: &Desk, id: CategoryId) -> SharedString {
    desk.room.categories.get(&id).map(|c| c.name.as_str()).unwrap_or_default().into()
}
