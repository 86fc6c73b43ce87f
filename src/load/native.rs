//! The rush by the native protocol: a guest at every table, orders due at even intervals (or as
//! fast as they are answered), and a cashier's screen that sees them come. An order's time begins
//! when it was due, so that a hub that falls behind cannot hide it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use crate::load::figures::{Figures, Spread};
use crate::load::{Line, LoadFault, PATIENCE, Plan, Screen, due};

/// Lines of every order: a main dish and a drink, as most are.
const LINES: usize = 2;

/// An order that was acknowledged.
struct Sent {
    order: String,
    due: Instant,
    acknowledged: Duration,
}

#[derive(Default)]
struct Tally {
    sent: Vec<Sent>,
    refused: BTreeMap<String, u64>,
}

pub async fn run(plan: &Plan) -> Result<Figures, LoadFault> {
    let heard = Arc::new(AtomicU64::new(0));
    let mut watcher = watcher(&plan.socket, &plan.screen, heard.clone()).await?;
    let mut guests = Vec::new();
    for (at, code) in plan.codes.iter().enumerate() {
        guests.push(Guest::join(&plan.socket, code, at, heard.clone()).await?);
    }
    // What coming in cost is not an order's.
    let before = heard.swap(0, Ordering::Relaxed);
    tracing::debug!(before, "everybody has come in");

    let (done, mut ended) = watch::channel(false);
    let seen = tokio::spawn(async move {
        let mut seen: HashMap<String, Instant> = HashMap::new();
        loop {
            tokio::select! {
                frame = watcher.next() => note_orders(frame?, &mut seen),
                _ = ended.wait_for(|ended| *ended) => break,
            }
        }
        // What is still on its way to the screen.
        while let Ok(frame) = tokio::time::timeout(Duration::from_millis(500), watcher.next()).await {
            note_orders(frame?, &mut seen);
        }
        Ok::<_, LoadFault>(seen)
    });

    let start = Instant::now();
    let tables = guests.len();
    let mut running = Vec::new();
    for guest in guests {
        running.push(tokio::spawn(guest.order(plan.orders, plan.gap, tables as u64, start)));
    }
    let mut tally = Tally::default();
    for task in running {
        let own = task.await.map_err(|e| LoadFault::Odd(e.to_string()))??;
        tally.sent.extend(own.sent);
        for (code, n) in own.refused {
            *tally.refused.entry(code).or_default() += n;
        }
    }
    let took = start.elapsed();
    done.send_replace(true);
    let seen = seen.await.map_err(|e| LoadFault::Odd(e.to_string()))??;

    let orders = tally.sent.len() as u64;
    let shown = tally.sent.iter().filter_map(|s| seen.get(&s.order).map(|at| at.saturating_duration_since(s.due)));
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    Ok(Figures {
        tables,
        orders,
        took_ms,
        orders_per_second: orders * 1_000 / took_ms.max(1),
        shown: Spread::of(shown.collect()),
        acknowledged: Spread::of(tally.sent.iter().map(|s| s.acknowledged).collect()),
        bytes_per_order: heard.load(Ordering::Relaxed) / orders.max(1),
        refused: tally.refused,
    })
}

/// What the screen looks at: which orders are there.
#[derive(Deserialize)]
struct Board {
    #[serde(default)]
    changes: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    kind: String,
    id: Option<String>,
}

/// What a phone waits for: the answer to what it sent.
#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    code: String,
}

/// The orders of a frame, with the moment of their first sight.
fn note_orders(frame: Board, seen: &mut HashMap<String, Instant>) {
    let now = Instant::now();
    for id in frame.changes.into_iter().filter(|c| c.kind == "order").filter_map(|c| c.id) {
        seen.entry(id).or_insert(now);
    }
}

/// A request's answer: its result, or the code with which it was refused.
fn answer(id: &str, frame: &Answer) -> Option<Result<Value, String>> {
    if frame.id.as_deref() != Some(id) {
        return None;
    }
    match frame.kind.as_str() {
        "ack" => Some(Ok(frame.result.clone())),
        "refused" => Some(Err(frame.code.clone())),
        _ => None,
    }
}

async fn ask(line: &mut Line, what: &'static str, op: Value) -> Result<Value, LoadFault> {
    let id = Uuid::now_v7().to_string();
    line.send(&json!({ "type": "request", "id": id, "op": op })).await?;
    line.until(what, |frame| answer(&id, frame).map(|a| a.map_err(|code| LoadFault::Refused(what, code)))).await
}

