//! `GET /balance`.

use super::openapi::Api;
use crate::openapi::schema::{both, integer, named, object as shape, text};
use gateway::bank::Balance;
use serde_json::Value;

use super::answer::Answer;
use super::context::Context;
use super::params::Params;
use super::refusal::Asked;
use super::router::{Resource, Routes};
use super::version::Version;
use super::view::{View, object};

/// What an account has.
pub(crate) fn routes() -> Routes {
    Routes::new().at("/balance", Resource::new().get(retrieve))
}

async fn retrieve(context: Context, _params: Params) -> Answer {
    let found = context.app.bank().balance(&context.account).await;
    let balance = found.map_err(|error| Asked::about(&context, &[]).refused(error))?;
    Ok(balance_of(&View::of(&context), &context.account, balance))
}

/// A balance.
fn balance_of(view: &View, account: &engine::Account, balance: Balance) -> Value {
    let currency = view.currency(account.currency);
    match view.version {
        Version::V2017_11_02 => object([
            ("object", "balance".into()),
            ("livemode", view.livemode().into()),
            ("location", "/balance".into()),
            ("available", balance.available.into()),
            ("total", balance.total.into()),
            ("currency", currency.into()),
            ("reserve_amount", 0.into()),
        ]),
        Version::V2019_05_29 => object([
            ("object", "balance".into()),
            ("livemode", view.livemode().into()),
            ("location", "/balance".into()),
            ("currency", currency.into()),
            ("total", balance.total.into()),
            ("transferable", balance.available.into()),
            ("reserve", 0.into()),
            ("on_hold", balance.held.into()),
            ("created_at", view.time(account.created_at)),
        ]),
    }
}

/// The balance, described.
pub(crate) fn describe(api: &mut Api) {
    let shown = Api::asking("account", "retrieveBalance", "Shows the balance.", &named("Balance"));
    api.it.operation("get", "/balance", shown);
    let shown = shape([
        ("object", serde_json::json!({ "const": "balance" })),
        super::openapi::livemode(),
        ("location", text()),
        ("currency", super::openapi::currency(api)),
        ("total", integer()),
    ]);
    let more = if api.is_2017() {
        shape([("available", integer()), ("reserve_amount", integer())])
    } else {
        shape([
            ("transferable", integer()),
            ("reserve", integer()),
            ("on_hold", integer()),
            api.created(),
        ])
    };
    api.it.schema("Balance", both(shown, more));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::omise::captures::{self, Names};

    #[test]
    fn the_balance_of_2019_is_the_captured_one() {
        let shown = captures::php("api.omise.co/balance-get.json");
        let view =
            captures::view(Version::V2019_05_29, &Arc::new(Names::default()), &shown["created_at"]);
        let balance = Balance { total: 1_644_800, available: 1_644_800, held: 0 };
        let again = balance_of(&view, &captures::account(&shown["created_at"]), balance);
        assert_eq!(again.to_string(), shown.to_string());
    }

    #[test]
    fn the_balance_of_2017_is_the_captured_one() {
        let shown = captures::elixir("balance/retrieve_balance.json");
        let created = "2016-08-31T05:22:15Z".into();
        let view = captures::view(Version::V2017_11_02, &Arc::new(Names::default()), &created);
        let balance = Balance { total: 393_336_607, available: 393_336_607, held: 0 };
        let again = balance_of(&view, &captures::account(&created), balance);
        assert_eq!(again.to_string(), shown.to_string());
    }
}
