//! A rule from a start: civil dates and times.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Serialize};

use crate::date_times::stored_date_time;
use crate::expansion::{Expansion, Moment, date_time, moment};
use crate::{DateTimes, Limit, Rule};

/// The last second of the year 9999, in seconds since the start of 1970.
const LAST_MOMENT: Moment = 253_402_300_799;

/// The dates and times on which a rule falls, from a start on, until the rule
/// ends of itself.
///
/// They are civil: what the clock on the wall shows, wherever it hangs. Where
/// it hangs in UTC they are instants too; else [`Zoned`](crate::Zoned) makes
/// instants of them.
///
/// Periods are counted from the one that holds the start. The start is one of
/// the times only if the rule falls on it. What the rule does not say, such as
/// the time of day, is that of the start. A part of a second is cut off.
///
/// ```
/// use jiff::civil::date;
/// use recurrence::Timetable;
///
/// let rule = "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13".parse()?;
/// let unlucky = Timetable::new(rule, date(1997, 9, 2).at(9, 0, 0, 0));
/// assert_eq!(unlucky.first(), Some(date(1998, 2, 13).at(9, 0, 0, 0)));
/// assert_eq!(
///     unlucky.after(date(2026, 3, 1).at(0, 0, 0, 0)),
///     Some(date(2026, 3, 13).at(9, 0, 0, 0)),
/// );
/// # Ok::<(), recurrence::ParseError>(())
/// ```
///
/// A rule that never matches is found out, and has no times:
///
/// ```
/// use jiff::civil::date;
/// use recurrence::Timetable;
///
/// let rule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30".parse()?;
/// let never = Timetable::new(rule, date(2026, 1, 1).at(9, 0, 0, 0));
/// assert_eq!((never.first(), never.is_empty()), (None, true));
/// # Ok::<(), recurrence::ParseError>(())
/// ```
///
/// It is stored as its rule and its start, and computed anew when it is read.
///
/// ```
/// use jiff::civil::date;
/// use recurrence::Timetable;
/// use serde_json::json;
///
/// let start = date(2026, 1, 31).at(9, 0, 0, 0);
/// let timetable = Timetable::new("FREQ=MONTHLY".parse()?, start);
/// let stored = json!({
///     "rule": { "every": 1, "pattern": { "rrule": "FREQ=MONTHLY" } },
///     "start": "2026-01-31T09:00:00",
/// });
/// assert_eq!(serde_json::to_value(&timetable)?, stored);
/// assert_eq!(serde_json::from_value::<Timetable>(stored)?, timetable);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A clone costs next to nothing: what was worked out of the rule is shared.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "StoredTimetable", into = "StoredTimetable")]
pub struct Timetable {
    expansion: Arc<Expansion>,
    start: DateTime,
    last: Moment,
}

/// The last moment that a rule's own limit leaves.
pub(crate) fn last_moment(expansion: &Expansion, start: DateTime) -> Moment {
    match expansion.rule().limit() {
        Limit::Never => LAST_MOMENT,
        Limit::Until(until) => moment(until.last()),
        Limit::Count(count) => {
            let before_start = expansion.count_before(moment(start));
            let last = expansion.nth(before_start + i64::from(count) - 1);
            last.map_or(LAST_MOMENT, |last| last.min(LAST_MOMENT))
        }
    }
}

/// A time without its fraction of a second.
fn whole_seconds(time: DateTime) -> DateTime {
    let whole = Time::constant(time.hour(), time.minute(), time.second(), 0);
    time.date().to_datetime(whole)
}

impl Timetable {
    /// A rule from a start on. Rules know no fractions of a second (RFC 5545, section
    /// 3.3.5), so that of the start is left out.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::Timetable;
    ///
    /// let start = date(2024, 8, 24).at(14, 15, 22, 0);
    /// let timetable = Timetable::new("FREQ=DAILY;COUNT=5".parse()?, start);
    /// assert_eq!(timetable.last(), Some(date(2024, 8, 28).at(14, 15, 22, 0)));
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn new(rule: Rule, start: DateTime) -> Timetable {
        let start = whole_seconds(start);
        let expansion = Expansion::new(&rule, start);
        let last = last_moment(&expansion, start);
        Timetable { expansion: Arc::new(expansion), start, last }
    }

