//! Adds up the books and says what does not agree.

use std::collections::BTreeMap;

use ::bank::{JournalEntry, LedgerAccount, RecordKind};
use engine::AccountId;
use rusqlite::Connection;

use super::journal;
use super::records::Table;
use crate::fault::Outcome;
use crate::sqlite::columns::{self, Stored, currency};
use crate::sqlite::listing::List;

/// What does not agree, in words.
pub(super) fn audit(connection: &Connection) -> Outcome<Vec<String>> {
    let mut findings = books(connection)?;
    findings.extend(counts(connection)?);
    Ok(findings)
}

/// What of the journal does not add up, to nothing or to the balances.
pub(in crate::sqlite) fn books(connection: &Connection) -> Outcome<Vec<String>> {
    let mut findings = Vec::new();
    let added = add_up(connection, &mut findings)?;
    compare_balances(connection, &added, &mut findings)?;
    Ok(findings)
}

/// Which counters and spans do not say what is there.
pub(in crate::sqlite) fn counts(connection: &Connection) -> Outcome<Vec<String>> {
    let mut findings = Vec::new();
    compare_counts(connection, &mut findings)?;
    Ok(findings)
}

fn add_up(
    connection: &Connection,
    findings: &mut Vec<String>,
) -> Outcome<BTreeMap<LedgerAccount, i128>> {
    let mut added: BTreeMap<LedgerAccount, i128> = BTreeMap::new();
    journal::for_each(connection, |entry| {
        if !entry.balances() {
            findings.push(format!("journal entry {} does not add up to nothing", entry.key));
        }
        let JournalEntry { account, currency, .. } = entry;
        for leg in entry.legs {
            let place = LedgerAccount { account, role: leg.role, currency };
            *added.entry(place).or_default() += i128::from(leg.amount);
        }
    })?;
    Ok(added)
}

fn compare_balances(
    connection: &Connection,
    added: &BTreeMap<LedgerAccount, i128>,
    findings: &mut Vec<String>,
) -> Outcome<()> {
    let mut select =
        connection.prepare("SELECT account, role, holder, currency, amount FROM bank_balance")?;
    let mut rows = select.query([])?;
    let mut stored = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let place = LedgerAccount {
            account: AccountId(row.get(0)?),
            role: columns::place(row.get(1)?, row.get(2)?)?,
            currency: currency(&row.get::<_, String>(3)?)?,
        };
        stored.insert(place, i128::from(row.get::<_, i64>(4)?));
    }
    for place in added.keys().chain(stored.keys().filter(|place| !added.contains_key(place))) {
        let journal = added.get(place).copied().unwrap_or(0);
        let balance = stored.get(place).copied().unwrap_or(0);
        if journal != balance {
            findings.push(format!(
                "account {} has {balance} {} as {:?}, and its journal adds up to {journal}",
                place.account, place.currency, place.role
            ));
        }
    }
    Ok(())
}

/// What a list is, the statement that counts it by owner.
fn lists() -> Vec<(String, List, String)> {
    use engine::InstructionKind::{Charge, Transfer};
    let mut lists: Vec<(String, List, String)> = Vec::new();
    for (number, table) in (0_i64..).zip(&Table::ALL) {
        if let Ok(kind) = RecordKind::from_number(number) {
            lists.push((
                format!("{kind:?} records"),
                List::records(kind),
                table.shown_by_account.to_owned(),
            ));
        }
    }
    let by_account = |table: &str, which: &str| {
        format!("SELECT account, count(*) FROM {table} WHERE {which} GROUP BY account")
    };
    lists.push((
        "events".to_owned(),
        List::EVENTS,
        by_account("event", "kind NOT BETWEEN 10 AND 20"),
    ));
    lists.push(("schedules".to_owned(), List::SCHEDULES, by_account("schedule", "true")));
    for kind in [Charge, Transfer] {
        let which = format!("kind = {}", kind.number());
        lists.push((
            format!("{kind:?} schedules"),
            List::schedules_of(kind),
            by_account("schedule", &which),
        ));
    }
    let queue = "SELECT lane, count(*) FROM queue GROUP BY lane".to_owned();
    lists.push(("queued runs".to_owned(), List::QUEUE, queue));
    lists
}

fn compare_counts(connection: &Connection, findings: &mut Vec<String>) -> Outcome<()> {
    for (what, list, count) in lists() {
        let counted = by_owner(connection, &count)?;
        let number = list.number();
        let whose = if number == List::QUEUE.number() { "lane" } else { "account" };
        let kept = format!("SELECT owner, value FROM counter WHERE list = {number}");
        compare(whose, &what, "counter says", &counted, &by_owner(connection, &kept)?, findings);
        let spanned =
            format!("SELECT account, sum(shown) FROM span WHERE list = {number} GROUP BY account");
        let spanned = by_owner(connection, &spanned)?;
        if number <= List::EVENTS.number() {
            compare(whose, &what, "spans say", &counted, &spanned, findings);
        }
    }
    Ok(())
}

fn by_owner(connection: &Connection, sql: &str) -> Outcome<BTreeMap<i64, i64>> {
    let mut select = connection.prepare(sql)?;
    let counts = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(counts.collect::<Result<_, _>>()?)
}

fn compare(
    whose: &str,
    what: &str,
    who: &str,
    counted: &BTreeMap<i64, i64>,
    kept: &BTreeMap<i64, i64>,
    findings: &mut Vec<String>,
) {
    for owner in counted.keys().chain(kept.keys().filter(|owner| !counted.contains_key(owner))) {
        let there = counted.get(owner).copied().unwrap_or(0);
        let said = kept.get(owner).copied().unwrap_or(0);
        if there != said {
            findings.push(format!("{whose} {owner} has {there} {what}, and the {who} {said}"));
        }
    }
}
