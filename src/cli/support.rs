//! `kasir support FILE.tar.gz`: what somebody who helps needs to see, in one file that may be sent by mail. It
//! holds no secret and no guest: what goes in is chosen here line by line, and the log is scrubbed.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};

use crate::cli::doctor::{self, Examined};
use crate::cli::{DataArgs, clock, say};
use crate::config;
use crate::control::{self, Request, Response};
use crate::domain::mail::MailRoute;
use crate::domain::staff::Role;
use crate::logbook::{Numbers, scrubbed};
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::{data_dir, letters, schema, shape, sites, staff, sync, visits};

/// How long a running kasir may take for a page of figures.
const PATIENCE: Duration = Duration::from_secs(5);
/// A page of figures is some kilobytes.
const PAGE_MAX: u64 = 4 * 1024 * 1024;
/// Lines of the system's log: about a day of a till that is not well.
const JOURNAL_LINES: &str = "3000";

const README: &str = "What a helper needs to see of a kasir, made by `kasir support`.\n\n\
    doctor.txt, doctor.json  what is well and what is not\n\
    machine.json             versions of the program and of what it runs on\n\
    config.json              the configuration as it holds\n\
    house.json               settings of the house, printers, mail, head office; numbers of rows\n\
    journal.json             how many events of which kind; none of their content\n\
    health.json, metrics.txt the running kasir's own figures\n\
    log.txt, system-log.txt  the last lines of the log\n\n\
    There are no passwords, PINs, codes or tokens in it, and nothing that guests or staff have said of themselves.\n";

