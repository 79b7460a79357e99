//! Which parts of a rule RFC 5545 lets stand together.

use super::{Frequency, Rule};

/// A part that must not stand beside the others, and what would be right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Conflict {
    pub(super) part: &'static str,
    pub(super) expected: &'static str,
}

impl Rule {
    pub(super) fn conflict(&self) -> Option<Conflict> {
        use Frequency::{Daily, Monthly, Weekly, Yearly};

        let by = &self.by;
        let frequency = self.frequency;
        let refused = |part, expected| Some(Conflict { part, expected });
        if frequency != Yearly && !by.weeks.is_empty() {
            return refused("BYWEEKNO", "FREQ=YEARLY beside BYWEEKNO");
        }
        if matches!(frequency, Monthly | Weekly | Daily) && !by.year_days.is_empty() {
            let expected = "FREQ=YEARLY, HOURLY, MINUTELY or SECONDLY beside BYYEARDAY";
            return refused("BYYEARDAY", expected);
        }
        if frequency == Weekly && !by.month_days.is_empty() {
            return refused("BYMONTHDAY", "another FREQ than WEEKLY beside BYMONTHDAY");
        }
        if by.has_numbered_weekdays() {
            if !matches!(frequency, Yearly | Monthly) {
                return refused("BYDAY", "weekdays without numbers, or FREQ=MONTHLY or YEARLY");
            }
            if !by.weeks.is_empty() {
                return refused("BYDAY", "weekdays without numbers beside BYWEEKNO");
            }
        }
        if !by.positions.is_empty() && by.months == 0 && !by.says_days() && !by.says_times() {
            return refused("BYSETPOS", "another part that starts with BY beside BYSETPOS");
        }
        None
    }
}
