//! A week of trade for the sample restaurant, so that its reports show something: the same dishes,
//! tables and people every time, through the same operations as a real evening.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::id::{EmployeeId, OrderId, TableId, VisitId};
use crate::domain::menu::Product;
use crate::domain::staff::{Actor, Role};
use crate::domain::time::{Clock, ManualClock};
use crate::domain::visit::Person;
use crate::ops::bill::PayCash;
use crate::ops::menu::Deliver;
use crate::ops::order::{CancelOrder, ConfirmOrder, FinishOrder, PlaceOrder, Placed, Placement, Wanted};
use crate::ops::rating::RateProduct;
use crate::ops::visit::JoinVisit;
use crate::ops::{self, OpError};
use crate::store::reader::Reader;
use crate::store::writer::Writer;
use crate::store::{menu, sites, staff, visits};
use crate::views::floor;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
const DAYS: i64 = 7;
/// Days at the end on which nobody bought anything, so that something runs low.
const WITHOUT_MARKET: i64 = 4;
/// How far back the history begins.
pub const LENGTH_MS: i64 = DAYS * DAY_MS;

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

struct Week<'a> {
    writer: &'a Writer,
    reader: &'a Reader,
    clock: &'a ManualClock,
    dice: Dice,
    menu: Vec<Product>,
    tables: Vec<(TableId, String)>,
    waiter: Actor,
    cashier: Actor,
}

/// Plays the days before `now_ms`; the clock stands there afterwards.
pub fn play(writer: &Writer, reader: &Reader, clock: &ManualClock, now_ms: i64) -> anyhow::Result<()> {
    let actor = |name: &str, role: Role| -> anyhow::Result<Actor> {
        let employee = reader.read(|conn| staff::by_name(conn, name))?.map_or(EmployeeId(1), |e| e.id);
        Ok(Actor::Employee { employee, role, device: None })
    };
    let mut week = Week {
        writer,
        reader,
        clock,
        dice: Dice(2_026),
        menu: reader.read(menu::products)?.into_iter().map(|(p, _)| p).collect(),
        tables: reader.read(visits::tables)?.into_iter().map(|t| (t.id, t.code)).collect(),
        waiter: actor("Pelayan", Role::Waiter)?,
        cashier: actor("Kasir", Role::Cashier)?,
    };
    let site = reader.read(sites::site)?;
    let offset_ms = i64::from(site.zone().to_offset(jiff::Timestamp::from_millisecond(now_ms)?).seconds()) * 1_000;
    let midnight = (now_ms + offset_ms).div_euclid(DAY_MS) * DAY_MS - offset_ms;
    for back in (1..=DAYS).rev() {
        let noon = midnight - back * DAY_MS + 11 * 60 * MINUTE_MS;
        week.day(noon, back)?;
    }
    clock.jump_to(now_ms, true);
    Ok(())
}

