//! Backups of a house that sells, and bringing them back: what was acknowledged is there again, a file that is
//! damaged is not served, and a restore that is cut off is finished.

use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use kasir::hub::wire::{Op, Place};
use kasir::store::data_dir;
use kasir::store::restore;

use crate::support::Place as Shop;
use crate::support::machine::MachineClock;
use crate::support::people::{CASHIER, MANAGER, Person};
use crate::support::till::Till;

/// The command line on the machine of that data directory: whether it ended well, and what it said.
pub fn kasir(args: &[&str], data: &Path) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kasir"));
    command.args(args).arg("--data").arg(data).env("KASIR_LOG", "off").stdin(Stdio::null());
    MachineClock::of(data).put_on(&mut command);
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].map(|o| String::from_utf8_lossy(&o).into_owned()).concat();
    (output.status.success(), said)
}

/// It must end well.
pub fn done(args: &[&str], data: &Path) -> String {
    let (ok, said) = kasir(args, data);
    assert!(ok, "{args:?}: {said}");
    said
}

/// A start that must not succeed, and why it did not.
pub fn refuses_to_start(shop: &Shop) -> String {
    let (ok, said) = kasir(&["run", "--headless", "--listen", "127.0.0.1:0"], shop.path());
    assert!(!ok, "it started");
    said
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn takeaway() -> Option<Place> {
    Some(Place::Takeaway { guest: String::new() })
}

/// What the file is called that was kept when a backup was brought back.
pub fn kept(shop: &Shop) -> PathBuf {
    let mut all = std::fs::read_dir(shop.path()).unwrap().map(|e| e.unwrap().path());
    all.find(|p| p.file_name().unwrap().to_string_lossy().starts_with("before-restore-")).expect("the old file is kept")
}

/// A page of that table or index, where it begins in the file.
fn page_of(shop: &Shop, name: &str) -> u64 {
    let page = shop.number(&format!("SELECT rootpage FROM sqlite_schema WHERE name = '{name}'"));
    (page as u64 - 1) * 4_096
}

/// Bytes of the database become others.
fn spoil(shop: &Shop, at: u64, bytes: &[u8]) {
    let file = std::fs::File::options().write(true).open(shop.database()).unwrap();
    file.write_all_at(bytes, at).unwrap();
}

/// Orders are acknowledged while a backup is made; what is in it is of one moment and whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_while_the_house_sells() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let (folder, data) = (tempfile::tempdir().unwrap(), shop.path().to_owned());
    let before = shop.number("SELECT max(seq) FROM journal");
    let target = folder.path().to_owned();
    let making = tokio::task::spawn_blocking(move || {
        (0..3).map(|n| done(&["backup", text(&target.join(format!("{n}.db")))], &data)).collect::<Vec<_>>()
    });
    let mut orders = 0;
    while !making.is_finished() {
        match cashier.order_at(takeaway(), &[("Es Teh", 1)]).await {
            Ok(_) => orders += 1,
            Err(no) => assert_eq!(no.code, "too-fast"),
        }
    }
    let said = making.await.unwrap();
    assert!(said[2].contains("was read back"), "{said:?}");
    assert!(orders > 3, "the house went on selling: {orders}");
    let after = shop.number("SELECT max(seq) FROM journal");
    for n in 0..3 {
        let file = folder.path().join(format!("{n}.db"));
        let found = kasir::store::backup::check(&file).unwrap();
        assert!((before..=after).contains(&found.head.seq), "{found:?}");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "nothing half done is left");
    let left = std::fs::read_dir(shop.path()).unwrap().any(|e| e.unwrap().file_name().to_string_lossy().starts_with(".backup-"));
    assert!(!left, "nor in the data directory");
    // A name that is taken stays as it is; a folder gets a name that says what it is.
    let (ok, why) = kasir(&["backup", text(&folder.path().join("0.db"))], shop.path());
    assert!(!ok && why.contains("is there already"), "{why}");
    till.stop();
    let said = done(&["backup", text(folder.path())], shop.path());
    assert!(said.contains("kasir-2031-05-09-"), "without a running kasir as well: {said}");
    shop.verify();
}

