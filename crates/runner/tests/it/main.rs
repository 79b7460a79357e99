//! The running loop and its clock, over a real store and the built-in bank; and the
//! lane, in front of a gateway that does as it is told.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test sets up must stand")]

mod catch_up;
mod clock;
mod creation;
mod delivery;
mod editing;
mod lane;
mod nodes;
#[path = "../receiver/mod.rs"]
mod receiver;
mod running;
mod several_nodes;
mod world;
