//! What differs from country to country, and from currency to currency:
//! currencies, how small and how large a charge or transfer may be, and what a
//! transfer costs.

use engine::Currency;

use crate::charge::Fees;

/// How small and how large an amount may be, in minor units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Least.
    pub least: i64,
    /// Greatest.
    pub greatest: i64,
}

impl Limits {
    /// Whether an amount lies within.
    #[must_use]
    pub const fn allow(self, amount_minor: i64) -> bool {
        self.least <= amount_minor && amount_minor <= self.greatest
    }
}

/// What a transfer may be and costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TransferTerms {
    /// How much may leave the account, fee included.
    pub limits: Limits,
    /// What it costs.
    pub fees: Fees,
}

/// A country in which accounts trade.
struct Country {
    code: &'static str,
    currency: &'static str,
    /// What it charges in beside its own.
    foreign: &'static [&'static str],
}

/// Thailand's currencies are those of a captured account. The others are known
/// only by their own.
const COUNTRIES: [Country; 4] = [
    Country {
        code: "TH",
        currency: "THB",
        foreign: &["JPY", "USD", "EUR", "GBP", "SGD", "AUD", "CHF", "CNY", "DKK", "HKD", "MYR"],
    },
    Country { code: "JP", currency: "JPY", foreign: &[] },
    Country { code: "SG", currency: "SGD", foreign: &[] },
    Country { code: "MY", currency: "MYR", foreign: &[] },
];

fn country(code: &str) -> Option<&'static Country> {
    COUNTRIES.iter().find(|country| country.code.eq_ignore_ascii_case(code))
}

/// What a country settles in; `None` for one in which nobody trades.
#[must_use]
pub fn currency(country_code: &str) -> Option<Currency> {
    country(country_code).and_then(|country| Currency::parse(country.currency))
}

/// What may be charged in a country, its own currency first.
pub fn supported_currencies(country_code: &str) -> impl Iterator<Item = Currency> {
    country(country_code)
        .into_iter()
        .flat_map(|country| std::iter::once(&country.currency).chain(country.foreign))
        .filter_map(|code| Currency::parse(code))
}

/// How small and how large a charge may be. Of a currency that is nobody's own,
/// nothing is known; it gets the narrowest limits of those that are.
#[must_use]
pub fn charge_limits(currency: Currency) -> Limits {
    match currency.code() {
        "THB" => Limits { least: 2_000, greatest: 15_000_000 },
        "JPY" => Limits { least: 100, greatest: 6_000_000 },
        "MYR" => Limits { least: 100, greatest: 10_000_000 },
        _ => Limits { least: 100, greatest: 2_000_000 },
    }
}

/// What a transfer may be and costs. Only baht were ever captured: 30 at least,
/// a thousand million at most, 30 in all for fee and tax. Others are free, and
/// as small as a charge.
#[must_use]
pub fn transfer_terms(currency: Currency) -> TransferTerms {
    const GREATEST: i64 = 100_000_000_000;
    match currency.code() {
        "THB" => TransferTerms {
            limits: Limits { least: 3_000, greatest: GREATEST },
            fees: Fees { fee: 2_804, tax: 196 },
        },
        _ => TransferTerms {
            limits: Limits { least: charge_limits(currency).least, greatest: GREATEST },
            fees: Fees::default(),
        },
    }
}

/// How many decimals a currency's main unit has; `None` if there is no such currency.
#[must_use]
pub fn decimals(currency: Currency) -> Option<u32> {
    let known = iso_currency::Currency::from_code(currency.code())?;
    known.exponent().map(u32::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Currency {
        Currency::parse(text).unwrap()
    }

    #[test]
    fn each_country_has_its_currency_and_limits() {
        let rules = |country: &str| {
            let currency = currency(country).unwrap();
            (currency.code().to_owned(), charge_limits(currency))
        };
        let limits = |least, greatest| Limits { least, greatest };
        assert_eq!(rules("TH"), ("THB".into(), limits(2_000, 15_000_000)));
        assert_eq!(rules("jp"), ("JPY".into(), limits(100, 6_000_000)));
        assert_eq!(rules("SG"), ("SGD".into(), limits(100, 2_000_000)));
        assert_eq!(rules("MY"), ("MYR".into(), limits(100, 10_000_000)));
        assert_eq!(currency("XX"), None);
    }

    #[test]
    fn thailand_charges_in_the_captured_currencies() {
        let codes: Vec<String> =
            supported_currencies("TH").map(|currency| currency.code().to_owned()).collect();
        assert_eq!(
            codes,
            ["THB", "JPY", "USD", "EUR", "GBP", "SGD", "AUD", "CHF", "CNY", "DKK", "HKD", "MYR"]
        );
        assert_eq!(supported_currencies("XX").count(), 0);
    }

    #[test]
    fn a_baht_transfer_costs_thirty_baht_and_is_at_least_that() {
        let terms = transfer_terms(Currency::THB);
        assert_eq!(terms.fees, Fees { fee: 2_804, tax: 196 });
        assert!(terms.limits.allow(3_000));
        assert!(!terms.limits.allow(2_999));
    }

    #[test]
    fn yen_have_no_decimals() {
        assert_eq!(decimals(code("JPY")), Some(0));
        assert_eq!(decimals(code("THB")), Some(2));
        assert_eq!(decimals(code("ZZZ")), None);
    }
}
