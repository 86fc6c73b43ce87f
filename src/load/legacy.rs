//! The rush by the old tablets' protocol: a guest's tablet at every table and the old cashier's
//! page, each order from the cart to "selesai". The protocol has no acknowledgements: an order
//! counts as taken when its tablet is told so.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::load::figures::{Figures, Spread};
use crate::load::{Line, LoadFault, due};

/// What to do. The hub must take this machine for one of its counters.
#[derive(Debug, Clone)]
pub struct Plan {
    /// "ws://192.168.1.10:8080/"
    pub socket: String,
    /// Numbers of the tables, one tablet at each.
    pub tables: Vec<String>,
    /// Dishes that nobody counts, by name.
    pub dishes: Vec<String>,
    pub orders: u64,
    pub gap: Option<Duration>,
}

/// When an order was due, and how long until its tablet knew that it was taken.
struct Taken {
    table: String,
    due: Instant,
    after: Duration,
}

pub async fn run(plan: &Plan) -> Result<Figures, LoadFault> {
    if plan.dishes.is_empty() {
        return Err(LoadFault::Odd("there is nothing on the menu that nobody counts".to_owned()));
    }
    let heard = Arc::new(AtomicU64::new(0));
    let counter = Line::open(&plan.socket, heard.clone()).await?;
    let mut tablets = Vec::new();
    for table in &plan.tables {
        tablets.push((table.clone(), Line::open(&plan.socket, heard.clone()).await?));
    }
    let (done, ended) = watch::channel(false);
    let cashier = tokio::spawn(cashier(counter, ended));
    let start = Instant::now();
    let mut running = Vec::new();
    for (at, (table, line)) in tablets.into_iter().enumerate() {
        let tablet = Tablet { line, table, dishes: plan.dishes.clone() };
        let tables = plan.tables.len() as u64;
        running.push(tokio::spawn(tablet.order(at as u64, tables, plan.orders, plan.gap, start)));
    }
    let mut taken: Vec<Taken> = Vec::new();
    for task in running {
        taken.extend(task.await.map_err(|e| LoadFault::Odd(e.to_string()))??);
    }
    let took = start.elapsed();
    done.send_replace(true);
    let seen = cashier.await.map_err(|e| LoadFault::Odd(e.to_string()))??;

    let mut shown = Vec::new();
    let mut turn: HashMap<&str, usize> = HashMap::new();
    for order in &taken {
        let nth = turn.entry(&order.table).or_default();
        if let Some(at) = seen.get(&order.table).and_then(|all| all.get(*nth)) {
            shown.push(at.saturating_duration_since(order.due));
        }
        *nth += 1;
    }
    let (orders, took_ms) = (taken.len() as u64, u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    Ok(Figures {
        tables: plan.tables.len(),
        orders,
        refused: BTreeMap::new(),
        took_ms,
        orders_per_second: orders * 1_000 / took_ms.max(1),
        acknowledged: Spread::of(taken.iter().map(|t| t.after).collect()),
        shown: Spread::of(shown),
        bytes_per_order: heard.load(Ordering::Relaxed) / orders.max(1),
    })
}

/// Presses "Proses" and "Selesai" as they come up; tells when each table's orders were seen.
async fn cashier(mut line: Line, mut ended: watch::Receiver<bool>) -> Result<HashMap<String, Vec<Instant>>, LoadFault> {
    let mut seen: HashMap<String, Vec<Instant>> = HashMap::new();
    loop {
        let frame = tokio::select! {
            frame = line.next::<Value>() => frame?,
            _ = ended.wait_for(|ended| *ended) => return Ok(seen),
        };
        let words = frame["status"].as_object().into_iter().flatten();
        for (table, word) in words.filter_map(|(table, word)| Some((table, word.as_str()?))) {
            let press = match word {
                "dikonfirmasi" => {
                    seen.entry(table.clone()).or_default().push(Instant::now());
                    "diproses"
                }
                "diproses" => "selesai",
                _ => continue,
            };
            // The table's number is text there.
            line.send(&json!({ "type": "status_update", "table_number": table, "status": press })).await?;
        }
    }
}

struct Tablet {
    line: Line,
    table: String,
    dishes: Vec<String>,
}

impl Tablet {
    async fn order(
        mut self,
        at: u64,
        tables: u64,
        orders: u64,
        gap: Option<Duration>,
        start: Instant,
    ) -> Result<Vec<Taken>, LoadFault> {
        let (mut taken, mut own) = (Vec::new(), at);
        while own < orders {
            let due = match gap {
                Some(gap) => due(start, gap, own),
                None => Instant::now(),
            };
            sleep_until(due).await;
            let dish = &self.dishes[(own % self.dishes.len() as u64) as usize];
            let items = json!([{ "name": dish, "qty": 1, "price": 0 }]);
            self.say("cart_update", "", items.clone()).await?;
            self.say("status_update", "dikonfirmasi", items).await?;
            self.until("dikonfirmasi").await?;
            taken.push(Taken { table: self.table.clone(), due, after: due.elapsed() });
            self.until("selesai").await?;
            self.say("cart_update", "selesai", json!([])).await?;
            own += tables;
        }
        Ok(taken)
    }

    async fn say(&mut self, kind: &str, status: &str, items: Value) -> Result<(), LoadFault> {
        let frame = json!({
            "type": kind, "table_number": self.table, "customer_name": "Tamu", "items": items, "total": 0, "status": status,
        });
        self.line.send(&frame).await
    }

    /// Until this table's word is that one, or a later one: steps may come together.
    async fn until(&mut self, word: &'static str) -> Result<(), LoadFault> {
        let later: &[&str] = match word {
            "dikonfirmasi" => &["dikonfirmasi", "diproses", "selesai"],
            _ => &["selesai"],
        };
        let table = self.table.clone();
        self.line
            .until(word, |frame: &Value| frame["status"][&table].as_str().filter(|w| later.contains(w)).map(|_| Ok(())))
            .await
    }
}
