//! Civil times in a time zone: instants.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::expansion::{Moment, SECONDS_A_DAY, date_time, moment};
use crate::{Limit, RuleSet, Until};

/// No two clocks on the wall are further apart.
const OFFSETS_APART_SECONDS: i64 = 2 * SECONDS_A_DAY;

/// What becomes of a civil time that the clocks of a zone leave out, such as
/// 02:30 on the night in spring when they are put forward.
///
/// ```
/// use jiff::civil::date;
/// use jiff::tz::TimeZone;
/// use recurrence::{Gap, Rule, Timetable, Zoned};
///
/// let daily = Timetable::new(Rule::days(1)?, date(2026, 3, 7).at(2, 30, 0, 0));
/// let new_york = TimeZone::get("America/New_York").unwrap();
/// let second = |gap: Gap| {
///     let zoned = Zoned::new(daily.clone(), new_york.clone()).with_gap(gap);
///     zoned.iter().nth(1).map(|time| time.to_zoned(new_york.clone()).datetime())
/// };
/// assert_eq!(second(Gap::Shift), Some(date(2026, 3, 8).at(3, 30, 0, 0)));
/// assert_eq!(second(Gap::End), Some(date(2026, 3, 8).at(3, 0, 0, 0)));
/// assert_eq!(second(Gap::Omit), Some(date(2026, 3, 9).at(2, 30, 0, 0)));
/// # Ok::<(), recurrence::RuleError>(())
/// ```
// Stored by position: add at the end, never reorder.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// It is as much later as the clocks were put forward: RFC 5545's reading.
    #[default]
    Shift,
    /// It is when the clocks go on: at 03:00.
    End,
    /// It does not come.
    Omit,
}

/// What becomes of a civil time that the clocks of a zone show twice, such as
/// 01:30 on the night in autumn when they are put back.
///
/// ```
/// use jiff::civil::date;
/// use jiff::tz::TimeZone;
/// use recurrence::{Fold, Rule, Timetable, Zoned};
///
/// let daily = Timetable::new(Rule::days(1)?, date(2026, 11, 1).at(1, 30, 0, 0));
/// let zoned = Zoned::new(daily, TimeZone::get("America/New_York").unwrap());
/// let two = |fold: Fold| {
///     zoned.clone().with_fold(fold).iter().take(2).map(|time| time.to_string()).collect::<Vec<_>>()
/// };
/// assert_eq!(two(Fold::First), ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]);
/// assert_eq!(two(Fold::Second), ["2026-11-01T06:30:00Z", "2026-11-02T06:30:00Z"]);
/// assert_eq!(two(Fold::Both), ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"]);
/// # Ok::<(), recurrence::RuleError>(())
/// ```
// Stored by position: add at the end, never reorder.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    /// It is the first of the two: RFC 5545's reading.
    #[default]
    First,
    /// It is the second.
    Second,
    /// It comes both times.
    Both,
}

/// Civil times in a time zone: instants.
///
/// Each civil time is one instant, and instants that meet are one, unless
/// [`Gap::Omit`] or [`Fold::Both`] is asked for; so nothing comes twice or is
/// lost where clocks are put forward or back. An `UNTIL` in UTC is compared
/// with the instants. A rule's `COUNT` counts civil times.
///
/// By default a time in a gap is shifted and one in a fold is the first, as
/// RFC 5545 reads them. But for rules whose steps divide an hour, such as
/// every hour or every 15 minutes, a time in a fold comes both times, so that
/// they keep their pace.
///
/// ```
/// use jiff::Timestamp;
/// use jiff::civil::date;
/// use jiff::tz::TimeZone;
/// use recurrence::{Timetable, Zoned};
///
/// let rent = Timetable::new("FREQ=MONTHLY".parse()?, date(2026, 1, 1).at(9, 0, 0, 0));
/// let zoned = Zoned::new(rent, TimeZone::get("Europe/Paris")?);
/// let winter: Timestamp = "2026-03-01T08:00:00Z".parse()?;
/// let summer: Timestamp = "2026-04-01T07:00:00Z".parse()?;
/// assert_eq!(zoned.after(winter), Some(summer));
/// assert_eq!(zoned.before(summer), Some(winter));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It is stored as its set, the name of its zone and its two policies. A zone
/// that has no name cannot be stored; one that the zone data of this program
/// does not know cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "StoredZoned", into = "StoredZoned")]
pub struct Zoned {
    set: RuleSet,
    /// Of each timetable of the set, the last instant, where its rule gives
    /// one in UTC.
    last: Vec<Option<Moment>>,
    zone: TimeZone,
    gap: Gap,
    fold: Fold,
}

