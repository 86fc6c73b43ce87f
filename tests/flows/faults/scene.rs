//! One evening: the house, its machine, its people, and the blows of the plan, one after the other.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kasir::control::{Request, Response};
use rustix::io::Errno;
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, block_in_place};

use super::ledger::Ledger;
use super::paper;
use super::plan::{Blow, Moment, Mutant, Plan};
use super::report::Tally;
use super::service::{Duty, Service, dine, tap_an_old_tablet, work};
use super::tray::{Papers, Temper, Tray};
use super::wire::Wire;
use crate::support::dice::Dice;
use crate::support::disk::{Disk, Fault};
use crate::support::machine::MachineClock;
use crate::support::mariadb::HeadOffice;
use crate::support::office::{OWNER, Office};
use crate::support::people::Person;
use crate::support::smtp::MailServer;
use crate::support::till::{Till, command, printer};
use crate::support::{PATIENCE, Place as Shop, comes_true, wait_until};

pub struct Scene {
    plan: Plan,
    dice: Dice,
    shop: Shop,
    disk: Disk,
    till: Option<Till>,
    wire: Wire,
    /// The kitchen's and the counter's printer.
    trays: [Tray; 2],
    head_office: Option<HeadOffice>,
    post: Option<MailServer>,
    service: Arc<Service>,
    people: Vec<JoinHandle<()>>,
    /// What the program said of itself.
    said: (tempfile::TempDir, PathBuf),
    tally: Tally,
}

impl Scene {
    pub async fn set(plan: Plan) -> Scene {
        let mut dice = Dice::new(plan.seed).split();
        let shop = Shop::furnished();
        let disk = Disk::under(shop.path());
        let wire = Wire::lay(dice.split()).await;
        let folder = tempfile::tempdir().unwrap();
        let said = folder.path().join("said");
        let service = Service {
            url: wire.url.clone(),
            codes: shop.codes(),
            ledger: Ledger::default(),
            letters: plan.post,
            over: AtomicBool::new(false),
        };
        let mut scene = Scene {
            plan,
            dice,
            shop,
            disk,
            till: None,
            wire,
            trays: [Tray::new(), Tray::new()],
            head_office: None,
            post: None,
            service: Arc::new(service),
            people: Vec::new(),
            said: (folder, said),
            tally: Tally::default(),
        };
        scene.open().await;
        scene
    }

    fn command(&self) -> Command {
        let mut command = command(self.shop.path(), "127.0.0.1:0");
        self.disk.put_on(&mut command);
        let said = OpenOptions::new().create(true).append(true).open(&self.said.1).unwrap();
        command.env("KASIR_LOG", "warn").stderr(said);
        if self.plan.tablets {
            command.env("KASIR_LEGACY_ENABLED", "true").env("KASIR_LEGACY_GUESTS", "127.0.0.1");
        }
        command
    }

    /// Starts it, once: the disk may be told to fail meanwhile.
    fn start(&mut self) -> bool {
        match block_in_place(|| Till::try_spawn(self.command(), self.shop.path(), "listens on")) {
            Ok((till, _)) => {
                self.wire.to(&till.address);
                self.till = Some(till);
                true
            }
            Err(_) => false,
        }
    }

    fn start_well(&mut self) {
        self.disk.mend();
        assert!(self.start(), "it does not start: {}", self.last_words());
        self.tally.count("restarts", 1);
        block_in_place(|| self.service.ledger.check(&self.shop.database()));
    }

    fn last_words(&self) -> String {
        let said = std::fs::read_to_string(&self.said.1).unwrap_or_default();
        let from = said.char_indices().rev().nth(3_000).map_or(0, |(at, _)| at);
        said[from..].to_owned()
    }

    fn till(&self) -> &Till {
        self.till.as_ref().unwrap()
    }

