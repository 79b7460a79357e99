//! When a card expires, as it is typed in.

use crate::omise::params::Reader;

/// The month, 1 to 12; what else is sent is refused.
pub(crate) fn month(read: &mut Reader<'_>) -> Option<u8> {
    let month = read.optional_integer("expiration_month")?;
    let month = u8::try_from(month).ok().filter(|month| (1..=12).contains(month));
    if month.is_none() {
        read.refuse("expiration month is not between 1 and 12");
    }
    month
}

/// The year, in four digits or two; what else is sent is refused.
pub(crate) fn year(read: &mut Reader<'_>) -> Option<u16> {
    let year = read.optional_integer("expiration_year")?;
    let year = if (0..100).contains(&year) { year + 2_000 } else { year };
    let year = u16::try_from(year).ok().filter(|year| (1_000..10_000).contains(year));
    if year.is_none() {
        read.refuse("expiration year is invalid");
    }
    year
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::omise::error::OmiseError;
    use serde_json::{Value, json};

    fn read(card: &Value) -> Result<(Option<u8>, Option<u16>), String> {
        let mut read = Reader::over(card.as_object().unwrap());
        let expiration = (month(&mut read), year(&mut read));
        read.finish_as(OmiseError::invalid_card).map_err(|error| error.message)?;
        Ok(expiration)
    }

    #[test]
    fn a_month_is_one_of_twelve_and_a_year_may_be_short() {
        assert_eq!(
            read(&json!({"expiration_month": "11", "expiration_year": 2027})),
            Ok((Some(11), Some(2027)))
        );
        assert_eq!(read(&json!({"expiration_year": 27})), Ok((None, Some(2027))));
        assert_eq!(
            read(&json!({"expiration_month": 13, "expiration_year": 99_999})),
            Err("expiration month is not between 1 and 12 and expiration year is invalid"
                .to_owned())
        );
    }
}
