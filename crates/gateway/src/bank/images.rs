//! Images of what parties sell.

use bank::{Image, Picture, RecordKind, picture};
use engine::{AccountId, PartyId};
use store::StoreError;

use super::books::{Draft, read, record_key};
use super::{Bank, BankError, Context, PartyError, Result};

/// The most images that a party can have: they are listed whole.
pub const IMAGES_PER_PARTY_MAX: usize = 1_000;

/// A file to be shown.
pub struct NewPicture {
    /// Its media type.
    pub media_type: String,
    /// What is in it.
    pub file: Vec<u8>,
}

impl Bank {
    /// Keeps an image. [`PartyError::SameImage`] where the party has it already.
    pub async fn create_image(
        &self,
        context: Context<'_>,
        party: PartyId,
        new: NewPicture,
        alternative_text: Option<String>,
    ) -> Result<Image> {
        let picture = self.new_picture(context, party, &new)?;
        let image = Image {
            key: self.fresh_key(RecordKind::Image, None)?,
            account: context.account.id,
            party,
            created_at: context.now,
            updated_at: context.now,
            version: 0,
            alternative_text,
            digest: picture::digest(&new.file),
            media_type: new.media_type,
            picture: picture.key,
            removed_at: None,
        };
        self.decide(|| async {
            let mut holder = self.connected_party(context.account.id, party).await?;
            let others = self.images(context.account.id, party).await?;
            if others.len() >= IMAGES_PER_PARTY_MAX {
                return Err(PartyError::TooMany(RecordKind::Image).into());
            }
            refuse_copy(others, &image)?;
            let mut draft = Draft::default();
            draft.linked(&mut holder)?;
            draft.record(&picture)?;
            draft.record(&image)?;
            Ok((image.clone(), draft))
        })
        .await
    }

    /// A party's images, oldest first.
    pub async fn images(&self, account: AccountId, party: PartyId) -> Result<Vec<Image>> {
        self.all_of(account, party.0).await
    }

    /// One of a party's images that was not removed.
    pub async fn image(&self, account: AccountId, party: PartyId, key: i64) -> Result<Image> {
        let image = self.images_by_key(account, [key]).await?.pop().flatten();
        image.filter(|image| image.party == party).ok_or(BankError::NotFound(RecordKind::Image))
    }

    /// Images in the order asked; those that are not there, were removed, or are
    /// another tenant's, are `None`.
    pub async fn images_by_key(
        &self,
        account: AccountId,
        keys: impl IntoIterator<Item = i64>,
    ) -> Result<Vec<Option<Image>>> {
        let found = self.images_anywhere(keys).await?.into_iter();
        Ok(found.map(|it| it.filter(|image| image.account == account)).collect())
    }

    /// What an image shows, to anybody who knows its key; a removed one too, for what
    /// refers to it is still shown.
    pub async fn picture(&self, key: i64) -> Result<(Image, Vec<u8>)> {
        let found = self.store.records(vec![record_key::<Image>(key)]).await?.pop().flatten();
        // The key of a picture is none of an image.
        let image = found.and_then(|record| read::<Image>(&record).ok());
        let image = image.ok_or(BankError::NotFound(RecordKind::Image))?;
        let picture: Picture = self.find(image.account, image.picture).await?;
        Ok((image, picture.file()))
    }

    /// Images, whosever they are. What is hidden is left out before it is read: it may
    /// have been removed, or be a picture.
    async fn images_anywhere(
        &self,
        keys: impl IntoIterator<Item = i64>,
    ) -> Result<Vec<Option<Image>>> {
        let keys: Vec<_> = keys.into_iter().map(record_key::<Image>).collect();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.store.records(keys).await?.into_iter();
        let shown = found.map(|record| record.filter(|record| !record.hidden));
        let images = shown.map(|record| record.as_ref().map(read).transpose());
        Ok(images.collect::<Result<_, StoreError>>()?)
    }

    /// Changes what an image shows, or what is said of it.
    pub async fn update_image(
        &self,
        context: Context<'_>,
        party: PartyId,
        key: i64,
        new: Option<NewPicture>,
        alternative_text: Option<Option<String>>,
    ) -> Result<Image> {
        let picture = match &new {
            Some(new) => Some(self.new_picture(context, party, new)?),
            None => None,
        };
        self.decide(|| async {
            let mut image = self.image(context.account.id, party, key).await?;
            let mut draft = Draft::default();
            if let (Some(new), Some(picture)) = (&new, &picture) {
                image.media_type.clone_from(&new.media_type);
                image.digest = picture::digest(&new.file);
                image.picture = picture.key;
                refuse_copy(self.images(context.account.id, party).await?, &image)?;
                draft.record(picture)?;
            }
            if let Some(text) = &alternative_text {
                image.alternative_text.clone_from(text);
            }
            image.updated_at = context.now;
            image.version = image.version.saturating_add(1);
            draft.record(&image)?;
            Ok((image, draft))
        })
        .await
    }

    /// Removes an image.
    pub async fn remove_image(&self, context: Context<'_>, party: PartyId, key: i64) -> Result<()> {
        self.decide(|| async {
            let mut image = self.image(context.account.id, party, key).await?;
            image.removed_at = Some(context.now);
            image.updated_at = context.now;
            image.version = image.version.saturating_add(1);
            let mut draft = Draft::default();
            draft.record(&image)?;
            Ok(((), draft))
        })
        .await
    }

    fn new_picture(
        &self,
        context: Context<'_>,
        party: PartyId,
        new: &NewPicture,
    ) -> Result<Picture> {
        let key = self.fresh_key(RecordKind::Image, None)?;
        Ok(Picture::new(key, context.account.id, party, context.now, &new.file))
    }
}

/// Refuses an image that shows what another one of the same party shows.
fn refuse_copy(others: Vec<Image>, image: &Image) -> Result<()> {
    let is_same = |other: &Image| other.digest == image.digest && other.key != image.key;
    match others.into_iter().find(is_same) {
        Some(same) => Err(PartyError::SameImage(Box::new(same)).into()),
        None => Ok(()),
    }
}
