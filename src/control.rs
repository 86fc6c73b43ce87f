//! The command line's door to a running kasir: a Unix socket in the data directory, mode
//! 0600. One line of JSON asks, one answers. When nothing runs, the same requests are done
//! on the store directly.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;
use tokio::sync::Semaphore;

use crate::domain::finding::Finding;
use crate::domain::refusal::Refusal;
use crate::domain::site::{Language, Printer, PrinterSettings};
use crate::domain::staff::{Actor, is_pin};
use crate::domain::sync::{SyncFault, SyncSettings};
use crate::domain::time::{BusinessDay, Clock, Period};
use crate::domain::words;
use crate::hub::Hub;
use crate::hub::door;
use crate::logbook::Logbook;
use crate::ops::mail::MailReport;
use crate::ops::menu_file::{self, ImportMenu, Imported};
use crate::ops::setup::SetPrinter;
use crate::ops::staff::{SetPin, Whose};
use crate::ops::sync::SetSync;
use crate::ops::{self, OpError};
use crate::store::error::StoreError;
use crate::store::ledger::{self, Made};
use crate::store::reader::Reader;
use crate::store::writer::Writer;
use crate::store::{backup, journal, menu, queue, sites, staff, verify, visits};
use crate::views::sales_file::{self, Rows};
use crate::workers::doctor::house::{self, House};
use crate::workers::{doctor, report, sync};

/// What the command line may ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    Verify,
    /// The one-time code with which a browser sets the house up.
    SetupCode,
    Invite,
    ResetPin {
        name: String,
        pin: String,
    },
    /// A one-time code with which somebody sets a password for the office.
    PasswordCode {
        name: String,
    },
    SetPrinter {
        settings: PrinterSettings,
    },
    Printers,
    /// Tables with the paths of their pages.
    Tables,
    /// Documents that are not on paper yet.
    OpenJobs,
    MenuExport,
    /// A period's report as a file.
    Report {
        from: BusinessDay,
        to: BusinessDay,
        form: ReportForm,
    },
    /// The same to the owner's addresses.
    ReportMail {
        from: BusinessDay,
        to: BusinessDay,
    },
    /// Where head office's copy goes; a missing password leaves the one that is kept.
    SyncSet {
        settings: SyncSettings,
        password: Option<String>,
    },
    SyncStatus,
    /// Compares both sides.
    SyncVerify,
    /// What is well and what is not, of all that the database knows of.
    Doctor,
    /// The last lines of the running kasir's log.
    Log,
    /// Makes a copy of the database beside it, and checks it; whoever asks carries it away.
    Backup,
    /// It was written where it shall stay, and read back.
    BackupMade {
        made: Made,
    },
    /// The text of such a file.
    MenuImport {
        text: String,
    },
}

/// What kind of file a report becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportForm {
    Pdf,
    Csv(Rows),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Response {
    Done,
    Verified {
        events: i64,
        rows: u64,
    },
    Invited {
        code: String,
        minutes: u32,
    },
    Setup {
        address: String,
        code: String,
        minutes: u32,
    },
    Printers {
        printers: Vec<Printer>,
    },
    Tables {
        tables: Vec<(String, String)>,
    },
    OpenJobs {
        count: u32,
    },
    Menu {
        text: String,
    },
    /// The fault is a word and the server's own.
    Sync {
        on: bool,
        waiting: u32,
        since_ms: Option<i64>,
        fault: Option<(SyncFault, String)>,
    },
    Compared {
        reached: i64,
        head: i64,
        differences: Vec<String>,
    },
    /// Base64 (RFC 4648, 4).
    File {
        bytes: String,
    },
    Doctor {
        language: Language,
        program: String,
        /// Where the pages are; none when no hub runs.
        address: Option<SocketAddr>,
        findings: Vec<Finding>,
    },
    Log {
        lines: Vec<String>,
    },
    /// A checked copy, as a file that the asker removes.
    Copied {
        path: PathBuf,
        day: Option<BusinessDay>,
        seq: i64,
        at_ms: Option<i64>,
        now_ms: i64,
        rows: u64,
    },
    Imported {
        added: u32,
        changed: u32,
    },
    Refused {
        message: String,
    },
}

/// Longest request: the menu of 20,000 products as a file.
const REQUEST_MAX: u64 = 16 * 1024 * 1024;
/// Commands at once.
const CLIENTS: usize = 4;
/// A command line that says nothing is let go.
const PATIENCE: Duration = Duration::from_secs(10);

/// What requests are done with.
#[derive(Clone)]
pub struct Backstage {
    pub writer: Writer,
    pub reader: Reader,
    pub clock: Arc<dyn Clock>,
    /// The running hub, if one runs.
    pub hub: Option<Arc<Hub>>,
    /// Where it listens.
    pub address: Option<SocketAddr>,
}

