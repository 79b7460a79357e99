//! Worlds from fresh seeds, and bugs that are planted in them.

mod fresh_worlds;
mod planted_bugs;
