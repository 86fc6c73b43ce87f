//! The board and the sheet of one order. Cards stand by the time they were placed and only
//! leave their column when their state changes.

use slint::{ComponentHandle, SharedString};

use crate::domain::id::OrderId;
use crate::domain::order::OrderState;
use crate::hub::wire::Op;
use crate::ui::bridge::Bridge;
use crate::ui::desk::Desk;
use crate::ui::generated::{Board, Card, CashierWindow, Frame, LineRow, Made, OrderSheet, Page, Reason};
use crate::ui::{frame, pay, rows, shape};
use crate::views::order::OrderView;

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let board = window.global::<Board>();
    let steps = bridge.clone();
    board.on_step(move |id| step(&steps, &id));
    let cards = bridge.clone();
    board.on_open(move |id| cards.act(|window, desk| open(window, desk, &id)));
    board.on_dismiss({
        let bridge = bridge.clone();
        move || bridge.act(|window, _| window.global::<Board>().set_trouble(Default::default()))
    });

    let sheet = window.global::<OrderSheet>();
    let closing = bridge.clone();
    sheet.on_close(move || closing.act(|_, desk| desk.sheet = None));
    let steps = bridge.clone();
    sheet.on_step(move |id| step(&steps, &id));
    let bills = bridge.clone();
    sheet.on_pay(move |id| bills.act(|window, desk| pay_for(window, desk, &id)));
    let tickets = bridge.clone();
    sheet.on_reprint(move |id| {
        if let Ok(order) = id.parse() {
            ask(&tickets, order, Op::TicketReprint { order });
        }
    });
    let cancels = bridge.clone();
    sheet.on_cancel(move |id, reason, made| {
        let made = match made {
            Made::Unsaid => None,
            Made::Yes => Some(true),
            Made::No => Some(false),
        };
        if let Ok(order) = id.parse() {
            ask(&cancels, order, Op::OrderCancel { order, reason: reason.into(), made });
        }
    });
}

/// Opens the sheet of an order on the board.
pub fn open(window: &CashierWindow, desk: &mut Desk, id: &str) {
    let Ok(order) = id.parse::<OrderId>() else { return };
    show(window, desk, order);
}

/// As [`open`]; the sheet appears as soon as the room has the order.
pub fn show(window: &CashierWindow, desk: &mut Desk, order: OrderId) {
    frame::go(window, desk, Page::Orders);
    desk.sheet = Some(order);
    let sheet = window.global::<OrderSheet>();
    sheet.set_trouble(Default::default());
    sheet.set_told(false);
    sheet.set_cancelling(false);
    sheet.set_reason(Reason::None);
    sheet.set_reason_text(Default::default());
    sheet.set_made(Made::Unsaid);
}

/// The one next step that the order's state asks for.
fn step(bridge: &Bridge, id: &str) {
    let Ok(order) = id.parse::<OrderId>() else { return };
    let state = bridge.desk().room.orders.get(&order).map(|o| o.state);
    match state {
        Some(OrderState::Waiting) => ask(bridge, order, Op::OrderConfirm { order }),
        Some(OrderState::InProcess) => ask(bridge, order, Op::OrderFinish { order }),
        Some(OrderState::Done) => bridge.act(|window, desk| pay_for(window, desk, id)),
        Some(OrderState::Cancelled) | None => {}
    }
}

fn pay_for(window: &CashierWindow, desk: &mut Desk, id: &str) {
    let visit = id.parse::<OrderId>().ok().and_then(|id| desk.room.orders.get(&id)).map(|o| o.visit);
    if let Some(visit) = visit {
        pay::open(window, desk, visit);
    }
}

/// Asks something about one order; its buttons rest until the answer, so that a double tap
/// asks once. What goes wrong is told beside it.
pub fn ask(bridge: &Bridge, order: OrderId, op: Op) {
    let mut fresh = false;
    bridge.act(|window, desk| {
        fresh = desk.busy.insert(order);
        window.global::<Board>().set_trouble(Default::default());
        window.global::<OrderSheet>().set_trouble(Default::default());
        window.global::<OrderSheet>().set_told(false);
    });
    if !fresh {
        return;
    }
    let reprint = matches!(op, Op::TicketReprint { .. });
    bridge.submit(op, move |window, desk, answer| {
        desk.busy.remove(&order);
        let sheet = window.global::<OrderSheet>();
        let on_sheet = desk.sheet == Some(order);
        match answer {
            Ok(_) if on_sheet => {
                sheet.set_told(reprint);
                sheet.set_cancelling(false);
            }
            Ok(_) => {}
            Err(refused) if on_sheet => sheet.set_trouble(refused.message.into()),
            Err(refused) => {
                let number = desk.room.orders.get(&order).map(|o| format!("#{}: ", o.number)).unwrap_or_default();
                window.global::<Board>().set_trouble(format!("{number}{}", refused.message).into());
            }
        }
    });
}

