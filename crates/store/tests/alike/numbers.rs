//! Numbers that stores give themselves and that may rightly differ: those of events and of
//! deliveries, and the keys of foreign names. Each is known by the order of its first
//! appearance, so what is compared is which of them an answer names.
//!
//! Keys of schedules and records are the histories' own: stores promise only that those
//! they give are fresh, and they leave gaps where they are opened again.

use std::collections::BTreeMap;

use store::event::{Event, EventId};
use store::webhook::{Delivery, DeliveryId, Unseen};

#[derive(Default)]
pub struct Numbers {
    events: BTreeMap<EventId, i64>,
    deliveries: BTreeMap<DeliveryId, i64>,
    names: BTreeMap<i64, i64>,
}

fn number<K: Ord>(known: &mut BTreeMap<K, i64>, key: K) -> i64 {
    let next = i64::try_from(known.len()).unwrap() + 1;
    *known.entry(key).or_insert(next)
}

impl Numbers {
    pub fn event_id(&mut self, id: EventId) -> EventId {
        EventId(number(&mut self.events, id))
    }

    pub fn delivery_id(&mut self, id: DeliveryId) -> DeliveryId {
        DeliveryId(number(&mut self.deliveries, id))
    }

    pub fn name(&mut self, key: i64) -> i64 {
        number(&mut self.names, key)
    }

    pub fn event(&mut self, event: &Event) -> Event {
        Event { id: self.event_id(event.id), body: event.body.clone() }
    }

    pub fn events(&mut self, events: &[Event]) -> Vec<Event> {
        events.iter().map(|event| self.event(event)).collect()
    }

    /// What an endpoint has not seen; its mark is the store's own.
    pub fn unseen(&mut self, unseen: &Unseen) -> Vec<Event> {
        self.events(&unseen.events)
    }

    pub fn delivery(&mut self, delivery: &Delivery) -> Delivery {
        Delivery {
            id: self.delivery_id(delivery.id),
            event: self.event_id(delivery.event),
            ..delivery.clone()
        }
    }

    pub fn deliveries(&mut self, deliveries: &[Delivery]) -> Vec<Delivery> {
        deliveries.iter().map(|delivery| self.delivery(delivery)).collect()
    }
}
