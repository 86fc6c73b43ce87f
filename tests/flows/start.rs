//! Starting, stopping, and the command line.

use std::process::{Command, Stdio};

use kasir::control::{Request, Response};

use kasir::hub::wire::Place;

use crate::support::people::{CASHIER, Person};
use crate::support::till::Till;
use crate::support::{Place as Shop, wait_until};

fn kasir(args: &[&str], data: &std::path::Path) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kasir"))
        .args(args)
        .arg("--data")
        .arg(data)
        .env("KASIR_LOG", "off")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}

/// `init` makes a restaurant, says what is missing, and never overwrites one.
#[test]
fn init_makes_a_restaurant_once() {
    let shop = Shop::empty();
    let (ok, said) = kasir(&["init", "--name", "Warung", "--tables", "3"], shop.path());
    assert!(!ok && said.contains("--owner-pin is missing"), "{said}");
    let (ok, said) = kasir(&["init", "--name", "Warung", "--tables", "3", "--owner-pin", "12"], shop.path());
    assert!(!ok && said.contains("4 to 8 digits"), "{said}");
    let config = shop.path().join("kasir.toml").to_str().unwrap().to_owned();
    let make = ["init", "--name", "Warung", "--tables", "3", "--owner-pin", "135790", "--config", &config];
    // A configuration that was named must exist for other commands; `init` writes it.
    let (ok, said) = kasir(&make, shop.path());
    assert!(ok, "{said}");
    assert!(std::fs::read_to_string(&config).unwrap().contains("#listen"));
    let (ok, said) = kasir(&make[..7], shop.path());
    assert!(!ok && said.contains("holds a restaurant already"), "{said}");
    let (ok, said) = kasir(&["tables"], shop.path());
    assert!(ok && said.lines().count() == 3 && said.contains("/t/"), "{said}");
    let (ok, said) = kasir(&["verify"], shop.path());
    assert!(ok && said.contains("whole"), "{said}");
}

/// The same commands work on a running kasir (through its socket) and on a stopped one.
#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_works_beside_a_running_kasir() {
    let shop = Shop::furnished();
    let set = ["printer", "set", "Bar", "--to", "tcp:127.0.0.1:1", "--stations", "bar", "--width", "58"];
    let (ok, said) = kasir(&set, shop.path());
    assert!(ok, "{said}");
    let till = Till::start(&shop);
    let (ok, said) = kasir(&["printer", "list"], shop.path());
    assert!(ok && said.contains("Bar\ttcp:127.0.0.1:1\tbar"), "{said}");
    let (ok, said) = kasir(&["verify"], shop.path());
    assert!(ok && said.contains("whole"), "{said}");
    let (ok, said) = kasir(&["user", "reset-pin", "Kasir", "--pin", "9753"], shop.path());
    assert!(ok, "{said}");
    let (ok, said) = kasir(&["user", "reset-pin", "Nobody", "--pin", "9753"], shop.path());
    assert!(!ok && said.contains("karyawan"), "{said}");
    let (ok, said) = kasir(&["printer", "set", "Bar", "--to", "usb"], shop.path());
    assert!(!ok && said.contains("tcp:HOST"), "{said}");
    let (ok, code) = kasir(&["device", "invite"], shop.path());
    assert!(ok, "{code}");
    let screen = Person::screen(&till.socket_url(), code.lines().next().unwrap()).await;
    screen.log_in((CASHIER.0, "9753")).await.unwrap();
    // The owner's way into the office of a new shop.
    let (ok, said) = kasir(&["user", "password-code", "Pemilik"], shop.path());
    assert!(ok, "{said}");
    let office = crate::support::office::Office::open(&till.address).await;
    let reset = serde_json::json!({ "login": "Pemilik", "code": said.lines().next().unwrap(), "password": "baru-dan-panjang" });
    assert_eq!(office.post("password/reset", reset).await.status, 204);
    assert_eq!(office.log_in("Pemilik", "baru-dan-panjang").await.status, 200);
    // The menu goes out and in; a bad row names its line and nothing is imported.
    let (ok, menu) = kasir(&["menu", "export"], shop.path());
    assert!(ok && menu.starts_with("name,category,price"), "{menu}");
    let file = shop.path().join("menu.csv");
    std::fs::write(&file, format!("{menu}Es Degan,Drinks,11000,,,,bar,\n")).unwrap();
    let (ok, said) = kasir(&["menu", "import", file.to_str().unwrap()], shop.path());
    assert!(ok && said.contains("1 added, 0 changed"), "{said}");
    screen.until("it on the menu", |r| r.products.values().any(|p| p.name == "Es Degan")).await;
    std::fs::write(&file, format!("{menu}Es Kuwut,Drinks,12000,,,,bar,\nRusak,Drinks,x,,,,,\n")).unwrap();
    let (ok, said) = kasir(&["menu", "import", file.to_str().unwrap()], shop.path());
    assert!(!ok && said.contains("23"), "{said}");
    assert_eq!(shop.number("SELECT count(*) FROM product WHERE name LIKE 'Es Kuwut%'"), 0);
    // Only its owner may speak to the socket.
    use std::os::unix::fs::PermissionsExt;
    let mode = |name: &str| std::fs::metadata(shop.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("control.sock"), mode("")), (0o600, 0o700));
    assert!(matches!(till.ask(Request::OpenJobs), Response::OpenJobs { count: 0 }));
    till.stop();
    let (ok, said) = kasir(&["device", "invite"], shop.path());
    assert!(!ok && said.contains("start it first"), "{said}");
    shop.verify();
}

