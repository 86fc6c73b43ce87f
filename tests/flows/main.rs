//! Whole flows: the store, the hub in this process, and the real program in its own, with
//! clients on real sockets. One binary, because each costs a link.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod support;

mod access;
mod board;
mod days;
mod disk;
mod doctor;
mod erasure;
mod evening;
mod first;
mod floods;
mod hostile;
mod injection;
mod kill;
mod legacy;
mod legacy_lapses;
mod mail;
mod mishaps;
mod network;
mod office;
mod office_pages;
mod owner;
mod packaged;
mod pages;
mod paper;
mod printing;
mod repeats;
mod reports;
mod rights;
mod rights_elsewhere;
mod rush;
mod saved;
mod service;
mod sessions;
mod start;
mod store;
mod sync;
mod tls;
mod update;
