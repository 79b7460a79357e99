//! Accounts as they are shown.

use bank::{Party, PartyKind};
use serde_json::{Value, json};

use super::{capabilities, form};
use crate::moov::context::Context;
use crate::moov::object::Object;

/// How much of an account's id stands in the name of a guest who gave none.
const GUEST_ID_CHARACTERS: usize = 8;

/// An account, whole.
pub(crate) fn account(context: &Context, party: &Party) -> Value {
    let id = context.ids().id(party.id);
    let kept = |name: &str| party.attributes.get(name).cloned();
    let grants = party.grants.iter().map(capabilities::show::of_account).collect();
    Object::new()
        .with("mode", context.mode())
        .with("accountID", id.as_str())
        .with("accountType", kind(party.kind))
        .with("displayName", display_name(party, &id))
        .with("profile", profile(party, &id))
        .maybe("metadata", kept("metadata"))
        .maybe("termsOfService", kept("termsOfService"))
        .with("capabilities", Value::Array(grants))
        .with("verification", json!({"verificationStatus": "verified", "status": "verified"}))
        .maybe("foreignID", party.foreign_id.clone())
        .maybe("customerSupport", kept("customerSupport"))
        .maybe("settings", kept("settings"))
        .at("createdOn", party.created_at)
        .at("updatedOn", party.updated_at)
        .maybe_at("disconnectedOn", party.disconnected_at)
        .into()
}

fn kind(kind: PartyKind) -> &'static str {
    super::profile::field(kind)
}

fn display_name(party: &Party, id: &str) -> String {
    if !party.display_name.is_empty() {
        return party.display_name.clone();
    }
    format!("Guest {}", id.chars().take(GUEST_ID_CHARACTERS).collect::<String>())
}

/// A profile with what it must have, even if it was never said.
fn profile(party: &Party, id: &str) -> Value {
    let name = || display_name(party, id);
    let mut shown = match party.kind {
        PartyKind::Individual => json!({
            "name": {"firstName": name(), "lastName": ""},
            "birthDateProvided": false,
            "governmentIDProvided": false,
        }),
        PartyKind::Business => json!({
            "legalBusinessName": name(),
            "taxIDProvided": false,
            "ownersProvided": false,
        }),
        PartyKind::Guest => json!({ "name": name() }),
    };
    let kept = party.attributes.get("profile").and_then(|it| it.get(kind(party.kind)));
    form::merge(&mut shown, kept.cloned().unwrap_or_else(|| json!({})));
    json!({ kind(party.kind): shown })
}
