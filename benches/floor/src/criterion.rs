//! The page's section about single operations and views: the medians that criterion left beside
//! the binary when `benches/floor/benches/operations.rs` ran.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Of criterion's `benchmark.json`: what was measured.
#[derive(Debug, Deserialize)]
struct Named {
    group_id: String,
    function_id: String,
}

/// Of criterion's `estimates.json`: how long one took, in nanoseconds.
#[derive(Debug, Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Debug, Deserialize)]
struct Estimate {
    point_estimate: f64,
}

struct Row {
    group: String,
    name: String,
    ns: f64,
}

/// The section; nothing when criterion has not run. Its results lie beside the folder of the
/// binary: `target/release/kasir`, `target/criterion`.
pub fn section(kasir: &Path) -> anyhow::Result<String> {
    let folder = kasir.ancestors().nth(2).map(|target| target.join("criterion"));
    let Some(folder) = folder.filter(|f| f.is_dir()) else { return Ok(String::new()) };
    let mut rows = rows(&folder)?;
    rows.sort_by(|a, b| a.group.cmp(&b.group).then(a.ns.total_cmp(&b.ns)));
    page(&rows)
}

fn page(rows: &[Row]) -> anyhow::Result<String> {
    let mut page = String::from(
        "\n## Operations and views\n\n\
         `benches/floor/benches/operations.rs`, before the load: one at a time, nobody else connected, the sample restaurant with its week.\n\
         Operations wait for the disk as a till's do; a row committed by SQLite alone is what the disk costs of that.\n\n\
         | | | median |\n|---|---|---|\n",
    );
    for row in rows {
        writeln!(page, "| {} | {} | {} |", row.group, row.name, shown(row.ns))?;
    }
    Ok(page)
}

/// Whatever was measured: `<group>/<function>/new`.
fn rows(folder: &Path) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for group in folders(folder)? {
        for function in folders(&group)? {
            let new = function.join("new");
            if new.is_dir() {
                let Named { group_id, function_id } = read(&new.join("benchmark.json"))?;
                let estimates: Estimates = read(&new.join("estimates.json"))?;
                rows.push(Row { group: group_id, name: function_id, ns: estimates.median.point_estimate });
            }
        }
    }
    Ok(rows)
}

fn folders(of: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(of)? {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    Ok(found)
}

fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not what criterion writes", path.display()))
}

/// In the unit that suits it, with three digits at least.
fn shown(ns: f64) -> String {
    let (value, unit) = match ns {
        ns if ns < 999.5 => (ns, "ns"),
        ns if ns < 999_500.0 => (ns / 1e3, "µs"),
        ns => (ns / 1e6, "ms"),
    };
    let digits = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    format!("{value:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_three_digits_and_its_unit() {
        for (ns, wanted) in [
            (4.0, "4.00 ns"),
            (999.6, "1.00 µs"),
            (12_345.0, "12.3 µs"),
            (99_960.0, "100 µs"),
            (1_234_567.0, "1.23 ms"),
            (1_234_567_890.0, "1235 ms"),
        ] {
            assert_eq!(shown(ns), wanted);
        }
    }
}
