//! Taking cash for a visit. Bill, sum due and the usual notes come from the hub; the only sum
//! made here is the change that is shown before the hub says it.

use std::collections::{BTreeMap, BTreeSet};

use slint::{ComponentHandle, SharedString};
use uuid::Uuid;

use crate::domain::id::VisitId;
use crate::domain::money::Money;
use crate::domain::order::OrderState;
use crate::hub::wire::{Op, Outcome};
use crate::ui::bridge::Bridge;
use crate::ui::desk::Desk;
use crate::ui::generated::{Board, CashierWindow, Frame, NoteKey, Page, Pay, PayLine, WaitingOrder};
use crate::ui::{board, frame, rows, shape};
use crate::views::floor::VisitView;

/// The payment that is being taken.
#[derive(Debug, Default)]
pub struct Till {
    visit: Option<VisitId>,
    /// Digits on the keypad, in minor units.
    typed: String,
    /// One id a visit until its payment is answered: a second tap, or a tap after a lost
    /// connection, is the same payment.
    payments: BTreeMap<VisitId, Uuid>,
    asked: BTreeSet<VisitId>,
    /// The success panel is shown: what stands beside it must not change any more.
    paid: bool,
}

impl Till {
    fn press(&mut self, key: &str) {
        match key {
            "back" => {
                self.typed.pop();
            }
            digits => {
                let next = format!("{}{digits}", self.typed);
                let next = next.trim_start_matches('0');
                if next.parse::<i64>().unwrap_or(0) < Money::MAX.0 && next.bytes().all(|b| b.is_ascii_digit()) {
                    next.clone_into(&mut self.typed);
                }
            }
        }
    }

    fn tendered(&self) -> Option<Money> {
        self.typed.parse().ok().map(Money)
    }

    /// The payment to ask for, once.
    fn request(&mut self, visit: &VisitView, tendered: Money) -> Option<Op> {
        if self.paid || !self.asked.insert(visit.id) {
            return None;
        }
        let payment = *self.payments.entry(visit.id).or_insert_with(Uuid::now_v7);
        Some(Op::BillPayCash { payment, visit: visit.id, total: visit.bill.total, tendered })
    }
}

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let pay = window.global::<Pay>();
    let keys = bridge.clone();
    pay.on_key(move |key| {
        keys.act(|window, desk| {
            desk.till.press(&key);
            window.global::<Pay>().set_trouble(Default::default());
        })
    });
    let notes = bridge.clone();
    pay.on_take(move |note| take(&notes, note.parse().ok().map(Money)));
    let typed = bridge.clone();
    pay.on_take_typed(move || {
        let tendered = typed.desk().till.tendered();
        take(&typed, tendered);
    });
    let waiting = bridge.clone();
    pay.on_process_waiting(move || process_waiting(&waiting));
    for leave in [true, false] {
        let bridge = bridge.clone();
        let board = move || {
            bridge.act(|window, desk| {
                desk.till = Till {
                    payments: std::mem::take(&mut desk.till.payments),
                    asked: std::mem::take(&mut desk.till.asked),
                    ..Till::default()
                };
                frame::go(window, desk, Page::Orders);
            })
        };
        match leave {
            true => pay.on_back(board),
            false => pay.on_next(board),
        }
    }
}

/// Shows the page for a visit.
pub fn open(window: &CashierWindow, desk: &mut Desk, visit: VisitId) {
    frame::go(window, desk, Page::Pay);
    desk.till.visit = Some(visit);
    desk.till.typed.clear();
    desk.till.paid = false;
    window.global::<Pay>().set_trouble(Default::default());
    window.global::<Pay>().set_paid(false);
}

fn take(bridge: &Bridge, tendered: Option<Money>) {
    let mut asked = None;
    bridge.act(|window, desk| {
        window.global::<Pay>().set_trouble(Default::default());
        let visit = desk.till.visit.and_then(|id| desk.room.visits.get(&id));
        if let (Some(visit), Some(tendered)) = (visit, tendered) {
            asked = desk.till.request(visit, tendered).map(|op| (op, visit.id, visit.place.clone(), visit.due, tendered));
        }
    });
    let Some((op, visit, place, due, tendered)) = asked else { return };
    bridge.submit(op, move |window, desk, answer| {
        desk.till.asked.remove(&visit);
        let pay = window.global::<Pay>();
        let here = window.global::<Frame>().get_page() == Page::Pay && desk.till.visit == Some(visit);
        match answer {
            Ok(Outcome::Paid { number, change, .. }) => {
                desk.till.payments.remove(&visit);
                if here {
                    desk.till.paid = true;
                    pay.set_paid_place(pay.get_place());
                    pay.set_paid_takeaway(pay.get_takeaway());
                    pay.set_paid_due(desk.money(due));
                    pay.set_paid_tendered(desk.money(tendered));
                    pay.set_paid_change(desk.money(change));
                    pay.set_paid_exact(change == Money::ZERO);
                    pay.set_receipt(number.into());
                    pay.set_paid(true);
                }
            }
            Ok(other) => tracing::error!(?other, "a payment brought something else"),
            Err(refused) if here => pay.set_trouble(refused.message.into()),
            Err(refused) => window.global::<Board>().set_trouble(format!("{place}: {}", refused.message).into()),
        }
    });
}

fn process_waiting(bridge: &Bridge) {
    let waiting: Vec<_> = {
        let desk = bridge.desk();
        let orders = desk.till.visit.map(|v| shape::orders_of(&desk, v)).unwrap_or_default();
        orders.into_iter().filter(|o| o.state == OrderState::Waiting).map(|o| o.id).collect()
    };
    for order in waiting {
        board::ask(bridge, order, Op::OrderConfirm { order });
    }
}

