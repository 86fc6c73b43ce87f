//! What was sold: the dashboard, the report of a period, the history of receipts. Figures come
//! from the days' sums; nothing here adds up receipts.

use rusqlite::Connection;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::bill::Bill;
use crate::domain::event::Event;
use crate::domain::id::{EmployeeId, ProductId, ReceiptId};
use crate::domain::money::{Money, divide};
use crate::domain::payment::Settlement;
use crate::domain::time::{BusinessDay, Period};
use crate::domain::visit::place_name;
use crate::store::error::StoreError;
use crate::store::sales::{self, DaySales, Paid, ProductSales};
use crate::store::{bills, menu, orders, sites, staff};

/// The sums of some days, in the currency's minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    pub receipts: i64,
    /// Placed, paid or not.
    pub orders: i64,
    /// Portions on paid bills.
    pub portions: i64,
    pub subtotal: Money,
    pub discount: Money,
    pub net: Money,
    pub service: Money,
    pub tax: Money,
    pub total: Money,
    pub rounding: Money,
    /// What was taken in: total and rounding.
    pub due: Money,
    /// What the portions cost the house.
    pub cost: Money,
    /// `due` a receipt.
    pub average: Money,
    /// Orders cancelled after the kitchen had them, and what they would have brought.
    pub voided: i64,
    pub voided_amount: Money,
}

impl From<DaySales> for Figures {
    fn from(s: DaySales) -> Figures {
        Figures {
            receipts: s.receipts,
            orders: s.orders,
            portions: s.portions,
            subtotal: s.bill.subtotal,
            discount: s.bill.discount,
            net: s.bill.net,
            service: s.bill.service,
            tax: s.bill.tax,
            total: s.bill.total,
            rounding: s.rounding,
            due: s.due,
            cost: s.cost,
            average: Money(divide(i128::from(s.due.0), i128::from(s.receipts.max(1))).unwrap_or(0)),
            voided: s.voided,
            voided_amount: s.voided_amount,
        }
    }
}

impl Figures {
    /// What is left of the net sales after what the portions cost.
    pub fn margin(&self) -> Money {
        Money(self.net.0 - self.cost.0)
    }
}

/// A day, or the month that begins with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bar {
    pub from: BusinessDay,
    pub receipts: i64,
    pub due: Money,
}

/// An hour of the house's clock, 0 to 23.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hour {
    pub hour: u32,
    pub receipts: i64,
    pub due: Money,
}

/// A product and what it brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sold {
    pub product: ProductId,
    pub name: String,
    pub category: String,
    pub quantity: i64,
    pub amount: Money,
    pub cost: Money,
    /// Not on the menu any more.
    pub retired: bool,
}

impl From<ProductSales> for Sold {
    fn from(p: ProductSales) -> Sold {
        let ProductSales { product, name, category, retired, quantity, amount, cost } = p;
        Sold { product, name, category, quantity, amount, cost, retired }
    }
}

/// A counted product that runs out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Low {
    pub product: ProductId,
    pub name: String,
    /// Portions that may still be ordered.
    pub free: i64,
    pub min_stock: i64,
}

/// What guests thought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stars {
    pub ratings: i64,
    /// The mean: 46 is 4.6.
    pub tenths: Option<i64>,
}

impl From<(i64, i64)> for Stars {
    fn from((ratings, sum): (i64, i64)) -> Stars {
        let tenths = divide(i128::from(sum) * 10, i128::from(ratings.max(1))).ok();
        Stars { ratings, tenths: tenths.filter(|_| ratings > 0) }
    }
}

/// Days of a dashboard's chart, and of its best and least sold.
const CHART_DAYS: i32 = 14;
const RANKED_DAYS: i32 = 7;
/// How many of the best and of the least.
const RANKED: usize = 5;

/// How the house does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dashboard {
    pub day: BusinessDay,
    pub today: Figures,
    /// The whole of the same weekday a week before.
    pub week_ago: Figures,
    /// The last 14 days, oldest first.
    pub bars: Vec<Bar>,
    /// Of today, in the order of the business day.
    pub hours: Vec<Hour>,
    /// The first day of `best` and `least`.
    pub since: BusinessDay,
    pub best: Vec<Sold>,
    /// Of the menu, what sold nothing included.
    pub least: Vec<Sold>,
    pub low: Vec<Low>,
    /// On the menu.
    pub products: usize,
    /// At work.
    pub employees: usize,
    /// Of all ratings ever.
    pub stars: Stars,
}

