//! Any text is a rule or is refused, and what is a rule reads back the same.
#![no_main]

#[allow(dead_code, reason = "each target has its own checks")]
#[path = "../checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| checks::parse(text));
