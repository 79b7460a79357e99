//! Endpoints and what is sent to them.

use engine::ScheduleId;
use store::event::Event;
use store::webhook::{
    Answered, Attempted, Chain, Delivery, DeliveryQuery, DeliveryStatus, Disabled, Endpoint,
    EndpointId, Form, NewDelivery, Recorded, SigningKey, Then, Why,
};
use store::{Deed, RecordKind};

use crate::accounts::{ACCOUNTS, entry};
use crate::arm::Arm;
use crate::dice::Dice;

/// One of those that were made, or now and then one that was not.
fn some(arm: &Arm, dice: &mut Dice) -> EndpointId {
    if dice.one_in(30) {
        return EndpointId(1);
    }
    dice.some(&arm.memory.endpoints).copied().unwrap_or(EndpointId(1))
}

pub async fn make(arm: &mut Arm, dice: &mut Dice) {
    let wall = arm.memory.wall;
    // Drawn at random elsewhere: greater or less than those before it.
    arm.memory.last_endpoint += 1;
    let last = arm.memory.last_endpoint;
    let endpoint = Endpoint {
        id: EndpointId(if last % 2 == 0 { last } else { 100 - last }),
        account: dice.pick(&ACCOUNTS[..2]),
        version: 0,
        url: "https://example.com/hook".into(),
        form: Form("plain".into()),
        filter: dice.one_in(2).then(|| vec!["charge.create".into()]),
        hears_occurrences: dice.one_in(2),
        description: "ledger".into(),
        disabled: None,
        secrets: vec![
            SigningKey { bytes: vec![1, 2, 3], until: None },
            SigningKey { bytes: vec![4], until: Some(wall) },
        ],
        created_at: wall,
        updated_at: wall,
        delivered_at: None,
    };
    let entry = entry(dice, wall, Deed::EndpointCreated, "endpoint");
    let made = arm.store().create_endpoint(endpoint.clone(), entry.clone()).await;
    if arm.note("create_endpoint", (&endpoint, entry), made) == Some(true) {
        arm.memory.endpoints.push(endpoint.id);
    }
}

pub async fn change(arm: &mut Arm, dice: &mut Dice) {
    let store = arm.store();
    let wall = arm.memory.wall;
    let id = some(arm, dice);
    let found = arm.note("endpoint", id, store.endpoint(id).await).flatten();
    arm.memory.endpoints_read.extend(found.clone());
    match dice.roll(8) {
        0 => {
            let entry = entry(dice, wall, Deed::EndpointDeleted, "endpoint");
            let deleted = store.delete_endpoint(id, entry.clone()).await;
            arm.note("delete_endpoint", (id, entry), deleted);
        }
        1 | 2 => {
            let disabled = Disabled { why: dice.pick(&[Why::Gone, Why::Failing]), since: wall };
            let done = store.disable_endpoint(id, disabled).await;
            arm.note("disable_endpoint", (id, disabled), done);
        }
        _ => {
            // As it was read now, or once.
            let stale = dice.some(&arm.memory.endpoints_read).cloned();
            let read = if dice.one_in(5) { stale } else { found };
            let Some(read) = read else { return };
            let asked = Disabled { why: Why::Asked, since: wall };
            let changed = Endpoint {
                description: dice.pick(&["ledger", "till", ""]).into(),
                hears_occurrences: dice.one_in(2),
                disabled: if dice.one_in(3) { Some(asked) } else { None },
                updated_at: wall,
                ..read
            };
            let entry = entry(dice, wall, Deed::EndpointChanged, "endpoint");
            let done = store.change_endpoint(changed.clone(), entry.clone()).await;
            arm.note("change_endpoint", (changed, entry), done);
        }
    }
}

/// Reads what an endpoint has not seen, and queues some of what was read now, or once.
pub async fn enqueue(arm: &mut Arm, dice: &mut Dice) {
    let store = arm.store();
    let id = some(arm, dice);
    let limit = dice.pick(&[1, 2, 100, 100]);
    let unseen = store.unseen(id, limit).await;
    let unseen = arm.note_as("unseen", (id, limit), unseen, |numbers, unseen| {
        unseen.as_ref().map(|unseen| numbers.unseen(unseen))
    });
    arm.memory.unseen.extend(unseen.flatten().map(|unseen| (id, unseen)));
    let latest = arm.memory.unseen.last().cloned();
    let stale = dice.some(&arm.memory.unseen).cloned();
    let Some((id, unseen)) = (if dice.one_in(8) { stale } else { latest }) else { return };
    arm.memory.remember_events(unseen.events.iter().map(|event| event.id));
    let wanted = unseen.events.iter().filter(|_| !dice.one_in(6));
    let new: Vec<&Event> = wanted.collect();
    let new: Vec<NewDelivery> = new
        .into_iter()
        .map(|event| NewDelivery { event: event.id, chain: chain(dice, event) })
        .collect();
    let named: Vec<_> = new.iter().map(|it| (arm.numbers.event_id(it.event), it.chain)).collect();
    let wall = arm.memory.wall;
    let queued = store.enqueue(id, unseen.mark, new, wall).await;
    arm.note("enqueue", (id, named, wall), queued);
}

