//! What happened.

use std::sync::Arc;

use engine::{AccountId, ScheduleEvent};

use super::world::{ACCOUNT, World, at, charges_on};
use crate::event::{Event, EventId, EventKind, NewEvent};
use crate::page::{Order, PageQuery};
use crate::store::Store;

async fn make(world: &World, account: AccountId, now: &str) -> i64 {
    let new = world.new_schedule(account, charges_on(1), now).await;
    let id = new.created.schedule.id.0;
    world.store.create_schedules(vec![new]).await.unwrap();
    id
}

async fn subjects(world: &World, account: AccountId, page: PageQuery) -> (Vec<i64>, u64) {
    let page = world.store.events(account, page).await.unwrap();
    (page.entries.iter().map(|event| event.body.subject).collect(), page.total)
}

pub async fn an_event_is_found_by_its_number(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let subject = make(&world, ACCOUNT, "2025-12-01T00:00:00.5Z").await;
    let page = world.store.events(ACCOUNT, PageQuery::first(10)).await.unwrap();
    let [event] = &page.entries[..] else { panic!("{page:?}") };
    let body = NewEvent {
        account: ACCOUNT,
        at: at("2025-12-01T00:00:00.5Z"),
        kind: EventKind::Schedule(ScheduleEvent::Created),
        subject,
        snapshot: None,
    };
    assert_eq!(*event, Event { id: event.id, body });
    assert_eq!(world.store.event(event.id).await.unwrap().as_ref(), Some(event));
    assert_eq!(world.store.event(EventId(event.id.0 + 1)).await.unwrap(), None);
}

pub async fn events_come_in_the_order_in_which_they_were_committed(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(make(&world, ACCOUNT, "2025-12-01T00:00:00Z").await);
    }
    assert_eq!(subjects(&world, ACCOUNT, PageQuery::first(10)).await, (made.clone(), 5));
    let second = PageQuery { offset: 1, limit: 2, ..PageQuery::first(0) };
    assert_eq!(subjects(&world, ACCOUNT, second).await, (made[1..3].to_vec(), 5));
    let newest = PageQuery { order: Order::ReverseChronological, ..second };
    assert_eq!(subjects(&world, ACCOUNT, newest).await, (vec![made[3], made[2]], 5));
    let page = world.store.events(ACCOUNT, PageQuery::first(10)).await.unwrap();
    assert!(page.entries.is_sorted_by(|one, next| one.id < next.id));
}

pub async fn events_of_many_accounts_do_not_mix(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let mut new = Vec::new();
    for number in 0..30 {
        new.push(
            world.new_schedule(AccountId(number % 3), charges_on(1), "2025-12-01T00:00:00Z").await,
        );
    }
    let ids: Vec<i64> = new.iter().map(|new| new.created.schedule.id.0).collect();
    world.store.create_schedules(new).await.unwrap();
    for account in 0..3_usize {
        let own: Vec<i64> = ids.iter().copied().skip(account).step_by(3).collect();
        let account = AccountId(i64::try_from(account).unwrap());
        assert_eq!(subjects(&world, account, PageQuery::first(100)).await, (own, 10));
    }
}

pub async fn events_can_be_bounded_in_time(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let mut new = Vec::new();
    for day in 1..=9 {
        let now = format!("2025-12-0{day}T00:00:00Z");
        new.push(world.new_schedule(ACCOUNT, charges_on(1), &now).await);
    }
    let ids: Vec<i64> = new.iter().map(|new| new.created.schedule.id.0).collect();
    let rest = new.split_off(4);
    world.store.create_schedules(new).await.unwrap();
    world.store.create_schedules(rest).await.unwrap();
    let bounded = PageQuery {
        from: at("2025-12-03T00:00:00Z"),
        to: at("2025-12-07T00:00:00Z"),
        ..PageQuery::first(100)
    };
    assert_eq!(subjects(&world, ACCOUNT, bounded).await, (ids[2..7].to_vec(), 5));
    let paged = PageQuery { offset: 3, limit: 1, ..bounded };
    assert_eq!(subjects(&world, ACCOUNT, paged).await, (vec![ids[5]], 5));
    let newest = PageQuery { order: Order::ReverseChronological, ..paged };
    assert_eq!(subjects(&world, ACCOUNT, newest).await, (vec![ids[3]], 5));
}
