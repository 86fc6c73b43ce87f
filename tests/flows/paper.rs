//! Acceptance 6: each document at both widths, as bytes and as a listing that a person can
//! read, held in `tests/golden/paper`. `KASIR_WRITE_GOLDEN=1` writes them anew; look at the
//! difference before committing it.

use std::io::Read;
use std::path::PathBuf;

use kasir::domain::bill::Bill;
use kasir::domain::document::{self, Destination, Document, PaperLine, Receipt, Ticket};
use kasir::domain::job::PrinterFault;
use kasir::domain::money::Money;
use kasir::domain::payment::{Settlement, Tender};
use kasir::domain::printer::{CodePage, Cutter, DrawerPin, Profile, Speech};
use kasir::domain::site::{Language, PaperWidth, PrinterTarget, Site};
use kasir::domain::wifi::{Wifi, WifiSecurity};
use kasir::simulator::Mood;
use kasir::views::paper::Paper;
use kasir::workers::print::transport::{look, send};
use kasir::workers::print::{bytes, escpos, raster};

use crate::support::printers::{PaperTray, SerialLine};

fn line(name: &str, quantity: u32, price: i64, note: &str) -> PaperLine {
    PaperLine {
        name: name.into(),
        quantity,
        unit_price: Money(price),
        amount: Money(price * i64::from(quantity)),
        note: note.into(),
    }
}

fn site(language: Language) -> Site {
    Site {
        name: "Warung Contoh".into(),
        address: "Jl. Contoh No. 1, Bandung".into(),
        tax_id: "P.2.0000001.01.01".into(),
        language,
        ..Site::default()
    }
}

fn ticket(copy: u32, cancelled: Option<&str>) -> Ticket {
    Ticket {
        destination: Destination::Table("5B".into()),
        station: "Dapur".into(),
        order_numbers: vec![12],
        who: "Budi".into(),
        at_ms: 1_795_350_300_000,
        lines: vec![
            line("Nasi Goreng Spesial", 2, 32_000, "tanpa cabai, telur matang, jangan pakai acar"),
            line("Soto Ayam dengan nama yang sangat panjang sekali", 1, 28_000, ""),
        ],
        copy,
        cancelled: cancelled.map(str::to_owned),
        boxes: false,
    }
}

fn receipt(copy: u32) -> Receipt {
    Receipt {
        number: "2026-000123".into(),
        order_numbers: vec![12, 15],
        destination: Destination::Table("5B".into()),
        guests: vec!["Budi".into(), "Émile « Z »\u{1b}@".into()],
        cashier: "Kasir".into(),
        at_ms: 1_795_350_300_000,
        lines: vec![
            line("Nasi Goreng Spesial", 2, 32_000, ""),
            line("Paket pesta dengan harga besar sekali", 100, 1_250_000, ""),
        ],
        bill: Bill {
            subtotal: Money(125_064_000),
            discount: Money(64_000),
            net: Money(125_000_000),
            service: Money(6_250_000),
            tax: Money(13_125_000),
            total: Money(144_375_000),
        },
        settlement: Settlement {
            rounding: Money(-30),
            due: Money(144_374_970),
            tendered: Money(145_000_000),
            change: Money(625_030),
        },
        tender: Tender::Cash,
        copy,
    }
}

