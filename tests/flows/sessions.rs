//! Coming in and staying in: what a session is made of, when it ends, and what strangers learn by
//! trying.

use hyper::Method;
use kasir::domain::id::EmployeeId;
use kasir::hub::wire::{Me, Op, Outcome};
use serde_json::json;

use crate::support::machine::{DAY_MS, EVENING_MS, MachineClock};
use crate::support::office::{MANAGER, OWNER, Office};
use crate::support::people::{CASHIER, Person, WAITER};
use crate::support::till::Till;
use crate::support::{Place as Shop, wait_until};

const HOUR_MS: i64 = 3_600_000;

async fn is_open(office: &Office) -> bool {
    office.get("session").await.status == 200
}

/// Who logs in gets a token that nobody knew before, in a cookie that no script reads and no other
/// site sends; what the browser had opens nothing any more.
#[tokio::test(flavor = "multi_thread")]
async fn logging_in_makes_a_new_session_and_ends_the_one_before() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    // Planted by somebody else: their own session, and an id of theirs for the request.
    let office = Office::of(&till.address, MANAGER).await;
    let planted = office.token();
    let id = uuid::Uuid::now_v7().to_string();
    let log_in = async |origin: &str| {
        let headers = [("content-type", "application/json"), ("origin", origin), ("x-request-id", &id)];
        let body = json!({ "login": OWNER.0, "password": OWNER.1 }).to_string().into_bytes();
        office.send(Method::POST, "session", &headers, body).await
    };
    let plain = format!("http://{}", till.address);
    let answer = log_in(&plain).await;
    assert_eq!(answer.status, 200);
    let cookie = answer.headers["set-cookie"].clone();
    for wanted in ["; HttpOnly", "; SameSite=Strict", "; Path=/api/v1/"] {
        assert!(cookie.contains(wanted), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "it would never come back over plain HTTP: {cookie}");
    let token = office.token();
    assert!(token != planted && token.len() >= 52, "{token}");
    let thief = Office::open(&till.address).await;
    let with = async |token: &str| {
        let bearer = format!("Bearer {token}");
        thief.send(Method::GET, "session", &[("authorization", &bearer)], Vec::new()).await.status.as_u16()
    };
    assert_eq!((with(&planted).await, with(&token).await), (401, 200));
    // The same request again, because its answer was lost: the same session, and it goes on.
    assert_eq!(log_in(&plain).await.status, 200);
    assert_eq!((office.token(), with(&token).await), (token.clone(), 200));
    // The same id from somebody who does not know the password brings nothing.
    let headers = [("content-type", "application/json"), ("x-request-id", id.as_str())];
    let wrong = json!({ "login": OWNER.0, "password": "guess-guess" }).to_string().into_bytes();
    let refused = thief.send(Method::POST, "session", &headers, wrong).await;
    assert!(refused.code() == "login-wrong" && !refused.headers.contains_key("set-cookie"));
    // Through a proxy that speaks TLS: over TLS alone.
    let private = log_in(&format!("https://{}", till.address)).await;
    assert!(private.headers["set-cookie"].ends_with("; Secure"), "{}", private.headers["set-cookie"]);
    assert_eq!(shop.number("SELECT count(*) FROM session WHERE device_id IS NULL"), 1);
    till.stop();
    shop.verify();
}

/// The same at a till: whoever comes in ends whoever was there.
#[tokio::test(flavor = "multi_thread")]
async fn a_screen_has_one_session() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let screen = Person::screen(&till.socket_url(), &till.invite()).await;
    let token = async |(employee, pin): (EmployeeId, &str)| {
        let Ok(Outcome::Session { token }) = screen.ask(Op::StaffLogIn { employee, pin: pin.to_owned() }).await else { panic!() };
        token
    };
    let cashiers = token(CASHIER).await;
    screen.client.become_session(Some(cashiers.clone()));
    screen.until("the cashier", |r| matches!(r.me, Some(Me::Employee { employee, .. }) if employee == CASHIER.0)).await;
    let waiters = token(WAITER).await;
    screen.client.become_session(Some(waiters));
    screen.until("the waiter", |r| matches!(r.me, Some(Me::Employee { employee, .. }) if employee == WAITER.0)).await;
    screen.client.become_session(Some(cashiers));
    screen.until("nobody", |r| matches!(r.me, Some(Me::Device { .. }))).await;
    assert_eq!(shop.number("SELECT count(*) FROM session WHERE employee_id IS NOT NULL"), 1);
    till.stop();
}

