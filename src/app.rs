//! Everything that is built once at start, in the order in which it needs each other, and
//! taken down in the reverse. A database that is damaged is not served: the start says what was found, which
//! backup is the newest, and what to type.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::control::{self, Backstage};
use crate::domain::staff::Actor;
use crate::domain::time::{self, Clock};
use crate::hub::Hub;
use crate::hub::door::random;
use crate::hub::legacy::{self, Legacy};
use crate::hub::publisher::Publisher;
use crate::hub::whereabouts::Whereabouts;
use crate::ops::access::BuiltInDevice;
use crate::ops::care::Tick;
use crate::ops::{self, Caller};
use crate::pulse;
use crate::store::data_dir::{self, DataDir};
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::wal::Log;
use crate::store::write_tx::Identity;
use crate::store::writer::{AsStore, Committed, Sink, Writer, WriterThread};
use crate::store::{journal, ledger, restore, schema, verify, wal};
use crate::web;
use crate::web::Entrance;
use crate::web::guard::Guard;
use crate::web::tls::{Source, Tls};
use crate::workers::backup::journal_copy::JournalCopyWorker;
use crate::workers::backup::{BackupWorker, Media};
use crate::workers::erase::erase_old;
use crate::workers::mail::{CodeMaker, MailWorker};
use crate::workers::print::PrintWorkers;
use crate::workers::sync::SyncWorker;
use crate::workers::sync::gauge::Gauge;

/// Rows at the journal's end that are checked before anything starts; the rest is checked in the background.
const TAIL: i64 = 1_000;
/// A file up to this size has all its pages looked at before anything starts, and its tables compared with the
/// journal soon after: a second or two on a Pi. A larger one is looked at while it serves, and compared as a
/// copy, every night.
const SMALL_BYTES: u64 = 64 * 1024 * 1024;
/// Journal rows that the background looks at in one read.
const STRETCH: i64 = 5_000;
/// How often the business day is looked at when nobody does anything.
const TICK: Duration = Duration::from_secs(60);
/// Between two looks at a disk that can only be read.
const AGAIN: Duration = Duration::from_secs(1);
/// How often this machine's address is looked at: a guest who scans in vain asks within the minute.
const ADDRESS: Duration = Duration::from_secs(5);
/// How long open connections may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(3);

pub struct Options {
    pub data: PathBuf,
    pub listen: SocketAddr,
    pub guard: Guard,
    pub tls: Option<TlsPort>,
    pub legacy: legacy::Settings,
    /// Where sticks are mounted.
    pub sticks: PathBuf,
    pub clock: Arc<dyn Clock>,
}

/// A second port, with TLS.
pub struct TlsPort {
    pub listen: SocketAddr,
    /// A certificate of somebody else's, and its key.
    pub files: Option<(PathBuf, PathBuf)>,
}

/// An open store without anything around it.
pub struct Store {
    pub dir: DataDir,
    pub writer: Writer,
    pub thread: WriterThread,
    pub reader: Reader,
    pub epoch: String,
}

/// A running kasir.
pub struct App {
    pub hub: Arc<Hub>,
    pub address: SocketAddr,
    /// Of the port with TLS.
    pub tls_address: Option<SocketAddr>,
    failed: watch::Receiver<Option<String>>,
    workers: Arc<Workers>,
    thread: WriterThread,
    tasks: Vec<JoinHandle<()>>,
    socket: PathBuf,
    _dir: DataDir,
}

/// Those who pay what the tables owe to the outside.
struct Workers {
    print: PrintWorkers,
    mail: MailWorker,
    sync: SyncWorker,
    backup: BackupWorker,
    journal: JournalCopyWorker,
}

impl Workers {
    fn start(writer: Writer, reader: Reader, hub: Arc<Hub>, gauge: Arc<Gauge>) -> Result<Workers, ops::OpError> {
        let media = hub.media.clone();
        let clock = hub.clock.clone();
        let codes: CodeMaker = Box::new(move |employee| hub.door.password_code(employee, hub.clock.now().mono_ms));
        let print = PrintWorkers::start(writer.clone(), reader.clone())?;
        let mail = MailWorker::start(writer.clone(), reader.clone(), codes)?;
        let backup = BackupWorker::start(writer.clone(), reader.clone(), clock.clone(), media.clone())?;
        let journal = JournalCopyWorker::start(writer.clone(), reader.clone(), gauge.clone(), media)?;
        Ok(Workers { print, mail, sync: SyncWorker::start(writer, reader, clock, gauge)?, backup, journal })
    }

