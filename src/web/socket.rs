//! A WebSocket on the hub: frames in, parcels out, limits on both. JSON is read and written
//! here and nowhere deeper.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{FutureExt, SinkExt, StreamExt};
use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, Utf8Bytes};
use uuid::Uuid;

use crate::hub::Hub;
use crate::hub::connection::{self, GONE, Goodbye, Incoming, Origin, SLOW};
use crate::hub::legacy::connection::{Heard, Line};
use crate::hub::legacy::{self, Standing};
use crate::hub::publisher::{Outbox, Parcel};
use crate::hub::wire::ClientFrame;
use crate::web::{Admission, Peer};

/// Largest message from a client: an order of a hundred lines with notes is a third of it.
const MESSAGE_MAX: usize = 64 * 1024;
/// An old tablet that sends more than its protocol allows is refused the message and stays; only
/// what is larger than this ends the connection, for a socket cannot skip it unread.
const OLD_MESSAGE_MAX: usize = 256 * 1024;
/// An idle socket costs what its buffers cost; the default reads into 128 KiB.
const READ_BUFFER: usize = 4 * 1024;
const WRITE_BUFFER: usize = 8 * 1024;
/// A frame larger than this cannot be sent at all, so it must hold one piece of a snapshot.
const WRITE_BUFFER_MAX: usize = 4 * 1024 * 1024;
/// Parcels that wait for a socket, and frames that wait for the hub.
const OUT: usize = 256;
const IN: usize = 8;
/// How long one frame may take to leave.
const SEND: Duration = Duration::from_secs(5);
const PING: Duration = Duration::from_secs(20);
/// Nothing heard for so long: the phone is gone.
const DEAD: Duration = Duration::from_secs(60);
/// How long the goodbye may take.
const CLOSE: Duration = Duration::from_secs(2);

type Socket = WebSocketStream<TokioIo<Upgraded>>;

const TOO_BIG: Goodbye = Goodbye { code: 1009, reason: "message-too-long" };
const NOT_TEXT: Goodbye = Goodbye { code: 1003, reason: "text-only" };
const SILENT: Goodbye = Goodbye { code: 1001, reason: "silent" };
const BROKEN: Goodbye = Goodbye { code: 1002, reason: "protocol-error" };
const OLD: Goodbye = Goodbye { code: 1008, reason: "the-old-protocol-is-off-use-/ws" };
const UNLISTED: Goodbye = Goodbye { code: 1008, reason: "this-address-is-not-in-the-list-of-legacy-guests" };

/// Answers the upgrade and serves the connection on a task of its own.
pub fn upgrade(hub: Arc<Hub>, Peer(address): Peer, on: OnUpgrade, place: Admission, headers: &HeaderMap) -> Response<Vec<u8>> {
    answer(on, place, headers, MESSAGE_MAX, move |socket| serve(hub, address, socket))
}

/// Answers an upgrade outside of the native protocol's path: one of the old app's tablets, or
/// somebody who is told why not. A close reason is all that their library shows, so the upgrade
/// is taken in either case.
pub fn upgrade_old(
    hub: Arc<Hub>,
    Peer(address): Peer,
    on: OnUpgrade,
    place: Admission,
    headers: &HeaderMap,
) -> Response<Vec<u8>> {
    let standing = hub.legacy.standing(address);
    if standing == Standing::Unlisted {
        tracing::warn!(%address, "an old tablet at an address that is not listed was turned away");
    }
    answer(on, place, headers, OLD_MESSAGE_MAX, move |socket| async move {
        match standing {
            Standing::Guest => serve_old(hub, false, socket).await,
            Standing::Staff => serve_old(hub, true, socket).await,
            Standing::Off => turn_away(socket, OLD).await,
            Standing::Unlisted => turn_away(socket, UNLISTED).await,
        }
    })
}

async fn turn_away(socket: Socket, why: Goodbye) {
    let (mut sink, mut stream) = socket.split();
    say_goodbye(&mut sink, &mut stream, why).await;
}

