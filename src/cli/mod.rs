//! The command line: what can be typed, and where each command goes. Text goes through
//! [`say`], which survives a closed pipe.

mod appliance;
mod backup;
mod care;
mod doctor;
mod rush;
mod simulate;
mod support;
#[cfg(feature = "screen")]
mod window;

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::app::Store;
use crate::config::{self, Config};
use crate::control::{self, Backstage, Request, Response};
use crate::domain::site::PaperWidth;
use crate::domain::time::{BusinessDay, Clock, SystemClock};
use crate::store::data_dir;
use crate::store::kept_clock::KeptClock;

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
    /// Look at everything that can keep the till from working; exit 1 when something does.
    Doctor(DoctorArgs),
    /// Put what a helper needs to see into one file, without secrets and without guests.
    Support {
        /// A new file, such as support.tar.gz
        file: PathBuf,
        #[command(flatten)]
        place: DataArgs,
    },
    /// Make a verified copy of everything, while kasir runs or not.
    Backup(BackupArgs),
    /// Bring a backup back, and every later change that still proves itself. kasir must not run.
    Restore(RestoreArgs),
    /// The cashier's screen of another machine.
    Terminal(TerminalArgs),
    /// Printers and what they print.
    #[command(subcommand)]
    Printer(PrinterCommand),
    /// The one-time code with which a browser sets up a kasir that is new.
    SetupCode(DataArgs),
    /// The authority that screens elsewhere are to trust for TLS, and its fingerprint.
    Authority(DataArgs),
    /// Screens that staff may log in on.
    #[command(subcommand)]
    Device(DeviceCommand),
    /// People who work here.
    #[command(subcommand)]
    User(UserCommand),
    /// The menu as a file for spreadsheets.
    #[command(subcommand)]
    Menu(MenuCommand),
    /// What was sold, as a PDF, for spreadsheets, or by mail to the owner.
    Report(ReportArgs),
    /// Head office's copy in MySQL.
    #[command(subcommand)]
    Sync(SyncCommand),
    /// Drive a hub like a dinner rush and say what it took. It leaves its orders behind: never against a real house.
    Load(LoadArgs),
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
struct DoctorArgs {
    #[command(flatten)]
    place: DataArgs,
    /// The address whose port is looked at [default: the configuration's]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// The findings as JSON
    #[arg(long)]
    json: bool,
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
    /// The hub's address, such as http://192.168.1.10:8080 [default: the one on this machine]
    #[arg(long, value_name = "URL")]
    hub: Option<String>,
    /// For https: a file with the authority that the hub's certificate is signed by
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// For https, the first time: the fingerprint of the hub's own authority
    #[arg(long, value_name = "HEX", conflicts_with = "ca")]
    pin: Option<String>,
    #[command(flatten)]
    place: DataArgs,
}

#[derive(Debug, Args)]
struct BackupArgs {
    /// Where to write it: a file that is not there yet, or a folder
    file: PathBuf,
    /// Seal it with the passphrase in this file; `age --decrypt` opens it without kasir
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    place: DataArgs,
}

#[derive(Debug, Args)]
struct RestoreArgs {
    /// The backup
    file: PathBuf,
    /// The passphrase of a sealed one
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// A folder with the journal's copy, beside those that are known
    #[arg(long, value_name = "DIR")]
    journal: Vec<PathBuf>,
    /// Say what would come back; change nothing
    #[arg(long = "try")]
    only_try: bool,
    #[command(flatten)]
    place: DataArgs,
}

#[derive(Debug, Subcommand)]
enum PrinterCommand {
    /// Add a printer, or change the one of that name
    Set(PrinterArgs),
    List(DataArgs),
    /// Be a receipt printer for those who have none: it keeps what comes as pictures, and fails when told to
    Simulate(SimulateArgs),
}

