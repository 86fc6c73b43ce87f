//! The staff's screens over TLS: with the house's own authority, with somebody's files, and what
//! is refused. Real sockets, the program in its own process.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use kasir::client::Identity;
use kasir::client::dial::{Dial, Trust, authority_file};
use kasir::domain::site::Language;
use kasir::hub::wire::{Op, Outcome};
use serde_json::{Value, json};

use crate::support::office::{OWNER, Office};
use crate::support::people::{CASHIER, Person};
use crate::support::till::{Till, command};
use crate::support::{PATIENCE, Place as Shop, own_address, wait_until};

/// A till with a second port; its address there.
fn start(shop: &Shop, env: &[(&str, &str)]) -> (Till, SocketAddr) {
    let mut command = command(shop.path(), &own_address());
    command.env("KASIR_TLS_LISTEN", "127.0.0.1:0").envs(env.iter().copied());
    let (till, said) = Till::spawn_and_read(command, shop.path(), "over TLS on");
    let address = said.split_once("over TLS on ").unwrap().1.split(';').next().unwrap().parse().unwrap();
    (till, address)
}

/// A request over TLS; the answer's head and body.
async fn ask(dial: &Dial, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> (http::response::Parts, Value) {
    let stream = tokio::time::timeout(PATIENCE, dial.connect()).await.unwrap().unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    let driving = tokio::spawn(connection);
    let mut request = hyper::Request::builder().method(method).uri(path).header("host", &dial.authority);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let bytes = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let response = sender.send_request(request.body(Full::new(bytes)).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    driving.abort();
    (head, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

async fn is_refused(dial: &Dial) -> String {
    match tokio::time::timeout(PATIENCE, dial.connect()).await.unwrap() {
        Ok(_) => panic!("it was let in"),
        Err(error) => error.to_string(),
    }
}

/// The own authority: known by its fingerprint the first time, by its file from then on; another
/// house's is refused. The plain port stays as it was, and a browser's two sessions do not meet.
#[tokio::test(flavor = "multi_thread")]
async fn staff_come_over_tls_by_the_houses_own_authority() {
    let shop = Shop::furnished();
    let (till, secure) = start(&shop, &[]);
    let pem = std::fs::read(shop.path().join("tls/ca.pem")).unwrap();
    let said = Command::new(env!("CARGO_BIN_EXE_kasir")).args(["authority", "--data"]).arg(shop.path()).output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    let pin = said.split_once("SHA-256 ").unwrap().1.trim().to_owned();
    assert!(said.as_bytes().starts_with(&pem));

    // A screen elsewhere, enrolled with what `kasir device invite` shows.
    let dial = Dial::trusting(secure.to_string(), &Trust::Fingerprint(pin.to_uppercase())).unwrap();
    let screen = Person::over(&dial, Identity { language: Language::En, ..Identity::default() });
    let Ok(Outcome::Device { token }) = screen.ask(Op::DeviceEnrol { code: till.invite(), screen: "Bar".into() }).await else {
        panic!()
    };
    screen.client.become_device(Some(token.clone()));
    screen.until("the names", |r| !r.employees.is_empty()).await;
    screen.log_in(CASHIER).await.unwrap();
    // What it met it may keep, and needs no fingerprint any more.
    let kept = dial.met().unwrap();
    assert_eq!(kept.replace('\n', ""), String::from_utf8(pem.clone()).unwrap().replace(['\r', '\n'], ""));
    let known = Dial::trusting(secure.to_string(), &Trust::House(kept.into_bytes())).unwrap();
    let again = Person::over(&known, Identity { device: Some(token), ..Identity::default() });
    again.until("to be that screen", |r| !r.employees.is_empty()).await;

    // Another authority, another house's fingerprint, a name that is not this machine's, plain HTTP.
    let other = Shop::furnished();
    let (stranger, _) = start(&other, &[]);
    let theirs = authority_file(&other.path().join("tls/ca.pem")).unwrap();
    let wrong = is_refused(&Dial::trusting(secure.to_string(), &theirs).unwrap()).await;
    assert!(wrong.contains("certificate"), "{wrong}");
    let wrong = is_refused(&Dial::trusting(secure.to_string(), &Trust::Fingerprint("ab".repeat(32))).unwrap()).await;
    assert!(wrong.contains("UnknownIssuer"), "{wrong}");
    stranger.stop();
    let plain = Dial::open(secure.to_string()).connect().await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(plain)).await.unwrap();
    tokio::spawn(connection);
    let request = hyper::Request::get("/healthz").header("host", secure.to_string()).body(Full::new(Bytes::new())).unwrap();
    assert!(sender.send_request(request).await.is_err(), "the port speaks TLS and nothing else");

    // The office over both ports of one address, as one browser has it.
    let origin = format!("https://{secure}");
    let log_in = json!({ "login": OWNER.0, "password": OWNER.1 });
    let typed = ("content-type", "application/json");
    let (head, _) = ask(&known, "POST", "/api/v1/session", &[("origin", &origin), typed], log_in.clone()).await;
    assert_eq!(head.status, 200);
    let cookie = head.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("kasir_session_tls=") && cookie.contains("; Secure"), "{cookie}");
    assert!(!head.headers.contains_key("strict-transport-security"), "guests are on the plain port of the same address");
    let plain = Office::of(&till.address, OWNER).await;
    let both = format!("kasir_session={}; {}", plain.token(), cookie.split(';').next().unwrap());
    let (head, me) = ask(&known, "GET", "/api/v1/session", &[("cookie", &both)], Value::Null).await;
    assert_eq!((head.status.as_u16(), &me["employee"]["name"]), (200, &json!(OWNER.0)));
    let (head, _) = ask(&known, "DELETE", "/api/v1/session", &[("cookie", &both), ("origin", &origin)], Value::Null).await;
    assert_eq!(head.status, 204);
    assert_eq!(plain.get("session").await.status, 200, "the other session is still there");
    // A cookie of the plain port opens nothing here, and no page of it asks for anything.
    let (head, _) =
        ask(&known, "GET", "/api/v1/session", &[("cookie", &format!("kasir_session={}", plain.token()))], Value::Null).await;
    assert_eq!(head.status, 401);
    for wrong in [format!("http://{secure}"), format!("http://{}", till.address), "https://evil.example".to_owned()] {
        let (head, _) = ask(&known, "POST", "/api/v1/session", &[("origin", &wrong), typed], log_in.clone()).await;
        assert_eq!(head.status, 403, "{wrong}");
    }
    // Cards that are printed over TLS lead phones to the plain port.
    let (head, _) = ask(&known, "POST", "/api/v1/session", &[("origin", &origin), typed], log_in).await;
    let cookie = head.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let asked = [("cookie", cookie.as_str()), ("origin", &origin)];
    assert_eq!(ask(&known, "POST", "/api/v1/network/cards", &asked, Value::Null).await.0.status, 204);
    assert_eq!(plain.get("network").await.json()["cards"], format!("http://{}", till.address));
    till.stop();
    shop.verify();
}

/// A screen that is told no authority asks for one instead of trusting anybody.
#[test]
fn a_screen_is_told_whom_to_trust() {
    let folder = tempfile::tempdir().unwrap();
    let terminal = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kasir"));
        let done = command.arg("terminal").args(args).arg("--data").arg(folder.path()).output().unwrap();
        assert!(!done.status.success());
        String::from_utf8_lossy(&done.stderr).into_owned()
    };
    let said = terminal(&["--hub", "https://192.168.1.10:8443"]);
    assert!(said.contains("--pin") && said.contains("kasir device invite"), "{said}");
    let said = terminal(&["--hub", "https://192.168.1.10:8443", "--pin", "abcd"]);
    assert!(said.contains("at least 32"), "{said}");
    let said = terminal(&["--hub", "http://192.168.1.10:8080", "--pin", &"ab".repeat(32)]);
    assert!(said.contains("https://"), "{said}");
    let said = terminal(&["--hub", "ftp://192.168.1.10"]);
    assert!(said.contains("must look like"), "{said}");
}

/// A chain and a key as PEM, signed by an authority of the test's; returns that authority.
fn files(folder: &Path, ends_in_days: i32) -> Vec<u8> {
    let today: kasir::domain::time::BusinessDay = "2031-05-09".parse().unwrap();
    let day = |offset: i32| {
        let (year, month, day) = today.plus_days(offset).date();
        rcgen::date_time_ymd(i32::from(year), u8::try_from(month).unwrap(), u8::try_from(day).unwrap())
    };
    let mut authority = rcgen::CertificateParams::default();
    authority.distinguished_name.push(rcgen::DnType::CommonName, "somebody else");
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let root = authority.self_signed(&authority_key).unwrap();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let mut leaf = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    (leaf.not_before, leaf.not_after) = (rcgen::date_time_ymd(2020, 1, 1), day(ends_in_days));
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = leaf.signed_by(&key, &issuer).unwrap();
    // As `certbot` does: aside, then in its place.
    for (name, text) in [("key.pem", key.serialize_pem()), ("chain.pem", certificate.pem())] {
        std::fs::write(folder.join("new"), text).unwrap();
        std::fs::rename(folder.join("new"), folder.join(name)).unwrap();
    }
    root.pem().into_bytes()
}

/// Somebody's certificate is shown, taken anew when its file changes, and warned of before it ends
/// and after.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_in_files_is_renewed_without_a_restart() {
    let shop = Shop::furnished();
    let folder = tempfile::tempdir().unwrap();
    let old = files(folder.path(), -1);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (chain, key) = (path("chain.pem"), path("key.pem"));
    let env = [("KASIR_TLS_CERTIFICATE", chain.as_str()), ("KASIR_TLS_KEY", key.as_str())];
    let (till, secure) = start(&shop, &env);
    let address = till.address.clone();
    assert!(!shop.path().join("tls").exists(), "no authority is made that nobody needs");
    let parts = || -> Value {
        let mut line = std::net::TcpStream::connect(&address).unwrap();
        write!(line, "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        line.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    };
    let ill = parts();
    assert_eq!(ill["status"], "degraded");
    assert!(ill["tls"]["warning"].as_str().unwrap().contains("has expired"), "{ill}");
    assert_eq!(ill["tls"]["own_authority"], json!(false));
    let dial = |pem: &[u8]| Dial::trusting(secure.to_string(), &Trust::Authority(pem.to_vec())).unwrap();
    // This process' clock is this machine's, for which 2031 has not come: an end in the past is told by
    // /healthz, the chain is judged by whoever connects.
    dial(&old).connect().await.unwrap();
    let new = files(folder.path(), 300);
    wait_until("the new certificate to be shown", || parts()["tls"]["warning"].is_null());
    let well = parts();
    assert_eq!((&well["status"], well["tls"]["days_left"].as_i64().unwrap() > 290), (&json!("ok"), true), "{well}");
    dial(&new).connect().await.unwrap();
    assert!(is_refused(&dial(&old)).await.contains("certificate"));
    till.stop();

    // What cannot be used keeps nobody from the other port, is told of, and is used once it is mended.
    let sound = std::fs::read(&key).unwrap();
    std::fs::write(&key, "rubbish").unwrap();
    let mut broken = command(shop.path(), &address);
    broken.env("KASIR_TLS_LISTEN", secure.to_string()).envs(env);
    let till = Till::spawn(broken, shop.path());
    let ill = parts();
    let cause = ill["tls"]["warning"].as_str().unwrap();
    assert!(ill["status"] == "degraded" && cause.contains("TLS cannot be had") && cause.contains("key.pem"), "{ill}");
    assert!(dial(&new).connect().await.is_err());
    std::fs::write(&key, sound).unwrap();
    wait_until("the mended key to be taken", || parts()["tls"]["warning"].is_null());
    dial(&new).connect().await.unwrap();
    till.stop();
    shop.verify();
}
