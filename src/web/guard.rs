//! Who may be spoken to at all: the Host that a request names must be this machine (DNS
//! rebinding), and a page that opens the socket must be one of ours (another site's script). And
//! who may see how the house does.

use std::net::IpAddr;

use http::HeaderMap;
use http::header::{HOST, ORIGIN};
use hyper::Request;

use crate::domain::address::Range;
use crate::web::{Secure, api};

#[derive(Debug, Clone, Default)]
pub struct Guard {
    /// The names under which this machine is reached, beside its addresses.
    pub hosts: Vec<String>,
    /// Who sees its figures, beside itself.
    pub watchers: Vec<Range>,
}

/// Why a request is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    Method,
    Host,
    Origin,
}

impl Guard {
    /// What a house sells is nobody's business on the Wi-Fi.
    pub fn is_watcher(&self, address: IpAddr) -> bool {
        address.to_canonical().is_loopback() || self.watchers.iter().any(|r| r.contains(address))
    }

    /// `secure`: it came over TLS, where no page of the plain port has anything to ask.
    pub fn refuse<B>(&self, request: &Request<B>, Secure(secure): Secure) -> Option<Turned> {
        let changes = request.method() != http::Method::GET && request.method() != http::Method::HEAD;
        if changes && !request.uri().path().starts_with(api::PREFIX) {
            return Some(Turned::Method);
        }
        let origin = request.headers().get(ORIGIN).and_then(|v| v.to_str().ok());
        if secure && origin.is_some_and(|o| !o.starts_with("https://")) {
            return Some(Turned::Origin);
        }
        self.refuse_headers(request.headers())
    }

    fn refuse_headers(&self, headers: &HeaderMap) -> Option<Turned> {
        let one = |name| {
            let mut all = headers.get_all(name).iter();
            let first = all.next().map(|v| v.to_str().unwrap_or("\u{0}"));
            (first, all.next().is_some())
        };
        let (Some(host), false) = one(HOST) else { return Some(Turned::Host) };
        if !self.is_ours(host) {
            return Some(Turned::Host);
        }
        match one(ORIGIN) {
            (None, _) => None,
            // A page of ours names the very host it was loaded from.
            (Some(origin), false)
                if origin
                    .split_once("://")
                    .is_some_and(|(scheme, rest)| (scheme == "http" || scheme == "https") && rest.eq_ignore_ascii_case(host)) =>
            {
                None
            }
            (Some(_), _) => Some(Turned::Origin),
        }
    }

    /// An address can belong to nobody else; a name must be known, or it could be a
    /// stranger's that points here.
    fn is_ours(&self, host: &str) -> bool {
        let name = match host.strip_prefix('[') {
            Some(v6) => match v6.split_once(']') {
                Some((address, port)) => {
                    return address.parse::<std::net::Ipv6Addr>().is_ok() && (port.is_empty() || is_port(port));
                }
                None => return false,
            },
            None => {
                host.split_once(':').map_or(Some(host), |(name, port)| port.bytes().all(|b| b.is_ascii_digit()).then_some(name))
            }
        };
        let Some(name) = name else { return false };
        name.parse::<std::net::Ipv4Addr>().is_ok()
            || name.eq_ignore_ascii_case("localhost")
            || self.hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_those_who_are_listed_see_the_figures() {
        let guard = Guard { hosts: Vec::new(), watchers: vec!["192.168.1.0/28".parse().unwrap()] };
        for (address, sees) in
            [("127.0.0.1", true), ("::1", true), ("::ffff:127.0.0.1", true), ("192.168.1.5", true), ("192.168.1.16", false)]
        {
            assert_eq!(guard.is_watcher(address.parse().unwrap()), sees, "{address}");
        }
        assert!(!Guard::default().is_watcher("192.168.1.5".parse().unwrap()));
    }

    #[test]
    fn the_header_matrix() {
        let guard = Guard { hosts: vec!["kasir.local".into()], watchers: Vec::new() };
        let check = |host: &[&str], origin: &[&str]| {
            let mut headers = HeaderMap::new();
            for h in host {
                headers.append(HOST, h.parse().unwrap());
            }
            for o in origin {
                headers.append(ORIGIN, o.parse().unwrap());
            }
            guard.refuse_headers(&headers)
        };
        for host in
            ["192.168.1.5:8080", "127.0.0.1", "localhost:8080", "[::1]:8080", "[fe80::1]", "kasir.local", "KASIR.LOCAL:8080"]
        {
            assert_eq!(check(&[host], &[]), None, "{host}");
            assert_eq!(check(&[host], &[&format!("http://{host}")]), None, "{host}");
            for origin in ["http://evil.example", "null", "http://192.168.1.6:8080", "file://", "ftp://192.168.1.5:8080"] {
                assert_eq!(check(&[host], &[origin]), Some(Turned::Origin), "{host} {origin}");
            }
        }
        for host in ["evil.example", "evil.example:8080", "kasir.local.evil.example", "", "[::1", "127.0.0.1:80x", "999.1.1.1"] {
            assert_eq!(check(&[host], &[]), Some(Turned::Host), "{host}");
        }
        assert_eq!(check(&[], &[]), Some(Turned::Host));
        assert_eq!(check(&["127.0.0.1", "127.0.0.1"], &[]), Some(Turned::Host), "two hosts");
        assert_eq!(check(&["127.0.0.1"], &["http://127.0.0.1", "http://127.0.0.1"]), Some(Turned::Origin), "two origins");
    }
}
