//! Whose payment methods are. Moov tells nobody: a payment method can only be asked for at
//! the account that it is of. But whoever knows one was told by an answer of that account's,
//! which went through this server.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::Value;

/// Payment methods that are remembered; past it, all are learned anew.
const REMEMBERED_MAX: usize = 65_536;
/// How deep an id may stand in an answer.
const DEPTH_MAX: usize = 8;

/// Whose payment methods are, as far as answers have said it. It is a hint: whoever uses it
/// asks that account.
#[derive(Default)]
pub(crate) struct Owners(Mutex<HashMap<Box<str>, Box<str>>>);

impl Owners {
    /// The account that a payment method was last shown at.
    pub(crate) fn of(&self, method: &str) -> Option<String> {
        self.0.lock().ok()?.get(method).map(ToString::to_string)
    }

    /// Learns what an answer of an account's shows.
    pub(super) fn learn(&self, account: &str, answer: &Value) {
        let mut shown = Vec::new();
        collect(answer, 0, &mut shown);
        let Ok(mut known) = self.0.lock() else { return };
        for method in shown {
            if known.len() >= REMEMBERED_MAX {
                known.clear();
            }
            known.insert(method.into(), account.into());
        }
    }
}

/// At which account's path the payment methods that are shown are its own.
pub(super) fn account_of(path: &str) -> Option<&str> {
    let (account, rest) = path.strip_prefix("/accounts/")?.split_once('/')?;
    let kind = rest.split('/').next()?;
    matches!(kind, "payment-methods" | "cards" | "bank-accounts").then_some(account)
}

fn collect<'a>(value: &'a Value, depth: usize, shown: &mut Vec<&'a str>) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::Array(entries) => entries.iter().for_each(|it| collect(it, depth + 1, shown)),
        Value::Object(fields) => {
            shown.extend(fields.get("paymentMethodID").and_then(Value::as_str));
            fields.values().for_each(|it| collect(it, depth + 1, shown));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_account_shows_is_its_own() {
        let owners = Owners::default();
        owners
            .learn("alice", &json!({"cardID": "c", "paymentMethods": [{"paymentMethodID": "m1"}]}));
        owners.learn("bob", &json!([{"paymentMethodID": "m2"}, {"paymentMethodID": "m3"}]));
        let of = |method| owners.of(method);
        assert_eq!(
            ["m1", "m2", "m3", "c"].map(of),
            [Some("alice".into()), Some("bob".into()), Some("bob".into()), None]
        );
    }

    #[test]
    fn payment_methods_are_shown_below_their_account() {
        assert_eq!(account_of("/accounts/a/payment-methods"), Some("a"));
        assert_eq!(account_of("/accounts/a/cards/c"), Some("a"));
        assert_eq!(account_of("/accounts/a/bank-accounts"), Some("a"));
        for other in ["/accounts/a", "/accounts/a/transfers", "/accounts/a/cardsharps", "/ping"] {
            assert_eq!(account_of(other), None, "{other}");
        }
    }
}
