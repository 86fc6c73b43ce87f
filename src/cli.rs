//! The command line: what can be typed, and what each command does. Text goes through
//! [`say`], which survives a closed pipe.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::app::{App, Options, Store};
use crate::config::{self, Config};
use crate::control::{self, Backstage, Request, Response};
use crate::demo;
use crate::domain::menu::Station;
use crate::domain::money::Currency;
use crate::domain::site::{PaperWidth, PrinterSettings, PrinterTarget, Site};
use crate::domain::staff::{Actor, Role, is_pin};
use crate::domain::time::{Clock, SystemClock};
use crate::hub::door;
use crate::ops;
use crate::ops::setup::{AddEmployee, AddTable, SetSite};
use crate::store::data_dir;
use crate::store::sites;

/// The restaurant till that fits in a Raspberry Pi.
#[derive(Debug, Parser)]
#[command(name = "kasir", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything: hub, pages, printers, and the screen when there is one (the default).
    Run(RunArgs),
    /// Run a sample restaurant that prints to a folder.
    Demo(RunArgs),
    /// Make the database, the owner and the tables, and write a commented configuration.
    Init(InitArgs),
    /// Check the journal's chain, rebuild every table from it, compare.
    Verify(DataArgs),
    /// The cashier's screen of another machine.
    Terminal(TerminalArgs),
    /// Printers and what they print.
    #[command(subcommand)]
    Printer(PrinterCommand),
    /// Screens that staff may log in on.
    #[command(subcommand)]
    Device(DeviceCommand),
    /// People who work here.
    #[command(subcommand)]
    User(UserCommand),
    /// The paths behind the tables' QR codes.
    Tables(DataArgs),
}

#[derive(Debug, Args)]
struct DataArgs {
    /// Configuration file [default: /etc/kasir/kasir.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the database is kept
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct RunArgs {
    #[command(flatten)]
    place: DataArgs,
    /// Address and port of the pages and the socket
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// No window, even if there is a display
    #[arg(long)]
    headless: bool,
}

#[derive(Debug, Args)]
struct InitArgs {
    #[command(flatten)]
    place: DataArgs,
    /// The restaurant's name
    #[arg(long)]
    name: Option<String>,
    /// The owner's PIN, 4 to 8 digits
    #[arg(long, value_name = "PIN")]
    owner_pin: Option<String>,
    /// How many tables, numbered from 1
    #[arg(long, value_name = "N")]
    tables: Option<u32>,
    #[arg(long, default_value = "IDR")]
    currency: String,
    #[arg(long, default_value = "Asia/Jakarta")]
    timezone: String,
}

#[derive(Debug, Args)]
struct TerminalArgs {
    /// The hub's address, such as http://192.168.1.10:8080
    #[arg(long, value_name = "URL")]
    hub: String,
    #[command(flatten)]
    place: DataArgs,
}

#[derive(Debug, Subcommand)]
enum PrinterCommand {
    /// Add a printer, or change the one of that name
    Set(PrinterArgs),
    List(DataArgs),
}

#[derive(Debug, Args)]
struct PrinterArgs {
    name: String,
    /// tcp:HOST, tcp:HOST:PORT, device:PATH or roll:FOLDER
    #[arg(long)]
    to: String,
    #[arg(long, value_enum, default_value_t = Width::Mm80)]
    width: Width,
    /// Stations whose tickets it prints, with commas
    #[arg(long, value_delimiter = ',')]
    stations: Vec<String>,
    /// It prints receipts
    #[arg(long)]
    receipts: bool,
    /// The cash drawer hangs on it
    #[arg(long)]
    drawer: bool,
    #[command(flatten)]
    place: DataArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Width {
    #[value(name = "58")]
    Mm58,
    #[value(name = "80")]
    Mm80,
}

#[derive(Debug, Subcommand)]
enum DeviceCommand {
    /// Make a one-time code with which another screen enrols
    Invite(DataArgs),
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Give somebody a new PIN (asked for when it is not given)
    ResetPin {
        name: String,
        #[arg(long)]
        pin: Option<String>,
        #[command(flatten)]
        place: DataArgs,
    },
}

/// Writes a line for a person. A closed pipe is not this program's problem.
pub fn say(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout(), "{}", text.as_ref());
}

pub fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(args) => appliance(&args, false),
        Command::Demo(args) => appliance(&args, true),
        Command::Init(args) => init(args),
        Command::Verify(place) => match ask(&place, Request::Verify)? {
            Response::Verified { events, rows } => {
                say(format!("The journal's {events} rows are whole, and the {rows} rows of the tables follow from them."));
                Ok(())
            }
            other => unexpected(other),
        },
        Command::Terminal(args) => terminal(args),
        Command::Printer(PrinterCommand::Set(args)) => set_printer(args),
        Command::Printer(PrinterCommand::List(place)) => list_printers(&place),
        Command::Device(DeviceCommand::Invite(place)) => match ask(&place, Request::Invite)? {
            Response::Invited { code, minutes } => {
                say(format!("{code}\nType it on the new screen within {minutes} minutes."));
                Ok(())
            }
            other => unexpected(other),
        },
        Command::User(UserCommand::ResetPin { name, pin, place }) => {
            let pin = pin.map_or_else(|| prompt("New PIN (4 to 8 digits)", "--pin"), Ok)?;
            done(ask(&place, Request::ResetPin { name, pin })?)
        }
        Command::Tables(place) => match ask(&place, Request::Tables)? {
            Response::Tables { tables } => {
                tables.iter().for_each(|(number, path)| say(format!("{number}\t{path}")));
                Ok(())
            }
            other => unexpected(other),
        },
    }
}

