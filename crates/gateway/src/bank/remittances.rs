//! Remittances that clients ask for themselves, and what becomes of all of them.

use bank::remittance::{Command, RemittanceRefusal, make};
use bank::{Metadata, RecordKind, Remittance};
use engine::{AccountId, PaymentId, RemittanceId, Remitted};
use store::{Order, Page, PageQuery};

use super::books::{Draft, Snapshot};
use super::means::{Means, Obstacle, Wanted};
use super::{Bank, BankError, Context, Result};

/// How often money that somebody else took meanwhile is counted again.
const COUNTS_MAX: u32 = 4;

/// A remittance to be made.
#[derive(Clone, Debug)]
pub struct NewRemittance {
    /// What moves, and for whom.
    pub remitted: Remitted,
    /// What the partner keeps of it, in the same currency; nothing if `None`.
    pub fee_minor: Option<i64>,
    /// Data.
    pub metadata: Metadata,
}

/// What came of asking for a remittance.
#[derive(Clone, PartialEq, Debug)]
pub enum Asked {
    /// It was made, and may have failed at once: its status says so.
    Made(Box<Remittance>),
    /// The key was used before, and this was made then.
    MadeBefore(Box<Remittance>),
    /// It cannot be made, and nothing was.
    Refused(Obstacle),
}

/// Why a remittance was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RemittanceError {
    /// What it is does not allow it.
    #[error(transparent)]
    Refused(#[from] RemittanceRefusal),
    /// The bank refused, or failed.
    #[error(transparent)]
    Bank(#[from] BankError),
}

impl Bank {
    /// Makes a remittance.
    pub async fn create_remittance(
        &self,
        context: Context<'_>,
        new: NewRemittance,
    ) -> Result<Asked> {
        for _ in 0..COUNTS_MAX {
            if let Some(payment) = self.made_before(context).await? {
                return self.remittance_made(context.account.id, payment).await;
            }
            match self.make_remittance(context, &new).await {
                // The wallet was emptied meanwhile: counted again, it is seen to be short.
                Err(BankError::BalanceShort) => {}
                made => return made,
            }
        }
        Err(super::books::contended())
    }

    async fn make_remittance(&self, context: Context<'_>, new: &NewRemittance) -> Result<Asked> {
        let wanted = Wanted {
            account: context.account.id,
            remitted: &new.remitted,
            fee_minor: new.fee_minor.unwrap_or(0),
            scheduled: None,
            at: context.now,
        };
        let means = Means::read(self, std::slice::from_ref(&wanted)).await?;
        let id = RemittanceId(self.fresh_key(RecordKind::Remittance, None)?);
        let (mut asked, verdict) = match means.decide(&wanted, id) {
            Ok(decided) => decided,
            Err(obstacle) => return Ok(Asked::Refused(obstacle)),
        };
        asked.metadata.clone_from(&new.metadata);
        let entry_key = self.fresh_key(RecordKind::JournalEntry, None)?;
        let step = make(asked, verdict, entry_key);
        let made = self
            .decide_once(|| async {
                let mut draft = Draft::under(context, PaymentId::Remittance(id));
                draft.step(step.clone(), context.now, Snapshot::Taken)?;
                Ok((step.record.clone(), draft))
            })
            .await?;
        match made {
            Ok(remittance) => Ok(Asked::Made(Box::new(remittance))),
            Err(payment) => self.remittance_made(context.account.id, payment).await,
        }
    }

    async fn remittance_made(&self, account: AccountId, payment: PaymentId) -> Result<Asked> {
        let PaymentId::Remittance(id) = payment else { return Err(BankError::KeyUsed) };
        Ok(Asked::MadeBefore(Box::new(self.remittance(account, id).await?)))
    }

    /// One remittance.
    pub async fn remittance(&self, account: AccountId, id: RemittanceId) -> Result<Remittance> {
        self.find(account, id.0).await
    }

    /// Remittances in the order asked; those that are not there, or are another tenant's,
    /// are `None`.
    pub async fn remittances_by_id(
        &self,
        account: AccountId,
        ids: impl IntoIterator<Item = RemittanceId>,
    ) -> Result<Vec<Option<Remittance>>> {
        self.find_all(account, ids.into_iter().map(|id| id.0)).await
    }

    /// Remittances that are wanted, made within the page's bounds of time, newest first:
    /// as many as its limit after the first of its offset.
    pub async fn remittances(
        &self,
        account: AccountId,
        page: PageQuery,
        wanted: impl Fn(&Remittance) -> bool,
    ) -> Result<Vec<Remittance>> {
        let (mut skip, mut found) = (page.offset, Vec::new());
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let mut reading = PageQuery {
            offset: 0,
            limit: PageQuery::LIMIT_MAX,
            order: Order::ReverseChronological,
            ..page
        };
        loop {
            let Page { entries, total } = self.page::<Remittance>(account, None, reading).await?;
            for remittance in entries.into_iter().filter(&wanted) {
                if found.len() >= limit {
                    return Ok(found);
                }
                match skip.checked_sub(1) {
                    Some(left) => skip = left,
                    None => found.push(remittance),
                }
            }
            reading.offset = reading.offset.saturating_add(reading.limit);
            if u64::from(reading.offset) >= total || reading.offset > PageQuery::OFFSET_MAX {
                return Ok(found);
            }
        }
    }

    /// Replaces the account's own data on a remittance.
    pub async fn annotate_remittance(
        &self,
        context: Context<'_>,
        id: RemittanceId,
        metadata: Metadata,
    ) -> Result<Remittance, RemittanceError> {
        self.command_remittance(context, id, |_| Some(Command::Annotate(metadata.clone()))).await
    }

    /// Calls off a remittance that has not left.
    pub async fn cancel_remittance(
        &self,
        context: Context<'_>,
        id: RemittanceId,
    ) -> Result<Remittance, RemittanceError> {
        self.command_remittance(context, id, |_| Some(Command::Cancel)).await
    }

    /// Gives back what a card has paid, in part or whole. Under a used key nothing
    /// more is given back: who made the refund before is [`Remittance::refunds`]' to say.
    pub async fn refund_remittance(
        &self,
        context: Context<'_>,
        id: RemittanceId,
        amount_minor: Option<i64>,
    ) -> Result<Remittance, RemittanceError> {
        let key = self.fresh_key(RecordKind::Refund, None)?;
        let requested_under = context.key.cloned();
        self.command_remittance(context, id, |remittance| {
            let made_before = requested_under.is_some()
                && remittance.refunds.iter().any(|it| it.requested_under == requested_under);
            let requested_under = requested_under.clone();
            (!made_before).then_some(Command::Refund { key, amount_minor, requested_under })
        })
        .await
    }

    /// The remittance after a command, or as it stands where there is none.
    async fn command_remittance(
        &self,
        context: Context<'_>,
        id: RemittanceId,
        command: impl Fn(&Remittance) -> Option<Command>,
    ) -> Result<Remittance, RemittanceError> {
        let changed = self
            .decide(|| async {
                let remittance = self.remittance(context.account.id, id).await?;
                let mut draft = Draft::default();
                let Some(command) = command(&remittance) else {
                    return Ok((Ok(remittance), draft));
                };
                let entry_key = self.fresh_key(RecordKind::JournalEntry, None)?;
                let step = match remittance.apply(command, context.now, entry_key) {
                    Ok(step) => step,
                    Err(refusal) => return Ok((Err(refusal), draft)),
                };
                let remittance = step.record.clone();
                draft.step(step, context.now, Snapshot::Taken)?;
                Ok((Ok(remittance), draft))
            })
            .await?;
        Ok(changed?)
    }
}
