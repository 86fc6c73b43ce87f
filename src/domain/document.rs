//! What goes on paper, as lines without a width: layout for 58 or 80 mm and the printer's
//! bytes are the print worker's business. Built from values alone, so that a receipt that is
//! printed again reads the same.

use crate::domain::bill::Bill;
use crate::domain::money::Money;
use crate::domain::payment::{Settlement, Tender};
use crate::domain::printer::{CodePage, Profile};
use crate::domain::site::{Language, Site};
use crate::domain::time;
use crate::domain::wifi::Wifi;
use crate::domain::words::{say, word};

/// How large a line stands on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Size {
    #[default]
    Normal,
    /// Twice as high.
    Tall,
    /// Twice as high and wide.
    Double,
    /// Four times: a number that is called out across the room.
    Huge,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    #[default]
    Left,
    Centre,
}

/// Looks of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    pub size: Size,
    pub align: Align,
    pub bold: bool,
    /// White on black.
    pub inverted: bool,
    /// Characters of indentation, kept when the text wraps.
    pub indent: usize,
}

/// One element of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Wraps at words.
    Text {
        text: String,
        style: Style,
    },
    /// Text to the left, an amount to the right that never wraps and is never dropped.
    Pair {
        left: String,
        right: String,
        style: Style,
    },
    /// A picture in the middle: the bytes of its file.
    Picture(Vec<u8>),
    /// A QR code in the middle, as large as the paper has room for, that says this.
    Qr(String),
    /// The letters of a code page under its name, for a person to see whether the printer has it.
    Page(CodePage),
    /// A line of each width that printers have, which ends with its number: the longest one that stays
    /// a line is the printer's.
    Ruler,
    /// A line across the paper.
    Rule,
    Blank,
}

/// A document, cut at its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    pub blocks: Vec<Block>,
}

impl Document {
    /// The same for another printer than it was meant for.
    pub fn meant_for(mut self, language: Language, printer: &str) -> Document {
        let text = say(language, "paper-meant-for", &[("printer", printer)]);
        let style = Style { align: Align::Centre, inverted: true, bold: true, ..Style::default() };
        self.blocks.insert(0, Block::Text { text, style });
        self
    }

    /// The same below a picture.
    pub fn headed(mut self, picture: Vec<u8>) -> Document {
        self.blocks.insert(0, Block::Picture(picture));
        self
    }

    fn text(&mut self, text: impl Into<String>, style: Style) {
        let text = text.into();
        if !text.is_empty() {
            self.blocks.push(Block::Text { text, style });
        }
    }

    fn pair(&mut self, left: impl Into<String>, right: impl Into<String>, style: Style) {
        self.blocks.push(Block::Pair { left: left.into(), right: right.into(), style });
    }

    fn rule(&mut self) {
        self.blocks.push(Block::Rule);
    }

    /// Where it goes; a takeaway's number so large that it can be called out from the counter.
    fn destination(&mut self, language: Language, destination: &Destination) {
        let title = destination.title(language);
        match destination {
            Destination::Table(_) => self.text(title, Style { size: Size::Double, bold: true, ..Style::default() }),
            Destination::Takeaway(number) => {
                self.text(title, Style { size: Size::Tall, bold: true, align: Align::Centre, ..Style::default() });
                self.text(number.to_string(), Style { size: Size::Huge, bold: true, align: Align::Centre, ..Style::default() });
            }
        }
    }

    fn copy_mark(&mut self, language: Language, copy: u32) {
        if copy > 0 {
            let text = say(language, "paper-copy", &[("n", &copy.to_string())]);
            self.text(text, Style { size: Size::Tall, align: Align::Centre, inverted: true, ..Style::default() });
        }
    }
}

/// Where the food goes: on the ticket's first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    Table(String),
    Takeaway(u32),
}

impl Destination {
    pub fn title(&self, language: Language) -> String {
        match self {
            Destination::Table(name) => say(language, "paper-table", &[("name", name)]),
            Destination::Takeaway(number) => say(language, "paper-takeaway", &[("n", &number.to_string())]),
        }
    }
}

/// A line on a ticket or receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperLine {
    pub name: String,
    pub quantity: u32,
    pub unit_price: Money,
    pub amount: Money,
    pub note: String,
}

