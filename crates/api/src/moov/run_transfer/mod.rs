//! `runTransfer`: what each run of a schedule pays, as `CreateRunTransfer` and
//! `RunTransfer` of Moov's API reference have it.
//!
//! The engine and the bank know parties, payment methods and money. What is only said to
//! people and banks ([`particulars`]: description, descriptors, line items) travels with
//! them as one JSON text in Moov's own form.

mod body;
mod images;
pub(crate) mod line_items;
pub(crate) mod particulars;
mod reading;
mod show;
mod upstream;

pub(crate) use body::{AmountBody, RunTransferBody};
pub(crate) use line_items::{ITEMS_MAX, OPTIONS_MAX};
pub(crate) use reading::{Readable, amount, read_all};
pub(crate) use show::shown;
