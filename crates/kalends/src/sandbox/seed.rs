//! Seed files: accounts, keys, customers, cards and recipients to begin with,
//! under ids of the user's choosing.
//!
//! Planting is repeatable: what the data already has is left as it is.

use std::path::Path;

use anyhow::{Context as _, bail};
use bank::card::Address;
use bank::{BankAccount, RecipientKind, RecordKind};
use engine::{Account, AccountId, Currency, CustomerId, Instant, Mode, Zone};
use gateway::bank::{
    Bank, CardDetails, Context, CustomerChange, NewCustomer, NewWallet, RecipientChange,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use store::{PageQuery, Store};

mod party;
mod platform;

use self::platform::SeedPlatform;
use super::LANE;
use super::default_account::{SECRET_KEY, add_default_recipient, by_key, credentials};

/// Reads a seed file; what is wrong is told with its line.
pub(super) fn read(path: &Path) -> anyhow::Result<Seed> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is not a seed", path.display()))
}

/// A seed file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seed {
    #[serde(default, rename = "account")]
    accounts: Vec<SeedAccount>,
    moov: Option<SeedPlatform>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedAccount {
    /// The sandbox's own account if left out.
    #[serde(default = "sandbox_key")]
    secret_key: String,
    public_key: Option<String>,
    id: Option<String>,
    email: Option<String>,
    api_version: Option<String>,
    #[serde(default = "thailand")]
    country: String,
    #[serde(default = "baht")]
    currency: String,
    #[serde(default = "bangkok")]
    zone: String,
    #[serde(default)]
    three_d_secure: bool,
    /// First money, in the smallest unit.
    #[serde(default)]
    balance: i64,
    #[serde(default, rename = "customer")]
    customers: Vec<SeedCustomer>,
    #[serde(default, rename = "recipient")]
    recipients: Vec<SeedRecipient>,
}

fn sandbox_key() -> String {
    SECRET_KEY.to_owned()
}

fn thailand() -> String {
    "TH".to_owned()
}

fn baht() -> String {
    "THB".to_owned()
}

