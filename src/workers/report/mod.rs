//! The sales report of a period as a PDF: figures, charts, tables. Made when it is asked for, from
//! the same view as the screens.

#![cfg_attr(not(test), expect(clippy::float_arithmetic, reason = "points on paper, never amounts"))]

mod chart;
mod page;

use anyhow::Context;
use rusqlite::Connection;

use crate::domain::money::Money;
use crate::domain::site::Site;
use crate::domain::time::{self, BusinessDay, Period};
use crate::domain::words::{self, say, word};
use crate::store::sites;
use crate::views::report::{self, Bar, Sales, Step};
use crate::workers::report::chart::bars;
use crate::workers::report::page::{Align, Column, Ink, LEFT, RIGHT, Sheets, Weight, style};

/// Voids and other deeds that a report names; who has more of them has another problem.
const VOIDS: usize = 200;

/// The report, made at `at_ms`.
pub fn pdf(conn: &Connection, period: Period, at_ms: i64) -> anyhow::Result<Vec<u8>> {
    let site = sites::site(conn)?;
    let sales = report::sales(conn, period)?;
    let title = format!("{} · {}", word(site.language, "report-title"), words::period(site.language, period));
    let mut paper = Paper { sheets: Sheets::new(&title).context("the report")?, site: &site };
    paper.head(period, sites::logo(conn, &site)?.as_deref());
    paper.figures(&sales);
    paper.sums(&sales);
    if sales.figures.receipts == 0 {
        paper.nothing();
    } else {
        paper.by_day(&sales);
        paper.by_hour(&sales);
        paper.products(&sales);
    }
    let low = report::low(conn)?;
    if !low.is_empty() {
        paper.low(&low);
    }
    let voids = report::voids(conn, period, VOIDS)?;
    if !voids.is_empty() {
        paper.voids(&voids);
    }
    let deeds = report::deeds(conn, period, VOIDS)?;
    if !deeds.is_empty() {
        paper.deeds(&deeds);
    }
    let made = say(site.language, "report-made", &[("at", &time::stamp(at_ms, &site.zone()))]);
    let foot = format!("{} · {made}", site.name);
    Ok(paper.sheets.finish(&foot, |n, of| say(site.language, "report-page", &[("n", &n.to_string()), ("of", &of.to_string())])))
}

/// The name under which it is saved: "laporan-2031-05-09.pdf".
pub fn file_name(period: Period, ending: &str) -> String {
    match period.days() {
        1 => format!("laporan-{}.{ending}", period.from),
        _ => format!("laporan-{}-{}.{ending}", period.from, period.to),
    }
}

struct Paper<'a> {
    sheets: Sheets,
    site: &'a Site,
}

/// A column's head, width and side.
fn column(head: String, width: f32, align: Align) -> Column {
    Column { head, width, align }
}

