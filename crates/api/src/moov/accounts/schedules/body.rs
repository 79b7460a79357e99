//! `UpsertSchedule` as it is sent, by POST and PUT alike.

use serde::Deserialize;

use super::moment::Moment;
use crate::moov::run_transfer::RunTransferBody;

/// What a schedule is to be.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct UpsertBody {
    pub(super) description: Option<String>,
    pub(super) occurrences: Option<Vec<OccurrenceBody>>,
    pub(super) recur: Option<RecurBody>,
}

/// An occurrence to add, or how one is to stand.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OccurrenceBody {
    #[serde(rename = "occurrenceID")]
    pub(super) occurrence_id: Option<String>,
    pub(super) canceled: Option<bool>,
    pub(super) run_on: Option<Moment>,
    pub(super) run_transfer: Option<RunTransferBody>,
}

/// A rule and what its occurrences pay. Whether it is indefinite is told by the rule.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecurBody {
    pub(super) recurrence_rule: Option<String>,
    pub(super) run_transfer: Option<RunTransferBody>,
    pub(super) start: Option<Moment>,
}
