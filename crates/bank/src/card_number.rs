//! Card numbers: what can be told from one while it is read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::card::{Behaviour, Brand, Funding};
use crate::{fingerprint, test_number};

/// A card number that a scheme could have issued. It lives only as long as its
/// token is being made, and has no `Debug`, so that it cannot reach a log.
pub struct CardNumber {
    digits: String,
    brand: Brand,
}

/// Which numbers a scheme issues: those whose first digits lie between the two
/// (which have equally many), and that are so many digits long.
struct Issued {
    brand: Brand,
    from: &'static str,
    through: &'static str,
    lengths: std::ops::RangeInclusive<usize>,
}

const fn issued(
    brand: Brand,
    from: &'static str,
    through: &'static str,
    lengths: std::ops::RangeInclusive<usize>,
) -> Issued {
    Issued { brand, from, through, lengths }
}

const ISSUED: [Issued; 14] = [
    issued(Brand::Visa, "4", "4", 13..=19),
    issued(Brand::Mastercard, "51", "55", 16..=16),
    issued(Brand::Mastercard, "2221", "2720", 16..=16),
    issued(Brand::Jcb, "3528", "3589", 16..=19),
    issued(Brand::AmericanExpress, "34", "34", 15..=15),
    issued(Brand::AmericanExpress, "37", "37", 15..=15),
    issued(Brand::UnionPay, "62", "62", 16..=19),
    issued(Brand::UnionPay, "81", "81", 16..=19),
    issued(Brand::Discover, "6011", "6011", 16..=19),
    issued(Brand::Discover, "644", "649", 16..=19),
    issued(Brand::Discover, "65", "65", 16..=19),
    issued(Brand::DinersClub, "300", "305", 14..=19),
    issued(Brand::DinersClub, "36", "36", 14..=19),
    issued(Brand::DinersClub, "38", "39", 14..=19),
];

/// Keeps fingerprints of linked cards apart from those of anything else.
const LINKED_DOMAIN: &[u8] = b"kalends linked card\0";

/// Keeps fingerprints apart from any other hash of the same digits.
const FINGERPRINT_DOMAIN: &[u8] = b"kalends card number\0";

impl CardNumber {
    /// Reads a number, spaces and dashes allowed; `None` if no scheme would issue it.
    #[must_use]
    pub fn parse(text: &str) -> Option<CardNumber> {
        let digits: String = text.chars().filter(|&c| c != ' ' && c != '-').collect();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !passes_luhn(&digits) {
            return None;
        }
        let brand = ISSUED.iter().find(|issued| issued.covers(&digits))?.brand;
        Some(CardNumber { digits, brand })
    }

    /// The same for a card that a party links: a few published test numbers are taken
    /// although no scheme would issue them.
    #[must_use]
    pub fn parse_linked(text: &str) -> Option<CardNumber> {
        let digits: String = text.chars().filter(|&c| c != ' ' && c != '-').collect();
        if test_number::is_linked_all_the_same(&digits) {
            return Some(CardNumber { digits, brand: Brand::AmericanExpress });
        }
        CardNumber::parse(text)
    }

    /// Its scheme.
    #[must_use]
    pub const fn brand(&self) -> Brand {
        self.brand
    }

    /// Its first six digits.
    #[must_use]
    pub fn first_digits(&self) -> &str {
        self.digits.get(..6).unwrap_or_default()
    }

    /// Its last four.
    #[must_use]
    pub fn last_digits(&self) -> &str {
        self.digits.len().checked_sub(4).and_then(|at| self.digits.get(at..)).unwrap_or_default()
    }

    /// The same for the same number: base64 of 32 bytes.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let hash = Sha256::new().chain_update(FINGERPRINT_DOMAIN).chain_update(&self.digits);
        STANDARD.encode(hash.finalize())
    }

    /// The same for the same number under the same secret: 32 bytes in hexadecimal.
    #[must_use]
    pub fn linked_fingerprint(&self, secret: &[u8]) -> String {
        fingerprint::keyed(LINKED_DOMAIN, secret, &self.digits)
    }

    /// What happens when it is charged.
    #[must_use]
    pub fn behaviour(&self) -> Behaviour {
        test_number::behaviour(&self.digits)
    }

    /// What happens when it is charged as a party's: there are more numbers that fail.
    #[must_use]
    pub fn linked_behaviour(&self) -> Behaviour {
        test_number::linked_behaviour(&self.digits)
    }

    /// Whose money a party spends with it.
    #[must_use]
    pub fn funding(&self) -> Funding {
        test_number::funding(self.brand, &self.digits)
    }
}

impl Issued {
    fn covers(&self, digits: &str) -> bool {
        self.lengths.contains(&digits.len())
            && digits
                .get(..self.from.len())
                .is_some_and(|prefix| (self.from..=self.through).contains(&prefix))
    }
}

/// Whether the last digit is the check digit of the others.
fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|byte| u32::from(byte.saturating_sub(b'0')))
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brand(number: &str) -> Option<Brand> {
        CardNumber::parse(number).map(|number| number.brand())
    }

    #[test]
    fn the_first_digits_tell_the_scheme() {
        assert_eq!(brand("4242424242424242"), Some(Brand::Visa));
        assert_eq!(brand("5555555555554444"), Some(Brand::Mastercard));
        assert_eq!(brand("2223003122003222"), Some(Brand::Mastercard));
        assert_eq!(brand("3530111333300000"), Some(Brand::Jcb));
        assert_eq!(brand("378282246310005"), Some(Brand::AmericanExpress));
        assert_eq!(brand("6250947000000014"), Some(Brand::UnionPay));
        assert_eq!(brand("6011111111111117"), Some(Brand::Discover));
        assert_eq!(brand("30569309025904"), Some(Brand::DinersClub));
    }

    #[test]
    fn a_number_that_no_scheme_issues_is_refused() {
        for wrong in [
            "",
            "4242424242424241",     // check digit
            "42424242424242424242", // too long
            "0000000000000000",     // nobody's prefix
            "4242x42424242424",     // not a digit
            "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",     // digits of another script
            "37828224631000",       // too short for its scheme
        ] {
            assert_eq!(brand(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn spaces_and_dashes_do_not_count() {
        let number = CardNumber::parse("4242 4242-4242 4242").unwrap();
        assert_eq!(number.first_digits(), "424242");
        assert_eq!(number.last_digits(), "4242");
    }

    #[test]
    fn the_same_number_has_the_same_fingerprint_and_another_has_another() {
        let fingerprint = |number| CardNumber::parse(number).unwrap().fingerprint();
        assert_eq!(fingerprint("4242424242424242"), fingerprint("4242-4242-4242-4242"));
        assert_ne!(fingerprint("4242424242424242"), fingerprint("4111111111111111"));
        assert_eq!(STANDARD.decode(fingerprint("4242424242424242")).unwrap().len(), 32);
    }
}