fn documents() -> Vec<(&'static str, Document)> {
    let (id, en) = (site(Language::Id), site(Language::En));
    vec![
        ("kitchen-ticket", document::ticket(&id, &ticket(0, None))),
        ("kitchen-ticket-copy", document::ticket(&id, &ticket(2, None))),
        ("cancellation-ticket", document::ticket(&id, &ticket(0, Some("tamu berubah pikiran")))),
        ("takeaway-ticket", document::ticket(&en, &Ticket { destination: Destination::Takeaway(7), ..ticket(0, None) })),
        ("backup-ticket", document::ticket(&id, &ticket(0, None)).meant_for(Language::Id, "Dapur")),
        ("checker-slip", document::ticket(&id, &Ticket { station: "Checker".into(), boxes: true, ..ticket(0, None) })),
        ("merged-ticket", document::ticket(&id, &Ticket { order_numbers: vec![12, 14], ..ticket(0, None) })),
        (
            "foreign-ticket",
            document::ticket(
                &id,
                &Ticket {
                    who: "Жанна 王芳".into(),
                    lines: vec![
                        line("炒饭 Nasi Goreng Crème brûlée", 2, 32_000, "ไม่เผ็ด — Ελληνικά"),
                        line("Es Teh", 1, 8_000, ""),
                    ],
                    ..ticket(0, None)
                },
            ),
        ),
        ("takeaway-receipt", document::receipt(&id, &Receipt { destination: Destination::Takeaway(7), ..receipt(0) })),
        ("receipt", document::receipt(&id, &receipt(0))),
        ("table-slip", {
            let wifi =
                Wifi { name: "Warung Tamu".into(), password: "makan enak".into(), security: WifiSecurity::Wpa, hidden: false };
            let url = "http://192.168.1.10:8080/t/0123456789abcdef0123456789".to_owned();
            document::table_slip(&id, "Teras 2", url, Some(&wifi))
        }),
        ("receipt-copy-english", document::receipt(&en, &receipt(1))),
    ]
}

#[test]
fn each_document_at_both_widths_is_as_it_was() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/paper");
    let write = std::env::var_os("KASIR_WRITE_GOLDEN").is_some();
    let mut stale = Vec::new();
    let pin5 = Profile { drawer_pin: DrawerPin::Five, ..Profile::default() };
    let mut all = vec![
        ("drawer-pulse-80".to_owned(), bytes(&Paper::DrawerPulse, &Profile::default()), None),
        ("drawer-pulse-pin-5".to_owned(), bytes(&Paper::DrawerPulse, &pin5), None),
    ];
    for (suffix, width) in [("58", PaperWidth::Mm58), ("80", PaperWidth::Mm80)] {
        let profile = Profile { width, ..Profile::default() };
        let test = ("test-page", document::test_page(&site(Language::Id), "Dapur", &profile));
        for (name, document) in documents().into_iter().chain([test]) {
            let bytes = bytes(&Paper::Document(document), &profile);
            // What a printer makes of the bytes, not what was meant: read back by the simulator.
            let rows = kasir::simulator::paper::read(&bytes, width);
            let picture = raster::png(&raster::draw(&rows, width)).unwrap();
            all.push((format!("{name}-{suffix}"), bytes, Some(picture)));
        }
    }
    // The same slip for printers that cut otherwise and know other letters.
    let slip = document::ticket(&site(Language::Id), &Ticket { who: "Émile €".into(), ..ticket(0, None) });
    for (name, code_page, cutter) in [
        ("ticket-858-full-cut-42", CodePage::Pc858, Cutter::Full),
        ("ticket-1252-no-cutter-42", CodePage::Windows1252, Cutter::None),
        ("ticket-ascii-42", CodePage::Ascii, Cutter::Partial),
    ] {
        let profile = Profile { width: PaperWidth::Mm80Columns42, code_page, cutter, ..Profile::default() };
        all.push((name.to_owned(), bytes(&Paper::Document(slip.clone()), &profile), None));
    }
    for (name, bytes, picture) in all {
        let listing = escpos::decode(&bytes).join("\n") + "\n";
        for (extension, content) in [("bin", bytes), ("txt", listing.into_bytes())] {
            let path = folder.join(format!("{name}.{extension}"));
            if write {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(&path, &content).unwrap();
            }
            if std::fs::read(&path).ok().as_ref() != Some(&content) {
                stale.push(path);
            }
        }
        if let (true, Some(picture)) = (write, picture) {
            if name == "receipt-80" {
                let readme = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/pictures/receipt.png");
                std::fs::write(readme, &picture).unwrap();
            }
            std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
        }
    }
    assert!(stale.is_empty(), "changed: {stale:#?}; look at them, then KASIR_WRITE_GOLDEN=1 cargo test --test flows paper");
}

