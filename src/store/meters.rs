//! How long things take, counted for `/metrics`: histograms that cost a few nanoseconds a sample.

use std::time::Duration;

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

/// From half a millisecond to ten seconds: what a disk, a commit and a person feel.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
const CHANGES: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// What was asked for, and whether it was done.
pub type Asked = [(&'static str, &'static str); 2];

#[derive(Clone)]
pub struct Meters {
    /// From a request's arrival to its answer, on disk and told to everybody whom it concerns.
    pub requests: Family<Asked, Histogram>,
    /// One transaction of the writer's, the disk's sync included.
    pub commits: Histogram,
    /// Changes in one transaction.
    pub batches: Histogram,
}

impl Default for Meters {
    fn default() -> Meters {
        Meters {
            requests: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            commits: Histogram::new(SECONDS),
            batches: Histogram::new(CHANGES),
        }
    }
}

impl Meters {
    pub fn committed(&self, changes: usize, took: Duration) {
        self.commits.observe(took.as_secs_f64());
        self.batches.observe(changes as f64);
    }

    pub fn answered(&self, asked: &'static str, done: bool, took: Duration) {
        let labels = [("request", asked), ("outcome", if done { "done" } else { "refused" })];
        self.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }
}
