//! `kalends serve`: schedules in production, in front of real accounts.

mod accounts;

use std::io::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use api::App;
use api::overlay::{MoovOverlay, OmiseOverlay, Overlay};
use clap::Args;
use engine::Account;
use gateway::Gateway;
use gateway::bank::Bank;
use gateway::collector::Collector;
use gateway::moov::{MoovDirectory, MoovGateway};
use gateway::omise::{OmiseAccount, OmiseDirectory, OmiseGateway};
use gateway::passage::Passage;
use gateway::upstream::{Names, SharedPace};
use runner::delivery::Settings;
use runner::traces::{Sending, Traces};
use runner::{Handle, MachineTime, Setup, SharedTime, WallTime};
use store::Data;

use crate::configuration::{
    AccountSettings, ConfigurationArgument, MoovSettings, OmiseSettings, TraceSettings, Upstream,
};
use crate::local_names::PublicIds;
use crate::server::{Certificate, Entrance, StopSignals};
use crate::{data, logging, server};
use accounts::UpstreamKey;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    configuration: ConfigurationArgument,
}

pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let configuration = arguments.configuration.read()?;
    logging::start(&configuration.logs.filter, configuration.logs.format);
    let data = data::open_of(&configuration).await?;
    let certificate = configuration.tls.files().map(Certificate::open).transpose()?;
    let connections = configuration.connections.into();
    let entrance = Entrance::open(configuration.listen, connections, certificate).await?;
    let wall = time_of(&data).await?;
    let mut lanes = Vec::with_capacity(configuration.accounts.len());
    for settings in &configuration.accounts {
        let lane = Lane::open(Ground { settings, data: &data, wall: &wall })
            .await
            .with_context(|| format!("the account {} cannot be served", settings.name))?;
        lanes.push(lane);
    }
    let runners: Vec<Arc<Handle>> = lanes.iter().map(|lane| Arc::clone(&lane.runner)).collect();
    let Some(first) = runners.first() else { bail!("there is no account") };
    let webhooks = Settings::with_reach(configuration.webhooks.reach());
    // One post office for all accounts: each endpoint has a task of its own in it.
    let app = App::new(Arc::clone(first))
        .with_names(data.clone())
        .with_rate_limits(configuration.rate_limits.into())
        .with_webhooks(data.clone(), wall, webhooks)?;
    let sending = trace(&configuration.traces, data.as_ref(), &runners)?;
    let apps = app.over(&runners).into_iter().zip(lanes);
    let apps = apps.map(|(app, lane)| app.in_front_of(lane.overlay, lane.account));
    let router = api::switchboard(apps.collect());
    let (url, signals) = (entrance.url()?, StopSignals::hear()?);
    // Whoever started it may have closed its output: that is no reason to stop.
    let _ = writeln!(std::io::stdout(), "Kalends, ready on {url}");
    tracing::info!(url, accounts = runners.len(), "serving");
    let served = server::run(entrance, signals, router, &runners).await;
    if let Some(sending) = sending {
        sending.end().await;
    }
    served
}

/// The time of day: the machine's, or what nodes agree on that share their data.
async fn time_of(data: &Arc<dyn Data>) -> anyhow::Result<Arc<dyn WallTime>> {
    Ok(match SharedTime::start(data.clone()).await? {
        Some(shared) => shared,
        None => Arc::new(MachineTime::new()),
    })
}

/// Has a collector told what payments go through, where one is named.
fn trace(
    settings: &TraceSettings,
    data: &dyn Data,
    runners: &[Arc<Handle>],
) -> anyhow::Result<Option<Sending>> {
    let Some(url) = &settings.collector else { return Ok(None) };
    let (traces, sending) = Traces::begin(Collector::new(url)?, data.installation());
    for runner in runners {
        runner.trace(&traces);
    }
    Ok(Some(sending))
}

/// An account whose schedules run.
struct Lane {
    account: Account,
    overlay: Overlay,
    runner: Arc<Handle>,
}

/// What an account is served with.
struct Ground<'a> {
    settings: &'a AccountSettings,
    data: &'a Arc<dyn Data>,
    wall: &'a Arc<dyn WallTime>,
}

impl Lane {
    /// Begins to run what is due of an account. Its clock is its lane's.
    async fn open(ground: Ground<'_>) -> anyhow::Result<Lane> {
        match ground.settings.upstream().context("nobody moves its money")? {
            Upstream::Omise(omise) => Lane::of_omise(ground, omise).await,
            Upstream::Moov(moov) => Lane::of_moov(ground, moov).await,
        }
    }

    async fn of_omise(ground: Ground<'_>, omise: &OmiseSettings) -> anyhow::Result<Lane> {
        let secret_key = omise.secret_key(ground.settings.mode)?;
        let account = ground.account(UpstreamKey::of_omise(omise, &secret_key)).await?;
        let upstream = OmiseAccount { url: omise.url.clone(), secret_key, limits: omise.limits() };
        let gateway = OmiseGateway::new(upstream.clone(), ground.names())?;
        let gateway = gateway.sharing(ground.pace(&account));
        let overlay = Overlay::Omise(Box::new(OmiseOverlay {
            directory: OmiseDirectory::new(upstream)?,
            api: Passage::new(&omise.url)?,
            vault: Passage::new(&omise.vault_url)?,
            allow_card_numbers: omise.allow_card_numbers,
        }));
        let runner = ground.runner(&account, Arc::new(gateway)).await?;
        Ok(Lane { account, overlay, runner })
    }

    async fn of_moov(ground: Ground<'_>, moov: &MoovSettings) -> anyhow::Result<Lane> {
        let platform = moov.platform()?;
        let account = ground.account(UpstreamKey::of_moov(&platform)).await?;
        let gateway = MoovGateway::new(platform.clone(), ground.names())?;
        let gateway = gateway.sharing(ground.pace(&account));
        let directory = MoovDirectory::new(platform, ground.settings.mode)?;
        let overlay = MoovOverlay::new(directory, Passage::new(&moov.url)?);
        let runner = ground.runner(&account, Arc::new(gateway)).await?;
        Ok(Lane { account, overlay: Overlay::Moov(Box::new(overlay)), runner })
    }
}

impl Ground<'_> {
    async fn account(&self, keys: Vec<UpstreamKey>) -> anyhow::Result<Account> {
        accounts::ensure(self.data.as_ref(), self.settings, keys, self.wall.now()).await
    }

    async fn runner(
        &self,
        account: &Account,
        gateway: Arc<dyn Gateway>,
    ) -> anyhow::Result<Arc<Handle>> {
        let handle = Handle::start(Setup {
            store: self.data.clone(),
            bank: Arc::new(Bank::new(self.data.clone())),
            gateway,
            lane: account.lane,
            clock: data::clock_of(account.lane),
            wall: Arc::clone(self.wall),
        });
        Ok(handle.await?)
    }

    /// Whose pace it is that nodes keep together.
    fn pace(&self, account: &Account) -> SharedPace {
        SharedPace { store: self.data.clone(), lane: account.lane }
    }

    /// What things are called at the upstream, and here.
    fn names(&self) -> Names {
        let local = PublicIds {
            installation: self.data.installation(),
            mode: self.settings.mode,
            books: self.data.clone(),
        };
        let names = Names::new(self.data.clone());
        names.with_local(Arc::new(local))
    }
}
