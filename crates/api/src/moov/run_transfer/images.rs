//! The images of what is paid for: those that are named, or else the product's.

use super::line_items::ItemRead;
use super::particulars::{ImageShown, LineItem};
use super::reading::Known;
use crate::moov::ids::{Ids, Kind};
use crate::moov::images::{self, public_id};

impl ItemRead {
    /// Every image that is named.
    pub(super) fn images_named(&self) -> impl Iterator<Item = i64> + '_ {
        let of_options = self.option_images.iter().flatten();
        self.images.iter().flatten().chain(of_options).copied()
    }
}

impl Known {
    /// An item as it is shown, or what is wrong with it.
    pub(super) fn with_images(&self, read: ItemRead) -> Result<LineItem, String> {
        let ItemRead { mut item, product, images, option_images } = read;
        let product = match product {
            Some(key) => Some(self.products.get(&key).ok_or("productID names no product")?),
            None => None,
        };
        item.images = match (images, product) {
            (Some(named), _) => self.named(&named).ok_or("imageIDs names no image")?,
            (None, Some(of_product)) => of_product.clone(),
            (None, None) => Vec::new(),
        };
        for (index, (option, named)) in item.options.iter_mut().zip(option_images).enumerate() {
            let unknown = || format!("options[{index}].imageIDs names no image");
            option.images = self.named(&named).ok_or_else(unknown)?;
        }
        Ok(item)
    }

    fn named(&self, keys: &[i64]) -> Option<Vec<ImageShown>> {
        keys.iter().map(|key| self.image(*key)).collect()
    }

    fn image(&self, key: i64) -> Option<ImageShown> {
        self.images.get(&key).cloned()
    }
}

impl ImageShown {
    /// An image as it is now.
    pub(super) fn of(ids: &Ids, image: &bank::Image) -> ImageShown {
        let image_id = ids.render(Kind::Image, image.key);
        let public_id = public_id::of(&image_id);
        ImageShown {
            alt_text: image.alternative_text.clone(),
            image_id,
            link: format!("{}/{public_id}", images::PATH),
            public_id,
        }
    }
}
