//! Acceptance 6: each document at both widths, as bytes and as a listing that a person can
//! read, held in `tests/golden/paper`. `KASIR_WRITE_GOLDEN=1` writes them anew; look at the
//! difference before committing it.

use std::path::PathBuf;

use kasir::domain::bill::Bill;
use kasir::domain::document::{self, Destination, Document, PaperLine, Receipt, Ticket};
use kasir::domain::job::PrinterFault;
use kasir::domain::money::Money;
use kasir::domain::payment::{Settlement, Tender};
use kasir::domain::site::{Language, PaperWidth, PrinterTarget, Site};
use kasir::views::paper::Paper;
use kasir::workers::print::transport::send;
use kasir::workers::print::{bytes, escpos, layout, raster};

use crate::support::printers::PaperTray;

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
        order_number: 12,
        who: "Budi".into(),
        at_ms: 1_795_350_300_000,
        lines: vec![
            line("Nasi Goreng Spesial", 2, 32_000, "tanpa cabai, telur matang, jangan pakai acar"),
            line("Soto Ayam dengan nama yang sangat panjang sekali", 1, 28_000, ""),
        ],
        copy,
        cancelled: cancelled.map(str::to_owned),
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
        ("receipt", document::receipt(&id, &receipt(0))),
        ("receipt-copy-english", document::receipt(&en, &receipt(1))),
    ]
}

#[test]
fn each_document_at_both_widths_is_as_it_was() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/paper");
    let write = std::env::var_os("KASIR_WRITE_GOLDEN").is_some();
    let mut stale = Vec::new();
    let mut all = vec![("drawer-pulse-80".to_owned(), bytes(&Paper::DrawerPulse, PaperWidth::Mm80), None)];
    for (name, document) in documents() {
        for (suffix, width) in [("58", PaperWidth::Mm58), ("80", PaperWidth::Mm80)] {
            let rows = layout::lay_out(&document, width);
            let picture = raster::png(&raster::draw(&rows, width)).unwrap();
            all.push((format!("{name}-{suffix}"), bytes(&Paper::Document(document.clone()), width), Some(picture)));
        }
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
        for width in [PaperWidth::Mm58, PaperWidth::Mm80] {
            let said = escpos::decode(&bytes(&Paper::Document(document.clone()), width));
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
#[test]
fn transports_say_what_went_wrong() {
    let mut tray = PaperTray::new();
    let tcp = PrinterTarget::Tcp { host: "127.0.0.1".into(), port: tray.port };
    send(&tcp, b"hello").unwrap();
    tray.wait_for(1);
    tray.switch_off();
    let refused = send(&tcp, b"hello").unwrap_err();
    assert_eq!((refused.fault, refused.some_went_out), (PrinterFault::Refused, false));

    // It takes the connection and hangs up in the middle.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let rude = std::thread::spawn(move || drop(listener.accept().unwrap()));
    let long = vec![b'x'; 8 * 1024 * 1024];
    let cut = send(&PrinterTarget::Tcp { host: "127.0.0.1".into(), port }, &long).unwrap_err();
    rude.join().unwrap();
    assert_eq!((cut.fault, cut.some_went_out), (PrinterFault::Interrupted, true));

    // It takes the connection and then no bytes: paper out. Some of it may be printed.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let stuck = send(&PrinterTarget::Tcp { host: "127.0.0.1".into(), port }, &long).unwrap_err();
    assert_eq!((stuck.fault, stuck.some_went_out), (PrinterFault::Stuck, true));

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lp0");
    let device = PrinterTarget::Device { path: path.to_str().unwrap().into() };
    assert_eq!(send(&device, b"x").unwrap_err().fault, PrinterFault::NoDevice);
    std::fs::write(&path, "").unwrap();
    send(&device, b"one").unwrap();
    send(&device, b"two").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"onetwo");
    // A device that takes nothing: a pipe that is full and that nobody empties.
    let pipe = dir.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
    let stuck = send(&PrinterTarget::Device { path: pipe.to_str().unwrap().into() }, &long).unwrap_err();
    assert_eq!((stuck.fault, stuck.some_went_out), (PrinterFault::Stuck, true));
    drop(reader);
}
