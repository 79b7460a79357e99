//! Test card numbers, and what each does when it is charged.

use crate::card::Behaviour;
use crate::charge::ChargeFailure;

use ChargeFailure as F;

/// One failure, and the numbers of Visa, Mastercard and JCB that meet with it.
type Row = (ChargeFailure, [&'static str; 3]);

/// The published table. The last two rows fail at 3-D Secure: enrolment, validation.
const FAILING: [Row; 9] = [
    (F::InsufficientFund, ["4111111111140011", "5555551111110011", "3530111111190011"]),
    (F::StolenOrLostCard, ["4111111111130012", "5555551111100012", "3530111111180012"]),
    (F::FailedProcessing, ["4111111111120013", "5555551111190013", "3530111111170013"]),
    (F::PaymentRejected, ["4111111111110014", "5555551111180014", "3530111111160014"]),
    (F::FailedFraudCheck, ["4111111111190016", "5555551111160016", "3530111111140016"]),
    (F::InvalidAccountNumber, ["4111111111180017", "5555551111150017", "3530111111130017"]),
    (F::InvalidSecurityCode, ["4111111111160001", "5555551111130001", "3530111111110001"]),
    (F::AuthenticationFailed, ["4111111111150002", "5555551111120002", "3530111111100002"]),
    (F::AuthenticationFailed, ["4111111111140003", "5555551111110003", "3530111111190003"]),
];

/// The one failing number of `UnionPay`.
const UNIONPAY_INSUFFICIENT_FUND: &str = "6250947000000014";

/// What happens when a number is charged: any that is not in the table succeeds.
#[must_use]
pub fn behaviour(digits: &str) -> Behaviour {
    if digits == UNIONPAY_INSUFFICIENT_FUND {
        return Behaviour::Fails(F::InsufficientFund);
    }
    FAILING
        .iter()
        .find(|(_, numbers)| numbers.contains(&digits))
        .map_or(Behaviour::Succeeds, |(failure, _)| Behaviour::Fails(*failure))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Brand;
    use crate::card_number::CardNumber;

    #[test]
    fn every_failing_number_is_a_number_of_its_scheme_and_fails_as_published() {
        for (failure, numbers) in FAILING {
            for (number, brand) in
                numbers.into_iter().zip([Brand::Visa, Brand::Mastercard, Brand::Jcb])
            {
                let read = CardNumber::parse(number).expect(number);
                assert_eq!(
                    (read.brand(), read.behaviour()),
                    (brand, Behaviour::Fails(failure)),
                    "{number}"
                );
            }
        }
        let unionpay = CardNumber::parse(UNIONPAY_INSUFFICIENT_FUND).unwrap();
        assert_eq!(unionpay.behaviour(), Behaviour::Fails(F::InsufficientFund));
    }

    #[test]
    fn the_published_good_numbers_succeed_and_so_does_any_other() {
        for number in [
            "4242424242424242",
            "4111111111111111",
            "5555555555554444",
            "5454545454545454",
            "3530111333300000",
            "3566111111111113",
            "378282246310005",
            "4012888888881881",
        ] {
            let read = CardNumber::parse(number).expect(number);
            assert_eq!(read.behaviour(), Behaviour::Succeeds, "{number}");
        }
    }
}
