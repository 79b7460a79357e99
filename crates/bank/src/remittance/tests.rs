use super::*;
use crate::ledger::JournalEntry;
use crate::payment_method::PaymentMethod;
use engine::{CardId, Currency, LinkedAccountId, PaymentMethodId};

const PAYER: WalletId = WalletId(11);
const PAYEE: WalletId = WalletId(12);
const PARTNER: WalletId = WalletId(13);
/// A Thursday, ten in the morning in New York.
const THURSDAY: &str = "2026-01-15T15:00:00Z";

fn at(text: &str) -> Instant {
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
}

/// A way to pay or be paid: a rail, and what it stands on.
type Way = (Rail, Instrument);

fn side(key: i64, (rail, instrument): Way, wallet: WalletId) -> Side {
    let method = PaymentMethod {
        id: PaymentMethodId(key),
        account: AccountId(1),
        party: PartyId(key),
        created_at: Instant::EPOCH,
        version: 0,
        rail,
        instrument,
        disabled_at: None,
    };
    Side::new(&method, Some(wallet))
}

fn asked(source: Way, destination: Way, amount_minor: i64) -> Asked {
    Asked {
        id: RemittanceId(8),
        account: AccountId(1),
        at: at(THURSDAY),
        partner: PartyId(3),
        source: side(1, source, PAYER),
        destination: side(2, destination, PAYEE),
        money: Money::new(amount_minor, Currency::parse("USD").unwrap()),
        fee: None,
        scheduled: None,
        particulars: "{}".into(),
        metadata: Metadata::new(),
    }
}

fn made(source: Way, destination: Way, amount_minor: i64) -> Step<Remittance> {
    make(asked(source, destination, amount_minor), Ok(()), 1)
}

/// What moved, place by place.
fn moved(entry: Option<&JournalEntry>) -> Vec<(LedgerRole, i64)> {
    let Some(entry) = entry else { return Vec::new() };
    assert!(entry.balances(), "{entry:?}");
    let mut legs: Vec<_> = entry.legs.iter().map(|leg| (leg.role, leg.amount)).collect();
    legs.sort_unstable();
    legs
}

/// Lets a remittance run until nothing happens by itself any more: when, where it
/// stood then, and what moved.
type Chapter = (String, RemittanceStatus, Vec<(LedgerRole, i64)>);

fn life(mut remittance: Remittance, answering_minor: i64) -> (Remittance, Vec<Chapter>) {
    let mut chapters = Vec::new();
    while let Some(now) = remittance.next_at() {
        let step = remittance.apply(Command::Proceed { answering_minor }, now, 2).unwrap();
        assert_eq!(step.wake_off, Some(now));
        assert_eq!(step.wake_at, step.record.next_at());
        remittance = step.record;
        chapters.push((now.to_string(), remittance.status, moved(step.entry.as_ref())));
    }
    (remittance, chapters)
}

const BANK: Instrument = Instrument::LinkedAccount(LinkedAccountId(5));
const CARD: Instrument = Instrument::Card(CardId(6));
const WALLET: Way = (Rail::Wallet, Instrument::Wallet(PAYER));
const OTHER_WALLET: Way = (Rail::Wallet, Instrument::Wallet(PAYEE));
const COLLECT: Way = (Rail::AchDebitCollect, BANK);
const FUND: Way = (Rail::AchDebitFund, BANK);
const CREDIT: Way = (Rail::AchCreditStandard, BANK);
const INSTANT: Way = (Rail::InstantCredit, BANK);
const PURCHASE: Way = (Rail::CardPayment, CARD);
const PUSH: Way = (Rail::PushToCard, CARD);

use LedgerRole::Wallet;
use LedgerRole::{BanksCredited, BanksDebited, CardsCredited, CardsDebited, Clearing, Uncovered};
use RemittanceStatus::{Canceled, Completed, Failed, Pending, Reversed};

#[test]
fn between_wallets_money_is_there_at_once() {
    let step = made(WALLET, OTHER_WALLET, 1_000);
    assert_eq!(step.record.status, Completed);
    assert_eq!(step.record.completed_at, Some(at(THURSDAY)));
    let entry = step.entry.as_ref();
    assert_eq!(moved(entry), [(Wallet(PAYER), -1_000), (Wallet(PAYEE), 1_000)]);
    assert_eq!(entry.unwrap().floor().unwrap().role, Wallet(PAYER));
    assert_eq!(step.events, [BankEvent::RemittanceCreated, BankEvent::RemittanceUpdated]);
    assert_eq!((step.wake_at, step.record.next_at()), (None, None));
}

