//! Where the house's own screens come from: places at the door are kept for them, so that a crowd of strangers never
//! keeps out those who work here.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Mutex;

/// So many addresses are remembered, the latest.
const KNOWN: usize = 64;

#[derive(Default)]
pub struct Regulars(Mutex<VecDeque<IpAddr>>);

impl Regulars {
    /// An enrolled screen, or somebody who works here, has shown who they are from there.
    pub fn came(&self, address: IpAddr) {
        let address = address.to_canonical();
        let mut known = self.0.lock().unwrap_or_else(|e| e.into_inner());
        known.retain(|a| *a != address);
        if known.len() >= KNOWN {
            known.pop_front();
        }
        known.push_back(address);
    }

    /// This machine always is one.
    pub fn knows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let own = [IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])];
        own.contains(&address) || self.0.lock().unwrap_or_else(|e| e.into_inner()).contains(&address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_came_last_are_known() {
        let regulars = Regulars::default();
        let address = |n: u8| IpAddr::from([192, 168, 1, n]);
        assert!(regulars.knows([127, 0, 0, 1].into()) && !regulars.knows([127, 0, 0, 2].into()) && !regulars.knows(address(1)));
        (0..=KNOWN as u8).for_each(|n| regulars.came(address(n)));
        regulars.came(address(1));
        assert!(!regulars.knows(address(0)) && regulars.knows(address(1)) && regulars.knows(address(KNOWN as u8)));
        regulars.came(address(200));
        assert!(!regulars.knows(address(2)) && regulars.knows(address(1)));
    }
}
