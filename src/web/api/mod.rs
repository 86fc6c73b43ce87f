//! `/api/v1`: JSON for the office and for tools. Every endpoint is a row of one table, which
//! answers requests and makes the OpenAPI document: what is described is what is done. Changes
//! are the same operations that the screens ask for.

mod answers;
mod bodies;
pub mod endpoint;
pub mod endpoints;
mod network;
pub mod openapi;
pub mod picture;
pub mod session;
pub mod setup;

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, HeaderName, HeaderValue, ORIGIN};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::Request;
use hyper::body::Incoming;
use serde::Serialize;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::domain::refusal::{Refusal, Remedy};
use crate::domain::site::Language;
use crate::domain::staff::Actor;
use crate::domain::words;
use crate::hub::Hub;
use crate::hub::door::hash_of;
use crate::hub::speaker::{Reply, Speaker};
use crate::hub::wire::{Op, Outcome};
use crate::ops::access::NoteSeen;
use crate::ops::{self, Caller, OpError};
use crate::store::error::StoreError;
use crate::store::sessions::{self, Holder};
use crate::store::sites;
use crate::web::api::endpoint::{Access, Body, Endpoint};
use crate::web::routes::{ASK, Answer, bare};
use crate::web::{Secure, address};

pub const PREFIX: &str = "/api/v1/";
/// The office's session, by whether it came over TLS: both may live in one browser, which sends
/// cookies to every port of an address.
pub fn cookie_name(Secure(secure): Secure) -> &'static str {
    if secure { "kasir_session_tls" } else { "kasir_session" }
}
/// All of a body must be there by then.
const BODY_TIME: Duration = Duration::from_secs(10);
/// How often it is written down that an office is in use: every request would be a write.
const SEEN_EVERY_MS: i64 = 5 * 60 * 1_000;
/// Says that the page asks by itself and nobody has touched it for a while. Who says so without
/// need only comes to the end of the session sooner.
const UNATTENDED: &str = "x-unattended";

/// A request that was let in.
pub struct Call {
    pub hub: Arc<Hub>,
    pub speaker: Speaker,
    pub id: Uuid,
    pub language: Language,
    pub params: Vec<(&'static str, String)>,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub peer: IpAddr,
    pub secure: Secure,
}

impl Call {
    /// The start of an address for a QR code: what the office's browser uses serves phones as well, unless
    /// it is the staff's port.
    pub fn base_for_phones(&self) -> String {
        let host = self.headers.get(HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
        match self.secure {
            Secure(true) => self.hub.whereabouts.base(),
            Secure(false) => address::for_phones(host),
        }
    }
}

/// Why there is no answer but a problem.
#[derive(Debug)]
pub enum Fault {
    Refused(Refusal),
    /// Told by the status alone.
    Status(StatusCode, String),
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Fault {
        Fault::Refused(refusal)
    }
}

impl From<OpError> for Fault {
    fn from(error: OpError) -> Fault {
        if let OpError::Store(fault) = &error {
            tracing::error!(%fault, "a request failed");
        }
        Fault::Refused(error.refusal())
    }
}

impl Call {
    /// The id that stands in the path.
    pub fn id_of<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, Fault> {
        let text = self.params.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str()).unwrap_or_default();
        text.parse().map_err(|_| Refusal::NotFound { what: name }.into())
    }

    /// What stands behind the question mark; one that cannot be read is a wrong request.
    pub fn asked<T: std::str::FromStr>(&self, name: &'static str) -> Result<Option<T>, Fault> {
        let text = self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty());
        let wrong = || Fault::from(Refusal::BadRequest { detail: format!("{name} cannot be read") });
        text.map(|t| t.parse().map_err(|_| wrong())).transpose()
    }

    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(&self.body).map_err(|e| Refusal::BadRequest { detail: e.to_string() }.into())
    }

    /// Has it done and waits until it is on disk.
    pub async fn perform(&self, op: Op) -> Result<Outcome, Fault> {
        let (tell, told) = oneshot::channel();
        let reply: Reply = Box::new(move |answer| drop(tell.send(answer)));
        self.speaker.dispatch(self.id, op, reply).await;
        match told.await {
            Ok(answer) => Ok(answer?.1),
            Err(_) => Err(Refusal::OutcomeUnknown.into()),
        }
    }

    /// Reads, away from the runtime.
    pub async fn look<T: Send + 'static>(
        &self,
        view: impl FnOnce(&rusqlite::Connection) -> Result<T, crate::store::error::StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        let reader = self.hub.reader.clone();
        let found = tokio::task::spawn_blocking(move || reader.read(view)).await;
        match found {
            Ok(found) => Ok(found.map_err(OpError::from)?),
            Err(error) => {
                tracing::error!(%error, "a view failed inside the program");
                Err(Refusal::Internal.into())
            }
        }
    }
}

