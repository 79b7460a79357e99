//! What every request needs; cheap to clone.

use std::sync::Arc;

use engine::Account;
use gateway::bank::Bank;
use store::{NameStore, Store};

use crate::authentication::Credentials;
use crate::metrics::Metrics;
use crate::overlay::{MoovOverlay, OmiseOverlay, Overlay};
use crate::rate_limit::{RateLimiter, RateLimits};
use crate::webhooks::Webhooks;

/// What every request needs; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The running loop, and through it store, bank and clock.
    pub runner: Arc<runner::Handle>,
    /// The loops of all lanes of this process, this one's among them.
    pub(crate) runners: Arc<[Arc<runner::Handle>]>,
    /// What an upstream calls its things, where there is one.
    pub(crate) names: Option<Arc<dyn NameStore>>,
    /// The account that stands behind this one, where there is one, with this one.
    pub(crate) overlaid: Option<(Arc<Overlay>, Arc<Account>)>,
    pub(crate) credentials: Arc<Credentials>,
    pub(crate) metrics: Arc<Metrics>,
    /// Where webhook endpoints are kept, where they are told of anything.
    pub(crate) webhooks: Option<Webhooks>,
    pub(crate) rate_limiter: Arc<RateLimiter>,
}

impl App {
    /// An application over a running loop.
    #[must_use]
    pub fn new(runner: Arc<runner::Handle>) -> App {
        App {
            runners: Arc::new([Arc::clone(&runner)]),
            runner,
            names: None,
            overlaid: None,
            credentials: Arc::new(Credentials::default()),
            metrics: Arc::new(Metrics::default()),
            webhooks: None,
            rate_limiter: Arc::new(RateLimiter::new(RateLimits::default())),
        }
    }

    /// The same over each of several running loops, which count together.
    #[must_use]
    pub fn over(&self, runners: &[Arc<runner::Handle>]) -> Vec<App> {
        let all: Arc<[Arc<runner::Handle>]> = runners.into();
        let app = |runner: &Arc<runner::Handle>| App {
            runner: Arc::clone(runner),
            runners: Arc::clone(&all),
            ..self.clone()
        };
        runners.iter().map(app).collect()
    }

    /// The same, of which an upstream pays: results are shown as `names` has them.
    #[must_use]
    pub fn with_names(self, names: Arc<dyn NameStore>) -> App {
        App { names: Some(names), ..self }
    }

    /// The same, in front of a real account: what is not about schedules is passed on, and
    /// whom a schedule names is asked for there. It serves this one account.
    #[must_use]
    pub fn in_front_of(self, overlay: Overlay, account: Account) -> App {
        App { overlaid: Some((Arc::new(overlay), Arc::new(account))), ..self }
    }

    /// The account that stands behind this one, where there is one.
    pub(crate) fn overlay(&self) -> Option<&Overlay> {
        self.overlaid.as_ref().map(|(overlay, _)| overlay.as_ref())
    }

    /// The Omise account that stands behind this one, where one does.
    pub(crate) fn omise_overlay(&self) -> Option<&OmiseOverlay> {
        match self.overlay()? {
            Overlay::Omise(overlay) => Some(overlay),
            Overlay::Moov(_) => None,
        }
    }

    /// The Moov platform that stands behind this one, where one does.
    pub(crate) fn moov_overlay(&self) -> Option<&MoovOverlay> {
        match self.overlay()? {
            Overlay::Moov(overlay) => Some(overlay),
            Overlay::Omise(_) => None,
        }
    }

    /// The same, where nobody may ask more than this.
    #[must_use]
    pub fn with_rate_limits(self, limits: RateLimits) -> App {
        App { rate_limiter: Arc::new(RateLimiter::new(limits)), ..self }
    }

    /// What is stored.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        self.runner.store()
    }

    /// The built-in bank.
    #[must_use]
    pub fn bank(&self) -> &Arc<Bank> {
        self.runner.bank()
    }
}
