//! A house with years behind it: how long the binary takes to start on it, to answer the office's
//! questions and to bring head office's copy up to date; and the page about them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use kasir::demo::{self, Plan};
use kasir::domain::time::BusinessDay;
use kasir::store::data_dir;

use crate::head_office::{Copied, HeadOffice};
use crate::till::{self, Till};

const STARTS: usize = 5;
const LOOKS: usize = 20;
const FILES: usize = 10;
/// Days of the period that is asked for, up to the last one with a sale.
const MONTH: i32 = 30;
/// Orders that head office has not when the copy is switched on.
const WAITING: u64 = 100_000;

/// What should not take longer.
const AIM_HEALTHY: Duration = Duration::from_millis(300);
const AIM_DASHBOARD: Duration = Duration::from_millis(50);
const AIM_PDF: Duration = Duration::from_secs(1);
const AIM_COPY: Duration = Duration::from_secs(20);

pub struct Large<'a> {
    pub kasir: &'a Path,
    /// Where head office's files and copies of houses go.
    pub disk: &'a Path,
    /// Where houses are kept for the next time.
    pub folder: &'a Path,
    pub orders: u64,
}

impl Large<'_> {
    pub fn run(&self) -> anyhow::Result<String> {
        let mut page = format!(
            "# Benchmarks of a large house\n\nWritten by `make bench-large` {}, all on one machine over the loopback. \
             kasir is the release binary in a process of its own; the files are {}.\nThe rush and its floors: \
             [benchmarks.md](benchmarks.md). No timed test decides anything by these figures.\n\n",
            till::machine()?,
            medium(self.disk)?
        );
        self.office(&mut page)?;
        self.copy(&mut page)?;
        Ok(page)
    }

    /// Starts on a house with all the orders, and what its office asks.
    fn office(&self, page: &mut String) -> anyhow::Result<()> {
        let data = self.house(self.orders)?;
        let house = House::of(&data)?;
        let mut starts = Vec::new();
        for _ in 1..STARTS {
            let till = Till::start(self.kasir, &data)?;
            starts.push(till.healthy);
            till.stop()?;
        }
        let till = Till::start(self.kasir, &data)?;
        starts.push(till.healthy);
        let checked = till.until_checked()?;
        let cookie = till.log_in(demo::OFFICE[0])?;
        let timed = |times, path: String| -> anyhow::Result<Vec<Duration>> {
            (0..times)
                .map(|_| {
                    let started = Instant::now();
                    till.get(&format!("/api/v1/reports/{path}"), Some(&cookie)).map(|_| started.elapsed())
                })
                .collect()
        };
        let month = format!("from={}&to={}", house.last.plus_days(1 - MONTH), house.last);
        let rows = [
            (format!("`/healthz` after the start, {STARTS} starts"), starts, Some(AIM_HEALTHY)),
            (format!("the dashboard, {LOOKS} times"), timed(LOOKS, "dashboard".to_owned())?, Some(AIM_DASHBOARD)),
            (format!("the report of {MONTH} days, {LOOKS} times"), timed(LOOKS, format!("sales?{month}"))?, None),
            (format!("the same as a PDF, {FILES} times"), timed(FILES, format!("sales.pdf?{month}"))?, Some(AIM_PDF)),
            (format!("its receipts as CSV, {FILES} times"), timed(FILES, format!("receipts.csv?{month}"))?, None),
        ];
        writeln!(page, "## A large house\n")?;
        writeln!(
            page,
            "{} orders of {} days, {} events in the journal, a file of {} MB; made by the operations of a real evening.\n",
            house.orders,
            house.days,
            house.journal,
            house.bytes / 1_000_000
        )?;
        writeln!(page, "| | median ms | worst ms | aim |\n|---|---|---|---|")?;
        for (what, mut took, aim) in rows {
            took.sort_unstable();
            let (median, worst) = (took[took.len() / 2], took[took.len() - 1]);
            writeln!(page, "| {what} | {} | {} | {} |", ms(median), ms(worst), verdict(median, aim))?;
        }
        let resident = till.figure("resident_bytes")? / 1_000_000;
        writeln!(
            page,
            "\nResident afterwards: {resident} MB. The look at every page and at all of the journal, behind the start: {} ms.",
            ms(checked)
        )?;
        till.stop()
    }

    /// A house that head office knows nothing of, and the same rows by the server's own loader.
    fn copy(&self, page: &mut String) -> anyhow::Result<()> {
        let kept = self.house(WAITING)?;
        let folder = tempfile::tempdir_in(self.disk)?;
        let data = folder.path().join("till");
        std::fs::create_dir(&data)?;
        std::fs::copy(data_dir::database(&kept), data_dir::database(&data))?;
        let server = folder.path().join("server");
        std::fs::create_dir(&server)?;
        let office = HeadOffice::start(&server)?;
        let till = Till::start(self.kasir, &data)?;
        till.until_checked()?;
        let copied = office.copy(self.kasir, &till, &data)?;
        till.stop()?;
        let floor = office.load()?;
        let orders = House::of(&kept)?.orders;
        writeln!(page, "\n## Head office\n")?;
        writeln!(
            page,
            "{orders} orders wait when the copy to a MariaDB on the same machine is switched on. **LOAD DATA** is the floor: the same rows \
             from files of the server's into the same empty tables, without the network, TLS, or anybody who decides what to send.\n"
        )?;
        writeln!(page, "| | rows | seconds | rows/s | aim |\n|---|---|---|---|---|")?;
        let mut row = |who: &str, c: &Copied, aim: Option<Duration>| {
            let took = c.took.as_millis().max(1);
            let seconds = format!("{}.{}", took / 1_000, took % 1_000 / 100);
            writeln!(
                page,
                "| {who} | {} | {seconds} | {} | {} |",
                c.rows,
                u128::from(c.rows) * 1_000 / took,
                verdict(c.took, aim)
            )
        };
        row("**kasir**", &copied, Some(AIM_COPY))?;
        row("LOAD DATA", &floor, None)?;
        Ok(())
    }

    /// The data directory of a house with so many orders: one that is there, or a new one.
    fn house(&self, orders: u64) -> anyhow::Result<PathBuf> {
        let data = self.folder.join(format!("house-{orders}"));
        if data_dir::database(&data).exists() && House::of(&data).is_ok_and(|h| h.orders >= orders) {
            return Ok(data);
        }
        let unfinished = self.folder.join(format!("house-{orders}-unfinished"));
        if unfinished.exists() {
            std::fs::remove_dir_all(&unfinished)?;
        }
        std::fs::create_dir_all(&unfinished)?;
        let started = Instant::now();
        demo::make(&unfinished, Plan::large(orders), jiff::Timestamp::now().as_millisecond())?;
        eprintln!("{orders} orders in {} s", started.elapsed().as_secs());
        std::fs::rename(unfinished, &data)?;
        Ok(data)
    }
}

