//! The program: reads the command line, sets up logging, and hands over.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use kasir::cli::{self, Cli};
use kasir::logbook::Logbook;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("KASIR_LOG").unwrap_or_else(|_| EnvFilter::new("info,fluent_bundle=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(Logbook::of_process())
        .with_ansi(false)
        .with_target(false)
        .init();
    // One TLS provider for everything that speaks to the outside. An error means that there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match cli::run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "kasir: {error:#}");
            cli::exit_code(&error)
        }
    }
}
