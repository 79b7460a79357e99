//! A rule within a window: the dates themselves.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::day::{Day, stored_date};
use crate::tally::Tally;
use crate::visit::Visit;
use crate::visits::Visits;
use crate::{Dates, Rule, RuleError};

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
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "StoredRecurrence", into = "StoredRecurrence")]
pub struct Recurrence {
    rule: Rule,
    start: Date,
    /// Never before `start`.
    end: Date,
}

impl Recurrence {
    /// A rule from a start to an end, both inclusive.
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
    /// # Ok::<(), RuleError>(())
    /// ```
    pub fn new(rule: Rule, start: Date, end: Date) -> Result<Recurrence, RuleError> {
        if end < start {
            return Err(RuleError::EndBeforeStart { start, end });
        }
        Ok(Recurrence { rule, start, end })
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
        self.rule
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
        let date = date.max(self.start);
        let day = Day::of(date);
        let nearest = self.last_visit_until(date);
        // A visit has at least one date: if it is not in the nearest, it is in
        // the next. A month past the year 9999 is no visit and has none.
        self.visit(nearest)?
            .on_or_after(day)
            .or_else(|| self.visit(nearest + 1)?.first())?
            .date()
            .filter(|found| *found <= self.end)
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
        let date = date.min(self.end);
        if date < self.start {
            return None;
        }
        let day = Day::of(date);
        let nearest = self.last_visit_until(date);
        // A visit before the first has only dates before the start, so that
        // the filter leaves nothing of it.
        self.visit(nearest)?
            .on_or_before(day)
            .or_else(|| self.visit(nearest - 1)?.last())?
            .date()
            .filter(|found| *found >= self.start)
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
        self.start <= date
            && date <= self.end
            && self
                .visit(self.last_visit_until(date))
                .is_some_and(|visit| visit.contains(Day::of(date)))
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
        let index = i64::try_from(index).ok()?;
        let (first_day, last_day) = (Day::of(self.start), Day::of(self.end));
        // There are no more dates than days, which also keeps what follows far
        // from overflow.
        if index > last_day.0 - first_day.0 {
            return None;
        }
        let before_start = self.visit(0)?.count_before(first_day);
        let (visit, index_in_visit) = self.tally().visit_with(before_start + index);
        self.visit(visit)?
            .nth(u32::try_from(index_in_visit).ok()?)?
            .date()
            .filter(|found| *found <= self.end)
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
        let (from, to) = (from.max(self.start), to.min(self.end));
        if to < from {
            return 0;
        }
        let through_to = self.count_before(to) + i64::from(self.contains(to));
        (through_to - self.count_before(from)).unsigned_abs()
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
        Dates::new(*self, date.max(self.start))
    }

    fn visits(&self) -> Visits {
        Visits {
            first: self.rule.pattern().period_containing(self.start),
            every: i64::from(self.rule.every()),
        }
    }

    /// The number of the last visit that starts on this date or earlier. The
    /// date is not before the start.
    fn last_visit_until(&self, date: Date) -> i64 {
        self.visits().last_until(self.rule.pattern().period_containing(date))
    }

    fn visit(&self, number: i64) -> Option<Visit> {
        self.rule.pattern().visit(self.visits().period(number))
    }

    fn tally(&self) -> Tally {
        Tally::new(self.rule.pattern(), self.visits())
    }

    /// How many dates come before this one, counting also those of the first
    /// visit that come before the start. The date lies in the window.
    fn count_before(&self, date: Date) -> i64 {
        let nearest = self.last_visit_until(date);
        let in_nearest = self.visit(nearest).map_or(0, |visit| visit.count_before(Day::of(date)));
        self.tally().dates_in(nearest) + in_nearest
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
        StoredRecurrence { rule: recurrence.rule, start: recurrence.start, end: recurrence.end }
    }
}
