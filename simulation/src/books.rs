//! The gateway's own books: what it was asked, what it took, and what that left on
//! each balance. They are the truth that everything else is held against.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use engine::{
    AccountId, ChargeId, Decline, DeclineKind, IdempotencyKey, InstallationId, Instant, Outcome,
    PaymentBody, PaymentId, PaymentRequest, RemittanceId, ScheduleId, Slot, TransferId,
};

use crate::by_attempt::ByAttempt;
use crate::scenario::GatewayKind;

/// For how long a forgetful gateway knows a key.
pub(crate) const KEY_WINDOW_SECONDS: i64 = 24 * 60 * 60;

/// Which attempt a key names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct AttemptName {
    pub(crate) schedule: ScheduleId,
    pub(crate) slot: Slot,
    pub(crate) attempt: u8,
}

impl AttemptName {
    /// Every attempt at one slot of a schedule.
    pub(crate) const fn all_at(schedule: ScheduleId, slot: Slot) -> RangeInclusive<AttemptName> {
        AttemptName { schedule, slot, attempt: 0 }..=AttemptName {
            schedule,
            slot,
            attempt: u8::MAX,
        }
    }
}

impl std::fmt::Display for AttemptName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let AttemptName { schedule, slot, attempt } = self;
        write!(formatter, "schedule {schedule} slot {slot:?} attempt {attempt}")
    }
}

/// One payment.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub(crate) name: AttemptName,
    key: IdempotencyKey,
    pub(crate) id: PaymentId,
    pub(crate) state: PaymentState,
    pub(crate) amount_minor: i64,
    account: AccountId,
    asked: PaymentBody,
    made_at: Instant,
    /// Look-ups find it from here on.
    pub(crate) visible_from: Instant,
}

/// How a payment stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PaymentState {
    Succeeded,
    Declined(DeclineKind),
    /// Final later.
    Pending,
}

impl Payment {
    fn outcome(&self) -> Outcome {
        match self.state {
            PaymentState::Succeeded => Outcome::Succeeded(self.id),
            PaymentState::Declined(kind) => Outcome::Declined(Decline {
                payment: Some(self.id),
                kind,
                message: Some("declined".into()),
            }),
            PaymentState::Pending => Outcome::Accepted(self.id),
        }
    }

    /// What it did, or may yet do, to its account's balance.
    const fn movement(&self) -> i64 {
        match (self.state, self.id) {
            // What is still to come in cannot be paid out; what is to go out is set aside.
            // A remittance goes between others' accounts.
            (PaymentState::Declined(_), _)
            | (PaymentState::Pending, PaymentId::Charge(_))
            | (_, PaymentId::Remittance(_)) => 0,
            (_, PaymentId::Charge(_)) => self.amount_minor,
            (_, PaymentId::Transfer(_)) => -self.amount_minor,
        }
    }
}

/// What the gateway makes of a new payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Inclination {
    Succeed,
    Decline(DeclineKind),
    /// Take it, and say later.
    Accept,
}

/// The gateway's books.
pub(crate) struct Books {
    kind: GatewayKind,
    installation: InstallationId,
    /// By what the keys name under which they were asked for.
    pub(crate) payments: ByAttempt<Payment>,
    /// Those of them that are final later: few, and asked about more often than all others.
    pending: BTreeSet<AttemptName>,
    opening: BTreeMap<AccountId, i64>,
    balances: BTreeMap<AccountId, i64>,
    last_id: i64,
    /// A planted bug: a key is not looked at.
    pub(crate) ignores_keys: bool,
    /// Whoever asks may be a copy of who asked before, and ask for other money.
    pub(crate) is_asked_by_copies: bool,
}

/// What came of a request's arrival.
pub(crate) enum Arrival {
    /// It was known.
    Known(Outcome),
    /// It is new.
    New(Outcome),
    /// It never should have been asked for.
    Wrong(String),
}

impl Books {
    pub(crate) fn open(
        kind: GatewayKind,
        installation: InstallationId,
        opening: BTreeMap<AccountId, i64>,
    ) -> Books {
        Books {
            kind,
            installation,
            payments: ByAttempt::default(),
            pending: BTreeSet::new(),
            balances: opening.clone(),
            opening,
            last_id: 0,
            ignores_keys: false,
            is_asked_by_copies: false,
        }
    }

    pub(crate) fn balance(&self, account: AccountId) -> i64 {
        self.balances.get(&account).copied().unwrap_or(0)
    }

