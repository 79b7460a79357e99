//! What is held against the design while a world runs: every claim, every sending
//! and every settlement, as they happen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::edit::Edited;
use engine::settlement::{AwaitingKey, Source};
use engine::{
    AccountId, Amendment, Instant, Money, Occurrence, OccurrenceStatus, Outcome, PaymentRequest,
    Role, Run, RunKey, Schedule, ScheduleId, Settlement, Slot, Status, Term, admit,
};
use store::{Claim, RequestKey, Settled};

use crate::books::{AttemptName, Books, PaymentState};
use crate::by_attempt::ByAttempt;
use crate::kernel::Kernel;

/// Who holds a run, as the store has told them.
#[derive(Clone, Debug)]
struct Holder {
    term: Term,
    lease_until: Instant,
    run: Run,
}

/// What the world has seen.
pub(crate) struct Judge {
    kernel: Arc<Kernel>,
    exclusive: bool,
    /// What is judged is a copy of a store, whose original went on without it.
    restored: bool,
    seen: Mutex<Seen>,
}

/// What a world has seen so far.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    held: BTreeMap<RunKey, Holder>,
    /// Where those stand, by what they are an attempt at.
    held_keys: BTreeMap<AttemptName, RunKey>,
    /// Runs that were in flight when their schedule was deleted: they finish.
    finishing: BTreeSet<RunKey>,
    pub(crate) created: BTreeMap<ScheduleId, Schedule>,
    pub(crate) deleted: BTreeSet<ScheduleId>,
    /// What stands of what owners did to slots.
    amendments: BTreeMap<(ScheduleId, Slot), Amendment>,
    /// Schedules that were edited.
    pub(crate) edited: BTreeSet<ScheduleId>,
    /// Schedules that were stopped for a time or for good.
    pub(crate) stopped: BTreeSet<ScheduleId>,
    /// What each request made.
    made_by: BTreeMap<(AccountId, Box<str>), ScheduleId>,
    pub(crate) recorded: ByAttempt<Occurrence>,
    awaiting: BTreeMap<AttemptName, Run>,
    /// Those that had waited and went back into the queue.
    returned: BTreeSet<AttemptName>,
    /// Balances that are being quoted, and under which term.
    quoting: BTreeSet<(Term, AccountId)>,
    /// What each attempt was first sent with that is not recorded yet.
    frozen: BTreeMap<AttemptName, Money>,
}

pub(crate) const fn name_of(key: AwaitingKey) -> AttemptName {
    AttemptName { schedule: key.schedule, slot: key.slot, attempt: key.attempt }
}

const fn schedule_of(source: Source) -> ScheduleId {
    match source {
        Source::Queue(key) => key.schedule,
        Source::Awaiting(key) => key.schedule,
    }
}

const fn attempt_of(run: &Run) -> AttemptName {
    let Run { key, attempt, .. } = run;
    AttemptName { schedule: key.schedule, slot: key.slot, attempt: *attempt }
}

impl Judge {
    pub(crate) fn new(kernel: Arc<Kernel>, exclusive: bool) -> Arc<Judge> {
        Arc::new(Judge { kernel, exclusive, restored: false, seen: Mutex::new(Seen::default()) })
    }

