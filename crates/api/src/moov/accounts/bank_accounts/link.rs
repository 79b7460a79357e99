//! `POST /accounts/{accountID}/bank-accounts`.

use bank::RoutingNumber;
use bank::linked_account::{AccountNumber, Holder, LinkedAccountKind};
use engine::PartyId;
use gateway::bank::{BankError, MethodNames, NewLinkedAccount, PartyError};
use serde::Deserialize;
use serde_json::Value;

use super::show;
use crate::moov::accounts::payment_methods;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::validation::Problems;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    account: Option<TypedAccount>,
    plaid: Option<Value>,
    plaid_link: Option<Value>,
    mx: Option<Value>,
}

/// A bank account as it is typed in. It holds the number and has no `Debug`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TypedAccount {
    holder_name: Option<String>,
    holder_type: Option<String>,
    account_number: Option<String>,
    bank_account_type: Option<String>,
    routing_number: Option<String>,
}

/// The longest holder's name.
const HOLDER_NAME_CHARACTERS_MAX: usize = 100;

/// Links a bank account. The answer shows its payment methods to those who wait for
/// them.
pub(super) async fn link(context: Context, request: Request, party: PartyId) -> Answer {
    let body: Body = request.json()?;
    let party = crate::moov::accounts::party(&context, party).await?;
    let new = body.read()?;
    let linked = context.bank().link_account(context.bank_context(), party.id, new).await;
    let (linked, methods) = linked.map_err(|error| match error {
        BankError::Party(PartyError::AlreadyLinked) => {
            Refusal::conflict("the bank account is already linked to this account")
        }
        error => error.into(),
    })?;
    let mut shown = show::bank_account(&context, &linked);
    if request.waits_for("payment-method") {
        shown = shown.with("paymentMethods", payment_methods::show::basic(&context, &methods));
    }
    Ok(Reply::json(shown.into()))
}

impl Body {
    fn read(self) -> Result<NewLinkedAccount, Refusal> {
        let mut problems = Problems::new();
        let others = [("plaid", self.plaid), ("plaidLink", self.plaid_link), ("mx", self.mx)];
        for (name, _) in others.iter().filter(|(_, given)| given.is_some()) {
            problems.add(name, "cannot be reached from here; give the account's numbers");
        }
        let account = self.account.map(TypedAccount::read).transpose();
        let account = account.map_err(|told| problems.add("account", told)).ok().flatten();
        if problems.is_empty() && account.is_none() {
            problems.add("account", "is missing");
        }
        problems.finish()?;
        account.ok_or_else(Refusal::failed)
    }
}

impl TypedAccount {
    /// The account, or all that is wrong with it.
    fn read(self) -> Result<NewLinkedAccount, String> {
        let mut wrong = Vec::new();
        let mut told = |what: &'static str| wrong.push(what);
        let holder_name = self.holder_name.filter(|name| {
            !name.trim().is_empty() && name.chars().count() <= HOLDER_NAME_CHARACTERS_MAX
        });
        if holder_name.is_none() {
            told("holderName is missing or longer than 100 characters");
        }
        let holder = match self.holder_type.as_deref() {
            Some("individual") => Some(Holder::Individual),
            Some("business") => Some(Holder::Business),
            _ => None,
        };
        if holder.is_none() {
            told("holderType is neither individual nor business");
        }
        let kind = match self.bank_account_type.as_deref() {
            Some("checking") => Some(LinkedAccountKind::Checking),
            Some("savings") => Some(LinkedAccountKind::Savings),
            Some("general-ledger") => Some(LinkedAccountKind::GeneralLedger),
            Some("loan") => Some(LinkedAccountKind::Loan),
            _ => None,
        };
        if kind.is_none() {
            told("bankAccountType is not one of checking, savings, general-ledger, loan");
        }
        let bank = self.routing_number.as_deref().and_then(RoutingNumber::parse);
        if bank.is_none() {
            told("routingNumber is not nine digits of which the last checks the others");
        }
        let number = self.account_number.as_deref().and_then(AccountNumber::parse);
        if number.is_none() {
            told("accountNumber is not 4 to 17 letters or digits");
        }
        let (Some(holder_name), Some(holder), Some(kind), Some(bank), Some(number)) =
            (holder_name, holder, kind, bank, number)
        else {
            return Err(wrong.join("; "));
        };
        Ok(NewLinkedAccount {
            holder_name,
            holder,
            kind,
            bank,
            number,
            is_proved: false,
            given_id: None,
            given_method_ids: MethodNames::new(),
        })
    }
}
