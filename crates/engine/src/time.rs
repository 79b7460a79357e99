//! Instants, and the civil moments that name slots.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A point in time, to the nanosecond, between the years 1678 and 2261.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Instant = Instant(0);
    /// The last instant there is: 2262-04-11, less a little.
    pub const MAX: Instant = Instant(i64::MAX);

    /// Nanoseconds since the epoch, as stored.
    #[must_use]
    pub const fn from_nanoseconds(nanoseconds: i64) -> Instant {
        Instant(nanoseconds)
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub const fn nanoseconds(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// `None` outside the years that an instant can hold.
    #[must_use]
    pub fn from_timestamp(timestamp: Timestamp) -> Option<Instant> {
        i64::try_from(timestamp.as_nanosecond()).ok().map(Instant)
    }

    /// The same point in time.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or(Timestamp::UNIX_EPOCH) // every i64 of nanoseconds fits a Timestamp
    }

    /// Later by so many seconds; stops at the last instant there is.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Instant {
        Instant(self.0.saturating_add(seconds.saturating_mul(1_000_000_000)))
    }

    /// Without its fraction of a second, which no wire format shows.
    #[must_use]
    pub const fn floor_second(self) -> Instant {
        Instant(self.0.saturating_sub(self.0.rem_euclid(1_000_000_000)))
    }
}

impl std::fmt::Display for Instant {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.timestamp().fmt(formatter)
    }
}

impl std::fmt::Debug for Instant {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.timestamp().fmt(formatter)
    }
}

/// A payment obligation's name within its schedule, for ever, whatever roll, edit or
/// retry befalls it: the civil second that its rule gave it, or for one that was added
/// by hand, the second at which it was to run and a number.
///
/// Slots sort by time, a rule's own before those added to the same second. Rules that
/// give dates (Omise's) have their slots at midnight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(i64);

impl Slot {
    /// Before every slot that there can be.
    pub const MIN: Slot = Slot(i64::MIN);
    /// After every slot that there can be.
    pub const MAX: Slot = Slot(i64::MAX);

    /// How many slots can stand in one second: the rule's own, and those added by hand.
    const NUMBERS: i64 = 1 << 13;

    /// Slots that can be added by hand to one second.
    pub const ADDED_PER_SECOND_MAX: u16 = (1 << 13) - 1;

    /// The slot that a rule gives to a date.
    #[must_use]
    pub fn of_date(date: Date) -> Slot {
        Slot::of(date.to_datetime(Time::midnight()))
    }

    /// The slot that a rule gives to a civil second.
    #[must_use]
    pub fn of(moment: DateTime) -> Slot {
        Slot(civil_seconds(moment).saturating_mul(Self::NUMBERS))
    }

    /// A slot that is added by hand, to run in a civil second; `number` tells it from
    /// others added there, and starts with 1. `None` where there is no such number.
    #[must_use]
    pub fn added(moment: DateTime, number: u16) -> Option<Slot> {
        let is_number = (1..=Self::ADDED_PER_SECOND_MAX).contains(&number);
        is_number.then(|| Slot(Slot::of(moment).0.saturating_add(i64::from(number))))
    }

    /// As stored: grows with time.
    #[must_use]
    pub const fn stored(self) -> i64 {
        self.0
    }

    /// The reverse of [`Slot::stored`].
    #[must_use]
    pub const fn from_stored(stored: i64) -> Slot {
        Slot(stored)
    }

    /// The slot that a rule gives to the date so many days after 1970-01-01; the reverse
    /// of [`Slot::days`] for dates.
    #[must_use]
    pub const fn of_days(days: i64) -> Slot {
        Slot(days.saturating_mul(86_400).saturating_mul(Self::NUMBERS))
    }

    /// Days from 1970-01-01 to the date it falls on.
    #[must_use]
    pub const fn days(self) -> i64 {
        self.0.div_euclid(86_400 * Self::NUMBERS)
    }

    /// Whether a rule gave it, and not a hand.
    #[must_use]
    pub const fn is_of_rule(self) -> bool {
        self.0.rem_euclid(Self::NUMBERS) == 0
    }

    /// The civil second it stands in.
    #[must_use]
    pub fn moment(self) -> DateTime {
        Timestamp::from_second(self.0.div_euclid(Self::NUMBERS))
            .map_or(DateTime::MIN, |timestamp| TimeZone::UTC.to_datetime(timestamp))
    }

