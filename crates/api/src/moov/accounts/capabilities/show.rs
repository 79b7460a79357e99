//! Capabilities as they are shown.

use bank::{Grant, Party};
use serde_json::{Value, json};

use crate::moov::context::Context;
use crate::moov::object::Object;

/// A capability, whole.
pub(super) fn capability(context: &Context, party: &Party, grant: &Grant) -> Value {
    Object::new()
        .with("capability", &*grant.capability)
        .with("accountID", context.ids().id(party.id))
        .with("status", status(grant))
        .maybe("disabledReason", grant.disabled_at.map(|_| "disabled by request"))
        .at("createdOn", grant.created_at)
        .at("updatedOn", grant.updated_at)
        .maybe_at("disabledOn", grant.disabled_at)
        .into()
}

/// A capability as an account lists it.
pub(in crate::moov::accounts) fn of_account(grant: &Grant) -> Value {
    json!({"capability": &*grant.capability, "status": status(grant)})
}

const fn status(grant: &Grant) -> &'static str {
    if grant.is_enabled() { "enabled" } else { "disabled" }
}
