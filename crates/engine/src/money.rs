//! Money is integer minor units with a currency, never a float.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Three upper-case letters of ISO 4217.
///
/// Whether the code exists, and how many decimals it has, is asked where money
/// meets the outside (`bank::country`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The Thai baht.
    pub const THB: Currency = Currency(*b"THB");
    /// The dollar of the United States.
    pub const USD: Currency = Currency(*b"USD");

    /// Reads a code in either case; `None` unless it is three ASCII letters.
    #[must_use]
    pub fn parse(code: &str) -> Option<Currency> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes
            .iter()
            .all(u8::is_ascii_alphabetic)
            .then(|| Currency(bytes.map(|b| b.to_ascii_uppercase())))
    }

    /// The code, upper-case.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// The code, lower-case, as older wire versions have it.
    #[must_use]
    pub fn code_lower(&self) -> String {
        self.code().to_ascii_lowercase()
    }
}

impl TryFrom<String> for Currency {
    type Error = String;
    fn try_from(code: String) -> Result<Currency, String> {
        Currency::parse(&code).ok_or_else(|| {
            format!("{code:?} is not a currency; it would be three letters, such as THB")
        })
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// An amount in minor units (satang, cents, yen) of one currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Money {
    /// Minor units.
    pub amount_minor: i64,
    /// Of this currency.
    pub currency: Currency,
}

impl Money {
    /// `amount_minor` minor units of `currency`.
    #[must_use]
    pub const fn new(amount_minor: i64, currency: Currency) -> Money {
        Money { amount_minor, currency }
    }
}

/// A share of a balance: more than nothing, at most the whole, to four decimals
/// of a percent. The wire form is the one float that Kalends reads, and this is
/// what it is read into.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Percentage(u32);

impl Percentage {
    /// The whole balance.
    pub const WHOLE: Percentage = Percentage(Self::SCALE * 100);
    const SCALE: u32 = 10_000;

    /// Ten-thousandths of a percent, 1 to 1,000,000.
    #[must_use]
    pub fn from_ten_thousandths(value: u32) -> Option<Percentage> {
        (1..=Self::WHOLE.0).contains(&value).then_some(Percentage(value))
    }

    /// Reads a decimal such as `75`, `75.0` or `12.5`; `None` if it is not one,
    /// has more than four decimals that matter, or lies outside (0, 100].
    #[must_use]
    pub fn parse(text: &str) -> Option<Percentage> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction = fraction.trim_end_matches('0');
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty()
            || whole.len() > 3
            || fraction.len() > 4
            || !digits(whole)
            || !digits(fraction)
        {
            return None;
        }
        let fraction: u32 = format!("{fraction:0<4}").parse().ok()?;
        Self::from_ten_thousandths(whole.parse::<u32>().ok()? * Self::SCALE + fraction)
    }

    /// Ten-thousandths of a percent.
    #[must_use]
    pub const fn ten_thousandths(self) -> u32 {
        self.0
    }

    /// This share of `amount_minor`, rounded down; nothing of what is not positive.
    #[must_use]
    pub fn of(self, amount_minor: i64) -> i64 {
        let share =
            i128::from(amount_minor.max(0)) * i128::from(self.0) / i128::from(Self::WHOLE.0);
        i64::try_from(share).unwrap_or(i64::MAX) // a share is at most the amount, so it always fits
    }
}

impl TryFrom<u32> for Percentage {
    type Error = String;
    fn try_from(value: u32) -> Result<Percentage, String> {
        Self::from_ten_thousandths(value).ok_or_else(|| {
            format!("{value} ten-thousandths of a percent are not between 1 and 1000000")
        })
    }
}

impl From<Percentage> for u32 {
    fn from(percentage: Percentage) -> u32 {
        percentage.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_three_letters_in_either_case() {
        assert_eq!(Currency::parse("thb"), Some(Currency::THB));
        assert_eq!(Currency::parse("th"), None);
        assert_eq!(Currency::parse("t1b"), None);
        assert_eq!(Currency::parse("฿"), None);
    }

    #[test]
    fn a_percentage_is_a_decimal_above_nothing_and_up_to_the_whole() {
        let ten_thousandths = |text| Percentage::parse(text).map(Percentage::ten_thousandths);
        assert_eq!(ten_thousandths("75"), Some(750_000));
        assert_eq!(ten_thousandths("75.0"), Some(750_000));
        assert_eq!(ten_thousandths("12.3456"), Some(123_456));
        assert_eq!(ten_thousandths("100"), Some(1_000_000));
        for wrong in ["0", "0.0", "100.0001", "-1", "1e2", "", ".5", "12.34567", "NaN"] {
            assert_eq!(ten_thousandths(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_share_is_rounded_down_and_never_more_than_there_is() {
        let half = Percentage::parse("50").unwrap();
        assert_eq!(half.of(101), 50);
        assert_eq!(half.of(-5), 0);
        assert_eq!(Percentage::WHOLE.of(i64::MAX), i64::MAX);
    }
}
