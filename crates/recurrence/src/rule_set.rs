//! Several rules, with dates added and dates taken away.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::Timetable;
use crate::date_times::stored_date_time;
use crate::expansion::{Moment, date_time, moment};
use crate::timetable::first_second_from;

/// The times of any number of timetables, with times added to them, such as
/// RFC 5545's `RDATE`, and times taken away, such as its `EXDATE`. A time that
/// comes from several places is one time.
///
/// ```
/// use jiff::civil::date;
/// use recurrence::{RuleSet, Timetable};
///
/// let start = date(2026, 1, 1).at(9, 0, 0, 0);
/// let mut set = RuleSet::from(Timetable::new("FREQ=MONTHLY;COUNT=3".parse()?, start));
/// set.insert(Timetable::new("FREQ=YEARLY;COUNT=2".parse()?, start));
/// set.add(date(2026, 1, 15).at(9, 0, 0, 0));
/// set.except(date(2026, 2, 1).at(9, 0, 0, 0));
/// assert!(set.iter().eq([
///     date(2026, 1, 1).at(9, 0, 0, 0),
///     date(2026, 1, 15).at(9, 0, 0, 0),
///     date(2026, 3, 1).at(9, 0, 0, 0),
///     date(2027, 1, 1).at(9, 0, 0, 0),
/// ]));
/// # Ok::<(), recurrence::ParseError>(())
/// ```
///
/// It is stored as its timetables, the times added and the times taken away.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(from = "StoredRuleSet", into = "StoredRuleSet")]
pub struct RuleSet {
    timetables: Vec<Timetable>,
    /// Ascending, each once.
    added: Vec<Moment>,
    excepted: Vec<Moment>,
}

impl RuleSet {
    /// Without any time.
    ///
    /// ```
    /// assert_eq!(recurrence::RuleSet::new().first(), None);
    /// ```
    pub fn new() -> RuleSet {
        RuleSet::default()
    }

