//! Why charges fail, in Omise's codes and words.

use bank::ChargeFailure;

/// Every failure with its code and its words, where a code stands for one failure only.
const FAILURES: [(ChargeFailure, &str, &str); 11] = [
    (
        ChargeFailure::InsufficientFund,
        "insufficient_fund",
        "insufficient funds in the account or the card has reached the credit limit",
    ),
    (ChargeFailure::StolenOrLostCard, "stolen_or_lost_card", "card is stolen or lost"),
    (ChargeFailure::FailedProcessing, "failed_processing", "payment processing failed"),
    (ChargeFailure::PaymentRejected, "payment_rejected", "payment was rejected by the issuer"),
    (ChargeFailure::FailedFraudCheck, "failed_fraud_check", "failed fraud check"),
    (
        ChargeFailure::InvalidAccountNumber,
        "invalid_account_number",
        "no valid account matches the card number",
    ),
    (ChargeFailure::InvalidSecurityCode, "invalid_security_code", "the security code is invalid"),
    (ChargeFailure::ExpiredCard, "expired_card", "card is expired"),
    (ChargeFailure::AuthenticationFailed, "authentication_failed", "authentication failed"),
    (ChargeFailure::NoCard, "invalid_account", "the customer has no card to charge"),
    (ChargeFailure::PaymentCancelled, "payment_cancelled", "payment was cancelled by the payer"),
];

/// A failure's code and words.
pub(crate) fn code_and_message(failure: ChargeFailure) -> (&'static str, &'static str) {
    FAILURES
        .into_iter()
        .find(|(known, ..)| *known == failure)
        .map_or(("failed_processing", "payment processing failed"), |(_, code, message)| {
            (code, message)
        })
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
    fn every_code_reads_back_as_the_failure_it_was_written_for() {
        for (failure, code, message) in FAILURES {
            assert_eq!(code_and_message(failure), (code, message));
            assert_eq!(of_code(code), Some(failure));
        }
        assert_eq!(of_code("bad_hair_day"), None);
    }
}
