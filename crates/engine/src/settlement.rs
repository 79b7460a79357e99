//! Settlement: recording an outcome and all that follows from it.
//!
//! [`settle`] is the one transition of a run, and [`resolve`] that of an attempt
//! whose outcome became known late. Whatever they return is written in one
//! commit, or not at all.
//!
//! A schedule has one run that carries it on, its *cadence*: settling it queues
//! the next slot, or the retry of this one. While a slot is being retried, later
//! slots that are reached are skipped, and each is recorded. An attempt whose
//! outcome is unknown leaves the cadence: the schedule goes on without it, and
//! only its own slot's retries wait.

use std::sync::Arc;

use crate::admission::Lateness;
use crate::identity::ScheduleId;
use crate::occurrence::{Occurrence, OccurrenceStatus};
use crate::outcome::{Decline, DeclineKind, Outcome, PaymentId};
use crate::policy::Exhausted;
use crate::run::{Attempt, Role, Run, RunKey};
use crate::schedule::{Link, ScheduleEvent, Status};
use crate::time::{Instant, Slot};

/// Message of a slot that was reached while an older one was still being retried.
pub const SKIPPED_WHILE_RETRYING: &str =
    "skipped because an earlier occurrence was still being retried";

/// Message of a slot that was due while nobody was there to run it, and no longer runs.
pub const SKIPPED_AS_MISSED: &str = "skipped because it was missed and no longer runs";

/// How long a run rests after it provably was not sent.
pub const RELEASE_SECONDS: i64 = 30;

/// All that one settled run writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settlement {
    /// The queue row that leaves, or the awaiting one, and with it the claimer's
    /// right to write at all: where it is gone or of another term, nothing is written.
    pub source: Source,
    /// Whether what stood there carried its schedule on.
    pub of_cadence: bool,
    /// For an awaiting one, where what is written was concluded from an absence: since when
    /// it waited then. One that has been sent since waits anew, and nothing is written.
    pub waited_since: Option<Instant>,
    /// What is recorded, in order.
    pub occurrences: Vec<Occurrence>,
    /// What is queued.
    pub follow: Option<Run>,
    /// What waits for its outcome to become known.
    pub awaiting: Option<Awaiting>,
    /// What becomes of the schedule, where that changes, and when. It does not expire after
    /// an attempt beside its cadence where it has one again: it was given other dates since.
    pub status: Option<(Status, Instant)>,
    /// What its owner is told.
    pub events: Vec<ScheduleEvent>,
    /// When `occurrences` is empty because nothing was sent: the row stays, is not
    /// claimed before this instant, and no failure is counted.
    pub released_until: Option<Instant>,
}

/// Where a settled run stood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// In the queue, claimed.
    Queue(RunKey),
    /// Among those whose outcome was not known.
    Awaiting(AwaitingKey),
}

/// Names one attempt at one slot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AwaitingKey {
    /// Whose.
    pub schedule: ScheduleId,
    /// Which obligation.
    pub slot: Slot,
    /// Which attempt.
    pub attempt: Attempt,
}

/// An attempt whose outcome is not known, or not final, or that waits for a person.
/// It blocks the retries of its slot; its schedule has gone on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Awaiting {
    /// The run, detached from its cadence.
    pub run: Run,
    /// What it waits for.
    pub wait: Wait,
    /// Since when.
    pub since: Instant,
    /// The cadence run that was queued when this one left the queue.
    pub link: Option<Link>,
}

/// What an attempt waits for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Wait {
    /// The gateway has taken it; it is final later.
    Accepted(PaymentId),
    /// It may have been sent, and nobody knows what came of it.
    Unknown,
    /// It came too late to be sent without being looked at, and waits for a person.
    Late,
}

