//! Each part of management: its rows, the form of a row, and what is asked of the hub when the
//! form is done.

use crate::domain::id::PrinterId;
use crate::domain::menu::{CategoryDraft, ProductDraft, Station};
use crate::domain::money::Money;
use crate::domain::printer::{BACKUP_AFTER_S, Backup, CodePage, Cutter, DrawerPin};
use crate::domain::site::{ConfirmRule, Language, PaperWidth, PrinterSettings, PrinterTarget, Site};
use crate::domain::staff::{EmployeeDraft, Role, is_pin};
use crate::domain::time;
use crate::domain::visit::TableDraft;
use crate::domain::words::say;
use crate::hub::wire::Op;
use crate::ui::generated::Tone;
use crate::ui::manage::form::{Field, Form, Maker, Problem};
use crate::ui::manage::seen::{Part, Seen};
use crate::ui::manage::services;
use crate::views::site::HubView;

/// A row of the list.
pub struct Row {
    pub id: String,
    pub title: String,
    pub detail: String,
    pub value: String,
    pub mark: String,
    pub tone: Tone,
    pub off: bool,
}

impl Row {
    pub fn plain(id: impl ToString, title: &str, detail: String, value: String) -> Row {
        Row { id: id.to_string(), title: title.to_owned(), detail, value, mark: String::new(), tone: Tone::Plain, off: false }
    }

    pub fn marked(self, mark: String, tone: Tone) -> Row {
        Row { mark, tone, ..self }
    }
}

/// Asked one after the other, as long as none is refused.
pub type Ops = Result<Vec<Op>, Problem>;

pub fn rows(part: Part, seen: &Seen, make: Maker, hub: Option<&HubView>, zone: &jiff::tz::TimeZone) -> Vec<Row> {
    match part {
        Part::Products => products(seen, make),
        Part::Categories => {
            let detail = |n: usize| say(make.language, "till-products", &[("n", &n.to_string())]);
            let row = |c: &crate::views::manage::CategoryRow| Row::plain(c.id, &c.name, detail(c.products), String::new());
            seen.categories().unwrap_or_default().iter().map(row).collect()
        }
        Part::Tables => {
            let seats = |n: u32| say(make.language, "till-seats", &[("n", &n.to_string())]);
            let row = |t: &crate::views::manage::TableRow| {
                let title = say(make.language, "paper-table", &[("name", &t.number)]);
                Row::plain(t.id, &title, t.area.clone(), seats(t.seats))
            };
            seen.tables().unwrap_or_default().iter().map(row).collect()
        }
        Part::Staff => staff(seen, make),
        Part::Ratings => {
            let row = |r: &crate::views::manage::RatingRow| {
                let title = format!("{} {}", "★".repeat(usize::from(r.stars)), r.product_name);
                let guest = if r.guest.is_empty() { r.place.clone() } else { format!("{} · {}", r.guest, r.place) };
                let detail = if r.comment.is_empty() { guest } else { format!("{guest} · {}", r.comment) };
                let tone = if r.stars <= 2 { Tone::Bad } else { Tone::Plain };
                let mark = if r.stars <= 2 { make.word("till-mark-unhappy") } else { String::new() };
                Row::plain(r.id, &title, detail, time::stamp(r.rated_ms, zone)).marked(mark, tone)
            };
            seen.ratings().unwrap_or_default().iter().map(row).collect()
        }
        Part::Printers => {
            let row = |p: &crate::hub::asked::PrinterSetup| {
                let stations: Vec<String> = p.settings.stations.iter().map(|s| station(make, s.as_str())).collect();
                Row::plain(p.id, &p.settings.name, stations.join(", "), target(&p.settings.target))
            };
            seen.printers().unwrap_or_default().iter().map(row).collect()
        }
        Part::House => {
            let row = |s: &Site| Row::plain("house", &s.name, s.address.clone(), String::new());
            seen.site().iter().map(|s| row(s)).collect()
        }
        Part::Mail => seen.mail().map(|m| services::mail_row(make, m, hub.map(|h| &h.mail))).into_iter().collect(),
        Part::Sync => {
            let state = hub.map(|h| h.sync).unwrap_or_default();
            seen.sync().map(|s| services::sync_row(make, s, state, zone)).into_iter().collect()
        }
    }
}

