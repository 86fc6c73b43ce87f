//! Backups by themselves, and the journal's copy: onto media that are there, away, torn, and back. The media lie in
//! the machine's memory, which is another file system than the one that the database lies on.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use kasir::domain::backup::Label;
use kasir::domain::time::Period;
use kasir::hub::wire::Place;
use kasir::store::journal_file;
use kasir::views::site::HubView;
use kasir::workers::backup::labels;
use serde_json::{Value, json};

use crate::backup::{done, refuses_to_start};
use crate::support::machine::{DAY_MS, EVENING_MS, MachineClock};
use crate::support::office::{MANAGER, OWNER, Office};
use crate::support::people::{CASHIER, Person};
use crate::support::till::{Till, command};
use crate::support::{Place as Shop, wait_until};

/// Other media: a disk, and a slot for sticks.
struct Media(tempfile::TempDir);

impl Media {
    fn new() -> Media {
        let media = Media(tempfile::tempdir_in("/dev/shm").unwrap());
        std::fs::create_dir(media.disk()).unwrap();
        std::fs::create_dir(media.slot()).unwrap();
        media
    }

    fn disk(&self) -> PathBuf {
        self.0.path().join("disk")
    }

    fn slot(&self) -> PathBuf {
        self.0.path().join("sticks")
    }

    fn stick(&self) -> PathBuf {
        self.slot().join("sda1")
    }

    fn drawer(&self) -> PathBuf {
        self.0.path().join("in-the-drawer")
    }

    /// kasir on a machine that has them.
    fn till(&self, shop: &Shop) -> Till {
        let mut process = command(shop.path(), "127.0.0.1:0");
        process.env("KASIR_STICKS", self.slot());
        Till::spawn(process, shop.path())
    }
}

/// The house's own folder at a place.
fn own(place: &Path) -> PathBuf {
    let Ok(entries) = std::fs::read_dir(place) else { return place.join("none") };
    let mut all: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    assert!(all.len() < 2, "{all:?}");
    all.pop().unwrap_or(place.join("none"))
}

fn made(place: &Path) -> Vec<Label> {
    labels(&own(place)).into_iter().map(|(label, _)| label).collect()
}

async fn state(owner: &Office) -> Value {
    owner.get("backups").await.json()
}

/// Asks the office until it says so; bounded by the number of questions.
async fn until(owner: &Office, what: &str, look: impl Fn(&Value) -> bool) -> Value {
    let seen = async {
        loop {
            let now = state(owner).await;
            if look(&now) {
                return now;
            }
        }
    };
    match tokio::time::timeout(crate::support::PATIENCE, seen).await {
        Ok(now) => now,
        Err(_) => panic!("never {what}: {}", state(owner).await),
    }
}

fn settings(folder: &Path) -> Value {
    json!({ "folder": folder, "stick": false, "sealed": false, "keep": { "daily": 7, "weekly": 5, "monthly": 12 }, "journal": "off" })
}

fn takeaway() -> Option<Place> {
    Some(Place::Takeaway { guest: String::new() })
}

