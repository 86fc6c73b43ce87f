//! Updates by package, with the real dpkg and the package's own scripts in a throw-away root, and a service manager
//! that starts what stands in it. The programs in it are small ones that answer `/healthz` and migrate a database
//! as kasir does, in SQLite's write-ahead log: what is tried here is what happens when a new one works, does not start,
//! or hangs.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{own_address, wait_until};

/// For one that hangs: enough to be ready on a machine that is busy, and waited for to its end.
const HANGS_S: u32 = 12;

/// The service manager of the throw-away root: one service, and what it tells of it.
const SYSTEMCTL: &str = r#"#!/bin/bash
state="$DPKG_ROOT/run/service"
mkdir -p "$state"
case "$1" in
start)
    [ -f "$state/pid" ] && kill -0 "$(cat "$state/pid")" 2>/dev/null && exit 0
    rm -f "$state/restarts"
    setsid "$DPKG_ROOT/usr/bin/kasir" "$DPKG_ROOT" </dev/null >/dev/null 2>&1 &
    echo $! >"$state/pid"
    echo start >>"$state/log"
    ;;
stop)
    if [ -f "$state/pid" ]; then
        kill "$(cat "$state/pid")" 2>/dev/null
        while kill -0 "$(cat "$state/pid")" 2>/dev/null; do :; done
        rm "$state/pid"
    fi
    echo stop >>"$state/log"
    ;;
show)
    case "$*" in
    *Environment*) echo "KASIR_DATA=/x" ;;
    *NRestarts*) cat "$state/restarts" 2>/dev/null || echo 0 ;;
    *ActiveEnter*) cat "$state/ready" 2>/dev/null || echo 0 ;;
    esac
    ;;
esac
"#;

