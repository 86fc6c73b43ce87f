//! The receipts of a day and their reprint. The open day's are in the room, as the hub tells of
//! them; earlier days, those of a number, and what stands on one are asked for, by whoever sees
//! the reports. The rest of the staff look for a number among the open day's.

use std::sync::Arc;

use slint::{ComponentHandle, SharedString};

use crate::client::Look;
use crate::domain::id::ReceiptId;
use crate::domain::receipt::Sought;
use crate::domain::staff::Right;
use crate::domain::time::{self, BusinessDay};
use crate::domain::words::{self, word};
use crate::hub::asked::{Shown, Wanted};
use crate::hub::wire::Op;
use crate::ui::bridge::Bridge;
use crate::ui::desk::Desk;
use crate::ui::generated::{CashierWindow, Frame, Page, ReceiptItem, ReceiptRow, Receipts};
use crate::ui::{rows, shape};
use crate::views::receipt::{self, ReceiptView};
use crate::views::report::{self, PaidLine, ReceiptDetail, ReceiptLine};

/// What the page shows and waits for.
#[derive(Default)]
pub struct State {
    /// An earlier day than the open one, to which the end of a search leads back.
    day: Option<BusinessDay>,
    /// The number that is looked for.
    search: String,
    /// What the hub has shown of them so far, newest first; of the open day what the room has not.
    found: Vec<ReceiptLine>,
    /// Whether it has shown any, and where older ones begin.
    begun: bool,
    next: Option<ReceiptId>,
    /// Older ones are wanted.
    more: bool,
    chosen: Option<ReceiptId>,
    detail: Option<Arc<Shown>>,
    /// It may have changed since: it was printed again.
    stale: bool,
    /// The hub has said no: nothing more is asked for until somebody taps.
    refused: bool,
    /// What is being asked for: one thing at a time, for fingers are faster than the line.
    asked: Option<Wanted>,
}

impl State {
    /// Somebody else is at the screen, or the page is left.
    pub fn forget(&mut self) {
        *self = State::default();
    }

    /// Another day or another search: the list begins anew.
    fn turn_to(&mut self, day: Option<BusinessDay>, search: String) {
        let asked = self.asked.take();
        *self = State { day, search, asked, ..State::default() };
    }

    fn choose(&mut self, receipt: Option<ReceiptId>) {
        self.chosen = receipt;
        (self.stale, self.refused) = (false, false);
    }

    fn detail(&self) -> Option<&ReceiptDetail> {
        match self.detail.as_deref() {
            Some(Shown::Receipt(detail)) if Some(detail.line.id) == self.chosen => Some(detail),
            _ => None,
        }
    }

    /// Whether the list is of what the room holds.
    fn is_of_the_room(&self, may: bool) -> bool {
        !may || self.day.is_none() && self.search.is_empty()
    }
}

/// What the page lacks, if its user may have it.
fn lacks(desk: &Desk) -> Option<Wanted> {
    let state = &desk.receipts;
    let may = desk.may(Right::SeeReports);
    if !may || state.refused {
        return None;
    }
    if !state.search.is_empty() {
        if !state.begun {
            return Some(Wanted::ReceiptsNumbered { number: state.search.clone() });
        }
    } else if state.more || state.day.is_some() && !state.begun {
        let day = state.day.or_else(|| today(desk))?;
        return Some(Wanted::Receipts { from: day, to: day, search: String::new(), before: older(desk) });
    }
    let receipt = state.chosen.filter(|_| state.stale || state.detail().is_none())?;
    Some(Wanted::Receipt { receipt })
}

fn today(desk: &Desk) -> Option<BusinessDay> {
    desk.room.hub.as_ref().map(|h| h.day)
}

/// Behind which receipt older ones of the day may follow that the list does not have.
fn older(desk: &Desk) -> Option<ReceiptId> {
    let state = &desk.receipts;
    match state.begun {
        true => state.next,
        false if state.day.is_none() => {
            let known = &desk.room.receipts;
            known.keys().next().copied().filter(|_| known.len() >= receipt::LISTED as usize)
        }
        false => None,
    }
}

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let receipts = window.global::<Receipts>();
    let list = bridge.clone();
    receipts.on_open(move |id| {
        list.act(|window, desk| {
            desk.receipts.choose(id.parse().ok());
            quiet(window);
        });
        ask(&list);
    });
    let days = bridge.clone();
    receipts.on_earlier(move || step(&days, -1));
    let days = bridge.clone();
    receipts.on_later(move || step(&days, 1));
    let days = bridge.clone();
    receipts.on_go_today(move || turn(&days, |_| Some((None, String::new()))));
    let numbers = bridge.clone();
    receipts.on_seek(move |text| seek(&numbers, &text));
    let pages = bridge.clone();
    receipts.on_show_more(move || {
        pages.act(|_, desk| (desk.receipts.more, desk.receipts.refused) = (true, false));
        ask(&pages);
    });
    let copies = bridge.clone();
    receipts.on_reprint(move |id| {
        if let Ok(receipt) = id.parse() {
            reprint(&copies, receipt);
        }
    });
}

