//! kasir: the restaurant till that fits in a Raspberry Pi. The map of the crate; a module may
//! use what stands above it.
#![cfg_attr(not(test), warn(clippy::float_arithmetic))]

pub mod domain;
pub mod store;
pub mod ops;
pub mod views;
pub mod workers;
pub mod hub;
pub mod client;
pub mod web;
