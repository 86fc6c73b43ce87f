//! A sample restaurant to look at and to test with: menu with pictures, tables, staff, a week of
//! history, and printers that print to a folder. Made through the same operations as a real one.

mod history;

pub use history::Plan;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use rust_embed::Embed;
use sha2::{Digest, Sha256};

use crate::app::Store;
use crate::domain::founding::{Founding, OwnerDraft, RoomDraft};
use crate::domain::mail::{MailRoute, MailSettings};
use crate::domain::menu::{ProductDraft, Station};
use crate::domain::money::Money;
use crate::domain::site::{PrinterSettings, PrinterTarget, Site};
use crate::domain::staff::{Actor, EmployeeDraft, Role};
use crate::domain::time::ManualClock;
use crate::hub::door;
use crate::ops;
use crate::ops::found::FoundHouse;
use crate::ops::mail::SetMail;
use crate::ops::menu::{AddCategory, AddProduct};
use crate::ops::setup::SetPrinter;
use crate::ops::staff::{AddEmployee, SetPassword, Whose};
use crate::store::reader::Reader;
use crate::store::writer::Writer;
use crate::store::{sites, staff};

#[derive(Embed)]
#[folder = "demo/pictures"]
struct Pictures;

/// A dish: slug of its picture, name, price, cost, stock, station, description.
type Dish = (&'static str, &'static str, i64, i64, Option<u32>, &'static str, &'static str);

const MENU: &[(&str, &[Dish])] = &[
    (
        "Appetizer",
        &[
            ("lumpia", "Lumpia Semarang", 18_000, 7_000, None, "kitchen", "Lumpia rebung goreng, saus manis gurih."),
            ("tahu-isi", "Tahu Isi", 12_000, 4_500, None, "kitchen", "Tahu goreng isi sayur, cabai rawit."),
            ("bakwan-jagung", "Bakwan Jagung", 12_000, 4_000, None, "kitchen", "Jagung manis goreng renyah."),
            ("sate-ayam-kecil", "Sate Ayam (3 tusuk)", 20_000, 9_000, Some(40), "kitchen", "Sate ayam bumbu kacang."),
            ("kerupuk", "Kerupuk Udang", 6_000, 2_000, None, "kitchen", "Satu mangkuk kerupuk udang."),
        ],
    ),
    (
        "Main Course",
        &[
            ("nasi-goreng", "Nasi Goreng Spesial", 32_000, 13_000, None, "kitchen", "Telur mata sapi, ayam suwir, acar."),
            ("mie-goreng", "Mie Goreng Jawa", 30_000, 12_000, None, "kitchen", "Mie telur, sawi, kol, ayam."),
            ("ayam-bakar", "Ayam Bakar Madu", 38_000, 17_000, Some(25), "kitchen", "Setengah ekor, nasi, lalap, sambal."),
            ("rendang", "Rendang Sapi", 42_000, 21_000, Some(20), "kitchen", "Rendang Padang dengan nasi."),
            ("soto-ayam", "Soto Ayam", 28_000, 11_000, None, "kitchen", "Soto kuning, telur, soun, nasi."),
            ("gado-gado", "Gado-Gado", 26_000, 9_000, None, "kitchen", "Sayur rebus, lontong, bumbu kacang."),
        ],
    ),
    (
        "Dessert",
        &[
            ("es-campur", "Es Campur", 22_000, 8_000, None, "bar", "Kelapa, cincau, nangka, sirup."),
            ("pisang-goreng", "Pisang Goreng", 16_000, 5_000, None, "kitchen", "Pisang kepok, madu dan keju."),
            ("klepon", "Klepon", 14_000, 5_000, Some(30), "kitchen", "Isi gula merah, kelapa parut."),
            ("puding-cokelat", "Puding Cokelat", 18_000, 7_000, Some(15), "kitchen", "Dengan saus vanila."),
        ],
    ),
    (
        "Drinks",
        &[
            ("es-teh", "Es Teh Manis", 8_000, 1_500, None, "bar", "Teh melati, gula, es batu."),
            ("es-jeruk", "Es Jeruk", 12_000, 4_000, None, "bar", "Jeruk peras segar."),
            ("kopi-tubruk", "Kopi Tubruk", 14_000, 4_000, None, "bar", "Kopi robusta, gula terpisah."),
            ("jus-alpukat", "Jus Alpukat", 20_000, 9_000, Some(18), "bar", "Susu cokelat di gelas."),
            ("air-mineral", "Air Mineral", 7_000, 2_500, Some(100), "bar", "Botol 600 ml."),
        ],
    ),
];

/// Who works in the demo, named by what they do, with PINs that the terminal shows.
pub const STAFF: &[(&str, Role, &str)] = &[
    ("Pemilik", Role::Owner, "1111"),
    ("Manajer", Role::Manager, "2222"),
    ("Kasir", Role::Cashier, "3333"),
    ("Pelayan", Role::Waiter, "4444"),
    ("Dapur", Role::Kitchen, "5555"),
];

/// Who of them has a password for the office.
pub const OFFICE: &[(&str, &str)] = &[("Pemilik", "rahasia-pemilik"), ("Manajer", "rahasia-manajer")];

const TABLES: u32 = Plan::WEEK.tables;

/// The folder of the paper roll in a data directory.
pub fn roll(data: &Path) -> std::path::PathBuf {
    data.join("paper")
}