#[test]
fn from_a_wallet_to_itself_nothing_moves() {
    let step = made(WALLET, WALLET, 1_000);
    assert_eq!((step.record.status, step.entry), (Completed, None));
}

#[test]
fn what_is_instant_is_there_at_once() {
    let expected = |place| vec![(Wallet(PAYER), -700), (place, 700)];
    for (way, place) in [(INSTANT, BanksCredited), (PUSH, CardsCredited)] {
        let step = made(WALLET, way, 700);
        assert_eq!((step.record.status, moved(step.entry.as_ref())), (Completed, expected(place)));
    }
}

#[test]
fn a_purchase_is_confirmed_then_settled_then_credited() {
    let step = made(PURCHASE, OTHER_WALLET, 1_000);
    assert_eq!((step.record.status, step.entry), (Pending, None));
    assert_eq!(step.record.source.state(), Some(State::Confirmed));
    assert_eq!(step.events, [BankEvent::RemittanceCreated]);
    assert_eq!(step.wake_at, Some(at("2026-01-16T11:00:00Z")));
    let (done, chapters) = life(step.record, 0);
    let arrived = vec![(Wallet(PAYEE), 1_000), (CardsDebited, -1_000)];
    assert_eq!(
        chapters,
        [
            ("2026-01-16T11:00:00Z".to_owned(), Pending, vec![]),
            ("2026-01-16T18:00:00Z".to_owned(), Completed, arrived),
        ]
    );
    assert_eq!(done.source.at(State::Settled), Some(at("2026-01-16T11:00:00Z")));
    assert_eq!(done.destination.state(), Some(State::Completed));
}

#[test]
fn from_bank_to_bank_money_stands_as_clearing_in_between() {
    let (done, chapters) = life(made(COLLECT, CREDIT, 1_000).record, 0);
    let expected = [
        ("2026-01-15T15:30:00Z".to_owned(), Pending, vec![]),
        (
            "2026-01-15T16:00:00Z".to_owned(),
            Pending,
            vec![(Clearing, 1_000), (BanksDebited, -1_000)],
        ),
        ("2026-01-15T16:30:00Z".to_owned(), Pending, vec![]),
        (
            "2026-01-15T17:00:00Z".to_owned(),
            Completed,
            vec![(Clearing, -1_000), (BanksCredited, 1_000)],
        ),
    ];
    assert_eq!(chapters, expected);
    assert_eq!(done.completed_at, Some(at("2026-01-15T17:00:00Z")));
}

#[test]
fn a_refused_card_moves_nothing() {
    let refused = Refused::SourceCard(ChargeFailure::InsufficientFund);
    let step = make(asked(PURCHASE, OTHER_WALLET, 1_000), Err(refused), 1);
    assert_eq!(step.record.status, Failed);
    assert_eq!(step.record.failure, Some(RemittanceFailure::Source));
    assert_eq!(step.record.source.refused, Some(ChargeFailure::InsufficientFund));
    assert_eq!(step.record.source.state(), Some(State::Failed));
    assert_eq!((step.entry, step.wake_at), (None, None));
}

#[test]
fn a_wallet_that_holds_too_little_pays_nothing() {
    let step = make(asked(WALLET, CREDIT, 1_000), Err(Refused::WalletShort), 1);
    assert_eq!(step.record.failure, Some(RemittanceFailure::WalletShort));
    assert_eq!((step.record.status, step.entry, step.wake_at), (Failed, None, None));
}

#[test]
fn a_card_that_cannot_be_paid_leaves_the_wallet_alone() {
    let refused = Refused::DestinationCard(ChargeFailure::PaymentRejected);
    let step = make(asked(WALLET, PUSH, 1_000), Err(refused), 1);
    assert_eq!(step.record.failure, Some(RemittanceFailure::Destination));
    assert_eq!(step.record.destination.state(), Some(State::Failed));
    assert_eq!((step.record.status, step.entry), (Failed, None));
}

