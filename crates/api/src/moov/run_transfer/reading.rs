//! Reading: what was sent becomes what the engine can pay, or words on what is wrong.

use std::collections::HashMap;

use engine::{Currency, Money, PartyId, PaymentMethodId, Remitted};

use super::body::{AchDetailsBody, AmountBody, CardDetailsBody, MethodBody, RunTransferBody};
use super::line_items::{self, ItemRead};
use super::particulars::{AchDetails, CardDetails, ImageShown, Particulars, Said};
use super::upstream;
use crate::moov::context::Context;
use crate::moov::ids::Ids;
use crate::moov::refusal::Refusal;

/// How long the description of a transfer can be, in characters.
const DESCRIPTION_LENGTH_MAX: usize = 256;

/// A `runTransfer` that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Readable {
    /// What is paid.
    pub(crate) remitted: Remitted,
    /// Whose the source is.
    pub(crate) source_owner: PartyId,
    /// Whose the destination is.
    pub(crate) destination_owner: PartyId,
}

/// Reads them all, with one look-up of each kind. Each is what it says, or what is wrong
/// with it in words, each beginning with its field. `party` is the account of the path, which runs those that name no
/// partner.
pub(crate) async fn read_all(
    context: &Context,
    party: PartyId,
    bodies: &[&RunTransferBody],
) -> Result<Vec<Result<Readable, Vec<String>>>, Refusal> {
    let draft = |ids: &Ids| -> Vec<Result<Draft, Vec<String>>> {
        let currency = context.account.currency;
        bodies.iter().map(|body| Draft::read(ids, currency, party, body)).collect()
    };
    let (known, drafts) = if let Some(overlay) = context.app.moov_overlay() {
        // Its ids mean something once it was asked what they are of.
        let known = upstream::known(context, overlay, party, bodies).await?;
        let drafts = draft(&known.ids);
        (known, drafts)
    } else {
        let drafts = draft(&context.ids());
        (Known::of(context, drafts.iter().flatten()).await?, drafts)
    };
    let finished = drafts.into_iter().map(|draft| draft.and_then(|draft| draft.finish(&known)));
    Ok(finished.collect())
}

/// What can be read without looking anything up.
struct Draft {
    partner: PartyId,
    source: PaymentMethodId,
    destination: PaymentMethodId,
    money: Money,
    particulars: Particulars,
    items: Vec<ItemRead>,
}

impl Draft {
    fn read(
        ids: &Ids,
        currency: Currency,
        party: PartyId,
        body: &RunTransferBody,
    ) -> Result<Draft, Vec<String>> {
        let mut wrong = Vec::new();
        let amount = |field: &str, body, least, wrong: &mut Vec<String>| {
            amount(field, currency, body, least, wrong)
        };
        let money = amount("amount", body.amount.as_ref(), 1, &mut wrong);
        let partner = partner(ids, party, body, &mut wrong);
        let source = method(ids, "source", body.source.as_ref(), &mut wrong);
        let destination = method(ids, "destination", body.destination.as_ref(), &mut wrong);
        let description = description(body, &mut wrong);
        let tax = body.sales_tax_amount.as_ref();
        let tax = tax.and_then(|tax| amount("salesTaxAmount", Some(tax), 0, &mut wrong));
        if let (Some(tax), Some(money)) = (tax, money)
            && tax.amount_minor > money.amount_minor
        {
            wrong.push("salesTaxAmount is part of amount, and is not greater".to_owned());
        }
        let items = items(ids, body, money, tax, &mut wrong);
        let whole = money.zip(partner).zip(source.zip(destination));
        match whole {
            Some(((money, partner), ((source, from), (destination, to)))) if wrong.is_empty() => {
                let particulars = Particulars {
                    description,
                    source: from,
                    destination: to,
                    sales_tax_minor: tax.map(|tax| tax.amount_minor),
                    line_items: Vec::new(),
                };
                Ok(Draft { partner, source, destination, money, particulars, items })
            }
            _ => Err(wrong),
        }
    }

