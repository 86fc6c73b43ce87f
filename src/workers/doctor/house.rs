//! What only the database knows of: its own soundness, the open day, printers, mail, head office.
//! Done by the running kasir, or on the file when none runs; nothing is written either way.

use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::fs::FileTypeExt;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::backup::JournalCopy;
use crate::domain::disk::size;
use crate::domain::finding::Finding;
use crate::domain::mail::MailRoute;
use crate::domain::site::{Printer, PrinterTarget, Site};
use crate::domain::time::{self, BusinessDay, Clock, DayStep, day_step};
use crate::domain::words;
use crate::store::backups::{self, Fault};
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::{journal, letters, queue, schema, sites, sync};
use crate::views::manage;
use crate::views::site::SyncView;
use crate::workers::doctor::{ANSWER, Check};
use crate::workers::{mail, sync as head_office};

/// Rows at the journal's end whose links are followed: what the start checks, too.
const TAIL: i64 = 1_000;
/// A larger write-ahead log means that something reads without an end.
const LOG_BYTES: u64 = 64 * 1024 * 1024;
/// How long SQLite may look at pages; `kasir verify` looks at everything.
const PAGES: Duration = Duration::from_secs(3);

/// What the checks need.
pub struct House {
    pub reader: Reader,
    pub clock: Arc<dyn Clock>,
    /// The running hub's writer has stopped.
    pub stopped: bool,
    /// How the copy does, as the running worker knows it.
    pub copy: Option<SyncView>,
}

/// The checks; only the file's own when its form is another version's.
pub fn checks(house: House) -> Vec<Check> {
    let House { reader, clock, stopped, copy } = house;
    let with = |look: fn(&Reader) -> Result<Vec<Finding>, StoreError>, part: &'static str| {
        let reader = reader.clone();
        Check::new(part, move || look(&reader).unwrap_or_else(|error| unreadable(part, &error)))
    };
    let mut all = vec![{
        let reader = reader.clone();
        Check::new("database", move || database(&reader, stopped).unwrap_or_else(|error| unreadable("database", &error)))
    }];
    if !reader.read(schema::header).is_ok_and(|(_, version)| version == schema::version()) {
        return all;
    }
    all.extend([with(mail, "mail"), with(backup, "backup")]);
    {
        let reader = reader.clone();
        all.push(Check::new("day", move || day(&reader, &*clock).unwrap_or_else(|error| unreadable("day", &error))));
    }
    {
        let reader = reader.clone();
        all.push(Check::new("head-office", move || {
            copied(&reader, copy).unwrap_or_else(|error| unreadable("head-office", &error))
        }));
    }
    match reader.read(sites::printers) {
        Ok(printers) if printers.is_empty() => {
            all.push(Check::new("printer", || vec![Finding::ok("printer", "printer-none", &[])]));
        }
        Ok(printers) => {
            all.push(with(unprinted, "printer"));
            // Each by itself: one that is away keeps the others waiting for nothing.
            all.extend(printers.into_iter().map(|printer| {
                let reader = reader.clone();
                Check::new("printer", move || vec![self::printer(&reader, &printer)])
            }));
        }
        Err(error) => all.push(Check::new("printer", move || unreadable("printer", &error))),
    }
    all
}

fn unreadable(part: &str, error: &StoreError) -> Vec<Finding> {
    vec![Finding::trouble(part, "database-damaged", &[("detail", &error.to_string())])]
}

