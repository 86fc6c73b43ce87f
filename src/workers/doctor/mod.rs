//! `kasir doctor`: looks at everything that can keep a till from working, all at once, and gives up
//! on what does not answer. It changes nothing and sends nothing to anybody.

pub mod house;
pub mod machine;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use crate::domain::finding::Finding;
use crate::domain::time::Stopwatch;

/// How long a line to the outside may take to answer.
const ANSWER: Duration = Duration::from_secs(3);
/// How long everything together may take: a server that takes its time over each of hello, TLS and
/// password is slow, not gone.
const PATIENCE: Duration = Duration::from_secs(8);

/// One look: at which part, and how.
pub struct Check {
    pub part: &'static str,
    pub look: Box<dyn FnOnce() -> Vec<Finding> + Send>,
}

impl Check {
    pub fn new(part: &'static str, look: impl FnOnce() -> Vec<Finding> + Send + 'static) -> Check {
        Check { part, look: Box::new(look) }
    }
}

/// All of them at once, in the order of the parts. One that hangs is said to and left behind.
pub fn run(checks: Vec<Check>) -> Vec<Finding> {
    let watch = Stopwatch::start();
    let mut waits: Vec<&'static str> = checks.iter().map(|c| c.part).collect();
    // One place each: nobody waits to hand over what was found.
    let (tell, told) = sync_channel(checks.len().max(1));
    let mut findings = Vec::new();
    for Check { part, look } in checks {
        let tell = tell.clone();
        let body = move || {
            let found = catch_unwind(AssertUnwindSafe(look)).unwrap_or_else(|_| vec![failed(part)]);
            let _ = tell.send((part, found));
        };
        if std::thread::Builder::new().name(format!("doctor {part}")).spawn(body).is_err() {
            findings.push(failed(part));
        }
    }
    drop(tell);
    while let Ok((part, found)) = told.recv_timeout(PATIENCE.saturating_sub(watch.passed())) {
        if let Some(at) = waits.iter().position(|p| *p == part) {
            waits.remove(at);
        }
        findings.extend(found);
    }
    let late = waits.into_iter().filter(|part| !findings.iter().any(|f| f.part == *part && f.key == "check-failed"));
    let late: Vec<Finding> =
        late.map(|part| Finding::trouble(part, "late", &[("seconds", &PATIENCE.as_secs().to_string())])).collect();
    findings.extend(late);
    findings.sort_by_key(Finding::rank);
    findings
}

fn failed(part: &'static str) -> Finding {
    Finding::trouble(part, "check-failed", &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::Verdict;

    #[test]
    fn one_that_fails_or_finds_several_things_keeps_nobody() {
        let found = run(vec![
            Check::new("memory", || vec![Finding::ok("memory", "memory-ok", &[])]),
            Check::new("printer", || vec![Finding::ok("printer", "printer-ok", &[]), Finding::ok("printer", "printer-ok", &[])]),
            Check::new("disk", || panic!("a bug in a check")),
        ]);
        let parts: Vec<_> = found.iter().map(|f| (f.part.as_str(), f.verdict)).collect();
        assert_eq!(
            parts,
            [("disk", Verdict::Trouble), ("printer", Verdict::Ok), ("printer", Verdict::Ok), ("memory", Verdict::Ok)]
        );
    }
}