fn unexpected(response: Response) -> anyhow::Result<()> {
    match response {
        Response::Refused { message } => bail!(message),
        other => bail!("kasir answered something else than was asked: {other:?}"),
    }
}

fn done(response: Response) -> anyhow::Result<()> {
    match response {
        Response::Done => Ok(()),
        other => unexpected(other),
    }
}

impl DataArgs {
    fn config(&self) -> anyhow::Result<Config> {
        let mut config = config::load(self.config.as_deref(), |name| std::env::var(name).ok())?;
        if let Some(data) = &self.data {
            config.data.clone_from(data);
        }
        Ok(config)
    }
}

/// Asks the running kasir, or does it on the store when none runs.
fn ask(place: &DataArgs, request: Request) -> anyhow::Result<Response> {
    let data = place.config()?.data;
    if let Some(response) = control::ask(&data_dir::socket(&data), &request)? {
        return Ok(response);
    }
    let path = data_dir::database(&data);
    if !path.exists() {
        bail!("there is no database at {}; `kasir init` makes one, --data names another place", path.display());
    }
    let store = Store::open_alone(&data, clock())?;
    let backstage = Backstage { writer: store.writer.clone(), reader: store.reader.clone(), hub: None };
    let response = backstage.perform(request);
    store.close()?;
    Ok(response)
}

fn set_printer(args: PrinterArgs) -> anyhow::Result<()> {
    let target = match args.to.split_once(':') {
        Some(("tcp", rest)) => {
            let (host, port) = rest.rsplit_once(':').unwrap_or((rest, "9100"));
            let port = port.parse().with_context(|| format!("{port:?} is not a port"))?;
            PrinterTarget::Tcp { host: host.to_owned(), port }
        }
        Some(("device", path)) if !path.is_empty() => PrinterTarget::Device { path: path.to_owned() },
        Some(("roll", folder)) if !folder.is_empty() => PrinterTarget::Roll { folder: folder.to_owned() },
        _ => bail!("--to is {:?}; it must be tcp:HOST[:PORT], device:PATH or roll:FOLDER", args.to),
    };
    let width = match args.width {
        Width::Mm58 => PaperWidth::Mm58,
        Width::Mm80 => PaperWidth::Mm80,
    };
    let stations = args.stations.into_iter().map(Station::try_from).collect::<Result<_, _>>()?;
    let settings = PrinterSettings { name: args.name, target, width, stations, receipts: args.receipts, drawer: args.drawer };
    done(ask(&args.place, Request::SetPrinter { settings })?)
}

fn list_printers(place: &DataArgs) -> anyhow::Result<()> {
    let printers = match ask(place, Request::Printers)? {
        Response::Printers { printers } => printers,
        other => return unexpected(other),
    };
    for printer in printers {
        let to = match &printer.target {
            PrinterTarget::Tcp { host, port } => format!("tcp:{host}:{port}"),
            PrinterTarget::Device { path } => format!("device:{path}"),
            PrinterTarget::Roll { folder } => format!("roll:{folder}"),
        };
        let stations: Vec<String> = printer.stations.iter().map(ToString::to_string).collect();
        say(format!("{}\t{to}\t{}", printer.name, stations.join(",")));
    }
    Ok(())
}