pub fn dashboard(conn: &Connection) -> Result<Dashboard, StoreError> {
    let day = today(conn)?;
    let ranked = Period::ending(day, RANKED_DAYS);
    let sold: Vec<Sold> = sales::by_product(conn, ranked)?.into_iter().map(Sold::from).collect();
    let mut least: Vec<Sold> = sold.iter().filter(|s| !s.retired).cloned().collect();
    least.sort_by_key(|s| (s.quantity, s.amount));
    least.truncate(RANKED);
    Ok(Dashboard {
        day,
        today: sales::total(conn, Period::day(day))?.into(),
        week_ago: sales::total(conn, Period::day(day.plus_days(-7)))?.into(),
        bars: bars(conn, Period::ending(day, CHART_DAYS), Step::Day)?,
        hours: hours(conn, Period::day(day))?,
        since: ranked.from,
        best: sold.iter().filter(|s| s.quantity > 0).take(RANKED).cloned().collect(),
        least,
        low: low(conn)?,
        products: menu::products(conn)?.len(),
        employees: staff::employees(conn)?.iter().filter(|e| e.works_here()).count(),
        stars: sales::stars(conn, None)?.into(),
    })
}

/// The open business day. Before the first one, the first of the calendar that anybody sold on.
pub fn today(conn: &Connection) -> Result<BusinessDay, StoreError> {
    sites::day(conn)?.ok_or(StoreError::damaged("no business day is open"))
}

/// What stands below one bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Day,
    Month,
}

/// Above so many days a bar is a month.
const DAY_BARS: i32 = 92;

/// What was sold in a period, beside the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sales {
    /// The restaurant's name.
    pub house: String,
    pub from: BusinessDay,
    pub to: BusinessDay,
    pub figures: Figures,
    pub before_from: BusinessDay,
    pub before_to: BusinessDay,
    pub before: Figures,
    pub step: Step,
    /// Without gaps, oldest first.
    pub bars: Vec<Bar>,
    pub hours: Vec<Hour>,
    /// Most portions first, what sold nothing included.
    pub products: Vec<Sold>,
    /// Given in the period.
    pub stars: Stars,
}

pub fn sales(conn: &Connection, period: Period) -> Result<Sales, StoreError> {
    let before = period.before();
    let step = if period.days() > DAY_BARS { Step::Month } else { Step::Day };
    Ok(Sales {
        house: sites::site(conn)?.name.clone(),
        from: period.from,
        to: period.to,
        figures: sales::total(conn, period)?.into(),
        before_from: before.from,
        before_to: before.to,
        before: sales::total(conn, before)?.into(),
        step,
        bars: bars(conn, period, step)?,
        hours: hours(conn, period)?,
        products: sales::by_product(conn, period)?.into_iter().map(Sold::from).collect(),
        stars: sales::stars(conn, Some(period))?.into(),
    })
}

/// One for every day or month, sold or not.
fn bars(conn: &Connection, period: Period, step: Step) -> Result<Vec<Bar>, StoreError> {
    let mut sold = sales::by_day(conn, period)?.into_iter().peekable();
    let mut bars = Vec::new();
    let mut from = period.from;
    while from <= period.to {
        let next = match step {
            Step::Day => from.plus_days(1),
            Step::Month => from.next_month(),
        };
        let mut bar = Bar { from, receipts: 0, due: Money::ZERO };
        while let Some((_, receipts, due)) = sold.next_if(|(day, ..)| *day < next) {
            bar.receipts += receipts;
            bar.due = Money(bar.due.0 + due.0);
        }
        bars.push(bar);
        // The calendar ends somewhere.
        if next <= from {
            break;
        }
        from = next;
    }
    Ok(bars)
}

/// The amounts at a chart's lines, from nothing to a round one that nothing exceeds: at most six.
pub fn axis(most: Money) -> Vec<Money> {
    let mut step = 1_i64;
    'found: loop {
        for factor in [1, 2, 5] {
            if step * factor * 5 >= most.0 {
                step *= factor;
                break 'found;
            }
        }
        step = step.saturating_mul(10);
    }
    let lines = most.0.max(1).div_euclid(step) + i64::from(most.0.max(1) % step != 0);
    (0..=lines).map(|line| Money(line * step)).collect()
}

