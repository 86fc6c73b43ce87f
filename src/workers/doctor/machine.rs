//! The machine under the till, as the kernel tells of it in /sys and /proc: disk, medium, power, heat,
//! memory. What a machine does not tell is no trouble. Everything is read below a root, so that a
//! Raspberry Pi can be looked at where there is none.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::domain::disk::{DiskState, FULL_BYTES, size};
use crate::domain::finding::Finding;
use crate::store::disk::Disk;
use crate::workers::doctor::Check;

/// From here on a Pi slows itself down, in thousandths of a degree.
const HOT: i64 = 80_000;
const WARM: i64 = 70_000;
/// Below this the kernel begins to end programs.
const MEMORY_LOW_KB: u64 = 100 * 1024;
const MEMORY_OUT_KB: u64 = 40 * 1024;

/// The checks of the data directory `data` on the machine whose files lie below `root`.
pub fn checks(root: &Path, data: &Path) -> Vec<Check> {
    let with = |look: fn(&Path, &Path) -> Vec<Finding>| {
        let (root, data) = (root.to_owned(), data.to_owned());
        move || look(&root, &data)
    };
    vec![
        Check::new("data", with(|_, data| vec![rights(data)])),
        Check::new("disk", with(|_, data| vec![disk(data)])),
        Check::new("file-system", with(|root, data| vec![file_system(root, data)])),
        Check::new("wear", with(wear)),
        Check::new("power", with(|root, _| vec![power(root)])),
        Check::new("temperature", with(|root, _| vec![temperature(root)])),
        Check::new("memory", with(|root, _| vec![memory(root)])),
    ]
}

fn rights(data: &Path) -> Finding {
    let folder = data.display().to_string();
    match std::fs::metadata(data) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Finding::trouble("data", "data-missing", &[("folder", &folder)]),
        Err(_) => Finding::trouble("data", "data-denied", &[("folder", &folder)]),
        Ok(m) if m.mode() & 0o077 != 0 => Finding::warning("data", "data-open", &[("folder", &folder)]),
        Ok(_) if rustix::fs::access(data, rustix::fs::Access::READ_OK | rustix::fs::Access::EXEC_OK).is_err() => {
            Finding::trouble("data", "data-denied", &[("folder", &folder)])
        }
        Ok(_) => Finding::ok("data", "data-ok", &[("folder", &folder)]),
    }
}

fn disk(data: &Path) -> Finding {
    let space = Disk::of(data).look();
    let (free, bound) = (size(space.free_bytes), size(FULL_BYTES));
    let params: [(&str, &str); 2] = [("free", &free), ("bound", &bound)];
    match space.state() {
        DiskState::Ample => Finding::ok("disk", "disk-ample", &params),
        DiskState::Low => Finding::warning("disk", "disk-low", &params),
        DiskState::Full => Finding::trouble("disk", "disk-full", &params),
        DiskState::ReadOnly => Finding::trouble("disk", "disk-read-only", &params),
    }
}

/// The mount that a folder lies on: its kind, its device, its options.
struct Mount {
    kind: String,
    device: String,
    options: String,
}

/// The longest mount point above the folder (proc(5), mountinfo).
fn mount_of(root: &Path, folder: &Path) -> Option<Mount> {
    let text = std::fs::read_to_string(root.join("proc/self/mountinfo")).ok()?;
    let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let mut best: Option<(usize, Mount)> = None;
    for line in text.lines() {
        let Some((mount, source)) = line.split_once(" - ") else { continue };
        let (mount, source): (Vec<&str>, Vec<&str>) = (mount.split(' ').collect(), source.split(' ').collect());
        let (Some(point), Some(own), [kind, device, ..]) = (mount.get(4), mount.get(5), source.as_slice()) else { continue };
        // Spaces in it are written as octal.
        let point = PathBuf::from(point.replace("\\040", " "));
        let long = point.as_os_str().len();
        // The last of two on one point is the one that is seen.
        if folder.starts_with(&point) && best.as_ref().is_none_or(|(b, _)| long >= *b) {
            let options = format!("{own},{}", source.get(2).unwrap_or(&""));
            best = Some((long, Mount { kind: (*kind).to_owned(), device: (*device).to_owned(), options }));
        }
    }
    best.map(|(_, mount)| mount)
}

fn file_system(root: &Path, data: &Path) -> Finding {
    let Some(mount) = mount_of(root, data) else { return Finding::ok("file-system", "fs-unknown", &[]) };
    let params: [(&str, &str); 2] = [("kind", &mount.kind), ("device", &mount.device)];
    let unprotected = mount.options.split(',').any(|o| matches!(o, "nobarrier" | "barrier=0"));
    match mount.kind.as_str() {
        // No rights, no sync that holds, or no locks.
        "vfat" | "msdos" | "exfat" | "ntfs" | "ntfs3" | "fuseblk" | "nfs" | "nfs4" | "cifs" | "smb3" | "9p" => {
            Finding::trouble("file-system", "fs-unfit", &params)
        }
        "tmpfs" | "ramfs" | "overlay" => Finding::trouble("file-system", "fs-lost", &params),
        _ if unprotected => Finding::trouble("file-system", "fs-barrier", &params),
        _ => Finding::ok("file-system", "fs-ok", &params),
    }
}

