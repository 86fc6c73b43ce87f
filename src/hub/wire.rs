//! The native protocol: every message between the hub and a screen, as types. JSON text
//! frames on a socket, the same values without JSON in memory. TypeScript is generated from
//! here (`ui/web/src/wire.gen.ts`); `docs/protocol.md` tells the story.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::founding::Founding;
use crate::domain::id::{
    CategoryId, DeviceId, EmployeeId, GuestId, JobId, OrderId, PrinterId, ProductId, ReceiptId, Seq, TableId, VisitId,
};
use crate::domain::mail::MailSettings;
use crate::domain::menu::{CategoryDraft, ProductDraft};
use crate::domain::money::Money;
use crate::domain::order::LineState;
use crate::domain::site::{Language, PrinterSettings, Site};
use crate::domain::staff::{EmployeeDraft, Role};
use crate::domain::sync::SyncSettings;
use crate::domain::time::BusinessDay;
use crate::domain::visit::TableDraft;
use crate::hub::asked::{Shown, Wanted};
use crate::views::floor::{TableView, VisitView};
use crate::views::menu::{CategoryView, ProductView};
use crate::views::order::OrderView;
use crate::views::receipt::ReceiptView;
use crate::views::site::{EmployeeView, HubView, PrinterView, SiteView};

/// Version of this protocol. A client of another version is told so and closed.
pub const PROTOCOL: u32 = 1;

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ClientFrame {
    /// Who speaks and what it saw last. Answered by `snapshot` or, when little was missed, by
    /// `events`. May be sent again on the same socket after logging in or out.
    Hello {
        /// Token of an enrolled device.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        device: Option<String>,
        /// Token of a guest's or an employee's session.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        session: Option<String>,
        /// The secret code of the table whose page this is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        table: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        seen: Option<Seen>,
        #[serde(default)]
        #[cfg_attr(test, ts(optional, as = "Option<Language>"))]
        language: Language,
    },
    /// Something to be done, under an id (UUID) that the client made and keeps until the answer.
    Request {
        #[cfg_attr(test, ts(type = "string"))]
        id: Uuid,
        op: Op,
    },
    /// Asks for a view that is not sent by itself; answered by `view`, or refused.
    #[cfg_attr(test, ts(skip))]
    View { id: Uuid, of: Wanted },
    /// Asks for a `pong`: browsers cannot see the socket's own pings.
    Ping {},
}

/// The last event that a client has applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Seen {
    pub epoch: String,
    #[cfg_attr(test, ts(type = "number"))]
    pub seq: Seq,
}

