//! The configuration file: what must be known before the database is open. Everything that
//! the owner changes while running lives in the database. Every key is an environment
//! variable too (`KASIR_LISTEN`), a flag wins over both.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;

/// Where the service looks for its configuration.
pub const DEFAULT_FILE: &str = "/etc/kasir/kasir.toml";

/// The file as it is read. Unknown keys are errors that name them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub data: PathBuf,
    pub listen: SocketAddr,
    pub hosts: Vec<String>,
    pub fullscreen: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config { data: default_data(), listen: SocketAddr::from(([0, 0, 0, 0], 8080)), hosts: Vec::new(), fullscreen: true }
    }
}

/// What `kasir init` writes: every key with its default and why one would change it.
pub const COMMENTED: &str = r#"# kasir's configuration. Each key is also an environment variable: KASIR_LISTEN for `listen`.
# Name, taxes, menu, tables, staff and printers are not here: they live in the database.

# Where the database is kept. Put it on the disk that survives a power cut best.
#data = "/var/lib/kasir"

# Address and port of the pages and the socket. 127.0.0.1:8080 closes it to phones.
#listen = "0.0.0.0:8080"

# Names under which browsers may reach this machine, beside its addresses and "localhost".
#hosts = ["kasir.local"]

# Whether the cashier's window takes the whole screen.
#fullscreen = true
"#;

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
    if let Some(listen) = env("KASIR_LISTEN") {
        config.listen = listen.parse().with_context(|| format!("KASIR_LISTEN is {listen:?}, which is not ADDRESS:PORT"))?;
    }
    if let Some(hosts) = env("KASIR_HOSTS") {
        config.hosts = hosts.split(',').map(|h| h.trim().to_owned()).filter(|h| !h.is_empty()).collect();
    }
    if let Some(fullscreen) = env("KASIR_FULLSCREEN") {
        config.fullscreen = match fullscreen.as_str() {
            "true" | "1" => true,
            "false" | "0" => false,
            other => bail!("KASIR_FULLSCREEN is {other:?}; it must be true or false"),
        };
    }
    Ok(config)
}

fn parse(text: &str) -> anyhow::Result<Config> {
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
        assert_eq!(parse(&uncommented).unwrap().hosts, ["kasir.local"], "each commented key is a key");
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