/// What the kernel knows of the medium: how worn an eMMC is, and what the file system noted.
fn wear(root: &Path, data: &Path) -> Vec<Finding> {
    let read = |path: PathBuf| std::fs::read_to_string(path).ok().map(|t| t.trim().to_owned());
    let device = std::fs::metadata(data).map_or(0, |m| m.dev());
    let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
    let Ok(block) = std::fs::canonicalize(root.join(format!("sys/dev/block/{major}:{minor}"))) else {
        return vec![Finding::ok("wear", "wear-unknown", &[])];
    };
    let mut found = Vec::new();
    let name = block.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let errors = read(root.join("sys/fs/ext4").join(&name).join("errors_count")).and_then(|t| t.parse::<u64>().ok());
    if let Some(count) = errors.filter(|count| *count > 0) {
        found.push(Finding::trouble("wear", "wear-errors", &[("count", &count.to_string())]));
    }
    // A partition stands below its disk.
    let disk = if block.join("partition").exists() { block.parent().unwrap_or(&block) } else { &block };
    let tenths = read(disk.join("device/life_time")).and_then(|t| {
        // Two figures, each in tenths of the life: 0x01 is up to 10 %, 0x0b is past its end (JEDEC 84-B51, 7.4.89).
        t.split_whitespace().filter_map(|n| u64::from_str_radix(n.trim_start_matches("0x"), 16).ok()).max()
    });
    let pre_end = read(disk.join("device/pre_eol_info")).and_then(|t| u64::from_str_radix(t.trim_start_matches("0x"), 16).ok());
    found.push(match (tenths, pre_end) {
        (Some(tenths), _) if tenths > 10 => Finding::trouble("wear", "wear-over", &[]),
        (_, Some(3)) => Finding::trouble("wear", "wear-over", &[]),
        (Some(tenths), pre_end) if tenths > 8 || pre_end == Some(2) => {
            Finding::warning("wear", "wear-worn", &[("percent", &(tenths * 10).to_string())])
        }
        (Some(tenths), _) if tenths > 0 => Finding::ok("wear", "wear-ok", &[("percent", &(tenths * 10).to_string())]),
        _ if found.is_empty() => Finding::ok("wear", "wear-unknown", &[]),
        _ => return found,
    });
    found
}

/// The Pi's own alarm for too little voltage; the number of the sensor varies, its name does not.
fn power(root: &Path) -> Finding {
    let sensors = std::fs::read_dir(root.join("sys/class/hwmon")).into_iter().flatten().flatten();
    for sensor in sensors {
        let read = |name: &str| std::fs::read_to_string(sensor.path().join(name)).map(|t| t.trim().to_owned());
        if read("name").is_ok_and(|name| name == "rpi_volt") {
            return match read("in0_lcrit_alarm").as_deref() {
                Ok("0") => Finding::ok("power", "power-ok", &[]),
                Ok(_) => Finding::trouble("power", "power-low", &[]),
                Err(_) => Finding::ok("power", "power-unknown", &[]),
            };
        }
    }
    Finding::ok("power", "power-unknown", &[])
}

fn temperature(root: &Path) -> Finding {
    let zones = std::fs::read_dir(root.join("sys/class/thermal")).into_iter().flatten().flatten();
    let zones = zones.filter(|z| z.file_name().to_string_lossy().starts_with("thermal_zone"));
    let hottest = zones.filter_map(|z| std::fs::read_to_string(z.path().join("temp")).ok()?.trim().parse::<i64>().ok()).max();
    let Some(hottest) = hottest else { return Finding::ok("temperature", "temperature-unknown", &[]) };
    let degrees = (hottest / 1_000).to_string();
    let params: [(&str, &str); 1] = [("degrees", &degrees)];
    match hottest {
        HOT.. => Finding::trouble("temperature", "temperature-hot", &params),
        WARM.. => Finding::warning("temperature", "temperature-warm", &params),
        _ => Finding::ok("temperature", "temperature-ok", &params),
    }
}

