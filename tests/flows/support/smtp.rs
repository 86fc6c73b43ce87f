//! A real mail server (aiosmtpd) with STARTTLS and AUTH, on the loopback, with a certificate of
//! the test's own authority.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{own_port, wait_until};

pub struct MailServer {
    child: Child,
    dir: tempfile::TempDir,
    pub port: u16,
}

impl MailServer {
    pub fn start() -> MailServer {
        // A path that the till's keys can write.
        let name = format!("kasir-mail-{}", &uuid::Uuid::now_v7().simple().to_string()[20..]);
        let dir = tempfile::Builder::new().prefix(&name).rand_bytes(0).tempdir().unwrap();
        let certificate = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "36500"])
            // Neither the program's clock nor the machine's may make it too new or too old.
            .args([
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-addext",
                "basicConstraints=critical,CA:FALSE",
            ])
            .arg("-keyout")
            .arg(dir.path().join("key.pem"))
            .arg("-out")
            .arg(dir.path().join("ca.pem"))
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(certificate.success());
        std::fs::write(dir.path().join("manner"), "take").unwrap();
        let (child, port) = MailServer::run(dir.path(), own_port());
        MailServer { child, dir, port }
    }

    fn run(dir: &Path, port: u16) -> (Child, u16) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/flows/support/smtp.py");
        let mut child = Command::new("/usr/bin/python3")
            .arg(script)
            .arg(dir)
            .args([dir.join("ca.pem"), dir.join("key.pem")])
            .arg(port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // It tells of every client that does not trust it.
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (child, line.trim().parse().expect("the mail server's port"))
    }

    /// "take", "later", "never", "stranger" or "hang", from now on.
    pub fn behave(&self, manner: &str) {
        let aside = self.dir.path().join(".manner");
        std::fs::write(&aside, manner).unwrap();
        std::fs::rename(aside, self.dir.path().join("manner")).unwrap();
    }

    /// It is away.
    pub fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// It is back, on the same port.
    pub fn restart(&mut self) {
        self.child = MailServer::run(self.dir.path(), self.port).0;
    }

    pub fn ca_file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// How it behaved to the last letter that came whole.
    pub fn last_try(&self) -> String {
        let tries = std::fs::read_to_string(self.dir.path().join("tries")).unwrap_or_default();
        tries.lines().last().unwrap_or_default().to_owned()
    }

    /// The letters that it has taken: how they came, and all of their text.
    pub fn letters(&self) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = std::fs::read_dir(self.dir.path())
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == "eml") && !p.file_name().unwrap().to_str().unwrap().starts_with('.'))
            .map(|p| (p.file_stem().unwrap().to_str().unwrap().to_owned(), String::from_utf8(std::fs::read(p).unwrap()).unwrap()))
            .collect();
        all.sort();
        all
    }

    pub fn wait_for(&self, count: usize) -> Vec<(String, String)> {
        wait_until(&format!("{count} letters, not {:?}", self.letters().len()), || self.letters().len() >= count);
        self.letters()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
