//! The end of the evening, when the lines to the outside fail in every way they can: head office
//! and the mail server are paused, read-only, refusing, greylisting, hanging and gone, two at a
//! time, while the house goes on selling. Then the day closes.

use kasir::hub::wire::{Op, Place};
use serde_json::{Value, json};

use crate::evening::{picture, rupiah};
use crate::support::machine::{DAY_MS, Disk, EVENING_MS, MachineClock};
use crate::support::mariadb::HeadOffice;
use crate::support::office::Office;
use crate::support::people::{CASHIER, Person};
use crate::support::smtp::MailServer;
use crate::support::till::Till;
use crate::support::window::Hand;
use crate::support::{Place as Shop, wait_until};

/// A takeaway of 28,000 with 7.5 % service and 10 % tax: 33,110, in cash 33,100.
const SALE: i64 = 33_100;

/// The house and its two lines.
pub struct Lines<'a> {
    pub hand: &'a Hand,
    pub shop: &'a Shop,
    pub till: &'a Till,
    /// The owner in the office.
    pub owner: &'a Office,
    pub head_office: &'a mut HeadOffice,
    pub mail: &'a mut MailServer,
}

/// `due` is what the day has brought so far; each sale is taken at once, and its letter arrives
/// once, whatever had failed meanwhile.
pub async fn happen(lines: Lines<'_>, mut due: i64) {
    let Lines { hand, shop, till, owner, head_office, mail } = lines;
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let before = mail.letters().len();
    // A new password has ended the owner's sessions, this screen's too.
    hand.touch("Kasir");
    (0..4).for_each(|_| hand.touch("Angka 3"));
    hand.touch("Masuk");
    let newest = |state: &'static str, fault: &'static str| {
        move || {
            shop.number(&format!(
                "SELECT count(*) FROM letter WHERE id = (SELECT max(id) FROM letter) AND state = '{state}' AND coalesce(fault, '') LIKE '%{fault}%'"
            )) == 1
        }
    };

    // The server refuses for good while head office neither answers nor hangs up.
    mail.behave("never");
    head_office.pause();
    due += sell(shop, &cashier, "tamu-1@contoh.id").await;
    wait_until("the refusal", newest("failed", "550"));
    hand.wait_value("Keadaan email", "Surat gagal");
    mail.behave("take");
    push(owner).await;
    mail.wait_for(before + 1);
    hand.wait_value("Keadaan email", "Email");
    due += sell(shop, &cashier, "tamu-2@contoh.id").await;
    head_office.wake();

    // It greylists while head office lets nobody write.
    mail.wait_for(before + 2);
    mail.behave("later");
    head_office.root_do("SET GLOBAL read_only = 1");
    due += sell(shop, &cashier, "tamu-3@contoh.id").await;
    wait_until("the greylist", newest("queued", "451"));
    hand.wait_value("Keadaan email", "1 surat menunggu");
    wait_until("the bar to say so", || hand.value("Salinan di pusat").contains("belum terkirim sejak"));
    hand.shot(&picture("till-lines-away"), 1280, 800);
    head_office.root_do("SET GLOBAL read_only = 0");
    mail.behave("take");
    push(owner).await;
    mail.wait_for(before + 3);

    // It hangs in the middle of a letter and is gone; so is head office.
    mail.behave("hang");
    head_office.stop();
    due += sell(shop, &cashier, "tamu-4@contoh.id").await;
    wait_until("it to be on its way", newest("sending", ""));
    wait_until("the server to have it", || mail.last_try() == "hang");
    mail.stop();
    wait_until("it to wait", newest("queued", "onnection"));
    due += sell(shop, &cashier, "tamu-5@contoh.id").await;
    mail.restart();
    mail.behave("take");
    head_office.restart();
    push_all(owner).await;
    let letters = mail.wait_for(before + 5);
    for number in 1..=5 {
        let to = format!("To: tamu-{number}@contoh.id");
        assert_eq!(letters.iter().filter(|(_, l)| l.contains(&to)).count(), 1, "{to}");
    }
    hand.wait_value("Keadaan email", "Email");
    hand.wait_value("Salinan di pusat", "Pusat");

    // The disk fills up and has room again; the strip above every page follows with whatever is asked next.
    let machine = MachineClock::of(shop.path());
    for (disk, strip, name) in [
        (Disk::Left(300 * 1024 * 1024), Some("Penyimpanan hampir penuh"), "till-disk-low"),
        (Disk::Left(40 * 1024 * 1024), Some("Penyimpanan penuh"), "till-disk-full"),
        (Disk::Real, None, ""),
    ] {
        machine.set_disk(disk);
        let nothing = Op::OrderConfirm { order: kasir::domain::id::OrderId(999_999) };
        assert_eq!(cashier.ask(nothing).await.unwrap_err().code, "not-found");
        match strip {
            Some(strip) => {
                hand.wait_for(strip);
                hand.shot(&picture(name), 1280, 800);
            }
            None => hand.wait_gone("Penyimpanan penuh"),
        }
    }

    // The day closes: the owner has its report, with the PDF, and the screens ask who is there.
    let mut settings: Value = owner.get("mail/settings").await.json();
    settings.as_object_mut().unwrap().remove("has_password");
    settings["owner"] = json!(["pemilik@warung.example"]);
    assert_eq!(owner.put("mail/settings", settings).await.status, 204);
    MachineClock::of(shop.path()).set(EVENING_MS + 11 * DAY_MS, true);
    // The day opens with whoever comes first: this log-in, or the hub's own look at the calendar, which ends
    // the evening's sessions, the cashier's too.
    Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let (how, letter) = mail.wait_for(before + 6).pop().unwrap();
    assert!(how.ends_with("-tls-kasir") && letter.contains("To: pemilik@warung.example"), "{letter}");
    assert!(letter.contains("laporan-2031-05-19.pdf"), "{letter}");
    let report = crate::reports::attached_text(&letter);
    assert!(report.contains("Senin, 19 Mei 2031") && report.contains(&rupiah(due)), "{due}: {report}");
    assert_eq!(shop.number("SELECT sum(due_minor) FROM receipt"), due);
    hand.wait_for("Pemilik");
    assert_eq!(mail.letters().len(), before + 6, "each once");

    let all_there = || head_office.number("SELECT sum(due_minor) FROM receipt") == due;
    wait_until("head office to have all", all_there);
}

