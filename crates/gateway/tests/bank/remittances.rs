//! Remittances: what schedules ask for, what clients ask for, and what becomes of both.

use bank::linked_account::Proof;
use bank::remittance::RemittanceRefusal;
use bank::{BankEvent, ChargeFailure, PaymentMethod, Rail, Remittance, RemittanceStatus};
use engine::{
    AccountId, Currency, Decline, DeclineKind, IdempotencyKey, InstallationId, Instant, Money,
    Outcome, PartyId, PaymentBody, PaymentId, PaymentMethodId, PaymentRequest, RemittanceId,
    Remitted, ScheduleId, Slot,
};
use gateway::Lookup;
use gateway::bank::{
    Asked, BankError, NewLinkedAccount, NewRemittance, Obstacle, Place, RemittanceError,
};
use store::{BankStore as _, PageQuery};

use crate::parties::{bank_account, card};
use crate::world::{World, at, key};

const TENANT: AccountId = AccountId(1);
const GOOD_CARD: &str = "4111111111111111";
const DECLINED_CARD: &str = "4000020000000000";
/// A Thursday, ten in the morning in New York.
const THURSDAY: &str = "2026-01-15T15:00:00Z";

/// Somebody with a wallet, a card and a proved bank account.
struct Somebody {
    id: PartyId,
    methods: Vec<PaymentMethod>,
}

impl Somebody {
    fn on(&self, rail: Rail) -> PaymentMethodId {
        self.methods.iter().find(|method| method.rail == rail).unwrap().id
    }
}

impl World {
    async fn somebody(&self, card_number: &str, wallet_holds: i64) -> Somebody {
        let party = self.party("Jules").await;
        self.bank.link_card(self.context(), party.id, card(card_number)).await.unwrap();
        let proved = NewLinkedAccount { is_proved: true, ..bank_account("0004321567000") };
        self.bank.link_account(self.context(), party.id, proved).await.unwrap();
        if wallet_holds > 0 {
            let wallet = self.bank.wallets(TENANT, party.id).await.unwrap().remove(0);
            let context = self.context();
            self.bank.open_wallet_balance(context, &wallet, wallet_holds).await.unwrap();
        }
        let methods = self.bank.payment_methods(TENANT, party.id).await.unwrap();
        Somebody { id: party.id, methods }
    }

    async fn holds(&self, somebody: &Somebody) -> i64 {
        let wallets = self.bank.wallets(TENANT, somebody.id).await.unwrap();
        self.bank.wallet_balance(&wallets[0]).await.unwrap()
    }

    async fn remittance(&self, outcome: &Outcome) -> Remittance {
        self.bank.remittance(TENANT, remittance_id(outcome)).await.unwrap()
    }
}

fn remittance_id(outcome: &Outcome) -> RemittanceId {
    match outcome {
        Outcome::Succeeded(PaymentId::Remittance(id))
        | Outcome::Accepted(PaymentId::Remittance(id))
        | Outcome::Declined(Decline { payment: Some(PaymentId::Remittance(id)), .. }) => *id,
        other => panic!("{other:?}"),
    }
}

fn remitted(
    partner: &Somebody,
    source: PaymentMethodId,
    destination: PaymentMethodId,
    amount_minor: i64,
) -> Remitted {
    Remitted {
        partner: partner.id,
        source,
        destination,
        money: Money::new(amount_minor, Currency::USD),
        particulars: "{\"description\":\"rent\"}".into(),
    }
}

fn request(schedule: i64, remitted: Remitted) -> PaymentRequest {
    let slot = Slot::of_date(jiff::civil::date(2026, 1, 15));
    PaymentRequest {
        key: IdempotencyKey::of(InstallationId(7), ScheduleId(schedule), slot, 0),
        account: TENANT,
        schedule: ScheduleId(schedule),
        slot,
        attempt: 0,
        body: PaymentBody::Remittance(remitted),
        at: at(THURSDAY),
    }
}

fn new(remitted: Remitted) -> NewRemittance {
    NewRemittance { remitted, fee_minor: None, metadata: bank::Metadata::new() }
}