    /// The civil date it falls on.
    #[must_use]
    pub fn date(self) -> Date {
        self.moment().date()
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let moment = self.moment();
        if moment.time() == Time::midnight() {
            moment.date().fmt(formatter)?;
        } else {
            moment.fmt(formatter)?;
        }
        match self.0.rem_euclid(Self::NUMBERS) {
            0 => Ok(()),
            number => write!(formatter, " (added {number})"),
        }
    }
}

fn civil_seconds(moment: DateTime) -> i64 {
    TimeZone::UTC.to_timestamp(moment).map_or(i64::MIN / Slot::NUMBERS, Timestamp::as_second)
}

/// An IANA time zone, by name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of that name in the bundled data.
    pub fn named(name: &str) -> Result<Zone, UnknownZone> {
        TimeZone::get(name).map(Zone).map_err(|_| UnknownZone(name.to_owned()))
    }

    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Zone {
        Zone(TimeZone::UTC)
    }

    /// Its IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The civil date there at an instant.
    #[must_use]
    pub fn date_at(&self, instant: Instant) -> Date {
        self.0.to_datetime(instant.timestamp()).date()
    }

    /// What the clocks there show at an instant.
    #[must_use]
    pub fn moment_at(&self, instant: Instant) -> DateTime {
        self.0.to_datetime(instant.timestamp())
    }

    /// The instant at which clocks there show this, by the rule of [`Zone::instant`].
    #[must_use]
    pub fn instant_of(&self, moment: DateTime) -> Option<Instant> {
        let timestamp = self.0.to_ambiguous_timestamp(moment).compatible().ok()?;
        Instant::from_timestamp(timestamp)
    }

    /// The instant at which it is `time` on `date` there: the later of two where
    /// clocks go forward over it (the gap's length after), the first of two where
    /// they go back. `None` outside the years that an instant can hold.
    #[must_use]
    pub fn instant(&self, date: Date, time: Time) -> Option<Instant> {
        self.instant_of(date.to_datetime(time))
    }

    /// The underlying zone, for rendering.
    #[must_use]
    pub const fn time_zone(&self) -> &TimeZone {
        &self.0
    }
}

/// No zone of that name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is not a time zone; it would be an IANA name, such as Asia/Bangkok")]
pub struct UnknownZone(String);

impl TryFrom<String> for Zone {
    type Error = UnknownZone;
    fn try_from(name: String) -> Result<Zone, UnknownZone> {
        Zone::named(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> String {
        zone.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_slot_keeps_its_date_through_storage() {
        let slot = Slot::of_date(date(2028, 2, 29));
        assert_eq!(Slot::from_stored(slot.stored()).date(), date(2028, 2, 29));
        assert_eq!(Slot::of_days(slot.days()), slot);
    }

    #[test]
    fn a_slot_added_by_hand_sorts_after_the_rules_own_of_that_second_and_before_the_next() {
        let moment = date(1969, 12, 31).at(23, 59, 59, 0);
        let (of_rule, next) = (Slot::of(moment), Slot::of_date(date(1970, 1, 1)));
        let added = Slot::added(moment, Slot::ADDED_PER_SECOND_MAX).unwrap();
        assert!(of_rule < added && added < next);
        assert_eq!((added.moment(), added.is_of_rule()), (moment, false));
        assert_eq!(format!("{added:?}"), "1969-12-31T23:59:59 (added 8191)");
        assert_eq!((Slot::added(moment, 0), Slot::added(moment, 8_192)), (None, None));
    }

    #[test]
    fn half_past_eight_in_bangkok_is_half_past_one_in_universal_time() {
        let bangkok = Zone::named("Asia/Bangkok").unwrap();
        let instant = bangkok.instant(date(2026, 1, 31), Time::constant(8, 30, 0, 0)).unwrap();
        assert_eq!(instant.to_string(), "2026-01-31T01:30:00Z");
        assert_eq!(bangkok.date_at(instant), date(2026, 1, 31));
    }

    #[test]
    fn a_zone_nobody_has_heard_of_is_refused_by_name() {
        let error = Zone::named("Asia/Atlantis").unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"Asia/Atlantis\" is not a time zone; it would be an IANA name, such as Asia/Bangkok"
        );
    }
}
