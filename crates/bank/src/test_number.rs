//! Test card numbers, and what each does when it is charged.

use crate::card::{Behaviour, Brand, CardChecks, Check, Funding, NameChecks};
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

/// Numbers that are declined when a party pays with them, as published for test mode.
const DECLINED: [&str; 4] =
    ["4000020000000000", "5555000022220022", "6011000022220002", "3711000022220002"];

/// Published numbers of American Express that none could have: one is a digit too long,
/// the other's check digit is wrong.
const IMPOSSIBLE: [&str; 2] = ["3711000022220002", "372021002000199"];

/// Whether a party may link a number although no scheme could issue it.
#[must_use]
pub fn is_linked_all_the_same(digits: &str) -> bool {
    IMPOSSIBLE.contains(&digits)
}

/// What happens when a party's number is charged: more fail than of a customer's.
#[must_use]
pub fn linked_behaviour(digits: &str) -> Behaviour {
    if DECLINED.contains(&digits) {
        Behaviour::Fails(F::PaymentRejected)
    } else {
        behaviour(digits)
    }
}

/// Test numbers of Visa and Mastercard that are credit cards; their others are debit cards.
const CREDIT: [&str; 2] = ["4111300030003000", "5200900090009000"];

/// Test numbers of other schemes that are debit cards; their others are credit cards.
const DEBIT: [&str; 2] = ["6011233333330000", "372021002000199"];

/// Whose money a card spends.
#[must_use]
pub fn funding(brand: Brand, digits: &str) -> Funding {
    let is_debit = match brand {
        Brand::Visa | Brand::Mastercard => !CREDIT.contains(&digits),
        _ => DEBIT.contains(&digits),
    };
    if is_debit { Funding::Debit } else { Funding::Credit }
}

/// What an issuer says of what a party typed in: published codes and postal codes stand
/// for each answer, and anything else matches. The street is looked at with the postal
/// code. Without a security code none is looked at.
#[must_use]
pub fn checks(security_code: Option<&str>, postal_code: &str, has_street: bool) -> CardChecks {
    let postal_code = match postal_code {
        "22222" => Check::NoMatch,
        "88888" => Check::NotChecked,
        "99999" => Check::Unavailable,
        _ => Check::Match,
    };
    let security_code = match security_code {
        None | Some("888" | "8888") => Check::NotChecked,
        Some("222" | "2222") => Check::NoMatch,
        Some("999" | "9999") => Check::Unavailable,
        Some(_) => Check::Match,
    };
    let street = if has_street { postal_code } else { Check::NotChecked };
    CardChecks { security_code, street, postal_code, name: None }
}

/// The holder whose name is known to issuers in test mode, and what they say when it
/// is told so: of the first, the middle and the last name, and of the whole.
const NAMES: [(&str, [Check; 4]); 8] = {
    use Check::{Match, NoMatch, NotChecked, PartialMatch};
    [
        ("Alex Nora Irwin", [Match, Match, Match, Match]),
        ("Alex Noraa Irwin", [Match, PartialMatch, Match, Match]),
        ("Alx Nora Irwin", [PartialMatch, Match, Match, Match]),
        ("Alex Irwin", [Match, NotChecked, Match, Match]),
        ("Irwin", [NotChecked, NotChecked, Match, Match]),
        ("Alex Nor Irwin", [Match, NoMatch, Match, PartialMatch]),
        ("Axely Nora Irwin", [NoMatch, Match, Match, PartialMatch]),
        ("A N Irwi", [NoMatch, NoMatch, PartialMatch, NoMatch]),
    ]
};

/// What an issuer says of a holder's name: it does not say of any but one.
#[must_use]
pub fn name_checks(name: &str) -> NameChecks {
    let known = NAMES.iter().find(|(known, _)| *known == name);
    let [first, middle, last, full] = known.map_or([Check::Unavailable; 4], |(_, checks)| *checks);
    NameChecks { first, middle, last, full }
}

#[cfg(test)]
mod tests {
    use super::*;
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

    #[test]
    fn numbers_that_a_party_is_declined_with_are_numbers_and_are_good_for_a_customer() {
        for number in DECLINED {
            let read = CardNumber::parse_linked(number).expect(number);
            assert_eq!(read.linked_behaviour(), Behaviour::Fails(F::PaymentRejected), "{number}");
            assert_eq!(read.behaviour(), Behaviour::Succeeds, "{number}");
        }
        let good = CardNumber::parse("4111111111111111").unwrap();
        assert_eq!(good.linked_behaviour(), Behaviour::Succeeds);
    }

    #[test]
    fn a_card_spends_what_its_holder_has_or_what_its_issuer_lends() {
        let funding = |number| CardNumber::parse_linked(number).expect(number).funding();
        for debit in ["4111111111111111", "5555555555554444", "6011233333330000", "372021002000199"]
        {
            assert_eq!(funding(debit), Funding::Debit, "{debit}");
        }
        for credit in
            ["4111300030003000", "5200900090009000", "6011111111111117", "371111111111114"]
        {
            assert_eq!(funding(credit), Funding::Credit, "{credit}");
        }
    }

    #[test]
    fn an_issuer_knows_one_name_in_test_mode() {
        let checks = name_checks("Alex Nor Irwin");
        assert_eq!((checks.middle, checks.full), (Check::NoMatch, Check::PartialMatch));
        assert_eq!(name_checks("Jules Jackson").full, Check::Unavailable);
    }

    #[test]
    fn published_codes_stand_for_each_answer_of_an_issuer() {
        use Check::{Match, NoMatch, NotChecked, Unavailable};
        let answers = |code, postal_code, has_street| {
            let checks = checks(code, postal_code, has_street);
            (checks.security_code, checks.postal_code, checks.street)
        };
        assert_eq!(answers(Some("111"), "11111", true), (Match, Match, Match));
        assert_eq!(answers(Some("2222"), "22222", true), (NoMatch, NoMatch, NoMatch));
        assert_eq!(answers(Some("888"), "88888", true), (NotChecked, NotChecked, NotChecked));
        assert_eq!(answers(Some("9999"), "99999", true), (Unavailable, Unavailable, Unavailable));
        assert_eq!(answers(None, "50401", false), (NotChecked, Match, NotChecked));
    }
}
