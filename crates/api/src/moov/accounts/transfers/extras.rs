//! What a transfer can say and a schedule's runs cannot.

use engine::Currency;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::amount_details::{AmountDetailsBody, DecimalBody};
use crate::moov::decimal::Decimal;
use crate::moov::validation::Problems;

/// The most entries that a transfer's own data can have.
const METADATA_ENTRIES_MAX: usize = 50;
/// How long one of their names can be, in characters.
const METADATA_NAME_MAX: usize = 100;
/// How long one of their values can be, in characters.
const METADATA_VALUE_MAX: usize = 500;
/// How long the platform's own id of a transfer can be, in characters.
const FOREIGN_ID_MAX: usize = 64;

/// What a transfer is sent with beside what a schedule's run has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExtrasBody {
    pub(super) facilitator_fee: Option<FeeBody>,
    pub(super) metadata: Option<bank::Metadata>,
    #[serde(rename = "foreignID")]
    pub(super) foreign_id: Option<String>,
    pub(super) amount_details: Option<AmountDetailsBody>,
    pub(super) source: Option<SourceBody>,
}

/// What the partner keeps.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FeeBody {
    pub(super) total: Option<i64>,
    pub(super) total_decimal: Option<String>,
    pub(super) markup: Option<i64>,
    pub(super) markup_decimal: Option<String>,
}

/// What is said about the source.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SourceBody {
    #[serde(rename = "transferID")]
    pub(super) transfer_id: Option<String>,
    pub(super) payment_token: Option<String>,
    pub(super) card_details: Option<CardBody>,
    pub(super) ach_details: Option<AchBody>,
}

/// What is said about a card that pays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CardBody {
    pub(super) transaction_source: Option<String>,
}

/// What is said about a bank account that pays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AchBody {
    pub(super) debit_hold_period: Option<String>,
    pub(super) sec_code: Option<String>,
}

/// The same as it is kept, within the particulars of a remittance.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Extras {
    #[serde(rename = "foreignID", skip_serializing_if = "Option::is_none")]
    pub(super) foreign_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) facilitator_fee: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) transaction_source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) debit_hold_period: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sec_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tip: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) surcharge: Option<Value>,
}

/// Under which name the particulars of a remittance have them.
const FIELD: &str = "transfer";

impl Extras {
    /// From the particulars of a remittance.
    pub(super) fn of(particulars: &str) -> Extras {
        let read: Option<Value> = serde_json::from_str(particulars).ok();
        let extras = read.as_ref().and_then(|read| read.get(FIELD)).cloned();
        extras.and_then(|extras| serde_json::from_value(extras).ok()).unwrap_or_default()
    }

    /// Into the particulars of a remittance.
    pub(super) fn add_to(&self, particulars: &str) -> Box<str> {
        if *self == Extras::default() {
            return particulars.into();
        }
        let mut all: Value = serde_json::from_str(particulars).unwrap_or_default();
        if let (Some(all), Ok(extras)) = (all.as_object_mut(), serde_json::to_value(self)) {
            all.insert(FIELD.to_owned(), extras);
        }
        all.to_string().into()
    }
}

impl ExtrasBody {
    /// What is kept of it; what is wrong with it is told.
    pub(super) fn read(
        &self,
        currency: Currency,
        problems: &mut Problems,
    ) -> (Extras, Option<i64>) {
        let source = self.source.clone().unwrap_or_default();
        if source.transfer_id.is_some() {
            problems.add("source", "transfer groups are not simulated; name a paymentMethodID");
        }
        if source.payment_token.is_some() {
            problems.add("source", "payment tokens are not simulated; name a paymentMethodID");
        }
        let card = source.card_details.unwrap_or_default();
        let ach = source.ach_details.unwrap_or_default();
        let kinds = ["first-recurring", "recurring", "unscheduled"];
        one_of(
            "cardDetails.transactionSource",
            card.transaction_source.as_deref(),
            &kinds,
            problems,
        );
        let holds = ["no-hold", "1-day", "2-days"];
        one_of("achDetails.debitHoldPeriod", ach.debit_hold_period.as_deref(), &holds, problems);
        let codes = ["WEB", "PPD", "CCD", "TEL"];
        one_of("achDetails.secCode", ach.sec_code.as_deref(), &codes, problems);
        if let Some(metadata) = &self.metadata {
            check_metadata(metadata, problems);
        }
        if self.foreign_id.as_ref().is_some_and(|id| id.chars().count() > FOREIGN_ID_MAX) {
            problems.add("foreignID", format!("is longer than {FOREIGN_ID_MAX} characters"));
        }
        let details = self.amount_details.clone().unwrap_or_default();
        let kept = |part: Option<DecimalBody>| part.and_then(|it| serde_json::to_value(it).ok());
        let fee_minor = self.facilitator_fee.as_ref().and_then(|fee| fee.read(currency, problems));
        let extras = Extras {
            foreign_id: self.foreign_id.clone(),
            facilitator_fee: self.facilitator_fee.as_ref().map(FeeBody::shown),
            transaction_source: card.transaction_source,
            debit_hold_period: ach.debit_hold_period,
            sec_code: ach.sec_code,
            tip: kept(details.tip),
            surcharge: kept(details.surcharge),
        };
        (extras, fee_minor)
    }
}

