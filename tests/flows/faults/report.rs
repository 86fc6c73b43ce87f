//! What many evenings came to, in numbers, and the page that tells of them.

use std::fmt;
use std::fmt::Write as _;
use std::path::Path;

/// Sums over evenings. One list of names and numbers: the line of an evening and the page are made of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    sums: Vec<(String, u64)>,
}

impl Tally {
    pub fn count(&mut self, what: &str, times: u64) {
        match self.sums.iter_mut().find(|(name, _)| *name == what) {
            Some((_, sum)) => *sum += times,
            None => self.sums.push((what.to_owned(), times)),
        }
    }

    pub fn add(&mut self, other: &Tally) {
        for (what, times) in &other.sums {
            self.count(what, *times);
        }
    }

    fn of(&self, what: &str) -> u64 {
        self.sums.iter().find(|(name, _)| *name == what).map_or(0, |(_, sum)| *sum)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.sums.iter().filter(|(_, n)| *n > 0).map(|(what, n)| format!("{n} {what}")).collect();
        f.write_str(&all.join(", "))
    }
}

/// What the page tells of, in this order.
const ROWS: &[(&str, &[&str])] = &[
    ("Service", &["evenings", "requests", "acknowledgements", "orders", "receipts", "events in the journal"]),
    ("Asked again under the same id", &["repeats", "other requests under a used id"]),
    ("Falls", &["kills", "power cuts", "starts that were cut off", "orderly stops", "restarts"]),
    ("What the disk had not synced at a power cut", &["writes kept", "writes lost", "writes torn"]),
    ("Faults of the disk", &["failed syncs", "failed writes", "full disks", "failed reads", "falls by a fault of the disk"]),
    ("Network", &["lines all cut", "pieces lost, late, cut or doubled"]),
    ("Clock", &["jumps of the clock"]),
    ("Paper", &["tempers of printers", "originals", "copies that say so", "scraps"]),
    ("Head office and post", &["evenings with MariaDB", "evenings with a mail server", "letters"]),
];

pub fn write(path: &Path, first: u64, all: &Tally, failed: &[(u64, String)]) {
    let mut page = String::from(
        "# Evenings in which everything goes wrong\n\n\
         Written by `make faults`. Each evening is a real kasir in its own process, with guests, waiter, till, manager, cook \
         and old tablets on real sockets, and a plan of blows drawn from its seed. What the clients were told is the judge: \
         after every fall and at the end everything in their logs is in the file, once; nothing is there that nobody sent; \
         sums, numbers, stock and papers add up; the tables are what the journal makes of them. \
         `make faults SEED=n` plays the plan of a seed again; which request is under way when a blow falls is the machine's \
         doing, so that a second run need not end alike. What was found so far: [found.md](found.md).\n\n",
    );
    let evenings = all.of("evenings") + failed.len() as u64;
    let _ =
        writeln!(page, "Seeds {first} to {}: {} passed, {} failed.\n", first + evenings - 1, all.of("evenings"), failed.len());
    page.push_str("| | |\n|---|---:|\n");
    for (title, rows) in ROWS {
        let _ = writeln!(page, "| **{title}** | |");
        for row in *rows {
            let _ = writeln!(page, "| {row} | {} |", all.of(row));
        }
    }
    let others: Vec<&(String, u64)> =
        all.sums.iter().filter(|(name, _)| !ROWS.iter().any(|(_, rows)| rows.contains(&name.as_str()))).collect();
    if !others.is_empty() {
        page.push_str("| **Answers that were a no** | |\n");
        for (name, sum) in others {
            let _ = writeln!(page, "| {name} | {sum} |");
        }
    }
    for (seed, why) in failed {
        let _ = writeln!(page, "\nSeed {seed} failed: {why}");
    }
    std::fs::write(path, page).unwrap();
}
