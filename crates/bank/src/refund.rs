//! Refunds: money that goes back to a card.

use engine::{AccountId, ChargeId, IdempotencyKey, Instant, Money, Zone};
use serde::{Deserialize, Serialize};

use crate::charge::{Charge, ChargeStatus};
use crate::entity::{Metadata, RecordKind};
use crate::ledger::{EntryKind, Heading, JournalEntry, LedgerRole, Movement};

/// Money that went back to a card.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Refund {
    /// Its key.
    pub key: i64,
    /// Whose.
    pub account: AccountId,
    /// When.
    pub created_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// Of which charge.
    pub charge: ChargeId,
    /// How much.
    pub money: Money,
    /// Whether the charge was undone on the day it was made, so that no fee stood.
    pub voided: bool,
    /// Its journal entry.
    pub journal_entry: i64,
    /// The account's own data.
    pub metadata: Metadata,
    /// The client's key under which it was asked for, so that it is made once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_under: Option<IdempotencyKey>,
}

/// A refund to be made.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    /// Its key.
    pub key: i64,
    /// The key of its journal entry.
    pub entry_key: i64,
    /// Now.
    pub at: Instant,
    /// How much.
    pub amount_minor: i64,
    /// Whether the charge is to be undone, so that no fee stands.
    pub void: bool,
    /// The account's own data.
    pub metadata: Metadata,
    /// The client's key.
    pub requested_under: Option<IdempotencyKey>,
}

/// Why a refund is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RefundRefusal {
    /// The charge was never paid, or can no longer be undone.
    #[error("the charge cannot be refunded so in its state")]
    State,
    /// Nothing, or more than is left of it, would go back.
    #[error("only {left} can still be refunded")]
    Amount {
        /// What can still be refunded.
        left: i64,
    },
}

/// A refund and the charge after it.
#[derive(Clone, PartialEq, Debug)]
pub struct Refunded {
    /// The charge, one version on.
    pub charge: Charge,
    /// The refund.
    pub refund: Refund,
    /// What moved.
    pub entry: JournalEntry,
}

/// Refunds a charge. The fee stands, unless the charge is undone: all of it, on
/// the account's day on which it was paid.
pub fn make(charge: &Charge, asked: Asked, zone: &Zone) -> Result<Refunded, RefundRefusal> {
    use LedgerRole::{Available, Fees, Payers, Tax};
    if charge.status != ChargeStatus::Successful {
        return Err(RefundRefusal::State);
    }
    let left = charge.refundable();
    if asked.amount_minor < 1 || asked.amount_minor > left {
        return Err(RefundRefusal::Amount { left });
    }
    if asked.void && !can_be_undone(charge, asked.amount_minor, asked.at, zone) {
        return Err(RefundRefusal::State);
    }
    let heading = Heading {
        key: asked.entry_key,
        account: charge.account,
        at: asked.at,
        kind: EntryKind::RefundCreated,
        origin: (RecordKind::Refund, asked.key),
        currency: charge.money.currency,
    };
    let movement = |from, amount| Movement { from, to: Payers, amount };
    let entry = if asked.void {
        let fees = charge.fees;
        heading.entry(&[
            movement(Available, asked.amount_minor.saturating_sub(fees.total())),
            movement(Fees, fees.fee),
            movement(Tax, fees.tax),
        ])
    } else {
        heading.entry(&[movement(Available, asked.amount_minor)])
    };
    let refund = Refund {
        key: asked.key,
        account: charge.account,
        created_at: asked.at,
        version: 0,
        charge: charge.id,
        money: Money::new(asked.amount_minor, charge.money.currency),
        voided: asked.void,
        journal_entry: asked.entry_key,
        metadata: asked.metadata,
        requested_under: asked.requested_under,
    };
    let charge = Charge {
        version: charge.version.saturating_add(1),
        refunded: charge.refunded.saturating_add(asked.amount_minor),
        ..charge.clone()
    };
    Ok(Refunded { charge, refund, entry })
}

fn can_be_undone(charge: &Charge, amount_minor: i64, at: Instant, zone: &Zone) -> bool {
    charge.captured == Some(amount_minor)
        && charge.refunded == 0
        && charge.paid_at.is_some_and(|paid_at| zone.date_at(paid_at) == zone.date_at(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charge;

    fn paid(amount_minor: i64) -> Charge {
        charge::make(charge::tests::asked(amount_minor, true), Ok(()), 1).record
    }

    fn asked(amount_minor: i64, void: bool) -> Asked {
        Asked {
            key: 5,
            entry_key: 6,
            at: Instant::EPOCH.plus_seconds(60),
            amount_minor,
            void,
            metadata: Metadata::new(),
            requested_under: None,
        }
    }

    #[test]
    fn a_refund_gives_back_the_amount_and_the_fee_stands() {
        let done = make(&paid(100_000), asked(10_000, false), &Zone::utc()).unwrap();
        assert_eq!((done.charge.refunded, done.charge.refundable()), (10_000, 90_000));
        assert_eq!(done.entry.net(LedgerRole::Available), -10_000);
        assert_eq!(done.entry.net(LedgerRole::Fees), 0);
        assert!(done.entry.balances());
    }

    #[test]
    fn no_more_goes_back_than_was_taken() {
        let once = make(&paid(100_000), asked(60_000, false), &Zone::utc()).unwrap().charge;
        let refusal = make(&once, asked(40_001, false), &Zone::utc()).unwrap_err();
        assert_eq!(refusal, RefundRefusal::Amount { left: 40_000 });
        assert_eq!(
            make(&once, asked(0, false), &Zone::utc()).unwrap_err(),
            RefundRefusal::Amount { left: 40_000 }
        );
    }

    #[test]
    fn undoing_a_charge_on_its_day_gives_back_the_fee_too() {
        let done = make(&paid(100_000), asked(100_000, true), &Zone::utc()).unwrap();
        assert!(done.refund.voided);
        assert_eq!(done.entry.net(LedgerRole::Available), -96_094);
        assert_eq!(done.entry.net(LedgerRole::Fees), -3_650);
        assert_eq!(done.entry.net(LedgerRole::Tax), -256);
        assert_eq!(done.entry.net(LedgerRole::Payers), 100_000);
    }

    #[test]
    fn a_charge_is_undone_whole_and_only_on_its_day() {
        let zone = Zone::utc();
        let tomorrow = Asked { at: Instant::EPOCH.plus_seconds(86_400), ..asked(100_000, true) };
        assert_eq!(make(&paid(100_000), tomorrow, &zone), Err(RefundRefusal::State));
        assert_eq!(make(&paid(100_000), asked(50_000, true), &zone), Err(RefundRefusal::State));
    }

    #[test]
    fn what_was_never_paid_is_not_refunded() {
        let pending = charge::make(charge::tests::asked(100_000, false), Ok(()), 1).record;
        assert_eq!(make(&pending, asked(1, false), &Zone::utc()), Err(RefundRefusal::State));
    }
}
