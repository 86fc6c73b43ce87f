//! The only clock, and the business day. Wall time is for people to read; order comes from
//! the journal's sequence and durations from the monotonic clock, because a Pi wakes up
//! without knowing the date.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// One reading of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moment {
    /// Milliseconds since 1970, UTC, as far as this machine knows.
    pub wall_ms: i64,
    /// Milliseconds since the program started; never jumps.
    pub mono_ms: i64,
    /// Whether the wall time was known to be right (NTP, or somebody said so).
    pub trusted: bool,
}

/// Where the time comes from. One for a process.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Moment;
    /// Tells the clock that its wall time is right.
    fn trust(&self);
    /// Tells the clock what time it is, until a time server knows better.
    fn set(&self, wall_ms: i64);
    /// A time server has set the machine's clock: what it says counts from now on.
    fn follow(&self);
}

/// Nobody sets a till to a day before kasir was written, or to one that its members do not live to see.
pub fn is_sane(wall_ms: i64) -> bool {
    (1_760_000_000_000..7_258_118_400_000).contains(&wall_ms)
}

/// The machine's clock.
pub struct SystemClock {
    start: Instant,
    trusted: AtomicBool,
    /// How far somebody has said that the machine's clock is behind.
    behind_ms: AtomicI64,
}

impl SystemClock {
    /// One that somebody has set before; see [`SystemClock::behind_ms`].
    pub fn behind(behind_ms: i64) -> Self {
        let clock = SystemClock::new(true);
        clock.behind_ms.store(behind_ms, Ordering::Relaxed);
        clock
    }

    /// How far the machine's clock is behind what somebody has said; 0 when nobody has.
    pub fn behind_ms(&self) -> i64 {
        self.behind_ms.load(Ordering::Relaxed)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    pub fn new(trusted: bool) -> Self {
        SystemClock { start: Instant::now(), trusted: AtomicBool::new(trusted), behind_ms: AtomicI64::new(0) }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    fn now(&self) -> Moment {
        Moment {
            wall_ms: Timestamp::now().as_millisecond() + self.behind_ms(),
            mono_ms: i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX),
            trusted: self.trusted.load(Ordering::Relaxed),
        }
    }

    fn trust(&self) {
        self.trusted.store(true, Ordering::Relaxed);
    }

    fn set(&self, wall_ms: i64) {
        let behind = wall_ms - self.now().wall_ms + self.behind_ms();
        self.behind_ms.store(behind, Ordering::Relaxed);
        self.trust();
    }

    fn follow(&self) {
        self.behind_ms.store(0, Ordering::Relaxed);
        self.trust();
    }
}

/// How long something takes, for the figures that administrators watch. Nothing decides by it.
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    pub fn passed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A clock that stands still until it is moved: for tests and for made-up history.
pub struct ManualClock(Mutex<Moment>);

impl ManualClock {
    pub fn at(wall_ms: i64) -> Self {
        ManualClock(Mutex::new(Moment { wall_ms, mono_ms: 0, trusted: true }))
    }

    /// Time passes: both clocks move.
    pub fn advance(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.change(|m| {
            m.wall_ms += ms;
            m.mono_ms += ms;
        });
    }

    /// The wall clock jumps, trusted or not.
    pub fn jump_to(&self, wall_ms: i64, trusted: bool) {
        self.change(|m| (m.wall_ms, m.trusted) = (wall_ms, trusted));
    }

    fn change(&self, f: impl FnOnce(&mut Moment)) {
        f(&mut self.0.lock().unwrap_or_else(|e| e.into_inner()));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn trust(&self) {
        self.change(|m| m.trusted = true);
    }

    fn set(&self, wall_ms: i64) {
        self.jump_to(wall_ms, true);
    }

    fn follow(&self) {
        self.trust();
    }
}

/// A day of trade, named by a date: from the cut-off on that date to the cut-off on the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
pub struct BusinessDay(Date);

impl BusinessDay {
    /// The day that the wall clock says it is. `day_start_min` are minutes after midnight.
    pub fn at(wall_ms: i64, zone: &TimeZone, day_start_min: u16) -> BusinessDay {
        let instant = Timestamp::from_millisecond(wall_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let local = instant.to_zoned(zone.clone()).datetime();
        let shifted = local.saturating_sub(Span::new().minutes(i64::from(day_start_min)));
        BusinessDay(shifted.date())
    }

    /// Before every day of trade: what is recorded of a house that is not founded yet is filed
    /// under it, so that the first day of trade is later whatever the clock said until then.
    pub fn before_all() -> BusinessDay {
        BusinessDay(jiff::civil::date(2000, 1, 1))
    }

    /// Whole days from `self` to `later`; negative when it is earlier.
    pub fn days_until(self, later: BusinessDay) -> i32 {
        (later.0 - self.0).get_days()
    }

    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// So many days later; earlier when negative. Stays at the end of the calendar.
    pub fn plus_days(self, days: i32) -> BusinessDay {
        BusinessDay(self.0.saturating_add(Span::new().days(days)))
    }

    /// The first of its month.
    pub fn month(self) -> BusinessDay {
        BusinessDay(self.0.first_of_month())
    }

    /// The first of the next month.
    pub fn next_month(self) -> BusinessDay {
        BusinessDay(self.0.last_of_month()).plus_days(1)
    }

    /// Monday is 0.
    pub fn weekday(self) -> usize {
        usize::try_from(self.0.weekday().to_monday_zero_offset()).unwrap_or(0)
    }

    pub fn date(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }
}

/// Days from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    pub from: BusinessDay,
    pub to: BusinessDay,
}

/// Longest period of a report: ten years.
pub const PERIOD_DAYS_MAX: i32 = 3_660;

impl Period {
    /// `None` when it ends before it begins, is longer than ten years, or lies where no till
    /// has sold anything or ever will.
    pub fn new(from: BusinessDay, to: BusinessDay) -> Option<Period> {
        let sane = from.year() >= 1_970 && to.year() < 9_000;
        (sane && (0..PERIOD_DAYS_MAX).contains(&from.days_until(to))).then_some(Period { from, to })
    }

