//! A MariaDB on the loopback, and its own quickest way of taking rows: the floor of the copy.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use mysql::prelude::Queryable;
use mysql::{Conn, OptsBuilder};

use crate::till::Till;

const PASSWORD: &str = "rahasia-pusat";
/// How long it may take to be there, and the copy to be whole.
const PATIENCE: Duration = Duration::from_secs(600);
/// Between two looks at how far something has come.
const LOOK: Duration = Duration::from_millis(20);
/// Tables over there that are no copy of anything.
const OWN: [&str; 2] = ["schema_migration", "sync_cursor"];

pub struct HeadOffice {
    child: Child,
    folder: PathBuf,
    port: u16,
}

/// Rows, and how long they took.
pub struct Copied {
    pub rows: u64,
    pub took: Duration,
}

impl HeadOffice {
    pub fn start(folder: &Path) -> anyhow::Result<HeadOffice> {
        certificate(folder)?;
        let data = folder.join("data");
        let made = Command::new("mariadb-install-db")
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"])
            .arg(format!("--datadir={}", data.display()))
            .args(as_this_user())
            .output()
            .context("mariadb-server is not installed (make setup)")?;
        ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let file = |name: &str| folder.join(name).display().to_string();
        let child = Command::new("mariadbd")
            .args(["--no-defaults", "--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-buffer-pool-size=512M"])
            .args(as_this_user())
            .arg(format!("--datadir={}", data.display()))
            .arg(format!("--socket={}", file("my.sock")))
            .arg(format!("--pid-file={}", file("my.pid")))
            .arg(format!("--port={port}"))
            .arg(format!("--ssl-cert={}", file("ca.pem")))
            .arg(format!("--ssl-key={}", file("key.pem")))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let office = HeadOffice { child, folder: folder.to_owned(), port };
        until("MariaDB to answer", || Ok(office.root().is_ok()))?;
        let mut root = office.root()?;
        root.query_drop("CREATE DATABASE kasir")?;
        root.query_drop(format!("CREATE USER kasir@'127.0.0.1' IDENTIFIED BY '{PASSWORD}' REQUIRE SSL"))?;
        root.query_drop("GRANT ALL ON kasir.* TO kasir@'127.0.0.1'")?;
        Ok(office)
    }

    /// Its administrator, by the socket.
    fn root(&self) -> anyhow::Result<Conn> {
        let socket = self.folder.join("my.sock").display().to_string();
        Ok(Conn::new(OptsBuilder::new().socket(Some(socket)).user(Some("root")).pass(Some("")))?)
    }

    /// From `kasir sync set` until nothing waits.
    pub fn copy(&self, kasir: &Path, till: &Till, data: &Path) -> anyhow::Result<Copied> {
        let password = self.folder.join("password");
        std::fs::write(&password, PASSWORD)?;
        let started = Instant::now();
        let set = Command::new(kasir)
            .args(["sync", "set", "--host", "127.0.0.1", "--user", "kasir", "--port", &self.port.to_string(), "--password-file"])
            .arg(password)
            .arg("--ca")
            .arg(self.folder.join("ca.pem"))
            .arg("--data")
            .arg(data)
            .stdout(Stdio::null())
            .status()?;
        ensure!(set.success(), "the copy cannot be switched on");
        until("everything to be there", || {
            ensure!(till.figure("sync_fault")? == 0, "head office does not take the copy");
            Ok(till.figure("sync_on")? == 1 && till.figure("sync_waiting")? == 0)
        })?;
        let took = started.elapsed();
        let mut root = self.root()?;
        let mut rows = 0;
        for table in tables(&mut root)? {
            rows += root.query_first::<u64, _>(format!("SELECT count(*) FROM kasir.{table}"))?.unwrap_or(0);
        }
        Ok(Copied { rows, took })
    }

    /// The same rows into the same empty tables by the server's own bulk loader.
    pub fn load(&self) -> anyhow::Result<Copied> {
        let mut root = self.root()?;
        let all = tables(&mut root)?;
        let file = |table: &str| self.folder.join(format!("{table}.rows")).display().to_string();
        root.query_drop("CREATE DATABASE floor")?;
        root.query_drop("USE floor")?;
        for table in &all {
            root.query_drop(format!("SELECT * FROM kasir.{table} INTO OUTFILE '{}' CHARACTER SET binary", file(table)))?;
            let made: Option<(String, String)> = root.query_first(format!("SHOW CREATE TABLE kasir.{table}"))?;
            root.query_drop(made.with_context(|| format!("no table {table}"))?.1)?;
        }
        let (started, mut rows) = (Instant::now(), 0);
        for table in &all {
            root.query_drop(format!("LOAD DATA INFILE '{}' INTO TABLE floor.{table} CHARACTER SET binary", file(table)))?;
            rows += root.affected_rows();
        }
        Ok(Copied { rows, took: started.elapsed() })
    }
}

impl Drop for HeadOffice {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the copy has of the house.
fn tables(root: &mut Conn) -> anyhow::Result<Vec<String>> {
    let all: Vec<String> = root.query("SHOW TABLES FROM kasir")?;
    Ok(all.into_iter().filter(|t| !OWN.contains(&t.as_str())).collect())
}

fn until(what: &str, mut there: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let started = Instant::now();
    while !there()? {
        if started.elapsed() > PATIENCE {
            bail!("waited in vain for {what}");
        }
        std::thread::sleep(LOOK);
    }
    Ok(())
}

/// The server runs as root only when it is told to.
fn as_this_user() -> Option<&'static str> {
    rustix::process::geteuid().is_root().then_some("--user=root")
}

fn certificate(folder: &Path) -> anyhow::Result<()> {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "36500"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(folder.join("key.pem"))
        .arg("-out")
        .arg(folder.join("ca.pem"))
        .stderr(Stdio::null())
        .status()?;
    ensure!(made.success(), "no certificate could be made");
    Ok(())
}