/// Shows that a printer prints, and what it has: a person picks its profile by it. The ruler says how
/// wide it is, the letters which code pages it knows.
pub fn test_page(site: &Site, printer: &str, profile: &Profile) -> Document {
    let language = site.language;
    let centred = Style { align: Align::Centre, ..Style::default() };
    let mut doc = Document::default();
    doc.text(&site.name, Style { size: Size::Double, bold: true, ..centred });
    doc.text(word(language, "paper-test"), Style { size: Size::Tall, ..centred });
    doc.rule();
    doc.pair(printer, format!("{} - {}", profile.width.columns(), profile.code_page.name()), Style::default());
    doc.pair(word(language, "paper-total"), site.currency.format(Money(123_456)), Style { bold: true, ..Style::default() });
    doc.rule();
    doc.text(word(language, "paper-test-ruler"), Style::default());
    doc.blocks.push(Block::Ruler);
    doc.rule();
    doc.text(word(language, "paper-test-pages"), Style::default());
    doc.blocks.extend(CodePage::ALL.into_iter().filter(|p| *p != CodePage::Ascii).map(Block::Page));
    doc.rule();
    doc.text(word(language, "paper-test-drawn"), Style::default());
    doc.text("Ἑλληνικά Кириллица 漢字かな 한글 ไทย ★ €", Style::default());
    doc.rule();
    doc
}

/// How guests join the Wi-Fi: a code for phones, and the same in words for the rest.
pub fn wifi_slip(site: &Site, wifi: &Wifi) -> Document {
    let centred = Style { align: Align::Centre, ..Style::default() };
    let mut doc = Document::default();
    doc.text(&site.name, Style { size: Size::Tall, bold: true, ..centred });
    doc.text(word(site.language, "paper-wifi"), centred);
    doc.blocks.push(Block::Qr(wifi.join()));
    doc.text(&wifi.name, Style { size: Size::Double, bold: true, ..centred });
    if !wifi.password.is_empty() {
        doc.text(say(site.language, "paper-wifi-password", &[("password", &wifi.password)]), centred);
    }
    doc
}

/// How guests order at a table: a code for phones. Whoever is not on the Wi-Fi joins it first.
pub fn table_slip(site: &Site, number: &str, url: String, wifi: Option<&Wifi>) -> Document {
    let centred = Style { align: Align::Centre, ..Style::default() };
    let mut doc = Document::default();
    doc.text(&site.name, Style { size: Size::Tall, bold: true, ..centred });
    doc.text(Destination::Table(number.to_owned()).title(site.language), Style { size: Size::Double, bold: true, ..centred });
    doc.blocks.push(Block::Qr(url));
    doc.text(word(site.language, "paper-table-slip"), centred);
    if let Some(wifi) = wifi {
        doc.text(say(site.language, "paper-table-slip-wifi", &[("name", &wifi.name)]), centred);
        if !wifi.password.is_empty() {
            doc.text(say(site.language, "paper-wifi-password", &[("password", &wifi.password)]), centred);
        }
    }
    doc
}

/// What a station's ticket says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    pub destination: Destination,
    pub station: String,
    /// More than one when a visit's orders came at once.
    pub order_numbers: Vec<i64>,
    pub who: String,
    pub at_ms: i64,
    pub lines: Vec<PaperLine>,
    /// Reprints before this one; 0 is the original.
    pub copy: u32,
    /// The lines are not wanted any more, and why.
    pub cancelled: Option<String>,
    /// A box before each line, to be ticked off.
    pub boxes: bool,
}

/// The ticket a station works from. Large, few words, notes inverted.
pub fn ticket(site: &Site, ticket: &Ticket) -> Document {
    let language = site.language;
    let mut doc = Document::default();
    doc.copy_mark(language, ticket.copy);
    if ticket.cancelled.is_some() {
        doc.text(
            word(language, "paper-cancelled"),
            Style { size: Size::Double, align: Align::Centre, inverted: true, ..Style::default() },
        );
    }
    doc.destination(language, &ticket.destination);
    let numbers: Vec<String> = ticket.order_numbers.iter().map(ToString::to_string).collect();
    doc.pair(
        say(language, "paper-order-no", &[("n", &numbers.join(", "))]),
        time::hour(ticket.at_ms, &site.zone()),
        Style { size: Size::Tall, ..Style::default() },
    );
    doc.pair(ticket.who.clone(), ticket.station.clone(), Style::default());
    doc.rule();
    for line in &ticket.lines {
        let tick = if ticket.boxes { "[ ] " } else { "" };
        doc.text(format!("{tick}{} x {}", line.quantity, line.name), Style { size: Size::Tall, bold: true, ..Style::default() });
        doc.text(line.note.clone(), Style { inverted: true, indent: 4, ..Style::default() });
    }
    doc.rule();
    if let Some(reason) = &ticket.cancelled {
        doc.text(say(language, "paper-reason", &[("reason", reason)]), Style::default());
    }
    doc
}

