//! Who hears of events, known by heart: where no endpoint of an account wants to hear of
//! single occurrences, settling one costs a look into a map that is mostly empty.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use engine::AccountId;
use rusqlite::Connection;

use crate::fault::Outcome;
use crate::webhook::News;

/// Accounts with webhook endpoints. What is known is forgotten whenever it may have come
/// from something that does not stand, and read again when it is next needed.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    /// Each such account, and whether an endpoint of it hears of occurrences.
    known: Option<HashMap<AccountId, bool>>,
    /// Accounts of which this commit brings news.
    fresh: BTreeSet<AccountId>,
    news: Arc<News>,
}

impl Listeners {
    /// Where news are told.
    pub(super) fn news(&self) -> Arc<News> {
        Arc::clone(&self.news)
    }

    /// Whether an account is to be told of single occurrences.
    pub(super) fn hear_occurrences(
        &mut self,
        connection: &Connection,
        account: AccountId,
    ) -> Outcome<bool> {
        let known = self.known(connection)?;
        Ok(!known.is_empty() && known.get(&account).is_some_and(|hears| *hears))
    }

    /// Something happened to an account.
    pub(super) fn tell(&mut self, connection: &Connection, account: AccountId) -> Outcome<()> {
        let known = self.known(connection)?;
        if !known.is_empty() && known.contains_key(&account) {
            self.fresh.insert(account);
        }
        Ok(())
    }

    /// An account's endpoints changed.
    pub(super) fn changed(&mut self, account: AccountId) {
        self.known = None;
        self.fresh.insert(account);
    }

    /// A commit stands.
    pub(super) fn announce(&mut self) {
        if !self.fresh.is_empty() {
            self.news.tell(std::mem::take(&mut self.fresh));
        }
    }

    /// What was known may come from what was undone.
    pub(super) fn forget(&mut self) {
        self.known = None;
    }

    fn known(&mut self, connection: &Connection) -> Outcome<&HashMap<AccountId, bool>> {
        if self.known.is_none() {
            self.known = Some(read(connection)?);
        }
        Ok(self.known.get_or_insert_default())
    }
}

fn read(connection: &Connection) -> Outcome<HashMap<AccountId, bool>> {
    let mut select = connection.prepare_cached(
        "SELECT account, max(occurrences) FROM webhook_endpoint GROUP BY account",
    )?;
    select.query_and_then([], |row| Ok((AccountId(row.get(0)?), row.get(1)?)))?.collect()
}
