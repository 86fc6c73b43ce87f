//! Looks for printers at the machine's own plugs and networks, when an owner asks: every address of them is
//! tried at the printers' port, some at a time, and whoever answers is named. It never looks beyond
//! the 256 addresses around its own, never at public ones, and never twice at once.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::refusal::Refusal;
use crate::domain::site::PrinterTarget;
use crate::workers::print::status::{Question, is_answer};

/// Where nearly every receipt printer listens.
pub const PORT: u16 = 9_100;
/// A printer beside the till answers in milliseconds, one behind a sleepy Wi-Fi in a tenth of a second.
const CONNECT: Duration = Duration::from_millis(400);
const ANSWER: Duration = Duration::from_millis(300);
/// Addresses that are tried at once: all 254 within some three seconds, and no flood for a small router.
const AT_ONCE: usize = 32;
/// Networks that are looked at: a Pi has two plugs.
const NETWORKS_MAX: usize = 4;

/// One scan at a time.
static RUNS: Mutex<()> = Mutex::new(());

/// Somebody who may be a printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub target: PrinterTarget,
    pub manner: Manner,
}

/// How it was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// It is plugged in here, and says to the system that it prints.
    Plugged,
    /// It answers as a receipt printer does.
    Speaks,
    /// It takes connections and says nothing: others print too, or are no receipt printers.
    Silent,
}

/// Looks around. Blocks for some seconds.
pub fn scan() -> Result<Vec<Found>, Refusal> {
    let _turn = RUNS.try_lock().map_err(|_| Refusal::ScanRuns)?;
    let table = std::fs::read_to_string("/proc/self/net/route").unwrap_or_default();
    let own = |network: Network| own_address(network).map(|own| network.around(own));
    let hosts: Vec<Ipv4Addr> = networks(&table).into_iter().take(NETWORKS_MAX).filter_map(own).flatten().collect();
    let mut found = plugged(Path::new("/dev"));
    found.extend(try_all(&hosts, PORT));
    Ok(found)
}

/// Printers at this machine's plugs: by the names that stay with the plug, else by the system's numbers. They are
/// not asked: whoever prints on one has it open.
pub fn plugged(dev: &Path) -> Vec<Found> {
    let list = |folder: &str, start: &str| {
        let entries = std::fs::read_dir(dev.join(folder)).into_iter().flatten().flatten();
        let mut all: Vec<PathBuf> = entries.map(|e| e.path()).collect();
        all.retain(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(start)));
        all.sort();
        all
    };
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for path in list("kasir", "usb-").into_iter().chain(list("usb", "lp")) {
        // A name that leads nowhere is of a printer that was taken away.
        let Ok(node) = path.canonicalize() else { continue };
        if seen.insert(node) {
            let target = PrinterTarget::Device { path: path.to_string_lossy().into_owned() };
            found.push(Found { target, manner: Manner::Plugged });
        }
    }
    found
}

/// A network that this machine is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    base: u32,
    mask: u32,
}

impl Network {
    /// The addresses beside the own one, at most those that share its first three parts.
    fn around(self, own: Ipv4Addr) -> Vec<Ipv4Addr> {
        let own = u32::from(own);
        let mask = self.mask | 0xffff_ff00;
        let (first, last) = (own & mask, own | !mask);
        (first..=last).filter(|a| *a != own && *a != first && *a != last).map(Ipv4Addr::from).collect()
    }
}

/// The private networks of the kernel's table of routes that are reached without a gateway.
fn networks(table: &str) -> Vec<Network> {
    let mut found: Vec<Network> = Vec::new();
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        // As the machine keeps it: the first part of the address in the lowest byte.
        let hex = |at: usize| fields.get(at).and_then(|f| u32::from_str_radix(f, 16).ok()).map(u32::swap_bytes);
        let (Some(base), Some(0), Some(mask)) = (hex(1), hex(2), hex(7)) else { continue };
        let network = Network { base, mask };
        if base != 0 && Ipv4Addr::from(base).is_private() && mask.leading_ones() >= 8 && !found.contains(&network) {
            found.push(network);
        }
    }
    found
}

