//! `PATCH /account`.

use engine::Attributes;
use serde_json::{Map, Value};

use super::render;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::params::{self, Params};
use crate::omise::view::View;

/// Changes what of an account only the wire cares about.
pub(super) async fn update(context: Context, params: Params) -> Answer {
    let mut account = context.account.clone();
    account.attributes.extend(changes(&params, &account.attributes)?);
    context.app.store().update_account(account.clone()).await?;
    Ok(render::account(&View::of(&context), &account))
}

/// What is sent. A blank address clears the one that is kept.
fn changes(params: &Params, known: &Attributes) -> Result<Attributes, OmiseError> {
    let mut read = params.reader();
    let mut changes = Attributes::new();
    for name in ["webhook_uri", "chain_return_uri"] {
        if let Some(address) = read.optional_text(name) {
            let kept = (!address.trim().is_empty()).then_some(address);
            changes.insert(name.to_owned(), kept.into());
        }
    }
    for name in ["chain_enabled", "zero_interest_installments"] {
        if let Some(flag) = read.optional_boolean(name) {
            changes.insert(name.to_owned(), flag.into());
        }
    }
    if let Some(sent) = read.optional_object("metadata_export_keys") {
        let mut keys = render::metadata_export_keys(known);
        match export_keys(sent) {
            Some(sent) => keys.extend(sent),
            None => read.refuse(format!(
                "metadata_export_keys must be arrays of strings, under these keys: {}",
                render::EXPORTED.join(", ")
            )),
        }
        changes.insert("metadata_export_keys".to_owned(), Value::Object(keys));
    }
    read.finish()?;
    Ok(changes)
}

fn export_keys(sent: &Map<String, Value>) -> Option<Map<String, Value>> {
    let entry = |(name, keys): (&String, &Value)| {
        let keys = params::list(keys)?;
        let known = render::EXPORTED.contains(&name.as_str());
        let texts = keys.iter().all(|key| key.is_string());
        (known && texts).then(|| (name.clone(), keys.into_iter().cloned().collect()))
    };
    sent.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn changed(sent: &Value) -> Result<Value, String> {
        let known = json!({"metadata_export_keys": {"charge": ["order"]}});
        let params = Params(sent.as_object().cloned().unwrap());
        let changes = changes(&params, known.as_object().unwrap());
        changes.map(Value::Object).map_err(|error| error.message)
    }

    #[test]
    fn what_is_not_sent_stays_as_it_is() {
        assert_eq!(changed(&json!({"email": "other@example.com"})), Ok(json!({})));
        assert_eq!(
            changed(&json!({"chain_enabled": "1", "webhook_uri": ""})),
            Ok(json!({"webhook_uri": null, "chain_enabled": true}))
        );
    }

    #[test]
    fn keys_to_export_are_replaced_kind_by_kind() {
        assert_eq!(
            changed(&json!({"metadata_export_keys": {"refund": {"0": "why"}}})),
            Ok(json!({"metadata_export_keys": {
                "charge": ["order"], "transfer": [], "refund": ["why"], "dispute": []
            }}))
        );
        assert_eq!(
            changed(&json!({"metadata_export_keys": {"customer": []}})),
            Err("metadata_export_keys must be arrays of strings, under these keys: charge, \
                 transfer, refund, dispute"
                .to_owned())
        );
    }
}
