//! kasir: the restaurant till that fits in a Raspberry Pi.
#![cfg_attr(not(test), warn(clippy::float_arithmetic))]

pub mod domain;
