//! Durable executions: intent, ledger, settlement, next slot, events.

use crate::stopwatch::Stopwatch;
use crate::world::{World, instant};

/// A month passes, and every pending schedule runs once.
pub(crate) async fn measure(world: &World) -> anyhow::Result<()> {
    let to = instant("2026-02-01T23:59:59Z")?;
    let stopwatch = Stopwatch::start();
    let advanced = world.runner.advance_clock(to).await?;
    stopwatch.report("executions, every one of them durable", advanced.counts.successful);
    anyhow::ensure!(
        advanced.counts.successful == u64::from(world.schedules) && advanced.counts.failed == 0,
        "every schedule should have run once: {advanced:?}"
    );
    Ok(())
}

/// A year passes for a modest number of schedules: what a developer waits for.
pub(crate) async fn measure_a_year(world: &World) -> anyhow::Result<()> {
    let to = instant("2027-01-01T23:59:59Z")?;
    let stopwatch = Stopwatch::start();
    let advanced = world.runner.advance_clock(to).await?;
    stopwatch.report("a year of monthly schedules", advanced.counts.successful);
    anyhow::ensure!(
        advanced.counts.successful == u64::from(world.schedules) * 12,
        "every schedule should have run twelve times: {advanced:?}"
    );
    Ok(())
}