    /// Adds the times of a rule from a start.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::{Rule, RuleSet, Timetable};
    ///
    /// let start = date(2026, 1, 1).at(9, 0, 0, 0);
    /// let mut set = RuleSet::new();
    /// set.insert(Timetable::new(Rule::days(1)?, start));
    /// assert_eq!(set.first(), Some(start));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn insert(&mut self, timetable: Timetable) {
        self.timetables.push(timetable);
    }

    /// Adds one time.
    ///
    /// ```
    /// use jiff::civil::date;
    ///
    /// let mut set = recurrence::RuleSet::new();
    /// set.add(date(2026, 1, 1).at(9, 0, 0, 0));
    /// assert_eq!(set.first(), Some(date(2026, 1, 1).at(9, 0, 0, 0)));
    /// ```
    pub fn add(&mut self, time: DateTime) {
        insert_sorted(&mut self.added, moment(time));
    }

    /// Takes one time away, wherever it comes from. A time that is not there
    /// may be taken away too, and changes nothing.
    ///
    /// ```
    /// use jiff::civil::date;
    ///
    /// let mut set = recurrence::RuleSet::new();
    /// set.add(date(2026, 1, 1).at(9, 0, 0, 0));
    /// set.except(date(2026, 1, 1).at(9, 0, 0, 0));
    /// assert_eq!(set.first(), None);
    /// ```
    pub fn except(&mut self, time: DateTime) {
        insert_sorted(&mut self.excepted, moment(time));
    }

    /// The first time, if there is one.
    ///
    /// ```
    /// use jiff::civil::date;
    ///
    /// let mut set = recurrence::RuleSet::new();
    /// set.add(date(2026, 1, 1).at(9, 0, 0, 0));
    /// assert_eq!(set.first(), Some(date(2026, 1, 1).at(9, 0, 0, 0)));
    /// ```
    pub fn first(&self) -> Option<DateTime> {
        self.on_or_after(DateTime::MIN)
    }

    /// The first time that is this one or later.
    ///
    /// ```
    /// use jiff::civil::date;
    ///
    /// let time = date(2026, 1, 1).at(9, 0, 0, 0);
    /// let mut set = recurrence::RuleSet::new();
    /// set.add(time);
    /// assert_eq!(set.on_or_after(time), Some(time));
    /// ```
    pub fn on_or_after(&self, time: DateTime) -> Option<DateTime> {
        self.moment_from(first_second_from(time)).and_then(date_time)
    }

    /// The first time later than this one. It takes as many steps as there
    /// are rules, and for every time taken away that lies between, as many
    /// again.
    ///
    /// ```
    /// use jiff::civil::date;
    ///
    /// let time = date(2026, 1, 1).at(9, 0, 0, 0);
    /// let mut set = recurrence::RuleSet::new();
    /// set.add(time);
    /// assert_eq!(set.after(time), None);
    /// assert_eq!(set.after(date(2025, 1, 1).at(9, 0, 0, 0)), Some(time));
    /// ```
    pub fn after(&self, time: DateTime) -> Option<DateTime> {
        self.moment_from(moment(time) + 1).and_then(date_time)
    }

    /// The last time that is this one or earlier.
    ///
    /// ```
    /// use jiff::civil::date;
    ///
    /// let time = date(2026, 1, 1).at(9, 0, 0, 0);
    /// let mut set = recurrence::RuleSet::new();
    /// set.add(time);
    /// assert_eq!(set.on_or_before(time), Some(time));
    /// ```
    pub fn on_or_before(&self, time: DateTime) -> Option<DateTime> {
        self.moment_until(moment(time)).and_then(date_time)
    }

    /// The last time earlier than this one.
    ///
    /// ```
    /// use jiff::civil::date;
    ///
    /// let time = date(2026, 1, 1).at(9, 0, 0, 0);
    /// let mut set = recurrence::RuleSet::new();
    /// set.add(time);
    /// assert_eq!(set.before(time), None);
    /// assert_eq!(set.before(date(2027, 1, 1).at(9, 0, 0, 0)), Some(time));
    /// ```
    pub fn before(&self, time: DateTime) -> Option<DateTime> {
        self.moment_until(first_second_from(time) - 1).and_then(date_time)
    }

    /// Whether this is one of its times.
    ///
    /// ```
    /// use jiff::civil::date;
    ///
    /// let time = date(2026, 1, 1).at(9, 0, 0, 0);
    /// let mut set = recurrence::RuleSet::new();
    /// assert!(!set.contains(time));
    /// set.add(time);
    /// assert!(set.contains(time));
    /// ```
    pub fn contains(&self, time: DateTime) -> bool {
        self.on_or_after(time) == Some(time)
    }

    /// All times, ascending, each once.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::{Rule, RuleSet, Timetable};
    ///
    /// let start = date(2026, 1, 1).at(9, 0, 0, 0);
    /// let set = RuleSet::from(Timetable::new(Rule::days(7)?, start));
    /// assert_eq!(set.iter().nth(1), Some(date(2026, 1, 8).at(9, 0, 0, 0)));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = DateTime> + '_ {
        std::iter::successors(self.first(), |time| self.after(*time))
    }

    /// The timetables that it is made of.
    ///
    /// ```
    /// assert!(recurrence::RuleSet::new().timetables().is_empty());
    /// ```
    pub fn timetables(&self) -> &[Timetable] {
        &self.timetables
    }

    /// The times added to those of the timetables, ascending.
    ///
    /// ```
    /// use jiff::civil::date;
    ///
    /// let time = date(2026, 1, 1).at(9, 0, 0, 0);
    /// let mut set = recurrence::RuleSet::new();
    /// set.add(time);
    /// assert!(set.added().eq([time]));
    /// ```
    pub fn added(&self) -> impl Iterator<Item = DateTime> + '_ {
        self.added.iter().filter_map(|moment| date_time(*moment))
    }

    /// The times taken away, ascending.
    ///
    /// ```
    /// use jiff::civil::date;
    ///
    /// let time = date(2026, 1, 1).at(9, 0, 0, 0);
    /// let mut set = recurrence::RuleSet::new();
    /// set.except(time);
    /// assert!(set.excepted().eq([time]));
    /// ```
    pub fn excepted(&self) -> impl Iterator<Item = DateTime> + '_ {
        self.excepted.iter().filter_map(|moment| date_time(*moment))
    }

    fn moment_from(&self, from: Moment) -> Option<Moment> {
        let of_rules =
            (0..self.timetables.len()).filter_map(|rule| self.moment_of_rule_from(rule, from));
        of_rules.chain(self.added_from(from)).min()
    }

    fn moment_until(&self, until: Moment) -> Option<Moment> {
        let of_rules =
            (0..self.timetables.len()).filter_map(|rule| self.moment_of_rule_until(rule, until));
        of_rules.chain(self.added_until(until)).max()
    }

    /// Of one timetable, without what is taken away.
    pub(crate) fn moment_of_rule_from(&self, rule: usize, from: Moment) -> Option<Moment> {
        let timetable = self.timetables.get(rule)?;
        let mut found = timetable.moment_from(from)?;
        while self.excepted.binary_search(&found).is_ok() {
            found = timetable.moment_from(found + 1)?;
        }
        Some(found)
    }

    pub(crate) fn moment_of_rule_until(&self, rule: usize, until: Moment) -> Option<Moment> {
        let timetable = self.timetables.get(rule)?;
        let mut found = timetable.moment_until(until)?;
        while self.excepted.binary_search(&found).is_ok() {
            found = timetable.moment_until(found - 1)?;
        }
        Some(found)
    }

    /// Of the times added, without what is taken away.
    pub(crate) fn added_from(&self, from: Moment) -> Option<Moment> {
        let start = self.added.partition_point(|added| *added < from);
        let mut rest = self.added.iter().skip(start);
        rest.find(|added| self.excepted.binary_search(added).is_err()).copied()
    }

    pub(crate) fn added_until(&self, until: Moment) -> Option<Moment> {
        let end = self.added.partition_point(|added| *added <= until);
        let mut rest = self.added.iter().take(end).rev();
        rest.find(|added| self.excepted.binary_search(added).is_err()).copied()
    }

    pub(crate) fn timetables_mut(&mut self) -> impl Iterator<Item = &mut Timetable> {
        self.timetables.iter_mut()
    }

    /// Whether all rules count in steps that divide an hour.
    pub(crate) fn steps_divide_an_hour(&self) -> bool {
        let mut timetables = self.timetables.iter();
        !self.timetables.is_empty()
            && timetables.all(|timetable| timetable.expansion().steps_divide_an_hour())
    }
}

