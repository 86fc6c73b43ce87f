//! What stands under which path.

use std::sync::Arc;

use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, HeaderValue,
    IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, Response, StatusCode};
use hyper::Request;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use tower_service::Service as _;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::path::Tail;

use crate::hub::Hub;
use crate::store::menu;
use crate::views::menu::picture_hash;
use crate::web::assets::{self, Asset};
use crate::web::guard::{Guard, Turned};
use crate::web::socket;
use crate::web::tls::Tls;
use crate::web::{Admission, Peer, metrics};

pub(in crate::web) type Answer = http::Response<Vec<u8>>;

/// Scripts and styles from here alone, nothing inline, no frames, nothing sent elsewhere.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; connect-src 'self'; style-src 'self'; script-src 'self'; \
                      object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A file whose name tells its content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// May be kept, must be asked about.
pub(in crate::web) const ASK: &str = "no-cache";

/// Answers requests. Cheap to clone.
#[derive(Clone)]
pub struct Service(BoxedFilter<(Answer,)>);

pub fn service(hub: Arc<Hub>, guard: Arc<Guard>, tls: Option<Arc<Tls>>) -> Service {
    let with = {
        let hub = hub.clone();
        move || {
            let hub = hub.clone();
            warp::any().map(move || hub.clone())
        }
    };
    let upgrade = || warp::ext::get::<OnUpgrade>().and(warp::ext::get::<Admission>()).and(warp::header::headers_cloned());

    let native = warp::path!("ws").and(with()).and(warp::ext::get::<Peer>()).and(upgrade()).map(
        |hub, peer: Peer, on: OnUpgrade, place: Admission, headers: HeaderMap| socket::upgrade(hub, peer, on, place, &headers),
    );
    // The old tablets open whatever path they were given; where something else answers, that does.
    let old = || {
        warp::header::exact_ignore_case("upgrade", "websocket").and(with()).and(warp::ext::get::<Peer>()).and(upgrade()).map(
            |hub, peer: Peer, on: OnUpgrade, place: Admission, headers: HeaderMap| {
                socket::upgrade_old(hub, peer, on, place, &headers)
            },
        )
    };
    let old_start = warp::path::end().and(old());
    let page = |name: &'static str| warp::header::headers_cloned().map(move |headers: HeaderMap| file(name, &headers));
    let start = warp::path::end().and(page("index.html"));
    let table = warp::path!("t" / String)
        .and(warp::header::headers_cloned())
        .map(|_code: String, headers: HeaderMap| file("index.html", &headers));
    let kitchen = warp::path!("kitchen").and(page("kitchen.html"));
    let office = warp::path!("office").and(page("office.html"));
    let setup = warp::path!("setup").and(page("setup.html"));
    let trial = warp::path!("test").and(page("test.html"));
    let asset = warp::path("assets")
        .and(warp::path::tail())
        .and(warp::header::headers_cloned())
        .map(|tail: Tail, headers: HeaderMap| file(&format!("assets/{}", tail.as_str()), &headers));
    let picture = warp::path!("pictures" / String).and(with()).then(picture);
    let watches = || {
        let guard = guard.clone();
        warp::ext::get::<Peer>().map(move |Peer(ip): Peer| guard.is_watcher(ip))
    };
    let certificate = move || {
        let tls = tls.clone();
        warp::any().map(move || tls.as_ref().map(|t| t.state()))
    };
    let health = warp::path!("healthz").and(with()).and(watches()).and(certificate()).then(metrics::health);
    let figures = warp::path!("metrics").and(with()).and(watches()).then(|hub, watches| async move {
        match watches {
            true => metrics::metrics(hub).await,
            false => text(StatusCode::FORBIDDEN, "The figures are for this machine, and for `watchers` in the configuration.\n"),
        }
    });

    let nothing = warp::any().map(|| text(StatusCode::NOT_FOUND, "There is nothing here.\n"));

    let filter = native
        .or(old_start)
        .unify()
        .or(start)
        .unify()
        .or(table)
        .unify()
        .or(kitchen)
        .unify()
        .or(office)
        .unify()
        .or(setup)
        .unify()
        .or(trial)
        .unify()
        .or(asset)
        .unify()
        .or(picture)
        .unify()
        .or(health)
        .unify()
        .or(figures)
        .unify()
        .or(old())
        .unify()
        .or(nothing)
        .unify();
    Service(filter.boxed())
}

