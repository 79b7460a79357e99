//! A node, as far as its store goes: it claims, has paid, settles, and takes over.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use engine::settlement::settle;
use engine::{IdempotencyKey, Instant, Outcome, PaymentId, Run, Term};
use store::conformance::world::{LANE, at};
use store::postgres::{PostgresStore, Settings};
use store::{Claim, Store};
use tokio::time::Instant as Stopwatch;

use crate::ledger::World;

/// How long a claim holds, by the database's clock.
const LEASE: Duration = Duration::from_secs(6);
/// Runs that are claimed at once, at most.
const BATCH: u32 = 8;
/// How long is waited after a failure, or where nothing was to be done.
pub(crate) const PAUSE: Duration = Duration::from_millis(50);

struct Node {
    store: Arc<PostgresStore>,
    term: Term,
}

/// Works until all that is made is settled, whatever becomes of the database meanwhile.
pub(crate) async fn work(settings: Settings, world: Arc<World>) {
    let mut node = None;
    loop {
        let turned = match &node {
            None => Node::start(&settings).await.map(|started| {
                node = Some(started);
                false
            }),
            Some(node) => node.turn(&world).await,
        };
        match turned {
            Ok(true) => return,
            Ok(false) => {}
            Err(failure) => {
                world.note_failure(&failure);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// A store of one's own, opened as soon as that can be.
pub(crate) async fn open(settings: &Settings, world: &World) -> Arc<PostgresStore> {
    loop {
        match PostgresStore::open(settings).await {
            Ok(store) => return store,
            Err(failure) => world.note_failure(&failure),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

impl Node {
    async fn start(settings: &Settings) -> store::Result<Node> {
        let store = PostgresStore::open(settings).await?;
        let term = store.begin_term().await?;
        Ok(Node { store, term })
    }

    fn wish(&self) -> Claim {
        let now = at("2026-02-01T00:00:00Z");
        Claim {
            lane: LANE,
            now,
            limit: BATCH,
            term: self.term,
            lease_until: now.plus_seconds(i64::try_from(LEASE.as_secs()).unwrap()),
            wall_now: now,
        }
    }

    /// Takes over what others have left, and runs what is due. Whether nothing is left.
    async fn turn(&self, world: &World) -> store::Result<bool> {
        let begun = Stopwatch::now();
        let left = self.store.recover(self.wish()).await?;
        world.note_recovered(left.len());
        self.pay_and_settle(&left, begun, world, true).await?;
        let begun = Stopwatch::now();
        let fresh = self.store.claim(self.wish()).await?;
        self.pay_and_settle(&fresh, begun, world, false).await?;
        if !left.is_empty() || !fresh.is_empty() {
            return Ok(false);
        }
        tokio::time::sleep(PAUSE).await;
        let is_made = world.is_made();
        let paid = u64::try_from(world.ledger.len()).unwrap();
        let is_all = paid == world.owed.load(Ordering::Acquire);
        Ok(is_made && is_all && self.store.queue_depth(LANE).await? == 0)
    }

    async fn pay_and_settle(
        &self,
        runs: &[Run],
        begun: Stopwatch,
        world: &World,
        is_in_doubt: bool,
    ) -> store::Result<()> {
        let mut settlements = Vec::new();
        for run in runs {
            // What is held for too long is not sent: another may have taken it over.
            if begun.elapsed() > LEASE / 2 {
                break;
            }
            let RunKeyed { key, due } = self.keyed(run);
            let known = if is_in_doubt { world.ledger.look_up(&key) } else { None };
            let charge = known.unwrap_or_else(|| world.ledger.pay(&key));
            settlements.push(settle(run, Outcome::Succeeded(PaymentId::Charge(charge)), due));
        }
        if settlements.is_empty() {
            return Ok(());
        }
        let settled = self.store.settle(self.term, settlements).await?;
        if settled.iter().any(|settled| settled.is_written()) {
            world.note_settled();
        }
        Ok(())
    }

    fn keyed(&self, run: &Run) -> RunKeyed {
        let (schedule, slot) = (run.key.schedule, run.key.slot);
        let key = IdempotencyKey::of(self.store.installation(), schedule, slot, run.attempt);
        RunKeyed { key, due: run.key.due }
    }
}

struct RunKeyed {
    key: IdempotencyKey,
    due: Instant,
}