fn declined(kind: DeclineKind, message: &str) -> Outcome {
    Outcome::Declined(Decline { payment: None, kind, message: Some(message.into()) })
}

async fn pay_one(world: &World, request: &PaymentRequest) -> Outcome {
    world.pay(vec![request.clone()]).await.remove(0)
}

async fn look_up_one(world: &World, request: &PaymentRequest) -> Lookup {
    world.look_up(vec![request.clone()]).await.remove(0)
}

#[tokio::test]
async fn a_batch_of_remittances_answers_each_in_order() {
    let world = World::new();
    let payer = world.somebody(GOOD_CARD, 1_000).await;
    let poor = world.somebody(DECLINED_CARD, 0).await;
    let payee = world.somebody(GOOD_CARD, 0).await;
    let to = payee.on(Rail::Wallet);
    let requests = vec![
        request(1, remitted(&payee, payer.on(Rail::Wallet), to, 600)),
        request(2, remitted(&payee, payer.on(Rail::Wallet), to, 600)),
        request(3, remitted(&payee, payer.on(Rail::CardPayment), to, 100)),
        request(4, remitted(&payee, poor.on(Rail::CardPayment), to, 100)),
        request(5, remitted(&payee, payer.on(Rail::AchDebitCollect), to, 100)),
        request(6, remitted(&payee, PaymentMethodId(999), to, 100)),
    ];
    let outcomes = world.pay(requests.clone()).await;
    let made = RemittanceId;
    assert!(matches!(outcomes[0], Outcome::Succeeded(PaymentId::Remittance(_))));
    let short = Decline {
        payment: Some(PaymentId::Remittance(made(remittance_id(&outcomes[1]).0))),
        kind: DeclineKind::BalanceShort,
        message: Some("the source wallet has insufficient funds".into()),
    };
    assert_eq!(outcomes[1], Outcome::Declined(short));
    assert!(matches!(outcomes[2], Outcome::Accepted(PaymentId::Remittance(_))));
    let refused = Decline {
        payment: Some(PaymentId::Remittance(remittance_id(&outcomes[3]))),
        kind: DeclineKind::Payer,
        message: Some("the source card was declined: the issuer said no".into()),
    };
    assert_eq!(outcomes[3], Outcome::Declined(refused));
    assert!(matches!(outcomes[4], Outcome::Accepted(PaymentId::Remittance(_))));
    assert_eq!(
        outcomes[5],
        declined(DeclineKind::Payer, "the source payment method was not found")
    );
    assert_eq!((world.holds(&payer).await, world.holds(&payee).await), (400, 600));
    let first = world.remittance(&outcomes[0]).await;
    assert_eq!(first.scheduled, Some((ScheduleId(1), requests[0].slot)));
    assert_eq!(&*first.particulars, "{\"description\":\"rent\"}");
    // Whoever asks again, or looks, sees the same payments.
    assert_eq!(world.pay(requests.clone()).await, outcomes);
    let looked_up = world.look_up(requests).await;
    let found: Vec<Lookup> = outcomes[..5].iter().cloned().map(Lookup::Found).collect();
    assert_eq!((&looked_up[..5], &looked_up[5]), (&found[..], &Lookup::Absent));
    assert_eq!((world.holds(&payer).await, world.holds(&payee).await), (400, 600));
    world.audit().await;
}

