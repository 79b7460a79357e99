//! Webhooks: what endpoints are told, in which words, and how it is signed.
//!
//! - `dialect` names events as each dialect does, and reads the names back.
//! - `secret` draws secrets and shows them once; `signature` signs with them.
//! - [`Secretary`] writes the letters that the runner delivers.
//!
//! What a letter says stands where the dialect's other words do: `omise::events`,
//! `moov::webhook` and `native::event`.

pub(crate) mod dialect;
mod secret;
mod secretary;
mod signature;

use std::sync::Arc;

use engine::Instant;
use runner::WallTime;
use runner::delivery::{self, Settings, Setup, SetupError, Tally};
use store::WebhookStore;

pub(crate) use dialect::Dialect;
pub(crate) use secret::Secret;
pub use secretary::Secretary;
pub(crate) use secretary::{Unwritten, message_id};

use crate::App;
use gateway::courier::Courier;

/// What answers about webhooks need.
#[derive(Clone)]
pub(crate) struct Webhooks {
    pub(crate) store: Arc<dyn WebhookStore>,
    /// Judges URLs as the one does who will go there.
    pub(crate) courier: Arc<Courier>,
    pub(crate) tally: Arc<Tally>,
}

/// What `/metrics` tells of webhooks.
pub(crate) struct Standing {
    pub(crate) outcomes: delivery::Outcomes,
    /// When the oldest delivery was queued that was not taken.
    pub(crate) oldest: Option<Instant>,
}

impl App {
    /// The same, which takes webhook endpoints; they are kept in `store`, and told as
    /// `settings` say until the running loop ends.
    ///
    /// # Errors
    /// Where no request can be sent at all.
    pub fn with_webhooks(
        self,
        store: Arc<dyn WebhookStore>,
        wall: Arc<dyn WallTime>,
        settings: Settings,
    ) -> Result<App, SetupError> {
        let (app, setup) = self.webhooks_of(store, wall, settings)?;
        let post = delivery::start(setup)?;
        app.runner.attach(post);
        Ok(app)
    }

    /// The same, with what is needed to tell its endpoints.
    ///
    /// # Errors
    /// Where no request can be sent at all.
    pub fn webhooks_of(
        self,
        store: Arc<dyn WebhookStore>,
        wall: Arc<dyn WallTime>,
        settings: Settings,
    ) -> Result<(App, Setup), SetupError> {
        let tally = Arc::new(Tally::default());
        let courier = Arc::new(Courier::new(settings.reach, settings.timeout)?);
        let webhooks = Webhooks { store: Arc::clone(&store), courier, tally: Arc::clone(&tally) };
        let app = App { webhooks: Some(webhooks), ..self };
        let setup = Setup {
            webhooks: store,
            store: Arc::clone(app.store()),
            scribe: Arc::new(Secretary::of(app.clone())),
            wall,
            settings,
            tally,
        };
        Ok((app, setup))
    }

    /// How webhooks stand, for metrics.
    pub(crate) async fn webhooks_standing(&self) -> Option<Standing> {
        let webhooks = self.webhooks.as_ref()?;
        let oldest = webhooks.store.oldest_pending().await.ok()?;
        Some(Standing { outcomes: webhooks.tally.read(), oldest })
    }
}
