//! Recipients.

use bank::recipient::{Change, Command};
use bank::{BankAccount, BankEvent, Metadata, Recipient, RecipientKind, RecordKind, Step};
use engine::{AccountId, RecipientId};
use store::{Page, PageQuery};

use super::books::{Draft, Snapshot};
use super::{Bank, BankError, Context, Result};

/// A recipient to be made, or the parts of one that change.
#[derive(Clone, Debug, Default)]
pub struct RecipientChange {
    /// Its name; required for a new one.
    pub name: Option<String>,
    /// An address to write to.
    pub email: Option<Option<String>>,
    /// Words.
    pub description: Option<Option<String>>,
    /// Person or company; required for a new one.
    pub kind: Option<RecipientKind>,
    /// Tax number.
    pub tax_id: Option<Option<String>>,
    /// Where its money goes; required for a new one. A new bank account must be verified anew.
    pub bank_account: Option<BankAccount>,
    /// Data, replaced as a whole.
    pub metadata: Option<Metadata>,
    /// Makes it the one paid when none is named.
    pub default: Option<bool>,
    /// A key of the user's choosing, from a seed; for a new one only.
    pub given_id: Option<Box<str>>,
}

impl Bank {
    /// Makes a recipient. It is nobody's to pay until it is verified.
    pub async fn create_recipient(
        &self,
        context: Context<'_>,
        new: RecipientChange,
    ) -> Result<Recipient> {
        let id = RecipientId(self.fresh_key(RecordKind::Recipient, new.given_id.as_deref())?);
        let recipient = new.clone().into_recipient(context, id);
        self.decide(|| async {
            let mut draft = Draft::default();
            if recipient.default {
                self.dethrone(context.account.id, id, &mut draft).await?;
            }
            let step = Step::told(recipient.clone(), [BankEvent::RecipientCreated]);
            draft.step(step, context.now, Snapshot::Taken)?;
            draft.name(new.given_id.clone());
            Ok((recipient.clone(), draft))
        })
        .await
    }

    /// One recipient; a deleted one too.
    pub async fn recipient(&self, account: AccountId, id: RecipientId) -> Result<Recipient> {
        self.find(account, id.0).await
    }

    /// The one paid when none is named.
    pub async fn default_recipient(&self, account: AccountId) -> Result<Option<Recipient>> {
        self.first(account, None, |recipient: &Recipient| recipient.default).await
    }

    /// Changes a recipient.
    pub async fn update_recipient(
        &self,
        context: Context<'_>,
        id: RecipientId,
        change: RecipientChange,
    ) -> Result<Recipient> {
        let change = change.into_change();
        if change == Change::default() {
            return self.recipient(context.account.id, id).await;
        }
        let becomes_default = change.default == Some(true);
        self.decide(|| async {
            let recipient = self.present_recipient(context.account.id, id).await?;
            let mut draft = Draft::default();
            if becomes_default {
                self.dethrone(context.account.id, id, &mut draft).await?;
            }
            let command = Command::Change(Box::new(change.clone()));
            Ok((apply(context, recipient, command, &mut draft)?, draft))
        })
        .await
    }

    /// Deletes a recipient. One that is deleted stays as it is.
    pub async fn destroy_recipient(
        &self,
        context: Context<'_>,
        id: RecipientId,
    ) -> Result<Recipient> {
        self.decide(|| async {
            let recipient = self.recipient(context.account.id, id).await?;
            let mut draft = Draft::default();
            Ok((apply(context, recipient, Command::Delete, &mut draft)?, draft))
        })
        .await
    }

    /// Verifies and activates a recipient. One that is verified stays as it is.
    pub async fn verify_recipient(
        &self,
        context: Context<'_>,
        id: RecipientId,
    ) -> Result<Recipient> {
        self.decide(|| async {
            let recipient = self.present_recipient(context.account.id, id).await?;
            let mut draft = Draft::default();
            Ok((apply(context, recipient, Command::Verify, &mut draft)?, draft))
        })
        .await
    }

    /// A page of recipients.
    pub async fn recipients(&self, account: AccountId, page: PageQuery) -> Result<Page<Recipient>> {
        self.page(account, None, page).await
    }

    /// A recipient who is not deleted.
    pub(super) async fn present_recipient(
        &self,
        account: AccountId,
        id: RecipientId,
    ) -> Result<Recipient> {
        let recipient = self.recipient(account, id).await?;
        if recipient.deleted {
            return Err(BankError::NotFound(RecordKind::Recipient));
        }
        Ok(recipient)
    }

    /// There is one default: whoever else was it is so no more.
    async fn dethrone(
        &self,
        account: AccountId,
        successor: RecipientId,
        draft: &mut Draft,
    ) -> Result<()> {
        if let Some(former) = self.default_recipient(account).await?
            && former.id != successor
        {
            let version = former.version.saturating_add(1);
            draft.record(&Recipient { default: false, version, ..former })?;
        }
        Ok(())
    }
}

/// A recipient after a command, drafted where it changes anything.
fn apply(
    context: Context<'_>,
    recipient: Recipient,
    command: Command,
    draft: &mut Draft,
) -> Result<Recipient> {
    let Some(step) = recipient.apply(command, context.now) else { return Ok(recipient) };
    let recipient = step.record.clone();
    draft.step(step, context.now, Snapshot::Taken)?;
    Ok(recipient)
}

impl RecipientChange {
    fn into_change(self) -> Change {
        let RecipientChange {
            name,
            email,
            description,
            kind,
            tax_id,
            bank_account,
            metadata,
            default,
            given_id: _,
        } = self;
        Change { name, email, description, kind, tax_id, bank_account, metadata, default }
    }

    /// What is missing stays empty: what a dialect requires, it has checked.
    fn into_recipient(self, context: Context<'_>, id: RecipientId) -> Recipient {
        Recipient {
            id,
            account: context.account.id,
            created_at: context.now,
            version: 0,
            name: self.name.unwrap_or_default(),
            email: self.email.flatten(),
            description: self.description.flatten(),
            kind: self.kind.unwrap_or(RecipientKind::Individual),
            tax_id: self.tax_id.flatten(),
            bank_account: self.bank_account.unwrap_or_else(|| BankAccount {
                bank_code: String::new(),
                number: String::new(),
                name: String::new(),
                kind: None,
                branch_code: None,
                created_at: context.now,
            }),
            default: self.default.unwrap_or(false),
            verified_at: None,
            activated_at: None,
            failure: None,
            metadata: self.metadata.unwrap_or_default(),
            deleted: false,
        }
    }
}
