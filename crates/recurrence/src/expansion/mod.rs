//! A rule together with what it takes from its start: where its days and times
//! are, without a first or a last.
//!
//! A rule gives every month a **word**: a bit for each day on which it falls.
//! What the word is depends on the month alone, never on the dates before it,
//! so that any date is found from where it is. Each file here adds one thing:
//! [`days`] the word, [`visited`] which months can have one, [`positions`] what
//! `BYSETPOS` leaves of it, [`shape`] its table, [`times`] and [`within_day`] the time of day,
//! [`moments`] the search, and [`count`] and [`count_slots`] how many there are. Where steps of hours, minutes or
//! seconds run beside the calendar, [`meetings`], [`time_of_week`] and [`arcs`] work out when they
//! come to the right day and time.

mod arcs;
mod count;
mod count_slots;
mod days;
mod meetings;
mod moments;
mod positions;
mod season;
mod shape;
mod steps;
mod time_of_week;
mod times;
mod visited;
mod within_day;

use std::sync::OnceLock;

use jiff::civil::DateTime;

pub(crate) use self::moments::Page;
use self::shape::Words;
pub(crate) use self::times::{SECONDS_A_DAY, SECONDS_A_MINUTE, SECONDS_AN_HOUR, Times};
use crate::day::Day;
use crate::month::{self, MONTHS_A_YEAR};
use crate::rule::{Frequency, Rule, Skip};
use crate::signed_set::SignedSet;
use crate::visits::Visits;
use crate::week::Weeks;

/// A moment of the civil calendar: seconds since the start of 1970.
pub(crate) type Moment = i64;

const ALL_MONTHS: u16 = 0xfff;
const ALL_HOURS: u32 = 0xff_ffff;
const SIXTY: u64 = (1 << 60) - 1;

#[derive(Debug)]
pub(crate) struct Expansion {
    rule: Rule,
    /// In the rule's own periods.
    visits: Visits,
    /// Those that `BYMONTH` leaves. Bit 0 is January.
    months: u16,
    /// Those whose word may not be empty.
    season: u16,
    /// What `BYMONTHDAY` and `SKIP` leave of months of 28 to 31 days; the bit
    /// after the last day stands for the first of the next month.
    days_by_length: [u32; 4],
    /// The words of months by their length and the weekday they start on, if
    /// they depend on nothing else: worth making only for a walk over many.
    words: OnceLock<Option<Words>>,
    /// The weekdays that `BYDAY` leaves, repeated over six weeks.
    weekdays: u64,
    limits: Limits,
    /// Of each day, or of each hour, minute or second where the rule counts
    /// in these.
    times: Times,
    /// Where the rule counts in hours, minutes or seconds: those of a day
    /// that `BYHOUR`, `BYMINUTE` and `BYSECOND` leave.
    slots: Times,
    /// How many words are looked at in search of one that is not empty: after
    /// so many, they repeat.
    words_max: i64,
    never: bool,
}

/// Which parts of the rule must be looked at.
#[expect(clippy::struct_excessive_bools, reason = "each part is there or not, by itself")]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Limits {
    /// Nothing but `BYMONTH` and `BYMONTHDAY` says which days.
    plain_days: bool,
    /// Nothing at all does.
    any_day: bool,
    /// Nothing but weekdays, or nothing at all, does.
    weekdays_alone: bool,
    positions: bool,
    numbered_weekdays: bool,
    year_days: bool,
    weeks: bool,
    /// A day may fall into the month after its own.
    overflow: bool,
}

impl Expansion {
    pub(crate) fn new(rule: &Rule, start: DateTime) -> Expansion {
        let by = &rule.by;
        let mut months = by.months;
        let mut month_days = by.month_days;
        let mut weekdays = by.weekdays;
        if !by.says_days() {
            let day_of_month = SignedSet::only(i16::from(start.day()));
            match rule.frequency {
                Frequency::Yearly => {
                    if months == 0 {
                        months = 1 << (start.month() - 1);
                    }
                    month_days = day_of_month;
                }
                Frequency::Monthly => month_days = day_of_month,
                Frequency::Weekly => weekdays = 1 << start.weekday().to_monday_zero_offset(),
                _ => {}
            }
        }
        let any_month = months == 0;
        if any_month {
            months = ALL_MONTHS;
        }
        let has_numbers = by.has_numbered_weekdays();
        let limits = Limits {
            plain_days: weekdays == 0
                && !has_numbers
                && by.year_days.is_empty()
                && by.weeks.is_empty(),
            any_day: any_month && weekdays == 0 && month_days.is_empty() && !by.says_days(),
            weekdays_alone: any_month
                && month_days.is_empty()
                && !has_numbers
                && by.year_days.is_empty()
                && by.weeks.is_empty(),
            positions: !by.positions.is_empty(),
            numbered_weekdays: has_numbers,
            year_days: !by.year_days.is_empty(),
            weeks: !by.weeks.is_empty(),
            overflow: rule.skip == Skip::Forward
                && (!month_days.is_empty() || !by.year_days.is_empty()),
        };
        let mut expansion = Expansion {
            rule: *rule,
            visits: Visits { first: first_period(rule, start), every: i64::from(rule.every) },
            months,
            season: months,
            days_by_length: [28, 29, 30, 31]
                .map(|length| days::days_of_month(&month_days, length, rule.skip)),
            words: OnceLock::new(),
            weekdays: repeated(if weekdays == 0 && !has_numbers { 0x7f } else { weekdays }),
            limits,
            times: times_of_slot(rule, start),
            slots: slots_of_day(rule),
            words_max: 0,
            never: false,
        };
        if limits.overflow && limits.year_days && month_days.is_empty() {
            // Day 366 of a common year is the day after its December.
            expansion.days_by_length = [29, 30, 31, 32].map(days::first_days);
        }
        expansion.season &= expansion.season_of_days() & expansion.season_of_month_days();
        if limits.overflow && rule.frequency > Frequency::Monthly {
            expansion.season |= expansion.season << 1 & ALL_MONTHS | expansion.season >> 11;
        }
        expansion.words_max = expansion.words_until_they_repeat();
        expansion.never = expansion.can_never_match();
        expansion
    }

