//! What it costs to look and find nothing due.

use engine::{Instant, LaneId};
use store::{Claim, Store};

use crate::stopwatch::Stopwatch;
use crate::world::World;

const TICKS: u32 = 1_000;

/// A tick is a claim that finds nothing, and the question when something will be.
pub(crate) async fn measure(world: &World) -> anyhow::Result<()> {
    let now = world.runner.now();
    let claim = Claim {
        lane: LaneId(1),
        now,
        limit: 4_096,
        term: world.runner.term(),
        lease_until: Instant::MAX,
        wall_now: now,
    };
    let stopwatch = Stopwatch::start();
    for _ in 0..TICKS {
        anyhow::ensure!(world.store.claim(claim).await?.is_empty(), "nothing should be due");
        world.store.next_due(LaneId(1)).await?;
    }
    let each = stopwatch.elapsed() / TICKS;
    println!(
        "{:<44} {:>10} with {} pending  {:>10.3} ms each",
        "ticks with nothing due",
        TICKS,
        world.schedules,
        each.as_secs_f64() * 1_000.0
    );
    Ok(())
}
