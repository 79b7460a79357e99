//! What the columns of a row hold.

use engine::{Attempt, Instant, Link, Money, PaymentId, Slot};
use tokio_postgres::Row;

pub(super) use crate::columns::*;
use crate::fault::{Fault, Outcome};

/// A small number of an enumerated column.
pub(super) fn short(number: i64) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX) // none has so many values
}

/// An instant in a column.
pub(super) fn instant_at(row: &Row, index: usize) -> Outcome<Instant> {
    Ok(Instant::from_nanoseconds(row.try_get(index)?))
}

/// An instant in a column that may have none.
pub(super) fn optional_instant_at(row: &Row, index: usize) -> Outcome<Option<Instant>> {
    Ok(row.try_get::<_, Option<i64>>(index)?.map(Instant::from_nanoseconds))
}

/// What an enumerated column stands for.
pub(super) fn stored_at<T: Stored>(row: &Row, index: usize) -> Outcome<T> {
    T::from_number(row.try_get(index)?)
}

/// What a small enumerated column stands for.
pub(super) fn short_at<T: Stored>(row: &Row, index: usize) -> Outcome<T> {
    T::from_number(i64::from(row.try_get::<_, i16>(index)?))
}

/// A number that is not below zero, nor more than its type holds.
pub(super) fn whole_at<T: TryFrom<i64>>(row: &Row, index: usize, what: &'static str) -> Outcome<T> {
    let number: i64 = row.try_get(index)?;
    T::try_from(number).map_err(|_| Fault::corrupt(what, format!("{number} is out of bounds")))
}

/// An attempt's number.
pub(super) fn attempt_at(row: &Row, index: usize) -> Outcome<Attempt> {
    attempt(row.try_get(index)?)
}

fn attempt(number: i16) -> Outcome<Attempt> {
    Attempt::try_from(number)
        .map_err(|_| Fault::corrupt("attempt", format!("{number} is out of bounds")))
}

/// Thirty-two bytes.
pub(super) fn hash_at(row: &Row, index: usize) -> Outcome<[u8; 32]> {
    let bytes: &[u8] = row.try_get(index)?;
    bytes.try_into().map_err(|_| Fault::corrupt("hash", "it is not 32 bytes long"))
}

/// The two nullable columns of a payment, from `first` on.
pub(super) fn payment_at(row: &Row, first: usize) -> Outcome<Option<PaymentId>> {
    let columns: (Option<i16>, Option<i64>) = (row.try_get(first)?, row.try_get(first + 1)?);
    match columns {
        (Some(kind), Some(key)) => payment(i64::from(kind), key).map(Some),
        _ => Ok(None),
    }
}

/// A payment as its two nullable columns.
pub(super) fn nullable_payment(payment: Option<PaymentId>) -> (Option<i16>, Option<i64>) {
    match payment.map(payment_columns) {
        Some((kind, key)) => (Some(short(kind)), Some(key)),
        None => (None, None),
    }
}

/// The three columns of a link, from `first` on.
pub(super) fn link_at(row: &Row, first: usize) -> Outcome<Option<Link>> {
    let columns: (Option<i64>, Option<i64>, Option<i16>) =
        (row.try_get(first)?, row.try_get(first + 1)?, row.try_get(first + 2)?);
    Ok(match columns {
        (Some(due), Some(slot), Some(number)) => Some(Link {
            due: Instant::from_nanoseconds(due),
            slot: Slot::from_stored(slot),
            attempt: attempt(number)?,
        }),
        _ => None,
    })
}

/// The two nullable columns of an amount, from `first` on.
pub(super) fn money_at(row: &Row, first: usize) -> Outcome<Option<Money>> {
    let columns: (Option<i64>, Option<&str>) = (row.try_get(first)?, row.try_get(first + 1)?);
    match columns {
        (Some(amount), Some(code)) => Ok(Some(Money::new(amount, currency(code)?))),
        (None, _) => Ok(None),
        (Some(_), None) => Err(Fault::corrupt("amount", "it has no currency")),
    }
}
