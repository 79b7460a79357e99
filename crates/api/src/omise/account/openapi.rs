//! The account, described.

use serde_json::{Value, json};

use super::render::EXPORTED;
use crate::omise::openapi::{Api, currency, livemode, nothing, text_or_null};
use crate::omise::params::TEXT_CHARACTERS_MAX;
use crate::openapi::schema::{
    any_of_these, boolean, both, date, list, named, object, only, short, text,
};

const TAG: &str = "account";

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "The account, what it has, and what can be done here.");
    let shown = Api::asking(TAG, "retrieveAccount", "Shows the account.", &named("Account"));
    api.it.operation("get", "/account", shown);
    let changed = Api::asking(TAG, "updateAccount", "Changes the account.", &named("Account"));
    api.it.operation("patch", "/account", changed.perhaps_told("AccountChange"));
    let account = account(api);
    api.it.schema("Account", account);
    let change = any_of_these([
        ("webhook_uri", short(TEXT_CHARACTERS_MAX)),
        ("chain_return_uri", short(TEXT_CHARACTERS_MAX)),
        ("chain_enabled", boolean()),
        ("zero_interest_installments", boolean()),
        ("metadata_export_keys", only(any_of_these(EXPORTED.map(|name| (name, list(text())))))),
    ]);
    api.it.schema("AccountChange", change);
}

fn account(api: &Api) -> Value {
    let shown = object([
        ("object", json!({ "const": "account" })),
        ("id", text()),
        livemode(),
        ("location", text()),
        ("email", text_or_null()),
        ("currency", currency(api)),
        ("supported_currencies", list(currency(api))),
        api.created(),
    ]);
    if api.is_2017() {
        return shown;
    }
    let more = object([
        ("team", text()),
        ("country", text()),
        ("api_version", text()),
        ("auto_activate_recipients", boolean()),
        ("chain_enabled", boolean()),
        ("zero_interest_installments", boolean()),
        ("chain_return_uri", text_or_null()),
        ("webhook_uri", text_or_null()),
        ("metadata_export_keys", object(EXPORTED.map(|name| (name, list(text()))))),
        ("chaining_allowed", boolean()),
        ("last_updated_api_version", date()),
        ("transfer_config", transfer_config()),
    ]);
    both(shown, more)
}

fn transfer_config() -> Value {
    object([
        ("min_transfer_amount", text()),
        ("max_transfer_amount", text()),
        ("same_bank_max_transfer_amount", text()),
        ("is_payout_enabled", boolean()),
        ("fee", text()),
        ("provider", text()),
        ("merchant_id", text()),
        ("transfer_service_availability", nothing()),
        ("max_active_realtime_transfer_schedules", nothing()),
    ])
}
