//! The pulse of lanes, and what people do by hand.

use std::sync::Arc;
use std::time::Duration;

use engine::settlement::{Verdict, settle_by_hand};
use engine::{AccountId, LaneId};

use super::world::{ACCOUNT, LANE, UNKNOWN, World, at, charges_on};
use crate::audit::{AuditEntry, Deed};
use crate::pulse::{Beat, Pulse, Resumption};
use crate::store::{Settled, Store};

const NEW_YEAR: &str = "2026-01-01T02:00:00Z";

fn beat(now: &str) -> Beat {
    let silence_max = Duration::from_mins(5);
    Beat { lane: LANE, wall_now: at(now), now: at("2030-01-01T00:00:00Z"), silence_max }
}

fn entry(deed: Deed, reason: &str) -> AuditEntry {
    AuditEntry {
        account: ACCOUNT,
        at: at(NEW_YEAR),
        actor: "key 1a2b3c4d".into(),
        deed,
        subject: "1_2_3".into(),
        reason: reason.into(),
    }
}

pub async fn a_lane_that_was_never_worked_has_no_pulse(store: Arc<dyn Store>) {
    assert_eq!(store.pulse(LANE).await.unwrap(), Pulse::default());
}

pub async fn silence_puts_what_is_due_by_then_in_doubt(store: Arc<dyn Store>) {
    let first = store.beat(beat("2026-01-01T00:00:00Z")).await.unwrap();
    assert_eq!(first.doubtful_through, None);
    let soon = store.beat(beat("2026-01-01T00:05:00Z")).await.unwrap();
    assert_eq!((soon.beat_at, soon.doubtful_through), (Some(at("2026-01-01T00:05:00Z")), None));
    let late = store.beat(beat("2026-01-01T00:10:01Z")).await.unwrap();
    assert_eq!(late.doubtful_through, Some(at("2030-01-01T00:00:00Z")));
    let after = store.beat(beat("2026-01-01T00:10:02Z")).await.unwrap();
    assert_eq!(after.doubtful_through, late.doubtful_through);
    assert_eq!(store.pulse(LANE).await.unwrap(), after);
    assert_eq!(store.pulse(LaneId(2)).await.unwrap(), Pulse::default());
}

pub async fn a_held_lane_is_resumed_once_and_on_record(store: Arc<dyn Store>) {
    let since = at("2026-01-01T00:00:00Z");
    store.beat(beat("2026-01-01T00:00:00Z")).await.unwrap();
    let now = at("2030-01-01T00:00:00Z");
    let by = |reason| Resumption { lane: LANE, now, entries: vec![entry(Deed::Resumed, reason)] };
    assert_eq!(store.resume_lane(by("idle")).await.unwrap(), None);
    assert_eq!(store.pulse(LANE).await.unwrap().doubtful_through, None);
    store.hold_lane(LANE, since).await.unwrap();
    let held = store.beat(beat("2026-01-01T00:01:00Z")).await.unwrap();
    assert_eq!(held.held_since, Some(since));
    let resumed = by("the original is gone");
    assert_eq!(store.resume_lane(resumed.clone()).await.unwrap(), Some(since));
    assert_eq!(store.resume_lane(resumed.clone()).await.unwrap(), None);
    let pulse = Pulse {
        beat_at: held.beat_at,
        doubtful_through: Some(now),
        restored_through: Some(now),
        held_since: None,
    };
    assert_eq!(store.pulse(LANE).await.unwrap(), pulse);
    assert_eq!(store.audit_trail(ACCOUNT, 10).await.unwrap(), resumed.entries);
}

pub async fn a_decision_is_written_once_with_who_and_why(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    world.run(UNKNOWN, NEW_YEAR).await;
    let awaiting = world.store.awaiting(LANE, None, 10).await.unwrap().remove(0);
    let settlement = settle_by_hand(&awaiting, &Verdict::Paid(None), "seen", at(NEW_YEAR));
    let said = entry(Deed::SaidPaid, "seen");
    for expected in [Settled::Written, Settled::Stale] {
        let settled = world.store.settle_by_hand(settlement.clone(), said.clone()).await.unwrap();
        assert_eq!(settled, expected);
    }
    assert_eq!(world.recorded(&schedule, NEW_YEAR).await, ["2026-01-01 0 Successful"]);
    assert_eq!(world.store.awaiting(LANE, None, 10).await.unwrap(), []);
    assert_eq!(world.store.audit_trail(ACCOUNT, 10).await.unwrap(), [said]);
    assert_eq!(world.store.audit_trail(AccountId(2), 10).await.unwrap(), []);
}

pub async fn what_is_asked_for_by_hand_is_claimed_again_at_once(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    world.schedule(charges_on(1)).await;
    world.run(UNKNOWN, NEW_YEAR).await;
    let awaiting = world.store.awaiting(LANE, None, 10).await.unwrap().remove(0);
    let now = "2026-01-09T00:00:00Z";
    let settlement = settle_by_hand(&awaiting, &Verdict::Ask, "not seen", at(now));
    let expected = settlement.follow.clone().unwrap();
    let asked = entry(Deed::Asked, "not seen");
    assert!(world.store.settle_by_hand(settlement, asked).await.unwrap().is_written());
    assert_eq!(
        world.store.queued(LANE, at(now), 10).await.unwrap(),
        std::slice::from_ref(&expected)
    );
    assert_eq!(world.claim(now).await, [expected]);
    assert_eq!(world.store.queued(LANE, at(now), 10).await.unwrap(), []);
}

pub async fn what_came_too_late_waits_as_such(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    world.schedule(charges_on(1)).await;
    let run = world.claim_one("2026-01-09T00:00:00Z").await;
    let late =
        engine::settlement::turn_away(&run, engine::Lateness::TooLate, at("2026-01-09T00:00:00Z"));
    let expected = late.awaiting.clone().unwrap();
    assert_eq!(world.write(late).await, Settled::Written);
    assert_eq!(world.store.awaiting(LANE, None, 10).await.unwrap(), [expected]);
}
