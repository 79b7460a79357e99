//! Whatever rules say, their questions agree with each other: alone, in sets,
//! rolled to business days, and by the clocks of zones.
#![no_main]

#[allow(dead_code, reason = "each target has its own checks")]
#[path = "../checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| {
    checks::expand(text);
});
