//! Lanes: what is queued and waits on them, and whether anybody works them.

use std::time::Duration;

use engine::{Instant, LaneId};
use store::{Beat, Deed, Resumption};

use crate::accounts::entry;
use crate::arm::Arm;
use crate::dice::Dice;
use crate::memory::LANES;
use crate::runs;

pub async fn look(arm: &mut Arm, dice: &mut Dice) {
    let lane = runs::lane(dice);
    look_at(arm, lane).await;
    let store = arm.store();
    let by = arm.memory.now.plus_seconds(86_400 * dice.whole(9));
    let limit = dice.pick(&[0, 1, 2, 100]);
    arm.note("queued", (lane, by, limit), store.queued(lane, by, limit).await);
    count(arm, lane, by, dice.roll(6)).await;
    // Page by page.
    let mut after = None;
    loop {
        let page = store.awaiting(lane, after, 2).await;
        let page = arm.note("awaiting", (lane, after), page).unwrap_or_default();
        match page.last() {
            Some(last) => after = Some(last.key()),
            None => break,
        }
    }
}

pub async fn look_at_all(arm: &mut Arm) {
    for lane in LANES {
        look_at(arm, lane).await;
    }
}

async fn look_at(arm: &mut Arm, lane: LaneId) {
    let store = arm.store();
    let far = arm.memory.now.plus_seconds(40 * 86_400);
    arm.note("next_due", lane, store.next_due(lane).await);
    arm.note("queued", (lane, far), store.queued(lane, far, 1_000).await);
    arm.note("queue_depth", lane, store.queue_depth(lane).await);
    arm.note("awaiting", lane, store.awaiting(lane, None, 1_000).await);
    arm.note("pulse", lane, store.pulse(lane).await);
    count(arm, lane, far, u64::MAX).await;
    count(arm, lane, arm.memory.now, u64::MAX).await;
}

/// A store may stop counting once it is past enough.
async fn count(arm: &mut Arm, lane: LaneId, by: Instant, enough: u64) {
    let counted = arm.store().count_slots(lane, by, enough).await;
    arm.note_as("count_slots", (lane, by, enough), counted, |_, counted| {
        (*counted).min(enough.saturating_add(1))
    });
}

pub async fn pulse(arm: &mut Arm, dice: &mut Dice) {
    let store = arm.store();
    let lane = runs::lane(dice);
    let (now, wall) = (arm.memory.now, arm.memory.wall);
    match dice.roll(4) {
        0 | 1 => {
            let silence_max = Duration::from_secs(dice.pick(&[300, 86_400]));
            let beat = Beat { lane, wall_now: wall, now, silence_max };
            arm.note("beat", beat, store.beat(beat).await);
        }
        2 => {
            arm.note("hold_lane", (lane, wall), store.hold_lane(lane, wall).await);
        }
        _ => {
            let entries = vec![entry(dice, wall, Deed::Resumed, "lane")];
            let resumption = Resumption { lane, now, entries };
            let resumed = store.resume_lane(resumption.clone()).await;
            arm.note("resume_lane", resumption, resumed);
        }
    }
    arm.note("pulse", lane, store.pulse(lane).await);
}
