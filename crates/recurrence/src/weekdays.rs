//! A set of weekdays.

use std::fmt;

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

use crate::RuleError;

/// The order in which a week is counted, here as in ISO 8601.
pub(crate) const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// One or more weekdays. Never empty, and without order: they are always
/// listed from Monday on.
///
/// It is stored as one number, whose lowest bit is Monday.
///
/// ```
/// use recurrence::{Weekday, Weekdays};
///
/// let given = [Weekday::Saturday, Weekday::Monday, Weekday::Saturday];
/// let weekdays = Weekdays::new(&given)?;
/// assert_eq!(weekdays.iter().collect::<Vec<_>>(), [Weekday::Monday, Weekday::Saturday]);
/// # Ok::<(), recurrence::RuleError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Weekdays(u8);

impl Weekdays {
    /// The weekdays of a list. Naming one twice is naming it once.
    ///
    /// ```
    /// use recurrence::{RuleError, Weekday, Weekdays};
    ///
    /// assert!(Weekdays::new(&[Weekday::Friday])?.contains(Weekday::Friday));
    /// assert_eq!(Weekdays::new(&[]), Err(RuleError::NoWeekdays));
    /// # Ok::<(), RuleError>(())
    /// ```
    pub fn new(weekdays: &[Weekday]) -> Result<Weekdays, RuleError> {
        Weekdays::from_iter(weekdays.iter().copied())
    }

    /// The weekdays that an iterator yields; an error if it yields none, which
    /// is why this is not the trait of the same name.
    ///
    /// ```
    /// use recurrence::{RuleError, Weekday, Weekdays};
    ///
    /// let workdays = Weekdays::from_iter(Weekday::Monday.cycle_forward().take(5))?;
    /// assert_eq!(workdays.iter().count(), 5);
    /// assert!(!workdays.contains(Weekday::Sunday));
    /// assert_eq!(Weekdays::from_iter(None), Err(RuleError::NoWeekdays));
    /// # Ok::<(), RuleError>(())
    /// ```
    #[expect(clippy::should_implement_trait, reason = "the trait cannot refuse an empty list")]
    pub fn from_iter(weekdays: impl IntoIterator<Item = Weekday>) -> Result<Weekdays, RuleError> {
        Weekdays::try_from(weekdays.into_iter().fold(0, |bits, weekday| bits | bit(weekday)))
    }

    /// Whether the set holds this weekday.
    ///
    /// ```
    /// use recurrence::{Weekday, Weekdays};
    ///
    /// let weekdays = Weekdays::new(&[Weekday::Monday])?;
    /// assert!(weekdays.contains(Weekday::Monday));
    /// assert!(!weekdays.contains(Weekday::Tuesday));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn contains(self, weekday: Weekday) -> bool {
        self.0 & bit(weekday) != 0
    }

    /// The weekdays, Monday first.
    ///
    /// ```
    /// use recurrence::{Weekday, Weekdays};
    ///
    /// let weekdays = Weekdays::new(&[Weekday::Sunday, Weekday::Monday])?;
    /// assert_eq!(weekdays.iter().next(), Some(Weekday::Monday));
    /// assert_eq!(weekdays.iter().next_back(), Some(Weekday::Sunday));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Weekday> {
        WEEK.into_iter().filter(move |weekday| self.contains(*weekday))
    }
}

fn bit(weekday: Weekday) -> u8 {
    1 << weekday.to_monday_zero_offset()
}

impl TryFrom<u8> for Weekdays {
    type Error = RuleError;

    /// The stored form, checked.
    ///
    /// ```
    /// use recurrence::{RuleError, Weekday, Weekdays};
    ///
    /// assert_eq!(Weekdays::try_from(0b1), Weekdays::new(&[Weekday::Monday]));
    /// assert_eq!(Weekdays::try_from(0), Err(RuleError::NoWeekdays));
    /// assert_eq!(
    ///     Weekdays::try_from(0b1000_0000),
    ///     Err(RuleError::UnknownWeekdayBits { bits: 0b1000_0000 }),
    /// );
    /// ```
    fn try_from(bits: u8) -> Result<Weekdays, RuleError> {
        match bits {
            0 => Err(RuleError::NoWeekdays),
            1..=0b111_1111 => Ok(Weekdays(bits)),
            _ => Err(RuleError::UnknownWeekdayBits { bits }),
        }
    }
}

impl From<Weekdays> for u8 {
    fn from(weekdays: Weekdays) -> u8 {
        weekdays.0
    }
}

impl fmt::Debug for Weekdays {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

/// One weekday in stored rules: its ISO 8601 number, 1 for Monday to 7 for
/// Sunday. (jiff gives its weekdays no stored form.)
pub(crate) mod stored_weekday {
    use jiff::civil::Weekday;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::RuleError;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's `with` hands over a reference")]
    pub(crate) fn serialize<S: Serializer>(
        weekday: &Weekday,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(weekday.to_monday_one_offset().unsigned_abs())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Weekday, D::Error> {
        let number = u8::deserialize(deserializer)?;
        i8::try_from(number)
            .ok()
            .and_then(|number| Weekday::from_monday_one_offset(number).ok())
            .ok_or_else(|| D::Error::custom(RuleError::UnknownWeekdayNumber { number }))
    }
}
