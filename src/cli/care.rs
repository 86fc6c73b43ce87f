//! Commands that look after a shop: making it, its printers.

use std::path::Path;

use anyhow::{Context, anyhow, bail};

use crate::app::Store;
use crate::cli::{
    CsvRows, DataArgs, InitArgs, PrinterArgs, ReportArgs, SyncArgs, SyncCommand, ask, clock, done, prompt, say, unexpected,
};
use crate::config;
use crate::control::{ReportForm, Request, Response};
use crate::domain::founding::{Founding, OwnerDraft, RoomDraft, TABLES_MAX};
use crate::domain::id::PrinterId;
use crate::domain::menu::Station;
use crate::domain::money::{Currency, Money};
use crate::domain::printer::{Backup, DrawerPin};
use crate::domain::site::{PrinterSettings, PrinterTarget, Site};
use crate::domain::staff::{Actor, is_pin};
use crate::domain::sync::{SyncSettings, SyncTls};
use crate::domain::time;
use crate::hub::door;
use crate::ops;
use crate::ops::found::FoundHouse;
use crate::store::{data_dir, sites};
use crate::views::sales_file::Rows;

pub fn init(args: InitArgs) -> anyhow::Result<()> {
    // The file that is about to be written need not be there yet.
    let there = args.place.config.clone().filter(|f| f.exists());
    let config = DataArgs { config: there, data: args.place.data.clone() }.config()?;
    if data_dir::database(&config.data).exists() {
        let store = Store::open_alone(&config.data, clock())?;
        let set_up = store.reader.read(sites::is_set_up)?;
        store.close()?;
        if set_up {
            bail!("{} holds a restaurant already; nothing was changed", config.data.display());
        }
    }
    let name = args.name.map_or_else(|| prompt("Name of the restaurant", "--name"), Ok)?;
    let pin = args.owner_pin.map_or_else(|| prompt("The owner's PIN (4 to 8 digits)", "--owner-pin"), Ok)?;
    if !is_pin(&pin) {
        bail!("a PIN has 4 to 8 digits");
    }
    let tables = args.tables.map_or_else(
        || prompt("Number of tables", "--tables").and_then(|t| t.trim().parse().context("that is not a number")),
        Ok,
    )?;
    let currency = Currency::try_from(args.currency)?;
    let mut site = Site { name, currency, timezone: args.timezone, ..Site::default() };
    site.cash_rounding.step = Money(currency.cash_step);
    let owner = OwnerDraft { name: "Owner".to_owned(), ..OwnerDraft::default() };
    let rooms = vec![RoomDraft { area: String::new(), tables: tables.min(TABLES_MAX), seats: 4 }];
    let founding = Founding { site, owner, rooms, ..Founding::default() };
    let codes = (0..founding.tables()).map(|_| door::table_code()).collect();
    let pin_hash = door::secret_hash(&pin)?;
    let store = Store::open_alone(&config.data, clock())?;
    let house = FoundHouse { founding, pin_hash, password_hash: None, codes, base: String::new() };
    let made = ops::run(&store.writer, Actor::Machine, house);
    store.close()?;
    made?;
    if let Some(file) = &args.place.config
        && !file.exists()
    {
        std::fs::write(file, config::COMMENTED).with_context(|| format!("cannot write {}", file.display()))?;
        say(format!("Wrote {}.", file.display()));
    }
    say(format!("{} is ready. Log in as Owner with the PIN. `kasir` starts it.", config.data.display()));
    Ok(())
}

pub fn set_printer(args: PrinterArgs) -> anyhow::Result<()> {
    let target = match args.to.split_once(':') {
        Some(("tcp", rest)) => {
            let (host, port) = rest.rsplit_once(':').unwrap_or((rest, "9100"));
            let port = port.parse().with_context(|| format!("{port:?} is not a port"))?;
            PrinterTarget::Tcp { host: host.to_owned(), port }
        }
        Some(("device", path)) if !path.is_empty() => PrinterTarget::Device { path: path.to_owned() },
        Some(("roll", folder)) if !folder.is_empty() => PrinterTarget::Roll { folder: folder.to_owned() },
        _ => bail!("--to is {:?}; it must be tcp:HOST[:PORT], device:PATH or roll:FOLDER", args.to),
    };
    let code_page = args.code_page.parse().map_err(|()| anyhow!("--code-page is {:?}; there is no such page", args.code_page))?;
    let cutter = args.cutter.parse().map_err(|()| anyhow!("--cutter is {:?}; it must be none, full or partial", args.cutter))?;
    let drawer_pin = match args.drawer_pin {
        2 => DrawerPin::Two,
        5 => DrawerPin::Five,
        other => bail!("--drawer-pin is {other}; it must be 2 or 5"),
    };
    let backup = args.backup.map(|name| find_printer(&args.place, &name)).transpose()?;
    let backup = backup.map(|printer| Backup { printer, after_s: args.backup_after });
    let stations = args.stations.into_iter().map(Station::try_from).collect::<Result<_, _>>()?;
    let settings = PrinterSettings {
        width: args.width.paper(),
        stations,
        receipts: args.receipts,
        drawer: args.drawer,
        code_page,
        cutter,
        drawer_pin,
        backup,
        checker: args.checker,
        merge_s: args.merge,
        ..PrinterSettings::new(args.name, target)
    };
    done(ask(&args.place, Request::SetPrinter { settings })?)
}

