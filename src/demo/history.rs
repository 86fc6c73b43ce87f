//! Days of trade for the sample restaurant, so that its reports show something: the same dishes,
//! tables and people every time, through the same operations as a real evening. The demo gets a
//! week; a house for measuring gets as much as is asked for, many parties at once, so that the
//! writer takes them together.

use std::sync::mpsc::sync_channel;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::id::{EmployeeId, ProductId, TableId, VisitId};
use crate::domain::menu::Product;
use crate::domain::money::Money;
use crate::domain::staff::{Actor, Role};
use crate::domain::time::{Clock, ManualClock};
use crate::domain::visit::Person;
use crate::ops::bill::PayCash;
use crate::ops::menu::Deliver;
use crate::ops::order::{CancelOrder, ConfirmOrder, FinishOrder, PlaceOrder, Placed, Placement, Wanted};
use crate::ops::rating::RateProduct;
use crate::ops::visit::JoinVisit;
use crate::ops::{self, Caller, OpError, Operation};
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::writer::Writer;
use crate::store::{menu, sites, staff, visits};
use crate::views::floor;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// A party stays so long until its food is there, and until it pays.
const COOKED_MS: i64 = 12 * MINUTE_MS;
const EATEN_MS: i64 = 20 * MINUTE_MS;
/// Orders between two words about how far a long history has come.
const TELL_EVERY: u64 = 50_000;

/// How much has happened before now.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How far back it begins.
    pub days: i64,
    /// The fewest parties of a day, each with one order.
    pub parties_a_day: u32,
    /// Fewer than so many come on top, as the dice fall.
    pub give: u32,
    /// So many come on top on three days of the week.
    pub weekend: u32,
    /// Tables of the room.
    pub tables: u32,
    /// Parties that come, eat and pay at the same time, each at a table of its own.
    pub at_once: u32,
    /// Days at the end on which nobody bought anything, so that something runs low.
    pub without_market: i64,
    /// Portions of a counted dish on a morning, if it began with fewer.
    pub on_hand: u32,
}

impl Plan {
    /// The demo's.
    pub const WEEK: Plan =
        Plan { days: 7, parties_a_day: 10, give: 5, weekend: 4, tables: 12, at_once: 1, without_market: 4, on_hand: 0 };

    /// A busy house with so many orders behind it, in full days of a thousand. Of no dish are more
    /// portions eaten than there are parties.
    pub fn large(orders: u64) -> Plan {
        let days = i64::try_from(orders.div_ceil(1_000)).unwrap_or(i64::MAX);
        Plan { days, parties_a_day: 1_000, give: 1, weekend: 0, tables: 80, at_once: 64, without_market: 0, on_hand: 1_000 }
    }

    /// How far back it begins.
    pub fn length_ms(&self) -> i64 {
        self.days.saturating_mul(DAY_MS)
    }
}

/// How often each dish of the menu is asked for, in the menu's order.
const LIKED: [u32; 20] = [5, 3, 4, 6, 2, 12, 9, 8, 7, 6, 4, 5, 6, 2, 1, 14, 9, 6, 5, 8];
const GUESTS: [&str; 8] = ["Ayu", "Budi", "Citra", "Dewi", "Eko", "Fajar", "Gita", "Hadi"];
const SAID: [(u8, &str); 6] =
    [(5, "Enak sekali!"), (4, ""), (5, "Bumbunya pas."), (3, "Agak lama."), (4, "Porsinya pas."), (5, "")];

/// Numbers that are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        // Knuth's multiplier; the high half is what looks random.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(n.max(1))) as u32
    }
}

struct Played<'a> {
    writer: &'a Writer,
    reader: &'a Reader,
    clock: &'a ManualClock,
    plan: Plan,
    dice: Dice,
    menu: Vec<Product>,
    tables: Vec<(TableId, String)>,
    waiter: Actor,
    cashier: Actor,
    orders: u64,
}

/// Some people, and what they do while they are here.
struct Party {
    number: u32,
    guest: Option<Actor>,
    placement: Placement,
    /// What the first line of their order names.
    wanted: Option<ProductId>,
    placed: Option<Placed>,
}

impl Party {
    fn at(number: u32, placement: Placement) -> Party {
        Party { number, guest: None, placement, wanted: None, placed: None }
    }
}