fn quiet(window: &CashierWindow) {
    let receipts = window.global::<Receipts>();
    receipts.set_trouble(Default::default());
    receipts.set_list_trouble(Default::default());
    receipts.set_told(false);
    receipts.set_mailed(false);
}

/// So many days on, at most to the open one.
fn step(bridge: &Bridge, days: i32) {
    turn(bridge, |desk| {
        let today = today(desk)?;
        let day = desk.receipts.day.unwrap_or(today).plus_days(days);
        Some((Some(day).filter(|d| *d < today), String::new()))
    });
}

/// The receipts of the number that was typed; nothing leads back to the day.
pub fn seek(bridge: &Bridge, text: &str) {
    let text = text.trim();
    turn(bridge, |desk| (text != desk.receipts.search).then(|| (desk.receipts.day, text.to_owned())));
}

fn turn(bridge: &Bridge, to: impl FnOnce(&Desk) -> Option<(Option<BusinessDay>, String)>) {
    bridge.act(|window, desk| {
        if let Some((day, search)) = to(desk) {
            desk.receipts.turn_to(day, search);
            quiet(window);
        }
    });
    ask(bridge);
}

/// Asks for the next thing that the page lacks.
fn ask(bridge: &Bridge) {
    let mut wanted = None;
    bridge.act(|_, desk| {
        if desk.receipts.asked.is_none() {
            wanted = lacks(desk);
            desk.receipts.asked.clone_from(&wanted);
        }
    });
    let Some(wanted) = wanted else { return };
    let (asked, again) = (wanted.clone(), bridge.clone());
    bridge.look(wanted, move |window, desk, look| {
        if desk.receipts.asked.as_ref() == Some(&asked) {
            desk.receipts.asked = None;
        }
        // Somebody may have gone on to something else meanwhile.
        if lacks(desk) == Some(asked) {
            heard(window, desk, look);
        }
        again.later(ask);
    });
}

fn heard(window: &CashierWindow, desk: &mut Desk, look: Look) {
    let state = &mut desk.receipts;
    let shown = match look {
        Ok(shown) => shown,
        Err(refused) => {
            window.global::<Receipts>().set_list_trouble(refused.message.into());
            // Not asked again by itself.
            (state.refused, state.more, state.stale) = (true, false, false);
            return state.chosen = state.detail().map(|d| d.line.id);
        }
    };
    match &*shown {
        Shown::Receipts(report::Receipts { receipts, next }) => {
            state.found.extend(receipts.iter().cloned());
            (state.begun, state.more, state.next) = (true, false, *next);
            // What was looked for is what is wanted.
            if let ([only], false) = (receipts.as_slice(), state.search.is_empty()) {
                state.choose(Some(only.id));
            }
        }
        Shown::Receipt(_) => (state.detail, state.stale) = (Some(shown), false),
        _ => {}
    }
}

fn reprint(bridge: &Bridge, receipt: ReceiptId) {
    bridge.act(|window, _| {
        window.global::<Receipts>().set_busy(true);
        window.global::<Receipts>().set_told(false);
        window.global::<Receipts>().set_trouble(Default::default());
    });
    let again = bridge.clone();
    bridge.submit(Op::ReceiptReprint { receipt }, move |window, desk, answer| {
        let receipts = window.global::<Receipts>();
        receipts.set_busy(false);
        match answer {
            Ok(_) => receipts.set_told(true),
            Err(refused) => receipts.set_trouble(refused.message.into()),
        }
        (desk.receipts.stale, desk.receipts.refused) = (true, false);
        again.later(ask);
    });
}

/// To the address that was typed.
pub fn mail(bridge: &Bridge, receipt: &str, address: &str) {
    let (Ok(receipt), address) = (receipt.parse::<ReceiptId>(), address.trim().to_owned()) else { return };
    if address.is_empty() {
        return;
    }
    bridge.act(|window, _| {
        let receipts = window.global::<Receipts>();
        receipts.set_busy(true);
        receipts.set_mailed(false);
        receipts.set_trouble(Default::default());
    });
    bridge.submit(Op::ReceiptMail { receipt, address: Some(address) }, |window, _, answer| {
        let receipts = window.global::<Receipts>();
        receipts.set_busy(false);
        match answer {
            Ok(_) => receipts.set_mailed(true),
            Err(refused) => receipts.set_trouble(refused.message.into()),
        }
    });
}