#[derive(Debug, Args)]
struct SimulateArgs {
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:9100")]
    listen: SocketAddr,
    /// Where the papers are kept
    #[arg(long, value_name = "DIR", default_value = "papers")]
    folder: PathBuf,
    #[arg(long, value_enum, default_value_t = Width::Mm80)]
    width: Width,
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
    /// Its characters beyond ASCII: ascii, pc437, pc850, pc852, pc858, pc860, pc863, pc865, pc866, windows1252
    #[arg(long, value_name = "PAGE", default_value = "pc437")]
    code_page: String,
    /// none, full or partial
    #[arg(long, default_value = "partial")]
    cutter: String,
    /// The plug's pin that opens the drawer: 2 or 5
    #[arg(long, value_name = "PIN", default_value_t = 2)]
    drawer_pin: u8,
    /// The printer that prints what this one does not
    #[arg(long, value_name = "NAME")]
    backup: Option<String>,
    /// After so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    backup_after: u32,
    /// Every order comes out here whole
    #[arg(long)]
    checker: bool,
    /// Tickets of one visit that come within so many seconds are one paper
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    merge: u32,
    #[command(flatten)]
    place: DataArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Width {
    #[value(name = "58")]
    Mm58,
    #[value(name = "80")]
    Mm80,
    /// 80 mm paper with 42 characters a line
    #[value(name = "80-42")]
    Mm80Columns42,
}

impl Width {
    fn paper(self) -> PaperWidth {
        match self {
            Width::Mm58 => PaperWidth::Mm58,
            Width::Mm80 => PaperWidth::Mm80,
            Width::Mm80Columns42 => PaperWidth::Mm80Columns42,
        }
    }
}

#[derive(Debug, Subcommand)]
enum MenuCommand {
    /// Add and change products from a file, all of it or nothing
    Import {
        /// name,category,price,cost,stock,min_stock,station,description; all but the first three may be missing
        file: PathBuf,
        #[command(flatten)]
        place: DataArgs,
    },
    /// Write the menu to standard output
    Export(DataArgs),
}

#[derive(Debug, Args)]
struct ReportArgs {
    /// The first business day, as YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    from: BusinessDay,
    /// The last business day [default: the first]
    #[arg(long, value_name = "DAY")]
    to: Option<BusinessDay>,
    /// Write the report as a PDF
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    /// Write the rows as CSV
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// What the CSV's rows are
    #[arg(long, value_enum, default_value_t = CsvRows::Receipts)]
    rows: CsvRows,
    /// Send the PDF to the owner's addresses
    #[arg(long)]
    mail: bool,
    #[command(flatten)]
    place: DataArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CsvRows {
    Receipts,
    Products,
    Days,
}

#[derive(Debug, Args)]
struct LoadArgs {
    /// The hub's address, such as http://192.168.1.10:8080
    #[arg(long, value_name = "URL")]
    hub: String,
    /// How many tables have a guest
    #[arg(long, value_name = "N", default_value_t = 10)]
    tables: usize,
    /// How many orders in all
    #[arg(long, value_name = "N", default_value_t = 100)]
    orders: u64,
    /// Orders a second; without it as fast as they are answered
    #[arg(long, value_name = "R")]
    rate: Option<u32>,
    /// Seconds between two orders, for a quiet house; instead of a rate
    #[arg(long, value_name = "SECONDS", conflicts_with = "rate")]
    every: Option<u32>,
    /// Whose tablets: kasir's own protocol, or the old app's (which must be switched on, with this
    /// machine among its staff)
    #[arg(long, value_enum, default_value_t = Protocol::Native)]
    protocol: Protocol,
    /// Who logs in on the screen that watches
    #[arg(long, default_value = "Kasir")]
    cashier: String,
    #[arg(long, default_value = "3333")]
    pin: String,
    /// The figures as JSON
    #[arg(long)]
    json: bool,
    /// The hub's data directory, for the tables' codes and the screen's
    #[command(flatten)]
    place: DataArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Protocol {
    Native,
    Legacy,
}

#[derive(Debug, Subcommand)]
enum SyncCommand {
    /// Say where the copy goes, and switch it on
    Set(SyncArgs),
    /// Switch it off; what is there stays there
    Off(DataArgs),
    /// How far it has come, and what keeps it
    Status(DataArgs),
    /// Compare both sides, table by table and day by day
    Verify(DataArgs),
}

#[derive(Debug, Args)]
struct SyncArgs {
    #[arg(long)]
    host: String,
    #[arg(long, default_value_t = 3306)]
    port: u16,
    #[arg(long)]
    user: String,
    #[arg(long, default_value = "kasir")]
    database: String,
    /// A file with the password; without it the one that is kept stays
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// A file with the authority that the server's certificate is signed by
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// No TLS: only to this machine or inside the house's network
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    place: DataArgs,
}

#[derive(Debug, Subcommand)]
enum DeviceCommand {
    /// Make a one-time code with which another screen enrols
    Invite(DataArgs),
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// A one-time code with which somebody sets a password for the office
    PasswordCode {
        name: String,
        #[command(flatten)]
        place: DataArgs,
    },
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

/// What the program ends with.
pub fn exit_code(error: &anyhow::Error) -> ExitCode {
    #[cfg(feature = "screen")]
    if error.is::<window::NoWindow>() {
        return ExitCode::from(window::NoWindow::EXIT);
    }
    #[cfg(not(feature = "screen"))]
    let _ = error;
    ExitCode::FAILURE
}

pub fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(args) => appliance::run(&args, false),
        Command::Demo(args) => appliance::run(&args, true),
        Command::Init(args) => care::init(args),
        Command::Verify(place) => match ask(&place, Request::Verify)? {
            Response::Verified { events, rows } => {
                say(format!("The journal's {events} rows are whole, and the {rows} rows of the tables follow from them."));
                Ok(())
            }
            other => unexpected(other),
        },
        Command::Support { file, place } => support::run(&file, &place),
        Command::Doctor(args) => doctor::run(&args),
        Command::Backup(args) => backup::backup(&args),
        Command::Restore(args) => backup::restore(&args),
        #[cfg(feature = "screen")]
        Command::Terminal(args) => window::terminal(args),
        #[cfg(not(feature = "screen"))]
        Command::Terminal(_) => bail!("this kasir was built without a screen"),
        Command::Printer(PrinterCommand::Set(args)) => care::set_printer(args),
        Command::Printer(PrinterCommand::List(place)) => care::list_printers(&place),
        Command::Printer(PrinterCommand::Simulate(args)) => simulate::run(args),
        Command::Menu(MenuCommand::Import { file, place }) => care::import_menu(&file, &place),
        Command::Menu(MenuCommand::Export(place)) => match ask(&place, Request::MenuExport)? {
            Response::Menu { text } => {
                say(text.trim_end());
                Ok(())
            }
            other => unexpected(other),
        },
        Command::Report(args) => care::report(&args),
        Command::Sync(command) => care::sync(command),
        Command::Load(args) => rush::run(args),
        Command::Authority(place) => match authority(&place)? {
            Some((pem, fingerprint)) => {
                say(format!("{pem}SHA-256 {fingerprint}"));
                Ok(())
            }
            None => bail!("there is no authority here: kasir makes one when [tls] has a port and no certificate"),
        },
        Command::Device(DeviceCommand::Invite(invites)) => match ask(&invites, Request::Invite)? {
            Response::Invited { code, minutes } => {
                say(format!("{code}\nType it on the new screen within {minutes} minutes."));
                if let Some((_, fingerprint)) = authority(&invites)? {
                    say(format!("Over TLS: kasir terminal --hub https://… --pin {fingerprint}"));
                }
                Ok(())
            }
            other => unexpected(other),
        },
        Command::SetupCode(place) => match ask(&place, Request::SetupCode)? {
            Response::Setup { address, code, minutes } => {
                say(format!("{}\nIt holds {minutes} minutes.", appliance::way_in(&address, &code)));
                Ok(())
            }
            other => unexpected(other),
        },
        Command::User(UserCommand::PasswordCode { name, place }) => match ask(&place, Request::PasswordCode { name })? {
            Response::Invited { code, minutes } => {
                say(format!(
                    "{code}\nType it at /office, \"Forgot your password?\", \"I have a code\", within {minutes} minutes."
                ));
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

/// The own authority of that data directory, as PEM, and its fingerprint.
fn authority(place: &DataArgs) -> anyhow::Result<Option<(String, String)>> {
    crate::web::tls::authority_of(&place.config()?.data)
}

/// Asks the running kasir, or does it on the store when none runs.
fn ask(place: &DataArgs, request: Request) -> anyhow::Result<Response> {
    let data = place.config()?.data;
    if let Some(response) = control::ask(&data_dir::socket(&data), &request)? {
        return Ok(response);
    }
    let path = data_dir::database(&data);
    if !path.exists() {
        bail!(
            "there is no database at {}; a till from the package makes it when it starts (sudo systemctl start kasir), elsewhere `kasir init` does; --data names another place",
            path.display()
        );
    }
    let store = Store::open_alone(&data, clock())?;
    let backstage =
        Backstage { writer: store.writer.clone(), reader: store.reader.clone(), clock: clock(), hub: None, address: None };
    let response = backstage.perform(request);
    store.close()?;
    Ok(response)
}

/// Time is trusted once the system says that it was synchronised.
fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::new(crate::app::is_synchronised()))
}

/// The same for a kasir that runs on that data: what somebody has set counts.
fn clock_of(data: &std::path::Path) -> Arc<dyn Clock> {
    Arc::new(KeptClock::open(data, crate::app::is_synchronised()))
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
