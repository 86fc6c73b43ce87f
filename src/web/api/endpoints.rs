//! The table: what stands under which path, who may, what goes in and what comes out.

use http::{Method, StatusCode};

use crate::domain::id::{DeviceId, LetterId, ReceiptId};
use crate::domain::menu::{CategoryDraft, ProductDraft};
use crate::domain::refusal::Refusal;
use crate::domain::site::{PrinterSettings, Site};
use crate::domain::staff::{EmployeeDraft, Right};
use crate::domain::visit::TableDraft;
use crate::hub::asked::PrinterScan;
use crate::hub::wire::Op;
use crate::ops::mail::TestMail;
use crate::ops::menu_file::Imported;
use crate::ops::setup::SetLogo;
use crate::store::sites;
use crate::views::sales_file::Rows;
use crate::views::{manage, papers, report};
use crate::web::api::answers::{
    approve, ask_backup, backup_state, csv, guests, keep_picture, menu_in, menu_out, one_time, pdf, period, qr, ratings,
    receipts, run_once, scan_printers, sessions, set_backup, set_logo, set_mail, set_picture, set_sync, steer,
};
use crate::web::api::bodies::{
    Again, Approval, BackupChange, BackupState, CategoryAdded, Delivery, EmployeeAdded, EmployeeChange, Erasure, Machine,
    MailChange, MovedPapers, NewEmployee, NewProduct, OneTimeCode, OwnPassword, OwnPin, PictureSet, Pin, PrinterAdded,
    ProductAdded, ReportMail, Slips, SoldOut, SomePapers, Stock, SyncChange, SyncState, TableAdded, To,
};
use crate::web::api::endpoint::{Access, Body, Endpoint, Gives, act, add, change, special, view};
use crate::web::api::{Call, Fault, json, network, nothing, session, setup};
use crate::web::routes::Answer;

const PICTURE_MIMES: &[&str] = &["image/png", "image/jpeg", "image/webp"];
const PICTURE_MAX: usize = 5 * 1024 * 1024;
/// 20,000 products with long descriptions.
const MENU_FILE_MAX: usize = 8 * 1024 * 1024;