fn products(seen: &Seen, make: Maker) -> Vec<Row> {
    let categories = seen.categories().unwrap_or_default();
    let category = |id| categories.iter().find(|c| c.id == id).map(|c| c.name.as_str()).unwrap_or_default();
    let mut products: Vec<_> = seen.products().unwrap_or_default().iter().collect();
    let place = |id| categories.iter().position(|c| c.id == id);
    products.sort_by_key(|p| (place(p.category), p.id));
    let row = |p: &&crate::views::manage::ProductRow| {
        let detail = format!("{} · {}", category(p.category), station(make, p.station.as_str()));
        let row = Row::plain(p.id, &p.name, detail, make.currency.format(p.price));
        let left = p.stock.map(|s| (s - p.reserved).max(0));
        match (p.sold_out, left) {
            (true, _) => row.marked(make.word("till-mark-sold-out"), Tone::Bad),
            (_, Some(0)) => row.marked(make.word("till-mark-gone"), Tone::Bad),
            (_, Some(n)) if p.low => row.marked(say(make.language, "till-left", &[("n", &n.to_string())]), Tone::Warn),
            (_, Some(n)) => row.marked(say(make.language, "till-left", &[("n", &n.to_string())]), Tone::Plain),
            (_, None) => row,
        }
    };
    products.iter().map(row).collect()
}

fn staff(seen: &Seen, make: Maker) -> Vec<Row> {
    let row = |e: &crate::views::manage::EmployeeRow| {
        let row = Row::plain(e.id, &e.name, e.mail.clone(), role(make, e.role));
        let row = Row { off: !e.active, ..row };
        match (e.pending, e.active) {
            (true, _) => row.marked(make.word("till-mark-pending"), Tone::Warn),
            (_, false) => row.marked(make.word("till-mark-left"), Tone::Plain),
            _ => row,
        }
    };
    seen.employees().unwrap_or_default().iter().map(row).collect()
}

fn role(make: Maker, role: Role) -> String {
    make.word(&format!("till-role-{}", role.name()))
}

fn roles(make: Maker) -> Vec<(String, String)> {
    Role::ALL.iter().map(|r| (r.name().to_owned(), role(make, *r))).collect()
}

/// The stations that every house has go by their name in the language, others by their own.
fn station(make: Maker, name: &str) -> String {
    match name {
        "kitchen" | "bar" => make.word(&format!("station-{name}")),
        other => other.to_owned(),
    }
}

fn target(target: &PrinterTarget) -> String {
    match target {
        PrinterTarget::Tcp { host, port } => format!("{host}:{port}"),
        PrinterTarget::Device { path } => path.clone(),
        PrinterTarget::Roll { folder } => folder.clone(),
    }
}

