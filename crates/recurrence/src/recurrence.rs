//! A rule within a window: the dates themselves.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::day::{Day, stored_date};
use crate::expansion::{Expansion, SECONDS_A_DAY, date_of};
use crate::{Dates, Rule, RuleError, timetable};

/// The dates on which a rule falls, from a start to an end, both inclusive.
///
/// Weeks and months are counted from the one that holds the start, days from
/// the start itself. The start is a date of the recurrence only if the rule
/// falls on it.
///
/// Every question is answered in constant time: nothing walks from the start,
/// be it a week away or nine thousand years.
///
/// ```
/// use recurrence::{Date, DaysOfMonth, Recurrence, Rule};
///
/// let rule = Rule::months_on_days(1, DaysOfMonth::new(&[31])?)?;
/// let start = Date::constant(2026, 1, 15);
/// let end = Date::constant(2026, 4, 30);
/// let recurrence = Recurrence::new(rule, start, end)?;
/// assert_eq!(recurrence.iter().collect::<Vec<_>>(), [
///     Date::constant(2026, 1, 31),
///     Date::constant(2026, 2, 28),
///     Date::constant(2026, 3, 31),
///     Date::constant(2026, 4, 30),
/// ]);
/// # Ok::<(), recurrence::RuleError>(())
/// ```
///
/// A clone costs next to nothing: what was worked out of the rule is shared.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "StoredRecurrence", into = "StoredRecurrence")]
pub struct Recurrence {
    expansion: Arc<Expansion>,
    start: Date,
    /// Never before `start`.
    end: Date,
    /// That, or the last day that the rule's own limit leaves; then it may
    /// come before the start.
    last_day: Day,
}

