//! Executions in a second: intent, payment at once, settlement, next slot; two commits each.

use std::ops::Range;
use std::sync::Arc;

use engine::LaneId;
use runner::{Lane, MachineTime};
use store::postgres::{PostgresStore, Settings};
use store::{ClockMode, ClockState, Store};

use super::instant_gateway::InstantGateway;
use super::pending::Pending;
use crate::stopwatch::Stopwatch;

/// Some parts of what is pending are run, one after the other, by so many nodes, each with
/// connections of its own.
pub(crate) async fn measure(
    settings: &Settings,
    gateway: &Arc<InstantGateway>,
    pending: Pending,
    nodes: u32,
    parts: Range<u32>,
) -> anyhow::Result<()> {
    let mut stores: Vec<Arc<PostgresStore>> = Vec::new();
    for _ in 0..nodes {
        stores.push(PostgresStore::open(settings).await?);
    }
    let mut shares = vec![0; stores.len()];
    let stopwatch = Stopwatch::start();
    for part in parts {
        let now = pending.hour(part)?;
        let mut running = Vec::new();
        for store in &stores {
            let clock = ClockState { mode: ClockMode::Standing(now), target: None };
            let (wall, term) = (Arc::new(MachineTime::new()), store.begin_term().await?);
            let (store, gateway) = (store.clone() as Arc<dyn Store>, gateway.clone());
            let lane = Lane::new(store, gateway, wall, LaneId(1), term, clock);
            running.push(tokio::spawn(async move { lane.run_due().await }));
        }
        for (share, running) in shares.iter_mut().zip(running) {
            let counts = running.await??;
            anyhow::ensure!(counts.failed + counts.stale + counts.awaiting == 0, "{counts:?}");
            *share += counts.successful;
        }
    }
    let all: u64 = shares.iter().sum();
    stopwatch.report(&format!("executions, {} pending, {nodes} nodes", pending.schedules), all);
    if nodes > 1 {
        println!("    by node: {shares:?}");
    }
    for store in stores {
        store.stop().await;
    }
    Ok(())
}