pub fn draw(window: &CashierWindow, desk: &mut Desk) {
    if window.global::<Frame>().get_page() != Page::Receipts {
        return;
    }
    let page = window.global::<Receipts>();
    let may = desk.may(Right::SeeReports);
    let (state, language) = (&desk.receipts, desk.tongue());
    page.set_may_browse(may);
    page.set_today(state.day.is_none());
    let day = match (state.day, today(desk)) {
        (Some(day), _) => words::day(language, day),
        (None, Some(day)) => format!("{}, {}", word(language, "till-span-today"), words::date(language, day)),
        (None, None) => String::new(),
    };
    page.set_day(day.into());
    page.set_search(state.search.as_str().into());
    page.set_loaded(state.begun || state.is_of_the_room(may));
    page.set_refused(state.refused);
    page.set_more(may && state.search.is_empty() && older(desk).is_some());
    rows::sync(page.get_rows(), list(desk), |a, b| a.id == b.id, |m| page.set_rows(m));
    let shown = draw_chosen(&page, desk);
    page.set_shown(shown);
}

/// The rows of the list, newest first.
fn list(desk: &Desk) -> Vec<ReceiptRow> {
    let state = &desk.receipts;
    let mut list = Vec::new();
    if state.is_of_the_room(desk.may(Right::SeeReports)) {
        let sought = state.search.parse::<Sought>();
        let fits = |r: &&ReceiptView| state.search.is_empty() || sought.is_ok_and(|s| s.fits(&r.number));
        list.extend(desk.room.receipts.values().rev().filter(fits).map(|r| of_the_room(desk, r)));
    }
    let older = state.found.iter().filter(|r| state.day.is_some() || !state.search.is_empty() || !knows(desk, r.id));
    list.extend(older.map(|r| of_the_history(desk, r)));
    list
}

/// Whether the room holds it.
fn knows(desk: &Desk, receipt: ReceiptId) -> bool {
    desk.room.receipts.contains_key(&receipt)
}

fn of_the_room(desk: &Desk, r: &ReceiptView) -> ReceiptRow {
    ReceiptRow {
        id: r.id.to_string().into(),
        number: r.number.as_str().into(),
        time: time::hour(r.at_ms, &desk.zone()).into(),
        place: r.place.as_str().into(),
        takeaway: r.takeaway,
        total: desk.money(r.settlement.due),
        copies: shape::int(r.copies),
        day: SharedString::default(),
    }
}

fn of_the_history(desk: &Desk, r: &ReceiptLine) -> ReceiptRow {
    // Those of a search are of many days.
    let day = if desk.receipts.search.is_empty() { String::new() } else { words::date(desk.tongue(), r.day) };
    ReceiptRow {
        id: r.id.to_string().into(),
        number: r.number.as_str().into(),
        time: time::hour(r.at_ms, &desk.zone()).into(),
        place: r.place.as_str().into(),
        takeaway: r.takeaway,
        total: desk.money(r.due),
        copies: 0,
        day: day.into(),
    }
}

/// Fills in what stands on the chosen one; tells whether it is known.
fn draw_chosen(page: &Receipts<'_>, desk: &Desk) -> bool {
    let Some(id) = desk.receipts.chosen else { return false };
    let (zone, detail) = (desk.zone(), desk.receipts.detail());
    let line = |l: &PaidLine| ReceiptItem { text: item(l).into(), amount: desk.money(l.amount) };
    let items = detail.into_iter().flat_map(|d| &d.orders).flat_map(|o| &o.lines).map(line).collect();
    let (bill, settlement) = if let Some(r) = desk.room.receipts.get(&id) {
        page.set_number(r.number.as_str().into());
        page.set_time(time::stamp(r.at_ms, &zone).into());
        page.set_place(r.place.as_str().into());
        page.set_takeaway(r.takeaway);
        page.set_cashier(r.cashier.as_str().into());
        page.set_copies(shape::int(r.copies));
        (&r.bill, &r.settlement)
    } else if let Some(d) = detail {
        page.set_number(d.line.number.as_str().into());
        page.set_time(time::stamp(d.line.at_ms, &zone).into());
        page.set_place(d.line.place.as_str().into());
        page.set_takeaway(d.line.takeaway);
        page.set_cashier(d.line.cashier.as_str().into());
        page.set_copies(shape::int(d.copies));
        (&d.bill, &d.settlement)
    } else {
        return false;
    };
    page.set_id(id.to_string().into());
    rows::sync(page.get_items(), items, |a, b| a == b, |m| page.set_items(m));
    page.set_bill(shape::bill(desk, bill, settlement.rounding));
    page.set_tendered(desk.money(settlement.tendered));
    page.set_change(desk.money(settlement.change));
    true
}

/// "2× Es Teh · tanpa gula".
fn item(line: &PaidLine) -> String {
    let text = shape::line_text(line.quantity, &line.name);
    if line.note.is_empty() { text } else { format!("{text} · {}", line.note) }
}
