//! Which payments were made under which keys.

use engine::{IdempotencyKey, PaymentId};
use rusqlite::{CachedStatement, Connection, OptionalExtension};

use crate::bank_store::Changes;
use crate::fault::Outcome;
use crate::sqlite::bulk::Bulk;
use crate::sqlite::columns::{payment, payment_columns};

/// The payment made under a key.
pub(super) fn find(connection: &Connection, key: &IdempotencyKey) -> Outcome<Option<PaymentId>> {
    let found: Option<(i64, i64)> = connection
        .prepare_cached("SELECT kind, payment FROM bank_payment WHERE key = ?1")?
        .query_row([key.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(kind, key)| payment(kind, key)).transpose()
}

/// The first and the last of a batch's keys, where no key is there twice.
pub(super) type Reach = Option<(Box<str>, Box<str>)>;

/// How far a batch's keys reach.
pub(super) fn reach<'changes>(changes: impl Iterator<Item = &'changes Changes>) -> Reach {
    let mut keys: Vec<&str> = changes
        .filter_map(|changes| changes.payment.as_ref().map(|(key, _)| key.as_str()))
        .collect();
    keys.sort_unstable();
    let is_twice = keys.iter().zip(keys.iter().skip(1)).any(|(one, next)| one == next);
    match (keys.first(), keys.last()) {
        (Some(first), Some(last)) if !is_twice => Some(((*first).into(), (*last).into())),
        _ => None,
    }
}

/// Payments as a batch makes them.
///
/// Keys sort by slot, so what runs together lies together: where nothing lies between
/// the first and the last key of a batch, none of them is used, and they can all be
/// written at its end. Elsewhere each insertion is its own check.
pub(super) struct Payments<'batch, 'connection> {
    connection: &'connection Connection,
    are_all_unused: bool,
    made: Vec<(&'batch str, PaymentId)>,
    insert: Option<CachedStatement<'connection>>,
}

impl<'batch, 'connection> Payments<'batch, 'connection> {
    pub(super) fn new(
        connection: &'connection Connection,
        reach: &Reach,
    ) -> Outcome<Payments<'batch, 'connection>> {
        let are_all_unused = match reach {
            Some((first, last)) => !connection
                .prepare_cached("SELECT 1 FROM bank_payment WHERE key BETWEEN ?1 AND ?2 LIMIT 1")?
                .exists((first, last))?,
            None => false,
        };
        Ok(Payments { connection, are_all_unused, made: Vec::new(), insert: None })
    }

    /// Uses a key. `false` where it was used before.
    pub(super) fn make(
        &mut self,
        key: &'batch IdempotencyKey,
        payment: PaymentId,
    ) -> Outcome<bool> {
        if self.are_all_unused {
            self.made.push((key.as_str(), payment));
            return Ok(true);
        }
        let insert = match &mut self.insert {
            Some(insert) => insert,
            unprepared => unprepared.insert(self.connection.prepare_cached(
                "INSERT INTO bank_payment (key, kind, payment) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
            )?),
        };
        let (kind, number) = payment_columns(payment);
        Ok(insert.execute((key.as_str(), kind, number))? == 1)
    }

    /// Writes what is not written yet.
    pub(super) fn write(mut self) -> Outcome<()> {
        const INTO: &str = "INSERT OR FAIL INTO bank_payment (key, kind, payment)";
        self.made.sort_unstable_by_key(|(key, _)| *key);
        Bulk::new(self.connection, INTO, 3).insert(&self.made, |values, (key, payment)| {
            let (kind, number) = payment_columns(*payment);
            values.put(*key)?;
            values.put(kind)?;
            values.put(number)
        })
    }
}
