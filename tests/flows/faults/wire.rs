//! The network between clients and hub: a proxy that loses answers, cuts lines, dawdles and says things
//! twice. A client's line is to the proxy's address; the hub may come back on another port.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use kasir::hub::wire::{ClientFrame, Op};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex as Held, Notify};
use uuid::Uuid;

use crate::support::dice::Dice;

/// How bad the network is: one in so many, 0 for never.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Manner {
    /// Pieces of answers that are swallowed, and the line cut.
    pub loses: u64,
    /// Requests in the middle of which the line is cut.
    pub cuts: u64,
    /// Requests that arrive twice.
    pub twice: u64,
    /// Pieces, both ways, that are up to 20 ms late.
    pub late: u64,
}

/// What a hub would have to do wrong for the tests to see it, done on the way to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgery {
    /// Some orders are acknowledged and forgotten: as if the acknowledgement came before the disk.
    EarlyAck,
    /// Some orders arrive a second time as another one.
    Twin,
}

#[derive(Default)]
struct Shared {
    hub: Mutex<String>,
    manner: Mutex<Manner>,
    forgery: Mutex<Option<Forgery>>,
    /// All lines are cut.
    scissors: Notify,
    troubles: AtomicU32,
}

pub struct Wire {
    /// What clients connect to.
    pub url: String,
    shared: Arc<Shared>,
    listening: tokio::task::AbortHandle,
}

impl Wire {
    pub async fn lay(mut dice: Dice) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/ws", listener.local_addr().unwrap());
        let shared: Arc<Shared> = Arc::default();
        let for_lines = shared.clone();
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(line(client, for_lines.clone(), dice.split()));
            }
        });
        Wire { url, shared, listening: listening.abort_handle() }
    }

    /// The hub is found there from now on.
    pub fn to(&self, hub: &str) {
        hub.clone_into(&mut self.shared.hub.lock().unwrap());
    }

    pub fn behave(&self, manner: Manner) {
        *self.shared.manner.lock().unwrap() = manner;
    }

    pub fn forge(&self, forgery: Forgery) {
        *self.shared.forgery.lock().unwrap() = Some(forgery);
    }

    pub fn cut_all(&self) {
        self.shared.scissors.notify_waiters();
    }

    /// Pieces that were lost, late, cut or doubled so far.
    pub fn troubles(&self) -> u32 {
        self.shared.troubles.load(Ordering::SeqCst)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.listening.abort();
        self.cut_all();
    }
}

impl Shared {
    fn is_one(&self, of: impl Fn(Manner) -> u64, dice: &mut Dice) -> bool {
        let sides = of(*self.manner.lock().unwrap());
        let hit = sides > 0 && dice.one_in(sides);
        self.troubles.fetch_add(u32::from(hit), Ordering::SeqCst);
        hit
    }

    async fn dawdle(&self, dice: &mut Dice) {
        if self.is_one(|m| m.late, dice) {
            tokio::time::sleep(std::time::Duration::from_millis(dice.roll(20))).await;
        }
    }
}

async fn line(client: TcpStream, shared: Arc<Shared>, mut dice: Dice) {
    let hub = shared.hub.lock().unwrap().clone();
    // Nobody there: the client finds its line closed, as when a machine is off.
    let Ok(hub) = TcpStream::connect(hub).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_hub, to_hub) = hub.into_split();
    let to_client = Arc::new(Held::new(to_client));
    let (down, up) = (dice.split(), dice.split());
    tokio::select! {
        _ = answers(from_hub, to_client.clone(), &shared, down) => {}
        _ = requests(from_client, to_hub, to_client, &shared, up) => {}
        () = shared.scissors.notified() => {}
    }
}

async fn answers(mut hub: OwnedReadHalf, client: Arc<Held<OwnedWriteHalf>>, shared: &Shared, mut dice: Dice) -> Option<()> {
    let mut piece = vec![0; 64 * 1024];
    loop {
        let length = hub.read(&mut piece).await.ok().filter(|n| *n > 0)?;
        shared.dawdle(&mut dice).await;
        if shared.is_one(|m| m.loses, &mut dice) {
            return None;
        }
        client.lock().await.write_all(&piece[..length]).await.ok()?;
    }
}

