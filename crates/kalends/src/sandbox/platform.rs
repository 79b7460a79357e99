//! The platform that every sandbox has: the tenant of Moov's API, and its own party.

use anyhow::{Context as _, anyhow, bail};
use api::moov::PLATFORM_PARTY;
use api::moov::ids::Ids;
use bank::{PartyKind, RecordKind};
use engine::{Account, AccountId, Currency, Instant, Mode, PartyId, Zone};
use gateway::bank::{Bank, Context, FINGERPRINT_SECRET, NewParty, NewWallet};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use store::{Credential, CredentialKind, Store};

use super::LANE;

/// Its public key.
pub(super) const PUBLIC_KEY: &str = "sandbox-public";
/// Its secret key.
pub(super) const SECRET_KEY: &str = "sandbox-secret";
/// What it is called.
const DISPLAY_NAME: &str = "Sandbox platform";
/// What it trades in.
pub(super) const CURRENCY: Currency = Currency::USD;
/// What its accounts may do from the beginning: all that moves money.
pub(super) const CAPABILITIES: [&str; 4] = ["transfers", "send-funds", "collect-funds", "wallet"];

/// Makes the tenant and its party, unless the data has them. `given` are the party's
/// public id, where a seed chose one, and its wallet.
pub(super) async fn ensure(
    store: &dyn Store,
    bank: &Bank,
    now: Instant,
    given: (Option<&str>, NewWallet),
) -> anyhow::Result<Account> {
    let account = if let Some(account) = standing(store).await? {
        account
    } else {
        let pair = credential(AccountId(0), PUBLIC_KEY, SECRET_KEY, Vec::new());
        store.create_account(tenant(now)?, vec![pair]).await?
    };
    ensure_party(store, bank, account, now, given).await
}

/// The tenant, where the data has it.
async fn standing(store: &dyn Store) -> anyhow::Result<Option<Account>> {
    match store.credential(sha256(PUBLIC_KEY, SECRET_KEY)).await? {
        Some(credential) => Ok(store.account(credential.account).await?),
        None => Ok(None),
    }
}

/// The tenant, once its own party is noted in its attributes.
async fn ensure_party(
    store: &dyn Store,
    bank: &Bank,
    mut account: Account,
    now: Instant,
    (given_id, wallet): (Option<&str>, NewWallet),
) -> anyhow::Result<Account> {
    let noted = account.attributes.get(PLATFORM_PARTY).and_then(Value::as_i64);
    if let Some(key) = noted {
        if let Some(given) = given_id
            && bank.store().named(account.id, RecordKind::Party, given) != Some(key)
        {
            bail!("this data has a platform under another id than {given}; use other --data");
        }
        return Ok(account);
    }
    let party = match first_party(bank, &account).await? {
        // Made by a start that did not live to note it.
        Some(party) => party,
        None => create_party(bank, &account, now, given_id, wallet).await?,
    };
    account.attributes.insert(PLATFORM_PARTY.to_owned(), party.0.into());
    store.update_account(account.clone()).await?;
    Ok(account)
}

/// The only party that there can be before the server has answered anybody.
async fn first_party(bank: &Bank, account: &Account) -> anyhow::Result<Option<PartyId>> {
    let parties = bank.parties(account.id, 0, 1, |_| true).await?;
    Ok(parties.first().map(|party| party.id))
}

async fn create_party(
    bank: &Bank,
    account: &Account,
    now: Instant,
    given_id: Option<&str>,
    wallet: NewWallet,
) -> anyhow::Result<PartyId> {
    let new = NewParty {
        kind: PartyKind::Business,
        display_name: DISPLAY_NAME.to_owned(),
        email: None,
        foreign_id: None,
        capabilities: CAPABILITIES.map(Box::from).into(),
        attributes: Map::new(),
        given_id: given_id.map(Box::from),
        wallet: Some(wallet),
    };
    let context = Context { account, now, key: None };
    Ok(bank.create_party(context, new).await?.id)
}

/// The public id of the tenant's own party.
pub(super) fn public_id(app: &api::App, account: &Account) -> Option<String> {
    Some(Ids::of(app, account).id(party(account)?))
}

/// The tenant's own party, once it is noted.
pub(super) fn party(account: &Account) -> Option<PartyId> {
    account.attributes.get(PLATFORM_PARTY).and_then(Value::as_i64).map(PartyId)
}

/// A pair of keys of a tenant, with the domains that its tokens are bound to.
pub(super) fn credential(
    account: AccountId,
    public: &str,
    secret: &str,
    domains: Vec<Box<str>>,
) -> Credential {
    let sha256 = sha256(public, secret);
    Credential { sha256, account, kind: CredentialKind::Secret, domains, expires_at: None }
}

fn sha256(public: &str, secret: &str) -> [u8; 32] {
    Sha256::digest(format!("{public}:{secret}")).into()
}

fn tenant(now: Instant) -> anyhow::Result<Account> {
    Ok(Account {
        id: AccountId(0),
        lane: LANE,
        mode: Mode::Test,
        country: "US".to_owned(),
        currency: Currency::parse("USD").context("USD is a currency")?,
        zone: Zone::utc(),
        three_d_secure: false,
        created_at: now,
        attributes: Map::from_iter([(FINGERPRINT_SECRET.to_owned(), secret()?.into())]),
    })
}

/// Drawn once: fingerprints of cards and bank accounts tell nothing without it.
fn secret() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no random numbers: {error}"))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
