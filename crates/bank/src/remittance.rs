//! Remittances: money that goes from one payment method to another.

pub mod ach_return;
pub mod side;
mod timing;

use engine::{
    AccountId, IdempotencyKey, Instant, LinkedAccountId, Money, PartyId, RemittanceId, ScheduleId,
    Slot, WalletId,
};
use serde::{Deserialize, Serialize};

use self::ach_return::{AchReturn, Stage};
use self::side::{Mark, Side, State};
use crate::charge::ChargeFailure;
use crate::entity::{BankEvent, Metadata, RecordKind};
use crate::ledger::{EntryKind, Heading, LedgerRole, Movement};
use crate::linked_account::Breakage;
use crate::payment_method::{Instrument, Rail};
use crate::step::Step;

/// A transfer between two payment methods.
///
/// Its money leaves the source when the source is done, stands as clearing until the
/// destination is done, and arrives then: what never left needs not come back.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Remittance {
    /// Its key.
    pub id: RemittanceId,
    /// Whose books it is in.
    pub account: AccountId,
    /// When it was made.
    pub created_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// The party that runs it.
    pub partner: PartyId,
    /// Whence.
    pub source: Side,
    /// Where to.
    pub destination: Side,
    /// How much.
    pub money: Money,
    /// What the partner keeps of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<PartnerFee>,
    /// Which obligation of which schedule it pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<(ScheduleId, Slot)>,
    /// Where it stands.
    pub status: RemittanceStatus,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<RemittanceFailure>,
    /// When its money arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Instant>,
    /// When it was called off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canceled_at: Option<Instant>,
    /// What went back to the card, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<CardRefund>,
    /// What only a wire format cares about, as JSON.
    pub particulars: Box<str>,
    /// The account's own data.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
}

/// What a partner keeps of what it moves for others.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PartnerFee {
    /// How much, in the remittance's currency.
    pub amount_minor: i64,
    /// Where it goes.
    pub wallet: WalletId,
}

/// Where a remittance stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum RemittanceStatus {
    /// On its way.
    Pending,
    /// There.
    Completed,
    /// It never arrived.
    Failed,
    /// It had arrived, and was sent back.
    Reversed,
    /// Called off before it moved.
    Canceled,
}

/// Why a remittance failed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum RemittanceFailure {
    /// The source refused, or took its money back.
    Source,
    /// The destination refused, or sent the money back.
    Destination,
    /// The source is a wallet that holds too little.
    WalletShort,
}

/// Money that goes back to the card it came from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CardRefund {
    /// Its key.
    pub key: i64,
    /// When it was made.
    pub created_at: Instant,
    /// How much, in the remittance's currency.
    pub amount_minor: i64,
    /// What it has been through, in order.
    pub marks: Vec<Mark>,
    /// Under which key a client asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_under: Option<IdempotencyKey>,
}

impl CardRefund {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.marks.last().map_or(State::Initiated, |mark| mark.state)
    }

    fn next(&self) -> Option<(Instant, State)> {
        let Mark { state, at } = *self.marks.last()?;
        timing::next(Rail::CardPayment, state, at)
    }
}

/// A remittance to be made.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    /// Its key.
    pub id: RemittanceId,
    /// Whose books it is in.
    pub account: AccountId,
    /// Now.
    pub at: Instant,
    /// The party that runs it.
    pub partner: PartyId,
    /// Whence.
    pub source: Side,
    /// Where to.
    pub destination: Side,
    /// How much.
    pub money: Money,
    /// What the partner keeps of it.
    pub fee: Option<PartnerFee>,
    /// Which obligation of which schedule it pays.
    pub scheduled: Option<(ScheduleId, Slot)>,
    /// What only a wire format cares about, as JSON.
    pub particulars: Box<str>,
    /// The account's own data.
    pub metadata: Metadata,
}

/// Why a remittance fails at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// The card that is to pay says no.
    SourceCard(ChargeFailure),
    /// The card that is to be paid says no.
    DestinationCard(ChargeFailure),
    /// The wallet that is to pay holds too little.
    WalletShort,
}