async fn requests(
    mut client: OwnedReadHalf,
    mut hub: OwnedWriteHalf,
    back: Arc<Held<OwnedWriteHalf>>,
    shared: &Shared,
    mut dice: Dice,
) -> Option<()> {
    let mut kept = Vec::new();
    let mut piece = vec![0; 16 * 1024];
    let mut greeted = false;
    loop {
        let length = client.read(&mut piece).await.ok().filter(|n| *n > 0)?;
        kept.extend_from_slice(&piece[..length]);
        if !greeted {
            let Some(end) = kept.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
            hub.write_all(&kept[..end + 4]).await.ok()?;
            kept.drain(..end + 4);
            greeted = true;
        }
        while let Some(length) = frame_length(&kept) {
            let frame: Vec<u8> = kept.drain(..length).collect();
            shared.dawdle(&mut dice).await;
            let said = request(&frame);
            if said.is_some() && shared.is_one(|m| m.cuts, &mut dice) {
                let part = dice.roll(frame.len() as u64 + 1) as usize;
                hub.write_all(&frame[..part]).await.ok()?;
                return None;
            }
            let forgery = *shared.forgery.lock().unwrap();
            if let (Some((id, Op::OrderPlace { place, lines, .. })), Some(forgery)) = (&said, forgery)
                && dice.one_in(4)
            {
                match forgery {
                    Forgery::EarlyAck => {
                        let result = r#"{"kind":"placed","order":"o1","visit":"v1","number":1}"#;
                        let ack = format!(r#"{{"type":"ack","id":"{id}","seq":0,"result":{result}}}"#);
                        back.lock().await.write_all(&unmasked(ack.as_bytes())).await.ok()?;
                        continue;
                    }
                    Forgery::Twin => {
                        let op = Op::OrderPlace { order: Uuid::now_v7(), place: place.clone(), lines: lines.clone() };
                        let twin = ClientFrame::Request { id: Uuid::now_v7(), op };
                        hub.write_all(&masked(serde_json::to_string(&twin).unwrap().as_bytes())).await.ok()?;
                    }
                }
            }
            hub.write_all(&frame).await.ok()?;
            if said.is_some() && shared.is_one(|m| m.twice, &mut dice) {
                hub.write_all(&frame).await.ok()?;
            }
        }
    }
}

/// Bytes of the first frame, once all of it is here (RFC 6455, 5.2).
fn frame_length(bytes: &[u8]) -> Option<usize> {
    let (head, payload) = head(bytes)?;
    let whole = head + payload;
    (bytes.len() >= whole).then_some(whole)
}

/// Where the payload of a client's frame begins, and its length.
fn head(bytes: &[u8]) -> Option<(usize, usize)> {
    let mask = 4;
    Some(match bytes.get(1)? & 0x7f {
        126 => (4 + mask, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().unwrap()))),
        127 => (10 + mask, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().unwrap())).unwrap()),
        short => (2 + mask, usize::from(short)),
    })
}

/// What a frame asks for, if it is a request.
fn request(frame: &[u8]) -> Option<(Uuid, Op)> {
    if frame[0] & 0x0f != 1 {
        return None;
    }
    let (at, length) = head(frame)?;
    let mask = &frame[at - 4..at];
    let text: Vec<u8> = frame[at..at + length].iter().zip(mask.iter().cycle()).map(|(b, m)| b ^ m).collect();
    match serde_json::from_slice(&text).ok()? {
        ClientFrame::Request { id, op } => Some((id, op)),
        ClientFrame::Hello { .. } | ClientFrame::View { .. } | ClientFrame::Ping {} => None,
    }
}

fn unmasked(text: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x81];
    match u8::try_from(text.len()) {
        Ok(short @ ..126) => frame.push(short),
        _ => {
            frame.push(126);
            frame.extend(u16::try_from(text.len()).unwrap().to_be_bytes());
        }
    }
    frame.extend_from_slice(text);
    frame
}

/// With a mask of zeros.
fn masked(text: &[u8]) -> Vec<u8> {
    let mut frame = unmasked(text);
    frame[1] |= 0x80;
    let at = frame.len() - text.len();
    frame.splice(at..at, [0; 4]);
    frame
}
