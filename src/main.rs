//! The program: reads the command line, sets up logging, and hands over.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use kasir::cli::{self, Cli};

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("KASIR_LOG").unwrap_or_else(|_| EnvFilter::new("info,fluent_bundle=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(Stderr).with_ansi(false).with_target(false).init();
    // One TLS provider for everything that speaks to the outside. An error means that there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match cli::run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "kasir: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A log whose reader has gone away must not end the till.
struct Stderr;

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let _ = std::io::stderr().write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Stderr {
    type Writer = Stderr;
    fn make_writer(&self) -> Stderr {
        Stderr
    }
}
