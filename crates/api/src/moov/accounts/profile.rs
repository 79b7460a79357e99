//! An account's profile: what a person or business says of itself.
//!
//! Birth dates and tax numbers are looked at and forgotten: what is kept is that they
//! were given.

use bank::PartyKind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::form::{Phone, PostalAddress, bounded, chosen, email, require, website};
use crate::moov::validation::Problems;

/// The longest name that an account is shown under.
const DISPLAY_NAME_CHARACTERS_MAX: usize = 64;

/// A profile as it is given: whole, or what changes of it.
#[derive(Deserialize, Default)]
pub(super) struct Given {
    individual: Option<Individual>,
    business: Option<BusinessProfile>,
    guest: Option<Guest>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Individual {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<PersonNames>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<Phone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<PostalAddress>,
    #[serde(skip_serializing)]
    birth_date: Option<BirthDate>,
    #[serde(skip_serializing, rename = "governmentID")]
    government_id: Option<GovernmentId>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct PersonNames {
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    middle_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suffix: Option<String>,
}

#[derive(Deserialize)]
struct BirthDate {
    day: Option<i8>,
    month: Option<i8>,
    year: Option<i16>,
}

#[derive(Deserialize)]
struct GovernmentId {
    ssn: Option<TaxNumber>,
    itin: Option<TaxNumber>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaxNumber {
    full: Option<String>,
    last_four: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct BusinessProfile {
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_business_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doing_business_as: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    business_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<PostalAddress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<Phone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing, rename = "taxID")]
    tax_id: Option<TaxId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owners_provided: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    industry_codes: Option<IndustryCodes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_regulator: Option<String>,
}

#[derive(Deserialize)]
struct TaxId {
    ein: Option<Ein>,
}

#[derive(Deserialize)]
struct Ein {
    number: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct IndustryCodes {
    #[serde(skip_serializing_if = "Option::is_none")]
    naics: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mcc: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Guest {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<Phone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

pub(super) const BUSINESS_TYPES: [&str; 10] = [
    "soleProprietorship",
    "unincorporatedAssociation",
    "trust",
    "publicCorporation",
    "privateCorporation",
    "llc",
    "partnership",
    "unincorporatedNonProfit",
    "incorporatedNonProfit",
    "governmentEntity",
];

pub(super) const REGULATORS: [&str; 4] = ["OCC", "FDIC", "NCUA", "FRB"];

/// The field of a profile for a kind of account.
pub(super) const fn field(kind: PartyKind) -> &'static str {
    match kind {
        PartyKind::Individual => "individual",
        PartyKind::Business => "business",
        PartyKind::Guest => "guest",
    }
}

impl Given {
    /// What is wrong with what was given, each field by itself.
    pub(super) fn check(&self, problems: &mut Problems) {
        if let Some(individual) = &self.individual {
            individual.check(problems);
        }
        if let Some(business) = &self.business {
            business.check(problems);
        }
        if let Some(guest) = &self.guest {
            let path = ["profile", "guest", "name"];
            bounded(problems, &path, guest.name.as_ref(), 1..=DISPLAY_NAME_CHARACTERS_MAX);
            email(problems, &["profile", "guest", "email"], guest.email.as_ref());
            check_phone(guest.phone.as_ref(), problems, &["profile", "guest", "phone"]);
        }
    }

    /// What is kept of it, and shown: for the kind of account that it is.
    pub(super) fn kept(self, kind: PartyKind) -> Option<Value> {
        let kept = match kind {
            PartyKind::Individual => self.individual?.kept(),
            PartyKind::Business => self.business?.kept(),
            PartyKind::Guest => {
                let guest = self.guest?;
                written(&Guest { phone: guest.phone.map(Phone::kept), ..guest })
            }
        };
        Some(json!({ field(kind): kept }))
    }
}

/// What is missing in a profile as it is kept.
pub(super) fn check_complete(problems: &mut Problems, kind: PartyKind, kept: &Value) {
    let profile = kept.get(field(kind)).unwrap_or(&Value::Null);
    let at = ["profile", field(kind)];
    match kind {
        PartyKind::Individual => {
            let path = [&at[..], &["name"]].concat();
            let name = profile.get("name").unwrap_or(&Value::Null);
            require(problems, &path, name, &["firstName", "lastName"]);
        }
        PartyKind::Business => require(problems, &at, profile, &["legalBusinessName"]),
        PartyKind::Guest => {}
    }
    if let Some(address) = profile.get("address") {
        require(problems, &[&at[..], &["address"]].concat(), address, &PostalAddress::REQUIRED);
    }
}

/// What an account is called: a person's names, a business's legal name. Empty for a
/// guest who gave none.
pub(super) fn display_name(kept: &Value) -> String {
    let parts: Vec<&str> = [
        "/individual/name/firstName",
        "/individual/name/lastName",
        "/business/legalBusinessName",
        "/guest/name",
    ]
    .into_iter()
    .filter_map(|path| kept.pointer(path)?.as_str())
    .collect();
    parts.join(" ").chars().take(DISPLAY_NAME_CHARACTERS_MAX).collect()
}

/// The address to which an account is written.
pub(super) fn email_of(kept: &Value) -> Option<String> {
    let profiles = kept.as_object()?.values();
    profiles.into_iter().find_map(|profile| profile.get("email")?.as_str()).map(str::to_owned)
}

/// Whether a profile has a name that contains this, in lower case.
pub(super) fn is_named(kept: &Value, wanted: &str) -> bool {
    let contains = |path: &&str| {
        let name = kept.pointer(path).and_then(Value::as_str);
        name.is_some_and(|name| name.to_lowercase().contains(wanted))
    };
    [
        "/individual/name/firstName",
        "/individual/name/middleName",
        "/individual/name/lastName",
        "/business/legalBusinessName",
        "/business/doingBusinessAs",
    ]
    .iter()
    .any(contains)
}

impl Individual {
    fn check(&self, problems: &mut Problems) {
        const AT: [&str; 2] = ["profile", "individual"];
        let path = |field| [&AT[..], &[field]].concat();
        if let Some(name) = &self.name {
            let mut part = |field, text: &Option<String>, characters| {
                let path = [&AT[..], &["name", field]].concat();
                bounded(problems, &path, text.as_ref(), characters);
            };
            part("firstName", &name.first_name, 1..=64);
            part("middleName", &name.middle_name, 0..=64);
            part("lastName", &name.last_name, 1..=64);
            part("suffix", &name.suffix, 0..=20);
        }
        check_phone(self.phone.as_ref(), problems, &path("phone"));
        email(problems, &path("email"), self.email.as_ref());
        if let Some(address) = &self.address {
            address.check(problems, &path("address"));
        }
        if self.birth_date.as_ref().is_some_and(|date| !date.is_a_date()) {
            problems.add_at(&[&AT[..], &["birthDate", "day"]].concat(), "is of no date");
        }
        if let Some(id) = &self.government_id {
            for (kind, number) in [("ssn", &id.ssn), ("itin", &id.itin)] {
                if let Some(number) = number {
                    number.check(problems, &[&AT[..], &["governmentID", kind]].concat());
                }
            }
        }
    }

    fn kept(self) -> Value {
        let birth_date = self.birth_date.is_some().then_some("birthDateProvided");
        let government_id = self.government_id.is_some().then_some("governmentIDProvided");
        let phone = self.phone.map(Phone::kept);
        let kept = written(&Individual { phone, birth_date: None, government_id: None, ..self });
        flagged(kept, [birth_date, government_id])
    }
}

impl BirthDate {
    fn is_a_date(&self) -> bool {
        let (Some(year), Some(month), Some(day)) = (self.year, self.month, self.day) else {
            return false;
        };
        (1900..).contains(&year) && jiff::civil::Date::new(year, month, day).is_ok()
    }
}

impl TaxNumber {
    fn check(&self, problems: &mut Problems, path: &[&str]) {
        let wrong = |text: &Option<String>, count| {
            text.as_ref().is_some_and(|text| digits(text).is_none_or(|digits| digits != count))
        };
        if wrong(&self.full, 9) {
            problems.add_at(&[path, &["full"]].concat(), "is not nine digits");
        }
        if wrong(&self.last_four, 4) {
            problems.add_at(&[path, &["lastFour"]].concat(), "is not four digits");
        }
    }
}

impl BusinessProfile {
    fn check(&self, problems: &mut Problems) {
        const AT: [&str; 2] = ["profile", "business"];
        let path = |field| [&AT[..], &[field]].concat();
        let name = self.legal_business_name.as_ref();
        bounded(problems, &path("legalBusinessName"), name, 1..=64);
        bounded(problems, &path("doingBusinessAs"), self.doing_business_as.as_ref(), 0..=64);
        chosen(problems, &path("businessType"), self.business_type.as_ref(), &BUSINESS_TYPES);
        if let Some(address) = &self.address {
            address.check(problems, &path("address"));
        }
        check_phone(self.phone.as_ref(), problems, &path("phone"));
        email(problems, &path("email"), self.email.as_ref());
        website(problems, &path("website"), self.website.as_ref());
        bounded(problems, &path("description"), self.description.as_ref(), 10..=100);
        let number = self.tax_id.as_ref().and_then(|id| id.ein.as_ref()?.number.as_ref());
        if number.is_some_and(|number| digits(number) != Some(9)) {
            let path = [&AT[..], &["taxID", "ein", "number"]].concat();
            problems.add_at(&path, "is not nine digits");
        }
        if let Some(codes) = &self.industry_codes {
            let mut code = |field, text: &Option<String>, characters| {
                let path = [&AT[..], &["industryCodes", field]].concat();
                bounded(problems, &path, text.as_ref(), characters);
            };
            code("naics", &codes.naics, 2..=6);
            code("sic", &codes.sic, 4..=4);
            code("mcc", &codes.mcc, 4..=4);
        }
        let regulator = self.primary_regulator.as_ref();
        chosen(problems, &path("primaryRegulator"), regulator, &REGULATORS);
    }

    fn kept(self) -> Value {
        let tax_id = self.tax_id.is_some().then_some("taxIDProvided");
        let phone = self.phone.map(Phone::kept);
        flagged(written(&BusinessProfile { phone, tax_id: None, ..self }), [tax_id])
    }
}

fn check_phone(phone: Option<&Phone>, problems: &mut Problems, path: &[&str]) {
    if let Some(phone) = phone {
        phone.check(problems, path);
    }
}

/// How many digits a number has, hyphens left out; `None` if it holds anything else.
fn digits(text: &str) -> Option<usize> {
    let text = text.replace('-', "");
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text.len())
}

fn flagged(mut kept: Value, flags: impl IntoIterator<Item = Option<&'static str>>) -> Value {
    if let Value::Object(fields) = &mut kept {
        let given = flags.into_iter().flatten();
        fields.extend(given.map(|flag| (flag.to_owned(), Value::Bool(true))));
    }
    kept
}

/// A value of text fields alone, as JSON, which cannot fail.
fn written<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(profile: Value) -> Given {
        serde_json::from_value(profile).unwrap()
    }

    #[test]
    fn a_tax_number_is_looked_at_and_forgotten() {
        let profile = given(json!({"individual": {
            "name": {"firstName": "Jordan", "lastName": "Lee"},
            "birthDate": {"day": 9, "month": 11, "year": 1989},
            "governmentID": {"ssn": {"full": "123-45-6789", "lastFour": "6789"}},
        }}));
        let mut problems = Problems::new();
        profile.check(&mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        let kept = profile.kept(PartyKind::Individual).unwrap();
        let shown = json!({"individual": {
            "name": {"firstName": "Jordan", "lastName": "Lee"},
            "birthDateProvided": true,
            "governmentIDProvided": true,
        }});
        assert_eq!(kept, shown);
        assert_eq!(display_name(&kept), "Jordan Lee");
    }

    #[test]
    fn every_field_that_is_wrong_is_told_where_it_stands() {
        let profile = given(json!({"business": {
            "legalBusinessName": "x".repeat(65),
            "businessType": "cartel",
            "taxID": {"ein": {"number": "12-34"}},
            "industryCodes": {"mcc": "53"},
            "address": {"stateOrProvince": "Colorado"},
        }}));
        let mut problems = Problems::new();
        profile.check(&mut problems);
        let refusal = problems.finish().unwrap_err();
        let types = BUSINESS_TYPES.join(", ");
        let told = json!({"profile": {"business": {
            "legalBusinessName": "has 65 characters; it would be 1 to 64",
            "businessType": format!("is not one of {types}"),
            "address": {"stateOrProvince": "has 8 characters; it would be 2 to 2"},
            "taxID": {"ein": {"number": "is not nine digits"}},
            "industryCodes": {"mcc": "has 2 characters; it would be 4 to 4"},
        }}});
        assert_eq!(refusal.body(), Some(&told));
    }

    #[test]
    fn a_date_of_birth_is_a_date() {
        let date = |year, month, day| BirthDate { day, month, year }.is_a_date();
        assert!(date(Some(2000), Some(2), Some(29)));
        for (year, month, day) in [
            (Some(1999), Some(2), Some(29)),
            (Some(1989), Some(13), Some(1)),
            (None, Some(1), Some(1)),
        ] {
            assert!(!date(year, month, day));
        }
    }
}
