//! What transfers name at the platform that stands behind this server. It is asked each time;
//! what is kept of it here is a key for each name.
//!
//! Whose a payment method is Moov does not say. It is looked for at the account that showed
//! it last through this server, at those that the request names, and at the newest of the
//! platform's.

use std::collections::{BTreeSet, HashMap};

use bank::RecordKind;
use engine::{PartyId, PaymentMethodId};
use serde_json::Value;
use store::{ForeignName, RecordKey};

use super::body::RunTransferBody;
use super::particulars::ImageShown;
use super::reading::{Known, Way};
use crate::foreign::ForeignNames;
use crate::moov::context::Context;
use crate::moov::ids::{self, Ids};
use crate::moov::refusal::Refusal;
use crate::overlay::MoovOverlay;
use crate::overlay::moov::{intern, may_transfer, untold};

/// Things of one kind that one request may name: the platform is asked about each.
const NAMED_MAX: usize = 64;
/// The newest accounts of the platform that are looked through for a payment method.
const ACCOUNTS_MAX: usize = 50;

/// By which payment methods money can leave an account.
const PAYING: [&str; 10] = [
    "moov-wallet",
    "ach-debit-fund",
    "ach-debit-collect",
    "card-payment",
    "card-present-payment",
    "apple-pay",
    "google-pay",
    "pull-from-card",
    "pull-from-apple-pay",
    "pull-from-google-pay",
];
/// By which it can reach one.
const PAID: [&str; 9] = [
    "moov-wallet",
    "ach-credit-standard",
    "ach-credit-same-day",
    "rtp-credit",
    "instant-bank-credit",
    "push-to-card",
    "push-to-apple-pay",
    "push-to-google-pay",
    "wire",
];

/// What transfers name, by its ids.
#[derive(Default)]
struct Sought {
    partners: BTreeSet<String>,
    methods: BTreeSet<String>,
    products: BTreeSet<String>,
    images: BTreeSet<String>,
}

impl Sought {
    fn of(party: &str, bodies: &[&RunTransferBody]) -> Result<Sought, Refusal> {
        let mut sought = Sought::default();
        sought.partners.insert(party.to_owned());
        for body in bodies {
            let canonical = |id: &Option<String>| ids::canonical(id.as_deref()?);
            sought.partners.extend(canonical(&body.partner_account_id));
            for side in [&body.source, &body.destination].into_iter().flatten() {
                sought.methods.extend(canonical(&side.payment_method_id));
            }
            let items = body.line_items.as_ref().and_then(|it| it.items.as_deref());
            for item in items.unwrap_or_default() {
                sought.products.extend(canonical(&item.product_id));
                let of_options = item.options.iter().flatten().map(|it| &it.image_ids);
                let images = of_options.chain([&item.image_ids]).flatten().flatten();
                sought.images.extend(images.filter_map(|id| ids::canonical(id)));
            }
        }
        let Sought { partners, methods, products, images } = &sought;
        let is_bounded =
            [partners, methods, products, images].iter().all(|it| it.len() <= NAMED_MAX);
        if is_bounded {
            return Ok(sought);
        }
        Err(Refusal::malformed(format!(
            "a request can name {NAMED_MAX} accounts, payment methods, products and images at most, each"
        )))
    }
}

/// What the platform said of what was sought.
#[derive(Default)]
struct Found {
    partners: Vec<String>,
    /// Payment methods, with whose they are and of which type.
    methods: HashMap<String, (String, String)>,
    products: HashMap<String, Vec<ImageShown>>,
    images: HashMap<String, ImageShown>,
}

/// Asks the platform about all that transfers name. `party` is the account of the path.
pub(super) async fn known(
    context: &Context,
    overlay: &MoovOverlay,
    party: PartyId,
    bodies: &[&RunTransferBody],
) -> Result<Known, Refusal> {
    let party = context.ids().id(party);
    let sought = Sought::of(&party, bodies)?;
    let mut found = Found::default();
    for partner in &sought.partners {
        let is_there = *partner == party || {
            let account = overlay.directory.account(partner).await.map_err(untold)?;
            account.is_some() && may_run(overlay, context, partner).await?
        };
        found.partners.extend(is_there.then(|| partner.clone()));
    }
    methods(overlay, &sought, &mut found).await?;
    let owners = found.methods.values().map(|(owner, _)| owner);
    let accounts: BTreeSet<&String> = found.partners.iter().chain(owners).collect();
    let accounts: Vec<String> = accounts.into_iter().cloned().collect();
    for id in &sought.products {
        let product = overlay.directory.product(id, &accounts).await.map_err(untold)?;
        let product = product.filter(|it| it.get("disabledOn").is_none());
        let images = product.map(|it| images_of(&it));
        found.products.extend(images.map(|images| (id.clone(), images)));
    }
    for id in &sought.images {
        let image = overlay.directory.image(id, &accounts).await.map_err(untold)?;
        let image = image.and_then(|it| serde_json::from_value(it).ok());
        found.images.extend(image.map(|image| (id.clone(), image)));
    }
    found.keyed(context).await
}

/// Whether the caller may have transfers run on another account than that of the path.
async fn may_run(overlay: &MoovOverlay, context: &Context, partner: &str) -> Result<bool, Refusal> {
    let forbidden = [Refusal::forbidden(), Refusal::not_found()];
    match may_transfer(overlay, &context.caller, partner).await {
        Ok(()) => Ok(true),
        Err(refusal) if forbidden.contains(&refusal) => Ok(false),
        Err(refusal) => Err(refusal),
    }
}

