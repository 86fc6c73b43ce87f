//! Where phones find this machine: the address that a QR code carries. It is asked for anew each
//! time, for a router may give another one, or come up after the till.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

/// Where the pages are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whereabouts {
    listen: SocketAddr,
}

impl Whereabouts {
    /// `listen` is what the pages' port is bound to.
    pub fn new(listen: SocketAddr) -> Whereabouts {
        Whereabouts { listen }
    }

    /// The address that a phone on the network would use.
    pub fn address(self) -> SocketAddr {
        match self.listen.ip().is_unspecified() {
            true => SocketAddr::new(own(), self.listen.port()),
            false => self.listen,
        }
    }

    /// "http://192.168.1.10:8080".
    pub fn base(self) -> String {
        format!("http://{}", self.address())
    }

    /// Whether anybody but this machine can come by it.
    pub fn is_reachable(self) -> bool {
        !self.address().ip().is_loopback()
    }

    /// Whether who comes by that address ("http://192.168.1.10:8080") still finds this machine. Of a
    /// name nobody here can tell.
    pub fn leads_here(self, base: &str) -> bool {
        let Some(authority) = base.strip_prefix("http://") else { return true };
        let (ip, port) = match (authority.parse::<SocketAddr>(), authority.trim_matches(['[', ']']).parse::<IpAddr>()) {
            (Ok(address), _) => (address.ip(), Some(address.port())),
            (_, Ok(ip)) => (ip, None),
            _ => return true,
        };
        // Port 80 may be somebody's who passes it on.
        if port.is_some_and(|port| port != self.listen.port()) {
            return false;
        }
        match self.listen.ip().is_unspecified() {
            // The kernel lends an address to whoever has it, and to nobody else.
            true => UdpSocket::bind((ip, 0)).is_ok(),
            false => ip == self.listen.ip(),
        }
    }
}

/// The address from which this machine would send to another network; its own when there is
/// none. Asking the kernel sends nothing.
pub fn own() -> IpAddr {
    let probe = UdpSocket::bind("0.0.0.0:0").and_then(|s| s.connect("192.0.2.1:9").and_then(|()| s.local_addr()));
    probe.map_or_else(|_| Ipv4Addr::LOCALHOST.into(), |a| a.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_lead_here_as_long_as_the_machine_has_their_address() {
        let everywhere = Whereabouts::new("0.0.0.0:8080".parse().unwrap());
        assert!(everywhere.leads_here("http://127.0.0.1:8080") && everywhere.leads_here("http://127.0.0.1"));
        assert!(!everywhere.leads_here("http://127.0.0.1:8081"), "another port");
        assert!(!everywhere.leads_here("http://203.0.113.7:8080"), "an address of somebody else's");
        assert!(everywhere.leads_here("http://kasir.local:8080"), "of a name nobody can tell");
        let one = Whereabouts::new("127.0.0.2:8080".parse().unwrap());
        assert!(one.leads_here("http://127.0.0.2:8080") && !one.leads_here("http://127.0.0.1:8080"));
        assert!(!one.is_reachable());
    }
}
