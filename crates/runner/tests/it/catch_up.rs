//! What becomes of slots that were due while nobody was there to run them.

use engine::{
    CatchUp, Decline, DeclineKind, Missed, OccurrenceStatus, Outcome, Run, ScheduleId, Status,
    Verdict, Wait,
};
use gateway::{Gateway as _, Permit};
use runner::{Counts, Decided, DecisionError, deed_of};
use store::{AuditEntry, PageQuery, Store as _};

use crate::world::{World, at};

/// A year: nothing here is later than that.
const LONG: u32 = 366 * 86_400;

/// Waits until nothing of a schedule is due any more, and tells what was recorded.
async fn lived_through(world: &World, id: ScheduleId) -> Vec<String> {
    let lane = world.runner.lane();
    while world.store.next_due(lane).await.unwrap().is_some()
        || world.store.queue_depth(lane).await.unwrap() > 0
    {
        tokio::task::yield_now().await;
    }
    recorded(world, id).await
}

async fn recorded(world: &World, id: ScheduleId) -> Vec<String> {
    let schedule = world.store.schedule(id).await.unwrap().unwrap();
    let now = world.runner.now();
    let page = world.store.occurrences(&schedule, now, PageQuery::first(20)).await.unwrap();
    page.entries.iter().map(|it| format!("{:?} {:?}", it.slot, it.status)).collect()
}

fn days(days: impl IntoIterator<Item = u8>, status: OccurrenceStatus) -> Vec<String> {
    days.into_iter().map(|day| format!("2026-01-{day:02} {status:?}")).collect()
}

fn entry(world: &World, verdict: &Verdict) -> AuditEntry {
    AuditEntry {
        account: world.account.id,
        at: at("2026-06-15T12:00:00Z"),
        actor: "key 1a2b3c4d".into(),
        deed: deed_of(verdict),
        subject: "a day of January".into(),
        reason: "seen in the bank's statement".into(),
    }
}

// The wall says June: all ten days of January are past. The first ran when the schedule
// was made.

#[tokio::test]
async fn every_missed_slot_runs_oldest_first_where_policy_says_so() {
    let world = World::on_wall_time().await;
    let all = CatchUp { missed: Missed::All, lateness_max_seconds: LONG };
    let schedule = world.ten_daily_charges_caught_up(all).await;
    let recorded = lived_through(&world, schedule.id).await;
    assert_eq!(recorded, days(1..=10, OccurrenceStatus::Successful));
    world.stop().await;
}

#[tokio::test]
async fn the_latest_of_missed_slots_runs_alone_where_policy_says_so() {
    let world = World::on_wall_time().await;
    let latest = CatchUp { missed: Missed::Latest, lateness_max_seconds: LONG };
    let schedule = world.ten_daily_charges_caught_up(latest).await;
    let recorded = lived_through(&world, schedule.id).await;
    let expected = [
        days([1], OccurrenceStatus::Successful),
        days(2..=9, OccurrenceStatus::Skipped),
        days([10], OccurrenceStatus::Successful),
    ];
    assert_eq!(recorded, expected.concat());
    world.stop().await;
}

#[tokio::test]
async fn missed_slots_are_skipped_and_recorded_where_policy_says_so() {
    let world = World::on_wall_time().await;
    let skip = CatchUp { missed: Missed::Skip, lateness_max_seconds: LONG };
    let schedule = world.ten_daily_charges_caught_up(skip).await;
    let recorded = lived_through(&world, schedule.id).await;
    let first = days([1], OccurrenceStatus::Successful);
    assert_eq!(recorded, [first, days(2..=10, OccurrenceStatus::Skipped)].concat());
    let status = world.store.schedule(schedule.id).await.unwrap().unwrap().status;
    assert_eq!(status, Status::Expired);
    world.stop().await;
}

