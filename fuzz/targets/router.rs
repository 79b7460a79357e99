//! Any request at all: whatever it says, nothing fails because of it.

#![no_main]

#[path = "../world.rs"]
mod world;

use std::sync::Mutex;

use world::World;

/// Requests after which a world has grown too large to be quick.
const REQUESTS_MAX: u32 = 5_000;

/// The world, and how much was asked of it. Never dropped at the end: there its runtime could
/// no longer wait for anything.
static WORLD: Mutex<Option<(World, u32)>> = Mutex::new(None);

libfuzzer_sys::fuzz_target!(|request: &[u8]| {
    let mut kept = WORLD.lock().expect("one thread fuzzes");
    let (world, asked) = kept.get_or_insert_with(|| (World::open(), 0));
    world.ask(request);
    *asked += 1;
    if *asked == REQUESTS_MAX {
        *kept = None;
    }
});
