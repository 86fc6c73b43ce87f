//! SQLite: the only place with SQL. One thread writes ([`writer`]); everybody else reads
//! through [`reader`]. The journal is the truth, the tables are what the program reads, and
//! [`project`] is the only code that writes the journaled ones.

pub mod backup;
pub mod backups;
pub mod bills;
pub mod convert;
pub mod data_dir;
pub mod disk;
pub mod drafts;
pub mod erase;
pub mod error;
pub mod journal;
pub mod journal_file;
pub mod kept_clock;
pub mod ledger;
pub mod letters;
pub mod menu;
pub mod meters;
pub mod orders;
pub mod outward;
pub mod project;
pub mod queue;
pub mod ratings;
pub mod reader;
pub mod requests;
pub mod restore;
pub mod sales;
pub mod salvage;
pub mod schema;
pub mod seal;
pub mod sessions;
pub mod shape;
pub mod sites;
pub mod staff;
pub mod sync;
pub mod verify;
pub mod visits;
pub mod wal;
pub mod wifi;
pub mod write_tx;
pub mod writer;
