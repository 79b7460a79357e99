//! Walking over the dates of a recurrence.

use std::iter::FusedIterator;

use jiff::civil::Date;

use crate::Recurrence;

/// The dates of a [`Recurrence`], from either end. It keeps no list: each
/// date is computed when asked for.
///
/// ```
/// use recurrence::{Date, Recurrence, Rule};
///
/// let start = Date::constant(2026, 1, 1);
/// let mut dates = Recurrence::new(Rule::days(1)?, start, Date::constant(2026, 1, 3))?.iter();
/// assert_eq!(dates.size_hint(), (3, Some(3)));
/// assert_eq!(dates.next(), Some(Date::constant(2026, 1, 1)));
/// assert_eq!(dates.next_back(), Some(Date::constant(2026, 1, 3)));
/// assert_eq!(dates.next(), Some(Date::constant(2026, 1, 2)));
/// assert_eq!(dates.next_back(), None);
/// # Ok::<(), recurrence::RuleError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Dates {
    recurrence: Recurrence,
    /// What has not been walked over yet, both inclusive.
    remaining: Option<(Date, Date)>,
}

impl Dates {
    pub(crate) fn new(recurrence: Recurrence, from: Date) -> Dates {
        Dates { recurrence, remaining: range(from, recurrence.end()) }
    }
}

/// Nothing if it would end before it starts.
fn range(from: Date, to: Date) -> Option<(Date, Date)> {
    (from <= to).then_some((from, to))
}

impl Iterator for Dates {
    type Item = Date;

    fn next(&mut self) -> Option<Date> {
        let (from, to) = self.remaining.take()?;
        let date = self.recurrence.on_or_after(from).filter(|date| *date <= to)?;
        self.remaining = date.tomorrow().ok().and_then(|next| range(next, to));
        Some(date)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = self.remaining.map_or(0, |(from, to)| self.recurrence.count_between(from, to));
        usize::try_from(count).map_or((usize::MAX, None), |count| (count, Some(count)))
    }
}

impl DoubleEndedIterator for Dates {
    fn next_back(&mut self) -> Option<Date> {
        let (from, to) = self.remaining.take()?;
        let date = self.recurrence.on_or_before(to).filter(|date| *date >= from)?;
        self.remaining = date.yesterday().ok().and_then(|next| range(from, next));
        Some(date)
    }
}

impl FusedIterator for Dates {}

impl IntoIterator for &Recurrence {
    type Item = Date;
    type IntoIter = Dates;

    fn into_iter(self) -> Dates {
        self.iter()
    }
}