impl Awaiting {
    /// The gateway's word for it, if it gave one.
    #[must_use]
    pub const fn accepted(&self) -> Option<PaymentId> {
        match self.wait {
            Wait::Accepted(payment) => Some(payment),
            Wait::Unknown | Wait::Late => None,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn key(&self) -> AwaitingKey {
        AwaitingKey {
            schedule: self.run.key.schedule,
            slot: self.run.key.slot,
            attempt: self.run.attempt,
        }
    }
}

/// What a claimed run and its outcome come to, at `now`.
#[must_use]
pub fn settle(run: &Run, outcome: Outcome, now: Instant) -> Settlement {
    let book = Book::open(run, Source::Queue(run.key), now);
    match outcome {
        Outcome::Succeeded(payment) => book.succeed(payment),
        Outcome::Declined(decline) => book.decline(decline),
        Outcome::Accepted(payment) => book.wait(Wait::Accepted(payment)),
        Outcome::Unknown => book.wait(Wait::Unknown),
        Outcome::NotSent(_) => book.release(),
    }
}

/// What a claimed run comes to that was not sent because it came late
/// ([`crate::admission::admit`]).
#[must_use]
pub fn turn_away(run: &Run, lateness: Lateness, now: Instant) -> Settlement {
    let mut book = Book::open(run, Source::Queue(run.key), now);
    match lateness {
        Lateness::Missed => {
            book.record(OccurrenceStatus::Skipped, Some(SKIPPED_AS_MISSED.into()), None);
            book.skip_reached_slots();
            book.go_on();
            book.close()
        }
        Lateness::TooLate => book.wait(Wait::Late),
    }
}

/// What an attempt comes to that was certainly not taken: it goes back into the queue, so
/// that whoever claims it sends it, and nobody else. It is due anew, since what is not known
/// of it before this is known now.
#[must_use]
pub fn send_again(awaiting: &Awaiting, now: Instant) -> Settlement {
    let book = Book::open(&awaiting.run, Source::Awaiting(awaiting.key()), now);
    Settlement {
        waited_since: Some(awaiting.since),
        follow: Some(due_now(awaiting, now)),
        ..book.settlement
    }
}

/// What a person says of an attempt that waits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The money moved; with the gateway's word for it, where it is known.
    Paid(Option<PaymentId>),
    /// It did not, and this slot is not to be paid.
    NotPaid,
    /// It did not, and is to be asked for now, under the same key.
    Ask,
}

/// What an attempt comes to when a person has decided, for a reason.
#[must_use]
pub fn settle_by_hand(
    awaiting: &Awaiting,
    verdict: &Verdict,
    reason: &str,
    now: Instant,
) -> Settlement {
    let mut book = Book::open(&awaiting.run, Source::Awaiting(awaiting.key()), now);
    book.link = awaiting.link;
    book.settlement.waited_since = Some(awaiting.since);
    match verdict {
        Verdict::Paid(payment) => {
            book.record(OccurrenceStatus::Successful, None, *payment);
            book.go_on();
        }
        Verdict::NotPaid => {
            book.record(OccurrenceStatus::Failed, Some(reason.into()), None);
            book.go_on();
        }
        Verdict::Ask => {
            // It is in time again: who decides now has seen that it is late.
            book.settlement.follow = Some(due_now(awaiting, now));
        }
    }
    book.close()
}

/// What an attempt comes to whose outcome became known late. `None` where it still
/// is not final: it goes on waiting.
#[must_use]
pub fn resolve(awaiting: &Awaiting, outcome: Outcome, now: Instant) -> Option<Settlement> {
    let mut book = Book::open(&awaiting.run, Source::Awaiting(awaiting.key()), now);
    book.link = awaiting.link;
    if awaiting.accepted().is_some() {
        // It ran when it was taken; that it became final is the payment's own history.
        book.processed_at = awaiting.since;
    }
    match outcome {
        Outcome::Succeeded(payment) => Some(book.succeed(payment)),
        Outcome::Declined(decline) => Some(book.decline(decline)),
        Outcome::Accepted(_) | Outcome::Unknown | Outcome::NotSent(_) => None,
    }
}

fn due_now(awaiting: &Awaiting, now: Instant) -> Run {
    let key = RunKey { due: now.max(awaiting.run.key.due), ..awaiting.run.key };
    Run { key, ..awaiting.run.clone() }
}

/// A settlement in the making.
struct Book<'a> {
    run: &'a Run,
    now: Instant,
    /// When what is recorded was done.
    processed_at: Instant,
    /// Occurrences recorded by the cadence so far, this one's included.
    recorded: u32,
    /// The last slot covered.
    through: Slot,
    /// Where the cadence went when the attempt left it, for one that is resolved late.
    link: Option<Link>,
    settlement: Settlement,
}

