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
    /// Which day of a month of `length` days it is, if the weekday first comes
    /// on day `first`; days count from 0.
    pub(crate) fn day(self, first: u32, length: u32) -> u32 {
        match self {
            Ordinal::First => first,
            Ordinal::Second => first + 7,
            Ordinal::Third => first + 14,
            Ordinal::Last if first + 28 < length => first + 28,
            Ordinal::Fourth | Ordinal::Last => first + 21,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_is_the_fifth_where_there_is_one_and_else_the_fourth() {
        assert_eq!(Ordinal::Last.day(0, 29), 28);
        assert_eq!(Ordinal::Last.day(2, 31), 30);
        assert_eq!(Ordinal::Last.day(0, 28), 21);
        assert_eq!(Ordinal::Last.day(6, 31), 27);
    }
}
