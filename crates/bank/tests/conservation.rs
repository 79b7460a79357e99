//! Whatever is done, in whatever order: no money appears, and none is lost.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use bank::charge::{self, Command as OnCharge};
use bank::recipient::{self, BankAccount, Recipient, RecipientKind};
use bank::refund;
use bank::transfer::{self, Command as OnTransfer, TransferState};
use bank::{Charge, ChargeFailure, JournalEntry, LedgerRole, Metadata, Transfer, TransferFailure};
use engine::{AccountId, ChargeId, Currency, Instant, Money, RecipientId, TransferId, Zone};
use proptest::prelude::*;

/// Something done; `which` picks one of what there is.
#[derive(Clone, Debug)]
enum Deed {
    Charge { amount: i64, capture: bool, fails: bool },
    OnCharge { which: usize, command: OnCharge },
    Refund { which: usize, amount: i64, void: bool },
    Transfer { amount: i64, payable: bool, fail_fast: bool },
    OnTransfer { which: usize, command: OnTransfer },
}

fn deeds() -> impl Strategy<Value = Deed> {
    let failure = ChargeFailure::PaymentRejected;
    let on_charge = prop_oneof![
        proptest::option::of(-1_000..200_000_i64)
            .prop_map(|amount_minor| OnCharge::Capture { amount_minor }),
        Just(OnCharge::Reverse),
        Just(OnCharge::Expire),
        Just(OnCharge::MarkPaid),
        Just(OnCharge::MarkFailed(failure)),
    ];
    let on_transfer = prop_oneof![
        3 => Just(OnTransfer::Send),
        1 => Just(OnTransfer::Pay),
        1 => Just(OnTransfer::CallOff),
        1 => Just(OnTransfer::Fail(TransferFailure::Failed)),
        1 => (-1_000..200_000_i64).prop_map(|amount_minor| OnTransfer::Resize { amount_minor }),
    ];
    prop_oneof![
        3 => (1..200_000_i64, any::<bool>(), proptest::bool::weighted(0.2))
            .prop_map(|(amount, capture, fails)| Deed::Charge { amount, capture, fails }),
        2 => (any::<usize>(), on_charge)
            .prop_map(|(which, command)| Deed::OnCharge { which, command }),
        2 => (any::<usize>(), -1_000..200_000_i64, any::<bool>())
            .prop_map(|(which, amount, void)| Deed::Refund { which, amount, void }),
        2 => (3_000..100_000_i64, any::<bool>(), any::<bool>())
            .prop_map(|(amount, payable, fail_fast)| Deed::Transfer { amount, payable, fail_fast }),
        3 => (any::<usize>(), on_transfer)
            .prop_map(|(which, command)| Deed::OnTransfer { which, command }),
    ]
}

/// One account's books, kept as a store keeps them.
#[derive(Default)]
struct Books {
    balances: BTreeMap<LedgerRole, i64>,
    charges: Vec<Charge>,
    transfers: Vec<Transfer>,
    entries: i64,
}

impl Books {
    fn on(&self, role: LedgerRole) -> i64 {
        self.balances.get(&role).copied().unwrap_or_default()
    }

    /// Posts an entry, unless it would overdraw what it takes from.
    fn post(&mut self, entry: Option<&JournalEntry>) -> bool {
        let Some(entry) = entry else { return true };
        assert!(entry.balances(), "{entry:?}");
        if let Some(floor) = entry.floor()
            && self.on(floor.role) + entry.net(floor.role) < 0
        {
            return false;
        }
        for leg in &entry.legs {
            *self.balances.entry(leg.role).or_default() += leg.amount;
        }
        true
    }

    fn next_entry(&mut self) -> i64 {
        self.entries += 1;
        self.entries
    }