/// Every endpoint.
pub fn table() -> Vec<Endpoint> {
    use Right::{
        EraseGuests, KeepAccount, MailReceipt, ManageDevices, ManageMail, ManageMenu, ManagePrinters, ManageSite, ManageStaff,
        ManageTables, Reprint, SeeReports,
    };
    let (get, post, put, delete) = (Method::GET, Method::POST, Method::PUT, Method::DELETE);
    let mut rows = session::endpoints();
    rows.extend(setup::endpoints());
    rows.extend(network::endpoints());
    rows.extend([
        // The own account.
        change((put.clone(), "me/password"), "Set one's own password; every session ends", KeepAccount, |_, b: OwnPassword| {
            Ok(Op::OwnSetPassword { old: b.old, password: b.password })
        }),
        change((put.clone(), "me/pin"), "Set one's own PIN; every session ends", KeepAccount, |_, b: OwnPin| {
            Ok(Op::OwnSetPin { old: b.password, pin: b.pin })
        }),
        special(
            (get.clone(), "sessions"),
            "Sessions of one's own and of those whom one manages",
            Access::LoggedIn,
            Body::None,
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<manage::Sessions>()),
            sessions,
        ),
        act((delete.clone(), "sessions/{session}"), "End a session", KeepAccount, |call| {
            Ok(Op::SessionEnd { session: call.id_of("session")? })
        }),
        // The house.
        special(
            (get.clone(), "site"),
            "The house's settings",
            Access::LoggedIn,
            Body::None,
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<Site>()),
            |call| async move { Ok(json(StatusCode::OK, &call.look(sites::site).await?)) },
        ),
        change((put.clone(), "site"), "Change the house's settings", ManageSite, |_, site: Site| {
            Ok(Op::SiteSet { site: Box::new(site) })
        }),
        special(
            (put.clone(), "site/logo"),
            "Give the house a logo; it is made small and keeps nothing but its pixels",
            Access::May(ManageSite),
            Body::Raw { mimes: PICTURE_MIMES, max: PICTURE_MAX },
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<PictureSet>()),
            set_logo,
        ),
        special(
            (delete.clone(), "site/logo"),
            "Take the house's logo away",
            Access::May(ManageSite),
            Body::None,
            Gives::Nothing,
            |call| async move {
                run_once(&call, SetLogo { picture: None }).await?;
                Ok(nothing())
            },
        ),
        // The menu.
        view("categories", "The groups of the menu", ManageMenu, manage::categories),
        add::<CategoryDraft, CategoryAdded>("categories", "Add a group at the end", ManageMenu, "category", |draft| {
            Op::CategoryAdd { draft }
        }),
        change((put.clone(), "categories/{category}"), "Rename or move a group", ManageMenu, |call, draft: CategoryDraft| {
            Ok(Op::CategoryChange { category: call.id_of("category")?, draft })
        }),
        act((delete.clone(), "categories/{category}"), "Take an empty group off the menu", ManageMenu, |call| {
            Ok(Op::CategoryRetire { category: call.id_of("category")? })
        }),
        view("products", "The products", ManageMenu, manage::products),
        add::<NewProduct, ProductAdded>("products", "Add a product", ManageMenu, "product", |b| Op::ProductAdd {
            draft: ProductDraft {
                category: b.category,
                name: b.name,
                price: b.price,
                cost: b.cost,
                description: b.description,
                station: b.station,
                min_stock: b.min_stock,
            },
            stock: b.stock,
        }),
        change((put.clone(), "products/{product}"), "Change a product", ManageMenu, |call, draft: ProductDraft| {
            Ok(Op::ProductChange { product: call.id_of("product")?, draft })
        }),
        act((delete.clone(), "products/{product}"), "Take a product off the menu; history keeps it", ManageMenu, |call| {
            Ok(Op::ProductRetire { product: call.id_of("product")? })
        }),
        special(
            (put.clone(), "products/{product}/picture"),
            "Give a product a picture; it is made small and keeps nothing but its pixels",
            Access::May(ManageMenu),
            Body::Raw { mimes: PICTURE_MIMES, max: PICTURE_MAX },
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<PictureSet>()),
            set_picture,
        ),
        special(
            (delete.clone(), "products/{product}/picture"),
            "Take a product's picture away",
            Access::May(ManageMenu),
            Body::None,
            Gives::Nothing,
            |call| async move {
                let product = call.id_of("product")?;
                keep_picture(&call, product, None).await?;
                Ok(nothing())
            },
        ),
        change((put.clone(), "products/{product}/sold_out"), "Switch a product off or on", ManageMenu, |call, b: SoldOut| {
            Ok(Op::ProductSoldOut { product: call.id_of("product")?, sold_out: b.sold_out })
        }),
        change((put.clone(), "products/{product}/stock"), "Say how many were counted", ManageMenu, |call, b: Stock| {
            Ok(Op::StockSet { product: call.id_of("product")?, on_hand: b.on_hand, reason: b.reason })
        }),
        change((post.clone(), "products/{product}/deliveries"), "Say how many came in", ManageMenu, |call, b: Delivery| {
            Ok(Op::StockDeliver { product: call.id_of("product")?, quantity: b.quantity, reason: b.reason })
        }),
        special(
            (get.clone(), "menu.csv"),
            "The menu as a file for spreadsheets",
            Access::May(ManageMenu),
            Body::None,
            Gives::Raw("text/csv"),
            menu_out,
        ),
        special(
            (post.clone(), "menu.csv"),
            "Add and change products from such a file, all of it or nothing",
            Access::May(ManageMenu),
            Body::Raw { mimes: &["text/csv"], max: MENU_FILE_MAX },
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<Imported>()),
            menu_in,
        ),
        view("stations", "Where things are made", ManageMenu, manage::stations),
        // The room.
        view("tables", "The tables with the paths behind their codes", ManageTables, manage::tables),
        add::<TableDraft, TableAdded>("tables", "Add a table", ManageTables, "table", |draft| Op::TableAdd { draft }),
        change((put.clone(), "tables/{table}"), "Change a table", ManageTables, |call, draft: TableDraft| {
            Ok(Op::TableChange { table: call.id_of("table")?, draft })
        }),
        act((delete.clone(), "tables/{table}"), "Take a table out of the room", ManageTables, |call| {
            Ok(Op::TableRetire { table: call.id_of("table")? })
        }),
        act(
            (post.clone(), "tables/{table}/code"),
            "A new secret code; the printed one opens nothing any more",
            ManageTables,
            |call| Ok(Op::TableRenewCode { table: call.id_of("table")? }),
        ),
        change(
            (post.clone(), "tables/slips"),
            "Print tables' codes where receipts come out; of no table in particular: of all",
            ManageTables,
            |_, body: Slips| Ok(Op::TableSlips { tables: body.tables }),
        ),
        special(
            (get.clone(), "tables/{table}/qr.svg"),
            "The table's QR code",
            Access::May(ManageTables),
            Body::None,
            Gives::Raw("image/svg+xml"),
            qr,
        ),
        // Staff.
        view("employees", "Everybody who works here, worked here or asks to", ManageStaff, manage::employees),
        add::<NewEmployee, EmployeeAdded>("employees", "Take somebody on", ManageStaff, "employee", |b| Op::EmployeeAdd {
            draft: EmployeeDraft { name: b.name, role: b.role, mail: Some(b.mail) },
            pin: b.pin,
        }),
        change((put.clone(), "employees/{employee}"), "Change or dismiss somebody", ManageStaff, |call, b: EmployeeChange| {
            let draft = EmployeeDraft { name: b.name, role: b.role, mail: b.mail };
            Ok(Op::EmployeeChange { employee: call.id_of("employee")?, draft, active: b.active, pending: true })
        }),
        Endpoint {
            query: &[],
            ..special(
                (post.clone(), "employees/{employee}/approve"),
                "Say yes to somebody who has signed up",
                Access::May(ManageStaff),
                Body::Json(|g| g.subschema_for::<Approval>()),
                Gives::Nothing,
                approve,
            )
        },
        change((put.clone(), "employees/{employee}/pin"), "Give somebody a new PIN", ManageStaff, |call, b: Pin| {
            Ok(Op::EmployeeSetPin { employee: call.id_of("employee")?, pin: b.pin })
        }),
        special(
            (post.clone(), "employees/{employee}/password_code"),
            "A one-time code with which somebody sets a new password",
            Access::May(ManageStaff),
            Body::None,
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<OneTimeCode>()),
            |call| async move { one_time(&call, Op::EmployeePasswordCode { employee: call.id_of("employee")? }).await },
        ),
        // Screens and printers.
        special(
            (get.clone(), "devices"),
            "The screens that staff log in on",
            Access::May(ManageDevices),
            Body::None,
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<manage::Devices>()),
            |call| async move {
                let built_in = call.hub.built_in;
                Ok(json(StatusCode::OK, &call.look(move |conn| manage::devices(conn, built_in)).await?))
            },
        ),
        special(
            (post.clone(), "devices/invite"),
            "A one-time code with which a screen enrols",
            Access::May(ManageDevices),
            Body::None,
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<OneTimeCode>()),
            |call| async move { one_time(&call, Op::DeviceInvite {}).await },
        ),
        act((delete.clone(), "devices/{device}"), "Remove a screen; nobody logs in on it any more", ManageDevices, |call| {
            Ok(Op::DeviceRemove { device: call.id_of::<DeviceId>("device")? })
        }),
        view("printers", "The printers and what keeps them from printing", ManagePrinters, manage::printers),
        add::<PrinterSettings, PrinterAdded>("printers", "Add a printer", ManagePrinters, "printer", |settings| Op::PrinterSet {
            printer: None,
            settings,
        }),
        change((put.clone(), "printers/{printer}"), "Change a printer", ManagePrinters, |call, settings: PrinterSettings| {
            Ok(Op::PrinterSet { printer: Some(call.id_of("printer")?), settings })
        }),
        act((delete.clone(), "printers/{printer}"), "Remove a printer that owes nothing", ManagePrinters, |call| {
            Ok(Op::PrinterRemove { printer: call.id_of("printer")? })
        }),
        act((post.clone(), "printers/{printer}/test"), "Print a test page", ManagePrinters, |call| {
            Ok(Op::PrinterTest { printer: call.id_of("printer")? })
        }),
        special(
            (post.clone(), "printers/scan"),
            "Look for printers on the machine's own networks; takes some seconds",
            Access::May(ManageSite),
            Body::None,
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<PrinterScan>()),
            scan_printers,
        ),
        view("papers", "What has been printed and what has not", Reprint, papers::papers),
        change((post.clone(), "papers/print"), "Print papers although they are old", Reprint, |_, b: SomePapers| {
            Ok(Op::PaperPrint { papers: b.papers })
        }),
        change(
            (post.clone(), "papers/move"),
            "Have papers that wait printed by another printer",
            Reprint,
            |_, b: MovedPapers| Ok(Op::PaperMove { papers: b.papers, printer: b.printer }),
        ),
        change((post.clone(), "papers/throw-away"), "Answer for papers that are not printed", Reprint, |_, b: SomePapers| {
            Ok(Op::PaperThrowAway { papers: b.papers })
        }),
        change((post.clone(), "papers/{paper}/again"), "Print a paper again, marked as a copy", Reprint, |call, b: Again| {
            Ok(Op::PaperAgain { paper: call.id_of("paper")?, printer: b.printer })
        }),
        // Letters.
        view("mail/settings", "How letters leave the house", ManageSite, manage::mail),
        special(
            (put.clone(), "mail/settings"),
            "Change how letters leave the house; a missing password leaves the one that is kept",
            Access::May(ManageSite),
            Body::Json(|g| g.subschema_for::<MailChange>()),
            Gives::Nothing,
            set_mail,
        ),
        special(
            (post.clone(), "mail/test"),
            "Send a letter that shows whether the settings work",
            Access::May(ManageMail),
            Body::Json(|g| g.subschema_for::<To>()),
            Gives::Nothing,
            |call| async move {
                let To { address } = call.json()?;
                run_once(&call, TestMail { address }).await?;
                Ok(nothing())
            },
        ),
        Endpoint {
            query: &["before"],
            ..special(
                (get.clone(), "mail"),
                "The letters, newest first",
                Access::May(ManageMail),
                Body::None,
                Gives::Json(StatusCode::OK, |g| g.subschema_for::<manage::Letters>()),
                |call| async move {
                    let before: Option<LetterId> = call.asked("before")?;
                    Ok(json(StatusCode::OK, &call.look(move |conn| manage::letters(conn, before)).await?))
                },
            )
        },
        special(
            (post.clone(), "mail/{letter}/resend"),
            "Try a letter again now",
            Access::May(ManageMail),
            Body::None,
            Gives::Nothing,
            |call| async move { steer(&call, true).await },
        ),
        special(
            (delete.clone(), "mail/{letter}"),
            "Give a letter up",
            Access::May(ManageMail),
            Body::None,
            Gives::Nothing,
            |call| async move { steer(&call, false).await },
        ),
        // Head office's copy.
        view("sync/settings", "Where the copy goes", ManageSite, manage::sync),
        special(
            (put.clone(), "sync/settings"),
            "Change where the copy goes; a missing password leaves the one that is kept",
            Access::May(ManageSite),
            Body::Json(|g| g.subschema_for::<SyncChange>()),
            Gives::Nothing,
            set_sync,
        ),
        special(
            (get.clone(), "sync"),
            "How the copy does",
            Access::May(SeeReports),
            Body::None,
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<SyncState>()),
            |call| async move {
                let head = call.look(|conn| Ok(crate::store::journal::head(conn)?.seq)).await?;
                let state = SyncState { view: call.hub.gauge.view(head), detail: call.hub.gauge.state().detail };
                Ok(json(StatusCode::OK, &state))
            },
        ),
        special(
            (get.clone(), "machine"),
            "How the machine does that all this runs on",
            Access::May(SeeReports),
            Body::None,
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<Machine>()),
            |call| async move {
                let disk = call.hub.disk.look().into();
                Ok(json(StatusCode::OK, &Machine { program: env!("CARGO_PKG_VERSION"), disk }))
            },
        ),
        // Backups, and the journal's copy.
        view("backups/settings", "Where backups go", ManageSite, manage::backup),
        special(
            (put.clone(), "backups/settings"),
            "Change where backups go; a missing passphrase leaves the one that is kept",
            Access::May(ManageSite),
            Body::Json(|g| g.subschema_for::<BackupChange>()),
            Gives::Nothing,
            set_backup,
        ),
        special(
            (get.clone(), "backups"),
            "How backups do, and which there are",
            Access::May(ManageSite),
            Body::None,
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<BackupState>()),
            backup_state,
        ),
        special((post.clone(), "backups"), "Make a backup now", Access::May(ManageSite), Body::None, Gives::Nothing, ask_backup),
        change((post.clone(), "receipts/{receipt}/mail"), "Send a receipt by mail", MailReceipt, |call, b: To| {
            Ok(Op::ReceiptMail { receipt: call.id_of("receipt")?, address: Some(b.address) })
        }),
        act((post.clone(), "receipts/{receipt}/reprint"), "Print a receipt again, marked as a copy", Reprint, |call| {
            Ok(Op::ReceiptReprint { receipt: call.id_of("receipt")? })
        }),
        // What was sold.
        view("reports/dashboard", "How the house does", SeeReports, report::dashboard),
        over_period(
            "reports/sales",
            "What was sold in a period, beside the one before",
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<report::Sales>()),
            |call| async move {
                let period = period(&call)?;
                Ok(json(StatusCode::OK, &call.look(move |conn| report::sales(conn, period)).await?))
            },
        ),
        over_period("reports/sales.pdf", "The same as a PDF", Gives::Raw("application/pdf"), pdf),
        over_period("reports/receipts.csv", "The receipts of a period", Gives::Raw("text/csv"), |call| csv(call, Rows::Receipts)),
        over_period("reports/products.csv", "What each product brought", Gives::Raw("text/csv"), |call| {
            csv(call, Rows::Products)
        }),
        over_period("reports/days.csv", "The sums of each day", Gives::Raw("text/csv"), |call| csv(call, Rows::Days)),
        change((post.clone(), "reports/mail"), "Send a period's report by mail", SeeReports, |_, b: ReportMail| {
            Ok(Op::ReportMail { from: b.from, to: b.to, address: b.address })
        }),
        Endpoint {
            query: &["from", "to", "search", "before"],
            ..over_period(
                "receipts",
                "The receipts of a period, newest first",
                Gives::Json(StatusCode::OK, |g| g.subschema_for::<report::Receipts>()),
                receipts,
            )
        },
        special(
            (get.clone(), "receipts/{receipt}"),
            "A receipt with everything on it",
            Access::May(SeeReports),
            Body::None,
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<report::ReceiptDetail>()),
            |call| async move {
                let id: ReceiptId = call.id_of("receipt")?;
                let found = call.look(move |conn| report::receipt(conn, id)).await?;
                Ok(json(StatusCode::OK, &found.ok_or(Refusal::NotFound { what: "receipt" })?))
            },
        ),
        // What guests have said of themselves.
        Endpoint {
            query: &["search"],
            ..special(
                (get.clone(), "guests"),
                "Guests whose name, mail or phone has a text of at least two letters in it, newest first",
                Access::May(EraseGuests),
                Body::None,
                Gives::Json(StatusCode::OK, |g| g.subschema_for::<manage::Guests>()),
                guests,
            )
        },
        change(
            (post.clone(), "guests/erase"),
            "Forget what guests have said of themselves; orders and receipts stay",
            EraseGuests,
            |_, b: Erasure| Ok(Op::GuestErase { guests: b.guests }),
        ),
        // What guests think.
        Endpoint {
            query: &["product", "stars", "before"],
            ..special(
                (get, "ratings"),
                "What guests thought, newest first",
                Access::May(SeeReports),
                Body::None,
                Gives::Json(StatusCode::OK, |g| g.subschema_for::<manage::Ratings>()),
                ratings,
            )
        },
    ]);
    rows
}

/// Shows something of a period that the query names.
fn over_period<F>(path: &'static str, summary: &'static str, gives: Gives, does: fn(Call) -> F) -> Endpoint
where
    F: Future<Output = Result<Answer, Fault>> + Send + 'static,
{
    Endpoint {
        query: &["from", "to"],
        ..special((Method::GET, path), summary, Access::May(Right::SeeReports), Body::None, gives, does)
    }
}
