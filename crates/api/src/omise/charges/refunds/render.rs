//! A refund on the wire.

use bank::Refund;
use serde_json::Value;

use crate::omise::ids::Kind;
use crate::omise::version::Version;
use crate::omise::view::{View, metadata, object};

/// A refund; `charge` and `transaction` are ids, or whole objects where those were asked for.
pub(crate) fn refund(view: &View, refund: &Refund, charge: Value, transaction: Value) -> Value {
    let id = view.id(Kind::Refund, refund.key);
    let location = format!("/charges/{}/refunds/{id}", view.id(Kind::Charge, refund.charge.0));
    let currency = view.currency(refund.money.currency);
    let created = view.time(refund.created_at);
    match view.version {
        Version::V2017_11_02 => object([
            ("object", "refund".into()),
            ("id", id.into()),
            ("location", location.into()),
            ("amount", refund.money.amount_minor.into()),
            ("currency", currency.into()),
            ("voided", refund.voided.into()),
            ("charge", charge),
            ("transaction", transaction),
            ("created", created),
        ]),
        Version::V2019_05_29 => object([
            ("object", "refund".into()),
            ("id", id.into()),
            ("location", location.into()),
            ("livemode", view.livemode().into()),
            ("voided", refund.voided.into()),
            ("currency", currency.as_str().into()),
            ("amount", refund.money.amount_minor.into()),
            ("metadata", metadata(&refund.metadata)),
            ("charge", charge),
            ("capture", Value::Null),
            ("terminal", Value::Null),
            ("transaction", transaction),
            ("status", "closed".into()),
            ("funding_amount", refund.money.amount_minor.into()),
            ("funding_currency", currency.as_str().into()),
            ("created_at", created),
            ("acquirer_reference_number", Value::Null),
            ("approval_code", Value::Null),
        ]),
    }
}

/// A refund that names its charge and its transaction.
pub(crate) fn refund_with_ids(view: &View, shown: &Refund) -> Value {
    let charge = view.id(Kind::Charge, shown.charge.0).into();
    let transaction = view.id(Kind::Transaction, shown.journal_entry).into();
    refund(view, shown, charge, transaction)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::omise::captures::{self, Names};

    fn rendered(version: Version, shown: &Value, created: &Value) -> Value {
        let names = Arc::new(Names::default());
        let view = captures::view(version, &names, created);
        refund_with_ids(&view, &captures::refund(&names, shown))
    }

    #[test]
    fn refunds_of_2019_are_the_captured_ones() {
        let charge = "api.omise.co/charges/chrg_test_63444wyfsg4mtvvck1z";
        for path in ["refunds-post", "refunds/rfnd_test_63444yucggg93yxa027-get"] {
            let shown = captures::php(&format!("{charge}/{path}.json"));
            let again = rendered(Version::V2019_05_29, &shown, &shown["created_at"]);
            assert_eq!(again.to_string(), shown.to_string(), "{path}");
        }
    }

    #[test]
    fn refunds_of_2017_are_the_captured_ones() {
        let mut captured = vec![
            captures::elixir("charge/refund_charge.json"),
            captures::elixir("charge/retrieve_refund.json"),
        ];
        for path in ["charge/list_refunds.json", "refund/list_refunds.json"] {
            captured.extend(captures::elixir(path)["data"].as_array().unwrap().iter().cloned());
        }
        assert_eq!(captured.len(), 5);
        for shown in captured {
            let again = rendered(Version::V2017_11_02, &shown, &shown["created"]);
            assert_eq!(again.to_string(), shown.to_string());
        }
    }
}
