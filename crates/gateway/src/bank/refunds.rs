//! Refunds.

use bank::refund::{Asked, RefundRefusal, Refunded, make};
use bank::{BankEvent, Charge, Metadata, RecordKind, Refund, Step};
use engine::{AccountId, ChargeId, PaymentId};
use store::{Page, PageQuery};

use super::books::{Draft, Snapshot};
use super::{Bank, BankError, Context, Result};

impl Bank {
    /// Refunds a charge, in part or whole. Under a used key, the refund made then.
    pub async fn create_refund(
        &self,
        context: Context<'_>,
        charge: ChargeId,
        amount_minor: i64,
        metadata: Metadata,
        void: bool,
    ) -> Result<Refund> {
        if self.made_before(context).await?.is_some() {
            return self.refund_made(context, charge).await;
        }
        let made = self
            .decide_once(|| async {
                let charge: Charge = self.find(context.account.id, charge.0).await?;
                let asked = Asked {
                    key: self.fresh_key(RecordKind::Refund, None)?,
                    entry_key: self.fresh_key(RecordKind::JournalEntry, None)?,
                    at: context.now,
                    amount_minor,
                    void,
                    metadata: metadata.clone(),
                    requested_under: context.key.cloned(),
                };
                let Refunded { charge, refund, entry } =
                    make(&charge, asked, &context.account.zone).map_err(
                        |refusal| match refusal {
                            RefundRefusal::State => BankError::ChargeState(Box::new(charge)),
                            RefundRefusal::Amount { left } => BankError::RefundTooLarge { left },
                        },
                    )?;
                let mut draft = Draft::under(context, PaymentId::Charge(charge.id));
                draft.record(&charge)?;
                let step = Step::told(refund.clone(), [BankEvent::RefundCreated]);
                draft.step(Step { entry: Some(entry), ..step }, context.now, Snapshot::Taken)?;
                Ok((refund, draft))
            })
            .await?;
        match made {
            Ok(refund) => Ok(refund),
            Err(_) => self.refund_made(context, charge).await,
        }
    }

    /// One refund.
    pub async fn refund(&self, account: AccountId, key: i64) -> Result<Refund> {
        self.find(account, key).await
    }

    /// A page of refunds, of one charge or of all.
    pub async fn refunds(
        &self,
        account: AccountId,
        charge: Option<ChargeId>,
        page: PageQuery,
    ) -> Result<Page<Refund>> {
        self.page(account, charge.map(|id| id.0), page).await
    }

    /// The refund of this charge that was made under the client's key.
    async fn refund_made(&self, context: Context<'_>, charge: ChargeId) -> Result<Refund> {
        let under_this_key = |refund: &Refund| {
            refund.requested_under.is_some() && refund.requested_under.as_ref() == context.key
        };
        self.first(context.account.id, Some(charge.0), under_this_key)
            .await?
            .ok_or(BankError::NotFound(RecordKind::Refund))
    }
}
