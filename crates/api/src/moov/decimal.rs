//! Decimals of main units, as Moov writes prices and parts of amounts: `12.99`, exact to
//! the ninth decimal place.

use engine::Currency;

/// A decimal of main units, counted in units of the ninth place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Decimal(i128);

impl Decimal {
    /// Nothing.
    pub(crate) const ZERO: Decimal = Decimal(0);
    /// The most decimal places.
    pub(crate) const PLACES_MAX: usize = 9;
    /// The most digits before them.
    const DIGITS_MAX: usize = 15;
    /// Units of the ninth place in one.
    const SCALE: i128 = 1_000_000_000;

    /// Reads one: digits, and perhaps a point with more of them behind it.
    pub(crate) fn read(text: &str) -> Option<Decimal> {
        const PLACES_MAX: usize = Decimal::PLACES_MAX;
        let (sign, size) = match text.strip_prefix('-') {
            Some(size) => (-1, size),
            None => (1, text),
        };
        let (whole, fraction) = match size.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (size, ""),
        };
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_sound =
            (1..=Decimal::DIGITS_MAX).contains(&whole.len()) && fraction.len() <= PLACES_MAX;
        if !is_sound || !are_digits(whole) || !are_digits(fraction) {
            return None;
        }
        let padded = format!("{whole}{fraction:0<PLACES_MAX$}");
        padded.parse::<i128>().ok().map(|value| Decimal(sign * value))
    }

    /// As many minor units of a currency; `None` where nobody knows what those are.
    pub(crate) fn of_minor(minor: i64, currency: Currency) -> Option<Decimal> {
        i128::from(minor).checked_mul(ninths_in_minor(currency)?).map(Decimal)
    }

    /// Minor units of a currency. A fraction of one is cut off: balances have none.
    pub(crate) fn minor(self, currency: Currency) -> Option<i64> {
        i64::try_from(self.0.checked_div(ninths_in_minor(currency)?)?).ok()
    }

    /// Whether it is below nothing.
    pub(crate) const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// A sum, unless it is beyond all measure.
    pub(crate) fn plus(self, other: Decimal) -> Option<Decimal> {
        self.0.checked_add(other.0).map(Decimal)
    }

    /// So many times as much, unless it is beyond all measure.
    pub(crate) fn times(self, factor: i32) -> Option<Decimal> {
        self.0.checked_mul(i128::from(factor)).map(Decimal)
    }
}

/// Minor units as a decimal with all the places of their currency.
pub(crate) fn of_minor(minor: i64, currency: Currency) -> String {
    let places = places(currency).unwrap_or(0);
    let sign = if minor < 0 { "-" } else { "" };
    let unit = 10_u64.checked_pow(places).unwrap_or(u64::MAX);
    let (whole, fraction) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
    match places {
        0 => format!("{sign}{whole}"),
        places => {
            format!(
                "{sign}{whole}.{fraction:0width$}",
                width = usize::try_from(places).unwrap_or(0)
            )
        }
    }
}

fn places(currency: Currency) -> Option<u32> {
    bank::country::decimals(currency)
}

fn ninths_in_minor(currency: Currency) -> Option<i128> {
    Decimal::SCALE.checked_div(10_i128.checked_pow(places(currency)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[test]
    fn a_price_is_a_decimal_of_at_most_nine_places() {
        let read = |text| Decimal::read(text).map(|it| it.0);
        assert_eq!(read("4.00"), Some(4_000_000_000));
        assert_eq!(read("-0.75"), Some(-750_000_000));
        assert_eq!(read("12"), Some(12_000_000_000));
        assert_eq!(read("0.000000001"), Some(1));
        for wrong in [
            "",
            ".",
            "1.",
            ".5",
            "+1",
            "1e3",
            "1,5",
            "0.0000000001",
            "--1",
            "1.2.3",
            "1 ",
            "٣",
            "1234567890123456",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_decimal_of_dollars_is_so_many_cents() {
        let cents = |text| Decimal::read(text).and_then(|it| it.minor(currency("USD")));
        assert_eq!(cents("12.987654321"), Some(1_298));
        assert_eq!([cents("0.5"), cents("7"), cents("0.009")], [Some(50), Some(700), Some(0)]);
    }

    #[test]
    fn minor_units_are_counted_in_the_currencys_own_decimals() {
        let decimal = |minor, code| Decimal::of_minor(minor, currency(code));
        assert_eq!(decimal(550, "USD"), Decimal::read("5.50"));
        assert_eq!(decimal(550, "JPY"), Decimal::read("550"));
        assert_eq!(decimal(550, "KWD"), Decimal::read("0.550"));
        assert_eq!(Decimal::read("550").unwrap().minor(currency("JPY")), Some(550));
    }

    #[test]
    fn minor_units_are_written_with_all_the_places_of_their_currency() {
        let dollars = [1204, 5, 0, -1204, i64::MIN].map(|minor| of_minor(minor, currency("USD")));
        assert_eq!(dollars, ["12.04", "0.05", "0.00", "-12.04", "-92233720368547758.08"]);
        assert_eq!(of_minor(1204, currency("JPY")), "1204");
        assert_eq!(of_minor(1204, currency("KWD")), "1.204");
    }
}
