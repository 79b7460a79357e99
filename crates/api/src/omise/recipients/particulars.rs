//! What is to be known of a recipient, as it is sent.

use bank::{BankAccount, RecipientKind};
use gateway::bank::RecipientChange;
use serde_json::{Map, Value};

use super::banks;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::params::{Params, Reader};

/// What is to be known of a recipient. `known` is its bank account so far, whose
/// parts stay where no others are sent.
pub(super) fn particulars(
    context: &Context,
    params: &Params,
    known: Option<&BankAccount>,
) -> Result<RecipientChange, OmiseError> {
    let mut read = params.reader();
    let change = RecipientChange {
        name: name(&mut read, known.is_none()),
        email: read.optional_text("email").map(Some),
        description: read.optional_text("description").map(Some),
        kind: kind(&mut read, known.is_none()),
        tax_id: read.optional_text("tax_id").map(Some),
        metadata: read.metadata("metadata"),
        ..RecipientChange::default()
    };
    let sent = read.optional_object("bank_account");
    read.finish_as(OmiseError::invalid_recipient)?;
    let empty = Map::new();
    let sent = if known.is_none() { Some(sent.unwrap_or(&empty)) } else { sent };
    let bank_account = sent.map(|sent| bank_account(context, sent, known)).transpose()?;
    Ok(RecipientChange { bank_account, ..change })
}

fn name(read: &mut Reader<'_>, required: bool) -> Option<String> {
    let name = read.optional_text("name");
    let blank = name.as_ref().map_or(required, |name| name.trim().is_empty());
    if blank {
        read.refuse_one("name", "can't be blank");
    }
    name
}

fn kind(read: &mut Reader<'_>, required: bool) -> Option<RecipientKind> {
    let kind = match read.optional_id("type").as_deref() {
        Some("individual") => Some(RecipientKind::Individual),
        Some("corporation") => Some(RecipientKind::Corporation),
        None if !required => return None,
        _ => None,
    };
    if kind.is_none() {
        read.refuse_one("type", "must be one of these: individual, corporation");
    }
    kind
}

fn bank_account(
    context: &Context,
    sent: &Map<String, Value>,
    known: Option<&BankAccount>,
) -> Result<BankAccount, OmiseError> {
    let mut read = Reader::over(sent);
    let mut either = |names: [&str; 2]| {
        let name = if read.has(names[0]) { names[0] } else { names[1] };
        read.optional_id(name)
    };
    let bank_code = either(["brand", "bank_code"]).map(|code| code.to_ascii_lowercase());
    let bank_code = bank_code.or_else(|| known.map(|known| known.bank_code.clone()));
    let number = either(["number", "account_number"]);
    let number = number.or_else(|| known.map(|known| known.number.clone()));
    let name = read.optional_id("name").or_else(|| known.map(|known| known.name.clone()));
    let kind = read.optional_id("type").or_else(|| known.and_then(|known| known.kind.clone()));
    let branch_code = read.optional_id("branch_code");
    let branch_code = branch_code.or_else(|| known.and_then(|known| known.branch_code.clone()));

    if !bank_code.as_deref().is_some_and(|code| is_listed(context, code)) {
        read.refuse("brand is not included in the list");
    }
    for (part, field) in [(&number, "number"), (&name, "name")] {
        if part.is_none() {
            read.refuse_one(field, "can't be blank");
        }
    }
    read.finish_as(OmiseError::invalid_bank_account)?;
    Ok(BankAccount {
        bank_code: bank_code.unwrap_or_default(),
        number: number.unwrap_or_default(),
        name: name.unwrap_or_default(),
        kind,
        branch_code,
        created_at: context.now,
    })
}

/// Which banks there are is known of Thailand only; elsewhere any code will do.
fn is_listed(context: &Context, code: &str) -> bool {
    context.account.country != "TH" || banks::codes().any(|known| known == code)
}