/// What can be asked for. Ids and quantities only: prices, names and rights are the hub's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Op {
    /// Turns a one-time code into this device's token.
    #[serde(rename = "device.enrol")]
    DeviceEnrol { code: String, screen: String },
    /// Opens the house, once. A screen of this machine's needs no code; a browser brings the one that
    /// stands there.
    #[serde(rename = "house.found")]
    HouseFound {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        code: Option<String>,
        house: Box<Founding>,
    },
    /// Prints a test page at once, while there is no house that could owe one.
    #[serde(rename = "setup.print")]
    SetupPrint {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        code: Option<String>,
        printer: Box<PrinterSettings>,
        language: Language,
    },
    /// The one-time code with which a browser sets the house up: for the machine's own screen.
    #[serde(rename = "setup.code")]
    SetupCode {},
    /// Makes a one-time code for another screen.
    #[serde(rename = "device.invite")]
    DeviceInvite {},
    /// A guest comes in at a table.
    #[serde(rename = "guest.join")]
    GuestJoin {
        table: String,
        guest: String,
        #[serde(default)]
        mail: String,
        #[serde(default)]
        phone: String,
    },
    /// Says anew who one is.
    #[serde(rename = "guest.change")]
    GuestChange {
        guest: String,
        #[serde(default)]
        mail: String,
        #[serde(default)]
        phone: String,
    },
    /// Forgets what guests have said of themselves, because they asked. Orders and receipts stay.
    #[serde(rename = "guest.erase")]
    GuestErase { guests: Vec<GuestId> },
    /// This phone is nobody's any more; orders and bill stay with the table.
    #[serde(rename = "guest.leave")]
    GuestLeave {},
    #[serde(rename = "staff.log_in")]
    StaffLogIn { employee: EmployeeId, pin: String },
    #[serde(rename = "staff.log_out")]
    StaffLogOut {},
    /// `order` is the order's UUID, made by the client. Staff say where it goes; a guest's
    /// place is the own visit.
    #[serde(rename = "order.place")]
    OrderPlace {
        #[cfg_attr(test, ts(type = "string"))]
        order: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        place: Option<Place>,
        lines: Vec<NewLine>,
    },
    #[serde(rename = "order.confirm")]
    OrderConfirm { order: OrderId },
    #[serde(rename = "order.finish")]
    OrderFinish { order: OrderId },
    /// Once the kitchen has it, `reason` and `made` are needed.
    #[serde(rename = "order.cancel")]
    OrderCancel {
        order: OrderId,
        #[serde(default)]
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        made: Option<bool>,
    },
    #[serde(rename = "line.move")]
    LineMove { order: OrderId, line: u32, to: LineState },
    /// A guest asks for the bill of the own visit, staff for any.
    #[serde(rename = "bill.ask")]
    BillAsk {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        visit: Option<VisitId>,
    },
    /// A party has left that owes nothing: its table is free again.
    #[serde(rename = "visit.close")]
    VisitClose { visit: VisitId },
    /// `total` is the bill's total that the cashier saw: another total is refused.
    #[serde(rename = "bill.pay_cash")]
    BillPayCash {
        #[cfg_attr(test, ts(type = "string"))]
        payment: Uuid,
        visit: VisitId,
        total: Money,
        tendered: Money,
    },
    #[serde(rename = "receipt.reprint")]
    ReceiptReprint { receipt: ReceiptId },
    /// By mail: staff to an address, a guest to the own one.
    #[serde(rename = "receipt.mail")]
    ReceiptMail {
        receipt: ReceiptId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        address: Option<String>,
    },
    /// A period's report as a PDF by mail; without `address` to the owner's.
    #[serde(rename = "report.mail")]
    ReportMail {
        from: BusinessDay,
        to: BusinessDay,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        address: Option<String>,
    },
    #[serde(rename = "ticket.reprint")]
    TicketReprint { order: OrderId },
    #[serde(rename = "product.sold_out")]
    ProductSoldOut { product: ProductId, sold_out: bool },
    #[serde(rename = "clock.confirm")]
    ClockConfirm {},
    /// What a guest thought of a dish that was served at the own table.
    #[serde(rename = "product.rate")]
    ProductRate {
        product: ProductId,
        stars: u8,
        #[serde(default)]
        comment: String,
    },
    #[serde(rename = "category.add")]
    CategoryAdd { draft: CategoryDraft },
    #[serde(rename = "category.change")]
    CategoryChange { category: CategoryId, draft: CategoryDraft },
    #[serde(rename = "category.retire")]
    CategoryRetire { category: CategoryId },
    /// Without `stock` it is not counted.
    #[serde(rename = "product.add")]
    ProductAdd {
        draft: ProductDraft,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        stock: Option<u32>,
    },
    #[serde(rename = "product.change")]
    ProductChange { product: ProductId, draft: ProductDraft },
    #[serde(rename = "product.retire")]
    ProductRetire { product: ProductId },
    /// Counted anew; without a number it is not counted any more.
    #[serde(rename = "stock.set")]
    StockSet {
        product: ProductId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        on_hand: Option<u32>,
        #[serde(default)]
        reason: String,
    },
    #[serde(rename = "stock.deliver")]
    StockDeliver {
        product: ProductId,
        quantity: u32,
        #[serde(default)]
        reason: String,
    },
    #[serde(rename = "table.add")]
    TableAdd { draft: TableDraft },
    #[serde(rename = "table.change")]
    TableChange { table: TableId, draft: TableDraft },
    /// A new secret code: the printed one opens nothing any more.
    #[serde(rename = "table.renew_code")]
    TableRenewCode { table: TableId },
    /// Prints tables' codes where receipts come out; of no table in particular: of all.
    #[serde(rename = "table.slips")]
    TableSlips {
        #[serde(default)]
        tables: Vec<TableId>,
    },
    #[serde(rename = "table.retire")]
    TableRetire { table: TableId },
    #[serde(rename = "employee.add")]
    EmployeeAdd { draft: EmployeeDraft, pin: String },
    /// Dismissed when not `active`; taken on when said to be no longer `pending`.
    #[serde(rename = "employee.change")]
    EmployeeChange {
        employee: EmployeeId,
        draft: EmployeeDraft,
        active: bool,
        #[serde(default = "still")]
        #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
        pending: bool,
    },
    #[serde(rename = "employee.set_pin")]
    EmployeeSetPin { employee: EmployeeId, pin: String },
    /// A one-time code with which somebody sets a new password.
    #[serde(rename = "employee.password_code")]
    EmployeePasswordCode { employee: EmployeeId },
    /// One's own PIN; `old` is the PIN or the password so far.
    #[serde(rename = "own.set_pin")]
    OwnSetPin { old: String, pin: String },
    #[serde(rename = "own.set_password")]
    OwnSetPassword { old: String, password: String },
    #[serde(rename = "session.end")]
    SessionEnd { session: String },
    /// Without `printer` a new one, or the one of that name.
    #[serde(rename = "printer.set")]
    PrinterSet {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        printer: Option<PrinterId>,
        settings: PrinterSettings,
    },
    #[serde(rename = "printer.remove")]
    PrinterRemove { printer: PrinterId },
    #[serde(rename = "printer.test")]
    PrinterTest { printer: PrinterId },
    /// Old papers print all the same.
    #[serde(rename = "paper.print")]
    PaperPrint {
        #[cfg_attr(test, ts(type = "string[]"))]
        papers: Vec<JobId>,
    },
    /// Once more, as a copy; at another printer if one is named.
    #[serde(rename = "paper.again")]
    PaperAgain {
        #[cfg_attr(test, ts(type = "string"))]
        paper: JobId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        printer: Option<PrinterId>,
    },
    /// What waits is printed by another.
    #[serde(rename = "paper.move")]
    PaperMove {
        #[cfg_attr(test, ts(type = "string[]"))]
        papers: Vec<JobId>,
        printer: PrinterId,
    },
    /// Not printed at all; who says so stands in the journal.
    #[serde(rename = "paper.throw_away")]
    PaperThrowAway {
        #[cfg_attr(test, ts(type = "string[]"))]
        papers: Vec<JobId>,
    },
    #[serde(rename = "device.remove")]
    DeviceRemove { device: DeviceId },
    #[serde(rename = "site.set")]
    SiteSet { site: Box<Site> },
    /// How letters leave the house. Without a password the one that is kept stays.
    #[serde(rename = "mail.set")]
    MailSet {
        settings: MailSettings,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        password: Option<String>,
    },
    /// A letter that shows whether they do.
    #[serde(rename = "mail.test")]
    MailTest { address: String },
    /// Where head office's copy goes. Without a password the one that is kept stays.
    #[serde(rename = "sync.set")]
    SyncSet {
        settings: SyncSettings,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        password: Option<String>,
    },
}

