//! What is needed now and then: language, light, sold-out dishes, another screen, the day,
//! logging out.

use slint::ComponentHandle;

use crate::domain::id::ProductId;
use crate::domain::site::Language;
use crate::hub::wire::{Op, Outcome};
use crate::ui::bridge::Bridge;
use crate::ui::desk::Desk;
use crate::ui::generated::{CashierWindow, Frame, More, Page, SoldOut, SoldOutRow};
use crate::ui::{compose, rows, shape};

/// Switches shown at once; the search finds the rest of a large menu.
const SWITCHES_MAX: usize = 120;

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let more = window.global::<More>();
    let tongues = bridge.clone();
    more.on_speak(move |tag| {
        tongues.act(|_, desk| {
            desk.language = Language::ALL.into_iter().find(|l| tag == l.tag());
        })
    });
    let looks = bridge.clone();
    more.on_look(move |appearance| looks.act(|_, desk| desk.appearance = appearance));
    let screens = bridge.clone();
    more.on_invite(move || {
        ask(&screens, Op::DeviceInvite {}, |more, code, minutes| {
            more.set_invite_code(code);
            more.set_invite_minutes(minutes);
        });
    });
    let passwords = bridge.clone();
    more.on_password(move || {
        let mut own = None;
        passwords.act(|_, desk| own = desk.employee());
        let Some(employee) = own else { return };
        ask(&passwords, Op::EmployeePasswordCode { employee }, |more, code, minutes| {
            more.set_password_code(code);
            more.set_password_minutes(minutes);
        });
    });
    let days = bridge.clone();
    more.on_confirm_day(move || ask(&days, Op::ClockConfirm {}, |_, _, _| {}));
    let leaving = bridge.clone();
    more.on_log_out(move || log_out(&leaving));
    let switches = bridge.clone();
    window.global::<SoldOut>().on_toggle(move |id| {
        if let Ok(product) = id.parse() {
            toggle(&switches, product);
        }
    });
    let searches = bridge.clone();
    window.global::<SoldOut>().on_set_search(move |text| searches.act(|_, desk| search(desk, &text)));
}

/// Asks; `show` gets the one-time code, if one comes.
fn ask(bridge: &Bridge, op: Op, show: impl FnOnce(&More<'_>, slint::SharedString, i32) + Send + 'static) {
    bridge.act(|window, _| {
        window.global::<More>().set_busy(true);
        window.global::<More>().set_trouble(Default::default());
    });
    bridge.submit(op, |window, _, answer| {
        let more = window.global::<More>();
        more.set_busy(false);
        match answer {
            Ok(Outcome::Invited { code, minutes }) => show(&more, code.into(), shape::int(minutes)),
            Ok(_) => {}
            Err(refused) => more.set_trouble(refused.message.into()),
        }
    });
}

/// Leaves whatever the hub says. One that is away ends the session by itself at the end of
/// the day; this screen forgets it now.
fn log_out(bridge: &Bridge) {
    let hub = bridge.clone();
    let mut linked = true;
    bridge.act(|window, desk| {
        window.global::<More>().set_invite_code(Default::default());
        window.global::<More>().set_password_code(Default::default());
        linked = desk.linked;
        if !linked {
            desk.change_hands();
            desk.room.me = None;
        }
    });
    if !linked {
        return hub.client().become_session(None);
    }
    bridge.submit(Op::StaffLogOut {}, move |_, desk, _| {
        desk.change_hands();
        hub.client().become_session(None);
    });
}

fn toggle(bridge: &Bridge, product: ProductId) {
    let mut wanted = None;
    bridge.act(|window, desk| {
        window.global::<SoldOut>().set_trouble(Default::default());
        let switched_off = desk.room.products.get(&product).and_then(|p| p.sold_out);
        if let Some(sold_out) = switched_off.filter(|_| desk.switching.insert(product)) {
            wanted = Some(!sold_out);
            desk.menu_stale = true;
        }
    });
    let Some(sold_out) = wanted else { return };
    bridge.submit(Op::ProductSoldOut { product, sold_out }, move |window, desk, answer| {
        desk.switching.remove(&product);
        desk.menu_stale = true;
        if let Err(refused) = answer {
            window.global::<SoldOut>().set_trouble(refused.message.into());
        }
    });
}

pub fn search(desk: &mut Desk, text: &str) {
    text.trim().clone_into(&mut desk.sold_out_search);
    desk.menu_stale = true;
}

pub fn draw(window: &CashierWindow, desk: &mut Desk) {
    let more = window.global::<More>();
    more.set_language(desk.spoken.unwrap_or_default().tag().into());
    more.set_appearance(desk.appearance);
    if let Some(hub) = &desk.room.hub {
        more.set_day(shape::day(hub.day));
        more.set_office(format!("{}/office", hub.address).into());
        more.set_doubtful_day(hub.doubtful_day.map(shape::day).unwrap_or_default());
    }
    if !desk.menu_stale {
        return;
    }
    if window.global::<Frame>().get_page() == Page::SoldOut {
        draw_switches(window, desk);
    }
    let off = desk.room.products.values().filter(|p| p.sold_out == Some(true)).count();
    more.set_sold_out_count(shape::int(off));
}

fn draw_switches(window: &CashierWindow, desk: &Desk) {
    let list = window.global::<SoldOut>();
    let wanted = desk.sold_out_search.to_lowercase();
    let mut found: Vec<_> = desk.room.products.values().filter(|p| compose::matches(p, &wanted)).collect();
    let place = |p: &crate::views::menu::ProductView| desk.room.categories.get(&p.category).map(|c| c.position);
    found.sort_by_key(|p| (place(p), p.category, p.id));
    list.set_hidden(shape::int(found.len().saturating_sub(SWITCHES_MAX)));
    let switches = found.into_iter().take(SWITCHES_MAX).map(|p| SoldOutRow {
        id: p.id.to_string().into(),
        name: p.name.as_str().into(),
        category: compose::category_name(desk, p.category),
        sold_out: p.sold_out.unwrap_or(false),
        left: p.stock.as_ref().map(|s| s.free.to_string().into()).unwrap_or_default(),
        busy: desk.switching.contains(&p.id),
    });
    rows::sync(list.get_rows(), switches.collect(), |a, b| a.id == b.id, |m| list.set_rows(m));
    list.set_search(desk.sold_out_search.as_str().into());
}
