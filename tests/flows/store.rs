//! The store under load and under faults.

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use kasir::app::Store;
use kasir::domain::id::{EmployeeId, ProductId};
use kasir::domain::refusal::Refusal;
use kasir::domain::staff::{Actor, EmployeeDraft, Role};
use kasir::domain::visit::{Person as Guest, TableDraft};
use kasir::ops::order::SetSoldOut;
use kasir::ops::setup::AddTable;
use kasir::ops::staff::AddEmployee;
use kasir::ops::{self, Caller, OpError, RequestKey};
use kasir::store::data_dir::DataDir;
use kasir::store::error::StoreError;
use kasir::store::visits;
use kasir::store::write_tx::WriteTx;

use crate::support::dice::Dice;
use crate::support::disk::{Disk, Fault, Manner};
use crate::support::machine::MachineClock;
use crate::support::people::{CASHIER, Person};
use crate::support::till::{Till, command};
use crate::support::{Place as Shop, clock, own_address, wait_until};
use kasir::hub::wire::Place;

fn table(number: &str) -> AddTable {
    AddTable {
        draft: TableDraft { number: number.to_owned(), area: String::new(), seats: 2 },
        code: kasir::hub::door::table_code(),
    }
}

/// A reader in the way of the write-ahead log holds up nobody; once it has gone the log is
/// written back and cut, at the next quiet moment.
#[test]
fn the_log_is_cut_once_its_readers_have_gone() {
    let shop = Shop::furnished();
    let store = Store::open_alone(shop.path(), clock()).unwrap();
    let log = || std::fs::metadata(shop.database().with_extension("db-wal")).map_or(0, |m| m.len());
    let reader = rusqlite::Connection::open(shop.database()).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM journal").unwrap();
    for n in 0..300 {
        ops::run(&store.writer, Actor::Machine, table(&format!("x{n}"))).unwrap();
    }
    assert!(log() > 1_000_000, "nothing can be cut under a reader: {}", log());
    reader.execute_batch("COMMIT").unwrap();
    wait_until("the log to be cut", || log() == 0);
    assert_eq!(shop.number("SELECT count(*) FROM dining_table"), 312);
    store.close().unwrap();
    shop.verify();
}

/// A read that would never end, over ten thousand commits: once the log is long the reader is told to
/// leave, and the log is cut. Readers that come and go all the time hold up nothing.
#[test]
fn a_reader_over_ten_thousand_commits_keeps_the_log_bounded() {
    const LONGEST: u64 = 100 * 1024 * 1024;
    let shop = Shop::furnished();
    let store = Store::open_alone(shop.path(), clock()).unwrap();
    let log = || std::fs::metadata(shop.database().with_extension("db-wal")).map_or(0, |m| m.len());
    let endless = "WITH RECURSIVE n (x) AS (SELECT count(*) FROM journal UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    let over = AtomicBool::new(false);
    let mut longest = 0;
    let ended = std::thread::scope(|scope| {
        let reader = store.reader.clone();
        let held = scope.spawn(move || reader.read_apart(|c| Ok::<i64, StoreError>(c.query_row(endless, [], |r| r.get(0))?)));
        let busy = scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                assert_eq!(store.reader.read(visits::tables).unwrap().len(), 12);
            }
        });
        for n in 0..10_000 {
            let product = kasir::domain::id::ProductId(1 + n / 2 % 20);
            ops::run(&store.writer, Actor::Machine, SetSoldOut { product, sold_out: n % 2 == 0 }).unwrap();
            longest = longest.max(log());
        }
        over.store(true, Ordering::SeqCst);
        busy.join().unwrap();
        // Also one that the writer left alone must not hang the test.
        store.reader.interrupt_older_than(std::time::Duration::ZERO);
        held.join().unwrap()
    });
    assert_eq!(ended, Err(StoreError::Interrupted));
    assert!((64 * 1024 * 1024..LONGEST).contains(&longest), "the log had {longest} bytes");
    store.close().unwrap();
    assert_eq!(log(), 0);
    shop.verify();
}

