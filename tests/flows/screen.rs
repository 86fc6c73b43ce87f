//! The touchscreen as a service of its own (`kasir terminal`), in a real window of an X server: it
//! enrols itself with the hub of its machine, and neither's death stops the other's work.

use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};

use kasir::domain::order::OrderState;

use crate::rush::get;
use crate::support::display::Display;
use crate::support::people::{CASHIER, Person};
use crate::support::till::{Till, program};
use crate::support::{Place as Shop, wait_until};

/// A screen that ends with the test.
struct Screen(Child);

impl Screen {
    fn start(shop: &Shop, till: &Till, display: &Display) -> Screen {
        let mut command = program();
        command.args(["terminal", "--data"]).arg(shop.path());
        command.env("KASIR_LISTEN", &till.address).env("KASIR_LOG", "warn").stdin(Stdio::null());
        display.put_on(&mut command);
        Screen(command.spawn().unwrap())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How many sockets the hub has open.
fn sockets(till: &Till) -> u64 {
    let (_, health) = get(&till.address, "/healthz");
    serde_json::from_str::<serde_json::Value>(&health).unwrap()["connections"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dying_screen_stops_no_order() {
    let shop = Shop::furnished();
    let display = Display::start();
    let till = Till::start(&shop);
    let devices = || shop.number("SELECT count(*) FROM device_token");
    let before = devices();

    // Nobody types a code: whoever may open the hub's control socket is this machine's own screen.
    let screen = Screen::start(&shop, &till, &display);
    let token = shop.path().join("terminal.token");
    wait_until("the screen to be one of the house", || token.exists() && devices() == before + 1);
    assert_eq!(std::fs::metadata(&token).unwrap().permissions().mode() & 0o777, 0o600, "its token is its own");
    wait_until("its window", || display.windows().contains("\"kasir"));
    wait_until("its socket", || sockets(&till) == 1);

    // It dies without a word; guests and cashier go on.
    drop(screen);
    wait_until("it to be gone", || sockets(&till) == 0);
    let cashier = Person::staff(&till.socket_url(), &till.invite(), CASHIER).await;
    let guest = Person::guest(&till.socket_url(), &shop.codes()[0], "Budi").await;
    let order = guest.order(&[("Rendang", 1)]).await.unwrap();
    cashier.until_order(order, OrderState::Waiting).await;

    // It comes back as the screen that it was, beside the cashier's and the guest's sockets.
    let with_people = sockets(&till);
    let own = devices();
    let mut screen = Screen::start(&shop, &till, &display);
    wait_until("its window again", || display.windows().contains("\"kasir"));
    wait_until("its socket again", || sockets(&till) == with_people + 1);
    assert_eq!(devices(), own, "the same screen, not another one");

    // The hub dies, too: the screen waits for it and is there when it is back.
    let address = till.address.clone();
    till.kill();
    let till = Till::start_at(&shop, &address);
    wait_until("all to be back", || sockets(&till) == with_people + 1);
    assert!(screen.0.try_wait().unwrap().is_none(), "it has outlived the hub");
    cashier.until_order(order, OrderState::Waiting).await;
    till.stop();
    shop.verify();
}

/// Another database is brought back under the same address: the hub knows nothing of its own machine's screen any
/// more, and lets it in again without anybody typing a code. Without a display the screen says so by its exit code.
#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_screen_is_let_in_again() {
    let shop = Shop::furnished();
    let display = Display::start();
    let till = Till::start(&shop);
    let token = shop.path().join("terminal.token");
    let screen = Screen::start(&shop, &till, &display);
    let kept = || std::fs::read_to_string(&token).unwrap_or_default();
    wait_until("the screen to be one of the house", || !kept().is_empty() && sockets(&till) == 1);
    let before = kept();
    let address = till.address.clone();
    till.stop();
    std::fs::copy(Shop::furnished().database(), shop.database()).unwrap();
    let known = shop.number("SELECT count(*) FROM device_token");
    let till = Till::start_at(&shop, &address);
    wait_until("another token", || !kept().is_empty() && kept() != before);
    assert_eq!(shop.number("SELECT count(*) FROM device_token"), known + 1);
    drop(screen);

    let mut command = program();
    command.args(["terminal", "--data"]).arg(shop.path()).env("KASIR_LISTEN", &till.address).stdin(Stdio::null());
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let end = command.output().unwrap();
    assert_eq!(end.status.code(), Some(69), "{}", String::from_utf8_lossy(&end.stderr));
    till.stop();
    shop.verify();
}

/// A screen without a hub says what to do, instead of an empty window.
#[test]
fn a_screen_without_a_hub_says_what_to_do() {
    let shop = Shop::furnished();
    let display = Display::start();
    let mut command = program();
    command.args(["terminal", "--data"]).arg(shop.path()).stdin(Stdio::null());
    display.put_on(&mut command);
    let end = command.output().unwrap();
    let said = String::from_utf8(end.stderr).unwrap();
    assert!(!end.status.success() && said.contains("no kasir runs on") && said.contains("kasir run"), "{said}");
}
