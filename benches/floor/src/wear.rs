//! What an order writes to the disk: a card has only so many writes in it. kasir at the pace of a quiet afternoon and in
//! a rush, beside SQLite with the same rows alone, one transaction an order. The log's way back into the file is counted, but for what is left
//! in it at the end.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::bail;

use crate::scenario::house;
use crate::sqlite;
use crate::till::{self, Till};

const TABLES: usize = 10;
/// A pace, how it is asked for, and how many orders.
const PACES: [(&str, &[&str], u64); 3] = [
    ("one every 3 seconds", &["--every", "3"], 60),
    ("100 a second", &["--rate", "100"], 200),
    ("as fast as answered", &[], 200),
];

pub fn section(kasir: &Path, disk: &Path) -> anyhow::Result<String> {
    let mut page = String::from("\n## What an order writes\n\n");
    writeln!(
        page,
        "Bytes that reach the disk for one order of two lines, by the kernel's count of the process (`/proc/PID/io`), from the\n\
         first order until the program rests. At most 1 MiB of the last orders is still in the log then. `kasir-floor wear`\n\
         prints this table alone.\n\n\
         | orders | kasir | SQLite alone, the same rows |\n|---|---|---|"
    )?;
    let kb = |bytes: u64| format!("{} KiB", bytes / 1024);
    for (name, pace, orders) in PACES {
        let floor = {
            let folder = tempfile::tempdir_in(disk)?;
            let before = till::written("self")?;
            sqlite::one_by_one(folder.path(), orders)?;
            (till::written("self")? - before) / orders
        };
        writeln!(page, "| {name} | {} | {} |", kb(measure(kasir, disk, pace, orders)?), kb(floor))?;
    }
    Ok(page)
}

fn measure(kasir: &Path, disk: &Path, pace: &[&str], orders: u64) -> anyhow::Result<u64> {
    let folder = house(kasir, disk, TABLES)?;
    let data = folder.path().join("data");
    let till = Till::start(kasir, &data)?;
    let load = |orders: u64| -> anyhow::Result<()> {
        let mut load = Command::new(kasir);
        load.args(["load", "--json", "--cashier", "Owner", "--pin", "1234", "--hub", &format!("http://{}", till.address)]);
        load.args(pace).args(["--tables", &TABLES.to_string(), "--orders", &orders.to_string(), "--data"]).arg(&data);
        match load.stdout(Stdio::null()).status()?.success() {
            true => Ok(()),
            false => bail!("the load failed"),
        }
    };
    // What it costs that everybody comes in is not an order's.
    let before = till.written()?;
    load(0)?;
    let coming_in = till.written()? - before;
    let before = till.written()?;
    load(orders)?;
    till.rest()?;
    let all = till.written()?.saturating_sub(before + coming_in);
    till.stop()?;
    Ok(all / orders)
}
