//! The accounts that a configuration names, in the data.

use engine::{Account, AccountId, Instant, LaneId};
use gateway::upstream::Secret;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use store::{Credential, CredentialKind, Store};

use crate::configuration::AccountSettings;

/// Under which attribute an account carries its name in the configuration.
const NAME: &str = "name";

/// The account of this name and mode, made where the data has none, as the configuration
/// describes it; the upstream's own keys open it.
pub(super) async fn ensure(
    store: &dyn Store,
    settings: &AccountSettings,
    secret_key: &Secret,
    now: Instant,
) -> anyhow::Result<Account> {
    let all = store.accounts().await?;
    let is_it = |account: &&Account| {
        account.mode == settings.mode
            && account.attributes.get(NAME).and_then(Value::as_str) == Some(&settings.name)
    };
    let account = match all.iter().find(is_it) {
        Some(found) => {
            let described = Account { attributes: found.attributes.clone(), ..found.clone() };
            let described = describe(described, settings);
            if described != *found {
                store.update_account(described.clone()).await?;
            }
            described
        }
        None => {
            // Lane and clock are the account's own: what one waits for holds up no other.
            let lane = all.iter().map(|account| account.lane.0).max().unwrap_or(0) + 1;
            let made = new(settings, LaneId(lane), now);
            store.create_account(made, Vec::new()).await?
        }
    };
    store.put_credentials(credentials(account.id, settings, secret_key)).await?;
    Ok(account)
}

fn new(settings: &AccountSettings, lane: LaneId, now: Instant) -> Account {
    let account = Account {
        id: AccountId(0),
        lane,
        mode: settings.mode,
        country: settings.country.clone(),
        currency: settings.currency,
        zone: settings.zone.clone(),
        // That charges want their holder's word is the upstream's affair: it is told in what
        // becomes of each.
        three_d_secure: false,
        created_at: now,
        attributes: Map::new(),
    };
    describe(account, settings)
}

/// As the configuration describes it.
fn describe(account: Account, settings: &AccountSettings) -> Account {
    let mut attributes = account.attributes.clone();
    attributes.insert(NAME.to_owned(), json!(settings.name));
    attributes.insert("api_version".to_owned(), json!(settings.api_version.as_str()));
    Account {
        country: settings.country.clone(),
        currency: settings.currency,
        zone: settings.zone.clone(),
        attributes,
        ..account
    }
}

fn credentials(
    account: AccountId,
    settings: &AccountSettings,
    secret_key: &Secret,
) -> Vec<Credential> {
    let credential = |sha256, kind| Credential { sha256, account, kind, domains: Vec::new() };
    let secret = credential(secret_key.sha256(), CredentialKind::Secret);
    let public = settings
        .omise
        .public_key
        .as_ref()
        .map(|key| credential(Sha256::digest(key.as_bytes()).into(), CredentialKind::Public));
    std::iter::once(secret).chain(public).collect()
}
