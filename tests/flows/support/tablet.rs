//! The old app's tablets as their source reads: a guest's has two sockets, replaces
//! `transactions` by what arrives, merges `status`, sends all of its cart at every tap, and has
//! no idea what an error is: whatever its parser would fall over ends the test.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async};

use super::PATIENCE;
use super::till::{Till, command};

/// The address of guests' tablets, of the cashier's, and of somebody on no list. All of them are
/// this machine.
pub const GUESTS: &str = "127.0.0.1";
pub const COUNTER: &str = "127.0.0.2";
pub const STRANGER: &str = "127.0.0.9";

/// A kasir that serves old tablets.
pub fn till(place: &super::Place, extra: &[(&str, &str)]) -> Till {
    till_at(place, &super::own_address(), extra)
}

/// On a given port.
pub fn till_at(place: &super::Place, listen: &str, extra: &[(&str, &str)]) -> Till {
    let mut command = command(place.path(), listen);
    command.env("KASIR_LEGACY_ENABLED", "true");
    command.env("KASIR_LEGACY_STAFF", COUNTER);
    command.env("KASIR_LEGACY_GUESTS", GUESTS);
    command.envs(extra.iter().copied());
    Till::spawn(command, place.path())
}

/// What a page has been told.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Replaced by every message.
    pub transactions: BTreeMap<String, Vec<Value>>,
    /// Merged.
    pub status: BTreeMap<String, String>,
    /// Every word of every table, as it came.
    pub words: Vec<(String, String)>,
    /// Messages so far.
    pub messages: usize,
    /// Of each message that brought nothing new: the tables that it no longer told of. What is said
    /// to set a tablet right repeats what the page knew; news is sent because something changed.
    /// Not so where nobody sits there any more at *another* table (a page that hears all of them),
    /// and after a "selesai" that was told to one guest while the neighbours still wait.
    repeats: Vec<BTreeSet<String>>,
    /// What its parser would have fallen over.
    pub broken: Option<String>,
    /// The close frame.
    pub closed: Option<(u16, String)>,
}

impl Told {
    pub fn word(&self, table: &str) -> &str {
        self.status.get(table).map_or("", String::as_str)
    }

    /// The words of a table in the order in which they came, each change once.
    pub fn story(&self, table: &str) -> Vec<&str> {
        let mut all: Vec<&str> = self.words.iter().filter(|(t, _)| t == table).map(|(_, w)| w.as_str()).collect();
        all.dedup();
        all
    }

    /// "Budi: 2 Es Teh Manis @8000 = 16000", a line a customer.
    pub fn at(&self, table: &str) -> Vec<String> {
        let one = |t: &Value| {
            let items: Vec<String> = t["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|i| format!("{} {} @{}", i["qty"], i["name"].as_str().unwrap(), i["price"]))
                .collect();
            format!("{}: {} = {}", t["customerName"].as_str().unwrap(), items.join(", "), t["total"])
        };
        self.transactions.get(table).into_iter().flatten().map(one).collect()
    }

    /// As the old parser does it: no defaults, no second thoughts.
    fn apply(&mut self, text: &str) -> Result<(), String> {
        let value: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
        if value["type"] != "transactions_update" {
            return Err(format!("type {}", value["type"]));
        }
        let transactions = value["transactions"].as_object().ok_or("transactions is no object")?;
        let mut all = BTreeMap::new();
        for (table, list) in transactions {
            let list = list.as_array().ok_or("a table is no list")?;
            for one in list {
                one["customerName"].as_str().ok_or("no customerName")?;
                one["total"].as_i64().ok_or("no total")?;
                for item in one["items"].as_array().ok_or("no items")? {
                    item["name"].as_str().ok_or("an item without a name")?;
                    let whole = ["id", "qty", "price"].iter().all(|key| item[*key].as_i64().is_some());
                    whole.then_some(()).ok_or_else(|| format!("an item without its numbers: {item}"))?;
                }
            }
            all.insert(table.clone(), list.clone());
        }
        let mut repeats = all.iter().all(|(table, list)| self.transactions.get(table) == Some(list));
        let gone = self.transactions.keys().filter(|table| !all.contains_key(*table)).cloned().collect();
        self.transactions = all;
        match value.get("status") {
            None => {}
            Some(Value::Object(status)) => {
                for (table, word) in status {
                    let word = word.as_str().ok_or("a status is no text")?.to_owned();
                    if !["menunggu dikonfirmasi", "dikonfirmasi", "diproses", "selesai"].contains(&word.as_str()) {
                        return Err(format!("the word {word}"));
                    }
                    self.words.push((table.clone(), word.clone()));
                    repeats &= self.status.insert(table.clone(), word.clone()) == Some(word);
                }
            }
            Some(other) => return Err(format!("status is {other}")),
        }
        self.messages += 1;
        if repeats {
            self.repeats.push(gone);
        }
        Ok(())
    }

    /// How often it was told what it knew already of its table.
    fn repeats(&self, table: u32) -> usize {
        self.repeats.iter().filter(|gone| !gone.contains(&table.to_string())).count()
    }
}

type Sink = SplitSink<WebSocketStream<MaybeTlsStream<TcpStream>>, Message>;

/// A tablet's page that is opened and never read from again.
pub async fn deaf(till: &str) -> WebSocketStream<MaybeTlsStream<TcpStream>> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let stream = socket.connect(till.parse().unwrap()).await.unwrap();
    client_async(format!("ws://{till}/"), MaybeTlsStream::Plain(stream)).await.unwrap().0
}

