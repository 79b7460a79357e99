//! Puts schedules into any bytes that an upstream may answer, and looks at what has changed:
//! for the fuzzer, and for the test that replays its corpus.
#![allow(clippy::panic, reason = "that is how a fuzzer is told")]

use engine::{InstallationId, Mode};
use serde_json::Value;

use super::references;
use crate::omise::ids::Code;

const CODE: Code = Code { installation: InstallationId(7), mode: Mode::Test };

/// Reads an answer and puts schedules into it.
///
/// # Panics
///
/// Where anything has changed but the schedule of a payment that had none.
pub fn exercise(answer: &[u8]) {
    let Ok(before) = serde_json::from_slice::<Value>(answer) else { return };
    let mut after = before.clone();
    let any = references::put(&mut after, CODE);
    assert_eq!(any, differ(&before, &after));
    assert!(!references::put(&mut after, CODE), "what was put is put again");
}

/// Whether anything has changed.
fn differ(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Array(before), Value::Array(after)) => {
            assert_eq!(before.len(), after.len());
            before.iter().zip(after).fold(false, |any, (before, after)| differ(before, after) | any)
        }
        (Value::Object(before), Value::Object(after)) => {
            assert!(before.keys().eq(after.keys()));
            before.iter().fold(false, |any, (name, before)| {
                let after = after.get(name).unwrap_or_else(|| panic!("{name} is gone"));
                let is_put = name == "schedule" && before.is_null() && after.is_string();
                is_put || differ(before, after) | any
            })
        }
        (before, after) => {
            assert_eq!(before, after);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn what_the_fuzzer_kept_is_changed_in_its_schedules_alone() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/passed_on");
        let kept: Vec<_> = std::fs::read_dir(corpus).unwrap().map(Result::unwrap).collect();
        assert!(!kept.is_empty());
        for entry in kept {
            exercise(&std::fs::read(entry.path()).unwrap());
        }
    }
}
