//! What one seed decides before anything happens: the weather of the evening and the blows that fall. The
//! same seed is the same plan; which request is under way when a blow falls is the machine's doing.

use rustix::io::Errno;

use super::tray::{Fraud, Temper};
use super::wire::{Forgery, Manner};
use crate::support::dice::Dice;
use crate::support::disk::{Fault, Lie};

/// When a blow falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// After so many acknowledgements more.
    Acks(usize),
    /// Before the so-manieth write or sync of the disk from now.
    Disk(i64),
    /// Before the so-manieth sync: all is written, and nothing of it is safe.
    Sync(i64),
    /// So early that it is still starting, before that write or sync.
    Start(i64),
}

/// What falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// kill -9.
    Kill(Moment),
    /// The plug is pulled.
    PowerCut(Moment),
    /// The nth operation of the disk fails, once or from then on; afterwards the plug is pulled, or not.
    DiskFails { fault: Fault, nth: i64, error: Errno, for_good: bool, then_cut: bool },
    /// SIGTERM; it must end well.
    Stop,
    /// Every line is cut.
    Lines,
    /// The clock is so many milliseconds ahead from now on (or behind), and a time server says so or none.
    Clock { by_ms: i64, synchronised: bool, restart: bool },
    /// The printers' temper from now on: the kitchen's, the counter's.
    Printers(Temper, Temper),
    /// Head office's server: killed, back.
    HeadOffice { up: bool },
    /// The mail server: killed, back.
    Post { up: bool },
}

/// Something that is wrong on purpose, which the tests must see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    Disk(Lie),
    Wire(Forgery),
    /// The kitchen's printer.
    Paper(Fraud),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    pub guests: u64,
    pub tablets: bool,
    pub head_office: bool,
    pub post: bool,
    pub network: Manner,
    pub blows: Vec<Blow>,
    /// All paper is out before it ends.
    pub drained: bool,
    pub mutant: Option<Mutant>,
}

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

impl Plan {
    pub fn of(seed: u64) -> Plan {
        let mut dice = Dice::new(seed);
        // Real servers are heavy: some of the evenings have them.
        let head_office = seed % 25 == 7;
        let post = seed % 10 == 4;
        let network = match dice.roll(3) {
            0 => Manner::default(),
            1 => Manner { loses: 60, cuts: 0, twice: 0, late: 6 },
            _ => Manner { loses: 90, cuts: 40, twice: 8, late: 12 },
        };
        let mut blows = Vec::new();
        for round in 0..3 + dice.roll(3) {
            if dice.one_in(2) {
                blows.push(Blow::Printers(temper(&mut dice), temper(&mut dice)));
            }
            if head_office {
                blows.push(Blow::HeadOffice { up: round % 2 == 1 });
            }
            if post {
                blows.push(Blow::Post { up: round % 2 == 1 });
            }
            blows.push(blow(&mut dice, round));
        }
        Plan {
            seed,
            guests: 2 + dice.roll(3),
            tablets: dice.one_in(4),
            head_office,
            post,
            network,
            blows,
            drained: head_office || post || dice.one_in(4),
            mutant: None,
        }
    }

    /// Whether sessions may end and guests be forgotten meanwhile.
    pub fn has_new_days(&self) -> bool {
        self.blows.iter().any(|b| matches!(b, Blow::Clock { .. }))
    }

    /// An evening in which nothing is wrong but this.
    pub fn with(mutant: Mutant, seed: u64) -> Plan {
        let blows = match mutant {
            Mutant::Disk(_) => (0..6).map(|n| Blow::PowerCut(Moment::Acks(15 + n))).collect(),
            Mutant::Wire(_) | Mutant::Paper(_) => vec![Blow::Kill(Moment::Acks(60))],
        };
        Plan {
            seed,
            guests: 3,
            tablets: false,
            head_office: false,
            post: false,
            network: Manner::default(),
            blows,
            drained: true,
            mutant: Some(mutant),
        }
    }
}

fn temper(dice: &mut Dice) -> Temper {
    match dice.roll(6) {
        0 => Temper::HangsUp,
        1 => Temper::Hangs,
        2 | 3 => Temper::DiesAfter(dice.roll(600) as usize),
        _ => Temper::Works,
    }
}

fn moment(dice: &mut Dice) -> Moment {
    match dice.roll(6) {
        0 | 1 => Moment::Acks(5 + dice.roll(60) as usize),
        2 | 3 => Moment::Disk(1 + dice.roll(500) as i64),
        4 => Moment::Sync(1 + dice.roll(60) as i64),
        _ => Moment::Start(1 + dice.roll(12) as i64),
    }
}

fn blow(dice: &mut Dice, round: u64) -> Blow {
    match dice.roll(16) {
        0..=2 => Blow::Kill(moment(dice)),
        3..=8 => Blow::PowerCut(moment(dice)),
        9..=11 => {
            let (fault, most) = [(Fault::Sync, 40), (Fault::Write, 300), (Fault::Read, 60)][dice.roll(3) as usize];
            let error = match fault {
                Fault::Write => *dice.pick(&[Errno::IO, Errno::NOSPC]).unwrap_or(&Errno::IO),
                Fault::Die | Fault::DieAtSync | Fault::Sync | Fault::Read => Errno::IO,
            };
            Blow::DiskFails { fault, nth: 1 + dice.roll(most) as i64, error, for_good: dice.one_in(2), then_cut: dice.one_in(2) }
        }
        12 => Blow::Stop,
        13 => Blow::Lines,
        _ => {
            // Odd minutes, so that no two evenings of one run have the same time on their paper.
            let odd_ms = (17 + 7 * round as i64) * 60_000;
            let by_ms = *dice.pick(&[DAY_MS, 365 * DAY_MS, -365 * DAY_MS, 9 * DAY_MS]).unwrap_or(&DAY_MS) + odd_ms;
            Blow::Clock { by_ms, synchronised: dice.one_in(2), restart: dice.one_in(2) }
        }
    }
}
