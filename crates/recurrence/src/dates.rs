//! Walking over the dates of a recurrence.

use std::iter::FusedIterator;

use jiff::civil::Date;

use crate::Recurrence;
use crate::day::Day;
use crate::expansion::Page;

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
    remaining: Option<(Day, Day)>,
    /// The month that either end has come to. The days that it holds may
    /// since have been walked over from the other end.
    front: Option<Page>,
    back: Option<Page>,
}

impl Dates {
    pub(crate) fn new(recurrence: &Recurrence, from: Date) -> Dates {
        let remaining = range(Day::of(from), recurrence.last_day());
        recurrence.expansion().prepare();
        Dates { recurrence: recurrence.clone(), remaining, front: None, back: None }
    }
}

/// Nothing if it would end before it starts.
#[inline]
fn range(from: Day, to: Day) -> Option<(Day, Day)> {
    (from <= to).then_some((from, to))
}

impl Iterator for Dates {
    type Item = Date;

    #[inline]
    fn next(&mut self) -> Option<Date> {
        let (from, to) = self.remaining.take()?;
        let expansion = self.recurrence.expansion();
        let page = match &mut self.front {
            Some(page) => page,
            none => none.insert(expansion.page_from(from)?),
        };
        if page.days == 0 {
            expansion.turn(page)?;
        }
        let (day, bit) = page.take_first().filter(|(day, _)| *day <= to)?;
        self.remaining = range(day.plus(1), to);
        page.month.date(bit)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = self.remaining.map_or(0, |(from, to)| self.recurrence.count_of_days(from, to));
        usize::try_from(count).map_or((usize::MAX, None), |count| (count, Some(count)))
    }
}

impl DoubleEndedIterator for Dates {
    fn next_back(&mut self) -> Option<Date> {
        let (from, to) = self.remaining.take()?;
        let expansion = self.recurrence.expansion();
        let mut page = match self.back {
            Some(page) if page.days != 0 => page,
            Some(page) => expansion.page_before(page.month)?,
            None => expansion.page_until(to)?,
        };
        let (day, bit) = page.take_last().filter(|(day, _)| *day >= from)?;
        self.back = Some(page);
        self.remaining = range(from, Day(day.0 - 1));
        page.month.date(bit)
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
