//! The configuration file: what must be known before the database is open. Everything that
//! the owner changes while running lives in the database. Every key is an environment
//! variable too (`KASIR_LISTEN`), a flag wins over both.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::domain::address::{BadRange, Range};
use crate::hub::legacy;

/// Where the service looks for its configuration.
pub const DEFAULT_FILE: &str = "/etc/kasir/kasir.toml";

/// The file as it is read. Unknown keys are errors that name them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub data: PathBuf,
    pub listen: SocketAddr,
    pub hosts: Vec<String>,
    /// Who else reads `/metrics` and all of `/healthz`.
    pub watchers: Vec<Range>,
    pub fullscreen: bool,
    /// The staff's screens, encrypted.
    pub tls: Tls,
    /// Where the system mounts sticks, each in a folder of its own.
    pub sticks: PathBuf,
    /// The old app's tablets.
    pub legacy: legacy::Settings,
}

/// A second port, with TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// None: there is no such port.
    pub listen: Option<SocketAddr>,
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            data: default_data(),
            listen: SocketAddr::from(([0, 0, 0, 0], 8080)),
            hosts: Vec::new(),
            watchers: Vec::new(),
            fullscreen: true,
            tls: Tls::default(),
            sticks: PathBuf::from("/run/media/system"),
            legacy: legacy::Settings::default(),
        }
    }
}

/// What `kasir init` writes: every key with its default and why one would change it.
pub const COMMENTED: &str = include_str!("../systemd/kasir.toml");

/// Where somebody who listens there is reached from this machine.
pub fn from_here(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        // In its own family: what listens on all of IPv6 may be closed to IPv4.
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// Reads the file (a missing one is an error only when it was asked for), then the
/// environment.
pub fn load(asked: Option<&Path>, env: impl Fn(&str) -> Option<String>) -> anyhow::Result<Config> {
    let path = asked.map_or_else(|| PathBuf::from(DEFAULT_FILE), Path::to_owned);
    let mut config = match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text).with_context(|| format!("in {}", path.display()))?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && asked.is_none() => Config::default(),
        Err(e) => return Err(e).with_context(|| format!("cannot read {}", path.display())),
    };
    if let Some(data) = env("KASIR_DATA") {
        config.data = data.into();
    }
    if let Some(sticks) = env("KASIR_STICKS") {
        config.sticks = sticks.into();
    }
    if let Some(listen) = env("KASIR_LISTEN") {
        config.listen = listen.parse().with_context(|| format!("KASIR_LISTEN is {listen:?}, which is not ADDRESS:PORT"))?;
    }
    if let Some(listen) = env("KASIR_TLS_LISTEN") {
        let read = listen.parse().with_context(|| format!("KASIR_TLS_LISTEN is {listen:?}, which is not ADDRESS:PORT"))?;
        config.tls.listen = Some(read);
    }
    for (name, path) in [("KASIR_TLS_CERTIFICATE", &mut config.tls.certificate), ("KASIR_TLS_KEY", &mut config.tls.key)] {
        if let Some(value) = env(name) {
            *path = Some(value.into());
        }
    }
    if config.tls.certificate.is_some() != config.tls.key.is_some() {
        bail!("[tls] names a certificate without its key, or a key without its certificate; name both, or neither");
    }
    if let Some(hosts) = env("KASIR_HOSTS") {
        config.hosts = listed(&hosts).map(str::to_owned).collect();
    }
    let switches = [
        ("KASIR_FULLSCREEN", &mut config.fullscreen),
        ("KASIR_LEGACY_ENABLED", &mut config.legacy.enabled),
        ("KASIR_LEGACY_SELESAI_PAYS", &mut config.legacy.selesai_pays),
    ];
    for (name, switch) in switches {
        if let Some(value) = env(name) {
            *switch = match value.as_str() {
                "true" | "1" => true,
                "false" | "0" => false,
                other => bail!("{name} is {other:?}; it must be true or false"),
            };
        }
    }
    let lists = [
        ("KASIR_WATCHERS", &mut config.watchers),
        ("KASIR_LEGACY_STAFF", &mut config.legacy.staff),
        ("KASIR_LEGACY_GUESTS", &mut config.legacy.guests),
    ];
    for (name, ranges) in lists {
        if let Some(value) = env(name) {
            let read: Result<Vec<Range>, BadRange> = listed(&value).map(str::parse::<Range>).collect();
            *ranges = read.with_context(|| format!("in {name}"))?;
        }
    }
    Ok(config)
}