/// Makes a remittance, as far as it goes at once. `entry_key` is the key of the journal
/// entry, if there is one.
#[must_use]
pub fn make(asked: Asked, verdict: Result<(), Refused>, entry_key: i64) -> Step<Remittance> {
    let mut remittance = Remittance {
        id: asked.id,
        account: asked.account,
        created_at: asked.at,
        version: 0,
        partner: asked.partner,
        source: asked.source,
        destination: asked.destination,
        money: asked.money,
        fee: asked.fee,
        scheduled: asked.scheduled,
        status: RemittanceStatus::Pending,
        failure: None,
        completed_at: None,
        canceled_at: None,
        refunds: Vec::new(),
        particulars: asked.particulars,
        metadata: asked.metadata,
    };
    remittance.source.mark(State::Initiated, asked.at);
    let mut movements = Vec::new();
    match verdict {
        Ok(()) => remittance.proceed(asked.at, 0, &mut movements),
        Err(refused) => remittance.refuse(refused, asked.at),
    }
    let mut step = remittance.into_step(None, asked.at, &movements, entry_key);
    let told = if step.record.status == RemittanceStatus::Pending {
        vec![BankEvent::RemittanceCreated]
    } else {
        vec![BankEvent::RemittanceCreated, BankEvent::RemittanceUpdated]
    };
    step.events = told;
    step
}

/// What can be done with a remittance after it was made.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// Its rails go on, as far as they are by now.
    Proceed {
        /// What the wallet holds that answers for what is sent back
        /// ([`Remittance::answering_wallet`]).
        answering_minor: i64,
    },
    /// It is called off.
    Cancel,
    /// Money goes back to the card it came from.
    Refund {
        /// The refund's key.
        key: i64,
        /// How much; `None` is all that is left.
        amount_minor: Option<i64>,
        /// Under which key a client asks for it.
        requested_under: Option<IdempotencyKey>,
    },
    /// The account's own data are replaced.
    Annotate(Metadata),
}

/// Why a command does not fit a remittance.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RemittanceRefusal {
    /// Its state does not allow it.
    #[error("the transfer cannot be changed so in its state")]
    State,
    /// It was not paid by card into a wallet.
    #[error("only what a card has paid into a wallet can be refunded")]
    NotRefundable,
    /// Nothing, or more than is left, would be refunded.
    #[error("only {left} can still be refunded")]
    Amount {
        /// What can still be refunded.
        left: i64,
    },
}

/// What happens by itself to a remittance.
enum Happening {
    /// The source comes into a state.
    Source(State),
    /// The destination comes into a state.
    Destination(State),
    /// The bank of one side sends the money back.
    Return(Stage, AchReturn),
    /// A refund comes into a state.
    Refund(usize, State),
}

impl Remittance {
    /// The remittance after a command.
    pub fn apply(
        &self,
        command: Command,
        at: Instant,
        entry_key: i64,
    ) -> Result<Step<Remittance>, RemittanceRefusal> {
        let mut next = self.clone();
        next.version = self.version.saturating_add(1);
        let mut movements = Vec::new();
        match command {
            Command::Proceed { answering_minor } => {
                next.proceed(at, answering_minor, &mut movements);
            }
            Command::Cancel => next.cancel(at, &mut movements)?,
            Command::Refund { key, amount_minor, requested_under } => {
                let amount_minor = self.refund_allowed(amount_minor)?;
                movements.extend(self.refunded(amount_minor));
                let mark = |state| Mark { state, at };
                next.refunds.push(CardRefund {
                    key,
                    created_at: at,
                    amount_minor,
                    marks: vec![mark(State::Initiated), mark(State::Confirmed)],
                    requested_under,
                });
            }
            Command::Annotate(metadata) => next.metadata = metadata,
        }
        Ok(next.into_step(Some(self), at, &movements, entry_key))
    }

