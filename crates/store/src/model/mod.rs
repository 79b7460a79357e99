//! Stores in memory, simple and obviously right: what the real ones are held
//! against, and what tests and the simulation run on. They lose everything when
//! they are dropped.

mod bank;
mod store;

pub use bank::ModelBankStore;
pub use store::ModelStore;
