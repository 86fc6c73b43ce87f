//! The page of reports: today from the dashboard, other periods from their own view. It asks when
//! the page is opened, when a period is chosen, and every half minute while it is looked at.

use std::sync::Arc;

use slint::{ComponentHandle, SharedString};

use crate::client::Look;
use crate::domain::money::{Currency, Money};
use crate::domain::site::Language;
use crate::domain::staff::Right;
use crate::domain::time::{BusinessDay, Period};
use crate::domain::words::{self, say, word};
use crate::hub::asked::{Shown, Wanted};
use crate::hub::wire::Op;
use crate::ui::bridge::Bridge;
use crate::ui::desk::Desk;
use crate::ui::generated::{Bar, CashierWindow, Fact, Frame, Page, PeriodKey, Rank, Reports};
use crate::ui::{rows, shape};
use crate::views::report::{self, Dashboard, Figures, Hour, Low, Sales, Sold, Stars};

/// How old the figures may be while somebody looks at them.
const FRESH_MS: i64 = 30_000;
/// How many of the best and the least sold.
const RANKED: usize = 5;
/// Bars whose labels fit below them on a screen; of more, every so many is written.
const LABELS: usize = 14;

/// The periods one tap away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Span {
    #[default]
    Today,
    Yesterday,
    Week,
    Days30,
    Month,
    LastMonth,
}

impl Span {
    const ALL: [Span; 6] = [Span::Today, Span::Yesterday, Span::Week, Span::Days30, Span::Month, Span::LastMonth];

    fn key(self) -> &'static str {
        match self {
            Span::Today => "today",
            Span::Yesterday => "yesterday",
            Span::Week => "week",
            Span::Days30 => "days30",
            Span::Month => "month",
            Span::LastMonth => "last-month",
        }
    }

    fn period(self, today: BusinessDay) -> Period {
        match self {
            Span::Today => Period::day(today),
            Span::Yesterday => Period::day(today.plus_days(-1)),
            Span::Week => Period::ending(today, 7),
            Span::Days30 => Period::ending(today, 30),
            Span::Month => Period { from: today.month(), to: today },
            Span::LastMonth => {
                let last = today.month().plus_days(-1);
                Period { from: last.month(), to: last }
            }
        }
    }
}

/// What the page shows and waits for.
#[derive(Default)]
pub struct State {
    span: Span,
    dashboard: Option<Arc<Shown>>,
    sales: Option<(Span, Arc<Shown>)>,
    /// When it was last asked for, by the screen's own clock.
    asked_ms: Option<i64>,
}

impl State {
    fn dashboard(&self) -> Option<&Dashboard> {
        match self.dashboard.as_deref() {
            Some(Shown::Dashboard(board)) => Some(board),
            _ => None,
        }
    }

    fn sales(&self) -> Option<&Sales> {
        match &self.sales {
            Some((span, shown)) if *span == self.span => match &**shown {
                Shown::Sales(sales) => Some(sales),
                _ => None,
            },
            _ => None,
        }
    }

    /// Somebody else is at the screen, or the page is left.
    pub fn forget(&mut self) {
        *self = State::default();
    }
}

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let reports = window.global::<Reports>();
    let spans = bridge.clone();
    reports.on_choose(move |key| {
        spans.act(|window, desk| {
            desk.reports.span = Span::ALL.into_iter().find(|s| key == s.key()).unwrap_or_default();
            desk.reports.asked_ms = None;
            quiet(window);
        });
        ask(&spans);
    });
    let again = bridge.clone();
    reports.on_refresh(move || {
        again.act(|window, _| quiet(window));
        ask(&again);
    });
    let files = bridge.clone();
    reports.on_save_pdf(move || save(&files));
    let letters = bridge.clone();
    reports.on_mail_pdf(move || mail(&letters));
}

fn quiet(window: &CashierWindow) {
    let reports = window.global::<Reports>();
    reports.set_trouble(Default::default());
    reports.set_notice(Default::default());
}

