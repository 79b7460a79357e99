//! What parties sell.

use bank::{Metadata, Product, RecordKind};
use engine::{AccountId, PartyId};

use super::books::Draft;
use super::{Bank, BankError, Context, PartyError, Result};

/// The most products that a party can have: they are listed whole.
pub const PRODUCTS_PER_PARTY_MAX: usize = 1_000;

impl Bank {
    /// Offers a product.
    pub async fn create_product(
        &self,
        context: Context<'_>,
        party: PartyId,
        attributes: Metadata,
        images: Vec<i64>,
        given_id: Option<Box<str>>,
    ) -> Result<Product> {
        let product = Product {
            key: self.fresh_key(RecordKind::Product, given_id.as_deref())?,
            account: context.account.id,
            party,
            created_at: context.now,
            updated_at: context.now,
            version: 0,
            images,
            attributes,
            withdrawn_at: None,
        };
        self.decide(|| async {
            let mut holder = self.connected_party(context.account.id, party).await?;
            if self.products(context.account.id, party).await?.len() >= PRODUCTS_PER_PARTY_MAX {
                return Err(PartyError::TooMany(RecordKind::Product).into());
            }
            let mut draft = Draft::default();
            draft.linked(&mut holder)?;
            draft.record(&product)?;
            draft.name(given_id.clone());
            Ok((product.clone(), draft))
        })
        .await
    }

    /// A party's products, oldest first.
    pub async fn products(&self, account: AccountId, party: PartyId) -> Result<Vec<Product>> {
        self.all_of(account, party.0).await
    }

    /// One of a party's products that was not withdrawn.
    pub async fn product(&self, account: AccountId, party: PartyId, key: i64) -> Result<Product> {
        let product: Product = self.find(account, key).await?;
        if product.party != party || product.withdrawn_at.is_some() {
            return Err(BankError::NotFound(RecordKind::Product));
        }
        Ok(product)
    }

    /// Products in the order asked, withdrawn ones too; those that are not there, or are
    /// another tenant's, are `None`.
    pub async fn products_by_key(
        &self,
        account: AccountId,
        keys: impl IntoIterator<Item = i64>,
    ) -> Result<Vec<Option<Product>>> {
        self.find_all(account, keys).await
    }

    /// Offers something else in a product's place.
    pub async fn replace_product(
        &self,
        context: Context<'_>,
        party: PartyId,
        key: i64,
        attributes: Metadata,
        images: Vec<i64>,
    ) -> Result<Product> {
        self.decide(|| async {
            let mut product = self.product(context.account.id, party, key).await?;
            product.attributes.clone_from(&attributes);
            product.images.clone_from(&images);
            product.updated_at = context.now;
            product.version = product.version.saturating_add(1);
            let mut draft = Draft::default();
            draft.record(&product)?;
            Ok((product, draft))
        })
        .await
    }

    /// Withdraws a product.
    pub async fn withdraw_product(
        &self,
        context: Context<'_>,
        party: PartyId,
        key: i64,
    ) -> Result<()> {
        self.decide(|| async {
            let mut product = self.product(context.account.id, party, key).await?;
            product.withdrawn_at = Some(context.now);
            product.updated_at = context.now;
            product.version = product.version.saturating_add(1);
            let mut draft = Draft::default();
            draft.record(&product)?;
            Ok(((), draft))
        })
        .await
    }
}
