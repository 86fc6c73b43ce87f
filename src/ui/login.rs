//! Who works at this till. The PIN leaves the window only inside the request.

use slint::ComponentHandle;

use crate::domain::id::EmployeeId;
use crate::hub::wire::{Op, Outcome};
use crate::ui::bridge::Bridge;
use crate::ui::desk::Desk;
use crate::ui::generated::{CashierWindow, Login, PersonRow, PinText};
use crate::ui::{rows, shape};

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let login = window.global::<Login>();
    let names = bridge.clone();
    login.on_choose(move |id| {
        names.act(|window, desk| {
            let chosen = id.parse::<EmployeeId>().ok().and_then(|id| desk.room.employees.get(&id));
            clear(window);
            if let Some(person) = chosen {
                window.global::<Login>().set_id(person.id.to_string().into());
                window.global::<Login>().set_name(person.name.as_str().into());
            }
        })
    });
    let pins = bridge.clone();
    login.on_submit(move |id, pin| {
        if let Ok(employee) = id.parse() {
            submit(&pins, employee, pin.into());
        }
    });
    window.global::<PinText>().on_cut(|pin| {
        let mut pin = pin.to_string();
        pin.pop();
        pin.into()
    });
}

fn clear(window: &CashierWindow) {
    let login = window.global::<Login>();
    login.set_id(Default::default());
    login.set_name(Default::default());
    login.set_pin(Default::default());
    login.set_trouble(Default::default());
}

fn submit(bridge: &Bridge, employee: EmployeeId, pin: String) {
    let hub = bridge.clone();
    bridge.act(|window, _| window.global::<Login>().set_busy(true));
    bridge.submit(Op::StaffLogIn { employee, pin }, move |window, _, answer| {
        let login = window.global::<Login>();
        login.set_busy(false);
        match answer {
            Ok(Outcome::Session { token }) => {
                clear(window);
                hub.client().become_session(Some(token));
            }
            Ok(other) => tracing::error!(?other, "a login brought something else"),
            Err(refused) => {
                login.set_pin(Default::default());
                login.set_trouble(refused.message.into());
            }
        }
    });
}

pub fn draw(window: &CashierWindow, desk: &Desk) {
    let login = window.global::<Login>();
    let people = desk.room.employees.values().map(|e| PersonRow {
        id: e.id.to_string().into(),
        name: e.name.as_str().into(),
        initials: initials(&e.name).into(),
        role: shape::role(e.role),
    });
    rows::sync(login.get_people(), people.collect(), |a, b| a.id == b.id, |m| login.set_people(m));
}

/// "BW" of "Bambang Wijaya".
fn initials(name: &str) -> String {
    name.split_whitespace().take(2).filter_map(|w| w.chars().next()).flat_map(char::to_uppercase).collect()
}
