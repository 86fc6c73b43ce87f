//! Bytes that a card has lost, anywhere in a house's file and its log: kasir serves with everything right, or it
//! does not serve and says what to type, and what it says brings everything back. The seed of a round is printed
//! when it fails. `KASIR_DAMAGE_ROUNDS=1000 cargo test --test flows damage::` tries more of them.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use kasir::domain::id::Seq;
use kasir::hub::wire::Place;
use kasir::store::{journal, verify};

use crate::backup::{done, kasir};
use crate::support::machine::MachineClock;
use crate::support::people::{CASHIER, Person};
use crate::support::till::{Till, command};
use crate::support::{Place as Shop, wait_until};

const ROUNDS: u64 = 36;

/// A small generator; the seed replays a round.
struct Dice(u64);

impl Dice {
    fn of(seed: u64) -> Dice {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..8 {
            dice.roll(2);
        }
        dice
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// A house as a pulled plug leaves it: the file, a log with what is not in the file yet, a backup of some rows
/// before the end, and the journal's copy with all of them.
struct House {
    shop: Shop,
    backup: PathBuf,
    journal: PathBuf,
    head: Seq,
    medium: tempfile::TempDir,
    /// What lies on the medium.
    there: Vec<(PathBuf, Vec<u8>)>,
}

impl House {
    /// Puts the medium back as it was: a round's house writes there, too.
    fn put_back(&self) {
        for entry in std::fs::read_dir(self.medium.path()).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => std::fs::remove_dir_all(path).unwrap(),
                false => std::fs::remove_file(path).unwrap(),
            }
        }
        for (path, bytes) in &self.there {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}

/// All files under a folder.
fn files_of(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut all, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => all.push((path.clone(), std::fs::read(path).unwrap())),
            }
        }
    }
    all
}

async fn house() -> House {
    let shop = Shop::furnished();
    let medium = tempfile::tempdir_in("/dev/shm").unwrap();
    let till = Till::start(&shop);
    let owner = crate::support::office::Office::of(&till.address, crate::support::office::OWNER).await;
    let settings = serde_json::json!({ "folder": medium.path(), "journal": "folder" });
    assert_eq!(owner.put("backups/settings", settings).await.status, 204);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let place = || Some(Place::Takeaway { guest: String::new() });
    for _ in 0..4 {
        cashier.order_at(place(), &[("Es Teh", 1), ("Soto", 2)]).await.unwrap();
    }
    // The house's own first one, which the settings ask for, is older than noon's.
    wait_until("the house's own backup", || !kasir::store::ledger::read(shop.path()).made.is_empty());
    cashier.order_at(place(), &[("Es Teh", 1)]).await.unwrap();
    let backup = medium.path().join("noon.db");
    done(&["backup", backup.to_str().unwrap()], shop.path());
    // What follows is in a log of its own, which is not cut under somebody who reads.
    let log = || std::fs::metadata(shop.database().with_extension("db-wal")).map_or(0, |m| m.len());
    let reader = rusqlite::Connection::open(shop.database()).unwrap();
    wait_until("the log to be cut", || {
        reader.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        log() == 0
    });
    reader.execute_batch("BEGIN; SELECT count(*) FROM journal").unwrap();
    for _ in 0..6 {
        let order = cashier.order_at(place(), &[("Es Teh", 1)]).await.unwrap();
        let visit = cashier.until("the order", |r| r.orders.contains_key(&order)).await.orders[&order].visit;
        cashier.pay(visit, None).await.unwrap();
    }
    let head = shop.number("SELECT max(seq) FROM journal");
    let own = || std::fs::read_dir(medium.path()).unwrap().map(|e| e.unwrap().path()).find(|p| p.is_dir());
    wait_until("the house's folder", || own().is_some());
    let journal = own().unwrap().join("journal");
    wait_until("the copy to have all", || {
        kasir::store::journal_file::later(&journal, 0, None).unwrap().iter().map(|e| e.seq).max() == Some(head)
    });
    till.kill();
    // As it lies there; whoever closes it last writes the log back.
    let files = ["db", "db-wal"].map(|e| shop.database().with_extension(e));
    let held = files.clone().map(|f| std::fs::read(f).unwrap());
    drop(reader);
    let _ = std::fs::remove_file(shop.database().with_extension("db-shm"));
    files.iter().zip(held).for_each(|(file, bytes)| std::fs::write(file, bytes).unwrap());
    assert!(std::fs::metadata(&files[1]).unwrap().len() > 40_000, "a log with something in it");
    let there = files_of(medium.path());
    House { shop, backup, journal, head, medium, there }
}

/// Where bytes are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Header,
    Pages,
    Log,
}

/// What kasir did.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Did {
    /// It served, and said that all is whole.
    Served,
    /// It did not, or stopped; with what it said.
    Refused(String),
}

