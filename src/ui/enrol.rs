//! A screen that the hub does not know: the one-time code becomes its token.

use slint::ComponentHandle;

use crate::hub::wire::{Op, Outcome};
use crate::ui::bridge::Bridge;
use crate::ui::generated::{CashierWindow, Enrol};

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let bridge = bridge.clone();
    window.global::<Enrol>().set_code(Default::default());
    window.global::<Enrol>().on_submit(move |code, name| submit(&bridge, code.trim().to_owned(), name.trim().to_owned()));
}

fn submit(bridge: &Bridge, code: String, name: String) {
    let hub = bridge.clone();
    bridge.act(|window, _| {
        window.global::<Enrol>().set_busy(true);
        window.global::<Enrol>().set_trouble(Default::default());
    });
    bridge.submit(Op::DeviceEnrol { code, screen: name }, move |window, _, answer| {
        let enrol = window.global::<Enrol>();
        enrol.set_busy(false);
        match answer {
            Ok(Outcome::Device { token }) => {
                (hub.options().on_device_token)(token.clone());
                hub.client().become_device(Some(token));
                enrol.set_code(Default::default());
            }
            Ok(other) => tracing::error!(?other, "an enrolment brought something else"),
            Err(refused) => enrol.set_trouble(refused.message.into()),
        }
    });
}