/// A set as it is stored, its times in any order.
#[derive(Serialize, Deserialize)]
#[serde(rename = "RuleSet")]
struct StoredRuleSet {
    timetables: Vec<Timetable>,
    added: Vec<StoredDateTime>,
    excepted: Vec<StoredDateTime>,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct StoredDateTime(#[serde(with = "stored_date_time")] DateTime);

impl From<StoredRuleSet> for RuleSet {
    fn from(stored: StoredRuleSet) -> RuleSet {
        let sorted = |times: Vec<StoredDateTime>| {
            let mut moments: Vec<_> = times.iter().map(|time| moment(time.0)).collect();
            moments.sort_unstable();
            moments.dedup();
            moments
        };
        RuleSet {
            timetables: stored.timetables,
            added: sorted(stored.added),
            excepted: sorted(stored.excepted),
        }
    }
}

impl From<RuleSet> for StoredRuleSet {
    fn from(set: RuleSet) -> StoredRuleSet {
        let times = |moments: Vec<Moment>| {
            moments.into_iter().filter_map(date_time).map(StoredDateTime).collect()
        };
        StoredRuleSet {
            timetables: set.timetables,
            added: times(set.added),
            excepted: times(set.excepted),
        }
    }
}

impl From<Timetable> for RuleSet {
    fn from(timetable: Timetable) -> RuleSet {
        RuleSet { timetables: vec![timetable], ..RuleSet::new() }
    }
}

fn insert_sorted(moments: &mut Vec<Moment>, moment: Moment) {
    if let Err(at) = moments.binary_search(&moment) {
        moments.insert(at, moment);
    }
}