/// Starts it, and waits until it has looked at everything or has ended.
fn start(data: &Path) -> Did {
    let mut process = command(data, "127.0.0.1:0");
    process.env("KASIR_LOG", "kasir=info").stderr(Stdio::piped()).stdout(Stdio::null());
    let mut child = process.spawn().unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    while !said.contains(kasir::app::WHOLE) {
        if lines.read_line(&mut said).unwrap() == 0 {
            let status = child.wait().unwrap();
            assert!(!status.success(), "{said}");
            return Did::Refused(said);
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    Did::Served
}

/// A copy of the house with bytes that are others; where, and how many changed.
fn spoiled(house: &House, dice: &mut Dice) -> (Shop, Where) {
    let place = Shop::empty();
    let names = ["db", "db-wal"].map(|e| house.shop.database().with_extension(e));
    for from in &names {
        std::fs::copy(from, place.path().join(from.file_name().unwrap())).unwrap();
    }
    // What backups were made stands beside the file.
    std::fs::copy(house.shop.path().join("backups.json"), place.path().join("backups.json")).unwrap();
    let kind = [Where::Header, Where::Pages, Where::Pages, Where::Log][dice.roll(4) as usize];
    let file = match kind {
        Where::Header | Where::Pages => place.database(),
        Where::Log => place.database().with_extension("db-wal"),
    };
    let file = std::fs::File::options().read(true).write(true).open(file).unwrap();
    let long = file.metadata().unwrap().len();
    let (from, room) = match kind {
        Where::Header => (0, 100),
        Where::Pages | Where::Log => (0, long),
    };
    for _ in 0..=dice.roll(3) {
        let at = from + dice.roll(room);
        // A bit, some bytes, or a sector.
        let bytes = match dice.roll(3) {
            0 => {
                let mut byte = [0];
                file.read_exact_at(&mut byte, at).unwrap();
                vec![byte[0] ^ (1 << dice.roll(8))]
            }
            1 => (0..8).map(|_| dice.roll(256) as u8).collect(),
            _ => vec![[0, 0xFF][dice.roll(2) as usize]; 512],
        };
        let most = (long - at).min(bytes.len() as u64) as usize;
        file.write_all_at(&bytes[..most], at).unwrap();
    }
    (place, kind)
}

/// How far the journal goes, when all of it and all tables are right.
fn right(shop: &Shop) -> Result<Seq, String> {
    let conn = rusqlite::Connection::open(shop.database()).unwrap();
    verify::verify(&conn).map_err(|e| e.to_string())?;
    journal::head(&conn).map(|h| h.seq).map_err(|e| e.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_bytes_are_refused_or_do_no_harm_and_what_is_typed_brings_all_back() {
    let house = house().await;
    let rounds = std::env::var("KASIR_DAMAGE_ROUNDS").map_or(ROUNDS, |n| n.parse().unwrap());
    let (mut served, mut refused, mut cut, mut stopped) = (0, 0, 0, 0);
    let mut by_kind = std::collections::BTreeMap::new();
    for seed in 0..rounds {
        house.put_back();
        let mut dice = Dice::of(seed);
        let (shop, kind) = spoiled(&house, &mut dice);
        MachineClock::of(shop.path());
        let did = start(shop.path());
        *by_kind.entry(format!("{kind:?} {}", if did == Did::Served { "served" } else { "refused" })).or_insert(0) += 1;
        match did {
            Did::Served => {
                served += 1;
                let head = right(&shop).unwrap_or_else(|wrong| panic!("seed {seed}: it served, and {wrong}"));
                // The last transaction of the log is the one that a pulled plug may cut off: nobody can tell rot from
                // that. It paid and closed the last visit.
                if head < house.head {
                    assert_eq!(kind, Where::Log, "seed {seed}: {head} of {}", house.head);
                    assert!(house.head - head <= 3, "seed {seed}: {head} of {}", house.head);
                    cut += 1;
                }
                continue;
            }
            Did::Refused(said) => {
                refused += 1;
                for needle in ["is damaged", "kasir restore", "noon.db", "--journal"] {
                    assert!(said.contains(needle), "seed {seed}, {kind:?}: {needle} is not in {said}");
                }
                stopped += i32::from(shop.path().join("damaged").exists());
            }
        }
        // What it says is refused again at the next start, and brings everything back.
        assert!(!kasir(&["run", "--headless", "--listen", "127.0.0.1:0"], shop.path()).0, "seed {seed}");
        let journal = house.journal.to_str().unwrap();
        let said = done(&["restore", house.backup.to_str().unwrap(), "--journal", journal], shop.path());
        assert!(said.contains("Nothing that is known of is missing"), "seed {seed}: {said}");
        let head = right(&shop).unwrap_or_else(|wrong| panic!("seed {seed}: after the restore {wrong}"));
        // The last row says that it was brought back.
        assert_eq!(head, house.head + 1, "seed {seed}: {said}");
        assert_eq!(start(shop.path()), Did::Served, "seed {seed}");
    }
    eprintln!(
        "{rounds} rounds: {served} served ({cut} without the log's last transaction), {refused} refused ({stopped} of them soon after the start); {by_kind:?}"
    );
    assert!(rounds < 30 || (served > 0 && refused > rounds / 3), "{served} {refused}");
}

/// Without the journal's copy: the backup, every row that the damaged file still proves, and a word for the rest.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_copy_the_gap_is_said() {
    let house = house().await;
    let place = Shop::empty();
    // The log is written into the file, and then a row of the journal, three before its end, is changed.
    {
        let conn = rusqlite::Connection::open(house.shop.database()).unwrap();
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        let lost = house.head - 2;
        conn.execute_batch(&format!(
            "DROP TRIGGER journal_is_append_only_update; UPDATE journal SET wall_ms = 1 WHERE seq = {lost}"
        ))
        .unwrap();
    }
    std::fs::copy(house.shop.database(), place.database()).unwrap();
    let said = done(&["restore", house.backup.to_str().unwrap()], place.path());
    let reached = house.head - 3;
    assert!(said.contains("MISSING: at least 3 events") && said.contains(&format!("Now it ends with event {reached}")), "{said}");
    assert_eq!(place.number("SELECT json_extract(event, '$.lost') FROM journal WHERE kind = 'restored'"), 3);
    place.verify();
    assert_eq!(start(place.path()), Did::Served);
}
