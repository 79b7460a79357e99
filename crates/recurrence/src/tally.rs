//! How many dates a rule has, without walking over them.

use crate::month;
use crate::visits::{Visits, greatest_common_divisor};

/// The dates of the periods that a rule visits, counted from the start of the
/// first visit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally {
    pub(crate) visits: Visits,
    pub(crate) regularity: Regularity,
}

/// What is the same in all visits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Regularity {
    /// Each has so many dates, at least one.
    EachVisit(i64),
    /// Each is a month, and has so many dates if it is 28, 29, 30 or 31 days
    /// long. Some month has a date.
    ByLength([i64; 4]),
}

impl Tally {
    /// How many dates fall in the first `visits` periods visited.
    pub(crate) fn dates_in(&self, visits: i64) -> i64 {
        match self.regularity {
            Regularity::EachVisit(dates) => visits * dates,
            Regularity::ByLength(dates) => self.month_dates_in(visits, dates),
        }
    }

    /// Which visit holds the date that has `index` others before it, and how
    /// many of those others are in the same visit.
    pub(crate) fn visit_with(&self, index: i64) -> (i64, i64) {
        match self.regularity {
            Regularity::EachVisit(dates) => divide(index, dates),
            Regularity::ByLength(dates) => self.month_with(index, dates),
        }
    }

    /// As many dates a month as if all had 31 days, less what the shorter ones
    /// lose, which may be less than nothing. A month without day 31, for
    /// example, loses one date to a rule on the 30th and 31st.
    fn month_dates_in(&self, visits: i64, [in_28, in_29, in_30, in_31]: [i64; 4]) -> i64 {
        let mut dates = visits * in_31;
        // Most rules lose nothing, and need not know which months there were.
        if in_30 != in_31 {
            dates -= (in_31 - in_30) * month::thirty_day_months(self.visits, visits);
        }
        if in_28 != in_31 {
            dates -= (in_31 - in_28) * month::februaries(self.visits, visits);
        }
        if in_28 != in_29 {
            dates += (in_29 - in_28) * month::leap_februaries(self.visits, visits);
        }
        dates
    }

    /// The months visited have the same lengths, in the same order, in each
    /// cycle of the calendar. Whole cycles are divided away; within the one
    /// that is left, of at most 4,800 visits, the month is found by halving:
    /// at most 13 steps, wherever the date is.
    fn month_with(&self, index: i64, dates_by_length: [i64; 4]) -> (i64, i64) {
        let visits_a_cycle =
            month::CYCLE / greatest_common_divisor(self.visits.every, month::CYCLE);
        let dates_a_cycle = self.month_dates_in(visits_a_cycle, dates_by_length);
        let (cycles, index) = divide(index, dates_a_cycle);

        let (mut earliest, mut latest) = (0, visits_a_cycle - 1);
        while earliest < latest {
            let middle = earliest + (latest - earliest) / 2;
            if self.month_dates_in(middle + 1, dates_by_length) > index {
                latest = middle;
            } else {
                earliest = middle + 1;
            }
        }
        let dates_before = self.month_dates_in(earliest, dates_by_length);
        (cycles * visits_a_cycle + earliest, index - dates_before)
    }
}

/// Quotient and remainder; of nothing by nothing, nothing.
fn divide(number: i64, divisor: i64) -> (i64, i64) {
    (number.checked_div(divisor).unwrap_or(0), number.checked_rem(divisor).unwrap_or(0))
}
