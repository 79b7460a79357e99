//! The platform's part of a seed file.

use anyhow::{Context as _, bail};
use api::moov::{ids, origin};
use engine::{Account, Currency, Instant};
use gateway::bank::{Bank, NewWallet};
use serde::Deserialize;
use store::{Credential, Store};

use super::party::{Ground, SeedParty, SeedWallet};
use crate::sandbox::platform::{credential, party};

/// `[moov]`: the platform of the sandbox.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sandbox) struct SeedPlatform {
    /// The id of its own account, a UUID.
    id: Option<String>,
    #[serde(default, rename = "key")]
    keys: Vec<SeedKeys>,
    #[serde(default)]
    wallet: SeedWallet,
    #[serde(default, rename = "account")]
    accounts: Vec<SeedParty>,
}

/// A pair of keys beside the sandbox's own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedKeys {
    public: String,
    secret: String,
    /// Whence tokens given for it may be used; from anywhere where there are none.
    #[serde(default)]
    domains: Vec<String>,
}

impl SeedPlatform {
    /// The id of the platform's own account, if the seed chooses one.
    pub(in crate::sandbox) fn id(&self) -> anyhow::Result<Option<String>> {
        let read = |id: &String| {
            ids::canonical(id).with_context(|| {
                format!(
                    "moov.id {id:?} is not a UUID, such as 5352b013-ae58-4a63-8a3f-97f316a917cf"
                )
            })
        };
        self.id.as_ref().map(read).transpose()
    }

    /// The wallet of the platform's own account.
    pub(super) fn wallet(&self, currency: Currency) -> anyhow::Result<NewWallet> {
        self.wallet.wallet(currency).context("moov.wallet")
    }

    /// Adds what the data does not have yet. Domains of keys that are there follow the seed.
    pub(super) async fn plant(
        self,
        store: &dyn Store,
        bank: &Bank,
        platform: &Account,
        now: Instant,
    ) -> anyhow::Result<()> {
        let mut credentials = Vec::new();
        for (index, keys) in self.keys.into_iter().enumerate() {
            let place = || format!("key {} of moov", index + 1);
            let pair = keys.credential(platform).with_context(place)?;
            let known = store.credential(pair.sha256).await?;
            if known.is_some_and(|known| known.account != platform.id) {
                bail!("{}: this pair opens another account", place());
            }
            credentials.push(pair);
        }
        store.put_credentials(credentials).await?;
        let ground = Ground::new(bank, platform, now);
        if let Some(party) = party(platform) {
            self.wallet.open(ground, party).await.context("moov.wallet")?;
        }
        for (index, account) in self.accounts.into_iter().enumerate() {
            let place = format!("account {} of moov", index + 1);
            account.plant(ground).await.with_context(|| place)?;
        }
        Ok(())
    }
}

impl SeedKeys {
    fn credential(&self, platform: &Account) -> anyhow::Result<Credential> {
        if self.public.is_empty() || self.public.contains(':') || self.secret.is_empty() {
            bail!("public and secret are texts, the first without a colon");
        }
        let domain = |domain: &String| {
            let read = origin::domain(domain).map(Box::from);
            read.with_context(|| {
                format!(
                    "domain {domain:?} is not a host name, such as shop.example; localhost is none"
                )
            })
        };
        let domains = self.domains.iter().map(domain).collect::<anyhow::Result<_>>()?;
        Ok(credential(platform.id, &self.public, &self.secret, domains))
    }
}