/// What stands in a house's file.
struct House {
    orders: u64,
    days: u64,
    journal: u64,
    bytes: u64,
    /// The last day with a sale.
    last: BusinessDay,
}

impl House {
    fn of(data: &Path) -> anyhow::Result<House> {
        let file = data_dir::database(data);
        let conn = rusqlite::Connection::open_with_flags(&file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let number = |sql: &str| -> anyhow::Result<u64> { Ok(conn.query_row(sql, [], |r| r.get::<_, i64>(0))?.try_into()?) };
        let last: Option<String> = conn.query_row("SELECT max(day) FROM receipt", [], |r| r.get(0))?;
        Ok(House {
            orders: number("SELECT count(*) FROM orders")?,
            days: number("SELECT count(*) FROM day_sales")?,
            journal: number("SELECT max(seq) FROM journal")?,
            bytes: std::fs::metadata(&file)?.len(),
            last: last.context("nothing was sold here")?.parse()?,
        })
    }
}

/// What tmpfs calls itself in `statfs`.
const TMPFS: i64 = 0x0102_1994;

/// Where a folder's files are: a sync costs nothing in memory.
fn medium(folder: &Path) -> anyhow::Result<&'static str> {
    Ok(if rustix::fs::statfs(folder)?.f_type == TMPFS { "in memory" } else { "on a disk" })
}

fn ms(took: Duration) -> String {
    format!("{}.{}", took.as_millis(), took.as_micros() % 1_000 / 100)
}

fn verdict(took: Duration, aim: Option<Duration>) -> String {
    match aim {
        Some(aim) if took < aim => format!("under {}", words(aim)),
        Some(aim) => format!("under {}: **missed**", words(aim)),
        None => String::new(),
    }
}

fn words(aim: Duration) -> String {
    match aim.subsec_millis() {
        0 => format!("{} s", aim.as_secs()),
        _ => format!("{} ms", aim.as_millis()),
    }
}