/// Plays the days before `now_ms`; the clock stands there afterwards.
pub fn play(writer: &Writer, reader: &Reader, clock: &ManualClock, plan: Plan, now_ms: i64) -> anyhow::Result<()> {
    let actor = |name: &str, role: Role| -> anyhow::Result<Actor> {
        let employee = reader.read(|conn| staff::by_name(conn, name))?.map_or(EmployeeId(1), |e| e.id);
        Ok(Actor::Employee { employee, role, device: None })
    };
    let mut played = Played {
        writer,
        reader,
        clock,
        plan,
        dice: Dice(2_026),
        menu: reader.read(menu::products)?.into_iter().map(|(p, _)| p).collect(),
        tables: reader.read(visits::tables)?.into_iter().map(|t| (t.id, t.code)).collect(),
        waiter: actor("Pelayan", Role::Waiter)?,
        cashier: actor("Kasir", Role::Cashier)?,
        orders: 0,
    };
    let site = reader.read(sites::site)?;
    let offset_ms = i64::from(site.zone().to_offset(jiff::Timestamp::from_millisecond(now_ms)?).seconds()) * 1_000;
    let midnight = (now_ms + offset_ms).div_euclid(DAY_MS) * DAY_MS - offset_ms;
    for back in (1..=plan.days).rev() {
        let noon = midnight - back * DAY_MS + 11 * 60 * MINUTE_MS;
        played.day(noon, back)?;
    }
    clock.jump_to(now_ms, true);
    Ok(())
}

