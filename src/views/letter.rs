//! What stands in a letter, read when it is sent: names are joined here and stand in no job.
//! HTML as mail clients render it (tables, styles on the elements), and plain text.

use rusqlite::Connection;

use crate::domain::document::Receipt;
use crate::domain::id::ReceiptId;
use crate::domain::money::Money;
use crate::domain::site::Site;
use crate::domain::time::{self, Period};
use crate::domain::words::{self, say, word};
use crate::store::error::StoreError;
use crate::store::{backups, sites};
use crate::views::{paper, report};

/// A letter without its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub subject: String,
    pub plain: String,
    pub html: String,
}

/// A paid bill, for the guest.
pub fn receipt(conn: &Connection, id: ReceiptId) -> Result<Text, StoreError> {
    let site = sites::site(conn)?;
    let receipt = paper::receipt_facts(conn, id, 0)?;
    let language = site.language;
    let title = say(language, "letter-receipt", &[("number", &receipt.number), ("house", &site.name)]);
    let (head, sums) = (head(&site, &receipt), sums(&site, &receipt));
    let mut page = Page::new(&site.name);
    for line in &head {
        page.paragraph(line);
    }
    page.rows(receipt.lines.iter().map(|l| (format!("{} × {}", l.quantity, l.name), site.currency.format(l.amount), false)));
    page.rows(sums.into_iter());
    page.paragraph(&word(language, "paper-thanks"));
    Ok(page.finish(title))
}

/// House, time, place and numbers.
fn head(site: &Site, receipt: &Receipt) -> Vec<String> {
    let language = site.language;
    let orders: Vec<String> = receipt.order_numbers.iter().map(ToString::to_string).collect();
    let mut lines = vec![site.address.clone()];
    if !site.tax_id.is_empty() {
        lines.push(say(language, "paper-tax-id", &[("id", &site.tax_id)]));
    }
    lines.push(format!("{} · {}", receipt.number, time::stamp(receipt.at_ms, &site.zone())));
    lines.push(format!(
        "{} · {}",
        receipt.destination.title(language),
        say(language, "paper-order-no", &[("n", &orders.join(", "))])
    ));
    if !receipt.guests.is_empty() {
        lines.push(say(language, "paper-guest", &[("names", &receipt.guests.join(", "))]));
    }
    if !receipt.cashier.is_empty() {
        lines.push(say(language, "paper-cashier", &[("name", &receipt.cashier)]));
    }
    lines.retain(|l| !l.is_empty());
    lines
}

/// As on paper: what is nothing is not named.
fn sums(site: &Site, receipt: &Receipt) -> Vec<(String, String, bool)> {
    let language = site.language;
    let (bill, paid) = (&receipt.bill, &receipt.settlement);
    let percent = |rate: crate::domain::money::Rate| rate.percent(site.currency.decimal);
    let all = [
        (word(language, "paper-subtotal"), bill.subtotal, false),
        (word(language, "paper-discount"), Money(-bill.discount.0), false),
        (say(language, "paper-service", &[("percent", &percent(site.tax.service))]), bill.service, false),
        (say(language, "paper-tax", &[("percent", &percent(site.tax.tax))]), bill.tax, false),
        (word(language, "paper-rounding"), paid.rounding, false),
        (word(language, "paper-total"), paid.due, true),
        (word(language, "paper-cash"), paid.tendered, false),
        (word(language, "paper-change"), paid.change, false),
    ];
    let shown = all.into_iter().filter(|(_, amount, total)| *total || *amount != Money::ZERO);
    shown.map(|(name, amount, total)| (name, site.currency.format(amount), total)).collect()
}

/// A one-time code for a new password.
pub fn password_code(conn: &Connection, code: &str, minutes: u32) -> Result<Text, StoreError> {
    let site = sites::site(conn)?;
    let mut page = Page::new(&site.name);
    page.paragraph(&say(site.language, "letter-code", &[("minutes", &minutes.to_string())]));
    page.rows(std::iter::once((code.to_owned(), String::new(), true)));
    page.paragraph(&word(site.language, "letter-code-not-you"));
    Ok(page.finish(say(site.language, "letter-code-subject", &[("house", &site.name)])))
}

/// Deeds that a letter counts; the PDF names them.
const DEEDS: usize = 10_000;

