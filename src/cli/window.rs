//! The cashier's window: in the hub's own process, or of a hub elsewhere.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail};
use tokio::sync::mpsc;

use crate::app::App;
use crate::cli::appliance::Told;
use crate::cli::{TerminalArgs, runtime};
use crate::client::dial::{Dial, Trust, authority_file};
use crate::client::{Client, Identity, Signal, memory, picture, socket};
use crate::config::{self, Config};
use crate::control::{self, Request, Response};
use crate::demo;
use crate::hub::wire::{HubFrame, Me, Op, Outcome};
use crate::store::{data_dir, menu};
use crate::ui;
use crate::views::menu::picture_hash;

/// What the house calls the touchscreen that hangs on the hub's own machine.
const SCREEN: &str = "Layar utama";

/// The cashier's window in this process. Without a display the hub runs on alone: a guest's
/// order does not depend on a screen.
pub fn with_screen(app: &App, config: &Config, runtime: &tokio::runtime::Runtime, demo: bool, told: Told) -> anyhow::Result<()> {
    let _inside = runtime.enter();
    let (client, signals) = memory::connect(app.hub.clone(), Identity::default());
    let reader = app.hub.reader.clone();
    let options = ui::Options {
        paper_roll: demo.then(|| demo::roll(&config.data)),
        pictures: Arc::new(move |path| {
            let hash = picture_hash(path)?;
            reader.read(|conn| menu::picture(conn, hash)).ok().flatten()
        }),
        files: config.data.join("reports"),
        on_device_token: Box::new(|_| {}),
        fullscreen: config.fullscreen && !demo,
    };
    let watching = runtime.spawn(async move {
        let end = told.await;
        // An error means that no window runs: then there is nothing to close.
        let _ = slint::quit_event_loop();
        end
    });
    match ui::run(client, signals, runtime.handle().clone(), options) {
        // Closed by hand, or told to end.
        Ok(()) if watching.is_finished() => runtime.block_on(watching)?,
        Ok(()) => Ok(()),
        Err(error) => {
            // The cause names every device that was tried, one a line.
            tracing::debug!(%error, "no window");
            tracing::warn!("no display; running without the cashier's window");
            runtime.block_on(watching)?
        }
    }
}

