//! Several rules, with dates added and dates taken away.

use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Serialize};

use crate::date_times::stored_date_time;
use crate::expansion::{Moment, date_time, moment};
use crate::rule::{Parsed, Source};
use crate::timetable::first_second_from;
use crate::{ParseError, Timetable, Until};

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

/// What a text with `DTSTART`, `RRULE`, `RDATE` and `EXDATE` says.
///
/// ```
/// use jiff::civil::date;
/// use recurrence::RuleText;
///
/// let text: RuleText = "DTSTART;TZID=America/New_York:19970902T090000\n\
///                       RRULE:FREQ=DAILY;COUNT=3\n\
///                       EXDATE:19970903T090000"
///     .parse()?;
/// assert_eq!(text.start(), Some(date(1997, 9, 2).at(9, 0, 0, 0)));
/// assert_eq!(text.zone(), Some("America/New_York"));
/// let set = text.into_set(None)?;
/// assert_eq!(set.after(date(1997, 9, 2).at(9, 0, 0, 0)), Some(date(1997, 9, 4).at(9, 0, 0, 0)));
/// # Ok::<(), recurrence::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleText {
    start: Option<Until>,
    zone: Option<String>,
    rules: Vec<crate::Rule>,
    added: Vec<DateTime>,
    excepted: Vec<DateTime>,
    without_start: ParseError,
}

impl RuleText {
    /// The start that the text gives: `DTSTART`, on a line of its own or, as
    /// Moov once had it, among the parts of the rule.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::RuleText;
    ///
    /// let text: RuleText = "FREQ=DAILY;DTSTART=20460101T150405Z;COUNT=6".parse()?;
    /// assert_eq!(text.start(), Some(date(2046, 1, 1).at(15, 4, 5, 0)));
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn start(&self) -> Option<DateTime> {
        self.start.map(beginning)
    }

    /// The zone in which the text gives its times: `TZID`, or `UTC` where its
    /// start ends in `Z`. A name as it stands, be it known or not.
    ///
    /// ```
    /// let text: recurrence::RuleText = "FREQ=DAILY;DTSTART=20460101T150405Z".parse()?;
    /// assert_eq!(text.zone(), Some("UTC"));
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn zone(&self) -> Option<&str> {
        match (&self.zone, self.start) {
            (Some(zone), _) => Some(zone),
            (None, Some(Until::Utc(_))) => Some("UTC"),
            _ => None,
        }
    }

    /// The rules, without their start.
    ///
    /// ```
    /// let text: recurrence::RuleText = "RRULE:FREQ=DAILY".parse()?;
    /// assert_eq!(text.rules(), ["FREQ=DAILY".parse()?]);
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn rules(&self) -> &[crate::Rule] {
        &self.rules
    }

    /// The times. A start in the text comes before the one given here; there
    /// must be one of the two.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::RuleText;
    ///
    /// let text: RuleText = "FREQ=DAILY".parse()?;
    /// let start = date(2026, 1, 1).at(9, 0, 0, 0);
    /// assert_eq!(text.clone().into_set(Some(start))?.first(), Some(start));
    /// assert_eq!(
    ///     text.into_set(None).unwrap_err().to_string(),
    ///     "DTSTART at character 11: found nothing; \
    ///      expected DTSTART=, a date such as 20271231T235959Z to start from",
    /// );
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn into_set(self, start: Option<DateTime>) -> Result<RuleSet, ParseError> {
        let start = self.start().or(start);
        let mut set = RuleSet::new();
        if !self.rules.is_empty() || (self.added.is_empty() && start.is_none()) {
            let start = start.ok_or(self.without_start)?;
            for rule in &self.rules {
                set.insert(Timetable::new(*rule, start));
            }
        } else if let Some(start) = start {
            set.add(start);
        }
        self.added.into_iter().for_each(|time| set.add(time));
        self.excepted.into_iter().for_each(|time| set.except(time));
        Ok(set)
    }
}

fn beginning(moment: Until) -> DateTime {
    match moment {
        Until::Date(date) => date.to_datetime(Time::midnight()),
        Until::Local(time) | Until::Utc(time) => time,
    }
}

impl std::str::FromStr for RuleText {
    type Err = ParseError;

    /// Lines of `DTSTART`, `RRULE`, `RDATE` and `EXDATE`, or a rule alone.
    ///
    /// ```
    /// use recurrence::RuleText;
    ///
    /// let reason = |text: &str| text.parse::<RuleText>().unwrap_err().to_string();
    /// assert_eq!(
    ///     reason("DTSTART:20260101T090000\nRRULE:FREQ=DAILY;COUNT=0"),
    ///     "COUNT at character 48: found `0`; expected a whole number from 1 to 4294967295",
    /// );
    /// assert_eq!(
    ///     reason("EXRULE:FREQ=DAILY"),
    ///     "the text at character 1: found `EXRULE`; \
    ///      expected one of DTSTART, RRULE, RDATE and EXDATE",
    /// );
    /// ```
    fn from_str(text: &str) -> Result<RuleText, ParseError> {
        let source = Source::whole(text)?;
        let mut read = RuleText {
            start: None,
            zone: None,
            rules: Vec::new(),
            added: Vec::new(),
            excepted: Vec::new(),
            without_start: source
                .end()
                .refused("DTSTART", "DTSTART=, a date such as 20271231T235959Z to start from"),
        };
        for line in source.lines() {
            read.read_line(line)?;
        }
        if read.rules.is_empty() && read.added.is_empty() && read.start.is_none() {
            return Err(source.end().refused("the text", "a rule such as FREQ=DAILY"));
        }
        Ok(read)
    }
}

impl RuleText {
    fn read_line(&mut self, line: Source<'_>) -> Result<(), ParseError> {
        let Some(property) = line.property() else { return self.read_rule(line) };
        match property.name.text().to_ascii_uppercase().as_str() {
            "RRULE" => self.read_rule(property.value_source()),
            "DTSTART" => {
                if self.start.is_some() {
                    return Err(property.name.refused("DTSTART", "one start"));
                }
                self.start = Some(property.value.moment("DTSTART")?);
                self.zone = property.zone().map(str::to_owned);
                Ok(())
            }
            "RDATE" => {
                for time in property.values() {
                    self.added.push(beginning(time.moment("RDATE")?));
                }
                Ok(())
            }
            "EXDATE" => {
                for time in property.values() {
                    self.excepted.push(beginning(time.moment("EXDATE")?));
                }
                Ok(())
            }
            _ => Err(property.name.refused("the text", "one of DTSTART, RRULE, RDATE and EXDATE")),
        }
    }

    fn read_rule(&mut self, source: Source<'_>) -> Result<(), ParseError> {
        let Parsed { rule, start } = Parsed::of(&source)?;
        if let Some(start) = start {
            if self.start.is_some() {
                return Err(start.piece.refused("DTSTART", "one start"));
            }
            self.start = Some(start.moment);
        }
        self.rules.push(rule);
        Ok(())
    }
}
