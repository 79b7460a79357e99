//! The weekdays on which nobody works.

use std::fmt;

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

use super::CalendarError;

/// The weekdays that are never business days: Saturday and Sunday unless said
/// otherwise. There may be none, but never all seven: a search for the next
/// business day would not end.
///
/// It is stored as one number, whose lowest bit is Monday.
///
/// ```
/// use recurrence::{Weekday, Weekend};
///
/// let gulf = Weekend::new(&[Weekday::Friday, Weekday::Saturday])?;
/// assert!(gulf.contains(Weekday::Friday));
/// assert!(!gulf.contains(Weekday::Sunday));
/// assert!(Weekend::default().contains(Weekday::Sunday));
/// # Ok::<(), recurrence::CalendarError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Weekend(u8);

impl Weekend {
    /// The weekdays of a list, which may be empty. Naming one twice is naming
    /// it once.
    ///
    /// ```
    /// use recurrence::{CalendarError, Weekday, Weekend};
    ///
    /// assert!(Weekend::new(&[Weekday::Sunday])?.contains(Weekday::Sunday));
    /// assert_eq!(Weekend::new(&[])?.iter().count(), 0, "work never stops");
    ///
    /// let all: Vec<_> = Weekday::Monday.cycle_forward().take(7).collect();
    /// assert_eq!(Weekend::new(&all), Err(CalendarError::EveryDayIsWeekend));
    /// # Ok::<(), CalendarError>(())
    /// ```
    pub fn new(weekdays: &[Weekday]) -> Result<Weekend, CalendarError> {
        Weekend::try_from(weekdays.iter().fold(0, |bits, weekday| bits | bit(*weekday)))
    }

    /// Whether this weekday belongs to the weekend.
    ///
    /// ```
    /// use recurrence::{Weekday, Weekend};
    ///
    /// assert!(Weekend::default().contains(Weekday::Saturday));
    /// assert!(!Weekend::default().contains(Weekday::Monday));
    /// ```
    pub fn contains(self, weekday: Weekday) -> bool {
        self.0 & bit(weekday) != 0
    }

    /// The weekdays, from Monday on.
    ///
    /// ```
    /// use recurrence::{Weekday, Weekend};
    ///
    /// let days: Vec<_> = Weekend::default().iter().collect();
    /// assert_eq!(days, [Weekday::Saturday, Weekday::Sunday]);
    /// ```
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        Weekday::Monday.cycle_forward().take(7).filter(move |weekday| self.contains(*weekday))
    }
}

impl Default for Weekend {
    /// Saturday and Sunday.
    fn default() -> Weekend {
        Weekend(bit(Weekday::Saturday) | bit(Weekday::Sunday))
    }
}

fn bit(weekday: Weekday) -> u8 {
    1 << weekday.to_monday_zero_offset()
}

impl TryFrom<u8> for Weekend {
    type Error = CalendarError;

    /// The stored form, checked.
    ///
    /// ```
    /// use recurrence::{CalendarError, Weekend};
    ///
    /// assert_eq!(Weekend::try_from(0b110_0000), Ok(Weekend::default()));
    /// assert_eq!(Weekend::try_from(0b111_1111), Err(CalendarError::EveryDayIsWeekend));
    /// assert_eq!(
    ///     Weekend::try_from(0b1000_0000),
    ///     Err(CalendarError::UnknownWeekendBits { bits: 0b1000_0000 }),
    /// );
    /// ```
    fn try_from(bits: u8) -> Result<Weekend, CalendarError> {
        match bits {
            0..0b111_1111 => Ok(Weekend(bits)),
            0b111_1111 => Err(CalendarError::EveryDayIsWeekend),
            _ => Err(CalendarError::UnknownWeekendBits { bits }),
        }
    }
}

impl From<Weekend> for u8 {
    fn from(weekend: Weekend) -> u8 {
        weekend.0
    }
}

impl fmt::Debug for Weekend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}