impl FeeBody {
    /// The fee in minor units. A fraction of a minor unit is rounded down: balances
    /// have none.
    fn read(&self, currency: Currency, problems: &mut Problems) -> Option<i64> {
        let mut minor =
            |whole: Option<i64>, decimal: Option<&str>, key: &str| match (whole, decimal) {
                (Some(_), Some(_)) => {
                    problems.add(key, "only one of the two forms can be given");
                    None
                }
                (Some(whole), None) if whole < 0 => {
                    problems.add(key, format!("is {whole}; it would be at least 0"));
                    None
                }
                (Some(whole), None) => Some(whole),
                (None, Some(decimal)) => {
                    let decimal = Decimal::read(decimal).filter(|it| !it.is_negative());
                    let minor = decimal.and_then(|it| it.minor(currency));
                    if minor.is_none() {
                        problems.add(key, "would be a decimal such as 0.25, of at most 9 decimals");
                    }
                    minor
                }
                (None, None) => None,
            };
        let total = minor(self.total, self.total_decimal.as_deref(), "FacilitatorFee.TotalDecimal");
        let markup =
            minor(self.markup, self.markup_decimal.as_deref(), "FacilitatorFee.MarkupDecimal");
        total.or(markup)
    }

    fn shown(&self) -> Value {
        crate::moov::object::Object::new()
            .maybe("total", self.total)
            .maybe("totalDecimal", self.total_decimal.clone())
            .maybe("markup", self.markup)
            .maybe("markupDecimal", self.markup_decimal.clone())
            .into()
    }
}

fn one_of(field: &str, given: Option<&str>, values: &[&str], problems: &mut Problems) {
    if let Some(given) = given.filter(|given| !values.contains(given)) {
        let told = format!("{field} is {given:?}; it would be one of {}", values.join(", "));
        problems.add("source", told);
    }
}

/// A transfer's own data are texts, and not too many.
pub(super) fn check_metadata(metadata: &bank::Metadata, problems: &mut Problems) {
    if metadata.len() > METADATA_ENTRIES_MAX {
        problems.add("metadata", format!("has more than {METADATA_ENTRIES_MAX} entries"));
    }
    for (name, value) in metadata.iter().take(METADATA_ENTRIES_MAX) {
        if name.chars().count() > METADATA_NAME_MAX {
            let told = format!("has a name that is longer than {METADATA_NAME_MAX} characters");
            problems.add("metadata", told);
        }
        match value.as_str() {
            None => problems.add("metadata", format!("{name:?} is not a text")),
            Some(text) if text.chars().count() > METADATA_VALUE_MAX => {
                let told = format!("{name:?} is longer than {METADATA_VALUE_MAX} characters");
                problems.add("metadata", told);
            }
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_travel_within_the_particulars_and_leave_them_as_they_are() {
        let extras = Extras { foreign_id: Some("7".to_owned()), ..Extras::default() };
        let particulars = r#"{"description":"rent"}"#;
        let all = extras.add_to(particulars);
        assert_eq!(&*all, r#"{"description":"rent","transfer":{"foreignID":"7"}}"#);
        assert_eq!(Extras::of(&all), extras);
        assert_eq!(&*Extras::default().add_to(particulars), particulars);
        assert_eq!(Extras::of("no JSON"), Extras::default());
    }
}
