//! The owner at the touchscreen when the evening is over: what was sold, a receipt looked up, and
//! the house managed without a browser, down to its lines to the outside.

use std::path::Path;
use std::process::Command;

use kasir::domain::id::EmployeeId;
use kasir::domain::money::Money;
use kasir::domain::site::Language;

use crate::evening::{picture, rupiah};
use crate::support::Place as Shop;
use crate::support::people::Person;
use crate::support::smtp::MailServer;
use crate::support::till::Till;
use crate::support::wait_until;
use crate::support::window::Hand;

/// Begins with the owner logged in; `due` is what the evening brought. The mail server that was set.
pub async fn manages(hand: &Hand, shop: &Shop, till: &Till, phone: &Person, due: i64) -> MailServer {
    reads_reports(hand, shop, due);
    looks_a_receipt_up(hand, shop);
    changes_the_menu(hand, phone).await;
    changes_the_room_and_the_staff(hand, shop, till).await;
    changes_the_house(hand, shop);
    let server = sets_mail_up(hand, shop);
    switches_head_office_off_and_on(hand, shop);
    server
}

/// What the till says is what the receipts say; the PDF lies where the page says.
fn reads_reports(hand: &Hand, shop: &Shop, due: i64) {
    hand.tap("Halaman Laporan");
    hand.wait_value("Uang masuk", &rupiah(due));
    hand.wait_value("Struk", "5");
    hand.shot(&picture("till-reports"), 1280, 800);
    hand.shot(&picture("till-reports-small"), 1024, 600);
    hand.touch("Masa 7 hari");
    hand.wait_value("Uang masuk", &rupiah(due));
    hand.touch("Masa Kemarin");
    hand.wait_value("Uang masuk", &rupiah(0));
    hand.touch("Masa Hari ini");
    hand.wait_value("Uang masuk", &rupiah(due));
    hand.tap("Simpan PDF");
    let folder = shop.path().join("reports");
    let saved = || std::fs::read_dir(&folder).into_iter().flatten().map(|f| f.unwrap().path()).next();
    wait_until("the report's file", || saved().is_some_and(|f| text_of(&f).contains(&rupiah(due))));
}

/// By its number, with what stands on it; and by the day. The evening's house has sold on one day.
fn looks_a_receipt_up(hand: &Hand, shop: &Shop) {
    let number = &shop.column("SELECT number FROM receipt ORDER BY id")[1];
    hand.tap("Halaman Struk");
    hand.wait_value("Hari struk", "Hari ini, 19 Mei 2031");
    hand.wait_for(&format!("Buka struk {number}"));
    hand.tap("Hari sebelumnya");
    hand.wait_value("Hari struk", "Minggu, 18 Mei 2031");
    hand.wait_for("Tidak ada struk pada hari itu");
    hand.shot(&picture("till-receipts-none"), 1280, 800);
    hand.tap("Hari sesudahnya");
    hand.wait_value("Hari struk", "Hari ini, 19 Mei 2031");
    (0..2).for_each(|_| hand.tap("Hari sebelumnya"));
    hand.wait_value("Hari struk", "Sabtu, 17 Mei 2031");
    hand.tap("Struk hari ini");
    hand.wait_value("Hari struk", "Hari ini, 19 Mei 2031");

    seek(hand, "999");
    hand.wait_for("Tidak ada struk dengan nomor ini");
    // The only one of that number opens by itself: two orders of the same table.
    seek(hand, "2");
    hand.wait_value("2× Nasi Goreng Spesial", &rupiah(64_000));
    hand.wait_value(&format!("Buka struk {number}"), &rupiah(173_300));
    hand.shot(&picture("till-receipts-found"), 1280, 800);
    hand.shot(&picture("till-receipts-small"), 1024, 600);
    let copies = || shop.number("SELECT copies FROM receipt ORDER BY id LIMIT 1 OFFSET 1");
    let before = copies();
    hand.tap(&format!("Cetak ulang struk {number}"));
    hand.wait_for(&format!("Kertasnya akan bertuliskan SALINAN {}.", before + 2));
    assert_eq!(copies(), before + 1);
    hand.tap("Akhiri pencarian");
    hand.wait_value("Hari struk", "Hari ini, 19 Mei 2031");
}

fn seek(hand: &Hand, number: &str) {
    hand.tap("Cari nomor struk");
    hand.wait_for("Selesai mengetik");
    hand.clear();
    hand.keys(number);
    hand.tap("Selesai mengetik");
    hand.wait_gone("Selesai mengetik");
}