#[test]
fn a_debit_returned_while_it_clears_has_moved_nothing() {
    let (failed, chapters) = life(made(COLLECT, OTHER_WALLET, 5_501).record, 0);
    assert_eq!(chapters.len(), 2);
    assert_eq!(chapters[1], ("2026-01-15T16:00:00Z".to_owned(), Failed, vec![]));
    assert_eq!(failed.failure, Some(RemittanceFailure::Source));
    assert_eq!(failed.source.returned.unwrap().code(), "R01");
    assert_eq!(failed.source.state(), Some(State::Returned));
}

#[test]
fn a_debit_returned_later_is_taken_from_whom_it_was_collected_for() {
    let (reversed, chapters) = life(made(COLLECT, OTHER_WALLET, 5_510).record, 5_510);
    let back = vec![(Wallet(PAYEE), -5_510), (BanksDebited, 5_510)];
    assert_eq!(chapters[2], ("2026-01-15T16:30:00Z".to_owned(), Reversed, back));
    assert_eq!(reversed.source.returned.unwrap().code(), "R10");
    assert_eq!(reversed.completed_at, Some(at("2026-01-15T16:00:00Z")));
}

#[test]
fn what_a_wallet_no_longer_holds_the_bank_gives_back() {
    let (_, chapters) = life(made(COLLECT, OTHER_WALLET, 5_510).record, 10);
    let back = vec![(Wallet(PAYEE), -10), (BanksDebited, 5_510), (Uncovered, -5_500)];
    assert_eq!(chapters[2].2, back);
}

#[test]
fn a_debit_that_funded_a_payout_is_taken_from_the_payers_own_wallet() {
    let made = made(FUND, CREDIT, 5_507).record;
    assert_eq!(made.answering_wallet(), Some(PAYER));
    let (_, chapters) = life(made, 9_000);
    let back = vec![(Wallet(PAYER), -5_507), (BanksDebited, 5_507)];
    assert_eq!(chapters[4], ("2026-01-15T17:30:00Z".to_owned(), Reversed, back));
}

#[test]
fn a_credit_that_comes_back_returns_to_the_wallet_it_left() {
    let (reversed, chapters) = life(made(WALLET, CREDIT, 5_503).record, 0);
    let back = vec![(Wallet(PAYER), 5_503), (BanksCredited, -5_503)];
    assert_eq!(chapters[2], ("2026-01-15T16:30:00Z".to_owned(), Reversed, back));
    assert_eq!(reversed.failure, Some(RemittanceFailure::Destination));
    assert_eq!(reversed.destination.returned.unwrap().code(), "R03");
}

#[test]
fn a_return_needs_the_side_that_it_would_come_back_on() {
    for (source, destination, amount) in [
        (WALLET, CREDIT, 5_501),
        (COLLECT, OTHER_WALLET, 5_503),
        (PURCHASE, OTHER_WALLET, 5_510),
        (WALLET, OTHER_WALLET, 5_501),
    ] {
        let (done, _) = life(made(source, destination, amount).record, 0);
        assert_eq!(done.status, Completed, "{source:?} {destination:?} {amount}");
    }
}

#[test]
fn the_partner_keeps_its_fee_of_what_arrives() {
    let fee = Some(PartnerFee { amount_minor: 30, wallet: PARTNER });
    let step = make(Asked { fee, ..asked(WALLET, OTHER_WALLET, 1_000) }, Ok(()), 1);
    let legs = [(Wallet(PAYER), -1_000), (Wallet(PAYEE), 970), (Wallet(PARTNER), 30)];
    assert_eq!(moved(step.entry.as_ref()), legs);
}

#[test]
fn what_has_not_left_can_be_called_off_once() {
    let purchase = made(PURCHASE, OTHER_WALLET, 1_000).record;
    let debit = made(COLLECT, OTHER_WALLET, 1_000).record;
    let later = at(THURSDAY).plus_seconds(60);
    for remittance in [purchase, debit] {
        let off = remittance.apply(Command::Cancel, later, 2).unwrap();
        assert_eq!((off.record.status, off.record.canceled_at), (Canceled, Some(later)));
        assert_eq!((off.entry, off.wake_at, off.wake_off), (None, None, remittance.next_at()));
        assert_eq!(off.record.apply(Command::Cancel, later, 3), Err(RemittanceRefusal::State));
    }
}