/// The folder in which letters land.
pub fn post_box(data: &Path) -> std::path::PathBuf {
    data.join("mail")
}

/// Makes the sample restaurant in a data directory, a week old; one that is there is left alone.
pub fn open(data: &Path, now_ms: i64) -> anyhow::Result<()> {
    let clock = Arc::new(ManualClock::at(now_ms));
    let store = Store::open_alone(data, clock.clone())?;
    let made = match store.reader.read(sites::is_set_up)? {
        true => Ok(()),
        false => with_a_past(&store, &clock, Plan::WEEK, now_ms).and_then(|()| equip(&store.writer, data)),
    };
    store.close()?;
    made
}

/// Makes a house with as much of a past as is asked for, for measuring: nothing prints there and
/// no letter leaves it.
pub fn make(data: &Path, plan: Plan, now_ms: i64) -> anyhow::Result<()> {
    let clock = Arc::new(ManualClock::at(now_ms));
    let store = Store::open_alone(data, clock.clone())?;
    let made = with_a_past(&store, &clock, plan, now_ms);
    store.close()?;
    made
}

/// Without printers so far: what was sold before there were any fills no paper roll.
fn with_a_past(store: &Store, clock: &ManualClock, plan: Plan, now_ms: i64) -> anyhow::Result<()> {
    clock.jump_to(now_ms - plan.length_ms(), true);
    found(&store.writer, &store.reader, plan.tables)?;
    history::play(&store.writer, &store.reader, clock, plan, now_ms)
}

/// Fills a new store, without a history.
pub fn furnish(writer: &Writer, reader: &Reader, data: &Path) -> anyhow::Result<()> {
    found(writer, reader, TABLES)?;
    equip(writer, data)
}

/// House, menu, staff and tables.
fn found(writer: &Writer, reader: &Reader, tables: u32) -> anyhow::Result<()> {
    let site = Site {
        name: "Warung Contoh".to_owned(),
        address: "Jl. Contoh No. 1, Bandung".to_owned(),
        tax_id: "P.2.0000001.01.01".to_owned(),
        ..Site::default()
    };
    let (owner, _, pin) = STAFF[0];
    let owner = OwnerDraft { name: owner.to_owned(), ..OwnerDraft::default() };
    let outside = tables / 3;
    let room = |area: &str, tables| RoomDraft { area: area.to_owned(), tables, seats: 4 };
    let rooms = vec![room("Dalam", tables - outside), room("Teras", outside)];
    let founding = Founding { site, owner, rooms, ..Founding::default() };
    let codes = (0..tables).map(|_| door::table_code()).collect();
    let pin_hash = door::secret_hash(pin)?;
    let house = FoundHouse { founding, pin_hash, password_hash: None, codes, base: String::new() };
    ops::run(writer, Actor::Machine, house)?;
    for (category, dishes) in MENU {
        let category = ops::run(writer, Actor::Machine, AddCategory { name: (*category).to_owned() })?;
        for (slug, name, price, cost, stock, station, description) in *dishes {
            let picture = Pictures::get(&format!("{slug}.png")).with_context(|| format!("no picture {slug}"))?;
            let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&picture.data));
            ops::run(
                writer,
                Actor::Machine,
                AddProduct {
                    draft: ProductDraft {
                        category,
                        name: (*name).to_owned(),
                        price: Money(*price),
                        cost: Money(*cost),
                        description: (*description).to_owned(),
                        station: Station::try_from((*station).to_owned())?,
                        min_stock: 5,
                    },
                    stock: *stock,
                    picture: Some((hash, picture.data.into_owned())),
                },
            )?;
        }
    }
    for (name, role, pin) in &STAFF[1..] {
        let pin_hash = door::secret_hash(pin)?;
        ops::run(
            writer,
            Actor::Machine,
            AddEmployee { draft: EmployeeDraft { name: (*name).to_owned(), role: *role, mail: None }, pin_hash },
        )?;
    }
    for (name, password) in OFFICE {
        let employee = reader.read(|conn| staff::by_name(conn, name))?.with_context(|| format!("no {name}"))?;
        let password_hash = door::secret_hash(password)?;
        ops::run(writer, Actor::Machine, SetPassword { whose: Whose::Own(employee.id), password_hash })?;
    }
    Ok(())
}

/// Printers, and the way of letters.
fn equip(writer: &Writer, data: &Path) -> anyhow::Result<()> {
    let folder = roll(data).to_string_lossy().into_owned();
    let settings = MailSettings {
        route: MailRoute::Folder { path: post_box(data).to_string_lossy().into_owned() },
        from: "kasir@warung-contoh.example".to_owned(),
        owner: Vec::new(),
    };
    ops::run(writer, Actor::Machine, SetMail { settings, password: None })?;
    for (name, stations, receipts) in [("Dapur", &["kitchen", "bar"][..], false), ("Kasir", &[][..], true)] {
        let stations = stations.iter().map(|s| Station::try_from((*s).to_owned())).collect::<Result<_, _>>()?;
        let target = PrinterTarget::Roll { folder: folder.clone() };
        let settings = PrinterSettings { stations, receipts, drawer: receipts, ..PrinterSettings::new(name, target) };
        ops::run(writer, Actor::Machine, SetPrinter { printer: None, settings })?;
    }
    Ok(())
}
