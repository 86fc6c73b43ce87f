#![no_main]

#[path = "../checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::ALL.iter().filter(|(name, _)| *name == "wire").for_each(|(_, check)| check(bytes)));