impl Op {
    /// Under which name its duration is counted: what people wait for by itself, the rest together.
    pub fn sort(&self) -> &'static str {
        match self {
            Op::OrderPlace { .. } => "order.place",
            Op::OrderConfirm { .. } => "order.confirm",
            Op::OrderFinish { .. } => "order.finish",
            Op::LineMove { .. } => "line.move",
            Op::BillPayCash { .. } => "bill.pay_cash",
            Op::GuestJoin { .. } => "guest.join",
            Op::StaffLogIn { .. } => "staff.log_in",
            _ => "other",
        }
    }
}

/// Who only changes a name approves nobody.
fn still() -> bool {
    true
}

/// Where an order of the staff's goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Place {
    /// The table's latest open visit, or a new one.
    Table {
        table: TableId,
    },
    /// Another party at the table.
    NewParty {
        table: TableId,
    },
    Visit {
        visit: VisitId,
    },
    /// A new takeaway, with the name to call out if one is given.
    Takeaway {
        #[serde(default)]
        guest: String,
    },
}

/// A line of an order that is being sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct NewLine {
    pub product: ProductId,
    pub quantity: u32,
    #[serde(default)]
    pub note: String,
}

/// What the hub sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum HubFrame {
    /// The first frame of every connection. A page of another `build` reloads itself.
    Welcome {
        protocol: u32,
        epoch: String,
        build: String,
        #[cfg_attr(test, ts(type = "number"))]
        now_ms: i64,
    },
    /// Everything that concerns this client; whatever it held before is void.
    Snapshot {
        epoch: String,
        #[cfg_attr(test, ts(type = "number"))]
        seq: Seq,
        me: Me,
        changes: Vec<Arc<Change>>,
        /// More of the snapshot follows as `events`; only the piece without it ends the
        /// snapshot, and only then may `seq` be claimed as seen.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
        more: bool,
    },
    /// What changed up to `seq`. After a `hello` it may be empty, and carries `me`.
    Events {
        #[cfg_attr(test, ts(type = "number"))]
        seq: Seq,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        me: Option<Me>,
        changes: Vec<Arc<Change>>,
        /// As in `snapshot`.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
        more: bool,
    },
    /// It is done and on disk. Events that it caused were sent before.
    Ack {
        #[cfg_attr(test, ts(type = "string"))]
        id: Uuid,
        #[cfg_attr(test, ts(type = "number"))]
        seq: Seq,
        result: Outcome,
    },
    /// It was not done, and why. `id` is missing when the frame could not be read.
    Refused {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional, type = "string"))]
        id: Option<Uuid>,
        code: String,
        params: BTreeMap<String, String>,
        message: String,
    },
    /// What was asked for by `view`.
    #[cfg_attr(test, ts(skip))]
    View { id: Uuid, shown: Arc<Shown> },
    Pong {
        #[cfg_attr(test, ts(type = "number"))]
        now_ms: i64,
    },
    /// The last frame; the reason is also in the socket's close frame.
    Bye { code: String, message: String },
}

