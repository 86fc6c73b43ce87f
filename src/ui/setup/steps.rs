//! The steps of the first start as plain data: what each asks, what its answers mean, and the
//! house that comes of all of them. It knows neither Slint nor the hub.

use std::collections::BTreeMap;

use crate::domain::bill::reckon;
use crate::domain::founding::{ClockWord, Founding, RoomDraft, TABLES_MAX};
use crate::domain::menu::Station;
use crate::domain::money::{Currency, Money, Rate};
use crate::domain::printer::CodePage;
use crate::domain::site::{Language, PaperWidth, PrinterSettings, PrinterTarget, ROUNDING_STEP_MAX, SEATS_MAX, Site};
use crate::domain::staff::{is_password, is_pin};
use crate::domain::tax::TaxProfile;
use crate::domain::time;
use crate::domain::words::{say, word};
use crate::hub::asked::{FoundPrinter, SetupShown};
use crate::ui::manage::form::{Field, Form, Maker, Problem};
use crate::ui::manage::found::{fields_at, label, place};
use crate::workers::print::scan::Manner;

/// In the order in which they are asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    #[default]
    Language,
    House,
    Money,
    Owner,
    Time,
    Network,
    Printers,
    Tables,
    End,
}

impl Step {
    pub const ALL: [Step; 9] = [
        Step::Language,
        Step::House,
        Step::Money,
        Step::Owner,
        Step::Time,
        Step::Network,
        Step::Printers,
        Step::Tables,
        Step::End,
    ];

    pub fn key(self) -> &'static str {
        match self {
            Step::Language => "language",
            Step::House => "house",
            Step::Money => "money",
            Step::Owner => "owner",
            Step::Time => "time",
            Step::Network => "network",
            Step::Printers => "printers",
            Step::Tables => "tables",
            Step::End => "end",
        }
    }

    pub fn next(self) -> Option<Step> {
        Step::ALL.into_iter().find(|s| *s > self)
    }

    pub fn before(self) -> Option<Step> {
        Step::ALL.into_iter().rev().find(|s| *s < self)
    }
}

/// Indonesia's by the names people use, then its neighbours' and what travels.
const ZONES: &[(&str, &str)] = &[
    ("Asia/Jakarta", "WIB · Asia/Jakarta"),
    ("Asia/Makassar", "WITA · Asia/Makassar"),
    ("Asia/Jayapura", "WIT · Asia/Jayapura"),
    ("Asia/Dili", "Asia/Dili"),
    ("Asia/Kuala_Lumpur", "Asia/Kuala_Lumpur"),
    ("Asia/Singapore", "Asia/Singapore"),
    ("Asia/Bangkok", "Asia/Bangkok"),
    ("Asia/Manila", "Asia/Manila"),
    ("Asia/Tokyo", "Asia/Tokyo"),
    ("Australia/Darwin", "Australia/Darwin"),
    ("Europe/Berlin", "Europe/Berlin"),
    ("UTC", "UTC"),
];

const CURRENCIES: &[&str] = &["IDR", "MYR", "SGD", "USD", "EUR", "JPY"];

/// What was answered so far, by field; and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    pub values: BTreeMap<String, String>,
    pub flags: BTreeMap<String, bool>,
    pub problems: BTreeMap<String, String>,
    /// The screen's own clock when a time of day was given.
    pub timed_ms: i64,
}

impl Answers {
    /// Printers were found: what nobody has said yet is taken from them. The first that surely is one prints
    /// receipts, the next tickets; a single one does both.
    pub fn suggest(&mut self, found: &[FoundPrinter]) {
        let mut sure = found.iter().filter(|f| f.manner != Manner::Silent);
        let is_open = |answers: &Answers, key: &str| answers.values.get(key).is_none_or(|v| v == "off");
        if !is_open(self, "receipts") || !is_open(self, "tickets") {
            return;
        }
        let Some(first) = sure.next() else { return };
        self.take("found", &place(&first.target));
        match sure.next() {
            Some(second) => self.take("ticket-found", &place(&second.target)),
            None => drop(self.values.insert("tickets".to_owned(), "same".to_owned())),
        }
    }

