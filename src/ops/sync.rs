//! Head office's copy: its settings, and what the worker files.

use crate::domain::event::{Event, Touch};
use crate::domain::id::Seq;
use crate::domain::refusal::Refusal;
use crate::domain::staff::Right;
use crate::domain::sync::{SyncSettings, SyncTls};
use crate::ops::{OpError, Operation};
use crate::store::sync;
use crate::store::write_tx::WriteTx;

/// Longest name of a host, user or database.
const NAME_MAX: usize = 253;

/// Sets where the copy goes. A missing password leaves the one that is kept.
pub struct SetSync {
    pub settings: SyncSettings,
    pub password: Option<String>,
}

impl Operation for SetSync {
    const NAME: &'static str = "sync.set";
    const RIGHT: Right = Right::ManageSite;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let s = &self.settings;
        if s.on {
            let host = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
            let word = |text: &str| !text.is_empty() && text.len() <= NAME_MAX && !text.chars().any(char::is_control);
            for (key, fine) in [
                ("host", word(&s.host) && host(&s.host)),
                ("port", s.port != 0),
                ("user", word(&s.user)),
                ("database", word(&s.database) && s.database.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')),
                ("ca_file", s.ca_file.is_empty() || s.ca_file.starts_with('/')),
                // What every guest has said of themselves crosses no open network.
                ("tls", s.tls == SyncTls::Required || is_near(&s.host)),
            ] {
                if !fine {
                    return Err(Refusal::Setting { key }.into());
                }
            }
        }
        let before = sync::settings(tx.conn())?;
        let server = |s: &SyncSettings| (s.host.clone(), s.port, s.user.clone());
        match &self.password {
            Some(password) => sync::keep_password(tx.conn(), password)?,
            // A password is for one server: another is not offered it.
            None if server(&before) != server(s) => sync::drop_password(tx.conn())?,
            None => {}
        }
        if s.on {
            sync::keep_site_uid(tx.conn(), uuid::Uuid::now_v7())?;
        }
        tx.record(Event::SyncSet { settings: self.settings })?;
        tx.ring();
        Ok(())
    }
}

/// This machine, or inside the house.
fn is_near(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || match host.trim_matches(['[', ']']).parse::<std::net::IpAddr>() {
            Ok(std::net::IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private(),
            Ok(std::net::IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local(),
            Err(_) => false,
        }
}

/// The worker writes down how far it has come, so that a start without the server knows what
/// waits; and has the screens told.
pub struct NoteSync {
    pub reached: Option<Seq>,
}

impl Operation for NoteSync {
    const NAME: &'static str = "sync.note";
    const RIGHT: Right = Right::Maintain;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        if let Some(seq) = self.reached.filter(|seq| sync::reached(tx.conn()).is_ok_and(|before| before != *seq)) {
            sync::keep_reached(tx.conn(), seq)?;
            tx.wrote();
        }
        tx.touch(Touch::Hub);
        Ok(())
    }
}
