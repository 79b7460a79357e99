//! Any text is a rule or is refused, and what is a rule reads back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use recurrence::{ParseError, Rule, RuleText};

fn check_place(text: &str, error: &ParseError) {
    assert!(error.position() >= 1 && error.position() <= text.chars().count() + 1);
    assert!(!error.expected().is_empty());
}

fuzz_target!(|text: &str| {
    match text.parse::<Rule>() {
        Ok(rule) => assert_eq!(rule.to_string().parse(), Ok(rule)),
        Err(error) => check_place(text, &error),
    }
    if let Err(error) = text.parse::<RuleText>() {
        check_place(text, &error);
    }
});
