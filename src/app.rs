//! Everything that is built once at start, in the order in which it needs each other, and
//! taken down in the reverse. A database that is damaged is not served: the start says what was found, which
//! backup is the newest, and what to type.

mod sound;

pub use sound::WHOLE;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::sound::{Damaged, advised, look_behind, mark_damaged, sound};
use crate::control::{self, Backstage};
use crate::domain::staff::Actor;
use crate::domain::time::Clock;
use crate::hub::Hub;
use crate::hub::door::random;
use crate::hub::legacy::{self, Legacy};
use crate::hub::publisher::Publisher;
use crate::hub::whereabouts::Whereabouts;
use crate::ops::access::BuiltInDevice;
use crate::ops::care::Tick;
use crate::ops::{self, Caller};
use crate::pulse;
use crate::store::data_dir::DataDir;
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::write_tx::Identity;
use crate::store::writer::{Committed, Sink, Writer, WriterThread};
use crate::store::{journal, restore, schema};
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

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