/// The form of a row, or of a new one. `None` when the row has gone meanwhile.
pub fn form(part: Part, seen: &Seen, make: Maker, id: Option<&str>) -> Option<Form> {
    let of = id.map(str::to_owned);
    let question = |key: &str, name: &str| say(make.language, key, &[("name", name)]);
    let fresh = |part: Part| make.word(&format!("till-new-{}", part.key()));
    Some(match part {
        Part::Products => {
            let unprinted = |name: &str| seen.unprinted().is_some_and(|all| all.iter().any(|u| u.station == name));
            let told = |name: &str| match unprinted(name) {
                true => say(make.language, "till-station-unprinted", &[("station", &station(make, name))]),
                false => station(make, name),
            };
            let stations: Vec<(String, String)> = seen.stations()?.iter().map(|s| (s.clone(), told(s))).collect();
            let categories = seen.categories()?;
            let choices = categories.iter().map(|c| (c.id.to_string(), c.name.clone())).collect();
            let found = match id {
                Some(id) => Some(seen.products()?.iter().find(|p| p.id.to_string() == id)?),
                None => None,
            };
            let category = found.map_or_else(|| categories.first().map(|c| c.id), |p| Some(p.category));
            let mut fields = vec![
                make.text("name", found.map_or("", |p| &p.name)),
                make.choice("category", category.map(|c| c.to_string()).unwrap_or_default(), choices),
                make.money("price", found.map_or(Money::ZERO, |p| p.price)),
                make.money("cost", found.map_or(Money::ZERO, |p| p.cost)),
                make.choice("station", found.map_or("kitchen".to_owned(), |p| p.station.to_string()), stations),
                make.flag("counted", found.is_some_and(|p| p.stock.is_some())).hinted(make.word("till-hint-counted")),
                make.number("stock", found.and_then(|p| p.stock).map(|s| s.max(0).to_string()).unwrap_or_default()),
                make.number("min-stock", found.map_or(0, |p| p.min_stock)),
                make.text("description", found.map_or("", |p| &p.description)),
            ];
            let mut actions = vec![make.save()];
            if let Some(p) = found {
                fields.push(make.flag("sold-out", p.sold_out));
                actions.push(make.danger("retire", question("till-ask-retire-product", &p.name)));
            }
            Form { of, title: found.map_or_else(|| fresh(part), |p| p.name.clone()), fields, actions }
        }
        Part::Categories => {
            let found = match id {
                Some(id) => Some(seen.categories()?.iter().find(|c| c.id.to_string() == id)?),
                None => None,
            };
            let mut fields = vec![make.text("name", found.map_or("", |c| &c.name))];
            let mut actions = vec![make.save()];
            if let Some(c) = found {
                fields.push(make.number("position", c.position).hinted(make.word("till-hint-position")));
                actions.push(make.danger("retire", question("till-ask-retire-category", &c.name)));
            }
            Form { of, title: found.map_or_else(|| fresh(part), |c| c.name.clone()), fields, actions }
        }
        Part::Tables => {
            let found = match id {
                Some(id) => Some(seen.tables()?.iter().find(|t| t.id.to_string() == id)?),
                None => None,
            };
            let fields = vec![
                make.text("number", found.map_or("", |t| &t.number)),
                make.text("area", found.map_or("", |t| &t.area)),
                make.number("seats", found.map_or(4, |t| t.seats)),
            ];
            let mut actions = vec![make.save()];
            if let Some(t) = found {
                actions.push(make.act("slip", String::new()));
                actions.push(make.act("renew", question("till-ask-renew-table", &t.number)));
                actions.push(make.danger("retire", question("till-ask-retire-table", &t.number)));
            }
            Form { of, title: found.map_or_else(|| fresh(part), |t| question("paper-table", &t.number)), fields, actions }
        }
        Part::Staff => {
            let found = match id {
                Some(id) => Some(seen.employees()?.iter().find(|e| e.id.to_string() == id)?),
                None => None,
            };
            let pin = match found {
                Some(_) => make.pin("pin").hinted(make.word("till-hint-new-pin")),
                None => make.pin("pin").hinted(make.word("till-hint-pin")),
            };
            let mut fields = vec![
                make.text("name", found.map_or("", |e| &e.name)),
                make.choice("role", found.map_or(Role::Waiter, |e| e.role).name().to_owned(), roles(make)),
                make.text("mail", found.map_or("", |e| &e.mail)),
                pin,
            ];
            let mut actions = vec![make.save()];
            if let Some(e) = found {
                if e.pending {
                    actions = vec![crate::ui::manage::form::Action { main: true, ..make.act("approve", String::new()) }];
                } else {
                    fields.push(make.flag("active", e.active));
                    actions.push(make.act("password", String::new()));
                }
            }
            Form { of, title: found.map_or_else(|| fresh(part), |e| e.name.clone()), fields, actions }
        }
        Part::Ratings => {
            let r = seen.ratings()?.iter().find(|r| Some(r.id.to_string().as_str()) == id)?;
            let fields = vec![
                make.fixed("stars", "★".repeat(usize::from(r.stars))),
                make.fixed("guest", r.guest.clone()),
                make.fixed("place", r.place.clone()),
                make.fixed("comment", r.comment.clone()),
            ];
            Form { of, title: r.product_name.clone(), fields, actions: Vec::new() }
        }
        Part::Printers => printer(seen, make, id)?,
        Part::House => house(seen.site()?, make),
        Part::Mail => services::mail_form(make, seen.mail()?),
        Part::Sync => services::sync_form(make, &seen.sync()?.setup),
    })
}

