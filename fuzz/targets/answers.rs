//! What an upstream answers is taken for no more than it says.

#![no_main]

libfuzzer_sys::fuzz_target!(|answer: &[u8]| gateway::exercise::exercise(answer));
