//! Chance by a number: the same number, the same choices.

/// A small generator (xorshift64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        // Neighbouring numbers must not begin alike, and nothing comes out of zero.
        let mixed = (seed ^ (seed >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d;
        let mut dice = Dice(mixed | 1);
        for _ in 0..8 {
            dice.roll(2);
        }
        dice
    }

    /// From 0 to `sides` - 1.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The lower bits of this kind are its worst.
        (self.0 >> 11) % sides.max(1)
    }

    /// Another one, which goes its own way.
    pub fn split(&mut self) -> Dice {
        Dice::new(self.roll(u64::MAX))
    }

    pub fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.roll(of.len() as u64) as usize)
    }
}