fn bangkok() -> String {
    "Asia/Bangkok".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedCustomer {
    id: String,
    email: Option<String>,
    description: Option<String>,
    #[serde(default)]
    metadata: Map<String, Value>,
    #[serde(default, rename = "card")]
    cards: Vec<SeedCard>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedCard {
    id: String,
    number: String,
    name: String,
    expiration_month: u8,
    expiration_year: u16,
    city: Option<String>,
    postal_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedRecipient {
    id: String,
    name: String,
    email: Option<String>,
    description: Option<String>,
    #[serde(default = "individual", rename = "type")]
    kind: String,
    bank_account: SeedBankAccount,
    #[serde(default = "yes")]
    verified: bool,
    #[serde(default)]
    default: bool,
}

fn individual() -> String {
    "individual".to_owned()
}

const fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedBankAccount {
    brand: String,
    number: String,
    name: String,
}

impl Seed {
    /// The id of the platform's own account, if the seed chooses one.
    pub(super) fn platform_id(&self) -> anyhow::Result<Option<String>> {
        self.moov.as_ref().map_or(Ok(None), SeedPlatform::id)
    }

    /// The wallet of the platform's own account, in what the platform trades in.
    pub(super) fn platform_wallet(&self, currency: Currency) -> anyhow::Result<NewWallet> {
        self.moov
            .as_ref()
            .map_or_else(|| Ok(NewWallet::in_currency(currency)), |seed| seed.wallet(currency))
    }

    /// Adds what the data does not have yet.
    pub(super) async fn plant(
        self,
        store: &dyn Store,
        bank: &Bank,
        platform: &Account,
        now: Instant,
    ) -> anyhow::Result<()> {
        if let Some(seed) = self.moov {
            seed.plant(store, bank, platform, now).await.context("moov")?;
        }
        for (index, seed) in self.accounts.into_iter().enumerate() {
            let place = format!("account {} of the seed", index + 1);
            seed.plant(store, bank, now).await.with_context(|| place)?;
        }
        Ok(())
    }
}

impl SeedAccount {
    async fn plant(self, store: &dyn Store, bank: &Bank, now: Instant) -> anyhow::Result<()> {
        let account = match by_key(store, &self.secret_key).await? {
            Some(account) => self.describe(store, account).await?,
            None => self.create(store, bank, now).await?,
        };
        let context = Context { account: &account, now, key: None };
        // A balance that is nothing again was still opened once.
        let journal = bank.journal(account.id, PageQuery::first(1)).await?;
        if self.balance != 0 && journal.total == 0 {
            bank.open_balance(context, self.balance).await?;
        }
        for customer in self.customers {
            let name = customer.id.clone();
            customer.plant(bank, context).await.with_context(|| format!("customer {name:?}"))?;
        }
        for recipient in self.recipients {
            let name = recipient.id.clone();
            recipient.plant(bank, context).await.with_context(|| format!("recipient {name:?}"))?;
        }
        Ok(())
    }

    async fn create(
        &self,
        store: &dyn Store,
        bank: &Bank,
        now: Instant,
    ) -> anyhow::Result<Account> {
        let Some(currency) = Currency::parse(&self.currency) else {
            bail!("currency {:?} is not three letters, such as THB", self.currency);
        };
        let account = Account {
            id: AccountId(0),
            lane: LANE,
            mode: Mode::Test,
            country: self.country.to_ascii_uppercase(),
            currency,
            zone: Zone::named(&self.zone)?,
            three_d_secure: self.three_d_secure,
            created_at: now,
            attributes: self.attributes(Map::new()),
        };
        let keys = credentials(&self.secret_key, self.public_key.as_deref());
        let account = store.create_account(account, keys).await?;
        if !self.recipients.iter().any(|recipient| recipient.default) {
            add_default_recipient(bank, &account, now).await?;
        }
        Ok(account)
    }

    /// An account that is there keeps its country and money; the rest follows the seed.
    async fn describe(&self, store: &dyn Store, mut account: Account) -> anyhow::Result<Account> {
        let before = account.clone();
        account.three_d_secure = self.three_d_secure;
        account.attributes = self.attributes(account.attributes);
        if account != before {
            store.update_account(account.clone()).await?;
        }
        Ok(account)
    }

    fn attributes(&self, mut attributes: Map<String, Value>) -> Map<String, Value> {
        let given = [("id", &self.id), ("email", &self.email), ("api_version", &self.api_version)];
        for (name, value) in given {
            if let Some(value) = value {
                attributes.insert(name.to_owned(), Value::String(value.clone()));
            }
        }
        attributes
    }
}

impl SeedCustomer {
    async fn plant(self, bank: &Bank, context: Context<'_>) -> anyhow::Result<()> {
        let known = bank.store().named(context.account.id, RecordKind::Customer, &self.id);
        let id = if let Some(key) = known {
            CustomerId(key)
        } else {
            let new = NewCustomer {
                email: self.email,
                description: self.description,
                metadata: self.metadata,
                token: None,
                given_id: Some(self.id.into()),
            };
            bank.create_customer(context, new).await?.id
        };
        for card in self.cards {
            let name = card.id.clone();
            card.plant(bank, context, id).await.with_context(|| format!("card {name:?}"))?;
        }
        Ok(())
    }
}

impl SeedCard {
    async fn plant(
        self,
        bank: &Bank,
        context: Context<'_>,
        customer: CustomerId,
    ) -> anyhow::Result<()> {
        if bank.store().named(context.account.id, RecordKind::Card, &self.id).is_some() {
            return Ok(());
        }
        let details = CardDetails {
            number: self.number,
            name: self.name,
            expiration_month: self.expiration_month,
            expiration_year: self.expiration_year,
            security_code: None,
            address: Address {
                city: self.city,
                postal_code: self.postal_code,
                ..Address::default()
            },
            given_id: Some(self.id.into()),
        };
        let (token, _) = bank.create_token(context, details).await?;
        let change = CustomerChange { token: Some(token.key), ..CustomerChange::default() };
        bank.update_customer(context, customer, change).await?;
        Ok(())
    }
}

impl SeedRecipient {
    async fn plant(self, bank: &Bank, context: Context<'_>) -> anyhow::Result<()> {
        if bank.store().named(context.account.id, RecordKind::Recipient, &self.id).is_some() {
            return Ok(());
        }
        let kind = match self.kind.as_str() {
            "individual" => RecipientKind::Individual,
            "corporation" => RecipientKind::Corporation,
            other => bail!("type {other:?} is neither individual nor corporation"),
        };
        let recipient = RecipientChange {
            name: Some(self.name),
            email: Some(self.email),
            description: Some(self.description),
            kind: Some(kind),
            bank_account: Some(BankAccount {
                bank_code: self.bank_account.brand,
                number: self.bank_account.number,
                name: self.bank_account.name,
                kind: None,
                branch_code: None,
                created_at: context.now,
            }),
            default: Some(self.default),
            given_id: Some(self.id.into()),
            ..RecipientChange::default()
        };
        let recipient = bank.create_recipient(context, recipient).await?;
        if self.verified {
            bank.verify_recipient(context, recipient.id).await?;
        }
        Ok(())
    }
}