impl Recurrence {
    /// A rule from a start to an end, both inclusive. If the rule has an end of
    /// its own, the earlier one holds.
    ///
    /// A rule with times of day is not one of dates; it takes a
    /// [`Timetable`](crate::Timetable).
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule, RuleError};
    ///
    /// let (first, second) = (Date::constant(2026, 3, 1), Date::constant(2026, 3, 2));
    /// assert!(Recurrence::new(Rule::days(1)?, first, first).is_ok());
    /// assert_eq!(
    ///     Recurrence::new(Rule::days(1)?, second, first),
    ///     Err(RuleError::EndBeforeStart { start: second, end: first }),
    /// );
    ///
    /// let hourly = Recurrence::new("FREQ=HOURLY".parse().unwrap(), first, second);
    /// assert_eq!(hourly, Err(RuleError::TimesOfDay));
    /// # Ok::<(), RuleError>(())
    /// ```
    pub fn new(rule: Rule, start: Date, end: Date) -> Result<Recurrence, RuleError> {
        if end < start {
            return Err(RuleError::EndBeforeStart { start, end });
        }
        if rule.frequency().is_within_a_day() || rule.by.says_times() {
            return Err(RuleError::TimesOfDay);
        }
        let midnight = start.at(0, 0, 0, 0);
        let expansion = Expansion::new(&rule, midnight);
        let last = timetable::last_moment(&expansion, midnight);
        let last_day = Day::of(end).min(Day(last.div_euclid(SECONDS_A_DAY)));
        Ok(Recurrence { expansion: Arc::new(expansion), start, end, last_day })
    }

    /// The rule.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let rule = Rule::days(7)?;
    /// assert_eq!(Recurrence::new(rule, Date::MIN, Date::MAX)?.rule(), rule);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn rule(&self) -> Rule {
        *self.expansion.rule()
    }

    /// The first date of the window, whether or not the rule falls on it.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let start = Date::constant(2026, 1, 31);
    /// assert_eq!(Recurrence::new(Rule::days(1)?, start, Date::MAX)?.start(), start);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn start(&self) -> Date {
        self.start
    }

    /// The last date of the window, whether or not the rule falls on it.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let end = Date::constant(2026, 12, 31);
    /// assert_eq!(Recurrence::new(Rule::days(1)?, Date::MIN, end)?.end(), end);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn end(&self) -> Date {
        self.end
    }

    /// The first date on which the rule falls; none if the window closes
    /// before it comes.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule, Weekday, Weekdays};
    ///
    /// let rule = Rule::weeks(1, Weekdays::new(&[Weekday::Monday])?)?;
    /// let tuesday = Date::constant(2026, 2, 3);
    /// let monday = Date::constant(2026, 2, 9);
    /// assert_eq!(Recurrence::new(rule, tuesday, Date::MAX)?.first(), Some(monday));
    /// assert_eq!(Recurrence::new(rule, tuesday, tuesday)?.first(), None);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn first(&self) -> Option<Date> {
        self.on_or_after(self.start)
    }

    /// The last date on which the rule falls, if it has any.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let start = Date::constant(2026, 1, 1);
    /// let end = Date::constant(2026, 1, 31);
    /// let recurrence = Recurrence::new(Rule::days(7)?, start, end)?;
    /// assert_eq!(recurrence.last(), Some(Date::constant(2026, 1, 29)));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn last(&self) -> Option<Date> {
        self.on_or_before(self.end)
    }

    /// The first date that is this one or later.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let start = Date::constant(2026, 1, 1);
    /// let recurrence = Recurrence::new(Rule::days(7)?, start, Date::MAX)?;
    /// let second = Date::constant(2026, 1, 8);
    /// assert_eq!(recurrence.on_or_after(Date::MIN), Some(start));
    /// assert_eq!(recurrence.on_or_after(second), Some(second));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn on_or_after(&self, date: Date) -> Option<Date> {
        date_of(self.first_from(Day::of(date))?)
    }

    /// The first date later than this one.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let start = Date::constant(2026, 1, 1);
    /// let recurrence = Recurrence::new(Rule::days(7)?, start, Date::MAX)?;
    /// assert_eq!(recurrence.after(start), Some(Date::constant(2026, 1, 8)));
    /// assert_eq!(recurrence.after(Date::MAX), None);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn after(&self, date: Date) -> Option<Date> {
        self.on_or_after(date.tomorrow().ok()?)
    }

    /// The same for days that are counted from 1 January 1970, for whoever keeps dates so.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let start = Date::constant(1970, 1, 1);
    /// let recurrence = Recurrence::new(Rule::days(7)?, start, Date::constant(1970, 1, 14))?;
    /// assert_eq!(recurrence.day_after(-20), Some(0));
    /// assert_eq!(recurrence.day_after(0), Some(7));
    /// assert_eq!(recurrence.day_after(7), None);
    /// assert_eq!(recurrence.day_after(i64::MAX), None);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn day_after(&self, day: i64) -> Option<i64> {
        self.first_from(Day(day.checked_add(1)?)).map(|found| found.0)
    }

    fn first_from(&self, day: Day) -> Option<Day> {
        if day > self.last_day {
            return None;
        }
        let found = self.expansion.day_from(day.max(Day::of(self.start)))?;
        (found <= self.last_day).then_some(found)
    }

    /// The last date that is this one or earlier.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let start = Date::constant(2026, 1, 1);
    /// let recurrence = Recurrence::new(Rule::days(7)?, start, Date::MAX)?;
    /// let second = Date::constant(2026, 1, 8);
    /// assert_eq!(recurrence.on_or_before(second), Some(second));
    /// assert_eq!(recurrence.on_or_before(Date::MIN), None);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn on_or_before(&self, date: Date) -> Option<Date> {
        let found = self.expansion.day_until(Day::of(date).min(self.last_day))?;
        if found < Day::of(self.start) { None } else { date_of(found) }
    }

    /// The last date earlier than this one.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let start = Date::constant(2026, 1, 1);
    /// let recurrence = Recurrence::new(Rule::days(7)?, start, Date::MAX)?;
    /// assert_eq!(recurrence.before(Date::constant(2026, 1, 8)), Some(start));
    /// assert_eq!(recurrence.before(start), None);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn before(&self, date: Date) -> Option<Date> {
        self.on_or_before(date.yesterday().ok()?)
    }

    /// Whether the rule falls on this date, within the window.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let start = Date::constant(2026, 1, 1);
    /// let recurrence = Recurrence::new(Rule::days(7)?, start, Date::constant(2026, 1, 14))?;
    /// assert!(recurrence.contains(Date::constant(2026, 1, 8)));
    /// assert!(!recurrence.contains(Date::constant(2026, 1, 9)));
    /// assert!(!recurrence.contains(Date::constant(2026, 1, 15)), "past the end");
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn contains(&self, date: Date) -> bool {
        self.contains_day(Day::of(date).0)
    }

    /// The same for a day that is counted from 1 January 1970.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let start = Date::constant(1970, 1, 1);
    /// let recurrence = Recurrence::new(Rule::days(7)?, start, Date::constant(1970, 1, 14))?;
    /// assert!(recurrence.contains_day(7));
    /// assert!(!recurrence.contains_day(8));
    /// assert!(!recurrence.contains_day(-7), "before the start");
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn contains_day(&self, day: i64) -> bool {
        self.first_from(Day(day)) == Some(Day(day))
    }

    /// The date that has `index` others before it: the first is at 0.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let start = Date::constant(2026, 1, 1);
    /// let recurrence = Recurrence::new(Rule::days(7)?, start, Date::constant(2026, 1, 14))?;
    /// assert_eq!(recurrence.nth(0), Some(start));
    /// assert_eq!(recurrence.nth(1), Some(Date::constant(2026, 1, 8)));
    /// assert_eq!(recurrence.nth(2), None);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn nth(&self, index: u64) -> Option<Date> {
        let (first_day, last_day) = (Day::of(self.start), self.last_day);
        // There are no more dates than days, which also keeps what follows far
        // from overflow.
        let index = i64::try_from(index).ok().filter(|index| *index <= last_day.0 - first_day.0)?;
        let before_start = self.expansion.count_before(first_day.0 * SECONDS_A_DAY);
        let found = Day(self.expansion.nth(before_start + index)?.div_euclid(SECONDS_A_DAY));
        if found > last_day { None } else { date_of(found) }
    }

    /// How many dates there are from one date to another, both inclusive; none
    /// if the other is the earlier.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let start = Date::constant(2026, 1, 1);
    /// let recurrence = Recurrence::new(Rule::days(1)?, start, Date::constant(9999, 12, 31))?;
    /// assert_eq!(recurrence.count_between(Date::MIN, Date::constant(2026, 1, 31)), 31);
    /// assert_eq!(recurrence.count_between(Date::MIN, Date::MAX), 2_912_443);
    /// assert_eq!(recurrence.count_between(Date::MAX, Date::MIN), 0);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn count_between(&self, from: Date, to: Date) -> u64 {
        self.count_of_days(Day::of(from.max(self.start)), Day::of(to).min(self.last_day))
    }

    /// From one day to another, neither outside the window.
    pub(crate) fn count_of_days(&self, from: Day, to: Day) -> u64 {
        if to < from {
            return 0;
        }
        let before = |day: Day| self.expansion.count_before(day.0 * SECONDS_A_DAY);
        (before(to.plus(1)) - before(from)).unsigned_abs()
    }

    /// All dates, ascending; from the other end, descending.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let start = Date::constant(2026, 1, 1);
    /// let recurrence = Recurrence::new(Rule::days(7)?, start, Date::constant(2026, 1, 15))?;
    /// let dates = [start, Date::constant(2026, 1, 8), Date::constant(2026, 1, 15)];
    /// assert!(recurrence.iter().eq(dates));
    /// assert!(recurrence.iter().rev().eq(dates.into_iter().rev()));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn iter(&self) -> Dates {
        self.iter_from(self.start)
    }

    /// The dates that are this one or later, ascending.
    ///
    /// ```
    /// use recurrence::{Date, Recurrence, Rule};
    ///
    /// let start = Date::constant(2026, 1, 1);
    /// let recurrence = Recurrence::new(Rule::days(7)?, start, Date::MAX)?;
    /// let mut dates = recurrence.iter_from(Date::constant(5026, 1, 1));
    /// assert_eq!(dates.next(), Some(Date::constant(5026, 1, 5)));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn iter_from(&self, date: Date) -> Dates {
        Dates::new(self, date.max(self.start))
    }

    pub(crate) fn expansion(&self) -> &Expansion {
        &self.expansion
    }

    pub(crate) fn last_day(&self) -> Day {
        self.last_day
    }
}

impl PartialEq for Recurrence {
    fn eq(&self, other: &Recurrence) -> bool {
        (self.start, self.end) == (other.start, other.end)
            && self.expansion.rule() == other.expansion.rule()
    }
}

impl Eq for Recurrence {}

impl Hash for Recurrence {
    fn hash<State: Hasher>(&self, state: &mut State) {
        (self.start, self.end, self.expansion.rule()).hash(state);
    }
}

/// A recurrence as it is stored, not yet checked.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Recurrence")]
struct StoredRecurrence {
    rule: Rule,
    #[serde(with = "stored_date")]
    start: Date,
    #[serde(with = "stored_date")]
    end: Date,
}

impl TryFrom<StoredRecurrence> for Recurrence {
    type Error = RuleError;

    fn try_from(stored: StoredRecurrence) -> Result<Recurrence, RuleError> {
        Recurrence::new(stored.rule, stored.start, stored.end)
    }
}

impl From<Recurrence> for StoredRecurrence {
    fn from(recurrence: Recurrence) -> StoredRecurrence {
        StoredRecurrence { rule: recurrence.rule(), start: recurrence.start, end: recurrence.end }
    }
}
