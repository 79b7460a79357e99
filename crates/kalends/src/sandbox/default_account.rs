//! The account that every sandbox has.

use engine::{Account, AccountId, Currency, Instant, Mode, Zone};
use gateway::bank::{Bank, Context, RecipientChange};
use serde_json::{Map, json};
use sha2::{Digest as _, Sha256};
use store::{Credential, CredentialKind, Store};

use super::LANE;

/// Its secret key.
pub(super) const SECRET_KEY: &str = "skey_test_sandbox";
/// Its public key.
pub(super) const PUBLIC_KEY: &str = "pkey_test_sandbox";

/// Makes the account and its verified default recipient, unless the data has them.
pub(super) async fn ensure(store: &dyn Store, bank: &Bank, now: Instant) -> anyhow::Result<()> {
    if by_key(store, SECRET_KEY).await?.is_some() {
        return Ok(());
    }
    let attributes = json!({ "email": "sandbox@example.com", "api_version": "2019-05-29" });
    let account = Account {
        id: AccountId(0),
        lane: LANE,
        mode: Mode::Test,
        country: "TH".to_owned(),
        currency: Currency::THB,
        zone: Zone::named("Asia/Bangkok")?,
        three_d_secure: false,
        created_at: now,
        attributes: attributes.as_object().cloned().unwrap_or_else(Map::new),
    };
    let account = store.create_account(account, credentials(SECRET_KEY, Some(PUBLIC_KEY))).await?;
    add_default_recipient(bank, &account, now).await
}

/// A verified recipient that is paid when none is named, as every real account has.
pub(super) async fn add_default_recipient(
    bank: &Bank,
    account: &Account,
    now: Instant,
) -> anyhow::Result<()> {
    let context = Context { account, now, key: None };
    let recipient = RecipientChange {
        name: Some("Default recipient".to_owned()),
        email: Some(
            account.attributes.get("email").and_then(|email| email.as_str()).map(str::to_owned),
        ),
        kind: Some(bank::RecipientKind::Corporation),
        bank_account: Some(bank::BankAccount {
            bank_code: "test".to_owned(),
            number: "123456789".to_owned(),
            name: "DEFAULT BANK ACCOUNT".to_owned(),
            kind: None,
            branch_code: None,
            created_at: now,
        }),
        default: Some(true),
        ..RecipientChange::default()
    };
    let recipient = bank.create_recipient(context, recipient).await?;
    bank.verify_recipient(context, recipient.id).await?;
    Ok(())
}

/// The account that a key opens.
pub(super) async fn by_key(store: &dyn Store, key: &str) -> anyhow::Result<Option<Account>> {
    match store.credential(sha256(key)).await? {
        Some(credential) => Ok(store.account(credential.account).await?),
        None => Ok(None),
    }
}

/// The credentials of a new account; which account, the store fills in.
pub(super) fn credentials(secret: &str, public: Option<&str>) -> Vec<Credential> {
    let credential = |key: &str, kind| Credential {
        sha256: sha256(key),
        account: AccountId(0),
        kind,
        domains: Vec::new(),
        expires_at: None,
    };
    let public = public.map(|key| credential(key, CredentialKind::Public));
    std::iter::once(credential(secret, CredentialKind::Secret)).chain(public).collect()
}

fn sha256(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}