    /// The house is opened while nothing is wrong yet.
    async fn open(&mut self) {
        match self.plan.mutant {
            Some(Mutant::Disk(lie)) => self.disk.lie(lie),
            Some(Mutant::Paper(fraud)) => self.trays[0].cheat(fraud),
            Some(Mutant::Wire(_)) | None => {}
        }
        assert!(self.start(), "it does not start: {}", self.last_words());
        let [kitchen, counter] = [&self.trays[0], &self.trays[1]];
        let printers = [printer("Dapur", kitchen.port, &["kitchen", "bar"], false), printer("Kasir", counter.port, &[], true)];
        block_in_place(|| printers.into_iter().for_each(|p| drop(self.till().ask(p))));
        if self.plan.head_office {
            let office = block_in_place(HeadOffice::start);
            block_in_place(|| self.till().ask(office.settings()));
            self.head_office = Some(office);
            self.tally.count("evenings with MariaDB", 1);
        }
        if self.plan.post {
            let post = block_in_place(MailServer::start);
            let owner = Office::of(&self.till().address, OWNER).await;
            assert_eq!(owner.put("mail/settings", crate::mail::settings(&post)).await.status, 204);
            self.post = Some(post);
            self.tally.count("evenings with a mail server", 1);
        }
        let mut people = Vec::new();
        for duty in Duty::ALL {
            let code = block_in_place(|| self.till().invite());
            people.push((duty, Person::screen(&self.wire.url, &code).await));
        }
        if self.plan.network.twice > 0 {
            self.service.ledger.expect_doubles();
        }
        if self.plan.has_new_days() {
            self.service.ledger.expect_new_days();
        }
        self.wire.behave(self.plan.network);
        if let Some(Mutant::Wire(forgery)) = self.plan.mutant {
            self.wire.forge(forgery);
        }
        for (duty, person) in people {
            self.people.push(tokio::spawn(work(self.service.clone(), person, duty, self.dice.split())));
        }
        for _ in 0..self.plan.guests {
            self.people.push(tokio::spawn(dine(self.service.clone(), self.dice.split())));
        }
        if self.plan.tablets {
            for table in [11, 12] {
                self.people.push(tokio::spawn(tap_an_old_tablet(self.service.clone(), table, self.dice.split())));
            }
        }
    }

    /// Until so many more acknowledgements have come, or the till has ended by itself. Somebody must be
    /// served: a house that answers nobody any more is a fault too.
    fn serve(&mut self, acks: usize) {
        let ledger = &self.service.ledger;
        let (goal, till) = (ledger.acks() + acks, self.till.as_mut().unwrap());
        let people = &self.people;
        let served = || ledger.acks() >= goal || till.ended().is_some() || people.iter().any(JoinHandle::is_finished);
        block_in_place(|| wait_until("enough to happen", served));
        self.see_who_is_here();
    }

    /// Nobody goes home before the end; who did has seen something wrong.
    fn see_who_is_here(&mut self) {
        let Some(gone) = self.people.iter().position(JoinHandle::is_finished) else { return };
        let person = self.people.swap_remove(gone);
        match block_in_place(|| Handle::current().block_on(person)) {
            Err(end) if end.is_panic() => std::panic::resume_unwind(end.into_panic()),
            other => panic!("somebody went home: {other:?}"),
        }
    }

    pub async fn play(&mut self) -> Tally {
        for blow in self.plan.blows.clone() {
            block_in_place(|| self.fall(blow));
        }
        self.close().await
    }

