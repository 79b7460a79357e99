//! Balances and the journal.

use bank::ledger::Heading;
use bank::{EntryKind, JournalEntry, LedgerAccount, LedgerRole, Movement, RecordKind};
use engine::{Account, AccountId};
use store::{Page, PageQuery};

use super::books::Draft;
use super::{Bank, BankError, Context, Result};

/// The most that an account can begin with, in minor units: so far below the most that a
/// balance holds that no number of payments gets there.
pub const OPENING_MAX: i64 = 1_000_000_000_000_000;

/// What an account has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Balance {
    /// Everything.
    pub total: i64,
    /// What can be paid out.
    pub available: i64,
    /// What is set aside for transfers.
    pub held: i64,
}

impl Bank {
    /// What an account has.
    pub async fn balance(&self, account: &Account) -> Result<Balance> {
        let available = self.standing(account, LedgerRole::Available).await?;
        let held = self.standing(account, LedgerRole::Held).await?;
        Ok(Balance { total: available.saturating_add(held), available, held })
    }

    /// Gives an account its first money, from a seed.
    pub async fn open_balance(&self, context: Context<'_>, amount_minor: i64) -> Result<()> {
        let key = self.fresh_key(RecordKind::JournalEntry, None)?;
        let heading = Heading {
            key,
            account: context.account.id,
            at: context.now,
            kind: EntryKind::Opening,
            origin: (RecordKind::JournalEntry, key),
            currency: context.account.currency,
        };
        let (from, to) = (LedgerRole::Payers, LedgerRole::Available);
        self.open(heading, Movement { from, to, amount: amount_minor }).await
    }

    /// Books the first money of what begins with some.
    pub(super) async fn open(&self, heading: Heading, first: Movement) -> Result<()> {
        let (least, greatest, amount_minor) = (1, OPENING_MAX, first.amount);
        if !(least..=greatest).contains(&amount_minor) {
            return Err(BankError::AmountOutOfRange { amount_minor, least, greatest });
        }
        let entry = heading.entry(&[first]);
        self.decide(|| async {
            let mut draft = Draft::default();
            draft.post(entry.clone());
            Ok(((), draft))
        })
        .await
    }

    /// A page of the movements that changed what an account has: not those that only
    /// set money aside.
    pub async fn journal(&self, account: AccountId, page: PageQuery) -> Result<Page<JournalEntry>> {
        Ok(self.store.journal_page(account, page).await?)
    }

    /// One movement.
    pub async fn journal_entry(&self, account: AccountId, key: i64) -> Result<JournalEntry> {
        let found = self.store.journal(vec![key]).await?.pop().flatten();
        found
            .filter(|entry| entry.account == account)
            .ok_or(BankError::NotFound(RecordKind::JournalEntry))
    }

    /// What stands on one part of an account's books, in its own currency.
    pub(super) async fn standing(&self, account: &Account, role: LedgerRole) -> Result<i64> {
        let place = LedgerAccount { account: account.id, role, currency: account.currency };
        Ok(self.store.balances(vec![place]).await?.pop().unwrap_or_default())
    }
}