/// Many threads at once: each change is there once, sequence numbers have no gap, and the
/// refused ones (a number that exists) left nothing.
#[test]
fn changes_from_many_threads_are_each_there_once() {
    let shop = Shop::furnished();
    let store = Store::open_alone(shop.path(), clock()).unwrap();
    let refused = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let (writer, refused) = (&store.writer, &refused);
            scope.spawn(move || {
                for n in 0..25 {
                    // Every second number is wanted by two threads.
                    let number = if n % 2 == 0 { format!("x{thread}-{n}") } else { format!("y{}-{n}", thread / 2) };
                    match ops::run(writer, Actor::Machine, table(&number)) {
                        Ok(_) => {}
                        Err(OpError::Refused(_)) => {
                            refused.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(other) => panic!("{other}"),
                    }
                }
            });
        }
    });
    store.close().unwrap();
    assert_eq!(refused.into_inner(), 8 * 12);
    assert_eq!(shop.number("SELECT count(*) FROM dining_table") - 12, 16 * 25 - 8 * 12);
    assert_eq!(shop.number("SELECT max(seq) - count(*) FROM journal"), 0);
    shop.verify();
}

/// A panic inside a change rolls back that one alone: its neighbours in the same transaction
/// are committed, and the writer goes on.
#[test]
fn a_panicking_change_takes_nobody_with_it() {
    let shop = Shop::furnished();
    let store = Store::open_alone(shop.path(), clock()).unwrap();
    let (tell, told) = std::sync::mpsc::sync_channel(16);
    // The first holds the writer until all are queued, so that they share a transaction.
    let (go, wait) = std::sync::mpsc::sync_channel::<()>(0);
    store.writer.submit(Actor::Machine, move |_| Ok::<_, StoreError>(wait.recv().is_ok()), |_| {});
    for n in 0..5 {
        let tell = tell.clone();
        store.writer.submit(
            Actor::Machine,
            move |tx| {
                let added = ops::Operation::apply(table(&format!("p{n}")), tx)?;
                assert!(n != 2, "a bug in a change");
                Ok::<_, OpError>(added)
            },
            move |outcome| tell.send((n, outcome)).unwrap(),
        );
    }
    go.send(()).unwrap();
    for _ in 0..5 {
        let (n, outcome) = told.recv().unwrap();
        match n {
            2 => assert!(
                matches!(outcome, Err(OpError::Store(StoreError::Panicked(ref why))) if why.contains("a bug")),
                "{outcome:?}"
            ),
            _ => assert!(outcome.is_ok(), "{outcome:?}"),
        }
    }
    let names: Vec<String> =
        store.reader.read(visits::tables).unwrap().into_iter().map(|t| t.number).filter(|n| n.starts_with('p')).collect();
    assert_eq!(names, ["p0", "p1", "p3", "p4"]);
    store.close().unwrap();
    shop.verify();
}

/// One process owns the directory; the second is told who does.
#[test]
fn a_second_process_is_kept_out() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let second = command(shop.path(), "127.0.0.1:0").stderr(std::process::Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success() && said.contains("in use") && said.contains(&till.id().to_string()), "{said}");
    assert!(DataDir::take(shop.path()).is_err());
    till.stop();
    assert!(DataDir::take(shop.path()).is_ok());
}

/// The journal refuses to be changed, and `verify` names what was changed around it.
#[test]
fn verify_names_the_first_row_that_disagrees() {
    let shop = Shop::furnished();
    let conn = || rusqlite::Connection::open(shop.database()).unwrap();
    for sql in ["UPDATE journal SET event = '{}' WHERE seq = 3", "DELETE FROM journal WHERE seq = 3"] {
        assert!(conn().execute(sql, []).unwrap_err().to_string().contains("append-only"), "{sql}");
    }
    let complains = |sql: &str, says: &[&str]| {
        let copy = Shop::empty();
        std::fs::copy(shop.database(), copy.database()).unwrap();
        let conn = rusqlite::Connection::open(copy.database()).unwrap();
        conn.execute_batch(sql).unwrap();
        let error = kasir::store::verify::verify(&conn).unwrap_err().to_string();
        assert!(says.iter().all(|s| error.contains(s)), "{sql}: {error}");
    };
    let unlock = "DROP TRIGGER journal_is_append_only_update; DROP TRIGGER journal_is_append_only_delete;";
    complains("UPDATE product SET price_minor = 1 WHERE id = 3", &["product", "3", "price_minor"]);
    complains("DELETE FROM dining_table WHERE id = 12", &["dining_table", "12", "missing"]);
    complains("INSERT INTO device VALUES (77, 'x', 0, 0)", &["device", "77", "not in the journal"]);
    complains(&format!("{unlock} UPDATE journal SET wall_ms = wall_ms + 1 WHERE seq = 5"), &["row 5", "changed"]);
    complains(&format!("{unlock} UPDATE journal SET actor = '\"stranger\"' WHERE seq = 5"), &["row 5", "changed"]);
    complains(&format!("{unlock} DELETE FROM journal WHERE seq = 5"), &["row 5", "missing"]);
}

