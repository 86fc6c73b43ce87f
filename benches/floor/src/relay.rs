//! The floor of the network: guests and a cashier on plain sockets, a server that hands each order
//! to the cashier and acknowledges it; with `sync`, only after a group commit to a file.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Message, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// As `kasir load --json` tells them.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Spread {
    pub p50_us: u64,
    pub p99_us: u64,
    pub max_us: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Figures {
    pub orders: u64,
    pub orders_per_second: u64,
    pub acknowledged: Spread,
    pub shown: Spread,
    pub bytes_per_order: u64,
    #[serde(default)]
    pub refused: std::collections::BTreeMap<String, u64>,
}

/// As long as kasir's order of two lines, and its acknowledgement.
const ORDER: usize = 330;
const ACK: &str = r#"{"type":"ack","id":"0192f0c1-2345-7abc-8def-0123456789ab","seq":123456,"result":{"kind":"placed","order":"o12345","visit":"v123","number":123}}"#;
/// Orders of one commit, as kasir's writer has them.
const BATCH: usize = 256;

/// The library clears the buffer into which it reads at every read; it has 128 KiB of it unless it is
/// told otherwise, as the hub's sockets are.
fn config(small: bool) -> WebSocketConfig {
    match small {
        true => WebSocketConfig::default().read_buffer_size(4 * 1024),
        false => WebSocketConfig::default(),
    }
}

#[derive(Clone, Copy)]
pub struct Load {
    pub tables: usize,
    pub orders: u64,
    pub rate: Option<u64>,
    /// Sockets with small buffers, instead of the library's own.
    pub small: bool,
}

type Job = (Vec<u8>, oneshot::Sender<()>);

pub async fn run(load: &Load, sync: Option<&Path>) -> anyhow::Result<Figures> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}/", listener.local_addr()?);
    let (to_disk, jobs) = mpsc::channel::<Job>(1_024);
    if let Some(folder) = sync {
        let file = std::fs::File::create(folder.join("relay.log"))?;
        std::thread::spawn(move || write(file, jobs));
    } else {
        drop(jobs);
    }
    let synced = sync.is_some();
    let small = load.small;
    tokio::spawn(serve(listener, to_disk, synced, small));

    let heard = Arc::new(AtomicU64::new(0));
    let (mut cashier, _) = tokio_tungstenite::connect_async_with_config(url.as_str(), Some(config(small)), true).await?;
    cashier.send(Message::text("cashier")).await?;
    cashier.next().await;
    let watched = heard.clone();
    let orders = load.orders;
    let seen = tokio::spawn(async move {
        let mut at: Vec<Option<Instant>> = vec![None; orders as usize];
        let mut left = orders;
        while left > 0 {
            let Some(Ok(Message::Text(text))) = cashier.next().await else { break };
            watched.fetch_add(text.len() as u64 + 4, Ordering::Relaxed);
            if let Some(number) = text.get(..10).and_then(|n| n.trim().parse::<usize>().ok()) {
                at[number] = Some(Instant::now());
                left -= 1;
            }
        }
        at
    });
    let mut guests = Vec::new();
    for _ in 0..load.tables {
        let (mut guest, _) = tokio_tungstenite::connect_async_with_config(url.as_str(), Some(config(small)), true).await?;
        guest.send(Message::text("guest")).await?;
        guest.next().await;
        guests.push(guest);
    }
    let (start, next) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let tables = load.tables as u64;
    let mut running = Vec::new();
    for (at, guest) in guests.into_iter().enumerate() {
        running.push(tokio::spawn(order(guest, at as u64, tables, orders, load.rate, start, next.clone(), heard.clone())));
    }
    let mut sent = Vec::new();
    for task in running {
        sent.extend(task.await?);
    }
    let took = start.elapsed();
    let seen = tokio::time::timeout(Duration::from_secs(10), seen).await??;
    let shown = sent.iter().filter_map(|(n, due, _)| seen[*n as usize].map(|at| at.saturating_duration_since(*due))).collect();
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
    Ok(Figures {
        orders: sent.len() as u64,
        orders_per_second: sent.len() as u64 * 1_000_000 / micros,
        acknowledged: spread(sent.iter().map(|(_, _, took)| *took).collect()),
        shown: spread(shown),
        bytes_per_order: heard.load(Ordering::Relaxed) / orders.max(1),
        refused: Default::default(),
    })
}

