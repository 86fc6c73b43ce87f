//! Tests that need something of the machine for themselves, and get it in a process of their own: a
//! network whose addresses come and go, a disk that may be filled.

use std::path::Path;
use std::process::Command;

/// The till's address in [`in_its_own_house`].
pub const HOUSE: &str = "192.168.77.10";
/// Something else there: a printer.
pub const ELSEWHERE: &str = "192.168.77.5";

/// Runs another test of this binary in a network of its own. In a process of its own as well: Slint has one
/// platform a process, and the evening has this one's.
pub fn in_its_own_house(test: &str) {
    let network = format!(
        "ip link set lo up && ip addr add {HOUSE}/32 dev lo && ip addr add {ELSEWHERE}/32 dev lo && \
         ip route add 192.0.2.0/24 dev lo src {HOUSE} && ip route add 192.168.77.0/24 dev lo src {HOUSE} && exec \"$@\""
    );
    run(test, "n", &network, &std::env::temp_dir());
}

/// Runs another test of this binary with its files on a disk of that many megabytes, which is gone with it.
pub fn on_a_small_disk(megabytes: u32, test: &str) {
    let dir = tempfile::tempdir().unwrap();
    let disk = format!("mount -t tmpfs -o size={megabytes}m small \"$TMPDIR\" && exec \"$@\"");
    run(test, "m", &disk, dir.path());
}

fn run(test: &str, namespace: &str, prepared: &str, files: &Path) {
    // Whoever is not root becomes it in there.
    let own = if rustix::process::getuid().is_root() { format!("-{namespace}") } else { format!("-r{namespace}") };
    let mut command = Command::new("unshare");
    command.args([&own, "sh", "-c", prepared, "sh"]).arg(std::env::current_exe().unwrap()).env("TMPDIR", files);
    let done = command.args(["--exact", test, "--ignored", "--nocapture"]).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
}
