//! Customers.

use bank::{BankEvent, Card, Customer, Metadata, RecordKind, Step};
use engine::{AccountId, CardId, CustomerId};
use store::{Page, PageQuery};

use super::books::{Draft, Snapshot};
use super::{Bank, BankError, Context, Result};

/// A customer to be made.
#[derive(Clone, Debug, Default)]
pub struct NewCustomer {
    /// An address to write to.
    pub email: Option<String>,
    /// Words.
    pub description: Option<String>,
    /// Data.
    pub metadata: Metadata,
    /// The token of its first card.
    pub token: Option<i64>,
    /// A key of the user's choosing, from a seed.
    pub given_id: Option<Box<str>>,
}

/// What changes on a customer; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct CustomerChange {
    /// An address to write to; the inner `None` clears it.
    pub email: Option<Option<String>>,
    /// Words; the inner `None` clears them.
    pub description: Option<Option<String>>,
    /// Data, replaced as a whole.
    pub metadata: Option<Metadata>,
    /// The token of one more card.
    pub token: Option<i64>,
    /// Which card is charged when none is named.
    pub default_card: Option<CardId>,
}

impl Bank {
    /// Makes a customer, with a token's card if one is given.
    pub async fn create_customer(
        &self,
        context: Context<'_>,
        new: NewCustomer,
    ) -> Result<Customer> {
        let id = CustomerId(self.fresh_key(RecordKind::Customer, new.given_id.as_deref())?);
        self.decide(|| async {
            let mut draft = Draft::default();
            let default_card = match new.token {
                Some(token) => Some(self.attach(context, token, id, &mut draft).await?),
                None => None,
            };
            let customer = Customer {
                id,
                account: context.account.id,
                created_at: context.now,
                version: 0,
                default_card,
                email: new.email.clone(),
                description: new.description.clone(),
                metadata: new.metadata.clone(),
                deleted: false,
            };
            let step = Step::told(customer.clone(), [BankEvent::CustomerCreated]);
            draft.step(step, context.now, Snapshot::Taken)?;
            draft.name(new.given_id.clone());
            Ok((customer, draft))
        })
        .await
    }

    /// A customer; a deleted one too (`deleted` says so).
    pub async fn customer(&self, account: AccountId, id: CustomerId) -> Result<Customer> {
        self.find(account, id.0).await
    }

    /// Changes a customer. Its first card becomes the one charged when none is
    /// named; a further one does not.
    pub async fn update_customer(
        &self,
        context: Context<'_>,
        id: CustomerId,
        change: CustomerChange,
    ) -> Result<Customer> {
        self.decide(|| async {
            let mut customer = self.present_customer(context.account.id, id).await?;
            let mut draft = Draft::default();
            let mut events = Vec::new();
            if change.changes_details() {
                events.push(BankEvent::CustomerUpdated);
            }
            if let Some(token) = change.token {
                let card = self.attach(context, token, id, &mut draft).await?;
                customer.default_card.get_or_insert(card);
                events.push(BankEvent::CustomerCardAdded);
            }
            if let Some(card) = change.default_card {
                customer.default_card = Some(self.present_card(&customer, card).await?.id);
            }
            if events.is_empty() {
                return Ok((customer, draft));
            }
            change.clone().apply(&mut customer);
            customer.version = customer.version.saturating_add(1);
            draft.step(Step::told(customer.clone(), events), context.now, Snapshot::Taken)?;
            Ok((customer, draft))
        })
        .await
    }

    /// Deletes a customer and its cards. One that is deleted stays as it is.
    pub async fn destroy_customer(&self, context: Context<'_>, id: CustomerId) -> Result<Customer> {
        self.decide(|| async {
            let account = context.account.id;
            let mut customer = self.customer(account, id).await?;
            let mut draft = Draft::default();
            if customer.deleted {
                return Ok((customer, draft));
            }
            for card in self.all_of::<Card>(account, id.0).await? {
                let version = card.version.saturating_add(1);
                draft.record(&Card { deleted: true, version, ..card })?;
            }
            customer.deleted = true;
            customer.default_card = None;
            customer.version = customer.version.saturating_add(1);
            let step = Step::told(customer.clone(), [BankEvent::CustomerDestroyed]);
            draft.step(step, context.now, Snapshot::Taken)?;
            Ok((customer, draft))
        })
        .await
    }

    /// A page of customers.
    pub async fn customers(&self, account: AccountId, page: PageQuery) -> Result<Page<Customer>> {
        self.page(account, None, page).await
    }

    /// A customer who is not deleted.
    pub(super) async fn present_customer(
        &self,
        account: AccountId,
        id: CustomerId,
    ) -> Result<Customer> {
        let customer = self.customer(account, id).await?;
        if customer.deleted {
            return Err(BankError::NotFound(RecordKind::Customer));
        }
        Ok(customer)
    }

    /// Uses a token up and gives its card to a customer. The customer must be
    /// written with it, so that its deletion meanwhile is noticed.
    async fn attach(
        &self,
        context: Context<'_>,
        token: i64,
        customer: CustomerId,
        draft: &mut Draft,
    ) -> Result<CardId> {
        let (token, card) = self.unused_token(context.account.id, token).await?;
        let version = card.version.saturating_add(1);
        draft.record(&token)?;
        draft.record(&Card { customer: Some(customer), version, ..card })?;
        Ok(token.card)
    }
}

impl CustomerChange {
    fn changes_details(&self) -> bool {
        self.email.is_some()
            || self.description.is_some()
            || self.metadata.is_some()
            || self.default_card.is_some()
    }

    fn apply(self, customer: &mut Customer) {
        if let Some(email) = self.email {
            customer.email = email;
        }
        if let Some(description) = self.description {
            customer.description = description;
        }
        if let Some(metadata) = self.metadata {
            customer.metadata = metadata;
        }
    }
}