/// A place that is away, one that is none, one that is there: each is said, and the next day brings the next
/// backup, of which as many are kept as were asked for.
#[tokio::test(flavor = "multi_thread")]
async fn backups_are_made_by_themselves_and_what_keeps_them_is_said() {
    let (shop, media) = (Shop::furnished(), Media::new());
    let till = media.till(&shop);
    let owner = Office::of(&till.address, OWNER).await;
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    assert_eq!(state(&owner).await["backup"]["on"], false);
    assert_eq!(owner.post("backups", Value::Null).await.code(), "backup-off");
    let manager = Office::of(&till.address, MANAGER).await;
    assert_eq!(manager.put("backups/settings", settings(&media.disk())).await.status, 403);

    // What no place can be is refused; what is none now is said on the bar.
    for (key, value) in [
        ("folder", json!("relative")),
        ("keep", json!({ "daily": 0, "weekly": 0, "monthly": 0 })),
        ("passphrase", json!("kurang")),
    ] {
        let mut wrong = settings(&media.disk());
        wrong[key] = value;
        let answer = owner.put("backups/settings", wrong).await;
        assert_eq!(answer.json()["params"]["key"], key, "{}", answer.json());
    }
    for (folder, word) in [(shop.path().to_owned(), "same_medium"), (media.disk().join("nowhere"), "missing")] {
        assert_eq!(owner.put("backups/settings", settings(&folder)).await.status, 204);
        until(&owner, word, |s| s["backup"]["fault"] == *word).await;
        let says_so = |h: &HubView| h.backup.fault.is_some_and(|fault| fault.name() == word);
        cashier.until("the bar to say so", |r| r.hub.as_ref().is_some_and(says_so)).await;
    }
    cashier.order_at(takeaway(), &[("Es Teh", 1)]).await.unwrap();

    // A disk that is there, and a stick that is not: the disk has its backup, the stick is missed.
    let mut both = settings(&media.disk());
    both["stick"] = json!(true);
    both["keep"] = json!({ "daily": 2, "weekly": 0, "monthly": 0 });
    assert_eq!(owner.put("backups/settings", both.clone()).await.status, 204);
    let stick_missing = |s: &Value| s["backup"]["fault"] == "missing" && s["detail"].as_str().unwrap().contains("sticks");
    until(&owner, "missing with one made", |s| stick_missing(s) && s["made"][0]["there"] == true).await;
    assert_eq!(made(&media.disk()).len(), 1);
    std::fs::create_dir(media.stick()).unwrap();
    until(&owner, "well", |s| s["backup"]["fault"] == Value::Null && s["backup"]["last_ms"] != Value::Null).await;
    assert_eq!(made(&media.stick()).len(), 1);
    let (_, file) = labels(&own(&media.stick())).pop().unwrap();
    let found = kasir::store::backup::check(&file).unwrap();
    assert!(found.head.seq > 0);

    // One more at once; then three mornings.
    cashier.order_at(takeaway(), &[("Es Teh", 1)]).await.unwrap();
    assert_eq!(owner.post("backups", Value::Null).await.status, 204);
    until(&owner, "the one that was asked for", |s| s["wanted"] == false && s["made"].as_array().unwrap().len() > 2).await;
    assert_eq!(made(&media.stick()).len(), 1, "of one day the last is kept");
    let clock = MachineClock::of(shop.path());
    for morning in 1..=3 {
        clock.set(EVENING_MS + morning * DAY_MS, true);
        // Somebody comes in, and the day opens.
        let owner = Office::of(&till.address, OWNER).await;
        let day = format!("2031-05-{:02}", 9 + morning);
        wait_until("the morning's backup", || {
            [media.disk(), media.stick()].iter().all(|place| made(place).iter().any(|l| l.day.to_string() == day))
        });
        until(&owner, "well", |s| s["backup"]["fault"] == Value::Null).await;
    }
    for place in [media.disk(), media.stick()] {
        let days = || made(&place).iter().map(|l| l.day.to_string()).collect::<Vec<_>>();
        // The old ones go once the new one was tried.
        wait_until("two to be kept", || days() == ["2031-05-11", "2031-05-12"]);
        let left = std::fs::read_dir(own(&place))
            .unwrap()
            .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
        assert_eq!(left.count(), 0, "nothing half done");
    }

    // Sealed from now on: today's is made again, sealed.
    let owner = Office::of(&till.address, OWNER).await;
    both["sealed"] = json!(true);
    assert_eq!(owner.put("backups/settings", both.clone()).await.status, 204);
    until(&owner, "for want of a passphrase", |s| s["backup"]["fault"] == "unsealed").await;
    both["passphrase"] = json!("kuda terbang di atas sawah");
    assert_eq!(owner.put("backups/settings", both).await.status, 204);
    until(&owner, "sealed", |s| s["backup"]["fault"] == Value::Null && s["made"][0]["sealed"] == true).await;
    assert_eq!(owner.get("backups/settings").await.json()["has_passphrase"], true);
    let (_, sealed) = labels(&own(&media.disk())).pop().unwrap();
    assert!(std::fs::read(&sealed).unwrap().starts_with(b"age-encryption.org/v1"));
    assert_eq!(shop.number("SELECT count(*) FROM journal WHERE event LIKE '%kuda terbang%'"), 0);
    till.stop();
    let left = std::fs::read_dir(shop.path()).unwrap().any(|e| e.unwrap().file_name().to_string_lossy().starts_with(".backup-"));
    assert!(!left);
    shop.verify();
}

