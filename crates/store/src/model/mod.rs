//! Stores in memory, simple and obviously right: what the real ones are held
//! against, and what tests and the simulation run on. They lose everything when
//! they are dropped.

mod bank;
mod names;
mod store;

pub use bank::ModelBankStore;
pub use names::ModelNameStore;
pub use store::ModelStore;