/// The own address there. Asking the kernel which one it would send from sends nothing.
fn own_address(network: Network) -> Option<Ipv4Addr> {
    let there = Ipv4Addr::from(network.base | 1);
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((there, 9)).ok()?;
    match socket.local_addr().ok()? {
        SocketAddr::V4(own) if u32::from(*own.ip()) & network.mask == network.base => Some(*own.ip()),
        _ => None,
    }
}

/// Tries each of them, some at a time; those that answer, in their order.
pub fn try_all(hosts: &[Ipv4Addr], port: u16) -> Vec<Found> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(hosts.len()) {
            scope.spawn(|| {
                while let Some(host) = hosts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(one) = knock(*host, port) {
                        found.lock().unwrap_or_else(|e| e.into_inner()).push(one);
                    }
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap_or_else(|e| e.into_inner());
    found.sort_by_key(|(host, _)| *host);
    found.into_iter().map(|(_, found)| found).collect()
}

fn knock(host: Ipv4Addr, port: u16) -> Option<(Ipv4Addr, Found)> {
    let mut stream = TcpStream::connect_timeout(&SocketAddrV4::new(host, port).into(), CONNECT).ok()?;
    let mut byte = [0];
    let mut ask = || {
        stream.set_read_timeout(Some(ANSWER))?;
        stream.set_write_timeout(Some(ANSWER))?;
        stream.write_all(&Question::Printer.bytes())?;
        stream.read_exact(&mut byte)
    };
    let manner = if ask().is_ok() && is_answer(byte[0]) { Manner::Speaks } else { Manner::Silent };
    Some((host, Found { target: PrinterTarget::Tcp { host: host.to_string(), port }, manner }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
        eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n\
        eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n\
        wlan0\t0000000A\t00000000\t0001\t0\t0\t600\t0000FFFF\t0\t0\t0\n\
        eth1\t00007BCB\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n\
        eth0\t0005A8C0\t0101A8C0\t0003\t0\t0\t100\t00FFFFFF\t0\t0\t0\n";

    #[test]
    fn only_own_private_networks_are_looked_at() {
        let found: Vec<(Ipv4Addr, u32)> =
            networks(TABLE).iter().map(|n| (Ipv4Addr::from(n.base), n.mask.leading_ones())).collect();
        // Not 203.0.123.0, which is public, and not 192.168.5.0, which is behind a router.
        assert_eq!(found, [(Ipv4Addr::new(192, 168, 1, 0), 24), (Ipv4Addr::new(10, 0, 0, 0), 16)]);
        assert!(networks("").is_empty() && networks("rubbish\nmore rubbish").is_empty());
    }

    #[test]
    fn a_printer_at_a_plug_is_found_once_by_the_name_that_stays() {
        let dev = tempfile::tempdir().unwrap();
        let at = |path: &str| dev.path().join(path);
        for folder in ["usb", "kasir"] {
            std::fs::create_dir(at(folder)).unwrap();
        }
        for file in ["usb/lp0", "usb/lp1", "usb/hiddev0"] {
            std::fs::write(at(file), "").unwrap();
        }
        std::os::unix::fs::symlink("../usb/lp1", at("kasir/usb-1-1.3:1.0")).unwrap();
        std::os::unix::fs::symlink("../usb/lp7", at("kasir/usb-1-1.4:1.0")).unwrap();
        let paths: Vec<PathBuf> = plugged(dev.path())
            .into_iter()
            .map(|f| match f.target {
                PrinterTarget::Device { path } => path.into(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(paths, [at("kasir/usb-1-1.3:1.0"), at("usb/lp0")]);
        assert!(plugged(&at("nowhere")).is_empty());
    }

    #[test]
    fn no_network_is_larger_than_256_addresses() {
        let wide = Network { base: u32::from(Ipv4Addr::new(10, 0, 0, 0)), mask: 0xffff_0000 };
        let around = wide.around(Ipv4Addr::new(10, 0, 7, 20));
        assert_eq!(around.len(), 253);
        assert!(around.iter().all(|a| a.octets()[..3] == [10, 0, 7]) && !around.contains(&Ipv4Addr::new(10, 0, 7, 20)));
        let small = Network { base: u32::from(Ipv4Addr::new(192, 168, 1, 0)), mask: 0xffff_fff0 };
        assert_eq!(small.around(Ipv4Addr::new(192, 168, 1, 5)).len(), 13);
    }
}
