//! Every place where strangers' bytes are read, with the fuzzers' seeds and thousands of mutations of them,
//! the same in every run. `make fuzz` looks further.

use crate::support::dice::Dice;

#[path = "../../fuzz/checks.rs"]
mod checks;

const MUTATIONS: u64 = 3_000;

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = format!("{}/fuzz/seeds/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.iter().map(|f| std::fs::read(f).unwrap()).collect()
}

/// Cuts, doubles, swaps and bends pieces of what there is, as a fuzzer does it.
fn mutated(all: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    const SIGNS: [&[u8]; 12] = [
        b"\"",
        b"{",
        b"]",
        b",",
        b"-",
        b"1e999",
        b"18446744073709551616",
        b"null",
        b"\\u0000",
        b"\xff",
        b"\r\n",
        b"\xe2\x80\xae",
    ];
    let mut bytes = dice.pick(all).unwrap().clone();
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(bytes.len() as u64 + 1) as usize;
        let until = (at + dice.roll(9) as usize).min(bytes.len());
        match dice.roll(6) {
            0 => drop(bytes.drain(at..until)),
            1 => {
                let piece = bytes[at..until].to_vec();
                bytes.splice(at..at, piece);
            }
            2 if at < bytes.len() => bytes[at] ^= 1 << dice.roll(8),
            3 if at < bytes.len() => bytes[at] = dice.roll(256) as u8,
            4 => drop(bytes.splice(at..until, SIGNS[dice.roll(12) as usize].iter().copied())),
            _ => {
                let other = dice.pick(all).unwrap();
                let from = dice.roll(other.len() as u64 + 1) as usize;
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
    }
    bytes
}

#[test]
fn whatever_arrives_is_taken_or_refused() {
    for (name, check) in checks::ALL {
        let all = seeds(name);
        assert!(!all.is_empty(), "{name} has seeds");
        all.iter().for_each(|bytes| check(bytes));
        let mut dice = Dice::new(7);
        for n in 0..MUTATIONS {
            let bytes = mutated(&all, &mut dice);
            let survived = std::panic::catch_unwind(|| check(&bytes));
            assert!(survived.is_ok(), "{name}, mutation {n}: {:?}", String::from_utf8_lossy(&bytes));
        }
    }
}