/// An office that nobody touches closes after half a day, whatever its pages ask for by themselves;
/// one that is used all the time closes after a week, should a business day last that long.
#[tokio::test(flavor = "multi_thread")]
async fn an_office_that_nobody_uses_closes() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    // From early in the morning: all of it is one business day.
    let clock = MachineClock::of(shop.path());
    let at = |hours: i64| clock.set(EVENING_MS + (hours - 14) * HOUR_MS, false);
    let seen = || shop.number("SELECT coalesce(max(seen_ms), 0) FROM session") - (EVENING_MS - 14 * HOUR_MS);
    at(0);
    let office = Office::of(&till.address, OWNER).await;
    let other = Office::of(&till.address, MANAGER).await;
    at(9);
    assert!(is_open(&office).await);
    wait_until("it to be noted", || seen() >= 9 * HOUR_MS);
    let unattended = other.send(Method::GET, "reports/dashboard", &[("x-unattended", "1")], Vec::new()).await;
    assert_eq!(unattended.status, 200);
    at(13);
    assert!(is_open(&office).await, "somebody was there four hours ago");
    assert_eq!(other.get("session").await.code(), "not-logged-in", "its page alone kept nothing open");
    assert_eq!(other.put("site", json!({})).await.code(), "not-logged-in");
    // As if it had been opened a week before.
    let conn = rusqlite::Connection::open(shop.database()).unwrap();
    conn.busy_timeout(crate::support::PATIENCE).unwrap();
    conn.execute("UPDATE session SET opened_ms = opened_ms - ?1", [7 * DAY_MS]).unwrap();
    assert!(!is_open(&office).await, "a week is enough");
    till.stop();
    shop.verify();
}

/// A new password ends every session, here and in every other browser.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_what_the_old_one_opened() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let (own, other) = (Office::of(&till.address, OWNER).await, Office::of(&till.address, OWNER).await);
    let manager = Office::of(&till.address, MANAGER).await;
    let change = json!({ "old": OWNER.1, "password": "kata-sandi-baru" });
    assert_eq!(own.put("me/password", change).await.status, 204);
    assert!(!is_open(&own).await && !is_open(&other).await && is_open(&manager).await);
    assert_eq!(own.log_in(OWNER.0, OWNER.1).await.code(), "login-wrong");
    assert_eq!(own.log_in(OWNER.0, "kata-sandi-baru").await.status, 200);
    till.stop();
}

/// Whether somebody works here is not to be found out by trying: neither by logging in until it is
/// locked, nor by signing up, nor by a forgotten password.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_do_not_learn_who_works_here() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let office = Office::open(&till.address).await;
    let said = |answer: crate::support::office::Answer| (answer.status.as_u16(), answer.json());
    for round in 0..7 {
        let known = said(office.log_in(OWNER.0, "guess-guess").await);
        let unknown = said(office.log_in("Tidak Ada", "guess-guess").await);
        assert_eq!(known, unknown, "try {round}");
        let code = if round < 5 { "login-wrong" } else { "login-locked" };
        assert_eq!(known.1["code"], code, "try {round}");
    }
    let account =
        |name: &str| json!({ "name": name, "mail": format!("{}@example.com", name.len()), "password": "panjang-sekali" });
    let taken = said(office.post("signup", account(OWNER.0)).await);
    assert_eq!(taken, said(office.post("signup", account("Rina")).await));
    assert_eq!(taken.0, 202);
    assert_eq!(shop.number("SELECT count(*) FROM employee WHERE pending = 1"), 1, "Rina alone is asked about");
    let reset = |login: &str| json!({ "login": login, "code": "00000000", "password": "panjang-sekali" });
    assert_eq!(
        said(office.post("password/reset", reset(OWNER.0)).await),
        said(office.post("password/reset", reset("Tidak Ada")).await)
    );
    // Staff who take somebody on are told.
    let manager = Office::of(&till.address, MANAGER).await;
    let twice = json!({ "name": "Rina", "role": "waiter", "mail": "", "pin": "2468" });
    assert_eq!(manager.post("employees", twice).await.code(), "exists");
    till.stop();
    shop.verify();
}

