//! How often somebody may do something.

/// What a client may do now: fills with time, empties with use.
pub struct Bucket {
    size: i64,
    per_second: i64,
    saved: i64,
    counted_ms: i64,
}

impl Bucket {
    pub fn new(size: i64, per_second: i64, now_ms: i64) -> Bucket {
        Bucket { size, per_second, saved: size, counted_ms: now_ms }
    }

    pub fn take(&mut self, now_ms: i64) -> bool {
        let earned = (now_ms - self.counted_ms) * self.per_second / 1_000;
        if earned > 0 {
            self.counted_ms = now_ms;
            self.saved = (self.saved + earned).min(self.size);
        }
        let may = self.saved > 0;
        self.saved -= i64::from(may);
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_empties_with_use_and_fills_with_time() {
        let mut bucket = Bucket::new(2, 1, 0);
        assert_eq!([0, 0, 0].map(|now| bucket.take(now)), [true, true, false]);
        assert_eq!([999, 1_000, 1_000].map(|now| bucket.take(now)), [false, true, false]);
        assert_eq!([60_000, 60_000, 60_000].map(|now| bucket.take(now)), [true, true, false], "no more than its size is saved");
    }
}