    fn ring(&self) {
        self.print.ring();
        self.mail.ring();
        self.sync.ring();
        self.backup.ring();
        self.journal.ring();
    }

    fn stop(&self) {
        self.print.stop();
        self.mail.stop();
        self.sync.stop();
        self.backup.stop();
        self.journal.stop();
    }
}

impl Store {
    /// Takes the data directory, opens or makes the database, checks what must be checked
    /// first, and starts the writer. `sink` gets the epoch.
    pub fn open(
        data: &std::path::Path,
        clock: Arc<dyn Clock>,
        sink: impl FnOnce(&str, &std::path::Path) -> anyhow::Result<Sink>,
        on_stop: impl FnOnce(&StoreError) + Send + 'static,
    ) -> anyhow::Result<Store> {
        let dir = DataDir::take(data)?;
        if restore::finish(data)? {
            tracing::info!("a restored database has taken its place");
        }
        let path = dir.database();
        let disk = Disk::under(&path);
        disk.spend(disk.look());
        let conn = sound(data, &path)?;
        let epoch = journal::epoch(&conn, || Ok(hex(&random::<8>())))?;
        let reader = Reader::open(&path)?;
        let identity = Identity { epoch: epoch.clone(), boot: hex(&random::<8>()), program: env!("CARGO_PKG_VERSION") };
        let place = data.to_owned();
        let stopped = move |error: &StoreError| {
            if error.is_damage() {
                mark_damaged(&place, &error.to_string());
            }
            on_stop(error);
        };
        let (writer, thread) = Writer::start(conn, identity, clock, reader.clone(), sink(&epoch, &path)?, stopped)?;
        Ok(Store { dir, writer, thread, reader, epoch })
    }

    /// For the command line, when no kasir runs: answers go straight back.
    pub fn open_alone(data: &std::path::Path, clock: Arc<dyn Clock>) -> anyhow::Result<Store> {
        let sink: Sink = Box::new(Committed::answer);
        Store::open(data, clock, |_, _| Ok(sink), |error| tracing::error!(%error, "the database failed"))
    }

    /// Writes what waits and lets go of the directory.
    pub fn close(self) -> anyhow::Result<()> {
        self.writer.stop();
        Ok(self.thread.join()?)
    }
}

/// The database cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Damaged(String);

impl Damaged {
    /// With what to do about it.
    fn new(data: &Path, what: &str) -> Damaged {
        let (path, newest) = (data_dir::database(data), ledger::newest(data));
        let mut text =
            format!("the database {} is damaged, and kasir does not start with it.\n  Found: {what}\n", path.display());
        let mut command = "kasir restore ".to_owned();
        match &newest {
            Some(made) => {
                let at = time::stamp(made.made_ms, &jiff::tz::TimeZone::system());
                text += &format!("  The newest verified backup: {} (made {at}, event {})\n", made.path.display(), made.seq);
                command += &made.path.display().to_string();
            }
            None => {
                text += "  No backup of it is known on this machine; to restore the newest backup that you have, put its name for FILE.\n";
                command += "FILE";
            }
        }
        command += &format!(" --data {}", data.display());
        if newest.is_some_and(|made| made.sealed) {
            command += " --passphrase-file FILE";
        }
        if let Some(journal) = ledger::read(data).journal {
            command += &format!(" --journal {}", journal.display());
        }
        text += &format!(
            "  To bring it back, with every later change that still proves itself (as a service: systemctl stop kasir first):\n    \
             {command}\n  The same with --try shows what would come back and changes nothing. The damaged file is kept."
        );
        Damaged(text)
    }
}