fn answer<F>(
    on: OnUpgrade,
    place: Admission,
    headers: &HeaderMap,
    message_max: usize,
    then: impl FnOnce(Socket) -> F + Send + 'static,
) -> Response<Vec<u8>>
where
    F: Future<Output = ()> + Send + 'static,
{
    let names = |name, word: &str| {
        headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok()).is_some_and(|v| v.to_ascii_lowercase().contains(word))
    };
    let key = headers.get(SEC_WEBSOCKET_KEY);
    let (true, true, true, Some(key)) =
        (names(UPGRADE, "websocket"), names(CONNECTION, "upgrade"), names(SEC_WEBSOCKET_VERSION, "13"), key)
    else {
        let mut response = Response::new(b"This is a WebSocket (version 13).\n".to_vec());
        *response.status_mut() = StatusCode::UPGRADE_REQUIRED;
        return response;
    };
    let accept = derive_accept_key(key.as_bytes());
    tokio::spawn(async move {
        // Held as long as the socket lives.
        let _place = place;
        match on.await {
            Ok(upgraded) => {
                let config = WebSocketConfig::default()
                    .max_message_size(Some(message_max))
                    .max_frame_size(Some(message_max))
                    .read_buffer_size(READ_BUFFER)
                    .write_buffer_size(WRITE_BUFFER)
                    .max_write_buffer_size(WRITE_BUFFER_MAX);
                then(WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await).await;
            }
            Err(error) => tracing::debug!(%error, "an upgrade failed"),
        }
    });
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let h = response.headers_mut();
    h.insert(UPGRADE, HeaderValue::from_static("websocket"));
    h.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    if let Ok(accept) = HeaderValue::from_str(&accept) {
        h.insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    response
}

/// The native protocol on a socket.
async fn serve(hub: Arc<Hub>, address: IpAddr, socket: Socket) {
    let (frames, parcels) = mpsc::channel(OUT);
    let (to_hub, incoming) = mpsc::channel(IN);
    let outbox = Outbox { frames, overflow: Arc::new(Notify::new()), ended: Arc::new(Notify::new()) };
    let overflow = outbox.overflow.clone();
    let served = connection::serve(hub, Origin::Remote(address), incoming, outbox);
    carry(socket, (served, overflow), parcels, to_hub, |parcel: &Arc<Parcel>| Utf8Bytes::from(parcel.json()), native).await;
}

/// The old tablets' protocol on a socket.
async fn serve_old(hub: Arc<Hub>, counter: bool, socket: Socket) {
    let (messages, parcels) = mpsc::channel(OUT);
    let (to_hub, incoming) = mpsc::channel(IN);
    let line = Line { messages, overflow: Arc::new(Notify::new()) };
    let overflow = line.overflow.clone();
    let served = legacy::connection::serve(hub, counter, incoming, line);
    carry(socket, (served, overflow), parcels, to_hub, |message: &Arc<str>| Utf8Bytes::from(&**message), old).await;
}

/// Carries a connection's messages both ways until either end has enough: `text` makes one of
/// the hub's into JSON, `read` one of the client's out of it. Listening, serving and sending are
/// one task: an order that comes in and an answer that goes out wake it once each.
async fn carry<I, O>(
    socket: Socket,
    (served, overflow): (impl Future<Output = Goodbye>, Arc<Notify>),
    mut parcels: mpsc::Receiver<O>,
    to_hub: mpsc::Sender<I>,
    text: fn(&O) -> Utf8Bytes,
    read: fn(Message) -> Result<I, Goodbye>,
) {
    let (mut sink, stream) = socket.split();
    // A bug in one request ends its own connection with a goodbye like any other end.
    let mut served = pin!(AssertUnwindSafe(served).catch_unwind());
    let mut listening = pin!(listen(stream, to_hub, read));
    let mut pings = interval_at(Instant::now() + PING, PING);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard: Option<(Goodbye, SplitStream<Socket>)> = None;
    let mut over = false;
    let goodbye = loop {
        tokio::select! {
            biased;
            // First, so that what it hears is served in the same breath.
            end = &mut listening, if heard.is_none() => heard = Some(end),
            // Ends when the hub stops, when the client is too slow, or after listening ended
            // and what it had asked is answered.
            end = &mut served => {
                over = true;
                break end.unwrap_or(GONE)
            }
            parcel = parcels.recv() => {
                // The connection has let go of its outbox: it is ending.
                let Some(parcel) = parcel else { break GONE };
                // What else is ready goes out with it: an answer and the change that it made are one write.
                let ready = std::iter::once(parcel).chain(std::iter::from_fn(|| parcels.try_recv().ok())).take(OUT);
                if !send_all(&mut sink, ready.map(|p| text(&p))).await {
                    break SLOW;
                }
            }
            _ = pings.tick() => {
                if !send(&mut sink, Message::Ping(Bytes::new())).await {
                    break SLOW;
                }
            }
        }
    };
    // What was answered before the end still goes out, unless the client does not read.
    if goodbye != SLOW {
        while let Ok(parcel) = parcels.try_recv() {
            if !send(&mut sink, Message::Text(text(&parcel))).await {
                break;
            }
        }
    }
    drop(parcels);
    // Who was too slow still takes leave of the hub.
    if !over {
        overflow.notify_one();
        let _ = served.await;
    }
    // Its queue is gone, so listening ends by itself.
    let (why, mut stream) = match heard {
        Some(heard) => heard,
        None => listening.await,
    };
    let goodbye = if goodbye == GONE { why } else { goodbye };
    say_goodbye(&mut sink, &mut stream, goodbye).await;
}