/// Time is trusted once the system says that it was synchronised.
fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::new(crate::app::is_synchronised()))
}

fn init(args: InitArgs) -> anyhow::Result<()> {
    // The file that is about to be written need not be there yet.
    let there = args.place.config.clone().filter(|f| f.exists());
    let config = DataArgs { config: there, data: args.place.data.clone() }.config()?;
    if data_dir::database(&config.data).exists() {
        let store = Store::open_alone(&config.data, clock())?;
        let set_up = store.reader.read(sites::is_set_up)?;
        store.close()?;
        if set_up {
            bail!("{} holds a restaurant already; nothing was changed", config.data.display());
        }
    }
    let name = args.name.map_or_else(|| prompt("Name of the restaurant", "--name"), Ok)?;
    let pin = args.owner_pin.map_or_else(|| prompt("The owner's PIN (4 to 8 digits)", "--owner-pin"), Ok)?;
    if !is_pin(&pin) {
        bail!("a PIN has 4 to 8 digits");
    }
    let tables = args.tables.map_or_else(
        || prompt("Number of tables", "--tables").and_then(|t| t.trim().parse().context("that is not a number")),
        Ok,
    )?;
    let currency = Currency::try_from(args.currency)?;
    let mut site = Site { name, currency, timezone: args.timezone, ..Site::default() };
    site.cash_rounding.step = crate::domain::money::Money(currency.cash_step);
    let store = Store::open_alone(&config.data, clock())?;
    let made = furnish(&store, site, &pin, tables);
    store.close()?;
    made?;
    if let Some(file) = &args.place.config
        && !file.exists()
    {
        std::fs::write(file, config::COMMENTED).with_context(|| format!("cannot write {}", file.display()))?;
        say(format!("Wrote {}.", file.display()));
    }
    say(format!("{} is ready. Log in as Owner with the PIN. `kasir` starts it.", config.data.display()));
    Ok(())
}

fn furnish(store: &Store, site: Site, pin: &str, tables: u32) -> anyhow::Result<()> {
    ops::run(&store.writer, Actor::Machine, SetSite { site })?;
    let pin_hash = door::pin_hash(pin)?;
    ops::run(&store.writer, Actor::Machine, AddEmployee { name: "Owner".to_owned(), role: Role::Owner, pin_hash })?;
    for number in 1..=tables.min(500) {
        let table = AddTable { number: number.to_string(), area: String::new(), seats: 4, code: door::table_code() };
        ops::run(&store.writer, Actor::Machine, table)?;
    }
    Ok(())
}

/// Asks a person. Never when there is none: then the flag is missing.
fn prompt(question: &str, flag: &str) -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        bail!("{flag} is missing, and there is no terminal to ask on");
    }
    let _ = write!(std::io::stdout(), "{question}: ");
    let _ = std::io::stdout().flush();
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the runtime cannot start")
}

/// `kasir` and `kasir demo`.
fn appliance(args: &RunArgs, demo: bool) -> anyhow::Result<()> {
    let mut config = args.place.config()?;
    if demo && args.place.data.is_none() {
        // Never the real one by mistake.
        config.data = config.data.join("demo");
    }
    let listen = args.listen.unwrap_or(config.listen);
    let runtime = runtime()?;
    if demo {
        let store = Store::open_alone(&config.data, clock())?;
        let furnished = demo::furnish(&store.writer, &store.reader, &config.data);
        store.close()?;
        furnished?;
    }
    let options = Options { data: config.data.clone(), listen, hosts: config.hosts.clone(), clock: clock() };
    let app = runtime.block_on(App::start(options))?;
    greet(&app, &config.data, demo)?;
    let outcome = match args.headless || cfg!(not(feature = "screen")) {
        true => runtime.block_on(until_told(&app)),
        false => with_screen(&app, &config, &runtime, demo),
    };
    runtime.block_on(app.stop())?;
    outcome
}