/// One page of a tablet: one socket.
pub struct Page {
    sink: Sink,
    listening: tokio::task::AbortHandle,
    told: Arc<Mutex<Told>>,
    changed: watch::Receiver<u64>,
}

impl Page {
    /// Opens from one of this machine's addresses.
    pub async fn open(till: &str, from: &str) -> Page {
        let page = Page::open_at(till, "/", from).await;
        page.until("the first message", |t| t.messages > 0 || t.closed.is_some()).await;
        page
    }

    pub async fn open_at(till: &str, path: &str, from: &str) -> Page {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{from}:0").parse::<SocketAddr>().unwrap()).unwrap();
        let stream = socket.connect(till.parse().unwrap()).await.unwrap();
        let (socket, _) = client_async(format!("ws://{till}{path}"), MaybeTlsStream::Plain(stream)).await.unwrap();
        let (sink, mut stream) = socket.split();
        let told = Arc::new(Mutex::new(Told::default()));
        let (tell, changed) = watch::channel(0);
        let to = told.clone();
        let listening = tokio::spawn(async move {
            while let Some(Ok(message)) = stream.next().await {
                {
                    let mut told = to.lock().unwrap();
                    match message {
                        Message::Text(text) => {
                            if let Err(why) = told.apply(&text) {
                                told.broken = Some(format!("{why}: {text}"));
                            }
                        }
                        Message::Close(frame) => {
                            told.closed = frame.map(|f| (u16::from(f.code), f.reason.as_str().to_owned()));
                        }
                        Message::Ping(_) | Message::Pong(_) => {}
                        other => told.broken = Some(format!("{other:?}")),
                    }
                }
                tell.send_modify(|n| *n += 1);
            }
        });
        Page { sink, listening: listening.abort_handle(), told, changed }
    }

    /// Hears nothing more: the other half of the socket goes with the page.
    fn hang_up(&self) {
        self.listening.abort();
    }

    pub async fn say(&mut self, message: Value) {
        self.say_text(message.to_string()).await;
    }

    pub async fn say_text(&mut self, text: String) {
        self.sink.send(Message::text(text)).await.unwrap();
    }

    pub async fn say_bytes(&mut self, bytes: Vec<u8>) {
        self.sink.send(Message::binary(bytes)).await.unwrap();
    }

    pub fn told(&self) -> Told {
        let told = self.told.lock().unwrap().clone();
        assert_eq!(told.broken, None, "the old parser falls over");
        told
    }