/// In one run, which has as long as one of them.
async fn send_all(sink: &mut SplitSink<Socket, Message>, texts: impl Iterator<Item = Utf8Bytes>) -> bool {
    let run = async {
        for text in texts {
            sink.feed(Message::Text(text)).await?;
        }
        sink.flush().await
    };
    matches!(timeout(SEND, run).await, Ok(Ok(())))
}

async fn send(sink: &mut SplitSink<Socket, Message>, message: Message) -> bool {
    matches!(timeout(SEND, sink.send(message)).await, Ok(Ok(())))
}

fn close_frame(goodbye: &Goodbye) -> CloseFrame {
    CloseFrame { code: CloseCode::from(goodbye.code), reason: goodbye.reason.into() }
}

/// Sends the reason and reads on until the other side has closed too: bytes that are still
/// coming in would reset the connection, and the reason with it.
async fn say_goodbye(sink: &mut SplitSink<Socket, Message>, stream: &mut SplitStream<Socket>, goodbye: Goodbye) {
    let farewell = async {
        if sink.send(Message::Close(Some(close_frame(&goodbye)))).await.is_ok() {
            while let Some(Ok(_)) = stream.next().await {}
        }
    };
    let _ = timeout(CLOSE, farewell).await;
}

/// Reads until the client ends or misbehaves, and says which.
async fn listen<I>(
    mut stream: SplitStream<Socket>,
    to_hub: mpsc::Sender<I>,
    read: fn(Message) -> Result<I, Goodbye>,
) -> (Goodbye, SplitStream<Socket>) {
    let end = loop {
        let next = tokio::select! {
            next = timeout(DEAD, stream.next()) => next,
            () = to_hub.closed() => break GONE,
        };
        let message = match next {
            Err(_) => break SILENT,
            Ok(None) => break GONE,
            Ok(Some(message)) => message,
        };
        match message {
            Ok(message @ (Message::Text(_) | Message::Binary(_))) => match read(message) {
                Ok(heard) => {
                    if to_hub.send(heard).await.is_err() {
                        break GONE;
                    }
                }
                Err(goodbye) => break goodbye,
            },
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
            Ok(Message::Close(_)) => break GONE,
            Err(Error::Capacity(CapacityError::MessageTooLong { .. })) => break TOO_BIG,
            Err(Error::Utf8(_)) => break Goodbye { code: 1007, reason: "not-utf-8" },
            Err(Error::Protocol(_)) => break BROKEN,
            Err(_) => break GONE,
        }
    };
    (end, stream)
}

fn native(message: Message) -> Result<Incoming, Goodbye> {
    match message {
        Message::Text(json) => Ok(frame(&json)),
        _ => Err(NOT_TEXT),
    }
}

/// An old tablet's messages never end its connection.
fn old(message: Message) -> Result<Heard, Goodbye> {
    match message {
        Message::Text(json) => Ok(legacy::wire::read(&json)),
        _ => Ok(Err("it is no text")),
    }
}

/// A frame, or what is wrong with it. The id is looked for in either case, so that the
/// refusal reaches the request that caused it.
fn frame(json: &str) -> Incoming {
    match serde_json::from_str::<ClientFrame>(json) {
        Ok(frame) => Incoming::Frame(Box::new(frame)),
        Err(error) => {
            let value: Option<serde_json::Value> = serde_json::from_str(json).ok();
            let id = value.and_then(|v| v.get("id")?.as_str().and_then(|t| Uuid::parse_str(t).ok()));
            let detail: String = error.to_string().chars().take(200).collect();
            Incoming::Unreadable { id, detail }
        }
    }
}