/// The medium is full: it is said, and the house sells on; it has room again, and all is caught up.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_medium_is_said_and_stops_no_sale() {
    let (shop, media) = (Shop::furnished(), Media::new());
    let full = media.disk().with_extension("full");
    let mut process = command(shop.path(), "127.0.0.1:0");
    process.env("FULL_UNDER", media.disk());
    let till = Till::spawn(process, shop.path());
    let owner = Office::of(&till.address, OWNER).await;
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    std::fs::write(&full, "").unwrap();
    let mut chosen = settings(&media.disk());
    chosen["journal"] = json!("folder");
    assert_eq!(owner.put("backups/settings", chosen).await.status, 204);
    until(&owner, "full", |s| s["backup"]["fault"] == "full" && s["journal_copy"]["fault"] == "full").await;
    cashier.order_at(takeaway(), &[("Es Teh", 1)]).await.unwrap();
    assert!(made(&media.disk()).is_empty());
    let left = std::fs::read_dir(own(&media.disk())).unwrap().filter(|e| e.as_ref().unwrap().path().is_file()).count();
    assert_eq!(left, 0, "what is not whole does not fill it further");
    let health = crate::support::office::plain(&till.address, "/healthz").await;
    assert_eq!((&health["status"], &health["backup"]["fault"]), (&json!("degraded"), &json!("full")), "{health}");
    // The owner's daily mail says so.
    let letter = {
        let conn = rusqlite::Connection::open(shop.database()).unwrap();
        kasir::views::letter::report(&conn, Period::day("2031-05-09".parse().unwrap())).unwrap()
    };
    assert!(letter.plain.contains("Cadangan tidak bisa dibuat") && letter.html.contains("media penuh"), "{}", letter.plain);
    std::fs::remove_file(&full).unwrap();
    assert_eq!(owner.post("backups", Value::Null).await.status, 204);
    until(&owner, "well", |s| s["backup"]["fault"] == Value::Null && s["journal_copy"]["fault"] == Value::Null).await;
    assert_eq!(made(&media.disk()).len(), 1);
    wait_until("the copy to have all", || copied(&shop, &own(&media.disk()).join("journal")));
    let health = crate::support::office::plain(&till.address, "/healthz").await;
    assert_eq!(health["journal_copy"]["waiting"], 0, "{health}");
    till.stop();
    shop.verify();
}

/// Whether the copy tells the journal, row by row.
fn copied(shop: &Shop, folder: &Path) -> bool {
    let rows = journal_file::later(folder, 0, None).unwrap();
    let mut hashes: Vec<(i64, String)> = rows.iter().map(|e| (e.seq, data_encoding::HEXLOWER.encode(&e.hash))).collect();
    hashes.sort();
    let wanted = shop.column("SELECT seq || ' ' || lower(hex(hash)) FROM journal ORDER BY seq");
    hashes.iter().map(|(seq, hash)| format!("{seq} {hash}")).eq(wanted)
}

