//! A `runTransfer` as it is sent.

use engine::{Currency, Money};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// A `runTransfer` as it is sent. Nothing is required here: what is missing is told in
/// words, together with all else that is wrong.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunTransferBody {
    pub(super) amount: Option<AmountBody>,
    #[serde(rename = "partnerAccountID")]
    pub(super) partner_account_id: Option<String>,
    pub(super) source: Option<MethodBody>,
    pub(super) destination: Option<MethodBody>,
    pub(super) description: Option<String>,
    pub(super) sales_tax_amount: Option<AmountBody>,
    pub(super) line_items: Option<LineItemsBody>,
    /// What Moov's own sample writes in place of `partnerAccountID`.
    #[serde(rename = "accountID")]
    pub(super) account_id: Option<IgnoredAny>,
}

impl RunTransferBody {
    /// As the body of a transfer has it: it runs on the account of the path and need say
    /// nothing.
    pub(crate) fn of_transfer(&mut self) {
        self.partner_account_id = None;
        self.account_id = None;
        self.description.get_or_insert_default();
    }

    /// How much it moves, where that can be told.
    pub(crate) fn money(&self, currency: Currency) -> Option<Money> {
        let value = self.amount.as_ref().and_then(|amount| amount.value)?;
        Some(Money::new(value, currency))
    }

    /// With the tax that newer versions tell among other details of the amount.
    pub(crate) fn with_tax(&mut self, tax: Money) {
        let currency = Some(tax.currency.code().to_owned());
        let value = Some(tax.amount_minor);
        self.sales_tax_amount = Some(AmountBody { currency, value, amount: None });
    }
}

/// An amount in minor units.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct AmountBody {
    pub(super) currency: Option<String>,
    pub(super) value: Option<i64>,
    /// What Moov's own guide writes in place of `value`.
    pub(super) amount: Option<IgnoredAny>,
}

/// One end of a transfer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MethodBody {
    #[serde(rename = "paymentMethodID")]
    pub(super) payment_method_id: Option<String>,
    pub(super) ach_details: Option<AchDetailsBody>,
    pub(super) card_details: Option<CardDetailsBody>,
}

/// What a bank statement says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AchDetailsBody {
    pub(super) company_entry_description: Option<String>,
    pub(super) originating_company_name: Option<String>,
}

/// What a card statement says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CardDetailsBody {
    pub(super) dynamic_descriptor: Option<String>,
}

/// What is paid for.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct LineItemsBody {
    pub(super) items: Option<Vec<LineItemBody>>,
}

/// One thing that is paid for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LineItemBody {
    pub(super) name: Option<String>,
    pub(super) base_price: Option<PriceBody>,
    pub(super) quantity: Option<i32>,
    pub(super) options: Option<Vec<OptionBody>>,
    #[serde(rename = "productID")]
    pub(super) product_id: Option<String>,
    #[serde(rename = "imageIDs")]
    pub(super) image_ids: Option<Vec<String>>,
}

/// A choice that was made about it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OptionBody {
    pub(super) name: Option<String>,
    pub(super) quantity: Option<i32>,
    pub(super) price_modifier: Option<PriceBody>,
    pub(super) group: Option<String>,
    #[serde(rename = "imageIDs")]
    pub(super) image_ids: Option<Vec<String>>,
}

/// A price in main units, as text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PriceBody {
    pub(super) currency: Option<String>,
    pub(super) value_decimal: Option<String>,
}
