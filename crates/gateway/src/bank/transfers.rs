//! Transfers that clients ask for themselves.

use bank::country::transfer_terms;
use bank::transfer::{Asked, Command, TransferRefusal, make};
use bank::{LedgerRole, Metadata, RecordKind, Transfer};
use engine::{AccountId, Money, PaymentId, RecipientId, TransferId};
use store::{Page, PageQuery};

use super::books::{Draft, Snapshot};
use super::{Bank, BankError, Context, Result};

/// A transfer to be made.
#[derive(Clone, Debug)]
pub struct NewTransfer {
    /// How much, fee included; `None` is the whole balance.
    pub amount_minor: Option<i64>,
    /// To whom; `None` is the default recipient.
    pub recipient: Option<RecipientId>,
    /// Whether it fails at once when it cannot be sent.
    pub fail_fast: bool,
    /// Data.
    pub metadata: Metadata,
}

impl Bank {
    /// Makes a transfer and holds its money. Under a used key, the transfer made
    /// then, if it is the one that is asked for.
    pub async fn create_transfer(
        &self,
        context: Context<'_>,
        new: NewTransfer,
    ) -> Result<Transfer> {
        let account = context.account.id;
        if let Some(payment) = self.made_before(context).await? {
            return self.transfer_made(account, payment, &new).await;
        }
        let made = self
            .decide_once(|| async {
                let recipient = match new.recipient {
                    Some(id) => self.present_recipient(account, id).await?,
                    None => self
                        .default_recipient(account)
                        .await?
                        .ok_or(BankError::NotFound(RecordKind::Recipient))?,
                };
                let id = TransferId(self.fresh_key(RecordKind::Transfer, None)?);
                let asked = Asked {
                    id,
                    account,
                    at: context.now,
                    money: self.transfer_money(context, new.amount_minor).await?,
                    schedule: None,
                    fail_fast: new.fail_fast,
                    metadata: new.metadata.clone(),
                };
                let entry_key = self.fresh_key(RecordKind::JournalEntry, None)?;
                let step = make(asked, &recipient, entry_key);
                let transfer = step.record.clone();
                let mut draft = Draft::under(context, PaymentId::Transfer(id));
                draft.step(step, context.now, Snapshot::Taken)?;
                Ok((transfer, draft))
            })
            .await?;
        match made {
            Ok(transfer) => Ok(transfer),
            Err(payment) => self.transfer_made(account, payment, &new).await,
        }
    }

    /// One transfer.
    pub async fn transfer(&self, account: AccountId, id: TransferId) -> Result<Transfer> {
        self.find(account, id.0).await
    }

    /// A page of transfers.
    pub async fn transfers(&self, account: AccountId, page: PageQuery) -> Result<Page<Transfer>> {
        self.page(account, None, page).await
    }

    /// Changes a transfer that has not left.
    pub async fn update_transfer(
        &self,
        context: Context<'_>,
        id: TransferId,
        amount_minor: Option<i64>,
        metadata: Option<Metadata>,
    ) -> Result<Transfer> {
        if amount_minor.is_none() && metadata.is_none() {
            return self.transfer(context.account.id, id).await;
        }
        self.command_transfer(context, id, |transfer| {
            if let Some(metadata) = &metadata {
                transfer.metadata.clone_from(metadata);
            }
            let amount_minor = amount_minor.unwrap_or(transfer.money.amount_minor);
            Command::Resize { amount_minor }
        })
        .await
    }

    /// Calls off a transfer that has not left.
    pub async fn destroy_transfer(&self, context: Context<'_>, id: TransferId) -> Result<Transfer> {
        self.command_transfer(context, id, |_| Command::CallOff).await
    }

    /// Makes a transfer leave now.
    pub async fn mark_transfer_as_sent(
        &self,
        context: Context<'_>,
        id: TransferId,
    ) -> Result<Transfer> {
        let account = context.account.id;
        let recipient = self.transfer(account, id).await?.recipient;
        if !self.recipient(account, recipient).await?.is_payable() {
            return Err(BankError::RecipientNotPayable);
        }
        self.command_transfer(context, id, |_| Command::Send).await
    }

    /// Makes a transfer arrive now.
    pub async fn mark_transfer_as_paid(
        &self,
        context: Context<'_>,
        id: TransferId,
    ) -> Result<Transfer> {
        self.command_transfer(context, id, |_| Command::Pay).await
    }

    async fn command_transfer(
        &self,
        context: Context<'_>,
        id: TransferId,
        prepare: impl Fn(&mut Transfer) -> Command,
    ) -> Result<Transfer> {
        self.decide(|| async {
            let mut transfer = self.transfer(context.account.id, id).await?;
            let command = prepare(&mut transfer);
            let entry_key = self.fresh_key(RecordKind::JournalEntry, None)?;
            let step =
                transfer.apply(command, context.now, entry_key).map_err(
                    |refusal| match refusal {
                        TransferRefusal::State => {
                            BankError::TransferState(Box::new(transfer.clone()))
                        }
                        TransferRefusal::Amount { amount_minor, limits } => {
                            BankError::AmountOutOfRange {
                                amount_minor,
                                least: limits.least,
                                greatest: limits.greatest,
                            }
                        }
                    },
                )?;
            let transfer = step.record.clone();
            let mut draft = Draft::default();
            draft.step(step, context.now, Snapshot::Taken)?;
            Ok((transfer, draft))
        })
        .await
    }

    /// How much a transfer is to move; the whole balance if nothing is said.
    async fn transfer_money(
        &self,
        context: Context<'_>,
        amount_minor: Option<i64>,
    ) -> Result<Money> {
        let currency = context.account.currency;
        let limits = transfer_terms(currency).limits;
        let amount_minor = match amount_minor {
            Some(amount_minor) if !limits.allow(amount_minor) => {
                return Err(BankError::AmountOutOfRange {
                    amount_minor,
                    least: limits.least,
                    greatest: limits.greatest,
                });
            }
            Some(amount_minor) => amount_minor,
            None => {
                let available = self.standing(context.account, LedgerRole::Available).await?;
                if available < limits.least {
                    return Err(BankError::BalanceShort);
                }
                available.min(limits.greatest)
            }
        };
        Ok(Money::new(amount_minor, currency))
    }

    /// The transfer that was made under the client's key. Keys are remembered for ever,
    /// so that one may come back with something else long after.
    async fn transfer_made(
        &self,
        account: AccountId,
        payment: PaymentId,
        asked: &NewTransfer,
    ) -> Result<Transfer> {
        let PaymentId::Transfer(id) = payment else { return Err(BankError::KeyUsed) };
        let transfer = self.transfer(account, id).await?;
        let same_payee = asked.recipient.is_none_or(|asked| asked == transfer.recipient);
        // One that was changed since may have another amount than was asked for.
        let same_amount = transfer.version > 0
            || asked.amount_minor.is_none_or(|asked| asked == transfer.money.amount_minor);
        if same_payee && same_amount { Ok(transfer) } else { Err(BankError::KeyUsed) }
    }
}