fn printer(seen: &Seen, make: Maker, id: Option<&str>) -> Option<Form> {
    let found = match id {
        Some(id) => Some(&seen.printers()?.iter().find(|p| p.id.to_string() == id)?.settings),
        None => None,
    };
    let (kind, host, port, path) = match found.map(|s| &s.target) {
        Some(PrinterTarget::Tcp { host, port }) => ("tcp", host.clone(), port.to_string(), String::new()),
        Some(PrinterTarget::Device { path }) => ("device", String::new(), "9100".to_owned(), path.clone()),
        Some(PrinterTarget::Roll { folder }) => ("roll", String::new(), "9100".to_owned(), folder.clone()),
        None => ("tcp", String::new(), "9100".to_owned(), "/dev/usb/lp0".to_owned()),
    };
    let mut kinds = vec!["tcp", "device"];
    if kind == "roll" {
        kinds.push("roll");
    }
    let kinds = kinds.into_iter().map(|k| (k.to_owned(), make.word(&format!("till-printer-{k}")))).collect();
    let millimetres = |w: PaperWidth| if w == PaperWidth::Mm58 { 58 } else { 80 };
    let width = |w: PaperWidth| (w.key().to_owned(), format!("{} mm · {}", millimetres(w), w.columns()));
    let widths = PaperWidth::ALL.into_iter().map(width).collect();
    let pages = CodePage::ALL.into_iter().map(|p| (p.key().to_owned(), p.name().to_owned())).collect();
    let cutters = Cutter::ALL.into_iter().map(|c| (c.key().to_owned(), make.word(&format!("till-cutter-{}", c.key())))).collect();
    let pins = ["2", "5"].map(|p| (p.to_owned(), p.to_owned())).to_vec();
    let nobody = std::iter::once((String::new(), make.word("till-backup-none")));
    let others = seen.printers()?.iter().filter(|p| Some(p.id.to_string().as_str()) != id);
    let backups = nobody.chain(others.map(|p| (p.id.to_string(), p.settings.name.clone()))).collect();
    let usual = PrinterSettings::new("", PrinterTarget::Roll { folder: String::new() });
    let now = found.unwrap_or(&usual);
    let backup = now.backup;
    let mut fields: Vec<Field> = vec![
        make.text("name", found.map_or("", |s| &s.name)),
        make.choice("printer", kind.to_owned(), kinds),
        make.text("host", &host).only("printer", &["tcp"]),
        make.number("port", port).only("printer", &["tcp"]),
        make.text("path", &path).only("printer", &["device", "roll"]),
        make.choice("width", now.width.key().to_owned(), widths).hinted(make.word("till-hint-profile")),
        make.choice("code-page", now.code_page.key().to_owned(), pages),
        make.choice("cutter", now.cutter.key().to_owned(), cutters),
        make.flag("receipts", now.receipts),
        make.flag("drawer", now.drawer),
        make.choice("drawer-pin", if now.drawer_pin == DrawerPin::Five { "5" } else { "2" }.to_owned(), pins),
        make.flag("checker", now.checker).hinted(make.word("till-hint-checker")),
        make.choice("backup", backup.map(|b| b.printer.to_string()).unwrap_or_default(), backups),
        make.number("backup-after", backup.map_or(BACKUP_AFTER_S, |b| b.after_s)),
        make.number("merge", now.merge_s).hinted(make.word("till-hint-merge")),
    ];
    let stations: Vec<String> = found.map(|s| s.stations.iter().map(ToString::to_string).collect()).unwrap_or_default();
    let all = seen.stations()?.join(", ");
    let mut hint = say(make.language, "till-hint-stations", &[("all", &all)]);
    let without: Vec<&str> = seen.unprinted()?.iter().filter(|u| u.dish.is_some()).map(|u| u.station.as_str()).collect();
    if !without.is_empty() {
        hint = format!("{hint} {}", say(make.language, "till-hint-unprinted", &[("stations", &without.join(", "))]));
    }
    fields.push(make.text("stations", &stations.join(", ")).hinted(hint));
    let mut actions = vec![make.save()];
    if found.is_none() {
        actions.push(make.act("scan", String::new()));
    }
    if let Some(s) = found {
        actions.push(make.act("test", String::new()));
        actions.push(make.danger("remove", say(make.language, "till-ask-remove-printer", &[("name", &s.name)])));
    }
    let title = found.map_or_else(|| make.word("till-new-printers"), |s| s.name.clone());
    Some(Form { of: id.map(str::to_owned), title, fields, actions })
}