/// A time without transitions. Its offset, and that before its start and after
/// its end, in seconds.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    start: Option<(Moment, i64)>,
    offset: i64,
    end: Option<(Moment, i64)>,
}

impl Zoned {
    /// The times of a timetable or a set, by the clocks of a zone.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use jiff::tz::TimeZone;
    /// use recurrence::{Rule, Timetable, Zoned};
    ///
    /// let daily = Timetable::new(Rule::days(1)?, date(2026, 1, 1).at(9, 0, 0, 0));
    /// let zoned = Zoned::new(daily, TimeZone::UTC);
    /// assert_eq!(zoned.first(), Some("2026-01-01T09:00:00Z".parse().unwrap()));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn new(times: impl Into<RuleSet>, zone: TimeZone) -> Zoned {
        let mut set = times.into();
        let fold = usual_fold(&set);
        let last = set.timetables_mut().map(|timetable| match timetable.rule().limit() {
            Limit::Until(Until::Utc(last)) => {
                timetable.extend(OFFSETS_APART_SECONDS);
                Some(moment(last))
            }
            _ => None,
        });
        let last = last.collect();
        Zoned { set, last, zone, gap: Gap::Shift, fold }
    }

    /// With this policy for gaps.
    ///
    /// ```
    /// use jiff::tz::TimeZone;
    /// use recurrence::{Gap, RuleSet, Zoned};
    ///
    /// let zoned = Zoned::new(RuleSet::new(), TimeZone::UTC).with_gap(Gap::Omit);
    /// assert_eq!(zoned.first(), None);
    /// ```
    #[must_use]
    pub fn with_gap(self, gap: Gap) -> Zoned {
        Zoned { gap, ..self }
    }

    /// With this policy for folds.
    ///
    /// ```
    /// use jiff::tz::TimeZone;
    /// use recurrence::{Fold, RuleSet, Zoned};
    ///
    /// let zoned = Zoned::new(RuleSet::new(), TimeZone::UTC).with_fold(Fold::Second);
    /// assert_eq!(zoned.first(), None);
    /// ```
    #[must_use]
    pub fn with_fold(self, fold: Fold) -> Zoned {
        Zoned { fold, ..self }
    }

    /// The civil times.
    ///
    /// ```
    /// use jiff::tz::TimeZone;
    /// use recurrence::{RuleSet, Zoned};
    ///
    /// assert_eq!(Zoned::new(RuleSet::new(), TimeZone::UTC).set(), &RuleSet::new());
    /// ```
    pub fn set(&self) -> &RuleSet {
        &self.set
    }

    /// The zone whose clocks show them.
    ///
    /// ```
    /// use jiff::tz::TimeZone;
    /// use recurrence::{RuleSet, Zoned};
    ///
    /// assert_eq!(Zoned::new(RuleSet::new(), TimeZone::UTC).zone(), &TimeZone::UTC);
    /// ```
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The policy for gaps.
    ///
    /// ```
    /// use jiff::tz::TimeZone;
    /// use recurrence::{Gap, RuleSet, Zoned};
    ///
    /// assert_eq!(Zoned::new(RuleSet::new(), TimeZone::UTC).gap(), Gap::Shift);
    /// ```
    pub fn gap(&self) -> Gap {
        self.gap
    }

    /// The policy for folds.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use jiff::tz::TimeZone;
    /// use recurrence::{Fold, Timetable, Zoned};
    ///
    /// let start = date(2026, 1, 1).at(9, 0, 0, 0);
    /// let fold = |rule: &str| {
    ///     let timetable = Timetable::new(rule.parse()?, start);
    ///     Ok::<_, recurrence::ParseError>(Zoned::new(timetable, TimeZone::UTC).fold())
    /// };
    /// assert_eq!(fold("FREQ=DAILY")?, Fold::First);
    /// assert_eq!(fold("FREQ=HOURLY")?, Fold::Both, "it keeps its pace");
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn fold(&self) -> Fold {
        self.fold
    }

    /// What it is if nothing is asked for.
    pub(crate) fn usual_fold(&self) -> Fold {
        usual_fold(&self.set)
    }

    /// The instants that a civil time is by the zone's clocks and the policies
    /// for gaps and folds, be it one of the times or not: mostly one, two of a
    /// fold where both count, none in a gap that is left out.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use jiff::tz::TimeZone;
    /// use recurrence::{Gap, RuleSet, Zoned};
    ///
    /// let zoned = Zoned::new(RuleSet::new(), TimeZone::get("Europe/Paris").unwrap());
    /// let instants = |zoned: &Zoned, time| -> Vec<_> {
    ///     zoned.instants_at(time).map(|instant| instant.to_string()).collect()
    /// };
    /// let morning = date(2026, 3, 29).at(9, 0, 0, 0);
    /// let left_out = date(2026, 3, 29).at(2, 30, 0, 0);
    /// assert_eq!(instants(&zoned, morning), ["2026-03-29T07:00:00Z"]);
    /// assert_eq!(instants(&zoned, left_out), ["2026-03-29T01:30:00Z"]);
    /// assert!(instants(&zoned.with_gap(Gap::Omit), left_out).is_empty());
    /// ```
    pub fn instants_at(&self, civil: DateTime) -> impl Iterator<Item = Timestamp> + use<> {
        let mut alone = RuleSet::new();
        alone.add(civil);
        let Zoned { zone, gap, fold, .. } = self;
        let alone = Zoned::new(alone, zone.clone()).with_gap(*gap).with_fold(*fold);
        let first = alone.first();
        std::iter::successors(first, move |instant| alone.after(*instant))
    }

    /// The civil time of the set that an instant comes from, if it is one of
    /// the instants: what the clocks show or, at the end of a gap, what they
    /// left out. Of several that meet there, the first.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use jiff::tz::TimeZone;
    /// use recurrence::{Rule, Timetable, Zoned};
    ///
    /// let nightly = Timetable::new(Rule::days(1)?, date(2026, 3, 28).at(2, 30, 0, 0));
    /// let zoned = Zoned::new(nightly, TimeZone::get("Europe/Paris").unwrap());
    /// let shifted = "2026-03-29T01:30:00Z".parse().unwrap();
    /// assert_eq!(zoned.civil_of(shifted), Some(date(2026, 3, 29).at(2, 30, 0, 0)));
    /// assert_eq!(zoned.civil_of("2026-03-29T09:00:00Z".parse().unwrap()), None);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn civil_of(&self, instant: Timestamp) -> Option<DateTime> {
        let (second, is_whole) = split(instant);
        if !is_whole || self.instant_from(second) != Some(second) {
            return None;
        }
        let stretch = self.stretch_at(second)?;
        let left_out = stretch.gap().and_then(|(start, before)| {
            let shifted = (second - start < stretch.offset - before).then_some(second + before);
            match self.gap {
                Gap::Shift => {
                    self.civil_time_from(shifted?).filter(|civil| Some(*civil) == shifted)
                }
                Gap::End if second == start => self
                    .civil_time_from(start + before)
                    .filter(|civil| *civil < start + stretch.offset),
                Gap::End | Gap::Omit => None,
            }
        });
        left_out.or(Some(second + stretch.offset)).and_then(date_time)
    }

    fn civil_time_from(&self, from: Moment) -> Option<Moment> {
        date_time(from).and_then(|from| self.set.on_or_after(from)).map(moment)
    }

    /// The first instant, if there is one.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use jiff::tz::TimeZone;
    /// use recurrence::{Rule, Timetable, Zoned};
    ///
    /// let daily = Timetable::new(Rule::days(1)?, date(2026, 7, 1).at(8, 30, 0, 0));
    /// let bangkok = Zoned::new(daily, TimeZone::get("Asia/Bangkok").unwrap());
    /// assert_eq!(bangkok.first(), Some("2026-07-01T01:30:00Z".parse().unwrap()));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn first(&self) -> Option<Timestamp> {
        let first = moment(DateTime::MIN) + OFFSETS_APART_SECONDS;
        self.instant_from(first).and_then(timestamp)
    }

    /// The first instant that is this one or later.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use jiff::tz::TimeZone;
    /// use recurrence::{Rule, Timetable, Zoned};
    ///
    /// let daily = Timetable::new(Rule::days(1)?, date(2026, 7, 1).at(9, 0, 0, 0));
    /// let zoned = Zoned::new(daily, TimeZone::UTC);
    /// let first = "2026-07-01T09:00:00Z".parse().unwrap();
    /// assert_eq!(zoned.on_or_after(first), Some(first));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn on_or_after(&self, instant: Timestamp) -> Option<Timestamp> {
        let (second, is_whole) = split(instant);
        self.instant_from(if is_whole { second } else { second + 1 }).and_then(timestamp)
    }

    /// The first instant later than this one.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use jiff::tz::TimeZone;
    /// use recurrence::{Rule, Timetable, Zoned};
    ///
    /// let daily = Timetable::new(Rule::days(1)?, date(2026, 7, 1).at(9, 0, 0, 0));
    /// let zoned = Zoned::new(daily, TimeZone::UTC);
    /// let after = zoned.after("2036-07-01T09:00:00Z".parse().unwrap());
    /// assert_eq!(after, Some("2036-07-02T09:00:00Z".parse().unwrap()));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn after(&self, instant: Timestamp) -> Option<Timestamp> {
        self.instant_from(split(instant).0 + 1).and_then(timestamp)
    }

    /// The last instant that is this one or earlier.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use jiff::tz::TimeZone;
    /// use recurrence::{Rule, Timetable, Zoned};
    ///
    /// let daily = Timetable::new(Rule::days(1)?, date(2026, 7, 1).at(9, 0, 0, 0));
    /// let zoned = Zoned::new(daily, TimeZone::UTC);
    /// let first = "2026-07-01T09:00:00Z".parse().unwrap();
    /// assert_eq!(zoned.on_or_before(first), Some(first));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn on_or_before(&self, instant: Timestamp) -> Option<Timestamp> {
        self.instant_until(split(instant).0).and_then(timestamp)
    }

    /// The last instant earlier than this one.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use jiff::tz::TimeZone;
    /// use recurrence::{Rule, Timetable, Zoned};
    ///
    /// let daily = Timetable::new(Rule::days(1)?, date(2026, 7, 1).at(9, 0, 0, 0));
    /// let zoned = Zoned::new(daily, TimeZone::UTC);
    /// assert_eq!(zoned.before("2026-07-01T09:00:00Z".parse().unwrap()), None);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn before(&self, instant: Timestamp) -> Option<Timestamp> {
        let (second, is_whole) = split(instant);
        self.instant_until(if is_whole { second - 1 } else { second }).and_then(timestamp)
    }

    /// All instants, ascending, each once.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use jiff::tz::TimeZone;
    /// use recurrence::{Rule, Timetable, Zoned};
    ///
    /// let daily = Timetable::new(Rule::days(1)?, date(2026, 7, 1).at(9, 0, 0, 0));
    /// let zoned = Zoned::new(daily, TimeZone::UTC);
    /// assert_eq!(zoned.iter().nth(2), Some("2026-07-03T09:00:00Z".parse().unwrap()));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = Timestamp> + '_ {
        std::iter::successors(self.first(), |instant| self.after(*instant))
    }

    fn instant_from(&self, from: Moment) -> Option<Moment> {
        let of_rules = self.last.iter().enumerate().filter_map(|(index, last)| {
            let civil_from = |from| self.set.moment_of_rule_from(index, from);
            let found = self.placed_from(from, civil_from)?;
            last.is_none_or(|last| found <= last).then_some(found)
        });
        let added = self.placed_from(from, |from| self.set.added_from(from));
        of_rules.chain(added).min()
    }

    fn instant_until(&self, until: Moment) -> Option<Moment> {
        let of_rules = self.last.iter().enumerate().filter_map(|(index, last)| {
            let civil_until = |until| self.set.moment_of_rule_until(index, until);
            self.placed_until(last.map_or(until, |last| last.min(until)), civil_until)
        });
        let added = self.placed_until(until, |until| self.set.added_until(until));
        of_rules.chain(added).max()
    }

    /// The first instant, at or after one, of civil times.
    ///
    /// In a stretch without transitions, an instant is a civil time less the
    /// offset. At its start there may be civil times that were left out.
    fn placed_from(
        &self,
        mut from: Moment,
        civil_from: impl Fn(Moment) -> Option<Moment>,
    ) -> Option<Moment> {
        // Far from transitions, as nearly always, there is no more to it.
        if let Some(offset) = self.steady_offset(from) {
            let civil = civil_from(from + offset)?;
            if let Some(offset) = self.steady_offset(civil - offset) {
                return Some(civil - offset);
            }
        }
        loop {
            let stretch = self.stretch_at(from)?;
            let offset = stretch.offset;
            let lowest = stretch.civil_start(self.fold).unwrap_or(Moment::MIN);
            let civil = civil_from(lowest.max(from + offset));
            let end = stretch.civil_end(self.fold);
            let placed = civil.filter(|civil| end.is_none_or(|end| *civil < end));
            let placed = placed.map(|civil| civil - offset);
            let left_out = stretch.gap().and_then(|(start, before)| {
                let earliest = match self.gap {
                    Gap::Shift => (from + before).max(start + before),
                    Gap::End if from <= start => start + before,
                    Gap::End | Gap::Omit => return None,
                };
                let civil = civil_from(earliest).filter(|civil| *civil < start + offset)?;
                Some(if self.gap == Gap::Shift { civil - before } else { start })
            });
            if let Some(found) = placed.into_iter().chain(left_out).min() {
                return Some(found);
            }
            let (end, _) = stretch.end?;
            from = end.max(civil? - offset - OFFSETS_APART_SECONDS);
        }
    }

    /// The last instant, at or before one, of civil times.
    fn placed_until(
        &self,
        mut until: Moment,
        civil_until: impl Fn(Moment) -> Option<Moment>,
    ) -> Option<Moment> {
        loop {
            let stretch = self.stretch_at(until)?;
            let offset = stretch.offset;
            let highest = stretch.civil_end(self.fold).map_or(Moment::MAX, |end| end - 1);
            let civil = civil_until(highest.min(until + offset));
            let start = stretch.civil_start(self.fold);
            let placed = civil.filter(|civil| start.is_none_or(|start| *civil >= start));
            let placed = placed.map(|civil| civil - offset);
            let left_out = stretch.gap().and_then(|(start, before)| {
                let latest = match self.gap {
                    Gap::Shift => (until + before).min(start + offset - 1),
                    Gap::End => start + offset - 1,
                    Gap::Omit => return None,
                };
                let civil = civil_until(latest).filter(|civil| *civil >= start + before)?;
                Some(if self.gap == Gap::Shift { civil - before } else { start })
            });
            if let Some(found) = placed.into_iter().chain(left_out).max() {
                return Some(found);
            }
            let (start, _) = stretch.start?;
            until = (start - 1).min(civil? - offset + OFFSETS_APART_SECONDS);
        }
    }

    /// The offset at an instant, if there is no transition around it.
    fn steady_offset(&self, instant: Moment) -> Option<i64> {
        let before = timestamp(instant - OFFSETS_APART_SECONDS)?;
        let next = self.zone.following(before).next();
        if next.is_some_and(|next| next.timestamp().as_second() <= instant + OFFSETS_APART_SECONDS)
        {
            return None;
        }
        Some(i64::from(self.zone.to_offset(timestamp(instant)?).seconds()))
    }

    fn stretch_at(&self, instant: Moment) -> Option<Stretch> {
        let at = timestamp(instant)?;
        let offset_at = |instant: Moment| {
            timestamp(instant).map(|at| i64::from(self.zone.to_offset(at).seconds()))
        };
        let start = timestamp(instant + 1)
            .and_then(|next| self.zone.preceding(next).next())
            .map(|transition| transition.timestamp().as_second());
        let end = self.zone.following(at).next().map(|next| next.timestamp().as_second());
        let with_offset = |start: Moment, beside: Moment| Some((start, offset_at(beside)?));
        Some(Stretch {
            start: start.and_then(|start| with_offset(start, start - 1)),
            offset: offset_at(instant)?,
            end: end.and_then(|end| with_offset(end, end)),
        })
    }
}