    /// A printer that was found is picked: "found" for receipts, "ticket-found" for tickets.
    pub fn take(&mut self, key: &str, chosen: &str) {
        for (field, value) in fields_at(chosen) {
            let field = match (key, field) {
                ("found", "printer") => "receipts",
                ("found", "host") => "host",
                ("found", "path") => "path",
                (_, "printer") => "tickets",
                (_, "host") => "ticket-host",
                (_, "path") => "ticket-path",
                _ => continue,
            };
            self.values.insert(field.to_owned(), value);
        }
        self.values.insert(key.to_owned(), chosen.to_owned());
    }
}

/// What the steps stand in.
#[derive(Debug, Clone)]
pub struct Scene<'a> {
    pub language: Language,
    pub answers: &'a Answers,
    /// What the hub says of the machine.
    pub machine: Option<&'a SetupShown>,
    /// Printers that were looked for and found.
    pub found: &'a [FoundPrinter],
    /// The hub's clock now.
    pub now_ms: Option<i64>,
    /// The screen's own clock now.
    pub mono_ms: i64,
}

impl Scene<'_> {
    fn make(&self) -> Maker {
        Maker { language: self.language, currency: self.currency() }
    }

    pub fn currency(&self) -> Currency {
        let code = self.answers.values.get("currency").cloned();
        code.and_then(|c| Currency::try_from(c).ok()).unwrap_or_default()
    }

    fn word(&self, key: &str) -> String {
        word(self.language, key)
    }

    /// What the clock says, in the zone that was chosen.
    fn clock(&self, zone: &str) -> String {
        let zone = time::zone(zone).unwrap_or(jiff::tz::TimeZone::UTC);
        self.now_ms.map(|now| time::stamp(now, &zone)).unwrap_or_default()
    }

    /// The step's form, with what was answered in it.
    pub fn form(&self, step: Step) -> Form {
        let mut form = Form { of: None, title: String::new(), fields: self.fields(step), actions: Vec::new() };
        for field in &mut form.fields {
            if let Some(value) = self.answers.values.get(field.key) {
                field.value.clone_from(value);
            }
            if let Some(on) = self.answers.flags.get(field.key) {
                field.on = *on;
            }
            if let Some(problem) = self.answers.problems.get(field.key) {
                field.problem.clone_from(problem);
            }
        }
        if step == Step::Time {
            let zone = form.value("zone").to_owned();
            let now = self.clock(&zone);
            if let Some(field) = form.field_mut("now") {
                field.value = now;
            }
        }
        form
    }

    fn fields(&self, step: Step) -> Vec<Field> {
        let make = self.make();
        let called = |field: Field| {
            let label = self.word(&format!("setup-field-{}", field.key));
            field.called(label)
        };
        let hinted = |field: Field| {
            let hint = self.word(&format!("setup-hint-{}", field.key));
            called(field).hinted(hint)
        };
        let choice = |key: &'static str, chosen: &str, keys: &[&str]| {
            let choices = keys.iter().map(|k| ((*k).to_owned(), self.word(&format!("setup-{key}-{k}")))).collect();
            called(make.choice(key, chosen.to_owned(), choices))
        };
        let width = |key| {
            let millimetres = |w: PaperWidth| if w == PaperWidth::Mm58 { 58 } else { 80 };
            let widths = PaperWidth::ALL.map(|w| (w.key().to_owned(), format!("{} mm · {}", millimetres(w), w.columns())));
            called(make.choice(key, PaperWidth::Mm80.key().to_owned(), widths.into()))
        };
        let page = |key| {
            let pages = CodePage::ALL.map(|p| (p.key().to_owned(), p.name().to_owned()));
            let usual = CodePage::default().key().to_owned();
            called(make.choice(key, usual, pages.into())).hinted(self.word("setup-hint-code-page"))
        };
        match step {
            Step::Language => {
                let tongues = [("id", "Bahasa Indonesia"), ("en", "English")];
                let tongues = tongues.map(|(key, name)| (key.to_owned(), name.to_owned()));
                vec![called(make.choice("language", self.language.tag().to_owned(), tongues.into()))]
            }
            Step::House => {
                vec![called(make.text("name", "")), hinted(make.text("address", "")), hinted(make.text("tax-id", ""))]
            }
            Step::Money => {
                let codes = CURRENCIES.iter().map(|c| ((*c).to_owned(), (*c).to_owned())).collect();
                let usual = TaxProfile::default();
                let step = Money(self.currency().cash_step);
                vec![
                    choice("profile", "usual", &["usual", "none", "own"]),
                    called(make.percent("service", usual.service)).only("profile", &["own"]),
                    called(make.percent("tax", usual.tax)).only("profile", &["own"]),
                    called(make.flag("tax-service", usual.tax_on_service)).only("profile", &["own"]),
                    hinted(make.flag("prices-include", usual.prices_include)).only("profile", &["usual", "own"]),
                    called(make.choice("currency", self.currency().code.to_owned(), codes)),
                    hinted(make.money("rounding", step)),
                ]
            }
            Step::Owner => vec![
                called(make.text("owner", &self.word("setup-owner"))),
                hinted(make.pin("pin")),
                called(make.pin("pin-again")),
                hinted(make.secret("password")),
            ],
            Step::Time => {
                let zones = ZONES.iter().map(|(key, name)| ((*key).to_owned(), (*name).to_owned())).collect();
                let mut fields =
                    vec![called(make.choice("zone", "Asia/Jakarta".to_owned(), zones)), called(make.fixed("now", String::new()))];
                if self.machine.is_some_and(|m| m.clock_trusted) {
                    fields[1].hint = self.word("setup-hint-now");
                } else {
                    fields.push(choice("clock", "", &["right", "set"]));
                    fields.push(hinted(make.number("date", "")).only("clock", &["set"]));
                    fields.push(hinted(make.number("hour", "")).only("clock", &["set"]));
                }
                fields
            }
            Step::Network | Step::End => Vec::new(),
            Step::Printers => {
                let found = |key| {
                    let choices = self.found.iter().map(|f| (place(&f.target), label(f))).collect();
                    called(make.choice(key, String::new(), choices))
                };
                let mut fields = vec![
                    choice("receipts", "off", &["off", "tcp", "device"]),
                    found("found").only("receipts", &["tcp", "device"]),
                    hinted(make.number("host", "")).only("receipts", &["tcp"]),
                    called(make.text("path", "/dev/usb/lp0")).only("receipts", &["device"]),
                    width("width").only("receipts", &["tcp", "device"]),
                    page("code-page").only("receipts", &["tcp", "device"]),
                    called(make.flag("drawer", true)).only("receipts", &["tcp", "device"]),
                    choice("tickets", "off", &["off", "same", "tcp", "device"]),
                    found("ticket-found").only("tickets", &["tcp", "device"]),
                    hinted(make.number("ticket-host", "")).only("tickets", &["tcp"]),
                    called(make.text("ticket-path", "/dev/usb/lp1")).only("tickets", &["device"]),
                    width("ticket-width").only("tickets", &["tcp", "device"]),
                    page("ticket-code-page").only("tickets", &["tcp", "device"]),
                ];
                fields.retain(|f| !self.found.is_empty() || !f.key.ends_with("found"));
                fields
            }
            Step::Tables => {
                let mut fields = vec![
                    called(make.number("tables", 10)),
                    called(make.text("area", "")),
                    hinted(make.number("tables-2", "")),
                    called(make.text("area-2", "")),
                    called(make.number("seats", 4)),
                ];
                if self.has_slips() {
                    fields.push(hinted(make.flag("slips", true)));
                }
                fields
            }
        }
    }

    /// Whether tables' codes can be printed: there is a printer for it, and phones find the till.
    fn has_slips(&self) -> bool {
        let receipts = self.answers.values.get("receipts").is_some_and(|kind| kind != "off");
        receipts && self.machine.is_some_and(|m| m.reachable)
    }

    /// The money that was chosen, as far as it can be read.
    fn taxes(&self, form: &Form) -> Result<TaxProfile, Problem> {
        let usual = TaxProfile { prices_include: form.on("prices-include"), ..TaxProfile::default() };
        Ok(match form.value("profile") {
            "usual" => usual,
            "none" => TaxProfile { service: Rate::ZERO, tax: Rate::ZERO, prices_include: false, ..usual },
            _ => TaxProfile {
                service: form.rate("service")?,
                tax: form.rate("tax")?,
                tax_on_service: form.on("tax-service"),
                ..usual
            },
        })
    }

    /// A bill of round sums as this house would write it: label, amount, and whether it is a sum.
    pub fn example(&self) -> (String, Vec<(String, String, bool)>) {
        let form = self.form(Step::Money);
        let currency = self.currency();
        let amount = if currency.digits == 0 { Money(100_000) } else { Money(100 * 10_i64.pow(currency.digits)) };
        let title = say(self.language, "setup-example", &[("amount", &currency.format(amount))]);
        let Ok(taxes) = self.taxes(&form) else { return (title, Vec::new()) };
        let Ok(bill) = reckon([amount], Money::ZERO, false, &taxes) else { return (title, Vec::new()) };
        let step = form.money("rounding", currency).unwrap_or(Money(1)).max(Money(1));
        let rounding = crate::domain::tax::CashRounding { step, ..Default::default() };
        let rounded = rounding.difference(bill.total).unwrap_or(Money::ZERO);
        let percent = |key: &str, rate: Rate| say(self.language, key, &[("percent", &rate.percent(currency.decimal))]);
        let mut lines = vec![(self.word("setup-example-food"), currency.format(bill.net), false)];
        if taxes.service != Rate::ZERO {
            lines.push((percent("setup-example-service", taxes.service), currency.format(bill.service), false));
        }
        if taxes.tax != Rate::ZERO {
            lines.push((percent("setup-example-tax", taxes.tax), currency.format(bill.tax), false));
        }
        lines.push((self.word("setup-example-total"), currency.format(bill.total), true));
        if rounded != Money::ZERO {
            lines.push((self.word("setup-example-rounding"), currency.format(rounded), false));
            let due = bill.total.plus(rounded).unwrap_or(bill.total);
            lines.push((self.word("setup-example-cash"), currency.format(due), true));
        }
        (title, lines)
    }

    /// Takes a step's answers into the house, or says what is wrong with them.
    pub fn read(&self, step: Step, house: &mut Founding) -> Result<(), Problem> {
        let form = self.form(step);
        let site = &mut house.site;
        match step {
            Step::Language => site.language = self.language,
            Step::House => {
                filled(&form, "name")?;
                form.value("name").clone_into(&mut site.name);
                form.value("address").clone_into(&mut site.address);
                form.value("tax-id").clone_into(&mut site.tax_id);
            }
            Step::Money => {
                site.tax = self.taxes(&form)?;
                site.currency = self.currency();
                let step = form.money("rounding", site.currency)?;
                if step < Money(1) || step > ROUNDING_STEP_MAX {
                    return Err(Problem { field: "rounding", key: "setup-problem-rounding" });
                }
                site.cash_rounding.step = step;
            }
            Step::Owner => {
                filled(&form, "owner")?;
                if !is_pin(form.value("pin")) {
                    return Err(Problem { field: "pin", key: "setup-problem-pin" });
                }
                if form.value("pin") != form.value("pin-again") {
                    return Err(Problem { field: "pin-again", key: "setup-problem-pin-again" });
                }
                let password = form.field("password").map_or("", |f| &f.value);
                if !password.is_empty() && !is_password(password) {
                    return Err(Problem { field: "password", key: "setup-problem-password" });
                }
                form.value("owner").clone_into(&mut house.owner.name);
                form.value("pin").clone_into(&mut house.owner.pin);
                password.clone_into(&mut house.owner.password);
            }
            Step::Time => {
                form.value("zone").clone_into(&mut site.timezone);
                house.clock = self.clock_word(&form)?;
            }
            Step::Network | Step::End => {}
            Step::Printers => house.printers = self.printers(&form)?,
            Step::Tables => {
                let seats = form.number("seats")?;
                if seats == 0 || seats > SEATS_MAX {
                    return Err(Problem { field: "seats", key: "setup-problem-seats" });
                }
                let room = |tables, area| {
                    Ok::<_, Problem>(RoomDraft { area: form.value(area).to_owned(), tables: form.number(tables)?, seats })
                };
                house.rooms = vec![room("tables", "area")?, room("tables-2", "area-2")?];
                house.rooms.retain(|r| r.tables > 0);
                house.slips = form.on("slips") && !house.rooms.is_empty();
                if house.tables() > TABLES_MAX {
                    return Err(Problem { field: "tables", key: "setup-problem-tables" });
                }
            }
        }
        Ok(())
    }

    fn clock_word(&self, form: &Form) -> Result<ClockWord, Problem> {
        if form.field("clock").is_none() {
            return Ok(ClockWord::Unsaid);
        }
        match form.value("clock") {
            "right" => Ok(ClockWord::Right),
            "set" => {
                let zone = time::zone(form.value("zone")).unwrap_or(jiff::tz::TimeZone::UTC);
                let (day, hour) = (form.value("date"), form.value("hour"));
                if time::read_hour(hour).is_none() {
                    return Err(Problem { field: "hour", key: "setup-problem-hour" });
                }
                let wall_ms = time::read_moment(day, hour, &zone).filter(|ms| time::is_sane(*ms));
                let wall_ms = wall_ms.ok_or(Problem { field: "date", key: "setup-problem-date" })?;
                // It was true when it was typed.
                Ok(ClockWord::Set { wall_ms: wall_ms + (self.mono_ms - self.answers.timed_ms).max(0) })
            }
            _ => Err(Problem { field: "clock", key: "setup-problem-clock" }),
        }
    }

    fn printers(&self, form: &Form) -> Result<Vec<PrinterSettings>, Problem> {
        let target = |kind: &str, host: &'static str, path: &'static str| -> Result<Option<PrinterTarget>, Problem> {
            let (target, field) = match kind {
                "tcp" => (PrinterTarget::Tcp { host: form.value(host).to_owned(), port: 9_100 }, host),
                "device" => (PrinterTarget::Device { path: form.value(path).to_owned() }, path),
                _ => return Ok(None),
            };
            match target.is_for_people() {
                true => Ok(Some(target)),
                false => Err(Problem { field, key: "setup-problem-target" }),
            }
        };
        let width = |key: &str| {
            let chosen = form.value(key);
            PaperWidth::ALL.into_iter().find(|w| w.key() == chosen).unwrap_or(PaperWidth::Mm80)
        };
        let code_page = |key: &str| form.value(key).parse().unwrap_or_default();
        let tickets: Vec<Station> = ["kitchen", "bar"].iter().filter_map(|s| Station::try_from((*s).to_owned()).ok()).collect();
        let kitchen = form.value("tickets");
        let mut all = Vec::new();
        let receipts = target(form.value("receipts"), "host", "path")?;
        if kitchen == "same" && receipts.is_none() {
            return Err(Problem { field: "tickets", key: "setup-problem-same" });
        }
        if let Some(target) = receipts {
            all.push(PrinterSettings {
                width: width("width"),
                code_page: code_page("code-page"),
                stations: if kitchen == "same" { tickets.clone() } else { Vec::new() },
                receipts: true,
                drawer: form.on("drawer"),
                ..PrinterSettings::new(self.word("setup-printer-counter"), target)
            });
        }
        if let Some(target) = target(kitchen, "ticket-host", "ticket-path")? {
            let name = self.word("setup-printer-kitchen");
            let new = PrinterSettings::new(name, target);
            all.push(PrinterSettings {
                width: width("ticket-width"),
                code_page: code_page("ticket-code-page"),
                stations: tickets,
                ..new
            });
        }
        Ok(all)
    }

    /// All of it, or the first step that something is wrong with.
    pub fn house(&self) -> Result<Founding, (Step, Problem)> {
        let mut house = Founding { site: Site::default(), ..Founding::default() };
        for step in Step::ALL {
            self.read(step, &mut house).map_err(|problem| (step, problem))?;
        }
        Ok(house)
    }

    /// What is about to be opened, to look at once more.
    pub fn summary(&self) -> Vec<(String, String, bool)> {
        let Ok(house) = self.house() else { return Vec::new() };
        let row = |key: &str, value: String| (self.word(key), value, false);
        let decimal = house.site.currency.decimal;
        let taxes = match house.site.tax.tax == Rate::ZERO && house.site.tax.service == Rate::ZERO {
            true => self.word("setup-profile-none"),
            false => format!("{} + {}", house.site.tax.service.percent(decimal), house.site.tax.tax.percent(decimal)),
        };
        let printers = match house.printers.len() {
            0 => self.word("setup-none"),
            n => n.to_string(),
        };
        vec![
            row("setup-step-house", house.site.name.clone()),
            row("setup-sum-taxes", taxes),
            row("setup-field-currency", house.site.currency.code.to_owned()),
            row("setup-step-owner", house.owner.name.clone()),
            row("setup-step-time", house.site.timezone.clone()),
            row("setup-step-printers", printers),
            row("setup-step-tables", house.tables().to_string()),
        ]
    }
}