impl Service {
    pub async fn answer(self, request: Request<Incoming>) -> warp::reply::Response {
        match warp::service(self.0).call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// Turned away at the door.
pub fn refused(why: Turned) -> warp::reply::Response {
    let answer = match why {
        Turned::Method => text(StatusCode::METHOD_NOT_ALLOWED, "Only GET is answered here; changes go through /ws or /api/v1.\n"),
        Turned::Host => text(
            StatusCode::FORBIDDEN,
            "This machine is not known under that name. Use its address, or add the name to `hosts` in the configuration.\n",
        ),
        Turned::Origin => text(StatusCode::FORBIDDEN, "Pages of other sites may not open this one.\n"),
    };
    warp::Reply::into_response(answer)
}

fn text(status: StatusCode, words: &str) -> Answer {
    let mut answer = bare(words.as_bytes().to_vec(), "text/plain; charset=utf-8", ASK);
    *answer.status_mut() = status;
    answer
}

/// An answer with the headers that every answer has.
pub(in crate::web) fn bare(bytes: Vec<u8>, mime: &'static str, cache: &'static str) -> Answer {
    let mut answer = Response::new(bytes);
    let headers = answer.headers_mut();
    let fixed = [
        (CONTENT_TYPE, mime),
        (CACHE_CONTROL, cache),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// A file of the pages, packed if the browser takes it, or "you have it" when it does.
fn file(name: &str, headers: &HeaderMap) -> Answer {
    let Some(asset) = assets::all().get(name) else {
        return match name.ends_with(".html") && !name.contains('/') {
            true => text(
                StatusCode::SERVICE_UNAVAILABLE,
                "This kasir was built without its pages: run `make web`, then build again.\n",
            ),
            false => text(StatusCode::NOT_FOUND, "There is nothing here.\n"),
        };
    };
    let known =
        headers.get_all(IF_NONE_MATCH).iter().any(|v| v.to_str().is_ok_and(|v| v.split(',').any(|t| t.trim() == asset.etag)));
    let mut answer = match known {
        true => bare(Vec::new(), asset.mime, ASK),
        false => whole(asset, headers),
    };
    if known {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
    }
    if let Ok(etag) = HeaderValue::from_str(&asset.etag) {
        answer.headers_mut().insert(ETAG, etag);
    }
    answer.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    answer
}

fn whole(asset: &Asset, headers: &HeaderMap) -> Answer {
    let packs = headers
        .get(ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.split(',').any(|e| e.trim().starts_with("gzip")));
    let cache = if asset.immutable { FOR_EVER } else { ASK };
    match &asset.gzip {
        Some(packed) if packs => {
            let mut answer = bare(packed.clone(), asset.mime, cache);
            answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            answer
        }
        _ => bare(asset.bytes.clone(), asset.mime, cache),
    }
}

/// A product's picture, by the hash of its bytes.
async fn picture(name: String, hub: Arc<Hub>) -> Answer {
    let Some(hash) = picture_hash(&format!("/pictures/{name}")).map(str::to_owned) else {
        return text(StatusCode::NOT_FOUND, "There is no such picture.\n");
    };
    let found = tokio::task::spawn_blocking(move || hub.reader.read(|conn| menu::picture(conn, &hash))).await;
    match found {
        Ok(Ok(Some(bytes))) => {
            let mime = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
            bare(bytes, mime, FOR_EVER)
        }
        Ok(Ok(None)) => text(StatusCode::NOT_FOUND, "There is no such picture.\n"),
        Ok(Err(error)) => {
            tracing::error!(%error, "a picture cannot be read");
            text(StatusCode::INTERNAL_SERVER_ERROR, "The picture cannot be read.\n")
        }
        Err(error) => {
            tracing::error!(%error, "reading a picture failed inside the program");
            text(StatusCode::INTERNAL_SERVER_ERROR, "The picture cannot be read.\n")
        }
    }
}
