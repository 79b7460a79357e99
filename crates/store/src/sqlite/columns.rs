//! What the columns of a row hold.

use engine::{Instant, Link, Money, PaymentId, Slot};
use rusqlite::Row;

pub(super) use crate::columns::*;
use crate::fault::{Fault, Outcome};

/// The two nullable columns of a payment, from `first` on.
pub(super) fn payment_at(row: &Row<'_>, first: usize) -> Outcome<Option<PaymentId>> {
    match (row.get::<_, Option<i64>>(first)?, row.get::<_, Option<i64>>(first + 1)?) {
        (Some(kind), Some(key)) => payment(kind, key).map(Some),
        _ => Ok(None),
    }
}

/// The three columns of a link, from `first` on.
pub(super) fn link_at(row: &Row<'_>, first: usize) -> Outcome<Option<Link>> {
    let columns: LinkColumns = (row.get(first)?, row.get(first + 1)?, row.get(first + 2)?);
    Ok(match columns {
        (Some(due), Some(slot), Some(attempt)) => Some(Link {
            due: Instant::from_nanoseconds(due),
            slot: Slot::from_stored(slot),
            attempt,
        }),
        _ => None,
    })
}

/// The two nullable columns of an amount, from `first` on.
pub(super) fn money_at(row: &Row<'_>, first: usize) -> Outcome<Option<Money>> {
    match (row.get::<_, Option<i64>>(first)?, row.get_ref(first + 1)?.as_str_or_null()) {
        (Some(amount), Ok(Some(code))) => Ok(Some(Money::new(amount, currency(code)?))),
        (None, _) => Ok(None),
        (Some(_), _) => Err(Fault::corrupt("amount", "it has no currency")),
    }
}

/// An instant in a column.
pub(super) fn instant_at(row: &Row<'_>, index: usize) -> Outcome<Instant> {
    Ok(Instant::from_nanoseconds(row.get(index)?))
}

/// What an enumerated column stands for.
pub(super) fn stored_at<T: Stored>(row: &Row<'_>, index: usize) -> Outcome<T> {
    T::from_number(row.get(index)?)
}