/// A taken port, a missing database, a damaged one: said in words, before anything happens.
#[test]
fn what_keeps_it_from_starting_is_said() {
    let shop = Shop::furnished();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let (ok, said) = kasir(&["run", "--headless", "--listen", &listen], shop.path());
    assert!(!ok && said.contains("cannot listen on") && said.contains("--listen chooses another"), "{said}");
    let empty = Shop::empty();
    let (ok, said) = kasir(&["verify"], empty.path());
    assert!(!ok && said.contains("kasir init"), "{said}");

    // A changed row at the journal's end is found before anything is served.
    let conn = rusqlite::Connection::open(shop.database()).unwrap();
    conn.execute_batch("DROP TRIGGER journal_is_append_only_update; UPDATE journal SET event = replace(event, 'Air', 'Bir') WHERE event LIKE '%Air Mineral%'").unwrap();
    drop(conn);
    let (ok, said) = kasir(&["run", "--headless", "--listen", "127.0.0.1:0"], shop.path());
    assert!(!ok && said.contains("journal") && said.contains("restore the newest backup"), "{said}");
    // A file that is no database at all.
    let other = Shop::empty();
    std::fs::write(other.database(), "not a database, but long enough to be looked at as one").unwrap();
    let (ok, said) = kasir(&["run", "--headless", "--listen", "127.0.0.1:0"], other.path());
    assert!(!ok && said.contains("kasir.db"), "{said}");
}

/// Nobody reads its output: the till goes on.
#[test]
fn a_closed_pipe_ends_nothing() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    // `Till::start` has read one line and dropped the pipe; asking makes it log and answer.
    assert!(matches!(till.ask(Request::Tables), Response::Tables { .. }));
    till.stop();
}

/// `kasir demo`: addresses, a QR code, PINs on the terminal; its printers print to a folder.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shows_the_way_in_and_prints_to_its_roll() {
    let shop = Shop::empty();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kasir"));
    command.args(["demo", "--headless", "--listen", "127.0.0.1:0", "--data"]).arg(shop.path());
    command.env("KASIR_LOG", "off").stdout(Stdio::piped()).stdin(Stdio::null());
    let (till, said) = Till::spawn_and_read(command, shop.path(), "Ctrl+C");
    for needle in ["/t/", "/kitchen?enrol=", "Pemilik 1111", "\u{2580}", "paper"] {
        assert!(said.contains(needle), "{needle:?} is not in {said}");
    }
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    cashier.order_at(Some(Place::Takeaway { guest: "Tono".into() }), &[("Soto", 1)]).await.unwrap();
    let roll = kasir::demo::roll(shop.path());
    let papers = || -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&roll) else { return Vec::new() };
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).filter(|n| !n.starts_with('.')).collect()
    };
    wait_until("a picture and a text of the ticket", || papers().len() == 2);
    let text = papers().into_iter().find(|n| n.ends_with("kitchen_ticket.txt")).unwrap();
    assert!(std::fs::read_to_string(roll.join(text)).unwrap().contains("1 x Soto Ayam"));
    till.stop();
    shop.verify();
}
