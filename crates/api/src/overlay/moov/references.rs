//! Transfers that Moov shows name the schedules kept here, and their occurrences.

use engine::ScheduleId;
use gateway::upstream::read_slot;
use serde_json::{Map, Value};

use crate::moov::Ids;

/// In which marks a transfer carries its schedule's id and its slot (`gateway::upstream`).
const SCHEDULE: &str = "kalends_schedule";
const SLOT: &str = "kalends_slot";
/// How deep a transfer may stand in an answer: in a list.
const DEPTH_MAX: usize = 4;

/// Whether what stands at a path shows transfers.
pub(super) fn may_be_in(path: &str) -> bool {
    path.starts_with("/accounts/") && path.contains("/transfers")
}

/// Writes into each transfer with marks of ours what it came of, where Moov has one of its
/// own. Whether there was any.
pub(super) fn put(answer: &mut Value, ids: &Ids) -> bool {
    put_below(answer, ids, 0)
}

fn put_below(value: &mut Value, ids: &Ids, depth: usize) -> bool {
    if depth > DEPTH_MAX {
        return false;
    }
    match value {
        Value::Array(entries) => {
            entries.iter_mut().fold(false, |any, entry| put_below(entry, ids, depth + 1) | any)
        }
        Value::Object(fields) => {
            let Some((schedule, occurrence)) = came_of(fields, ids) else { return false };
            fields.insert("scheduleID".to_owned(), schedule.into());
            fields.insert("occurrenceID".to_owned(), occurrence.into());
            true
        }
        _ => false,
    }
}

/// The ids of the schedule and the occurrence that a transfer came of, if they are ours.
fn came_of(fields: &Map<String, Value>, ids: &Ids) -> Option<(String, String)> {
    let is_theirs = fields.contains_key("scheduleID") || !fields.contains_key("transferID");
    let metadata = fields.get("metadata").filter(|_| !is_theirs)?;
    let id = metadata.get(SCHEDULE)?.as_str()?;
    let schedule: ScheduleId = ids.find(id)?;
    let slot = read_slot(metadata.get(SLOT)?.as_str()?)?;
    Some((id.to_owned(), ids.occurrence(schedule, slot)))
}
