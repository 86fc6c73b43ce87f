//! Coming into the office and leaving it: names, passwords, one-time codes.

use http::header::{HeaderValue, ORIGIN, SET_COOKIE, USER_AGENT};
use http::{Method, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::domain::id::EmployeeId;
use crate::domain::mail::MailRoute;
use crate::domain::refusal::Refusal;
use crate::domain::site::{Language, STAFF_PENDING_MAX};
use crate::domain::staff::{Actor, Employee, Right, Role, is_password};
use crate::hub::door::hash_of;
use crate::hub::speaker::{Lane, Secret};
use crate::hub::wire::Op;
use crate::ops::access::{LogInOffice, LogInResult};
use crate::ops::mail::MailPasswordCode;
use crate::ops::staff::{SetPassword, SignUp, Whose};
use crate::ops::{self, Caller};
use crate::store::error::StoreError;
use crate::store::staff;
use crate::web::api::endpoint::{Access, Body, Endpoint, Gives, special};
use crate::web::api::{Call, Fault, cookie_name, json, nothing};
use crate::web::routes::Answer;

/// How long a browser keeps the cookie; the session itself ends with the business day.
const COOKIE_SECONDS: u32 = 24 * 60 * 60;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LogIn {
    /// Name or mail address.
    login: String,
    password: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    name: String,
    mail: String,
    /// 10 to 128 characters.
    password: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    /// Name or mail address.
    login: String,
    /// From a manager, or from the mail.
    code: String,
    password: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Forgotten {
    mail: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Me {
    id: EmployeeId,
    name: String,
    role: Role,
}

/// Who is logged in, and what the pages may offer. The operations check for themselves.
#[derive(Debug, Serialize, JsonSchema)]
struct Session {
    employee: Me,
    rights: Vec<Right>,
    /// The house's.
    language: Language,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Waiting {}

pub fn endpoints() -> Vec<Endpoint> {
    vec![
        special(
            (Method::GET, "session"),
            "Who is logged in",
            Access::LoggedIn,
            Body::None,
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<Session>()),
            |call| async move {
                let employee = call.speaker.actor.employee().ok_or(Refusal::NotLoggedIn)?;
                shown(&call, employee).await
            },
        ),
        special(
            (Method::POST, "session"),
            "Log in with a password; the session is a cookie",
            Access::Anybody,
            Body::Json(|g| g.subschema_for::<LogIn>()),
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<Session>()),
            log_in,
        ),
        special((Method::DELETE, "session"), "Log out", Access::LoggedIn, Body::None, Gives::Nothing, |call| async move {
            call.perform(Op::StaffLogOut {}).await?;
            with_cookie(&call, nothing(), "", 0)
        }),
        special(
            (Method::POST, "signup"),
            "Ask to be taken on; somebody must say yes",
            Access::Anybody,
            Body::Json(|g| g.subschema_for::<NewAccount>()),
            Gives::Json(StatusCode::ACCEPTED, |g| g.subschema_for::<Waiting>()),
            sign_up,
        ),
        special(
            (Method::POST, "password/forgot"),
            "Have a one-time code mailed to the address of an account; the answer is the same for every address",
            Access::Anybody,
            Body::Json(|g| g.subschema_for::<Forgotten>()),
            Gives::Json(StatusCode::ACCEPTED, |g| g.subschema_for::<Waiting>()),
            forgotten,
        ),
        special(
            (Method::POST, "password/reset"),
            "Set a new password with a one-time code",
            Access::Anybody,
            Body::Json(|g| g.subschema_for::<NewPassword>()),
            Gives::Nothing,
            reset,
        ),
    ]
}

async fn shown(call: &Call, employee: EmployeeId) -> Result<Answer, Fault> {
    let found = call.look(move |conn| staff::employee(conn, employee)).await?;
    let Employee { id, name, role, .. } = found.ok_or(Refusal::NotLoggedIn)?;
    let rights = Right::ALL.into_iter().filter(|r| role.may(*r)).collect();
    Ok(json(StatusCode::OK, &Session { employee: Me { id, name, role }, rights, language: call.hub.language() }))
}

fn with_cookie(call: &Call, mut answer: Answer, token: &str, seconds: u32) -> Result<Answer, Fault> {
    // A page that came over TLS has its cookie over TLS alone, here or at whoever passes it on. The guard has
    // seen to it that it is ours.
    let private = call.secure.0 || call.headers.get(ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"https://"));
    let secure = if private { "; Secure" } else { "" };
    let cookie =
        format!("{}={token}; Path=/api/v1/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}", cookie_name(call.secure));
    answer.headers_mut().insert(SET_COOKIE, HeaderValue::from_str(&cookie).map_err(|_| Refusal::Internal)?);
    Ok(answer)
}

/// Whoever is called that, or has that address.
async fn called(call: &Call, login: &str) -> Result<Option<Employee>, Fault> {
    let login = login.trim().to_owned();
    call.look(move |conn| {
        // An address first: nobody takes over somebody's by calling themselves so.
        let by_mail = if login.contains('@') { staff::by_mail(conn, &login)? } else { None };
        Ok::<_, StoreError>(match by_mail {
            Some(employee) => Some(employee),
            None => staff::by_name(conn, &login)?,
        })
    })
    .await
}

async fn log_in(call: Call) -> Result<Answer, Fault> {
    let LogIn { login, password } = call.json()?;
    let known = called(&call, &login).await?;
    // Somebody whom nobody knows costs the same time: names are not to be found out here.
    let id = known.map_or(EmployeeId(0), |e| e.id);
    let proven = match id {
        EmployeeId(0) => call.hub.hashes(Lane::Stranger, password).await.map(|_| false)?,
        id => call.hub.proves(Lane::Stranger, id, Secret::Password, password).await.ok_or(Refusal::Busy)?,
    };
    if id == EmployeeId(0) {
        // Locked after as many tries as an account that there is.
        let now = call.hub.clock.now().mono_ms;
        return Err(match call.hub.door.guessed(&login, &call.peer.to_string(), now) {
            Some(minutes) => Refusal::LoginLocked { minutes }.into(),
            None => Refusal::LoginWrong.into(),
        });
    }
    let token = call.hub.door.token(call.id);
    let agent = call.headers.get(USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let (token_hash, before) = (hash_of(&token), call.speaker.session);
    let op = LogInOffice { employee: id, proven, token_hash, before, address: call.peer.to_string(), agent };
    match submit(&call, Actor::Stranger, op).await? {
        LogInResult::In => with_cookie(&call, shown(&call, id).await?, &token, COOKIE_SECONDS),
        LogInResult::Wrong { .. } => Err(Refusal::LoginWrong.into()),
        LogInResult::Locked { minutes } => Err(Refusal::LoginLocked { minutes }.into()),
    }
}

async fn sign_up(call: Call) -> Result<Answer, Fault> {
    let NewAccount { name, mail, password } = call.json()?;
    if !is_password(&password) {
        return Err(Refusal::PasswordForm.into());
    }
    // Before the slow part: a full list is full.
    if call.look(staff::asking).await? >= STAFF_PENDING_MAX {
        return Err(Refusal::TooManyPending.into());
    }
    let password_hash = call.hub.hashes(Lane::Stranger, password).await?;
    match submit(&call, Actor::Stranger, SignUp { name, mail, password_hash }).await {
        // Who works here is nobody's business: the answer is the same. Staff who add somebody are told.
        Ok(_) | Err(Fault::Refused(Refusal::Exists { .. })) => Ok(json(StatusCode::ACCEPTED, &Waiting {})),
        Err(fault) => Err(fault),
    }
}

async fn forgotten(call: Call) -> Result<Answer, Fault> {
    let Forgotten { mail } = call.json()?;
    let on = call.look(|conn| Ok(crate::store::letters::settings(conn)?.route != MailRoute::Off)).await?;
    if !on {
        return Err(Refusal::MailOff.into());
    }
    let known = call.look(move |conn| staff::by_mail(conn, mail.trim())).await?;
    let now = call.hub.clock.now().mono_ms;
    if let Some(employee) = known
        && call.hub.door.may_mail(employee.id, now)
    {
        // Whether there is such an account is nobody's business: the answer is the same.
        let done = submit(&call, Actor::Stranger, MailPasswordCode { employee: employee.id }).await;
        if let Err(fault) = done {
            tracing::info!(?fault, "no code was mailed");
        }
    }
    Ok(json(StatusCode::ACCEPTED, &Waiting {}))
}

async fn reset(call: Call) -> Result<Answer, Fault> {
    let NewPassword { login, code, password } = call.json()?;
    if !is_password(&password) {
        return Err(Refusal::PasswordForm.into());
    }
    let employee = called(&call, &login).await?.ok_or(Refusal::CodeWrong)?;
    if !call.hub.door.is_password_code(employee.id, &code, call.peer, call.hub.clock.now().mono_ms) {
        return Err(Refusal::CodeWrong.into());
    }
    // First the slow part, which may be refused: the code is not lost by it.
    let password_hash = call.hub.hashes(Lane::Stranger, password).await?;
    if !call.hub.door.use_password_code(employee.id) {
        return Err(Refusal::CodeWrong.into());
    }
    // The code has proven who it is.
    submit(&call, Actor::Machine, SetPassword { whose: Whose::Own(employee.id), password_hash }).await?;
    Ok(nothing())
}

/// For those who have no session yet.
async fn submit<O: ops::Operation>(call: &Call, actor: Actor, op: O) -> Result<O::Output, Fault> {
    let (tell, told) = oneshot::channel();
    ops::submit(&call.hub.writer, Caller::plain(actor), op, move |answer| drop(tell.send(answer)));
    Ok(told.await.map_err(|_| Refusal::OutcomeUnknown)??.output)
}