/// Answers a request under [`PREFIX`].
pub async fn answer(hub: Arc<Hub>, request: Request<Incoming>, peer: IpAddr) -> Answer {
    let language = language(request.headers(), &hub);
    match respond(hub.clone(), request, peer, language).await {
        Ok(answer) => answer,
        Err(fault) => problem(&hub, language, &fault),
    }
}

async fn respond(hub: Arc<Hub>, request: Request<Incoming>, peer: IpAddr, language: Language) -> Result<Answer, Fault> {
    static TABLE: LazyLock<Vec<Endpoint>> = LazyLock::new(endpoints::table);
    let (head, body) = request.into_parts();
    let secure = head.extensions.get::<Secure>().copied().unwrap_or(Secure(false));
    let path = head.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    if path == "openapi.json" && head.method == Method::GET {
        static DOCUMENT: LazyLock<Vec<u8>> = LazyLock::new(|| serde_json::to_vec(&openapi::document(&TABLE)).unwrap_or_default());
        return Ok(bare(DOCUMENT.clone(), "application/json", ASK));
    }
    let here: Vec<(&Endpoint, Vec<(&'static str, String)>)> =
        TABLE.iter().filter_map(|e| e.matches(path).map(|params| (e, params))).collect();
    if here.is_empty() {
        return Err(Fault::Status(StatusCode::NOT_FOUND, "There is no such path; /api/v1/openapi.json lists them.".to_owned()));
    }
    let Some((endpoint, params)) = here.into_iter().find(|(e, _)| e.method == head.method) else {
        return Err(Fault::Status(StatusCode::METHOD_NOT_ALLOWED, format!("{} is not answered here.", head.method)));
    };
    let speaker = speaker(&hub, &head.headers, &head.method, peer, secure).await?;
    match endpoint.access {
        Access::Anybody => {}
        Access::LoggedIn if speaker.session.is_some() => {}
        Access::May(right) if speaker.actor.may(right) => {}
        Access::LoggedIn | Access::May(_) if speaker.session.is_none() => return Err(Refusal::NotLoggedIn.into()),
        Access::LoggedIn | Access::May(_) => return Err(Refusal::Denied.into()),
    }
    let body = match &endpoint.body {
        Body::None => Vec::new(),
        Body::Json(_) => read(&head.headers, body, &["application/json"], 64 * 1024).await?,
        Body::Raw { mimes, max } => read(&head.headers, body, mimes, *max).await?,
    };
    let id = head.headers.get("x-request-id").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let call = Call {
        hub,
        speaker,
        id: id.unwrap_or_else(Uuid::now_v7),
        language,
        params,
        query: query(head.uri.query().unwrap_or_default()),
        headers: head.headers,
        body,
        peer,
        secure,
    };
    (endpoint.does)(call).await
}

/// Who asks: the office's session in a cookie, or a token for tools.
async fn speaker(hub: &Arc<Hub>, headers: &HeaderMap, method: &Method, peer: IpAddr, secure: Secure) -> Result<Speaker, Fault> {
    let bearer = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    let cookie = cookie(headers, secure);
    // A page of another site can make a browser send our cookie with a request that it makes up;
    // it cannot make it say that it comes from here. The guard has compared it with the host.
    let changes = !matches!(*method, Method::GET | Method::HEAD);
    if changes && bearer.is_none() && cookie.is_some() && !headers.contains_key(ORIGIN) {
        return Err(Refusal::Denied.into());
    }
    let nobody = Speaker { hub: hub.clone(), actor: Actor::Stranger, peer, session: None };
    let Some(token) = bearer.or(cookie).filter(|t| t.len() <= 128) else { return Ok(nobody) };
    let (hash, reader, now_ms) = (hash_of(token), hub.reader.clone(), hub.clock.now().wall_ms);
    let found = tokio::task::spawn_blocking(move || {
        reader.read(|conn| match sites::day(conn)? {
            Some(day) => Ok::<_, StoreError>((sessions::holder(conn, &hash, day, now_ms)?, sessions::seen_ms(conn, &hash)?)),
            None => Ok((None, None)),
        })
    });
    let (holder, seen) = found.await.map_err(|_| Refusal::Internal)?.map_err(OpError::from)?;
    // Opened by a password. A PIN's session holds on its own screen only.
    let Some(holder @ Holder::Employee { device: None, .. }) = holder else { return Ok(nobody) };
    let since = seen.map_or(0, |seen| now_ms - seen);
    // A clock that was set back is no reason either to stay open for ever.
    if !headers.contains_key(UNATTENDED) && !(0..SEEN_EVERY_MS).contains(&since) {
        ops::submit(&hub.writer, Caller::plain(Actor::Machine), NoteSeen { token_hash: hash }, |done| {
            if let Err(error) = done {
                tracing::warn!(%error, "it could not be noted that an office is in use");
            }
        });
    }
    hub.regulars.came(peer);
    Ok(Speaker { actor: holder.actor(), session: Some(hash), ..nobody })
}

fn cookie(headers: &HeaderMap, secure: Secure) -> Option<&str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|v| v.split(';')).find_map(|pair| pair.trim().strip_prefix(cookie_name(secure))?.strip_prefix('='))
}