/// In the order of the business day: from the hour in which it begins.
fn hours(conn: &Connection, period: Period) -> Result<Vec<Hour>, StoreError> {
    let start = u32::from(sites::site(conn)?.day_start_min / 60);
    let mut hours: Vec<Hour> =
        sales::by_hour(conn, period)?.into_iter().map(|(hour, receipts, due)| Hour { hour, receipts, due }).collect();
    hours.sort_by_key(|h| (h.hour + 24 - start) % 24);
    Ok(hours)
}

/// Counted products that run out, the emptiest first.
pub fn low(conn: &Connection) -> Result<Vec<Low>, StoreError> {
    let mut low = Vec::new();
    for (product, reserved) in menu::products(conn)? {
        let Some(stock) = product.stock else { continue };
        let free = (stock - reserved).max(0);
        if free <= product.min_stock {
            low.push(Low { product: product.id, name: product.name, free, min_stock: product.min_stock });
        }
    }
    low.sort_by(|a, b| (a.free, &a.name).cmp(&(b.free, &b.name)));
    Ok(low)
}

/// An order that was cancelled after the kitchen had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Void {
    pub at_ms: i64,
    pub order: i64,
    pub who: String,
    pub reason: String,
    pub amount: Money,
}

/// Those of a period, oldest first: who took what off, and why.
pub fn voids(conn: &Connection, period: Period, most: usize) -> Result<Vec<Void>, StoreError> {
    let mut found = Vec::new();
    for void in sales::voids(conn, period, most)? {
        let Some(row) = orders::row(conn, void.order)? else { continue };
        let amounts: Result<Vec<Money>, _> = row.order.lines.iter().map(|l| l.amount()).collect();
        let amount = amounts.and_then(Money::sum).map_err(|_| StoreError::damaged("an order's amount does not fit"))?;
        let who = match void.actor.employee() {
            Some(id) => staff::employee(conn, id)?.map(|e| e.name).unwrap_or_default(),
            None => String::new(),
        };
        found.push(Void { at_ms: void.at_ms, order: row.order.number, who, reason: row.reason, amount });
    }
    Ok(found)
}

/// Something besides sales that an owner may want to know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    pub at_ms: i64,
    /// Which: the end of `report-deed-…` in the languages' files.
    pub what: &'static str,
    /// Who did it, or whose secret was tried.
    pub who: String,
    /// The receipt, the order, the screen or the printer.
    pub about: String,
}

/// In the order in which a letter counts them.
pub const DEEDS: [&str; 5] = ["receipt-copy", "ticket-copy", "thrown-away", "pin-wrong", "password-wrong"];

/// Those of a period, oldest first: copies of receipts and tickets, papers that were thrown away, PINs and passwords that
/// were wrong.
pub fn deeds(conn: &Connection, period: Period, most: usize) -> Result<Vec<Deed>, StoreError> {
    let named = |id: Option<EmployeeId>| match id {
        Some(id) => Ok::<_, StoreError>(staff::employee(conn, id)?.map(|e| e.name).unwrap_or_default()),
        None => Ok(String::new()),
    };
    let mut found = Vec::new();
    for (event, actor, at_ms) in sales::deeds(conn, period, most)? {
        let (what, who, about) = match event {
            Event::ReceiptReprinted { receipt, .. } => {
                let number = bills::receipt(conn, receipt)?.map(|r| r.number.to_string()).unwrap_or_default();
                ("receipt-copy", named(actor.employee())?, number)
            }
            Event::TicketReprinted { order, .. } => {
                let number = orders::row(conn, order)?.map(|r| r.order.number.to_string()).unwrap_or_default();
                ("ticket-copy", named(actor.employee())?, number)
            }
            Event::PaperHandled { printer, .. } => (
                "thrown-away",
                named(actor.employee())?,
                sites::printer(conn, printer)?.map(|p| p.settings.name).unwrap_or_default(),
            ),
            Event::PinRefused { employee, device } => {
                ("pin-wrong", named(Some(employee))?, staff::device_name(conn, device)?.unwrap_or_default())
            }
            Event::PasswordRefused { employee } => ("password-wrong", named(Some(employee))?, String::new()),
            _ => continue,
        };
        found.push(Deed { at_ms, what, who, about });
    }
    Ok(found)
}

