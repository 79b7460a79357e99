//! A platform's accounts in a seed file, with what they pay and are paid with.

use anyhow::{Context as _, bail};
use api::moov::ids;
use bank::card::Address;
use bank::linked_account::{AccountNumber, Holder, LinkedAccountKind};
use bank::{CardNumber, PartyKind, Rail, RecordKind, RoutingNumber};
use engine::{Account, Currency, Instant, PartyId, WalletId};
use gateway::bank::{
    Bank, Context, MethodNames, NewLinkedAccount, NewLinkedCard, NewParty, NewWallet,
};
use serde::Deserialize;
use serde_json::json;

use crate::sandbox::platform::CAPABILITIES;

/// `[[moov.account]]`: one of the platform's accounts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedParty {
    id: String,
    /// A business of this name; a person where first and last name are given.
    name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    foreign_id: Option<String>,
    #[serde(default)]
    wallet: SeedWallet,
    #[serde(default, rename = "card")]
    cards: Vec<SeedCard>,
    #[serde(default, rename = "bank_account")]
    bank_accounts: Vec<SeedBankAccount>,
    #[serde(default, rename = "product")]
    products: Vec<SeedProduct>,
}

/// A wallet, which every account has.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedWallet {
    id: Option<String>,
    payment_method: Option<String>,
    /// First money, in cents.
    #[serde(default)]
    balance: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedCard {
    id: String,
    number: String,
    #[serde(default)]
    name: String,
    expiration_month: u8,
    expiration_year: u16,
    #[serde(default = "matching_postal_code")]
    postal_code: String,
    #[serde(default)]
    payment_methods: SeedCardMethods,
}

/// Ids of a card's payment methods.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SeedCardMethods {
    card_payment: Option<String>,
    push_to_card: Option<String>,
    pull_from_card: Option<String>,
}

fn matching_postal_code() -> String {
    "11111".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedBankAccount {
    id: String,
    holder_name: String,
    #[serde(default)]
    business: bool,
    #[serde(default)]
    savings: bool,
    routing_number: String,
    account_number: String,
    /// Whether it can be debited.
    #[serde(default)]
    verified: bool,
    #[serde(default)]
    payment_methods: SeedBankAccountMethods,
}

/// Ids of a bank account's payment methods.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SeedBankAccountMethods {
    ach_credit_standard: Option<String>,
    ach_credit_same_day: Option<String>,
    rtp_credit: Option<String>,
    ach_debit_fund: Option<String>,
    ach_debit_collect: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedProduct {
    id: String,
    title: String,
    /// Dollars, as a decimal.
    price: String,
}

/// Where a seed is planted.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) bank: &'a Bank,
    pub(super) context: Context<'a>,
}

impl<'a> Ground<'a> {
    pub(super) const fn new(bank: &'a Bank, platform: &'a Account, now: Instant) -> Ground<'a> {
        Ground { bank, context: Context { account: platform, now, key: None } }
    }

    /// The key of what the data already has under a name.
    fn known(self, kind: RecordKind, name: &str) -> Option<i64> {
        self.bank.store().named(self.context.account.id, kind, name)
    }
}

impl SeedParty {
    /// Adds what the data does not have yet.
    pub(super) async fn plant(self, ground: Ground<'_>) -> anyhow::Result<()> {
        let id = uuid(&self.id)?;
        let party = match ground.known(RecordKind::Party, &id) {
            Some(key) => PartyId(key),
            None => self.create(ground, id).await?,
        };
        self.wallet.open(ground, party).await.context("wallet")?;
        for card in self.cards {
            let name = card.id.clone();
            card.plant(ground, party).await.with_context(|| format!("card {name:?}"))?;
        }
        for account in self.bank_accounts {
            let name = account.id.clone();
            account.plant(ground, party).await.with_context(|| format!("bank_account {name:?}"))?;
        }
        for product in self.products {
            let name = product.id.clone();
            product.plant(ground, party).await.with_context(|| format!("product {name:?}"))?;
        }
        Ok(())
    }

    async fn create(&self, ground: Ground<'_>, id: Box<str>) -> anyhow::Result<PartyId> {
        let email = self.email.as_ref();
        let (kind, display_name, profile) = match (&self.name, &self.first_name, &self.last_name) {
            (Some(name), None, None) => {
                let profile = json!({"business": {"legalBusinessName": name, "email": email}});
                (PartyKind::Business, name.clone(), profile)
            }
            (None, Some(first), Some(last)) => {
                let name = json!({"firstName": first, "lastName": last});
                let profile = json!({"individual": {"name": name, "email": email}});
                (PartyKind::Individual, format!("{first} {last}"), profile)
            }
            _ => bail!("it has neither name alone, nor first_name and last_name"),
        };
        let new = NewParty {
            kind,
            display_name,
            email: self.email.clone(),
            foreign_id: self.foreign_id.clone(),
            capabilities: CAPABILITIES.map(Box::from).into(),
            attributes: json!({"profile": without_nulls(profile)})
                .as_object()
                .cloned()
                .unwrap_or_default(),
            given_id: Some(id),
            wallet: Some(self.wallet.wallet(ground.context.account.currency)?),
        };
        Ok(ground.bank.create_party(ground.context, new).await?.id)
    }
}