impl Played<'_> {
    fn at(&self, wall_ms: i64) {
        // A clock that is ahead already has lived through a longer party.
        self.clock.jump_to(wall_ms.max(self.clock.now().wall_ms), true);
    }

    fn pass(&self, ms: i64) {
        self.at(self.clock.now().wall_ms + ms);
    }

    fn day(&mut self, noon: i64, back: i64) -> anyhow::Result<()> {
        self.at(noon);
        if back > self.plan.without_market {
            self.deliveries()?;
        }
        let more = if back % 7 < 3 { self.plan.weekend } else { 0 };
        let parties = self.plan.parties_a_day + self.dice.below(self.plan.give) + more;
        let mut first = 0;
        while first < parties {
            // More in the evening: two thirds of the day's parties in its second half.
            let at = i64::from(first) * 630 / i64::from(parties) + i64::from(self.dice.below(20));
            self.at(noon + at * MINUTE_MS);
            let next = parties.min(first + self.plan.at_once.max(1));
            self.parties(first..next, back)?;
            first = next;
        }
        Ok(())
    }

    /// What was sold is bought again.
    fn deliveries(&self) -> anyhow::Result<()> {
        for (product, _) in self.reader.read(menu::products)? {
            let first = self.menu.iter().find(|p| p.id == product.id).and_then(|p| p.stock).unwrap_or(0);
            let wanted = first.max(i64::from(self.plan.on_hand));
            let Some(stock) = product.stock.filter(|s| *s < wanted) else { continue };
            let quantity = u32::try_from(wanted - stock).unwrap_or(0);
            ops::run(self.writer, Actor::Machine, Deliver { product: product.id, quantity, reason: "Pasar".to_owned() })?;
        }
        Ok(())
    }

    /// Some parties at the same time, from the door to the receipt.
    fn parties(&mut self, numbers: std::ops::Range<u32>, back: i64) -> anyhow::Result<()> {
        let mut parties = self.come_in(numbers, back)?;
        self.order(&mut parties)?;
        parties.retain(|p| p.placed.is_some());
        self.confirm(&parties)?;
        // Now and then something goes wrong.
        let (wrong, parties): (Vec<Party>, Vec<Party>) = parties.into_iter().partition(|p| p.number % 100 == 4 && back % 3 == 0);
        self.cancel(&wrong)?;
        if parties.is_empty() {
            return Ok(());
        }
        self.pass(COOKED_MS);
        self.finish(&parties)?;
        self.rate(&parties)?;
        self.pass(EATEN_MS);
        self.pay(&parties)
    }

    /// Who comes, where they sit, and those who show their phone at the door.
    fn come_in(&mut self, numbers: std::ops::Range<u32>, back: i64) -> anyhow::Result<Vec<Party>> {
        let mut free: Vec<usize> = (0..self.tables.len()).collect();
        let (mut parties, mut asked, mut joining) = (Vec::new(), Vec::new(), Vec::new());
        for number in numbers {
            let dice = self.dice.below(10);
            if dice < 2 || free.is_empty() {
                parties.push(Party::at(number, Placement::Takeaway { guest: String::new() }));
                continue;
            }
            let at = free.swap_remove(self.dice.below(free.len() as u32) as usize);
            let (table, code) = self.tables[at].clone();
            if dice >= 6 {
                parties.push(Party::at(number, Placement::Table(table)));
                continue;
            }
            let name = GUESTS[self.dice.below(GUESTS.len() as u32) as usize];
            let token_hash = Sha256::digest(format!("{back}/{number}/{name}")).into();
            let person = Person { name: name.to_owned(), ..Person::default() };
            asked.push((Actor::Stranger, JoinVisit { code, person, token_hash }));
            joining.push(parties.len());
            parties.push(Party::at(number, Placement::Own));
        }
        for (at, joined) in joining.into_iter().zip(self.together(asked)) {
            let joined = joined?;
            parties[at].guest = Some(Actor::Guest { guest: joined.guest, visit: joined.visit });
        }
        Ok(parties)
    }

    /// Nothing is placed by those whose wish had run out.
    fn order(&mut self, parties: &mut [Party]) -> anyhow::Result<()> {
        let mut asked = Vec::new();
        for party in parties.iter_mut() {
            let lines = self.wish();
            party.wanted = lines.first().map(|l| l.product);
            let who = party.guest.unwrap_or(self.waiter);
            asked.push((who, PlaceOrder { uid: Uuid::now_v7(), placement: party.placement.clone(), lines }));
        }
        for (party, placed) in parties.iter_mut().zip(self.together(asked)) {
            party.placed = match placed {
                Ok(placed) => Some(placed),
                Err(OpError::Refused(_)) => None,
                Err(error) => return Err(error.into()),
            };
        }
        let before = self.orders;
        self.orders += parties.iter().filter(|p| p.placed.is_some()).count() as u64;
        if before / TELL_EVERY < self.orders / TELL_EVERY {
            tracing::info!(orders = self.orders, "the history goes on");
        }
        Ok(())
    }

    /// What somebody would like, the liked dishes more often.
    fn wish(&mut self) -> Vec<Wanted> {
        let all: u32 = LIKED.iter().sum();
        let mut lines: Vec<Wanted> = Vec::new();
        for _ in 0..2 + self.dice.below(3) {
            let mut pick = self.dice.below(all);
            let liked = LIKED.iter().position(|weight| {
                let here = pick < *weight;
                pick = pick.saturating_sub(*weight);
                here
            });
            let Some(product) = liked.and_then(|at| self.menu.get(at)).map(|p| p.id) else { continue };
            let quantity = 1 + self.dice.below(2);
            if lines.iter().all(|l| l.product != product) {
                lines.push(Wanted { product, quantity, note: String::new() });
            }
        }
        lines
    }

    fn confirm(&self, parties: &[Party]) -> anyhow::Result<()> {
        let waiting = parties.iter().filter(|p| p.guest.is_some()).filter_map(|p| p.placed);
        self.all_done(waiting.map(|p| (self.cashier, ConfirmOrder { order: p.order })).collect())
    }

    fn cancel(&self, parties: &[Party]) -> anyhow::Result<()> {
        let cancel = |p: Placed| CancelOrder { order: p.order, reason: "Salah pesan".to_owned(), made: Some(false) };
        self.all_done(parties.iter().filter_map(|p| p.placed).map(|p| (self.cashier, cancel(p))).collect())
    }

    fn finish(&self, parties: &[Party]) -> anyhow::Result<()> {
        let placed = parties.iter().filter_map(|p| p.placed);
        self.all_done(placed.map(|p| (self.cashier, FinishOrder { order: p.order })).collect())
    }

    /// Every other guest says something.
    fn rate(&mut self, parties: &[Party]) -> anyhow::Result<()> {
        let mut asked = Vec::new();
        for party in parties {
            let Some(guest) = party.guest.filter(|_| self.dice.below(2) == 0) else { continue };
            let Some(product) = party.wanted else { continue };
            let (stars, comment) = SAID[self.dice.below(SAID.len() as u32) as usize];
            asked.push((guest, RateProduct { product, stars, comment: comment.to_owned() }));
        }
        self.all_done(asked)
    }

    fn pay(&self, parties: &[Party]) -> anyhow::Result<()> {
        let visits: Vec<VisitId> = parties.iter().filter_map(|p| p.placed).map(|p| p.visit).collect();
        let asked = self.reader.read(|conn| {
            let site = sites::site(conn)?;
            let mut asked = Vec::with_capacity(visits.len());
            for id in visits {
                let visit = visits::visit(conn, id)?.ok_or(StoreError::Stopped)?;
                asked.push((id, floor::open_bill(conn, &site, &visit)?.bill.total));
            }
            Ok::<_, StoreError>((asked, site))
        });
        let (asked, site) = asked?;
        let mut paid = Vec::with_capacity(asked.len());
        for (visit, total) in asked {
            let due = Money(total.0 + site.cash_rounding.difference(total)?.0);
            let tendered = site.currency.likely_tenders(due).last().copied().unwrap_or(due);
            paid.push((self.cashier, PayCash { uid: Uuid::now_v7(), visit, total, tendered }));
        }
        self.all_done(paid)
    }

    /// What several people ask at the same time; the answers in the order of the questions.
    fn together<O: Operation>(&self, asked: Vec<(Actor, O)>) -> Vec<Result<O::Output, OpError>> {
        let hand_over = |(actor, op): (Actor, O)| {
            let (tell, told) = sync_channel(1);
            ops::submit(self.writer, Caller::plain(actor), op, move |done| {
                let _ = tell.send(done.map(|d| d.output));
            });
            told
        };
        let waiting: Vec<_> = asked.into_iter().map(hand_over).collect();
        waiting.into_iter().map(|told| told.recv().unwrap_or_else(|_| Err(StoreError::Stopped.into()))).collect()
    }

    /// The same for what is not refused.
    fn all_done<O: Operation>(&self, asked: Vec<(Actor, O)>) -> anyhow::Result<()> {
        for done in self.together(asked) {
            done?;
        }
        Ok(())
    }
}
