//! Customers' cards.

use std::collections::HashMap;

use bank::{BankEvent, Card, Customer, RecordKind, Step};
use engine::{AccountId, CardId, CustomerId};
use store::{Page, PageQuery};

use super::books::{Draft, Snapshot, read, record_key};
use super::tokens::{check_expiration, check_name};
use super::{Bank, BankError, Context, Result};

/// What changes on a card; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct CardChange {
    /// The holder's name.
    pub name: Option<String>,
    /// 1 to 12.
    pub expiration_month: Option<u8>,
    /// Four digits.
    pub expiration_year: Option<u16>,
    /// City; the inner `None` clears it.
    pub city: Option<Option<String>>,
    /// Postal code; the inner `None` clears it.
    pub postal_code: Option<Option<String>>,
}

impl Bank {
    /// A page of a customer's cards.
    pub async fn cards(
        &self,
        account: AccountId,
        customer: CustomerId,
        page: PageQuery,
    ) -> Result<Page<Card>> {
        self.page(account, Some(customer.0), page).await
    }

    /// One card, a deleted one too.
    pub async fn card(&self, account: AccountId, id: CardId) -> Result<Card> {
        self.find(account, id.0).await
    }

    /// Cards by their ids, in one reading; those that are not there, or are somebody
    /// else's, are left out.
    pub async fn cards_by_id(
        &self,
        account: AccountId,
        ids: impl IntoIterator<Item = CardId>,
    ) -> Result<HashMap<CardId, Card>> {
        let keys = ids.into_iter().map(|id| record_key::<Card>(id.0)).collect();
        let mut found = HashMap::new();
        for record in self.store.records(keys).await?.into_iter().flatten() {
            if record.account == account {
                let card: Card = read(&record)?;
                found.insert(card.id, card);
            }
        }
        Ok(found)
    }

    /// Changes a customer's card.
    pub async fn update_card(
        &self,
        context: Context<'_>,
        customer: CustomerId,
        id: CardId,
        change: CardChange,
    ) -> Result<Card> {
        self.decide(|| async {
            let customer = self.present_customer(context.account.id, customer).await?;
            let mut card = self.present_card(&customer, id).await?;
            if change.expiration_month.is_some() || change.expiration_year.is_some() {
                card.expiration_month = change.expiration_month.unwrap_or(card.expiration_month);
                card.expiration_year = change.expiration_year.unwrap_or(card.expiration_year);
                check_expiration(context, card.expiration_year, card.expiration_month)?;
            }
            if let Some(name) = &change.name {
                check_name(name)?;
                name.trim().clone_into(&mut card.name);
            }
            if let Some(city) = &change.city {
                card.address.city.clone_from(city);
            }
            if let Some(postal_code) = &change.postal_code {
                card.address.postal_code.clone_from(postal_code);
            }
            card.version = card.version.saturating_add(1);
            let mut draft = Draft::default();
            let step = Step::told(card.clone(), [BankEvent::CardUpdated]);
            draft.step(step, context.now, Snapshot::Taken)?;
            Ok((card, draft))
        })
        .await
    }

    /// Deletes a customer's card; the oldest other one becomes the default if it
    /// was that. One that is deleted stays as it is.
    pub async fn destroy_card(
        &self,
        context: Context<'_>,
        customer: CustomerId,
        id: CardId,
    ) -> Result<Card> {
        self.decide(|| async {
            let account = context.account.id;
            let customer = self.customer(account, customer).await?;
            let mut card = self.card_of(&customer, id).await?;
            let mut draft = Draft::default();
            if card.deleted {
                return Ok((card, draft));
            }
            card.deleted = true;
            card.version = card.version.saturating_add(1);
            let step = Step::told(card.clone(), [BankEvent::CardDestroyed]);
            draft.step(step, context.now, Snapshot::Taken)?;
            // The customer is written either way: two cards deleted at once must
            // not leave one of them as the default.
            let default_card = if customer.default_card == Some(id) {
                let other = |card: &Card| card.id != id;
                self.first(account, Some(customer.id.0), other).await?.map(|card| card.id)
            } else {
                customer.default_card
            };
            let version = customer.version.saturating_add(1);
            draft.record(&Customer { default_card, version, ..customer })?;
            Ok((card, draft))
        })
        .await
    }

    /// A card of this customer's that is not deleted.
    pub(super) async fn present_card(&self, customer: &Customer, id: CardId) -> Result<Card> {
        let card = self.card_of(customer, id).await?;
        if card.deleted {
            return Err(BankError::NotFound(RecordKind::Card));
        }
        Ok(card)
    }

    async fn card_of(&self, customer: &Customer, id: CardId) -> Result<Card> {
        let card = self.card(customer.account, id).await?;
        if card.customer != Some(customer.id) {
            return Err(BankError::NotFound(RecordKind::Card));
        }
        Ok(card)
    }
}
