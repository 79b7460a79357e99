//! Bank accounts as they are shown.

use bank::LinkedAccount;
use bank::linked_account::{Breakage, Holder, LinkedAccountKind, Proof};

use crate::moov::context::Context;
use crate::moov::object::Object;
use crate::moov::version::Version;

/// A bank account, whole, without its payment methods.
pub(super) fn bank_account(context: &Context, linked: &LinkedAccount) -> Object {
    of_payment_method(context, linked)
        .with("statusReason", reason(linked))
        .maybe("exceptionDetails", exception(context.version, linked))
}

/// What came back and broke it. Before 2026 it could not be told without the code of
/// another network beside it, which there is none of.
fn exception(version: Version, linked: &LinkedAccount) -> Option<Object> {
    let (Breakage::Debit(returned) | Breakage::Credit(returned)) = linked.breakage?;
    let told = Object::new()
        .with("achReturnCode", returned.code())
        .with("description", returned.description());
    (version >= Version::V2026_01_00).then_some(told)
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

const fn reason(linked: &LinkedAccount) -> &'static str {
    match linked.proof {
        Proof::Unproved => "bank-account-created",
        Proof::Deposited { .. } => "verification-initiated",
        Proof::Proved => "verification-successful",
        Proof::Failed => "micro-deposit-attempts-exceeded",
        Proof::Broken => match linked.breakage {
            Some(Breakage::Credit(_)) => "ach-credit-return",
            Some(Breakage::Debit(_)) | None => "ach-debit-return",
        },
    }
}
