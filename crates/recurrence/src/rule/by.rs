//! The `BY…` parts of a rule, as sets of bits.

use crate::signed_set::SignedSet;

/// What a rule says of months, days and times. An empty set says nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct By {
    /// Bit 0 is January.
    pub(crate) months: u16,
    pub(crate) weeks: SignedSet<1>,
    pub(crate) year_days: SignedSet<6>,
    pub(crate) month_days: SignedSet<1>,
    /// Those without a number. Bit 0 is Monday.
    pub(crate) weekdays: u8,
    /// Those with one, Monday's first: the first Monday is 1, the last -1.
    pub(crate) numbered_weekdays: [SignedSet<1>; 7],
    pub(crate) hours: u32,
    pub(crate) minutes: u64,
    /// Second 60 is kept, but falls on second 59, as RFC 5545 asks of those
    /// who know no leap seconds.
    pub(crate) seconds: u64,
    pub(crate) positions: SignedSet<6>,
}

impl By {
    pub(crate) const NOTHING: By = By {
        months: 0,
        weeks: SignedSet::EMPTY,
        year_days: SignedSet::EMPTY,
        month_days: SignedSet::EMPTY,
        weekdays: 0,
        numbered_weekdays: [SignedSet::EMPTY; 7],
        hours: 0,
        minutes: 0,
        seconds: 0,
        positions: SignedSet::EMPTY,
    };

    pub(crate) fn has_numbered_weekdays(&self) -> bool {
        self.numbered_weekdays.iter().any(|set| !set.is_empty())
    }

    /// Whether it says which days of a year, a month or a week.
    pub(crate) fn says_days(&self) -> bool {
        self.weekdays != 0
            || self.has_numbered_weekdays()
            || !self.month_days.is_empty()
            || !self.year_days.is_empty()
            || !self.weeks.is_empty()
    }

    pub(crate) fn says_times(&self) -> bool {
        self.hours != 0 || self.minutes != 0 || self.seconds != 0
    }
}
