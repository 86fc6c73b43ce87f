//! Who may do what. Rights live here and nowhere else; the server checks them for every
//! operation, whatever a screen shows.

use serde::{Deserialize, Serialize};

use crate::domain::id::{DeviceId, EmployeeId, GuestId, VisitId};

/// What somebody is here to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
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
    /// Have a receipt sent by mail.
    MailReceipt,
    Reprint,
    SetSoldOut,
    ConfirmClock,
    /// Prove to be somebody.
    LogIn,
    /// Open a house that is none yet.
    Found,
    /// Ask to be taken on; or prove to be somebody by a password.
    SignUp,
    /// Change one's own PIN and password, see and end one's own sessions.
    KeepAccount,
    /// See and change what one has said of oneself as a guest; leave.
    KeepProfile,
    /// Say what one thought of a dish.
    Rate,
    ManageMenu,
    ManageTables,
    /// Staff below oneself: see [`Role::manages`].
    ManageStaff,
    /// Screens that staff log in on.
    ManageDevices,
    ManagePrinters,
    /// The letters that are owed.
    ManageMail,
    /// Name, taxes, how guests' orders are confirmed, how letters leave the house.
    ManageSite,
    SeeReports,
    /// Find guests of earlier days, and forget what they have said of themselves.
    EraseGuests,
    /// The program's own bookkeeping: printing, care of the file.
    Maintain,
}

impl Right {
    pub const ALL: [Right; 30] = [
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
        Right::MailReceipt,
        Right::Reprint,
        Right::SetSoldOut,
        Right::ConfirmClock,
        Right::LogIn,
        Right::Found,
        Right::SignUp,
        Right::KeepAccount,
        Right::KeepProfile,
        Right::Rate,
        Right::ManageMenu,
        Right::ManageTables,
        Right::ManageStaff,
        Right::ManageDevices,
        Right::ManagePrinters,
        Right::ManageMail,
        Right::ManageSite,
        Right::SeeReports,
        Right::EraseGuests,
        Right::Maintain,
    ];
}

impl Role {
    /// Whether this role may take on, change and dismiss people of `other`: an owner everybody,
    /// a manager those below.
    pub fn manages(self, other: Role) -> bool {
        match self {
            Role::Owner => true,
            Role::Manager => !matches!(other, Role::Owner | Role::Manager),
            Role::Cashier | Role::Waiter | Role::Kitchen => false,
        }
    }

    pub fn may(self, right: Right) -> bool {
        use Right::*;
        match self {
            Role::Owner => !matches!(right, Join | Found | SignUp | KeepProfile | Rate | Maintain),
            Role::Manager => !matches!(right, Join | Found | SignUp | KeepProfile | Rate | Maintain | ManageSite),
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
                    | MailReceipt
                    | Reprint
                    | SetSoldOut
                    | ConfirmClock
                    | LogIn
                    | KeepAccount
            ),
            Role::Waiter => {
                matches!(
                    right,
                    PlaceOrder
                        | ConfirmOrder
                        | AdvanceLine
                        | CancelWaiting
                        | AskBill
                        | CloseVisit
                        | SetSoldOut
                        | LogIn
                        | KeepAccount
                )
            }
            Role::Kitchen => matches!(right, AdvanceLine | SetSoldOut | LogIn | KeepAccount),
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
        /// The enrolled screen; none in the office, where a password was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<DeviceId>,
    },
    /// A screen that staff may log in on, with nobody logged in.
    Device {
        device: DeviceId,
    },
    /// One of the old app's tablets. It has no login: its address is all that is known of it.
    Tablet {
        /// The address is one of those that the owner listed as the staff's.
        counter: bool,
    },
    /// A browser that nobody knows yet.
    Stranger,
    /// The machine itself: its command line, its workers.
    Machine,
}

