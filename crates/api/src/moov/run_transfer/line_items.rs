//! Line items: what a transfer pays for, and whether it adds up.

use engine::Currency;

use super::body::{LineItemBody, LineItemsBody, OptionBody, PriceBody};
use super::particulars::{Choice, LineItem, Price};
use crate::moov::decimal::Decimal;
use crate::moov::ids::{Ids, Kind};

/// Things that one transfer can pay for, at most.
pub(crate) const ITEMS_MAX: usize = 1_000;
/// Choices about one of them, at most.
pub(crate) const OPTIONS_MAX: usize = 100;
/// Images of one of them, at most.
pub(super) const IMAGES_MAX: usize = 20;
/// How long a name can be, in characters.
const NAME_LENGTH_MAX: usize = 150;

/// A line item that was read, whose images are still to be looked up.
#[derive(Clone, Debug)]
pub(super) struct ItemRead {
    pub(super) item: LineItem,
    pub(super) product: Option<i64>,
    /// `None` where none were named: then they are the product's.
    pub(super) images: Option<Vec<i64>>,
    /// Those of each option.
    pub(super) option_images: Vec<Vec<i64>>,
}

/// Reads line items; what is wrong with them is told in words. `owed_minor` is what they
/// must add up to, where that is known.
pub(super) fn read(
    ids: &Ids,
    body: &LineItemsBody,
    currency: Currency,
    owed_minor: Option<i64>,
    wrong: &mut Vec<String>,
) -> Vec<ItemRead> {
    let items = body.items.as_deref().unwrap_or_default();
    if items.len() > ITEMS_MAX {
        wrong.push(format!("lineItems.items has more than {ITEMS_MAX} elements"));
        return Vec::new();
    }
    let wrong_before = wrong.len();
    let mut sum = Some(Decimal::ZERO);
    let mut read = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let mut reader =
            Reader { ids, currency, wrong, place: format!("lineItems.items[{index}]") };
        let (item, price) = reader.item(item);
        sum = sum.zip(price).and_then(|(sum, price)| sum.plus(price));
        read.push(item);
    }
    if wrong.len() == wrong_before
        && !read.is_empty()
        && let Some(owed) = owed_minor
        && sum != Decimal::of_minor(owed, currency)
    {
        wrong.push(
            "lineItems do not add up to amount less salesTaxAmount: each item counts \
             its quantity times the basePrice with the priceModifiers of its options"
                .to_owned(),
        );
    }
    read
}

struct Reader<'a> {
    ids: &'a Ids,
    currency: Currency,
    wrong: &'a mut Vec<String>,
    place: String,
}

