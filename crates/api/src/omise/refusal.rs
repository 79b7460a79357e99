//! What Omise says where the bank refuses.

use engine::settlement::AwaitingKey;
use gateway::bank::{BankError, CardField};
use store::StoreError;
use store::history::find_moved;

use super::context::Context;
use super::error::OmiseError;
use super::ids::Kind;

/// The key of what has this id, or that there is no such thing.
pub(crate) fn find(context: &Context, kind: Kind, id: &str) -> Result<i64, OmiseError> {
    context.ids().parse(kind, id).ok_or_else(|| OmiseError::not_found(kind.word(), id))
}

/// That there is no such occurrence here; where it was moved out of the data, into which file.
pub(crate) async fn no_occurrence(
    context: &Context,
    key: AwaitingKey,
    id: &str,
) -> Result<OmiseError, StoreError> {
    let gone = find_moved(context.app.store().as_ref(), key).await?;
    let gone = gone.filter(|gone| gone.schedule.account == context.account.id);
    let missing = OmiseError::not_found("occurrence", id);
    Ok(match gone {
        Some(gone) => {
            let message = format!("{}: it {}", missing.message, gone.in_words());
            OmiseError { message, ..missing }
        }
        None => missing,
    })
}

/// What a request asked the bank about, for the words of a refusal.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The ids it named.
    pub(crate) ids: &'a [(Kind, &'a str)],
    /// The code under which a wrong amount is refused.
    pub(crate) amount_code: fn(String) -> OmiseError,
    /// In which currency its amount was.
    pub(crate) currency: engine::Currency,
}

impl<'a> Asked<'a> {
    /// About these ids, and an amount that is the bank's own affair.
    pub(crate) fn about(context: &Context, ids: &'a [(Kind, &'a str)]) -> Asked<'a> {
        Asked { ids, amount_code: OmiseError::invalid_amount, currency: context.account.currency }
    }

    /// The refusal.
    pub(crate) fn refused(self, error: BankError) -> OmiseError {
        match error {
            BankError::NotFound(record) => {
                let named = self.ids.iter().find(|(kind, _)| kind.record() == Some(record));
                let (kind, id) = named.copied().unwrap_or((Kind::of_record(record), "asked for"));
                OmiseError::not_found(kind.word(), id)
            }
            BankError::UsedToken => OmiseError::used_token(),
            BankError::AmountOutOfRange { amount_minor, least, greatest } => {
                self.amount_out_of_range(amount_minor, least, greatest)
            }
            BankError::CurrencyNotSupported => {
                OmiseError::invalid_charge("currency is currently not supported")
            }
            BankError::InvalidCard(field) => OmiseError::invalid_card(invalid_card(field)),
            BankError::MissingCard => {
                OmiseError::missing_card("request contains no card parameters")
            }
            BankError::ChargeState(_) => {
                OmiseError::bad_request("the charge cannot be changed so in its state")
            }
            BankError::TransferState(_) => {
                OmiseError::bad_request("only transfers that were not sent can be changed")
            }
            BankError::RefundTooLarge { left: 0 } => {
                OmiseError::failed_refund("charge was already refunded")
            }
            BankError::RefundTooLarge { left } => {
                OmiseError::failed_refund(format!("amount must be between 1 and {left}"))
            }
            BankError::BalanceShort => {
                (self.amount_code)("amount is greater than the transferable balance".to_owned())
            }
            BankError::RecipientNotPayable => {
                OmiseError::invalid_recipient("recipient is not verified or not active")
            }
            BankError::KeyUsed => OmiseError::key_used(),
            BankError::NameTaken(name) => OmiseError::bad_request(format!("id {name} is taken")),
            // Nothing that is asked of here is a party's.
            BankError::Party(error) => OmiseError::bad_request(error.to_string()),
            BankError::Store(error) => error.into(),
        }
    }

    fn amount_out_of_range(self, amount_minor: i64, least: i64, greatest: i64) -> OmiseError {
        let (comparison, bound) =
            if amount_minor < least { ("greater", least) } else { ("less", greatest) };
        let currency = self.currency.code_lower();
        (self.amount_code)(format!(
            "amount must be {comparison} than or equal to {bound} ({currency} subunits)"
        ))
    }
}

/// What is wrong with a card.
const fn invalid_card(field: CardField) -> &'static str {
    match field {
        CardField::Number => "number is invalid",
        CardField::Expiration => "expiration date cannot be in the past",
        CardField::Name => "name can't be blank",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::Currency;

    const ASKED: Asked<'_> = Asked {
        ids: &[(Kind::Token, "invalid_token")],
        amount_code: OmiseError::invalid_charge,
        currency: Currency::THB,
    };

    #[test]
    fn refusals_have_the_captured_words() {
        let captured = [
            ("create_charge_with_invalid_token", BankError::NotFound(bank::RecordKind::Token)),
            ("create_charge_with_used_token", BankError::UsedToken),
            ("create_charge_with_invalid_currency", BankError::CurrencyNotSupported),
            (
                "create_charge_with_invalid_amount",
                BankError::AmountOutOfRange {
                    amount_minor: 10,
                    least: 2_000,
                    greatest: 15_000_000,
                },
            ),
        ];
        for (path, error) in captured {
            let shown = crate::omise::captures::elixir(&format!("charge/{path}.json"));
            assert_eq!(ASKED.refused(error).body().to_string(), shown.to_string(), "{path}");
        }
    }

    #[test]
    fn an_amount_above_the_greatest_is_refused_with_the_greatest() {
        let error = BankError::AmountOutOfRange { amount_minor: 9, least: 1, greatest: 8 };
        assert_eq!(
            ASKED.refused(error).message,
            "amount must be less than or equal to 8 (thb subunits)"
        );
    }
}