/// What was sold; the PDF goes with it.
pub fn report(conn: &Connection, period: Period) -> Result<Text, StoreError> {
    let site = sites::site(conn)?;
    let sales = report::sales(conn, period)?;
    let shown = words::period(site.language, period);
    let mut page = Page::new(&site.name);
    page.paragraph(&say(site.language, "letter-report", &[("period", &shown)]));
    let money = |amount| site.currency.format(amount);
    let rows = [
        ("report-receipts", sales.figures.receipts.to_string(), false),
        ("report-average", money(sales.figures.average), false),
        ("report-voided", sales.figures.voided.to_string(), false),
        ("report-due", money(sales.figures.due), true),
    ];
    let mut rows: Vec<_> = rows.map(|(key, value, strong)| (word(site.language, key), value, strong)).into();
    let deeds = report::deeds(conn, period, DEEDS)?;
    for what in report::DEEDS {
        let n = deeds.iter().filter(|d| d.what == what).count();
        if n > 0 {
            rows.push((word(site.language, &format!("report-deed-{what}")), n.to_string(), false));
        }
    }
    page.rows(rows.into_iter());
    let state = backups::state(conn)?;
    for (key, fault) in [("letter-backup", state.fault), ("letter-backup-copy", state.copy_fault)] {
        if let Some(fault) = fault {
            let since = time::stamp(fault.since_ms, &site.zone());
            let why = word(site.language, &format!("backup-{}", fault.word.name()));
            page.paragraph(&say(site.language, key, &[("since", &since), ("why", &why)]));
        }
    }
    Ok(page.finish(say(site.language, "letter-report-subject", &[("house", &site.name), ("period", &shown)])))
}

/// Shows that the settings work.
pub fn test(conn: &Connection) -> Result<Text, StoreError> {
    let site = sites::site(conn)?;
    let mut page = Page::new(&site.name);
    page.paragraph(&word(site.language, "letter-test"));
    Ok(page.finish(say(site.language, "letter-test-subject", &[("house", &site.name)])))
}

/// Both forms, written side by side.
struct Page {
    plain: String,
    html: String,
}

/// The colours of the screens: warm paper, dark ink.
const BODY: &str = "margin:0;padding:24px;background:#FBF7F0;color:#1F1B16;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5";
const CARD: &str = "width:100%;max-width:480px;margin:0 auto;background:#FFFFFF;border:1px solid #E6DED2;border-radius:12px";

impl Page {
    fn new(title: &str) -> Page {
        let html = format!(
            "<!doctype html><html><body style=\"{BODY}\"><table role=\"presentation\" cellspacing=\"0\" cellpadding=\"0\" style=\"{CARD}\">\
             <tr><td style=\"padding:24px\"><h1 style=\"margin:0 0 8px;font-size:22px\">{}</h1>",
            escaped(title)
        );
        Page { plain: format!("{title}\n"), html }
    }

    fn paragraph(&mut self, text: &str) {
        self.plain.push_str(&format!("{text}\n"));
        self.html.push_str(&format!("<p style=\"margin:0 0 4px\">{}</p>", escaped(text)));
    }

    /// Text to the left, an amount to the right; strong ones stand out.
    fn rows(&mut self, rows: impl Iterator<Item = (String, String, bool)>) {
        self.plain.push('\n');
        self.html.push_str(
            "<table role=\"presentation\" cellspacing=\"0\" cellpadding=\"0\" style=\"width:100%;margin:12px 0;border-top:1px solid #E6DED2\">",
        );
        for (left, right, strong) in rows {
            let gap = 40_usize.saturating_sub(left.chars().count() + right.chars().count()).max(2);
            let fill = if right.is_empty() { 0 } else { gap };
            self.plain.push_str(&format!("{left}{}{right}\n", " ".repeat(fill)));
            let weight = if strong { "font-weight:700;font-size:20px" } else { "font-weight:400" };
            self.html.push_str(&format!(
                "<tr><td style=\"padding:4px 0;{weight}\">{}</td><td style=\"padding:4px 0;text-align:right;white-space:nowrap;{weight}\">{}</td></tr>",
                escaped(&left),
                escaped(&right)
            ));
        }
        self.plain.push('\n');
        self.html.push_str("</table>");
    }

    fn finish(mut self, subject: String) -> Text {
        self.html.push_str("</td></tr></table></body></html>");
        Text { subject, plain: self.plain, html: self.html }
    }
}

/// Text as HTML: nothing that anybody typed is markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        match ch {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_typed_is_markup() {
        let mut page = Page::new("<b>Warung</b>");
        page.paragraph("\"><script>alert(1)</script>");
        page.rows(std::iter::once(("<img src=x>".to_owned(), "Rp1".to_owned(), false)));
        let text = page.finish(String::new());
        assert!(!text.html.contains("<script") && !text.html.contains("<img") && !text.html.contains("<b>"));
        assert!(text.plain.contains("<script>"), "plain text is plain");
    }
}
