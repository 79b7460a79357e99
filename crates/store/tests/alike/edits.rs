//! Edits, decided as a runner decides them and written at once or later.

use engine::edit::{Edit, Edited, Turn, edit as decide};
use engine::{Amendment, Instant, Schedule, Slot};
use store::{AuditEntry, Deed};

use crate::accounts::entry;
use crate::arm::Arm;
use crate::dice::Dice;
use crate::{plans, schedules};

pub async fn edit(arm: &mut Arm, dice: &mut Dice) {
    let store = arm.store();
    let id = schedules::some(arm, dice);
    let now = arm.memory.now;
    let Some(schedule) = arm.note("schedule", id, store.schedule(id).await).flatten() else {
        return;
    };
    let slots = schedules::slots_of(arm, &schedule).await;
    let wish = wish(dice, &schedule, &slots, now);
    let asked: Vec<Slot> = wish.amendments.iter().map(|amendment| amendment.slot).collect();
    let standing = store.standing(id, asked.clone(), now).await;
    let Some(standing) = arm.note("standing", (id, asked, now), standing).flatten() else {
        return;
    };
    let decided = decide(&standing, wish.clone(), now);
    arm.note("decided", wish, Ok(&decided));
    let Ok(edited) = decided else { return };
    if dice.one_in(6) {
        arm.memory.edits.push(edited);
    } else {
        let entry =
            dice.one_in(3).then(|| entry(dice, arm.memory.wall, Deed::ChangedPolicies, "schedule"));
        write(arm, edited, entry).await;
    }
}

/// Writes an edit that was decided earlier; something else may have been written first.
pub async fn write_late(arm: &mut Arm, dice: &mut Dice) {
    let Some(edited) = dice.some(&arm.memory.edits).cloned() else { return };
    arm.memory.edits.retain(|it| *it != edited);
    let entry = entry(dice, arm.memory.wall, Deed::PausedSchedule, "schedule");
    write(arm, edited, Some(entry)).await;
}

async fn write(arm: &mut Arm, edited: Edited, entry: Option<AuditEntry>) {
    let store = arm.store();
    let id = edited.schedule.id;
    let written = store.edit_schedule(edited.clone(), entry.clone()).await;
    arm.note("edit_schedule", (edited, entry), written);
    arm.note("schedule", id, store.schedule(id).await);
    arm.note("amendments", id, store.amendments(vec![id]).await);
}

fn wish(dice: &mut Dice, schedule: &Schedule, slots: &[Slot], now: Instant) -> Edit {
    let mut wish = Edit::default();
    let is_paused = schedule.paused.is_some();
    match dice.roll(16) {
        0 | 1 if is_paused => wish.turn = Some(Turn::Resume),
        0..=2 => wish.turn = Some(Turn::Pause { reason: "holidays".into() }),
        3 => wish.turn = Some(Turn::Resume),
        4 => wish.turn = Some(Turn::Unsuspend),
        5..=9 => {
            for _ in 0..=dice.roll(2) {
                wish.amendments.extend(amendment(dice, schedule, slots, now));
            }
        }
        10 => wish.additions = vec![plans::addition(dice, &schedule.plan.instruction, now)],
        11 => wish.instruction = Some(plans::instruction_like(dice, &schedule.plan.instruction)),
        12 => {
            let timing = &schedule.plan.policies.timing;
            wish.cadence = Some(plans::cadence(dice, timing, now));
        }
        13 => wish.timing = Some(plans::timing(dice, now)),
        14 => wish.retry = Some(plans::retry(dice)),
        _ => wish.catch_up = Some(plans::catch_up(dice)),
    }
    if dice.one_in(5) {
        wish.instruction = Some(plans::instruction_like(dice, &schedule.plan.instruction));
    }
    if dice.one_in(8) {
        wish.additions.push(plans::addition(dice, &schedule.plan.instruction, now));
    }
    if dice.one_in(8) {
        let mut attributes = serde_json::Map::new();
        attributes.insert("metadata".to_owned(), serde_json::json!({"edited": dice.roll(9)}));
        wish.attributes = Some(attributes);
    }
    wish
}

fn amendment(
    dice: &mut Dice,
    schedule: &Schedule,
    slots: &[Slot],
    now: Instant,
) -> Option<Amendment> {
    let slot = *dice.some(slots)?;
    let mut amendment = Amendment::none(schedule.id, slot);
    match dice.roll(6) {
        0 | 1 => amendment.run_at = Some(now.plus_seconds(3_600 * (dice.whole(50) - 2))),
        2 | 3 => {
            amendment.instruction = Some(plans::instruction_like(dice, &schedule.plan.instruction));
        }
        4 => amendment.canceled_at = Some(now),
        _ => {}
    }
    if !slot.is_of_rule() {
        // What was added by hand has its own time and its own amount.
        let run_at = now.plus_seconds(3_600 * dice.whole(50));
        amendment.run_at.get_or_insert(run_at);
        let instruction = plans::instruction_like(dice, &schedule.plan.instruction);
        amendment.instruction.get_or_insert(instruction);
    }
    Some(amendment)
}