/// What holds for every paper: reset and code page first, feed before the cut, no byte of a
/// guest's steers the printer, amounts whole and at the right.
#[test]
fn every_paper_keeps_the_rules() {
    for (name, document) in documents() {
        for width in PaperWidth::ALL {
            let said = escpos::decode(&bytes(&Paper::Document(document.clone()), &Profile { width, ..Profile::default() }));
            assert_eq!(&said[..2], ["[reset]", "[code page 0]"], "{name}");
            assert_eq!(&said[said.len() - 2..], ["[feed 3]", "[cut 0]"], "{name}");
            assert_eq!(
                said.iter()
                    .filter(|s| s.starts_with("[reset")
                        || s.starts_with("[cut")
                        || s.starts_with("[drawer")
                        || s.starts_with("[byte"))
                    .count(),
                2,
                "{name}: {said:#?}"
            );
            if name.starts_with("receipt") {
                let total = said.iter().find(|s| s.contains("TOTAL")).unwrap();
                assert!(total.ends_with("Rp144.374.970") && total.chars().count() == width.columns(), "{total:?}");
            }
        }
    }
}

/// The transports against real sockets and files: each fault is told from the others.
/// What holds of a printer on the network holds of one at a serial line: it is asked, and every byte arrives as it
/// was, line ends too.
#[test]
fn a_printer_at_a_serial_line_is_asked_too() {
    let tray = PaperTray::new();
    let line = SerialLine::to(&tray);
    let device = PrinterTarget::Device { path: line.path.clone() };
    let taken = look(&device, Speech::Unknown).unwrap();
    assert_eq!((taken.confirmed, taken.speech), (true, Speech::Speaks));
    let page: Vec<u8> = (0..=255).cycle().filter(|b| ![0x10, 0x1b, 0x1c, 0x1d].contains(b)).take(4_096).collect();
    let taken = send(&device, &page, Speech::Speaks).unwrap();
    assert_eq!((taken.confirmed, taken.paper_low, taken.speech), (true, false, Speech::Speaks));
    tray.behave(Mood::PaperOut);
    let out = send(&device, &page, Speech::Speaks).unwrap_err();
    assert_eq!((out.fault, out.some_went_out), (PrinterFault::PaperOut, false));
    tray.behave(Mood::PaperLow);
    assert!(look(&device, Speech::Speaks).unwrap().paper_low);
    drop(line);
    tray.wait_for(1);
    assert_eq!(tray.bytes(), [page], "as it was sent, and nothing of the questions");
    assert_eq!(send(&device, b"x", Speech::Unknown).unwrap_err().fault, PrinterFault::NoDevice);
}