/// A sealed backup shows nothing, and opens with its passphrase alone.
#[test]
fn a_sealed_backup_opens_with_its_passphrase_alone() {
    let shop = Shop::furnished();
    let folder = tempfile::tempdir().unwrap();
    let [right, wrong, short] = ["right", "wrong", "short"].map(|n| folder.path().join(n));
    std::fs::write(&right, "kuda terbang di atas sawah\n").unwrap();
    std::fs::write(&wrong, "kuda terbang di bawah sawah\n").unwrap();
    std::fs::write(&short, "kuda").unwrap();
    let sealed = folder.path().join("b.db.age");
    let (ok, said) = kasir(&["backup", text(&sealed), "--passphrase-file", text(&short)], shop.path());
    assert!(!ok && said.contains("at least 12"), "{said}");
    done(&["backup", text(&sealed), "--passphrase-file", text(&right)], shop.path());
    let bytes = std::fs::read(&sealed).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1"));
    for needle in ["Rendang", "argon2", "SQLite"] {
        assert!(!bytes.windows(needle.len()).any(|w| w == needle.as_bytes()), "{needle}");
    }
    let (ok, said) = kasir(&["restore", text(&sealed)], shop.path());
    assert!(!ok && said.contains("--passphrase-file"), "{said}");
    let (ok, said) = kasir(&["restore", text(&sealed), "--passphrase-file", text(&wrong)], shop.path());
    assert!(!ok && said.contains("does not open"), "{said}");
    // Cut short, it is not taken for a whole one.
    let cut = folder.path().join("cut.db.age");
    std::fs::write(&cut, &bytes[..bytes.len() - 20_000]).unwrap();
    let (ok, said) = kasir(&["restore", text(&cut), "--passphrase-file", text(&right)], shop.path());
    assert!(!ok, "{said}");
    let said = done(&["restore", text(&sealed), "--passphrase-file", text(&right), "--try"], shop.path());
    assert!(said.contains("0 later events") && said.contains("nothing was changed"), "{said}");
    shop.verify();
}

/// A page is damaged: kasir does not start, says what to type, and what it says brings back everything, the
/// rows after the backup and those who came since too. Who was sent away since stays away.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_refused_and_what_is_typed_then_brings_all_back() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let url = till.socket_url();
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let code = shop.codes()[0].clone();
    let forgotten = Person::phone(&url, &code);
    forgotten.join_with(&code, "Rina Pelupa", "rina@contoh.id").await.unwrap();
    let first = cashier.order_at(takeaway(), &[("Es Teh", 1)]).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("monday.db");
    done(&["backup", text(&backup)], shop.path());

    // Since then: an order and its payment, a guest, one who is forgotten, another PIN.
    let later = cashier.order_at(takeaway(), &[("Soto", 2)]).await.unwrap();
    let visit = cashier.until("the order", |r| r.orders.contains_key(&later)).await.orders[&later].visit;
    let (number, _) = cashier.pay(visit, None).await.unwrap();
    Person::guest(&url, &code, "Budi Baru").await;
    let guest = shop.number("SELECT guest_id FROM person WHERE name = 'Rina Pelupa'");
    let manager = Person::staff(&url, &till.invite(), MANAGER).await;
    let guest_id = kasir::domain::id::GuestId(guest);
    manager.ask(Op::GuestErase { guests: vec![guest_id] }).await.unwrap();
    done(&["user", "reset-pin", "Kasir", "--pin", "8642"], shop.path());
    let (ok, said) = kasir(&["restore", text(&backup)], shop.path());
    assert!(!ok && said.contains("must not run"), "{said}");
    till.stop();
    let (head, epoch) = (shop.number("SELECT max(seq) FROM journal"), shop.column("SELECT value FROM meta WHERE key = 'epoch'"));

    let at = page_of(&shop, "day_hour");
    spoil(&shop, at, &[0xFF; 64]);
    let said = refuses_to_start(&shop);
    for needle in ["is damaged", text(&backup), "kasir restore", "--data", "made 09/05/2031"] {
        assert!(said.contains(needle), "{needle} is not in {said}");
    }
    // Trying changes nothing.
    let (damaged, tried) = (std::fs::read(shop.database()).unwrap(), done(&["restore", text(&backup), "--try"], shop.path()));
    assert!(tried.contains(&format!("Now it ends with event {head}")), "{tried}");
    assert_eq!(std::fs::read(shop.database()).unwrap(), damaged);

    // As it was said.
    let line = said.lines().find(|l| l.trim().starts_with("kasir restore")).unwrap().trim().to_owned();
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!(words[3], "--data");
    let said = done(&words[1..3], shop.path());
    assert!(said.contains("Nothing that is known of is missing") && said.contains("0 from the journal's copy"), "{said}");
    assert_eq!(std::fs::read(kept(&shop).join("kasir.db")).unwrap(), damaged, "the damaged file is kept");

    shop.verify();
    let one = |sql: &str| shop.number(sql);
    assert_eq!(one(&format!("SELECT count(*) FROM orders WHERE id IN ({}, {})", first.0, later.0)), 2);
    assert_eq!(one(&format!("SELECT count(*) FROM receipt WHERE number = '{number}'")), 1);
    assert_eq!(one("SELECT count(*) FROM person WHERE name = 'Budi Baru'"), 1, "who came since is known by name");
    assert_eq!(one(&format!("SELECT count(*) FROM person WHERE guest_id = {guest}")), 0, "who was forgotten since stays so");
    assert_eq!(one("SELECT count(*) FROM session WHERE employee_id IS NOT NULL"), 0);
    assert_eq!(one(&format!("SELECT count(*) FROM journal WHERE kind = 'restored' AND seq > {head}")), 1);
    assert_ne!(shop.column("SELECT value FROM meta WHERE key = 'epoch'"), epoch, "clients start afresh");

    // It serves; the new PIN opens, the old one does not.
    let till = Till::start(&shop);
    let screen = Person::screen(&till.socket_url(), &till.invite()).await;
    assert_eq!(screen.log_in(CASHIER).await.unwrap_err().code, "pin-wrong");
    screen.log_in((CASHIER.0, "8642")).await.unwrap();
    screen.order_at(takeaway(), &[("Es Teh", 1)]).await.unwrap();
    till.stop();
    shop.verify();
}