    pub(crate) fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Makes ready for a walk over many dates.
    pub(crate) fn prepare(&self) {
        self.words.get_or_init(|| self.words_by_shape());
    }

    fn weeks(&self) -> Weeks {
        Weeks::starting_on(self.rule.week_start)
    }
}

fn first_period(rule: &Rule, start: DateTime) -> i64 {
    let day = Day::of(start.date());
    let second = moment(start);
    match rule.frequency {
        Frequency::Yearly => i64::from(start.year()),
        Frequency::Monthly => month::containing(start.date()),
        Frequency::Weekly => Weeks::starting_on(rule.week_start).containing(day),
        Frequency::Daily => day.0,
        Frequency::Hourly => second.div_euclid(SECONDS_AN_HOUR),
        Frequency::Minutely => second.div_euclid(SECONDS_A_MINUTE),
        Frequency::Secondly => second,
    }
}

/// A part of a second is cut off.
pub(crate) fn moment(time: DateTime) -> Moment {
    let of_day = i64::from(time.hour()) * SECONDS_AN_HOUR
        + i64::from(time.minute()) * SECONDS_A_MINUTE
        + i64::from(time.second());
    Day::of(time.date()).0 * SECONDS_A_DAY + of_day
}

/// Nothing outside the years -9999 to 9999.
pub(crate) fn date_time(moment: Moment) -> Option<DateTime> {
    let date = date_of(Day(moment.div_euclid(SECONDS_A_DAY)))?;
    let second = moment.rem_euclid(SECONDS_A_DAY);
    let field = |number: i64| i8::try_from(number).unwrap_or(0);
    DateTime::new(
        date.year(),
        date.month(),
        date.day(),
        field(second / SECONDS_AN_HOUR),
        field(second / SECONDS_A_MINUTE % 60),
        field(second % 60),
        0,
    )
    .ok()
}

pub(crate) fn date_of(day: Day) -> Option<jiff::civil::Date> {
    let month = month::Month::numbered(month::containing_day(day))?;
    month.date(u32::try_from(day.0 - month.first_day.0).ok()?)
}

fn repeated(weekdays: u8) -> u64 {
    (0..6).fold(0, |weeks, week| weeks | u64::from(weekdays) << (7 * week))
}

/// The times within what the rule counts in. What it does not say is that of
/// its start.
fn times_of_slot(rule: &Rule, start: DateTime) -> Times {
    let by = &rule.by;
    let mut times = Times { hours: 1, minutes: 1, seconds: 1 };
    if rule.frequency < Frequency::Secondly {
        times.seconds = seconds_or(by.seconds, 1 << start.second());
    }
    if rule.frequency < Frequency::Minutely {
        times.minutes = if by.minutes == 0 { 1 << start.minute() } else { by.minutes };
    }
    if rule.frequency < Frequency::Hourly {
        times.hours = if by.hours == 0 { 1 << start.hour() } else { by.hours };
    }
    times
}

/// What the rule leaves of the hours, minutes or seconds of a day that it
/// counts in.
fn slots_of_day(rule: &Rule) -> Times {
    let by = &rule.by;
    let mut slots = Times { hours: 1, minutes: 1, seconds: 1 };
    if rule.frequency >= Frequency::Hourly {
        slots.hours = if by.hours == 0 { ALL_HOURS } else { by.hours };
    }
    if rule.frequency >= Frequency::Minutely {
        slots.minutes = if by.minutes == 0 { SIXTY } else { by.minutes };
    }
    if rule.frequency == Frequency::Secondly {
        slots.seconds = seconds_or(by.seconds, SIXTY);
    }
    slots
}

/// Second 60 falls on second 59.
fn seconds_or(seconds: u64, otherwise: u64) -> u64 {
    match seconds {
        0 => otherwise,
        _ => seconds & SIXTY | seconds >> 60 << 59,
    }
}

impl Expansion {
    /// Whole years, months, weeks or days; or the seconds of an hour, a minute
    /// or a second.
    fn unit_seconds(&self) -> i64 {
        match self.rule.frequency {
            Frequency::Hourly => SECONDS_AN_HOUR,
            Frequency::Minutely => SECONDS_A_MINUTE,
            Frequency::Secondly => 1,
            _ => SECONDS_A_DAY,
        }
    }

    fn is_within_a_day(&self) -> bool {
        self.rule.frequency.is_within_a_day()
    }

    /// By the month that a day comes from, even where it falls into the next.
    fn words_are_by_origin(&self) -> bool {
        self.rule.frequency <= Frequency::Monthly
    }

    fn is_in_season(&self, number: i64) -> bool {
        self.season >> number.rem_euclid(MONTHS_A_YEAR) & 1 == 1
    }
}
