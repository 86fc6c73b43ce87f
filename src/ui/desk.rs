//! What this screen knows and what its user is in the middle of: the room as the hub tells
//! it, the hub's clock, and the unfinished business of each page. Plain data behind the
//! bridge's lock; it sees neither Slint nor the network.

use std::collections::{BTreeMap, BTreeSet};

use slint::{Rgba8Pixel, SharedPixelBuffer};

use crate::client::Signal;
use crate::client::room::Room;
use crate::domain::id::{CategoryId, EmployeeId, OrderId, ProductId, TableId, VisitId};
use crate::domain::money::{Currency, Money};
use crate::domain::site::Language;
use crate::domain::staff::{Right, Role};
use crate::domain::time::{Clock, SystemClock};
use crate::hub::wire::{Change, HubFrame, Me};
use crate::ui::generated::Appearance;
use crate::ui::pay::Till;
use crate::ui::ticket::Ticket;
use crate::ui::{manage, printing, receipts, reports, setup};

/// Pixels of a picture. Slint's own `Image` cannot cross threads; its buffer can.
pub type Pixels = SharedPixelBuffer<Rgba8Pixel>;

pub struct Desk {
    pub room: Room,
    pub linked: bool,
    /// Set by the person at the screen; until then the site's counts.
    pub language: Option<Language>,
    /// What the translations are switched to.
    pub spoken: Option<Language>,
    pub appearance: Appearance,
    pub with_paper: bool,
    /// Orders with a request on its way.
    pub busy: BTreeSet<OrderId>,
    /// The order whose sheet is open.
    pub sheet: Option<OrderId>,
    /// The table whose sheet is open, and the party chosen there.
    pub table: Option<TableId>,
    pub party: Option<VisitId>,
    pub ticket: Ticket,
    pub category: Option<CategoryId>,
    pub search: String,
    pub till: Till,
    pub receipts: receipts::State,
    pub reports: reports::State,
    pub manage: manage::State,
    pub setup: setup::State,
    pub printing: printing::State,
    pub sold_out_search: String,
    pub switching: BTreeSet<ProductId>,
    /// By path; `None` while it is fetched or when there is none.
    pub pictures: BTreeMap<String, Option<Pixels>>,
    /// The demo's paper, newest first.
    pub paper: Vec<(String, Pixels)>,
    /// Menu or pictures changed since the last drawing: a menu may hold 20,000 dishes.
    pub menu_stale: bool,
    pub paper_stale: bool,
    clock: SystemClock,
    /// The hub's wall clock and ours, read together.
    set: Option<(i64, i64)>,
}

impl Desk {
    pub fn new(with_paper: bool) -> Desk {
        Desk {
            room: Room::default(),
            linked: true,
            language: None,
            spoken: None,
            appearance: Appearance::Automatic,
            with_paper,
            busy: BTreeSet::new(),
            sheet: None,
            table: None,
            party: None,
            ticket: Ticket::default(),
            category: None,
            search: String::new(),
            till: Till::default(),
            receipts: receipts::State::default(),
            reports: reports::State::default(),
            manage: manage::State::default(),
            setup: setup::State::default(),
            printing: printing::State::default(),
            sold_out_search: String::new(),
            switching: BTreeSet::new(),
            pictures: BTreeMap::new(),
            paper: Vec::new(),
            menu_stale: true,
            paper_stale: true,
            clock: SystemClock::new(true),
            set: None,
        }
    }

    /// Takes in what came from the hub.
    pub fn hear(&mut self, signal: &Signal) {
        let frame = match signal {
            Signal::Up => return self.linked = true,
            Signal::Down { .. } => return self.linked = false,
            Signal::Frame(frame) => frame,
        };
        match &**frame {
            HubFrame::Welcome { now_ms, .. } | HubFrame::Pong { now_ms } => self.set = Some((*now_ms, self.clock.now().mono_ms)),
            HubFrame::Snapshot { .. } => self.menu_stale = true,
            HubFrame::Events { changes, .. } => {
                self.menu_stale |= changes.iter().any(|c| matches!(**c, Change::Category(_) | Change::Product(_)));
            }
            HubFrame::Ack { .. } | HubFrame::Refused { .. } | HubFrame::View { .. } | HubFrame::Bye { .. } => {}
        }
        self.room.apply(frame);
    }

    /// The hub's wall clock now; none before it has greeted.
    pub fn now_ms(&self) -> Option<i64> {
        let (hub, own) = self.set?;
        Some(hub + self.clock.now().mono_ms - own)
    }

    /// Milliseconds of this screen's own clock, which never jumps.
    pub fn mono_ms(&self) -> i64 {
        self.clock.now().mono_ms
    }

    /// The language of what is on the screen.
    pub fn tongue(&self) -> Language {
        self.spoken.unwrap_or_default()
    }

    /// Whole minutes since `then_ms`, never negative.
    pub fn minutes_since(&self, then_ms: i64) -> i32 {
        let passed = self.now_ms().map_or(0, |now| (now - then_ms).max(0) / 60_000);
        i32::try_from(passed).unwrap_or(i32::MAX)
    }

    pub fn role(&self) -> Option<Role> {
        match self.room.me {
            Some(Me::Employee { role, .. }) => Some(role),
            _ => None,
        }
    }

    pub fn employee(&self) -> Option<EmployeeId> {
        match self.room.me {
            Some(Me::Employee { employee, .. }) => Some(employee),
            _ => None,
        }
    }

    /// Whether to offer it; the hub decides.
    pub fn may(&self, right: Right) -> bool {
        self.role().is_some_and(|role| role.may(right))
    }

    pub fn currency(&self) -> Currency {
        self.room.site.as_ref().map_or_else(Currency::default, |s| s.money.code)
    }

    /// "Rp92.400".
    pub fn money(&self, amount: Money) -> slint::SharedString {
        self.currency().format(amount).into()
    }

    /// The time zone of the house.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        let name = self.room.site.as_ref().map_or("UTC", |s| &s.timezone);
        crate::domain::time::zone(name).unwrap_or(jiff::tz::TimeZone::UTC)
    }

    /// Somebody else is at the screen: sheets close. The ticket stays, it may be half of an
    /// order that is still being told.
    pub fn change_hands(&mut self) {
        self.sheet = None;
        self.table = None;
        self.party = None;
        self.receipts.forget();
        self.reports.forget();
        self.manage.forget();
        self.printing.forget();
    }
}