impl Reader<'_> {
    fn refuse(&mut self, field: &str, what: &str) {
        self.wrong.push(format!("{}.{field} {what}", self.place));
    }

    /// An item, and what it costs.
    fn item(&mut self, body: &LineItemBody) -> (ItemRead, Option<Decimal>) {
        let name = self.name("name", body.name.as_deref());
        if body.base_price.is_none() {
            self.refuse("basePrice", "is missing");
        }
        let base_price = body.base_price.as_ref().and_then(|it| self.price("basePrice", it));
        if base_price.as_ref().is_some_and(|(_, price)| price.is_negative()) {
            self.refuse("basePrice.valueDecimal", "is negative");
        }
        let quantity = self.quantity("quantity", body.quantity);
        let options = body.options.as_deref().unwrap_or_default();
        if options.len() > OPTIONS_MAX {
            self.refuse("options", &format!("has more than {OPTIONS_MAX} elements"));
        }
        let mut each = base_price.as_ref().map(|(_, price)| *price);
        let (mut choices, mut option_images) = (Vec::new(), Vec::new());
        for (index, option) in options.iter().take(OPTIONS_MAX).enumerate() {
            let (choice, price) = self.option(index, option);
            each = each.zip(price).and_then(|(each, price)| each.plus(price));
            let field = format!("options[{index}].imageIDs");
            option_images
                .push(self.images(&field, option.image_ids.as_deref()).unwrap_or_default());
            choices.push(choice);
        }
        let product = body.product_id.as_deref().filter(|id| !id.is_empty()).and_then(|id| {
            let found = self.ids.parse(Kind::Product, id);
            if found.is_none() {
                self.refuse("productID", "names no product");
            }
            found
        });
        let images = self.images("imageIDs", body.image_ids.as_deref());
        let item = LineItem {
            base_price: base_price.map(|(price, _)| price).unwrap_or_default(),
            images: Vec::new(),
            name,
            options: choices,
            product_id: product.map(|key| self.ids.render(Kind::Product, key)),
            quantity,
        };
        let cost = each.and_then(|each| each.times(quantity));
        (ItemRead { item, product, images, option_images }, cost)
    }

    /// A choice, and what it adds to the price of one.
    fn option(&mut self, index: usize, body: &OptionBody) -> (Choice, Option<Decimal>) {
        let field = |name: &str| format!("options[{index}].{name}");
        let name = self.name(&field("name"), body.name.as_deref());
        let quantity = self.quantity(&field("quantity"), body.quantity);
        let modifier = match &body.price_modifier {
            Some(price) => self.price(&field("priceModifier"), price).map(Some),
            None => Some(None),
        };
        let price = modifier.as_ref().and_then(|modifier| {
            let each = modifier.as_ref().map_or(Decimal::ZERO, |(_, price)| *price);
            each.times(quantity)
        });
        let price_modifier = modifier.flatten().map(|(price, _)| price);
        let group = body.group.clone().filter(|group| !group.is_empty());
        (Choice { group, images: Vec::new(), name, price_modifier, quantity }, price)
    }

    fn name(&mut self, field: &str, name: Option<&str>) -> String {
        match name {
            None | Some("") => self.refuse(field, "is missing"),
            Some(name) if name.chars().count() > NAME_LENGTH_MAX => {
                self.refuse(field, &format!("is longer than {NAME_LENGTH_MAX} characters"));
            }
            Some(_) => {}
        }
        name.unwrap_or_default().to_owned()
    }

    fn quantity(&mut self, field: &str, quantity: Option<i32>) -> i32 {
        match quantity {
            None => self.refuse(field, "is missing"),
            Some(quantity) if quantity < 1 => {
                self.refuse(field, &format!("is {quantity}; it would be at least 1"));
            }
            Some(_) => {}
        }
        quantity.unwrap_or(1)
    }

    /// A price, also as a number.
    fn price(&mut self, field: &str, body: &PriceBody) -> Option<(Price, Decimal)> {
        let currency = body.currency.as_deref().and_then(Currency::parse);
        if currency != Some(self.currency) {
            let wanted = self.currency;
            self.refuse(
                &format!("{field}.currency"),
                &format!("would be that of amount, {wanted}"),
            );
        }
        let text = body.value_decimal.as_deref().unwrap_or_default();
        let Some(value) = Decimal::read(text) else {
            let most = Decimal::PLACES_MAX;
            let form = format!("would be a decimal such as 12.99, of at most {most} decimals");
            self.refuse(&format!("{field}.valueDecimal"), &form);
            return None;
        };
        let currency = currency?.code().to_owned();
        Some((Price { currency, value_decimal: text.to_owned() }, value))
    }

    fn images(&mut self, field: &str, given: Option<&[String]>) -> Option<Vec<i64>> {
        let given = given.filter(|given| !given.is_empty())?;
        if given.len() > IMAGES_MAX {
            self.refuse(field, &format!("has more than {IMAGES_MAX} elements"));
            return None;
        }
        let keys: Vec<i64> =
            given.iter().filter_map(|id| self.ids.parse(Kind::Image, id)).collect();
        if keys.len() < given.len() {
            self.refuse(field, "names no image");
        }
        Some(keys)
    }
}