/// A fault of the disk stops the acknowledging: a sync that fails, or a file that may not
/// grow. What was acknowledged before is there after the restart; what failed is not claimed.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sync_stops_the_acknowledging() {
    let shop = Shop::furnished();
    let trigger = shop.path().join("fail-now");
    let mut process = command(shop.path(), &own_address());
    process.env("FAIL_SYNC_WHEN", &trigger).env("KASIR_LOG", "off").stderr(std::process::Stdio::null());
    disk_fault(shop, process, || std::fs::write(&trigger, "").unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_grow_stops_the_acknowledging() {
    let shop = Shop::furnished();
    // The shell ignores the signal, so that the write fails as on a full disk; 1,024 blocks
    // of 1 KiB leave room for some orders in the log, not for all.
    let mut process = Command::new("bash");
    let run = command(shop.path(), &own_address());
    process.args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$@\"", "kasir"]).arg(run.get_program()).args(run.get_args());
    MachineClock::of(shop.path()).put_on(&mut process);
    process.env("KASIR_LOG", "off").stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).process_group(0);
    disk_fault(shop, process, || {}).await;
}

async fn disk_fault(shop: Shop, process: Command, strike: impl FnOnce()) {
    let mut till = Till::spawn(process, shop.path());
    let address = till.address.clone();
    let url = till.socket_url();
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let place = || Some(Place::Takeaway { guest: String::new() });
    let mut acked = vec![cashier.order_at(place(), &[("Es Teh", 1)]).await.unwrap()];
    strike();
    // Orders until the hub says that it can write no more, or has gone: the last ones wait,
    // unanswered, on the client.
    let product = cashier.product("Es Teh");
    let mut sent = 0;
    let (tell, mut told) = tokio::sync::mpsc::channel(1);
    let stopped = loop {
        let order = uuid::Uuid::now_v7();
        let lines = vec![kasir::hub::wire::NewLine { product, quantity: 1, note: "x".repeat(140) }; 60];
        let op = kasir::hub::wire::Op::OrderPlace { order, place: place(), lines };
        let tell = tell.clone();
        cashier.client.submit(op, move |answer| drop(tell.try_send(answer)));
        sent += 1;
        tokio::select! {
            answer = told.recv() => match answer.unwrap() {
                Ok(kasir::hub::wire::Outcome::Placed { order, .. }) => acked.push(order),
                Ok(other) => panic!("{other:?}"),
                Err(no) if no.code == "too-fast" => {}
                Err(no) => break no.code,
            },
            () = gone(&address) => break "gone".to_owned(),
        }
        assert!(sent < 5_000, "the fault never struck");
    };
    assert!(["stopped", "gone", "internal"].contains(&stopped.as_str()), "{stopped}");
    let status = till.wait();
    assert!(!status.success(), "it ends with an error, so that systemd starts it again");

    // Started again without the fault: the journal decides.
    let till = Till::start_at(&shop, &address);
    let room = cashier.until("to be answered", |r| r.orders.len() > 1 || r.me.is_some()).await;
    drop(room);
    wait_until("everything to be answered", || cashier.client.unanswered() == 0);
    till.stop();
    for order in &acked {
        assert_eq!(shop.number(&format!("SELECT count(*) FROM orders WHERE id = {}", order.0)), 1, "{order} was acknowledged");
    }
    assert_eq!(shop.number("SELECT count(*) - count(DISTINCT uid) FROM orders"), 0);
    shop.verify();
}

