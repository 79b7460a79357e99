//! A deterministic world around engine and runner.
//!
//! Nodes work the runner's own lane over a model store and in front of a gateway,
//! on lines that fail in every way that lines do: nodes die between any two calls,
//! answers are lost after the deed, leases run out while a node stands still, clocks
//! jump, and the gateway declines, is late, is silent, or is down. Everything is
//! drawn from one seed, so a world that went wrong can be run again:
//!
//! ```text
//! cargo run -p simulation -- --seed 42
//! cargo run --release -p simulation -- --worlds 1000
//! ```
//!
//! - [`world`] runs one world to its end.
//! - [`scenario`] is what a world is made of.
//! - [`fault`] names bugs that can be planted, to show that a world finds them.
//! - `kernel` is time and order; `node` a machine; `store_line` and `gateway_line`
//!   are what stands between it and the rest; `owner` creates and deletes,
//!   `editor` changes what is there, a `person` decides what waits for one.
//! - `books` are the gateway's, and the truth; `judge` watches every step, and
//!   `verdict` what is left at the end; `by_attempt` is how they find one among many.

mod backup;
mod books;
mod by_attempt;
mod editor;
pub mod fault;
mod gateway_line;
mod judge;
mod kernel;
mod line;
mod node;
mod owner;
mod person;
mod random;
pub mod scenario;
mod store_line;
mod verdict;
pub mod world;

pub use fault::Fault;
pub use world::{Options, Report, run};