fn database(reader: &Reader, stopped: bool) -> Result<Vec<Finding>, StoreError> {
    let mut found = Vec::new();
    if stopped {
        found.push(Finding::trouble("database", "database-stopped", &[]));
    }
    let (id, version) = reader.read(schema::header)?;
    if id != schema::APPLICATION_ID {
        let path = reader.path().display().to_string();
        return Ok(vec![Finding::trouble("database", "database-foreign", &[("file", &path)])]);
    }
    let versions: [(&str, &str); 2] = [("found", &version.to_string()), ("known", &schema::version().to_string())];
    if version > schema::version() {
        return Ok(vec![Finding::trouble("database", "database-newer", &versions)]);
    }
    let head = match version == schema::version() {
        true => reader.read_apart(|conn| journal::check_chain(conn, (journal::head(conn)?.seq - TAIL).max(1)))?,
        false => {
            found.push(Finding::ok("database", "database-older", &versions));
            reader.read(journal::head)?
        }
    };
    let bytes = std::fs::metadata(reader.path()).map_or(0, |m| m.len());
    let (rows, whole) = (head.seq.to_string(), size(bytes));
    let params: [(&str, &str); 2] = [("rows", &rows), ("size", &whole)];
    found.push(match reader.quick_check_within(PAGES)? {
        Some(verdict) if verdict == "ok" => Finding::ok("database", "database-ok", &params),
        Some(verdict) => Finding::trouble("database", "database-damaged", &[("detail", &verdict)]),
        None => Finding::ok("database", "database-partly", &params),
    });
    let log = std::fs::metadata(reader.path().with_extension("db-wal")).map_or(0, |m| m.len());
    if log > LOG_BYTES {
        found.push(Finding::warning("database", "database-log", &[("size", &size(log))]));
    }
    Ok(found)
}

/// Stations whose tickets come out nowhere: fine where a screen shows them, and a dish that nobody cooks where none does.
fn unprinted(reader: &Reader) -> Result<Vec<Finding>, StoreError> {
    let bare = reader.read(manage::stations)?.unprinted.into_iter();
    Ok(bare
        .filter_map(|one| Some((one.station, one.dish?)))
        .map(|(station, dish)| Finding::warning("printer", "printer-station", &[("station", &station), ("dish", &dish)]))
        .collect())
}

/// Whether the house would survive its card.
fn backup(reader: &Reader) -> Result<Vec<Finding>, StoreError> {
    let (site, settings, state) =
        reader.read(|conn| Ok::<_, StoreError>((sites::site(conn)?, backups::settings(conn)?, backups::state(conn)?)))?;
    let at = |ms| time::stamp(ms, &site.zone());
    let why = |fault: &Fault| words::word(site.language, &format!("backup-{}", fault.word.name()));
    let mut found = Vec::new();
    match (&state.fault, &state.made) {
        _ if !settings.is_on() => found.push(Finding::warning("backup", "backup-off", &[])),
        (Some(fault), _) => {
            let params: [(&str, &str); 2] = [("since", &at(fault.since_ms)), ("why", &why(fault))];
            found.push(Finding::warning("backup", "backup-fault", &params));
        }
        (None, Some(made)) => found.push(Finding::ok("backup", "backup-ok", &[("at", &at(made.at_ms))])),
        (None, None) => found.push(Finding::warning("backup", "backup-none", &[])),
    }
    if let Some(fault) = state.copy_fault.as_ref().filter(|_| settings.journal != JournalCopy::Off) {
        let params: [(&str, &str); 2] = [("since", &at(fault.since_ms)), ("why", &why(fault))];
        found.push(Finding::warning("backup", "backup-copy-fault", &params));
    }
    Ok(found)
}

fn day(reader: &Reader, clock: &dyn Clock) -> Result<Vec<Finding>, StoreError> {
    let (site, open): (Arc<Site>, Option<BusinessDay>) =
        reader.read(|conn| Ok::<_, StoreError>((sites::site(conn)?, sites::day(conn)?)))?;
    let now = clock.now();
    let claimed = BusinessDay::at(now.wall_ms, &site.zone(), site.day_start_min);
    let (said, open_day) = (claimed.to_string(), open.map(|d| d.to_string()).unwrap_or_default());
    let params: [(&str, &str); 2] = [("claimed", &said), ("open", &open_day)];
    Ok(vec![match (open, day_step(open, claimed, now.trusted)) {
        (None, _) => Finding::ok("day", "day-none", &params),
        (Some(_), DayStep::Doubt(_)) => Finding::warning("day", "day-doubt", &params),
        // A day is never taken back: the clock has been ahead, or is behind.
        (Some(open), DayStep::Stay) if claimed < open => Finding::warning("day", "day-behind", &params),
        (Some(_), DayStep::Stay | DayStep::Open(_)) => Finding::ok("day", "day-ok", &params),
    }])
}

