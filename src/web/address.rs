//! The address under which phones reach this machine.

use std::net::IpAddr;

use crate::hub::whereabouts::own;

/// The start of an address for a QR code. What the office's browser uses serves phones as well,
/// unless that browser runs on this very machine.
pub fn for_phones(host: &str) -> String {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, format!(":{port}")),
        _ => (host, String::new()),
    };
    let here = name.eq_ignore_ascii_case("localhost")
        || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if here { format!("http://{}{port}", own()) } else { format!("http://{host}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_never_says_localhost_to_a_phone() {
        assert_eq!(for_phones("192.168.1.5:8080"), "http://192.168.1.5:8080");
        assert_eq!(for_phones("kasir.local"), "http://kasir.local");
        assert_eq!(for_phones("[fe80::1]"), "http://[fe80::1]");
        for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
            assert_eq!(for_phones(host), format!("http://{}:8080", own()));
        }
    }
}