/// Nothing can be read of the file, and there is no copy of the journal: the backup comes back alone, it is
/// said what is not proven, and secrets that were changed since open nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_says_nothing_any_more_leaves_the_backup() {
    let shop = Shop::furnished();
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("b.db");
    done(&["backup", text(&backup)], shop.path());
    let head = shop.number("SELECT max(seq) FROM journal");
    spoil(&shop, 0, &[0; 4_096]);
    let said = refuses_to_start(&shop);
    assert!(said.contains("is damaged") && said.contains(text(&backup)), "{said}");
    let said = done(&["restore", text(&backup)], shop.path());
    assert!(said.contains(&format!("Now it ends with event {head}")), "{said}");
    shop.verify();
    Till::start(&shop).stop();

    // The file is gone altogether: an empty house is not opened in its place.
    std::fs::remove_file(shop.database()).unwrap();
    let said = refuses_to_start(&shop);
    assert!(said.contains("gone") && said.contains("kasir restore"), "{said}");
    done(&["restore", text(&backup)], shop.path());
    shop.verify();
}

/// Another house's backup, and a backup that is itself damaged.
#[test]
fn what_is_no_backup_of_this_house_touches_nothing() {
    let shop = Shop::furnished();
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("b.db");
    done(&["backup", text(&backup)], shop.path());
    let before = std::fs::read(shop.database()).unwrap();
    let bytes = std::fs::read(&backup).unwrap();
    let bad = folder.path().join("bad.db");
    let mut changed = bytes.clone();
    let at = bytes.windows(7).position(|w| w == b"Rendang").unwrap();
    changed[at] = b'B';
    std::fs::write(&bad, &changed).unwrap();
    let (ok, said) = kasir(&["restore", text(&bad)], shop.path());
    assert!(!ok && said.contains("the backup itself is damaged"), "{said}");
    std::fs::write(&bad, "no database").unwrap();
    let (ok, said) = kasir(&["restore", text(&bad)], shop.path());
    assert!(!ok && said.contains("damaged"), "{said}");
    assert_eq!(std::fs::read(shop.database()).unwrap(), before);
    assert!(!restore::folder(shop.path()).exists());

    // Brought back into a house of its own: nothing of that house's is mixed in.
    let other = Shop::empty();
    done(&["init", "--name", "Lain", "--tables", "30", "--owner-pin", "135790"], other.path());
    let said = done(&["restore", text(&backup)], other.path());
    assert!(said.contains("another history"), "{said}");
    assert_eq!(other.number("SELECT count(*) FROM dining_table"), shop.number("SELECT count(*) FROM dining_table"));
    other.verify();
}

/// The plug is pulled at each step of putting the restored file in place: the next start finishes it.
#[test]
fn a_restore_that_is_cut_off_is_finished_at_the_next_start() {
    let shop = Shop::furnished();
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("b.db");
    done(&["backup", text(&backup)], shop.path());
    let plan = restore::Plan { backup: &backup, passphrase: None, now: None, copies: &[], epoch: "feedfeedfeedfeed".to_owned() };
    let epoch = |s: &Shop| s.column("SELECT value FROM meta WHERE key = 'epoch'");
    // Before it was said to be ready: as if nothing had been.
    restore::prepare(&plan, &restore::folder(shop.path())).unwrap();
    Till::start(&shop).stop();
    assert_ne!(epoch(&shop), ["feedfeedfeedfeed"]);
    assert!(!restore::folder(shop.path()).exists());

    // Afterwards: with nothing moved, the log, the log and the file, and all of it.
    for step in 0..4 {
        restore::prepare(&plan, &restore::folder(shop.path())).unwrap();
        std::fs::write(restore::folder(shop.path()).join("ready"), format!("before-restore-{step}")).unwrap();
        let aside = shop.path().join(format!("before-restore-{step}"));
        // A log that must not be written into another file.
        std::fs::write(shop.database().with_extension("db-wal"), [7; 40_000]).unwrap();
        if step > 0 {
            std::fs::create_dir(&aside).unwrap();
            std::fs::rename(shop.database().with_extension("db-wal"), aside.join("kasir.db-wal")).unwrap();
        }
        if step > 1 {
            std::fs::rename(shop.database(), aside.join("kasir.db")).unwrap();
        }
        if step > 2 {
            std::fs::rename(data_dir::database(&restore::folder(shop.path())), shop.database()).unwrap();
        }
        Till::start(&shop).stop();
        assert_eq!(epoch(&shop), ["feedfeedfeedfeed"], "{step}");
        assert!(aside.join("kasir.db").exists() && aside.join("kasir.db-wal").exists(), "{step}");
        assert!(!restore::folder(shop.path()).exists(), "{step}");
        shop.verify();
    }
}