fn text_of(pdf: &Path) -> String {
    let out = Command::new("pdftotext").arg("-layout").arg(pdf).arg("-").output().unwrap();
    String::from_utf8(out.stdout).unwrap()
}

/// A price and a count, by finger; the phone hears of it. A wrong amount is named beside its
/// field and changes nothing.
async fn changes_the_menu(hand: &Hand, phone: &Person) {
    let gado = phone.product("Gado");
    hand.tap("Halaman Kelola");
    hand.wait_for("Baris Gado-Gado");
    hand.shot(&picture("till-manage"), 1280, 800);
    hand.tap("Baris Gado-Gado");
    hand.wait_for("Isian Harga jual");
    type_into(hand, "Harga jual", "27.500");
    hand.tap("Isian Hitung stok");
    type_into(hand, "Stok sekarang", "1,5");
    hand.tap("Simpan");
    hand.wait_for("Tulis angka bulat.");
    hand.shot(&picture("till-manage-form"), 1280, 800);
    hand.shot(&picture("till-manage-small"), 1024, 600);
    assert_eq!(phone.room().products[&gado].price, Money(26_000), "nothing half done");
    type_into(hand, "Stok sekarang", "12");
    hand.tap("Simpan");
    hand.wait_gone("Isian Harga jual");
    phone.until("the new price", |r| r.products[&gado].price == Money(27_500)).await;

    hand.tap("Menu baru");
    type_into(hand, "Nama", "teh tawar");
    type_into(hand, "Harga jual", "5000");
    hand.tap("Kategori: Drinks");
    hand.tap("Simpan");
    phone.until("the new dish", |r| r.products.values().any(|p| p.name.eq_ignore_ascii_case("teh tawar"))).await;
    // Taken off again: asked first.
    hand.wait_for("Baris teh tawar");
    hand.tap("Baris teh tawar");
    hand.tap("Hapus");
    hand.tap("Tidak jadi");
    hand.tap("Hapus");
    hand.tap("Ya: Hapus");
    hand.wait_gone("Baris teh tawar");
    phone.until("it gone", |r| r.products.values().all(|p| !p.name.eq_ignore_ascii_case("teh tawar"))).await;
}

async fn changes_the_room_and_the_staff(hand: &Hand, shop: &Shop, till: &Till) {
    hand.tap("Bagian Meja");
    hand.wait_for("Baris Meja 12");
    hand.tap("Meja baru");
    type_into(hand, "Nomor", "13");
    hand.tap("Simpan");
    hand.wait_for("Baris Meja 13");

    // A colleague is taken on with a PIN, and comes in with it.
    hand.tap("Bagian Karyawan");
    hand.wait_for("Baris Pelayan");
    hand.tap("Karyawan baru");
    type_into(hand, "Nama", "tono");
    hand.tap("Jabatan: Kasir");
    hand.tap("Simpan");
    hand.wait_for("4 sampai 8 angka.");
    type_into(hand, "PIN", "2468");
    hand.tap("Simpan");
    hand.wait_for("Baris tono");
    let id = shop.number("SELECT id FROM employee WHERE name = 'tono'");
    let tono = Person::staff(&till.socket_url(), &till.invite(), (EmployeeId(id), "2468")).await;
    assert!(tono.room().hub.is_some());
    // Dismissed: out at once.
    hand.tap("Baris tono");
    hand.tap("Isian Masih bekerja");
    hand.tap("Simpan");
    tono.until("the door", |r| matches!(r.me, Some(kasir::hub::wire::Me::Device { .. }))).await;
}

fn changes_the_house(hand: &Hand, shop: &Shop) {
    hand.tap("Bagian Restoran");
    hand.tap("Baris Warung Contoh");
    hand.tap("Isian Pelayanan juga untuk bungkus");
    type_into(hand, "Biaya pelayanan (%)", "7,5");
    hand.shot(&picture("till-manage-house"), 1280, 800);
    hand.tap("Simpan");
    hand.wait_gone("Isian Biaya pelayanan (%)");
    let site: kasir::domain::site::Site = serde_json::from_str(&shop.column("SELECT settings FROM site")[0]).unwrap();
    assert_eq!((site.tax.service.basis_points(), site.tax.service_on_takeaway), (750, true));
    assert_eq!((site.tax.tax.basis_points(), site.language), (1_000, Language::Id), "the rest as it was");
}

