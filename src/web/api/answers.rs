//! Answers of endpoints that are more than one operation or one view: files, pictures, what is read
//! from a query.

use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, HeaderValue};
use sha2::{Digest, Sha256};

use crate::domain::id::{EmployeeId, ProductId, RatingId, ReceiptId, TableId};
use crate::domain::mail::MailSettings;
use crate::domain::refusal::Refusal;
use crate::domain::staff::EmployeeDraft;
use crate::domain::sync::SyncSettings;
use crate::domain::text;
use crate::domain::time::Period;
use crate::hub::asked::printer_scan;
use crate::hub::door::session_name;
use crate::hub::wire::{Op, Outcome};
use crate::ops::mail::{SetMail, SteerLetter};
use crate::ops::menu::SetPicture;
use crate::ops::menu_file::{self, ImportMenu};
use crate::ops::setup::SetLogo;
use crate::ops::sync::SetSync;
use crate::ops::{self, Caller, OpError, RequestKey};
use crate::store::{menu, sites, visits};
use crate::views::menu::picture_path;
use crate::views::sales_file::{self, Rows};
use crate::views::{manage, report};
use crate::web::api::bodies::{Approval, MailChange, OneTimeCode, PictureSet, SyncChange};
use crate::web::api::{Call, Fault, json, nothing, picture};
use crate::web::routes::{ASK, Answer, bare};
use crate::workers::print::scan;
use crate::workers::report as paper;

/// Both days must be named.
pub(in crate::web::api) fn period(call: &Call) -> Result<Period, Fault> {
    let (from, to) = (call.asked("from")?, call.asked("to")?);
    let (Some(from), Some(to)) = (from, to) else {
        return Err(Refusal::BadRequest { detail: "from and to must be named, as YYYY-MM-DD".to_owned() }.into());
    };
    Ok(Period::new(from, to).ok_or(Refusal::Period)?)
}

pub(in crate::web::api) async fn receipts(call: Call) -> Result<Answer, Fault> {
    let (period, before) = (period(&call)?, call.asked::<ReceiptId>("before")?);
    let search: String = call.asked("search")?.unwrap_or_default();
    if search.chars().count() > text::NAME_MAX {
        return Err(Refusal::TextLong { field: "name", max: text::NAME_MAX }.into());
    }
    let shown = call.look(move |conn| report::receipts(conn, period, &search, before)).await?;
    Ok(json(StatusCode::OK, &shown))
}

pub(in crate::web::api) async fn csv(call: Call, rows: Rows) -> Result<Answer, Fault> {
    let period = period(&call)?;
    let reader = call.hub.reader.clone();
    // One at a time, on a connection of its own: the kitchen's paper waits for no spreadsheet.
    let made = call
        .hub
        .reports
        .turn(move || reader.read_apart(|conn| sales_file::write(conn, period, rows)))
        .await
        .ok_or(Refusal::Busy)?;
    let file = made.map_err(OpError::from)?;
    Ok(attached(file.into_bytes(), "text/csv; charset=utf-8", &paper::file_name(period, &format!("{}.csv", rows.name()))))
}

pub(in crate::web::api) async fn pdf(call: Call) -> Result<Answer, Fault> {
    let (period, at_ms, reader) = (period(&call)?, call.hub.clock.now().wall_ms, call.hub.reader.clone());
    // One at a time: each holds its pages in memory.
    let made =
        call.hub.reports.turn(move || reader.read_apart(|conn| paper::pdf(conn, period, at_ms))).await.ok_or(Refusal::Busy)?;
    match made {
        Ok(file) => Ok(attached(file, "application/pdf", &paper::file_name(period, "pdf"))),
        Err(error) => {
            tracing::error!(%error, "a report could not be made");
            Err(Refusal::Internal.into())
        }
    }
}