impl Paper<'_> {
    fn word(&self, key: &str) -> String {
        word(self.site.language, key)
    }

    fn money(&self, amount: Money) -> String {
        self.site.currency.format(amount)
    }

    fn head(&mut self, period: Period, logo: Option<&[u8]>) {
        let language = self.site.language;
        let (name, address) = (self.site.name.clone(), self.site.address.clone());
        let title = self.word("report-title");
        let s = &mut self.sheets;
        // The house's name and address stand beside its logo.
        let beside = logo.and_then(|file| s.logo(file, LEFT, s.y)).map_or(0.0, |width| width + 10.0);
        s.y += 14.0;
        let big = style(20.0, Weight::Strong, Ink::Plain);
        let name = s.fitted(&name, big, (RIGHT - LEFT) * 0.72 - beside);
        s.text(LEFT + beside, s.y, Align::Left, big, &name);
        s.text(RIGHT, s.y, Align::Right, style(11.0, Weight::Strong, Ink::Accent), &title);
        s.y += 16.0;
        let small = style(9.0, Weight::Regular, Ink::Muted);
        let address = s.fitted(&address, small, (RIGHT - LEFT) * 0.55 - beside);
        s.text(LEFT + beside, s.y, Align::Left, small, &address);
        s.text(RIGHT, s.y, Align::Right, style(10.0, Weight::Regular, Ink::Plain), &words::period(language, period));
        s.y += 12.0;
        s.rule(LEFT, RIGHT, s.y);
        s.y += 8.0;
    }

    /// Eight figures in two rows, what came in the largest.
    fn figures(&mut self, sales: &Sales) {
        let (now, language) = (&sales.figures, self.site.language);
        let stars = match sales.stars.tenths {
            Some(tenths) => {
                let mean = format!("{}{}{}", tenths / 10, self.site.currency.decimal, tenths % 10);
                say(language, "report-stars-mean", &[("mean", &mean), ("n", &sales.stars.ratings.to_string())])
            }
            None => self.word("report-stars-none"),
        };
        let voided = match now.voided {
            0 => "0".to_owned(),
            n => format!("{n} · {}", self.money(now.voided_amount)),
        };
        let before = Period { from: sales.before_from, to: sales.before_to };
        let before = format!("{}–{}", words::short_date(language, before.from), words::short_date(language, before.to));
        let before = match sales.before_from == sales.before_to {
            true => words::short_date(language, sales.before_from),
            false => before,
        };
        let before = say(language, "report-before", &[("period", &before), ("amount", &self.money(sales.before.due))]);
        let all = [
            ("report-due", self.money(now.due), before),
            ("report-receipts", now.receipts.to_string(), String::new()),
            ("report-average", self.money(now.average), String::new()),
            ("report-portions", now.portions.to_string(), String::new()),
            ("report-margin", self.money(now.margin()), String::new()),
            ("report-orders", now.orders.to_string(), String::new()),
            ("report-voided", voided, String::new()),
            ("report-stars", stars, String::new()),
        ];
        let widths = [0.34, 0.2, 0.26, 0.2].map(|part| (RIGHT - LEFT) * part);
        for row in all.chunks(4) {
            let mut x = LEFT;
            for ((key, value, detail), width) in row.iter().zip(widths) {
                let label = self.word(key);
                let s = &mut self.sheets;
                let size = if *key == "report-due" { 22.0 } else { 13.0 };
                s.text(x, s.y + 12.0, Align::Left, style(8.5, Weight::Regular, Ink::Muted), &label);
                let big = style(size, Weight::Strong, Ink::Plain);
                let value = s.fitted(value, big, width - 8.0);
                s.text(x, s.y + 34.0, Align::Left, big, &value);
                if !detail.is_empty() {
                    s.text(x, s.y + 47.0, Align::Left, style(8.5, Weight::Regular, Ink::Muted), detail);
                }
                x += width;
            }
            self.sheets.y += 54.0;
        }
    }

    /// How the net became what came in.
    fn sums(&mut self, sales: &Sales) {
        let now = &sales.figures;
        let rows = [
            ("paper-subtotal", now.subtotal),
            ("paper-discount", Money(-now.discount.0)),
            ("report-net", now.net),
            ("report-service", now.service),
            ("report-tax", now.tax),
            ("paper-rounding", now.rounding),
            ("report-due", now.due),
            ("report-cost", now.cost),
        ];
        let title = self.word("report-sums");
        self.sheets.heading(&title, 160.0);
        let columns =
            [column(String::new(), 360.0, Align::Left), column(self.word("report-amount"), RIGHT - LEFT - 360.0, Align::Right)];
        let rows: Vec<Vec<String>> = rows.iter().map(|(key, amount)| vec![self.word(key), self.money(*amount)]).collect();
        self.sheets.table(&columns, rows);
    }

    fn nothing(&mut self) {
        let text = self.word("report-nothing");
        self.sheets.y += 30.0;
        let y = self.sheets.y;
        self.sheets.text(LEFT, y, Align::Left, style(11.0, Weight::Regular, Ink::Muted), &text);
    }

    /// The bars of a chart and the labels beside it.
    fn chart(&mut self, bars_of: &[(String, Money)]) {
        let most = bars_of.iter().map(|(_, due)| *due).max().unwrap_or_default();
        let axis = report::axis(most);
        let top = axis.last().copied().unwrap_or(Money(1)).0.max(1);
        let permille = |due: Money| u32::try_from(due.0.max(0).saturating_mul(1_000) / top).unwrap_or(0);
        let shown: Vec<chart::Bar> =
            bars_of.iter().map(|(label, due)| chart::Bar { permille: permille(*due), label: label.clone() }).collect();
        let labels: Vec<String> = axis.iter().map(|a| words::short_amount(self.site.language, self.site.currency, *a)).collect();
        bars(&mut self.sheets, &shown, &labels);
    }

    fn by_day(&mut self, sales: &Sales) {
        let language = self.site.language;
        let (title, head) = match sales.step {
            Step::Day => ("report-per-day", "report-day"),
            Step::Month => ("report-per-month", "report-month"),
        };
        // One day is one bar: the hours say more.
        if sales.bars.len() < 2 {
            return;
        }
        let (title, head) = (self.word(title), self.word(head));
        self.sheets.heading(&title, chart::HEIGHT);
        let short = |day: BusinessDay| match sales.step {
            Step::Day => words::short_date(language, day),
            Step::Month => words::month(language, day),
        };
        let long = |day: BusinessDay| match sales.step {
            Step::Day => words::day(language, day),
            Step::Month => words::month(language, day),
        };
        let chart: Vec<(String, Money)> = sales.bars.iter().map(|b| (short(b.from), b.due)).collect();
        self.chart(&chart);
        self.sheets.y += 10.0;
        let columns = [
            column(head, 250.0, Align::Left),
            column(self.word("report-receipts"), 80.0, Align::Right),
            column(self.word("report-due"), RIGHT - LEFT - 330.0, Align::Right),
        ];
        let row = |b: &Bar| vec![long(b.from), b.receipts.to_string(), self.money(b.due)];
        let rows: Vec<Vec<String>> = sales.bars.iter().map(row).collect();
        self.sheets.table(&columns, rows);
    }

    fn by_hour(&mut self, sales: &Sales) {
        let title = self.word("report-per-hour");
        self.sheets.heading(&title, chart::HEIGHT);
        let chart: Vec<(String, Money)> = sales.hours.iter().map(|h| (format!("{:02}.00", h.hour), h.due)).collect();
        self.chart(&chart);
    }

    fn products(&mut self, sales: &Sales) {
        let columns = [
            column("#".to_owned(), 24.0, Align::Left),
            column(self.word("report-product"), 165.0, Align::Left),
            column(self.word("report-category"), 92.0, Align::Left),
            column(self.word("report-portions"), 46.0, Align::Right),
            column(self.word("report-amount"), 92.0, Align::Right),
            column(self.word("report-margin"), RIGHT - LEFT - 419.0, Align::Right),
        ];
        let row = |(at, p): (usize, &report::Sold)| {
            vec![
                (at + 1).to_string(),
                p.name.clone(),
                p.category.clone(),
                p.quantity.to_string(),
                self.money(p.amount),
                self.money(Money(p.amount.0 - p.cost.0)),
            ]
        };
        let rows: Vec<Vec<String>> = sales.products.iter().enumerate().map(row).collect();
        self.section("report-products", &columns, rows);
    }

    /// A table under its own heading.
    fn section(&mut self, title: &str, columns: &[Column], rows: impl IntoIterator<Item = Vec<String>>) {
        let title = self.word(title);
        self.sheets.heading(&title, 60.0);
        self.sheets.table(columns, rows);
    }

    fn low(&mut self, low: &[report::Low]) {
        let columns = [
            column(self.word("report-product"), 330.0, Align::Left),
            column(self.word("report-free"), 80.0, Align::Right),
            column(self.word("report-min"), RIGHT - LEFT - 410.0, Align::Right),
        ];
        let rows = low.iter().map(|l| vec![l.name.clone(), l.free.to_string(), l.min_stock.to_string()]);
        self.section("report-low", &columns, rows);
    }

    fn voids(&mut self, voids: &[report::Void]) {
        let columns = [
            column(self.word("report-time"), 92.0, Align::Left),
            column(self.word("report-order"), 56.0, Align::Left),
            column(self.word("report-who"), 92.0, Align::Left),
            column(self.word("report-why"), 180.0, Align::Left),
            column(self.word("report-amount"), RIGHT - LEFT - 420.0, Align::Right),
        ];
        let zone = self.site.zone();
        let row = |v: &report::Void| {
            vec![time::stamp(v.at_ms, &zone), v.order.to_string(), v.who.clone(), v.reason.clone(), self.money(v.amount)]
        };
        let rows: Vec<Vec<String>> = voids.iter().map(row).collect();
        self.section("report-voids", &columns, rows);
    }

    fn deeds(&mut self, deeds: &[report::Deed]) {
        let columns = [
            column(self.word("report-time"), 92.0, Align::Left),
            column(self.word("report-deed"), 170.0, Align::Left),
            column(self.word("report-who"), 120.0, Align::Left),
            column(self.word("report-about"), RIGHT - LEFT - 382.0, Align::Left),
        ];
        let zone = self.site.zone();
        let row = |d: &report::Deed| {
            let what = self.word(&format!("report-deed-{}", d.what));
            vec![time::stamp(d.at_ms, &zone), what, d.who.clone(), d.about.clone()]
        };
        let rows: Vec<Vec<String>> = deeds.iter().map(row).collect();
        self.section("report-deeds", &columns, rows);
    }
}