/// The cashier's window of a hub elsewhere, or of the one on this machine that runs without a screen.
pub fn terminal(args: TerminalArgs) -> anyhow::Result<()> {
    let config = args.place.config()?;
    let dial = dial(&args, &config)?;
    let token_file = config.data.join("terminal.token");
    let device = match std::fs::read_to_string(&token_file) {
        Ok(token) => Some(token.trim().to_owned()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => return Err(e).with_context(|| format!("cannot read {}", token_file.display())),
    };
    let runtime = runtime()?;
    let _inside = runtime.enter();
    // Whoever may open the hub's control socket is this machine's own screen: nobody types a code.
    let invite = match (&args.hub, &device) {
        (None, None) => Some(invited(&config)?),
        _ => None,
    };
    let (client, signals) = socket::connect_by(dial.clone(), Identity { device, ..Identity::default() });
    let signals = match &args.hub {
        None => let_in(&client, signals, invite, &config, &token_file),
        Some(_) => signals,
    };
    let (handle, way, kept) = (runtime.handle().clone(), dial.clone(), authority_kept(&config));
    let options = ui::Options {
        paper_roll: None,
        pictures: Arc::new(move |path| handle.block_on(picture::fetch(&way, path))),
        files: config.data.join("reports"),
        on_device_token: Box::new(move |token| {
            keep_token(&token_file, &token);
            // The fingerprint was for the first time: from now on the authority itself is known.
            if let Some(pem) = dial.met()
                && let Err(error) = write_token(&kept, &pem)
            {
                tracing::error!(%error, "the hub's authority cannot be kept; give --pin again next time");
            }
        }),
        fullscreen: config.fullscreen,
    };
    ui::run(client, signals, runtime.handle().clone(), options).map_err(|error| anyhow::Error::new(NoWindow(error)))
}

/// Said with an exit code of its own: whoever started this may try another renderer.
#[derive(Debug, thiserror::Error)]
#[error("the window cannot be opened; is there a display? {0}")]
pub struct NoWindow(slint::PlatformError);

impl NoWindow {
    /// EX_UNAVAILABLE of sysexits.h; `systemd/screen` knows it.
    pub const EXIT: u8 = 69;
}

/// The way to the hub: what was given, else what was learned when this screen was enrolled.
fn dial(args: &TerminalArgs, config: &Config) -> anyhow::Result<Dial> {
    let Some(hub) = &args.hub else { return Ok(Dial::open(config::from_here(config.listen).to_string())) };
    let (secure, authority) = match hub.trim_end_matches('/').split_once("://") {
        Some(("https", authority)) => (true, authority),
        Some(("http", authority)) => (false, authority),
        Some(_) => (false, ""),
        None => (false, hub.as_str()),
    };
    if authority.is_empty() || authority.contains('/') {
        bail!("--hub is {hub:?}; it must look like http://192.168.1.10:8080 or https://192.168.1.10:8443");
    }
    if !secure {
        if args.ca.is_some() || args.pin.is_some() {
            bail!("--ca and --pin are for a hub at https://; this one is {hub:?}");
        }
        return Ok(Dial::open(authority));
    }
    let kept = authority_kept(config);
    let trust = match (&args.ca, &args.pin) {
        (Some(file), _) => authority_file(file)?,
        (None, Some(pin)) => Trust::Fingerprint(pin.clone()),
        (None, None) if kept.exists() => {
            Trust::House(std::fs::read(&kept).with_context(|| format!("cannot read {}", kept.display()))?)
        }
        (None, None) => bail!(
            "which authority is {hub} to be trusted by? Give --pin with the fingerprint that `kasir device invite` shows on \
             the hub, or --ca with its file"
        ),
    };
    Dial::trusting(authority, &trust)
}

/// The authority of the hub that this screen was enrolled at.
fn authority_kept(config: &Config) -> PathBuf {
    config.data.join("terminal.ca.pem")
}

/// A one-time code from the hub on this machine.
fn invited(config: &Config) -> anyhow::Result<String> {
    match control::ask(&data_dir::socket(&config.data), &Request::Invite)? {
        Some(Response::Invited { code, .. }) => Ok(code),
        Some(Response::Refused { message }) => bail!("{message}"),
        Some(other) => bail!("the hub answered something else: {other:?}"),
        None => bail!(
            "no kasir runs on {}; start it first (kasir run --headless), or name a hub elsewhere with --hub",
            config.data.display()
        ),
    }
}

/// Makes this machine's own screen one of the house, by the code that it has, and again whenever the hub does not know
/// it any more: a database that was brought back knows the screens of its own day. Passes on what comes from the hub.
fn let_in(
    client: &Client,
    mut signals: mpsc::Receiver<Signal>,
    mut invite: Option<String>,
    config: &Config,
    token_file: &Path,
) -> mpsc::Receiver<Signal> {
    // Set from the asking until somebody is known here, it was refused, or the line is a new one.
    let asked = Arc::new(AtomicBool::new(false));
    let enrol = {
        let (client, config, file, asked) = (client.clone(), config.clone(), token_file.to_owned(), asked.clone());
        move |code: Option<String>| {
            asked.store(true, Ordering::Relaxed);
            let (client, config, file, asked) = (client.clone(), config.clone(), file.clone(), asked.clone());
            tokio::task::spawn_blocking(move || match code.map_or_else(|| invited(&config), Ok) {
                Ok(code) => enrol(&client, code, file, asked),
                Err(error) => {
                    tracing::error!("this screen cannot be enrolled; it asks for a code: {error:#}");
                    asked.store(false, Ordering::Relaxed);
                }
            });
        }
    };
    let (pass_on, passed) = mpsc::channel(1);
    tokio::spawn(async move {
        while let Some(signal) = signals.recv().await {
            match &signal {
                Signal::Up => asked.store(false, Ordering::Relaxed),
                Signal::Frame(frame) => match &**frame {
                    HubFrame::Snapshot { me: Me::Stranger { .. }, .. } if !asked.load(Ordering::Relaxed) => enrol(invite.take()),
                    HubFrame::Snapshot { me: Me::Stranger { .. }, .. } => {}
                    HubFrame::Snapshot { .. } => asked.store(false, Ordering::Relaxed),
                    _ => {}
                },
                Signal::Down { .. } => {}
            }
            if pass_on.send(signal).await.is_err() {
                return;
            }
        }
    });
    passed
}

/// Becomes a screen of the house by that code.
fn enrol(client: &Client, code: String, token_file: PathBuf, asked: Arc<AtomicBool>) {
    let screen = client.clone();
    client.submit(Op::DeviceEnrol { code, screen: SCREEN.to_owned() }, move |answer| match answer {
        Ok(Outcome::Device { token }) => {
            keep_token(&token_file, &token);
            screen.become_device(Some(token));
        }
        Ok(other) => tracing::error!(?other, "an enrolment brought something else"),
        Err(refused) => {
            tracing::error!(%refused, "this screen cannot be enrolled; it asks for a code");
            asked.store(false, Ordering::Relaxed);
        }
    });
}

/// Without it the screen must be enrolled again next time.
fn keep_token(file: &Path, token: &str) {
    if let Err(error) = write_token(file, token) {
        tracing::error!(%error, file = %file.display(), "the screen's token cannot be kept; it must be enrolled again next time");
    }
}

/// Readable by its owner only: it opens the login of this screen.
fn write_token(file: &Path, token: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut out = std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(file)?;
    out.write_all(token.as_bytes())?;
    out.sync_all()
}