/// Every header that is to keep a browser safe, on every answer; nothing answers to another site's
/// page or name.
#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_hardened_and_other_sites_get_none() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    let office = Office::of(&till.address, OWNER).await;
    let code = shop.codes()[0].clone();
    let picture = shop.column("SELECT hash FROM picture LIMIT 1").remove(0);
    let mut paths: Vec<(String, String)> = vec![("GET".to_owned(), "/api/v1/openapi.json".to_owned())];
    for (path, row) in office.document()["paths"].as_object().unwrap() {
        let path = path.replace(['{', '}'], "");
        paths.extend(row.as_object().unwrap().keys().map(|m| (m.to_uppercase(), format!("/api/v1{path}"))));
    }
    for path in ["/", "/kitchen", "/office", "/healthz", "/metrics", "/nothing", "/t/x", "/assets/nothing.js", "/ws"] {
        paths.push(("GET".to_owned(), path.to_owned()));
    }
    paths.extend([("GET".to_owned(), format!("/t/{code}")), ("GET".to_owned(), format!("/pictures/{picture}"))]);
    paths.extend(["POST", "PUT", "DELETE", "OPTIONS"].map(|m| (m.to_owned(), "/".to_owned())));
    assert!(paths.len() > 80, "{}", paths.len());
    let head = || shop.number("SELECT max(seq) FROM journal");
    let before = head();
    let own = till.address.clone();
    let cookie = format!("kasir_session={}", office.token());
    for (method, path) in &paths {
        let row = format!("{method} {path}");
        let answer = raw(&own, method, path, &[("host", &own)]).await;
        hardened(&row, &answer);
        assert!(!answer.1.contains_key("access-control-allow-origin"), "{row}");
        // Another name for this machine, and another site's page with the owner's cookie.
        let evil: [&[(&str, &str)]; 6] = [
            &[("host", "evil.example"), ("cookie", &cookie)],
            &[("host", "evil.example"), ("origin", "http://evil.example"), ("cookie", &cookie)],
            &[("host", &own), ("origin", "http://evil.example"), ("cookie", &cookie)],
            &[("host", &own), ("origin", "null"), ("cookie", &cookie)],
            &[("host", &own), ("origin", "http://127.0.0.1"), ("cookie", &cookie)],
            &[("host", &own), ("host", "evil.example"), ("cookie", &cookie)],
        ];
        for headers in evil {
            let answer = raw(&own, method, path, headers).await;
            assert!([400, 403, 405].contains(&answer.0), "{row} {headers:?}: {}", answer.0);
            if answer.0 != 400 {
                hardened(&row, &answer);
            }
        }
        // A form of another site's may leave the origin out, where a browser is old.
        if method != "GET" {
            let answer = raw(&own, method, path, &[("host", &own), ("cookie", &cookie)]).await;
            assert!([403, 405].contains(&answer.0), "{row} without an origin: {}", answer.0);
        }
    }
    assert_eq!(head(), before, "nothing was changed by any of it");
    assert!(is_open(&office).await);
    till.stop();
}

type Raw = (u16, std::collections::HashMap<String, String>);

fn hardened(row: &str, (_, headers): &Raw) {
    let policy = &headers.get("content-security-policy").unwrap_or_else(|| panic!("{row} has no policy: {headers:?}"));
    for wanted in ["default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'", "form-action 'none'"] {
        assert!(policy.contains(wanted), "{row}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{row}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(headers.get(name).map(String::as_str), Some(value), "{row}");
    }
    assert!(headers.contains_key("cache-control"), "{row}");
}

/// One exchange with exactly these headers.
async fn raw(address: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Raw {
    use http_body_util::Empty;
    use hyper::body::Bytes;
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(stream)).await.unwrap();
    let driving = tokio::spawn(connection);
    let mut request = hyper::Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = sender.send_request(request.body(Empty::<Bytes>::new()).unwrap()).await.unwrap();
    driving.abort();
    let named = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        (name.to_string(), value.to_str().unwrap().to_owned())
    };
    (response.status().as_u16(), response.headers().iter().map(named).collect())
}

/// The browser's own pages keep within the policy: nothing inline in what is served.
#[tokio::test(flavor = "multi_thread")]
async fn no_page_has_anything_inline() {
    let shop = Shop::furnished();
    let till = Till::start(&shop);
    for page in ["/", "/kitchen", "/office"] {
        let (status, body) = crate::rush::get(&till.address, page);
        assert_eq!(status, 200, "{page}");
        let html = body.to_ascii_lowercase();
        assert!(html.contains("<script") && !html.contains(" style=") && !html.contains("javascript:"), "{page}");
        for tag in html.split("<script").skip(1) {
            let (open, rest) = tag.split_once('>').unwrap();
            assert!(open.contains("src=") && rest.starts_with("</script"), "{page}: {open}");
        }
        for handler in [" onload=", " onclick=", " onerror=", " onsubmit="] {
            assert!(!html.contains(handler), "{page}: {handler}");
        }
    }
    till.stop();
}