impl Actor {
    pub fn may(self, right: Right) -> bool {
        match self {
            Actor::Guest { .. } => matches!(
                right,
                Right::Join
                    | Right::PlaceOrder
                    | Right::CancelWaiting
                    | Right::AskBill
                    | Right::MailReceipt
                    | Right::KeepProfile
                    | Right::Rate
            ),
            Actor::Employee { role, .. } => role.may(right),
            // Whoever stands at a screen of the house's is inside. Once there is a house, founding is refused.
            Actor::Device { .. } => matches!(right, Right::LogIn | Right::Found),
            // What its protocol has a message for, and nothing else.
            Actor::Tablet { counter } => match right {
                Right::PlaceOrder => true,
                Right::ConfirmOrder | Right::FinishOrder | Right::TakePayment => counter,
                _ => false,
            },
            Actor::Stranger => matches!(right, Right::Join | Right::SignUp),
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
    /// share one, nor do two guests; strangers and old tablets have none and their requests carry
    /// no memory.
    pub fn principal(self) -> Option<String> {
        match self {
            Actor::Guest { guest, .. } => Some(guest.to_string()),
            Actor::Employee { employee, .. } => Some(employee.to_string()),
            Actor::Device { device } => Some(device.to_string()),
            Actor::Tablet { .. } | Actor::Stranger | Actor::Machine => None,
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
    /// Signed up, and nobody has said yes so far: may do nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
}

impl Employee {
    /// Whether this person may come in at all.
    pub fn works_here(&self) -> bool {
        self.active && !self.pending
    }
}

/// What a manager writes of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EmployeeDraft {
    pub name: String,
    pub role: Role,
    /// Where to write to; empty is nowhere, missing leaves it as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub mail: Option<String>,
}

/// Shortest password: long enough that no rule about its letters is needed (NIST SP 800-63B
/// asks for 8 at least; the office is open to everybody on the Wi-Fi).
pub const PASSWORD_MIN: usize = 10;
/// Longest: a sentence fits, and hashing stays cheap.
pub const PASSWORD_MAX: usize = 128;

/// A password is judged by its length alone.
pub fn is_password(text: &str) -> bool {
    (PASSWORD_MIN..=PASSWORD_MAX).contains(&text.chars().count())
}

/// A PIN is 4 to 8 digits.
pub fn is_pin(text: &str) -> bool {
    (4..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Wrong PINs or passwords of one person from one place. After each round of them nothing is right from there for a
/// while, twice as long each time: whoever tries them all needs years. A right one, or a day without any, and all is
/// forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    pub count: u32,
    /// Of the last one, by the clock that cannot be set.
    pub since_ms: i64,
}

impl Tries {
    /// In a round.
    pub const ROUND: u32 = 5;
    /// How long the first round locks.
    pub const LOCK_MS: i64 = 15 * 60 * 1_000;
    /// How often that doubles at most: eight hours.
    const DOUBLED: u32 = 5;
    pub const FORGOTTEN_MS: i64 = 24 * 3_600_000;

    /// What is left of them by now.
    pub fn by(self, now_ms: i64) -> Tries {
        if now_ms - self.since_ms >= Tries::FORGOTTEN_MS { Tries::default() } else { self }
    }

    /// In how many minutes it may be tried again, where that is not now.
    pub fn locked(self, now_ms: i64) -> Option<u32> {
        let rounds = self.count / Tries::ROUND;
        if rounds == 0 || !self.count.is_multiple_of(Tries::ROUND) {
            return None;
        }
        let left = (Tries::LOCK_MS << (rounds - 1).min(Tries::DOUBLED)) - (now_ms - self.since_ms).max(0);
        (left > 0).then(|| u32::try_from((left + 59_999) / 60_000).unwrap_or(u32::MAX))
    }

    /// One more.
    pub fn wrong(self, now_ms: i64) -> Tries {
        Tries { count: self.count.saturating_add(1), since_ms: now_ms }
    }

    /// Tries that are left in this round.
    pub fn left(self) -> u32 {
        (Tries::ROUND - self.count % Tries::ROUND) % Tries::ROUND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table, so that a changed right is a changed line here.
    #[test]
    fn the_table_of_rights() {
        let guest = Actor::Guest { guest: GuestId(1), visit: VisitId(1) };
        let staff = |role| Actor::Employee { employee: EmployeeId(1), role, device: Some(DeviceId(1)) };
        let row = |right: Right| -> String {
            let who = [
                guest,
                Actor::Stranger,
                Actor::Device { device: DeviceId(1) },
                Actor::Tablet { counter: false },
                Actor::Tablet { counter: true },
                staff(Role::Kitchen),
                staff(Role::Waiter),
                staff(Role::Cashier),
                staff(Role::Manager),
                staff(Role::Owner),
                Actor::Machine,
            ];
            who.iter().zip("gsdtTkwcmoM".chars()).map(|(a, c)| if a.may(right) { c } else { '-' }).collect()
        };
        let table: Vec<(Right, String)> = Right::ALL.iter().map(|r| (*r, row(*r))).collect();
        let want = [
            (Right::Join, "gs--------M"),
            (Right::PlaceOrder, "g--tT-wcmoM"),
            (Right::ConfirmOrder, "----T-wcmoM"),
            (Right::AdvanceLine, "-----kwcmoM"),
            (Right::FinishOrder, "----T--cmoM"),
            (Right::CancelWaiting, "g-----wcmoM"),
            (Right::CancelInProcess, "-------cmoM"),
            (Right::AskBill, "g-----wcmoM"),
            (Right::CloseVisit, "------wcmoM"),
            (Right::TakePayment, "----T--cmoM"),
            (Right::MailReceipt, "g------cmoM"),
            (Right::Reprint, "-------cmoM"),
            (Right::SetSoldOut, "-----kwcmoM"),
            (Right::ConfirmClock, "-------cmoM"),
            (Right::LogIn, "--d--kwcmoM"),
            (Right::Found, "--d-------M"),
            (Right::SignUp, "-s--------M"),
            (Right::KeepAccount, "-----kwcmoM"),
            (Right::KeepProfile, "g---------M"),
            (Right::Rate, "g---------M"),
            (Right::ManageMenu, "--------moM"),
            (Right::ManageTables, "--------moM"),
            (Right::ManageStaff, "--------moM"),
            (Right::ManageDevices, "--------moM"),
            (Right::ManagePrinters, "--------moM"),
            (Right::ManageMail, "--------moM"),
            (Right::ManageSite, "---------oM"),
            (Right::SeeReports, "--------moM"),
            (Right::EraseGuests, "--------moM"),
            (Right::Maintain, "----------M"),
        ];
        assert_eq!(table, want.map(|(r, s)| (r, s.to_owned())));
    }

    #[test]
    fn each_round_of_wrong_ones_locks_for_longer() {
        let minute = 60_000;
        let mut tries = Tries::default();
        let mut now = 1_000;
        for lock in [15, 30, 60, 120, 240, 480, 480] {
            for left in (0..Tries::ROUND).rev() {
                assert_eq!(tries.by(now).locked(now), None);
                tries = tries.by(now).wrong(now);
                assert_eq!(tries.left(), left);
            }
            assert_eq!(tries.locked(now), Some(lock));
            now += i64::from(lock) * minute;
            assert_eq!(tries.locked(now - 1), Some(1));
        }
        assert_eq!(tries.locked(now), None);
        assert_eq!(tries.by(now + Tries::FORGOTTEN_MS), Tries::default());
        assert_eq!(Tries { count: u32::MAX, since_ms: 0 }.wrong(0).left(), 0, "it counts no further");
    }
}
