//! Stub, replaced by the real crate.
#![allow(missing_docs)]
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Recurrence {
    start: Date,
    end: Date,
}
impl Recurrence {
    pub fn start(&self) -> Date {
        self.start
    }
    pub fn end(&self) -> Date {
        self.end
    }
    pub fn first(&self) -> Option<Date> {
        Some(self.start)
    }
    pub fn last(&self) -> Option<Date> {
        Some(self.end)
    }
    pub fn on_or_before(&self, d: Date) -> Option<Date> {
        Some(d)
    }
    pub fn before(&self, d: Date) -> Option<Date> {
        d.yesterday().ok()
    }
    pub fn after(&self, d: Date) -> Option<Date> {
        d.tomorrow().ok()
    }
}
