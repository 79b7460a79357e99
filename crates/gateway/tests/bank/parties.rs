//! Parties, their wallets, cards and bank accounts, and the payment methods on them.

use bank::card::{Address, Check, Funding};
use bank::linked_account::{AccountNumber, Holder, LinkedAccountKind, Proof, ProofRefusal};
use bank::{CardNumber, Instrument, Party, PartyKind, Rail, RecordKind, RoutingNumber, Wallet};
use engine::{AccountId, Currency, PartyId};
use gateway::bank::{
    BankError, LinkedCardChange, MethodNames, NewLinkedAccount, NewLinkedCard, NewParty, NewWallet,
    PartyError,
};
use store::BankStore as _;

use crate::world::{World, at};

const TENANT: AccountId = AccountId(1);

pub(crate) fn party(name: &str) -> NewParty {
    NewParty {
        kind: PartyKind::Individual,
        display_name: name.into(),
        email: Some(format!("{}@example.com", name.to_lowercase())),
        foreign_id: None,
        capabilities: vec!["transfers".into(), "wallet".into()],
        attributes: bank::Metadata::new(),
        given_id: None,
        wallet: Some(NewWallet::in_currency(Currency::USD)),
    }
}

pub(crate) fn card(number: &str) -> NewLinkedCard {
    NewLinkedCard {
        number: CardNumber::parse_linked(number).unwrap(),
        security_code: Some("123".into()),
        expiration_month: 4,
        expiration_year: 2040,
        name: "Jules Jackson".into(),
        address: Address {
            street1: Some("123 Main Street".into()),
            postal_code: Some("11111".into()),
            ..Address::default()
        },
        on_file: None,
        merchant: None,
        verifies_name: false,
        given_id: None,
        given_method_ids: MethodNames::new(),
    }
}

pub(crate) fn bank_account(number: &str) -> NewLinkedAccount {
    NewLinkedAccount {
        holder_name: "Jules Jackson".into(),
        holder: Holder::Individual,
        kind: LinkedAccountKind::Checking,
        bank: RoutingNumber::parse("273976369").unwrap(),
        number: AccountNumber::parse(number).unwrap(),
        is_proved: false,
        given_id: None,
        given_method_ids: MethodNames::new(),
    }
}

impl World {
    pub(crate) async fn party(&self, name: &str) -> Party {
        self.bank.create_party(self.context(), party(name)).await.unwrap()
    }

    async fn rails(&self, party: PartyId) -> Vec<Rail> {
        let methods = self.bank.payment_methods(TENANT, party).await.unwrap();
        methods.into_iter().map(|method| method.rail).collect()
    }
}

#[tokio::test]
async fn a_party_gets_a_wallet_to_pay_and_be_paid_with() {
    let world = World::new();
    let party = world.party("Jules").await;
    assert!(party.is_connected());
    let [wallet] = &world.bank.wallets(TENANT, party.id).await.unwrap()[..] else { panic!() };
    assert_eq!((wallet.party, wallet.currency), (party.id, Currency::USD));
    let [method] = &world.bank.payment_methods(TENANT, party.id).await.unwrap()[..] else {
        panic!()
    };
    assert_eq!(method.instrument, Instrument::Wallet(wallet.id));
    assert_eq!(method.rail, Rail::Wallet);
    let found = world.bank.payment_methods_by_id(TENANT, [method.id]).await.unwrap();
    assert_eq!(found, [Some(method.clone())]);
    let elsewhere = world.bank.payment_methods_by_id(AccountId(2), [method.id]).await.unwrap();
    assert_eq!(elsewhere, [None]);
}

