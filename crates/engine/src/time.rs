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

/// A payment obligation's name within its schedule: the civil moment that its
/// rule gave it, before any roll, edit or retry. It never changes.
///
/// Omise's rules give dates, so their slots stand at midnight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(i64);

impl Slot {
    /// The slot of a civil date.
    #[must_use]
    pub fn of_date(date: Date) -> Slot {
        Slot(civil_seconds(date.to_datetime(Time::midnight())))
    }

    /// As stored: seconds from 1970-01-01T00:00:00 in the schedule's own civil time.
    #[must_use]
    pub const fn civil_seconds(self) -> i64 {
        self.0
    }

    /// As stored; the reverse of [`Slot::civil_seconds`].
    #[must_use]
    pub const fn from_civil_seconds(seconds: i64) -> Slot {
        Slot(seconds)
    }

    /// The civil date it falls on.
    #[must_use]
    pub fn date(self) -> Date {
        Timestamp::from_second(self.0)
            .map_or(Date::MIN, |timestamp| TimeZone::UTC.to_datetime(timestamp).date())
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.date().fmt(formatter)
    }
}

fn civil_seconds(moment: DateTime) -> i64 {
    TimeZone::UTC.to_timestamp(moment).map_or(i64::MIN, Timestamp::as_second)
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

    /// The instant at which it is `time` on `date` there: the later of two where
    /// clocks go forward over it (the gap's length after), the first of two where
    /// they go back. `None` outside the years that an instant can hold.
    #[must_use]
    pub fn instant(&self, date: Date, time: Time) -> Option<Instant> {
        let timestamp = self.0.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok()?;
        Instant::from_timestamp(timestamp)
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
        assert_eq!(Slot::from_civil_seconds(slot.civil_seconds()).date(), date(2028, 2, 29));
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