impl Week<'_> {
    fn at(&self, wall_ms: i64) {
        // A clock that is ahead already has lived through a longer party.
        self.clock.jump_to(wall_ms.max(self.clock.now().wall_ms), true);
    }

    fn day(&mut self, noon: i64, back: i64) -> anyhow::Result<()> {
        self.at(noon);
        if back > WITHOUT_MARKET {
            self.deliveries()?;
        }
        let parties = 10 + self.dice.below(5) + if back % 7 < 3 { 4 } else { 0 };
        for party in 0..parties {
            // More in the evening: two thirds of the day's parties in its second half.
            let at = i64::from(party) * 630 / i64::from(parties) + i64::from(self.dice.below(20));
            self.at(noon + at * MINUTE_MS);
            self.party(party, back)?;
        }
        Ok(())
    }

    /// What was sold is bought again.
    fn deliveries(&self) -> anyhow::Result<()> {
        for (product, _) in self.reader.read(menu::products)? {
            let first = self.menu.iter().find(|p| p.id == product.id).and_then(|p| p.stock).unwrap_or(0);
            let Some(stock) = product.stock.filter(|s| *s < first) else { continue };
            let quantity = u32::try_from(first - stock).unwrap_or(0);
            ops::run(self.writer, Actor::Machine, Deliver { product: product.id, quantity, reason: "Pasar".to_owned() })?;
        }
        Ok(())
    }

    fn party(&mut self, party: u32, back: i64) -> anyhow::Result<()> {
        let mut guest = None;
        let placement = match self.dice.below(10) {
            0 | 1 => Placement::Takeaway { guest: String::new() },
            dice => {
                let at = self.dice.below(self.tables.len() as u32) as usize;
                let (table, code) = self.tables[at].clone();
                if dice < 6 {
                    let name = GUESTS[self.dice.below(GUESTS.len() as u32) as usize];
                    let token_hash = Sha256::digest(format!("{back}/{party}/{name}")).into();
                    let person = Person { name: name.to_owned(), ..Person::default() };
                    let joined = ops::run(self.writer, Actor::Stranger, JoinVisit { code, person, token_hash })?;
                    guest = Some(Actor::Guest { guest: joined.guest, visit: joined.visit });
                    Placement::Own
                } else {
                    Placement::Table(table)
                }
            }
        };
        let Some(placed) = self.order(guest.unwrap_or(self.waiter), placement)? else { return Ok(()) };
        if guest.is_some() {
            ops::run(self.writer, self.cashier, ConfirmOrder { order: placed.order })?;
        }
        // Now and then something goes wrong.
        if party == 4 && back % 3 == 0 {
            let reason = "Salah pesan".to_owned();
            let op = CancelOrder { order: placed.order, reason, made: Some(false) };
            ops::run(self.writer, self.cashier, op)?;
            return Ok(());
        }
        self.at(self.clock.now().wall_ms + 12 * MINUTE_MS);
        ops::run(self.writer, self.cashier, FinishOrder { order: placed.order })?;
        if let Some(guest) = guest.filter(|_| self.dice.below(2) == 0) {
            self.rate(guest, placed.order)?;
        }
        self.pay(placed.visit)
    }

    /// `None` when what they wanted had run out.
    fn order(&mut self, who: Actor, placement: Placement) -> anyhow::Result<Option<Placed>> {
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
        match ops::run(self.writer, who, PlaceOrder { uid: Uuid::now_v7(), placement, lines }) {
            Ok(placed) => Ok(Some(placed)),
            Err(OpError::Refused(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn rate(&mut self, guest: Actor, order: OrderId) -> anyhow::Result<()> {
        let order = self.reader.read(|conn| crate::store::orders::order(conn, order))?;
        let Some(line) = order.and_then(|o| o.lines.into_iter().next()) else { return Ok(()) };
        let (stars, comment) = SAID[self.dice.below(SAID.len() as u32) as usize];
        ops::run(self.writer, guest, RateProduct { product: line.product, stars, comment: comment.to_owned() })?;
        Ok(())
    }

    fn pay(&mut self, visit: VisitId) -> anyhow::Result<()> {
        self.at(self.clock.now().wall_ms + 20 * MINUTE_MS);
        let (open, site) = self.reader.read(|conn| {
            let site = sites::site(conn)?;
            let visit = visits::visit(conn, visit)?.ok_or(crate::store::error::StoreError::Stopped)?;
            Ok::<_, crate::store::error::StoreError>((floor::open_bill(conn, &site, &visit)?, site))
        })?;
        let total = open.bill.total;
        let due = crate::domain::money::Money(total.0 + site.cash_rounding.difference(total)?.0);
        let tendered = site.currency.likely_tenders(due).last().copied().unwrap_or(due);
        ops::run(self.writer, self.cashier, PayCash { uid: Uuid::now_v7(), visit, total, tendered })?;
        Ok(())
    }
}
