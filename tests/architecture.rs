//! The layers, held by reading the sources: a module uses what stands left of it and no
//! neighbour. Also: SQL only in the store, the clock only in domain/time.rs, every file says
//! what it is for. A broken rule is named with file and line.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fs;
use std::path::{Path, PathBuf};

/// Left to right; what shares a row does not use each other, but for the exceptions below.
const LAYERS: &[&[&str]] = &[
    &["domain"],
    &["store", "logbook"],
    &["ops", "views"],
    &["workers"],
    &["hub"],
    &["client"],
    &["web", "ui", "control", "load", "pulse", "simulator"],
    &["app", "config"],
    &["demo"],
    &["cli"],
];

/// Reading is shared by deciding: the bill that is shown is the bill that is paid.
const EXCEPTIONS: &[(&str, &str, &str)] =
    &[("ops", "views::floor", "the open bill is reckoned in one place, for the screen and for paying")];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, out: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut out = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut out);
    out.sort();
    assert!(out.len() > 40, "the sources were not found");
    out
}

fn relative(path: &Path) -> String {
    path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap().to_string_lossy().replace('\\', "/")
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

/// A source without its unit tests, which may stand on anything, with line numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(i, l)| (i + 1, l)).take_while(|(_, l)| *l != "#[cfg(test)]")
}

#[test]
fn modules_use_only_what_stands_left_of_them() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let name = relative(&path);
        let module = name.split(['/', '.']).next().unwrap().to_owned();
        if ["main", "lib"].contains(&module.as_str()) {
            continue;
        }
        let own = layer(&module).unwrap_or_else(|| panic!("{name} belongs to no layer: name its module in LAYERS"));
        for (line, code) in code(&text).filter(|(_, l)| !l.trim_start().starts_with("//")) {
            for used in code.split("crate::").skip(1) {
                let target: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let Some(other) = layer(&target) else { continue };
                let excepted = EXCEPTIONS.iter().any(|(from, to, _)| *from == module && used.starts_with(to));
                let fine = target == module || other < own || excepted;
                if !fine {
                    broken.push(format!("src/{name}:{line}: {module} uses {target}, which is not left of it"));
                }
            }
            if code.contains("use super::super") {
                broken.push(format!("src/{name}:{line}: write paths in full, so that this test can read them"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn sql_stands_in_the_store_and_time_in_one_file() {
    let mut broken = Vec::new();
    let statements = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "PRAGMA ", "CREATE TABLE"];
    let clocks = ["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"];
    for (path, text) in sources() {
        let name = relative(&path);
        for (line, code) in code(&text).filter(|(_, l)| !l.trim_start().starts_with("//")) {
            // Head office's own SQL is that of another database.
            let remote = name == "workers/sync/remote.rs";
            if !name.starts_with("store/") && !remote && statements.iter().any(|s| code.contains(&format!("\"{s}"))) {
                broken.push(format!("src/{name}:{line}: SQL outside the store"));
            }
            // The edges keep their own timers; only the domain's clock tells what time it is.
            if name != "domain/time.rs"
                && clocks.iter().any(|c| code.contains(c))
                && !code.contains("tokio::time")
                && !text.contains("use tokio::time::{Instant")
            {
                broken.push(format!("src/{name}:{line}: only domain/time.rs reads the clock"));
            }
            if code.contains("unbounded_channel") || code.contains("mpsc::channel::<()>()") {
                broken.push(format!("src/{name}:{line}: every queue has a bound"));
            }
            if name.starts_with("domain/") && (code.contains(" f64") || code.contains(" f32")) {
                broken.push(format!("src/{name}:{line}: no floats in the domain"));
            }
        }
        if !text.starts_with("//!") {
            broken.push(format!("src/{name}: says not what it is for"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Pages and pictures that the documentation names are there, and what people in the restaurant read
/// is there in both languages.
#[test]
fn the_documentation_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages: Vec<PathBuf> = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].iter().map(|p| root.join(p)).collect();
    let named = |folder: &Path| -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        found.retain(|p| p.extension().is_some_and(|e| e == "md"));
        found.sort();
        found
    };
    let names = |folder: &str| -> Vec<String> {
        named(&root.join(folder)).iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names("docs/en"), names("docs/id"));
    for folder in ["docs", "docs/en", "docs/id"] {
        pages.extend(named(&root.join(folder)));
    }
    let mut broken = Vec::new();
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            let elsewhere = path.is_empty() || path.contains("://");
            if !elsewhere && !page.parent().unwrap().join(path).exists() {
                broken.push(format!("{}: {link}", page.strip_prefix(root).unwrap().display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The page of threats names tests; each of them is there.
#[test]
fn every_test_that_the_page_of_threats_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut sources, mut folders) = (String::new(), vec![root.join("src"), root.join("tests")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(end) if end == "rs" => sources.push_str(&fs::read_to_string(path).unwrap()),
                _ => {}
            }
        }
    }
    let page = fs::read_to_string(root.join("docs/threats.md")).unwrap();
    let (mut rows, mut missing) = (0, Vec::new());
    for line in page.lines().filter(|l| l.starts_with("| ") && !l.starts_with("| tries to |")) {
        let shown = line.trim_end_matches('|').rsplit('|').next().unwrap();
        let names: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        if names.is_empty() {
            missing.push(format!("no test in {line}"));
        }
        missing.extend(names.iter().filter(|n| !sources.contains(&format!("fn {n}("))).map(|n| format!("there is no test {n}")));
        rows += 1;
    }
    assert!(rows > 20, "{rows}");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
