//! Worlds from fresh seeds and from those that once failed, and bugs that are planted in them.

mod fresh_worlds;
mod planted_bugs;
mod seeds;
