//! The words and bounds by which requests are read, for whoever describes them.

use super::business_days::{CALENDARS, ROLLS};
use super::find::{KINDS, ORDERS, STATUSES};
use super::policies::{COUNTED, EXHAUSTED, MISSED, RETRIED, SPACINGS};

pub(in crate::native) use super::find::{LIMIT_DEFAULT, LIMIT_MAX};
pub(in crate::native) use super::policies::{
    CHARGE_RETRIES_MAX, LATENESS_MAX_SECONDS, OTHER_RETRIES_MAX,
};

macro_rules! words {
    ($($name:ident of $table:ident;)*) => {$(
        pub(in crate::native) fn $name() -> Vec<&'static str> {
            $table.iter().map(|(word, _)| *word).collect()
        }
    )*};
}

words! {
    orders of ORDERS;
    statuses of STATUSES;
    kinds of KINDS;
    spacings of SPACINGS;
    counted of COUNTED;
    retried of RETRIED;
    exhausted of EXHAUSTED;
    missed of MISSED;
    calendars of CALENDARS;
    rolls of ROLLS;
}
