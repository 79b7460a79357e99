//! Those between whom money goes in these tests, with the ids that moov-go's own tests
//! are written against.

use api::App;
use api::moov::{Ids, Kind};
use bank::card::Address;
use bank::linked_account::{AccountNumber, Holder, LinkedAccountKind};
use bank::{CardNumber, PartyKind, Rail, RoutingNumber};
use engine::{Currency, PartyId};
use gateway::bank::{
    Context, MethodNames, NewLinkedAccount, NewLinkedCard, NewParty, NewPicture, NewWallet,
};
use serde_json::{Value, json};
use std::ops::Deref;
use std::sync::Arc;

use crate::sandbox::{Sandbox, only};

pub(crate) const PARTNER: &str = "5352b013-ae58-4a63-8a3f-97f316a917cf";
pub(crate) const PARTNER_WALLET: &str = "041fdc88-c93d-4cb4-80aa-b2dde9a4fe2e";
pub(crate) const MERCHANT: &str = "ebbf46c6-122a-4367-bc45-7dd555e1d3b9";
pub(crate) const MERCHANT_WALLET: &str = "67ebda6c-de48-474c-b49d-2cd3aa7d3f92";
pub(crate) const CUSTOMER: &str = "c520f1b9-0ba7-42f5-b977-248cdbe41c69";
/// The customer's card.
pub(crate) const CARD: &str = "00000000-0000-4000-8000-00000000ca2d";
/// The customer's bank account, to be paid, and to be debited.
pub(crate) const CREDIT: &str = "00000000-0000-4000-8000-00000000c2ed";
pub(crate) const DEBIT: &str = "00000000-0000-4000-8000-0000000deb17";
pub(crate) const STRANGER: &str = "00000000-0000-4000-8000-0000005742a6";
pub(crate) const STRANGER_WALLET: &str = "00000000-0000-4000-8000-000005742a67";
/// Something that the merchant sells.
pub(crate) const PRODUCT: &str = "11d58aa0-fb14-4aaf-ac04-8b7cfc282ca4";

/// A sandbox, and those who are in it.
pub(crate) struct Cast {
    sandbox: Sandbox,
}

impl Deref for Cast {
    type Target = Sandbox;
    fn deref(&self) -> &Sandbox {
        &self.sandbox
    }
}

impl Cast {
    pub(crate) async fn new() -> Cast {
        let cast = Cast { sandbox: Sandbox::open().await };
        cast.party(PARTNER, "Partner", PARTNER_WALLET).await;
        let merchant = cast.party(MERCHANT, "Lincoln National Corporation", MERCHANT_WALLET).await;
        let customer =
            cast.party(CUSTOMER, "John Doe", "00000000-0000-4000-8000-00000000c0a1").await;
        cast.party(STRANGER, "Stranger", STRANGER_WALLET).await;
        cast.card(customer, "4111111111111111", CARD).await;
        cast.bank_account(customer).await;
        cast.product(merchant).await;
        cast
    }

    /// Public ids.
    pub(crate) fn ids(&self) -> Ids {
        Ids::of(&App::new(Arc::clone(&self.runner)), &self.account)
    }