/// Says who it is and reads the whole snapshot.
async fn hello(line: &mut Line, said: Value) -> Result<Vec<Value>, LoadFault> {
    line.send(&said).await?;
    let mut changes = Vec::new();
    line.until("the snapshot", |frame: &Value| {
        if !matches!(frame["type"].as_str(), Some("snapshot" | "events")) {
            return None;
        }
        changes.extend(frame["changes"].as_array().into_iter().flatten().cloned());
        (frame["more"] != true).then_some(Ok(()))
    })
    .await?;
    Ok(changes)
}

/// The cashier's screen, enrolled and logged in.
async fn watcher(url: &str, screen: &Screen, heard: Arc<AtomicU64>) -> Result<Line, LoadFault> {
    let mut line = Line::open(url, heard).await?;
    let enrol = json!({ "name": "device.enrol", "code": screen.invite, "screen": "load" });
    let device = ask(&mut line, "enrolling a screen", enrol).await?["token"].clone();
    let known = hello(&mut line, json!({ "type": "hello", "device": device })).await?;
    let who = known.iter().find(|c| c["kind"] == "employee" && c["name"] == screen.name.as_str());
    let who = who.ok_or_else(|| LoadFault::Odd(format!("nobody called {} may log in", screen.name)))?["id"].clone();
    let login = json!({ "name": "staff.log_in", "employee": who, "pin": screen.pin });
    let session = ask(&mut line, "logging in", login).await?["token"].clone();
    hello(&mut line, json!({ "type": "hello", "device": device, "session": session })).await?;
    Ok(line)
}

struct Guest {
    line: Line,
    /// Which of the tables.
    at: u64,
    menu: Vec<String>,
    /// Orders so far: each is of other dishes.
    ordered: usize,
}

impl Guest {
    async fn join(url: &str, code: &str, at: usize, heard: Arc<AtomicU64>) -> Result<Guest, LoadFault> {
        let mut line = Line::open(url, heard).await?;
        let join = json!({ "name": "guest.join", "table": code, "guest": format!("Tamu {}", at + 1) });
        let session = ask(&mut line, "coming in", join).await?["token"].clone();
        let known = hello(&mut line, json!({ "type": "hello", "session": session })).await?;
        let menu = known.iter().filter(|c| c["kind"] == "product" && c["available"] == true);
        let menu: Vec<String> = menu.filter_map(|c| c["id"].as_str().map(str::to_owned)).collect();
        if menu.is_empty() {
            return Err(LoadFault::Odd("there is nothing on the menu".to_owned()));
        }
        Ok(Guest { line, at: at as u64, menu, ordered: 0 })
    }

    /// Orders until all are sent: by the clock when there is a pace, else one after the other.
    async fn order(mut self, orders: u64, gap: Option<Duration>, tables: u64, start: Instant) -> Result<Tally, LoadFault> {
        let mut tally = Tally::default();
        let mut own = self.at;
        loop {
            let number = own;
            own += tables;
            if number >= orders {
                return Ok(tally);
            }
            let due = match gap {
                Some(gap) => {
                    let due = due(start, gap, number);
                    sleep_until(due).await;
                    due
                }
                None => Instant::now(),
            };
            self.order_once(due, &mut tally).await?;
        }
    }

    async fn order_once(&mut self, due: Instant, tally: &mut Tally) -> Result<(), LoadFault> {
        let id = Uuid::now_v7().to_string();
        let from = self.at as usize * 7 + self.ordered * LINES;
        self.ordered += 1;
        let dishes = (from..from + LINES).map(|n| &self.menu[n % self.menu.len()]);
        let lines: Vec<Value> = dishes.map(|p| json!({ "product": p, "quantity": 1 })).collect();
        let op = json!({ "name": "order.place", "order": Uuid::now_v7().to_string(), "lines": lines });
        self.line.send(&json!({ "type": "request", "id": id, "op": op })).await?;
        let told = self.line.until("an order", |frame| answer(&id, frame).map(Ok)).await?;
        match told {
            Ok(result) => {
                let order = result["order"].as_str().unwrap_or_default().to_owned();
                tally.sent.push(Sent { order, due, acknowledged: due.elapsed() });
            }
            Err(code) => *tally.refused.entry(code).or_default() += 1,
        }
        Ok(())
    }
}

/// Everything within this, or the hub is not up to it.
pub async fn within(plan: &Plan) -> Result<Figures, LoadFault> {
    let orders = u32::try_from(plan.orders).unwrap_or(u32::MAX);
    let limit = PATIENCE * 2 + plan.gap.unwrap_or_default().saturating_mul(orders).saturating_mul(2);
    tokio::time::timeout(limit, run(plan)).await.unwrap_or(Err(LoadFault::Silent("the whole run")))
}