/// The journal's copy: its medium is pulled while the house sells, its last line is torn, it comes back; and with
/// it a backup of the afternoon becomes all of the evening, though the database says nothing any more.
#[tokio::test(flavor = "multi_thread")]
async fn the_journals_copy_catches_up_and_brings_back_what_the_file_has_lost() {
    let (shop, media) = (Shop::furnished(), Media::new());
    let till = media.till(&shop);
    let owner = Office::of(&till.address, OWNER).await;
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let mut chosen = settings(Path::new(""));
    chosen["stick"] = json!(true);
    chosen["journal"] = json!("stick");
    std::fs::create_dir(media.stick()).unwrap();
    assert_eq!(owner.put("backups/settings", chosen).await.status, 204);
    until(&owner, "a backup", |s| s["made"].as_array().is_some_and(|m| !m.is_empty())).await;
    let copy = own(&media.stick()).join("journal");
    cashier.order_at(takeaway(), &[("Es Teh", 1)]).await.unwrap();
    wait_until("the copy to have all", || copied(&shop, &copy));

    // Pulled: orders go on, and it is said how far behind it is.
    std::fs::rename(media.stick(), media.drawer()).unwrap();
    for _ in 0..3 {
        cashier.order_at(takeaway(), &[("Soto", 1)]).await.unwrap();
    }
    until(&owner, "missed", |s| s["journal_copy"]["fault"] == "missing" && s["journal_copy"]["waiting"].as_i64() > Some(2)).await;
    cashier.until("the bar to say so", |r| r.hub.as_ref().is_some_and(|h| h.journal_copy.fault.is_some())).await;

    // Its last line was being written when it was pulled: torn in the middle; later, nothing but zeros behind it.
    let file = |place: PathBuf| {
        let epoch = std::fs::read_dir(own(&place).join("journal")).unwrap().next().unwrap().unwrap().path();
        std::fs::read_dir(epoch).unwrap().map(|e| e.unwrap().path()).max().unwrap()
    };
    for torn in [false, true] {
        let place = file(media.drawer());
        let mut end = std::fs::File::options().read(true).write(true).open(&place).unwrap();
        let long = end.seek(SeekFrom::End(0)).unwrap();
        match torn {
            false => end.set_len(long - 40).unwrap(),
            true => end.write_all(&[0; 700]).unwrap(),
        }
        drop(end);
        std::fs::rename(media.drawer(), media.stick()).unwrap();
        until(&owner, "caught up", |s| s["journal_copy"]["fault"] == Value::Null && s["journal_copy"]["waiting"] == 0).await;
        wait_until("the copy to have all", || copied(&shop, &copy));
        cashier.order_at(takeaway(), &[("Es Teh", 1)]).await.unwrap();
        wait_until("the copy to have it", || copied(&shop, &copy));
        if !torn {
            std::fs::rename(media.stick(), media.drawer()).unwrap();
            until(&owner, "missed", |s| s["journal_copy"]["fault"] == "missing").await;
        }
    }
    till.kill();

    // The file's first page is gone with the card. The afternoon's backup and the copy make the evening.
    let orders = shop.number("SELECT count(*) FROM orders");
    let head = shop.number("SELECT max(seq) FROM journal");
    // What is in the log only is lost as well.
    let _ = std::fs::remove_file(shop.database().with_extension("db-wal"));
    let _ = std::fs::remove_file(shop.database().with_extension("db-shm"));
    std::os::unix::fs::FileExt::write_all_at(
        &std::fs::File::options().write(true).open(shop.database()).unwrap(),
        &[0; 8_192],
        0,
    )
    .unwrap();
    let said = refuses_to_start(&shop);
    let line = said.lines().find(|l| l.trim().starts_with("kasir restore")).unwrap().trim().to_owned();
    let words: Vec<&str> = line.split(' ').collect();
    assert!(words.contains(&"--journal"), "{line}");
    let said = done(&words[1..3], shop.path());
    assert!(
        said.contains("0 from the database that was there") && said.contains(&format!("Now it ends with event {head}")),
        "{said}"
    );
    assert_eq!(shop.number("SELECT count(*) FROM orders"), orders);
    shop.verify();

    // It serves again, under another epoch, and the copy goes on behind what it has.
    let till = media.till(&shop);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    cashier.order_at(takeaway(), &[("Es Teh", 1)]).await.unwrap();
    wait_until("the copy to go on", || copied(&shop, &copy));
    assert_eq!(std::fs::read_dir(&copy).unwrap().count(), 2, "a folder an epoch");
    till.stop();
    shop.verify();
}

/// The database is put back to an older one by hand: the copy knows more, says so, and is not written over.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_knows_more_than_the_database_is_not_touched() {
    let (shop, media) = (Shop::furnished(), Media::new());
    let till = media.till(&shop);
    let owner = Office::of(&till.address, OWNER).await;
    let mut chosen = settings(&media.disk());
    chosen["journal"] = json!("folder");
    assert_eq!(owner.put("backups/settings", chosen).await.status, 204);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    cashier.order_at(takeaway(), &[("Es Teh", 1)]).await.unwrap();
    till.stop();
    let older = std::fs::read(shop.database()).unwrap();
    let till = media.till(&shop);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    cashier.order_at(takeaway(), &[("Soto", 1)]).await.unwrap();
    let copy = own(&media.disk()).join("journal");
    wait_until("the copy to have all", || copied(&shop, &copy));
    till.stop();
    let mut kept = String::new();
    let file = std::fs::read_dir(std::fs::read_dir(&copy).unwrap().next().unwrap().unwrap().path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::File::open(&file).unwrap().read_to_string(&mut kept).unwrap();

    std::fs::write(shop.database(), older).unwrap();
    let till = media.till(&shop);
    let owner = Office::of(&till.address, OWNER).await;
    until(&owner, "diverged", |s| s["journal_copy"]["fault"] == "diverged").await;
    till.stop();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), kept);
    shop.verify();
}
