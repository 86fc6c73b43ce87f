//! `kasir doctor`: a line a part, good or bad, with what to do; exit 1 when something does not work.
//! Beside a running kasir it asks that one for what only it can know; the machine it looks at itself.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use anyhow::bail;
use serde::Serialize;

use crate::app::is_synchronised;
use crate::cli::{DataArgs, DoctorArgs, clock, say};
use crate::config::{self, Config};
use crate::control::{self, Request, Response};
use crate::domain::finding::{Finding, Verdict};
use crate::domain::site::Language;
use crate::domain::words;
use crate::store::reader::Reader;
use crate::store::{data_dir, sites};
use crate::workers::doctor::house::{self, House};
use crate::workers::doctor::{self, Check, machine};

/// A running kasir has as long as its slowest line to the outside, and a little.
const PATIENCE: Duration = Duration::from_secs(12);

/// Everything that was found, and in which language the house speaks.
pub struct Examined {
    pub language: Language,
    pub findings: Vec<Finding>,
    /// Where a running kasir answers.
    pub address: Option<SocketAddr>,
}

pub fn run(args: &DoctorArgs) -> anyhow::Result<()> {
    let Examined { language, findings, .. } = examine(&args.place, args.listen);
    match args.json {
        true => say(serde_json::to_string_pretty(&json(language, &findings))?),
        false => lines(language, &findings).into_iter().for_each(say),
    }
    let troubles = findings.iter().filter(|f| f.verdict == Verdict::Trouble).count();
    if troubles > 0 {
        bail!(words::say(language, "doctor-troubles", &[("count", &troubles.to_string())]));
    }
    Ok(())
}

/// As people read it.
pub fn lines(language: Language, findings: &[Finding]) -> Vec<String> {
    let told = findings.iter().map(|f| {
        let verdict = words::word(language, &format!("doctor-{}", f.verdict.name()));
        let part = words::word(language, &format!("doctor-part-{}", f.part));
        format!("{verdict:<9} {part:<16} {}", f.text(language))
    });
    told.collect()
}

#[derive(Serialize)]
struct Told<'a> {
    part: &'a str,
    verdict: Verdict,
    /// Stable, for programs.
    code: &'a str,
    params: &'a std::collections::BTreeMap<String, String>,
    text: String,
}

/// As programs read it.
pub fn json(language: Language, findings: &[Finding]) -> serde_json::Value {
    let worst = findings.iter().map(|f| f.verdict).max().unwrap_or(Verdict::Ok);
    let told: Vec<Told<'_>> = findings
        .iter()
        .map(|f| Told { part: &f.part, verdict: f.verdict, code: &f.key, params: &f.params, text: f.text(language) })
        .collect();
    serde_json::json!({ "verdict": worst, "findings": told })
}

/// Looks at everything.
pub fn examine(place: &DataArgs, listen: Option<SocketAddr>) -> Examined {
    let mut findings = Vec::new();
    let config = match place.config() {
        Ok(config) => {
            let file = place.config.clone().unwrap_or_else(|| config::DEFAULT_FILE.into());
            let key = if file.exists() { "config-ok" } else { "config-none" };
            findings.push(Finding::ok("config", key, &[("file", &file.display().to_string())]));
            config
        }
        Err(error) => {
            findings.push(Finding::trouble("config", "config-bad", &[("detail", &format!("{error:#}"))]));
            Config { data: place.data.clone().unwrap_or(Config::default().data), ..Config::default() }
        }
    };
    let data = config.data.clone();
    // Both at once: the machine is looked at while the running kasir looks at the house.
    let checks = machine::checks(Path::new("/"), &data);
    let (house, looked) = std::thread::scope(|scope| {
        let house = scope.spawn(|| of_house(&data));
        let looked = doctor::run(checks);
        (house.join(), looked)
    });
    findings.extend(looked);
    let house = house
        .unwrap_or_else(|_| OfHouse { findings: vec![Finding::trouble("program", "check-failed", &[])], ..OfHouse::default() });
    findings.extend(house.findings);
    findings.push(match is_synchronised() {
        true => Finding::ok("clock", "clock-ok", &[]),
        false => Finding::warning("clock", "clock-alone", &[]),
    });
    findings.extend(failed_update(&data));
    findings.push(port(listen.unwrap_or(config.listen), house.address, house.runs));
    findings.sort_by_key(Finding::rank);
    Examined { language: house.language, findings, address: house.address }
}

/// What the database knows of, by whoever can read it.
#[derive(Default)]
struct OfHouse {
    language: Language,
    findings: Vec<Finding>,
    address: Option<SocketAddr>,
    runs: bool,
}

fn of_house(data: &Path) -> OfHouse {
    match control::ask_within(&data_dir::socket(data), &Request::Doctor, Some(PATIENCE)) {
        Ok(Some(Response::Doctor { language, program, address, mut findings })) => {
            let installed = env!("CARGO_PKG_VERSION");
            findings.push(match program == installed {
                true => Finding::ok("program", "program-runs", &[("version", installed)]),
                false => Finding::warning("program", "program-other", &[("running", &program), ("installed", installed)]),
            });
            OfHouse { language, findings, address, runs: true }
        }
        // Of another version, or without an answer in time.
        Ok(Some(_)) | Err(_) => {
            let found = Finding::trouble("program", "program-deaf", &[("folder", &data.display().to_string())]);
            OfHouse { findings: vec![found], runs: true, ..OfHouse::default() }
        }
        Ok(None) => at_rest(data),
    }
}

/// No kasir runs: the file is read, and left as it is.
fn at_rest(data: &Path) -> OfHouse {
    let mut findings = vec![Finding::ok("program", "program-idle", &[("version", env!("CARGO_PKG_VERSION"))])];
    let path = data_dir::database(data);
    if !path.exists() {
        findings.push(Finding::trouble("database", "database-missing", &[("folder", &data.display().to_string())]));
        return OfHouse { findings, ..OfHouse::default() };
    }
    let language = match Reader::open(&path) {
        Ok(reader) => {
            let language = reader.read(sites::site).unwrap_or_default().language;
            findings.extend(doctor::run(house::checks(House { reader, clock: clock(), stopped: false, copy: None })));
            language
        }
        Err(error) => {
            findings.push(Finding::trouble("database", "database-damaged", &[("detail", &error.to_string())]));
            Language::default()
        }
    };
    OfHouse { language, findings, ..OfHouse::default() }
}

/// What the package's script left behind when it put an earlier program back: two versions.
fn failed_update(data: &Path) -> Option<Finding> {
    let text = std::fs::read_to_string(data.join("update-failed")).ok()?;
    let (new, old) = text.trim().split_once(' ')?;
    Some(Finding::warning("program", "program-put-back", &[("new", new), ("old", old)]))
}

/// Whether the port is kasir's or free for it.
fn port(wanted: SocketAddr, held: Option<SocketAddr>, runs: bool) -> Finding {
    if let Some(held) = held {
        return Finding::ok("port", "port-held", &[("address", &held.to_string())]);
    }
    let address = wanted.to_string();
    let check = Check::new("port", move || {
        let params: [(&str, &str); 1] = [("address", &address)];
        vec![match TcpListener::bind(wanted) {
            Ok(_) => Finding::ok("port", "port-free", &params),
            // A kasir that does not answer may well be the one that holds it.
            Err(_) if runs => Finding::ok("port", "port-held", &params),
            Err(_) => Finding::trouble("port", "port-taken", &params),
        }]
    });
    doctor::run(vec![check]).pop().unwrap_or_else(|| Finding::ok("port", "port-free", &[]))
}