#[tokio::test]
async fn what_is_accepted_becomes_final_when_its_time_comes() {
    let world = World::new();
    let payer = world.somebody(GOOD_CARD, 0).await;
    let payee = world.somebody(GOOD_CARD, 0).await;
    let to = payee.on(Rail::Wallet);
    let good = request(1, remitted(&payee, payer.on(Rail::AchDebitCollect), to, 100));
    let bad = request(2, remitted(&payee, payer.on(Rail::AchDebitCollect), to, 5_502));
    world.pay(vec![good.clone(), bad.clone()]).await;
    assert_eq!(world.bank.next_agenda().await.unwrap(), Some(at("2026-01-15T15:30:00Z")));
    assert_eq!(world.bank.run_agenda(at("2026-01-15T15:59:59Z")).await.unwrap(), 2);
    assert!(matches!(look_up_one(&world, &good).await, Lookup::Found(Outcome::Accepted(_))));
    assert_eq!(world.bank.run_agenda(at("2026-01-15T16:00:00Z")).await.unwrap(), 2);
    assert!(matches!(look_up_one(&world, &good).await, Lookup::Found(Outcome::Succeeded(_))));
    let Lookup::Found(Outcome::Declined(decline)) = look_up_one(&world, &bad).await else {
        panic!()
    };
    let message = decline.message.as_deref();
    assert_eq!(message, Some("the source bank sent it back: R02 Account Closed"));
    assert_eq!(world.holds(&payee).await, 100);
    // The account that turned out to be closed is not used again.
    let linked = world.bank.linked_accounts(TENANT, payer.id).await.unwrap();
    assert_eq!(linked[0].proof, Proof::Broken);
    let left = world.bank.payment_methods(TENANT, payer.id).await.unwrap();
    let rails: Vec<Rail> = left.iter().map(|method| method.rail).collect();
    let expected = [Rail::Wallet, Rail::CardPayment, Rail::PushToCard, Rail::PullFromCard];
    assert_eq!(rails, expected);
    assert_eq!(
        pay_one(&world, &request(3, remitted(&payee, payer.on(Rail::AchDebitFund), to, 100))).await,
        declined(DeclineKind::Payer, "the source payment method is disabled")
    );
    assert_eq!(world.bank.next_agenda().await.unwrap(), None);
    world.audit().await;
}

#[tokio::test]
async fn a_month_run_through_in_one_go_ends_as_if_it_had_been_watched() {
    let world = World::new();
    let payer = world.somebody(GOOD_CARD, 0).await;
    let payee = world.somebody(GOOD_CARD, 0).await;
    let to = payee.on(Rail::Wallet);
    let from = payer.on(Rail::AchDebitCollect);
    let reversed = request(1, remitted(&payee, from, to, 5_510));
    let purchase = request(2, remitted(&payee, payer.on(Rail::CardPayment), to, 700));
    world.pay(vec![reversed.clone(), purchase.clone()]).await;
    world.bank.run_agenda(at("2026-02-15T00:00:00Z")).await.unwrap();
    let Lookup::Found(outcome) = look_up_one(&world, &reversed).await else { panic!() };
    assert!(matches!(outcome, Outcome::Succeeded(_)));
    let remittance = world.remittance(&outcome).await;
    assert_eq!(remittance.status, RemittanceStatus::Reversed);
    assert_eq!(remittance.completed_at, Some(at("2026-01-15T16:00:00Z")));
    assert!(matches!(look_up_one(&world, &purchase).await, Lookup::Found(Outcome::Succeeded(_))));
    assert_eq!(world.holds(&payee).await, 700);
    world.audit().await;
}

