//! Going through a history with all three stores, and comparing what they say.

use engine::Instant;
use tempfile::TempDir;

use crate::arm::{Arm, Said};
use crate::dice::Dice;
use crate::steps::{self, Step};

/// Where the stores do not agree.
#[derive(Clone, Debug)]
pub struct Difference {
    /// After so many steps.
    pub step: usize,
    /// What each asked and was answered, by its name.
    pub said: Vec<(&'static str, Option<Said>)>,
}

/// When a history begins: among others, shortly before clocks are set.
fn start(dice: &mut Dice) -> Instant {
    let text = dice.pick(&[
        "2026-01-01T00:00:00Z",
        "2026-03-07T12:00:00Z",
        "2026-03-27T22:30:00.25Z",
        "2026-10-23T05:59:59.999999999Z",
        "2025-12-30T17:00:00Z",
        "2028-02-27T00:00:00Z",
    ]);
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
}

/// A folder for SQLite, in memory where there is such a place: what is compared is what is
/// answered, not what a disk keeps.
fn folder() -> TempDir {
    let builder = tempfile::Builder::new().prefix("kalends-alike-").to_owned();
    builder.tempdir_in("/dev/shm").or_else(|_| builder.tempdir()).unwrap()
}

/// How many answers of each store were compared, if they agreed.
pub async fn run(seed: u64, history: Vec<Step>) -> Result<usize, Difference> {
    let folder = folder();
    let start = start(&mut Dice::of(seed));
    let database = cluster::database().await;
    let mut arms = [
        Arm::model(start),
        Arm::sqlite(&folder.path().join("kalends.db"), start),
        Arm::postgres(database, start).await,
    ];
    let done = go_through(seed, &history, &mut arms).await;
    for arm in arms {
        arm.close().await;
    }
    done
}

async fn go_through(seed: u64, history: &[Step], arms: &mut [Arm; 3]) -> Result<usize, Difference> {
    for arm in &mut *arms {
        steps::begin(arm, &mut Dice::of(seed)).await;
    }
    let mut compared = compare(0, arms)?;
    for (index, step) in history.iter().enumerate() {
        for arm in &mut *arms {
            steps::take(arm, *step).await;
        }
        compared += compare(index + 1, arms)?;
    }
    for arm in &mut *arms {
        steps::look_at_everything(arm, &mut Dice::of(seed)).await;
    }
    compared += compare(history.len() + 1, arms)?;
    Ok(compared)
}

/// How many answers there were, if all are the same.
fn compare(step: usize, arms: &mut [Arm; 3]) -> Result<usize, Difference> {
    let said: Vec<(&'static str, Vec<Said>)> =
        arms.iter_mut().map(|arm| (arm.name, arm.said())).collect();
    let most = said.iter().map(|(_, said)| said.len()).max().unwrap_or(0);
    for index in 0..most {
        let of_each: Vec<(&'static str, Option<Said>)> =
            said.iter().map(|(name, said)| (*name, said.get(index).cloned())).collect();
        if of_each.iter().any(|(_, said)| *said != of_each[0].1) {
            return Err(Difference { step, said: of_each });
        }
    }
    Ok(most)
}
