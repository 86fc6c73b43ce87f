//! The scenarios and the page about them.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::relay::{self, Figures, Load};
use crate::sqlite;
use crate::till::{self, Till};

const TABLES: [usize; 3] = [10, 50, 200];
/// A guest's phone may have so many orders open; nobody finishes any here.
const ORDERS_A_TABLE: u64 = 20;
const RATE: u64 = 100;
/// Runs without a pace.
const RUNS: usize = 7;

pub fn run(kasir: &Path, disk: &Path) -> anyhow::Result<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut page = head()?;
    writeln!(page, "## A dinner rush\n")?;
    writeln!(
        page,
        "| tables | load | | orders/s | acknowledged p50 / p99 ms | at the cashier p50 / p99 ms | bytes an order | resident |\n|---|---|---|---|---|---|---|---|"
    )?;
    for tables in TABLES {
        let all = tables as u64 * ORDERS_A_TABLE;
        for (name, orders, rate) in [("100 orders/s", all.min(RATE * 20), Some(RATE)), ("as fast as answered", all / 2, None)] {
            // Without a pace a run is over in a fraction of a second: one of many says little.
            let runs = if rate.is_some() { 1 } else { RUNS };
            let (own, resident) = middle(runs, || measure(kasir, disk, tables, orders, rate))?;
            row(&mut page, tables, name, "**kasir**", &own, &format!("{} MB", resident / 1_000_000))?;
            if !own.refused.is_empty() {
                bail!("refused: {:?}", own.refused);
            }
            let load = Load { tables, orders, rate, small: false };
            for (who, load, synced) in [
                ("relay, synced", load, true),
                ("relay", load, false),
                ("relay, synced, small buffers", Load { small: true, ..load }, true),
            ] {
                let relay = || -> anyhow::Result<(Figures, u64)> {
                    let folder = tempfile::tempdir_in(disk)?;
                    Ok((runtime.block_on(relay::run(&load, synced.then(|| folder.path())))?, 0))
                };
                row(&mut page, tables, name, who, &middle(runs, relay)?.0, "")?;
            }
        }
    }
    let folder = tempfile::tempdir_in(disk)?;
    writeln!(page, "\nSQLite alone, the same rows in the same batches: {} orders/s.", sqlite::run(folder.path(), 20_000)?)?;
    writeln!(page, "\n## Start\n")?;
    let folder = house(kasir, disk, 10)?;
    let till = Till::start(kasir, &folder.path().join("data"))?;
    writeln!(page, "`/healthz` answers {} ms after the start of a new house.", till.healthy.as_millis())?;
    till.stop()?;
    Ok(page)
}

/// Of several runs the one with the middle throughput.
fn middle(runs: usize, run: impl FnMut() -> anyhow::Result<(Figures, u64)>) -> anyhow::Result<(Figures, u64)> {
    let mut all = std::iter::repeat_with(run).take(runs).collect::<anyhow::Result<Vec<_>>>()?;
    all.sort_by_key(|(figures, _)| figures.orders_per_second);
    Ok(all.swap_remove(all.len() / 2))
}

fn head() -> anyhow::Result<String> {
    Ok(format!(
        "# Benchmarks\n\nWritten by `make bench` {}, load and hub on the same machine over the loopback.\n\
         kasir is the release binary in a process of its own; the floors ran in the same run on the same disk:\n\n\
         - **relay**: a bare WebSocket relay that hands each order to the cashier and acknowledges it;\n\
         - **relay, synced**: the same after an `fdatasync` for whatever waited, at most 256 orders;\n\
         - **small buffers**: its sockets read into 4 KiB, as the hub's do, instead of the library's 128 KiB.\n\n\
         What goes as fast as it is answered is the middle of {RUNS} runs.\n\
         An order's time begins when it was due. No timed test decides anything by these figures.\n\n\
         How a house with a million orders behind it does: [benchmarks-large.md](benchmarks-large.md).\n\n",
        till::machine()?
    ))
}

fn row(page: &mut String, tables: usize, load: &str, who: &str, f: &Figures, resident: &str) -> anyhow::Result<()> {
    let ms = |us: u64| format!("{}.{:02}", us / 1_000, us % 1_000 / 10);
    let pair = |s: &relay::Spread| format!("{} / {}", ms(s.p50_us), ms(s.p99_us));
    writeln!(
        page,
        "| {tables} | {load} | {who} | {} | {} | {} | {} | {resident} |",
        f.orders_per_second,
        pair(&f.acknowledged),
        pair(&f.shown),
        f.bytes_per_order
    )?;
    Ok(())
}

/// A house with so many tables and twenty dishes that nobody counts.
pub fn house(kasir: &Path, disk: &Path, tables: usize) -> anyhow::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir_in(disk)?;
    let data = folder.path().join("data");
    let menu = folder.path().join("menu.csv");
    let mut rows = String::from("name,category,price\n");
    for dish in 1..=20 {
        writeln!(rows, "Hidangan {dish},Menu,{}", dish * 1_000)?;
    }
    std::fs::write(&menu, rows)?;
    let count = tables.to_string();
    for args in [
        vec!["init", "--name", "Bench", "--owner-pin", "1234", "--tables", &count],
        vec!["menu", "import", menu.to_str().context("a path that is not UTF-8")?],
    ] {
        let done = Command::new(kasir).args(args).arg("--data").arg(&data).stdout(Stdio::null()).status()?;
        if !done.success() {
            bail!("the house cannot be made");
        }
    }
    Ok(folder)
}

fn measure(kasir: &Path, disk: &Path, tables: usize, orders: u64, rate: Option<u64>) -> anyhow::Result<(Figures, u64)> {
    let folder = house(kasir, disk, tables)?;
    let till = Till::start(kasir, &folder.path().join("data"))?;
    let mut load = Command::new(kasir);
    load.args(["load", "--json", "--cashier", "Owner", "--pin", "1234", "--hub", &format!("http://{}", till.address)]);
    load.args(["--tables", &tables.to_string(), "--orders", &orders.to_string(), "--data"]).arg(folder.path().join("data"));
    if let Some(rate) = rate {
        load.args(["--rate", &rate.to_string()]);
    }
    let out = load.output()?;
    let resident = till.figure("resident_bytes");
    drop(till);
    if !out.status.success() {
        bail!("the load failed: {}", String::from_utf8_lossy(&out.stderr));
    }
    Ok((serde_json::from_slice(&out.stdout)?, resident?))
}
