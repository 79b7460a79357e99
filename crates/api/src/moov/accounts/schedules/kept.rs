//! What only this dialect keeps of a schedule: whose it is, what it is called, and its
//! rule and template as they were sent.

use engine::{Attributes, Instant, PartyId, Remitted, Schedule};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What only this dialect keeps of a schedule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Who made it, and alone may change it.
    pub(super) owner: PartyId,
    /// Between whom its transfers go, and who runs them: the same for all of them.
    pub(super) between: Between,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    /// Its rule; none where every occurrence was added by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) recur: Option<Recur>,
    /// What its generated occurrences paid before, oldest first: what has run shows what
    /// it ran with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) templates: Vec<Template>,
}

/// Between whom transfers go, and who runs them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Between {
    pub(super) source: PartyId,
    pub(super) destination: PartyId,
    pub(super) partner: PartyId,
}

/// A rule as it was sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Recur {
    /// Its text.
    pub(super) rule: String,
    /// From when on, to the nanosecond.
    pub(super) start: Instant,
}

/// What generated occurrences paid until an edit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Template {
    /// Those that were due by then.
    pub(super) until: Instant,
    /// What they paid.
    pub(super) remitted: Remitted,
}

/// Templates that a schedule can have had before, at most: each of them has paid something.
pub(super) const TEMPLATES_MAX: usize = 1_000;

/// Under which name it stands among a schedule's attributes.
const NAME: &str = "schedule";

impl Kept {
    /// That of a schedule; `None` for one that is not this dialect's.
    pub(super) fn of(schedule: &Schedule) -> Option<Kept> {
        serde_json::from_value(schedule.attributes.get(NAME)?.clone()).ok()
    }

    /// As a schedule's attributes.
    pub(super) fn attributes(&self) -> Attributes {
        let value = serde_json::to_value(self).unwrap_or(Value::Null);
        Attributes::from_iter([(NAME.to_owned(), value)])
    }
}
