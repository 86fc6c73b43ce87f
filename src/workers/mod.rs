//! Pay what the tables owe to the outside: wake, claim, do, back off. And forget what is owed to be
//! forgotten.

pub mod backup;
pub mod bell;
pub mod doctor;
pub mod erase;
pub mod mail;
pub mod picture;
pub mod print;
pub mod report;
pub mod sync;