/// Addresses, demo PINs and a QR code, for the person at the terminal.
fn greet(app: &App, data: &Path, demo: bool) -> anyhow::Result<()> {
    let base = format!("http://{}", reachable(app.address));
    say(format!("kasir {} listens on {}; its data is in {}.", env!("CARGO_PKG_VERSION"), app.address, data.display()));
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
    let pins: Vec<String> = demo::STAFF.iter().map(|(name, _, pin)| format!("{name} {pin}")).collect();
    say(format!("PINs: {}\nPaper comes out in {}\nCtrl+C ends it.", pins.join(", "), demo::roll(data).display()));
    Ok(())
}

/// The address that a phone on the LAN would use. Asking the kernel which one it would send
/// from sends nothing.
fn reachable(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    let probe = std::net::UdpSocket::bind("0.0.0.0:0").and_then(|s| s.connect("192.0.2.1:9").and_then(|()| s.local_addr()));
    let ip = probe.map_or_else(|_| std::net::Ipv4Addr::LOCALHOST.into(), |a| a.ip());
    SocketAddr::new(ip, address.port())
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

/// Until somebody ends it, or the database fails.
fn until_told(app: &App) -> impl Future<Output = anyhow::Result<()>> + Send + use<> {
    let failed = app.failed();
    async move {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            _ = tokio::signal::ctrl_c() => Ok(()),
            _ = terminate.recv() => Ok(()),
            cause = failed => bail!("{cause}; see that the disk has room and is sound, then start kasir again"),
        }
    }
}

#[cfg(not(feature = "screen"))]
fn with_screen(app: &App, _: &Config, runtime: &tokio::runtime::Runtime, _: bool) -> anyhow::Result<()> {
    runtime.block_on(until_told(app))
}

#[cfg(not(feature = "screen"))]
fn terminal(_: TerminalArgs) -> anyhow::Result<()> {
    bail!("this kasir was built without a screen")
}

/// The cashier's window in this process. Without a display the hub runs on alone: a guest's
/// order does not depend on a screen.
#[cfg(feature = "screen")]
fn with_screen(app: &App, config: &Config, runtime: &tokio::runtime::Runtime, demo: bool) -> anyhow::Result<()> {
    let _inside = runtime.enter();
    let (client, signals) = crate::client::memory::connect(app.hub.clone(), crate::client::Identity::default());
    let reader = app.hub.reader.clone();
    let options = crate::ui::Options {
        paper_roll: demo.then(|| demo::roll(&config.data)),
        pictures: Arc::new(move |path| {
            let hash = path.strip_prefix("/pictures/")?.strip_suffix(".png")?;
            reader.read(|conn| crate::store::menu::picture(conn, hash)).ok().flatten()
        }),
        on_device_token: Box::new(|_| {}),
        fullscreen: config.fullscreen && !demo,
    };
    let told = until_told(app);
    let watching = runtime.spawn(async move {
        let end = told.await;
        // An error means that no window runs: then there is nothing to close.
        let _ = slint::quit_event_loop();
        end
    });
    match crate::ui::run(client, signals, runtime.handle().clone(), options) {
        // Closed by hand, or told to end.
        Ok(()) if watching.is_finished() => runtime.block_on(watching)?,
        Ok(()) => Ok(()),
        Err(error) => {
            tracing::warn!(%error, "no display; running without the cashier's window");
            runtime.block_on(watching)?
        }
    }
}

/// The cashier's window of a hub elsewhere.
#[cfg(feature = "screen")]
fn terminal(args: TerminalArgs) -> anyhow::Result<()> {
    use crate::client::{Identity, picture, socket};

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
    let options = crate::ui::Options {
        paper_roll: None,
        pictures: Arc::new(move |path| handle.block_on(picture::fetch(&authority, path))),
        on_device_token: Box::new(move |token| {
            if let Err(error) = keep_token(&token_file, &token) {
                tracing::error!(%error, file = %token_file.display(), "the screen's token cannot be kept; it must be enrolled again next time");
            }
        }),
        fullscreen: config.fullscreen,
    };
    crate::ui::run(client, signals, runtime.handle().clone(), options).context("the window cannot be opened; is there a display?")
}

/// Readable by its owner only: it opens the login of this screen.
#[cfg(feature = "screen")]
fn keep_token(file: &Path, token: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut out = std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(file)?;
    out.write_all(token.as_bytes())?;
    out.sync_all()
}