fn find_printer(place: &DataArgs, name: &str) -> anyhow::Result<PrinterId> {
    let printers = match ask(place, Request::Printers)? {
        Response::Printers { printers } => printers,
        other => bail!("kasir answered something else than was asked: {other:?}"),
    };
    let found = printers.iter().find(|p| p.name.eq_ignore_ascii_case(name));
    found.map(|p| p.id).with_context(|| format!("there is no printer {name:?}; `kasir printer list` names them"))
}

pub fn list_printers(place: &DataArgs) -> anyhow::Result<()> {
    let printers = match ask(place, Request::Printers)? {
        Response::Printers { printers } => printers,
        other => return unexpected(other),
    };
    for printer in printers {
        let to = match &printer.target {
            PrinterTarget::Tcp { host, port } => format!("tcp:{host}:{port}"),
            PrinterTarget::Device { path } => format!("device:{path}"),
            PrinterTarget::Roll { folder } => format!("roll:{folder}"),
        };
        let stations: Vec<String> = printer.stations.iter().map(ToString::to_string).collect();
        say(format!("{}\t{to}\t{}", printer.name, stations.join(",")));
    }
    Ok(())
}

pub fn import_menu(file: &Path, place: &DataArgs) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    match ask(place, Request::MenuImport { text })? {
        Response::Imported { added, changed } => {
            say(format!("{added} added, {changed} changed."));
            Ok(())
        }
        other => unexpected(other),
    }
}

pub fn report(args: &ReportArgs) -> anyhow::Result<()> {
    if args.pdf.is_none() && args.csv.is_none() && !args.mail {
        bail!("say what to do with it: --pdf FILE, --csv FILE or --mail");
    }
    let (from, to) = (args.from, args.to.unwrap_or(args.from));
    let rows = match args.rows {
        CsvRows::Receipts => Rows::Receipts,
        CsvRows::Products => Rows::Products,
        CsvRows::Days => Rows::Days,
    };
    for (file, form) in [(&args.pdf, ReportForm::Pdf), (&args.csv, ReportForm::Csv(rows))] {
        let Some(file) = file else { continue };
        match ask(&args.place, Request::Report { from, to, form })? {
            Response::File { bytes } => {
                let bytes = data_encoding::BASE64.decode(bytes.as_bytes()).context("the report came damaged")?;
                std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
                say(format!("Wrote {}.", file.display()));
            }
            other => return unexpected(other),
        }
    }
    match args.mail {
        true => done(ask(&args.place, Request::ReportMail { from, to })?),
        false => Ok(()),
    }
}

pub fn sync(command: SyncCommand) -> anyhow::Result<()> {
    let (place, request) = match command {
        SyncCommand::Set(args) => {
            let password = match &args.password_file {
                Some(file) => {
                    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
                    Some(text.trim_end_matches(['\r', '\n']).to_owned())
                }
                None => None,
            };
            let ca_file = match args.ca {
                Some(file) => {
                    let whole = std::path::absolute(&file).with_context(|| format!("cannot find {}", file.display()))?;
                    whole.to_string_lossy().into_owned()
                }
                None => String::new(),
            };
            let tls = if args.open { SyncTls::Off } else { SyncTls::Required };
            let SyncArgs { host, port, user, database, place, .. } = args;
            let settings = SyncSettings { on: true, host, port, user, database, tls, ca_file };
            (place, Request::SyncSet { settings, password })
        }
        SyncCommand::Off(place) => (place, Request::SyncSet { settings: SyncSettings::default(), password: None }),
        SyncCommand::Status(place) => (place, Request::SyncStatus),
        SyncCommand::Verify(place) => (place, Request::SyncVerify),
    };
    match ask(&place, request)? {
        Response::Sync { on: false, .. } => say("The copy is switched off."),
        Response::Sync { waiting, fault: None, .. } => say(format!("All is well; {waiting} events wait.")),
        Response::Sync { waiting, since_ms, fault: Some((word, detail)), .. } => {
            let since =
                since_ms.map(|ms| format!(" since {}", time::stamp(ms, &jiff::tz::TimeZone::system()))).unwrap_or_default();
            bail!("nothing goes up{since}: {} ({detail}); {waiting} events wait", word.name());
        }
        Response::Compared { reached, head, differences } if differences.is_empty() => {
            say(format!("Both sides agree up to event {reached} of {head}."));
        }
        Response::Compared { reached, head, differences } => {
            bail!("the sides differ (event {reached} of {head} is there):\n{}", differences.join("\n"));
        }
        other => return done(other),
    }
    Ok(())
}
