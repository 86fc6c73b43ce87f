//! Counted portions. An order reserves them, finishing takes them, cancelling gives them back
//! unless they were made. Reserved stock has not moved: only what is taken or wasted is a
//! movement.

use serde::{Deserialize, Serialize};

use crate::domain::id::ProductId;

/// Why stock moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum StockCause {
    /// Counted for the first time.
    Initial,
    /// An order is done.
    Sale,
    /// An order was cancelled after it had been made.
    Waste,
    /// More came into the house.
    Delivery,
    /// Somebody counted, and it was another number.
    Count,
}

impl StockCause {
    pub fn name(self) -> &'static str {
        match self {
            StockCause::Initial => "initial",
            StockCause::Sale => "sale",
            StockCause::Waste => "waste",
            StockCause::Delivery => "delivery",
            StockCause::Count => "count",
        }
    }
}

/// A product's count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub product: ProductId,
    /// Portions in the house.
    pub on_hand: i64,
    /// Of these, promised to orders that are not done.
    pub reserved: i64,
}

/// A change of a count, with every resulting value, as the journal keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockChange {
    pub product: ProductId,
    /// What left (negative) or entered the house; zero when only the reservation changed.
    pub moved: i64,
    pub on_hand: i64,
    pub reserved: i64,
}

/// Fewer portions are free than were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only {free} left")]
pub struct NotEnough {
    pub product: ProductId,
    pub free: i64,
}

impl Count {
    /// Portions that may still be ordered.
    pub fn free(self) -> i64 {
        (self.on_hand - self.reserved).max(0)
    }

    /// Promises `quantity` portions to an order.
    pub fn reserve(self, quantity: u32) -> Result<Count, NotEnough> {
        if i64::from(quantity) > self.free() {
            return Err(NotEnough { product: self.product, free: self.free() });
        }
        Ok(Count { reserved: self.reserved + i64::from(quantity), ..self })
    }

    /// Gives a promise back.
    pub fn release(self, quantity: u32) -> Count {
        Count { reserved: self.reserved - i64::from(quantity), ..self }
    }

    /// Takes what was promised out of the house.
    pub fn take(self, quantity: u32) -> Count {
        Count { on_hand: self.on_hand - i64::from(quantity), ..self.release(quantity) }
    }

    /// The journal's record of having come from `before`.
    pub fn change_from(self, before: Count) -> StockChange {
        StockChange {
            product: self.product,
            moved: self.on_hand - before.on_hand,
            on_hand: self.on_hand,
            reserved: self.reserved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever is ordered, finished and cancelled in whatever order: nothing is promised
        /// twice, the house never holds less than nothing, and what left was sold or wasted.
        #[test]
        fn stock_is_conserved(start in 0_i64..40, steps in prop::collection::vec((1_u32..6, 0_u8..4), 0..60)) {
            let mut count = Count { product: ProductId(1), on_hand: start, reserved: 0 };
            let mut open: Vec<u32> = Vec::new();
            let mut gone = 0_i64;
            for (quantity, what) in steps {
                match (what, open.pop()) {
                    (0, Some(q)) => { count = count.take(q); gone += i64::from(q); }
                    (1, Some(q)) => count = count.release(q),
                    (_, back) => {
                        open.extend(back);
                        match count.reserve(quantity) {
                            Ok(next) => { count = next; open.push(quantity); }
                            Err(not) => prop_assert!(i64::from(quantity) > not.free && not.free == count.free()),
                        }
                    }
                }
                let promised: i64 = open.iter().map(|q| i64::from(*q)).sum();
                prop_assert_eq!(count.reserved, promised);
                prop_assert_eq!(count.on_hand, start - gone);
                prop_assert!(count.on_hand >= count.reserved && count.reserved >= 0);
            }
        }
    }
}