pub fn draw(window: &CashierWindow, desk: &mut Desk) {
    let pay = window.global::<Pay>();
    // Paid, or about to be: the bill beside the change stays what it was, although the room
    // has moved on (its events come before the answer).
    let asked = desk.till.visit.is_some_and(|v| desk.till.asked.contains(&v));
    pay.set_busy(asked);
    if desk.till.paid || (asked && pay.get_visit() == desk.till.visit.map(|v| v.to_string()).unwrap_or_default()) {
        return;
    }
    let visit = desk.till.visit.and_then(|id| desk.room.visits.get(&id));
    let Some(visit) = visit else {
        pay.set_owes(false);
        rows::sync(pay.get_lines(), Vec::new(), |a, b| a.id == b.id, |m| pay.set_lines(m));
        rows::sync(pay.get_notes(), Vec::new(), |a, b| a.id == b.id, |m| pay.set_notes(m));
        rows::sync(pay.get_waiting(), Vec::new(), |a, b| a.id == b.id, |m| pay.set_waiting(m));
        return;
    };
    let currency = desk.currency();
    pay.set_visit(visit.id.to_string().into());
    pay.set_place(visit.place.as_str().into());
    pay.set_takeaway(matches!(visit.seat, crate::domain::visit::Seat::Takeaway { .. }));
    pay.set_bill(shape::bill(desk, &visit.bill, visit.rounding));
    pay.set_due(desk.money(visit.due));
    pay.set_extra_key(if currency.digits == 0 { "000" } else { "00" }.into());
    pay.set_owes(shape::owes(desk, visit.id));
    let tendered = desk.till.tendered();
    let change = tendered.and_then(|t| t.minus(visit.due).ok()).filter(|c| *c >= Money::ZERO);
    pay.set_typed(tendered.map(|t| desk.money(t)).unwrap_or_default());
    pay.set_typed_change(change.map(|c| desk.money(c)).unwrap_or_default());
    pay.set_enough(change.is_some());
    let notes = visit.tenders.iter().map(|t| NoteKey {
        id: t.to_string().into(),
        text: currency.figures(*t).into(),
        exact: *t == visit.due,
    });
    rows::sync(pay.get_notes(), notes.collect(), |a, b| a.id == b.id, |m| pay.set_notes(m));
    rows::sync(pay.get_lines(), lines(desk, visit.id), |a, b| a.id == b.id, |m| pay.set_lines(m));
    let waiting = shape::orders_of(desk, visit.id)
        .into_iter()
        .filter(|o| o.state == OrderState::Waiting)
        .map(|o| WaitingOrder { id: o.id.to_string().into(), number: o.number.to_string().into() });
    rows::sync(pay.get_waiting(), waiting.collect(), |a, b| a.id == b.id, |m| pay.set_waiting(m));
}

/// What the bill holds, equal lines of several orders as one.
fn lines(desk: &Desk, visit: VisitId) -> Vec<PayLine> {
    let mut sums: Vec<(String, Money, u32, Money)> = Vec::new();
    let unpaid = shape::orders_of(desk, visit).into_iter().filter(|o| shape::is_owed(o));
    for line in unpaid.flat_map(|o| &o.lines) {
        match sums.iter_mut().find(|(name, price, ..)| *name == line.name && *price == line.unit_price) {
            Some((_, _, quantity, amount)) => {
                *quantity += line.quantity;
                *amount = amount.plus(line.amount).unwrap_or(Money::MAX);
            }
            None => sums.push((line.name.clone(), line.unit_price, line.quantity, line.amount)),
        }
    }
    sums.into_iter()
        .map(|(name, price, quantity, amount)| PayLine {
            id: SharedString::from(format!("{name} {price}")),
            quantity: format!("{quantity}×").into(),
            name: name.into(),
            amount: desk.money(amount),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bill::Bill;
    use crate::domain::visit::Seat;

    fn visit() -> VisitView {
        VisitView {
            id: VisitId(5),
            seat: Seat::Takeaway { number: 1 },
            place: "1".into(),
            open: true,
            bill_asked: false,
            guests: vec![],
            bill: Bill { total: Money(92_430), ..Bill::default() },
            rounding: Money(-30),
            due: Money(92_400),
            tenders: vec![],
            waiting: 0,
            paid: Money::ZERO,
            rated: vec![],
            opened_ms: 0,
        }
    }

    #[test]
    fn two_taps_are_one_payment_and_a_refused_one_keeps_its_id() {
        let mut till = Till::default();
        let first = till.request(&visit(), Money(100_000)).unwrap();
        assert_eq!(till.request(&visit(), Money(100_000)), None, "the second tap asks nothing");
        till.asked.clear();
        let Op::BillPayCash { payment, total, .. } = first else { panic!("not a payment") };
        let again = till.request(&visit(), Money(150_000)).unwrap();
        assert!(matches!(again, Op::BillPayCash { payment: p, .. } if p == payment));
        assert_eq!(total, Money(92_430), "the hub is told the bill's total, not the rounded sum");
    }

    #[test]
    fn the_keypad_takes_digits_and_no_more_than_money_holds() {
        let mut till = Till::default();
        for key in ["0", "1", "000", "000", "back"] {
            till.press(key);
        }
        assert_eq!(till.tendered(), Some(Money(100_000)));
        for _ in 0..20 {
            till.press("000");
        }
        assert!(till.tendered().unwrap() < Money::MAX);
        for _ in 0..20 {
            till.press("back");
        }
        assert_eq!(till.tendered(), None);
    }
}