    /// Judges a copy that was made when so much had been seen.
    pub(crate) fn of_copy(kernel: Arc<Kernel>, exclusive: bool, seen: Seen) -> Arc<Judge> {
        Arc::new(Judge { kernel, exclusive, restored: true, seen: Mutex::new(seen) })
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn created(&self, request: &RequestKey, schedules: &[Schedule]) {
        let mut seen = self.seen();
        if let Some(made) = schedules.first().map(|schedule| schedule.id) {
            let before =
                *seen.made_by.entry((request.account, request.key.clone())).or_insert(made);
            if before != made {
                self.kernel.violate(|| format!("{request:?} made schedules {before} and {made}"));
            }
        }
        for schedule in schedules {
            let before = seen.created.insert(schedule.id, schedule.clone());
            if before.is_some_and(|before| before.plan != schedule.plan) {
                self.kernel.violate(|| format!("schedule {} was made twice", schedule.id));
            }
        }
    }

    /// The store has written an edit.
    pub(crate) fn edited(&self, edited: &Edited) {
        let mut seen = self.seen();
        let id = edited.schedule.id;
        seen.edited.insert(id);
        seen.created.insert(id, edited.schedule.clone());
        // What leaves the queue was not sent, or provably not taken: it may pay something else.
        for key in &edited.removed {
            let all = AttemptName::all_at(id, key.slot);
            seen.frozen.extract_if(all, |_, _| true).for_each(drop);
        }
        for slot in &edited.restored {
            seen.amendments.remove(&(id, *slot));
        }
        for amendment in &edited.amendments {
            seen.amendments.insert((id, amendment.slot), amendment.clone());
        }
    }

    pub(crate) fn deleted(&self, id: ScheduleId) {
        let mut seen = self.seen();
        seen.deleted.insert(id);
        let finishing: Vec<RunKey> =
            seen.held.keys().filter(|key| key.schedule == id).copied().collect();
        seen.finishing.extend(finishing);
    }

    /// The store gave fresh runs to a node.
    pub(crate) fn claimed(&self, claim: &Claim, runs: &[Run]) {
        let mut seen = self.seen();
        for run in runs {
            if let Some(holder) = seen.held.get(&run.key) {
                let holder = holder.term;
                self.kernel.violate(|| {
                    format!("{:?} was claimed by {:?} and by {holder:?}", run.key, claim.term)
                });
            }
            if seen.deleted.contains(&run.key.schedule) && !seen.finishing.contains(&run.key) {
                self.kernel.violate(|| {
                    format!("{:?} was claimed after its schedule was deleted", run.key)
                });
            }
            if run.key.due > claim.now {
                self.kernel.violate(|| format!("{:?} was claimed at {}", run.key, claim.now));
            }
            if let Some(wrong) = seen.wrong_with(run) {
                self.kernel.violate(|| format!("{:?} was queued, and {wrong}", run.key));
            }
        }
        seen.hold(claim, runs);
    }

    /// The store gave to a node what another had begun.
    pub(crate) fn recovered(&self, claim: &Claim, runs: &[Run]) {
        let mut seen = self.seen();
        for run in runs {
            let Some(holder) = seen.held.get(&run.key) else {
                self.kernel.violate(|| format!("{:?} was recovered and nobody held it", run.key));
                continue;
            };
            let is_left = holder.lease_until <= claim.wall_now
                || (self.exclusive && holder.term != claim.term);
            if !is_left {
                let holder = holder.clone();
                self.kernel.violate(|| {
                    format!(
                        "{:?} was recovered by {:?} while {:?} held it until {}",
                        run.key, claim.term, holder.term, holder.lease_until
                    )
                });
            }
        }
        seen.hold(claim, runs);
    }

    /// A node asks what a share of a balance comes to. One quote is open at a time.
    pub(crate) fn quoting(&self, term: Term, account: AccountId) {
        if !self.seen().quoting.insert((term, account)) {
            self.kernel
                .violate(|| format!("the balance of account {account} was quoted twice at once"));
        }
    }

    /// A quote was answered, or is no longer waited for.
    pub(crate) fn has_quoted(&self, term: Term, account: AccountId) {
        self.seen().quoting.remove(&(term, account));
    }

    /// A request leaves a node. Its clock may be wrong; its claim may not.
    pub(crate) fn sending(
        &self,
        term: Term,
        request: &PaymentRequest,
        name: AttemptName,
        books: &Books,
    ) {
        let now = self.kernel.now();
        let mut seen = self.seen();
        if seen.recorded.contains(name) {
            // Two that look for what became of one attempt may both ask again; its key
            // sees to it that this is nothing new.
            if books.payment(name).is_none() {
                self.kernel.violate(|| format!("{name} was sent although it is recorded"));
            }
            return;
        }
        if name.attempt > 0 {
            let before = AttemptName { attempt: name.attempt - 1, ..name };
            let failed = seen
                .recorded
                .get(before)
                .is_some_and(|occurrence| occurrence.status == OccurrenceStatus::Failed);
            if !failed {
                self.kernel.violate(|| format!("{name} was sent before {before} had failed"));
            }
        }
        let money = request.body.money();
        let frozen = *seen.frozen.entry(name).or_insert(money);
        if frozen != money {
            self.kernel
                .violate(|| format!("{name} was sent with {money:?}, and before with {frozen:?}"));
        }
        if seen.awaiting.contains_key(&name) {
            return; // asked for again under the same key, which no claim guards
        }
        let Some(holder) = seen.holder_of(&name) else {
            self.kernel.violate(|| format!("{name} was sent and nobody had claimed it"));
            return;
        };
        let is_past = holder.lease_until < now && !self.exclusive;
        if holder.term != term || is_past {
            let (term, until) = (holder.term, holder.lease_until);
            self.kernel.violate(|| {
                format!("{name} was sent past its lease; {term:?} holds it until {until}")
            });
        }
    }

    /// The store has written settlements, or refused them: a node's, under its term, or a
    /// person's.
    pub(crate) fn settled(
        &self,
        term: Option<Term>,
        settlements: &[Settlement],
        settled: &[Settled],
        books: &Books,
    ) {
        let mut seen = self.seen();
        for (settlement, settled) in settlements.iter().zip(settled) {
            if !settled.is_written() {
                continue;
            }
            match settlement.source {
                Source::Queue(key) => {
                    let holder = seen.let_go(key).map(|holder| holder.term);
                    if holder.is_none() || holder != term {
                        self.kernel.violate(|| {
                            format!("{key:?} was settled under {term:?} and held by {holder:?}")
                        });
                    }
                }
                Source::Awaiting(key) => {
                    if seen.awaiting.remove(&name_of(key)).is_none() {
                        self.kernel.violate(|| format!("{key:?} was settled and did not wait"));
                    }
                    if settlement.occurrences.is_empty() {
                        seen.returned.insert(name_of(key));
                    }
                }
            }
            if let Some(awaiting) = &settlement.awaiting {
                seen.awaiting.insert(name_of(awaiting.key()), awaiting.run.clone());
            }
            if let Some((Status::Suspended, _)) = settlement.status {
                seen.stopped.insert(schedule_of(settlement.source));
            }
            for occurrence in &settlement.occurrences {
                self.record(&mut seen, occurrence, books);
            }
        }
    }

    fn record(&self, seen: &mut Seen, occurrence: &Occurrence, books: &Books) {
        let Occurrence { schedule, slot, attempt, .. } = *occurrence;
        let name = AttemptName { schedule, slot, attempt };
        self.kernel.note("recorded", || format!("{name} {:?}", occurrence.status));
        if seen.recorded.insert(name, occurrence.clone()).is_some() {
            self.kernel.violate(|| format!("{name} was recorded twice"));
        }
        let payment = books.payment(name);
        let state = payment.map(|payment| payment.state);
        let agrees = match occurrence.status {
            OccurrenceStatus::Successful => state == Some(PaymentState::Succeeded),
            OccurrenceStatus::Failed => {
                matches!(state, None | Some(PaymentState::Declined(_)))
            }
            // A copy may skip what its original has paid: it retries later than that did.
            OccurrenceStatus::Skipped | OccurrenceStatus::Canceled => {
                state.is_none() || self.restored
            }
        };
        let same_payment = match occurrence.result {
            Some(result) => payment.is_some_and(|payment| payment.id == result),
            None => true,
        };
        let frozen = seen.frozen.remove(&name).map(|money| money.amount_minor);
        let same_money =
            self.restored || payment.is_none_or(|payment| frozen == Some(payment.amount_minor));
        if !agrees || !same_payment || !same_money {
            self.kernel.violate(|| {
                format!(
                    "{name} was recorded as {:?} ({:?}) and the gateway has {payment:?}",
                    occurrence.status, occurrence.result
                )
            });
        }
    }

    /// Which claimed runs an answer is for, by name.
    pub(crate) fn describe(outcome: &Outcome) -> String {
        match outcome {
            Outcome::Succeeded(id) => format!("succeeded {id:?}"),
            Outcome::Declined(decline) => format!("declined {:?}", decline.kind),
            Outcome::Accepted(id) => format!("accepted {id:?}"),
            Outcome::NotSent(why) => format!("not sent, {why:?}"),
            Outcome::Unknown => "unknown".to_owned(),
        }
    }
}

impl Seen {
    fn hold(&mut self, claim: &Claim, runs: &[Run]) {
        for run in runs {
            self.held_keys.insert(attempt_of(run), run.key);
            let holder =
                Holder { term: claim.term, lease_until: claim.lease_until, run: run.clone() };
            self.held.insert(run.key, holder);
        }
    }

