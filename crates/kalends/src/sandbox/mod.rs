//! `kalends sandbox`: both ends of a payment on one machine, and a clock that moves.

mod banner;
mod default_account;
mod endpoint;
mod platform;
mod seed;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;
use engine::{ClockId, Instant, LaneId};
use gateway::Gateway;
use gateway::bank::{Bank, NewWallet};
use runner::delivery::{Reach, Settings};
use runner::{CLOCK_MAX, Handle, MachineTime, Setup, WallTime};
use store::{BankStore, ClockMode, ClockState, Store};

use self::endpoint::EndpointArguments;
use crate::configuration::LogFormat;
use crate::server::{ConnectionLimits, Entrance, StopSignals};
use crate::{data, logging, server};

/// Every account of a sandbox shares this lane: one gateway on one clock.
const LANE: LaneId = LaneId(1);
const CLOCK: ClockId = data::clock_of(LANE);

#[derive(Args)]
pub(crate) struct Arguments {
    /// Where to listen
    #[arg(
        long,
        default_value = "127.0.0.1:7007",
        value_name = "HOST:PORT",
        env = "KALENDS_LISTEN"
    )]
    listen: SocketAddr,
    /// Where data is kept: a file, a folder, or `:memory:`, which keeps nothing
    #[arg(long, default_value = "kalends-data", env = "KALENDS_DATA")]
    data: PathBuf,
    /// Accounts, keys, customers, cards and recipients to begin with
    #[arg(long, value_name = "FILE.toml", env = "KALENDS_SEED")]
    seed: Option<PathBuf>,
    /// Make the clock stand here, such as 2026-01-31T00:00:00Z; kept over restarts
    #[arg(long, value_name = "INSTANT", env = "KALENDS_CLOCK")]
    clock: Option<jiff::Timestamp>,
    /// Send webhooks to public addresses alone, and by HTTPS alone, as a server would
    /// (docs/webhooks.md)
    #[arg(long, env = "KALENDS_PUBLIC_WEBHOOKS_ONLY")]
    public_webhooks_only: bool,
    #[command(flatten)]
    endpoint: EndpointArguments,
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    logging::start("info", LogFormat::Auto);
    let seed = arguments.seed.as_deref().map(seed::read).transpose()?;
    let sqlite = data::open(&arguments.data)?;
    let store: Arc<dyn Store> = sqlite.clone();
    let books: Arc<dyn BankStore> = sqlite.clone();
    let bank = Arc::new(Bank::new(books));
    if let Some(position) = arguments.clock {
        start_clock_at(store.as_ref(), position).await?;
    }
    let wall: Arc<dyn WallTime> = Arc::new(MachineTime::new());
    let endpoint = arguments.endpoint.gateway(&sqlite, &wall)?;
    let gateway: Arc<dyn Gateway> = endpoint.unwrap_or_else(|| bank.clone());
    let entrance = Entrance::open(arguments.listen, ConnectionLimits::default(), None)
        .await
        .context("is another sandbox running? Choose another address with --listen")?;
    let runner = Handle::start(Setup {
        store: store.clone(),
        bank: bank.clone(),
        gateway,
        lane: LANE,
        clock: CLOCK,
        wall: wall.clone(),
    })
    .await?;
    default_account::ensure(store.as_ref(), &bank, runner.now()).await?;
    let platform_id = seed.as_ref().map(seed::Seed::platform_id).transpose()?.flatten();
    let wallet = match &seed {
        Some(seed) => seed.platform_wallet(platform::CURRENCY)?,
        None => NewWallet::in_currency(platform::CURRENCY),
    };
    let given = (platform_id.as_deref(), wallet);
    let platform = platform::ensure(store.as_ref(), &bank, runner.now(), given).await?;
    if let Some(seed) = seed {
        seed.plant(store.as_ref(), &bank, &platform, runner.now()).await?;
    }

    let reach = if arguments.public_webhooks_only { Reach::Public } else { Reach::Anywhere };
    let app = api::App::new(runner.clone()).with_names(sqlite.clone()).with_webhooks(
        sqlite,
        wall,
        Settings::with_reach(reach),
    )?;
    let platform_id = platform::public_id(&app, &platform).unwrap_or_default();
    let signals = StopSignals::hear()?;
    banner::print(entrance.address()?, &arguments.data, &runner, &platform_id);
    server::run(entrance, signals, api::router(app), &[runner]).await
}

/// Starts a clock standing. One that stands already keeps its place: the data,
/// not the command line, knows how far it has come.
async fn start_clock_at(store: &dyn Store, position: jiff::Timestamp) -> anyhow::Result<()> {
    let Some(position) = Instant::from_timestamp(position) else {
        bail!("--clock {position} lies outside the years 1678 to 2261");
    };
    if position > CLOCK_MAX {
        bail!("--clock {position} lies outside the years 1678 to 2261");
    }
    match store.clock(CLOCK).await?.mode {
        ClockMode::Standing(kept) => {
            if kept != position {
                tracing::info!(%kept, asked = %position, "the clock stays where it was; move it with `kalends clock`");
            }
        }
        ClockMode::Wall if store.any_schedule().await? => {
            bail!(
                "this data follows the wall clock and has schedules; move it with `kalends clock`, or start with other --data"
            );
        }
        ClockMode::Wall => {
            let state = ClockState { mode: ClockMode::Standing(position), target: None };
            store.set_clock(CLOCK, state).await?;
        }
    }
    Ok(())
}
