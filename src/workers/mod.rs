//! Pay what the tables owe to the outside: wake, claim, do, back off.

pub mod print;
