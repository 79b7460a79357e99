//! What every request needs; cheap to clone.

use std::sync::Arc;

use gateway::bank::Bank;
use store::{NameStore, Store};

use crate::authentication::Credentials;
use crate::metrics::Metrics;
use crate::rate_limit::{RateLimiter, RateLimits};

/// What every request needs; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The running loop, and through it store, bank and clock.
    pub runner: Arc<runner::Handle>,
    /// What an upstream calls its things, where there is one.
    pub(crate) names: Option<Arc<dyn NameStore>>,
    pub(crate) credentials: Arc<Credentials>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) rate_limiter: Arc<RateLimiter>,
}

impl App {
    /// An application over a running loop.
    #[must_use]
    pub fn new(runner: Arc<runner::Handle>) -> App {
        App {
            runner,
            names: None,
            credentials: Arc::new(Credentials::default()),
            metrics: Arc::new(Metrics::default()),
            rate_limiter: Arc::new(RateLimiter::new(RateLimits::default())),
        }
    }

    /// The same, of which an upstream pays: results are shown as `names` has them.
    #[must_use]
    pub fn with_names(self, names: Arc<dyn NameStore>) -> App {
        App { names: Some(names), ..self }
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