    /// With all that had to be looked up.
    fn finish(self, known: &Known) -> Result<Readable, Vec<String>> {
        let mut wrong = Vec::new();
        if !known.partners.contains(&self.partner) {
            wrong.push("partnerAccountID names no account".to_owned());
        }
        let source_owner = known.owner("source", self.source, &mut wrong);
        let destination_owner = known.owner("destination", self.destination, &mut wrong);
        let mut particulars = self.particulars;
        for (index, read) in self.items.into_iter().enumerate() {
            match known.with_images(read) {
                Ok(item) => particulars.line_items.push(item),
                Err(problem) => wrong.push(format!("lineItems.items[{index}].{problem}")),
            }
        }
        match source_owner.zip(destination_owner) {
            Some((source_owner, destination_owner)) if wrong.is_empty() => {
                let remitted = Remitted {
                    partner: self.partner,
                    source: self.source,
                    destination: self.destination,
                    money: self.money,
                    particulars: particulars.write(),
                };
                Ok(Readable { remitted, source_owner, destination_owner })
            }
            _ => Err(wrong),
        }
    }
}

/// An amount, which is in the currency that the account's wallets hold: no other moves here.
pub(crate) fn amount(
    field: &str,
    wanted: Currency,
    body: Option<&AmountBody>,
    least: i64,
    wrong: &mut Vec<String>,
) -> Option<Money> {
    let Some(body) = body else {
        wrong.push(format!("{field} is missing"));
        return None;
    };
    let currency = body.currency.as_deref().and_then(Currency::parse);
    let currency = currency.filter(|currency| *currency == wanted);
    if currency.is_none() {
        let given = body.currency.as_deref().map_or("missing".to_owned(), |it| format!("{it:?}"));
        wrong.push(format!("{field}.currency is {given}; it would be {wanted}"));
    }
    // Moov's own client for Go leaves out a value that is 0.
    let value = body.value.unwrap_or(0);
    if body.value.is_none() && body.amount.is_some() {
        wrong.push(format!("{field}.value is missing; it was given as {field}.amount"));
    } else if value < least {
        wrong.push(format!("{field}.value is {value}; it would be at least {least}"));
    }
    Some(Money::new(value, currency?))
}

fn partner(
    ids: &Ids,
    party: PartyId,
    body: &RunTransferBody,
    wrong: &mut Vec<String>,
) -> Option<PartyId> {
    match body.partner_account_id.as_deref() {
        None | Some("") if body.account_id.is_some() => {
            wrong.push("accountID is no field of it; it would be partnerAccountID".to_owned());
            None
        }
        None | Some("") => Some(party),
        Some(id) => {
            let found = ids.find(id);
            if found.is_none() {
                wrong.push("partnerAccountID names no account".to_owned());
            }
            found
        }
    }
}

fn method(
    ids: &Ids,
    side: &str,
    body: Option<&MethodBody>,
    wrong: &mut Vec<String>,
) -> Option<(PaymentMethodId, Said)> {
    let Some(body) = body else {
        wrong.push(format!("{side} is missing"));
        return None;
    };
    let ach = body.ach_details.as_ref().and_then(|it| ach_details(side, it, wrong));
    let card = body.card_details.as_ref().and_then(|it| card_details(side, it, wrong));
    let said = Said { ach_details: ach, card_details: card };
    let found = match body.payment_method_id.as_deref() {
        None | Some("") => {
            wrong.push(format!("{side}.paymentMethodID is missing"));
            None
        }
        Some(id) => {
            let found = ids.find(id);
            if found.is_none() {
                wrong.push(format!("{side}.paymentMethodID names no payment method"));
            }
            found
        }
    };
    found.map(|id| (id, said))
}

fn ach_details(side: &str, body: &AchDetailsBody, wrong: &mut Vec<String>) -> Option<AchDetails> {
    let AchDetailsBody { company_entry_description, originating_company_name } = body.clone();
    let field = |name: &str| format!("{side}.achDetails.{name}");
    bounded(&field("companyEntryDescription"), company_entry_description.as_ref(), 10, wrong);
    bounded(&field("originatingCompanyName"), originating_company_name.as_ref(), 16, wrong);
    let details = AchDetails { company_entry_description, originating_company_name };
    Some(details).filter(|details| *details != AchDetails::default())
}

fn card_details(
    side: &str,
    body: &CardDetailsBody,
    wrong: &mut Vec<String>,
) -> Option<CardDetails> {
    let CardDetailsBody { dynamic_descriptor } = body.clone();
    let field = format!("{side}.cardDetails.dynamicDescriptor");
    bounded(&field, dynamic_descriptor.as_ref(), 22, wrong);
    let details = CardDetails { dynamic_descriptor };
    Some(details).filter(|details| *details != CardDetails::default())
}

/// What stands on a statement has at least four characters.
fn bounded(field: &str, text: Option<&String>, most: usize, wrong: &mut Vec<String>) {
    let length = text.map(|text| text.chars().count());
    if length.is_some_and(|length| !(4..=most).contains(&length)) {
        wrong.push(format!("{field} would be 4 to {most} characters long"));
    }
}