#[test]
fn transports_say_what_went_wrong() {
    let tray = PaperTray::new();
    let tcp = PrinterTarget::Tcp { host: "127.0.0.1".into(), port: tray.port };
    let taken = send(&tcp, b"hello", Speech::Unknown).unwrap();
    assert_eq!((taken.confirmed, taken.paper_low, taken.speech), (true, false, Speech::Speaks));
    tray.wait_for(1);
    tray.behave(Mood::Silent);
    let taken = send(&tcp, b"hello", Speech::Unknown).unwrap();
    assert_eq!((taken.confirmed, taken.speech), (false, Speech::Silent));
    tray.wait_for(2);
    // One that used to answer and does not is one that hangs; nothing was sent.
    let hangs = send(&tcp, b"hello", Speech::Speaks).unwrap_err();
    assert_eq!((hangs.fault, hangs.some_went_out), (PrinterFault::Stuck, false));
    tray.behave(Mood::PaperLow);
    assert!(send(&tcp, b"hello", Speech::Unknown).unwrap().paper_low);
    for (mood, fault) in [
        (Mood::PaperOut, PrinterFault::PaperOut),
        (Mood::CoverOpen, PrinterFault::CoverOpen),
        (Mood::Error, PrinterFault::Error),
        (Mood::Offline, PrinterFault::Offline),
    ] {
        tray.behave(mood);
        let told = send(&tcp, b"hello", Speech::Unknown).unwrap_err();
        assert_eq!((told.fault, told.some_went_out, told.speech), (fault, false, Speech::Speaks));
    }
    // The paper ends in the middle, or the line does: some of it is out there.
    let page = vec![b'x'; 4_096];
    for (mood, fault) in
        [(Mood::PaperOutAfter(1_000), PrinterFault::PaperOut), (Mood::CutAfter(1_000), PrinterFault::Interrupted)]
    {
        tray.behave(mood);
        let told = send(&tcp, &page, Speech::Unknown).unwrap_err();
        assert_eq!((told.fault, told.some_went_out), (fault, true), "{mood:?}");
    }
    assert_eq!(tray.scraps().iter().map(Vec::len).collect::<Vec<_>>(), [1_000, 1_000]);
    tray.behave(Mood::Slow);
    assert!(send(&tcp, &page, Speech::Unknown).unwrap().confirmed);
    tray.switch_off();
    let refused = send(&tcp, b"hello", Speech::Unknown).unwrap_err();
    assert_eq!((refused.fault, refused.some_went_out), (PrinterFault::Refused, false));

    // It takes the connection and hangs up in the middle.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let rude = std::thread::spawn(move || drop(listener.accept().unwrap()));
    let long = vec![b'x'; 8 * 1024 * 1024];
    let cut = send(&PrinterTarget::Tcp { host: "127.0.0.1".into(), port }, &long, Speech::Silent).unwrap_err();
    rude.join().unwrap();
    assert_eq!((cut.fault, cut.some_went_out), (PrinterFault::Interrupted, true));

    // It hangs up before a byte has come, every time: while it serves another computer, say. A short document that
    // fits into this machine's buffer is not at the printer for that. The other side's takes less of it, however late
    // it hangs up.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    rustix::net::sockopt::set_socket_recv_buffer_size(&listener, 1_024).unwrap();
    let port = listener.local_addr().unwrap().port();
    let busy = std::thread::spawn(move || {
        for _ in 0..2 {
            drop(listener.accept().unwrap());
        }
        let mut asked = listener.accept().unwrap().0;
        let (mut one, mut rest) = ([0], Vec::new());
        asked.read_exact(&mut one).unwrap();
        drop(asked);
        let mut plain = listener.accept().unwrap().0;
        plain.read_to_end(&mut rest).unwrap();
        rest
    });
    let there = PrinterTarget::Tcp { host: "127.0.0.1".into(), port };
    let cut = send(&there, &[b'x'; 12_000], Speech::Unknown).unwrap_err();
    assert_eq!(cut.fault, PrinterFault::Interrupted);
    // Another hangs up when it is asked, and prints when it is not.
    let taken = send(&there, b"hello", Speech::Unknown).unwrap();
    // It may have been busy: the next paper asks again.
    assert_eq!((taken.confirmed, taken.speech), (false, Speech::Unknown));
    assert_eq!(busy.join().unwrap(), b"hello");

    // It takes the connection and then no bytes: paper out. Some of it may be printed.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let stuck = send(&PrinterTarget::Tcp { host: "127.0.0.1".into(), port }, &long, Speech::Silent).unwrap_err();
    assert_eq!((stuck.fault, stuck.some_went_out), (PrinterFault::Stuck, true));

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lp0");
    let device = PrinterTarget::Device { path: path.to_str().unwrap().into() };
    assert_eq!(send(&device, b"x", Speech::Unknown).unwrap_err().fault, PrinterFault::NoDevice);
    std::fs::write(&path, "").unwrap();
    send(&device, b"one", Speech::Unknown).unwrap();
    let taken = send(&device, b"two", Speech::Unknown).unwrap();
    assert_eq!((taken.confirmed, taken.speech), (false, Speech::Silent), "a file answers nothing");
    assert_eq!(std::fs::read(&path).unwrap(), b"onetwo");
    // A device that takes nothing: a pipe that is full and that nobody empties.
    let pipe = dir.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
    let stuck = send(&PrinterTarget::Device { path: pipe.to_str().unwrap().into() }, &long, Speech::Unknown).unwrap_err();
    assert_eq!((stuck.fault, stuck.some_went_out), (PrinterFault::Stuck, true));
    drop(reader);
}
