//! Load and what is watched: a rush driven by the program's own command, and the figures of
//! `/metrics` and `/healthz` about it.

use std::process::Command;

use serde_json::Value;

use crate::support::Place as Shop;
use crate::support::office::{MANAGER, Office};
use crate::support::printers::PaperTray;
use crate::support::tablet;
use crate::support::till::{Till, printer};
use crate::support::wait_until;

/// What a page answers: its status and its body.
pub fn get(address: &str, path: &str) -> (u16, String) {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    (status, text.split_once("\r\n\r\n").unwrap().1.to_owned())
}

/// `kasir load` drives it; every order is there or named as refused; `/metrics` counts the same,
/// and `/healthz` names the part that is not well.
#[test]
fn a_rush_is_driven_and_its_figures_are_told() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let load = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kasir"));
        command.args(["load", "--hub", &format!("http://{}", till.address), "--data"]).arg(shop.path());
        let out = command.args(["--tables", "6", "--orders", "40", "--json"]).args(more).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_slice::<Value>(&out.stdout).unwrap()
    };
    let told = load(&[]);
    let sent = told["orders"].as_u64().unwrap();
    let refused: u64 = told["refused"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!((sent + refused, told["tables"].as_u64()), (40, Some(6)));
    assert_eq!(shop.number("SELECT count(*) FROM orders"), sent as i64);
    for spread in ["acknowledged", "shown"] {
        let at = |p: &str| told[spread][p].as_u64().unwrap();
        assert!(at("p50_us") > 0 && at("p50_us") <= at("p99_us") && at("p99_us") <= at("max_us"), "{told}");
    }
    assert!(told["bytes_per_order"].as_u64().unwrap() > 100);
    let more = load(&["--rate", "100"]);
    let all = sent + more["orders"].as_u64().unwrap();

    let (status, text) = get(&till.address, "/metrics");
    assert_eq!(status, 200);
    let counted = |line: &str| -> f64 {
        let found = text.lines().find(|l| l.starts_with(line)).unwrap_or_else(|| panic!("no {line} in {text}"));
        found.rsplit(' ').next().unwrap().parse().unwrap()
    };
    assert_eq!(counted("kasir_request_seconds_count{request=\"order.place\",outcome=\"done\"}") as u64, all);
    assert!(counted("kasir_commit_seconds_count") > 0.0 && counted("kasir_resident_bytes") > 1e6);
    assert_eq!(counted("kasir_journal_events") as i64, shop.number("SELECT max(seq) FROM journal"));
    assert!(text.trim_end().ends_with("# EOF"), "OpenMetrics ends so");

    let health = || serde_json::from_str::<Value>(&get(&till.address, "/healthz").1).unwrap();
    assert_eq!(health()["status"], "ok");
    let tray = PaperTray::new();
    tray.switch_off();
    till.ask(printer("Dapur", tray.port, &["kitchen"], false));
    let id = shop.column("SELECT 'w' || id FROM printer WHERE name = 'Dapur'").remove(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let office = Office::of(&till.address, MANAGER).await;
        assert_eq!(office.post(&format!("printers/{id}/test"), Value::Null).await.status, 204);
    });
    wait_until("the printer to be named", || health()["printers"][0]["fault"].is_string());
    assert_eq!(health()["status"], "degraded");
    till.stop();
    shop.verify();
}

/// The old tablets rush as well: every cart becomes an order that is made and done, and nothing of
/// it waits at the end.
#[test]
fn the_old_tablets_rush_too() {
    let shop = Shop::furnished();
    let till = tablet::till(&shop, &[("KASIR_LEGACY_STAFF", "127.0.0.1")]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_kasir"));
    command.args(["load", "--protocol", "legacy", "--hub", &format!("http://{}", till.address), "--data"]).arg(shop.path());
    let out = command.args(["--tables", "4", "--orders", "12", "--json"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((told["orders"].as_u64(), told["tables"].as_u64()), (Some(12), Some(4)));
    assert!(told["shown"]["p50_us"].as_u64().unwrap() > 0);
    assert_eq!(shop.number("SELECT count(*) FROM orders WHERE state = 'done'"), 12);
    till.stop();
    shop.verify();
}
