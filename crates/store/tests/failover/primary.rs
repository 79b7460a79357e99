//! What becomes of a primary.

use std::time::Duration;

use cluster::patroni::{Pair, Victim};
use tokio::time::Instant;

use crate::ledger::World;
use crate::node::PAUSE;

/// Slots that are paid between two fates.
const PAID_BETWEEN: usize = 150;
/// How long is waited for them.
const PATIENCE: Duration = Duration::from_mins(3);

#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    /// It dies, or a part of it.
    Dies(Victim),
    /// It stands still until another has taken its place, and then goes on.
    StandsStill,
    /// Its standby takes its place because somebody wants it so.
    IsReplaced,
}

impl Fate {
    const ALL: [Fate; 5] = [
        Fate::Dies(Victim::Machine),
        Fate::Dies(Victim::Patroni),
        Fate::StandsStill,
        Fate::IsReplaced,
        Fate::Dies(Victim::Postmaster),
    ];

    /// The two of every run of the tests, or so many as are wanted, each kind at first.
    pub(crate) fn drawn(count: Option<u64>, seed: u64) -> Vec<Fate> {
        let Some(count) = count else {
            return vec![Fate::Dies(Victim::Machine), Fate::Dies(Victim::Patroni)];
        };
        let mut state = seed | 1;
        (0..count)
            .map(|number| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let kinds = u64::try_from(Fate::ALL.len()).unwrap();
                let place = if number < kinds { number } else { (state >> 16) % kinds };
                Fate::ALL[usize::try_from(place).unwrap()]
            })
            .collect()
    }
}

/// How long it took.
pub(crate) struct Took {
    fate: Fate,
    /// Until another was the primary, where one was to be.
    promoted: Option<Duration>,
    /// The longest time in which no node settled anything.
    pause: Duration,
}

/// Lets a primary meet its fate while nodes work, and waits until all is as it was.
pub(crate) async fn meet(pair: &mut Pair, fate: Fate, world: &World) -> Took {
    let primary = pair.await_standby().await;
    await_payments(world).await;
    world.longest_pause();
    let begun = Instant::now();
    let other = 1 - primary;
    let mut promoted = None;
    match fate {
        Fate::Dies(victim) => {
            pair.kill(primary, victim);
            if victim != Victim::Postmaster {
                pair.await_promotion(other).await;
                promoted = Some(begun.elapsed());
            }
        }
        Fate::StandsStill => {
            pair.signal(primary, "STOP");
            pair.await_promotion(other).await;
            promoted = Some(begun.elapsed());
        }
        Fate::IsReplaced => {
            pair.switch_over().await;
            pair.await_promotion(other).await;
            promoted = Some(begun.elapsed());
        }
    }
    // The new one works for a while before the old one comes back.
    await_payments(world).await;
    let pause = world.longest_pause();
    match fate {
        Fate::StandsStill => pair.signal(primary, "CONT"),
        Fate::Dies(_) => pair.revive(primary),
        Fate::IsReplaced => {}
    }
    pair.await_standby().await;
    Took { fate, promoted, pause }
}

async fn await_payments(world: &World) {
    let (begun, before) = (Instant::now(), world.ledger.len());
    while world.ledger.len() < before + PAID_BETWEEN {
        assert!(begun.elapsed() < PATIENCE, "nothing is paid any more; {}", world.told());
        tokio::time::sleep(PAUSE).await;
    }
}

/// All that was measured.
#[derive(Default)]
pub(crate) struct Measured(Vec<Took>);

impl Measured {
    pub(crate) fn add(&mut self, took: Took) {
        println!(
            "{:?}: promoted after {:.1?}, nothing settled for {:.1?}",
            took.fate, took.promoted, took.pause
        );
        self.0.push(took);
    }
}

impl std::fmt::Display for Measured {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pauses = self.0.iter().map(|took| took.pause);
        let (least, most) = (pauses.clone().min(), pauses.max());
        write!(
            formatter,
            "{} primaries, nothing settled for {:.1?} to {:.1?}",
            self.0.len(),
            least.unwrap_or_default(),
            most.unwrap_or_default()
        )
    }
}