fn filled(form: &Form, field: &'static str) -> Result<(), Problem> {
    match form.value(field).is_empty() {
        true => Err(Problem { field, key: "setup-problem-empty" }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(answers: &Answers) -> Scene<'_> {
        Scene { language: Language::Id, answers, machine: None, found: &[], now_ms: None, mono_ms: 0 }
    }

    fn answered(pairs: &[(&str, &str)]) -> Answers {
        let values = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Answers { values, ..Answers::default() }
    }

    #[test]
    fn every_word_of_every_step_is_in_the_catalogue() {
        for language in Language::ALL {
            let answers = answered(&[("receipts", "tcp"), ("tickets", "tcp"), ("profile", "own"), ("clock", "set")]);
            let machine = SetupShown { now_ms: 0, clock_trusted: false, address: String::new(), reachable: true };
            let target = PrinterTarget::Device { path: "/dev/usb/lp0".to_owned() };
            let found = [FoundPrinter { target, manner: Manner::Plugged, name: None }];
            let scene = Scene { language, machine: Some(&machine), found: &found, ..scene(&answers) };
            for step in Step::ALL {
                for key in ["step", "title", "told"] {
                    let key = format!("setup-{key}-{}", step.key());
                    assert_ne!(scene.word(&key), key);
                }
                for field in scene.fields(step) {
                    let texts = [&field.label, &field.hint].into_iter().chain(field.choices.iter().map(|(_, label)| label));
                    texts.for_each(|text| assert!(!text.starts_with("setup-") && !text.starts_with("till-"), "{text}"));
                }
            }
        }
    }

    #[test]
    fn printers_that_were_found_answer_what_nobody_has_said() {
        let one = |target, manner| FoundPrinter { target, manner, name: None };
        let tcp = |host: &str| PrinterTarget::Tcp { host: host.to_owned(), port: 9_100 };
        let usb = PrinterTarget::Device { path: "/dev/kasir/usb-1-1.3:1.0".to_owned() };
        let silent = one(tcp("192.168.1.9"), Manner::Silent);
        let found = [silent.clone(), one(usb.clone(), Manner::Plugged), one(tcp("192.168.1.50"), Manner::Speaks)];
        let targets = |answers: &Answers, found: &[FoundPrinter]| {
            let scene = Scene { found, ..scene(answers) };
            let all = scene.printers(&scene.form(Step::Printers)).unwrap();
            all.into_iter().map(|p| (p.target, p.receipts, p.stations.len())).collect::<Vec<_>>()
        };

        let mut answers = Answers::default();
        answers.suggest(&found);
        assert_eq!(targets(&answers, &found), [(usb.clone(), true, 0), (tcp("192.168.1.50"), false, 2)]);
        // The cashier's own word stands, and picking another moves it.
        answers.take("found", &place(&tcp("192.168.1.50")));
        answers.take("ticket-found", &place(&usb));
        answers.suggest(&found);
        assert_eq!(targets(&answers, &found), [(tcp("192.168.1.50"), true, 0), (usb.clone(), false, 2)]);

        let mut alone = Answers::default();
        alone.suggest(&found[..2]);
        assert_eq!(targets(&alone, &found[..2]), [(usb, true, 2)]);
        let mut none = Answers::default();
        none.suggest(&[silent]);
        assert_eq!(none, Answers::default(), "who says nothing may be anything");
    }

    #[test]
    fn slips_are_offered_where_they_can_be_printed_and_lead_somewhere() {
        let machine = |reachable| SetupShown { now_ms: 0, clock_trusted: true, address: String::new(), reachable };
        let offered = |receipts: &str, reachable| {
            let (answers, machine) = (answered(&[("receipts", receipts)]), machine(reachable));
            let scene = Scene { machine: Some(&machine), ..scene(&answers) };
            let mut house = Founding::default();
            scene.read(Step::Tables, &mut house).unwrap();
            house.slips
        };
        assert!(offered("tcp", true));
        assert!(!offered("off", true) && !offered("tcp", false));
    }

    #[test]
    fn the_example_is_the_revenue_offices() {
        let answers = Answers::default();
        let (_, lines) = scene(&answers).example();
        let amounts: Vec<&str> = lines.iter().map(|(_, amount, _)| amount.as_str()).collect();
        assert_eq!(amounts, ["Rp100.000", "Rp5.000", "Rp10.500", "Rp115.500"]);
        let answers = answered(&[("profile", "none")]);
        assert_eq!(scene(&answers).example().1.len(), 2, "food and total");
    }

    #[test]
    fn a_house_comes_of_the_answers_and_a_missing_one_names_its_step() {
        let mut answers = Answers::default();
        let wrong = |answers: &Answers| scene(answers).house().map_err(|(step, problem)| (step, problem.field)).unwrap_err();
        assert_eq!(wrong(&answers), (Step::House, "name"));
        let mut say = |key: &str, value: &str| {
            answers.values.insert(key.to_owned(), value.to_owned());
            answers.clone()
        };
        assert_eq!(wrong(&say("name", "Warung Melati")), (Step::Owner, "pin"));
        assert_eq!(wrong(&say("pin", "2580")), (Step::Owner, "pin-again"));
        assert_eq!(wrong(&say("pin-again", "2580")), (Step::Time, "clock"));
        assert_eq!(wrong(&say("clock", "set")), (Step::Time, "hour"));
        assert_eq!(wrong(&say("hour", "19.30")), (Step::Time, "date"));
        say("date", "9.5.2031");
        assert_eq!(wrong(&say("tickets", "same")), (Step::Printers, "tickets"));
        say("receipts", "tcp");
        assert_eq!(wrong(&say("host", "8.8.8.8")), (Step::Printers, "host"));
        let answers = say("host", "192.168.1.50");
        let house = scene(&answers).house().unwrap();
        assert_eq!(house.clock, ClockWord::Set { wall_ms: 1_936_096_200_000 });
        assert_eq!((house.site.name.as_str(), house.tables(), house.printers.len()), ("Warung Melati", 10, 1));
        assert!(house.printers[0].receipts && house.printers[0].stations.len() == 2);
        assert_eq!(house.site.tax, TaxProfile::default());
    }
}
