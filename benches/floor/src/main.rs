//! Runs the scenarios of `make bench`: the release binary in a process of its own under `kasir
//! load`, beside floors measured in the same run, and writes `docs/benchmarks.md`. A floor does the
//! least that could be called the same work: a relay that passes an order on to whom it concerns,
//! with and without a synced file; SQLite with the same rows in the same batches. `kasir-floor large`
//! is `make bench-large`: a house with a million orders, and `docs/benchmarks-large.md`.
#![expect(clippy::disallowed_methods, reason = "measuring is what this program is for")]

mod criterion;
mod head_office;
mod large;
mod relay;
mod scenario;
mod sqlite;
mod till;
mod wear;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::large::Large;

/// What the machine itself can do, beside kasir.
#[derive(Debug, Parser)]
struct Args {
    /// The release binary
    #[arg(long, global = true, default_value = "target/release/kasir")]
    kasir: PathBuf,
    /// Where the table is written [default: docs/benchmarks.md or docs/benchmarks-large.md]
    #[arg(long, global = true)]
    out: Option<PathBuf>,
    /// A folder on the disk that is to be measured [default: the system's for temporary files]
    #[arg(long, global = true)]
    disk: Option<PathBuf>,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// What an order writes to the disk, alone; the table goes to standard output
    Wear,
    /// A house with years behind it, instead of the rush
    Large {
        /// How many orders it has
        #[arg(long, default_value_t = 1_000_000)]
        orders: u64,
        /// Where the houses are kept for the next time [default: they are not]
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).with_target(false).init();
    let args = Args::parse();
    let disk = args.disk.unwrap_or_else(std::env::temp_dir);
    let (text, out) = match args.what {
        None => {
            let operations = criterion::section(&args.kasir)?;
            (scenario::run(&args.kasir, &disk)? + &wear::section(&args.kasir, &disk)? + &operations, "docs/benchmarks.md")
        }
        Some(What::Wear) => {
            print!("{}", wear::section(&args.kasir, &disk)?);
            return Ok(());
        }
        Some(What::Large { orders, folder }) => {
            let passing = tempfile::tempdir_in(&disk)?;
            let folder = folder.as_deref().unwrap_or(passing.path());
            let large = Large { kasir: &args.kasir, disk: &disk, folder, orders };
            (large.run()?, "docs/benchmarks-large.md")
        }
    };
    std::fs::write(args.out.unwrap_or_else(|| out.into()), text)?;
    Ok(())
}