fn house(site: &Site, make: Maker) -> Form {
    let confirm = ["always", "first_of_visit", "never"];
    let chosen = match site.confirm {
        ConfirmRule::Always => confirm[0],
        ConfirmRule::FirstOfVisit => confirm[1],
        ConfirmRule::Never => confirm[2],
    };
    let rules = confirm.map(|c| (c.to_owned(), make.word(&format!("till-confirm-{c}")))).to_vec();
    let languages = vec![("id".to_owned(), "Bahasa Indonesia".to_owned()), ("en".to_owned(), "English".to_owned())];
    let fields = vec![
        make.text("name", &site.name),
        make.text("address", &site.address),
        make.text("tax-id", &site.tax_id),
        make.percent("service", site.tax.service),
        make.flag("service-takeaway", site.tax.service_on_takeaway),
        make.percent("tax", site.tax.tax),
        make.flag("tax-service", site.tax.tax_on_service),
        make.flag("prices-include", site.tax.prices_include),
        make.money("rounding", site.cash_rounding.step).hinted(make.word("till-hint-rounding")),
        make.choice("confirm", chosen.to_owned(), rules),
        make.number("guest-max", site.guest_quantity_max),
        make.number("erase-after", site.erase_after_days),
        make.choice("language", site.language.tag().to_owned(), languages),
    ];
    Form { of: Some("house".to_owned()), title: site.name.clone(), fields, actions: vec![make.save()] }
}

/// What the hub is asked for when an action of a form is tapped.
/// `opened` is the form as it was shown first.
pub fn ops(part: Part, seen: &Seen, make: Maker, (form, opened): (&Form, &Form), action: &str) -> Ops {
    match part {
        Part::Products => product_ops(make, form, opened, action),
        Part::Categories => {
            let draft = |position| CategoryDraft { name: form.value("name").to_owned(), position };
            match (&form.of, action) {
                (None, _) => Ok(vec![Op::CategoryAdd { draft: draft(0) }]),
                (Some(id), "retire") => Ok(vec![Op::CategoryRetire { category: known(id)? }]),
                (Some(id), _) => Ok(vec![Op::CategoryChange { category: known(id)?, draft: draft(form.number("position")?) }]),
            }
        }
        Part::Tables => {
            let draft = TableDraft {
                number: form.value("number").to_owned(),
                area: form.value("area").to_owned(),
                seats: form.number("seats")?,
            };
            match (&form.of, action) {
                (None, _) => Ok(vec![Op::TableAdd { draft }]),
                (Some(id), "retire") => Ok(vec![Op::TableRetire { table: known(id)? }]),
                (Some(id), "slip") => Ok(vec![Op::TableSlips { tables: vec![known(id)?] }]),
                (Some(id), "renew") => Ok(vec![Op::TableRenewCode { table: known(id)? }]),
                (Some(id), _) => Ok(vec![Op::TableChange { table: known(id)?, draft }]),
            }
        }
        Part::Staff => staff_ops(form, action),
        Part::Ratings => Ok(Vec::new()),
        Part::Printers => printer_ops(form, action),
        Part::House => {
            let mut site = seen.site().cloned().unwrap_or_default();
            site.name = form.value("name").to_owned();
            site.address = form.value("address").to_owned();
            site.tax_id = form.value("tax-id").to_owned();
            site.tax.service = form.rate("service")?;
            site.tax.service_on_takeaway = form.on("service-takeaway");
            site.tax.tax = form.rate("tax")?;
            site.tax.tax_on_service = form.on("tax-service");
            site.tax.prices_include = form.on("prices-include");
            site.cash_rounding.step = form.money("rounding", make.currency)?;
            site.confirm = match form.value("confirm") {
                "always" => ConfirmRule::Always,
                "never" => ConfirmRule::Never,
                _ => ConfirmRule::FirstOfVisit,
            };
            site.guest_quantity_max = form.number("guest-max")?;
            site.erase_after_days = form.number("erase-after")?;
            site.language = Language::ALL.into_iter().find(|l| l.tag() == form.value("language")).unwrap_or_default();
            Ok(vec![Op::SiteSet { site: Box::new(site) }])
        }
        Part::Mail => seen.mail().map_or(Ok(Vec::new()), |setup| services::mail_ops(setup, form, action)),
        Part::Sync => seen.sync().map_or(Ok(Vec::new()), |shown| services::sync_ops(&shown.setup, form)),
    }
}

