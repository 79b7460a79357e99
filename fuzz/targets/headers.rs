//! The small things that Moov's requests carry are read within bounds, or refused.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| api::moov::exercise::exercise(text));
