//! What is remembered of a store's answers, from which the next questions follow.

use std::collections::BTreeMap;

use engine::edit::Edited;
use engine::{Awaiting, Instant, LaneId, Run, ScheduleId, Term};
use store::event::EventId;
use store::webhook::{Delivery, DeliveryId, Endpoint, EndpointId, Unseen};
use store::{Agenda, Claim, Record, RecordKey};

use crate::dice::Dice;
use crate::requests::Held;

/// Two lanes, and one on which nothing ever is.
pub const LANES: [LaneId; 3] = [LaneId(1), LaneId(2), LaneId(3)];

pub struct Memory {
    /// By the lanes' own clock.
    pub now: Instant,
    /// By the wall's.
    pub wall: Instant,
    /// In the order in which they were begun.
    pub terms: Vec<Term>,
    /// Until when what a term has claimed is its own.
    pub leases: BTreeMap<Term, Instant>,
    pub last_schedule: i64,
    pub schedules: Vec<ScheduleId>,
    /// What is in flight, as whoever claimed it believes.
    pub claimed: Vec<(Term, Run)>,
    /// What has waited once.
    pub awaited: Vec<Awaiting>,
    /// Edits that were decided and not written yet.
    pub edits: Vec<Edited>,
    /// In the order in which they appeared: their numbers may differ.
    pub events: Vec<EventId>,
    pub last_endpoint: i64,
    pub endpoints: Vec<EndpointId>,
    /// As they were read once.
    pub endpoints_read: Vec<Endpoint>,
    pub unseen: Vec<(EndpointId, Unseen)>,
    pub deliveries: Vec<DeliveryId>,
    pub records: BTreeMap<RecordKey, Record>,
    pub last_record: i64,
    pub last_named: i64,
    pub last_entry: i64,
    pub agenda: Vec<Agenda>,
    pub allocated: BTreeMap<&'static str, i64>,
    pub foreign: Vec<RecordKey>,
    pub held: Held,
    pub last_grant: u8,
}

impl Memory {
    pub fn at(start: Instant) -> Memory {
        Memory {
            now: start,
            wall: start,
            terms: Vec::new(),
            leases: BTreeMap::new(),
            last_schedule: 0,
            schedules: Vec::new(),
            claimed: Vec::new(),
            awaited: Vec::new(),
            edits: Vec::new(),
            events: Vec::new(),
            last_endpoint: 70,
            endpoints: Vec::new(),
            endpoints_read: Vec::new(),
            unseen: Vec::new(),
            deliveries: Vec::new(),
            records: BTreeMap::new(),
            last_record: 0,
            last_named: 0,
            last_entry: 0,
            agenda: Vec::new(),
            allocated: BTreeMap::new(),
            foreign: Vec::new(),
            held: Held::new(),
            last_grant: 0,
        }
    }

    /// Time goes on, for both clocks.
    pub fn wait(&mut self, seconds: i64) {
        self.now = self.now.plus_seconds(seconds);
        self.wall = self.wall.plus_seconds(seconds);
    }

    /// Time goes on as it will.
    pub fn wait_a_while(&mut self, dice: &mut Dice) {
        match dice.roll(12) {
            0..=4 => {}
            5 | 6 => self.wait(dice.whole(150)),
            7..=9 => self.wait(3_600 * dice.whole(30)),
            10 => self.wait(86_400 * dice.whole(6) + dice.whole(86_400)),
            _ => {
                let part = dice.whole(1_000_000_000);
                self.now = Instant::from_nanoseconds(self.now.nanoseconds() + part);
                self.wall = Instant::from_nanoseconds(self.wall.nanoseconds() + part);
            }
        }
    }

    /// The term of the latest start, mostly.
    pub fn term(&self, dice: &mut Dice) -> Term {
        let latest = *self.terms.last().unwrap();
        if dice.one_in(5) { dice.pick(&self.terms) } else { latest }
    }

    /// Waits until no other term than this one holds anything by a lease: until then a store
    /// that one node has to itself recovers what others leave alone.
    pub fn outlast_others(&mut self, term: Term) {
        let others = self.leases.iter().filter(|(of, _)| **of != term);
        let last = others.map(|(_, until)| *until).max();
        if let Some(last) = last.filter(|last| *last >= self.wall) {
            self.wait(last.seconds() - self.wall.seconds() + 1);
        }
    }

    pub fn hold(&mut self, claim: &Claim, runs: &[Run]) {
        let lease = self.leases.entry(claim.term).or_insert(claim.lease_until);
        *lease = claim.lease_until.max(*lease);
        for run in runs {
            self.let_go(claim.term, run);
            self.claimed.push((claim.term, run.clone()));
        }
    }

    pub fn let_go(&mut self, term: Term, run: &Run) {
        self.claimed.retain(|(of, known)| *of != term || known.key != run.key);
    }

    pub fn remember_events(&mut self, events: impl IntoIterator<Item = EventId>) {
        remember(&mut self.events, events);
    }

    pub fn remember_deliveries(&mut self, deliveries: &[Delivery]) {
        remember(&mut self.deliveries, deliveries.iter().map(|delivery| delivery.id));
    }

    pub fn remember_awaiting(&mut self, awaiting: &[Awaiting]) {
        self.awaited.extend(awaiting.iter().cloned());
        let surplus = self.awaited.len().saturating_sub(20);
        self.awaited.drain(..surplus);
    }
}

/// Each once, in the order in which they came.
fn remember<T: PartialEq>(known: &mut Vec<T>, new: impl IntoIterator<Item = T>) {
    for it in new {
        if !known.contains(&it) {
            known.push(it);
        }
    }
}
