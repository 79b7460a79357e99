//! An account on the wire.

use bank::country;
use engine::{Account, Attributes, Currency};
use serde_json::{Map, Value};

use crate::omise::ids::Kind;
use crate::omise::version::Version;
use crate::omise::view::{View, object};

/// Kinds of things whose metadata can be exported.
pub(super) const EXPORTED: [&str; 4] = ["charge", "transfer", "refund", "dispute"];

/// An account.
pub(crate) fn account(view: &View, account: &Account) -> Value {
    match view.version {
        Version::V2017_11_02 => account_2017(view, account),
        Version::V2019_05_29 => account_2019(view, account),
    }
}

fn account_2019(view: &View, account: &Account) -> Value {
    let attribute = |name: &str| account.attributes.get(name).cloned().unwrap_or_default();
    let flag = |name: &str| Value::from(attribute(name).as_bool().unwrap_or(false));
    object([
        ("object", "account".into()),
        ("id", chosen_id(view, account, "id", Kind::Account)),
        ("team", chosen_id(view, account, "team", Kind::Team)),
        ("livemode", view.livemode().into()),
        ("location", "/account".into()),
        ("country", account.country.as_str().into()),
        ("currency", view.currency(account.currency).into()),
        ("email", attribute("email")),
        ("created_at", view.time(account.created_at)),
        ("supported_currencies", supported_currencies(view, account)),
        ("api_version", Version::of(account).as_str().into()),
        ("auto_activate_recipients", false.into()),
        ("chain_enabled", flag("chain_enabled")),
        ("zero_interest_installments", flag("zero_interest_installments")),
        ("chain_return_uri", attribute("chain_return_uri")),
        ("webhook_uri", attribute("webhook_uri")),
        ("metadata_export_keys", metadata_export_keys(&account.attributes).into()),
        ("chaining_allowed", true.into()),
        ("last_updated_api_version", account.zone.date_at(account.created_at).to_string().into()),
        ("transfer_config", transfer_config(account.currency)),
    ])
}

fn account_2017(view: &View, account: &Account) -> Value {
    object([
        ("object", "account".into()),
        ("id", chosen_id(view, account, "team", Kind::Team)),
        ("livemode", view.livemode().into()),
        ("location", "/account".into()),
        ("email", account.attributes.get("email").cloned().unwrap_or_default()),
        ("currency", view.currency(account.currency).into()),
        ("supported_currencies", supported_currencies(view, account)),
        ("created", view.time(account.created_at)),
    ])
}

/// The id that a seed file gave, or one made of the key.
fn chosen_id(view: &View, account: &Account, attribute: &str, kind: Kind) -> Value {
    let chosen = account.attributes.get(attribute).and_then(Value::as_str);
    chosen.map_or_else(|| view.id(kind, account.id.0), str::to_owned).into()
}

fn supported_currencies(view: &View, account: &Account) -> Value {
    country::supported_currencies(&account.country)
        .map(|currency| view.currency(currency))
        .collect()
}

/// Which metadata is exported, kind by kind.
pub(super) fn metadata_export_keys(attributes: &Attributes) -> Map<String, Value> {
    let known = attributes.get("metadata_export_keys");
    let keys = |name| known.and_then(|known| known.get(name)).cloned();
    let none = || Value::Array(Vec::new());
    EXPORTED.map(|name| (name.to_owned(), keys(name).unwrap_or_else(none))).into_iter().collect()
}

/// What a transfer may be and costs, in main units.
fn transfer_config(currency: Currency) -> Value {
    let terms = country::transfer_terms(currency);
    let least = main_units(terms.limits.least, currency);
    let greatest = main_units(terms.limits.greatest, currency);
    let fee = main_units(terms.fees.fee.saturating_add(terms.fees.tax), currency);
    object([
        ("min_transfer_amount", least.into()),
        ("max_transfer_amount", greatest.as_str().into()),
        ("same_bank_max_transfer_amount", greatest.as_str().into()),
        ("is_payout_enabled", false.into()),
        ("fee", fee.into()),
        ("provider", "".into()),
        ("merchant_id", "".into()),
        ("transfer_service_availability", Value::Null),
        ("max_active_realtime_transfer_schedules", Value::Null),
    ])
}

fn main_units(amount_minor: i64, currency: Currency) -> String {
    let decimals = country::decimals(currency).unwrap_or(2);
    let (unit, width) = (10_i64.pow(decimals.min(4)), decimals.min(4) as usize);
    let whole = amount_minor / unit;
    if width == 0 {
        return whole.to_string();
    }
    format!("{whole}.{:0width$}", amount_minor % unit)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::omise::captures::{self, Names};

    #[test]
    fn accounts_of_2019_are_the_captured_ones_but_for_the_merchant_of_the_payout_provider() {
        for method in ["get", "patch"] {
            let mut shown = captures::php(&format!("api.omise.co/account-{method}.json"));
            shown["transfer_config"]["merchant_id"] = "".into();
            let names = Arc::new(Names::default());
            let view = captures::view(Version::V2019_05_29, &names, &shown["created_at"]);
            let mut entity = captures::account(&shown["created_at"]);
            for name in ["id", "team", "email", "chain_return_uri"] {
                entity.attributes.insert(name.to_owned(), shown[name].clone());
            }
            assert_eq!(account(&view, &entity).to_string(), shown.to_string(), "{method}");
        }
    }

    #[test]
    fn the_account_of_2017_is_the_captured_one_with_todays_currencies() {
        let mut shown = captures::elixir("account/retrieve_account.json");
        let names = Arc::new(Names::default());
        let view = captures::view(Version::V2017_11_02, &names, &shown["created"]);
        let mut entity = captures::account(&shown["created"]);
        entity.attributes.insert("team".to_owned(), shown["id"].clone());
        entity.attributes.insert("email".to_owned(), shown["email"].clone());
        let six = shown["supported_currencies"].as_array().unwrap().clone();
        shown["supported_currencies"] = supported_currencies(&view, &entity);
        let twelve = shown["supported_currencies"].as_array().unwrap();
        assert!(six.iter().all(|currency| twelve.contains(currency)));
        assert_eq!(account(&view, &entity).to_string(), shown.to_string());
    }

    #[test]
    fn an_amount_in_main_units_has_the_decimals_of_its_currency() {
        assert_eq!(main_units(3_000, Currency::THB), "30.00");
        assert_eq!(main_units(100_000_000_005, Currency::THB), "1000000000.05");
        assert_eq!(main_units(260, Currency::parse("JPY").unwrap()), "260");
    }
}
