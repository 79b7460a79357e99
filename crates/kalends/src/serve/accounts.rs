//! The accounts that a configuration names, in the data.

use engine::{Account, AccountId, Instant, LaneId};
use gateway::moov::MoovPlatform;
use gateway::upstream::Secret;
use serde_json::{Map, json};
use sha2::{Digest as _, Sha256};
use store::{ACCOUNT_NAME, Credential, CredentialKind, Key, KeyOrigin, Store};

use crate::configuration::{AccountSettings, OmiseSettings};

/// The account of this name and mode, made where the data has none, as the configuration
/// describes it; the upstream's own keys open it.
pub(super) async fn ensure(
    store: &dyn Store,
    settings: &AccountSettings,
    upstream_keys: Vec<UpstreamKey>,
    now: Instant,
) -> anyhow::Result<Account> {
    // Lane and clock are the account's own: what one waits for holds up no other.
    let found = store.ensure_account(new(settings, now)).await?;
    let account = describe(&found, settings);
    if account != found {
        store.update_account(account.clone()).await?;
    }
    let configured = upstream_keys.into_iter().map(|key| key.of(account.id, now)).collect();
    put_configured(store, account.id, configured, now).await?;
    Ok(account)
}

fn new(settings: &AccountSettings, now: Instant) -> Account {
    let account = Account {
        // Both are given by the data.
        id: AccountId(0),
        lane: LaneId(0),
        mode: settings.mode,
        country: settings.country(),
        currency: settings.currency(),
        zone: settings.zone(),
        // That charges want their holder's word is the upstream's affair: it is told in what
        // becomes of each.
        three_d_secure: false,
        created_at: now,
        attributes: Map::new(),
    };
    describe(&account, settings)
}

/// As the configuration describes it.
fn describe(account: &Account, settings: &AccountSettings) -> Account {
    let mut attributes = account.attributes.clone();
    attributes.insert(ACCOUNT_NAME.to_owned(), json!(settings.name));
    attributes.insert("api_version".to_owned(), json!(settings.api_version().as_str()));
    Account {
        country: settings.country(),
        currency: settings.currency(),
        zone: settings.zone(),
        attributes,
        ..account.clone()
    }
}

/// A key of the upstream's own, as the configuration names it.
pub(super) struct UpstreamKey {
    sha256: [u8; 32],
    kind: CredentialKind,
    name: &'static str,
    ending: Box<str>,
}

impl UpstreamKey {
    /// Those of an Omise account.
    pub(super) fn of_omise(omise: &OmiseSettings, secret_key: &Secret) -> Vec<UpstreamKey> {
        let secret = UpstreamKey {
            sha256: secret_key.sha256(),
            kind: CredentialKind::Secret,
            name: "Omise, secret key",
            ending: "".into(),
        };
        let public = omise.public_key.as_ref().map(|public| {
            let start = public.len().saturating_sub(4);
            UpstreamKey {
                sha256: Sha256::digest(public.as_bytes()).into(),
                kind: CredentialKind::Public,
                name: "Omise, public key",
                ending: public.get(start..).unwrap_or_default().into(),
            }
        });
        std::iter::once(secret).chain(public).collect()
    }

    /// The pair of a Moov platform.
    pub(super) fn of_moov(platform: &MoovPlatform) -> Vec<UpstreamKey> {
        let sha256 = platform.secret_key.sha256_of_pair(&platform.public_key);
        let (kind, name) = (CredentialKind::Secret, "Moov, pair of keys");
        vec![UpstreamKey { sha256, kind, name, ending: "".into() }]
    }

    fn of(self, account: AccountId, now: Instant) -> Key {
        let UpstreamKey { sha256, kind, name, ending } = self;
        Key {
            credential: Credential { sha256, account, kind, domains: Vec::new(), expires_at: None },
            name: name.into(),
            ending,
            origin: KeyOrigin::Configured,
            created_at: now,
        }
    }
}

/// Writes the keys that the configuration names now, and ends those that it named before.
async fn put_configured(
    store: &dyn Store,
    account: AccountId,
    configured: Vec<Key>,
    now: Instant,
) -> anyhow::Result<()> {
    let known = store.keys(account).await?;
    let is_named =
        |key: &Key| configured.iter().any(|named| named.credential.sha256 == key.credential.sha256);
    let ended = known.iter().filter(|key| {
        key.origin == KeyOrigin::Configured && key.credential.opens_at(now) && !is_named(key)
    });
    let ended = ended.cloned().map(|mut key| {
        key.credential.expires_at = Some(now);
        key
    });
    let since = |mut key: Key| {
        let before = known.iter().find(|it| it.credential.sha256 == key.credential.sha256);
        key.created_at = before.map_or(now, |before| before.created_at);
        key
    };
    let keys: Vec<Key> = configured.iter().cloned().map(since).chain(ended).collect();
    store.put_keys(keys, None).await?;
    Ok(())
}