/// The writing connection of a database that was looked at as far as can be done before it serves.
fn sound(data: &Path, path: &Path) -> anyhow::Result<rusqlite::Connection> {
    let damaged = |what: &str| anyhow::Error::new(Damaged::new(data, what));
    let bytes = std::fs::metadata(path).map_or(0, |m| m.len());
    if bytes == 0 && !ledger::read(data).made.is_empty() {
        return Err(damaged("there were backups of it, and now it is empty or gone"));
    }
    if let Log::Rotten { transactions } = wal::look(path).with_context(|| format!("cannot read the log of {}", path.display()))? {
        return Err(damaged(&format!("its log has lost what was written in it: {transactions} changes cannot be read")));
    }
    let look = || {
        let mut conn = schema::open_writer(path)?;
        if bytes > 0 && bytes <= SMALL_BYTES {
            verify::pages(&conn)?;
        }
        if let Some(copy) = schema::migrate(&mut conn, path)? {
            tracing::info!(copy = %copy.display(), "the database was brought to this version; the old one is kept");
        }
        let head = journal::head(&conn)?;
        journal::check_chain(&conn, (head.seq - TAIL).max(1))?;
        // Found while it ran: nothing short of all of it is enough to go on.
        if data_dir::damaged(data).exists() {
            verify::pages_and_indexes(&conn)?;
            verify::verify(&conn)?;
        }
        Ok::<_, StoreError>(conn)
    };
    let conn = match look() {
        Ok(conn) => conn,
        // A full disk and one that fails are not the file's fault; nor is one that this user may not open. All
        // else that SQLite says of a file is about what stands in it.
        Err(StoreError::Fatal(text)) if text.contains("disk") || !may_write(path) => {
            return Err(anyhow::anyhow!(text).context(format!("cannot open {}", path.display())));
        }
        Err(error) if bytes > 0 && error != StoreError::Full => return Err(damaged(&error.to_string())),
        Err(error) => return Err(anyhow::Error::new(error).context(format!("cannot open {}", path.display()))),
    };
    match std::fs::remove_file(data_dir::damaged(data)) {
        Ok(()) => tracing::warn!("the database was found damaged, and is whole now"),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => return Err(e.into()),
    }
    Ok(conn)
}

fn may_write(path: &Path) -> bool {
    std::fs::File::options().read(true).write(true).open(path).is_ok()
}

/// So that the next start looks at everything before it serves.
fn mark_damaged(data: &Path, what: &str) {
    if let Err(error) = std::fs::write(data_dir::damaged(data), what) {
        tracing::error!(%error, "that the database is damaged cannot be written down");
    }
}

/// An error of the start, with what to do about it when it is the file's.
fn advised(data: &Path, error: anyhow::Error) -> anyhow::Error {
    let of_store = |e: &(dyn std::error::Error + 'static)| {
        e.downcast_ref::<StoreError>().or_else(|| e.downcast_ref::<ops::OpError>().and_then(AsStore::as_store)).cloned()
    };
    match error.chain().find_map(of_store) {
        Some(fault) if fault.is_damage() => Damaged::new(data, &fault.to_string()).into(),
        _ => error,
    }
}

impl App {
    pub async fn start(options: Options) -> anyhow::Result<App> {
        let data = options.data.clone();
        App::begin(options).await.map_err(|error| advised(&data, error))
    }

