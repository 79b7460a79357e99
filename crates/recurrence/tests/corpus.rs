//! What the fuzzers have kept, once more: nothing panics, hangs or contradicts
//! itself.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use jiff::civil::DateTime;
use recurrence::{Rule, RuleText, Timetable};

fn corpus(target: &str) -> Vec<String> {
    let folder = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files.filter_map(|bytes| String::from_utf8(bytes).ok()).collect()
}

#[test]
fn a_text_that_was_kept_is_a_rule_that_reads_back_or_is_refused_at_its_place() {
    let texts = corpus("parse");
    assert!(texts.len() > 50);
    for text in texts {
        match text.parse::<Rule>() {
            Ok(rule) => assert_eq!(rule.to_string().parse(), Ok(rule), "{text}"),
            Err(error) => assert!((1..=text.chars().count() + 1).contains(&error.position())),
        }
        let _ = text.parse::<RuleText>();
    }
}

#[test]
fn a_rule_that_was_kept_answers_all_questions_alike() {
    for text in corpus("expand") {
        let mut lines = text.splitn(3, '\n');
        let mut line = || lines.next().unwrap_or_default();
        let (start, time, rule) = (line(), line(), line());
        let (Ok(start), Ok(time), Ok(rule)) =
            (start.parse::<DateTime>(), time.parse::<DateTime>(), rule.parse::<Rule>())
        else {
            continue;
        };
        let timetable = Timetable::new(rule, start);
        let after = timetable.after(time);
        let walked = timetable.iter_from(time).find(|found| *found > time);
        assert_eq!(walked, after, "{text}");
        if let Some(after) = after {
            let index = timetable.count_between(start, after) - 1;
            assert_eq!(timetable.nth(index), Some(after), "{text}");
            assert!(timetable.before(after).is_none_or(|before| before <= time), "{text}");
        }
    }
}
