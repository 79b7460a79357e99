//! What the fields of accounts look like.

use serde::{Deserialize, Serialize};

use crate::moov::validation::Problems;

/// Tells what is wrong with a text that is too long, or empty.
pub(super) fn bounded(
    problems: &mut Problems,
    path: &[&str],
    text: Option<&String>,
    characters: std::ops::RangeInclusive<usize>,
) {
    let Some(text) = text else { return };
    let count = text.chars().count();
    if !characters.contains(&count) {
        let (least, most) = characters.into_inner();
        problems.add_at(path, format!("has {count} characters; it would be {least} to {most}"));
    }
}

/// Tells what is wrong with a text that is none of a few.
pub(super) fn chosen(
    problems: &mut Problems,
    path: &[&str],
    text: Option<&String>,
    words: &[&str],
) {
    if text.is_some_and(|text| !words.contains(&text.as_str())) {
        problems.add_at(path, format!("is not one of {}", words.join(", ")));
    }
}

/// Tells what is wrong with an e-mail address.
pub(super) fn email(problems: &mut Problems, path: &[&str], text: Option<&String>) {
    let Some(text) = text else { return };
    let shaped = text.len() <= 255
        && !text.contains(char::is_whitespace)
        && text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@')
        });
    if !shaped {
        problems.add_at(path, "is no e-mail address of at most 255 characters");
    }
}

/// Tells what is wrong with the address of a website.
pub(super) fn website(problems: &mut Problems, path: &[&str], text: Option<&String>) {
    let Some(text) = text else { return };
    if text.is_empty() || text.chars().count() > 100 || text.contains(char::is_whitespace) {
        problems.add_at(path, "is no web address of at most 100 characters");
    }
}

/// A telephone number.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Phone {
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country_code: Option<String>,
}

impl Phone {
    pub(super) fn check(&self, problems: &mut Problems, path: &[&str]) {
        if self.digits().is_some_and(|digits| digits.len() != 10) {
            problems.add_at(&[path, &["number"]].concat(), "is not ten digits");
        }
        if self.country_code.as_ref().is_some_and(|code| code != "1") {
            problems.add_at(&[path, &["countryCode"]].concat(), "is not 1");
        }
    }

    /// As it is kept: ten digits, however they were set apart.
    pub(super) fn kept(self) -> Phone {
        Phone { number: self.digits(), ..self }
    }

    fn digits(&self) -> Option<String> {
        let set_apart = |c: &char| !matches!(c, '-' | ' ' | '(' | ')' | '.');
        let digits: String = self.number.as_ref()?.chars().filter(set_apart).collect();
        let all = digits.chars().all(|c| c.is_ascii_digit());
        // What holds anything else is not ten digits.
        Some(if all { digits } else { String::new() })
    }
}

/// A postal address. Its parts may come one by one in a change.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostalAddress {
    #[serde(skip_serializing_if = "Option::is_none")]
    address_line1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_line2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_or_province: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
}

impl PostalAddress {
    /// What an address must have.
    pub(super) const REQUIRED: [&str; 5] =
        ["addressLine1", "city", "stateOrProvince", "postalCode", "country"];

    pub(super) fn check(&self, problems: &mut Problems, path: &[&str]) {
        let mut part = |name, text: &Option<String>, characters| {
            bounded(problems, &[path, &[name]].concat(), text.as_ref(), characters);
        };
        part("addressLine1", &self.address_line1, 1..=60);
        part("addressLine2", &self.address_line2, 0..=32);
        part("city", &self.city, 1..=32);
        part("stateOrProvince", &self.state_or_province, 2..=2);
        part("postalCode", &self.postal_code, 5..=5);
        part("country", &self.country, 2..=2);
    }
}

/// Tells which of the fields that an object must have it has not.
pub(super) fn require(
    problems: &mut Problems,
    path: &[&str],
    object: &serde_json::Value,
    fields: &[&str],
) {
    for field in fields {
        if object.get(field).is_none() {
            problems.add_at(&[path, &[field]].concat(), "is missing");
        }
    }
}

/// Puts what is given in place of what is kept, field by field; an object within an
/// object likewise.
pub(super) fn merge(kept: &mut serde_json::Value, given: serde_json::Value) {
    use serde_json::Value::Object;
    match (kept, given) {
        (Object(kept), Object(given)) => {
            for (name, value) in given {
                merge(kept.entry(name).or_insert(serde_json::Value::Null), value);
            }
        }
        (kept, given) => *kept = given,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problem(check: impl FnOnce(&mut Problems)) -> Option<String> {
        let mut problems = Problems::new();
        check(&mut problems);
        let refusal = problems.finish().err()?;
        refusal.body().map(ToString::to_string)
    }

    #[test]
    fn a_telephone_number_is_ten_digits_however_they_are_set_apart() {
        let phone = |number: &str| Phone { number: Some(number.into()), country_code: None };
        for right in ["5555555555", "555-555-5555", "(555) 555-5555", "555.555.5555"] {
            assert_eq!(problem(|problems| phone(right).check(problems, &["phone"])), None);
            assert_eq!(phone(right).kept().number.as_deref(), Some("5555555555"));
        }
        for wrong in ["", "555", "55555555555", "555-555-555x"] {
            let found = problem(|problems| phone(wrong).check(problems, &["phone"]));
            assert_eq!(found.as_deref(), Some(r#"{"phone":{"number":"is not ten digits"}}"#));
        }
    }

    #[test]
    fn an_email_address_has_a_name_and_a_host() {
        let check = |text: &str| problem(|it| email(it, &["email"], Some(&text.to_owned())));
        assert_eq!(check("noreply@moov.io"), None);
        for wrong in ["", "noreply", "@moov.io", "a@", "a@b@c", "a b@c", &"a".repeat(256)] {
            assert!(check(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn what_is_given_takes_the_place_of_what_is_kept() {
        let mut kept = json!({"name": {"firstName": "John", "lastName": "Doe"}, "email": "a@b"});
        merge(&mut kept, json!({"name": {"firstName": "Jane"}, "phone": {"number": "1"}}));
        let merged = json!({
            "name": {"firstName": "Jane", "lastName": "Doe"},
            "email": "a@b",
            "phone": {"number": "1"},
        });
        assert_eq!(kept, merged);
    }
}
