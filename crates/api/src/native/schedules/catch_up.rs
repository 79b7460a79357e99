//! What becomes of slots that come due while a schedule is paused, in words.

use engine::{CatchUp, Missed};
use serde_json::{Value, json};

/// What the schedule's own policy does with them once it is resumed.
pub(super) fn missed_meanwhile(policy: CatchUp) -> Value {
    let days = policy.lateness_max_seconds / 86_400;
    let hours = policy.lateness_max_seconds % 86_400 / 3_600;
    let late = match (days, hours) {
        (0, hours) => format!("{hours} hours"),
        (days, 0) => format!("{days} days"),
        (days, hours) => format!("{days} days and {hours} hours"),
    };
    let (word, said) = match policy.missed {
        Missed::All => (
            "all",
            format!(
                "what comes due while the schedule is paused runs when it is resumed, oldest \
                 first; what is more than {late} late by then waits for a person"
            ),
        ),
        Missed::Latest => (
            "latest",
            format!(
                "of what comes due while the schedule is paused the latest runs when it is \
                 resumed, and waits for a person if it is more than {late} late by then; the \
                 others are recorded as skipped"
            ),
        ),
        Missed::Skip => (
            "skip",
            "what comes due while the schedule is paused is recorded as skipped when it is \
             resumed; what is less than an hour late by then still runs"
                .to_owned(),
        ),
    };
    json!({ "policy": word, "in_words": said })
}