impl Backstage {
    /// The data directory.
    fn data(&self) -> &Path {
        self.reader.path().parent().unwrap_or(Path::new("."))
    }

    /// Does it. Blocks.
    pub fn perform(&self, request: Request) -> Response {
        match self.try_perform(request) {
            Ok(response) => response,
            Err(OpError::Store(error)) => Response::Refused { message: error.to_string() },
            Err(OpError::Refused(refusal)) => {
                let site = self.reader.read(sites::site).unwrap_or_default();
                Response::Refused { message: words::refuse(site.language, &refusal, site.currency) }
            }
        }
    }

    fn try_perform(&self, request: Request) -> Result<Response, OpError> {
        Ok(match request {
            Request::Verify => {
                let conn = self.reader.own()?;
                let tx = conn.unchecked_transaction().map_err(StoreError::from)?;
                let verified = verify::verify(&tx)?;
                Response::Verified { events: verified.events, rows: verified.rows }
            }
            Request::SetupCode => match &self.hub {
                Some(hub) => {
                    let (code, minutes) = hub.setup_code()?.ok_or(Refusal::Founded)?;
                    Response::Setup { address: hub.whereabouts.base(), code, minutes }
                }
                None => Response::Refused { message: "kasir does not run here; start it first".to_owned() },
            },
            Request::Invite => match &self.hub {
                Some(hub) => {
                    let (code, minutes) = hub.invite();
                    Response::Invited { code, minutes }
                }
                None => Response::Refused { message: "kasir does not run here; start it first".to_owned() },
            },
            Request::ResetPin { name, pin } => {
                if !is_pin(&pin) {
                    return Err(Refusal::PinForm.into());
                }
                let known = self.reader.read(|conn| staff::by_name(conn, &name))?.ok_or(ops::not_found("employee"))?;
                let pin_hash = door::secret_hash(&pin).map_err(|_| Refusal::Internal)?;
                ops::run(&self.writer, Actor::Machine, SetPin { whose: Whose::Of(known.id), pin_hash })?;
                Response::Done
            }
            Request::PasswordCode { name } => match &self.hub {
                Some(hub) => {
                    let known = self.reader.read(|conn| staff::by_name(conn, &name))?.ok_or(ops::not_found("employee"))?;
                    let (code, minutes) = hub.door.password_code(known.id, hub.clock.now().mono_ms);
                    Response::Invited { code, minutes }
                }
                None => Response::Refused { message: "kasir does not run here; start it first".to_owned() },
            },
            Request::SetPrinter { settings } => {
                ops::run(&self.writer, Actor::Machine, SetPrinter { printer: None, settings })?;
                Response::Done
            }
            Request::Printers => Response::Printers { printers: self.reader.read(sites::printers)? },
            Request::Tables => {
                let tables = self.reader.read(visits::tables)?;
                Response::Tables { tables: tables.into_iter().map(|t| (t.number, format!("/t/{}", t.code))).collect() }
            }
            Request::MenuExport => Response::Menu {
                text: self.reader.read(|conn| {
                    let categories = menu::categories(conn)?;
                    let name = |id| categories.iter().find(|c| c.id == id).map(|c| c.name.clone()).unwrap_or_default();
                    Ok::<_, StoreError>(menu_file::write(&menu::products(conn)?, name, sites::site(conn)?.currency))
                })?,
            },
            Request::Report { from, to, form } => {
                let period = Period::new(from, to).ok_or(Refusal::Period)?;
                let at_ms = self.clock.now().wall_ms;
                let bytes = match form {
                    ReportForm::Csv(rows) => self.reader.read(|conn| sales_file::write(conn, period, rows))?.into_bytes(),
                    ReportForm::Pdf => match self.reader.read(|conn| report::pdf(conn, period, at_ms)) {
                        Ok(file) => file,
                        Err(error) => return Ok(Response::Refused { message: format!("{error:#}") }),
                    },
                };
                Response::File { bytes: data_encoding::BASE64.encode(&bytes) }
            }
            Request::ReportMail { from, to } => {
                let period = Period::new(from, to).ok_or(Refusal::Period)?;
                ops::run(&self.writer, Actor::Machine, MailReport { period, address: None })?;
                Response::Done
            }
            Request::SyncSet { settings, password } => {
                ops::run(&self.writer, Actor::Machine, SetSync { settings, password })?;
                Response::Done
            }
            Request::SyncStatus => match &self.hub {
                Some(hub) => {
                    let view = hub.gauge.view(self.reader.read(journal::head)?.seq);
                    let fault = view.fault.map(|word| (word, hub.gauge.state().detail));
                    Response::Sync { on: view.on, waiting: view.waiting, since_ms: view.since_ms, fault }
                }
                None => Response::Refused { message: "kasir does not run here; start it first".to_owned() },
            },
            Request::SyncVerify => match sync::verify(&self.reader) {
                Ok(found) => Response::Compared { reached: found.reached, head: found.head, differences: found.differences },
                Err(fault) => Response::Refused { message: format!("head office: {fault} ({})", fault.word.name()) },
            },
            Request::MenuImport { text } => {
                let site = self.reader.read(sites::site)?;
                let rows = menu_file::read(&text, site.currency)?;
                let op = ImportMenu { rows, language: site.language };
                let Imported { added, changed } = ops::run(&self.writer, Actor::Machine, op)?;
                Response::Imported { added, changed }
            }
            Request::Doctor => {
                let head = self.reader.read(journal::head).map_or(0, |head| head.seq);
                let house = House {
                    reader: self.reader.clone(),
                    clock: self.clock.clone(),
                    stopped: self.writer.has_stopped(),
                    copy: self.hub.as_ref().map(|hub| hub.gauge.view(head)),
                };
                Response::Doctor {
                    language: self.reader.read(sites::site).unwrap_or_default().language,
                    program: env!("CARGO_PKG_VERSION").to_owned(),
                    address: self.address,
                    findings: doctor::run(house::checks(house)),
                }
            }
            Request::Log => Response::Log { lines: Logbook::of_process().lines() },
            Request::Backup => {
                let copy = self.data().join(format!("{}{}.db", backup::COPY, uuid::Uuid::now_v7()));
                match backup::copy(&self.reader, &copy).and_then(|()| Ok(backup::check(&copy)?)) {
                    Ok(found) => Response::Copied {
                        path: copy,
                        day: found.day,
                        seq: found.head.seq,
                        at_ms: found.at_ms,
                        now_ms: self.clock.now().wall_ms,
                        rows: found.rows,
                    },
                    Err(error) => {
                        let _ = std::fs::remove_file(&copy);
                        Response::Refused { message: format!("no backup was made: {error}") }
                    }
                }
            }
            Request::BackupMade { made } => match ledger::add(self.data(), made) {
                Ok(()) => Response::Done,
                Err(error) => Response::Refused { message: format!("the list of backups cannot be written: {error}") },
            },
            Request::OpenJobs => Response::OpenJobs { count: self.reader.read(queue::open)? },
        })
    }
}

