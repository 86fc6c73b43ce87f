//! The cashier's window: in the hub's own process, or of a hub elsewhere.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};

use crate::app::App;
use crate::cli::appliance::Told;
use crate::cli::{TerminalArgs, runtime};
use crate::client::{Identity, memory, picture, socket};
use crate::config::Config;
use crate::demo;
use crate::store::menu;
use crate::ui;
use crate::views::menu::picture_hash;

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

/// The cashier's window of a hub elsewhere.
pub fn terminal(args: TerminalArgs) -> anyhow::Result<()> {
    let config = args.place.config()?;
    let authority = args.hub.trim_end_matches('/').strip_prefix("http://").unwrap_or(&args.hub).to_owned();
    if authority.is_empty() || authority.contains('/') {
        bail!("--hub is {:?}; it must look like http://192.168.1.10:8080", args.hub);
    }
    let token_file = config.data.join("terminal.token");
    let device = match std::fs::read_to_string(&token_file) {
        Ok(token) => Some(token.trim().to_owned()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => return Err(e).with_context(|| format!("cannot read {}", token_file.display())),
    };
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let (client, signals) = socket::connect(format!("ws://{authority}/ws"), Identity { device, ..Identity::default() });
    let handle = runtime.handle().clone();
    let options = ui::Options {
        paper_roll: None,
        pictures: Arc::new(move |path| handle.block_on(picture::fetch(&authority, path))),
        files: config.data.join("reports"),
        on_device_token: Box::new(move |token| {
            if let Err(error) = keep_token(&token_file, &token) {
                tracing::error!(%error, file = %token_file.display(), "the screen's token cannot be kept; it must be enrolled again next time");
            }
        }),
        fullscreen: config.fullscreen,
    };
    ui::run(client, signals, runtime.handle().clone(), options).context("the window cannot be opened; is there a display?")
}

/// Readable by its owner only: it opens the login of this screen.
fn keep_token(file: &Path, token: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut out = std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(file)?;
    out.write_all(token.as_bytes())?;
    out.sync_all()
}
