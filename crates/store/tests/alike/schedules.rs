//! Making, ending and reading schedules.

use engine::creation::{Creation, create as created_of};
use engine::settlement::AwaitingKey;
use engine::{Cadence, InstructionKind, LaneId, Schedule, ScheduleId, Slot};
use store::{NewSchedule, RequestKey};

use crate::accounts::ACCOUNTS;
use crate::arm::Arm;
use crate::dice::Dice;
use crate::{lists, plans};

/// One of those that were made, or now and then one that was not.
pub fn some(arm: &Arm, dice: &mut Dice) -> ScheduleId {
    if dice.one_in(40) {
        return ScheduleId(1_000_000);
    }
    dice.some(&arm.memory.schedules).copied().unwrap_or(ScheduleId(1))
}

pub async fn create(arm: &mut Arm, dice: &mut Dice) {
    let count = dice.pick(&[1, 1, 1, 2, 3]);
    let mut new = Vec::new();
    for _ in 0..count {
        new.extend(drawn(arm, dice));
    }
    let made = arm.store().create_schedules(new.clone()).await;
    if let Some(made) = arm.note("create_schedules", &new, made) {
        for schedule in made {
            if !arm.memory.schedules.contains(&schedule.id) {
                arm.memory.schedules.push(schedule.id);
            }
        }
    }
}

fn drawn(arm: &mut Arm, dice: &mut Dice) -> Option<NewSchedule> {
    let now = arm.memory.now;
    arm.memory.last_schedule += 1 + dice.whole(3);
    let id = ScheduleId(arm.memory.last_schedule);
    let account = dice.pick(&ACCOUNTS[..2]);
    let lane = if dice.one_in(4) { LaneId(2) } else { LaneId(1) };
    let plan = plans::plan(dice, now);
    let has_rule = !matches!(plan.cadence, Cadence::Nothing);
    // Only what moves between payment methods is made with slots of its own, and without a
    // rule; the lists of others are walked by their rules.
    let instruction = plan.instruction.clone();
    let may_add = instruction.kind() == InstructionKind::Remittance;
    let additions = if !may_add || (has_rule && !dice.one_in(6)) { 0 } else { 1 + dice.roll(3) };
    let mut attributes = serde_json::Map::new();
    attributes.insert("metadata".to_owned(), serde_json::json!({"zebra": 1, "ant": [2]}));
    let mut creation = Creation { attributes, ..Creation::of(id, account, lane, plan) };
    creation.additions = (0..additions).map(|_| plans::addition(dice, &instruction, now)).collect();
    if dice.one_in(3) {
        let first = creation.parties[0];
        creation.parties.extend([12, 13].into_iter().filter(|party| *party != first));
    }
    let request = dice
        .one_in(3)
        .then(|| RequestKey { account, key: dice.pick(&["order 1", "order 2", "order 3"]).into() });
    // A rule that gives nothing makes no schedule; that is the engine's to say.
    let created = created_of(creation, now).ok()?;
    Some(NewSchedule { created, request })
}

pub async fn delete(arm: &mut Arm, dice: &mut Dice) {
    let id = some(arm, dice);
    let now = arm.memory.now;
    let deleted = arm.store().delete_schedule(id, now).await;
    arm.note("delete_schedule", (id, now), deleted);
}

pub async fn look(arm: &mut Arm, dice: &mut Dice) {
    let id = some(arm, dice);
    look_at(arm, dice, id).await;
}

pub async fn look_at_all(arm: &mut Arm, dice: &mut Dice) {
    for id in arm.memory.schedules.clone() {
        look_at(arm, dice, id).await;
    }
    let store = arm.store();
    let ids = arm.memory.schedules.clone();
    arm.note("amendments", &ids, store.amendments(ids.clone()).await);
    let mut all = Vec::new();
    for id in &ids {
        all.extend(store.schedule(*id).await.unwrap());
    }
    let now = arm.memory.now;
    arm.note("positions", &ids, store.positions(&all, now).await);
}

/// Some of a schedule's slots: near now, before and after, and those that were amended.
pub async fn slots_of(arm: &Arm, schedule: &Schedule) -> Vec<Slot> {
    let plan = &schedule.plan;
    let moment = plan.policies.timing.zone.moment_at(arm.memory.now);
    let mut slots: Vec<Slot> = plan.back_from(moment).take(3).collect();
    slots.extend(plan.cadence.iter_from(moment).take(4));
    slots.extend(schedule.first.map(|link| link.slot));
    let amended = arm.store().amendments(vec![schedule.id]).await.unwrap();
    slots.extend(amended[0].iter().map(|amendment| amendment.slot));
    slots.sort_unstable();
    slots.dedup();
    slots
}

async fn look_at(arm: &mut Arm, dice: &mut Dice, id: ScheduleId) {
    let store = arm.store();
    let now = arm.memory.now;
    let found = arm.note("schedule", id, store.schedule(id).await).flatten();
    arm.note("standing", (id, now), store.standing(id, Vec::new(), now).await);
    let Some(schedule) = found else { return };
    let amended = store.amendments(vec![id]).await;
    arm.note("amendments", id, amended);
    let one = std::slice::from_ref(&schedule);
    arm.note("positions", (id, now), store.positions(one, now).await);
    let slots = slots_of(arm, &schedule).await;
    let asked: Vec<(ScheduleId, Slot)> = slots.iter().map(|slot| (id, *slot)).collect();
    arm.note("slot_records", &asked, store.slot_records(asked.clone()).await);
    arm.note("standing", (id, &slots, now), store.standing(id, slots.clone(), now).await);
    for page in lists::all_ways(dice, now) {
        let occurrences = store.occurrences(&schedule, now, page).await;
        if let Some(occurrences) = arm.note("occurrences", (id, now, page), occurrences)
            && let Some(occurrence) = dice.some(&occurrences.entries)
        {
            let (slot, attempt) = (occurrence.slot, occurrence.attempt);
            let key = AwaitingKey { schedule: id, slot, attempt };
            arm.note("occurrence", key, store.occurrence(key).await);
        }
    }
}
