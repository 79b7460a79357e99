//! Walking over the times of a timetable.

use std::iter::FusedIterator;

use jiff::civil::{Date, DateTime, Time};

use crate::Timetable;
use crate::day::Day;
use crate::expansion::{Moment, Page, SECONDS_A_DAY, SECONDS_A_MINUTE, SECONDS_AN_HOUR, date_time};

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
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// Of a rule that counts in hours or less: no time before this one is left.
    WithinDays {
        from: Moment,
    },
    /// Of a rule with one time a day: the days that are left, until the last.
    OneADay {
        page: Page,
        time: Time,
        last: Day,
    },
    /// At a day, of which the times from `time` on are left, and of the page
    /// the days after it.
    SeveralADay {
        page: Page,
        day: Day,
        date: Date,
        time: i64,
    },
    Over,
}

impl DateTimes {
    pub(crate) fn new(timetable: &Timetable, from: Moment) -> DateTimes {
        timetable.expansion().prepare();
        let state = State::first(timetable, from).unwrap_or(State::Over);
        DateTimes { timetable: timetable.clone(), state }
    }

    #[inline]
    fn found(&mut self) -> Option<DateTime> {
        let expansion = self.timetable.expansion();
        match &mut self.state {
            State::Over => None,
            State::WithinDays { from } => {
                let found = self.timetable.moment_from(*from)?;
                *from = found + 1;
                date_time(found)
            }
            State::OneADay { page, time, last } => {
                if page.days == 0 {
                    expansion.turn(page)?;
                }
                let (_, bit) = page.take_first().filter(|(day, _)| day <= last)?;
                Some(page.month.date(bit)?.to_datetime(*time))
            }
            State::SeveralADay { page, day, date, time } => loop {
                let found = match *time {
                    SECONDS_A_DAY.. => None,
                    time => expansion.time_of_day_from(*day, time),
                };
                if let Some(found) = found {
                    *time = found + 1;
                    let is_last = day.0 * SECONDS_A_DAY + found > self.timetable.last_moment();
                    return if is_last {
                        None
                    } else {
                        Some(date.to_datetime(time_of_day(found)?))
                    };
                }
                if page.days == 0 {
                    expansion.turn(page)?;
                }
                let (next, bit) = page.take_first()?;
                (*day, *date, *time) = (next, page.month.date(bit)?, 0);
            },
        }
    }
}

impl State {
    fn first(timetable: &Timetable, from: Moment) -> Option<State> {
        let expansion = timetable.expansion();
        if expansion.rule().frequency().is_within_a_day() {
            return Some(State::WithinDays { from });
        }
        let (day, of_day) = (Day(from.div_euclid(SECONDS_A_DAY)), from.rem_euclid(SECONDS_A_DAY));
        if let Some(time) = expansion.only_time_of_day() {
            // The first and the last day count if the time is not past yet.
            let first = day.plus(u32::from(time < of_day));
            let last = (timetable.last_moment() - time).div_euclid(SECONDS_A_DAY);
            let page = expansion.page_from(first)?;
            return Some(State::OneADay { page, time: time_of_day(time)?, last: Day(last) });
        }
        let mut page = expansion.page_from(day)?;
        let (first, bit) = page.take_first()?;
        let time = if first == day { of_day } else { 0 };
        Some(State::SeveralADay { page, day: first, date: page.month.date(bit)?, time })
    }
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

    #[inline]
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
