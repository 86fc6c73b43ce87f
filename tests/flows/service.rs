//! kasir under a service manager: it says when it serves, sends its pulse while the writer and the
//! publisher work, and falls silent when they do not, so that it is started anew.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use kasir::hub::wire::Place;

use crate::support::people::{CASHIER, Person};
use crate::support::till::{Till, command};
use crate::support::{self, Place as Shop, wait_until};

/// What the service manager is told, message by message.
pub struct Manager(Receiver<String>);

impl Manager {
    /// Listens there. As the real one it reads whatever comes at once: who is not read from stands still.
    pub fn at(path: &Path) -> Manager {
        let socket = UnixDatagram::bind(path).unwrap();
        let (pass, said) = std::sync::mpsc::sync_channel(100_000);
        std::thread::spawn(move || {
            let mut message = [0; 4_096];
            while let Ok(long) = socket.recv(&mut message) {
                if pass.send(String::from_utf8_lossy(&message[..long]).into_owned()).is_err() {
                    return;
                }
            }
        });
        Manager(said)
    }

    /// The next message; none when there is silence for so long.
    fn hears(&self, within: Duration) -> Option<String> {
        self.0.recv_timeout(within).ok()
    }

    pub fn waits_for(&self, line: &str) -> String {
        loop {
            let message = self.hears(support::PATIENCE).unwrap_or_else(|| panic!("{line} was never said"));
            if message.lines().any(|l| l == line) {
                return message;
            }
        }
    }
}

/// Patience of the service manager in this test; a pulse comes three times in it.
const PATIENCE: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread")]
async fn the_pulse_stops_when_nothing_can_be_written() {
    let shop = Shop::furnished();
    let (socket, hang) = (shop.path().join("notify.sock"), shop.path().join("hang"));
    let manager = Manager::at(&socket);
    let mut service = command(shop.path(), "127.0.0.1:0");
    service.env("NOTIFY_SOCKET", &socket).env("WATCHDOG_USEC", PATIENCE.as_micros().to_string()).env("HANG_SYNC_WHILE", &hang);
    let till = Till::spawn(service, shop.path());
    let ready = manager.waits_for("READY=1");
    assert!(ready.contains(&format!("STATUS=serves on {}", till.address)), "{ready}");
    manager.waits_for("WATCHDOG=1");
    manager.waits_for("WATCHDOG=1");

    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    std::fs::write(&hang, "").unwrap();
    let place = Place::Takeaway { guest: String::new() };
    let ordering = tokio::spawn(async move { cashier.order_at(Some(place), &[("Soto", 1)]).await });
    // What was on its way before the disk hung is heard; then nothing, for longer than the service manager waits.
    wait_until("silence", || manager.hears(PATIENCE * 3).is_none());
    assert!(!ordering.is_finished(), "not on disk is not acknowledged");

    std::fs::remove_file(&hang).unwrap();
    ordering.await.unwrap().unwrap();
    manager.waits_for("WATCHDOG=1");
    till.stop();
    manager.waits_for("STOPPING=1");
    shop.verify();
}

/// Without a service manager it runs as ever: every other flow does. A socket that is not there any
/// more is no reason to stop either.
#[test]
fn a_service_manager_that_is_gone_stops_nothing() {
    let shop = Shop::furnished();
    let mut service = command(shop.path(), "127.0.0.1:0");
    service.env("NOTIFY_SOCKET", shop.path().join("gone.sock")).env("WATCHDOG_USEC", "300000");
    let till = Till::spawn(service, shop.path());
    till.invite();
    till.stop();
}
