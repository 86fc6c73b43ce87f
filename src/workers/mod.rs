//! Pay what the tables owe to the outside: wake, claim, do, back off.

pub mod bell;
pub mod mail;
pub mod picture;
pub mod print;
pub mod report;
pub mod sync;
