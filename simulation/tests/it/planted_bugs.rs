//! Every bug that can be planted is found, within a stated number of worlds.

use simulation::{Fault, Options, run};

/// The seeds in which a planted bug is looked for: always the same, so that this
/// test says the same every time.
const SEEDS: std::ops::Range<u64> = 1_000..1_300;

#[test]
fn every_planted_bug_is_found_within_three_hundred_worlds() {
    let mut missed = Vec::new();
    for fault in Fault::ALL {
        let options = Options { planted: Some(fault), ..Options::default() };
        let found = SEEDS.map(|seed| run(seed, &options)).find(|report| report.violation.is_some());
        match found {
            Some(report) => println!(
                "{fault:?}: world {} ({})",
                report.seed - SEEDS.start + 1,
                report.violation.unwrap_or_default().chars().take(160).collect::<String>()
            ),
            None => missed.push(fault),
        }
    }
    assert_eq!(missed, []);
}