#[tokio::test]
async fn a_debit_card_can_also_be_pushed_to_and_pulled_from_and_a_credit_card_cannot() {
    let world = World::new();
    let party = world.party("Jules").await;
    let link = |number| world.bank.link_card(world.context(), party.id, card(number));
    let (debit, on_debit) = link("4111111111111111").await.unwrap();
    let (credit, on_credit) = link("371111111111114").await.unwrap();
    let rails = |methods: Vec<bank::PaymentMethod>| -> Vec<Rail> {
        methods.into_iter().map(|method| method.rail).collect()
    };
    assert_eq!(rails(on_debit), [Rail::CardPayment, Rail::PushToCard, Rail::PullFromCard]);
    assert_eq!(rails(on_credit), [Rail::CardPayment]);
    assert_eq!(debit.link.unwrap().funding, Funding::Debit);
    assert_eq!(credit.link.unwrap().funding, Funding::Credit);
    assert_eq!(world.bank.linked_cards(TENANT, party.id).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_card_is_kept_without_its_number_and_is_known_again() {
    let world = World::new();
    let [one, other] = [world.party("Jules").await, world.party("Amari").await];
    let link =
        |party: &Party| world.bank.link_card(world.context(), party.id, card("4111111111111111"));
    let (first, _) = link(&one).await.unwrap();
    let (second, _) = link(&other).await.unwrap();
    assert_eq!(first.fingerprint, second.fingerprint);
    let kept = serde_json::to_string(&first).unwrap();
    assert!(!kept.contains("4111111111111111") && !kept.contains("123\""), "{kept}");
    assert_eq!(first.link.unwrap().checks.postal_code, Check::Match);
}

#[tokio::test]
async fn the_issuer_is_asked_again_only_with_a_security_code() {
    let world = World::new();
    let party = world.party("Jules").await;
    let (card, _) =
        world.bank.link_card(world.context(), party.id, card("4111111111111111")).await.unwrap();
    let elsewhere = Address { postal_code: Some("22222".into()), ..Address::default() };
    let change = LinkedCardChange { address: Some(elsewhere), ..LinkedCardChange::default() };
    let update = |change| world.bank.update_linked_card(world.context(), party.id, card.id, change);
    assert_eq!(update(change).await.unwrap().link.unwrap().checks.postal_code, Check::Match);
    let change =
        LinkedCardChange { security_code: Some("222".into()), ..LinkedCardChange::default() };
    let checks = update(change).await.unwrap().link.unwrap().checks;
    assert_eq!((checks.postal_code, checks.security_code), (Check::NoMatch, Check::NoMatch));
}

#[tokio::test]
async fn a_disabled_card_takes_its_payment_methods_with_it() {
    let world = World::new();
    let party = world.party("Jules").await;
    let (card, methods) =
        world.bank.link_card(world.context(), party.id, card("4111111111111111")).await.unwrap();
    world.bank.disable_linked_card(world.context(), party.id, card.id).await.unwrap();
    assert_eq!(world.rails(party.id).await, [Rail::Wallet]);
    let method = world.bank.payment_method(TENANT, methods[0].id).await.unwrap();
    assert_eq!(method.disabled_at, Some(world.now));
    let again = world.bank.disable_linked_card(world.context(), party.id, card.id).await;
    assert!(matches!(again, Err(BankError::NotFound(RecordKind::Card))), "{again:?}");
}

#[tokio::test]
async fn a_bank_account_is_paid_at_once_and_debited_after_it_was_proved() {
    let world = World::new();
    let party = world.party("Jules").await;
    let (linked, methods) = world
        .bank
        .link_account(world.context(), party.id, bank_account("0004321567000"))
        .await
        .unwrap();
    assert_eq!(methods[0].rail, Rail::AchCreditStandard);
    assert_eq!((&*linked.last_digits, &*linked.bank_name), ("7000", "VERIDIAN CREDIT UNION"));
    assert!(!world.rails(party.id).await.iter().any(|rail| Rail::DEBITS.contains(rail)));

    let confirm = |told| world.bank.confirm_deposits(world.context(), party.id, linked.id, told);
    let early = confirm([0, 0]).await;
    assert!(
        matches!(early, Err(BankError::Party(PartyError::Proof(ProofRefusal::NotDeposited)))),
        "{early:?}"
    );
    world.bank.deposit_for_proof(world.context(), party.id, linked.id).await.unwrap();
    assert_eq!(confirm([1, 0]).await.unwrap().proof, Proof::Deposited { attempts: 1 });
    assert_eq!(confirm([0, 0]).await.unwrap().proof, Proof::Proved);
    let rails = world.rails(party.id).await;
    assert_eq!(&rails[4..], Rail::DEBITS);
}

#[tokio::test]
async fn one_bank_account_is_linked_once_until_it_is_disabled() {
    let world = World::new();
    let party = world.party("Jules").await;
    let link = || world.bank.link_account(world.context(), party.id, bank_account("0004321567000"));
    let (linked, _) = link().await.unwrap();
    assert!(matches!(link().await, Err(BankError::Party(PartyError::AlreadyLinked))));
    world.bank.disable_linked_account(world.context(), party.id, linked.id).await.unwrap();
    assert_eq!(world.rails(party.id).await, [Rail::Wallet]);
    link().await.unwrap();
}

#[tokio::test]
async fn a_disconnected_party_is_read_and_nothing_else() {
    let world = World::new();
    let party = world.party("Jules").await;
    let gone = world.bank.disconnect_party(world.context(), party.id).await.unwrap();
    assert_eq!(gone.disconnected_at, Some(world.now));
    assert_eq!(world.rails(party.id).await, []);
    assert_eq!(world.bank.party(TENANT, party.id).await.unwrap(), gone);
    let again = world.bank.disconnect_party(world.context(), party.id).await.unwrap();
    assert_eq!(again, gone);
    let link = world.bank.link_card(world.context(), party.id, card("4111111111111111")).await;
    assert!(matches!(link, Err(BankError::Party(PartyError::Disconnected))));
    let change = world.bank.update_party(world.context(), party.id, |it| it.email = None).await;
    assert!(matches!(change, Err(BankError::Party(PartyError::Disconnected))));
}

#[tokio::test]
async fn what_is_linked_while_a_party_is_disconnected_is_not_left_behind() {
    let world = World::hesitant();
    let party = world.party("Jules").await;
    let link = world.bank.link_card(world.context(), party.id, card("4111111111111111"));
    let disconnect = world.bank.disconnect_party(world.context(), party.id);
    let (_, gone) = tokio::join!(link, disconnect);
    gone.unwrap();
    assert_eq!(world.rails(party.id).await, []);
}

#[tokio::test]
async fn parties_are_listed_newest_first_and_by_what_is_wanted() {
    let world = World::new();
    for name in ["Ada", "Bo", "Cy", "Di"] {
        world.party(name).await;
    }
    let names = async |skip, count, least: &str| -> Vec<String> {
        let wanted = |party: &Party| &*party.display_name >= least;
        let found = world.bank.parties(TENANT, skip, count, wanted).await.unwrap();
        found.into_iter().map(|party| party.display_name).collect()
    };
    assert_eq!(names(0, 10, "").await, ["Di", "Cy", "Bo", "Ada"]);
    assert_eq!(names(1, 2, "").await, ["Cy", "Bo"]);
    assert_eq!(names(1, 10, "Bo").await, ["Cy", "Bo"]);
    assert_eq!(names(0, 0, "").await, [""; 0]);
}

#[tokio::test]
async fn a_wallet_goes_with_its_capability_and_comes_with_it() {
    let world = World::new();
    let party = world.party("Jules").await;
    let first = world.bank.wallets(TENANT, party.id).await.unwrap().remove(0);
    let party = world.bank.revoke(world.context(), party.id, "wallet", true).await.unwrap();
    assert!(!party.grant("wallet").unwrap().is_enabled());
    assert_eq!(world.rails(party.id).await, []);
    // Asked for again, it is the same one, by the same payment method.
    let wallet = || Some(NewWallet::in_currency(Currency::USD));
    for _ in 0..2 {
        world.bank.grant(world.context(), party.id, &["wallet".into()], wallet()).await.unwrap();
        let methods = world.bank.payment_methods(TENANT, party.id).await.unwrap();
        assert_eq!(methods.iter().map(|it| Some(it.id)).collect::<Vec<_>>(), [first.method]);
        let wallets = world.bank.wallets(TENANT, party.id).await.unwrap();
        assert_eq!(wallets, [Wallet { version: 2, ..first.clone() }]);
    }
    // With money in it, it stays open.
    world.bank.open_wallet_balance(world.context(), &first, 1).await.unwrap();
    let full = world.bank.revoke(world.context(), party.id, "wallet", true).await;
    assert!(matches!(full, Err(BankError::Party(PartyError::WalletNotEmpty))));
    assert_eq!(world.rails(party.id).await, [Rail::Wallet]);
    let never = world.bank.revoke(world.context(), party.id, "card-issuing", false).await;
    assert!(matches!(never, Err(BankError::Party(PartyError::NotGranted))));
}

#[tokio::test]
async fn what_a_seed_names_is_found_by_its_name() {
    let world = World::new();
    let new = NewParty {
        given_id: Some("merchant".into()),
        wallet: Some(NewWallet {
            currency: Currency::USD,
            given_id: Some("wallet".into()),
            given_method_id: Some("method".into()),
        }),
        ..party("Merchant")
    };
    let made = world.bank.create_party(world.context(), new).await.unwrap();
    let named = |kind, name| world.books.named(TENANT, kind, name);
    assert_eq!(named(RecordKind::Party, "merchant"), Some(made.id.0));
    let methods = world.bank.payment_methods(TENANT, made.id).await.unwrap();
    assert_eq!(named(RecordKind::PaymentMethod, "method"), Some(methods[0].id.0));
    assert!(made.id.0 < 0 && named(RecordKind::Wallet, "wallet").is_some());
}

#[tokio::test]
async fn a_change_of_a_party_is_dated() {
    let mut world = World::new();
    let party = world.party("Jules").await;
    world.now = at("2026-02-01T00:00:00Z");
    let rename = |it: &mut Party| it.display_name = "Jules J.".into();
    let changed = world.bank.update_party(world.context(), party.id, rename).await.unwrap();
    assert_eq!((changed.created_at, changed.updated_at), (party.created_at, world.now));
}