/// A change that a killed process left in the system's memory is not answered as done before it is on the
/// disk: the request is sent again, answered, and then the power is cut. The same after a sync that failed,
/// when the system believes that the disk has what it has not.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_process_left_is_synced_before_it_is_answered() {
    for fault in [Fault::DieAtSync, Fault::Sync] {
        let shop = Shop::furnished();
        let mut disk = Disk::under(shop.path());
        let start = |disk: &Disk, listen: &str| {
            let mut command = command(shop.path(), listen);
            disk.put_on(&mut command);
            command.env("KASIR_LOG", "off").stderr(std::process::Stdio::null());
            Till::spawn(command, shop.path())
        };
        let mut till = start(&disk, &own_address());
        let address = till.address.clone();
        let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
        let switch = |name: &str| kasir::hub::wire::Op::ProductSoldOut { product: cashier.product(name), sold_out: true };
        cashier.ask(switch("Klepon")).await.unwrap();
        let (writes, syncs) = disk.counts();
        assert!(writes > 0 && syncs > 0, "the disk is not the test's");
        disk.fail(fault, 1, rustix::io::Errno::IO, false);
        let (tell, told) = tokio::sync::oneshot::channel();
        cashier.client.submit(switch("Lumpia"), |answer| drop(tell.send(answer)));
        till.wait();
        disk.mend();
        let till = start(&disk, &address);
        let answer = tokio::time::timeout(crate::support::PATIENCE, told).await.unwrap().unwrap();
        till.kill();
        disk.cut_as(Manner::AllLost, &mut Dice::new(1));
        let switched = shop.number("SELECT sold_out FROM product WHERE name LIKE 'Lumpia%'");
        assert_eq!((answer.is_ok(), switched), (true, 1), "{fault:?}: {answer:?}");
        shop.verify();
    }
}

/// A disk that cannot be read for a while makes no stranger of anybody: a line whose hello cannot be
/// answered is closed, and what its client sends again is not refused to it.
#[tokio::test(flavor = "multi_thread")]
async fn a_hello_that_cannot_be_read_ends_the_line() {
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;

    let shop = Shop::furnished();
    let disk = Disk::under(shop.path());
    let mut process = command(shop.path(), "127.0.0.1:0");
    disk.put_on(&mut process);
    process.env("KASIR_LOG", "off").stderr(std::process::Stdio::null());
    let till = Till::spawn(process, shop.path());
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let (socket, _) = tokio_tungstenite::connect_async(till.socket_url()).await.unwrap();
    let (mut sink, mut stream) = socket.split();
    // What was written since makes every reader look anew.
    cashier.order_at(Some(Place::Takeaway { guest: String::new() }), &[("Es Teh", 1)]).await.unwrap();
    disk.fail(Fault::Read, 1, rustix::io::Errno::IO, true);
    let order = serde_json::json!({ "name": "order.place", "order": uuid::Uuid::now_v7(), "lines": [{ "product": "p1", "quantity": 1 }] });
    for frame in [
        serde_json::json!({ "type": "hello", "session": "somebody's" }),
        serde_json::json!({ "type": "request", "id": uuid::Uuid::now_v7(), "op": order }),
    ] {
        sink.send(Message::text(frame.to_string())).await.unwrap();
    }
    let mut told = Vec::new();
    let heard = async {
        while let Some(Ok(message)) = stream.next().await {
            match message {
                Message::Text(text) => {
                    let frame: serde_json::Value = serde_json::from_str(&text).unwrap();
                    told.push(frame["code"].as_str().or(frame["type"].as_str()).unwrap().to_owned());
                }
                Message::Close(frame) => told.push(u16::from(frame.unwrap().code).to_string()),
                _ => {}
            }
        }
    };
    tokio::time::timeout(crate::support::PATIENCE, heard).await.unwrap();
    assert_eq!(told, ["welcome", "failing", "1011"]);
    disk.mend();
    cashier.until("to be served again", |r| r.me.is_some()).await;
    cashier.order_at(Some(Place::Takeaway { guest: String::new() }), &[("Es Teh", 1)]).await.unwrap();
    till.stop();
    assert_eq!(shop.number("SELECT count(*) FROM orders"), 2);
    shop.verify();
}