/// A file that a browser saves.
pub(in crate::web::api) fn attached(bytes: Vec<u8>, mime: &'static str, name: &str) -> Answer {
    let mut answer = bare(bytes, mime, "no-store");
    // Days and fixed words alone: nothing that needs quoting.
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        answer.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    answer
}

pub(in crate::web::api) async fn sessions(call: Call) -> Result<Answer, Fault> {
    let crate::domain::staff::Actor::Employee { employee, role, .. } = call.speaker.actor else {
        return Err(Refusal::NotLoggedIn.into());
    };
    let current = call.speaker.session;
    let shown = call.look(move |conn| manage::sessions(conn, (employee, role), current.as_ref(), session_name)).await?;
    Ok(json(StatusCode::OK, &shown))
}

pub(in crate::web::api) async fn ratings(call: Call) -> Result<Answer, Fault> {
    let product: Option<ProductId> = call.asked("product")?;
    let stars: Option<u8> = call.asked("stars")?;
    let before: Option<RatingId> = call.asked("before")?;
    Ok(json(StatusCode::OK, &call.look(move |conn| manage::ratings(conn, product, stars, before)).await?))
}

pub(in crate::web::api) async fn guests(call: Call) -> Result<Answer, Fault> {
    let search: String = call.asked("search")?.unwrap_or_default();
    let search = search.trim().to_owned();
    // Somebody who asks to be forgotten says who they are; everybody at once is nobody's question.
    if search.chars().count() < 2 {
        return Err(Refusal::TextEmpty { field: "name" }.into());
    }
    if search.chars().count() > text::NAME_MAX {
        return Err(Refusal::TextLong { field: "name", max: text::NAME_MAX }.into());
    }
    Ok(json(StatusCode::OK, &call.look(move |conn| manage::guests(conn, &search)).await?))
}

pub(in crate::web::api) async fn approve(call: Call) -> Result<Answer, Fault> {
    let (employee, Approval { role }) = (call.id_of::<EmployeeId>("employee")?, call.json()?);
    let name = call.look(move |conn| Ok(crate::store::staff::employee(conn, employee)?.map(|e| e.name))).await?;
    let name = name.ok_or(Refusal::NotFound { what: "employee" })?;
    let draft = EmployeeDraft { name, role, mail: None };
    call.perform(Op::EmployeeChange { employee, draft, active: true, pending: false }).await?;
    Ok(nothing())
}

pub(in crate::web::api) async fn one_time(call: &Call, op: Op) -> Result<Answer, Fault> {
    match call.perform(op).await? {
        Outcome::Invited { code, minutes } => Ok(json(StatusCode::OK, &OneTimeCode { code, minutes })),
        _ => Err(Refusal::Internal.into()),
    }
}

pub(in crate::web::api) async fn set_picture(call: Call) -> Result<Answer, Fault> {
    let product = call.id_of("product")?;
    let (hash, bytes) = prepared(&call).await?;
    let path = picture_path(&hash);
    keep_picture(&call, product, Some((hash, bytes))).await?;
    Ok(json(StatusCode::OK, &PictureSet { picture: path }))
}

pub(in crate::web::api) async fn set_logo(call: Call) -> Result<Answer, Fault> {
    let (hash, bytes) = prepared(&call).await?;
    let path = picture_path(&hash);
    run_once(&call, SetLogo { picture: Some((hash, bytes)) }).await?;
    Ok(json(StatusCode::OK, &PictureSet { picture: path }))
}

/// The picture that was sent, as it is kept: its hash and its bytes.
pub(in crate::web::api) async fn prepared(call: &Call) -> Result<(String, Vec<u8>), Fault> {
    let bytes = call.body.clone();
    let made = call.hub.pictures.turn(move || picture::prepare(&bytes)).await.ok_or(Refusal::Busy)?;
    Ok(made.ok_or(Refusal::PictureForm)?)
}

pub(in crate::web::api) async fn keep_picture(
    call: &Call,
    product: ProductId,
    picture: Option<(String, Vec<u8>)>,
) -> Result<(), Fault> {
    run_once(call, SetPicture { product, picture }).await
}