/// A paid bill of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiptLine {
    pub id: ReceiptId,
    pub number: String,
    pub day: BusinessDay,
    pub at_ms: i64,
    /// "5", "5B", or the takeaway's number.
    pub place: String,
    pub takeaway: bool,
    pub cashier: String,
    /// Empty once erased.
    pub guests: Vec<String>,
    pub due: Money,
}

impl From<&Paid> for ReceiptLine {
    fn from(p: &Paid) -> ReceiptLine {
        ReceiptLine {
            id: p.id,
            number: p.number.clone(),
            day: p.day,
            at_ms: p.at_ms,
            place: place(p),
            takeaway: p.takeaway.is_some(),
            cashier: p.cashier.clone(),
            guests: p.guests.split(", ").filter(|g| !g.is_empty()).map(str::to_owned).collect(),
            due: p.settlement.due,
        }
    }
}

/// As on the floor: "5", "5B", or the takeaway's number.
pub fn place(paid: &Paid) -> String {
    match (&paid.table, paid.takeaway) {
        (Some(number), _) => place_name(number, paid.party),
        (None, Some(takeaway)) => takeaway.to_string(),
        (None, None) => String::new(),
    }
}

/// A page of the history, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Receipts {
    pub receipts: Vec<ReceiptLine>,
    /// Ask with it as `before` for older ones; null at the end.
    pub next: Option<ReceiptId>,
}

/// Receipts a page.
const RECEIPTS: u32 = 50;

pub fn receipts(conn: &Connection, period: Period, search: &str, before: Option<ReceiptId>) -> Result<Receipts, StoreError> {
    let mut rows = sales::receipts(conn, period, search.trim(), before, RECEIPTS + 1)?;
    let more = rows.len() > RECEIPTS as usize;
    rows.truncate(RECEIPTS as usize);
    let next = rows.last().filter(|_| more).map(|r| r.id);
    Ok(Receipts { receipts: rows.iter().map(ReceiptLine::from).collect(), next })
}

/// Those of a number that somebody typed, of whatever day, newest first.
pub fn numbered(conn: &Connection, number: &str) -> Result<Receipts, StoreError> {
    let rows = match number.parse() {
        Ok(sought) => sales::numbered(conn, sought)?,
        Err(_) => Vec::new(),
    };
    Ok(Receipts { receipts: rows.iter().map(ReceiptLine::from).collect(), next: None })
}

/// A paid bill with everything that stands on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiptDetail {
    #[serde(flatten)]
    pub line: ReceiptLine,
    /// How often it was printed again.
    pub copies: u32,
    pub bill: Bill,
    pub settlement: Settlement,
    pub orders: Vec<PaidOrder>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaidOrder {
    pub number: i64,
    pub placed_ms: i64,
    /// The guest's name, or the employee's.
    pub who: String,
    pub lines: Vec<PaidLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaidLine {
    pub name: String,
    pub quantity: u32,
    pub unit_price: Money,
    pub amount: Money,
    pub note: String,
}

pub fn receipt(conn: &Connection, id: ReceiptId) -> Result<Option<ReceiptDetail>, StoreError> {
    let (Some(paid), Some(row)) = (sales::receipt(conn, id)?, bills::receipt(conn, id)?) else { return Ok(None) };
    let mut shown = Vec::new();
    for row in orders::of_receipt(conn, id)? {
        let mut lines = Vec::new();
        for line in row.order.lines {
            let amount = line.amount().map_err(|_| StoreError::damaged("a line's amount does not fit"))?;
            lines.push(PaidLine {
                amount,
                name: line.name,
                quantity: line.quantity,
                unit_price: line.unit_price,
                note: line.note,
            });
        }
        shown.push(PaidOrder { number: row.order.number, placed_ms: row.placed_ms, who: row.who, lines });
    }
    Ok(Some(ReceiptDetail {
        line: ReceiptLine::from(&paid),
        copies: row.copies,
        bill: row.bill,
        settlement: row.settlement,
        orders: shown,
    }))
}