pub fn draw(window: &CashierWindow, desk: &mut Desk) {
    let board = window.global::<Board>();
    let mut orders: Vec<&OrderView> = desk.room.orders.values().collect();
    orders.sort_by_key(|o| (o.placed_ms, o.id));
    let column = |state| orders.iter().filter(|o| o.state == state).map(|o| card(desk, o)).collect::<Vec<_>>();
    let waiting = column(OrderState::Waiting);
    window.global::<Frame>().set_waiting_orders(shape::int(waiting.len()));
    rows::sync(board.get_waiting(), waiting, same, |m| board.set_waiting(m));
    rows::sync(board.get_in_process(), column(OrderState::InProcess), same, |m| board.set_in_process(m));
    rows::sync(board.get_done(), column(OrderState::Done), same, |m| board.set_done(m));
    draw_sheet(window, desk);
}

fn same(a: &Card, b: &Card) -> bool {
    a.id == b.id
}

fn card(desk: &Desk, order: &OrderView) -> Card {
    let line = |i: usize| order.lines.get(i).map(|l| shape::line_text(l.quantity, &l.name).into()).unwrap_or_default();
    Card {
        id: order.id.to_string().into(),
        number: order.number.to_string().into(),
        place: order.place.as_str().into(),
        takeaway: order.takeaway,
        who: who(desk, order).into(),
        state: shape::order_state(order.state),
        minutes: desk.minutes_since(since(order)),
        line1: line(0),
        line2: line(1),
        line3: line(2),
        beyond: shape::int(order.lines.len().saturating_sub(3)),
        amount: desk.money(order.amount),
        paid: order.paid,
        busy: desk.busy.contains(&order.id),
    }
}

/// Who is called: at a takeaway the name that was given, otherwise who sent it.
fn who(desk: &Desk, order: &OrderView) -> String {
    let guest = desk.room.visits.get(&order.visit).filter(|_| order.takeaway).and_then(|v| v.guests.first());
    guest.map_or_else(|| order.who.clone(), |g| g.name.clone())
}

/// A guest waits from the moment of ordering; what is done is as old as its being done.
fn since(order: &OrderView) -> i64 {
    if order.state.is_final() { order.since_ms } else { order.placed_ms }
}

fn draw_sheet(window: &CashierWindow, desk: &Desk) {
    let sheet = window.global::<OrderSheet>();
    let Some(order) = desk.sheet.and_then(|id| desk.room.orders.get(&id)) else {
        return sheet.set_shown(false);
    };
    sheet.set_id(order.id.to_string().into());
    sheet.set_number(order.number.to_string().into());
    sheet.set_place(order.place.as_str().into());
    sheet.set_takeaway(order.takeaway);
    sheet.set_who(who(desk, order).into());
    sheet.set_state(shape::order_state(order.state));
    sheet.set_minutes(desk.minutes_since(since(order)));
    sheet.set_amount(desk.money(order.amount));
    sheet.set_paid(order.paid);
    sheet.set_why(order.reason.as_str().into());
    sheet.set_busy(desk.busy.contains(&order.id));
    if order.state.is_final() {
        sheet.set_cancelling(false);
    }
    let lines = order.lines.iter().map(|l| LineRow {
        id: SharedString::from(l.no.to_string()),
        quantity: format!("{}×", l.quantity).into(),
        name: l.name.as_str().into(),
        note: l.note.as_str().into(),
        amount: desk.money(l.amount),
        state: shape::line_state(l.state),
    });
    rows::sync(sheet.get_lines(), lines.collect(), |a, b| a.id == b.id, |m| sheet.set_lines(m));
    sheet.set_shown(true);
}
