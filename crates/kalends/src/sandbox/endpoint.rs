//! A sandbox whose schedules are paid by an endpoint of the user's own.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use engine::Mode;
use gateway::Gateway;
use gateway::http::{Endpoint, HttpGateway, SigningSecret};
use gateway::upstream::{Limits, Names, Url};
use runner::WallTime;
use store::sqlite::SqliteStore;
use store::{BankStore, NameStore, Store as _};

use crate::local_names::PublicIds;

/// Requests under way at once.
const CONCURRENCY: NonZeroU32 = NonZeroU32::new(32).unwrap();
/// How long the endpoint may take for one of them.
const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Args)]
pub(super) struct EndpointArguments {
    /// Have this endpoint pay what schedules ask for, instead of the built-in bank
    /// (docs/gateways.md)
    #[arg(long, value_name = "URL", requires = "gateway_secret_file", env = "KALENDS_GATEWAY_URL")]
    gateway_url: Option<Url>,
    /// What requests to it are signed with: base64 of 24 to 64 random bytes
    #[arg(
        long,
        value_name = "FILE",
        requires = "gateway_url",
        env = "KALENDS_GATEWAY_SECRET_FILE"
    )]
    gateway_secret_file: Option<PathBuf>,
}

impl EndpointArguments {
    /// The endpoint as a gateway, where one was named. It is taken at its word: whoever
    /// develops one keeps keys for as long as there is data, and what it does not know yet
    /// may still be on its way.
    pub(super) fn gateway(
        self,
        store: &Arc<SqliteStore>,
        wall: &Arc<dyn WallTime>,
    ) -> anyhow::Result<Option<Arc<dyn Gateway>>> {
        let Some((url, file)) = self.gateway_url.zip(self.gateway_secret_file) else {
            return Ok(None);
        };
        let secret = std::fs::read_to_string(&file)
            .with_context(|| format!("cannot read the secret in {}", file.display()))?;
        let secret = SigningSecret::read(&secret)
            .with_context(|| format!("cannot use the secret in {}", file.display()))?;
        let limits = Limits { concurrency: CONCURRENCY, per_second: None, timeout: TIMEOUT };
        let endpoint = Endpoint {
            url,
            secret,
            limits,
            keys_kept_for: None,
            absence_is_conclusive_after: None,
        };
        let local = PublicIds {
            installation: store.installation(),
            // Accounts of a sandbox are all in test mode.
            mode: Mode::Test,
            books: Arc::clone(store) as Arc<dyn BankStore>,
        };
        let names = Names::new(Arc::clone(store) as Arc<dyn NameStore>).with_local(Arc::new(local));
        let wall = Arc::clone(wall);
        let now = Arc::new(move || wall.now());
        Ok(Some(Arc::new(HttpGateway::new(endpoint, names, now)?)))
    }
}
