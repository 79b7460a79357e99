//! The binary as a whole, and the house it stands in.

mod architecture;
mod kill;
mod sandbox_process;
mod secrets;
