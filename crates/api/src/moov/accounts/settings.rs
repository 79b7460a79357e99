//! What an account chooses: how it is named on statements, where its customers turn to,
//! which terms it has agreed to, and the platform's own data about it.

use std::collections::BTreeMap;

use bank::PartyKind;
use engine::Instant;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::form::{Phone, PostalAddress, bounded, email, website};
use crate::moov::object::Object;
use crate::moov::validation::Problems;

/// The most entries that an account's metadata may have.
const METADATA_ENTRIES_MAX: usize = 100;

/// What is given beside a profile; each part by itself.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct Given {
    metadata: Option<BTreeMap<String, String>>,
    terms_of_service: Option<Terms>,
    #[serde(rename = "foreignID")]
    foreign_id: Option<String>,
    customer_support: Option<Support>,
    settings: Option<Settings>,
}

/// Acceptance of the terms: a token, or by hand, as an object of its own or not.
#[derive(Deserialize)]
struct Terms {
    token: Option<String>,
    manual: Option<Acceptance>,
    #[serde(flatten)]
    flat: Acceptance,
}

#[derive(Deserialize, Default)]
struct Acceptance {
    #[serde(rename = "acceptedDate")]
    date: Option<jiff::Timestamp>,
    #[serde(rename = "acceptedIP")]
    ip: Option<String>,
    #[serde(rename = "acceptedUserAgent")]
    user_agent: Option<String>,
    #[serde(rename = "acceptedDomain")]
    domain: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Support {
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<Phone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<PostalAddress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    card_payment: Option<CardPayment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ach_payment: Option<AchPayment>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct CardPayment {
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_descriptor: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct AchPayment {
    #[serde(skip_serializing_if = "Option::is_none")]
    company_name: Option<String>,
}

impl Given {
    /// What is wrong with what was given.
    pub(super) fn check(&self, problems: &mut Problems) {
        bounded(problems, &["foreignID"], self.foreign_id.as_ref(), 0..=64);
        if self.metadata.as_ref().is_some_and(|data| data.len() > METADATA_ENTRIES_MAX) {
            problems.add("metadata", format!("has more than {METADATA_ENTRIES_MAX} entries"));
        }
        if let Some(terms) = &self.terms_of_service {
            terms.check(problems);
        }
        if let Some(support) = &self.customer_support {
            support.check(problems);
        }
        if let Some(settings) = &self.settings {
            settings.check(problems);
        }
    }

    /// What the platform calls the account.
    pub(super) fn foreign_id(&self) -> Option<&String> {
        self.foreign_id.as_ref().filter(|id| !id.is_empty())
    }

    /// What is kept of it, and shown.
    pub(super) fn kept(self, now: Instant) -> Map<String, Value> {
        let mut kept = Map::new();
        let mut keep = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                kept.insert(name.to_owned(), value);
            }
        };
        keep("metadata", self.metadata.map(|data| written(&data)));
        keep("termsOfService", self.terms_of_service.map(|terms| terms.kept(now)));
        keep("customerSupport", self.customer_support.map(Support::kept));
        keep("settings", self.settings.map(|settings| written(&settings)));
        kept
    }
}

/// What an account is named on statements until it says otherwise: a business on cards,
/// everybody on bank accounts.
pub(super) fn default_settings(kind: PartyKind, display_name: &str) -> Value {
    let first = |count| display_name.chars().take(count).collect::<String>();
    let on_cards = kind == PartyKind::Business && display_name.chars().count() >= 4;
    let on_bank_accounts = !display_name.is_empty();
    Object::new()
        .maybe("cardPayment", on_cards.then(|| json!({ "statementDescriptor": first(22) })))
        .maybe("achPayment", on_bank_accounts.then(|| json!({ "companyName": first(16) })))
        .into()
}

impl Terms {
    fn acceptance(&self) -> &Acceptance {
        self.manual.as_ref().unwrap_or(&self.flat)
    }

    fn check(&self, problems: &mut Problems) {
        const AT: [&str; 1] = ["termsOfService"];
        if let Some(token) = &self.token {
            bounded(problems, &["termsOfService", "token"], Some(token), 1..=10_000);
            return;
        }
        let accepted = self.acceptance();
        let given = [
            ("acceptedDate", accepted.date.is_some()),
            ("acceptedIP", accepted.ip.as_ref().is_some_and(|ip| is_ip(ip))),
            ("acceptedUserAgent", accepted.user_agent.is_some()),
            ("acceptedDomain", accepted.domain.is_some()),
        ];
        for (field, _) in given.into_iter().filter(|(_, is_given)| !is_given) {
            problems.add_at(&[&AT[..], &["manual", field]].concat(), "is missing, or is none");
        }
    }

    /// When and whence they were accepted. A test token says neither: it is now, and here.
    fn kept(self, now: Instant) -> Value {
        let accepted = self.manual.unwrap_or(self.flat);
        let date = accepted.date.map_or_else(|| now.to_string(), |date| date.to_string());
        let ip = accepted.ip.unwrap_or_else(|| "127.0.0.1".to_owned());
        json!({ "acceptedDate": date, "acceptedIP": ip })
    }
}

fn is_ip(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}

impl Support {
    fn check(&self, problems: &mut Problems) {
        if let Some(phone) = &self.phone {
            phone.check(problems, &["customerSupport", "phone"]);
        }
        email(problems, &["customerSupport", "email"], self.email.as_ref());
        if let Some(address) = &self.address {
            address.check(problems, &["customerSupport", "address"]);
        }
        website(problems, &["customerSupport", "website"], self.website.as_ref());
    }

    fn kept(self) -> Value {
        written(&Support { phone: self.phone.map(Phone::kept), ..self })
    }
}

impl Settings {
    fn check(&self, problems: &mut Problems) {
        let descriptor = self.card_payment.as_ref().and_then(|it| it.statement_descriptor.as_ref());
        let path = ["settings", "cardPayment", "statementDescriptor"];
        bounded(problems, &path, descriptor, 4..=22);
        let name = self.ach_payment.as_ref().and_then(|it| it.company_name.as_ref());
        bounded(problems, &["settings", "achPayment", "companyName"], name, 1..=16);
    }
}

/// A value of text fields alone, as JSON, which cannot fail.
fn written<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
