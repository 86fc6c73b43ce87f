//! Addresses of the network: one, or a range of them, as an owner writes them in the
//! configuration. Used to tell which old tablets may do what; those have no login.

use std::net::IpAddr;
use std::str::FromStr;

use serde::Deserialize;

/// The addresses that begin with the same bits: "192.168.1.0/28", or one alone: "192.168.1.20".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Range {
    address: IpAddr,
    /// How many bits count.
    bits: u32,
}

/// Text that names no addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an address nor a range of them, such as 192.168.1.0/24")]
pub struct BadRange(pub String);

/// Networks that are nobody's but the house's own (RFC 1918, 4193, 4291), and the machine itself.
const HOME: [&str; 7] = ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7", "fe80::/10"];

impl Range {
    /// Private ranges and the machine itself.
    pub fn home() -> Vec<Range> {
        HOME.iter().filter_map(|text| text.parse().ok()).collect()
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        // An IPv4 peer of a listener for both kinds shows itself as ::ffff:192.168.1.20.
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                self.begin_alike(u128::from(u32::from(own)), u128::from(u32::from(other)), 32)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => self.begin_alike(u128::from(own), u128::from(other), 128),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }

    fn begin_alike(&self, own: u128, other: u128, width: u32) -> bool {
        // Shifted by all of 128 bits nothing is left, and nothing must agree.
        (own ^ other).checked_shr(width - self.bits.min(width)).unwrap_or(0) == 0
    }
}

/// The width of an address's kind, in bits.
fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.bits == width(self.address) {
            true => write!(f, "{}", self.address),
            false => write!(f, "{}/{}", self.address, self.bits),
        }
    }
}

impl FromStr for Range {
    type Err = BadRange;
    fn from_str(text: &str) -> Result<Self, BadRange> {
        let bad = || BadRange(text.chars().take(60).collect());
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        let bits = match bits {
            None => width(address),
            Some(bits) if !bits.is_empty() && bits.bytes().all(|b| b.is_ascii_digit()) => bits.parse().map_err(|_| bad())?,
            Some(_) => return Err(bad()),
        };
        if bits > width(address) { Err(bad()) } else { Ok(Range { address, bits }) }
    }
}

impl TryFrom<String> for Range {
    type Error = BadRange;
    fn try_from(text: String) -> Result<Self, BadRange> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn has(range: &str, address: &str) -> bool {
        range.parse::<Range>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn one_address_and_ranges() {
        assert!(has("192.168.1.20", "192.168.1.20") && !has("192.168.1.20", "192.168.1.21"));
        assert!(has("192.168.1.0/28", "192.168.1.15") && !has("192.168.1.0/28", "192.168.1.16"));
        assert!(has("192.168.1.7/24", "192.168.1.200"), "the bits behind do not count");
        assert!(has("0.0.0.0/0", "8.8.8.8") && !has("0.0.0.0/0", "::1"));
        assert!(has("fc00::/7", "fd12::1") && !has("fc00::/7", "fe80::1"));
        assert!(has("::/0", "2001:db8::1") && has("2001:db8::1", "2001:db8::1"));
        assert!(has("192.168.0.0/16", "::ffff:192.168.4.5"), "an IPv4 address in an IPv6 coat");
    }

    #[test]
    fn what_is_no_range_is_named() {
        for wrong in ["", "tablet", "192.168.1", "192.168.1.0/33", "192.168.1.0/", "192.168.1.0/-1", "::1/129", "1.2.3.4/8/8"] {
            let error = wrong.parse::<Range>().unwrap_err().to_string();
            assert!(error.contains(wrong), "{error}");
        }
    }

    #[test]
    fn home_is_private() {
        let home = Range::home();
        assert_eq!(home.len(), HOME.len(), "each is a range");
        let inside = |address: &str| home.iter().any(|r| r.contains(address.parse().unwrap()));
        for near in ["127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.20", "::1", "fd00::7", "fe80::1"] {
            assert!(inside(near), "{near}");
        }
        for far in ["8.8.8.8", "172.32.0.1", "192.169.0.1", "2001:db8::1"] {
            assert!(!inside(far), "{far}");
        }
    }

    proptest! {
        #[test]
        fn a_range_holds_its_own_address(address: u32, bits in 0_u32..=32) {
            let address = IpAddr::V4(address.into());
            let own = Range { address, bits };
            prop_assert!(own.contains(address));
        }
    }
}