    fn fall(&mut self, blow: Blow) {
        match blow {
            Blow::Kill(moment) => {
                self.die(moment);
                self.tally.count("kills", 1);
                self.start_well();
            }
            Blow::PowerCut(moment) => {
                self.die(moment);
                self.cut();
                self.start_well();
            }
            Blow::DiskFails { fault, nth, error, for_good, then_cut } => {
                self.disk.fail(fault, nth, error, for_good);
                self.tally.count(
                    match (fault, error) {
                        (Fault::Sync, _) => "failed syncs",
                        (Fault::Write, Errno::NOSPC) => "full disks",
                        (Fault::Write, _) => "failed writes",
                        (Fault::Read, _) => "failed reads",
                        (Fault::Die | Fault::DieAtSync, _) => "kills",
                    },
                    1,
                );
                self.suffer(fault, nth, error);
                self.disk.mend();
                // It was not met by the fault, or came through it, and serves on; or it is about to fall.
                if self.till.as_mut().unwrap().ended().is_none() {
                    self.serve(5);
                }
                if let Some(status) = self.till.as_mut().unwrap().ended() {
                    assert!(!status.success(), "it ended by itself as if all were well");
                    self.tally.count("falls by a fault of the disk", 1);
                    self.till = None;
                    if then_cut {
                        self.cut();
                    }
                    self.start_well();
                }
            }
            Blow::Stop => {
                self.serve(15);
                self.till.take().unwrap().stop();
                self.tally.count("orderly stops", 1);
                self.start_well();
            }
            Blow::Lines => {
                self.serve(15);
                self.wire.cut_all();
                self.tally.count("lines all cut", 1);
                self.serve(15);
            }
            Blow::Clock { by_ms, synchronised, restart } => {
                self.serve(15);
                MachineClock::of(self.shop.path()).jump(by_ms, synchronised);
                self.tally.count("jumps of the clock", 1);
                if restart {
                    self.till.take().unwrap().kill();
                    self.tally.count("kills", 1);
                    self.start_well();
                }
                self.serve(15);
            }
            Blow::Printers(kitchen, counter) => {
                self.trays[0].be(kitchen);
                self.trays[1].be(counter);
                self.tally.count("tempers of printers", 2);
            }
            Blow::HeadOffice { up } => {
                if let Some(office) = &mut self.head_office {
                    if up { office.restart() } else { office.stop() }
                }
            }
            Blow::Post { up } => {
                if let Some(post) = &mut self.post {
                    if up { post.restart() } else { post.stop() }
                }
            }
        }
    }

    /// Served under a fault that may end it: until it did, or did not for long enough. While nothing can
    /// be read nobody is served at all.
    fn suffer(&mut self, fault: Fault, nth: i64, error: Errno) {
        let (asked, reads) = (self.service.ledger.asked(), self.disk.reads());
        let (till, ledger, disk) = (self.till.as_mut().unwrap(), &self.service.ledger, &self.disk);
        // A bad network makes people slow, and a full disk sends guests away: a little more is enough.
        let mut struck = None;
        let mut met = || {
            let now = (ledger.asked(), disk.reads());
            if struck.is_none() && disk.has_failed(fault) {
                struck = Some(now);
            }
            match fault {
                Fault::Read => now.1 >= reads + nth + 100 || struck.is_some_and(|(_, at)| now.1 >= at + 40),
                // It lives on; any other fault ends it.
                _ if error == Errno::NOSPC => struck.is_some_and(|(at, _)| now.0 >= at + 15) || now.0 >= asked + 90,
                _ => now.0 >= asked + 90,
            }
        };
        // On a bad network it may not be met for long: whether all is served afterwards is what counts. Nobody waits
        // for an answer as long as that.
        let _ = comes_true(PATIENCE / 3, || till.ended().is_some() || met());
    }

    /// It is gone at that moment, or, where the moment did not come, soon after.
    fn die(&mut self, moment: Moment) {
        match moment {
            Moment::Acks(acks) => self.serve(acks),
            Moment::Disk(nth) => {
                self.disk.fail(Fault::Die, nth, Errno::IO, false);
                self.serve(90);
            }
            Moment::Sync(nth) => {
                self.disk.fail(Fault::DieAtSync, nth, Errno::IO, false);
                self.serve(90);
            }
            Moment::Start(nth) => {
                self.serve(15);
                self.till.take().unwrap().kill();
                self.disk.fail(Fault::Die, nth, Errno::IO, false);
                if !self.start() {
                    self.tally.count("starts that were cut off", 1);
                }
            }
        }
        if let Some(till) = self.till.take() {
            till.kill();
        }
        self.disk.mend();
    }

    fn cut(&mut self) {
        let cut = self.disk.cut(&mut self.dice);
        self.tally.count("power cuts", 1);
        self.tally.count("writes kept", cut.kept.into());
        self.tally.count("writes lost", cut.lost.into());
        self.tally.count("writes torn", cut.torn.into());
    }