/// The server that is away is replaced by one that answers, over STARTTLS and with a password that
/// is never shown: the test letter arrives, and so does what has waited.
fn sets_mail_up(hand: &Hand, shop: &Shop) -> MailServer {
    let server = MailServer::start();
    let ca_file = server.ca_file();

    hand.tap("Bagian Email");
    hand.wait_says("Baris Email", "2 surat menunggu");
    hand.tap("Baris Email");
    type_into(hand, "Server", "localhost");
    type_into(hand, "Port", &server.port.to_string());
    hand.tap("Keamanan: STARTTLS");
    type_into(hand, "Nama pengguna", "kasir");
    type_into(hand, "Berkas sertifikat", ca_file.to_str().unwrap());
    type_into(hand, "Surat percobaan ke", "pemilik@warung.example");
    hand.tap("Kirim percobaan");
    hand.wait_for("Tulis kata sandi untuk server dan pengguna ini.");
    type_into(hand, "Kata sandi", "rahasia");
    assert_eq!(hand.value("Isian Kata sandi"), "••••••");
    hand.shot(&picture("till-manage-mail"), 1280, 800);
    hand.tap("Kirim percobaan");
    hand.wait_for("Tersimpan. Surat percobaan segera dikirim; daftar di samping menunjukkan hasilnya.");
    assert_eq!(hand.value("Isian Kata sandi"), "", "it is the hub's now");
    let letters = server.wait_for(3);
    assert!(letters.iter().all(|(how, _)| how.ends_with("-tls-kasir")), "{letters:?}");
    let to = |address: &str| letters.iter().filter(|(_, l)| l.contains(&format!("To: {address}"))).count();
    assert_eq!((to("pemilik@warung.example"), to("tamu@contoh.id"), letters.len()), (2, 1, 3), "each once");
    let receipt = letters.iter().map(|(_, l)| crate::mail::plain(l)).find(|l| l.contains("tamu@contoh.id")).unwrap();
    for figure in ["150.000", "7.500", "15.750", "173.300", "200.000", "26.700", "-000002"] {
        assert!(receipt.contains(figure), "{figure} is missing in {receipt}");
    }
    hand.wait_says("Baris Email", "Tidak ada yang menunggu");
    hand.wait_says("Baris Email", &format!("localhost:{}", server.port));
    hand.wait_value("Keadaan email", "Email");
    // Kept, and not written anew by a form that says nothing of it.
    hand.tap("Simpan");
    hand.wait_gone("Isian Kata sandi");
    assert_eq!(shop.column("SELECT value FROM secret WHERE name = 'mail'"), ["rahasia"]);
    assert_eq!(shop.number("SELECT count(*) FROM journal WHERE event LIKE '%rahasia%'"), 0);
    server
}

fn switches_head_office_off_and_on(hand: &Hand, shop: &Shop) {
    let on = || shop.number("SELECT json_extract(settings, '$.on') FROM sync") == 1;
    hand.tap("Bagian Kantor pusat");
    hand.wait_says("Baris Kantor pusat", "Semua sudah sampai");
    hand.tap("Baris Kantor pusat");
    hand.wait_value("Isian Server", "127.0.0.1");
    hand.shot(&picture("till-manage-head-office"), 1280, 800);
    // What the hub does not take is said beside its field.
    type_into(hand, "Nama basis data", "kasir pusat");
    hand.tap("Simpan");
    hand.wait_for("Pengaturan database tidak benar.");
    type_into(hand, "Nama basis data", "kasir");
    hand.tap("Isian Salin ke kantor pusat");
    hand.tap("Simpan");
    hand.wait_gone("Isian Server");
    hand.wait_says("Baris Kantor pusat", "Nonaktif");
    hand.wait_gone("Salinan di pusat");
    assert!(!on());
    // The password that is kept is for the same server.
    hand.tap("Baris Kantor pusat");
    hand.tap("Isian Salin ke kantor pusat");
    hand.tap("Simpan");
    hand.wait_gone("Isian Server");
    hand.wait_says("Baris Kantor pusat", "Semua sudah sampai");
    hand.wait_value("Salinan di pusat", "Pusat");
    assert!(on());
}

/// On the screen's own keys; what stood there goes first.
fn type_into(hand: &Hand, field: &str, text: &str) {
    hand.tap(&format!("Isian {field}"));
    hand.wait_for("Selesai mengetik");
    hand.clear();
    hand.keys(text);
    hand.tap("Selesai mengetik");
    hand.wait_gone("Selesai mengetik");
}
