//! A real MariaDB on the loopback, with TLS by a certificate of the test's own and a user who may
//! come in that way alone. Or a MySQL: `KASIR_TEST_MYSQLD` names its `mysqld`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use mysql::prelude::Queryable;
use mysql::{Conn, OptsBuilder};

use super::{own_port, wait_until};

pub struct HeadOffice {
    child: Child,
    dir: tempfile::TempDir,
    pub port: u16,
}

pub const PASSWORD: &str = "rahasia-pusat";

impl HeadOffice {
    pub fn start() -> HeadOffice {
        let dir = tempfile::tempdir().unwrap();
        certificate(dir.path());
        let copied = Command::new("cp").arg("-a").arg(template()).arg(dir.path().join("data")).status().unwrap();
        assert!(copied.success());
        let port = own_port();
        let child = HeadOffice::run(dir.path(), port);
        let office = HeadOffice { child, dir, port };
        office.wait_until_ready();
        let mut root = office.root();
        for sql in [
            "CREATE DATABASE kasir".to_owned(),
            format!("CREATE USER kasir@'127.0.0.1' IDENTIFIED BY '{PASSWORD}' REQUIRE SSL"),
            "GRANT ALL ON kasir.* TO kasir@'127.0.0.1'".to_owned(),
        ] {
            root.query_drop(sql).unwrap();
        }
        office
    }

    fn run(dir: &Path, port: u16) -> Child {
        let file = |name: &str| dir.join(name).display().to_string();
        let mysqld = mysqld();
        Command::new(mysqld.as_deref().unwrap_or("mariadbd".as_ref()))
            .args(["--no-defaults", "--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-buffer-pool-size=64M"])
            .args(as_this_user())
            // It would open a port for a protocol of its own.
            .args(mysqld.is_some().then_some("--mysqlx=OFF"))
            .arg(format!("--datadir={}", file("data")))
            .arg(format!("--socket={}", file("my.sock")))
            .arg(format!("--pid-file={}", file("my.pid")))
            .arg(format!("--port={port}"))
            .arg(format!("--ssl-cert={}", file("ca.pem")))
            .arg(format!("--ssl-key={}", file("key.pem")))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn wait_until_ready(&self) {
        wait_until("MariaDB to answer", || Conn::new(self.opts()).is_ok());
    }

    fn opts(&self) -> OptsBuilder {
        OptsBuilder::new().socket(Some(self.dir.path().join("my.sock").display().to_string())).user(Some("root")).pass(Some(""))
    }

    /// Its administrator, by the socket.
    pub fn root(&self) -> Conn {
        Conn::new(self.opts()).unwrap()
    }

    /// Has its administrator do that.
    pub fn root_do(&self, sql: &str) {
        self.root().query_drop(sql).unwrap();
    }

    /// One value of the copy.
    pub fn number(&self, sql: &str) -> i64 {
        let mut root = self.root();
        root.query_drop("USE kasir").unwrap();
        root.query_first::<Option<i64>, _>(sql).unwrap().flatten().unwrap_or(0)
    }

    pub fn column(&self, sql: &str) -> Vec<String> {
        let mut root = self.root();
        root.query_drop("USE kasir").unwrap();
        root.query(sql).unwrap()
    }

    pub fn ca_file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// What `kasir sync set` is told.
    pub fn settings(&self) -> kasir::control::Request {
        let settings = kasir::domain::sync::SyncSettings {
            on: true,
            host: "127.0.0.1".to_owned(),
            port: self.port,
            user: "kasir".to_owned(),
            database: "kasir".to_owned(),
            tls: kasir::domain::sync::SyncTls::Required,
            ca_file: self.ca_file().display().to_string(),
        };
        kasir::control::Request::SyncSet { settings, password: Some(PASSWORD.to_owned()) }
    }

    /// kill -9.
    pub fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// It is back, on the same port with the same data.
    pub fn restart(&mut self) {
        self.child = HeadOffice::run(self.dir.path(), self.port);
        self.wait_until_ready();
    }

    /// It neither answers nor hangs up.
    pub fn pause(&self) {
        self.signal(rustix::process::Signal::STOP);
    }

    pub fn wake(&self) {
        self.signal(rustix::process::Signal::CONT);
    }

    fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for HeadOffice {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An empty server's files, made once for the process and copied: making them takes seconds, and
/// several at a time get in each other's way.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = TEMPLATE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data");
        let mut making = match mysqld() {
            Some(mysqld) => {
                let mut command = Command::new(mysqld);
                command.args(["--no-defaults", "--initialize-insecure"]);
                command
            }
            None => {
                let mut command = Command::new("mariadb-install-db");
                command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
                command.arg("--skip-name-resolve");
                command
            }
        };
        let made = making
            .arg(format!("--datadir={}", path.display()))
            .args(as_this_user())
            .output()
            .expect("mariadb-server is installed (make setup)");
        let said = [made.stdout, made.stderr].concat();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&said));
        (dir, path)
    });
    path
}

/// A MySQL server in MariaDB's place.
fn mysqld() -> Option<std::ffi::OsString> {
    std::env::var_os("KASIR_TEST_MYSQLD")
}

/// The server runs as root only when it is told to.
fn as_this_user() -> Option<&'static str> {
    rustix::process::geteuid().is_root().then_some("--user=root")
}

/// Neither the program's clock nor the machine's may make it too new or too old.
fn certificate(dir: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "36500"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(dir.join("key.pem"))
        .arg("-out")
        .arg(dir.join("ca.pem"))
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success());
}
