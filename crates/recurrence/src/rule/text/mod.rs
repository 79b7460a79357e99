//! Rules as text: RFC 5545's `RRULE`, with RFC 7529's `RSCALE` and `SKIP`.

mod display;
mod error;
mod parts;
mod property;
mod value;

use std::str::FromStr;

pub use self::error::ParseError;
pub(crate) use self::parts::{Parsed, Piece, Source};
use super::Rule;

impl FromStr for Rule {
    type Err = ParseError;

    /// A rule, with or without `RRULE:` before it. Names may be in small or
    /// capital letters. A start within the text is for
    /// [`RuleText`](crate::RuleText), and refused here.
    ///
    /// ```
    /// use recurrence::Rule;
    ///
    /// let rule: Rule = "RRULE:FREQ=MONTHLY;BYDAY=+1MO;COUNT=36".parse()?;
    /// assert_eq!(rule.to_string(), "FREQ=MONTHLY;COUNT=36;BYDAY=1MO");
    ///
    /// let reason = |text: &str| text.parse::<Rule>().unwrap_err().to_string();
    /// assert_eq!(
    ///     reason("FREQ=DAILY;INTERVAL=0"),
    ///     "INTERVAL at character 21: found `0`; expected a whole number from 1 to 4294967295",
    /// );
    /// assert_eq!(
    ///     reason("INTERVAL=2"),
    ///     "FREQ at character 11: found nothing; expected FREQ=, the period that the rule counts in",
    /// );
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    fn from_str(text: &str) -> Result<Rule, ParseError> {
        let source = Source::whole(text)?;
        let Parsed { rule, start } = Parsed::of(&source)?;
        match start {
            None => Ok(rule),
            Some(start) => Err(start.piece.refused("DTSTART", "no start, which is given apart")),
        }
    }
}