/// Finds out whose the payment methods are.
async fn methods(overlay: &MoovOverlay, sought: &Sought, found: &mut Found) -> Result<(), Refusal> {
    let shown_at = sought.methods.iter().filter_map(|method| overlay.owners.of(method));
    let mut asked: BTreeSet<String> = BTreeSet::new();
    let first: BTreeSet<String> = shown_at.collect();
    let named: BTreeSet<String> = found.partners.iter().cloned().collect();
    for accounts in [first, named] {
        ask(overlay, sought, accounts, &mut asked, found).await?;
    }
    if found.methods.len() < sought.methods.len() {
        let newest = overlay.directory.newest_accounts().await.map_err(untold)?;
        let newest = newest.into_iter().take(ACCOUNTS_MAX).collect();
        ask(overlay, sought, newest, &mut asked, found).await?;
    }
    Ok(())
}

/// Asks accounts for their payment methods, as long as one is still sought.
async fn ask(
    overlay: &MoovOverlay,
    sought: &Sought,
    accounts: BTreeSet<String>,
    asked: &mut BTreeSet<String>,
    found: &mut Found,
) -> Result<(), Refusal> {
    if found.methods.len() == sought.methods.len() {
        return Ok(());
    }
    let accounts: Vec<String> = accounts.difference(asked).cloned().collect();
    let said = overlay.directory.payment_methods(&accounts).await;
    for (account, methods) in accounts.iter().zip(said) {
        for method in methods.map_err(untold)?.into_iter().flatten() {
            let text = |name: &str| method.get(name).and_then(Value::as_str).map(str::to_owned);
            let (Some(id), Some(kind)) = (text("paymentMethodID"), text("paymentMethodType"))
            else {
                continue;
            };
            if sought.methods.contains(&id) {
                found.methods.insert(id, (account.clone(), kind));
            }
        }
    }
    asked.extend(accounts);
    Ok(())
}

fn images_of(product: &Value) -> Vec<ImageShown> {
    let images = product.get("images").and_then(Value::as_array).into_iter().flatten();
    images.filter_map(|image| serde_json::from_value(image.clone()).ok()).collect()
}

impl Found {
    /// With keys for all that is there, given in one commit.
    async fn keyed(self, context: &Context) -> Result<Known, Refusal> {
        let mut texts: BTreeSet<(RecordKind, String)> = BTreeSet::new();
        let mut there = |kind, id: &String| {
            texts.insert((kind, id.clone()));
        };
        self.partners.iter().for_each(|id| there(RecordKind::Party, id));
        for (id, (owner, _)) in &self.methods {
            there(RecordKind::PaymentMethod, id);
            there(RecordKind::Party, owner);
        }
        self.products.keys().for_each(|id| there(RecordKind::Product, id));
        self.images.keys().for_each(|id| there(RecordKind::Image, id));
        let account = context.account.id;
        let name = |(kind, id): &(RecordKind, String)| ForeignName {
            account,
            kind: *kind,
            text: id.as_str().into(),
        };
        let keys = intern(&context.app, texts.iter().map(name).collect()).await?;
        let keys: HashMap<(RecordKind, String), i64> = texts.into_iter().zip(keys).collect();
        let key = |kind, id: &str| keys.get(&(kind, id.to_owned())).copied();
        let partners = self.partners.iter().filter_map(|id| key(RecordKind::Party, id));
        let partners = partners.map(PartyId).collect();
        let methods = self.methods.iter().filter_map(|(id, (owner, kind))| {
            let owner = PartyId(key(RecordKind::Party, owner)?);
            let method = PaymentMethodId(key(RecordKind::PaymentMethod, id)?);
            Some((method, Way::of_type(owner, kind)))
        });
        let methods = methods.collect();
        let products = self.products.into_iter();
        let products = products.filter_map(|(id, it)| Some((key(RecordKind::Product, &id)?, it)));
        let products = products.collect();
        let images = self.images.into_iter();
        let images = images.filter_map(|(id, it)| Some((key(RecordKind::Image, &id)?, it)));
        let images = images.collect();
        let record = |((kind, id), key): (&(RecordKind, String), &i64)| {
            (RecordKey { kind: *kind, key: *key }, id.as_str().into())
        };
        let foreign = ForeignNames::of(keys.iter().map(record));
        let ids: Ids = context.ids().knowing(foreign).reading(keys);
        Ok(Known { partners, methods, products, images, ids })
    }
}

impl Way {
    /// A way by its name at Moov. One that is not known here Moov may know.
    fn of_type(owner: PartyId, kind: &str) -> Way {
        let is_known = PAYING.contains(&kind) || PAID.contains(&kind);
        Way {
            owner,
            can_pay: !is_known || PAYING.contains(&kind),
            can_be_paid: !is_known || PAID.contains(&kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_goes_where_its_type_says() {
        let goes = |kind| {
            let way = Way::of_type(PartyId(1), kind);
            (way.can_pay, way.can_be_paid)
        };
        assert_eq!(goes("moov-wallet"), (true, true));
        assert_eq!(goes("card-payment"), (true, false));
        assert_eq!(goes("ach-credit-standard"), (false, true));
        assert_eq!(goes("carrier-pigeon"), (true, true));
    }
}
