//! `kasir doctor` and `kasir support` beside a running till and without one: against a real mail server, real
//! printers' sockets and ports; and what the support file must not hold.

use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use kasir::app::Store;
use kasir::control::{Request, Response};
use kasir::domain::mail::{MailRoute, MailSecurity, MailSettings};
use kasir::domain::staff::Actor;
use kasir::domain::sync::{SyncSettings, SyncTls};
use kasir::hub::wire::Op;
use kasir::ops;
use kasir::ops::mail::SetMail;
use serde_json::Value;

use crate::support::machine::{Disk, MachineClock};
use crate::support::people::{CASHIER, Person};
use crate::support::printers::PaperTray;
use crate::support::smtp::MailServer;
use crate::support::till::{Till, command, printer};
use crate::support::{Place as Shop, clock, own_address};

/// Runs the program on the shop's machine; whether it was content, and all that it said.
fn kasir(shop: &Shop, args: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kasir"));
    command.args(args).arg("--data").arg(shop.path()).env("KASIR_LOG", "off").stdin(Stdio::null());
    MachineClock::of(shop.path()).put_on(&mut command);
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

/// The findings, as `part:code`, worst first where a part has several; and whether it exits well.
fn doctor(shop: &Shop, args: &[&str]) -> (bool, Vec<String>, Value) {
    let (well, said) = kasir(shop, &[&["doctor", "--json"], args].concat());
    let json = said.rfind("}\n").map_or(said.as_str(), |end| &said[..=end]);
    let json: Value = serde_json::from_str(json).unwrap_or_else(|e| panic!("{e}: {said}"));
    let told = json["findings"].as_array().unwrap().iter();
    (well, told.map(|f| format!("{}:{}", f["part"].as_str().unwrap(), f["code"].as_str().unwrap())).collect(), json)
}

fn set_mail(shop: &Shop, route: MailRoute, password: &str) {
    let store = Store::open_alone(shop.path(), clock()).unwrap();
    let settings = MailSettings { route, from: "kasir@warung.example".into(), owner: vec!["pemilik@warung.example".into()] };
    let op = SetMail { settings, password: Some(password.to_owned()) };
    ops::run(&store.writer, Actor::Machine, op).unwrap();
    store.close().unwrap();
}

#[test]
fn a_till_that_is_well_and_each_thing_that_is_not() {
    let shop = Shop::furnished();
    let mail = MailServer::start();
    let smtp = |port| MailRoute::Smtp {
        host: "localhost".into(),
        port,
        security: MailSecurity::Starttls,
        user: "kasir".into(),
        ca_file: mail.ca_file().display().to_string(),
    };
    set_mail(&shop, smtp(mail.port), "rahasia");

    // At rest.
    let free = own_address();
    let (_, parts, _) = doctor(&shop, &["--listen", &free]);
    for wanted in ["program:program-idle", "database:database-ok", "port:port-free", "mail:mail-ok", "head-office:copy-off"] {
        assert!(parts.contains(&wanted.to_owned()), "{wanted} is not among {parts:?}");
    }
    assert_eq!(mail.letters().len(), 0, "nothing is sent");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (well, parts, _) = doctor(&shop, &["--listen", &taken.local_addr().unwrap().to_string()]);
    assert!(!well && parts.contains(&"port:port-taken".to_owned()), "{parts:?}");
    let wrong = shop.path().join("wrong.toml");
    std::fs::write(&wrong, "lisen = \"127.0.0.1:80\"").unwrap();
    let (well, parts, json) = doctor(&shop, &["--config", wrong.to_str().unwrap()]);
    assert!(!well && parts.contains(&"config:config-bad".to_owned()) && json.to_string().contains("lisen"), "{json}");

    // Beside a running one; everything is asked at once.
    let till = Till::start(&shop);
    let (tray, away) = (PaperTray::new(), PaperTray::new());
    till.ask(printer("Kasir", tray.port, &[], true));
    till.ask(printer("Dapur", away.port, &["kitchen"], false));
    let (well, parts, json) = doctor(&shop, &[]);
    for wanted in [
        "program:program-runs",
        "port:port-held",
        "mail:mail-ok",
        "database:database-ok",
        "day:day-ok",
        "clock:clock-alone",
        "printer:printer-station",
    ] {
        assert!(parts.contains(&wanted.to_owned()), "{wanted} is not among {parts:?}");
    }
    assert_eq!(parts.iter().filter(|p| *p == "printer:printer-ok").count(), 2, "{parts:?}");
    // The drinks' tickets come out nowhere.
    assert!(json.to_string().contains("stasiun bar (misalnya Air Mineral)"), "{json}");
    let troubles = json["findings"].as_array().unwrap().iter().filter(|f| f["verdict"] == "trouble").count();
    assert_eq!(well, troubles == 0, "{json}");
    let (_, said) = kasir(&shop, &["doctor"]);
    assert!(said.contains("Basis data") && said.contains("Kasir menjawab"), "in the house's language: {said}");

    away.switch_off();
    MachineClock::of(shop.path()).set_disk(Disk::Left(40 * 1024 * 1024));
    let (well, parts, _) = doctor(&shop, &[]);
    assert!(!well);
    for wanted in ["printer:printer-ok", "printer:printer-away", "disk:disk-full"] {
        assert!(parts.contains(&wanted.to_owned()), "{wanted} is not among {parts:?}");
    }
    MachineClock::of(shop.path()).set_disk(Disk::Real);
    till.stop();

    // A password that is wrong, a server that is gone, a file that is damaged.
    set_mail(&shop, smtp(mail.port), "falsch");
    let (well, parts, json) = doctor(&shop, &[]);
    assert!(!well && parts.contains(&"mail:mail-fault".to_owned()), "{json}");
    let conn = rusqlite::Connection::open(shop.database()).unwrap();
    conn.execute_batch("DROP TRIGGER journal_is_append_only_update; UPDATE journal SET wall_ms = wall_ms + 1 WHERE seq = 5")
        .unwrap();
    drop(conn);
    let (well, parts, json) = doctor(&shop, &[]);
    assert!(!well && parts.contains(&"database:database-damaged".to_owned()) && json.to_string().contains("row 5"), "{json}");
}

/// A hub that hangs is a finding, not a doctor that hangs.
#[test]
fn nothing_hangs_the_doctor() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let stop = |signal| {
        let id = rustix::process::Pid::from_raw(till.id().cast_signed()).unwrap();
        rustix::process::kill_process(id, signal).unwrap();
    };
    stop(rustix::process::Signal::STOP);
    let (well, parts, _) = doctor(&shop, &[]);
    stop(rustix::process::Signal::CONT);
    assert!(!well && parts.contains(&"program:program-deaf".to_owned()), "{parts:?}");
    till.stop();
    shop.verify();
}

