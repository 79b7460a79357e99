//! What becomes of a day that a month lacks.

/// What a rule does where a month lacks the day it names, such as 31 April:
/// RFC 7529's `SKIP`.
///
/// It speaks of days counted from the start of a month, and of day 366. A day
/// counted from the end, such as the 31st from the end of April, is always
/// left out where there is none.
///
/// ```
/// use jiff::civil::date;
/// use recurrence::{Skip, Timetable};
///
/// let second = |skip: &str| {
///     let rule: recurrence::Rule =
///         format!("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP={skip}").parse()?;
///     let monthly = Timetable::new(rule, date(2014, 1, 31).at(9, 0, 0, 0));
///     Ok::<_, recurrence::ParseError>(monthly.nth(1).map(|time| time.date()))
/// };
/// assert_eq!(second("OMIT")?, Some(date(2014, 3, 31)));
/// assert_eq!(second("BACKWARD")?, Some(date(2014, 2, 28)));
/// assert_eq!(second("FORWARD")?, Some(date(2014, 3, 1)));
/// # Ok::<(), recurrence::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Skip {
    /// The rule does not fall there, as everywhere in RFC 5545.
    #[default]
    Omit,
    /// It falls on the last day before: the last of April.
    Backward,
    /// It falls on the first day after: the first of May.
    Forward,
}

impl Skip {
    pub(crate) const ALL: [(Skip, &'static str); 3] =
        [(Skip::Omit, "OMIT"), (Skip::Backward, "BACKWARD"), (Skip::Forward, "FORWARD")];
}