    /// A request arrives. Whether it may be a new payment is judged here, by what the
    /// gateway has taken so far and nothing else.
    pub(crate) fn arrive(
        &mut self,
        request: &PaymentRequest,
        inclination: Inclination,
        now: Instant,
        visible_from: Instant,
    ) -> Arrival {
        let Some(name) = self.name_of(request) else {
            return Arrival::Wrong(format!(
                "the key {} of a payment for schedule {} is not derived from its slot",
                request.key.as_str(),
                request.schedule
            ));
        };
        let known = self.payments.get(name).filter(|known| self.remembers(known, now));
        if let Some(known) = known {
            if known.asked != request.body {
                if self.is_asked_by_copies {
                    return Arrival::Known(Outcome::Unknown); // a key conflict
                }
                return Arrival::Wrong(format!(
                    "{name} was asked for twice under one key with different money: {:?}, then {:?}",
                    known.asked, request.body
                ));
            }
            if self.kind == GatewayKind::Searchable {
                return Arrival::Wrong(format!(
                    "{name} was asked for again of a gateway that does not look at keys"
                ));
            }
            return Arrival::Known(known.outcome());
        }
        if let Some(earlier) = self.forbids(name) {
            return Arrival::Wrong(format!(
                "{name} was asked for although the gateway has {} as {:?}",
                earlier.name, earlier.state
            ));
        }
        Arrival::New(self.take(request, name, inclination, now, visible_from))
    }

    fn remembers(&self, known: &Payment, now: Instant) -> bool {
        let forgets = self.kind == GatewayKind::Forgetful
            && known.made_at.plus_seconds(KEY_WINDOW_SECONDS) < now;
        !self.ignores_keys && !forgets
    }

    /// What stands in the way of a new payment: any of its slot that was not declined.
    fn forbids(&self, name: AttemptName) -> Option<&Payment> {
        self.payments
            .of_slot_from(AttemptName { attempt: 0, ..name })
            .find(|payment| !matches!(payment.state, PaymentState::Declined(_)))
    }

    fn take(
        &mut self,
        request: &PaymentRequest,
        name: AttemptName,
        inclination: Inclination,
        now: Instant,
        visible_from: Instant,
    ) -> Outcome {
        self.last_id += 1;
        let money = request.body.money();
        let id = match &request.body {
            PaymentBody::Charge { .. } => PaymentId::Charge(ChargeId(self.last_id)),
            PaymentBody::Transfer { .. } => PaymentId::Transfer(TransferId(self.last_id)),
            PaymentBody::Remittance(_) => PaymentId::Remittance(RemittanceId(self.last_id)),
        };
        let is_short = matches!(id, PaymentId::Transfer(_))
            && self.balance(request.account) < money.amount_minor;
        let state = match inclination {
            _ if is_short => PaymentState::Declined(DeclineKind::BalanceShort),
            Inclination::Succeed => PaymentState::Succeeded,
            Inclination::Decline(kind) => PaymentState::Declined(kind),
            Inclination::Accept => PaymentState::Pending,
        };
        let payment = Payment {
            name,
            key: request.key.clone(),
            id,
            state,
            amount_minor: money.amount_minor,
            account: request.account,
            asked: request.body.clone(),
            made_at: now,
            visible_from,
        };
        *self.balances.entry(request.account).or_default() += payment.movement();
        let mut outcome = payment.outcome();
        match &mut outcome {
            // The built-in bank keeps nothing of what it could not pay out.
            Outcome::Declined(decline) if is_short && self.kind == GatewayKind::Built => {
                decline.payment = None;
            }
            _ => {
                if payment.state == PaymentState::Pending {
                    self.pending.insert(name);
                }
                self.payments.insert(name, payment);
            }
        }
        outcome
    }

    /// A payment that was pending becomes final.
    pub(crate) fn finish(&mut self, name: AttemptName, state: PaymentState) {
        let Some(payment) = self.payments.get_mut(name) else { return };
        let before = payment.movement();
        payment.state = state;
        self.pending.remove(&name);
        let change = payment.movement() - before;
        *self.balances.entry(payment.account).or_default() += change;
    }

    pub(crate) fn look_up(&self, request: &PaymentRequest, now: Instant) -> Option<Outcome> {
        let payment = self.payments.get(named(request))?;
        let is_found = payment.visible_from <= now && payment.key == request.key;
        is_found.then(|| payment.outcome())
    }

    /// What was paid of a slot, by attempt.
    pub(crate) fn payment(&self, name: AttemptName) -> Option<&Payment> {
        self.payments.get(name)
    }

    /// Whether an attempt was taken and is final later.
    pub(crate) fn is_pending(&self, name: AttemptName) -> bool {
        self.pending.contains(&name)
    }

    /// Whether the gateway knows of an attempt, or of a later one at the same slot.
    pub(crate) fn has_any_from(&self, name: AttemptName) -> bool {
        self.payments.of_slot_from(name).next().is_some()
    }

    /// Whether the balances are what was there at first and what was paid since.
    pub(crate) fn is_balanced(&self) -> bool {
        let mut expected = self.opening.clone();
        for payment in self.payments.values() {
            *expected.entry(payment.account).or_default() += payment.movement();
        }
        expected == self.balances && self.balances.values().all(|balance| *balance >= 0)
    }

    /// What a request asks for, if its key is the one that is derived from that.
    pub(crate) fn name_of(&self, request: &PaymentRequest) -> Option<AttemptName> {
        let name = named(request);
        let AttemptName { schedule, slot, attempt } = name;
        let derived = IdempotencyKey::of(self.installation, schedule, slot, attempt);
        (derived == request.key).then_some(name)
    }
}

const fn named(request: &PaymentRequest) -> AttemptName {
    let PaymentRequest { schedule, slot, attempt, .. } = *request;
    AttemptName { schedule, slot, attempt }
}
