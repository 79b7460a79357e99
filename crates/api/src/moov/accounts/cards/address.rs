//! What is typed in of a card beside its number: when it expires, where its holder lives.

use bank::card::Address;
use serde::Deserialize;

/// When a card expires: two digits each.
#[derive(Deserialize)]
pub(super) struct Expiration {
    month: Option<String>,
    year: Option<String>,
}

/// The century that two digits of a year are in.
const CENTURY: u16 = 2000;

impl Expiration {
    /// Month and year, or what is wrong.
    pub(super) fn read(&self) -> Result<(u8, u16), &'static str> {
        let two_digits = |text: Option<&String>| {
            let text = text?;
            let shaped = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            shaped.then(|| text.parse::<u8>().ok()).flatten()
        };
        let month = two_digits(self.month.as_ref()).filter(|month| (1..=12).contains(month));
        let month = month.ok_or("month is not two digits from 01 to 12")?;
        let year = two_digits(self.year.as_ref()).ok_or("year is not two digits")?;
        Ok((month, CENTURY + u16::from(year)))
    }
}

/// Where a card's holder lives.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BillingAddress {
    address_line1: Option<String>,
    address_line2: Option<String>,
    city: Option<String>,
    state_or_province: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

impl BillingAddress {
    /// The address, over what is known of it; or what is wrong.
    pub(super) fn read(self, known: Address) -> Result<Address, String> {
        let part = |name: &str, text: Option<String>, known, characters_max| match text {
            Some(text) if text.chars().count() > characters_max => {
                Err(format!("{name} has more than {characters_max} characters"))
            }
            // An empty text is how moov-go leaves a field out.
            Some(text) if text.is_empty() => Ok(known),
            Some(text) => Ok(Some(text)),
            None => Ok(known),
        };
        let address = Address {
            street1: part("addressLine1", self.address_line1, known.street1, 60)?,
            street2: part("addressLine2", self.address_line2, known.street2, 32)?,
            city: part("city", self.city, known.city, 32)?,
            state: part("stateOrProvince", self.state_or_province, known.state, 2)?,
            country: part("country", self.country, known.country, 2)?,
            postal_code: part("postalCode", self.postal_code, known.postal_code, 10)?,
            phone_number: known.phone_number,
        };
        if address.postal_code.is_none() {
            return Err("postalCode is missing".to_owned());
        }
        Ok(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_expires_in_a_month_of_two_digits_and_a_year_of_two_digits() {
        let read = |month: &str, year: &str| {
            Expiration { month: Some(month.into()), year: Some(year.into()) }.read()
        };
        assert_eq!(read("04", "40"), Ok((4, 2040)));
        assert_eq!(read("12", "00"), Ok((12, 2000)));
        for (month, year) in [("13", "40"), ("00", "40"), ("4", "40"), ("04", "2040"), ("+4", "40")]
        {
            assert!(read(month, year).is_err(), "{month}/{year}");
        }
        assert!(Expiration { month: None, year: None }.read().is_err());
    }
}
