//! The desk that serves all old tablets: one task, so that what two pages of one tablet say stays
//! in order. Carts that change with every tap are gathered and written some times a second;
//! everything else is written at once. After a change it reads the one table anew and tells those
//! whom it concerns; it never waits for a tablet.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::domain::id::{OrderId, TableId};
use crate::domain::staff::Actor;
use crate::hub::legacy::connection::{Heard, Line};
use crate::hub::legacy::wire::{self, Said};
use crate::hub::legacy::{Post, SocketId};
use crate::ops::legacy::{Cart, ClearCart, FinishTable, Heeded, KeepCart, ProcessTable, SubmitCart, Whose};
use crate::ops::{self, Caller, Operation};
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::writer::Writer;
use crate::views::tablet::{self, OpenTable, Progress};

/// How long a cart may wait for the next tap. A power cut takes at most a second of tapping; a
/// fifth of that still makes one write of a run of taps.
const GATHER: Duration = Duration::from_millis(200);
/// Posts that are taken before the tables are read anew.
const AT_ONCE: usize = 64;

pub(in crate::hub::legacy) struct Desk {
    pays: bool,
    writer: Writer,
    reader: Reader,
    sockets: HashMap<SocketId, Socket>,
    /// Tables at which something is open, as they were told.
    open: BTreeMap<TableId, Shown>,
    /// Carts that wait to be written: the latest of each guest, and whose socket brought it.
    carts: BTreeMap<Whose, (SocketId, bool, Cart)>,
    /// When they are written.
    due: Option<Instant>,
    /// Tables to read anew.
    changed: BTreeSet<TableId>,
    /// Something was missed: all tables are.
    stale: bool,
    /// Operations under way.
    answers: JoinSet<(SocketId, Answer)>,
}

/// What must be told to the socket that asked. The tablets know no answers: most of the time
/// nothing.
enum Answer {
    Done,
    /// How things really are.
    Refused,
    /// All that is in that guest's cart was served.
    Served(Whose),
}

struct Socket {
    line: Line,
    /// Once it has sent a guest's message: whose.
    own: Option<Whose>,
    /// The log knows that it sends what cannot be read.
    noted: bool,
}

impl Socket {
    /// The number of its guest's table.
    fn table(&self) -> Option<&str> {
        self.own.as_ref().map(|whose| whose.table.as_str())
    }

    /// Whether it hears of that table.
    fn hears(&self, number: &str) -> bool {
        self.table().is_none_or(|own| own.eq_ignore_ascii_case(number))
    }
}

/// A table as the tablets know it.
struct Shown {
    number: String,
    /// JSON.
    transactions: String,
    progress: Progress,
    carts: bool,
    /// Every order that was open since the table was served last.
    round: BTreeSet<OrderId>,
}

/// A table read anew.
struct Seen {
    table: TableId,
    now: Option<OpenTable>,
    /// Some order of the round was served.
    served: bool,
}

impl Desk {
    pub fn new(pays: bool, writer: Writer, reader: Reader) -> Desk {
        Desk {
            pays,
            writer,
            reader,
            sockets: HashMap::new(),
            open: BTreeMap::new(),
            carts: BTreeMap::new(),
            due: None,
            changed: BTreeSet::new(),
            stale: true,
            answers: JoinSet::new(),
        }
    }

    /// Serves until the hub is gone.
    pub async fn work(mut self, mut inbox: mpsc::Receiver<Post>, mut changes: broadcast::Receiver<Arc<[TableId]>>) {
        self.look().await;
        loop {
            let due = self.due;
            tokio::select! {
                post = inbox.recv() => {
                    let Some(post) = post else { break };
                    self.take(post);
                    for _ in 1..AT_ONCE {
                        let Ok(post) = inbox.try_recv() else { break };
                        self.take(post);
                    }
                }
                tables = changes.recv() => match tables {
                    // None in particular: the publisher does not know which.
                    Ok(tables) if tables.is_empty() => self.stale = true,
                    Ok(tables) => self.changed.extend(tables.iter().copied()),
                    Err(RecvError::Lagged(_)) => self.stale = true,
                    Err(RecvError::Closed) => break,
                },
                Some(answer) = self.answers.join_next(), if !self.answers.is_empty() => match answer {
                    Ok((_, Answer::Done)) | Err(_) => {}
                    Ok((socket, Answer::Refused)) => self.set_right(socket),
                    Ok((_, Answer::Served(whose))) => self.say_served(&whose),
                },
                () = at(due), if due.is_some() => self.write_carts(),
            }
            if self.stale || !self.changed.is_empty() {
                self.look().await;
            }
        }
        self.write_carts();
    }

