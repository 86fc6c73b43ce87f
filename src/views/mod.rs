//! What a screen shows, read from the tables and shaped for the wire. A view is whole: a
//! client that gets one replaces what it had under the same id.

pub mod floor;
pub mod letter;
pub mod manage;
pub mod menu;
pub mod order;
pub mod paper;
pub mod papers;
pub mod receipt;
pub mod report;
pub mod sales_file;
pub mod site;
pub mod tablet;
