//! How often somebody may do something.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;

/// What a client may do now: fills with time, empties with use.
pub struct Bucket {
    size: i64,
    /// One more in so many milliseconds.
    every_ms: i64,
    saved: i64,
    counted_ms: i64,
}

impl Bucket {
    pub fn new(size: i64, every_ms: i64, now_ms: i64) -> Bucket {
        Bucket { size, every_ms, saved: size, counted_ms: now_ms }
    }

    pub fn take(&mut self, now_ms: i64) -> bool {
        self.fill(now_ms);
        let may = self.saved > 0;
        self.saved -= i64::from(may);
        may
    }

    fn fill(&mut self, now_ms: i64) {
        let earned = (now_ms - self.counted_ms) / self.every_ms;
        if earned > 0 {
            self.counted_ms += earned * self.every_ms;
            self.saved = (self.saved + earned).min(self.size);
        }
    }
}

/// One for each of many, whatever lines they come by.
pub struct Buckets<K> {
    size: i64,
    every_ms: i64,
    all: Mutex<HashMap<K, Bucket>>,
}

/// So many that are not full are kept: beyond it those that are, are forgotten.
const KEPT: usize = 1_000;

impl<K: Eq + Hash> Buckets<K> {
    pub fn new(size: i64, every_ms: i64) -> Buckets<K> {
        Buckets { size, every_ms, all: Mutex::default() }
    }

    pub fn take(&self, whose: K, now_ms: i64) -> bool {
        let mut all = self.all.lock().unwrap_or_else(|e| e.into_inner());
        if all.len() >= KEPT && !all.contains_key(&whose) {
            all.retain(|_, bucket| {
                bucket.fill(now_ms);
                bucket.saved < bucket.size
            });
        }
        all.entry(whose).or_insert_with(|| Bucket::new(self.size, self.every_ms, now_ms)).take(now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_empties_with_use_and_fills_with_time() {
        let mut bucket = Bucket::new(2, 1_000, 0);
        assert_eq!([0, 0, 0].map(|now| bucket.take(now)), [true, true, false]);
        assert_eq!([999, 1_000, 1_000].map(|now| bucket.take(now)), [false, true, false]);
        assert_eq!([60_000, 60_000, 60_000].map(|now| bucket.take(now)), [true, true, false], "no more than its size is saved");
    }

    #[test]
    fn each_has_its_own_and_those_that_are_full_are_forgotten() {
        let buckets = Buckets::new(2, 1_000);
        assert_eq!([1, 1, 1, 2].map(|whose| buckets.take(whose, 0)), [true, true, false, true]);
        for whose in 0..3 * KEPT {
            buckets.take(whose, 1_000 * whose as i64);
        }
        assert!(buckets.all.lock().unwrap().len() <= KEPT);
    }
}