/// Asks for what the page shows.
fn ask(bridge: &Bridge) {
    let mut wanted = None;
    bridge.act(|_, desk| {
        desk.reports.asked_ms = Some(desk.mono_ms());
        wanted = today(desk).map(|day| (desk.reports.span, desk.reports.span.period(day)));
    });
    bridge.look(Wanted::Dashboard {}, |window, desk, look| {
        if let Some(shown) = heard(window, look) {
            desk.reports.dashboard = Some(shown);
        }
    });
    let Some((span, Period { from, to })) = wanted.filter(|(span, _)| *span != Span::Today) else { return };
    bridge.look(Wanted::Sales { from, to }, move |window, desk, look| {
        if let Some(shown) = heard(window, look) {
            desk.reports.sales = Some((span, shown));
        }
    });
}

fn heard(window: &CashierWindow, look: Look) -> Option<Arc<Shown>> {
    match look {
        Ok(shown) => Some(shown),
        Err(refused) => {
            window.global::<Reports>().set_trouble(refused.message.into());
            None
        }
    }
}

fn today(desk: &Desk) -> Option<BusinessDay> {
    desk.room.hub.as_ref().map(|h| h.day)
}

/// The PDF goes into the machine's folder of reports; the page says where.
fn save(bridge: &Bridge) {
    let mut wanted = None;
    bridge.act(|window, desk| {
        quiet(window);
        wanted = today(desk).map(|day| desk.reports.span.period(day));
        window.global::<Reports>().set_busy(wanted.is_some());
    });
    let Some(Period { from, to }) = wanted else { return };
    let folder = bridge.options().files.clone();
    bridge.look(Wanted::SalesPdf { from, to }, move |window, desk, look| {
        let reports = window.global::<Reports>();
        reports.set_busy(false);
        let Some(shown) = heard(window, look) else { return };
        let Shown::File(file) = &*shown else { return };
        let kept = data_encoding::BASE64.decode(file.bytes.as_bytes()).map_err(|e| e.to_string()).and_then(|bytes| {
            let path = folder.join(&file.name);
            let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, bytes));
            written.map(|()| path).map_err(|e| e.to_string())
        });
        let language = desk.tongue();
        match kept {
            Ok(path) => reports.set_notice(say(language, "till-saved", &[("path", &path.display().to_string())]).into()),
            Err(cause) => reports.set_trouble(say(language, "till-not-saved", &[("cause", &cause)]).into()),
        }
    });
}

fn mail(bridge: &Bridge) {
    let mut wanted = None;
    bridge.act(|window, desk| {
        quiet(window);
        wanted = today(desk).map(|day| desk.reports.span.period(day));
        window.global::<Reports>().set_busy(wanted.is_some());
    });
    let Some(Period { from, to }) = wanted else { return };
    bridge.submit(Op::ReportMail { from, to, address: None }, |window, desk, answer| {
        let reports = window.global::<Reports>();
        reports.set_busy(false);
        match answer {
            Ok(_) => reports.set_notice(word(desk.tongue(), "till-report-mailed").into()),
            Err(refused) => reports.set_trouble(refused.message.into()),
        }
    });
}

pub fn draw(window: &CashierWindow, desk: &mut Desk, bridge: &Bridge) {
    if window.global::<Frame>().get_page() != Page::Reports {
        return;
    }
    let now = desk.mono_ms();
    if desk.linked && desk.may(Right::SeeReports) && desk.reports.asked_ms.is_none_or(|at| now - at >= FRESH_MS) {
        desk.reports.asked_ms = Some(now);
        // Not from inside a drawing, which holds the desk.
        bridge.later(ask);
    }
    show(&window.global::<Reports>(), desk);
}

