//! The rules of the trade: sums, states, rights, words. No I/O, no SQL, no clock but
//! [`time`], no floats. Everything else in the crate may use this; it uses nothing.

pub mod address;
pub mod bill;
pub mod der;
pub mod disk;
pub mod document;
pub mod event;
pub mod finding;
pub mod founding;
pub mod id;
pub mod job;
pub mod mail;
pub mod menu;
pub mod money;
pub mod order;
pub mod payment;
pub mod printer;
pub mod receipt;
pub mod refusal;
pub mod site;
pub mod staff;
pub mod stock;
pub mod sync;
pub mod tax;
pub mod text;
pub mod time;
pub mod visit;
pub mod wifi;
pub mod words;