/// Opens the door. The data directory is this process's own, so a socket that is there was
/// left behind.
pub fn listen(path: &Path) -> anyhow::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            return Err(e).with_context(|| format!("cannot remove {}", path.display()));
        }
        _ => {}
    }
    let listener = UnixListener::bind(path).with_context(|| format!("cannot make {}", path.display()))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Serves the door until the task is dropped.
pub async fn serve(listener: UnixListener, backstage: Backstage) {
    let places = Arc::new(Semaphore::new(CLIENTS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "the command line's door does not open");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let backstage = backstage.clone();
        tokio::spawn(async move {
            if let Err(error) = converse(stream, backstage).await {
                tracing::warn!(%error, "a command was not answered");
            }
            drop(place);
        });
    }
}

async fn converse(stream: tokio::net::UnixStream, backstage: Backstage) -> anyhow::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut lines = tokio::io::BufReader::new(read.take(REQUEST_MAX));
    tokio::time::timeout(PATIENCE, lines.read_line(&mut line)).await??;
    let response = match serde_json::from_str::<Request>(&line) {
        Ok(request) => tokio::task::spawn_blocking(move || backstage.perform(request)).await?,
        Err(error) => Response::Refused { message: format!("the command was not understood: {error}") },
    };
    write.write_all(format!("{}\n", serde_json::to_string(&response)?).as_bytes()).await?;
    Ok(())
}

/// Asks a running kasir; `None` when none runs on that data directory.
pub fn ask(socket: &Path, request: &Request) -> anyhow::Result<Option<Response>> {
    ask_within(socket, request, None)
}

/// The same, and gives up on one that hangs.
pub fn ask_within(socket: &Path, request: &Request, patience: Option<Duration>) -> anyhow::Result<Option<Response>> {
    let mut stream = match UnixStream::connect(socket) {
        Ok(stream) => stream,
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::ConnectionRefused) => return Ok(None),
        Err(e) => return Err(e).with_context(|| format!("cannot reach kasir at {}", socket.display())),
    };
    stream.set_read_timeout(patience).and_then(|()| stream.set_write_timeout(patience))?;
    stream.write_all(format!("{}\n", serde_json::to_string(request)?).as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    if line.is_empty() {
        return Err(anyhow!("kasir closed the door without an answer; its log says why"));
    }
    Ok(Some(serde_json::from_str(&line)?))
}