    fn take(&mut self, post: Post) {
        match post {
            Post::Come(id, line) => {
                self.sockets.insert(id, Socket { line, own: None, noted: false });
                self.set_right(id);
            }
            Post::Said(id, counter, heard) => self.hear(id, counter, heard),
            Post::Leave(id, done) => {
                self.sockets.remove(&id);
                self.write_carts();
                let _ = done.send(());
            }
        }
    }

    fn hear(&mut self, id: SocketId, counter: bool, heard: Heard) {
        let said = match heard {
            Ok(said) => said,
            Err(why) => {
                self.note_refusal(id, why);
                return self.set_right(id);
            }
        };
        if let Some(whose) = said.whose()
            && let Some(socket) = self.sockets.get_mut(&id)
        {
            socket.own = Some(whose.clone());
        }
        if let Said::Cart(whose, cart) = said {
            self.carts.insert(whose, (id, counter, cart));
            self.due = self.due.or_else(|| Some(Instant::now() + GATHER));
            return;
        }
        // What was tapped before comes before.
        self.write_carts();
        match said {
            Said::Cart(..) => {}
            Said::Clear(whose) => self.ask(id, counter, Some(whose.clone()), ClearCart { whose }),
            Said::Submit(whose, cart) => self.ask(id, counter, Some(whose.clone()), SubmitCart { whose, cart }),
            Said::Process(table) => self.ask(id, counter, None, ProcessTable { table }),
            Said::Finish(table) => self.ask(id, counter, None, FinishTable { table, pays: self.pays }),
        }
    }

    fn write_carts(&mut self) {
        self.due = None;
        for (whose, (id, counter, cart)) in std::mem::take(&mut self.carts) {
            self.ask(id, counter, Some(whose.clone()), KeepCart { whose, cart });
        }
    }

    /// Hands an operation to the writer, as a tablet at such an address.
    fn ask<O: Operation<Output = Heeded>>(&mut self, id: SocketId, counter: bool, whose: Option<Whose>, op: O) {
        let (tell, told) = oneshot::channel();
        let caller = Caller::plain(Actor::Tablet { counter });
        ops::submit(&self.writer, caller, op, move |answer| drop(tell.send(answer)));
        self.answers.spawn(async move {
            let answer = match told.await {
                Ok(Ok(done)) => {
                    if done.output.differs {
                        tracing::debug!(op = O::NAME, ?whose, "an old tablet shows other prices than the house has");
                    }
                    whose.filter(|_| done.output.served).map_or(Answer::Done, Answer::Served)
                }
                Ok(Err(ops::OpError::Refused(refusal))) => {
                    tracing::debug!(op = O::NAME, ?whose, %refusal, "an old tablet's wish was refused");
                    Answer::Refused
                }
                Ok(Err(ops::OpError::Store(fault))) => {
                    tracing::error!(op = O::NAME, %fault, "an old tablet's message failed");
                    Answer::Refused
                }
                Err(_) => Answer::Refused,
            };
            (id, answer)
        });
    }

    /// Reads the changed tables and tells of them. What cannot be read is tried again with the
    /// next change.
    async fn look(&mut self) {
        let changed = std::mem::take(&mut self.changed);
        let all = std::mem::take(&mut self.stale);
        let rounds: BTreeMap<TableId, BTreeSet<OrderId>> = self
            .open
            .iter()
            .filter(|(id, _)| all || changed.contains(*id))
            .map(|(id, shown)| (*id, shown.round.clone()))
            .collect();
        let reader = self.reader.clone();
        let read = move || reader.read(|conn| see(conn, (!all).then_some(changed), &rounds));
        match tokio::task::spawn_blocking(read).await {
            Ok(Ok(seen)) => seen.into_iter().for_each(|s| self.show(s)),
            Ok(Err(error)) => {
                tracing::error!(%error, "the old tablets' tables cannot be read");
                self.stale = true;
            }
            Err(error) => {
                tracing::error!(%error, "reading the old tablets' tables failed inside the program");
                self.stale = true;
            }
        }
    }