/// The id of the row that the form was made from.
fn known<T: std::str::FromStr>(id: &str) -> Result<T, Problem> {
    id.parse().map_err(|_| Problem { field: "name", key: "till-problem-choice" })
}

fn product_ops(make: Maker, form: &Form, opened: &Form, action: &str) -> Ops {
    if let (Some(id), "retire") = (&form.of, action) {
        return Ok(vec![Op::ProductRetire { product: known(id)? }]);
    }
    let draft = ProductDraft {
        category: form.read("category")?,
        name: form.value("name").to_owned(),
        price: form.money("price", make.currency)?,
        cost: form.money("cost", make.currency)?,
        description: form.value("description").to_owned(),
        station: Station::try_from(form.value("station").to_owned())
            .map_err(|_| Problem { field: "station", key: "till-problem-choice" })?,
        min_stock: form.number("min-stock")?,
    };
    let stock = if form.on("counted") { Some(form.number("stock")?) } else { None };
    let Some(id) = &form.of else { return Ok(vec![Op::ProductAdd { draft, stock }]) };
    let product = known(id)?;
    let mut ops = vec![Op::ProductChange { product, draft }];
    // A count that nobody touched is not counted anew: portions may have been sold meanwhile.
    if form.on("counted") != opened.on("counted") || form.value("stock") != opened.value("stock") {
        ops.push(Op::StockSet { product, on_hand: stock, reason: String::new() });
    }
    if form.on("sold-out") != opened.on("sold-out") {
        ops.push(Op::ProductSoldOut { product, sold_out: form.on("sold-out") });
    }
    Ok(ops)
}

fn staff_ops(form: &Form, action: &str) -> Ops {
    let role = Role::ALL.into_iter().find(|r| r.name() == form.value("role"));
    let role = role.ok_or(Problem { field: "role", key: "till-problem-choice" })?;
    let draft = EmployeeDraft { name: form.value("name").to_owned(), role, mail: Some(form.value("mail").to_owned()) };
    let pin = form.value("pin").to_owned();
    if (form.of.is_none() || !pin.is_empty()) && action != "password" && !is_pin(&pin) {
        return Err(Problem { field: "pin", key: "till-hint-pin" });
    }
    let Some(id) = &form.of else { return Ok(vec![Op::EmployeeAdd { draft, pin }]) };
    let employee = known(id)?;
    let mut ops = match action {
        "password" => return Ok(vec![Op::EmployeePasswordCode { employee }]),
        "approve" => vec![Op::EmployeeChange { employee, draft, active: true, pending: false }],
        _ => vec![Op::EmployeeChange { employee, draft, active: form.on("active"), pending: true }],
    };
    if !pin.is_empty() {
        ops.push(Op::EmployeeSetPin { employee, pin });
    }
    Ok(ops)
}