/// The whole body, if it is of the right kind, not too long, and there in time.
async fn read(headers: &HeaderMap, body: Incoming, mimes: &[&str], max: usize) -> Result<Vec<u8>, Fault> {
    let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).and_then(|v| v.split(';').next()).unwrap_or_default();
    if !mimes.iter().any(|m| m.eq_ignore_ascii_case(kind.trim())) {
        return Err(Fault::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("Send it as {}.", mimes.join(" or "))));
    }
    match tokio::time::timeout(BODY_TIME, Limited::new(body, max).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes().to_vec()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Fault::Status(StatusCode::PAYLOAD_TOO_LARGE, format!("At most {} kB.", max / 1024)))
        }
        Ok(Err(_)) => Err(Fault::Status(StatusCode::BAD_REQUEST, "The body ended too early.".to_owned())),
        Err(_) => Err(Fault::Status(StatusCode::REQUEST_TIMEOUT, "The body took too long.".to_owned())),
    }
}

fn query(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).into_owned().take(32).collect()
}

/// The first of ours that the caller names; else the house's.
fn language(headers: &HeaderMap, hub: &Hub) -> Language {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let tags = wanted.split(',').map(|t| t.trim().get(..2).unwrap_or_default().to_ascii_lowercase());
    let known = |tag: String| Language::ALL.into_iter().find(|l| l.tag() == tag);
    tags.filter_map(known).next().unwrap_or_else(|| hub.language())
}

/// A JSON answer.
pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Answer {
    let mut answer = bare(serde_json::to_vec(value).unwrap_or_default(), "application/json", "no-store");
    *answer.status_mut() = status;
    answer
}

pub fn nothing() -> Answer {
    let mut answer = bare(Vec::new(), "application/json", "no-store");
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer.headers_mut().remove(CONTENT_TYPE);
    answer
}

/// RFC 9457. `detail` is a sentence in the caller's language.
fn problem(hub: &Hub, language: Language, fault: &Fault) -> Answer {
    let (status, code, params, detail) = match fault {
        Fault::Status(status, detail) => (*status, "http", Default::default(), detail.clone()),
        Fault::Refused(refusal) => {
            (status(refusal), refusal.code(), refusal.params(), words::refuse(language, refusal, hub.currency()))
        }
    };
    let body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": detail,
        "code": code,
        "params": params,
    });
    let mut answer = json(status, &body);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if status == StatusCode::UNAUTHORIZED {
        answer.headers_mut().insert(HeaderName::from_static("www-authenticate"), HeaderValue::from_static("Bearer"));
    }
    answer
}

pub fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::NotLoggedIn | Refusal::LoginWrong => StatusCode::UNAUTHORIZED,
        Refusal::TooFast | Refusal::LoginLocked { .. } => StatusCode::TOO_MANY_REQUESTS,
        Refusal::MenuRow { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        other => match other.remedy() {
            Remedy::Request => StatusCode::BAD_REQUEST,
            Remedy::Rights => StatusCode::FORBIDDEN,
            Remedy::Missing => StatusCode::NOT_FOUND,
            Remedy::Rule => StatusCode::CONFLICT,
            Remedy::Later => StatusCode::SERVICE_UNAVAILABLE,
        },
    }
}