/// All files of a support archive, unpacked.
fn unpacked(file: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap()));
    let entries = archive.entries().unwrap();
    let files = entries.map(|entry| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.path().unwrap().display().to_string(), bytes)
    });
    files.collect()
}

/// Whatever guests, staff and owners have said of themselves, and whatever opens anything, is in no file of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_support_file_holds_no_secret_and_no_guest() {
    let shop = Shop::furnished();
    let smtp = |user: &str| MailRoute::Smtp {
        host: "localhost".into(),
        port: 1,
        security: MailSecurity::None,
        user: user.into(),
        ca_file: String::new(),
    };
    set_mail(&shop, smtp("juragan-rahasia"), "SandiSurat8812");
    let mut service = command(shop.path(), "127.0.0.1:0");
    service.env("KASIR_LOG", "debug").stderr(Stdio::null());
    let till = Till::spawn(service, shop.path());
    let settings = SyncSettings {
        on: true,
        host: "127.0.0.1".into(),
        port: 1,
        user: "pemakai-pusat".into(),
        database: "kasir".into(),
        tls: SyncTls::Off,
        ca_file: String::new(),
    };
    till.ask(Request::SyncSet { settings, password: Some("SandiPusat9913".into()) });
    let url = till.socket_url();
    let code = shop.codes()[4].clone();
    let guest = Person::phone(&url, &code);
    guest.join_with(&code, "Zubaidah \"; DROP TABLE--", "zubaidah.q@contoh.example").await.unwrap();
    let order = guest.order(&[("Rendang", 1)]).await.unwrap();
    let cashier = Person::staff(&url, &till.invite(), CASHIER).await;
    let visit = cashier.until("the order", |r| r.orders.contains_key(&order)).await.orders[&order].visit;
    for op in [Op::OrderConfirm { order }, Op::OrderFinish { order }] {
        cashier.ask(op).await.unwrap();
    }
    // Its letter fails, and the log tells of it.
    cashier.pay(visit, None).await.unwrap();
    guest.until("the receipt", |r| r.me.is_some()).await;
    let Response::Invited { code: password_code, .. } = till.ask(Request::PasswordCode { name: "Pemilik".into() }) else {
        panic!()
    };
    let device_code = till.invite();

    let file = shop.path().join("support.tar.gz");
    let (well, said) = kasir(&shop, &["support", file.to_str().unwrap()]);
    assert!(well, "{said}");
    let files = unpacked(&file);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.trim_start_matches("kasir-support/")).collect();
    let wanted = [
        "README.txt",
        "machine.json",
        "config.json",
        "doctor.txt",
        "doctor.json",
        "house.json",
        "journal.json",
        "health.json",
        "metrics.txt",
        "log.txt",
        "system-log.txt",
    ];
    assert_eq!(names, wanted);
    let text = |name: &str| {
        let (_, bytes) = files.iter().find(|(n, _)| n.ends_with(name)).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    assert!(text("/journal.json").contains("bill_paid") && text("/metrics.txt").contains("kasir_journal_events"));
    let health: Value = serde_json::from_str(&text("/health.json")).unwrap();
    assert!(health["disk_free_bytes"].as_u64().unwrap() > 0, "{health}");
    assert!(text("/health.json").contains("\"disk\"") && text("/doctor.txt").contains("Basis data"));

    let mut secrets: Vec<String> =
        ["Zubaidah", "DROP TABLE", "zubaidah.q", "contoh.example", "juragan-rahasia", "SandiSurat8812"]
            .into_iter()
            .chain(["pemakai-pusat", "SandiPusat9913", "pemilik@warung.example", "kasir@warung.example", "argon2"])
            .map(str::to_owned)
            .chain([password_code, device_code])
            .collect();
    // Everything that opens something, as it stands in the file.
    for sql in [
        "SELECT code FROM dining_table",
        "SELECT pin_hash FROM credential WHERE pin_hash IS NOT NULL",
        "SELECT password_hash FROM credential WHERE password_hash IS NOT NULL",
        "SELECT hex(hash) FROM session",
        "SELECT lower(hex(hash)) FROM session",
        "SELECT lower(hex(hash)) FROM device_token",
        "SELECT value FROM secret",
        "SELECT message_id FROM letter",
        "SELECT uid FROM orders WHERE typeof(uid) = 'text'",
    ] {
        let found = shop.column(sql);
        assert!(!found.is_empty() || sql.contains("typeof"), "{sql} finds nothing to look for");
        secrets.extend(found);
    }
    assert!(secrets.len() > 40, "{}", secrets.len());
    for (name, bytes) in &files {
        for secret in &secrets {
            assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "{secret} is in {name}");
        }
    }
    let (well, said) = kasir(&shop, &["support", file.to_str().unwrap()]);
    assert!(!well && said.contains("cannot write"), "a file that is there stays: {said}");
    till.stop();
    shop.verify();
}
