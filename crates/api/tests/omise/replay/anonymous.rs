//! What differs from one server to another, told alike.

use std::collections::HashMap;

use serde_json::Value;

/// Prefixes of ids.
const KINDS: [&str; 20] = [
    "schd", "occu", "rchg", "rtrf", "chrg", "trsf", "cust", "card", "tokn", "recp", "rfnd", "trxn",
    "evnt", "whdl", "src", "account", "acct", "dspt", "link", "paym",
];

/// A value whose ids are told in order of appearance, and without fingerprints and times.
pub(super) fn anonymous(value: &Value) -> Value {
    told(value, &mut HashMap::new())
}

fn told(value: &Value, ids: &mut HashMap<String, String>) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match name.as_str() {
                "fingerprint" => (name.clone(), Value::from("a fingerprint")),
                _ => (name.clone(), told(value, ids)),
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(entries) => entries.iter().map(|entry| told(entry, ids)).collect(),
        Value::String(text) if is_time(text) => "a time".into(),
        Value::String(text) => words(text, ids).into(),
        other => other.clone(),
    }
}

/// `2017-11-04T13:47:24Z`, and nothing shorter: dates stay.
fn is_time(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok()
}

fn words(text: &str, ids: &mut HashMap<String, String>) -> String {
    let is_inside = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut told = String::new();
    for part in text.split_inclusive(|letter| !is_inside(letter)) {
        let word = part.trim_end_matches(|letter| !is_inside(letter));
        let known = ids.len() + 1;
        match kind(word) {
            Some(kind) => {
                let id = ids.entry(word.to_owned()).or_insert_with(|| format!("{kind} {known}"));
                told.push_str(id);
                told.push_str(&part[word.len()..]);
            }
            None => told.push_str(part),
        }
    }
    told
}

/// Of what a word is the id.
fn kind(word: &str) -> Option<&str> {
    let (kind, tail) = word.split_once('_')?;
    let tail = tail.strip_prefix("test_").unwrap_or(tail);
    (KINDS.contains(&kind) && tail.len() == 19).then_some(kind)
}

#[test]
fn ids_are_told_in_order_of_appearance_and_times_are_not_told() {
    let value = serde_json::json!({
        "id": "chrg_test_59use551gec8gaockk7", "created": "2017-11-04T08:57:02Z",
        "location": "/charges/chrg_test_59use551gec8gaockk7/refunds",
        "card": "card_test_59ur2aloj4ofih2m8ct", "start_date": "2017-11-04",
        "fingerprint": "WJhoQrhdxrPYDBcGBNeZu+R4TcX/D23HitUUud8tELs=",
    });
    assert_eq!(
        anonymous(&value),
        serde_json::json!({
            "id": "chrg 1", "created": "a time", "location": "/charges/chrg 1/refunds",
            "card": "card 2", "start_date": "2017-11-04", "fingerprint": "a fingerprint",
        })
    );
}
