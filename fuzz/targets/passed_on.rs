//! What is passed on is changed in its schedules alone.

#![no_main]

libfuzzer_sys::fuzz_target!(|answer: &[u8]| api::overlay::exercise::exercise(answer));