fn show(page: &Reports<'_>, desk: &Desk) {
    let language = desk.tongue();
    let period =
        |span: &Span| PeriodKey { key: span.key().into(), label: word(language, &format!("till-span-{}", span.key())).into() };
    let periods = Span::ALL.iter().map(period).collect();
    rows::sync(page.get_periods(), periods, |a, b| a.key == b.key, |m| page.set_periods(m));
    page.set_period(desk.reports.span.key().into());
    page.set_may_mail(desk.room.hub.as_ref().is_some_and(|h| h.mail.on));
    let Some(board) = desk.reports.dashboard() else { return page.set_loaded(false) };
    let teller = Teller { language, currency: desk.currency() };
    page.set_menu_count(board.products.to_string().into());
    page.set_staff_count(board.employees.to_string().into());
    let low = board.low.iter().map(|l| teller.low(l)).collect();
    rows::sync(page.get_low(), low, same, |m| page.set_low(m));
    match desk.reports.span {
        Span::Today => {
            page.set_title(words::day(language, board.day).into());
            teller.figures(page, &board.today, &board.week_ago, &words::short_date(language, board.day.plus_days(-7)));
            page.set_bars_title(say(language, "till-last-days", &[("n", &board.bars.len().to_string())]).into());
            teller.days(page, &board.bars, false, Some(board.day));
            teller.hours(page, &board.hours);
            teller.rank(page, board.best.iter(), board.least.iter());
            page.set_stars(teller.stars(&board.stars));
        }
        _ => {
            let Some(sales) = desk.reports.sales() else { return page.set_loaded(false) };
            page.set_title(words::period(language, Period { from: sales.from, to: sales.to }).into());
            let before = Period { from: sales.before_from, to: sales.before_to };
            let before = match before.days() {
                1 => words::short_date(language, before.from),
                _ => format!("{}–{}", words::short_date(language, before.from), words::short_date(language, before.to)),
            };
            teller.figures(page, &sales.figures, &sales.before, &before);
            let monthly = sales.step == report::Step::Month;
            page.set_bars_title(word(language, if monthly { "report-per-month" } else { "report-per-day" }).into());
            teller.days(page, &sales.bars, monthly, None);
            teller.hours(page, &sales.hours);
            let best = sales.products.iter().filter(|s| s.quantity > 0).take(RANKED);
            teller.rank(page, best, sales.products.iter().rev().filter(|s| !s.retired).take(RANKED));
            page.set_stars(teller.stars(&sales.stars));
        }
    }
    page.set_loaded(true);
}

fn same(a: &Rank, b: &Rank) -> bool {
    a.id == b.id
}

/// Figures as the page's finished texts.
struct Teller {
    language: Language,
    currency: Currency,
}

impl Teller {
    fn word(&self, key: &str) -> SharedString {
        word(self.language, key).into()
    }

    fn money(&self, amount: Money) -> SharedString {
        self.currency.format(amount).into()
    }

    fn figures(&self, page: &Reports<'_>, now: &Figures, before: &Figures, then: &str) {
        page.set_due(self.money(now.due));
        let compared = (before.due.0 > 0).then(|| (now.due.0 - before.due.0) * 100 / before.due.0);
        page.set_trend(compared.map_or(0, |percent| i32::try_from(percent.signum()).unwrap_or(0)));
        let change = compared.map(|percent| {
            let percent = if percent > 0 { format!("+{percent}") } else { percent.to_string() };
            say(self.language, "till-change", &[("percent", &percent), ("then", then)])
        });
        page.set_change(change.unwrap_or_default().into());
        let fact = |key: &str, value: SharedString, detail: String| Fact { label: self.word(key), value, detail: detail.into() };
        let was = |value: String| match before.receipts {
            0 => String::new(),
            _ => say(self.language, "till-was", &[("value", &value), ("then", then)]),
        };
        let number = |n: i64| SharedString::from(n.to_string());
        let voided = if now.voided > 0 { self.currency.format(now.voided_amount) } else { String::new() };
        let facts = vec![
            fact("report-receipts", number(now.receipts), was(before.receipts.to_string())),
            fact("report-average", self.money(now.average), was(self.currency.format(before.average))),
            fact("report-orders", number(now.orders), was(before.orders.to_string())),
            fact("report-portions", number(now.portions), was(before.portions.to_string())),
            fact("report-margin", self.money(now.margin()), was(self.currency.format(before.margin()))),
            fact("report-service", self.money(now.service), String::new()),
            fact("report-tax", self.money(now.tax), String::new()),
            fact("report-voided", number(now.voided), voided),
        ];
        rows::sync(page.get_facts(), facts, |a, b| a.label == b.label, |m| page.set_facts(m));
    }