    /// Why it did not arrive, in words.
    #[must_use]
    pub fn explanation(&self) -> String {
        let of = |side: &Side, who: &str| match (side.refused, side.returned) {
            (Some(refused), _) => format!("the {who} card was declined: {}", refused.in_words()),
            (_, Some(returned)) => {
                format!("the {who} bank sent it back: {} {}", returned.code(), returned.reason())
            }
            _ => format!("the {who} payment failed"),
        };
        match (self.status, self.failure) {
            (RemittanceStatus::Canceled, _) => "the transfer was canceled".to_owned(),
            (_, Some(RemittanceFailure::WalletShort)) => {
                "the source wallet has insufficient funds".to_owned()
            }
            (_, Some(RemittanceFailure::Source)) => of(&self.source, "source"),
            (_, Some(RemittanceFailure::Destination)) => of(&self.destination, "destination"),
            (_, None) => "the transfer failed".to_owned(),
        }
    }

    /// When something happens to it by itself, if anything does.
    #[must_use]
    pub fn next_at(&self) -> Option<Instant> {
        self.next().map(|(at, _)| at)
    }

    /// How much has gone back to the card.
    #[must_use]
    pub fn refunded_minor(&self) -> i64 {
        self.refunds.iter().fold(0, |sum, refund| sum.saturating_add(refund.amount_minor))
    }

    /// Whether it can still be called off: nothing has left yet.
    #[must_use]
    pub fn is_cancelable(&self) -> bool {
        use State::{Confirmed, Initiated};
        let waits = match (self.source.rail, self.source.state()) {
            (Rail::CardPayment, Some(Initiated | Confirmed))
            | (Rail::AchDebitFund | Rail::AchDebitCollect, Some(Initiated)) => true,
            (Rail::Wallet, _) => self.destination.state() == Some(Initiated),
            _ => false,
        };
        waits && self.status == RemittanceStatus::Pending
    }

    /// Whether its amount brings back what says that a bank account cannot be used.
    #[must_use]
    pub fn may_break_account(&self) -> bool {
        let returned = AchReturn::of_amount(self.money.amount_minor);
        returned.is_some_and(|(code, _)| code.breaks_account())
    }

    /// The bank account that turns out to be none that can be used, between how it stood
    /// `before` and now.
    #[must_use]
    pub fn account_broken_since(&self, before: &Remittance) -> Option<(LinkedAccountId, Breakage)> {
        let breaks = |side: &Side, was: &Side| {
            let code = side.returned.filter(|code| code.breaks_account())?;
            was.returned.is_none().then_some((side.linked_account()?, code))
        };
        let drawn = breaks(&self.source, &before.source);
        let sent = || breaks(&self.destination, &before.destination);
        drawn
            .map(|(id, code)| (id, Breakage::Debit(code)))
            .or_else(|| sent().map(|(id, code)| (id, Breakage::Credit(code))))
    }

    /// The wallet that answers for a debit that comes back, or that gets what a credit
    /// brings back.
    #[must_use]
    pub fn answering_wallet(&self) -> Option<WalletId> {
        let side = match self.source.rail {
            Rail::Wallet | Rail::AchDebitFund => &self.source,
            _ => &self.destination,
        };
        side.answering_wallet()
    }

    /// What happens next by itself, and when.
    fn next(&self) -> Option<(Instant, Happening)> {
        let of_refunds = self.refunds.iter().enumerate().filter_map(|(index, refund)| {
            refund.next().map(|(at, state)| (at, Happening::Refund(index, state)))
        });
        of_refunds.chain(self.next_of_its_own()).min_by_key(|(at, _)| *at)
    }

