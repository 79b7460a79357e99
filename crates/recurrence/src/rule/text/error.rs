//! What is wrong with a text, and where.

/// Why a text is no rule: which part, where in the text, what stands there and
/// what would be right.
///
/// ```
/// use recurrence::Rule;
///
/// let error = "FREQ=WEEKLY;BYDAY=MO,XX".parse::<Rule>().unwrap_err();
/// assert_eq!((error.part(), error.position(), error.found()), ("BYDAY", 22, "XX"));
/// assert_eq!(
///     error.to_string(),
///     "BYDAY at character 22: found `XX`; \
///      expected a weekday, one of MO, TU, WE, TH, FR, SA and SU, \
///      with or without a number before it",
/// );
/// ```
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{part} at character {position}: found {}; expected {expected}", quoted(found))]
pub struct ParseError {
    pub(super) part: String,
    pub(super) position: usize,
    pub(super) found: String,
    pub(super) expected: String,
}

impl ParseError {
    /// The part of the rule that is wrong, such as `BYDAY`.
    ///
    /// ```
    /// let error = "FREQ=OFTEN".parse::<recurrence::Rule>().unwrap_err();
    /// assert_eq!(error.part(), "FREQ");
    /// ```
    pub fn part(&self) -> &str {
        &self.part
    }

    /// The character of the text at which it goes wrong; the first is 1.
    ///
    /// ```
    /// let error = "FREQ=OFTEN".parse::<recurrence::Rule>().unwrap_err();
    /// assert_eq!(error.position(), 6);
    /// ```
    pub fn position(&self) -> usize {
        self.position
    }

    /// What stands there, cut short where it is long; empty for nothing.
    ///
    /// ```
    /// let error = "FREQ=OFTEN".parse::<recurrence::Rule>().unwrap_err();
    /// assert_eq!(error.found(), "OFTEN");
    /// ```
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What would be right, in words.
    ///
    /// ```
    /// let error = "FREQ=OFTEN".parse::<recurrence::Rule>().unwrap_err();
    /// assert_eq!(
    ///     error.expected(),
    ///     "YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY or SECONDLY",
    /// );
    /// ```
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

impl ParseError {
    /// The same, of a text with these characters more before each of some
    /// positions: `(position, characters)`, ascending.
    pub(crate) fn of_longer_text(self, more: &[(usize, usize)]) -> ParseError {
        let before = more.iter().filter(|(position, _)| *position <= self.position);
        let characters: usize = before.map(|(_, characters)| characters).sum();
        ParseError { position: self.position + characters, ..self }
    }
}

fn quoted(found: &str) -> String {
    if found.is_empty() { "nothing".to_owned() } else { format!("`{found}`") }
}
