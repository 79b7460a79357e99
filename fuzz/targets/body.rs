//! Whatever a client sends is read within bounds, or refused.

#![no_main]

libfuzzer_sys::fuzz_target!(|request: &[u8]| api::body::exercise::exercise(request));
