//! Lists, in pages.

use engine::{Instant, InstructionKind, Status};
use store::{Order, PageQuery, ScheduleQuery, ScheduleSearch};

use crate::accounts::ACCOUNTS;
use crate::arm::Arm;
use crate::dice::Dice;

/// Any page.
pub fn page(dice: &mut Dice, now: Instant) -> PageQuery {
    let from = now.plus_seconds(-86_400 * dice.whole(4));
    PageQuery {
        from: if dice.one_in(3) { from } else { Instant::EPOCH },
        to: if dice.one_in(4) { now } else { Instant::MAX },
        offset: u32::from(dice.pick(&[0_u8, 0, 1, 3])),
        limit: dice.pick(&[1, 2, 5, 100]),
        order: dice.pick(&[Order::Chronological, Order::ReverseChronological]),
    }
}

/// All of it in both orders, and any page.
pub fn all_ways(dice: &mut Dice, now: Instant) -> [PageQuery; 3] {
    let all = PageQuery::first(1_000);
    [all, PageQuery { order: Order::ReverseChronological, ..all }, page(dice, now)]
}

pub async fn look(arm: &mut Arm, dice: &mut Dice) {
    let store = arm.store();
    let now = arm.memory.now;
    arm.note("any_schedule", (), store.any_schedule().await);
    for account in ACCOUNTS {
        for page in all_ways(dice, now) {
            let query = ScheduleQuery {
                account,
                kind: dice.pick(&[
                    None,
                    Some(InstructionKind::Charge),
                    Some(InstructionKind::Transfer),
                    Some(InstructionKind::Remittance),
                ]),
                party: dice.pick(&[None, Some(11), Some(12), Some(13)]),
                status: dice.pick(&[None, None, Some(Status::Running), Some(Status::Expired)]),
                page,
            };
            // The lists of a customer and of a recipient are apart: `kind` says which.
            let query =
                ScheduleQuery { party: query.party.filter(|_| query.kind.is_some()), ..query };
            arm.note("schedules", query, store.schedules(query).await);
            search(arm, dice, account).await;
            let events = store.events(account, page).await;
            let events = arm.note_as("events", (account, page), events, |numbers, page| {
                (numbers.events(&page.entries), page.total)
            });
            arm.memory
                .remember_events(events.iter().flat_map(|page| &page.entries).map(|it| it.id));
        }
    }
    if let Some(id) = dice.some(&arm.memory.events).copied() {
        let named = arm.numbers.event_id(id);
        arm.note_as("event", named, store.event(id).await, |numbers, event| {
            event.as_ref().map(|event| numbers.event(event))
        });
    }
}

/// A search to its end, a stretch at a time.
async fn search(arm: &mut Arm, dice: &mut Dice, account: engine::AccountId) {
    let PageQuery { from, to, order, limit, .. } = page(dice, arm.memory.now);
    let mut search = ScheduleSearch {
        account,
        kind: dice.pick(&[None, None, Some(InstructionKind::Charge)]),
        status: dice.pick(&[None, None, Some(Status::Suspended), Some(Status::Running)]),
        paused: dice.pick(&[None, Some(true), Some(false)]),
        from,
        to,
        after: None,
        order,
        limit,
    };
    loop {
        let found = arm.store().find_schedules(search).await;
        let found = arm.note("find_schedules", search, found);
        search.after = found.and_then(|found| found.looked_through);
        if search.after.is_none() {
            return;
        }
    }
}