    pub fn day(day: BusinessDay) -> Period {
        Period { from: day, to: day }
    }

    /// The last `days` that end with `to`.
    pub fn ending(to: BusinessDay, days: i32) -> Period {
        Period { from: to.plus_days(1 - days), to }
    }

    pub fn days(self) -> i32 {
        self.from.days_until(self.to) + 1
    }

    /// The period of the same length just before.
    pub fn before(self) -> Period {
        Period::ending(self.from.plus_days(-1), self.days())
    }
}

impl fmt::Display for BusinessDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl schemars::JsonSchema for BusinessDay {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "BusinessDay".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date" })
    }
}

impl FromStr for BusinessDay {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse().map(BusinessDay)
    }
}

impl Serialize for BusinessDay {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BusinessDay {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What the hub does about the business day when it is asked to write something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayStep {
    /// The day goes on.
    Stay,
    /// A new day begins.
    Open(BusinessDay),
    /// The clock claims a day that its trust does not cover; somebody must say yes. The day
    /// goes on meanwhile.
    Doubt(BusinessDay),
}

/// Decides it. The day never moves backwards; an untrusted clock may move it by one day.
pub fn day_step(open: Option<BusinessDay>, claimed: BusinessDay, trusted: bool) -> DayStep {
    match open {
        None => DayStep::Open(claimed),
        Some(open) if claimed <= open => DayStep::Stay,
        Some(open) if trusted || open.days_until(claimed) == 1 => DayStep::Open(claimed),
        Some(_) => DayStep::Doubt(claimed),
    }
}

/// The zone of that IANA name, from the table built into the program.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// "22/11/2026 19:05" in the site's zone: how dates stand on paper in Indonesia.
pub fn stamp(wall_ms: i64, zone: &TimeZone) -> String {
    let instant = Timestamp::from_millisecond(wall_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    instant.to_zoned(zone.clone()).strftime("%d/%m/%Y %H:%M").to_string()
}

/// "19:05" in the site's zone.
pub fn hour(wall_ms: i64, zone: &TimeZone) -> String {
    let instant = Timestamp::from_millisecond(wall_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    instant.to_zoned(zone.clone()).strftime("%H:%M").to_string()
}

/// "19.05", "19:05": hours and minutes, as somebody types them.
pub fn read_hour(text: &str) -> Option<(i8, i8)> {
    let (hour, minute) = text.trim().split_once(['.', ':', ',', '-', ' '])?;
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some((hour, minute))
}

/// "9.5.2031", "9-5-2031", "9/5/2031" and an hour, in that zone: milliseconds since 1970.
pub fn read_moment(day: &str, hour: &str, zone: &TimeZone) -> Option<i64> {
    let numbers: Vec<i16> = day.trim().split(['.', '-', '/', ',', ' ']).map(|n| n.parse().ok()).collect::<Option<_>>()?;
    let [day, month, year] = numbers[..] else { return None };
    let (hour, minute) = read_hour(hour)?;
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let moment = date.at(hour, minute, 0, 0).to_zoned(zone.clone()).ok()?;
    Some(moment.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn day(text: &str) -> BusinessDay {
        text.parse().unwrap()
    }

    #[test]
    fn moments_are_read_as_people_type_them() {
        let zone = zone("Asia/Jakarta").unwrap();
        let read = |day, hour| read_moment(day, hour, &zone);
        for (day, hour) in [("9.5.2031", "19.00"), ("09/05/2031", "19:00"), ("9-5-2031", " 19 00")] {
            assert_eq!(read(day, hour), Some(1_936_094_400_000), "{day} {hour}");
        }
        for (day, hour) in [("31.2.2031", "19.00"), ("9.5", "19.00"), ("9.5.2031", "24.00"), ("9.5.2031", "19"), ("", "")] {
            assert_eq!(read(day, hour), None, "{day} {hour}");
        }
    }

    #[test]
    fn a_sale_after_midnight_is_yesterdays() {
        let jakarta = zone("Asia/Jakarta").unwrap();
        let at = |t| BusinessDay::at(ms(t), &jakarta, 240).to_string();
        assert_eq!(at("2026-11-22T18:30:00Z"), "2026-11-22"); // 01:30 on the 23rd
        assert_eq!(at("2026-11-22T20:59:59Z"), "2026-11-22"); // 03:59:59
        assert_eq!(at("2026-11-22T21:00:00Z"), "2026-11-23"); // 04:00
        assert_eq!(stamp(ms("2026-11-22T12:05:00Z"), &jakarta), "22/11/2026 19:05");
    }

    #[test]
    fn the_day_never_goes_back_and_only_leaps_when_the_clock_is_trusted() {
        let today = day("2026-11-22");
        assert_eq!(day_step(None, today, false), DayStep::Open(today));
        assert_eq!(day_step(Some(today), today, true), DayStep::Stay);
        assert_eq!(day_step(Some(today), day("1970-01-01"), true), DayStep::Stay);
        assert_eq!(day_step(Some(today), day("2026-11-23"), false), DayStep::Open(day("2026-11-23")));
        assert_eq!(day_step(Some(today), day("2027-11-23"), false), DayStep::Doubt(day("2027-11-23")));
        assert_eq!(day_step(Some(today), day("2027-11-23"), true), DayStep::Open(day("2027-11-23")));
    }
}
