//! What a run took, and how it is told.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

/// How long something took, over all orders, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    pub p50_us: u64,
    pub p90_us: u64,
    pub p99_us: u64,
    pub max_us: u64,
}

impl Spread {
    pub fn of(mut all: Vec<Duration>) -> Spread {
        all.sort_unstable();
        // The nearest rank: of a hundred, the 99th.
        let at = |percent: usize| {
            let rank = (all.len() * percent).div_ceil(100).clamp(1, all.len().max(1));
            all.get(rank - 1).map_or(0, |d| u64::try_from(d.as_micros()).unwrap_or(u64::MAX))
        };
        Spread { p50_us: at(50), p90_us: at(90), p99_us: at(99), max_us: at(100) }
    }

    fn told(&self) -> String {
        let ms = |us: u64| format!("{}.{:02} ms", us / 1_000, us % 1_000 / 10);
        let [p50, p90, p99, max] = [self.p50_us, self.p90_us, self.p99_us, self.max_us].map(ms);
        format!("p50 {p50}, p90 {p90}, p99 {p99}, longest {max}")
    }
}

/// What a run took.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    pub tables: usize,
    pub orders: u64,
    /// Codes of what was refused, and how often.
    pub refused: BTreeMap<String, u64>,
    pub took_ms: u64,
    pub orders_per_second: u64,
    /// From the moment an order was due to its acknowledgement: on disk.
    pub acknowledged: Spread,
    /// To its first sight on the cashier's screen.
    pub shown: Spread,
    /// Received by all sockets together, for each order.
    pub bytes_per_order: u64,
}

impl Figures {
    pub fn lines(&self) -> Vec<String> {
        let refused: Vec<String> = self.refused.iter().map(|(code, n)| format!("{code} {n}×")).collect();
        let mut lines = vec![
            format!(
                "{} orders from {} tables in {}.{:03} s: {} orders a second",
                self.orders,
                self.tables,
                self.took_ms / 1_000,
                self.took_ms % 1_000,
                self.orders_per_second
            ),
            format!("acknowledged after {}", self.acknowledged.told()),
            format!("at the cashier after {}", self.shown.told()),
            format!("{} bytes an order, over all sockets", self.bytes_per_order),
        ];
        if !refused.is_empty() {
            lines.push(format!("refused: {}", refused.join(", ")));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_the_nearest_rank() {
        let all: Vec<Duration> = (1..=100).map(Duration::from_micros).collect();
        assert_eq!(Spread::of(all), Spread { p50_us: 50, p90_us: 90, p99_us: 99, max_us: 100 });
        assert_eq!(Spread::of(vec![Duration::from_micros(7)]), Spread { p50_us: 7, p90_us: 7, p99_us: 7, max_us: 7 });
        assert_eq!(Spread::of(Vec::new()), Spread::default());
    }
}
