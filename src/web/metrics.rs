//! `/metrics` for Prometheus and `/healthz` for people and watchdogs: how every part does. Neither
//! holds a secret or a guest; figures and parts are for this machine's own programs and for the
//! watchers of the configuration, everybody else hears whether it works.

use std::sync::Arc;

use http::StatusCode;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use serde::Serialize;

use crate::domain::disk::DiskState;
use crate::hub::Hub;
use crate::store::error::StoreError;
use crate::store::journal;
use crate::views::site::{self, MailView, PrinterView, SyncView};
use crate::web::routes::{ASK, Answer, bare};
use crate::web::tls::TlsState;

/// What is read for both.
struct Seen {
    journal: i64,
    printers: Vec<PrinterView>,
    mail: MailView,
    sync: SyncView,
}

async fn see(hub: &Arc<Hub>) -> Result<Seen, StoreError> {
    let own = hub.clone();
    let read = tokio::task::spawn_blocking(move || {
        own.reader.read(|conn| {
            let journal = journal::head(conn)?.seq;
            Ok(Seen { journal, printers: site::printers(conn)?, mail: site::mail(conn)?, sync: own.gauge.view(journal) })
        })
    });
    read.await.unwrap_or(Err(StoreError::Stopped))
}

/// The state of every part.
#[derive(Debug, Serialize)]
struct Health {
    /// "ok", "degraded" (something is to be looked at), "stopped" (nothing can be written).
    status: &'static str,
    program: &'static str,
    epoch: String,
    connections: u32,
    journal: i64,
    clock_trusted: bool,
    disk: DiskState,
    disk_free_bytes: u64,
    printers: Vec<Part>,
    mail: MailView,
    sync: SyncView,
    /// The certificate of the port with TLS, if there is one.
    tls: Option<TlsState>,
}

#[derive(Debug, Serialize)]
struct Part {
    name: String,
    waiting: u32,
    fault: Option<&'static str>,
    paper_low: bool,
    /// Papers about which somebody has to say whether they are printed.
    old: usize,
}

/// What everybody may know of it.
#[derive(Debug, Serialize)]
struct Pulse {
    status: &'static str,
    program: &'static str,
}

/// Alive, whether it can still write, and how every part does.
pub async fn health(hub: Arc<Hub>, watches: bool, tls: Option<TlsState>) -> Answer {
    let seen = see(&hub).await;
    let writes = !hub.writer.has_stopped() && seen.is_ok();
    let seen = seen.unwrap_or(Seen { journal: 0, printers: Vec::new(), mail: MailView::default(), sync: SyncView::default() });
    let disk = hub.disk.look();
    let part = |p: &PrinterView| {
        let fault = p.fault.map(|f| f.name());
        Part { name: p.name.clone(), waiting: p.waiting, fault, paper_low: p.paper_low, old: p.old.len() }
    };
    let printers: Vec<Part> = seen.printers.iter().map(part).collect();
    let well = printers.iter().all(|p| p.fault.is_none() && p.old == 0)
        && seen.mail.fault.is_none()
        && seen.mail.failed == 0
        && seen.sync.fault.is_none()
        && tls.as_ref().is_none_or(|t| t.warning.is_none())
        && disk.state() == DiskState::Ample;
    let health = Health {
        status: match (writes, well) {
            (false, _) => "stopped",
            (true, false) => "degraded",
            (true, true) => "ok",
        },
        program: env!("CARGO_PKG_VERSION"),
        epoch: hub.epoch.clone(),
        connections: hub.connections(),
        journal: seen.journal,
        clock_trusted: hub.clock.now().trusted,
        disk: disk.state(),
        disk_free_bytes: disk.free_bytes,
        printers,
        mail: seen.mail,
        sync: seen.sync,
        tls,
    };
    let json = match watches {
        true => serde_json::to_vec(&health),
        false => serde_json::to_vec(&Pulse { status: health.status, program: health.program }),
    };
    let mut answer = bare(json.unwrap_or_default(), "application/json", ASK);
    if !writes {
        *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    answer
}

/// Prometheus' text.
pub async fn metrics(hub: Arc<Hub>) -> Answer {
    let mut registry = Registry::with_prefix("kasir");
    let meters = hub.writer.meters();
    registry.register("request_seconds", "From a request to its answer, on disk and told", meters.requests.clone());
    registry.register("commit_seconds", "One transaction of the writer's, with the disk's sync", meters.commits.clone());
    registry.register("commit_changes", "Changes in one transaction", meters.batches.clone());
    let mut gauge = |name: &str, help: &str, value: i64| {
        let gauge: Gauge = Gauge::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    };
    gauge("connections", "Guests and screens that are connected", i64::from(hub.connections()));
    gauge("writer_stopped", "1 when nothing can be written any more", i64::from(hub.writer.has_stopped()));
    gauge("clock_trusted", "1 when the time is known to be right", i64::from(hub.clock.now().trusted));
    let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let disk = hub.disk.look();
    gauge("disk_free_bytes", "Left for the database", whole(disk.free_bytes));
    gauge("disk_full", "1 when new orders are refused for want of room", i64::from(disk.state() == DiskState::Full));
    gauge("disk_read_only", "1 when the disk can only be read", i64::from(disk.read_only));
    let file = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |m| whole(m.len()));
    gauge("database_bytes", "The database's file", file(hub.reader.path()));
    gauge("database_log_bytes", "Its write-ahead log", file(&hub.reader.path().with_extension("db-wal")));
    gauge("resident_bytes", "Memory of this process", resident_bytes());
    let printers: Family<[(&'static str, String); 1], Gauge> = Family::default();
    let faulty: Family<[(&'static str, String); 1], Gauge> = Family::default();
    let low: Family<[(&'static str, String); 1], Gauge> = Family::default();
    if let Ok(seen) = see(&hub).await {
        gauge("journal_events", "Events of the journal", seen.journal);
        gauge("mail_waiting", "Letters that are owed", i64::from(seen.mail.waiting));
        gauge("mail_failed", "Letters of today that failed for good", i64::from(seen.mail.failed));
        gauge("sync_on", "1 when head office gets a copy", i64::from(seen.sync.on));
        gauge("sync_waiting", "Events that head office has not yet", i64::from(seen.sync.waiting));
        gauge("sync_fault", "1 when nothing goes up to head office", i64::from(seen.sync.fault.is_some()));
        let lag = seen.sync.since_ms.map_or(0, |since| (hub.clock.now().wall_ms - since).max(0) / 1_000);
        gauge("sync_lag_seconds", "Since when nothing went up to head office", lag);
        for printer in seen.printers {
            let label = [("printer", printer.name)];
            printers.get_or_create(&label).set(i64::from(printer.waiting));
            faulty.get_or_create(&label).set(i64::from(printer.fault.is_some()));
            low.get_or_create(&label).set(i64::from(printer.paper_low));
        }
    }
    registry.register("printer_waiting", "Documents that wait for a printer", printers);
    registry.register("printer_fault", "1 when a printer does not print", faulty);
    registry.register("printer_paper_low", "1 when a printer has little paper left", low);
    let mut text = String::new();
    if encode(&mut text, &registry).is_err() {
        tracing::error!("the metrics cannot be written");
    }
    bare(text.into_bytes(), "application/openmetrics-text; version=1.0.0; charset=utf-8", ASK)
}

/// The second figure of `statm`, in pages.
fn resident_bytes() -> i64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: i64 = text.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0);
    pages.saturating_mul(i64::try_from(rustix::param::page_size()).unwrap_or(4_096))
}
