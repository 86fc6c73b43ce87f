//! The hub's values in the window's types: states, roles, figures of a bill. Pure functions,
//! used by several pages.

use slint::SharedString;

use crate::domain::bill::Bill;
use crate::domain::disk::DiskState;
use crate::domain::job::PrinterFault;
use crate::domain::money::Money;
use crate::domain::time::BusinessDay;
use crate::ui::desk::Desk;
use crate::ui::generated as g;
use crate::views::order::OrderView;

/// A QR code, a pixel a module, with the white that cameras want around it; empty when there is
/// nothing to say.
pub fn qr(text: &str) -> slint::Image {
    let code = match text.is_empty() {
        true => None,
        false => qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium).ok(),
    };
    let Some(code) = code else { return slint::Image::default() };
    let side = u32::try_from(code.size() + 2).unwrap_or(0);
    let mut pixels = slint::SharedPixelBuffer::<slint::Rgb8Pixel>::new(side, side);
    for (at, pixel) in (0_i32..).zip(pixels.make_mut_slice()) {
        let (x, y) = (at % (code.size() + 2) - 1, at / (code.size() + 2) - 1);
        let shade = if code.get_module(x, y) { 0 } else { 255 };
        *pixel = slint::Rgb8Pixel { r: shade, g: shade, b: shade };
    }
    slint::Image::from_rgb8(pixels)
}

pub fn order_state(state: crate::domain::order::OrderState) -> g::OrderState {
    use crate::domain::order::OrderState;
    match state {
        OrderState::Waiting => g::OrderState::Waiting,
        OrderState::InProcess => g::OrderState::InProcess,
        OrderState::Done => g::OrderState::Done,
        OrderState::Cancelled => g::OrderState::Cancelled,
    }
}

pub fn line_state(state: crate::domain::order::LineState) -> g::LineState {
    use crate::domain::order::LineState;
    match state {
        LineState::Queued => g::LineState::Queued,
        LineState::Cooking => g::LineState::Cooking,
        LineState::Ready => g::LineState::Ready,
        LineState::Served => g::LineState::Served,
    }
}

pub fn table_state(state: crate::domain::visit::TableState) -> g::TableState {
    use crate::domain::visit::TableState;
    match state {
        TableState::Free => g::TableState::Free,
        TableState::Ordering => g::TableState::Ordering,
        TableState::Waiting => g::TableState::Waiting,
        TableState::InProcess => g::TableState::InProcess,
        TableState::Served => g::TableState::Served,
        TableState::BillAsked => g::TableState::BillAsked,
    }
}

pub fn role(role: crate::domain::staff::Role) -> g::Role {
    use crate::domain::staff::Role;
    match role {
        Role::Owner => g::Role::Owner,
        Role::Manager => g::Role::Manager,
        Role::Cashier => g::Role::Cashier,
        Role::Waiter => g::Role::Waiter,
        Role::Kitchen => g::Role::Kitchen,
    }
}

pub fn disk(state: DiskState) -> g::DiskState {
    match state {
        DiskState::Ample => g::DiskState::Ample,
        DiskState::Low => g::DiskState::Low,
        DiskState::Full => g::DiskState::Full,
        DiskState::ReadOnly => g::DiskState::ReadOnly,
    }
}

pub fn fault(fault: Option<PrinterFault>) -> g::Fault {
    match fault {
        None => g::Fault::None,
        Some(PrinterFault::Unreachable) => g::Fault::Unreachable,
        Some(PrinterFault::Refused) => g::Fault::Refused,
        Some(PrinterFault::Interrupted) => g::Fault::Interrupted,
        Some(PrinterFault::Stuck) => g::Fault::Stuck,
        Some(PrinterFault::NoDevice) => g::Fault::NoDevice,
        Some(PrinterFault::PaperOut) => g::Fault::PaperOut,
        Some(PrinterFault::CoverOpen) => g::Fault::CoverOpen,
        Some(PrinterFault::Offline) => g::Fault::Offline,
        Some(PrinterFault::Error) => g::Fault::Error,
    }
}

/// The figures as finished text; what is zero and says nothing is left out.
pub fn bill(desk: &Desk, bill: &Bill, rounding: Money) -> g::BillFigures {
    let some = |amount: Money| if amount == Money::ZERO { SharedString::default() } else { desk.money(amount) };
    let rate = |rate: crate::domain::money::Rate| SharedString::from(rate.percent(desk.currency().decimal));
    let (service_rate, tax_rate) = desk.room.site.as_ref().map(|s| (rate(s.service), rate(s.tax))).unwrap_or_default();
    g::BillFigures {
        subtotal: desk.money(bill.subtotal),
        discount: if bill.discount == Money::ZERO { SharedString::default() } else { desk.money(Money(-bill.discount.0)) },
        service: some(bill.service),
        service_rate,
        tax: some(bill.tax),
        tax_rate,
        rounding: some(rounding),
        // What is paid in the end stands last, as on the paper.
        total: desk.money(bill.total.plus(rounding).unwrap_or(Money::MAX)),
    }
}

/// "22/11/2026".
pub fn day(day: BusinessDay) -> SharedString {
    let iso = day.to_string();
    let parts: Vec<&str> = iso.splitn(3, '-').collect();
    match parts[..] {
        [year, month, day] => format!("{day}/{month}/{year}").into(),
        _ => iso.into(),
    }
}

/// "2× Es Teh", the way lines stand on cards.
pub fn line_text(quantity: u32, name: &str) -> String {
    format!("{quantity}× {name}")
}

/// How much of the whole it is, for drawing: 0 to 1.
pub fn share(part: i64, whole: i64) -> f32 {
    // Thousandths are finer than a screen's dots.
    let permille = (part.clamp(0, whole) * 1_000).checked_div(whole).unwrap_or(0);
    #[cfg_attr(not(test), expect(clippy::float_arithmetic, reason = "a length on the screen"))]
    let share = int(permille) as f32 / 1_000.0;
    share
}

/// Number as Slint counts: 32 bits.
pub fn int(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

/// The orders of a visit, by the time they were placed.
pub fn orders_of(desk: &Desk, visit: crate::domain::id::VisitId) -> Vec<&OrderView> {
    let mut orders: Vec<&OrderView> = desk.room.orders.values().filter(|o| o.visit == visit).collect();
    orders.sort_by_key(|o| (o.placed_ms, o.id));
    orders
}

/// Whether the bill holds this order: the rule is the hub's, this only lists its lines.
pub fn is_owed(order: &OrderView) -> bool {
    use crate::domain::order::OrderState;
    !order.paid && matches!(order.state, OrderState::InProcess | OrderState::Done)
}

/// Whether the visit has anything to pay.
pub fn owes(desk: &Desk, visit: crate::domain::id::VisitId) -> bool {
    desk.room.orders.values().any(|o| o.visit == visit && is_owed(o))
}
