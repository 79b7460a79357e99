//! What every request needs; cheap to clone.

use std::sync::Arc;

use gateway::bank::Bank;
use store::Store;

use crate::authentication::Credentials;
use crate::metrics::Metrics;

/// What every request needs; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The running loop, and through it store, bank and clock.
    pub runner: Arc<runner::Handle>,
    pub(crate) credentials: Arc<Credentials>,
    pub(crate) metrics: Arc<Metrics>,
}

impl App {
    /// An application over a running loop.
    #[must_use]
    pub fn new(runner: Arc<runner::Handle>) -> App {
        App {
            runner,
            credentials: Arc::new(Credentials::default()),
            metrics: Arc::new(Metrics::default()),
        }
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