/// Who the hub takes this client for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Me {
    /// Nobody yet; `table` is the number of the table whose code was given.
    Stranger {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        table: Option<String>,
    },
    Guest {
        guest: GuestId,
        visit: VisitId,
        name: String,
        mail: String,
        phone: String,
    },
    /// An enrolled screen with nobody logged in.
    Device {
        name: String,
    },
    Employee {
        employee: EmployeeId,
        name: String,
        role: Role,
    },
}

/// One thing that is now like this. Replace what was under its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Change {
    Site(SiteView),
    Hub(HubView),
    Category(CategoryView),
    Product(ProductView),
    Table(TableView),
    Visit(VisitView),
    Order(OrderView),
    Receipt(ReceiptView),
    Printer(PrinterView),
    Employee(EmployeeView),
    /// Not there any more: forget what stands under the id.
    Gone(GoneView),
}

/// An id of any kind of thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GoneView {
    pub id: String,
}

/// What an accepted request brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Outcome {
    Done {},
    /// Keep the token; say `hello` with it.
    Device {
        token: String,
    },
    Invited {
        code: String,
        minutes: u32,
    },
    Session {
        token: String,
    },
    /// The id of what was added.
    Added {
        id: String,
    },
    Placed {
        order: OrderId,
        visit: VisitId,
        number: u32,
    },
    Paid {
        receipt: ReceiptId,
        number: String,
        change: Money,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn op(json: &str) -> Result<ClientFrame, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn frames_are_what_the_document_shows() {
        let id = "0192f0c1-2345-7abc-8def-0123456789ab";
        let place = format!(
            r#"{{"type":"request","id":"{id}","op":{{"name":"order.place","order":"{id}","lines":[{{"product":"p3","quantity":2}}]}}}}"#
        );
        let frame = op(&place).unwrap();
        assert_eq!(op(&serde_json::to_string(&frame).unwrap()).unwrap(), frame);
        assert!(op(r#"{"type":"hello"}"#).is_ok() && op(r#"{"type":"ping"}"#).is_ok());
    }

    /// A client that sends more than it may is told, not humoured: a forged price is an error.
    #[test]
    fn unknown_and_forged_fields_are_refused() {
        let id = "0192f0c1-2345-7abc-8def-0123456789ab";
        let request = |body: &str| op(&format!(r#"{{"type":"request","id":"{id}","op":{body}}}"#));
        for (body, says) in [
            (r#"{"name":"order.confirm","order":"o1","force":true}"#.to_owned(), "force"),
            (format!(r#"{{"name":"order.place","order":"{id}","lines":[{{"product":"p3","quantity":2,"price":1}}]}}"#), "price"),
            (format!(r#"{{"name":"order.place","order":"{id}","lines":[],"total":1}}"#), "total"),
            (format!(r#"{{"name":"order.place","order":"{id}","lines":[{{"product":"p3","quantity":-1}}]}}"#), "-1"),
            (format!(r#"{{"name":"order.place","order":"{id}","lines":[{{"product":"p3","quantity":1.5}}]}}"#), "1.5"),
            (
                format!(r#"{{"name":"order.place","order":"{id}","lines":[{{"product":"p3","quantity":4294967296}}]}}"#),
                "4294967296",
            ),
            (format!(r#"{{"name":"order.place","order":"{id}","lines":[{{"product":"t3","quantity":1}}]}}"#), "product"),
            (format!(r#"{{"name":"order.place","order":"{id}","lines":[{{"product":"p3"}}]}}"#), "quantity"),
            (r#"{"name":"order.erase","order":"o1"}"#.to_owned(), "order.erase"),
            (r#"{"name":"order.confirm"}"#.to_owned(), "order"),
        ] {
            let error = request(&body).unwrap_err();
            assert!(error.contains(says), "{body}: {error}");
        }
        for whole in
            ["", "[]", "7", "{", r#"{"type":"hello","admin":true}"#, r#"{"type":"order"}"#, r#"{"type":"request"}"#, "\u{0}"]
        {
            assert!(op(whole).is_err(), "{whole}");
        }
    }

    /// The browser's types are generated from these; a stale file fails here. Write it anew
    /// with `make types`.
    #[test]
    fn the_browsers_types_are_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/web/src/wire.gen.ts");
        let wanted = super::typescript::all();
        if std::env::var_os("KASIR_WRITE_TYPES").is_some() {
            std::fs::write(path, &wanted).unwrap();
        }
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(found == wanted, "ui/web/src/wire.gen.ts is stale: run `make types`");
    }
}

#[cfg(test)]
mod typescript {
    use ts_rs::{Config, TS};

    use super::*;
    use crate::domain::backup::BackupFault;
    use crate::domain::bill::Bill;
    use crate::domain::disk::DiskState;
    use crate::domain::founding::{ClockWord, OwnerDraft, RoomDraft};
    use crate::domain::job::PrinterFault;
    use crate::domain::mail::{MailRoute, MailSecurity};
    use crate::domain::order::OrderState;
    use crate::domain::payment::Settlement;
    use crate::domain::printer::{Backup, CodePage, Cutter, DrawerPin};
    use crate::domain::site::{ConfirmRule, PaperWidth, PrinterTarget};
    use crate::domain::sync::{SyncFault, SyncTls};
    use crate::domain::tax::{CashRounding, RoundingMode, TaxProfile};
    use crate::domain::visit::{Seat, TableState};
    use crate::views::floor::{GuestView, RatedView};
    use crate::views::menu::{StarsView, StockView};
    use crate::views::order::LineView;
    use crate::views::site::{BackupView, CopyView, DiskView, MailView, MoneyView, SyncView};

    /// Every declaration, in one file.
    pub fn all() -> String {
        let config = Config::default();
        let mut out = String::from("// Generated from src/hub/wire.rs by `make types`. Do not edit.\n");
        macro_rules! put {
            ($($t:ty),* $(,)?) => {$(
                out.push_str("\nexport ");
                out.push_str(&<$t>::decl(&config));
                out.push('\n');
            )*};
        }
        put!(
            ClientFrame,
            Seen,
            Op,
            Founding,
            OwnerDraft,
            RoomDraft,
            ClockWord,
            Place,
            NewLine,
            CategoryDraft,
            ProductDraft,
            TableDraft,
            EmployeeDraft,
            Site,
            TaxProfile,
            CashRounding,
            RoundingMode,
            ConfirmRule,
            PrinterSettings,
            PrinterTarget,
            PaperWidth,
            CodePage,
            Cutter,
            DrawerPin,
            Backup,
            MailSettings,
            MailRoute,
            MailSecurity,
            SyncSettings,
            SyncTls,
            HubFrame,
            Me,
            Change,
            GoneView,
            Outcome,
            SiteView,
            MoneyView,
            HubView,
            MailView,
            SyncView,
            SyncFault,
            DiskView,
            DiskState,
            BackupView,
            CopyView,
            BackupFault,
            CategoryView,
            ProductView,
            StockView,
            StarsView,
            TableView,
            VisitView,
            GuestView,
            RatedView,
            OrderView,
            LineView,
            ReceiptView,
            PrinterView,
            EmployeeView,
            Bill,
            Settlement,
            PrinterFault,
            OrderState,
            LineState,
            TableState,
            Seat,
            Role,
            Language
        );
        // Ids and the plain types behind newtypes are strings and numbers to the browser.
        for (name, is) in [
            ("OrderId", "string"),
            ("ProductId", "string"),
            ("VisitId", "string"),
            ("TableId", "string"),
            ("GuestId", "string"),
            ("CategoryId", "string"),
            ("ReceiptId", "string"),
            ("EmployeeId", "string"),
            ("PrinterId", "string"),
            ("DeviceId", "string"),
            ("Money", "number"),
            ("Rate", "number"),
            ("Currency", "string"),
            ("Station", "string"),
            ("BusinessDay", "string"),
        ] {
            out.push_str(&format!("\nexport type {name} = {is};\n"));
        }
        out
    }
}
