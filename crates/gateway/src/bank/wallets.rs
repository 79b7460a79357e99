//! Wallets.

use bank::ledger::Heading;
use bank::{EntryKind, JournalEntry, LedgerAccount, LedgerRole, Movement, RecordKind, Wallet};
use engine::{AccountId, Currency, PartyId, WalletId};
use store::{Page, PageQuery};

use super::{Bank, Context, Result};

/// A wallet to be made.
#[derive(Clone, Debug)]
pub struct NewWallet {
    /// What it holds.
    pub currency: Currency,
    /// A key of the user's choosing, from a seed.
    pub given_id: Option<Box<str>>,
    /// A key of the user's choosing for its payment method.
    pub given_method_id: Option<Box<str>>,
}

impl NewWallet {
    /// A wallet without a name.
    #[must_use]
    pub const fn in_currency(currency: Currency) -> NewWallet {
        NewWallet { currency, given_id: None, given_method_id: None }
    }
}

impl Bank {
    /// A party's wallets, closed ones too, oldest first.
    pub async fn wallets(&self, account: AccountId, party: PartyId) -> Result<Vec<Wallet>> {
        self.all_of(account, party.0).await
    }

    /// One wallet, a closed one too.
    pub async fn wallet(&self, account: AccountId, id: WalletId) -> Result<Wallet> {
        self.find(account, id.0).await
    }
}

impl Bank {
    /// What wallets hold, in the order asked.
    pub async fn wallet_balances(&self, wallets: &[Wallet]) -> Result<Vec<i64>> {
        Ok(self.store.balances(wallets.iter().map(place).collect()).await?)
    }

    /// What a wallet holds.
    pub async fn wallet_balance(&self, wallet: &Wallet) -> Result<i64> {
        Ok(self.store.balances(vec![place(wallet)]).await?.pop().unwrap_or_default())
    }

    /// Gives a wallet its first money, from a seed.
    pub async fn open_wallet_balance(
        &self,
        context: Context<'_>,
        wallet: &Wallet,
        amount_minor: i64,
    ) -> Result<()> {
        let heading = Heading {
            key: self.fresh_key(RecordKind::JournalEntry, None)?,
            account: wallet.account,
            at: context.now,
            kind: EntryKind::Opening,
            origin: (RecordKind::Wallet, wallet.id.0),
            currency: wallet.currency,
        };
        let (from, to) = (LedgerRole::BanksDebited, LedgerRole::Wallet(wallet.id));
        self.open(heading, Movement { from, to, amount: amount_minor }).await
    }
}

impl Bank {
    /// What has moved a wallet's balance, oldest first.
    pub async fn wallet_movements(&self, wallet: &Wallet) -> Result<Vec<WalletMovement>> {
        let role = LedgerRole::Wallet(wallet.id);
        let mut page = PageQuery::first(PageQuery::LIMIT_MAX);
        let (mut movements, mut balance) = (Vec::new(), 0_i64);
        loop {
            let Page { entries, total } = self.journal(wallet.account, page).await?;
            for entry in entries {
                let amount = entry.net(role);
                if amount != 0 {
                    balance = balance.saturating_add(amount);
                    movements.push(WalletMovement { entry, amount, balance });
                }
            }
            page.offset = page.offset.saturating_add(page.limit);
            if u64::from(page.offset) >= total || page.offset > PageQuery::OFFSET_MAX {
                return Ok(movements);
            }
        }
    }
}

/// What has moved a wallet's balance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WalletMovement {
    /// The entry in the books.
    pub entry: JournalEntry,
    /// What came in, or below zero what went out, in minor units.
    pub amount: i64,
    /// What the wallet held then.
    pub balance: i64,
}

/// Where a wallet's money stands.
const fn place(wallet: &Wallet) -> LedgerAccount {
    LedgerAccount {
        account: wallet.account,
        role: LedgerRole::Wallet(wallet.id),
        currency: wallet.currency,
    }
}