    fn let_go(&mut self, key: RunKey) -> Option<Holder> {
        let holder = self.held.remove(&key)?;
        self.held_keys.remove(&attempt_of(&holder.run));
        Some(holder)
    }

    fn holder_of(&self, name: &AttemptName) -> Option<&Holder> {
        self.held_keys.get(name).and_then(|key| self.held.get(key))
    }

    /// When the first of the leases ends under which runs are held now, or were not long
    /// ago.
    pub(crate) fn lease_that_ends_first(&self, now: Instant) -> Option<Instant> {
        let leases = self.held.values().map(|holder| holder.lease_until);
        leases.filter(|until| until.plus_seconds(600) > now).min()
    }

    /// Whether a lease is over under which something is still held.
    pub(crate) fn is_anything_left_behind(&self, now: Instant) -> bool {
        self.held.values().any(|holder| holder.lease_until <= now)
    }

    /// The term that holds a run.
    pub(crate) fn term_of(&self, key: RunKey) -> Option<Term> {
        self.held.get(&key).map(|holder| holder.term)
    }

    /// What was recorded of a schedule, in order.
    pub(crate) fn recorded_of(&self, schedule: ScheduleId) -> impl Iterator<Item = &Occurrence> {
        self.recorded.of_schedule(schedule)
    }

