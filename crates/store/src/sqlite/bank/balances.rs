//! What stands on ledger accounts.

use std::collections::HashMap;

use ::bank::{JournalEntry, LedgerAccount};
use rusqlite::{Connection, OptionalExtension};

use crate::fault::{Fault, Outcome};
use crate::sqlite::columns::place_columns;

/// What stands on one ledger account.
pub(super) fn find(connection: &Connection, account: LedgerAccount) -> Outcome<i64> {
    let LedgerAccount { account, role, currency } = account;
    let (role, holder) = place_columns(role);
    let amount = connection
        .prepare_cached(
            "SELECT amount FROM bank_balance
             WHERE account = ?1 AND role = ?2 AND holder = ?3 AND currency = ?4",
        )?
        .query_row((account.0, role, holder, currency.code()), |row| row.get(0))
        .optional()?;
    Ok(amount.unwrap_or(0))
}

/// Balances as they run through a batch: read once, written once.
pub(super) struct Running<'connection> {
    connection: &'connection Connection,
    known: HashMap<LedgerAccount, Balance>,
}

struct Balance {
    stored: i64,
    now: i64,
}

impl<'connection> Running<'connection> {
    pub(super) fn new(connection: &'connection Connection) -> Running<'connection> {
        Running { connection, known: HashMap::new() }
    }

    fn balance(&mut self, account: LedgerAccount) -> Outcome<&mut Balance> {
        use std::collections::hash_map::Entry;
        Ok(match self.known.entry(account) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let stored = find(self.connection, account)?;
                unknown.insert(Balance { stored, now: stored })
            }
        })
    }

    /// What stands there now.
    pub(super) fn now(&mut self, account: LedgerAccount) -> Outcome<i64> {
        Ok(self.balance(account)?.now)
    }

    /// Posts an entry's legs, or with `sign` -1 takes them back.
    pub(super) fn post(&mut self, entry: &JournalEntry, sign: i64) -> Outcome<()> {
        let JournalEntry { account, currency, .. } = *entry;
        for leg in &entry.legs {
            let balance = self.balance(LedgerAccount { account, role: leg.role, currency })?;
            balance.now = leg
                .amount
                .checked_mul(sign)
                .and_then(|by| balance.now.checked_add(by))
                .ok_or_else(|| {
                Fault::Refused(format!("entry {} is more than a balance holds", entry.key))
            })?;
        }
        Ok(())
    }

    /// Writes those that changed.
    pub(super) fn write(self) -> Outcome<()> {
        let mut upsert = self.connection.prepare_cached(
            "INSERT INTO bank_balance (account, role, holder, currency, amount)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET amount = excluded.amount",
        )?;
        for (LedgerAccount { account, role, currency }, balance) in &self.known {
            if balance.now != balance.stored {
                let (role, holder) = place_columns(*role);
                upsert.execute((account.0, role, holder, currency.code(), balance.now))?;
            }
        }
        Ok(())
    }
}