impl Stretch {
    /// From which civil time on they are placed in this stretch: where they
    /// are the second of a fold, by the policy.
    fn civil_start(&self, fold: Fold) -> Option<Moment> {
        let (start, before) = self.start?;
        let first = start + self.offset;
        Some(if fold == Fold::First { first.max(start + before) } else { first })
    }

    /// Before which civil time.
    fn civil_end(&self, fold: Fold) -> Option<Moment> {
        let (end, after) = self.end?;
        let last = end + self.offset;
        Some(if fold == Fold::Second { last.min(end + after) } else { last })
    }

    /// If civil times are left out at its start, that and the offset before.
    fn gap(&self) -> Option<(Moment, i64)> {
        self.start.filter(|(_, before)| *before < self.offset)
    }
}

fn usual_fold(set: &RuleSet) -> Fold {
    if set.steps_divide_an_hour() { Fold::Both } else { Fold::First }
}

/// Civil times in a zone as they are stored.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Zoned")]
struct StoredZoned {
    times: RuleSet,
    #[serde(with = "jiff::fmt::serde::tz::required")]
    zone: TimeZone,
    gap: Gap,
    fold: Fold,
}

impl From<StoredZoned> for Zoned {
    fn from(stored: StoredZoned) -> Zoned {
        let StoredZoned { times, zone, gap, fold } = stored;
        Zoned::new(times, zone).with_gap(gap).with_fold(fold)
    }
}

impl From<Zoned> for StoredZoned {
    fn from(zoned: Zoned) -> StoredZoned {
        let Zoned { set, zone, gap, fold, .. } = zoned;
        StoredZoned { times: set, zone, gap, fold }
    }
}

/// An error would put something on the heap, so the range is looked at first.
fn timestamp(second: Moment) -> Option<Timestamp> {
    let all = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
    if all.contains(&second) { Timestamp::from_second(second).ok() } else { None }
}

/// The second that holds an instant, and whether it is that itself.
fn split(instant: Timestamp) -> (Moment, bool) {
    let nanosecond = instant.subsec_nanosecond();
    (instant.as_second() - i64::from(nanosecond < 0), nanosecond == 0)
}
