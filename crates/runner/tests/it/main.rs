//! The running loop and its clock, over a real store and the built-in bank.

mod clock;
mod creation;
mod world;