#[expect(clippy::too_many_arguments, reason = "one guest's whole life")]
async fn order(
    mut guest: WebSocketStream<MaybeTlsStream<TcpStream>>,
    at: u64,
    tables: u64,
    orders: u64,
    rate: Option<u64>,
    start: Instant,
    next: Arc<AtomicU64>,
    heard: Arc<AtomicU64>,
) -> Vec<(u64, Instant, Duration)> {
    let (mut sent, mut own) = (Vec::new(), at);
    loop {
        let (number, due) = match rate {
            Some(rate) => {
                let number = own;
                own += tables;
                let due = start + Duration::from_micros(number * 1_000_000 / rate);
                if number < orders {
                    sleep_until(due).await;
                }
                (number, due)
            }
            None => (next.fetch_add(1, Ordering::Relaxed), Instant::now()),
        };
        if number >= orders {
            return sent;
        }
        let frame = format!("{number:<10}{}", "x".repeat(ORDER - 10));
        if guest.send(Message::text(frame)).await.is_err() {
            return sent;
        }
        let Some(Ok(Message::Text(ack))) = guest.next().await else { return sent };
        heard.fetch_add(ack.len() as u64 + 4, Ordering::Relaxed);
        sent.push((number, due, due.elapsed()));
    }
}

async fn serve(listener: TcpListener, to_disk: mpsc::Sender<Job>, synced: bool, small: bool) {
    let (to_cashier, mut orders) = mpsc::channel::<Utf8Bytes>(4_096);
    // The first that comes is the cashier.
    let Ok((stream, _)) = listener.accept().await else { return };
    let _ = stream.set_nodelay(true);
    let Ok(mut cashier) = tokio_tungstenite::accept_async_with_config(stream, Some(config(small))).await else { return };
    cashier.next().await;
    let _ = cashier.send(Message::text("hello")).await;
    tokio::spawn(async move {
        while let Some(order) = orders.recv().await {
            if cashier.send(Message::Text(order)).await.is_err() {
                return;
            }
        }
    });
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let (to_cashier, to_disk) = (to_cashier.clone(), to_disk.clone());
        tokio::spawn(async move {
            let Ok(mut guest) = tokio_tungstenite::accept_async_with_config(stream, Some(config(small))).await else { return };
            guest.next().await;
            let _ = guest.send(Message::text("hello")).await;
            while let Some(Ok(Message::Text(order))) = guest.next().await {
                if synced {
                    let (done, on_disk) = oneshot::channel();
                    let bytes: Bytes = order.clone().into();
                    if to_disk.send((bytes.to_vec(), done)).await.is_err() || on_disk.await.is_err() {
                        return;
                    }
                }
                let _ = to_cashier.send(order).await;
                if guest.send(Message::text(ACK)).await.is_err() {
                    return;
                }
            }
        });
    }
}

/// Group commit: whatever waits, at most a batch, one sync.
fn write(mut file: std::fs::File, mut jobs: mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH);
    while jobs.blocking_recv_many(&mut batch, BATCH) > 0 {
        for (bytes, _) in &batch {
            let _ = file.write_all(bytes);
        }
        let _ = file.sync_data();
        for (_, done) in batch.drain(..) {
            let _ = done.send(());
        }
    }
}

fn spread(mut all: Vec<Duration>) -> Spread {
    all.sort_unstable();
    let at = |percent: usize| {
        let rank = (all.len() * percent).div_ceil(100).clamp(1, all.len().max(1));
        all.get(rank - 1).map_or(0, |d| u64::try_from(d.as_micros()).unwrap_or(u64::MAX))
    };
    Spread { p50_us: at(50), p99_us: at(99), max_us: at(100) }
}