#[tokio::test]
async fn what_cannot_be_paid_with_is_refused_and_leaves_no_record() {
    let world = World::new();
    let payer = world.somebody(GOOD_CARD, 1_000).await;
    let payee = world.somebody(GOOD_CARD, 0).await;
    let gone = world.somebody(GOOD_CARD, 0).await;
    world.bank.disconnect_party(world.context(), gone.id).await.unwrap();
    let (from, to) = (payer.on(Rail::Wallet), payee.on(Rail::Wallet));
    let place = |place, message| Asked::Refused(Obstacle { place, message });
    for (remitted, expected) in [
        (
            remitted(&payee, payer.on(Rail::AchCreditStandard), to, 1),
            place(Place::Source, "the source payment method can only be paid, it cannot pay"),
        ),
        (
            remitted(&payee, from, payee.on(Rail::CardPayment), 1),
            place(
                Place::Destination,
                "the destination payment method can only pay, it cannot be paid",
            ),
        ),
        (
            remitted(&payee, gone.on(Rail::Wallet), to, 1),
            place(Place::Source, "the source account is disconnected"),
        ),
        (
            remitted(&gone, from, to, 1),
            place(Place::Partner, "the partner account is disconnected"),
        ),
        (
            remitted(&payee, from, to, 0),
            place(Place::Amount, "the amount must be greater than zero"),
        ),
    ] {
        let asked = world.bank.create_remittance(world.context(), new(remitted)).await.unwrap();
        assert_eq!(asked, expected);
    }
    let all = PageQuery::first(100);
    assert!(world.bank.remittances(TENANT, all, |_| true).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_client_s_key_makes_one_remittance() {
    let world = World::new();
    let payer = world.somebody(GOOD_CARD, 1_000).await;
    let payee = world.somebody(GOOD_CARD, 0).await;
    let wanted = new(remitted(&payee, payer.on(Rail::Wallet), payee.on(Rail::Wallet), 300));
    let key = key("one");
    let ask = || world.bank.create_remittance(world.under(&key), wanted.clone());
    let Asked::Made(made) = ask().await.unwrap() else { panic!() };
    assert_eq!(made.status, RemittanceStatus::Completed);
    assert_eq!(ask().await.unwrap(), Asked::MadeBefore(made));
    assert_eq!(world.holds(&payee).await, 300);
}

#[tokio::test]
async fn two_at_once_cannot_empty_a_wallet_twice() {
    let world = World::hesitant();
    let payer = world.somebody(GOOD_CARD, 1_000).await;
    let payee = world.somebody(GOOD_CARD, 0).await;
    let (from, to) = (payer.on(Rail::Wallet), payee.on(Rail::Wallet));
    let wanted = || new(remitted(&payee, from, to, 700));
    let ask = || world.bank.create_remittance(world.context(), wanted());
    let (first, second) = tokio::join!(ask(), ask());
    let status = |asked: Asked| match asked {
        Asked::Made(remittance) => remittance.status,
        other => panic!("{other:?}"),
    };
    let mut statuses = [status(first.unwrap()), status(second.unwrap())];
    statuses.sort_by_key(|status| *status == RemittanceStatus::Failed);
    assert_eq!(statuses, [RemittanceStatus::Completed, RemittanceStatus::Failed]);
    // The same through schedules, in two batches at once.
    let [one, other] = [10, 11].map(|schedule| request(schedule, remitted(&payee, from, to, 200)));
    let (one, other) = tokio::join!(pay_one(&world, &one), pay_one(&world, &other));
    let succeeded = |outcome: &Outcome| matches!(outcome, Outcome::Succeeded(_));
    assert_eq!(usize::from(succeeded(&one)) + usize::from(succeeded(&other)), 1);
    assert_eq!((world.holds(&payer).await, world.holds(&payee).await), (100, 900));
    world.audit().await;
}

#[tokio::test]
async fn the_partner_keeps_its_fee() {
    let world = World::new();
    let payer = world.somebody(GOOD_CARD, 1_000).await;
    let payee = world.somebody(GOOD_CARD, 0).await;
    let partner = world.somebody(GOOD_CARD, 0).await;
    let remitted = remitted(&partner, payer.on(Rail::Wallet), payee.on(Rail::Wallet), 1_000);
    let wanted = NewRemittance { fee_minor: Some(25), ..new(remitted) };
    let asked = world.bank.create_remittance(world.context(), wanted).await.unwrap();
    assert!(matches!(asked, Asked::Made(_)));
    assert_eq!((world.holds(&payee).await, world.holds(&partner).await), (975, 25));
    world.audit().await;
}

#[tokio::test]
async fn a_purchase_is_refunded_once_under_one_key_and_never_beyond_the_wallet() {
    let world = World::new();
    let payer = world.somebody(GOOD_CARD, 0).await;
    let payee = world.somebody(GOOD_CARD, 0).await;
    let to = payee.on(Rail::Wallet);
    let wanted = new(remitted(&payee, payer.on(Rail::CardPayment), to, 1_000));
    let Asked::Made(made) = world.bank.create_remittance(world.context(), wanted).await.unwrap()
    else {
        panic!()
    };
    let early = world.bank.refund_remittance(world.context(), made.id, None).await;
    assert!(matches!(early, Err(RemittanceError::Refused(RemittanceRefusal::State))));
    world.bank.run_agenda(at("2026-01-20T00:00:00Z")).await.unwrap();
    let key = key("refund");
    let refund = || world.bank.refund_remittance(world.under(&key), made.id, Some(400));
    let refunded = refund().await.unwrap();
    assert_eq!(refund().await.unwrap(), refunded);
    assert_eq!((refunded.refunded_minor(), world.holds(&payee).await), (400, 600));
    let spend = new(remitted(&payee, to, payer.on(Rail::Wallet), 500));
    world.bank.create_remittance(world.context(), spend).await.unwrap();
    let short = world.bank.refund_remittance(world.context(), made.id, Some(101)).await;
    assert!(matches!(short, Err(RemittanceError::Bank(BankError::BalanceShort))));
    world.audit().await;
}

#[tokio::test]
async fn what_was_called_off_is_declined_and_does_not_go_on() {
    let world = World::new();
    let payer = world.somebody(GOOD_CARD, 0).await;
    let payee = world.somebody(GOOD_CARD, 0).await;
    let to = payee.on(Rail::Wallet);
    let purchase = request(1, remitted(&payee, payer.on(Rail::CardPayment), to, 100));
    let id = remittance_id(&pay_one(&world, &purchase).await);
    let off = world.bank.cancel_remittance(world.context(), id).await.unwrap();
    assert_eq!(off.status, RemittanceStatus::Canceled);
    let Lookup::Found(Outcome::Declined(decline)) = look_up_one(&world, &purchase).await else {
        panic!()
    };
    assert_eq!(decline.message.as_deref(), Some("the transfer was canceled"));
    assert_eq!(world.bank.run_agenda(Instant::MAX).await.unwrap(), 0);
    let told: Vec<BankEvent> = world.told().into_iter().rev().take(2).collect();
    assert_eq!(told, [BankEvent::RemittanceUpdated, BankEvent::RemittanceCreated]);
}

#[tokio::test]
async fn a_card_that_has_expired_is_declined_when_its_time_comes() {
    let world = World::new();
    let payer = world.somebody(GOOD_CARD, 0).await;
    let payee = world.somebody(GOOD_CARD, 0).await;
    let to = payee.on(Rail::Wallet);
    let late = PaymentRequest {
        at: at("2040-05-01T00:00:00Z"),
        ..request(1, remitted(&payee, payer.on(Rail::CardPayment), to, 100))
    };
    let outcome = pay_one(&world, &late).await;
    let remittance = world.remittance(&outcome).await;
    assert_eq!(remittance.source.refused, Some(ChargeFailure::ExpiredCard));
    assert_eq!(remittance.status, RemittanceStatus::Failed);
}

#[tokio::test]
async fn remittances_are_listed_newest_first_as_far_as_they_are_wanted() {
    let world = World::new();
    let payer = world.somebody(GOOD_CARD, 10_000).await;
    let payee = world.somebody(GOOD_CARD, 0).await;
    for amount in 1..=150 {
        let wanted = new(remitted(&payee, payer.on(Rail::Wallet), payee.on(Rail::Wallet), amount));
        world.bank.create_remittance(world.context(), wanted).await.unwrap();
    }
    let page = PageQuery { offset: 2, limit: 3, ..PageQuery::first(3) };
    let even = |remittance: &Remittance| remittance.money.amount_minor % 2 == 0;
    let found = world.bank.remittances(TENANT, page, even).await.unwrap();
    let amounts: Vec<i64> = found.iter().map(|it| it.money.amount_minor).collect();
    assert_eq!(amounts, [146, 144, 142]);
    let deep = PageQuery { offset: 74, limit: 200, ..PageQuery::first(3) };
    assert_eq!(world.bank.remittances(TENANT, deep, even).await.unwrap().len(), 1);
    assert_eq!(world.books.audit().await.unwrap(), [""; 0]);
}