    fn next_of_its_own(&self) -> Option<(Instant, Happening)> {
        let returned = AchReturn::of_amount(self.money.amount_minor);
        match self.status {
            RemittanceStatus::Pending if self.destination.marks.is_empty() => {
                let (at, state) = self.source.next()?;
                let is_debit = self.source.is_ach_debit();
                Some(match (state, returned) {
                    (State::Completed, Some((code, Stage::DebitOriginated))) if is_debit => {
                        (at, Happening::Return(Stage::DebitOriginated, code))
                    }
                    _ => (at, Happening::Source(state)),
                })
            }
            RemittanceStatus::Pending => {
                let (at, state) = self.destination.next()?;
                Some((at, Happening::Destination(state)))
            }
            RemittanceStatus::Completed => {
                let (code, stage) = returned?;
                let side = match stage {
                    Stage::DebitCompleted if self.source.is_ach_debit() => &self.source,
                    Stage::CreditCompleted if self.destination.is_ach_credit() => &self.destination,
                    _ => return None,
                };
                let at = timing::late_return(side.rail, self.completed_at?);
                Some((at, Happening::Return(stage, code)))
            }
            RemittanceStatus::Failed | RemittanceStatus::Reversed | RemittanceStatus::Canceled => {
                None
            }
        }
    }

    /// Everything that happens by itself until `now`.
    fn proceed(&mut self, now: Instant, answering_minor: i64, movements: &mut Vec<Movement>) {
        while let Some((at, happening)) = self.next().filter(|(at, _)| *at <= now) {
            match happening {
                Happening::Source(state) => {
                    self.source.mark(state, at);
                    if state == State::Completed {
                        movements.push(movement(
                            self.source.origin(),
                            LedgerRole::Clearing,
                            self.money.amount_minor,
                        ));
                        self.destination.mark(State::Initiated, at);
                    }
                }
                Happening::Destination(state) => {
                    self.destination.mark(state, at);
                    if state == State::Completed {
                        self.arrive(at, movements);
                    }
                }
                Happening::Return(stage, code) => {
                    self.come_back(stage, code, at, answering_minor, movements);
                }
                Happening::Refund(index, state) => {
                    if let Some(refund) = self.refunds.get_mut(index) {
                        refund.marks.push(Mark { state, at });
                    }
                }
            }
        }
    }

    fn arrive(&mut self, at: Instant, movements: &mut Vec<Movement>) {
        self.status = RemittanceStatus::Completed;
        self.completed_at = Some(at);
        let whole = self.money.amount_minor;
        let kept = self.fee.map_or(0, |fee| fee.amount_minor.clamp(0, whole));
        if let Some(fee) = self.fee {
            movements.push(movement(LedgerRole::Clearing, LedgerRole::Wallet(fee.wallet), kept));
        }
        let rest = whole.saturating_sub(kept);
        movements.push(movement(LedgerRole::Clearing, self.destination.end(), rest));
    }

    fn come_back(
        &mut self,
        stage: Stage,
        code: AchReturn,
        at: Instant,
        answering_minor: i64,
        movements: &mut Vec<Movement>,
    ) {
        let whole = self.money.amount_minor;
        let answering = self.answering_wallet().map(LedgerRole::Wallet);
        let side = match stage {
            Stage::DebitOriginated => {
                self.status = RemittanceStatus::Failed;
                self.failure = Some(RemittanceFailure::Source);
                &mut self.source
            }
            Stage::DebitCompleted => {
                self.status = RemittanceStatus::Reversed;
                self.failure = Some(RemittanceFailure::Source);
                let to = self.source.origin();
                let covered = answering.map_or(0, |_| answering_minor.clamp(0, whole));
                movements.extend(answering.map(|wallet| movement(wallet, to, covered)));
                movements.push(movement(LedgerRole::Uncovered, to, whole.saturating_sub(covered)));
                &mut self.source
            }
            Stage::CreditCompleted => {
                self.status = RemittanceStatus::Reversed;
                self.failure = Some(RemittanceFailure::Destination);
                // The partner keeps its fee; what was credited is what comes back.
                let kept = self.fee.map_or(0, |fee| fee.amount_minor.clamp(0, whole));
                let to = answering.unwrap_or_else(|| self.source.origin());
                movements.push(movement(self.destination.end(), to, whole.saturating_sub(kept)));
                &mut self.destination
            }
        };
        side.returned = Some(code);
        side.mark(State::Returned, at);
    }

