//! The line to a hub over the LAN: a WebSocket that mends itself.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::client::dial::Dial;
use crate::client::{Client, Identity, Line, Signal, pair};
use crate::hub::wire::{ClientFrame, HubFrame};

/// A snapshot of a large menu is some megabytes; more than this is not a hub.
const FRAME_MAX: usize = 64 * 1024 * 1024;
/// Silence after which the line counts as dead: the hub pings every 20 s.
const SILENCE: Duration = Duration::from_secs(60);
/// Between tries.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Connects to `url` ("ws://host:8080/ws"). Must be called inside a tokio runtime.
pub fn connect(url: String, identity: Identity) -> (Client, mpsc::Receiver<Signal>) {
    let authority = url.strip_prefix("ws://").and_then(|rest| rest.strip_suffix("/ws")).unwrap_or(&url);
    connect_by(Dial::open(authority), identity)
}

/// As [`connect`], by that way.
pub fn connect_by(dial: Dial, identity: Identity) -> (Client, mpsc::Receiver<Signal>) {
    let (client, line, signals) = pair(identity);
    tokio::spawn(keep(dial, line));
    (client, signals)
}

async fn keep(dial: Dial, line: Line) {
    let mut wait = FIRST_WAIT;
    while !line.abandoned() {
        let cause = match talk(&dial, &line, &mut wait).await {
            Ok(()) => "the hub closed the connection".to_owned(),
            Err(error) => error.to_string(),
        };
        line.down(cause).await;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = line.closed() => return,
        }
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// What ends a conversation.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("{0}")]
    Socket(#[from] Box<tokio_tungstenite::tungstenite::Error>),
    #[error("the hub says something that this program does not understand: {0}")]
    Language(#[from] serde_json::Error),
    #[error("the hub was silent for a minute")]
    Silent,
    #[error("nobody listens any more")]
    Abandoned,
}

async fn talk(dial: &Dial, line: &Line, wait: &mut Duration) -> Result<(), Broken> {
    let config = WebSocketConfig::default().max_message_size(Some(FRAME_MAX)).max_frame_size(Some(FRAME_MAX));
    let stream = dial.connect().await.map_err(tungstenite::Error::from).map_err(Box::new)?;
    let (mut socket, _) =
        tokio_tungstenite::client_async_with_config(dial.socket_url(), stream, Some(config)).await.map_err(Box::new)?;
    line.reset();
    let wake = line.wake();
    let mut greeted = false;
    loop {
        // Nothing is said before the hub's welcome: a program that is no hub gets no tokens.
        while greeted && let Some(frame) = line.next_frame() {
            socket.send(text(&frame)?).await.map_err(Box::new)?;
        }
        let message = tokio::select! {
            message = tokio::time::timeout(SILENCE, socket.next()) => message.map_err(|_| Broken::Silent)?,
            () = wake.notified() => continue,
            () = line.closed() => {
                let _ = socket.close(None).await;
                return Err(Broken::Abandoned);
            }
        };
        match message {
            None | Some(Ok(Message::Close(_))) => return Ok(()),
            Some(Ok(Message::Text(json))) => {
                let frame: HubFrame = serde_json::from_str(&json)?;
                if matches!(frame, HubFrame::Welcome { .. }) {
                    greeted = true;
                    *wait = FIRST_WAIT;
                    line.up().await;
                }
                line.take(Arc::new(frame)).await;
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(Box::new(error).into()),
        }
    }
}

fn text(frame: &ClientFrame) -> Result<Message, serde_json::Error> {
    Ok(Message::text(serde_json::to_string(frame)?))
}
