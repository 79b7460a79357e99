//! Bank accounts as they are shown.

use bank::LinkedAccount;
use bank::linked_account::{Holder, LinkedAccountKind, Proof};

use crate::moov::context::Context;
use crate::moov::object::Object;

/// A bank account, whole, without its payment methods.
pub(super) fn bank_account(context: &Context, linked: &LinkedAccount) -> Object {
    of_payment_method(context, linked).with("statusReason", reason(linked.proof))
}

/// A bank account as a payment method shows it.
pub(in crate::moov::accounts) fn of_payment_method(
    context: &Context,
    linked: &LinkedAccount,
) -> Object {
    Object::new()
        .with("bankAccountID", context.ids().id(linked.id))
        .with("fingerprint", linked.fingerprint.as_str())
        .with("status", status(linked.proof))
        .with("holderName", linked.holder_name.as_str())
        .with("holderType", holder(linked.holder))
        .with("bankName", linked.bank_name.as_str())
        .with("bankAccountType", kind(linked.kind))
        .with("routingNumber", linked.routing_number.as_str())
        .with("lastFourAccountNumber", linked.last_digits.as_str())
        .at("updatedOn", linked.updated_at)
}

const fn holder(holder: Holder) -> &'static str {
    match holder {
        Holder::Individual => "individual",
        Holder::Business => "business",
    }
}

const fn kind(kind: LinkedAccountKind) -> &'static str {
    match kind {
        LinkedAccountKind::Checking => "checking",
        LinkedAccountKind::Savings => "savings",
        LinkedAccountKind::GeneralLedger => "general-ledger",
        LinkedAccountKind::Loan => "loan",
    }
}

const fn status(proof: Proof) -> &'static str {
    match proof {
        Proof::Unproved => "new",
        Proof::Deposited { .. } => "pending",
        Proof::Proved => "verified",
        Proof::Failed => "verificationFailed",
        Proof::Broken => "errored",
    }
}

const fn reason(proof: Proof) -> &'static str {
    match proof {
        Proof::Unproved => "bank-account-created",
        Proof::Deposited { .. } => "verification-initiated",
        Proof::Proved => "verification-successful",
        Proof::Failed => "micro-deposit-attempts-exceeded",
        Proof::Broken => "ach-debit-return",
    }
}
