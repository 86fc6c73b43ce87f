//! What the Slint compiler made of `ui/cashier`: `kasir::ui` fills it and answers its callbacks.
#![allow(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::restriction,
    reason = "generated code keeps its own style"
)]

slint::include_modules!();
