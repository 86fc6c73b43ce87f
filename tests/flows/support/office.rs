//! A browser in the office, without its pages: HTTP with a cookie. Every answer is checked
//! against the OpenAPI document that the running kasir gives out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::PATIENCE;

pub const OWNER: (&str, &str) = ("Pemilik", "rahasia-pemilik");
pub const MANAGER: (&str, &str) = ("Manajer", "rahasia-manajer");

#[derive(Clone)]
pub struct Office {
    /// "127.0.0.1:41234"
    address: String,
    document: Arc<Value>,
    cookie: Arc<Mutex<Option<String>>>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HashMap<String, String>,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The problem's code.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Office {
    /// A browser that nobody knows.
    pub async fn open(address: &str) -> Office {
        let mut office = Office { address: address.to_owned(), document: Arc::new(Value::Null), cookie: Arc::default() };
        let answer = office.send(Method::GET, "openapi.json", &[], Vec::new()).await;
        office.document = Arc::new(answer.json());
        assert_eq!(office.document["openapi"], "3.1.0");
        office
    }

    pub async fn of(address: &str, (login, password): (&str, &str)) -> Office {
        let office = Office::open(address).await;
        let answer = office.log_in(login, password).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        office
    }

    pub async fn log_in(&self, login: &str, password: &str) -> Answer {
        self.post("session", serde_json::json!({ "login": login, "password": password })).await
    }

    pub fn document(&self) -> &Value {
        &self.document
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Vec::new()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.change(Method::POST, path, body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.change(Method::PUT, path, body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.change(Method::DELETE, path, Value::Null).await
    }

    /// As a page of ours does it.
    pub async fn change(&self, method: Method, path: &str, body: Value) -> Answer {
        let origin = format!("http://{}", self.address);
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.send(method, path, &[("origin", &origin), ("content-type", "application/json")], bytes).await
    }

    pub async fn upload(&self, method: Method, path: &str, mime: &str, bytes: Vec<u8>) -> Answer {
        let origin = format!("http://{}", self.address);
        self.send(method, path, &[("origin", &origin), ("content-type", mime)], bytes).await
    }

    /// Anything at all.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let answer = tokio::time::timeout(PATIENCE, self.exchange(method.clone(), path, headers, body)).await;
        let answer = answer.unwrap_or_else(|_| panic!("no answer to {method} {path}"));
        if !self.document.is_null() {
            self.check(&method, path, &answer);
        }
        answer
    }

    async fn exchange(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let stream = TcpStream::connect(&self.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let driving = tokio::spawn(connection);
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/{path}"))
            .header("host", &self.address)
            .header("accept-language", "en");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let cookie = self.cookie.lock().unwrap().clone();
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let response = sender.send_request(request.body(Full::new(Bytes::from(body))).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        driving.abort();
        let headers: HashMap<String, String> =
            head.headers.iter().map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned())).collect();
        if let Some(set) = headers.get("set-cookie") {
            let pair = set.split(';').next().unwrap().to_owned();
            *self.cookie.lock().unwrap() = (!pair.ends_with('=')).then_some(pair);
        }
        Answer { status: head.status, headers, bytes }
    }

    /// The session's token, as a thief would have it.
    pub fn token(&self) -> String {
        self.cookie.lock().unwrap().clone().unwrap().split_once('=').unwrap().1.to_owned()
    }

    /// The answer is one that the document promises.
    fn check(&self, method: &Method, path: &str, answer: &Answer) {
        let path = path.split('?').next().unwrap();
        let Some(operation) = self.operation(method, path) else {
            assert!(matches!(answer.status.as_u16(), 403..=405), "{method} {path} is not in the document");
            return;
        };
        let responses = &operation["responses"];
        let problem = &self.document["components"]["responses"]["Problem"]["content"]["application/problem+json"]["schema"];
        let schema = match &responses[answer.status.as_str()] {
            Value::Null => {
                assert!(answer.status.is_client_error() || answer.status.is_server_error(), "{method} {path}: {}", answer.status);
                if answer.headers["content-type"] != "application/problem+json" {
                    return assert_eq!(answer.status, 403, "turned away at the door");
                }
                problem
            }
            told => &told["content"]["application/json"]["schema"],
        };
        if schema.is_null() {
            return;
        }
        let mut whole = schema.clone();
        whole["components"] = self.document["components"].clone();
        let wrong: Vec<String> =
            jsonschema::validator_for(&whole).unwrap().iter_errors(&answer.json()).map(|e| e.to_string()).collect();
        assert!(wrong.is_empty(), "{method} {path} {}: {wrong:?} in {}", answer.status, answer.json());
    }

    fn operation(&self, method: &Method, path: &str) -> Option<&Value> {
        let asked: Vec<&str> = path.split('/').collect();
        let paths = self.document["paths"].as_object().unwrap();
        let (_, row) = paths.iter().find(|(known, _)| {
            let known: Vec<&str> = known.trim_start_matches('/').split('/').collect();
            known.len() == asked.len() && known.iter().zip(&asked).all(|(k, a)| k.starts_with('{') || k == a)
        })?;
        row.get(method.as_str().to_ascii_lowercase())
    }
}

/// A page of this machine's beside the office, as JSON.
pub async fn plain(address: &str, path: &str) -> Value {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    let driving = tokio::spawn(connection);
    let request = Request::builder().uri(path).header("host", address).body(Full::new(Bytes::new())).unwrap();
    let body = sender.send_request(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
    driving.abort();
    serde_json::from_slice(&body).unwrap()
}
