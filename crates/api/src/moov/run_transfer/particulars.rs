//! What a transfer says and the engine does not read, as it travels from schedule to
//! instruction to request to transfer: one JSON text in Moov's own form, with the field
//! names of its `RunTransfer`.

use serde::{Deserialize, Serialize};

/// What a transfer says and the engine does not read.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Particulars {
    /// What it is for.
    pub(crate) description: String,
    /// What is said to the source's bank.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub(crate) source: Said,
    /// What is said to the destination's bank.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub(crate) destination: Said,
    /// How much of the amount is sales tax, in its currency and minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sales_tax_minor: Option<i64>,
    /// What is paid for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) line_items: Vec<LineItem>,
}

impl Particulars {
    /// Reads the text. One that is none of ours says nothing.
    pub(crate) fn read(text: &str) -> Particulars {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// As text: the same particulars give the same.
    pub(crate) fn write(&self) -> Box<str> {
        serde_json::to_string(self).unwrap_or_default().into()
    }
}

/// What is said to one side's bank.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Said {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ach_details: Option<AchDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) card_details: Option<CardDetails>,
}

impl Said {
    fn is_nothing(&self) -> bool {
        *self == Said::default()
    }
}

/// What a bank statement says.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AchDetails {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) company_entry_description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) originating_company_name: Option<String>,
}

/// What a card statement says.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CardDetails {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dynamic_descriptor: Option<String>,
}

/// One thing that is paid for, as it is shown.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct LineItem {
    pub(crate) base_price: Price,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) images: Vec<ImageShown>,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) options: Vec<Choice>,
    #[serde(rename = "productID", skip_serializing_if = "Option::is_none")]
    pub(crate) product_id: Option<String>,
    pub(crate) quantity: i32,
}

/// A choice that was made about it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Choice {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) images: Vec<ImageShown>,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price_modifier: Option<Price>,
    pub(crate) quantity: i32,
}

/// A price in main units, as text.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Price {
    pub(crate) currency: String,
    pub(crate) value_decimal: String,
}

/// An image as it was when it was named.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ImageShown {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) alt_text: Option<String>,
    #[serde(rename = "imageID")]
    pub(crate) image_id: String,
    pub(crate) link: String,
    #[serde(rename = "publicID")]
    pub(crate) public_id: String,
}
