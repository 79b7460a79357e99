//! A set of days of the month.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::RuleError;

/// One or more days of the month, 1 to 31. Never empty, and without order:
/// they are always listed ascending.
///
/// It is stored as one number, whose lowest bit is day 1.
///
/// ```
/// use recurrence::DaysOfMonth;
///
/// let days = DaysOfMonth::new(&[16, 1, 16])?;
/// assert_eq!(days.iter().collect::<Vec<_>>(), [1, 16]);
/// # Ok::<(), recurrence::RuleError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct DaysOfMonth(u32);

impl DaysOfMonth {
    /// The days of a list. Naming one twice is naming it once.
    ///
    /// ```
    /// use recurrence::{DaysOfMonth, RuleError};
    ///
    /// assert!(DaysOfMonth::new(&[31])?.contains(31));
    /// assert_eq!(DaysOfMonth::new(&[]), Err(RuleError::NoDaysOfMonth));
    /// assert_eq!(DaysOfMonth::new(&[1, 32]), Err(RuleError::DayOfMonthOutOfRange { day: 32 }));
    /// assert_eq!(DaysOfMonth::new(&[0]), Err(RuleError::DayOfMonthOutOfRange { day: 0 }));
    /// # Ok::<(), RuleError>(())
    /// ```
    pub fn new(days: &[u8]) -> Result<DaysOfMonth, RuleError> {
        let bits = days.iter().try_fold(0, |bits, &day| match day {
            1..=31 => Ok(bits | bit(day)),
            _ => Err(RuleError::DayOfMonthOutOfRange { day }),
        })?;
        DaysOfMonth::try_from(bits)
    }

    /// Whether the set holds this day.
    ///
    /// ```
    /// use recurrence::DaysOfMonth;
    ///
    /// let days = DaysOfMonth::new(&[1, 16])?;
    /// assert!(days.contains(16));
    /// assert!(!days.contains(2));
    /// assert!(!days.contains(0));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn contains(self, day: u8) -> bool {
        matches!(day, 1..=31) && self.0 & bit(day) != 0
    }

    /// The days, ascending.
    ///
    /// ```
    /// use recurrence::DaysOfMonth;
    ///
    /// let days = DaysOfMonth::new(&[31, 15])?;
    /// assert_eq!(days.iter().next(), Some(15));
    /// assert_eq!(days.iter().next_back(), Some(31));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn iter(self) -> impl DoubleEndedIterator<Item = u8> {
        (1..=31).filter(move |day| self.contains(*day))
    }
}

/// Of a day from 1 to 31.
fn bit(day: u8) -> u32 {
    1 << (day - 1)
}

impl TryFrom<u32> for DaysOfMonth {
    type Error = RuleError;

    /// The stored form, checked.
    ///
    /// ```
    /// use recurrence::{DaysOfMonth, RuleError};
    ///
    /// assert_eq!(DaysOfMonth::try_from(0b101), DaysOfMonth::new(&[1, 3]));
    /// assert_eq!(DaysOfMonth::try_from(0), Err(RuleError::NoDaysOfMonth));
    /// assert_eq!(
    ///     DaysOfMonth::try_from(1 << 31),
    ///     Err(RuleError::UnknownDayOfMonthBits { bits: 1 << 31 }),
    /// );
    /// ```
    fn try_from(bits: u32) -> Result<DaysOfMonth, RuleError> {
        match bits {
            0 => Err(RuleError::NoDaysOfMonth),
            1..=0x7fff_ffff => Ok(DaysOfMonth(bits)),
            _ => Err(RuleError::UnknownDayOfMonthBits { bits }),
        }
    }
}

impl From<DaysOfMonth> for u32 {
    fn from(days: DaysOfMonth) -> u32 {
        days.0
    }
}

impl fmt::Debug for DaysOfMonth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}