/// A takeaway, ordered, paid and mailed: answered whatever is down.
async fn sell(shop: &Shop, cashier: &Person, address: &str) -> i64 {
    let place = Place::Takeaway { guest: String::new() };
    let order = cashier.order_at(Some(place), &[("Soto", 1)]).await.unwrap();
    let visit = cashier.until("the order", |r| r.orders.contains_key(&order)).await.orders[&order].visit;
    let (number, _) = cashier.pay(visit, None).await.unwrap();
    let receipt = shop.number(&format!("SELECT id FROM receipt WHERE number = '{number}'"));
    let receipt = kasir::domain::id::ReceiptId(receipt);
    cashier.ask(Op::ReceiptMail { receipt, address: Some(address.to_owned()) }).await.unwrap();
    SALE
}

/// Sends the newest letter again, as the owner does from the list.
async fn push(owner: &Office) {
    let list = owner.get("mail").await.json();
    let id = list["letters"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(owner.post(&format!("mail/{id}/resend"), Value::Null).await.status, 204);
}

/// Sends everything again that has not arrived.
async fn push_all(owner: &Office) {
    let list = owner.get("mail").await.json();
    for letter in list["letters"].as_array().unwrap().iter().filter(|l| l["state"] == "queued") {
        // The worker may have been faster: then there is nothing to push.
        let answer = owner.post(&format!("mail/{}/resend", letter["id"].as_str().unwrap()), Value::Null).await;
        assert!(answer.status == 204 || answer.code() == "letter-state", "{}", answer.status);
    }
}