    /// Everything is put right, everybody goes home, and the books are looked at.
    async fn close(&mut self) -> Tally {
        self.wire.behave(super::wire::Manner::default());
        self.trays.iter().for_each(|t| t.be(Temper::Works));
        if let Some(office) = &mut self.head_office {
            block_in_place(|| {
                office.stop();
                office.restart();
            });
        }
        if let Some(post) = &mut self.post {
            block_in_place(|| {
                post.stop();
                post.restart();
            });
        }
        self.service.over.store(true, Ordering::SeqCst);
        for person in self.people.drain(..) {
            if let Err(end) = person.await {
                std::panic::resume_unwind(end.into_panic());
            }
        }
        block_in_place(|| self.settle());
        let papers = block_in_place(|| [self.trays[0].empty(), self.trays[1].empty()]);
        // The last power cut of the evening, after it has ended well.
        block_in_place(|| self.cut());
        block_in_place(|| self.look(&papers));
        std::mem::take(&mut self.tally)
    }

    fn settle(&mut self) {
        if self.post.is_some() || self.head_office.is_some() {
            // What failed often is tried again after a minute, a letter after minutes; a new start tries at once.
            self.till.take().unwrap().stop();
            self.start_well();
        }
        if self.plan.drained {
            // What waited for more than ten minutes, by a clock that jumped, waits for somebody's yes.
            let owed = || self.shop.number("SELECT count(*) FROM job WHERE state IN ('queued', 'sending')");
            wait_until("all paper to be out", || owed() == 0);
        }
        if self.head_office.is_some() {
            let synced =
                || matches!(self.till().ask(Request::SyncStatus), Response::Sync { on: true, waiting: 0, fault: None, .. });
            wait_until("head office to have all", synced);
            match self.till().ask(Request::SyncVerify) {
                Response::Compared { differences, .. } => assert!(differences.is_empty(), "{differences:?}"),
                other => panic!("{other:?}"),
            }
        }
        if let Some(post) = &self.post {
            let owed = || self.shop.number("SELECT count(*) FROM letter WHERE state <> 'sent'");
            wait_until("all letters to be sent", || owed() == 0);
            // Those of days that were left behind are forgotten, like every letter after a week.
            if !self.plan.has_new_days() {
                self.tally.count("letters", crate::kill::check_post(&self.shop, post) as u64);
            }
        }
        self.till.take().unwrap().stop();
        self.tally.count("orderly stops", 1);
    }

    fn look(&mut self, [kitchen, counter]: &[Papers; 2]) {
        let ledger = &self.service.ledger;
        ledger.check(&self.shop.database());
        let conn = rusqlite::Connection::open(self.shop.database()).unwrap();
        let sound: String = conn.query_row("PRAGMA integrity_check", [], |r| r.get(0)).unwrap();
        assert_eq!(sound, "ok");
        drop(conn);
        let events = self.shop.verify();
        for (name, papers) in [("Dapur", kitchen), ("Kasir", counter)] {
            let (originals, copies) = paper::check(&self.shop, name, papers, !self.plan.has_new_days());
            self.tally.count("originals", originals.into());
            self.tally.count("copies that say so", copies.into());
            self.tally.count("scraps", papers.scraps.len() as u64);
        }
        let count = |sql: &str| u64::try_from(self.shop.number(sql)).unwrap();
        let (orders, receipts) = (count("SELECT count(*) FROM orders"), count("SELECT count(*) FROM receipt"));
        let books = ledger.books();
        for (what, times) in [
            ("evenings", 1),
            ("requests", ledger.asked() as u64),
            ("acknowledgements", ledger.acks() as u64),
            ("orders", orders),
            ("receipts", receipts),
            ("events in the journal", u64::try_from(events).unwrap()),
            ("repeats", books.repeats.into()),
            ("other requests under a used id", books.conflicts.into()),
            ("pieces lost, late, cut or doubled", self.wire.troubles().into()),
        ] {
            self.tally.count(what, times);
        }
        for (code, times) in &books.noes {
            self.tally.count(code, u64::from(*times));
        }
        let (writes, syncs) = self.disk.counts();
        assert!(writes > 0 && syncs > 0, "the disk is not the test's");
        let inside = books.noes.get("internal").copied().unwrap_or(0);
        let reads_failed = self.plan.blows.iter().any(|b| matches!(b, Blow::DiskFails { fault: Fault::Read, .. }));
        assert!(inside == 0 || reads_failed, "{inside} requests met a fault inside the program: {}", self.last_words());
    }
}