/// Files of the archive, by name.
type Files = Vec<(&'static str, Vec<u8>)>;

pub fn run(file: &Path, place: &DataArgs) -> anyhow::Result<()> {
    let examined = doctor::examine(place, None);
    let files = gather(&examined, place);
    let at_ms = clock().now().wall_ms;
    let out = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(file)
        .with_context(|| format!("cannot write {}", file.display()))?;
    pack(out, files, u64::try_from(at_ms / 1_000).unwrap_or(0)).with_context(|| format!("cannot write {}", file.display()))?;
    say(format!("{} is ready to be sent; it holds no secrets and no guests.", file.display()));
    Ok(())
}

fn pack(out: std::fs::File, files: Files, at_s: u64) -> std::io::Result<()> {
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(out, flate2::Compression::best()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(at_s);
        archive.append_data(&mut header, format!("kasir-support/{name}"), bytes.as_slice())?;
    }
    archive.into_inner()?.finish()?.sync_all()
}

fn gather(examined: &Examined, place: &DataArgs) -> Files {
    let Examined { language, findings, address } = examined;
    let mut files: Files =
        vec![("README.txt", README.into()), ("machine.json", pretty(&machine())), ("config.json", pretty(&config(place)))];
    let data = place.config().map(|c| c.data).unwrap_or_default();
    let reader = Some(data_dir::database(&data)).filter(|path| path.exists()).and_then(|path| Reader::open(&path).ok());
    let names = reader.as_ref().and_then(|r| r.read(shape::personal).ok()).unwrap_or_default();
    let scrub =
        |text: &str, numbers: Numbers| text.lines().map(|line| scrubbed(line, &names, numbers) + "\n").collect::<String>();
    let clean = |text: &str| scrub(text, Numbers::Figures).into_bytes();
    let log = |text: &str| scrub(text, Numbers::Personal).into_bytes();
    files.push(("doctor.txt", clean(&doctor::lines(*language, findings).join("\n"))));
    files.push(("doctor.json", clean(&String::from_utf8_lossy(&pretty(&doctor::json(*language, findings))))));
    if let Some(reader) = &reader {
        let told =
            |outcome: Result<Value, StoreError>| pretty(&outcome.unwrap_or_else(|e| json!({ "unreadable": e.to_string() })));
        files.push(("house.json", told(house(reader))));
        files.push(("journal.json", told(reader.read_apart(|conn| Ok(json!({ "kinds": shape::journal(conn)? }))))));
    }
    if let Some(address) = address {
        files.extend(["/healthz", "/metrics"].into_iter().zip(["health.json", "metrics.txt"]).map(|(path, name)| {
            let page = page(*address, path).unwrap_or_else(|error| format!("not read: {error}"));
            (name, clean(&page))
        }));
    }
    if let Ok(Some(Response::Log { lines })) = control::ask_within(&data_dir::socket(&data), &Request::Log, Some(PATIENCE)) {
        files.push(("log.txt", log(&lines.join("\n"))));
    }
    files.push(("system-log.txt", log(&system_log())));
    files
}

fn pretty(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap_or_default()
}

fn machine() -> Value {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default().trim_matches(['\0', '\n', ' ']).to_owned();
    let release = read("/etc/os-release");
    let system = release.lines().find_map(|l| l.strip_prefix("PRETTY_NAME=")).unwrap_or_default().trim_matches('"').to_owned();
    json!({
        "kasir": env!("CARGO_PKG_VERSION"),
        "screen": cfg!(feature = "screen"),
        "schema": schema::version(),
        "sqlite": rusqlite::version(),
        "architecture": std::env::consts::ARCH,
        "kernel": read("/proc/sys/kernel/osrelease"),
        "system": system,
        "model": read("/proc/device-tree/model"),
        "uptime_s": read("/proc/uptime").split(' ').next().unwrap_or_default(),
    })
}

/// Key by key: what is not named here does not go out.
fn config(place: &DataArgs) -> Value {
    let Ok(config) = place.config() else { return json!("not understood; see doctor.txt") };
    let set: Vec<String> =
        std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(|n| n.starts_with("KASIR_")).collect();
    let ranges = |all: &[crate::domain::address::Range]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    json!({
        "data": config.data,
        "listen": config.listen,
        "hosts": config.hosts,
        "watchers": ranges(&config.watchers),
        "fullscreen": config.fullscreen,
        "legacy": {
            "enabled": config.legacy.enabled,
            "selesai_pays": config.legacy.selesai_pays,
            "staff": ranges(&config.legacy.staff),
            "guests": ranges(&config.legacy.guests),
        },
        // Their names alone.
        "environment": set,
    })
}

fn house(reader: &Reader) -> Result<Value, StoreError> {
    reader.read_apart(|conn| {
        let (site, mail, copy) = (sites::site(conn)?, letters::settings(conn)?, sync::settings(conn)?);
        let printers: Vec<Value> = sites::printers(conn)?.iter().map(|p| json!({ "id": p.id, "settings": p.settings })).collect();
        let people = staff::employees(conn)?;
        let of_role = |role: Role| people.iter().filter(|e| e.role == role && e.works_here()).count();
        let roles: Vec<Value> = Role::ALL.iter().map(|role| json!({ "role": role, "people": of_role(*role) })).collect();
        let route = match &mail.route {
            MailRoute::Off => json!("off"),
            MailRoute::Folder { .. } => json!("folder"),
            MailRoute::Smtp { host, port, security, user, ca_file } => json!({
                "host": host, "port": port, "security": security, "logs_in": !user.is_empty(), "own_authority": !ca_file.is_empty(),
            }),
        };
        Ok(json!({
            "site": *site,
            "printers": printers,
            "mail": { "route": route, "owners": mail.owner.len() },
            "head_office": {
                "on": copy.on, "host": copy.host, "port": copy.port, "tls": copy.tls, "own_authority": !copy.ca_file.is_empty(),
            },
            "staff": roles,
            "tables": visits::tables(conn)?.len(),
            "rows": shape::tables(conn)?.into_iter().map(|(name, rows)| json!({ "table": name, "rows": rows })).collect::<Vec<_>>(),
        }))
    })
}

/// One page of the running kasir, which answers this machine.
fn page(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let address = config::from_here(address);
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(PAGE_MAX).read_to_string(&mut answer)?;
    Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

/// What the service manager keeps of both services, also of those that have died.
fn system_log() -> String {
    let asked = Command::new("journalctl")
        .args(["--no-pager", "--quiet", "--output=short-iso", "--lines", JOURNAL_LINES, "--unit=kasir", "--unit=kasir-screen"])
        .stdin(Stdio::null())
        .output();
    match asked {
        Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
        Err(error) => format!("not read: {error}"),
    }
}
