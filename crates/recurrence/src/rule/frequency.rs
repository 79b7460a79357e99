//! What a rule counts in.

/// The period that a rule counts in, from the longest to the shortest: RFC
/// 5545's `FREQ`.
///
/// ```
/// use recurrence::{Frequency, Rule};
///
/// let rule: Rule = "FREQ=HOURLY;INTERVAL=6".parse()?;
/// assert_eq!(rule.frequency(), Frequency::Hourly);
/// assert!(Frequency::Yearly < Frequency::Hourly);
/// # Ok::<(), recurrence::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Frequency {
    /// Years, from 1 January.
    Yearly,
    /// Months, from the 1st.
    Monthly,
    /// Weeks, from the rule's first day of the week.
    Weekly,
    /// Days, from midnight.
    Daily,
    /// Hours of the civil clock.
    Hourly,
    /// Minutes of the civil clock.
    Minutely,
    /// Seconds of the civil clock.
    Secondly,
}

impl Frequency {
    pub(crate) const ALL: [(Frequency, &'static str); 7] = [
        (Frequency::Yearly, "YEARLY"),
        (Frequency::Monthly, "MONTHLY"),
        (Frequency::Weekly, "WEEKLY"),
        (Frequency::Daily, "DAILY"),
        (Frequency::Hourly, "HOURLY"),
        (Frequency::Minutely, "MINUTELY"),
        (Frequency::Secondly, "SECONDLY"),
    ];

    /// As RFC 5545 writes it.
    pub(crate) fn name(self) -> &'static str {
        Frequency::ALL.iter().find(|(frequency, _)| *frequency == self).map_or("", |(_, name)| name)
    }

    /// Shorter than a day.
    pub(crate) fn is_within_a_day(self) -> bool {
        self > Frequency::Daily
    }
}