    fn refuse(&mut self, refused: Refused, at: Instant) {
        self.status = RemittanceStatus::Failed;
        match refused {
            Refused::SourceCard(failure) => {
                self.failure = Some(RemittanceFailure::Source);
                self.source.refused = Some(failure);
                self.source.mark(State::Failed, at);
            }
            Refused::DestinationCard(failure) => {
                self.failure = Some(RemittanceFailure::Destination);
                self.source.mark(State::Canceled, at);
                self.destination.refused = Some(failure);
                self.destination.mark(State::Initiated, at);
                self.destination.mark(State::Failed, at);
            }
            Refused::WalletShort => {
                self.failure = Some(RemittanceFailure::WalletShort);
                self.source.mark(State::Failed, at);
            }
        }
    }

    fn cancel(
        &mut self,
        at: Instant,
        movements: &mut Vec<Movement>,
    ) -> Result<(), RemittanceRefusal> {
        if !self.is_cancelable() {
            return Err(RemittanceRefusal::State);
        }
        if self.source.state() == Some(State::Completed) {
            let to = self.source.origin();
            movements.push(movement(LedgerRole::Clearing, to, self.money.amount_minor));
            self.destination.mark(State::Canceled, at);
        }
        self.source.mark(State::Canceled, at);
        self.status = RemittanceStatus::Canceled;
        self.canceled_at = Some(at);
        Ok(())
    }

    /// How much may be refunded: as much as is asked for, or all that is left.
    fn refund_allowed(&self, amount_minor: Option<i64>) -> Result<i64, RemittanceRefusal> {
        let (Instrument::Card(_), Instrument::Wallet(_)) =
            (self.source.instrument, self.destination.instrument)
        else {
            return Err(RemittanceRefusal::NotRefundable);
        };
        if self.status != RemittanceStatus::Completed {
            return Err(RemittanceRefusal::State);
        }
        let left = self.money.amount_minor.saturating_sub(self.refunded_minor());
        let amount_minor = amount_minor.unwrap_or(left);
        if (1..=left).contains(&amount_minor) {
            Ok(amount_minor)
        } else {
            Err(RemittanceRefusal::Amount { left })
        }
    }

    fn refunded(&self, amount_minor: i64) -> [Movement; 1] {
        [movement(self.destination.end(), self.source.origin(), amount_minor)]
    }

    /// What is written: the movements as one entry, and the reminder of what is next.
    fn into_step(
        self,
        before: Option<&Remittance>,
        at: Instant,
        movements: &[Movement],
        entry_key: i64,
    ) -> Step<Remittance> {
        let heading = Heading {
            key: entry_key,
            account: self.account,
            at,
            kind: self.entry_kind(before),
            origin: (RecordKind::Remittance, self.id.0),
            currency: self.money.currency,
        };
        let entry = Some(heading.entry(movements)).filter(|entry| !entry.legs.is_empty());
        let (wake_at, wake_off) = (self.next_at(), before.and_then(Remittance::next_at));
        let (wake_at, wake_off) =
            if wake_at == wake_off { (None, None) } else { (wake_at, wake_off) };
        let told = Step::told(self, [BankEvent::RemittanceUpdated]);
        Step { entry, wake_at, wake_off, ..told }
    }

    fn entry_kind(&self, before: Option<&Remittance>) -> EntryKind {
        if before.is_some_and(|before| before.refunds.len() < self.refunds.len()) {
            return EntryKind::RemittanceRefunded;
        }
        match self.status {
            RemittanceStatus::Pending => EntryKind::RemittanceTaken,
            RemittanceStatus::Completed => EntryKind::RemittanceCompleted,
            RemittanceStatus::Failed | RemittanceStatus::Reversed | RemittanceStatus::Canceled => {
                EntryKind::RemittanceReturned
            }
        }
    }
}

const fn movement(from: LedgerRole, to: LedgerRole, amount: i64) -> Movement {
    Movement { from, to, amount }
}

#[cfg(test)]
mod tests;