    async fn begin(options: Options) -> anyhow::Result<App> {
        let Options { data, listen, guard, tls, legacy, sticks, clock } = options;
        // The port first: when it is taken, nothing else should have happened.
        let listener = bind(listen, "--listen").await?;
        let address = listener.local_addr()?;
        let whereabouts = Whereabouts::new(address);
        let (mut second, mut tls_address) = (None, None);
        if let Some(TlsPort { listen, files }) = tls {
            let listener = bind(listen, "`listen` under [tls]").await?;
            tls_address = Some(listener.local_addr()?);
            let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
            second = Some((listener, Source::choose(files, credentials, &data)));
        }
        let (fail, failed) = watch::channel(None);
        let connected = Arc::new(AtomicU32::new(0));
        let gauge: Arc<Gauge> = Arc::default();
        let bell: Arc<OnceLock<Arc<Workers>>> = Arc::default();
        let mut publisher = None;
        let store = {
            let (clock, connected, gauge, bell) = (clock.clone(), connected.clone(), gauge.clone(), bell.clone());
            let (fail, place) = (fail.clone(), data.clone());
            let made = &mut publisher;
            Store::open(
                &data,
                clock.clone(),
                move |epoch, path| {
                    let ring = Box::new(move || {
                        if let Some(workers) = bell.get() {
                            workers.ring()
                        }
                    });
                    let conn = schema::open_reader(path)?;
                    let (door, sink, _thread) =
                        Publisher::start(conn, epoch.to_owned(), clock, connected, gauge, ring, whereabouts)?;
                    *made = Some(door);
                    Ok(sink)
                },
                move |error| {
                    tracing::error!(%error, "nothing can be written any more");
                    fail.send_replace(Some(match error.is_damage() {
                        true => Damaged::new(&place, &error.to_string()).to_string(),
                        false => format!("{error}; see that the disk has room and is sound, then start kasir again"),
                    }));
                },
            )?
        };
        let publisher = publisher.context("the publisher did not start")?;
        let Store { dir, writer, thread, reader, epoch } = store;
        let (w, r) = (writer.clone(), reader.clone());
        let built_in = tokio::task::spawn_blocking(move || ops::run(&w, Actor::Machine, BuiltInDevice)).await??;
        let build = web::assets::all().build.clone();
        let legacy = Legacy::open(legacy, writer.clone(), reader.clone(), publisher.tables());
        let hub = Arc::new(Hub::new(
            writer.clone(),
            reader.clone(),
            clock.clone(),
            epoch,
            build,
            built_in,
            publisher,
            legacy,
            connected,
            gauge.clone(),
            whereabouts,
            Media { sticks },
        ));
        let (w, codes, g) = (writer.clone(), hub.clone(), gauge.clone());
        let workers = tokio::task::spawn_blocking(move || Workers::start(w, r, codes, g)).await??;
        let workers = Arc::new(workers);
        let _ = bell.set(workers.clone());
        workers.ring();
        let socket = dir.socket();
        let door = control::listen(&socket)?;
        let secure = match second {
            Some((listener, source)) => {
                let (names, clock) = (guard.hosts.clone(), clock.clone());
                let tls = tokio::task::spawn_blocking(move || Tls::open(source, names, whereabouts, clock)).await?;
                Some((listener, tls))
            }
            None => None,
        };
        let entrance = Entrance::new(hub.clone(), guard, secure.as_ref().map(|(_, tls)| tls.clone()));
        let mut tasks = vec![
            tokio::spawn(web::serve(entrance.clone(), listener, None)),
            tokio::spawn(control::serve(
                door,
                Backstage {
                    writer: writer.clone(),
                    reader: reader.clone(),
                    clock: clock.clone(),
                    hub: Some(hub.clone()),
                    address: Some(address),
                },
            )),
            tokio::spawn(tick(writer, reader.clone(), clock.clone(), hub.disk.clone())),
            tokio::spawn(pulse::beat(hub.clone())),
            tokio::spawn(watch_address(hub.clone())),
        ];
        if let Some((listener, tls)) = secure {
            tasks.push(tokio::spawn(web::serve(entrance, listener, Some(tls.acceptor()?))));
            tasks.push(tokio::spawn(tls.keep_fresh()));
        }
        look_behind(reader, data, fail, hub.writer.clone());
        pulse::ready(address);
        Ok(App { hub, address, tls_address, failed, workers, thread, tasks, socket, _dir: dir })
    }

    /// Returns when the database has failed, with the cause. While the disk can only be read, it does not: a new
    /// start could not open the file, and nobody would be left to say why.
    pub fn failed(&self) -> impl Future<Output = String> + Send + use<> {
        let mut failed = self.failed.clone();
        let hub = self.hub.clone();
        async move {
            let cause = failed.wait_for(Option::is_some).await.ok().and_then(|c| c.clone());
            match cause {
                Some(cause) => {
                    outlast_read_only(&hub).await;
                    cause
                }
                // The writer ended without a fault: it was asked to.
                None => std::future::pending().await,
            }
        }
    }

