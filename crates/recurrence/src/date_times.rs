//! Walking over the times of a timetable.

use std::iter::FusedIterator;

use jiff::civil::{Date, DateTime, Time};

use crate::day::Day;
use crate::expansion::{Moment, Page, SECONDS_A_DAY, SECONDS_A_MINUTE, SECONDS_AN_HOUR, date_time};
use crate::{Rule, Timetable};

/// The times of a [`Timetable`]. It keeps no list: each is computed when asked
/// for.
///
/// ```
/// use jiff::civil::date;
/// use recurrence::Timetable;
///
/// let start = date(2026, 1, 1).at(9, 0, 0, 0);
/// let mut times = Timetable::new("FREQ=HOURLY;COUNT=2".parse()?, start).iter();
/// assert_eq!(times.next(), Some(start));
/// assert_eq!(times.next(), Some(date(2026, 1, 1).at(10, 0, 0, 0)));
/// assert_eq!(times.next(), None);
/// # Ok::<(), recurrence::ParseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct DateTimes {
    timetable: Timetable,
    /// No time before this one is left.
    from: Moment,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// The next time is looked for from scratch.
    Unplaced,
    /// At a day; its times from `time` on are left, and the page's days.
    InDay {
        page: Page,
        day: Day,
        date: Date,
        time: i64,
    },
    Over,
}

impl DateTimes {
    pub(crate) fn new(timetable: &Timetable, from: Moment) -> DateTimes {
        DateTimes { timetable: *timetable, from, state: State::Unplaced }
    }

    fn turn_to(&mut self, mut page: Page, time: i64) -> Option<()> {
        if page.days == 0 {
            page = self.timetable.expansion().page_after(page.month)?;
        }
        let (day, bit) = page.take_first()?;
        self.state = State::InDay { page, day, date: page.month.date(bit)?, time };
        Some(())
    }

    fn found(&mut self) -> Option<DateTime> {
        loop {
            match self.state {
                State::Over => return None,
                State::Unplaced if is_within_a_day(&self.timetable.rule()) => {
                    let found = self.timetable.moment_from(self.from)?;
                    self.from = found + 1;
                    self.state = State::Unplaced;
                    return date_time(found);
                }
                State::Unplaced => {
                    let day = Day(self.from.div_euclid(SECONDS_A_DAY));
                    let page = self.timetable.expansion().page_from(day)?;
                    let is_first = page.month.first_day.plus(page.days.trailing_zeros()) == day;
                    let time = if is_first { self.from.rem_euclid(SECONDS_A_DAY) } else { 0 };
                    self.turn_to(page, time)?;
                }
                State::InDay { page, time: SECONDS_A_DAY.., .. } => self.turn_to(page, 0)?,
                State::InDay { page, day, date, time } => {
                    let expansion = self.timetable.expansion();
                    let Some(time) = expansion.time_of_day_from(day, time) else {
                        self.turn_to(page, 0)?;
                        continue;
                    };
                    if day.0 * SECONDS_A_DAY + time > self.timetable.last_moment() {
                        return None;
                    }
                    let next =
                        if expansion.has_one_time_a_day() { SECONDS_A_DAY } else { time + 1 };
                    self.state = State::InDay { page, day, date, time: next };
                    return Some(date.to_datetime(time_of_day(time)?));
                }
            }
        }
    }
}

fn is_within_a_day(rule: &Rule) -> bool {
    rule.frequency().is_within_a_day()
}

fn time_of_day(second: i64) -> Option<Time> {
    let field = |number: i64| i8::try_from(number).ok();
    Time::new(
        field(second / SECONDS_AN_HOUR)?,
        field(second / SECONDS_A_MINUTE % 60)?,
        field(second % 60)?,
        0,
    )
    .ok()
}

impl Iterator for DateTimes {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        let found = self.found();
        if found.is_none() {
            self.state = State::Over;
        }
        found
    }
}

impl FusedIterator for DateTimes {}

impl IntoIterator for &Timetable {
    type Item = DateTime;
    type IntoIter = DateTimes;

    fn into_iter(self) -> DateTimes {
        self.iter()
    }
}

/// Dates and times in what is stored: text for people, and for machines the
/// seconds since the start of 1970 and the nanoseconds of the second, six
/// bytes in this century for a whole second.
pub(crate) mod stored_date_time {
    use jiff::civil::DateTime;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use crate::expansion::{date_time, moment};

    pub(crate) fn serialize<S: Serializer>(
        time: &DateTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            time.serialize(serializer)
        } else {
            (moment(*time), time.subsec_nanosecond()).serialize(serializer)
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<DateTime, D::Error> {
        if deserializer.is_human_readable() {
            return DateTime::deserialize(deserializer);
        }
        let (second, nanosecond) = <(i64, i32)>::deserialize(deserializer)?;
        let whole = date_time(second).ok_or_else(|| {
            D::Error::custom(format_args!(
                "the stored second {second} after the start of 1970 lies outside the years -9999 \
                 to 9999"
            ))
        })?;
        whole.with().subsec_nanosecond(nanosecond).build().map_err(|_| {
            D::Error::custom(format_args!(
                "the stored nanosecond {nanosecond} does not exist; it must be from 0 to 999999999"
            ))
        })
    }
}
