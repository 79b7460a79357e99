//! What Moov is asked for (`CreateTransfer` of its API reference).

use engine::{IdempotencyKey, PaymentRequest, Remitted};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use store::RecordKind;
use uuid::Uuid;

use crate::upstream::{Marks, Named};

/// The key as Moov wants it: a UUID, hashed, so that whoever derives it again gets the same.
pub(super) fn idempotency_key(key: &IdempotencyKey) -> Uuid {
    let hash = Sha256::digest(key.as_str().as_bytes());
    let mut bytes = [0; 16];
    for (byte, hashed) in bytes.iter_mut().zip(hash) {
        *byte = hashed;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The account that runs it; `None` where Moov does not know it.
pub(super) fn partner(request: &PaymentRequest, it: &Remitted, named: &Named) -> Option<String> {
    named.record(request.account, RecordKind::Party, it.partner.0)
}

/// The body of a transfer; `None` where Moov does not know what it names.
pub(super) fn body(request: &PaymentRequest, it: &Remitted, named: &Named) -> Option<Value> {
    let mut said: Map<String, Value> = serde_json::from_str(&it.particulars).unwrap_or_default();
    let mut side = |name: &str, key: i64| {
        let id = named.record(request.account, RecordKind::PaymentMethod, key)?;
        let mut side = match said.remove(name) {
            Some(Value::Object(said)) => said,
            _ => Map::new(),
        };
        side.insert("paymentMethodID".to_owned(), id.into());
        Some(Value::Object(side))
    };
    let (source, destination) =
        (side("source", it.source.0)?, side("destination", it.destination.0)?);
    let currency = it.money.currency.code();
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("source", source);
    put("destination", destination);
    put("amount", json!({"currency": currency, "value": it.money.amount_minor}));
    put("metadata", serde_json::to_value(Marks::of(request, named.schedule(request))).ok()?);
    if let Some(description) = said.remove("description") {
        put("description", description);
    }
    if let Some(tax) = said.remove("salesTaxMinor") {
        put("salesTaxAmount", json!({"currency": currency, "value": tax}));
    }
    if let Some(Value::Array(mut items)) = said.remove("lineItems") {
        items.iter_mut().for_each(name_images);
        put("lineItems", json!({ "items": items }));
    }
    Some(Value::Object(body))
}

/// Images are shown whole, and asked for by id: those of an item, and of its options.
fn name_images(item: &mut Value) {
    let Value::Object(item) = item else { return };
    if let Some(Value::Array(images)) = item.remove("images") {
        let ids: Vec<Value> =
            images.iter().filter_map(|image| image.get("imageID").cloned()).collect();
        item.insert("imageIDs".to_owned(), ids.into());
    }
    if let Some(Value::Array(options)) = item.get_mut("options") {
        options.iter_mut().for_each(name_images);
    }
}