fn description(body: &RunTransferBody, wrong: &mut Vec<String>) -> String {
    match &body.description {
        None => wrong.push("description is missing".to_owned()),
        Some(text) if text.chars().count() > DESCRIPTION_LENGTH_MAX => {
            wrong.push(format!("description is longer than {DESCRIPTION_LENGTH_MAX} characters"));
        }
        Some(_) => {}
    }
    body.description.clone().unwrap_or_default()
}

fn items(
    ids: &Ids,
    body: &RunTransferBody,
    money: Option<Money>,
    tax: Option<Money>,
    wrong: &mut Vec<String>,
) -> Vec<ItemRead> {
    let (Some(items), Some(money)) = (&body.line_items, money) else { return Vec::new() };
    let owed = money.amount_minor.checked_sub(tax.map_or(0, |tax| tax.amount_minor));
    line_items::read(ids, items, money.currency, owed, wrong)
}

/// What was looked up.
pub(super) struct Known {
    pub(super) partners: Vec<PartyId>,
    /// Those that are enabled.
    pub(super) methods: HashMap<PaymentMethodId, Way>,
    /// The images of products that are not withdrawn.
    pub(super) products: HashMap<i64, Vec<ImageShown>>,
    pub(super) images: HashMap<i64, ImageShown>,
    pub(super) ids: Ids,
}

/// A payment method, as far as it matters who pays whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Way {
    pub(super) owner: PartyId,
    pub(super) can_pay: bool,
    pub(super) can_be_paid: bool,
}

impl Way {
    fn of(method: &bank::PaymentMethod) -> Way {
        let (can_pay, can_be_paid) = (method.rail.can_pay(), method.rail.can_be_paid());
        Way { owner: method.party, can_pay, can_be_paid }
    }
}

impl Known {
    async fn of<'a>(
        context: &Context,
        drafts: impl Iterator<Item = &'a Draft> + Clone + Send,
    ) -> Result<Known, Refusal> {
        let (bank, account) = (context.bank(), context.account.id);
        let partners = distinct(drafts.clone().map(|draft| draft.partner));
        let partners = bank.parties_by_id(account, partners).await?.into_iter().flatten();
        let methods = distinct(drafts.clone().flat_map(|it| [it.source, it.destination]));
        let methods = bank.payment_methods_by_id(account, methods).await?.into_iter().flatten();
        let items = || drafts.clone().flat_map(|draft| &draft.items);
        let products = distinct(items().filter_map(|item| item.product));
        let products = bank.products_by_key(account, products).await?.into_iter().flatten();
        let products: HashMap<_, _> = products.map(|it| (it.key, it)).collect();
        let named = items().flat_map(ItemRead::images_named);
        let images = distinct(named.chain(products.values().flat_map(|it| it.images.clone())));
        let images = bank.images_by_key(account, images).await?.into_iter().flatten();
        let ids = context.ids();
        let images: HashMap<_, _> =
            images.map(|image| (image.key, ImageShown::of(&ids, &image))).collect();
        let shown = |product: &bank::Product| {
            product.images.iter().filter_map(|key| images.get(key).cloned()).collect()
        };
        let there = products.values().filter(|product| product.withdrawn_at.is_none());
        let products = there.map(|product| (product.key, shown(product))).collect();
        Ok(Known {
            partners: partners.filter(bank::Party::is_connected).map(|party| party.id).collect(),
            methods: methods
                .filter(bank::PaymentMethod::is_enabled)
                .map(|method| (method.id, Way::of(&method)))
                .collect(),
            products,
            images,
            ids,
        })
    }

    /// Whose a payment method is, if money can go that way.
    fn owner(&self, side: &str, id: PaymentMethodId, wrong: &mut Vec<String>) -> Option<PartyId> {
        let Some(way) = self.methods.get(&id) else {
            wrong.push(format!("{side}.paymentMethodID names no payment method"));
            return None;
        };
        let (fits, what) = match side {
            "source" => (way.can_pay, "a source"),
            _ => (way.can_be_paid, "a destination"),
        };
        if !fits {
            wrong.push(format!(
                "{side}.paymentMethodID names a payment method that cannot be {what}"
            ));
        }
        fits.then_some(way.owner)
    }
}

fn distinct<T: Ord>(of: impl Iterator<Item = T>) -> Vec<T> {
    let mut distinct: Vec<T> = of.collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct
}