fn chain(dice: &mut Dice, event: &Event) -> Chain {
    match dice.roll(4) {
        0 => Chain::Free,
        1 => Chain::Record(RecordKind::Charge, event.body.subject % 3),
        _ => Chain::Schedule(ScheduleId(event.body.subject)),
    }
}

/// Tries what is due of an endpoint.
pub async fn deliver(arm: &mut Arm, dice: &mut Dice) {
    let store = arm.store();
    let id = some(arm, dice);
    let wall = arm.memory.wall;
    let limit = dice.pick(&[1, 3, 100]);
    let due = store.due(id, wall, limit).await;
    let due = arm.note_as("due", (id, wall, limit), due, |numbers, due| {
        (numbers.deliveries(&due.deliveries), due.next_at)
    });
    let due = due.map(|due| due.deliveries).unwrap_or_default();
    arm.memory.remember_deliveries(&due);
    let mut attempts = Vec::new();
    for Delivery { id, attempts: tried, .. } in due {
        if dice.one_in(5) {
            continue;
        }
        let answer = match dice.roll(3) {
            0 => Answered::Nothing("it did not answer in time".into()),
            _ => Answered::Status(dice.pick(&[204, 500])),
        };
        let then = match dice.roll(4) {
            0 => Then::Failed,
            1 => Then::Again(wall.plus_seconds(dice.whole(7_200))),
            _ => Then::Delivered,
        };
        let attempted = Attempted { at: wall, milliseconds: 12, answer };
        // Now and then as if others had tried it meanwhile.
        let tried = tried + u32::from(dice.one_in(10));
        let at = wall.plus_seconds(1);
        attempts.push(Recorded { delivery: id, attempts: tried, attempted, at, then });
        if dice.one_in(10) {
            attempts.extend(attempts.last().cloned());
        }
    }
    let named: Vec<Recorded> = attempts
        .iter()
        .map(|it| Recorded { delivery: arm.numbers.delivery_id(it.delivery), ..it.clone() })
        .collect();
    arm.note("record", named, store.record(attempts).await);
}

pub async fn redeliver(arm: &mut Arm, dice: &mut Dice) {
    let store = arm.store();
    let wall = arm.memory.wall;
    if dice.one_in(4) {
        let before = wall.plus_seconds(-3_600 * dice.whole(30));
        // Until nothing is left: which go first is left open.
        while store.prune(before, 10_000).await.unwrap() > 0 {}
        arm.note("prune", before, store.prune(before, 10_000).await);
        return;
    }
    let Some(id) = dice.some(&arm.memory.deliveries).copied() else { return };
    let entry = entry(dice, wall, Deed::Redelivered, "delivery");
    let named = arm.numbers.delivery_id(id);
    let done = store.redeliver(id, wall, entry.clone()).await;
    arm.note("redeliver", (named, wall, entry), done);
}

pub async fn look(arm: &mut Arm, dice: &mut Dice) {
    let store = arm.store();
    let wall = arm.memory.wall;
    for account in ACCOUNTS {
        arm.note("endpoints", account, store.endpoints(account).await);
    }
    arm.note_as("endpoint_ids", (), store.endpoint_ids().await, |_, ids| {
        let mut ids = ids.clone();
        ids.sort_unstable(); // they are promised in no order
        ids
    });
    arm.note("oldest_pending", (), store.oldest_pending().await);
    for endpoint in arm.memory.endpoints.clone() {
        let status =
            dice.pick(&[None, Some(DeliveryStatus::Pending), Some(DeliveryStatus::Failed)]);
        for (status, limit) in [(None, 1_000), (status, 2)] {
            let query = DeliveryQuery { endpoint, status, before: None, limit };
            let listed = store.deliveries(query).await;
            let listed = arm
                .note_as("deliveries", query, listed, |numbers, listed| numbers.deliveries(listed));
            let listed = listed.unwrap_or_default();
            arm.memory.remember_deliveries(&listed);
            let Some(last) = listed.last() else { continue };
            let named = arm.numbers.delivery_id(last.id);
            let query = DeliveryQuery { before: Some(last.id), ..query };
            arm.note_as(
                "deliveries before",
                (endpoint, named),
                store.deliveries(query).await,
                |numbers, listed| numbers.deliveries(listed),
            );
        }
        arm.note_as("unseen", endpoint, store.unseen(endpoint, 100).await, |numbers, unseen| {
            unseen.as_ref().map(|unseen| numbers.unseen(unseen))
        });
        arm.note_as("due", endpoint, store.due(endpoint, wall, 100).await, |numbers, due| {
            (numbers.deliveries(&due.deliveries), due.next_at)
        });
    }
    if let Some(id) = dice.some(&arm.memory.deliveries).copied() {
        let named = arm.numbers.delivery_id(id);
        arm.note_as("delivery", named, store.delivery(id).await, |numbers, delivery| {
            delivery.as_ref().map(|delivery| numbers.delivery(delivery))
        });
    }
}