impl<'a> Book<'a> {
    fn open(run: &'a Run, source: Source, now: Instant) -> Book<'a> {
        let (recorded, through) = match run.role {
            Role::Cadence { recorded, through } => (recorded, through),
            Role::Detached { .. } => (0, run.key.slot),
        };
        let settlement = Settlement {
            source,
            of_cadence: run.role.is_cadence(),
            waited_since: None,
            occurrences: Vec::with_capacity(1),
            follow: None,
            awaiting: None,
            status: None,
            events: Vec::new(),
            released_until: None,
        };
        Book { run, now, processed_at: now, recorded, through, link: None, settlement }
    }

    fn succeed(mut self, payment: PaymentId) -> Settlement {
        self.record(OccurrenceStatus::Successful, None, Some(payment));
        self.skip_reached_slots();
        self.go_on();
        self.close()
    }

    fn decline(mut self, decline: Decline) -> Settlement {
        let Decline { payment, kind, message } = decline;
        self.record(OccurrenceStatus::Failed, message, payment);
        self.skip_reached_slots();
        let retry = self.run.plan.policies.retry;
        if let Some(run) = self.retry(kind) {
            self.settlement.follow = Some(run);
        } else if retry.exhausted == Exhausted::SuspendSchedule {
            self.end(Status::Suspended, ScheduleEvent::Suspended);
        } else {
            self.go_on();
        }
        self.close()
    }

    fn wait(mut self, wait: Wait) -> Settlement {
        if self.is_cadence() {
            self.skip_reached_slots();
            self.settlement.follow = self.next_slot();
        }
        let last = match self.run.role {
            Role::Cadence { .. } => self.settlement.follow.is_none(),
            Role::Detached { last } => last,
        };
        let run = Run { role: Role::Detached { last }, ..self.run.clone() };
        let link = self.settlement.follow.as_ref().map(link_to);
        self.settlement.awaiting = Some(Awaiting { run, wait, since: self.now, link });
        self.close()
    }

    fn release(mut self) -> Settlement {
        self.settlement.released_until = Some(self.now.plus_seconds(RELEASE_SECONDS));
        self.settlement
    }

    const fn is_cadence(&self) -> bool {
        self.run.role.is_cadence()
    }

    fn record(
        &mut self,
        status: OccurrenceStatus,
        message: Option<Box<str>>,
        result: Option<PaymentId>,
    ) {
        let Run { key, attempt, queued_at, .. } = self.run;
        self.push(key.slot, *attempt, *queued_at, status, message, result);
        if let Some(occurrence) = self.settlement.occurrences.last_mut() {
            occurrence.retry_on = self.run.retry_on();
        }
    }

    fn push(
        &mut self,
        slot: Slot,
        attempt: Attempt,
        created_at: Instant,
        status: OccurrenceStatus,
        message: Option<Box<str>>,
        result: Option<PaymentId>,
    ) {
        let ordinal = self.is_cadence().then(|| {
            self.recorded = self.recorded.saturating_add(1);
            self.recorded
        });
        self.settlement.occurrences.push(Occurrence {
            schedule: self.run.key.schedule,
            slot,
            attempt,
            account: self.run.account,
            created_at,
            processed_at: self.processed_at,
            retry_on: None,
            status,
            message,
            result,
            ordinal,
            link: None,
        });
    }

    /// A retry's own hour, not the moment it was settled, says what was reached: a
    /// slot that a stopped server came to late is caught up, not skipped.
    fn skip_reached_slots(&mut self) {
        if !self.is_cadence() || self.run.attempt == 0 {
            return;
        }
        let plan = &self.run.plan;
        while let Some(slot) = plan.after(self.through) {
            if plan.due(slot).is_none_or(|due| due > self.run.key.due) {
                break;
            }
            self.through = slot;
            let message = Some(SKIPPED_WHILE_RETRYING.into());
            self.push(self.through, 0, self.now, OccurrenceStatus::Skipped, message, None);
        }
    }

    fn retry(&self, kind: DeclineKind) -> Option<Run> {
        let Run { key, plan, attempt, .. } = self.run;
        let retry = plan.policies.retry;
        if *attempt >= retry.retries_max || !retry.retried.includes(kind) {
            return None;
        }
        let timing = &plan.policies.timing;
        let today = timing.zone.date_at(self.now);
        let due = timing.due(retry.spacing.after(today, *attempt)?)?;
        Some(Run { attempt: attempt.saturating_add(1), ..self.follow_up(RunKey { due, ..*key }) })
    }

    fn next_slot(&self) -> Option<Run> {
        let plan = &self.run.plan;
        let slot = plan.after(self.through)?;
        let key = RunKey { due: plan.due(slot)?, slot, ..self.run.key };
        let mut run = self.follow_up(key);
        if let Role::Cadence { through, .. } = &mut run.role {
            *through = key.slot;
        }
        Some(run)
    }

    fn follow_up(&self, key: RunKey) -> Run {
        Run {
            key,
            account: self.run.account,
            attempt: 0,
            queued_at: self.now,
            role: match self.run.role {
                Role::Cadence { .. } => {
                    Role::Cadence { recorded: self.recorded, through: self.through }
                }
                detached @ Role::Detached { .. } => detached,
            },
            plan: Arc::clone(&self.run.plan),
            quoted: None,
        }
    }

    /// What comes after a slot that is done with: the next one, or the end.
    fn go_on(&mut self) {
        match self.run.role {
            Role::Cadence { .. } => {
                self.settlement.follow = self.next_slot();
                if self.settlement.follow.is_none() {
                    self.end(Status::Expired, ScheduleEvent::Expired);
                }
            }
            Role::Detached { last: true } => self.end(Status::Expired, ScheduleEvent::Expired),
            Role::Detached { last: false } => {}
        }
    }

    fn end(&mut self, status: Status, event: ScheduleEvent) {
        self.settlement.status = Some((status, self.now));
        self.settlement.events.push(event);
    }

    fn close(mut self) -> Settlement {
        self.note_expiring();
        let link = if self.is_cadence() {
            self.settlement.follow.as_ref().map(link_to)
        } else {
            self.link
        };
        for occurrence in &mut self.settlement.occurrences {
            occurrence.link = link;
        }
        self.settlement
    }

    /// A schedule expires when exactly one date is left; its owner is told once.
    fn note_expiring(&mut self) {
        let (Role::Cadence { through: through_before, .. }, Some(follow)) =
            (self.run.role, &self.settlement.follow)
        else {
            return;
        };
        let Role::Cadence { through: through_after, .. } = follow.role else { return };
        let is_last = |through: Slot| self.run.plan.after(through).is_none();
        if is_last(through_after) && !is_last(through_before) {
            self.settlement.status = Some((Status::Expiring, self.now));
            self.settlement.events.push(ScheduleEvent::Expiring);
        }
    }
}

fn link_to(run: &Run) -> Link {
    Link { due: run.key.due, slot: run.key.slot, attempt: run.attempt }
}

#[cfg(test)]
mod tests;
