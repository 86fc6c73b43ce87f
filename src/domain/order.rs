//! An order and its lines, and exactly the changes of state that are allowed:
//! waiting → in process → done, and cancelled from the first two. No state goes backwards.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::id::{EmployeeId, GuestId, OrderId, ProductId, ReceiptId, VisitId};
use crate::domain::menu::Station;
use crate::domain::money::{Money, Overflow};

/// Where an order is: menunggu, diproses, selesai, batal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum OrderState {
    Waiting,
    InProcess,
    Done,
    Cancelled,
}

impl OrderState {
    pub const ALL: [OrderState; 4] = [OrderState::Waiting, OrderState::InProcess, OrderState::Done, OrderState::Cancelled];

    pub fn name(self) -> &'static str {
        match self {
            OrderState::Waiting => "waiting",
            OrderState::InProcess => "in_process",
            OrderState::Done => "done",
            OrderState::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more happens to it.
    pub fn is_final(self) -> bool {
        matches!(self, OrderState::Done | OrderState::Cancelled)
    }
}

/// Where a line is in the kitchen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum LineState {
    Queued,
    Cooking,
    Ready,
    Served,
}

impl LineState {
    pub const ALL: [LineState; 4] = [LineState::Queued, LineState::Cooking, LineState::Ready, LineState::Served];

    pub fn name(self) -> &'static str {
        match self {
            LineState::Queued => "queued",
            LineState::Cooking => "cooking",
            LineState::Ready => "ready",
            LineState::Served => "served",
        }
    }
}

/// One product of an order, as it was when it was ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Place in the order, from 1.
    pub no: u32,
    pub product: ProductId,
    pub name: String,
    pub unit_price: Money,
    pub quantity: u32,
    pub note: String,
    pub station: Station,
    pub state: LineState,
    /// Whether stock was reserved for it. Fixed when ordered: a product that is counted from
    /// tomorrow on has nothing to give back for today's orders.
    pub counted: bool,
    /// What a portion cost the house then; staff's business alone. Lines from before it was kept
    /// have none.
    #[serde(default, skip_serializing_if = "Money::is_zero")]
    pub unit_cost: Money,
}

impl Line {
    pub fn amount(&self) -> Result<Money, Overflow> {
        self.unit_price.times(self.quantity)
    }
}

/// So many of a product, in a cart that nobody has sent yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portion {
    pub product: ProductId,
    pub quantity: u32,
}

/// What one guest or employee sent at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub uid: Uuid,
    /// The day's number, for people: it is called out and stands on the ticket.
    pub number: i64,
    pub visit: VisitId,
    pub guest: Option<GuestId>,
    pub employee: Option<EmployeeId>,
    pub state: OrderState,
    pub lines: Vec<Line>,
    /// The receipt that paid it.
    pub receipt: Option<ReceiptId>,
}

/// A change that the order's state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrderFault {
    #[error("the order is {}", .0.name())]
    State(OrderState),
    #[error("the order is paid")]
    Paid,
    #[error("no line {0}")]
    NoLine(u32),
    #[error("a reason is missing")]
    NoReason,
    #[error("it is not said whether it was made")]
    MadeUnknown,
}

/// What a cancellation means for kitchen and stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancellation {
    /// The kitchen has a ticket and must be told.
    pub tell_kitchen: bool,
    /// What was reserved is taken as waste; otherwise it is given back.
    pub wasted: bool,
}

impl Order {
    /// Staff accept it; the kitchen gets its tickets.
    pub fn confirm(&self) -> Result<(), OrderFault> {
        self.must_be(OrderState::Waiting)
    }

    /// It holds something else from now on; nobody has begun with it.
    pub fn amend(&self) -> Result<(), OrderFault> {
        self.must_be(OrderState::Waiting)
    }

    /// Everything is served; the stock is taken.
    pub fn finish(&self) -> Result<(), OrderFault> {
        self.must_be(OrderState::InProcess)
    }