#[tokio::test]
async fn what_comes_too_late_waits_for_a_person_and_does_as_they_say() {
    let world = World::on_wall_time().await;
    let schedule = world.ten_daily_charges().await;
    assert_eq!(lived_through(&world, schedule.id).await, days([1], OccurrenceStatus::Successful));
    let waiting = world.runner.waiting(None, 20).await.unwrap();
    assert!(waiting.iter().all(|awaiting| awaiting.wait == Wait::Late), "{waiting:?}");
    assert_eq!(waiting.len(), 9);

    for (number, awaiting) in waiting.iter().enumerate() {
        let verdict = match number % 3 {
            0 => Verdict::Ask,
            1 => Verdict::NotPaid,
            _ => Verdict::Paid(None),
        };
        let entry = entry(&world, &verdict);
        let decided = world.runner.decide(awaiting.key(), verdict, entry).await.unwrap();
        assert_eq!(decided, Decided::AsSaid);
    }
    let recorded = lived_through(&world, schedule.id).await;
    let expected: Vec<String> = (1..=10)
        .flat_map(|day| {
            let failed = [3, 6, 9].contains(&day);
            let status =
                if failed { OccurrenceStatus::Failed } else { OccurrenceStatus::Successful };
            days([day], status)
        })
        .collect();
    assert_eq!(recorded, expected);
    assert_eq!(world.runner.waiting(None, 20).await.unwrap(), []);
    let status = world.store.schedule(schedule.id).await.unwrap().unwrap().status;
    assert_eq!(status, Status::Expired);
    assert_eq!(world.store.audit_trail(world.account.id, 20).await.unwrap().len(), 9);
    let counted = Counts { successful: 7, failed: 3, awaiting: 9, ..Counts::default() };
    assert_eq!(world.runner.totals(), counted);

    let again = Verdict::Paid(None);
    let entry = entry(&world, &again);
    let refused = world.runner.decide(waiting[0].key(), again, entry).await.unwrap_err();
    assert!(matches!(refused, DecisionError::NothingWaits), "{refused}");
    world.stop().await;
}

#[tokio::test]
async fn nothing_more_is_asked_for_of_a_schedule_that_was_ended() {
    let world = World::on_wall_time().await;
    let schedule = world.ten_daily_charges().await;
    lived_through(&world, schedule.id).await;
    let waiting = world.runner.waiting(None, 1).await.unwrap().remove(0);
    world.store.delete_schedule(schedule.id, world.runner.now()).await.unwrap();
    let entry = entry(&world, &Verdict::Ask);
    let refused = world.runner.decide(waiting.key(), Verdict::Ask, entry).await.unwrap_err();
    assert!(matches!(refused, DecisionError::Ended), "{refused}");
    world.stop().await;
}

#[tokio::test]
async fn what_an_original_has_paid_by_a_later_attempt_is_found_and_not_asked_for_again() {
    let world = World::on_wall_time().await;
    let schedule = world.ten_daily_charges().await;
    lived_through(&world, schedule.id).await;
    let waiting = world.runner.waiting(None, 1).await.unwrap().remove(0);
    // These data are restored; their original was declined without a trace, and tried again.
    let since = world.runner.now();
    world.store.hold_lane(world.runner.lane(), since).await.unwrap();
    assert!(world.runner.resume("a person", "the disk is gone").await.unwrap());
    let retried = Run { attempt: 1, ..waiting.run.clone() };
    let request = retried.request(world.store.installation(), since).unwrap();
    let paid = world.runner.bank().pay(vec![request], Permit::unlimited()).await;
    assert!(matches!(paid[..], [Outcome::Succeeded(_)]), "{paid:?}");

    let entry = entry(&world, &Verdict::Ask);
    let decided = world.runner.decide(waiting.key(), Verdict::Ask, entry).await;
    let declined = Outcome::Declined(Decline {
        payment: None,
        kind: DeclineKind::Payer,
        message: Some("declined; a later attempt was made".into()),
    });
    match decided {
        Ok(decided) => assert_eq!(decided, Decided::Found(declined)),
        // The loop, which runs again since it was resumed, has looked before the person did.
        Err(error) => assert!(matches!(error, DecisionError::NothingWaits), "{error}"),
    }
    let failed = format!("{:?} {:?}", waiting.run.key.slot, OccurrenceStatus::Failed);
    assert!(recorded(&world, schedule.id).await.contains(&failed));
    world.stop().await;
}