impl SeedWallet {
    /// The wallet, to be made with its party.
    pub(super) fn wallet(&self, currency: Currency) -> anyhow::Result<NewWallet> {
        Ok(NewWallet {
            currency,
            given_id: self.id.as_deref().map(uuid).transpose()?,
            given_method_id: self.payment_method.as_deref().map(uuid).transpose()?,
        })
    }

    /// Puts the first money into a party's wallet, unless it was ever put there.
    pub(super) async fn open(&self, ground: Ground<'_>, party: PartyId) -> anyhow::Result<()> {
        if self.balance == 0 {
            return Ok(());
        }
        let wallets = ground.bank.wallets(ground.context.account.id, party).await?;
        let Some(wallet) = wallets.first() else { bail!("the account has none") };
        if !was_opened(ground, wallet.id).await? {
            ground.bank.open_wallet_balance(ground.context, wallet, self.balance).await?;
        }
        Ok(())
    }
}

/// Whether a wallet was given its first money: one that is empty again still was.
async fn was_opened(ground: Ground<'_>, wallet: WalletId) -> anyhow::Result<bool> {
    let mut page = store::PageQuery::first(store::PageQuery::LIMIT_MAX);
    loop {
        let journal = ground.bank.journal(ground.context.account.id, page).await?;
        let origin = (RecordKind::Wallet, wallet.0);
        if journal.entries.iter().any(|entry| entry.origin == origin) {
            return Ok(true);
        }
        page.offset = page.offset.saturating_add(page.limit);
        if u64::from(page.offset) >= journal.total || page.offset > store::PageQuery::OFFSET_MAX {
            return Ok(false);
        }
    }
}

impl SeedCard {
    async fn plant(self, ground: Ground<'_>, party: PartyId) -> anyhow::Result<()> {
        let id = uuid(&self.id)?;
        if ground.known(RecordKind::Card, &id).is_some() {
            return Ok(());
        }
        // The number is not told: it might be a real one.
        let number = CardNumber::parse_linked(&self.number).context("number is no card number")?;
        let methods = self.payment_methods;
        let card = NewLinkedCard {
            number,
            security_code: None,
            expiration_month: self.expiration_month,
            expiration_year: self.expiration_year,
            name: self.name,
            address: Address { postal_code: Some(self.postal_code), ..Address::default() },
            on_file: None,
            merchant: None,
            verifies_name: false,
            given_id: Some(id),
            given_method_ids: names([
                (Rail::CardPayment, methods.card_payment),
                (Rail::PushToCard, methods.push_to_card),
                (Rail::PullFromCard, methods.pull_from_card),
            ])?,
        };
        ground.bank.link_card(ground.context, party, card).await?;
        Ok(())
    }
}

impl SeedBankAccount {
    async fn plant(self, ground: Ground<'_>, party: PartyId) -> anyhow::Result<()> {
        let id = uuid(&self.id)?;
        if ground.known(RecordKind::LinkedAccount, &id).is_some() {
            return Ok(());
        }
        let bank = RoutingNumber::parse(&self.routing_number)
            .context("routing_number is not nine digits of which the last checks the others")?;
        let number = AccountNumber::parse(&self.account_number)
            .context("account_number is not 4 to 17 letters or digits")?;
        let methods = self.payment_methods;
        let account = NewLinkedAccount {
            holder_name: self.holder_name,
            holder: if self.business { Holder::Business } else { Holder::Individual },
            kind: if self.savings {
                LinkedAccountKind::Savings
            } else {
                LinkedAccountKind::Checking
            },
            bank,
            number,
            is_proved: self.verified,
            given_id: Some(id),
            given_method_ids: names([
                (Rail::AchCreditStandard, methods.ach_credit_standard),
                (Rail::AchCreditSameDay, methods.ach_credit_same_day),
                (Rail::InstantCredit, methods.rtp_credit),
                (Rail::AchDebitFund, methods.ach_debit_fund),
                (Rail::AchDebitCollect, methods.ach_debit_collect),
            ])?,
        };
        ground.bank.link_account(ground.context, party, account).await?;
        Ok(())
    }
}

impl SeedProduct {
    async fn plant(self, ground: Ground<'_>, party: PartyId) -> anyhow::Result<()> {
        let id = uuid(&self.id)?;
        if ground.known(RecordKind::Product, &id).is_some() {
            return Ok(());
        }
        let currency = ground.context.account.currency.code();
        let attributes = json!({
            "title": self.title,
            "basePrice": {"currency": currency, "valueDecimal": self.price},
        });
        let attributes = attributes.as_object().cloned().unwrap_or_default();
        let images = Vec::new();
        ground.bank.create_product(ground.context, party, attributes, images, Some(id)).await?;
        Ok(())
    }
}

/// Ids of payment methods, by rail.
fn names<const N: usize>(given: [(Rail, Option<String>); N]) -> anyhow::Result<MethodNames> {
    let mut names = MethodNames::new();
    for (rail, name) in given {
        if let Some(name) = name {
            names.insert(rail, uuid(&name)?);
        }
    }
    Ok(names)
}

/// An id of the user's choosing, as it is written everywhere else.
fn uuid(id: &str) -> anyhow::Result<Box<str>> {
    let id = ids::canonical(id).with_context(|| {
        format!("{id:?} is not a UUID, such as ebbf46c6-122a-4367-bc45-7dd555e1d3b9")
    })?;
    Ok(id.into_boxed_str())
}

/// An object without what is not there, at any depth.
fn without_nulls(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        value => value,
    }
}
