//! Which of a month's Mondays.

use serde::{Deserialize, Serialize};

/// Which of the four or five times that a weekday comes in a month. There is
/// no fifth: only some months have one, and [`Last`](Ordinal::Last) is what
/// people mean by it.
///
/// ```
/// use recurrence::{Ordinal, Rule, Weekday};
///
/// let payday = Rule::months_on_weekday(1, Ordinal::Last, Weekday::Friday)?;
/// assert_eq!(recurrence::words::omise(&payday), "Every 1 month(s) on the last Friday");
/// # Ok::<(), recurrence::RuleError>(())
/// ```
// Stored by position: add at the end, never reorder.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ordinal {
    /// The first, between the 1st and the 7th.
    First,
    /// The second, between the 8th and the 14th.
    Second,
    /// The third, between the 15th and the 21st.
    Third,
    /// The fourth, between the 22nd and the 28th.
    Fourth,
    /// The last, in the last seven days of the month.
    Last,
}

impl Ordinal {
    const ALL: [(Ordinal, i16); 5] = [
        (Ordinal::First, 1),
        (Ordinal::Second, 2),
        (Ordinal::Third, 3),
        (Ordinal::Fourth, 4),
        (Ordinal::Last, -1),
    ];

    /// As RFC 5545 counts: from 1, the first, or from -1, the last.
    pub(crate) fn number(self) -> i16 {
        Ordinal::ALL.iter().find(|(ordinal, _)| *ordinal == self).map_or(1, |(_, number)| *number)
    }

    pub(crate) fn numbered(number: i16) -> Option<Ordinal> {
        Ordinal::ALL.iter().find(|(_, other)| *other == number).map(|(ordinal, _)| *ordinal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinal_is_found_by_its_number() {
        for (ordinal, number) in Ordinal::ALL {
            assert_eq!((ordinal.number(), Ordinal::numbered(number)), (number, Some(ordinal)));
        }
        assert_eq!([0, 5, -2].map(Ordinal::numbered), [None; 3]);
    }
}
