//! Whole flows: the store, the hub in this process, and the real program in its own, with
//! clients on real sockets. One binary, because each costs a link.

mod support;

mod access;
mod board;
mod hostile;
mod kill;
mod pages;
mod paper;
mod repeats;
mod start;
mod store;
