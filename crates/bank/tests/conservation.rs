//! Whatever is done, in whatever order: no money appears, and none is lost.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use bank::charge::{self, Command as OnCharge};
use bank::recipient::{self, BankAccount, Recipient, RecipientKind};
use bank::refund;
use bank::remittance::side::Side;
use bank::remittance::{self, Command as OnRemittance, PartnerFee, Refused};
use bank::transfer::{self, Command as OnTransfer, TransferState};
use bank::{
    Charge, ChargeFailure, Instrument, JournalEntry, LedgerRole, Metadata, PaymentMethod, Rail,
    Remittance, RemittanceStatus, Transfer, TransferFailure,
};
use engine::{
    AccountId, CardId, ChargeId, Currency, Instant, LinkedAccountId, Money, PartyId,
    PaymentMethodId, RecipientId, RemittanceId, TransferId, WalletId, Zone,
};
use proptest::prelude::*;

/// Something done; `which` picks one of what there is.
#[derive(Clone, Debug)]
enum Deed {
    Charge { amount: i64, capture: bool, fails: bool },
    OnCharge { which: usize, command: OnCharge },
    Refund { which: usize, amount: i64, void: bool },
    Transfer { amount: i64, payable: bool, fail_fast: bool },
    OnTransfer { which: usize, command: OnTransfer },
    Remittance { from: Way, to: Way, amount: i64, fee: i64, fails: bool },
    OnRemittance { which: usize, deed: Later },
}

/// A way to pay or be paid: a rail, and what it stands on.
type Way = (Rail, Instrument);

/// Something done with a remittance.
#[derive(Clone, Copy, Debug)]
enum Later {
    Proceed,
    Cancel,
    Refund(Option<i64>),
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
        4 => remittances(),
        6 => (any::<usize>(), laters())
            .prop_map(|(which, deed)| Deed::OnRemittance { which, deed }),
    ]
}

fn remittances() -> impl Strategy<Value = Deed> {
    let card = Instrument::Card(CardId(6));
    let bank = Instrument::LinkedAccount(LinkedAccountId(5));
    let way = || {
        prop_oneof![
            4 => (1..4_i64).prop_map(|key| (Rail::Wallet, Instrument::Wallet(WalletId(key)))),
            2 => Just((Rail::CardPayment, card)),
            1 => Just((Rail::PullFromCard, card)),
            1 => Just((Rail::PushToCard, card)),
            1 => Just((Rail::AchDebitFund, bank)),
            2 => Just((Rail::AchDebitCollect, bank)),
            2 => Just((Rail::AchCreditStandard, bank)),
            1 => Just((Rail::InstantCredit, bank)),
        ]
    };
    // Half of the amounts are such that bring returns about.
    let amount = prop_oneof![5_500..5_530_i64, 1..20_000_i64];
    (way(), way(), amount, -10..200_i64, proptest::bool::weighted(0.1)).prop_map(
        |(from, to, amount, fee, fails)| Deed::Remittance { from, to, amount, fee, fails },
    )
}

fn laters() -> impl Strategy<Value = Later> {
    prop_oneof![
        6 => Just(Later::Proceed),
        1 => Just(Later::Cancel),
        2 => proptest::option::of(-10..10_000_i64).prop_map(Later::Refund),
    ]
}

/// One account's books, kept as a store keeps them.
#[derive(Default)]
struct Books {
    balances: BTreeMap<LedgerRole, i64>,
    charges: Vec<Charge>,
    transfers: Vec<Transfer>,
    remittances: Vec<Remittance>,
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
            Deed::Remittance { from, to, amount, fee, fails } => {
                let verdict = if fails { Err(Refused::WalletShort) } else { Ok(()) };
                let asked = new_remittance(entry_key, from, to, amount, fee);
                let step = remittance::make(asked, verdict, entry_key);
                if self.post(step.entry.as_ref()) {
                    self.remittances.push(step.record);
                }
            }
            Deed::OnRemittance { which, deed } => {
                let Some(index) = which.checked_rem(self.remittances.len()) else { return };
                self.go_on(index, deed, entry_key);
            }
        }
    }

    fn go_on(&mut self, index: usize, deed: Later, entry_key: i64) {
        let remittance = &self.remittances[index];
        let answering = remittance.answering_wallet().map(LedgerRole::Wallet);
        let (command, now) = match deed {
            Later::Proceed => {
                let answering_minor = answering.map_or(0, |wallet| self.on(wallet));
                let Some(now) = remittance.next_at() else { return };
                (OnRemittance::Proceed { answering_minor }, now)
            }
            Later::Cancel => (OnRemittance::Cancel, NOW),
            Later::Refund(amount_minor) => {
                let requested_under = None;
                (OnRemittance::Refund { key: entry_key, amount_minor, requested_under }, NOW)
            }
        };
        let Ok(step) = remittance.apply(command, now, entry_key) else { return };
        if self.post(step.entry.as_ref()) {
            self.remittances[index] = step.record;
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
        self.check_remittances();
    }

    fn check_remittances(&self) {
        let wallets = |role: &LedgerRole| matches!(role, LedgerRole::Wallet(_));
        for (wallet, standing) in self.balances.iter().filter(|(role, _)| wallets(role)) {
            assert!(*standing >= 0, "{wallet:?} has {standing}");
        }
        // What clears is what has left and is neither there nor back.
        let clearing = self.remittances.iter().filter(|it| {
            it.status == RemittanceStatus::Pending && !it.destination.marks.is_empty()
        });
        assert_eq!(
            self.on(LedgerRole::Clearing),
            clearing.map(|it| it.money.amount_minor).sum::<i64>()
        );
        let refunded = |it: &Remittance| it.refunded_minor() <= it.money.amount_minor;
        assert!(self.remittances.iter().all(refunded));
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

fn new_remittance(key: i64, from: Way, to: Way, amount: i64, fee: i64) -> remittance::Asked {
    let side = |party, (rail, instrument)| {
        let method = PaymentMethod {
            id: PaymentMethodId(party),
            account: AccountId(1),
            party: PartyId(party),
            created_at: NOW,
            version: 0,
            rail,
            instrument,
            disabled_at: None,
        };
        Side::new(&method, Some(WalletId(party)))
    };
    remittance::Asked {
        id: RemittanceId(key),
        account: AccountId(1),
        at: NOW,
        partner: PartyId(3),
        source: side(1, from),
        destination: side(2, to),
        money: Money::new(amount, Currency::THB),
        fee: (fee > 0).then_some(PartnerFee { amount_minor: fee, wallet: WalletId(3) }),
        scheduled: None,
        particulars: "{}".into(),
        metadata: Metadata::new(),
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
    fn no_money_appears_and_none_is_lost(deeds in proptest::collection::vec(deeds(), 1..80)) {
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