/// An operation that no message has, done for this caller: under the request's id, so that it is
/// done once however often it is sent.
pub(in crate::web::api) async fn run_once<O: ops::Operation>(call: &Call, op: O) -> Result<O::Output, Fault> {
    let key = RequestKey { id: call.id, body_hash: Sha256::digest(&call.body).into() };
    run(call, Some(key), op).await
}

pub(in crate::web::api) async fn run<O: ops::Operation>(call: &Call, key: Option<RequestKey>, op: O) -> Result<O::Output, Fault> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let caller = Caller { actor: call.speaker.actor, session: call.speaker.session, key };
    ops::submit(&call.hub.writer, caller, op, move |answer| drop(tell.send(answer)));
    Ok(told.await.map_err(|_| Refusal::OutcomeUnknown)??.output)
}

pub(in crate::web::api) async fn steer(call: &Call, again: bool) -> Result<Answer, Fault> {
    run_once(call, SteerLetter { letter: call.id_of("letter")?, again }).await?;
    Ok(nothing())
}

pub(in crate::web::api) async fn set_mail(call: Call) -> Result<Answer, Fault> {
    let MailChange { route, from, owner, password } = call.json()?;
    // Without a key: a hash of its body would be a hash of the password.
    run(&call, None, SetMail { settings: MailSettings { route, from, owner }, password }).await?;
    Ok(nothing())
}

pub(in crate::web::api) async fn set_sync(call: Call) -> Result<Answer, Fault> {
    let SyncChange { on, host, port, user, database, tls, ca_file, password } = call.json()?;
    let settings = SyncSettings { on, host, port, user, database, tls, ca_file };
    // Without a key: a hash of its body would be a hash of the password.
    run(&call, None, SetSync { settings, password }).await?;
    Ok(nothing())
}

pub(in crate::web::api) async fn menu_out(call: Call) -> Result<Answer, Fault> {
    let file = call
        .look(|conn| {
            let categories = menu::categories(conn)?;
            let name = |id| categories.iter().find(|c| c.id == id).map(|c| c.name.clone()).unwrap_or_default();
            Ok(menu_file::write(&menu::products(conn)?, name, sites::site(conn)?.currency))
        })
        .await?;
    let mut answer = bare(file.into_bytes(), "text/csv; charset=utf-8", "no-store");
    answer.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"menu.csv\""));
    Ok(answer)
}

pub(in crate::web::api) async fn menu_in(call: Call) -> Result<Answer, Fault> {
    let text = String::from_utf8(call.body.clone())
        .map_err(|e| Refusal::MenuRow { line: 1, detail: format!("UTF-8: {}", e.utf8_error()) })?;
    let currency = call.hub.currency();
    let rows = tokio::task::spawn_blocking(move || menu_file::read(&text, currency)).await.map_err(|_| Refusal::Internal)??;
    Ok(json(StatusCode::OK, &run_once(&call, ImportMenu { rows, language: call.language }).await?))
}

pub(in crate::web::api) async fn qr(call: Call) -> Result<Answer, Fault> {
    let id: TableId = call.id_of("table")?;
    let table = call.look(move |conn| visits::standing(conn, id)).await?.ok_or(Refusal::NotFound { what: "table" })?;
    let url = format!("{}/t/{}", call.base_for_phones(), table.code);
    let svg = picture::qr_svg(&url).ok_or(Refusal::Internal)?;
    Ok(bare(svg.into_bytes(), "image/svg+xml", ASK))
}

/// Looks for printers on the machine's own networks.
pub(in crate::web::api) async fn scan_printers(call: Call) -> Result<Answer, Fault> {
    // In turn with the reports: it takes some seconds.
    let around = call.hub.reports.turn(scan::scan).await.ok_or(Refusal::Busy)??;
    let found = call.look(move |conn| printer_scan(conn, around)).await?;
    Ok(json(StatusCode::OK, &found))
}