    /// Bars and the labels of the lines behind them; none when nothing was sold.
    fn bars(&self, bars: &[(String, Money, bool)]) -> (Vec<Bar>, Vec<SharedString>) {
        let most = bars.iter().map(|(_, due, _)| *due).max().unwrap_or_default();
        if most <= Money::ZERO {
            return Default::default();
        }
        let axis = report::axis(most);
        let top = axis.last().map_or(1, |a| a.0).max(1);
        let every = bars.len().div_ceil(LABELS).max(1);
        let drawn = bars.iter().enumerate().map(|(at, (label, due, strong))| Bar {
            label: label.as_str().into(),
            value: self.money(*due),
            share: shape::share(due.0.max(0), top),
            strong: *strong,
            shown: at % every == 0,
        });
        let labels = axis.iter().map(|a| words::short_amount(self.language, self.currency, *a).into());
        (drawn.collect(), labels.collect())
    }

    fn days(&self, page: &Reports<'_>, bars: &[report::Bar], monthly: bool, strong: Option<BusinessDay>) {
        let label = |day| if monthly { words::month(self.language, day) } else { words::short_date(self.language, day) };
        let bars: Vec<_> = bars.iter().map(|b| (label(b.from), b.due, strong == Some(b.from))).collect();
        let (bars, axis) = self.bars(&bars);
        rows::sync(page.get_bars(), bars, |a, b| a.label == b.label, |m| page.set_bars(m));
        rows::sync(page.get_bars_axis(), axis, |a, b| a == b, |m| page.set_bars_axis(m));
    }

    fn hours(&self, page: &Reports<'_>, hours: &[Hour]) {
        let bars: Vec<_> = hours.iter().map(|h| (format!("{:02}", h.hour), h.due, false)).collect();
        let (bars, axis) = self.bars(&bars);
        rows::sync(page.get_hours(), bars, |a, b| a.label == b.label, |m| page.set_hours(m));
        rows::sync(page.get_hours_axis(), axis, |a, b| a == b, |m| page.set_hours_axis(m));
    }

    fn rank<'a>(
        &self,
        page: &Reports<'_>,
        best: impl Iterator<Item = &'a Sold> + Clone,
        least: impl Iterator<Item = &'a Sold> + Clone,
    ) {
        rows::sync(page.get_best(), self.ranks(best), same, |m| page.set_best(m));
        rows::sync(page.get_least(), self.ranks(least), same, |m| page.set_least(m));
    }

    fn ranks<'a>(&self, sold: impl Iterator<Item = &'a Sold> + Clone) -> Vec<Rank> {
        let most = sold.clone().map(|s| s.quantity).max().unwrap_or(0).max(1);
        let rank = |s: &Sold| Rank {
            id: s.product.to_string().into(),
            name: s.name.as_str().into(),
            detail: self.money(s.amount),
            value: say(self.language, "till-portions", &[("n", &s.quantity.to_string())]).into(),
            share: shape::share(s.quantity, most),
            warn: false,
        };
        sold.map(rank).collect()
    }

    fn low(&self, low: &Low) -> Rank {
        Rank {
            id: low.product.to_string().into(),
            name: low.name.as_str().into(),
            detail: say(self.language, "till-minimum", &[("n", &low.min_stock.to_string())]).into(),
            value: say(self.language, "till-left", &[("n", &low.free.to_string())]).into(),
            share: shape::share(low.free, low.min_stock.max(1)),
            warn: low.free == 0,
        }
    }

    fn stars(&self, stars: &Stars) -> SharedString {
        match stars.tenths {
            Some(tenths) => {
                let mean = format!("{}{}{}", tenths / 10, self.currency.decimal, tenths % 10);
                say(self.language, "till-stars", &[("mean", &mean), ("n", &stars.ratings.to_string())]).into()
            }
            None => self.word("report-stars-none"),
        }
    }
}
