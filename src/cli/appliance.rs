//! `kasir` and `kasir demo`: everything that runs, from start to end.

use std::path::Path;
use std::pin::Pin;

use anyhow::bail;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::{App, Options, TlsPort};
use crate::cli::{RunArgs, clock, clock_of, runtime, say};
use crate::demo;
use crate::web::guard::Guard;

/// Runs until somebody ends it, with the window if there may be one.
pub fn run(args: &RunArgs, demo: bool) -> anyhow::Result<()> {
    let mut config = args.place.config()?;
    if demo && args.place.data.is_none() {
        // Never the real one by mistake.
        config.data = config.data.join("demo");
    }
    let listen = args.listen.unwrap_or(config.listen);
    let runtime = runtime()?;
    if demo {
        demo::open(&config.data, clock().now().wall_ms)?;
    }
    let mut hosts = config.hosts.clone();
    hosts.extend(local_name());
    let guard = Guard { hosts, watchers: config.watchers.clone() };
    let files = config.tls.certificate.clone().zip(config.tls.key.clone());
    let tls = config.tls.listen.map(|listen| TlsPort { listen, files });
    let (data, legacy, clock) = (config.data.clone(), config.legacy.clone(), clock_of(&config.data));
    let options = Options { data, listen, guard, tls, legacy, sticks: config.sticks.clone(), clock };
    let app = runtime.block_on(App::start(options))?;
    let told = {
        let _inside = runtime.enter();
        until_told(&app)?
    };
    greet(&app, &config.data, demo, args.headless)?;
    let outcome = match args.headless {
        true => runtime.block_on(told),
        false => with_screen(&app, &config, &runtime, demo, told),
    };
    runtime.block_on(app.stop())?;
    outcome
}

/// Addresses, demo PINs and a QR code, for the person at the terminal.
fn greet(app: &App, data: &Path, demo: bool, headless: bool) -> anyhow::Result<()> {
    let base = app.hub.whereabouts.base();
    say(format!("kasir {} listens on {}; its data is in {}.", env!("CARGO_PKG_VERSION"), app.address, data.display()));
    if let Some(address) = app.tls_address {
        say(format!("Staff's screens may come over TLS on {address}; `kasir authority` shows what they are to trust."));
    }
    // On a touchscreen the code stands there, and the system's log is read by others.
    let logged = std::env::var_os("JOURNAL_STREAM").is_some();
    if headless
        && !logged
        && let Some((code, minutes)) = app.hub.setup_code()?
    {
        say(format!("{}\nIt holds {minutes} minutes; `kasir setup-code` tells it again.", way_in(&base, &code)));
    }
    if !demo {
        return Ok(());
    }
    let tables = app.hub.reader.read(crate::store::visits::tables)?;
    let (code, minutes) = app.hub.invite();
    say(format!("\nA guest's phone at table 1 (of {}):", tables.len()));
    if let Some(table) = tables.first() {
        let url = format!("{base}/t/{}", table.code);
        say(qr(&url));
        say(&url);
    }
    say(format!("The kitchen's screen (for {minutes} minutes):\n{base}/kitchen?enrol={code}"));
    say(format!("Another till: kasir terminal --hub {base}, then a code from `kasir device invite --data {}`", data.display()));
    let passwords: Vec<String> = demo::OFFICE.iter().map(|(name, password)| format!("{name} {password}")).collect();
    say(format!("The office: {base}/office ({})", passwords.join(", ")));
    let pins: Vec<String> = demo::STAFF.iter().map(|(name, _, pin)| format!("{name} {pin}")).collect();
    say(format!(
        "PINs: {}\nPaper comes out in {}\nLetters land in {}\nCtrl+C ends it.",
        pins.join(", "),
        demo::roll(data).display(),
        demo::post_box(data).display()
    ));
    Ok(())
}

/// Where a browser sets the house up, and with what.
pub fn way_in(base: &str, code: &str) -> String {
    format!("This house is not open yet. Set it up at {base}/setup with the code {} {}.", &code[..4], &code[4..])
}

/// The name under which avahi tells of this machine: whoever follows it must not be turned away.
fn local_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let name = name.trim().split('.').next().filter(|n| !n.is_empty())?;
    Some(format!("{name}.local"))
}

/// A QR code as half blocks, dark on light whatever the terminal's colours.
fn qr(text: &str) -> String {
    let Ok(code) = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium) else { return String::new() };
    let size = code.size();
    let mut out = String::new();
    for y in (-2..size + 2).step_by(2) {
        out.push_str("\u{1b}[30;47m");
        for x in -2..size + 2 {
            out.push(match (code.get_module(x, y), code.get_module(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        out.push_str("\u{1b}[0m\n");
    }
    out
}

/// Until somebody ends it, or the database fails. Signals are heard from the call on, not only
/// once it is waited for: whoever reads the first line may end the program at once.
fn until_told(app: &App) -> anyhow::Result<Told> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let failed = app.failed();
    Ok(Box::pin(async move {
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            _ = interrupt.recv() => Ok(()),
            cause = failed => bail!(cause),
        }
    }))
}

/// Comes when the program shall end, and why.
pub type Told = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

#[cfg(feature = "screen")]
use crate::cli::window::with_screen;

/// A kasir that was built without a screen has none to open.
#[cfg(not(feature = "screen"))]
fn with_screen(_: &App, _: &crate::config::Config, runtime: &tokio::runtime::Runtime, _: bool, told: Told) -> anyhow::Result<()> {
    runtime.block_on(told)
}
