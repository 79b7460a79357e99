//! A recipient, and a bank account, on the wire.

use bank::{BankAccount, Recipient, RecipientFailure, RecipientKind};
use serde_json::Value;

use super::banks;
use crate::omise::ids::Kind;
use crate::omise::version::Version;
use crate::omise::view::{View, metadata, object};

/// How many digits of an account number 2017-11-02 tells.
const LAST_DIGITS: usize = 4;

/// A recipient.
pub(crate) fn recipient(view: &View, recipient: &Recipient) -> Value {
    match view.version {
        Version::V2017_11_02 => recipient_2017(view, recipient),
        Version::V2019_05_29 => recipient_2019(view, recipient),
    }
}

/// A recipient that was just deleted.
pub(crate) fn deleted_recipient(view: &View, gone: &Recipient) -> Value {
    match view.version {
        Version::V2017_11_02 => view.tombstone(Kind::Recipient, gone.id.0),
        Version::V2019_05_29 => recipient_2019(view, gone),
    }
}

fn recipient_2019(view: &View, recipient: &Recipient) -> Value {
    let id = view.id(Kind::Recipient, recipient.id.0);
    let location = format!("/recipients/{id}");
    object([
        ("object", "recipient".into()),
        ("id", id.into()),
        ("livemode", view.livemode().into()),
        ("location", location.into()),
        ("deleted", recipient.deleted.into()),
        ("bank_account", bank_account(view, &recipient.bank_account)),
        ("active", recipient.activated_at.is_some().into()),
        ("default", recipient.default.into()),
        ("verified", recipient.verified_at.is_some().into()),
        ("description", recipient.description.clone().into()),
        ("email", recipient.email.clone().into()),
        ("failure_code", recipient.failure.map(failure_code).into()),
        ("name", recipient.name.as_str().into()),
        ("tax_id", recipient.tax_id.as_deref().unwrap_or_default().into()),
        ("type", kind(recipient.kind).into()),
        ("created_at", view.time(recipient.created_at)),
        ("schedule", Value::Null),
        ("metadata", metadata(&recipient.metadata)),
        ("verified_at", view.time_or_null(recipient.verified_at)),
        ("activated_at", view.time_or_null(recipient.activated_at)),
    ])
}

fn recipient_2017(view: &View, recipient: &Recipient) -> Value {
    let id = view.id(Kind::Recipient, recipient.id.0);
    let location = format!("/recipients/{id}");
    object([
        ("object", "recipient".into()),
        ("id", id.into()),
        ("livemode", view.livemode().into()),
        ("location", location.into()),
        ("verified", recipient.verified_at.is_some().into()),
        ("active", recipient.activated_at.is_some().into()),
        ("name", recipient.name.as_str().into()),
        ("email", recipient.email.clone().into()),
        ("description", recipient.description.clone().into()),
        ("type", kind(recipient.kind).into()),
        ("tax_id", recipient.tax_id.clone().into()),
        ("bank_account", bank_account(view, &recipient.bank_account)),
        ("failure_code", recipient.failure.map(failure_code).into()),
        ("created", view.time(recipient.created_at)),
    ])
}

/// A bank account: its code in 2017-11-02, its name since.
pub(crate) fn bank_account(view: &View, account: &BankAccount) -> Value {
    let created = view.time(account.created_at);
    match view.version {
        Version::V2017_11_02 => object([
            ("object", "bank_account".into()),
            ("brand", account.bank_code.as_str().into()),
            ("last_digits", last_digits(&account.number).into()),
            ("name", account.name.as_str().into()),
            ("created", created),
        ]),
        Version::V2019_05_29 => object([
            ("object", "bank_account".into()),
            ("livemode", view.livemode().into()),
            ("last_digits", last_digits(&account.number).into()),
            ("account_number", account.number.as_str().into()),
            ("name", account.name.as_str().into()),
            ("type", account.kind.clone().into()),
            ("created_at", created),
            ("brand", banks::name(&account.bank_code).into()),
            ("bank_code", account.bank_code.as_str().into()),
            ("branch_code", account.branch_code.clone().into()),
        ]),
    }
}

fn last_digits(number: &str) -> String {
    let skipped = number.chars().count().saturating_sub(LAST_DIGITS);
    number.chars().skip(skipped).collect()
}

const fn kind(kind: RecipientKind) -> &'static str {
    match kind {
        RecipientKind::Individual => "individual",
        RecipientKind::Corporation => "corporation",
    }
}

const fn failure_code(failure: RecipientFailure) -> &'static str {
    match failure {
        RecipientFailure::NameMismatch => "name_mismatch",
        RecipientFailure::AccountNotFound => "account_not_found",
        RecipientFailure::BankNotFound => "bank_not_found",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::omise::captures::{self, Names};

    fn rendered(version: Version, shown: &Value, created: &Value) -> Value {
        let names = Arc::new(Names::default());
        let view = captures::view(version, &names, created);
        recipient(&view, &captures::recipient(&names, shown))
    }

    #[test]
    fn recipients_of_2019_are_the_captured_ones() {
        let list = captures::php("api.omise.co/recipients-get.json");
        let mut captured = list["data"].as_array().unwrap().clone();
        for path in [
            "recipients-post",
            "recipients/recp_test_62e6vi6h2cnhukcqr13-get",
            "recipients/recp_test_62e6vi6h2cnhukcqr13-patch",
            "recipients/recp_test_6344pqu147cx38i3mm1-delete",
        ] {
            captured.push(captures::php(&format!("api.omise.co/{path}.json")));
        }
        for shown in captured {
            let again = rendered(Version::V2019_05_29, &shown, &shown["created_at"]);
            assert_eq!(again.to_string(), shown.to_string());
        }
    }

    #[test]
    fn recipients_of_2017_are_the_captured_ones() {
        let list = captures::elixir("recipient/list_recipients.json");
        let mut captured = list["data"].as_array().unwrap().clone();
        for path in ["create_recipient", "retrieve_recipient", "update_recipient"] {
            captured.push(captures::elixir(&format!("recipient/{path}.json")));
        }
        for shown in captured {
            let again = rendered(Version::V2017_11_02, &shown, &shown["created"]);
            assert_eq!(again.to_string(), shown.to_string());
        }
    }

    #[test]
    fn a_deleted_recipient_of_2017_is_the_captured_tombstone() {
        let shown = captures::elixir("recipient/destroy_recipient.json");
        let before = captures::elixir("recipient/update_recipient.json");
        let names = Arc::new(Names::default());
        let view = captures::view(Version::V2017_11_02, &names, &before["created"]);
        let gone = captures::recipient(&names, &before);
        assert_eq!(deleted_recipient(&view, &gone).to_string(), shown.to_string());
    }

    #[test]
    fn a_short_account_number_is_its_own_last_digits() {
        assert_eq!(last_digits("1234567890"), "7890");
        assert_eq!(last_digits("12"), "12");
        assert_eq!(last_digits("กขคงจ"), "ขคงจ");
    }
}