/// What stands between commas.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// Reads the text of a configuration file. An unknown key is an error that names it.
pub fn parse(text: &str) -> anyhow::Result<Config> {
    Ok(toml::from_str(text)?)
}

/// The platform's place for a user's own data, and the service's for root.
fn default_data() -> PathBuf {
    let home = |name: &str| std::env::var_os(name).map(PathBuf::from);
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/kasir");
    }
    home("XDG_DATA_HOME").or_else(|| home("HOME").map(|h| h.join(".local/share"))).unwrap_or_default().join("kasir")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_named_and_the_written_file_is_the_default() {
        let error = format!("{:#}", parse("lisen = \"127.0.0.1:80\"").unwrap_err());
        assert!(error.contains("lisen") && error.contains("listen"), "{error}");
        assert_eq!(parse(COMMENTED).unwrap(), Config::default());
        let uncommented: String = COMMENTED
            .lines()
            .map(|l| {
                l.strip_prefix('#').filter(|k| k.contains(" = ") && !k.starts_with(' ')).unwrap_or(if l.starts_with('#') {
                    ""
                } else {
                    l
                })
            })
            .map(|l| format!("{l}\n"))
            .collect();
        let all = parse(&uncommented).unwrap();
        assert_eq!((all.hosts.as_slice(), all.watchers.len()), (["kasir.local".to_owned()].as_slice(), 1), "each is a key");
        assert_eq!((all.legacy.staff.len(), all.legacy.guests.len()), (2, 1), "also those of the tablets");
    }

    #[test]
    fn old_tablets_are_off_and_their_addresses_are_read() {
        let config = parse("").unwrap();
        assert!(!config.legacy.enabled && !config.legacy.selesai_pays && config.legacy.staff.is_empty());
        assert_eq!(config.legacy.guests, Range::home());
        let error = format!("{:#}", parse("[legacy]\nstaff = [\"tablet\"]").unwrap_err());
        assert!(error.contains("tablet"), "{error}");
        let error = format!("{:#}", parse("[legacy]\nenabeld = true").unwrap_err());
        assert!(error.contains("enabeld"), "{error}");

        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("kasir.toml");
        std::fs::write(&file, "[legacy]\nenabled = true\nstaff = [\"192.168.1.20\"]").unwrap();
        let env = |name: &str| match name {
            "KASIR_LEGACY_STAFF" => Some("10.0.0.1, 10.0.1.0/24,".to_owned()),
            "KASIR_LEGACY_GUESTS" => Some(String::new()),
            "KASIR_LEGACY_SELESAI_PAYS" => Some("1".to_owned()),
            _ => None,
        };
        let config = load(Some(&file), env).unwrap().legacy;
        assert!(config.enabled && config.selesai_pays);
        assert_eq!((config.staff.len(), config.guests.len()), (2, 0));
        let wrong = |name: &str| (name == "KASIR_LEGACY_GUESTS").then(|| "10.0.0.1,x".to_owned());
        assert!(load(Some(&file), wrong).unwrap_err().to_string().contains("KASIR_LEGACY_GUESTS"));
    }

    #[test]
    fn who_listens_everywhere_is_reached_at_home() {
        for (listen, here) in
            [("0.0.0.0:8080", "127.0.0.1:8080"), ("[::]:8080", "[::1]:8080"), ("192.168.1.5:80", "192.168.1.5:80")]
        {
            assert_eq!(from_here(listen.parse().unwrap()), here.parse().unwrap(), "{listen}");
        }
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("kasir.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\ndata = \"/a\"").unwrap();
        let env = |name: &str| (name == "KASIR_LISTEN").then(|| "127.0.0.1:2".to_owned());
        let config = load(Some(&file), env).unwrap();
        assert_eq!((config.listen.port(), config.data.to_str()), (2, Some("/a")));
        assert!(
            load(Some(&file), |n| (n == "KASIR_LISTEN").then(|| "x".to_owned()))
                .unwrap_err()
                .to_string()
                .contains("KASIR_LISTEN")
        );
        assert!(load(Some(&dir.path().join("no")), |_| None).is_err(), "a file that was asked for must be there");
    }
}
