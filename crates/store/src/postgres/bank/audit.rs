//! Adds up the books and says what does not agree.

use std::collections::BTreeMap;

use ::bank::{JournalEntry, LedgerAccount, RecordKind};
use engine::InstructionKind::{Charge, Remittance, Transfer};

use super::{balances, journal};
use crate::columns::Stored;
use crate::fault::Outcome;
use crate::postgres::counters::List;
use crate::postgres::session::Session;

/// Entries that are read at once.
const ENTRIES_AT_ONCE: i64 = 10_000;

/// What does not agree, in words.
pub(in crate::postgres) async fn audit(session: &Session) -> Outcome<Vec<String>> {
    let mut findings = books(session).await?;
    findings.extend(counts(session).await?);
    Ok(findings)
}

/// What of the journal does not add up, to nothing or to the balances.
pub(in crate::postgres) async fn books(session: &Session) -> Outcome<Vec<String>> {
    let mut findings = Vec::new();
    let added = add_up(session, &mut findings).await?;
    compare_balances(session, &added, &mut findings).await?;
    Ok(findings)
}

/// Which counters do not say what is there.
pub(in crate::postgres) async fn counts(session: &Session) -> Outcome<Vec<String>> {
    let mut findings = Vec::new();
    compare_counts(session, &mut findings).await?;
    Ok(findings)
}

async fn add_up(
    session: &Session,
    findings: &mut Vec<String>,
) -> Outcome<BTreeMap<LedgerAccount, i128>> {
    let mut added: BTreeMap<LedgerAccount, i128> = BTreeMap::new();
    let mut last = i64::MIN;
    loop {
        let entries = journal::after(session, last, ENTRIES_AT_ONCE).await?;
        let Some(entry) = entries.last() else { return Ok(added) };
        last = entry.key;
        for entry in entries {
            if !entry.balances() {
                findings.push(format!("journal entry {} does not add up to nothing", entry.key));
            }
            let JournalEntry { account, currency, .. } = entry;
            for leg in entry.legs {
                let place = LedgerAccount { account, role: leg.role, currency };
                *added.entry(place).or_default() += i128::from(leg.amount);
            }
        }
    }
}

async fn compare_balances(
    session: &Session,
    added: &BTreeMap<LedgerAccount, i128>,
    findings: &mut Vec<String>,
) -> Outcome<()> {
    let rows = session
        .query("SELECT account, role, holder, currency, amount FROM bank_balance", &[])
        .await?;
    let mut stored = BTreeMap::new();
    for row in &rows {
        let amount: i64 = row.try_get(4)?;
        stored.insert(balances::account_at(row)?, i128::from(amount));
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

/// By list and owner, how many entries there are.
const THERE: &str = "
    SELECT kind::bigint, account, count(*) FILTER (WHERE NOT hidden) FROM bank_record
        GROUP BY kind, account
    UNION ALL SELECT 7, account, count(*) FILTER (WHERE shown) FROM bank_journal GROUP BY account
    UNION ALL SELECT 64, account, count(*) FILTER (WHERE listed) FROM event GROUP BY account
    UNION ALL SELECT 65, account, count(*) FROM schedule GROUP BY account
    UNION ALL SELECT 66 + kind, account, count(*) FROM schedule GROUP BY kind, account
    UNION ALL SELECT 80, lane, count(*) FROM (
        SELECT lane FROM queue UNION ALL SELECT lane FROM claimed) AS run GROUP BY lane";

async fn compare_counts(session: &Session, findings: &mut Vec<String>) -> Outcome<()> {
    let there = by_list(session, THERE).await?;
    let kept = by_list(session, "SELECT list, owner, value FROM counter").await?;
    for key in there.keys().chain(kept.keys().filter(|key| !there.contains_key(key))) {
        let (list, owner) = key;
        let (are, said) =
            (there.get(key).copied().unwrap_or(0), kept.get(key).copied().unwrap_or(0));
        if are != said {
            let whose = if *list == List::QUEUE.number() { "lane" } else { "account" };
            let what = name(*list);
            findings.push(format!("{whose} {owner} has {are} {what}, and the counter says {said}"));
        }
    }
    Ok(())
}

async fn by_list(session: &Session, sql: &'static str) -> Outcome<BTreeMap<(i64, i64), i64>> {
    let rows = session.query(sql, &[]).await?;
    rows.iter().map(|row| Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?))).collect()
}

fn name(list: i64) -> String {
    if let Ok(kind) = RecordKind::from_number(list) {
        return format!("{kind:?} records");
    }
    let of_kind = [Charge, Transfer, Remittance]
        .into_iter()
        .find(|kind| List::schedules_of(*kind).number() == list);
    match of_kind {
        Some(kind) => format!("{kind:?} schedules"),
        None if list == List::EVENTS.number() => "events".to_owned(),
        None if list == List::SCHEDULES.number() => "schedules".to_owned(),
        None if list == List::QUEUE.number() => "queued runs".to_owned(),
        None => format!("entries of list {list}"),
    }
}
