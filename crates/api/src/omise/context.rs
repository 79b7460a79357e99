//! Who asks, when, and in which version.

use engine::{Account, IdempotencyKey, Instant, Mode};
use serde_json::Value;
use store::{RecordKey, RequestKey, StoreError};

use super::ids::Ids;
use super::time::Times;
use super::version::Version;
use crate::App;
use crate::foreign::ForeignNames;

/// Who asks, when, and in which version an answer is wanted.
#[derive(Clone)]
pub struct Context {
    /// On whose account.
    pub account: Account,
    /// In which version the answer is.
    pub version: Version,
    /// When; everything in one answer says the same.
    pub now: Instant,
    /// Whether ids of other things are replaced by those things.
    pub expand: bool,
    /// The client's own key for this request.
    pub request: Option<RequestKey>,
    /// In which zone instants are written.
    pub times: Times,
    /// The payment key that follows from `request`.
    pub payment_key: Option<IdempotencyKey>,
    /// Everything else.
    pub app: App,
    /// What an upstream calls those of its things that the answer names.
    pub foreign: ForeignNames,
}

impl Context {
    /// Public ids of this account's things.
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

    /// As the bank wants to know it.
    #[must_use]
    pub fn bank_context(&self) -> gateway::bank::Context<'_> {
        gateway::bank::Context {
            account: &self.account,
            now: self.now,
            key: self.payment_key.as_ref(),
        }
    }

    /// Whether real money moves.
    #[must_use]
    pub fn livemode(&self) -> bool {
        self.account.mode == Mode::Live
    }

    /// An instant as this answer writes it.
    #[must_use]
    pub fn time(&self, instant: Instant) -> Value {
        self.times.value(Some(instant))
    }

    /// An instant as this answer writes it, or null.
    #[must_use]
    pub fn optional_time(&self, instant: Option<Instant>) -> Value {
        self.times.value(instant)
    }

    /// A currency as this version writes it.
    #[must_use]
    pub fn currency(&self, currency: engine::Currency) -> Value {
        Value::String(match self.version {
            Version::V2017_11_02 => currency.code_lower(),
            Version::V2019_05_29 => currency.code().to_owned(),
        })
    }
}