    /// What waits for its outcome.
    pub(crate) fn awaiting(&self) -> impl Iterator<Item = (&AttemptName, &Run)> {
        self.awaiting.iter()
    }

    /// Whether an attempt at a slot had waited and went back into the queue.
    pub(crate) fn has_returned(&self, schedule: ScheduleId, slot: Slot) -> bool {
        self.returned.range(AttemptName::all_at(schedule, slot)).next().is_some()
    }

    /// What contradicts the schedule's rule in a queued run.
    fn wrong_with(&self, run: &Run) -> Option<String> {
        let Some(schedule) = self.created.get(&run.key.schedule) else {
            return Some("nobody made its schedule".to_owned());
        };
        match run.role {
            Role::Cadence { .. } => wrong_with_cadence(schedule, run),
            Role::Detached { .. } if run.attempt == 0 => self.wrong_with_amended(schedule, run),
            Role::Detached { .. } => None,
        }
    }

    /// What contradicts what the owner did to the slot of a run.
    fn wrong_with_amended(&self, schedule: &Schedule, run: &Run) -> Option<String> {
        if self.returned.contains(&attempt_of(run)) {
            return None; // its slot went back into the queue as it was, or due anew
        }
        let RunKey { schedule: id, slot, due, .. } = run.key;
        let Some(amendment) = self.amendments.get(&(id, slot)) else {
            return Some("nobody took its slot out of the rule, or added it".to_owned());
        };
        if amendment.canceled_at.is_some() {
            return Some("its slot was called off".to_owned());
        }
        let expected = amendment.run_at.or_else(|| schedule.plan.due(slot));
        (expected != Some(due)).then(|| format!("its slot was to run at {expected:?}"))
    }

    /// What must have run of a schedule that was edited, by `now`.
    pub(crate) fn slots_owed(&self, schedule: &Schedule, now: Instant) -> BTreeSet<Slot> {
        let id = schedule.id;
        let of_id = (id, Slot::MIN)..=(id, Slot::MAX);
        let last = Slot::of(schedule.plan.policies.timing.zone.moment_at(now));
        let by_rule =
            schedule.slots_through(last).filter(|slot| !self.amendments.contains_key(&(id, *slot)));
        let amended = self.amendments.range(of_id).map(|(_, amendment)| amendment);
        let owed = amended.filter(|it| it.canceled_at.is_none()).map(|it| it.slot);
        by_rule.chain(owed).collect()
    }
}

/// Whether an attempt that waits has come too late to be made unseen by a person.
pub(crate) fn is_late(waiting: &Run, now: Instant) -> bool {
    admit(waiting, now).is_err()
}

/// Whether an attempt that waits was due at most so many seconds ago.
pub(crate) fn is_due_within(waiting: &Run, now: Instant, seconds: i64) -> bool {
    waiting.key.due.plus_seconds(seconds) >= now
}

/// What contradicts the schedule's rule in a run that carries it on.
fn wrong_with_cadence(schedule: &Schedule, run: &Run) -> Option<String> {
    let plan = &schedule.plan;
    if !Arc::ptr_eq(&run.plan, plan) && run.plan != *plan {
        return Some("its plan is not its schedule's".to_owned());
    }
    if !schedule.has_slot(run.key.slot) {
        return Some("its rule has no such date".to_owned());
    }
    if run.attempt == 0 && plan.is_excepted(run.key.slot) {
        return Some("its slot goes its own way".to_owned());
    }
    let hour = plan.due(run.key.slot)?;
    let first = schedule.first.filter(|link| link.slot == run.key.slot && link.attempt == 0);
    let right = match (run.attempt, first) {
        (0, Some(first)) => run.key.due == first.due,
        (0, None) => run.key.due == hour,
        _ => run.key.due > hour || plan.policies.run_at_start,
    };
    (!right).then(|| format!("is due {}, and its slot's hour is {hour}", run.key.due))
}