/// What a receipt says; the figures are those that were stored when it was paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub number: String,
    pub order_numbers: Vec<i64>,
    pub destination: Destination,
    pub guests: Vec<String>,
    pub cashier: String,
    pub at_ms: i64,
    pub lines: Vec<PaperLine>,
    pub bill: Bill,
    pub settlement: Settlement,
    pub tender: Tender,
    pub copy: u32,
}

/// The guest's receipt.
pub fn receipt(site: &Site, receipt: &Receipt) -> Document {
    let (language, currency) = (site.language, site.currency);
    let centre = Style { align: Align::Centre, ..Style::default() };
    let mut doc = Document::default();
    doc.text(site.name.clone(), Style { size: Size::Tall, bold: true, ..centre });
    doc.text(site.address.clone(), centre);
    if !site.tax_id.is_empty() {
        doc.text(say(language, "paper-tax-id", &[("id", &site.tax_id)]), centre);
    }
    doc.copy_mark(language, receipt.copy);
    doc.rule();
    doc.pair(receipt.number.clone(), time::stamp(receipt.at_ms, &site.zone()), Style::default());
    let orders: Vec<String> = receipt.order_numbers.iter().map(|n| n.to_string()).collect();
    if let Destination::Takeaway(number) = receipt.destination {
        doc.text(number.to_string(), Style { size: Size::Huge, bold: true, ..centre });
    }
    doc.pair(
        receipt.destination.title(language),
        say(language, "paper-order-no", &[("n", &orders.join(", "))]),
        Style::default(),
    );
    if !receipt.guests.is_empty() {
        doc.text(say(language, "paper-guest", &[("names", &receipt.guests.join(", "))]), Style::default());
    }
    doc.text(say(language, "paper-cashier", &[("name", &receipt.cashier)]), Style::default());
    doc.rule();
    for line in &receipt.lines {
        doc.text(line.name.clone(), Style::default());
        let each = format!("{} x {}", line.quantity, currency.figures(line.unit_price));
        doc.pair(each, currency.figures(line.amount), Style { indent: 2, ..Style::default() });
    }
    doc.rule();
    totals(&mut doc, site, &receipt.bill);
    let settled = &receipt.settlement;
    if settled.rounding != Money::ZERO {
        doc.pair(word(language, "paper-rounding"), currency.figures(settled.rounding), Style::default());
    }
    doc.pair(
        word(language, "paper-total"),
        currency.format(settled.due),
        Style { size: Size::Tall, bold: true, ..Style::default() },
    );
    doc.pair(tender_word(language, receipt.tender), currency.figures(settled.tendered), Style::default());
    doc.pair(word(language, "paper-change"), currency.figures(settled.change), Style::default());
    if site.tax.prices_include {
        doc.text(word(language, "paper-prices-include"), centre);
    }
    doc.blocks.push(Block::Blank);
    // Guests of both languages read it, whatever the house speaks.
    doc.text(word(Language::Id, "paper-thanks"), centre);
    doc.text(word(Language::En, "paper-thanks"), centre);
    doc
}

/// Subtotal, discount, service, tax: only the lines that are there.
fn totals(doc: &mut Document, site: &Site, bill: &Bill) {
    let (language, currency, profile) = (site.language, site.currency, &site.tax);
    let mut row = |key: &str, percent: &str, amount: Money| {
        if amount != Money::ZERO {
            doc.pair(say(language, key, &[("percent", percent)]), currency.figures(amount), Style::default());
        }
    };
    row("paper-subtotal", "", bill.subtotal);
    row("paper-discount", "", Money(-bill.discount.0));
    row("paper-service", &profile.service.percent(currency.decimal), bill.service);
    row("paper-tax", &profile.tax.percent(currency.decimal), bill.tax);
}

fn tender_word(language: Language, tender: Tender) -> String {
    match tender {
        Tender::Cash => word(language, "paper-cash"),
        Tender::Legacy => word(language, "paper-legacy"),
    }
}