    /// `reason` and `made` are asked for once the kitchen has it.
    pub fn cancel(&self, reason: &str, made: Option<bool>) -> Result<Cancellation, OrderFault> {
        match self.state {
            OrderState::Done | OrderState::Cancelled => Err(OrderFault::State(self.state)),
            _ if self.receipt.is_some() => Err(OrderFault::Paid),
            OrderState::Waiting => Ok(Cancellation { tell_kitchen: false, wasted: false }),
            OrderState::InProcess if reason.is_empty() => Err(OrderFault::NoReason),
            OrderState::InProcess => match made {
                None => Err(OrderFault::MadeUnknown),
                Some(made) => Ok(Cancellation { tell_kitchen: true, wasted: made }),
            },
        }
    }

    /// Moves a line in the kitchen, either way (a tap is taken back by another). Tells whether
    /// with it every line is served, so that the order is done.
    pub fn advance_line(&self, no: u32, to: LineState) -> Result<bool, OrderFault> {
        self.must_be(OrderState::InProcess)?;
        if !self.lines.iter().any(|l| l.no == no) {
            return Err(OrderFault::NoLine(no));
        }
        Ok(self.lines.iter().all(|l| if l.no == no { to } else { l.state } == LineState::Served))
    }

    fn must_be(&self, wanted: OrderState) -> Result<(), OrderFault> {
        if self.state == wanted { Ok(()) } else { Err(OrderFault::State(self.state)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order(state: OrderState, lines: &[LineState]) -> Order {
        let line = |(i, state): (usize, &LineState)| Line {
            no: i as u32 + 1,
            product: ProductId(1),
            name: "Es Teh".into(),
            unit_price: Money(5_000),
            quantity: 1,
            note: String::new(),
            station: Station::default(),
            state: *state,
            counted: false,
            unit_cost: Money::ZERO,
        };
        Order {
            id: OrderId(1),
            uid: Uuid::nil(),
            number: 1,
            visit: VisitId(1),
            guest: None,
            employee: None,
            state,
            lines: lines.iter().enumerate().map(line).collect(),
            receipt: None,
        }
    }

    #[test]
    fn only_the_drawn_arrows_exist() {
        for state in OrderState::ALL {
            let it = order(state, &[LineState::Queued]);
            assert_eq!(it.confirm().is_ok(), state == OrderState::Waiting);
            assert_eq!(it.amend().is_ok(), state == OrderState::Waiting);
            assert_eq!(it.finish().is_ok(), state == OrderState::InProcess);
            assert_eq!(it.advance_line(1, LineState::Ready).is_ok(), state == OrderState::InProcess);
            assert_eq!(it.cancel("salah pesan", Some(false)).is_ok(), !state.is_final());
        }
    }

    #[test]
    fn after_the_kitchen_has_it_a_cancellation_needs_reason_and_answer() {
        let cooking = order(OrderState::InProcess, &[LineState::Cooking]);
        assert_eq!(cooking.cancel("", Some(true)), Err(OrderFault::NoReason));
        assert_eq!(cooking.cancel("tumpah", None), Err(OrderFault::MadeUnknown));
        assert_eq!(cooking.cancel("tumpah", Some(true)), Ok(Cancellation { tell_kitchen: true, wasted: true }));
        assert_eq!(order(OrderState::Waiting, &[]).cancel("", None), Ok(Cancellation { tell_kitchen: false, wasted: false }));
        let paid = Order { receipt: Some(ReceiptId(1)), ..cooking };
        assert_eq!(paid.cancel("tumpah", Some(true)), Err(OrderFault::Paid));
    }

    proptest! {
        #[test]
        fn the_last_served_line_finishes(states in prop::collection::vec(0_usize..4, 1..8), pick in any::<prop::sample::Index>(), to in 0_usize..4) {
            let states: Vec<LineState> = states.into_iter().map(|i| LineState::ALL[i]).collect();
            let it = order(OrderState::InProcess, &states);
            let no = pick.index(states.len());
            let finished = it.advance_line(no as u32 + 1, LineState::ALL[to]).unwrap();
            let others = states.iter().enumerate().all(|(i, s)| i == no || *s == LineState::Served);
            prop_assert_eq!(finished, others && LineState::ALL[to] == LineState::Served);
        }
    }
}
