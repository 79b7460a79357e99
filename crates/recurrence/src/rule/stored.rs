//! Rules as they are stored: the plain ones as what they are made of, for
//! people and machines alike; the others as their text for people, and for
//! machines as their [parts](super::packed).

use jiff::civil::Weekday;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use super::packed::Packed;
use super::{ParseError, Pattern, Rule};
use crate::weekdays::stored_weekday;
use crate::{DaysOfMonth, Ordinal, RuleError, Weekdays};

/// A rule as it is stored, not yet checked. A rule that no plain form says has
/// an INTERVAL of its own; `every` is 1 beside it.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "Rule")]
struct StoredRule<Other> {
    every: u16,
    pattern: StoredPattern<Other>,
}

// Stored by position: add at the end, never reorder.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "Pattern", rename_all = "snake_case")]
enum StoredPattern<Other> {
    Days,
    Weeks(Weekdays),
    MonthDays(DaysOfMonth),
    MonthWeekday(Ordinal, #[serde(with = "stored_weekday")] Weekday),
    /// Its text, or its parts.
    Rrule(Other),
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            self.stored(Rule::to_string).serialize(serializer)
        } else {
            self.stored(Packed::of).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rule, D::Error> {
        if deserializer.is_human_readable() {
            let stored = StoredRule::<String>::deserialize(deserializer)?;
            let read = stored.rule(|text| text.parse().map_err(StoredRuleError::Text));
            read.map_err(D::Error::custom)
        } else {
            let stored = StoredRule::<Packed>::deserialize(deserializer)?;
            stored.rule(|packed| Ok(packed.rule())).map_err(D::Error::custom)
        }
    }
}

impl Rule {
    fn stored<Other>(&self, other: impl FnOnce(&Rule) -> Other) -> StoredRule<Other> {
        let pattern = match self.pattern() {
            Pattern::Days => StoredPattern::Days,
            Pattern::Weeks(on) => StoredPattern::Weeks(on),
            Pattern::MonthDays(on) => StoredPattern::MonthDays(on),
            Pattern::MonthWeekday(ordinal, weekday) => {
                StoredPattern::MonthWeekday(ordinal, weekday)
            }
            Pattern::Other => {
                return StoredRule { every: 1, pattern: StoredPattern::Rrule(other(self)) };
            }
        };
        // A plain form repeats at most every `EVERY_MAX` periods.
        StoredRule { every: u16::try_from(self.every).unwrap_or(Rule::EVERY_MAX), pattern }
    }
}

impl<Other> StoredRule<Other> {
    fn rule(
        self,
        other: impl FnOnce(Other) -> Result<Rule, StoredRuleError>,
    ) -> Result<Rule, StoredRuleError> {
        let pattern = match self.pattern {
            StoredPattern::Days => Pattern::Days,
            StoredPattern::Weeks(on) => Pattern::Weeks(on),
            StoredPattern::MonthDays(on) => Pattern::MonthDays(on),
            StoredPattern::MonthWeekday(ordinal, weekday) => {
                Pattern::MonthWeekday(ordinal, weekday)
            }
            StoredPattern::Rrule(rule) => return other(rule),
        };
        Ok(Rule::new(self.every, pattern)?)
    }
}

/// Why a stored rule was refused.
#[derive(Debug, thiserror::Error)]
enum StoredRuleError {
    #[error(transparent)]
    Plain(#[from] RuleError),
    #[error(transparent)]
    Text(#[from] ParseError),
}