/// A transaction finds no room on the disk. What it only said again was on disk before and stays said; what had
/// no turn in it has one of its own.
#[test]
fn what_was_answered_stands_when_the_next_finds_no_room() {
    let shop = Shop::furnished();
    let store = Store::open_alone(shop.path(), clock()).unwrap();
    let (told, answers) = std::sync::mpsc::sync_channel(16);
    let ask_as = |name: &'static str, id: u128, body: u8| {
        let key = RequestKey { id: uuid::Uuid::from_u128(id), body_hash: [body; 32] };
        let owner = Actor::Employee { employee: EmployeeId(1), role: Role::Owner, device: None };
        let told = told.clone();
        let then = move |answer: Result<ops::Done<_>, OpError>| told.send((name, answer.map(|d| d.repeated))).unwrap();
        ops::submit(&store.writer, Caller { actor: owner, session: None, key: Some(key) }, table(name), then);
    };
    let ask = |name, id| ask_as(name, id, 7);
    ask("x1", 1);
    let hear = || answers.recv_timeout(crate::support::PATIENCE).unwrap();
    assert!(matches!(hear(), ("x1", Ok(false))));
    let before = shop.number("SELECT max(seq) FROM journal");

    // The writer is kept busy until all of these wait for it: they become one transaction.
    let (busy, begun) = std::sync::mpsc::sync_channel(1);
    let (go, on) = std::sync::mpsc::sync_channel::<()>(1);
    let hold = move |_: &mut WriteTx<'_>| {
        busy.send(()).unwrap();
        on.recv().map_err(|e| StoreError::Fatal(e.to_string()))
    };
    store.writer.submit(Actor::Machine, hold, |held| held.unwrap());
    begun.recv().unwrap();
    // This one leaves no row behind: what is said of it again is not on disk before its answer is.
    for _ in 0..2 {
        let key = RequestKey { id: uuid::Uuid::from_u128(9), body_hash: [7; 32] };
        let told = told.clone();
        let then = move |answer: Result<ops::Done<_>, OpError>| told.send(("idle", answer.map(|d| d.repeated))).unwrap();
        let owner = Actor::Employee { employee: EmployeeId(1), role: Role::Owner, device: None };
        let same = SetSoldOut { product: ProductId(1), sold_out: false };
        ops::submit(&store.writer, Caller { actor: owner, session: None, key: Some(key) }, same, then);
    }
    ask("x2", 2);
    ask("x1", 1);
    ask_as("another", 1, 8);
    // The answer that it gives again is not on disk yet.
    ask("x2", 2);
    store.writer.submit(Actor::Machine, |_| Err::<(), _>(StoreError::Full), |full| assert_eq!(full, Err(StoreError::Full)));
    ask("x3", 3);
    go.send(()).unwrap();

    let heard: Vec<_> = (0..7).map(|_| hear()).collect();
    let full = |(name, answer): &(&str, Result<bool, OpError>)| {
        ["idle", "x2"].contains(name) && matches!(answer, Err(OpError::Store(StoreError::Full)))
    };
    assert!(matches!(heard[0], ("x1", Ok(true))), "{heard:?}");
    assert!(matches!(heard[1], ("another", Err(OpError::Refused(Refusal::Conflict)))), "{heard:?}");
    assert!(heard[2..6].iter().all(full), "{heard:?}");
    assert!(matches!(heard[6], ("x3", Ok(false))), "{heard:?}");
    store.close().unwrap();
    assert_eq!(shop.number("SELECT max(seq) FROM journal"), before + 1);
    shop.verify();
}

/// Returns once nothing listens at the address.
async fn gone(address: &str) {
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

/// Credentials are outside the journal: no PIN and no hash is in any event.
#[test]
fn the_journal_holds_no_secrets_and_no_guests() {
    let shop = Shop::furnished();
    let store = Store::open_alone(shop.path(), clock()).unwrap();
    let pin_hash = kasir::hub::door::secret_hash("74108520").unwrap();
    ops::run(
        &store.writer,
        Actor::Machine,
        AddEmployee { draft: EmployeeDraft { name: "Baru".into(), role: Role::Waiter, mail: None }, pin_hash },
    )
    .unwrap();
    let join = ops::visit::JoinVisit {
        code: shop.codes()[0].clone(),
        person: Guest { name: "Nama Rahasia".into(), mail: "rahasia@example.com".into(), phone: "0812345678".into() },
        token_hash: [7; 32],
    };
    ops::run(&store.writer, Actor::Stranger, join).unwrap();
    store.close().unwrap();
    for needle in ["argon2", "74108520", "Rahasia", "rahasia@", "0812345678"] {
        assert_eq!(shop.number(&format!("SELECT count(*) FROM journal WHERE event || actor LIKE '%{needle}%'")), 0, "{needle}");
    }
    assert_eq!(shop.number("SELECT count(*) FROM person WHERE name = 'Nama Rahasia'"), 1);
}
