//! The keyboard's sheet: keys become key events of the window, and finished texts go to the
//! page that asked.

use slint::platform::{Key, WindowEvent};
use slint::{ComponentHandle, SharedString};

use crate::ui::bridge::Bridge;
use crate::ui::generated::{CashierWindow, Keys, OrderSheet, Purpose, Typing};
use crate::ui::{compose, manage, more, receipts, setup};

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let keys = bridge.clone();
    // Without the desk's lock: the field answers by calling back.
    window.global::<Keys>().on_press(move |key| {
        keys.with_window(|window| press(window, &key));
    });
    let letters = bridge.clone();
    window.global::<Typing>().on_changed(move |purpose, _, text| {
        letters.act(|_, desk| match purpose {
            Purpose::MenuSearch => compose::search(desk, &text),
            Purpose::SoldOutSearch => more::search(desk, &text),
            Purpose::ManageSearch => manage::search(desk, &text),
            _ => {}
        })
    });
    let texts = bridge.clone();
    window.global::<Typing>().on_done(move |purpose, key, text| {
        if purpose == Purpose::ReceiptMail {
            return receipts::mail(&texts, &key, &text);
        }
        if purpose == Purpose::ReceiptSearch {
            return receipts::seek(&texts, &text);
        }
        texts.act(|window, desk| match purpose {
            Purpose::CancelReason => window.global::<OrderSheet>().set_reason_text(text.trim().into()),
            Purpose::GuestName => desk.ticket.set_guest(&text),
            Purpose::LineNote => desk.ticket.set_note(&key, &text),
            Purpose::MenuSearch => compose::search(desk, &text),
            Purpose::SoldOutSearch => more::search(desk, &text),
            Purpose::ManageSearch => manage::search(desk, &text),
            Purpose::ManageField => manage::write(desk, &key, &text),
            Purpose::SetupField => setup::write(desk, &key, &text),
            Purpose::None | Purpose::ReceiptMail | Purpose::ReceiptSearch => {}
        })
    });
}

fn press(window: &CashierWindow, key: &str) {
    let text: SharedString = match key {
        "backspace" => Key::Backspace.into(),
        other => other.into(),
    };
    for event in [WindowEvent::KeyPressed { text: text.clone() }, WindowEvent::KeyReleased { text }] {
        if let Err(error) = window.window().dispatch_event_with_result(event) {
            tracing::warn!(%error, "a key of the screen's keyboard was lost");
        }
    }
}
