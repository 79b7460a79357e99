//! Why charges fail, in Omise's codes and words.

use bank::ChargeFailure;

/// Every failure with its code and its words. Codes are documented ones only, as
/// typed clients know no others; of two failures under one code, the first is the
/// one that the code stands for.
const FAILURES: [(ChargeFailure, &str, &str); 11] = [
    (
        ChargeFailure::InsufficientFund,
        "insufficient_fund",
        "insufficient funds in the account or the card has reached the credit limit",
    ),
    (ChargeFailure::StolenOrLostCard, "stolen_or_lost_card", "card is stolen or lost"),
    (ChargeFailure::FailedProcessing, "failed_processing", "failed processing"),
    (ChargeFailure::PaymentRejected, "payment_rejected", "payment rejected"),
    (ChargeFailure::FailedFraudCheck, "failed_fraud_check", "failed fraud check"),
    (
        ChargeFailure::InvalidAccountNumber,
        "invalid_account_number",
        "the account number is invalid",
    ),
    (ChargeFailure::InvalidSecurityCode, "invalid_security_code", "the security code is invalid"),
    (ChargeFailure::PaymentCancelled, "payment_cancelled", "payment cancelled"),
    (ChargeFailure::NoCard, "invalid_account", "there is no card to charge"),
    (ChargeFailure::ExpiredCard, "payment_rejected", "the card has expired"),
    (
        ChargeFailure::AuthenticationFailed,
        "failed_processing",
        "the card holder could not be authenticated",
    ),
];

/// A failure's code and words.
pub(crate) fn code_and_message(failure: ChargeFailure) -> (&'static str, &'static str) {
    FAILURES
        .into_iter()
        .find(|(known, ..)| *known == failure)
        .map_or(("failed_processing", "failed processing"), |(_, code, message)| (code, message))
}

/// The failure that a code stands for.
pub(crate) fn of_code(code: &str) -> Option<ChargeFailure> {
    FAILURES.into_iter().find(|(_, known, _)| *known == code).map(|(failure, ..)| failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_captured_failures_have_the_captured_words() {
        assert_eq!(
            code_and_message(ChargeFailure::InsufficientFund),
            (
                "insufficient_fund",
                "insufficient funds in the account or the card has reached the credit limit"
            )
        );
        assert_eq!(
            code_and_message(ChargeFailure::FailedFraudCheck),
            ("failed_fraud_check", "failed fraud check")
        );
    }

    #[test]
    fn every_code_reads_back_as_a_failure_with_that_code() {
        for (failure, code, message) in FAILURES {
            assert_eq!(code_and_message(failure), (code, message));
            assert_eq!(of_code(code).map(|known| code_and_message(known).0), Some(code));
        }
        assert_eq!(of_code("bad_hair_day"), None);
    }
}
