//! What stands on ledger accounts.

use std::collections::{BTreeMap, BTreeSet};

use ::bank::LedgerAccount;
use engine::AccountId;
use tokio_postgres::Row;

use crate::fault::Outcome;
use crate::postgres::columns::{currency, place, place_columns};
use crate::postgres::session::Session;

/// Ledger accounts as four arrays.
#[derive(Default)]
struct Places<'a> {
    accounts: Vec<i64>,
    roles: Vec<i64>,
    holders: Vec<i64>,
    currencies: Vec<&'a str>,
}

impl<'a> FromIterator<&'a LedgerAccount> for Places<'a> {
    fn from_iter<I: IntoIterator<Item = &'a LedgerAccount>>(all: I) -> Places<'a> {
        let mut places = Places::default();
        for LedgerAccount { account, role, currency } in all {
            let (role, holder) = place_columns(*role);
            places.accounts.push(account.0);
            places.roles.push(role);
            places.holders.push(holder);
            places.currencies.push(currency.code());
        }
        places
    }
}

/// A ledger account from its four columns.
pub(super) fn account_at(row: &Row) -> Outcome<LedgerAccount> {
    Ok(LedgerAccount {
        account: AccountId(row.try_get(0)?),
        role: place(row.try_get(1)?, row.try_get(2)?)?,
        currency: currency(row.try_get(3)?)?,
    })
}

fn amounts(rows: &[Row]) -> Outcome<BTreeMap<LedgerAccount, i64>> {
    rows.iter().map(|row| Ok((account_at(row)?, row.try_get(4)?))).collect()
}

/// What stands on ledger accounts; nothing of those on which nothing was ever posted.
pub(super) async fn find(
    session: &Session,
    accounts: impl Iterator<Item = LedgerAccount>,
) -> Outcome<BTreeMap<LedgerAccount, i64>> {
    let accounts: BTreeSet<LedgerAccount> = accounts.collect();
    let Places { accounts, roles, holders, currencies } = accounts.iter().collect();
    let rows = session
        .query(
            "SELECT account, role, holder, currency, amount FROM bank_balance
             JOIN unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[])
                 AS wanted (account, role, holder, currency)
             USING (account, role, holder, currency)",
            &[&accounts, &roles, &holders, &currencies],
        )
        .await?;
    amounts(&rows)
}

/// What stands on ledger accounts, which are held until the call is committed.
pub(super) async fn hold(
    session: &Session,
    accounts: &BTreeSet<LedgerAccount>,
) -> Outcome<BTreeMap<LedgerAccount, i64>> {
    let Places { accounts, roles, holders, currencies } = accounts.iter().collect();
    session
        .execute(
            "INSERT INTO bank_balance (account, role, holder, currency, amount)
             SELECT account, role, holder, currency, 0
             FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[])
                 AS wanted (account, role, holder, currency)
             ORDER BY account, role, holder, currency
             ON CONFLICT (account, role, holder, currency) DO NOTHING",
            &[&accounts, &roles, &holders, &currencies],
        )
        .await?;
    let rows = session
        .query(
            "SELECT account, role, holder, currency, amount FROM bank_balance
             WHERE (account, role, holder, currency) IN (
                 SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]))
             ORDER BY account, role, holder, currency FOR UPDATE",
            &[&accounts, &roles, &holders, &currencies],
        )
        .await?;
    amounts(&rows)
}

/// Adds to balances. What stands there is not read before: postings that nothing holds back
/// do not depend on it.
pub(super) async fn add(session: &Session, changes: &BTreeMap<LedgerAccount, i64>) -> Outcome<()> {
    let changed = || changes.iter().filter(|(_, by)| **by != 0);
    let Places { accounts, roles, holders, currencies } = changed().map(|(it, _)| it).collect();
    if accounts.is_empty() {
        return Ok(());
    }
    let by: Vec<i64> = changed().map(|(_, by)| *by).collect();
    session
        .execute(
            "INSERT INTO bank_balance (account, role, holder, currency, amount)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[],
                 $5::bigint[])
             ORDER BY 1, 2, 3, 4
             ON CONFLICT (account, role, holder, currency)
             DO UPDATE SET amount = bank_balance.amount + excluded.amount",
            &[&accounts, &roles, &holders, &currencies, &by],
        )
        .await?;
    Ok(())
}
