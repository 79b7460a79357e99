//! Several nodes on one PostgreSQL: how many executions they make in a second, and how soon
//! after its time a single payment is settled. `scripts/benchmark-nodes` starts the database
//! and goes through all of it.

mod executions;
mod instant_gateway;
mod latency;
mod pending;

use std::sync::Arc;

use clap::Args;
use store::Store as _;
use store::postgres::{PostgresStore, Settings};

use self::instant_gateway::InstantGateway;
use self::pending::Pending;

/// What is measured.
#[derive(Args)]
pub(crate) struct Arguments {
    /// An empty database, as `postgres://user:password@host/database`
    #[arg(long)]
    url: String,
    /// Pending schedules
    #[arg(long, default_value_t = 10_000)]
    pending: u32,
    /// Days of the month on which they are due: as many parts are run one after the other
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=28))]
    days: u32,
    /// How many nodes are measured, one number after the other
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 4])]
    nodes: Vec<u32>,
    /// Parts that are run with each number of nodes
    #[arg(long, default_value_t = 3)]
    parts: u32,
    /// Payments in one batch
    #[arg(long, default_value_t = 500)]
    batch: u32,
    /// Single payments whose latency is measured
    #[arg(long, default_value_t = 300)]
    singles: u32,
}

pub(crate) async fn measure(arguments: &Arguments) -> anyhow::Result<()> {
    let settings = Settings::new(&arguments.url);
    let store = PostgresStore::open(&settings).await?;
    let pending = Pending { schedules: arguments.pending, days: arguments.days };
    pending.plant(&arguments.url, &store).await?;
    latency::measure(&store, arguments.singles).await?;
    let gateway = Arc::new(InstantGateway::new(arguments.batch));
    let mut part = 0;
    for nodes in &arguments.nodes {
        let parts = part..part + arguments.parts;
        part = parts.end;
        executions::measure(&settings, &gateway, pending, *nodes, parts).await?;
    }
    let findings = store::BankStore::audit(&*store).await?;
    anyhow::ensure!(findings.is_empty(), "the books do not agree: {findings:?}");
    store.stop().await;
    Ok(())
}
