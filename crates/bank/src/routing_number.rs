//! Numbers of American banks.

/// A routing number: nine digits, of which the last checks the others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoutingNumber(String);

/// What the digits count, in turn (American Bankers Association).
const WEIGHTS: [u32; 3] = [3, 7, 1];

/// A number that examples use although its check digit is wrong; it stands for a test bank.
const EXAMPLE: &str = "123456789";

/// Banks by their number, as the Federal Reserve lists them: those that tests use.
const BANKS: [(&str, &str); 5] = [
    ("322271627", "CHASE BANK"),
    ("273976369", "VERIDIAN CREDIT UNION"),
    ("021000021", "JPMORGAN CHASE BANK"),
    ("091000019", "WELLS FARGO BANK"),
    (EXAMPLE, "TEST BANK"),
];

/// What a bank is called whose name is not known here.
const OTHER: &str = "TEST BANK";

impl RoutingNumber {
    /// Reads one; `None` if no bank could have it.
    #[must_use]
    pub fn parse(text: &str) -> Option<RoutingNumber> {
        let well_formed = text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_digit());
        let checks = well_formed && (text == EXAMPLE || checksum(text).is_multiple_of(10));
        // All zeros adds up, and is nobody's.
        (checks && text.bytes().any(|byte| byte != b'0')).then(|| RoutingNumber(text.to_owned()))
    }

    /// Its digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whose it is.
    #[must_use]
    pub fn bank_name(&self) -> &'static str {
        BANKS.iter().find(|(number, _)| *number == self.0).map_or(OTHER, |(_, name)| name)
    }
}

fn checksum(digits: &str) -> u32 {
    digits
        .bytes()
        .map(|byte| u32::from(byte.saturating_sub(b'0')))
        .zip(WEIGHTS.iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_checks_the_others() {
        for right in ["322271627", "273976369", "021000021", "091000019"] {
            assert_eq!(RoutingNumber::parse(right).unwrap().as_str(), right);
        }
        for wrong in ["322271628", "000000000", "32227162", "3222716270", "32227162x", ""] {
            assert_eq!(RoutingNumber::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_bank_that_is_not_known_has_a_name_all_the_same() {
        assert_eq!(RoutingNumber::parse("322271627").unwrap().bank_name(), "CHASE BANK");
        assert_eq!(RoutingNumber::parse("111000025").unwrap().bank_name(), "TEST BANK");
        assert_eq!(RoutingNumber::parse("123456789").unwrap().bank_name(), "TEST BANK");
    }
}