    pub async fn until(&self, what: &str, look: impl Fn(&Told) -> bool) -> Told {
        let mut changed = self.changed.clone();
        let seen = async {
            loop {
                let told = self.told();
                if look(&told) {
                    return told;
                }
                changed.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(PATIENCE, seen).await {
            Ok(told) => told,
            Err(_) => panic!("never came {what}: {:#?}", self.told()),
        }
    }

    pub async fn until_word(&self, table: &str, word: &str) -> Told {
        self.until(&format!("{word} at {table}"), |t| t.word(table) == word).await
    }

    /// Waits until all that this page has said was taken, in its turn.
    pub async fn settle(&mut self, table: u32) {
        self.refused(table, "settle".to_owned()).await;
    }

    /// Says what is refused, and waits for how things really are: the only answer there is. What
    /// happens at the table meanwhile is told too, and is no answer.
    pub async fn refused(&mut self, table: u32, text: String) -> Told {
        let before = self.told().repeats(table);
        let what = format!("the truth after {}", text.chars().take(200).collect::<String>());
        self.say_text(text).await;
        self.until(&what, |t| t.repeats(table) > before).await
    }
}

/// A guest's tablet: the menu's page and the order's page, and the cart that both show.
pub struct Guest {
    pub menu: Page,
    pub order: Page,
    table: u32,
    name: String,
    /// Name, quantity, and the price that the tablet believes in.
    cart: Vec<(String, u32, i64)>,
}

impl Guest {
    pub async fn sit(till: &str, table: u32, name: &str) -> Guest {
        let (menu, order) = (Page::open(till, GUESTS).await, Page::open(till, GUESTS).await);
        Guest { menu, order, table, name: name.to_owned(), cart: Vec::new() }
    }

    /// Waits until the order's page shows what is in the cart. The two pages are two sockets, and
    /// nothing says which of two is heard first; a person takes longer than that to turn a page.
    async fn shown(&self) {
        let mut cart: Vec<(String, u64)> = self.cart.iter().map(|(name, qty, _)| (name.clone(), u64::from(*qty))).collect();
        cart.sort();
        let table = self.table.to_string();
        let shows = |told: &Told| {
            let mine = told.transactions.get(&table).into_iter().flatten().find(|t| t["customerName"] == self.name.as_str());
            let items = mine.and_then(|t| t["items"].as_array()).into_iter().flatten();
            let mut items: Vec<(String, u64)> =
                items.map(|i| (i["name"].as_str().unwrap().to_owned(), i["qty"].as_u64().unwrap())).collect();
            items.sort();
            items == cart
        };
        if !self.cart.is_empty() {
            self.order.until(&format!("the cart {cart:?}"), shows).await;
        }
    }

    /// A tap of + or −, on the menu's page. Sends all of the cart.
    pub async fn tap(&mut self, product: &str, quantity: u32, price: i64) {
        self.put(product, quantity, price);
        let items: Vec<Value> = self
            .cart
            .iter()
            .enumerate()
            .map(|(i, (name, qty, price))| json!({ "id": i + 1, "name": name, "qty": qty, "price": price }))
            .collect();
        let message = json!({
            "type": "cart_update", "table_number": self.table, "items": items, "total": self.total(), "customer_name": self.name,
        });
        self.menu.say(message).await;
    }

    /// The same on the order's page: ids and prices are text there, and a status comes along.
    pub async fn tap_in_order(&mut self, product: &str, quantity: u32, price: i64) {
        self.shown().await;
        self.put(product, quantity, price);
        let status = self.order.told().word(&self.table.to_string()).to_owned();
        let message = json!({
            "type": "cart_update", "table_number": self.table, "items": self.texts(), "total": self.total(),
            "customer_name": self.name, "status": status,
        });
        self.order.say(message).await;
    }

    /// "Pesan".
    pub async fn submit(&mut self) {
        self.shown().await;
        self.send().await;
    }

    /// The order's page is told "selesai": the cart is emptied and says so.
    pub async fn served(&mut self) {
        self.order.until_word(&self.table.to_string(), "selesai").await;
        self.empty().await;
    }

    /// The order's page empties the cart and says so.
    pub async fn empty(&mut self) {
        self.cart.clear();
        let message = json!({
            "type": "cart_update", "table_number": self.table, "items": [], "total": 0, "customer_name": self.name,
            "status": "selesai",
        });
        self.order.say(message).await;
        self.order.settle(self.table).await;
    }

    /// Both of its sockets are gone; what it shows stays.
    pub fn lose_the_network(&mut self) {
        self.menu.hang_up();
        self.order.hang_up();
    }

    /// Its pages are opened anew; the cart is what it was.
    pub async fn come_back(&mut self, till: &str) {
        self.menu = Page::open(till, GUESTS).await;
        self.order = Page::open(till, GUESTS).await;
    }

    /// "Pesan", whatever the house knows of the cart.
    pub async fn send(&mut self) {
        let message = json!({
            "type": "status_update", "table_number": self.table, "status": "dikonfirmasi", "customer_name": self.name,
            "items": self.texts(), "total": self.total(),
        });
        self.order.say(message).await;
    }

    /// Into the cart, and nobody is told.
    pub fn put(&mut self, product: &str, quantity: u32, price: i64) {
        self.cart.retain(|(name, _, _)| name != product);
        if quantity > 0 {
            self.cart.push((product.to_owned(), quantity, price));
        }
    }

    fn texts(&self) -> Vec<Value> {
        let text = |(i, (name, qty, price)): (usize, &(String, u32, i64))| json!({ "id": (i + 1).to_string(), "name": name, "qty": qty, "price": price.to_string() });
        self.cart.iter().enumerate().map(text).collect()
    }

    fn total(&self) -> i64 {
        self.cart.iter().map(|(_, qty, price)| i64::from(*qty) * price).sum()
    }
}

/// The cashier's page of the old app.
pub struct Counter(pub Page);

impl Counter {
    pub async fn open(till: &str) -> Counter {
        Counter(Page::open(till, COUNTER).await)
    }

    /// "Proses" or "Selesai".
    pub async fn press(&mut self, table: u32, status: &str) {
        self.0.say(json!({ "type": "status_update", "table_number": table.to_string(), "status": status })).await;
    }
}
