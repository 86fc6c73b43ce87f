//! kasir: the restaurant till that fits in a Raspberry Pi. The map of the crate: a module may
//! use those above it; `ops` and `views` do not use each other's operations, nor do the edges
//! (`web`, `ui`, `control`, `load`, `simulator`). `tests/architecture.rs` holds it to that.
#![cfg_attr(not(test), warn(clippy::float_arithmetic))]

pub mod domain;

pub mod logbook;
pub mod store;

pub mod ops;
pub mod views;

pub mod workers;

pub mod hub;

pub mod client;

pub mod control;
pub mod load;
pub mod pulse;
pub mod simulator;
#[cfg(feature = "screen")]
pub mod ui;
pub mod web;

pub mod app;
pub mod config;
pub mod demo;

pub mod cli;
