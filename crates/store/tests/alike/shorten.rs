//! Telling of a difference, by the shortest history that still leads to one.

use std::fmt::Write;

use crate::history::{self, Difference};
use crate::steps::Step;

/// Leaves out one step after the other as long as the stores still differ, and tells of it.
pub async fn shorten(seed: u64, mut history: Vec<Step>, difference: Difference) -> String {
    let mut told = format!("seed {seed}\n");
    tell(&mut told, &history, &difference);
    // At once: it takes a while to find a shorter one.
    println!("{told}");
    let mut difference = difference;
    history.truncate(difference.step);
    loop {
        let before = history.len();
        let mut index = history.len();
        while index > 0 {
            index -= 1;
            let mut shorter = history.clone();
            shorter.remove(index);
            if let Err(still) = history::run(seed, shorter.clone()).await {
                shorter.truncate(still.step);
                (history, difference) = (shorter, still);
                index = index.min(history.len());
            }
        }
        if history.len() == before {
            break;
        }
    }
    let kinds: Vec<_> = history.iter().map(|step| step.kind).collect();
    let _ = writeln!(told, "the same by {} steps alone, {kinds:?}:", history.len());
    tell(&mut told, &history, &difference);
    told
}

fn tell(told: &mut String, history: &[Step], difference: &Difference) {
    let Difference { step, said } = difference;
    let kind = step.checked_sub(1).and_then(|index| history.get(index)).map(|step| step.kind);
    let _ = match kind {
        Some(kind) => writeln!(told, "at step {step} of {}, {kind:?}", history.len()),
        None if *step == 0 => writeln!(told, "at the beginning"),
        None => writeln!(told, "when all is looked at in the end"),
    };
    let mut asked_before = None;
    for (name, said) in said {
        let Some(said) = said else {
            let _ = writeln!(told, "  {name}: asks nothing more");
            continue;
        };
        if asked_before != Some(&said.asked) {
            let _ = writeln!(told, "  {name} asks: {}", said.asked);
        }
        asked_before = Some(&said.asked);
        let _ = writeln!(told, "  {name}: {}", said.answered);
    }
}
