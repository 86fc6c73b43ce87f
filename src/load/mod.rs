//! A dinner rush against a hub: guests' phones that order, a cashier's screen that watches, and
//! what it took. For administrators who buy a machine, and for the benchmarks. It is a client like
//! the others and knows nothing of the hub's inside.

pub mod figures;
pub mod legacy;
pub mod native;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long anything may take before the run is given up.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Each read clears the buffer that it reads into, and the default has 128 KiB of it: an answer has
/// one or two.
const READ_BUFFER: usize = 4 * 1024;

/// What to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// "ws://192.168.1.10:8080/ws"
    pub socket: String,
    /// The tables' secret codes, one guest at each.
    pub codes: Vec<String>,
    pub orders: u64,
    /// From one order to the next; none is as fast as they are answered.
    pub gap: Option<Duration>,
    /// The screen that watches.
    pub screen: Screen,
}

/// When an order is due that so many come before.
pub fn due(start: Instant, gap: Duration, number: u64) -> Instant {
    let before = u64::try_from(gap.as_micros()).unwrap_or(u64::MAX).saturating_mul(number);
    start + Duration::from_micros(before)
}

/// Somebody of the staff at an enrolled screen.
#[derive(Debug, Clone)]
pub struct Screen {
    /// A one-time code with which it enrols.
    pub invite: String,
    /// As the screens list them.
    pub name: String,
    pub pin: String,
}

#[derive(Debug, thiserror::Error)]
pub enum LoadFault {
    #[error("{0} cannot be reached: {1}")]
    Unreachable(String, String),
    #[error("the hub closed the connection: {0}")]
    Closed(String),
    #[error("no answer in time: {0}")]
    Silent(&'static str),
    #[error("{0} was refused: {1}")]
    Refused(&'static str, String),
    #[error("the hub answered what was not understood: {0}")]
    Odd(String),
}

/// One socket that counts what it hears.
pub struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    heard: Arc<AtomicU64>,
}

impl Line {
    pub async fn open(url: &str, heard: Arc<AtomicU64>) -> Result<Line, LoadFault> {
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
        let opening = tokio::time::timeout(PATIENCE, tokio_tungstenite::connect_async_with_config(url, Some(config), true));
        match opening.await {
            Ok(Ok((socket, _))) => Ok(Line { socket, heard }),
            Ok(Err(error)) => Err(LoadFault::Unreachable(url.to_owned(), error.to_string())),
            Err(_) => Err(LoadFault::Silent("the connection")),
        }
    }

    pub async fn send(&mut self, frame: &Value) -> Result<(), LoadFault> {
        self.socket.send(Message::text(frame.to_string())).await.map_err(|e| LoadFault::Closed(e.to_string()))
    }

    /// The next text, counted with the bytes of its frame's head (RFC 6455, 5.2).
    pub async fn next<F: DeserializeOwned>(&mut self) -> Result<F, LoadFault> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    let head = match text.len() {
                        0..126 => 2,
                        126..65_536 => 4,
                        _ => 10,
                    };
                    self.heard.fetch_add(text.len() as u64 + head, Ordering::Relaxed);
                    return serde_json::from_str(&text).map_err(|e| LoadFault::Odd(e.to_string()));
                }
                Some(Ok(Message::Close(frame))) => {
                    return Err(LoadFault::Closed(frame.map(|f| f.reason.to_string()).unwrap_or_default()));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(LoadFault::Closed(error.to_string())),
                None => return Err(LoadFault::Closed("without a word".to_owned())),
            }
        }
    }

    /// Reads on until `look` finds what it wants. `F` is as much of a frame as is looked at: what a
    /// client reads and throws away is time that the hub on the same machine does not have.
    pub async fn until<T, F: DeserializeOwned>(
        &mut self,
        what: &'static str,
        mut look: impl FnMut(&F) -> Option<Result<T, LoadFault>>,
    ) -> Result<T, LoadFault> {
        let reading = async {
            loop {
                if let Some(found) = look(&self.next().await?) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.unwrap_or(Err(LoadFault::Silent(what)))
    }
}
