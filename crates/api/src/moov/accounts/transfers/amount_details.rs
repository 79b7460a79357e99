//! `amountDetails`: what the amount of a transfer is made of, since the second quarter of
//! 2026.

use engine::{Currency, Money};
use serde::{Deserialize, Serialize};

use crate::moov::decimal::Decimal;
use crate::moov::validation::Problems;

/// Under which key of `TransferValidationError` its problems stand.
const FIELD: &str = "amountDetails";

/// What the amount is made of.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct AmountDetailsBody {
    pub(super) tip: Option<DecimalBody>,
    pub(super) tax: Option<DecimalBody>,
    pub(super) surcharge: Option<DecimalBody>,
}

/// An amount in main units.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DecimalBody {
    pub(super) currency: Option<String>,
    pub(super) value_decimal: Option<String>,
}

impl AmountDetailsBody {
    /// The tax among them, in minor units. What is wrong with any of them is told:
    /// each is of the transfer's currency and of nothing or more, and together they are
    /// not more than its `amount`, where that is known. Then there is no tax.
    pub(super) fn tax(
        &self,
        currency: Currency,
        amount: Option<Money>,
        problems: &mut Problems,
    ) -> Option<Money> {
        let parts = [("tip", &self.tip), ("tax", &self.tax), ("surcharge", &self.surcharge)];
        let mut sum = Some(Decimal::ZERO);
        let (mut tax, mut last) = (None, None);
        for (name, part) in parts {
            let Some(part) = part else { continue };
            match part.read(currency) {
                Ok(value) => {
                    sum = sum.and_then(|sum| sum.plus(value));
                    last = Some(name);
                    if name == "tax" {
                        tax = value.minor(currency).map(|minor| Money::new(minor, currency));
                    }
                }
                Err(wrong) => problems.add_at(&[FIELD, name], wrong),
            }
        }
        let whole = amount.and_then(|it| Decimal::of_minor(it.amount_minor, it.currency));
        if let (Some(whole), Some(last)) = (whole, last)
            && sum.is_none_or(|sum| sum > whole)
        {
            problems.add_at(&[FIELD, last], "is part of the amount, and makes it more than that");
            return None;
        }
        tax
    }
}

impl DecimalBody {
    fn read(&self, currency: Currency) -> Result<Decimal, String> {
        if self.currency.as_deref().and_then(Currency::parse) != Some(currency) {
            return Err(format!("currency would be {currency}"));
        }
        let value = self.value_decimal.as_deref().and_then(Decimal::read);
        value.filter(|value| !value.is_negative()).ok_or_else(|| {
            let most = Decimal::PLACES_MAX;
            format!("valueDecimal would be a decimal such as 0.25, of at most {most} decimals")
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(details: Value, amount_minor: i64) -> (Option<i64>, Option<Value>) {
        let (body, currency): (AmountDetailsBody, _) =
            (serde_json::from_value(details).unwrap(), Currency::USD);
        let mut problems = Problems::new();
        let tax = body.tax(currency, Some(Money::new(amount_minor, currency)), &mut problems);
        let told = problems.finish().err().and_then(|refusal| refusal.body().cloned());
        (tax.map(|tax| tax.amount_minor), told)
    }

    fn usd(value: &str) -> Value {
        json!({"currency": "usd", "valueDecimal": value})
    }

    #[test]
    fn parts_of_an_amount_are_not_more_than_the_whole() {
        let parts = json!({"tip": usd("1.00"), "tax": usd("0.809"), "surcharge": usd("0.19")});
        assert_eq!(read(parts.clone(), 200), (Some(80), None));
        let told = json!({"surcharge": "is part of the amount, and makes it more than that"});
        assert_eq!(read(parts, 199), (None, Some(json!({ "amountDetails": told }))));
    }

    #[test]
    fn what_is_wrong_with_a_part_stands_under_its_name() {
        let euros = json!({"currency": "EUR", "valueDecimal": "0.10"});
        let wrong = json!({"tip": usd("-0.01"), "tax": euros, "surcharge": {"currency": "USD"}});
        let form = "valueDecimal would be a decimal such as 0.25, of at most 9 decimals";
        let told = json!({"tip": form, "tax": "currency would be USD", "surcharge": form});
        assert_eq!(read(wrong, 100), (None, Some(json!({ "amountDetails": told }))));
    }
}
