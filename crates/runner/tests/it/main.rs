//! The running loop and its clock, over a real store and the built-in bank; and the
//! lane, in front of a gateway that does as it is told.

mod clock;
mod creation;
mod lane;
mod world;