    fn show(&mut self, seen: Seen) {
        let Seen { table, now, served } = seen;
        let before = self.open.remove(&table);
        // All that was open has come to its end, and some of it by being served. A cart that was
        // there before belongs to the round: as long as it may have become what is open now, the
        // table is not done.
        let over = before.as_ref().is_some_and(|b| {
            let still = now.as_ref().is_some_and(|n| b.carts || n.open.iter().any(|o| b.round.contains(o)));
            served && !still
        });
        if over && let Some(before) = &before {
            self.tell(&before.number, Some(Progress::Done));
        }
        let Some(now) = now else {
            // Nothing is wanted there any more, and nothing was served: no word says that.
            if !over && let Some(before) = &before {
                self.tell(&before.number, None);
            }
            return;
        };
        let mut shown = Shown {
            number: now.number,
            transactions: serde_json::to_string(&now.transactions).unwrap_or_else(|_| "[]".to_owned()),
            progress: now.progress,
            carts: now.carts,
            round: now.open.into_iter().collect(),
        };
        let mut same = false;
        if let Some(before) = before.filter(|_| !over) {
            same =
                before.number == shown.number && before.transactions == shown.transactions && before.progress == shown.progress;
            shown.round.extend(before.round);
        }
        let (number, progress) = (shown.number.clone(), shown.progress);
        self.open.insert(table, shown);
        if !same {
            self.tell(&number, Some(progress));
        }
    }

    /// Tells of a change at one table: guests there of it alone, everybody who is no guest of all
    /// tables. Each message is made once.
    fn tell(&self, number: &str, word: Option<Progress>) {
        let words = || word.map(|w| (number, w)).into_iter();
        let (mut to_all, mut to_guests) = (None, None);
        for socket in self.sockets.values().filter(|s| s.hears(number)) {
            let message: &Arc<str> = match socket.table() {
                None => to_all.get_or_insert_with(|| wire::update(self.told(None), words())),
                Some(_) => to_guests.get_or_insert_with(|| wire::update(self.told(Some(number)), words())),
            };
            socket.line.put(message.clone());
        }
    }

    /// The open tables, or that one of them.
    fn told<'a>(&'a self, only: Option<&'a str>) -> impl Iterator<Item = wire::Told<'a>> {
        let all = self.open.values().filter(move |s| only.is_none_or(|own| own.eq_ignore_ascii_case(&s.number)));
        all.map(|s| (s.number.as_str(), s.transactions.as_str()))
    }

    /// A tablet that missed "selesai" is told now, on each of its pages and nowhere else: it is true
    /// of its guest, whatever the neighbours still wait for.
    fn say_served(&self, whose: &Whose) {
        let number = whose.table.as_str();
        let message = wire::update(self.told(Some(number)), [(number, Progress::Done)].into_iter());
        for socket in self.sockets.values().filter(|s| s.own.as_ref() == Some(whose)) {
            socket.line.put(message.clone());
        }
    }

    /// The log has a socket's first message that cannot be read: enough to find the tablet, and no
    /// more however much it sends.
    fn note_refusal(&mut self, id: SocketId, why: &'static str) {
        let Some(socket) = self.sockets.get_mut(&id) else { return };
        if !std::mem::replace(&mut socket.noted, true) {
            tracing::info!(why, table = socket.table(), "an old tablet's message was refused");
        }
    }

    /// Tells a socket all that it may know: when it comes, and when what it said was refused.
    fn set_right(&self, id: SocketId) {
        let Some(socket) = self.sockets.get(&id) else { return };
        let words = self.open.values().filter(|s| socket.hears(&s.number)).map(|s| (s.number.as_str(), s.progress));
        socket.line.put(wire::update(self.told(socket.table()), words));
    }
}

/// Waits until then; for ever without a time.
async fn at(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// The tables as they are now: those that changed, or all.
fn see(
    conn: &Connection,
    changed: Option<BTreeSet<TableId>>,
    rounds: &BTreeMap<TableId, BTreeSet<OrderId>>,
) -> Result<Vec<Seen>, StoreError> {
    let tables = match changed {
        Some(changed) => changed,
        // Also those that were taken away since.
        None => tablet::tables(conn)?.into_iter().chain(rounds.keys().copied()).collect(),
    };
    let mut seen = Vec::with_capacity(tables.len());
    for table in tables {
        let mut served = false;
        for order in rounds.get(&table).into_iter().flatten() {
            served = served || tablet::is_done(conn, *order)?;
        }
        seen.push(Seen { table, now: tablet::table(conn, table)?, served });
    }
    Ok(seen)
}