/// A program of that version. `manner` is what it does: `works`, `dies` or `ready` (which says so, and never answers).
fn program(version: &str, form: u32, manner: &str) -> String {
    format!(
        r#"#!/usr/bin/python3
import http.server, os, sqlite3, sys
root, version, form, manner = sys.argv[1], "{version}", {form}, "{manner}"
def end():
    # At once: what was written stays in the log.
    open(root + "/run/service/restarts", "w").write("9")
    os._exit(1)
database = sqlite3.connect(root + "/var/lib/kasir/kasir.db", isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
found = database.execute("PRAGMA user_version").fetchone()[0]
if found > form:
    end()
if found < form:
    database.execute(f"PRAGMA user_version = {{form}}")
if manner == "dies":
    end()
database.execute("INSERT INTO sold VALUES ('by " + version + "')")
open(root + "/run/service/ready", "a").write("1")
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(('{{"status":"ok","program":"%s"}}' % (version if manner == "works" else "?")).encode())
    def log_message(self, *_):
        pass
host, port = open(root + "/listen").read().rsplit(":", 1)
http.server.ThreadingHTTPServer.allow_reuse_address = True
http.server.ThreadingHTTPServer((host, int(port)), Page).serve_forever()
"#
    )
}

/// A machine with dpkg and nothing else.
struct Machine {
    dir: tempfile::TempDir,
}

impl Machine {
    fn new() -> Machine {
        let machine = Machine { dir: tempfile::tempdir().unwrap() };
        for folder in ["root/var/lib/dpkg/info", "root/var/lib/dpkg/updates", "root/var/lib/kasir", "root/run/service", "bin"] {
            std::fs::create_dir_all(machine.at(folder)).unwrap();
        }
        std::fs::write(machine.at("root/var/lib/dpkg/status"), "").unwrap();
        let port = own_address();
        std::fs::write(machine.at("root/listen"), &port).unwrap();
        machine.executable("bin/systemctl", SYSTEMCTL);
        // The second port is TLS's, and nobody's in this house.
        let toml = format!("listen = '{port}'\n\n[tls]\nlisten = \"127.0.0.1:9\"\n");
        std::fs::create_dir_all(machine.at("root/etc/kasir")).unwrap();
        std::fs::write(machine.at("root/etc/kasir/kasir.toml"), toml).unwrap();
        let file = rusqlite::Connection::open(machine.database()).unwrap();
        file.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA user_version = 3; CREATE TABLE sold (what); INSERT INTO sold VALUES ('rendang');",
        )
        .unwrap();
        drop(file);
        machine
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn database(&self) -> PathBuf {
        self.at("root/var/lib/kasir/kasir.db")
    }

    fn form(&self) -> u32 {
        form_of(&self.database())
    }

    fn sold(&self) -> Vec<String> {
        sold_in(&self.database())
    }

    fn executable(&self, path: &str, text: &str) {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Builds a package with the real scripts around that program.
    fn package(&self, version: &str, program: &str) -> PathBuf {
        let tree = format!("tree-{version}");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
        let read = |name: &str| std::fs::read_to_string(source.join(name)).unwrap();
        self.executable(&format!("{tree}/usr/bin/kasir"), program);
        self.executable(&format!("{tree}/usr/lib/kasir/settle"), &read("settle"));
        for script in ["preinst", "postinst", "prerm", "postrm"] {
            self.executable(&format!("{tree}/DEBIAN/{script}"), &read(&format!("debian/{script}")).replace("#DEBHELPER#", ""));
        }
        let control = format!(
            "Package: kasir\nVersion: {version}-1\nArchitecture: all\nMaintainer: nobody <nobody@kasir.invalid>\nDescription: a till\n"
        );
        std::fs::write(self.at(&format!("{tree}/DEBIAN/control")), control).unwrap();
        let file = self.at(&format!("kasir_{version}.deb"));
        let built =
            Command::new("dpkg-deb").args(["--root-owner-group", "--build"]).arg(self.at(&tree)).arg(&file).output().unwrap();
        assert!(built.status.success(), "{}", said(&built));
        file
    }

    fn install(&self, version: &str, program: &str) -> Output {
        self.install_within(60, version, program)
    }

    /// The new program has so many seconds to answer.
    fn install_within(&self, patience_s: u32, version: &str, program: &str) -> Output {
        let file = self.package(version, program);
        let path = std::env::var("PATH").unwrap();
        Command::new("dpkg")
            .arg(format!("--root={}", self.at("root").display()))
            // The scripts mind DPKG_ROOT instead of being locked into it; nobody need be root for that.
            .args(["--force-script-chrootless", "--force-not-root", "--force-bad-path", "--no-triggers", "--install"])
            .arg(file)
            .env("PATH", format!("{}:{path}:/usr/sbin:/sbin", self.at("bin").display()))
            .env("KASIR_SETTLE_S", patience_s.to_string())
            .output()
            .unwrap()
    }

    /// The first installation, which starts nothing by itself here.
    fn first(&self) {
        let installed = self.install("0.1.0", &program("0.1.0", 3, "works"));
        assert!(installed.status.success(), "{}", said(&installed));
        let started = Command::new(self.at("bin/systemctl")).arg("start").env("DPKG_ROOT", self.at("root")).status().unwrap();
        assert!(started.success());
        wait_until("the first one to answer", || self.health().contains("0.1.0"));
    }

    fn health(&self) -> String {
        let address = std::fs::read_to_string(self.at("root/listen")).unwrap();
        if std::net::TcpStream::connect(&address).is_err() {
            return String::new();
        }
        crate::rush::get(&address, "/healthz").1
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = Command::new(self.at("bin/systemctl")).arg("stop").env("DPKG_ROOT", self.at("root")).status();
    }
}

/// What is in the books.
fn sold_in(database: &Path) -> Vec<String> {
    let file = rusqlite::Connection::open(database).unwrap();
    let mut rows = file.prepare("SELECT what FROM sold ORDER BY rowid").unwrap();
    rows.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
}

fn form_of(database: &Path) -> u32 {
    rusqlite::Connection::open(database).unwrap().query_row("PRAGMA user_version", [], |r| r.get(0)).unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn an_update_that_works_keeps_the_old_program_and_the_database_of_before() {
    let machine = Machine::new();
    machine.first();
    let updated = machine.install("0.2.0", &program("0.2.0", 4, "works"));
    assert!(updated.status.success() && said(&updated).contains("0.2.0 runs"), "{}", said(&updated));
    assert!(machine.health().contains("0.2.0"));
    assert_eq!(machine.form(), 4);
    assert_eq!(machine.sold(), ["rendang", "by 0.1.0", "by 0.2.0"]);
    let copy = machine.at("root/var/lib/kasir/before-update/kasir.db");
    assert_eq!((form_of(&copy), sold_in(&copy)), (3, vec!["rendang".to_owned(), "by 0.1.0".to_owned()]));
    assert!(std::fs::read_to_string(machine.at("root/usr/lib/kasir/previous/kasir")).unwrap().contains("\"0.1.0\""));
    assert!(!machine.at("root/var/lib/kasir/update-failed").exists());

    // An older one over it changes nothing, and says what to do.
    let older = machine.install("0.1.0", &program("0.1.0", 3, "works"));
    assert!(!older.status.success() && said(&older).contains("is older: nothing was changed"), "{}", said(&older));
    assert!(machine.health().contains("0.2.0") && machine.form() == 4);
}

#[test]
fn a_new_program_that_does_not_start_is_replaced_by_the_old_one_and_its_database() {
    let machine = Machine::new();
    machine.first();
    let updated = machine.install("0.2.0", &program("0.2.0", 4, "dies"));
    let words = said(&updated);
    assert!(updated.status.success() && words.contains("0.1.0-1 was put back") && words.contains("dipasang kembali"), "{words}");
    wait_until("the old one to answer", || machine.health().contains("0.1.0"));
    assert_eq!((machine.form(), machine.sold()), (3, vec!["rendang".into(), "by 0.1.0".into(), "by 0.1.0".into()]));
    let aside = machine.at("root/var/lib/kasir/after-update-0.2.0/kasir.db");
    assert_eq!(std::fs::read(&aside).unwrap()[63], 3, "the migration is in the log alone");
    assert_eq!(form_of(&aside), 4, "what the new one made of it is not thrown away");
    assert_eq!(std::fs::read_to_string(machine.at("root/var/lib/kasir/update-failed")).unwrap(), "0.2.0 0.1.0-1\n");

    // The next one that works is taken as ever.
    let updated = machine.install("0.2.1", &program("0.2.1", 4, "works"));
    assert!(updated.status.success() && machine.health().contains("0.2.1"), "{}", said(&updated));
    assert!(!machine.at("root/var/lib/kasir/update-failed").exists());
}

/// Without a migration the old program takes over what the new one may have written.
#[test]
fn a_new_program_that_hangs_is_replaced_and_nothing_that_it_wrote_is_lost() {
    let machine = Machine::new();
    machine.first();
    let updated = machine.install_within(HANGS_S, "0.2.0", &program("0.2.0", 3, "ready"));
    assert!(said(&updated).contains("was put back"), "{}", said(&updated));
    wait_until("the old one to answer", || machine.health().contains("0.1.0"));
    assert!(!machine.at("root/var/lib/kasir/after-update-0.2.0").exists());
    assert_eq!(machine.sold(), ["rendang", "by 0.1.0", "by 0.2.0", "by 0.1.0"]);
}

/// One that was ready may have taken orders into what it migrated: they are not taken back.
#[test]
fn what_a_new_program_may_have_acknowledged_is_not_put_back() {
    let machine = Machine::new();
    machine.first();
    let updated = machine.install_within(HANGS_S, "0.2.0", &program("0.2.0", 4, "ready"));
    assert!(!updated.status.success() && said(&updated).contains("nothing was put back"), "{}", said(&updated));
    assert_eq!(machine.form(), 4);
    assert!(machine.sold().contains(&"by 0.2.0".to_owned()));
    assert!(std::fs::read_to_string(machine.at("root/usr/bin/kasir")).unwrap().contains("\"0.2.0\""));
}