#[test]
fn a_payout_called_off_gives_its_money_back() {
    let made = made(WALLET, CREDIT, 1_000);
    assert_eq!(moved(made.entry.as_ref()), [(Wallet(PAYER), -1_000), (Clearing, 1_000)]);
    let off = made.record.apply(Command::Cancel, at(THURSDAY), 2).unwrap();
    assert_eq!(moved(off.entry.as_ref()), [(Wallet(PAYER), 1_000), (Clearing, -1_000)]);
}

#[test]
fn what_has_left_cannot_be_called_off() {
    for (source, destination) in [(COLLECT, OTHER_WALLET), (WALLET, CREDIT)] {
        let made = made(source, destination, 1_000).record;
        let left = made.next_at().unwrap();
        let gone = made.apply(Command::Proceed { answering_minor: 0 }, left, 2).unwrap().record;
        assert_eq!(gone.apply(Command::Cancel, left, 3), Err(RemittanceRefusal::State));
    }
    let done = made(WALLET, OTHER_WALLET, 1_000).record;
    assert_eq!(done.apply(Command::Cancel, at(THURSDAY), 2), Err(RemittanceRefusal::State));
}

fn refund(amount_minor: Option<i64>) -> Command {
    Command::Refund { key: 5, amount_minor, requested_under: None }
}

#[test]
fn a_purchase_is_refunded_in_parts_until_nothing_is_left() {
    let (paid, _) = life(made(PURCHASE, OTHER_WALLET, 1_000).record, 0);
    let now = at("2026-01-20T15:00:00Z");
    let part = paid.apply(refund(Some(400)), now, 2).unwrap();
    assert_eq!(moved(part.entry.as_ref()), [(Wallet(PAYEE), -400), (CardsDebited, 400)]);
    assert_eq!(part.entry.unwrap().kind, EntryKind::RemittanceRefunded);
    assert_eq!(part.record.refunds[0].state(), State::Confirmed);
    let all = part.record.apply(refund(None), now, 3).unwrap().record;
    assert_eq!((all.refunded_minor(), all.refunds[1].amount_minor), (1_000, 600));
    assert_eq!(all.apply(refund(None), now, 4), Err(RemittanceRefusal::Amount { left: 0 }));
    let (settled, chapters) = life(all, 0);
    assert_eq!(chapters.last().unwrap().0, "2026-01-21T18:00:00Z");
    assert!(settled.refunds.iter().all(|refund| refund.state() == State::Completed));
    assert_eq!(settled.status, Completed);
}

#[test]
fn only_a_purchase_that_has_arrived_is_refunded() {
    let pending = made(PURCHASE, OTHER_WALLET, 1_000).record;
    assert_eq!(pending.apply(refund(None), at(THURSDAY), 2), Err(RemittanceRefusal::State));
    let between = made(WALLET, OTHER_WALLET, 1_000).record;
    let not = Err(RemittanceRefusal::NotRefundable);
    assert_eq!(between.apply(refund(None), at(THURSDAY), 2), not);
    let (paid, _) = life(pending, 0);
    for amount in [0, -1, 1_001] {
        assert_eq!(
            paid.apply(refund(Some(amount)), at(THURSDAY), 2),
            Err(RemittanceRefusal::Amount { left: 1_000 })
        );
    }
}

#[test]
fn nothing_happens_before_its_time() {
    let made = made(COLLECT, OTHER_WALLET, 1_000).record;
    let early = made.apply(Command::Proceed { answering_minor: 0 }, at(THURSDAY), 2).unwrap();
    assert_eq!((early.record.status, early.entry, early.wake_at), (Pending, None, None));
    assert_eq!(early.record.source, made.source);
}

#[test]
fn other_data_replace_the_old_and_move_nothing() {
    let made = made(COLLECT, OTHER_WALLET, 1_000).record;
    let data: Metadata = [("order".to_owned(), "7".into())].into_iter().collect();
    let step = made.apply(Command::Annotate(data.clone()), at(THURSDAY), 2).unwrap();
    assert_eq!((step.record.metadata, step.entry), (data, None));
    assert_eq!((step.wake_at, step.wake_off), (None, None));
    assert_eq!(step.events, [BankEvent::RemittanceUpdated]);
}

#[test]
fn a_remittance_reads_as_it_was_written() {
    let (reversed, _) = life(made(COLLECT, OTHER_WALLET, 5_510).record, 10);
    let text = serde_json::to_string(&reversed).unwrap();
    assert_eq!(serde_json::from_str::<Remittance>(&text).unwrap(), reversed);
}