fn printer_ops(form: &Form, action: &str) -> Ops {
    let printer: Option<PrinterId> = form.of.as_deref().map(known).transpose()?;
    match (printer, action) {
        (Some(printer), "remove") => return Ok(vec![Op::PrinterRemove { printer }]),
        (Some(printer), "test") => return Ok(vec![Op::PrinterTest { printer }]),
        _ => {}
    }
    let target = match form.value("printer") {
        "device" => PrinterTarget::Device { path: form.value("path").to_owned() },
        "roll" => PrinterTarget::Roll { folder: form.value("path").to_owned() },
        _ => {
            let port = form.value("port").parse().map_err(|_| Problem { field: "port", key: "till-problem-number" })?;
            PrinterTarget::Tcp { host: form.value("host").to_owned(), port }
        }
    };
    let named = form.value("stations").split(',').map(str::trim).filter(|s| !s.is_empty());
    let stations: Result<Vec<Station>, _> = named.map(|s| Station::try_from(s.to_owned())).collect();
    let wrong = |field: &'static str| Problem { field, key: "till-problem-choice" };
    let backup = match form.value("backup") {
        "" => None,
        _ => Some(Backup { printer: form.read("backup")?, after_s: form.number("backup-after")? }),
    };
    let settings = PrinterSettings {
        width: PaperWidth::ALL.into_iter().find(|w| w.key() == form.value("width")).ok_or(wrong("width"))?,
        stations: stations.map_err(|_| wrong("stations"))?,
        receipts: form.on("receipts"),
        drawer: form.on("drawer"),
        code_page: form.value("code-page").parse().map_err(|()| wrong("code-page"))?,
        cutter: form.value("cutter").parse().map_err(|()| wrong("cutter"))?,
        drawer_pin: if form.value("drawer-pin") == "5" { DrawerPin::Five } else { DrawerPin::Two },
        backup,
        checker: form.on("checker"),
        merge_s: form.number("merge")?,
        ..PrinterSettings::new(form.value("name"), target)
    };
    Ok(vec![Op::PrinterSet { printer, settings }])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::money::Currency;
    use crate::hub::asked::{Printers, Shown};
    use crate::views::manage::{Categories, Products, Stations, Unprinted};

    #[test]
    fn whoever_sets_a_dish_or_a_printer_sees_which_station_has_none() {
        let mut seen = Seen::default();
        let bare = |station: &str, dish: Option<&str>| Unprinted { station: station.to_owned(), dish: dish.map(str::to_owned) };
        let stations = Stations {
            stations: ["bar", "grill", "kitchen"].map(str::to_owned).to_vec(),
            unprinted: vec![bare("bar", None), bare("grill", Some("Sate"))],
        };
        seen.keep(Arc::new(Shown::Stations(stations)));
        seen.keep(Arc::new(Shown::Products(Products { products: Vec::new() })));
        seen.keep(Arc::new(Shown::Categories(Categories { categories: Vec::new() })));
        seen.keep(Arc::new(Shown::Printers(Printers { printers: Vec::new() })));
        let make = Maker { language: Language::En, currency: Currency::default() };

        let mut dish = form(Part::Products, &seen, make, None).unwrap();
        let choices = &dish.field_mut("station").unwrap().choices;
        assert_eq!(
            choices.iter().map(|(key, label)| (key.as_str(), label.as_str())).collect::<Vec<_>>(),
            [("bar", "Bar (no printer)"), ("grill", "grill (no printer)"), ("kitchen", "Kitchen")]
        );
        let mut printer = form(Part::Printers, &seen, make, None).unwrap();
        let hint = &printer.field_mut("stations").unwrap().hint;
        assert!(hint.ends_with("Without a printer: grill."), "a station without a dish misses nothing: {hint}");
    }
}