    fn perform(&mut self, deed: &Deed) {
        let entry_key = self.next_entry();
        match *deed {
            Deed::Charge { amount, capture, fails } => {
                let verdict = if fails { Err(ChargeFailure::PaymentRejected) } else { Ok(()) };
                let step = charge::make(new_charge(entry_key, amount, capture), verdict, entry_key);
                if self.post(step.entry.as_ref()) {
                    self.charges.push(step.record);
                }
            }
            Deed::OnCharge { which, command } => {
                let Some(index) = which.checked_rem(self.charges.len()) else { return };
                let Ok(step) = self.charges[index].apply(command, NOW, entry_key) else { return };
                if self.post(step.entry.as_ref()) {
                    self.charges[index] = step.record;
                }
            }
            Deed::Refund { which, amount, void } => {
                let Some(index) = which.checked_rem(self.charges.len()) else { return };
                let asked = refund::Asked {
                    key: entry_key,
                    entry_key,
                    at: NOW,
                    amount_minor: if void { self.charges[index].refundable() } else { amount },
                    void,
                    metadata: Metadata::new(),
                    requested_under: None,
                };
                let done = refund::make(&self.charges[index], asked, &Zone::utc());
                let Ok(done) = done else { return };
                if self.post(Some(&done.entry)) {
                    self.charges[index] = done.charge;
                }
            }
            Deed::Transfer { amount, payable, fail_fast } => {
                let asked = transfer::Asked {
                    id: TransferId(entry_key),
                    account: AccountId(1),
                    at: NOW,
                    money: Money::new(amount, Currency::THB),
                    schedule: None,
                    fail_fast,
                    metadata: Metadata::new(),
                };
                let step = transfer::make(asked, &payee(payable), entry_key);
                if self.post(step.entry.as_ref()) {
                    self.transfers.push(step.record);
                }
            }
            Deed::OnTransfer { which, command } => {
                let Some(index) = which.checked_rem(self.transfers.len()) else { return };
                let Ok(step) = self.transfers[index].apply(command, NOW, entry_key) else { return };
                if self.post(step.entry.as_ref()) {
                    self.transfers[index] = step.record;
                }
            }
        }
    }

    fn check(&self) {
        let sum = |amounts: &mut dyn Iterator<Item = i64>| amounts.sum::<i64>();
        assert_eq!(self.balances.values().sum::<i64>(), 0);
        assert!(self.on(LedgerRole::Available) >= 0);
        let held = |it: &&Transfer| it.state() == TransferState::Held;
        assert_eq!(
            self.on(LedgerRole::Held),
            sum(&mut self.transfers.iter().filter(held).map(|it| it.money.amount_minor))
        );
        let sent = self.transfers.iter().filter(|it| it.sent_at.is_some());
        assert_eq!(
            self.on(LedgerRole::Payees),
            sum(&mut sent.map(|it| it.money.amount_minor - it.fees.total()))
        );
        let taken = self.charges.iter().map(|it| it.captured.unwrap_or(0) - it.refunded);
        assert_eq!(self.on(LedgerRole::Payers), -sum(&mut taken.into_iter()));
        assert!(self.charges.iter().all(|it| it.refundable() >= 0));
    }
}

const NOW: Instant = Instant::EPOCH;

fn new_charge(key: i64, amount: i64, capture: bool) -> charge::Asked {
    charge::Asked {
        id: ChargeId(key),
        account: AccountId(1),
        at: NOW,
        money: Money::new(amount, Currency::THB),
        customer: None,
        card: None,
        schedule: None,
        description: None,
        metadata: Metadata::new(),
        attributes: Metadata::new(),
        capture,
        expires_at: None,
    }
}

fn payee(payable: bool) -> Recipient {
    let recipient = Recipient {
        id: RecipientId(1),
        account: AccountId(1),
        created_at: NOW,
        version: 0,
        name: "Somying Jaidee".into(),
        email: None,
        description: None,
        kind: RecipientKind::Individual,
        tax_id: None,
        bank_account: BankAccount {
            bank_code: "scb".into(),
            number: "1234567890".into(),
            name: "Somying Jaidee".into(),
            kind: None,
            branch_code: None,
            created_at: NOW,
        },
        default: false,
        verified_at: None,
        activated_at: None,
        failure: None,
        metadata: Metadata::new(),
        deleted: false,
    };
    if payable {
        recipient.apply(recipient::Command::Verify, NOW).unwrap().record
    } else {
        recipient
    }
}

proptest! {
    #[test]
    fn no_money_appears_and_none_is_lost(deeds in proptest::collection::vec(deeds(), 1..60)) {
        let mut books = Books::default();
        for deed in &deeds {
            books.perform(deed);
            books.check();
        }
    }

    #[test]
    fn a_fee_is_never_more_than_the_charge(amount in 0..=i64::MAX) {
        let fees = charge::Fees::of_charge(amount);
        prop_assert!(0 <= fees.tax && fees.tax <= fees.fee && fees.total() <= amount);
    }
}