    fn context(&self) -> Context<'_> {
        Context { account: &self.account, now: self.runner.now(), key: None }
    }

    async fn party(&self, id: &str, name: &str, wallet: &str) -> PartyId {
        let new = NewParty {
            kind: PartyKind::Business,
            display_name: name.into(),
            email: (id == CUSTOMER).then(|| "noreply@moov.io".to_owned()),
            foreign_id: None,
            capabilities: vec!["transfers".into(), "wallet".into()],
            attributes: bank::Metadata::new(),
            given_id: Some(id.into()),
            wallet: Some(NewWallet {
                given_method_id: Some(wallet.into()),
                ..NewWallet::in_currency(Currency::USD)
            }),
        };
        self.runner.bank().create_party(self.context(), new).await.unwrap().id
    }

    /// Gives a party a card, whose payment has this id.
    pub(crate) async fn card(&self, party: PartyId, number: &str, method: &str) {
        let new = NewLinkedCard {
            number: CardNumber::parse_linked(number).unwrap(),
            security_code: Some("123".into()),
            expiration_month: 4,
            expiration_year: 2040,
            name: "John Doe".into(),
            address: Address { postal_code: Some("12345".into()), ..Address::default() },
            on_file: None,
            merchant: None,
            verifies_name: false,
            given_id: None,
            given_method_ids: MethodNames::from([(Rail::CardPayment, method.into())]),
        };
        self.runner.bank().link_card(self.context(), party, new).await.unwrap();
    }

    async fn bank_account(&self, party: PartyId) {
        let new = NewLinkedAccount {
            holder_name: "John Doe".into(),
            holder: Holder::Individual,
            kind: LinkedAccountKind::Checking,
            bank: RoutingNumber::parse("273976369").unwrap(),
            number: AccountNumber::parse("1000000001").unwrap(),
            is_proved: true,
            given_id: None,
            given_method_ids: MethodNames::from([
                (Rail::AchCreditStandard, CREDIT.into()),
                (Rail::AchDebitCollect, DEBIT.into()),
            ]),
        };
        self.runner.bank().link_account(self.context(), party, new).await.unwrap();
    }

    async fn product(&self, merchant: PartyId) {
        let (attributes, images) = (bank::Metadata::new(), Vec::new());
        let bank = self.runner.bank();
        let name = Some(PRODUCT.into());
        bank.create_product(self.context(), merchant, attributes, images, name).await.unwrap();
    }

    /// An image of the merchant's, as the API shows it among others.
    pub(crate) async fn image(&self, shows: &str) -> Value {
        let file = [b"\x89PNG\r\n\x1a\n", shows.as_bytes()].concat();
        let picture = NewPicture { media_type: "image/png".into(), file };
        let (bank, merchant) = (self.runner.bank(), self.find(MERCHANT));
        let made = bank.create_image(self.context(), merchant, picture, Some(shows.into()));
        let id = self.ids().render(Kind::Image, made.await.unwrap().key);
        let listed = self.get(&format!("/accounts/{MERCHANT}/images")).await;
        let mut images = listed.as_array().unwrap().iter();
        let shown = images.find(|image| image["imageID"] == json!(id)).unwrap();
        only(shown, &["altText", "imageID", "link", "publicID"])
    }

    /// A product of the merchant's that has an image.
    pub(crate) async fn product_with(&self, image: &Value) -> String {
        let key = self.ids().parse(Kind::Image, image["imageID"].as_str().unwrap()).unwrap();
        let (bank, merchant) = (self.runner.bank(), self.find(MERCHANT));
        let made =
            bank.create_product(self.context(), merchant, bank::Metadata::new(), vec![key], None);
        self.ids().render(Kind::Product, made.await.unwrap().key)
    }

    /// The party of an id.
    pub(crate) fn find(&self, id: &str) -> PartyId {
        self.ids().find(id).unwrap()
    }

    /// Makes a schedule of the partner's.
    pub(crate) async fn schedule(&self, body: Value) -> Value {
        self.post(&collection(PARTNER), body).await
    }

    /// Refuses to make one.
    pub(crate) async fn refuses(&self, body: Value) -> Value {
        let refused = self.ask().post(&collection(PARTNER), body).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        refused.body()
    }
}

/// The schedules of an account.
pub(crate) fn collection(account: &str) -> String {
    format!("/accounts/{account}/schedules")
}

/// A schedule, as the partner addresses it.
pub(crate) fn member(schedule: &Value) -> String {
    format!("{}/{}", collection(PARTNER), schedule["scheduleID"].as_str().unwrap())
}

/// A transfer of so many cents from the customer's card to the merchant's wallet.
pub(crate) fn transfer(cents: i64) -> Value {
    json!({
        "amount": {"currency": "USD", "value": cents},
        "description": "a simple transfer",
        "destination": {"paymentMethodID": MERCHANT_WALLET},
        "partnerAccountID": PARTNER,
        "source": {"paymentMethodID": CARD},
    })
}

/// A transfer with some of it otherwise, or (null) left out.
pub(crate) fn transfer_with(otherwise: &Value) -> Value {
    let mut transfer = transfer(100);
    change(&mut transfer, otherwise);
    transfer
}

fn change(value: &mut Value, otherwise: &Value) {
    for (name, new) in otherwise.as_object().unwrap() {
        if new.is_null() {
            value.as_object_mut().unwrap().remove(name);
        } else if new.is_object() && value[name].is_object() {
            change(&mut value[name], new);
        } else {
            value[name] = new.clone();
        }
    }
}

/// An occurrence to be added.
pub(crate) fn occurrence(run_on: &str, cents: i64) -> Value {
    json!({"runOn": run_on, "runTransfer": transfer(cents)})
}

/// A rule to be asked for.
pub(crate) fn recur(rule: &str, start: &str, cents: i64) -> Value {
    json!({"recurrenceRule": rule, "start": start, "runTransfer": transfer(cents)})
}

/// One field of every occurrence.
pub(crate) fn each(schedule: &Value, field: &str) -> Vec<Value> {
    let occurrences = schedule["occurrences"].as_array().unwrap();
    occurrences.iter().map(|occurrence| occurrence[field].clone()).collect()
}

/// When every occurrence runs.
pub(crate) fn run_on(schedule: &Value) -> Vec<String> {
    each(schedule, "runOn").iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// How much each pays.
pub(crate) fn cents(schedule: &Value) -> Vec<i64> {
    each(schedule, "runTransfer").iter().map(|it| it["amount"]["value"].as_i64().unwrap()).collect()
}
