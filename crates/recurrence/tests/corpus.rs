//! What the fuzzers have kept, once more: nothing panics, hangs or contradicts
//! itself.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../fuzz/src/checks.rs"]
mod checks;

use std::fs;

fn corpus(target: &str) -> Vec<String> {
    let folder = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files.filter_map(|bytes| String::from_utf8(bytes).ok()).collect()
}

#[test]
fn a_text_that_was_kept_is_a_rule_that_reads_back_or_is_refused_at_its_place() {
    let texts = corpus("parse");
    assert!(texts.len() > 50);
    for text in &texts {
        checks::parse(text);
    }
}

#[test]
fn a_rule_that_was_kept_answers_all_questions_alike() {
    let texts = corpus("expand");
    let answered = texts.iter().filter(|text| checks::expand(text).is_some()).count();
    assert!(answered > 50, "{answered} of {}", texts.len());
}
