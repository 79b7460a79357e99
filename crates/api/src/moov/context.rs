//! Who asks, when, and in which version.

use std::sync::Arc;

use engine::{Account, Instant, Mode, PartyId};
use gateway::bank::Bank;
use serde_json::Value;
use store::{RecordKey, Store, StoreError};

use super::authentication::Caller;
use super::ids::Ids;
use super::version::Version;
use crate::App;
use crate::foreign::ForeignNames;

/// The attribute of a tenant under which the key of its own party is kept.
pub const PLATFORM_PARTY: &str = "platform_party";

/// Who asks, when, and in which version an answer is wanted.
#[derive(Clone)]
pub struct Context {
    /// The tenant: the platform under which all that the request can reach stands.
    pub account: Account,
    /// What the request was let in by.
    pub caller: Caller,
    /// In which version the answer is.
    pub version: Version,
    /// When; everything in one answer says the same.
    pub now: Instant,
    /// Everything else: the running loop, and through it store, bank and clock.
    pub app: App,
    /// What an upstream calls those of its things that the answer names.
    pub foreign: ForeignNames,
}

impl Context {
    /// Public ids of this tenant's things.
    #[must_use]
    pub fn ids(&self) -> Ids {
        Ids::of(&self.app, &self.account).knowing(self.foreign.clone())
    }

    /// The same request, whose answer names these.
    pub(crate) async fn naming(
        &self,
        named: impl IntoIterator<Item = RecordKey>,
    ) -> Result<Context, StoreError> {
        let foreign = ForeignNames::among(&self.app, named).await?;
        Ok(Context { foreign, ..self.clone() })
    }

    /// The built-in bank.
    #[must_use]
    pub fn bank(&self) -> &Arc<Bank> {
        self.app.bank()
    }

    /// What is stored.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        self.app.store()
    }

    /// The request as the bank wants to know it.
    #[must_use]
    pub const fn bank_context(&self) -> gateway::bank::Context<'_> {
        gateway::bank::Context { account: &self.account, now: self.now, key: None }
    }

    /// The party that the tenant itself is. `None` for a tenant that is no platform.
    #[must_use]
    pub fn platform(&self) -> Option<PartyId> {
        self.account.attributes.get(PLATFORM_PARTY).and_then(Value::as_i64).map(PartyId)
    }

    /// `sandbox` or `production`, as every object says it.
    #[must_use]
    pub const fn mode(&self) -> &'static str {
        match self.account.mode {
            Mode::Test => "sandbox",
            Mode::Live => "production",
        }
    }
}
