//! An order as everybody who may see it sees it.

use serde::{Deserialize, Serialize};

use crate::domain::id::{GuestId, OrderId, ProductId, ReceiptId, VisitId};
use crate::domain::menu::Station;
use crate::domain::money::Money;
use crate::domain::order::{Line, LineState, OrderState};
use crate::store::error::StoreError;
use crate::store::orders::{self, OrderRow};
use crate::views::floor::Room;

/// What one guest or employee sent at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OrderView {
    pub id: OrderId,
    /// The client's own id of it.
    #[cfg_attr(test, ts(type = "string"))]
    pub uid: uuid::Uuid,
    /// The day's number.
    #[cfg_attr(test, ts(type = "number"))]
    pub number: i64,
    pub visit: VisitId,
    /// "5", "5B", or the takeaway's number.
    pub place: String,
    pub takeaway: bool,
    pub guest: Option<GuestId>,
    /// Name of the guest or, when staff sent it, of the employee.
    pub who: String,
    pub state: OrderState,
    pub lines: Vec<LineView>,
    /// Sum of the lines as the menu prices them.
    pub amount: Money,
    #[cfg_attr(test, ts(type = "number"))]
    pub placed_ms: i64,
    /// When it came to the state it is in.
    #[cfg_attr(test, ts(type = "number"))]
    pub since_ms: i64,
    /// Lines that are ready or served, of all, in percent: the guest's progress bar.
    pub progress: u32,
    pub paid: bool,
    pub receipt: Option<ReceiptId>,
    pub reason: String,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LineView {
    pub no: u32,
    pub product: ProductId,
    pub name: String,
    pub quantity: u32,
    pub unit_price: Money,
    pub amount: Money,
    pub note: String,
    pub station: Station,
    pub state: LineState,
}

pub fn order(room: &Room<'_>, id: OrderId) -> Result<Option<OrderView>, StoreError> {
    orders::row(room.conn, id)?.map(|row| view(room, row)).transpose()
}

/// The orders of a visit, oldest first.
pub fn of_visit(room: &Room<'_>, visit: VisitId) -> Result<Vec<OrderView>, StoreError> {
    orders::of_visit(room.conn, visit)?.into_iter().map(|row| view(room, row)).collect()
}

/// The orders of every open visit, oldest first: the board.
pub fn of_open_visits(room: &Room<'_>) -> Result<Vec<OrderView>, StoreError> {
    orders::of_open_visits(room.conn)?.into_iter().map(|row| view(room, row)).collect()
}

fn view(room: &Room<'_>, row: OrderRow) -> Result<OrderView, StoreError> {
    let OrderRow { order, placed_ms, since_ms, who, reason } = row;
    let (place, takeaway) = room.place(order.visit)?;
    let lines: Vec<LineView> = order.lines.into_iter().map(line).collect();
    let amount = Money::sum(lines.iter().map(|l| l.amount)).map_err(|_| StoreError::damaged("an order's sum overflows"))?;
    Ok(OrderView {
        id: order.id,
        uid: order.uid,
        number: order.number,
        visit: order.visit,
        place,
        takeaway,
        guest: order.guest,
        who,
        state: order.state,
        progress: progress(order.state, &lines),
        lines,
        amount,
        placed_ms,
        since_ms,
        paid: order.receipt.is_some(),
        receipt: order.receipt,
        reason,
    })
}

fn line(line: Line) -> LineView {
    LineView {
        amount: line.amount().unwrap_or(Money::MAX),
        no: line.no,
        product: line.product,
        name: line.name,
        quantity: line.quantity,
        unit_price: line.unit_price,
        note: line.note,
        station: line.station,
        state: line.state,
    }
}

/// Half for a line on the fire, whole for one that is ready.
fn progress(state: OrderState, lines: &[LineView]) -> u32 {
    let points = |l: &LineView| match l.state {
        LineState::Queued => 0,
        LineState::Cooking => 50,
        LineState::Ready | LineState::Served => 100,
    };
    match state {
        OrderState::Waiting | OrderState::Cancelled => 0,
        OrderState::Done => 100,
        OrderState::InProcess => lines.iter().map(points).sum::<u32>() / u32::try_from(lines.len().max(1)).unwrap_or(1),
    }
}
