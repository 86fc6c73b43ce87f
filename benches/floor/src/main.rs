//! Runs the scenarios of `make bench`: the release binary in a process of its own under `kasir
//! load`, beside floors measured in the same run, and writes `docs/benchmarks.md`. A floor does the
//! least that could be called the same work: a relay that passes an order on to whom it concerns,
//! with and without a synced file; SQLite with the same rows in the same batches.
#![expect(clippy::disallowed_methods, reason = "measuring is what this program is for")]

mod criterion;
mod relay;
mod scenario;
mod sqlite;

use std::path::PathBuf;

use clap::Parser;

/// What the machine itself can do, beside kasir.
#[derive(Debug, Parser)]
struct Args {
    /// The release binary
    #[arg(long, default_value = "target/release/kasir")]
    kasir: PathBuf,
    /// Where the table is written
    #[arg(long, default_value = "docs/benchmarks.md")]
    out: PathBuf,
    /// A folder on the disk that is to be measured [default: the system's for temporary files]
    #[arg(long)]
    disk: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let disk = args.disk.unwrap_or_else(std::env::temp_dir);
    let operations = criterion::section(&args.kasir)?;
    let text = scenario::run(&args.kasir, &disk)?;
    std::fs::write(&args.out, text + &operations)?;
    Ok(())
}