    /// The rule.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::{Rule, Timetable};
    ///
    /// let rule = Rule::days(7)?;
    /// assert_eq!(Timetable::new(rule, date(2026, 1, 1).at(9, 0, 0, 0)).rule(), rule);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn rule(&self) -> Rule {
        *self.expansion.rule()
    }

    /// Where it starts, whether or not the rule falls there.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::{Rule, Timetable};
    ///
    /// let start = date(2026, 1, 1).at(9, 0, 0, 0);
    /// assert_eq!(Timetable::new(Rule::days(7)?, start).start(), start);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn start(&self) -> DateTime {
        self.start
    }

    /// Whether it has no time at all: the rule never matches, or ends before
    /// it does.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::Timetable;
    ///
    /// let start = date(2026, 1, 1).at(9, 0, 0, 0);
    /// let is_empty = |rule: &str| Ok(Timetable::new(rule.parse()?, start).is_empty());
    /// assert!(!is_empty("FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2;BYDAY=SU")?);
    /// assert!(is_empty("FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1")?);
    /// assert!(is_empty("FREQ=DAILY;UNTIL=20251231")?);
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.first().is_none()
    }

    /// The first time, if there is one.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::Timetable;
    ///
    /// let timetable =
    ///     Timetable::new("FREQ=WEEKLY;BYDAY=MO".parse()?, date(2026, 2, 3).at(9, 0, 0, 0));
    /// assert_eq!(timetable.first(), Some(date(2026, 2, 9).at(9, 0, 0, 0)));
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn first(&self) -> Option<DateTime> {
        self.on_or_after(self.start)
    }

    /// The last time, at the latest in the year 9999; none if there is no
    /// first.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::Timetable;
    ///
    /// let start = date(2027, 8, 31).at(9, 0, 0, 0);
    /// let timetable = Timetable::new("FREQ=MONTHLY;UNTIL=20271231T000000Z".parse()?, start);
    /// assert_eq!(timetable.last(), Some(date(2027, 10, 31).at(9, 0, 0, 0)));
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn last(&self) -> Option<DateTime> {
        self.moment_until(self.last).and_then(date_time)
    }

    /// The first time that is this one or later.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::Timetable;
    ///
    /// let start = date(2026, 1, 31).at(9, 0, 0, 0);
    /// let timetable = Timetable::new("FREQ=MONTHLY".parse()?, start);
    /// assert_eq!(timetable.on_or_after(start), Some(start));
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn on_or_after(&self, time: DateTime) -> Option<DateTime> {
        self.moment_from(first_second_from(time)).and_then(date_time)
    }

    /// The first time later than this one, in constant time however far it is
    /// from the start.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::Timetable;
    ///
    /// let start = date(2026, 1, 31).at(9, 0, 0, 0);
    /// let timetable = Timetable::new("FREQ=MONTHLY".parse()?, start);
    /// assert_eq!(timetable.after(start), Some(date(2026, 3, 31).at(9, 0, 0, 0)));
    /// let far = date(8026, 4, 1).at(0, 0, 0, 0);
    /// assert_eq!(timetable.after(far), Some(date(8026, 5, 31).at(9, 0, 0, 0)));
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn after(&self, time: DateTime) -> Option<DateTime> {
        self.moment_from(moment(time) + 1).and_then(date_time)
    }

    /// The last time that is this one or earlier.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::Timetable;
    ///
    /// let start = date(2026, 1, 31).at(9, 0, 0, 0);
    /// let timetable = Timetable::new("FREQ=MONTHLY".parse()?, start);
    /// assert_eq!(timetable.on_or_before(start), Some(start));
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn on_or_before(&self, time: DateTime) -> Option<DateTime> {
        self.moment_until(moment(time)).and_then(date_time)
    }

    /// The last time earlier than this one.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::Timetable;
    ///
    /// let start = date(2026, 1, 31).at(9, 0, 0, 0);
    /// let timetable = Timetable::new("FREQ=MONTHLY".parse()?, start);
    /// assert_eq!(timetable.before(date(2026, 3, 31).at(9, 0, 0, 0)), Some(start));
    /// assert_eq!(timetable.before(start), None);
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn before(&self, time: DateTime) -> Option<DateTime> {
        self.moment_until(first_second_from(time) - 1).and_then(date_time)
    }

    /// Whether the rule falls on this time.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::Timetable;
    ///
    /// let start = date(2026, 1, 31).at(9, 0, 0, 0);
    /// let timetable = Timetable::new("FREQ=MONTHLY".parse()?, start);
    /// assert!(timetable.contains(date(2026, 3, 31).at(9, 0, 0, 0)));
    /// assert!(!timetable.contains(date(2026, 3, 31).at(9, 0, 1, 0)));
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn contains(&self, time: DateTime) -> bool {
        self.on_or_after(time) == Some(time)
    }

    /// The time that has `index` others before it: the first is at 0.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::Timetable;
    ///
    /// let start = date(2026, 1, 31).at(9, 0, 0, 0);
    /// let timetable = Timetable::new("FREQ=MONTHLY;COUNT=3".parse()?, start);
    /// assert_eq!(timetable.nth(1), Some(date(2026, 3, 31).at(9, 0, 0, 0)));
    /// assert_eq!(timetable.nth(3), None);
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn nth(&self, index: u64) -> Option<DateTime> {
        let start = moment(self.start);
        // There are no more times than seconds, which also keeps what follows
        // far from overflow.
        let index = i64::try_from(index).ok().filter(|index| *index <= self.last - start)?;
        let found = self.expansion.nth(self.expansion.count_before(start) + index)?;
        if found > self.last { None } else { date_time(found) }
    }

    /// How many times there are from one to another, both inclusive.
    ///
    /// ```
    /// use jiff::civil::{DateTime, date};
    /// use recurrence::Timetable;
    ///
    /// let start = date(2026, 1, 31).at(9, 0, 0, 0);
    /// let timetable = Timetable::new("FREQ=MONTHLY".parse()?, start);
    /// let new_year = date(2027, 1, 1).at(0, 0, 0, 0);
    /// assert_eq!(timetable.count_between(start, new_year), 7);
    /// assert_eq!(timetable.count_between(new_year, start), 0);
    /// assert_eq!(timetable.count_between(DateTime::MIN, DateTime::MAX), 55_818);
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn count_between(&self, from: DateTime, to: DateTime) -> u64 {
        let from = first_second_from(from).max(moment(self.start));
        let to = moment(to).min(self.last);
        if to < from {
            return 0;
        }
        (self.expansion.count_before(to + 1) - self.expansion.count_before(from)).unsigned_abs()
    }

    /// All times, ascending.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::Timetable;
    ///
    /// let rule = "FREQ=DAILY;BYHOUR=9,17;COUNT=3".parse()?;
    /// let timetable = Timetable::new(rule, date(2026, 1, 1).at(9, 30, 0, 0));
    /// assert!(timetable.iter().eq([
    ///     date(2026, 1, 1).at(9, 30, 0, 0),
    ///     date(2026, 1, 1).at(17, 30, 0, 0),
    ///     date(2026, 1, 2).at(9, 30, 0, 0),
    /// ]));
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn iter(&self) -> DateTimes {
        self.iter_from(self.start)
    }

    /// The times that are this one or later, ascending.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::Timetable;
    ///
    /// let timetable = Timetable::new("FREQ=MONTHLY".parse()?, date(2026, 1, 31).at(9, 0, 0, 0));
    /// let mut times = timetable.iter_from(date(8026, 4, 1).at(0, 0, 0, 0));
    /// assert_eq!(times.next(), Some(date(8026, 5, 31).at(9, 0, 0, 0)));
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn iter_from(&self, time: DateTime) -> DateTimes {
        DateTimes::new(self, first_second_from(time).max(moment(self.start)))
    }

    pub(crate) fn moment_from(&self, from: Moment) -> Option<Moment> {
        let found = self.expansion.on_or_after(from.max(moment(self.start)))?;
        (found <= self.last).then_some(found)
    }

    pub(crate) fn moment_until(&self, until: Moment) -> Option<Moment> {
        let found = self.expansion.on_or_before(until.min(self.last))?;
        (found >= moment(self.start)).then_some(found)
    }

    /// Puts its end off.
    pub(crate) fn extend(&mut self, seconds: i64) {
        self.last = (self.last + seconds).min(LAST_MOMENT);
    }

    pub(crate) fn expansion(&self) -> &Expansion {
        &self.expansion
    }

    pub(crate) fn last_moment(&self) -> Moment {
        self.last
    }
}

/// The first whole second that is not earlier.
pub(crate) fn first_second_from(time: DateTime) -> Moment {
    moment(time) + i64::from(time.subsec_nanosecond() > 0)
}

impl PartialEq for Timetable {
    fn eq(&self, other: &Timetable) -> bool {
        (self.start, self.last) == (other.start, other.last)
            && self.expansion.rule() == other.expansion.rule()
    }
}

impl Eq for Timetable {}

impl Hash for Timetable {
    fn hash<State: Hasher>(&self, state: &mut State) {
        (self.start, self.last, self.expansion.rule()).hash(state);
    }
}

/// A timetable as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Timetable")]
struct StoredTimetable {
    rule: Rule,
    #[serde(with = "stored_date_time")]
    start: DateTime,
}

impl From<StoredTimetable> for Timetable {
    fn from(stored: StoredTimetable) -> Timetable {
        Timetable::new(stored.rule, stored.start)
    }
}

impl From<Timetable> for StoredTimetable {
    fn from(timetable: Timetable) -> StoredTimetable {
        StoredTimetable { rule: timetable.rule(), start: timetable.start }
    }
}