fn memory(root: &Path) -> Finding {
    let text = std::fs::read_to_string(root.join("proc/meminfo")).unwrap_or_default();
    let of = |name: &str| {
        let line = text.lines().find_map(|l| l.strip_prefix(name))?;
        line.trim_start_matches(':').split_whitespace().next()?.parse::<u64>().ok()
    };
    let (Some(free), Some(all)) = (of("MemAvailable"), of("MemTotal")) else {
        return Finding::ok("memory", "memory-unknown", &[]);
    };
    let (said, whole) = (size(free * 1024), size(all * 1024));
    let params: [(&str, &str); 2] = [("free", &said), ("all", &whole)];
    match free {
        0..MEMORY_OUT_KB => Finding::trouble("memory", "memory-low", &params),
        MEMORY_OUT_KB..MEMORY_LOW_KB => Finding::warning("memory", "memory-low", &params),
        _ => Finding::ok("memory", "memory-ok", &params),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::Verdict;

    fn pi() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("sys/class/hwmon/hwmon0/name", "cpu_thermal\n");
        write("sys/class/hwmon/hwmon3/name", "rpi_volt\n");
        write("sys/class/hwmon/hwmon3/in0_lcrit_alarm", "0\n");
        write("sys/class/thermal/thermal_zone0/temp", "51540\n");
        write("sys/class/thermal/cooling_device0/temp", "99999\n");
        write("proc/meminfo", "MemTotal:        3884356 kB\nMemFree:  1 kB\nMemAvailable:    2884356 kB\n");
        root
    }

    #[test]
    fn power_heat_and_memory_are_read_as_a_pi_tells_them() {
        let root = pi();
        let say = |f: Finding| (f.verdict, f.key);
        let set = |path: &str, text: &str| std::fs::write(root.path().join(path), text).unwrap();
        assert_eq!(say(power(root.path())), (Verdict::Ok, "power-ok".into()));
        set("sys/class/hwmon/hwmon3/in0_lcrit_alarm", "1\n");
        assert_eq!(say(power(root.path())), (Verdict::Trouble, "power-low".into()));
        assert_eq!(temperature(root.path()).params["degrees"], "51");
        set("sys/class/thermal/thermal_zone0/temp", "72000\n");
        assert_eq!(say(temperature(root.path())), (Verdict::Warning, "temperature-warm".into()));
        set("sys/class/thermal/thermal_zone0/temp", "81000\n");
        assert_eq!(say(temperature(root.path())), (Verdict::Trouble, "temperature-hot".into()));
        assert_eq!(say(memory(root.path())), (Verdict::Ok, "memory-ok".into()));
        set("proc/meminfo", "MemTotal: 900000 kB\nMemAvailable: 50000 kB\n");
        assert_eq!(say(memory(root.path())), (Verdict::Warning, "memory-low".into()));
        let nothing = tempfile::tempdir().unwrap();
        assert_eq!(say(power(nothing.path())), (Verdict::Ok, "power-unknown".into()));
    }

    #[test]
    fn a_medium_tells_how_worn_it_is_and_what_went_wrong_on_it() {
        let (root, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let device = std::fs::metadata(data.path()).unwrap().dev();
        let at = root.path().join(format!("sys/dev/block/{}:{}", rustix::fs::major(device), rustix::fs::minor(device)));
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        let disk = root.path().join("sys/devices/mmc0/block/mmcblk0");
        std::fs::create_dir_all(disk.join("device")).unwrap();
        std::fs::create_dir_all(disk.join("mmcblk0p2")).unwrap();
        std::fs::write(disk.join("mmcblk0p2/partition"), "2\n").unwrap();
        std::os::unix::fs::symlink(disk.join("mmcblk0p2"), &at).unwrap();
        let keys = || wear(root.path(), data.path()).into_iter().map(|f| (f.verdict, f.key)).collect::<Vec<_>>();
        assert_eq!(keys(), [(Verdict::Ok, "wear-unknown".into())], "an SD card tells nothing");
        for (told, verdict, key) in [
            ("0x01 0x02\n", Verdict::Ok, "wear-ok"),
            ("0x01 0x09\n", Verdict::Warning, "wear-worn"),
            ("0x0b 0x01\n", Verdict::Trouble, "wear-over"),
        ] {
            std::fs::write(disk.join("device/life_time"), told).unwrap();
            assert_eq!(keys(), [(verdict, key.to_owned())], "{told}");
        }
        std::fs::remove_file(disk.join("device/life_time")).unwrap();
        let ext4 = root.path().join("sys/fs/ext4/mmcblk0p2");
        std::fs::create_dir_all(&ext4).unwrap();
        std::fs::write(ext4.join("errors_count"), "3\n").unwrap();
        assert_eq!(keys(), [(Verdict::Trouble, "wear-errors".into())]);
    }

    #[test]
    fn a_file_system_that_cannot_keep_a_promise_is_named() {
        let (root, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::create_dir_all(root.path().join("proc/self")).unwrap();
        let point = std::fs::canonicalize(data.path()).unwrap();
        let verdict = |kind: &str, options: &str| {
            let text = format!(
                "22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/root rw\n30 22 8:3 / {} rw,noatime - {kind} /dev/sda1 rw,{options}\n31 22 0:5 / /proc rw - proc proc rw\n",
                point.display()
            );
            std::fs::write(root.path().join("proc/self/mountinfo"), text).unwrap();
            let found = file_system(root.path(), data.path());
            (found.verdict, found.key)
        };
        assert_eq!(verdict("ext4", "errors=remount-ro"), (Verdict::Ok, "fs-ok".into()));
        assert_eq!(verdict("ext4", "barrier=0"), (Verdict::Trouble, "fs-barrier".into()));
        assert_eq!(verdict("vfat", "uid=1000"), (Verdict::Trouble, "fs-unfit".into()));
        assert_eq!(verdict("overlay", "lowerdir=/x"), (Verdict::Trouble, "fs-lost".into()));
    }
}