fn mail(reader: &Reader) -> Result<Vec<Finding>, StoreError> {
    let (settings, password, (_, failed, _)) = reader
        .read(|conn| Ok::<_, StoreError>((letters::settings(conn)?, letters::password(conn)?, letters::state_of_all(conn)?)))?;
    let mut found = vec![match &settings.route {
        MailRoute::Off => Finding::ok("mail", "mail-off", &[]),
        MailRoute::Folder { path } => Finding::ok("mail", "mail-folder", &[("folder", path)]),
        MailRoute::Smtp { host, .. } => match mail::knock(&settings.route, password, ANSWER) {
            Ok(()) => Finding::ok("mail", "mail-ok", &[("host", host)]),
            Err(detail) => Finding::trouble("mail", "mail-fault", &[("host", host), ("detail", &detail)]),
        },
    }];
    if failed > 0 {
        found.push(Finding::warning("mail", "mail-failed", &[("count", &failed.to_string())]));
    }
    Ok(found)
}

fn copied(reader: &Reader, copy: Option<SyncView>) -> Result<Vec<Finding>, StoreError> {
    let (settings, password, head, reached) = reader.read(|conn| {
        Ok::<_, StoreError>((sync::settings(conn)?, sync::password(conn)?, journal::head(conn)?.seq, sync::reached(conn)?))
    })?;
    if !settings.on {
        return Ok(vec![Finding::ok("head-office", "copy-off", &[])]);
    }
    let waiting = copy.map_or_else(|| (head - reached).max(0), |view| i64::from(view.waiting)).to_string();
    let host = settings.host.clone();
    Ok(vec![match head_office::remote::knock(&settings, password, ANSWER) {
        Err(fault) => Finding::trouble(
            "head-office",
            "copy-fault",
            &[("host", &host), ("detail", &fault.to_string()), ("waiting", &waiting)],
        ),
        Ok(look) => {
            let params = [("host", host.as_str()), ("server", &look.server), ("schema", &look.schema), ("waiting", &waiting)];
            // It answers us here, and yet nothing goes up: the worker knows why.
            match copy.and_then(|view| view.fault) {
                Some(word) => {
                    let params = [("host", host.as_str()), ("detail", word.name()), ("waiting", &waiting)];
                    Finding::trouble("head-office", "copy-fault", &params)
                }
                None if look.schema.is_empty() => Finding::ok("head-office", "copy-new", &params),
                None => Finding::ok("head-office", "copy-ok", &params),
            }
        }
    }])
}

fn printer(reader: &Reader, printer: &Printer) -> Finding {
    let name = printer.settings.name.as_str();
    let waiting = reader.read(|conn| queue::waiting(conn, printer.id)).unwrap_or_default();
    let waiting = waiting.to_string();
    let at = match &printer.settings.target {
        PrinterTarget::Tcp { host, port } => format!("{host}:{port}"),
        PrinterTarget::Device { path } => path.clone(),
        PrinterTarget::Roll { folder } => folder.clone(),
    };
    let params = [("name", name), ("at", at.as_str()), ("waiting", waiting.as_str())];
    let fault = match &printer.settings.target {
        PrinterTarget::Tcp { host, port } => {
            let address = (host.as_str(), *port).to_socket_addrs().ok().and_then(|mut all| all.next());
            let reached = address.is_some_and(|address| TcpStream::connect_timeout(&address, ANSWER).is_ok());
            (!reached).then_some("printer-away")
        }
        PrinterTarget::Device { path } => match std::fs::metadata(path) {
            Err(_) => Some("printer-unplugged"),
            Ok(m) if !m.file_type().is_char_device() => Some("printer-no-device"),
            Ok(_) if rustix::fs::access(path.as_str(), rustix::fs::Access::WRITE_OK).is_err() => Some("printer-denied"),
            Ok(_) => None,
        },
        PrinterTarget::Roll { .. } => None,
    };
    match fault {
        Some(key) => Finding::trouble("printer", key, &params),
        None if waiting != "0" => Finding::warning("printer", "printer-waits", &params),
        None => Finding::ok("printer", "printer-ok", &params),
    }
}