    /// Says goodbye to everybody, finishes what was begun, closes the database.
    pub async fn stop(self) -> anyhow::Result<()> {
        pulse::stopping();
        let App { hub, workers, thread, tasks, socket, _dir, .. } = self;
        hub.stop();
        let all_gone = async {
            while hub.connections() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let _ = tokio::time::timeout(GOODBYE, all_gone).await;
        for task in tasks {
            task.abort();
        }
        let _ = std::fs::remove_file(&socket);
        tokio::task::spawn_blocking(move || {
            workers.stop();
            hub.writer.stop();
            thread.join()
        })
        .await??;
        Ok(())
    }
}

/// Tells everybody that the disk can only be read, and returns once it takes something again.
async fn outlast_read_only(hub: &Hub) {
    if !hub.disk.look().read_only {
        return;
    }
    let folder = hub.reader.path().display().to_string();
    tracing::error!(folder, "the disk can only be read: nothing is stored any more; mend or change it, then restart the machine");
    pulse::status("the disk can only be read: nothing is stored any more");
    hub.tell_state().await;
    while hub.disk.look().read_only {
        tokio::time::sleep(AGAIN).await;
    }
    tracing::info!("the disk takes something again");
}

/// Tells staff when the machine has another address: the printed cards may lead nowhere now.
async fn watch_address(hub: Arc<Hub>) {
    let mut last = hub.whereabouts.base();
    let mut looks = tokio::time::interval(ADDRESS);
    loop {
        looks.tick().await;
        let now = hub.whereabouts.base();
        if now != last {
            tracing::info!(now, last, "this machine has another address");
            last = now;
            hub.tell_state().await;
        }
    }
}

async fn bind(listen: SocketAddr, chosen_by: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.with_context(|| {
        format!(
            "cannot listen on {listen}; is another kasir running, or another program on that port? ({chosen_by} chooses another)"
        )
    })
}

/// Looks at the calendar now and then.
async fn tick(writer: Writer, reader: Reader, clock: Arc<dyn Clock>, disk: Disk) {
    let mut ticks = tokio::time::interval(TICK);
    loop {
        ticks.tick().await;
        if is_synchronised() {
            clock.follow();
        }
        let (told, looked) = tokio::sync::oneshot::channel();
        ops::submit(&writer, Caller::plain(Actor::Machine), Tick, |done| {
            if let Err(error) = done {
                tracing::warn!(%error, "the business day could not be looked at");
            }
            let _ = told.send(());
        });
        let _ = looked.await;
        let (w, r, d) = (writer.clone(), reader.clone(), disk.clone());
        match tokio::task::spawn_blocking(move || {
            d.lay_by();
            erase_old(&w, &r)
        })
        .await
        {
            Ok(Ok(0)) => {}
            Ok(Ok(guests)) => tracing::info!(guests, "guests who left long ago are forgotten"),
            Ok(Err(error)) => tracing::warn!(%error, "guests who left long ago could not be forgotten"),
            Err(error) => tracing::error!(%error, "forgetting guests failed inside the program"),
        }
    }
}

/// Whether the system says that its clock was set by a time server since it started.
pub fn is_synchronised() -> bool {
    std::path::Path::new("/run/systemd/timesync/synchronized").exists()
}

/// What the log says once all of it was looked at.
pub const WHOLE: &str = "the database is whole";

/// Looks at what the start had no time for: every page, the whole journal, and in a small file every table. What
/// is damaged is not served any longer.
fn look_behind(reader: Reader, data: PathBuf, fail: watch::Sender<Option<String>>, writer: Writer) {
    // What cannot be read without a panic is damaged.
    let look = move || {
        catch_unwind(AssertUnwindSafe(|| look_at_all(&reader, &writer)))
            .unwrap_or_else(|_| Err(StoreError::damaged("looking at it failed inside the program")))
    };
    let spawned = std::thread::Builder::new().name("check".to_owned()).spawn(move || match look() {
        Ok(()) => tracing::info!("{WHOLE}"),
        Err(error) if error.is_damage() => {
            tracing::error!(%error, "the database is damaged");
            mark_damaged(&data, &error.to_string());
            fail.send_replace(Some(Damaged::new(&data, &error.to_string()).to_string()));
        }
        Err(error) => tracing::error!(%error, "the database could not be checked"),
    });
    if let Err(error) = spawned {
        tracing::error!(%error, "no thread for the check of the database");
    }
}

fn look_at_all(reader: &Reader, writer: &Writer) -> Result<(), StoreError> {
    let small = std::fs::metadata(reader.path()).is_ok_and(|m| m.len() <= SMALL_BYTES);
    if small {
        verify::pages_and_indexes(&reader.own()?)?;
        return reader.read_apart(verify::verify).map(|_| ());
    }
    verify::pages(&reader.own()?)?;
    // In pieces: a long read would keep the log from being cut. Rows do not change between them.
    let head = reader.read(journal::head)?.seq;
    let mut from = 1;
    while from <= head && !writer.has_stopped() {
        let to = (from + STRETCH - 1).min(head);
        reader.read_apart(|conn| journal::check_stretch(conn, from, to))?;
        from = to + 1;
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
