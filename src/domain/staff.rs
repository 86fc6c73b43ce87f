//! Who may do what. Rights live here and nowhere else; the server checks them for every
//! operation, whatever a screen shows.

use serde::{Deserialize, Serialize};

use crate::domain::id::{DeviceId, EmployeeId, GuestId, VisitId};

/// What somebody is here to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Role {
    Owner,
    Manager,
    Cashier,
    Waiter,
    Kitchen,
}

impl Role {
    pub const ALL: [Role; 5] = [Role::Owner, Role::Manager, Role::Cashier, Role::Waiter, Role::Kitchen];

    pub fn name(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Manager => "manager",
            Role::Cashier => "cashier",
            Role::Waiter => "waiter",
            Role::Kitchen => "kitchen",
        }
    }
}

/// A thing that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Come in at a table's code.
    Join,
    PlaceOrder,
    ConfirmOrder,
    AdvanceLine,
    FinishOrder,
    CancelWaiting,
    CancelInProcess,
    AskBill,
    /// Give a table free whose party has left without ordering.
    CloseVisit,
    TakePayment,
    Reprint,
    SetSoldOut,
    EnrolDevice,
    ConfirmClock,
    /// Prove to be somebody.
    LogIn,
    /// Set the shop up: only the machine's own command line until the office can do it.
    Administer,
    /// The program's own bookkeeping: printing, care of the file.
    Maintain,
}

impl Right {
    pub const ALL: [Right; 17] = [
        Right::Join,
        Right::PlaceOrder,
        Right::ConfirmOrder,
        Right::AdvanceLine,
        Right::FinishOrder,
        Right::CancelWaiting,
        Right::CancelInProcess,
        Right::AskBill,
        Right::CloseVisit,
        Right::TakePayment,
        Right::Reprint,
        Right::SetSoldOut,
        Right::EnrolDevice,
        Right::ConfirmClock,
        Right::LogIn,
        Right::Administer,
        Right::Maintain,
    ];
}

impl Role {
    pub fn may(self, right: Right) -> bool {
        use Right::*;
        match self {
            Role::Owner | Role::Manager => !matches!(right, Join | Administer | Maintain),
            Role::Cashier => matches!(
                right,
                PlaceOrder
                    | ConfirmOrder
                    | AdvanceLine
                    | FinishOrder
                    | CancelWaiting
                    | CancelInProcess
                    | AskBill
                    | CloseVisit
                    | TakePayment
                    | Reprint
                    | SetSoldOut
                    | ConfirmClock
                    | LogIn
            ),
            Role::Waiter => {
                matches!(
                    right,
                    PlaceOrder | ConfirmOrder | AdvanceLine | CancelWaiting | AskBill | CloseVisit | SetSoldOut | LogIn
                )
            }
            Role::Kitchen => matches!(right, AdvanceLine | SetSoldOut | LogIn),
        }
    }
}

/// On whose behalf an operation runs; the hub knows it from the session, never from the
/// message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    Guest {
        guest: GuestId,
        visit: VisitId,
    },
    Employee {
        employee: EmployeeId,
        role: Role,
        device: DeviceId,
    },
    /// A screen that staff may log in on, with nobody logged in.
    Device {
        device: DeviceId,
    },
    /// A browser that nobody knows yet.
    Stranger,
    /// The machine itself: its command line, its workers.
    Machine,
}

impl Actor {
    pub fn may(self, right: Right) -> bool {
        match self {
            Actor::Guest { .. } => matches!(right, Right::Join | Right::PlaceOrder | Right::CancelWaiting | Right::AskBill),
            Actor::Employee { role, .. } => role.may(right),
            Actor::Device { .. } => matches!(right, Right::LogIn),
            Actor::Stranger => matches!(right, Right::Join),
            Actor::Machine => true,
        }
    }

    pub fn employee(self) -> Option<EmployeeId> {
        match self {
            Actor::Employee { employee, .. } => Some(employee),
            _ => None,
        }
    }

    /// The name under which this actor's request ids count. A guest and an employee never
    /// share one, nor do two guests; a stranger has none and its requests carry no memory.
    pub fn principal(self) -> Option<String> {
        match self {
            Actor::Guest { guest, .. } => Some(guest.to_string()),
            Actor::Employee { employee, .. } => Some(employee.to_string()),
            Actor::Device { device } => Some(device.to_string()),
            Actor::Stranger | Actor::Machine => None,
        }
    }
}

/// Somebody who works here. The PIN's hash is kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employee {
    pub id: EmployeeId,
    pub uid: uuid::Uuid,
    pub name: String,
    pub role: Role,
    pub active: bool,
}

/// A PIN is 4 to 8 digits.
pub fn is_pin(text: &str) -> bool {
    (4..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table, so that a changed right is a changed line here.
    #[test]
    fn the_table_of_rights() {
        let guest = Actor::Guest { guest: GuestId(1), visit: VisitId(1) };
        let staff = |role| Actor::Employee { employee: EmployeeId(1), role, device: DeviceId(1) };
        let row = |right: Right| -> String {
            let who = [
                guest,
                Actor::Stranger,
                Actor::Device { device: DeviceId(1) },
                staff(Role::Kitchen),
                staff(Role::Waiter),
                staff(Role::Cashier),
                staff(Role::Manager),
                staff(Role::Owner),
                Actor::Machine,
            ];
            who.iter().zip("gsdkwcmoM".chars()).map(|(a, c)| if a.may(right) { c } else { '-' }).collect()
        };
        let table: Vec<(Right, String)> = Right::ALL.iter().map(|r| (*r, row(*r))).collect();
        let want = [
            (Right::Join, "gs------M"),
            (Right::PlaceOrder, "g---wcmoM"),
            (Right::ConfirmOrder, "----wcmoM"),
            (Right::AdvanceLine, "---kwcmoM"),
            (Right::FinishOrder, "-----cmoM"),
            (Right::CancelWaiting, "g---wcmoM"),
            (Right::CancelInProcess, "-----cmoM"),
            (Right::AskBill, "g---wcmoM"),
            (Right::CloseVisit, "----wcmoM"),
            (Right::TakePayment, "-----cmoM"),
            (Right::Reprint, "-----cmoM"),
            (Right::SetSoldOut, "---kwcmoM"),
            (Right::EnrolDevice, "------moM"),
            (Right::ConfirmClock, "-----cmoM"),
            (Right::LogIn, "--dkwcmoM"),
            (Right::Administer, "--------M"),
            (Right::Maintain, "--------M"),
        ];
        assert_eq!(table, want.map(|(r, s)| (r, s.to_owned())));
    }
}
